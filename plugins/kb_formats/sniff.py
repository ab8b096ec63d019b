"""What a file is, by its bytes: names lie, and a wrong extension must not decide what reads a file."""

from __future__ import annotations

import re
import zipfile

from kb import File
from kb_formats import ole
from kb_formats.archive import DAMAGE

#: How much of a file is looked at. A PDF may begin with up to 1,024 bytes of something else (PDF 1.7, annex H.3.4.1).
_HEAD = 4_096
_PDF_WITHIN = 1_024
#: Not in the middle of a line of text, which may well be about PDFs.
_PDF = re.compile(rb"(?:\A|\xef\xbb\xbf|[\x00-\x1f])[ \t]*%PDF-\d\.\d(?=[\s%\x00]|\Z)")
#: What is left of a PDF that has lost its beginning, or has too much before it.
_IN_PDF = re.compile(rb"\d+ \d+ obj\b.*?\bendobj\b|%PDF-\d\.\d\s.*?\d+ \d+ obj\b", re.DOTALL)
#: The headers of a mail that has passed many servers are long.
_MAIL_HEAD = 65_536

#: What a file begins with. Marks that a text could begin with as well (BMI…, MZ世代…) go on with what no text has.
_MAGIC: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\{\\rtf", "rtf"),
        (rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|II\*\x00|MM\x00\*|\x00\x00\x01\x00", "image"),
        (rb"BM.{4}\x00\x00\x00\x00", "image"),
        (rb"RIFF.{4}WEBP", "image"),
        (rb".{4}ftyp(?:heic|heix|mif1|avif)", "image"),
        (rb"\xd7\xcd\xc6\x9a|\x01\x00\x00\x00.{36} EMF", "image"),
        (rb"RIFF.{4}(?:WAVE|AVI )|.{4}ftyp|ID3[\x02-\x04]|\x1a\x45\xdf\xa3|OggS\x00|fLaC\x00", "media"),
        (rb"MZ.{0,62}\x00|\x7fELF|\xca\xfe\xba\xbe", "program"),
        (rb"\x1f\x8b\x08|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|BZh[1-9]1AY|\xfd7zXZ\x00|.{2}-lh[0-7]-", "archive"),
        (rb"SQLite format 3\x00", "binary"),
    )
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

#: The content types by which an Office file says what it is (macro-enabled ones and templates read the same), and the
#: parts by which other ZIP containers do.
_OFFICE = (
    (re.compile(rb"(?:wordprocessingml|ms-word)\.(?:document|template)[\w.]*\.main\+xml"), "docx"),
    (re.compile(rb"(?:presentationml|ms-powerpoint)\.(?:presentation|slideshow|template)[\w.]*\.main\+xml"), "pptx"),
    (re.compile(rb"(?:spreadsheetml|ms-excel)\.(?:sheet|template)[\w.]*\.main\+xml"), "xlsx"),
    (re.compile(rb"ms-excel\.sheet\.binary"), "xls"),
)
_CONTENT_TYPES = "[Content_Types].xml"
#: ISO/IEC 29500 Strict has namespaces of its own, which none of the libraries knows.
_STRICT = b"http://purl.oclc.org/ooxml/"

#: Streams by which an OLE container says what it is.
_IN_OLE = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("DocumentText", "ichitaro"),
    ("JSRV_SegmentInformation", "ichitaro"),
    ("__properties_version1.0", "msg"),
)

#: Formats that give no sign known here: there the name says what to do instead, never how to read.
_BY_NAME = {
    **dict.fromkeys((".jtd", ".jtt", ".jtdc", ".jttc", ".jaw", ".jbw", ".jsw", ".jfw", ".jvw"), "ichitaro"),
    **dict.fromkeys((".xdw", ".xbd", ".xct"), "docuworks"),
    **dict.fromkeys((".doc", ".dot"), "doc"),
    **dict.fromkeys((".oas", ".oa2", ".oa3"), "oasys"),
}

