"""Extractions cross the border between processes unchanged, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.ingest.codec import clean, dump, load
from kb.model import BBox, Block, Extraction

numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)
boxes = st.builds(BBox, numbers, numbers, numbers, numbers)
blocks = st.builds(
    Block,
    texts,
    kind=st.sampled_from(["line", "paragraph", "heading", "list", "field", "table", "furniture"]),
    level=st.integers(0, 9),
    page=st.none() | st.integers(1, 999),
    size=st.none() | numbers,
    bbox=st.none() | boxes,
    vertical=st.booleans(),
    aside=st.integers(0, 9),
)
extractions = st.builds(
    Extraction,
    st.lists(blocks, max_size=5).map(tuple),
    texts,
    pages=st.none() | st.integers(0, 999),
    metadata=st.dictionaries(texts, texts, max_size=3),
    warnings=st.lists(texts, max_size=3).map(tuple),
)


@given(extractions)
def test_round_trip(extraction):
    assert load(dump(extraction)) == extraction


@given(st.text())
def test_cleaned_text_can_be_stored_anywhere(text):
    assert "\x00" not in clean(text)
    clean(text).encode("utf-8")
    assert clean("令和４年\t３月\n①㈱髙﨑𠮷") == "令和４年\t３月\n①㈱髙﨑𠮷"


@pytest.mark.parametrize("data", [b"1", b"null", b'{"blocks": 1}', b"\xff", b'{"blocks": [{}]}'])
def test_anything_else_is_a_value_error(data):
    with pytest.raises(ValueError):  # noqa: PT011 - of any wording
        load(data)
