"""文字コード: which of the encodings of Japanese text files a file is in, told correctly for single short lines too.

Strict decoding leaves only encodings in which every byte makes sense; of these, the one whose text looks most like
Japanese wins. chardet is asked only when none of them fits: on short texts it takes 会議録 in CP932 for Big5.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

import chardet

#: Byte order marks, the longer first (UTF-32 LE begins with the mark of UTF-16 LE).
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: ISO-2022-JP escapes (RFC 1468, JIS X 0202): to ASCII or JIS-Roman, to kana, to two-byte sets.
_ESCAPE = re.compile(rb"\x1b(?:\([BJHI]|\$[@B]|\$\([DOPQ]|&@)")

#: A kana or kanji in UTF-8. No other encoding makes valid UTF-8 of these but by chance.
_UTF_8 = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")

#: Characters read for telling encodings apart; a text is in one encoding from its beginning to its end.
_SAMPLE = 4_000

#: chardet's names for what Windows really writes: both have characters (①㈱髙) that the strict names lack.
_WINDOWS = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jis_2004",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the encoding it was in."""

    text: str
    charset: str


def decode(data: bytes, declared: str = "") -> Decoded | None:
    """The text in ``data``; None if it is in no encoding of Japanese text.

    Args:
        data: the whole file.
        declared: what the file says of itself (``<meta charset>``); believed if it makes sense in every byte.

    """
    marked = next((charset for mark, charset in _MARKS if data.startswith(mark)), "")
    if marked:
        return _in(data, marked)
    if data.isascii() and _ESCAPE.search(data):
        return _iso_2022_jp(data)
    if b"\x00" in data:
        return _best(data, ("utf-16-le", "utf-16-be"))
    return _declared(data, declared) or _unmarked(data)


def _declared(data: bytes, declared: str) -> Decoded | None:
    name = declared.strip().lower()
    return _in(data, _WINDOWS.get(name, name)) if name else None


def _unmarked(data: bytes) -> Decoded | None:
    if data.isascii():
        return _no_garbage(Decoded(data.decode("ascii"), "ascii"))
    if _UTF_8.search(data) and (found := _in(data, "utf-8")):
        return found
    best = _best(data, ("utf-8", "cp932", "euc_jp", "euc_jis_2004", *_utf_16(data)))
    return (best and _no_garbage(best)) or _guessed(data)


def _in(data: bytes, charset: str) -> Decoded | None:
    try:
        return Decoded(data.decode(charset), charset)
    except (UnicodeDecodeError, LookupError):
        return None


def _best(data: bytes, charsets: tuple[str, ...]) -> Decoded | None:
    """The decoding that looks most like Japanese; of equals, the first."""
    found = [decoded for charset in charsets if (decoded := _in(data, charset)) is not None]
    return max(found, key=lambda decoded: plausibility(decoded.text), default=None)


def _utf_16(data: bytes) -> Iterator[str]:
    """UTF-16 without a mark: every other byte of kana is 0x30, which no other encoding repeats so."""
    half = len(data) / 2
    if len(data) % 2:
        return
    if data[1::2].count(0x30) > half / 4:
        yield "utf-16-le"
    if data[0::2].count(0x30) > half / 4:
        yield "utf-16-be"


def _guessed(data: bytes) -> Decoded | None:
    guess = chardet.detect(data)
    charset = str(guess["encoding"] or "")
    decoded = _in(data, _WINDOWS.get(charset.lower(), charset)) if charset else None
    return _no_garbage(decoded) if decoded else None


def _no_garbage(decoded: Decoded) -> Decoded | None:
    return decoded if plausibility(decoded.text) > 0 else None


# -------------------------------------------------------------------------------------------- ISO-2022-JP


def _iso_2022_jp(data: bytes) -> Decoded | None:
    """Mail and old word processors. Read by way of EUC, whose Python codec knows ①㈱ that the one for JIS does not."""
    euc = bytearray()
    end, manner = 0, b"(B"
    for escape in [*_ESCAPE.finditer(data), None]:
        euc += _shifted(data[end : escape.start() if escape else None], manner)
        if escape:
            end, manner = escape.end(), escape[0][1:]
    found = _in(bytes(euc), "euc_jp") or _in(bytes(euc), "euc_jis_2004")
    return Decoded(found.text, "iso2022_jp") if found else _in(data, "iso2022_jp_2004")


def _shifted(data: bytes, manner: bytes) -> bytes:
    """One run of ISO-2022-JP in EUC; controls (line ends) stand for themselves in every set."""
    if manner in {b"(B", b"(J", b"(H", b"&@"}:
        return data
    if manner == b"(I":
        return b"".join(bytes((0x8E, byte | 0x80)) if byte > 0x20 else bytes((byte,)) for byte in data)
    lead = b"\x8f" if manner == b"$(D" else b""
    shifted = bytes(byte | 0x80 if byte > 0x20 else byte for byte in data)
    return re.sub(rb"([\xa1-\xfe]{2})", rb"%b\1" % lead, shifted) if lead else shifted


