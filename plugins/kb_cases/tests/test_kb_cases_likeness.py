"""Which cases are like another, and how a case fits on a sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.testing import a_document
from kb_cases import vocabulary
from kb_cases.likeness import alike
from kb_cases.shelf import Case, Passage
from kb_cases.summary import LINES, summarised


def a_case(name, themes=(), people=(), age=()):
    facets = {"case_theme": tuple(themes), "case_party": tuple(people), "case_age": tuple(age)}
    return Case(name, name, a_document(type="case"), facets={kind: values for kind, values in facets.items() if values})


def names(found):
    return [like.case.id for like in found]


def test_what_few_cases_have_tells_more_than_what_all_have():
    one = a_case("一", ["見守り", "多頭飼育"])
    common = [a_case(f"見守り{n}", ["見守り"]) for n in range(5)]
    (first, *_) = alike(one, [one, *common, a_case("犬", ["多頭飼育"])], 9)
    assert (first.case.id, first.shared) == ("犬", ("多頭飼育",))


def test_one_agency_in_common_is_no_constellation_and_two_things_are():
    one = a_case("一", ["見守り"], ["民生委員・児童委員", "学校"], ["80代"])
    others = [
        a_case("民生委員だけ", ["就労"], ["民生委員・児童委員"]),
        a_case("年代と学校", ["就労"], ["学校"], ["80代"]),
        a_case("何もない", ["就労"]),
    ]
    assert names(alike(one, others, 9)) == ["年代と学校"]


def test_a_case_without_any_of_it_is_like_none():
    assert alike(a_case("一"), [a_case("二"), a_case("三", ["就労"])], 9) == []


CASES = st.builds(
    a_case,
    st.uuids().map(str),
    st.lists(st.sampled_from(vocabulary.choices("case_theme")[:6]), max_size=3, unique=True),
    st.lists(st.sampled_from(vocabulary.choices("case_party")[:6]), max_size=3, unique=True),
    st.lists(st.sampled_from(vocabulary.AGES), max_size=1),
)


@given(st.lists(CASES, min_size=2, max_size=8, unique_by=lambda case: case.id))
def test_likeness_is_mutual_and_nothing_is_more_like_a_case_than_its_double(shelf):
    one, other, *_ = shelf
    there = {like.case.id: like.score for like in alike(one, shelf, 99)}
    back = {like.case.id: like.score for like in alike(other, shelf, 99)}
    assert there.get(other.id) == pytest.approx(back.get(one.id))
    assert one.id not in there
    assert all(0 < score <= 1.0000001 for score in there.values())
    double = Case("double", "写し", one.document, facets=one.facets)
    for like in alike(one, [*shelf, double], 1):
        assert like.score == pytest.approx(1) or like.case.id != "double"


def test_what_short_parts_leave_goes_to_the_long_ones():
    parts = [
        Passage("概要", ("短い。",)),
        Passage("支援", ("四十字に近い長さの一文を、こうして何度も何度も繰り返して書きます。" * 60,)),
    ]
    short, long = summarised(parts)
    assert short.lines == ("短い。",)
    assert 20 * 40 < len(long.lines[0]) <= LINES * 40
    assert long.lines[0].endswith("。……")


@given(st.lists(st.text(st.sampled_from("あ漢。\n、1"), min_size=1, max_size=4000), max_size=10))
def test_whatever_a_case_says_fits_on_its_sheet(texts):
    found = summarised([Passage(f"部分{n}", (text,)) for n, text in enumerate(texts)])
    lines = sum(-(-len(line) // 40) or 1 for part in found for line in part.lines[0].rstrip("\n").split("\n"))
    assert lines <= LINES + len(texts)
    for part, text in zip(found, texts, strict=True):
        assert text.startswith(part.lines[0].removesuffix("……").rstrip())
