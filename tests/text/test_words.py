"""Tokens that are kept as bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.analyze import Analyzer
from kb.text.words import Kept, Words, columns
from tests.text.keep import kept_bytes

ANALYZER = Analyzer()

TEXTS = st.lists(
    st.sampled_from(
        ["ごみ屋敷", "見守りを続ける。", "\n", "㈱", "①", "ﾔﾝｸﾞｹｱﾗｰ", "か゚", "茅ヶ崎市の", "𠮷野家", "A B", "\ud800"]
    )
).map("".join)


def keep(*texts: str) -> Kept:
    return Kept(kept_bytes(*texts))


@given(st.lists(TEXTS))
def test_what_is_kept_of_each_text_is_what_analysis_gives(texts: list[str]) -> None:
    kept = keep(*texts)
    for text in texts:
        words = kept.words(text)
        assert words is not None
        assert words.tokens() == ANALYZER.tokens(text)


@given(st.lists(TEXTS), TEXTS)
def test_a_text_that_is_not_kept_has_none(texts: list[str], other: str) -> None:
    assert (keep(*texts).words(other) is None) == (other not in texts)


def test_a_text_that_has_been_corrected_is_another_text_though_it_is_as_long() -> None:
    assert keep("見守り活動の記録").words("見守り活動の記憶") is None


@pytest.mark.parametrize("length", [20, 300, 5_000, 70_000])
def test_numbers_of_any_size_are_kept(length: int) -> None:
    texts = [
        "支援",
        f"支援{'。、' * length}見守り",
        f"支援{'。' * length}見守り{'ー' * length}支援",
        f"{'k' * length}の支援",
        "見守り",
    ]
    kept = keep(*texts)
    for text in texts:
        words = kept.words(text)
        assert words is not None
        assert words.tokens() == ANALYZER.tokens(text) == Words.of(columns(ANALYZER.tokens(text))).tokens()


def test_a_section_of_four_hundred_characters_takes_less_than_its_text() -> None:
    heading = "見守りから始まったつながり"
    text = "民生委員が高齢者の見守りを続けています。地域の人と話し合い、重層的支援体制整備事業につなぎました。" * 9
    assert len(kept_bytes(heading, text)) < len(text.encode())
