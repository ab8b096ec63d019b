"""Tokens that are kept as bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.text import words
from kb.text.analyze import Analyzer, Token

ANALYZER = Analyzer()

TEXTS = st.lists(
    st.sampled_from(["ごみ屋敷", "見守りを続ける。", "\n", "㈱", "①", "ﾔﾝｸﾞｹｱﾗｰ", "か゚", "茅ヶ崎市の", "𠮷野家", "A B"])
)


@given(TEXTS.map("".join))
def test_what_is_decoded_is_what_was_encoded(text: str) -> None:
    tokens = ANALYZER.tokens(text)
    assert words.decode(words.encode(tokens)) == tokens


def test_numbers_of_very_long_texts_are_kept() -> None:
    tokens = [
        Token("支援", 0, 2, 0),
        Token("見守り", 70_000, 140_001, 70_000),
        Token("支援", 140_001, 140_003, 5_000_000),
    ]
    assert words.decode(words.encode(tokens)) == tokens


def test_a_section_of_four_hundred_characters_takes_less_than_its_text() -> None:
    text = "民生委員が高齢者の見守りを続けています。地域の人と話し合い、重層的支援体制整備事業につなぎました。" * 9
    assert len(words.encode(ANALYZER.tokens(text))) < len(text.encode()) / 2
