"""The vocabulary of social welfare: its file, its command, and what it finds."""

import json
from collections import Counter
from contextlib import suppress
from functools import cache

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import kb_welfare
from kb import NotFoundError, Synonyms
from kb.cli import main
from kb.search.lexical import problems
from kb.testing import headings, ingest_text, open_library, search
from kb.text.analyze import Analyzer
from kb_welfare.vocabulary import Others, VocabularyError, others, read

ISSUE = """みどり県社協だより 第7号

■会議の記録

県内の社会福祉協議会から42人が集まりました。

■片付けのお手伝い

ごみ屋敷に暮らす人を、民生委員が訪ねました。

■担当者の紹介

若葉町の生活支援Coが着任しました。

■家族の世話をする子ども

ヤングケアラーの集いを開きました。
"""


@pytest.fixture
def library(tmp_path):
    with open_library(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "heading"),
    [
        ("社協", "会議の記録"),
        ("ゴミ屋敷", "片付けのお手伝い"),
        ("ためこみ", "片付けのお手伝い"),
        ("生活支援コーディネーター", "担当者の紹介"),
        ("地域支え合い推進員", "担当者の紹介"),
        ("家族介護者", "家族の世話をする子ども"),
        ("やんぐけあらー", "家族の世話をする子ども"),
        ("せいかつしえんこーでぃねーたー", "担当者の紹介"),
    ],
)
def test_search_in_other_words_finds_the_article(library, typed, heading):
    ingest_text(library, "だより7.txt", ISSUE)
    assert headings(search(library, typed))[0] == heading


def test_narrower_word_does_not_find_the_broader(library):
    ingest_text(
        library, "だより8.txt", "みどり県社協だより 第8号\n\n■家族介護者の集い\n\n家族介護者が語り合いました。\n"
    )
    assert headings(search(library, "家族介護者"))
    assert headings(search(library, "ヤングケアラー")) == []


# ------------------------------------------------------------------------------------------------------- the file


def faults(entries):
    """What is wrong with a vocabulary, even if only a word in it does nothing; each with the entry's first word."""
    analyzer = Analyzer()
    analyzer.terms = cache(analyzer.terms)  # each entry is compared with all others
    found = [
        (entry.words[0], problem.text)
        for number, entry in enumerate(entries)
        for problem in problems(entry, [*entries[:number], *entries[number + 1 :]], analyzer, lambda _word: 0.0)
    ]
    places = Counter(tuple(analyzer.terms(word)) for entry in entries for word in entry.words)
    again = [(word, "二つの項目にある") for entry in entries for word in entry.words if places[key(analyzer, word)] > 1]
    bare = [(word, "ありふれた語") for entry in entries for word in entry.words if key(analyzer, word) in EVERYWHERE]
    return [*found, *again, *bare]


def key(analyzer, word):
    return tuple(analyzer.terms(word))


#: Words that by themselves stand in any text of the field, as terms.
EVERYWHERE = {
    (word,)
    for word in (
        "支援",
        "相談",
        "会議",
        "事業",
        "制度",
        "福祉",
        "地域",
        "生活",
        "活動",
        "センター",
        "住民",
        "障害",
        "子供",
    )
}


def test_the_vocabulary_is_large_and_nothing_is_wrong_with_any_of_it():
    entries = kb_welfare.vocabulary()
    assert len(entries) >= 260
    assert faults(entries) == []


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ([("障害", "障がい", "障碍")], "どの語も、もともと同じ語として検索される"),
        ([("買い物弱者", "買物弱者", "買い物難民")], "もともと同じ語として検索されます"),
        ([("こと", "それ")], "検索に使える語が含まれていません"),
        ([("社協", "社会福祉協議会"), ("社会福祉協議会", "社協")], "同じ項目が既にあります"),
        ([("社協", "社会福祉協議会"), ("市社協", "社協")], "二つの項目にある"),
        ([("相談", "面談")], "ありふれた語"),
    ],
)
def test_an_entry_that_does_nothing_or_harm_is_told(entries, fault):
    assert any(fault in text for _, text in faults([Synonyms(words) for words in entries]))


def test_a_circle_is_told():
    circle = [Synonyms(("特例貸付",), ("生活福祉資金",)), Synonyms(("生活福祉資金",), ("特例貸付",))]
    assert any("もとの語に戻ってしまいます" in text for _, text in faults(circle))