_HTML = re.compile(
    rb"\s*(?:(?:<\?xml[^>]*>|<!--.*?-->)\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|meta|title|h[1-6]|p|div|table|section|article|main|center|font)\b[^<]*[>]",
    re.IGNORECASE | re.DOTALL,
)

#: A header block (RFC 5322) as far as the empty line after it, in a mailbox after a line of its own; and the names of
#: which it must have two.
_HEADERS = re.compile(rb"(?:From [^\n]*\n)?(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}\r?\n")
_MAIL_NAMES = re.compile(
    rb"^(From|To|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Content-Type):", re.IGNORECASE | re.MULTILINE
)
#: Data, or a Word or Excel file of 2003 in one piece.
_XML = re.compile(rb"\s*<\?xml\s[^>]*\?>\s*(?:<\?mso-application[^>]*>\s*)?(?:<!--.*?-->\s*)*<", re.DOTALL)
_NOTHING = b"\x00 \t\r\n\xef\xbb\xbf"


def sniff(file: File) -> str:
    """The format of a file: ``pdf``, ``docx``, ``html``, ``text``, ...; ``empty`` for one without any content.

    ``text`` means no more than that nothing else was recognised.
    """
    head = file.head(_HEAD)
    if not head.strip(_NOTHING) and not file.read().strip(_NOTHING):
        return "empty"
    if _PDF.search(head[:_PDF_WITHIN]):
        return "pdf"
    if head.startswith(_ZIP):
        return _in_zip(file)
    if head.startswith(ole.MAGIC):
        return _in_ole(file)
    return next((kind for magic, kind in _MAGIC if magic.match(head)), None) or _textual(file, head)


def unreadable(file: File) -> str:
    """The kind of a file that gives no sign and is no text, for the advice on what to do instead."""
    return _BY_NAME.get(file.suffix, "binary")


def _in_zip(file: File) -> str:
    try:
        with zipfile.ZipFile(file.path) as archive:
            names = set(archive.namelist())
            if _CONTENT_TYPES in names:
                return _office(archive)
            if b"opendocument" in _beginning(archive, "mimetype"):
                return "odf"
    except DAMAGE:
        return "damaged_zip"
    return "epub" if "META-INF/container.xml" in names else "archive"


def _office(archive: zipfile.ZipFile) -> str:
    types = _beginning(archive, _CONTENT_TYPES)
    if _STRICT in _beginning(archive, "_rels/.rels"):
        return "strict"
    return next((kind for pattern, kind in _OFFICE if pattern.search(types)), "archive")


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    """An entry as far as a megabyte; nothing if there is no such entry."""
    try:
        with archive.open(name) as stream:
            return stream.read(1 << 20)
    except KeyError:
        return b""


def _in_ole(file: File) -> str:
    data = file.read()
    names = ole.root_names(data)
    # Without a directory that can be read, a name anywhere is the best sign there is.
    found = (kind for name, kind in _IN_OLE if (name in names if names else name.encode("utf-16-le") in data))
    return next(found, _BY_NAME.get(file.suffix, "ole"))


def _textual(file: File, head: bytes) -> str:
    if _IN_PDF.search(head):
        return "damaged_pdf"
    if _HTML.match(_plain(head)):
        return "html"
    block = _HEADERS.match(_plain(file.head(_MAIL_HEAD)))
    if block and len({name.lower() for name in _MAIL_NAMES.findall(block[0])}) > 1:
        return "mail"
    if xml := _XML.match(_plain(head)):
        return "office_xml" if b"<?mso-application" in xml[0] else "xml"
    # Markdown and plain text differ by no byte: here, and only here, the name decides.
    return "markdown" if file.suffix in {".md", ".markdown"} else "text"


def _plain(head: bytes) -> bytes:
    """The beginning of a text with its tags and header names in ASCII, whatever it is encoded in."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[2:].replace(b"\x00", b"")
    if b"\x00" in head[:2]:  # UTF-16 without a mark
        return head.replace(b"\x00", b"")
    return head.removeprefix(b"\xef\xbb\xbf")
