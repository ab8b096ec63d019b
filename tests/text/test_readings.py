"""What people type who have not converted it: kana, romaji, and half of each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.phrases import compounds, whole
from kb.text.readings import kana_of, loose


@pytest.mark.parametrize(
    ("romaji", "kana"),
    [
        ("juusou", "じゅうそう"),
        ("zyuusou", "じゅうそう"),
        ("jyuusou", "じゅうそう"),
        ("shien", "しえん"),
        ("sien", "しえん"),
        ("gakkou", "がっこう"),
        ("kenri", "けんり"),
        ("kennri", "けんり"),
        ("kon'i", "こんい"),
        ("onna", "おんな"),
        ("tchi", "tち"),
        ("fureai", "ふれあい"),
        ("thi-mu", "てぃ-む"),
        ("KODOMO", "こども"),
        ("ｋｏｄｏｍｏ", "こども"),
    ],
)
def test_romaji_is_read_as_input_methods_do(romaji, kana):
    found, nexts = kana_of(romaji)
    if romaji.endswith("n"):
        assert found + ("ん" if "ん" in nexts else "") == kana
    else:
        assert (found, nexts) == (kana, ())


@pytest.mark.parametrize(
    ("typed", "kana", "some"),
    [("じゅうｓ", "じゅう", "そ"), ("ky", "", "きょ"), ("kan", "か", "ん"), ("重層てk", "重層て", "き")],
)
def test_half_a_syllable_may_become_several(typed, kana, some):
    found, nexts = kana_of(typed)
    assert found == kana
    assert some in nexts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("コーディネーター", "こうでぃねえたあ"),
        ("こうれい", "コーレー"),
        ("みじか", "みぢか"),
        ("つづき", "つずき"),
        ("おおきい", "おうきい"),
    ],
)
def test_spellings_of_one_sound_have_one_key(one, other):
    assert loose(one) == loose(other)


@pytest.mark.parametrize(("one", "other"), [("かき", "かぎ"), ("はし", "はっし"), ("こい", "こえ")])
def test_other_sounds_have_other_keys(one, other):
    assert loose(one) != loose(other)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read(text):
    kana, nexts = kana_of(text)
    assert isinstance(loose(kana), str)
    assert all(isinstance(one, str) for one in nexts)


@given(st.text(alphabet="あいうえおかきくけこさしすせそ", max_size=20), st.integers(0, 20))
def test_the_key_of_a_beginning_is_the_beginning_of_the_key(kana, length):
    assert loose(kana).startswith(loose(kana[:length]))


def test_compounds_are_found_with_how_they_are_written_and_read():
    (found,) = compounds("重層的支援体制整備事業が始まりました。")
    assert found.text == "重層的支援体制整備事業"
    assert "体制整備事業" in found.inner
    assert loose("じゅうそうてきしえんたいせいせいびじぎょう") in found.keys


def test_numbers_and_function_words_are_no_compounds():
    assert [p.text for p in compounds("令和4年度は12回、毎月1日に開きました。")] == ["令和4年度"]
    assert list(compounds("それでは、またあとで。")) == []


def test_a_verb_that_is_a_noun_is_one():
    assert [p.text for p in compounds("民生委員との見守り")] == ["民生委員", "見守り"]


def test_a_heading_is_one_phrase_unless_it_is_too_long():
    assert whole("ゴミ屋敷の片付けから始まったつながり").text == "ゴミ屋敷の片付けから始まったつながり"
    assert whole("とても長い見出し" * 6) is None


@given(st.text(max_size=60))
def test_any_text_has_compounds_that_stand_in_it(text):
    for phrase in compounds(text):
        assert "".join(phrase.text.split()) in "".join(text.split())
        assert all(phrase.keys)
