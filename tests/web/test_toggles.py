"""The link of a value of a facet leads to what it says."""

from urllib.parse import parse_qsl

from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from kb.model import Filter
from kb.web.addresses import query_string
from kb.web.asking import MOST_FILTERS, read
from kb.web.toggles import toggles

FIELDS = ("type", "year", "publisher")
arguments = st.lists(st.tuples(st.sampled_from(("q", "sort", "page", *FIELDS, "unknown")), st.text(max_size=150)))


def parsed(args):
    return read(MultiDict(args), FIELDS)


@settings(max_examples=200)
@given(arguments, st.builds(Filter, st.sampled_from(FIELDS), st.text(min_size=1, max_size=5)))
def test_the_link_of_a_choice_leads_to_what_it_toggles(args, choice):
    asked, choice = parsed(args), parsed([(choice.field, choice.value)]).filters
    for one in (*choice, *asked.filters):
        address = toggles(asked, one.field)(one.value)
        assert address[:1] in {"", "?"}
        pairs = [(name, value) for name, value in parse_qsl(address[1:], keep_blank_values=True)]
        wanted = asked.toggled(one)
        found = parsed(pairs)
        assert (found.text, set(found.filters), found.sort, found.page) == (
            wanted.text,
            set(wanted.filters[:MOST_FILTERS]),
            wanted.sort,
            1,
        )
        assert sorted(pairs) == sorted(parse_qsl(query_string(wanted.args), keep_blank_values=True))
