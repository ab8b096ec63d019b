"""Whatever the text: no exception, true spans, proposals that hold, and work that grows with the text and no faster."""

import re
import sys
from itertools import pairwise
from re import _constants as constants
from re import _parser as parser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_privacy import address, birth, bylines, contact, facilities, letters, names, numbers, review
from kb_privacy.check import check
from kb_privacy.numbers import is_insurer, is_my_number
from kb_privacy.review import review as review_document
from kb_privacy.spans import Spans
from kb_privacy.tests.casefile import accepted, case

FRAGMENTS = st.sampled_from(
    [
        "田中",
        "花子",
        "さん",
        "氏",
        "様",
        "くん",
        "、",
        "。",
        "の",
        "は",
        "が",
        "長男",
        "妻",
        "A",
        "Ａ",
        "B",
        "K.S.",
        "（",
        "）",
        "\n",
        "：",
        "\u3000",
        "-",
        "氏名",
        "生年月日",
        "昭和23年4月5日",
        "生まれ",
        "電話",
        "090-1234-5678",
        "０４６５",
        "若葉市",
        "青葉町",
        "3丁目",
        "12番5号",
        "コーポ潮風",
        "203号室",
        "佐藤病院",
        "さくら苑",
        "デイサービス",
        "社会福祉法人",
        "執筆者",
        "記",
        "内線12",
        "〒999-0123",
        "x@example.jp",
        "123456789018",
        "被保険者番号",
        "0001234567",
        "口座番号",
        "1234567",
        "村上",
        "勇",
        "ハルカ",
        "山田町",
        "㍿",
        "ﾀﾅｶ",
        "髙",
        "𠮷",
        "\t",
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(FRAGMENTS, max_size=14).map("".join))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_findings_hold_their_evidence_and_do_not_overlap(text):
    found = check(text)
    assert all(text[clue.start : clue.end] == clue.evidence for clue in found)
    assert all(clue.evidence and clue.why for clue in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=200, deadline=None)
def test_accepting_proposals_comes_to_an_end_and_is_the_same_for_the_same_words(title, heading, text):
    document, sections = case(title, (heading, text))
    for _ in range(4):
        found = list(review_document(document, sections, frozenset()))
        assert len({(f.kind, f.evidence, f.proposal) for f in found}) == len({(f.kind, f.evidence) for f in found})
        assert all(finding.proposal and finding.proposal != finding.evidence for finding in found)
        document, sections = accepted(document, sections, found)
    assert found == []


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=12), st.integers(0, 45), st.integers(1, 8))
def test_spans_answer_as_a_search_through_all_characters_would(pairs, start, length):
    marked = {place for first, size in pairs for place in range(first, first + size)}
    spans, asked = Spans((first, first + size) for first, size in pairs), set(range(start, start + length))
    assert spans.cover(start, start + length) == (asked <= marked)
    assert spans.touch(start, start + length) == bool(asked & marked)


@given(st.integers(0, 10**11 - 1))
def test_of_twelve_digits_with_the_same_beginning_one_or_two_end_in_the_check_digit(beginning):
    # Remainders 0 and 1 both give 0, so that exactly one digit fits.
    assert sum(is_my_number(f"{beginning:011}{last}") for last in range(10)) == 1


@given(st.integers(0, 10**7 - 1))
def test_of_eight_digits_with_the_same_beginning_one_ends_in_the_check_digit_of_an_insurer(beginning):
    assert sum(is_insurer(f"{beginning:07}{last}") for last in range(10)) == 1


def calls(text):
    """How many functions, of Python and of C, are called to check a text."""
    count = 0

    def tick(_frame, event, _argument):
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(tick)
    try:
        check(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "unit",
    [
        "さん",
        "病院",
        "株式会社",
        "田中",
        "田中さん、",
        "町",
        "青葉町",
        "一丁目",
        "123番地の",
        "電話",
        "記号1",
        "コーポ",
        "執筆者：",
        "A",
        "A.",
        "a@",
        "1",
        "1-",
        "の",
        "（",
        "・",
        "氏名\t",
        "生年月日",
        "『",
        "",
    ],
)
def test_twice_the_text_is_twice_the_work(unit):
    check("")  # the dictionary is loaded once
    text = (unit or "\n") * 400
    assert calls(text * 2) < 2.4 * calls(text)


PATTERNS = [
    pytest.param(pattern, id=f"{module.__name__.rpartition('.')[2]}.{name}")
    for module in (address, birth, bylines, contact, facilities, letters, names, numbers, review)
    for name, pattern in vars(module).items()
    if isinstance(pattern, re.Pattern)
]
MOST = 200
"""Times that anything but one set of characters may repeat, or that a set may, where it does not reach the end."""


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_pattern_repeats_without_a_bound_what_repeats_itself(pattern):
    """An expression such as (a+)+ takes exponential time; that much can be read off it without a clock."""
    assert deepest(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)) <= 1


def deepest(tree):
    """How many unbounded repetitions lie in one another."""
    most = 0
    for operation, argument in tree:
        inner = max((deepest(part) for part in parts(argument)), default=0)
        unbounded = operation in {constants.MAX_REPEAT, constants.MIN_REPEAT} and argument[1] > MOST
        most = max(most, inner + unbounded)
    return most


def parts(argument):
    """The patterns in an argument of the parsed form, which nests tuples and lists."""
    if isinstance(argument, parser.SubPattern):
        return [argument]
    return [part for item in argument for part in parts(item)] if isinstance(argument, list | tuple) else []


def test_the_test_of_patterns_sees_what_takes_exponential_time():
    assert deepest(parser.parse("(?:(?:a+)b?)+")) == 2
    assert deepest(parser.parse("(?:a{1,9}b)+c*")) == 1
