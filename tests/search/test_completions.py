"""Completions and corrections, the same from every engine, within what may be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.model import EVERYTHING, PUBLIC_ONLY, AccessClass
from kb.search.completion import beginnings, is_one_slip
from kb.text.phrases import compounds


def phrases(text):
    return tuple(compounds(text))


@pytest.fixture
def filled(index, entry):
    def make(section, text, **how):
        return entry(section, text, phrases=phrases(text), **how)

    for one in (
        make("a", "重層的支援体制整備事業が始まりました"),
        make("b", "重層的支援体制整備事業の報告"),
        make("c", "従業員の見守り"),
        make("d", "重層的支援会議", access=AccessClass.CASES),
        make("e", "ヤングケアラーの居場所"),
    ):
        index.replace(one.document, [one])
    index.commit()
    return index


def texts(index, typed, access=EVERYTHING, hidden=frozenset()):
    return [c.text for c in index.completions(beginnings(typed), access=access, hidden=hidden, limit=8)]


@pytest.mark.parametrize(
    "typed", ["重層", "じゅうそう", "ジュウソウ", "juuso", "zyuusou", "じゅうｓ", "重層てき", "重層てk", "ｼﾞｭｳｿｳ"]
)
def test_a_phrase_is_offered_however_it_is_begun(filled, typed):
    assert texts(filled, typed)[0] == "重層的支援体制整備事業"


@pytest.mark.parametrize("typed", ["体制", "たいせい", "taisei", "seibi"])
def test_it_can_be_begun_at_each_of_its_words(filled, typed):
    assert texts(filled, typed) == ["重層的支援体制整備事業"]


def test_what_is_used_more_comes_first_and_is_counted(filled):
    first, second = filled.completions(beginnings("重層"), access=EVERYTHING, hidden=frozenset(), limit=8)
    assert (first.text, first.count) == ("重層的支援体制整備事業", 2)
    assert (second.text, second.count) == ("重層的支援会議", 1)


def test_nothing_is_offered_that_may_not_be_read(filled):
    assert texts(filled, "重層", PUBLIC_ONLY) == ["重層的支援体制整備事業"]
    assert texts(filled, "重層", frozenset()) == []


def test_nothing_is_offered_of_what_is_hidden(filled):
    assert texts(filled, "ヤング") == ["ヤングケアラー"]
    assert texts(filled, "ヤング", hidden=frozenset({"e"})) == []


def test_nothing_is_offered_of_what_was_replaced(filled, entry):
    filled.replace("e", [entry("e", "配食", version=2)])
    filled.commit()
    assert texts(filled, "ヤング") == []


@pytest.mark.parametrize("typed", ["", "　", "。", "ぴよ", "\x1f", "あ" * 500])
def test_what_begins_nothing_offers_nothing(filled, typed):
    assert texts(filled, typed) == []


def near(index, key, access=EVERYTHING):
    return [c.text for c in index.near(key, access=access, hidden=frozenset(), limit=8)]


@pytest.mark.parametrize(
    "slip", ["ヤングケアラ", "ヤングアケラー", "ャングケアラー", "ヤングケアラーー", "ヤンケアラー"]
)
def test_a_phrase_one_slip_away_is_near(filled, slip):
    assert near(filled, slip) == ["ヤングケアラー"]


def test_two_slips_are_too_many(filled):
    assert near(filled, "ヤグケアラ") == []


def test_what_may_not_be_read_is_never_near(filled):
    assert near(filled, "重層的支援会儀") == ["重層的支援会議"]
    assert near(filled, "重層的支援会儀", PUBLIC_ONLY) == []


WORDS = st.text(alphabet="あいう", max_size=5)


def edits(word):
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    return {
        *(a + b[1:] for a, b in cuts if b),
        *(a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1),
        *(a + c + b[1:] for a, b in cuts if b for c in "あいう"),
        *(a + c + b for a, b in cuts for c in "あいう"),
    } - {word}


@given(WORDS, WORDS)
def test_one_slip_is_what_one_edit_makes(one, other):
    assert is_one_slip(one, other) == (other in edits(one))
