"""Names of files: shown to people and sent in headers, so nothing in them may lead astray."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.ingest.intake import plain_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        (r"C:\Users\山吹\集い.txt", "集い.txt"),
        ("../../etc/passwd", "passwd"),
        ("だより\r\nSet-Cookie: a=b.pdf", "だよりSet-Cookie: a=b.pdf"),
        ("..", "名前のないファイル"),
        ("", "名前のないファイル"),
    ],
)
def test_only_the_name_itself_is_kept(given_name, kept):
    assert plain_name(given_name) == kept


@given(st.text())
def test_any_name_is_plain_and_of_bearable_length(name):
    plain = plain_name(name)
    assert plain
    assert len(plain) <= 200
    assert not set(plain) & set("/\\\r\n\0\u202e")
    assert plain_name(plain) == plain
