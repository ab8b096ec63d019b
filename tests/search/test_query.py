"""The query language: every text is a query, and what people type means what they expect."""

import datetime as dt
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.model import And, Boost, Everything, Filter, Node, Not, Or, Phrase, Prefix, Query, Range, Term
from kb.search import query
from kb.search.query import MAX_DEPTH, MAX_LENGTH, MAX_PER_PAGE, MAX_WORDS, parse

TODAY = dt.date(2026, 11, 24)


def node(text):
    return parse(text, today=TODAY).node


def words(*texts):
    return tuple(Term(text) for text in texts)


# ------------------------------------------------------------------------------------------------- by example


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Everything()),
        (" 　\n", Everything()),
        ("生活困窮", Term("生活困窮")),
        ("生活困窮 支援", And(words("生活困窮", "支援"))),
        ("生活困窮　支援", And(words("生活困窮", "支援"))),
        ("子ども OR 若者", Or(words("子ども", "若者"))),
        ("子ども | 若者", Or(words("子ども", "若者"))),
        ("子ども|若者", Or(words("子ども", "若者"))),
        ("居場所 子ども OR 若者", And((Term("居場所"), Or(words("子ども", "若者"))))),
        ("A AND B OR C", Or((And(words("A", "B")), Term("C")))),
        ("A OR B AND C", Or((Term("A"), And(words("B", "C"))))),
        ("研修 -講演", And((Term("研修"), Not(Term("講演"))))),
        ("研修 NOT 講演", And((Term("研修"), Not(Term("講演"))))),
        ("NOT NOT 講演", Term("講演")),
        ("-(講演 OR 講座)", Not(Or(words("講演", "講座")))),
        ('"制度の狭間"', Phrase("制度の狭間")),
        ("“制度の狭間”", Phrase("制度の狭間")),
        ("「制度の狭間」", Phrase("制度の狭間")),
        ("『縦割り』 庁内", And((Phrase("縦割り"), Term("庁内")))),
        ("社協の「重層」とは", Term("社協の「重層」とは")),
        ("ボランティ*", Prefix("ボランティ")),
        ("(A OR B) C", And((Or(words("A", "B")), Term("C")))),
        ("title:見守り", Term("見守り", "title")),
        ('title:"制度の狭間"', Phrase("制度の狭間", "title")),
        ("title:ボランティ*", Prefix("ボランティ", "title")),
        ("type:newsletter", Filter("type", "newsletter")),
        ("Type:Newsletter", Filter("type", "newsletter")),
    ],
)
def test_documented_examples(typed, meant):
    assert node(typed) == meant


