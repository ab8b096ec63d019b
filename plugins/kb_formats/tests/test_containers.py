"""What old Office files, encrypted ones and archives say they are, by their bytes; one clear reason for each."""

import gzip
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_formats import ole

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(*names, embedded=()) -> bytes:
    """An OLE2 container ([MS-CFB]) with empty streams in its root, and others in a storage of an embedded object."""
    entries = [_entry("Root Entry", 5, child=1)]
    for number, name in enumerate(names, 1):
        entries.append(_entry(name, 2, right=number + 1 if number < len(names) or embedded else FREE))
    if embedded:
        first = len(entries) + 1
        entries.append(_entry("ObjectPool", 1, child=first))
        entries += [
            _entry(name, 2, right=first + n if n < len(embedded) else FREE) for n, name in enumerate(embedded, 1)
        ]
    directory = b"".join(entries)
    directory += _entry("", 0) * (-len(entries) % 4)
    sectors = len(directory) // SECTOR
    table = [FAT, *range(2, sectors + 1), END]
    header = struct.pack("<8s16xHHHHH6xIIIIIIIII", ole.MAGIC, 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    return header + struct.pack("<128I", *table, *[FREE] * (128 - len(table))) + directory


def _entry(name, kind, right=FREE, child=FREE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII48x", encoded, len(encoded) if name else 0, kind, 1, FREE, right, child)


@pytest.mark.parametrize(
    ("streams", "reason"),
    [
        (("WordDocument", "1Table"), "古いWord形式"),
        (("Workbook",), "古いExcel形式"),
        (("Book",), "古いExcel形式"),
        (("PowerPoint Document", "Current User"), "古いPowerPoint形式"),
        (("EncryptionInfo", "EncryptedPackage"), "パスワード"),
        (("DocumentText", "JSRV_SegmentInformation"), "一太郎"),
        (("__properties_version1.0",), "Outlook"),
        (("Contents",), "古いOffice"),
    ],
)
def test_ole_by_its_streams_whatever_its_name(refused, streams, reason):
    for name in ("資料", "資料.docx", "資料.txt"):
        assert reason in refused(compound(*streams), name).reason


def test_an_embedded_sheet_does_not_make_a_word_file_a_sheet(refused):
    assert "古いWord形式" in refused(compound("WordDocument", embedded=("Workbook",))).reason
    assert ole.root_names(compound("WordDocument", embedded=("Workbook",))) == {"WordDocument", "ObjectPool"}


def test_a_directory_that_goes_in_circles_ends():
    data = bytearray(compound("WordDocument", "1Table"))
    place = data.index("1Table".encode("utf-16-le"))
    struct.pack_into("<II", data, place + 68, 1, 2)  # its neighbours: the first, and itself
    assert ole.root_names(bytes(data)) == {"WordDocument", "1Table"}


@given(st.data())
def test_damaged_ole_gives_names_or_none(data):
    source = bytearray(compound("WordDocument", "Workbook"))
    for _ in range(data.draw(st.integers(1, 8))):
        source[data.draw(st.integers(8, len(source) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(ole.root_names(bytes(source[: data.draw(st.integers(8, len(source)))])), frozenset)


@pytest.mark.parametrize("name", ["会議.jtd", "会議.jtt", "会議.jtdc", "会議.jaw"])
def test_ichitaro_without_a_sign_is_told_by_its_name(refused, name):
    assert "一太郎" in refused(bytes(range(1, 32)) * 50, name).reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{\\rtf1\\ansi\\ansicpg932 \\'89\\'ef}", "リッチテキスト"),
        (gzip.compress("会議録".encode(), mtime=0), "圧縮"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "圧縮"),
        (b"Rar!\x1a\x07\x00" + bytes(40), "圧縮"),
        (b"\x20\x40-lh5-" + bytes(range(1, 60)), "圧縮"),
        (b"GIF89a" + bytes(40), "画像"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00" + bytes(40), "画像"),
        (b"II*\x00" + bytes(range(60)), "画像"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20), "画像"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(20), "画像"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(20), "音声や動画"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20), "音声や動画"),
        (b"ID3\x04" + bytes(range(1, 40)), "音声や動画"),
        (b"SQLite format 3\x00" + bytes(range(1, 80)), "文字として読み取れない"),
        (b'<?xml version="1.0"?>\n<data><row>1</row></data>', "XML"),
        ('<?xml version="1.0" encoding="UTF-16"?><data>会議</data>'.encode("utf-16"), "XML"),
    ],
)
def test_what_is_not_read_has_one_reason(refused, data, reason):
    assert reason in refused(data, "資料.docx").reason


@pytest.mark.parametrize(
    "text", ["BMIの測り方を学びました。", "MZ世代の声を聞きました。", "ID3の会議室です。", "II 事業の計画", "RIFFの話"]
)
def test_texts_that_begin_like_other_files_are_texts(read, text):
    assert read(text.encode()).text.strip() == text


def container(entries, method=zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/{}" ContentType="application/vnd.openxmlformats-officedocument.{}.main+xml"/></Types>'
OFFICE = {
    "docx": ("word/document.xml", "wordprocessingml.document"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation"),
}


@pytest.mark.parametrize("kind", OFFICE)
def test_office_files_that_lack_everything_are_damaged(refused, kind):
    assert "壊れている" in refused(container({"[Content_Types].xml": TYPES.format(*OFFICE[kind])})).reason


@pytest.mark.parametrize("kind", OFFICE)
def test_bombs_in_each_kind(refused, kind):
    types = TYPES.format(*OFFICE[kind])
    assert "極端に大きく" in refused(container({"[Content_Types].xml": types, "media/a.bin": bytes(40 << 20)})).reason


@pytest.mark.parametrize("kind", OFFICE)
def test_entities_in_each_kind(refused, kind):
    part, _ = OFFICE[kind]
    bomb = '<!DOCTYPE x [<!ENTITY a "会議"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    assert "DTD" in refused(container({"[Content_Types].xml": TYPES.format(*OFFICE[kind]), part: bomb})).reason


def test_a_dtd_across_the_edge_of_what_is_read_at_once(refused):
    part, _ = OFFICE["docx"]
    for before in range(65_530, 65_537):
        bomb = " " * before + "<!DOCTYPE x><x/>"
        data = container({"[Content_Types].xml": TYPES.format(*OFFICE["docx"]), part: bomb}, zipfile.ZIP_STORED)
        assert "DTD" in refused(data).reason


def test_an_encrypted_entry_asks_for_the_password(refused):
    data = bytearray(container({"[Content_Types].xml": TYPES.format(*OFFICE["docx"]), "word/document.xml": "<x/>"}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "パスワード" in refused(bytes(data)).reason


@pytest.mark.parametrize(
    ("entries", "reason"), [({"META-INF/container.xml": "<x/>"}, "電子書籍"), ({"会議.txt": "a"}, "圧縮")]
)
def test_other_containers(refused, entries, reason):
    assert reason in refused(container(entries)).reason


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.7\n", ole.MAGIC, b"{\\rtf", b"<html>", b"From: a\nTo: b\n\n"]),
)
def test_any_bytes_are_read_or_refused_with_a_reason(tmp_path_factory, data, beginning):
    from kb import Extraction, ExtractionError, File
    from kb_formats import kb_extract

    path = tmp_path_factory.mktemp("any") / "original"
    path.write_bytes(beginning + data)
    try:
        found = kb_extract(File("資料", path))
    except ExtractionError as error:
        found = error
    assert isinstance(found, Extraction) or (found.reason.endswith("。") and found.fix.endswith("。"))
