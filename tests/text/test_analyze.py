"""From text to terms: which words are kept, in which form, and where they stand."""

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.analyze import Analyzer
from kb.text.normalize import search_key

LONGEST = 49_149
"""Bytes that Sudachi 0.6.11 takes at a time."""


@pytest.fixture(scope="module")
def analyzer():
    return Analyzer()


def surfaces(analyzer, text):
    return [text[token.start : token.end] for token in analyzer.tokens(text)]


# --------------------------------------------------------------------------------------------- words that are kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("制度の狭間にある課題を、私たちは見落としていました。", ["制度", "狭間", "課題", "見落とし"]),
        ("それはとてもよいことだと思います！", ["とても", "こと", "思い"]),
        ("しかし、この会議がありました。ええ。", ["会議"]),
        ("見守りを続けていきます", ["見守り"]),
        ("ご意見をいただき感謝します", ["ご", "意見", "感謝"]),
        ("（〒123-4567）", ["123", "4567"]),
        ("◎《■》…―", []),
    ],
)
def test_function_words_and_signs_are_dropped(analyzer, text, kept):
    assert surfaces(analyzer, text) == kept


def test_compounds_are_cut_into_short_units(analyzer):
    assert analyzer.terms("重層的支援体制整備事業") == ["重層", "的", "支援", "体制", "整備", "事業"]
    assert analyzer.terms("地域包括支援センター") == ["地域", "包括", "支援", "センター"]


def test_word_that_cannot_be_cut_stays(analyzer):
    """``split`` gives nothing for such a word unless it is asked to."""
    assert analyzer.terms("ヤングケアラー") == ["ヤングケアラー"]
    assert analyzer.terms("ひきこもり")


@pytest.mark.parametrize(
    "spellings",
    [
        ("子ども", "子供", "こども", "コドモ"),
        ("障がい者", "障害者", "障碍者"),
        ("取り組み", "取組", "取組み", "取りくみ"),
        ("ひきこもり", "引きこもり", "引き籠もり"),
        ("茅ヶ崎", "茅ケ崎"),
        ("カイゼン", "ｶｲｾﾞﾝ"),
        ("CSW", "csw", "ＣＳＷ", "Ｃｓｗ"),
        ("SOS", "ＳＯＳ"),
        ("第①回", "第1回", "第１回"),
        ("申込", "申し込み", "申込み"),
        ("インターフェース", "インターフェイス"),
        ("支援した", "支援する", "支援して"),
        ("話し合い", "話合い"),
    ],
)
def test_spellings_of_one_word_are_one_term(analyzer, spellings):
    assert len({tuple(analyzer.terms(spelling)) for spelling in spellings}) == 1
    assert analyzer.terms(spellings[0])


@pytest.mark.parametrize(
    ("verb", "noun"),
    [
        ("関わる", "関わり"),
        ("話し合った", "話し合い"),
        ("立ち上げた", "立ち上げ"),
        ("支えあう", "支え合い"),
        ("集う", "集い"),
        ("つながる", "つながり"),
        ("見守っている", "見守り"),
        ("学んだ", "学び"),
        ("取り組む", "取組"),
        ("引きこもる", "ひきこもり"),
    ],
)
def test_verb_in_any_form_and_its_noun_are_one_term(analyzer, verb, noun):
    assert analyzer.terms(verb) == analyzer.terms(noun)


@pytest.mark.parametrize("after", ["を続ける", "が必要です", "の輪", "、配食", "活動", "。"])
def test_verb_used_as_a_noun_is_whole_whatever_follows(analyzer, after):
    """Sudachi reads 見守りを as 見 and 守り, and would drop the one as an auxiliary."""
    first = analyzer.tokens(f"見守り{after}")[0]
    assert (first.term, first.start, first.end) == ("見守り", 0, 3)


def test_compound_verb_is_not_its_last_part(analyzer):
    assert not set(analyzer.terms("見守る")) & set(analyzer.terms("法律を守る"))


@pytest.mark.parametrize(
    "text", ["汐見町", "汐見町の中学校では", "汐見町では、", "汐見町社会福祉協議会", "県内の汐見町"]
)
def test_a_municipality_is_two_terms_wherever_it_stands(analyzer, text):
    terms = analyzer.terms(text)
    place = terms.index("汐見")
    assert terms[place + 1] == "町"


# ------------------------------------------------------------------------------------------------------- places


def test_places_are_those_of_the_text_as_written(analyzer):
    text = "㍿みどりの①ｶﾞﾝﾊﾞﾘ屋さん"
    tokens = {token.term: text[token.start : token.end] for token in analyzer.tokens(text)}
    assert tokens["1"] == "①"
    assert "ｶﾞﾝﾊﾞﾘ" in "".join(tokens.values())
    assert "㍿" in tokens.values()


