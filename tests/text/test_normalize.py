"""The search key: what it unites, and the way back to the text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.normalize import fold, search_key

JAPANESE = st.text(
    st.sampled_from(
        "かがハバパｶﾞﾊﾟﾞ゛゜゙゚ヶヵケ茅崎﨑⻑⻄⼾⿊①㍿㋿㌔〜～ー－―ＡＢａbAΣςİ葛\U000e0100\u200b\ufeff　 \nééA\u0301각ᄀ"
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ｺﾐｭﾆﾃｨｿｰｼｬﾙﾜｰｶｰ", "コミュニティソーシャルワーカー"),
        ("ＣＳＷ", "csw"),
        ("９～11月", "9〜１１月"),
        ("茅ヶ崎市", "茅ケ崎市"),
        ("三ヵ月", "三ヶ月"),
        ("⻑寿と⻄地区", "長寿と西地区"),
        ("⼾別訪問", "戸別訪問"),
        ("⿊田", "黒田"),
        ("⾭年", "青年"),
        ("⻩色い⻭", "黄色い歯"),
        ("髙橋と山﨑", "高橋と山崎"),
        ("葛\U000e0100城市", "葛城市"),
        ("か\u3099んばる", "がんばる"),
        ("か゛んばる", "がんばる"),
        ("㋿3年", "令和3年"),
        ("045‐312−4813", "045-312-4813"),
        ("地域\u200b福祉", "地域福祉"),
        ("“つなぐ”", "〝つなぐ〟"),
    ],
)
def test_spellings_of_the_same_have_one_key(one, other):
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ハハ", "パパ"), ("ひと", "ヒト"), ("カード", "カド"), ("9~11月", "911月"), ("びょういん", "びよういん")],
)
def test_different_words_keep_different_keys(one, other):
    assert search_key(one) != search_key(other)


def test_a_place_in_the_key_leads_back_to_the_text():
    text = "今年の①ﾎﾞﾗﾝﾃｨｱ講座（㍿みどり）"
    folded = fold(text)
    start = folded.key.index("ボランティア")
    assert text[slice(*folded.span(start, start + len("ボランティア")))] == "ﾎﾞﾗﾝﾃｨｱ"


def test_part_of_one_character_leads_back_to_the_whole_character():
    text = "発行㍿みどり"
    folded = fold(text)
    start = folded.key.index("式会")
    assert text[slice(*folded.span(start, start + 2))] == "㍿"


def test_an_empty_span_stays_empty():
    folded = fold("㍿みどり")
    assert folded.span(2, 2) == (0, 0)
    assert folded.span(len(folded.key), len(folded.key)) == (4, 4)


@given(st.text(max_size=60) | JAPANESE)
def test_the_key_of_a_key_is_itself(text):
    assert search_key(search_key(text)) == search_key(text)


@given(st.text(max_size=60) | JAPANESE)
def test_both_ways_to_the_key_agree(text):
    assert fold(text).key == search_key(text)


@given(st.text(max_size=60) | JAPANESE)
def test_canonically_equal_texts_have_one_key(text):
    assert search_key(unicodedata.normalize("NFD", text)) == search_key(unicodedata.normalize("NFC", text))


@given(st.text(max_size=40) | JAPANESE, st.data())
def test_a_span_of_the_text_has_the_part_of_the_key_in_its_own_key(text, data):
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.key)))
    end = data.draw(st.integers(start, len(folded.key)))
    first, last = folded.span(start, end)
    assert 0 <= first <= last <= len(text)
    assert folded.key[start:end] in search_key(text[first:last])


@given(st.text(max_size=60) | JAPANESE)
def test_the_way_back_never_turns_round(text):
    folded = fold(text)
    assert len(folded.origin) == len(folded.key) + 1
    assert list(folded.origin) == sorted(folded.origin)
    assert folded.origin[-1] == len(text)
