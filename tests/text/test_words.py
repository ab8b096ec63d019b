"""Tokens that are kept as bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.text.analyze import Analyzer, Token
from kb.text.words import Kept, columns, encode

ANALYZER = Analyzer()

TEXTS = st.lists(
    st.sampled_from(
        ["ごみ屋敷", "見守りを続ける。", "\n", "㈱", "①", "ﾔﾝｸﾞｹｱﾗｰ", "か゚", "茅ヶ崎市の", "𠮷野家", "A B", "\ud800"]
    )
).map("".join)


def keep(*texts: str) -> Kept:
    return Kept(encode({text: columns(ANALYZER.tokens(text)) for text in texts}))


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


def test_numbers_of_very_long_texts_are_kept() -> None:
    tokens = [
        Token("支援", 0, 2, 0),
        Token("見守り", 70_000, 140_001, 70_000),
        Token("支援", 140_001, 140_003, 5_000_000),
    ]
    words = Kept(encode({"支援": columns(ANALYZER.tokens("支援")), "": columns(tokens)})).words("")
    assert words is not None
    assert words.tokens() == tokens


def test_a_section_of_four_hundred_characters_takes_less_than_its_text() -> None:
    heading = "見守りから始まったつながり"
    text = "民生委員が高齢者の見守りを続けています。地域の人と話し合い、重層的支援体制整備事業につなぎました。" * 9
    kept = encode({one: columns(ANALYZER.tokens(one)) for one in (heading, text)})
    assert len(kept) < len(text.encode()) / 2
