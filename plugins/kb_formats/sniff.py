"""What a file is, by its bytes: names lie, and a wrong extension must not decide what reads a file."""

from __future__ import annotations

import re
import zipfile

from kb import File

#: How much of a file is looked at. A PDF may begin with up to 1,024 bytes of something else (PDF 1.7, annex H.3.4.1).
_HEAD = 4_096
_PDF_WITHIN = 1_024

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", "rtf"),
    (b"\xff\xd8\xff", "image"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"RIFF", "media"),
    (b"\x00\x00\x01\x00", "image"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"DocumentVT", "ichitaro"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

#: Parts by which a ZIP container says what it is; and streams, named in UTF-16, by which an OLE container does.
_IN_ZIP = (
    ("word/document.xml", "docx"),
    ("ppt/presentation.xml", "pptx"),
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xls"),
    ("META-INF/container.xml", "epub"),
)
_IN_OLE = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("JSRV_SegmentInformation", "ichitaro"),
    ("DocumentText", "ichitaro"),
)

_HTML = re.compile(
    rb"(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE | re.DOTALL
)

#: A header block (RFC 5322) as far as the empty line after it; and the names of which it must have two.
_HEADERS = re.compile(rb"(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}\r?\n")
_MAIL_NAMES = re.compile(
    rb"^(From|To|Subject|Date|Received|Return-Path|Message-ID|MIME-Version):", re.IGNORECASE | re.MULTILINE
)


def sniff(file: File) -> str:
    """The format of a file: ``pdf``, ``docx``, ``html``, ``text``, ...; ``empty`` for one without any content.

    ``text`` means no more than that nothing else was recognised.
    """
    head = file.head(_HEAD)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return "empty" if not file.read().strip(b"\x00 \t\r\n\xef\xbb\xbf") else "text"
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return "pdf"
    if head.startswith(_ZIP):
        return _in_zip(file)
    if head.startswith(_OLE):
        return _in_ole(file)
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None) or _textual(file, head)


def _in_zip(file: File) -> str:
    try:
        with zipfile.ZipFile(file.path) as archive:
            names = {info.filename for info in archive.filelist}
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return "odf" if b"opendocument" in archive.read("mimetype") else "archive"
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        return "damaged_zip"
    return next((kind for part, kind in _IN_ZIP if part in names), "archive")


def _in_ole(file: File) -> str:
    data = file.read()
    return next((kind for stream, kind in _IN_OLE if stream.encode("utf-16-le") in data), "ole")


def _textual(file: File, head: bytes) -> str:
    body = _plain(head).lstrip()
    if _HTML.match(body):
        return "html"
    block = _HEADERS.match(_plain(file.head(_HEAD * 16)))
    if block and len({name.lower() for name in _MAIL_NAMES.findall(block[0])}) > 1:
        return "mail"
    # Markdown and plain text differ by no byte: here, and only here, the name decides.
    return "markdown" if file.suffix in {".md", ".markdown"} else "text"


def _plain(head: bytes) -> bytes:
    """The beginning of a text with its tags and header names in ASCII, whatever it is encoded in."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[2:].replace(b"\x00", b"")
    return head.removeprefix(b"\xef\xbb\xbf")
