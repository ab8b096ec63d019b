"""What plugins are tried on: texts as they come out of real files, and files that are none."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from kb.model import Block, Extraction

#: What stands in every text and must be findable afterwards.
MARKER = "見守り訪問の申し合わせ"

_PARAGRAPHS = 3_000
_LONG_LINE = 200_000

#: Text that each plugin meets sooner or later, by what is odd about it.
TEXTS: Mapping[str, str] = {
    "ふつうの文": f"みどり県社協だより 第3号\n令和4年2月15日発行\n\n■{MARKER}\n\n令和4年2月1日に民生委員と決めました。",
    "NFDの仮名": unicodedata.normalize("NFD", f"■ボランティア\n\n{MARKER}はガイドブックにあります。"),
    "絵文字と異体字セレクター": f"■😀👩‍👩‍👧‍👦の集い\n\n葛󠄀城さんと邉󠄂さんが☎️で{MARKER}をしました。👍🏽",
    "半角カナと全角英数": f"■ﾎﾞﾗﾝﾃｨｱ講座\n\n{MARKER}：ﾃﾞｲｻｰﾋﾞｽ、ＣＳＷ、１２３、①②、㈱、㍻",
    "CR・LF・タブ・全角空白": f"■見出し\r\n\r\n{MARKER}\tです\u3000。\r次の行\r\n\x0b改頁\x0c",
    "サロゲートの外の漢字": f"■𠮟る・𩸽・𠀋\n\n{MARKER}",
    "HTMLのような文字": f"■<script>alert(1)</script>\n\n{MARKER} & <b>太字</b> {{{{ 7 * 7 }}}} '\"",
    "見出しのない文": f"{MARKER}。",
    "見出しだけ": f"■{MARKER}\n\n■{MARKER}\n\n■{MARKER}",
}

EMPTY: Mapping[str, Sequence[Block]] = {
    "空の資料": (),
    "空白だけの資料": (Block("", "line"), Block("\u3000 \t", "line"), Block("\n", "paragraph")),
    "柱とノンブルだけの資料": (Block("- 1 -", "furniture"),),
}


def lines(text: str, media_type: str = "text/plain") -> Extraction:
    """A text as an extractor gives it: one block a line."""
    return Extraction(tuple(Block(line, kind="line") for line in text.split("\n")), media_type)


def extractions() -> Iterator[tuple[str, Extraction]]:
    """Everything with text in it, by what is odd about it."""
    for label, text in TEXTS.items():
        yield label, lines(text)
    rows = (Block("氏名\t役割", "table"), Block(f"{MARKER}\t\t", "table"), Block("日時：未定", "field"))
    boxed = (Block(MARKER, "heading", 9, page=1), Block("囲みの本文", aside=1), Block("- 1 -", "furniture"), *rows)
    yield "表、囲み、深い見出し", Extraction(boxed, "application/pdf", pages=1, warnings=("2ページは白紙です。",))
    yield "おかしなメタデータ", Extraction((Block(MARKER),), "", metadata={"title": "\u3000", "created": "昨日"})


def huge() -> Iterator[tuple[str, Extraction]]:
    """More than anybody writes."""
    heads = (f"■第{number}章\n\n{MARKER}の{number}回目です。令和4年2月1日。" for number in range(_PARAGRAPHS))
    yield f"見出しが{_PARAGRAPHS}の資料", lines("\n\n".join(heads))
    yield f"{_LONG_LINE}字の1行", lines(f"{MARKER}{'支援' * (_LONG_LINE // 2)}")


def files(samples: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Files that are damaged, or are nothing at all; first what is left of the author's own samples."""
    chance = random.Random(0)  # noqa: S311 - the same bytes on every machine, and no secret
    for sample in samples:
        data = sample.read_bytes()
        middle = len(data) // 2
        yield f"{sample.name}の前半", data[:middle]
        yield f"{sample.name}の先頭だけ", data[:16]
        yield f"途中が0の{sample.name}", data[:middle] + bytes(64) + data[middle + 64 :]
        yield f"途中がでたらめの{sample.name}", data[:middle] + chance.randbytes(64) + data[middle + 64 :]
        yield f"末尾にごみのある{sample.name}", data + chance.randbytes(512)
    yield "1バイトのファイル", b"\x00"
    yield "0だけのファイル", bytes(4096)
    yield "でたらめなファイル", chance.randbytes(8192)
    for label, head in (
        ("PDF", b"%PDF-1.7\n"),
        ("ZIP", b"PK\x03\x04"),
        ("JSON", b'{"a": ['),
        ("XML", b"<?xml version='1.0'?><a>"),
        ("HTML", b"<!doctype html><p>"),
        ("メール", b"From: a@example.jp\r\nSubject: =?ISO-2022-JP?B?"),
        ("iCalendar", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"),
        ("CSV", b'"a","b\n'),
        ("OLE", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ):
        yield f"途中で切れた{label}", head
        yield f"先頭だけ{label}のごみ", head + chance.randbytes(2048)
    yield "文字コードの混ざったテキスト", "議事録".encode("cp932") + "議事録".encode() + "議事録".encode("euc_jp")
