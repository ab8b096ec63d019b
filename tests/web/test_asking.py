"""An address says exactly what was asked for, whatever that was."""

from urllib.parse import parse_qsl, urlencode

from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from kb.model import ContentType, Field, Filter
from kb.web.asking import LAST_PAGE, LONGEST_VALUE, MOST_FILTERS, Asked, facet_fields, read
from kb.web.search import window

FIELDS = ("type", "year", "publisher")
arguments = st.lists(st.tuples(st.sampled_from(("q", "sort", "page", *FIELDS, "unknown")), st.text(max_size=150)))


def parsed(args):
    return read(MultiDict(args), FIELDS)


@settings(max_examples=200)
@given(arguments)
def test_the_address_of_what_was_asked_asks_for_the_same(args):
    asked = parsed(args)
    address = urlencode(asked.args, doseq=True)
    assert parsed(parse_qsl(address, keep_blank_values=True)) == asked


@settings(max_examples=200)
@given(arguments)
def test_nothing_that_is_asked_is_out_of_bounds(args):
    asked = parsed(args)
    assert 1 <= asked.page <= LAST_PAGE
    assert asked.sort in {"relevance", "date"}
    assert len(asked.filters) <= MOST_FILTERS
    assert all(one.field in FIELDS and 0 < len(one.value) <= LONGEST_VALUE for one in asked.filters)
    asked.query(per_page=10)


@given(arguments, st.builds(Filter, st.sampled_from(FIELDS), st.text(min_size=1, max_size=5)))
def test_choosing_twice_is_not_choosing(args, choice):
    asked = parsed(args)
    twice = asked.toggled(choice).toggled(choice)
    assert set(twice.filters) == set(asked.filters)
    assert twice.page == 1


@given(st.integers(1, 500), st.integers(1, 500))
def test_the_pager_leads_everywhere_and_leaves_no_small_gap(page, pages):
    page = min(page, pages)
    shown = window(page, pages)
    numbers = [number for number in shown if number]
    assert numbers == sorted(set(numbers))
    assert {1, page, pages} <= set(numbers)
    assert len(shown) <= 9
    for position, number in enumerate(shown):
        if number is None:
            assert shown[position + 1] - shown[position - 1] > 2


def test_fields_whose_names_mean_something_else_are_no_facets():
    kinds = [
        ContentType(
            "minutes",
            "議事録",
            split=lambda *_: (),
            fields=(
                Field("page", "頁", facet=True),
                Field("q", "質問", facet=True),
                Field("place", "会場", facet=True),
                Field("chair", "司会"),
            ),
        )
    ]
    assert facet_fields(kinds) == {"type": "資料の種類", "year": "発行年", "place": "会場"}


def test_other_words_are_asked_for_without_filters_in_the_same_order():
    asked = Asked("見守り", (Filter("year", "2021"),), "date", 3)
    assert asked.about("民生委員") == Asked("民生委員", (), "date", 1)