@pytest.mark.parametrize(
    ("half_width", "full_width"),
    [
        ("研修 -講演", "研修　－講演"),
        ("研修 -講演", "研修　−講演"),
        ("研修 -講演", "研修　ー講演"),
        ("(A OR B) C", "（A　ＯＲ　B）　C"),
        ("(A | B) C", "（A｜B）C"),
        ("A AND B", "A　ＡＮＤ　B"),
        ("NOT A", "ＮＯＴ　A"),
        ('"制度の狭間"', "＂制度の狭間＂"),
        ("ボランティ*", "ボランティ＊"),
        ("title:見守り", "ｔｉｔｌｅ：見守り"),
        ("type:newsletter", "ｔｙｐｅ：ｎｅｗｓｌｅｔｔｅｒ"),
        ("date:R3年度", "ｄａｔｅ：Ｒ３年度"),
        ("date:2021-10..2022-03", "date：２０２１－１０．．２０２２－０３"),
    ],
)
def test_full_width_operators_mean_the_same(half_width, full_width):
    assert node(full_width) == node(half_width)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("または", Term("または")),
        ("OR", Term("OR")),
        ("A OR", Term("A")),
        ("OR A", Term("A")),
        ("A OR OR B", Or(words("A", "B"))),
        ("- A", And(words("-", "A"))),
        ("(A", Term("A")),
        ("A)", Term("A")),
        (")A(", Term("A")),
        ("()", Term("()")),
        ('"A', Term("A")),
        ('""', Term('""')),
        ("*", Term("*")),
        ("type:", Term("type:")),
        ("date:あした以降", Term("date:あした以降")),
        ("url:https", Term("url:https")),
        ("title:", Term("title:")),
        ("ワ ーカー", And(words("ワ", "ーカー"))),
        ("or", Term("or")),
    ],
)
def test_what_makes_no_sense_as_an_operator_is_a_word_or_nothing(typed, meant):
    assert node(typed) == meant


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("date:2021", dt.date(2021, 1, 1), dt.date(2021, 12, 31)),
        ("date:2021-12", dt.date(2021, 12, 1), dt.date(2021, 12, 31)),
        ("date:2021年12月21日", dt.date(2021, 12, 21), dt.date(2021, 12, 21)),
        ("date:R3年度", dt.date(2021, 4, 1), dt.date(2022, 3, 31)),
        ("date:令和元年", dt.date(2019, 1, 1), dt.date(2019, 12, 31)),
        ("date:令和3年10月..令和4年3月", dt.date(2021, 10, 1), dt.date(2022, 3, 31)),
        ("date:令和3年10月～令和4年3月", dt.date(2021, 10, 1), dt.date(2022, 3, 31)),
        ("date:2022-03-31..2021-04-01", dt.date(2021, 4, 1), dt.date(2022, 3, 31)),
        ("date:2021..", dt.date(2021, 1, 1), None),
        ("date:..2021", None, dt.date(2021, 12, 31)),
        ("date:昨年度", dt.date(2025, 4, 1), dt.date(2026, 3, 31)),
    ],
)
def test_ranges_of_dates_in_western_and_era_years(typed, first, last):
    assert node(typed) == Range("date", first, last)


def dates_asked(typed):
    """The index terms of the dates in a query, wherever in it they stand."""
    found, pending = set(), [node(typed)]
    while pending:
        match pending.pop():
            case Term(text, "dates"):
                found.add(text)
            case And(nodes) | Or(nodes):
                pending += nodes
    return found


@pytest.mark.parametrize(
    "typed",
    [
        "2021年12月21日",
        "令和3年12月21日",
        "R3.12.21",
        "2021/12/21",
        "2021-12-21",
        "２０２１年１２月２１日",
        "令和３年12月21日（火）",
    ],
)
def test_one_day_in_any_form_asks_for_the_same_day(typed):
    assert dates_asked(typed) == {"d2021-12-21"}


def test_words_behind_a_date_are_asked_for_as_well():
    assert dates_asked("2021年12月21日の研修") == {"d2021-12-21"}
    assert node("2021年12月21日の研修").nodes[-1] == Term("の研修")


def test_date_without_a_year_is_of_any_year_and_its_day_is_the_same():
    assert dates_asked("12月21日") == dates_asked("１２月２１日")
    assert "a12-21" in dates_asked("12月21日")
    assert "d2025-12-21" in dates_asked("昨年の12月21日")


def test_today_is_the_day_of_the_clock_unless_given():
    before = dt.datetime.now().astimezone().date()
    asked = parse("date:今年")
    after = dt.datetime.now().astimezone().date()
    assert asked in {parse("date:今年", today=before), parse("date:今年", today=after)}


def test_page_sort_and_size_are_brought_into_their_limits():
    asked = parse("見守り", sort="votes", page=-3, per_page=10_000, today=TODAY)
    assert (asked.sort, asked.page, asked.per_page) == ("relevance", 1, MAX_PER_PAGE)
    assert parse("見守り", per_page=0, today=TODAY).per_page == 1
    assert parse("見守り", sort="date", today=TODAY).sort == "date"


def test_text_is_kept_as_typed_to_be_shown_again():
    assert parse("  ＣＳＷ　－講演 ", today=TODAY).text == "ＣＳＷ　－講演"


# ---------------------------------------------------------------------------------------------------- limits


def test_of_a_very_long_text_the_beginning_is_read():
    assert parse("あ" * (MAX_LENGTH + 9), today=TODAY).text == "あ" * MAX_LENGTH


def test_of_very_many_words_the_first_ones_count():
    asked = node(" ".join(f"w{n}" for n in range(MAX_WORDS + 50)))
    assert asked == And(words(*(f"w{n}" for n in range(MAX_WORDS))))


