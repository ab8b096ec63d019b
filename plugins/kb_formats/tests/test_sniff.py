"""What is not read is refused with what to do instead, and names decide nothing."""

import io
import zipfile

import pytest

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def ole(stream: str) -> bytes:
    return OLE + stream.encode("utf-16-le") + b"\x00" * 200


def zipped(**entries: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/"), data)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "reason", "fix"),
    [
        (ole("WordDocument"), "古いWord形式", "docx"),
        (ole("Workbook"), "古いExcel形式", "xlsx"),
        (ole("PowerPoint Document"), "古いPowerPoint形式", "pptx"),
        (ole("EncryptedPackage"), "パスワード", "パスワードを外して"),
        (ole("JSRV_SegmentInformation"), "一太郎", "PDF"),
        (ole("Something"), "古いOffice", "docx"),
        (b"{\\rtf1\\ansi hello}", "リッチテキスト", "docx"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "画像", "OCR"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 50, "画像", "OCR"),
        (b"MZ" + b"\x90\x00" * 50, "プログラム", "文書"),
        (zipped(memo=b"a"), "圧縮ファイル", "展開"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), "OpenDocument", "docx"),
        (b"PK\x03\x04" + b"\x00" * 40, "壊れている", "保存し直す"),
    ],
)
def test_refusals_say_what_to_do(refused, data, reason, fix):
    error = refused(data, "資料.txt")
    assert reason in error.reason
    assert fix in error.fix


def test_names_decide_nothing(read):
    assert read("会議録です。".encode(), "会議録.pdf").media_type == "text/plain"
    assert (
        read("<!DOCTYPE html><html><body><p>会議録</p></body></html>".encode(), "会議録.txt").media_type == "text/html"
    )


def test_only_between_markdown_and_text_the_name_decides(read):
    source = "# 見出し\n\n本文です。\n".encode()
    assert read(source, "手順.md").blocks[0].kind == "heading"
    assert read(source, "手順.txt").blocks[0].text == "# 見出し"


def test_a_text_that_begins_like_a_mail_is_a_mail_only_with_its_headers(read):
    assert read("To: 事務局\n本文です。\n".encode()).media_type == "text/plain"
    assert read("From: a@example.org\nSubject: x\n\n本文です。\n".encode()).media_type == "message/rfc822"
