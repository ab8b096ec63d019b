"""The encoding of a text is told from one short line, by what Japanese texts are made of."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from kb_formats.charset import decode
from kb_formats.jis import is_jis
from kb_formats.likelihood import is_text, likelihood

#: Phrases of council papers and newsletters, of which hypothesis makes lines.
PHRASES = [
    *(
        "会議録",
        "次第",
        "相談支援",
        "生活困窮者自立支援",
        "重層的支援体制",
        "民生委員",
        "児童委員",
        "地区社協",
        "理事会",
        "評議員会",
    ),
    *(
        "ひきこもり",
        "ヤングケアラー",
        "ボランティア",
        "サロン",
        "ゴミ屋敷の片付け",
        "コミュニティソーシャルワーカー",
        "権利擁護",
    ),
    *(
        "令和4年度",
        "令和３年１２月",
        "第3回",
        "（水）",
        "１０～１２時",
        "午前10時",
        "緑町1-2-3",
        "電話",
        "ＦＡＸ",
        "Zoom",
        "ABC",
    ),
    *(
        "を訪ねました。",
        "のお知らせ",
        "について",
        "が始まります。",
        "見守りの当番表",
        "居場所づくり",
        "家族会",
        "・",
        "　",
        "「",
        "」",
    ),
    *(
        "田中",
        "佐藤",
        "鈴木",
        "齋藤",
        "渡邊",
        "若葉市",
        "総合福祉会館",
        "雪の日",
        "灯油の配達",
        "除雪",
        "募集",
        "寄附",
        "赤い羽根",
    ),
]
NAMES = [
    "髙﨑",
    "髙橋さん宅",
    "﨑山",
    "神﨑 隆",
    "德永",
    "濵田",
    "栁沢",
    "①",
    "㈱",
    "№3",
    "㍻",
    "㎡",
    "Ⅳ",
    "ｶｲｺﾞ",
    "ﾎﾞﾗﾝﾃｨｱ",
    "ｻﾛﾝ",
]
HEADINGS = [
    "会議録",
    "次第",
    "目次",
    "予定表",
    "はじめに",
    "お知らせ",
    "議事録",
    "日程",
    "見守り",
    "募集",
    "福祉だより",
    "名簿",
]
#: Encodings are told by likelihood, and some short lines are likelier in another one (渡邊 three times is n!衰 in UTF-16):
#: each run tries the same lines, so that a failure is that of a change.
SAME_EACH_TIME = settings(derandomize=True)

lines = st.lists(st.sampled_from(PHRASES), min_size=1, max_size=6).map("".join)
with_names = st.tuples(lines, st.sampled_from(NAMES), lines).map("".join)


def encoded(text, charset):
    """In the way of programs: the codecs for EUC and JIS know only one of the two wave dashes."""
    return text.replace("～", "〜").encode(charset)


def same(decoded, text):
    return decoded is not None and decoded.text.replace("〜", "～") == text.replace("〜", "～")


@pytest.mark.parametrize(
    ("line", "charset"),
    [
        (line, charset)
        for charset in ("utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be")
        for line in HEADINGS
        # 次第 in UTF-16 is !k,{ as well: without a mark nobody can tell.
        if charset == "iso2022_jp" or not line.encode(charset).isascii()
    ],
)
def test_a_heading_alone(line, charset):
    assert decode(line.encode(charset)).text == line


@SAME_EACH_TIME
@given(lines)
@example("第3回")
@example("電話電話電話")
@example("電話電話電話緑町1-2-3")  # ﾅﾅﾏﾃﾅﾅﾏﾃﾅﾅﾏﾃﾎﾐﾄｮ1-2-3, but ﾄｮ is nothing
def test_lines_of_phrases_in_every_encoding(text):
    assume(sum(character > "\x7f" for character in text) > 1)
    for charset in ("utf-8", "utf-8-sig", "euc_jp", "iso2022_jp", "utf-16"):
        assert same(decode(encoded(text, charset)), text), charset
    assert decode(text.encode("cp932")).text == text


@SAME_EACH_TIME
@given(with_names)
def test_characters_of_windows_in_lines_of_cp932(text):
    assert decode(text.encode("cp932")).text == text


@SAME_EACH_TIME
@given(lines)
def test_utf_16_without_a_mark(text):
    assume(len(text.strip()) > 5)
    for charset in ("utf-16-le", "utf-16-be"):
        data = text.encode(charset)
        # Bytes that are printable ASCII through and through are taken for it; the 0 in every kana tells otherwise.
        assert decode(data).text == text or data.isascii()


@SAME_EACH_TIME
@given(st.lists(lines, min_size=2, max_size=8))
def test_several_lines_and_either_line_end(found):
    for end in ("\n", "\r\n", "\r"):
        text = end.join(found)
        for charset in ("utf-8", "cp932"):
            assert decode(text.encode(charset)).text == text


@pytest.mark.parametrize("text", ["①㈱髙橋", "ﾎﾞﾗﾝﾃｨｱ", "会議録①", "第Ⅳ章"])
def test_nec_characters_and_half_width_kana_in_euc(text):
    """Programs on Unix write them, in the rows that the strict standard leaves empty."""
    data = text.encode("euc_jis_2004") if "髙" not in text else text.replace("髙", "高").encode("euc_jis_2004")
    assert decode(data).text == text.replace("髙", "高")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b$B2q5DO?\x1b(B", "会議録"),
        (b"\x1b$@2q5DO?\x1b(J", "会議録"),  # JIS C 6226 and JIS-Roman, of old mail programs
        (b"\x1b$B-!-j\x1b(B", "①㈱"),
        (b"\x1b(I62^\x1b(B", "ｶｲﾞ"),
        (b"\x1b$B2q5D\r\nO?\x1b(B", "会議\r\n録"),
        (b"\x1b$B2q5DO?", "会議録"),  # never escaped back
        (b"No.3 \x1b$B2q\x1b(B", "No.3 会"),
    ],
)
def test_jis(data, text):
    assert is_jis(data)
    assert decode(data).text == text


@SAME_EACH_TIME
@given(lines)
def test_jis_is_read_as_pythons_own_codec_writes_it(text):
    assert same(decode(encoded(text, "iso2022_jp_2")), text)


def test_jis_with_bytes_of_no_character_is_refused():
    assert decode(b"\x1b$B\x21") is None


@SAME_EACH_TIME
@given(lines)
def test_a_declared_encoding_is_believed(text):
    for charset, name in (("cp932", "Shift_JIS"), ("euc_jp", "EUC-JP"), ("utf-8", "UTF-8")):
        assert same(decode(encoded(text, charset), name), text)


@SAME_EACH_TIME
@given(st.lists(lines, min_size=3, max_size=6).map("\n".join))
def test_a_declaration_that_lies_does_no_harm(text):
    assume(any("ぁ" <= character <= "ん" for character in text))
    for charset in ("cp932", "utf-8"):
        for name in ("iso-8859-1", "us-ascii", "utf-8", "Shift_JIS", "big5", "unicode_escape", "x-nonsense", "\x00"):
            assert decode(text.encode(charset), name).text == text


@SAME_EACH_TIME
@given(lines, st.sampled_from(["utf-8", "cp932", "euc_jp", "utf-16"]))
def test_a_text_that_breaks_off_in_a_character_keeps_the_rest(text, charset):
    text = "これは途中で切れた会議録です。ひきこもりの方を訪ねました。" + text + "録"
    decoded = decode(encoded(text, charset)[:-1])
    assert decoded.text.replace("〜", "～").startswith(text[:-1].replace("〜", "～"))
    assert "読めない文字が1か所" in decoded.warnings[0]


def test_nuls_of_old_records_are_nothing():
    assert decode("相談\0\0支援\0の会議録です。".encode("cp932")).text == "相談支援の会議録です。"


def test_utf_7_of_old_mail_programs():
    assert decode("会議録です。".encode("utf-7")).text == "会議録です。"
    assert decode(b"C++ and a+b-c").text == "C++ and a+b-c"


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("회의록입니다 사회복지협의회에서 상담지원을 하고 있습니다.", "cp949"),
        ("会议记录：社会工作者访问了家庭。我们的服务对象是老年人。", "gb18030"),
    ],
)
def test_korean_and_chinese_flyers_are_not_read_as_rare_kanji(text, charset):
    assert decode(text.encode(charset)).text == text


def test_ctrl_z_of_ms_dos_ends_the_text():
    assert decode("会議録\r\n\x1a".encode("cp932")).text == "会議録\r\n"


def test_one_slip_does_not_cost_a_newsletter():
    text = "社協の職員が、ひきこもりの方を訪ねました。\n" * 20
    data = bytearray(text.encode("cp932"))
    data[data.index("、".encode("cp932"))] = 0xFD
    assert "訪ねました。" in decode(bytes(data)).text


@SAME_EACH_TIME
@given(lines)
def test_text_is_likelier_than_the_same_bytes_in_a_wrong_encoding(text):
    assume(sum("ぁ" <= character <= "ん" for character in text) > 2)
    for right, wrong in (("cp932", "euc_jp"), ("euc_jp", "cp932"), ("utf-8", "cp932")):
        try:
            other = encoded(text, right).decode(wrong)
        except UnicodeError:
            continue
        assert likelihood(text) > likelihood(other)


@SAME_EACH_TIME
@given(with_names)
def test_lines_are_text(text):
    assert is_text(text)


@pytest.mark.parametrize("noise", ["\x00\x01\x02\x03" * 20, "\ue000\ue123" * 20, "ᚠᛇᚻ" * 20, "釁蘂鬮籥" * 5])
def test_noise_is_no_text(noise):
    assert not is_text(noise)
