"""What a person finds who types this: through parser, thesaurus, analysis and each engine."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.model import EVERYTHING, PUBLIC_ONLY, AccessClass, Synonyms
from kb.search.index import Entry
from kb.search.memory import MemoryIndex
from kb.search.query import parse
from kb.search.searcher import Searcher
from kb.search.thesaurus import Thesaurus
from kb.text.dates import date_terms, find_dates

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def dated(entry):
    """An entry with the dates that its text mentions, as ingestion gives them."""

    def make(section, text, **more):
        terms = [term for mention in find_dates(text) for term in date_terms(mention)]
        return entry(section, text, keywords={"dates": tuple(dict.fromkeys(terms)), **more.pop("keywords", {})}, **more)

    return make


# --------------------------------------------------------------------------------------------- words with spaces

HOARDING = {
    "both": "ゴミ屋敷に暮らす高齢者を、民生委員が訪ねました。",
    "hoarding": "ゴミ屋敷の片付けが終わりました。",
    "elderly": "高齢者の配食サービスを始めました。",
}


def test_all_words_must_match(ask):
    answer = ask(HOARDING, "ゴミ屋敷 高齢者")
    assert answer.ids == ["both"]
    assert not answer.partial


def test_if_no_section_has_all_words_those_with_some_are_shown_and_the_answer_says_so(ask):
    answer = ask(HOARDING, "ゴミ屋敷 配食")
    assert set(answer.ids) == {"both", "hoarding", "elderly"}
    assert answer.partial


def test_section_with_more_of_the_words_comes_first_among_partial_answers(ask):
    assert ask(HOARDING, "ゴミ屋敷 高齢者 ひきこもり").ids[0] == "both"


def test_words_that_stand_nowhere_give_an_empty_answer_that_is_not_partial(ask):
    answer = ask(HOARDING, "縦割り 多機関協働")
    assert (answer.ids, answer.partial) == ([], False)


def test_exclusion_and_filter_hold_for_partial_answers_too(ask, entry):
    texts = {**HOARDING, "case": entry("case", "ゴミ屋敷の事例", keywords={"type": ("case",)})}
    answer = ask(texts, "ゴミ屋敷 縦割り -高齢者 type:case")
    assert (answer.ids, answer.partial) == (["case"], True)


def test_either_word_is_enough_with_or(ask):
    assert set(ask(HOARDING, "片付け OR 配食").ids) == {"hoarding", "elderly"}
    assert set(ask(HOARDING, "片付け ｜ 配食").ids) == {"hoarding", "elderly"}


def test_a_word_typed_twice_counts_once(ask):
    once, twice = ask(HOARDING, "高齢者"), ask(HOARDING, "高齢者 高齢者")
    assert once.found.hits == twice.found.hits


def test_empty_query_finds_everything(ask):
    assert ask(HOARDING, "").found.total == 3


def test_query_of_function_words_only_finds_nothing(ask):
    assert ask(HOARDING, "それは の").ids == []
    assert ask(HOARDING, "これ -高齢者").ids == []


# ----------------------------------------------------------------------------------------------------- questions

ADVICE = {
    "answer": "ごみ屋敷の住人には、片付けを急がず、話を聞くことから関わります。高齢者の孤立が背景にあります。",
    "near": "高齢者の見守りは、民生委員が月に一度訪ねています。",
    "far": "会議を開きました。",
}


@pytest.mark.parametrize(
    "question",
    [
        "ごみ屋敷に住む高齢者にどう関わればよいですか",
        "ごみ屋敷の人が片付けを拒むときは、どうすればいい？",
        "ごみ屋敷の高齢者の孤立",
    ],
)
def test_question_without_spaces_is_matched_on_its_content_words(ask, question):
    answer = ask(ADVICE, question)
    assert answer.ids[0] == "answer"
    assert "far" not in answer.ids


def test_section_that_shares_one_word_answers_a_short_question_and_not_a_long_one(ask):
    assert set(ask(ADVICE, "会議はいつですか、配食ですか").ids) == {"far"}
    assert set(ask(ADVICE, "会議で高齢者の見守りと片付けについて話すには？").ids) == {"near", "answer"}


def test_if_no_section_shares_two_words_with_a_long_question_those_with_one_are_shown(ask):
    answer = ask(ADVICE, "会議で配食の献立と送迎の予算をどう決めますか")
    assert (answer.ids, answer.partial) == (["far"], True)


def test_compound_must_be_there_as_a_whole(ask):
    texts = {"whole": "移行準備事業を行う市", "parts": "移行の準備", "one": "配食事業"}
    assert ask(texts, "移行準備事業").ids == ["whole"]


def test_compound_that_stands_together_comes_before_one_that_is_scattered(ask):
    texts = {
        "scattered": "事業の準備が整い、新しい体制への移行を進める市",
        "together": "新しい体制への移行準備事業を進めるいくつかの市",
    }
    assert ask(texts, "移行準備事業").ids == ["together", "scattered"]


# ------------------------------------------------------------------------------------------- phrases and prefixes

GAPS = {
    "phrase": "制度の狭間にある課題",
    "scattered": "狭間の課題と、制度の改正",
    "reversed": "狭間の制度",
}


def test_phrase_needs_its_words_side_by_side(ask):
    assert ask(GAPS, '"制度の狭間"').ids == ["phrase"]
    assert ask(GAPS, "「制度の狭間」").ids == ["phrase"]
    assert ask(GAPS, '"制度狭間"').ids == ["phrase"]


def test_words_joined_by_no_prefer_the_phrase(ask):
    answer = ask(GAPS, "制度の狭間")
    assert answer.ids[0] == "phrase"
    assert set(answer.ids) == set(GAPS)


def test_phrase_that_is_nowhere_finds_nothing(ask):
    assert ask(GAPS, '"狭間の制度改正"').ids == []


def test_phrase_takes_no_synonym(ask):
    texts = {"short": "社協の会議", "long": "社会福祉協議会の会議"}
    assert ask(texts, '"社協の会議"', [Synonyms(("社協", "社会福祉協議会"))]).ids == ["short"]


def test_prefix_finds_every_word_that_begins_so(ask):
    texts = {"a": "ボランティアの募集", "b": "ボランタリーな活動", "c": "配食の募集"}
    assert set(ask(texts, "ボラン*").ids) == {"a", "b"}
    assert set(ask(texts, "ﾎﾞﾗﾝ＊").ids) == {"a", "b"}
    assert ask(texts, "ボラン* 募集").ids == ["a"]


def test_prefix_of_several_words_begins_with_the_last(ask):
    texts = {"a": "生活支援ボランティア", "b": "生活支援員", "c": "学習支援ボランティア"}
    assert ask(texts, "生活支援ボラン*").ids == ["a"]


# ------------------------------------------------------------------------------------------------------ exclusion


@pytest.mark.parametrize("query", ["高齢者 -ゴミ屋敷", "高齢者　－ゴミ屋敷", "高齢者 NOT ゴミ屋敷", "-ゴミ屋敷 高齢者"])
def test_excluded_word_hides_a_section(ask, query):
    assert ask(HOARDING, query).ids == ["elderly"]


def test_exclusion_by_itself_leaves_the_rest(ask):
    assert ask(HOARDING, "-ゴミ屋敷").ids == ["elderly"]


def test_exclusion_means_exactly_what_was_typed_and_no_synonym(ask):
    texts = {"short": "社協の会議", "long": "社会福祉協議会の会議"}
    assert ask(texts, "会議 -社協", [Synonyms(("社協", "社会福祉協議会"))]).ids == ["long"]


def test_excluded_words_are_not_marked(ask):
    answer = ask(HOARDING, "高齢者 -配食")
    assert [span.text for span in answer.marker.mark("高齢者の配食") if span.marked] == ["高齢者"]


# ----------------------------------------------------------------------------------------------- fields and dates


def test_title_asks_for_titles_and_headings(ask, entry):
    texts = {
        "heading": entry("heading", "配食", heading="見守り活動"),
        "above": entry("above", "配食", above="見守り活動", heading="準備"),
        "title": entry("title", "配食", title="見守り通信"),
        "text": entry("text", "見守り活動の記録"),
    }
    assert set(ask(texts, "title:見守り").ids) == {"heading", "above", "title"}
    assert set(ask(texts, "ｔｉｔｌｅ：見守り").ids) == {"heading", "above", "title"}
    assert set(ask(texts, 'title:"見守り活動"').ids) == {"heading", "above"}
    assert ask(texts, "見守り -title:見守り").ids == ["text"]


def test_type_narrows_and_does_not_score(ask, entry):
    kinds = {"a": "newsletter", "b": "case"}
    texts = {name: entry(name, "見守り", keywords={"type": (kind,)}) for name, kind in kinds.items()}
    narrowed = ask(texts, "見守り type:case")
    assert narrowed.ids == ["b"]
    assert narrowed.found.hits[0][1] == ask(texts, "見守り").found.hits[0][1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("date:R3年度", {"may2021", "mar2022"}),
        ("date:2022", {"mar2022", "apr2022"}),
        ("date:令和3年5月..令和4年3月", {"may2021", "mar2022"}),
        ("date:2022-04..", {"apr2022"}),
        ("date:..令和3年", {"may2021"}),
        ("活動 -date:2022", {"may2021", "undated"}),
    ],
)
def test_ranges_ask_for_the_date_of_the_document(ask, entry, query, expected):
    days = {
        "may2021": dt.date(2021, 5, 10),
        "mar2022": dt.date(2022, 3, 31),
        "apr2022": dt.date(2022, 4, 1),
        "undated": None,
    }
    texts = {name: entry(name, "活動", date=day) for name, day in days.items()}
    assert set(ask(texts, query).ids) == expected


FORMS = [
    "2021年12月21日",
    "令和3年12月21日（火）",
    "R3.12.21",
    "2021/12/21",
    "２０２１年１２月２１日",
    "令和三年十二月二十一日",
]


@pytest.mark.parametrize("typed", FORMS)
def test_date_in_any_form_finds_all_the_others(ask, dated, typed):
    texts = {form: dated(form, f"研修を{form}に開きました。") for form in FORMS}
    texts["other"] = dated("other", "研修を2021年12月22日に開きました。")
    assert set(ask(texts, typed).ids) == set(FORMS)


def test_date_is_marked_in_the_form_in_which_it_is_written(ask, dated):
    answer = ask({"a": dated("a", "研修（R3.12.21）の記録")}, "2021年12月21日")
    assert [span.text for span in answer.marker.mark("研修（R3.12.21）の記録") if span.marked] == ["R3.12.21"]


def test_month_finds_its_days_and_day_does_not_find_its_month(ask, dated):
    texts = {"day": dated("day", "令和3年12月21日の研修"), "month": dated("month", "令和3年12月の研修")}
    assert set(ask(texts, "2021年12月").ids) == {"day", "month"}
    assert ask(texts, "2021年12月21日").ids == ["day"]


def test_date_and_words_behind_it_are_both_asked_for(ask, dated):
    texts = {
        "both": dated("both", "R3.12.21 ヤングケアラーの研修"),
        "day": dated("day", "R3.12.21 会議"),
        "word": dated("word", "ヤングケアラーの研修"),
    }
    assert ask(texts, "2021年12月21日のヤングケアラー").ids == ["both"]
    assert ask(texts, "2021年12月21日 ヤングケアラー").ids == ["both"]


# ------------------------------------------------------------------------------------------------------ spellings


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("茅ヶ崎市の取組", "茅ケ崎市"),
        ("茅ケ崎市の取組", "茅ヶ崎市"),
        ("三ヵ月の実習", "三ヶ月"),
        ("カイゼン活動", "ｶｲｾﾞﾝ"),
        ("ｶｲｾﾞﾝ活動", "カイゼン"),
        ("ＣＳＷの配置", "csw"),
        ("子どもの居場所", "こどもの居場所"),
        ("障がい者の就労", "障害者"),
        ("取り組みの紹介", "取組"),
        ("㈱みどり商事", "株みどり商事"),
        ("第①回の研修", "第1回"),
        ("髙橋さんの声", "高橋"),
        ("引きこもりの家族会", "ひきこもり"),
        ("高齢者を見守っています", "見守り"),
        ("見守りを続けています", "見守る"),
        ("制度をどう立ち上げたか", "立ち上げ"),
        ("地域との関わりについて", "関わる"),
    ],
)
def test_spelling_does_not_matter(ask, written, typed):
    assert ask({"a": written, "b": "会議を開きました。"}, typed).ids == ["a"]


SYNONYMS = [
    Synonyms(("社協", "社会福祉協議会")),
    Synonyms(("ゴミ屋敷", "ごみ屋敷", "いわゆるごみ屋敷")),
    Synonyms(("生活支援Co", "生活支援コーディネーター")),
    Synonyms(("ヤングケアラー",), broader=("家族介護者",)),
]


@pytest.mark.parametrize(
    ("one", "other"), [("社協", "社会福祉協議会"), ("ゴミ屋敷", "ごみ屋敷"), ("生活支援Co", "生活支援コーディネーター")]
)
def test_synonyms_find_each_other_and_the_same_words_come_first(ask, one, other):
    texts = {"one": f"若葉町の{one}の会議", "other": f"若葉町の{other}の会議", "none": "若葉町の公民館の会議"}
    assert ask(texts, one, SYNONYMS).ids == ["one", "other"]
    assert ask(texts, other, SYNONYMS).ids == ["other", "one"]


def test_synonym_counts_as_one_of_the_words_that_must_match(ask):
    texts = {"a": "社会福祉協議会の会議", "b": "公民館の会議"}
    answer = ask(texts, "社協 会議", SYNONYMS)
    assert (answer.ids, answer.partial) == (["a"], False)


def test_synonym_works_within_a_longer_compound(ask):
    assert ask({"a": "若葉町社会福祉協議会の総会"}, "若葉町社協", SYNONYMS).ids == ["a"]


@pytest.mark.parametrize("query", ["制度の狭間", "制度の狭間にいる人を支えるには", "制度の狭間 人"])
def test_synonym_may_be_several_words_joined_by_no(ask, query):
    texts = {"a": "はざまに落ちる人がいます。", "b": "福祉の講座です。"}
    assert ask(texts, query, [Synonyms(("制度の狭間", "はざまに落ちる"))]).ids == ["a"]


def test_broader_word_finds_the_narrower_one_way(ask):
    texts = {"wide": "家族介護者の集い", "narrow": "ヤングケアラーの集い"}
    assert set(ask(texts, "家族介護者", SYNONYMS).ids) == {"wide", "narrow"}
    assert ask(texts, "ヤングケアラー", SYNONYMS).ids == ["narrow"]


def test_kana_find_the_word_that_is_read_so_and_a_text_that_has_the_kana_comes_first(ask):
    texts = {"word": "ヤングケアラーの集い", "kana": "やんぐけあらーのつどい", "parts": "ぐるりと歩く"}
    answer = ask(texts, "やんぐけあらー", SYNONYMS)
    assert answer.ids == ["kana", "word"]
    assert "ヤングケアラー" in [span.text for span in answer.marker.mark("ヤングケアラーの集い") if span.marked]


def test_kana_are_one_of_the_words_that_must_match(ask):
    texts = {"both": "ヤングケアラーの集いを公民館で", "one": "ヤングケアラーの調査"}
    assert ask(texts, "やんぐけあらー 公民館", SYNONYMS).ids == ["both"]


def test_excluded_kana_hide_no_more_than_was_typed(ask):
    texts = {"word": "ヤングケアラーの集い", "other": "公民館の集い"}
    assert set(ask(texts, "集い -やんぐけあらー", SYNONYMS).ids) == {"word", "other"}


def test_synonyms_are_marked_where_they_made_a_section_be_found(ask):
    marker = ask({"a": "社会福祉協議会の総会"}, "社協", SYNONYMS).marker
    assert [span.text for span in marker.mark("社会福祉協議会の総会") if span.marked] == ["社会福祉協議会"]


# ------------------------------------------------------------------------------------------------------- the page


def test_paging_sorting_and_facets(ask, entry):
    texts = {
        f"{n}": entry(f"{n}", "活動", date=dt.date(2020 + n, 4, 1), keywords={"year": (str(2020 + n),), "type": ("x",)})
        for n in range(5)
    }
    answer = ask(texts, "活動", sort="date", page=2, per_page=2)
    assert answer.ids == ["2", "1"]
    assert answer.found.total == 5
    assert answer.found.facets == {"type": {"x": 5}, "year": {str(2020 + n): 1 for n in range(5)}}


# ------------------------------------------------------------------------------------------------- access classes

QUERIES = [
    "活動",
    "見守り 活動",
    '"見守り活動"',
    "見守*",
    "ひ*",
    "-活動",
    "",
    "活動 OR 事例",
    "title:事例",
    "date:2021",
    "2021年12月21日",
]
PUBLIC = {"p1": "見守り活動の記録", "p2": "配食の活動。活動の輪"}
SECRET = {"s1": "見守り活動の事例、2021年12月21日", "s2": "ひきこもりの事例", "s3": "活動活動活動"}


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("secret", [AccessClass.MEMBERS, AccessClass.CASES])
def test_nothing_of_what_may_not_be_read_shows(ask, dated, query, secret):
    """Hits, scores, counts, facets, completion and rarity: the whole answer is what it were without the secret."""
    public = {name: dated(name, text, keywords={"year": ("2022",)}) for name, text in PUBLIC.items()}
    hidden = {
        name: dated(
            name,
            text,
            access=secret,
            title="事例",
            date=dt.date(2021, 4, 1),
            keywords={"year": ("2021",), "type": ("case",)},
        )
        for name, text in SECRET.items()
    }
    answer, alone = (ask(texts, query, SYNONYMS, access=PUBLIC_ONLY) for texts in (public | hidden, public))
    assert (answer.found, answer.partial) == (alone.found, alone.partial)
    assert set(ask(public | hidden, "", access=EVERYTHING).ids) == {*PUBLIC, *SECRET}


def test_secret_that_would_answer_in_full_does_not_hide_partial_answers(ask, entry):
    texts = {"open": "ゴミ屋敷の片付け", "secret": entry("secret", "ゴミ屋敷 縦割り", access=AccessClass.CASES)}
    answer = ask(texts, "ゴミ屋敷 縦割り", access=PUBLIC_ONLY)
    assert (answer.ids, answer.partial) == (["open"], True)


# ------------------------------------------------------------------------------------------------------- any text

PARTS = st.sampled_from(
    [
        "見守り",
        "活動",
        "制度の狭間",
        "ボラン*",
        "-",
        " ",
        "　",
        "OR",
        '"',
        "(",
        ")",
        "title:",
        "date:",
        "R3",
        "の",
        "それ",
        "ｶﾞ",
    ]
)


@pytest.fixture(scope="module")
def small(analyzer):
    index = MemoryIndex()
    for name, text in {**PUBLIC, **SECRET, **GAPS}.items():
        index.replace(name, [Entry(name, name, 1, AccessClass.PUBLIC, "だより", "見出し", text)])
    index.commit()
    return Searcher(index, analyzer, Thesaurus(SYNONYMS, analyzer))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=40), st.lists(PARTS, max_size=12).map("".join)))
def test_every_text_is_answered(small, text):
    answer = small.search(parse(text, today=TODAY), EVERYTHING)
    assert len(answer.found.hits) == min(answer.found.total, 10)
    assert "".join(span.text for span in answer.marker.mark("見守り活動の記録")) == "見守り活動の記録"