def test_brackets_too_deep_group_nothing_and_end_nothing():
    deep = MAX_DEPTH * 40
    assert node("(" * deep + "A B" + ")" * deep) == And(words("A", "B"))


def test_brackets_within_the_limit_group():
    inside = "A OR B"
    for _ in range(MAX_DEPTH - 1):
        inside = f"({inside})"
    assert node(f"{inside} C") == And((Or(words("A", "B")), Term("C")))


# ------------------------------------------------------------------------------------------------- any text

OPERATORS = [
    "(",
    ")",
    "（",
    "）",
    "OR",
    "ＯＲ",
    "AND",
    "NOT",
    "-",
    "－",
    "ー",
    "|",
    '"',
    "“",
    "”",
    "「",
    "」",
    "『",
    "』",
    "*",
    "＊",
    "title:",
    "type:",
    "date:",
    "：",
    "..",
    "～",
]
DATES = ["令和3年", "R3", "2021", "12月21日", "元年度", "㋿", "(水)"]
WORDS = ["子ども", "ゴミ屋敷", "の", "ｶﾞ", "\ud800", "\0", "ﾞ", "👨‍👩‍👧", "葛󠄀", "Σ", "İ", "𠮷", " ", "\u3000", "\n"]
PIECES = st.sampled_from([*OPERATORS, *DATES, *WORDS])
ANYTHING = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))


def check(tree, depth=0):
    """A tree of the kinds in ``kb.model`` only, each with values of the right kind and no needless parent."""
    assert isinstance(tree, get_args(Node))
    assert depth < 3 * MAX_DEPTH
    match tree:
        case And(nodes) | Or(nodes):
            assert isinstance(nodes, tuple)
            assert len(nodes) > 1
            for inner in nodes:
                check(inner, depth + 1)
        case Not(inner) | Boost(inner, _):
            check(inner, depth + 1)
        case Term(text, field) | Phrase(text, field) | Prefix(text, field):
            assert text
            assert field in {"", "title", "dates"}
        case Filter(field, value):
            assert field == "type"
            assert value
        case Range(field, first, last):
            assert field == "date"
            assert first or last
            assert not (first and last) or first <= last


@settings(max_examples=400, deadline=None)
@given(ANYTHING)
def test_every_text_is_a_query(text):
    asked = parse(text, today=TODAY)
    assert isinstance(asked, Query)
    check(asked.node)
    assert isinstance(asked.node, Everything) == (not text.strip())


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_a_query_does_not_depend_on_the_width_of_its_operators(text):
    wide = str.maketrans({"(": "（", ")": "）", " ": "　", "|": "｜", '"': "＂", "*": "＊"})
    plain = str.maketrans("（）　｜＂＊", '() |"*')
    assert shape(node(text.translate(wide))) == shape(node(text.translate(plain)))


def shape(tree):
    """The tree without the words in it, which keep the width in which they were typed."""
    if isinstance(tree, And | Or):
        return type(tree), tuple(shape(inner) for inner in tree.nodes)
    if isinstance(tree, Not):
        return Not, shape(tree.node)
    assert is_dataclass(tree)
    return type(tree), tuple(getattr(tree, f.name) for f in fields(tree) if f.name == "field")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["子ども", "若者", "居場所", "見守り", "研修"]), min_size=1, max_size=6))
def test_words_with_spaces_are_asked_for_one_by_one(several):
    nodes = words(*several)
    assert node(" ".join(several)) == (And(nodes) if len(nodes) > 1 else nodes[0])


def test_table_in_the_module_names_each_operator_that_is_tested():
    for sign in ("OR", "AND", "-講演", "NOT", "ボランティ*", "title:", "type:", "date:", "「 」", "|"):
        assert sign in query.__doc__


def test_guide_for_developers_lists_examples_that_mean_what_it_says():
    guide = (Path(__file__).parents[2] / "docs" / "search.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in guide.replace(r"\|", "｜").splitlines() if line.startswith("| `")]
    kinds = {type(node(example.strip("`"))) for row in rows for example in row.split(", ")}
    assert {And, Or, Not, Phrase, Prefix, Filter, Range, Term} <= kinds