def test_read_gives_synonyms_and_broader_words():
    data = "# 見出し\n\n社協、社会福祉協議会\nヤングケアラー\tケアラー、家族介護者\n".encode()
    assert read(data, "x.tsv") == (
        Synonyms(("社協", "社会福祉協議会")),
        Synonyms(("ヤングケアラー",), broader=("ケアラー", "家族介護者")),
    )


def test_file_saved_by_a_spreadsheet_on_windows_is_read():
    assert read("\ufeff社協、社会福祉協議会\r\n".encode(), "x.tsv") == (Synonyms(("社協", "社会福祉協議会")),)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("社協", "言葉が足りません"),
        ("社協、", "空の言葉があります"),
        ("社協、、社会福祉協議会", "空の言葉があります"),
        ("社協、社協", "「社協」が二度書かれています"),
        ("社協、社会福祉協議会\t社協", "「社協」が二度書かれています"),
        ("社協\t団体\t組織", "列が3つあります"),
        ("\t団体", "言葉が足りません"),
    ],
)
def test_line_that_is_no_entry_is_named_by_its_number(line, reason):
    data = f"# 一行目\nCSW、コミュニティソーシャルワーカー\n{line}\n".encode()
    with pytest.raises(VocabularyError) as raised:
        read(data, "synonyms.tsv")
    assert str(raised.value).startswith(f"synonyms.tsv 3行目：{reason}")
    assert raised.value.fix
    assert raised.value.exit_code == 4


def test_line_in_another_encoding_is_named_by_its_number():
    with pytest.raises(VocabularyError, match="2行目：文字コードがUTF-8ではありません"):
        read("# 一行目\n".encode() + "社協、社会福祉協議会".encode("cp932"), "synonyms.tsv")


@given(st.binary(max_size=60) | st.text("社協、\t#\n ", max_size=30).map(str.encode))
def test_any_file_is_read_or_refused_with_a_reason(data):
    entries = ()
    with suppress(VocabularyError):
        entries = read(data, "x.tsv")
    assert all(entry.words and all(entry.words) for entry in entries)


# ---------------------------------------------------------------------------------------------------- the command

ENTRIES = (
    Synonyms(("CSW", "コミュニティソーシャルワーカー"), broader=("ソーシャルワーカー",)),
    Synonyms(("ヤングケアラー",), broader=("ケアラー",)),
)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("CSW", Others(("コミュニティソーシャルワーカー",), ())),
        (" ｃｓｗ ", Others(("コミュニティソーシャルワーカー",), ())),
        ("ソーシャルワーカー", Others((), ("CSW", "コミュニティソーシャルワーカー"))),
        ("ヤングケアラー", Others((), ())),
        ("配食", Others((), ())),
        ("", Others((), ())),
    ],
)
def test_others_of_a_word(word, expected):
    assert others(ENTRIES, word) == expected


def test_command_shows_the_words_that_are_searched_along():
    shown = CliRunner().invoke(kb_welfare.synonyms, ["ゴミ屋敷"])
    assert shown.exit_code == 0
    assert "同じ意味の語：ごみ屋敷、" in shown.output
    narrower = CliRunner().invoke(kb_welfare.synonyms, ["セルフネグレクト"])
    assert "より狭い語：ゴミ屋敷、" in narrower.output
    assert "同じ意味の語：自己放任" in narrower.output


def test_command_gives_json():
    shown = CliRunner().invoke(kb_welfare.synonyms, ["--json", "社会福祉協議会"])
    assert json.loads(shown.output) == {"word": "社会福祉協議会", "synonyms": ["社協"], "narrower": []}


def test_command_says_so_of_a_word_that_has_no_others():
    with pytest.raises(NotFoundError, match="一緒に検索される語はありません"):
        kb_welfare.synonyms.main(["将棋"], standalone_mode=False)


def test_command_is_part_of_kb_with_japanese_help_and_exit_codes(capsys):
    codes = []
    for arguments in (["synonyms", "社協"], ["synonyms", "将棋"], ["synonyms"], ["synonyms", "--help"]):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        codes.append(left.value.code)
    shown = capsys.readouterr()
    assert codes == [0, 5, 2, 0]
    assert "社会福祉協議会" in shown.out
    assert "その語と一緒に検索される語" in shown.out
    assert "将棋：この語と一緒に検索される語はありません" in shown.err