# -------------------------------------------------------------------------------------------- looks like Japanese


#: Kanji that newsletters, minutes and notices are full of: a wrong decoding hits few of them.
_FREQUENT = frozenset(
    "一二三四五六七八九十百千万円年月日時分秒週曜午前後今毎回目次第号元初始終開閉期間令和平成昭大中小上下左右内外東西南北"
    "人々男女子父母親兄弟姉妹夫妻家族友者員師生児童学校幼老若高齢障害病院医療看護介福祉社会協議支援相談保健地域民委民活動"
    "事業務所長課係部局担当職場会館室公園駅道県市区町村丁番地国都府川山田野原木林森花石水火土金本文字名前氏様各自他全共同"
    "体制度法律権利義務条例規則計画案内報告資料記録表見聞話語読書言葉説明意思考感想心気持知理解決定約束申込受付取組実施行方"
    "法参加費用料無有必要可能不足安全危険防災害復興避難訓練訪問電話連絡先住民宅居場食事堂品物配布送迎車運転移買店商店農"
    "業工産金銭貸付給与収入支出予算決算年度税働労就職雇用仕事失困窮孤独立死亡後見成年未満以上下約数多少新古旧早速近遠深広"
    "大切重層的包括個別特総合多機関係連携整備体調査研究修講座習教育指導進推力向性化的型式形色白黒赤青緑光音声歌楽祭春夏秋"
    "冬朝昼夜夕明暗暑寒雨雪風空海川天気手足目口耳頭顔身体健康増減加除作成出入発着来帰行通過去現在将未来変更追交換代表選任"
    "命使役割持続引立止休起寝歩走飲思考望願助守育養愛笑泣問題課解答応対策確認検証結果成効良悪正直平等無料最初中心際際他"
    "世帯暮衣住借貸返済債務主催後援協賛寄附募集応締切詳細下記以下左記次回定例臨時総役員理評監査議題件名日程会議録者出席欠"
)


def plausibility(text: str) -> float:
    """How much a text looks like Japanese, per character: about 1 for a real one, below 0 for a wrong decoding."""
    sample = text[:_SAMPLE]
    seen = [character for character in sample if not character.isspace()]
    if not seen:
        return 0.0
    return (sum(map(_worth, seen)) + _half_width(sample)) / len(seen)


#: What one character is worth: what Japanese texts consist of, and last what wrong decodings produce.
_WORTH: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile("[ぁ-んァ-ヾ]"), 1.2),
    (re.compile("[ -~]"), 0.3),
    (re.compile("[、-〟！-～①-⑳㈱㈲㈳～…―■□●○◆◇◎★☆▼▲→←↑↓※]"), 0.8),
    (re.compile("[\uff61-\uff9f]"), 0.0),  # half-width kana: see _half_width
    (re.compile("[\x00-\x1f\x7f-\x9f\ud800-\uf8ff\ufff0-\uffff]"), -3.0),  # controls, surrogates, private use
)
#: Latin-1 letters, Greek, Cyrillic, Hangul: possible, but rarely many of them.
_FOREIGN = -0.5


def _worth(character: str) -> float:
    if "一" <= character <= "\u9fff":
        return _worth_of_kanji(character)
    return next((worth for pattern, worth in _WORTH if pattern.match(character)), _FOREIGN)


def _worth_of_kanji(character: str) -> float:
    """Frequent; JIS level 1 (JIS X 0208, rows 16 to 47), as nearly all kanji of texts are; level 2; anything rarer."""
    if character in _FREQUENT:
        return 1.0
    code = character.encode("euc_jp", "ignore")
    if len(code) != 2:
        return -0.3
    return 0.5 if 16 <= code[0] - 0xA0 <= 47 else 0.05


_HALF_WIDTH = re.compile("[\uff61-\uff9f]+")
#: Whole half-width words: a voiced mark only after a kana that can be voiced, no small kana or ｰ at the beginning.
_SPELLABLE = re.compile("｢?(?!ﾝ)(?:[ｱ-ﾝｦ](?:(?<=[ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<=[ﾊ-ﾎ])ﾟ)?[ｧ-ｯｰ]?[･､｡｣]?)+")


def _half_width(sample: str) -> float:
    """Half-width kana in words that can be spelled are kana; else they are the halves of wrongly cut characters."""
    return sum(len(run[0]) * (0.75 if _SPELLABLE.fullmatch(run[0]) else -1.0) for run in _HALF_WIDTH.finditer(sample))
