"""Text files: the encoding is told from a single line, and every line arrives as it stands."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kb_formats.charset import decode

CHARSETS = ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16"]

LINES = [
    "会議録",
    "福祉",
    "相談支援",
    "ひきこもり",
    "ヤングケアラー",
    "令和3年度",
    "社協だより第3号",
    "ゴミ屋敷の片付け",
    "民生委員児童委員協議会",
    "Zoomで開催",
    "ABC会議",
    "ケース会議（第2回）",
    "東京都",
    "居場所",
    "お知らせ：３月２３日（水）１０～１２時",
    "〒000-0000　若葉市緑町1-2-3",
]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("line", LINES)
def test_single_lines_in_every_encoding(line, charset):
    try:
        data = line.encode(charset)
    except UnicodeEncodeError:
        data = line.replace("～", "〜").encode(charset)  # the strict codecs know only the other wave dash
    decoded = decode(data)
    assert decoded is not None
    assert decoded.text.replace("〜", "～") == line


@pytest.mark.parametrize(
    "line", ["①令和4年度の㈱髙橋商店", "髙﨑さん宅　№3", "ｶｲｾﾞﾝ活動", "ﾎﾞﾗﾝﾃｨｱ", "～みんなの居場所～"]
)
def test_characters_of_windows_are_read_as_cp932_not_shift_jis(line):
    assert decode(line.encode("cp932")).text == line
    assert decode(line.encode("cp932"), "Shift_JIS").text == line


def test_circled_numbers_in_mail_encoding():
    """Mail programs write NEC's ① in ISO-2022-JP, for which Python's own codec raises."""
    data = b"\x1b$B-!-jBh\x1b(B3\x1b$B2s\x1b(B"
    assert decode(data).text == "①㈱第3回"


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(charset):
    text = "ひきこもり家族会のお知らせ\r\n毎月第2土曜日\r\n"
    assert decode(text.encode(charset)).text == text


@given(
    st.text(
        st.sampled_from("のをにがはでとしたいるあまりこれ相談支援地域福祉会議開催生活困窮子ども。、「」・ー1２A"),
        min_size=6,
        max_size=60,
    )
)
def test_ordinary_japanese_survives_every_encoding(text):
    assume(sum("ぁ" <= c <= "ん" for c in text) >= 2)
    for charset in ("utf-8", "cp932", "euc_jp", "iso2022_jp"):
        assert decode(text.encode(charset)).text == text


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_none(data):
    decoded = decode(data)
    assert decoded is None or isinstance(decoded.text, str)


def test_every_line_arrives_with_its_spaces_and_blank_lines(read):
    extraction = read("■見出し \r\n\r\n　本文です。 \r\n".encode())
    assert [block.text for block in extraction.blocks] == ["■見出し ", "", "　本文です。 "]
    assert {block.kind for block in extraction.blocks} == {"line"}
    assert (extraction.media_type, extraction.pages) == ("text/plain", None)


def test_form_feeds_are_pages(read):
    extraction = read("一枚目\n\f二枚目\n".encode())
    assert extraction.pages == 2
    assert [(block.text, block.page) for block in extraction.blocks if block.text] == [("一枚目", 1), ("二枚目", 2)]


def test_the_encoding_is_noted(read):
    assert read("会議録を送ります。".encode("cp932")).metadata["charset"] == "cp932"


def test_bytes_that_are_no_text_are_refused(refused):
    assert "文字として読み取れない" in refused(bytes(range(1, 32)) * 40, "謎.dat").reason


@pytest.mark.parametrize("data", [b"", b"  \n\n", b"\xef\xbb\xbf", b"\x00" * 100])
def test_an_empty_file_says_so(refused, data):
    assert "空です" in refused(data, "空.txt").reason