def test_dropped_words_leave_no_gap_and_the_end_of_a_sentence_leaves_one(analyzer):
    def positions(text):
        return [token.position for token in analyzer.tokens(text)]

    assert positions("制度の狭間") == [0, 1]
    assert positions("制度。狭間") == [0, 2]
    assert positions("制度\n狭間") == [0, 2]
    assert positions("制度、狭間") == [0, 1]


JAPANESE = st.text(
    st.one_of(
        st.sampled_from("地域福祉の狭間を支える、見守り活動。社協ＣＳＷｶﾞﾊﾟ①㍿⻑ヶヵ\n 　！？８０５０問題・ー々𠮷"),
        st.characters(),
    ),
    max_size=80,
)


@settings(max_examples=300, deadline=None)
@given(text=JAPANESE)
def test_any_text_is_analysed_and_places_are_in_order(analyzer, text):
    tokens = analyzer.tokens(text)
    for token in tokens:
        assert 0 <= token.start < token.end <= len(text)
        assert token.term
    for one, other in pairwise(tokens):
        assert one.position < other.position
        assert one.start <= other.start
    assert analyzer.terms(text) == [token.term for token in tokens]


@settings(max_examples=150, deadline=None)
@given(text=JAPANESE)
def test_text_and_its_search_key_have_the_same_terms(analyzer, text):
    assert analyzer.terms(search_key(text)) == analyzer.terms(text)


def test_half_of_a_character_is_no_reason_to_fail(analyzer):
    assert "会議" in analyzer.terms("会議\ud842を開く")


# -------------------------------------------------------------------------------------------- long texts, threads

SENTENCE = "民生委員児童委員と社協の職員が、高齢者の見守り活動を続けています。"


@pytest.mark.parametrize("end", ["。", "\n", ""])
def test_text_longer_than_sudachi_takes(analyzer, end):
    sentence = SENTENCE.rstrip("。") + end
    text = sentence * (2 * LONGEST // len(sentence.encode()) + 1)
    assert len(text.encode()) > 2 * LONGEST
    tokens = analyzer.tokens(text)
    assert {text[token.start : token.end] for token in tokens} >= {"民生", "委員", "児童", "高齢", "活動"}
    assert tokens[-1].end > len(text) - len(sentence)


def test_long_text_cut_at_sentences_has_the_terms_of_its_sentences(analyzer):
    count = 3 * LONGEST // len(SENTENCE.encode())
    tokens = analyzer.tokens(SENTENCE * count)
    once = analyzer.tokens(SENTENCE)
    assert [token.term for token in tokens] == [token.term for token in once] * count
    assert [token.start for token in tokens[: len(once)]] == [token.start for token in once]
    assert tokens[-1].start == once[-1].start + len(SENTENCE) * (count - 1)
    assert tokens[-1].position == once[-1].position + (once[-1].position + 2) * (count - 1)


@pytest.mark.parametrize("character", ["𠮷", "ﷺ", "あ", "㍿"])
def test_piece_of_the_widest_characters_is_small_enough(analyzer, character):
    analyzer.tokens(character * (LONGEST // 2))


def test_one_analyser_serves_many_threads(analyzer):
    """A Sudachi tokenizer that is shared raises "Already borrowed"."""
    texts = [SENTENCE * n for n in range(1, 40)]
    expected = [analyzer.terms(text) for text in texts]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            for found in [pool.submit(lambda: [analyzer.terms(text) for text in texts]) for _ in range(16)]:
                assert found.result() == expected
    finally:
        sys.setswitchinterval(interval)


def test_fingerprint_names_analyser_dictionary_and_folding(analyzer):
    for part in ("sudachipy 0.6.11", "sudachidict-core 20260723", "rules", "unicode", "folding"):
        assert part in analyzer.fingerprint
    assert Analyzer().fingerprint == analyzer.fingerprint


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("ひきこもりの家族にどう関わればよいか", ["引き籠もり", "家族", "関わり"]),
        ("どのように支援すればよいですか", ["支援"]),
        ("なぜ孤立するのか", ["孤立"]),
        ("手続きはいかがですか", ["手続き"]),
        ("年齢にかかわらず利用できる", ["年齢", "利用"]),
        ("対象となるかどうかにかかわらず", ["対象"]),
        ("地域に関わる人", ["地域", "関わり", "人"]),
    ],
)
def test_words_that_point_or_ask_say_nothing_of_the_matter(analyzer, text, terms):
    assert analyzer.terms(text) == terms
