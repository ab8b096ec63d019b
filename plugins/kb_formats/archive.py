"""Office files are ZIP containers: what is checked before any library opens one.

Limits are generous for real documents and small beside what a bomb needs. Every entry is unpacked once, bit by bit, and
counted: the size in a header may be a lie, and ``ZipFile.read`` unpacks everything before it notices (300 MB of memory
for an entry that claims 5 bytes, measured).
"""

from __future__ import annotations

import copy
import re
import zipfile
import zlib
from collections.abc import Iterator

from kb import ExtractionError, File
from kb_formats.refusals import damaged, refusal

#: Entries of a container; a presentation with 500 slides has about 3,000.
MOST_ENTRIES = 20_000
#: Bytes of all entries together, unpacked, and of one XML part, which becomes a tree of many times its size.
MOST_BYTES = 1 << 30
MOST_XML_BYTES = 200 << 20
#: Bytes unpacked for each packed one. Deflate cannot do better than 1,032; XML of real files stays below 100.
MOST_RATIO = 300
#: Below this size the ratio says nothing: an empty sheet of 200 kB packs to nearly nothing.
_SMALL = 5 << 20

_CHUNK = 1 << 16
_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_LONGEST_DTD_MARK = 2 * len("<!DOCTYPE")
_ENCRYPTED = 0x1

#: Whatever the ``zipfile`` module raises over a damaged container.
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def check(file: File) -> None:
    """See that a container can be opened without harm.

    Raises:
        ExtractionError: it is a bomb, has a DTD (Office files never do), is encrypted, or is damaged.

    """
    try:
        with zipfile.ZipFile(file.path) as container:
            entries = container.infolist()
            _check_declared(file, entries)
            for entry in entries:
                _check_entry(file, container, entry)
    except DAMAGE as error:
        raise damaged(file) from error


def _check_declared(file: File, entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise refusal("encrypted", file)
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _bomb(file)
    for entry in entries:
        if entry.file_size > _SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise _bomb(file)


def _check_entry(file: File, container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Count an entry and look for a DTD, one chunk at a time."""
    # Other parts are read by nobody here; pictures and printer settings have a DTD now and then.
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    counted, end = 0, b""
    for chunk in _unpacked(container, entry):
        counted += len(chunk)
        if counted > entry.file_size:
            raise damaged(file)
        if is_xml and counted > MOST_XML_BYTES:
            raise _bomb(file)
        if is_xml and _has_dtd(end + chunk):
            raise _with_dtd(file)
        end = chunk[-_LONGEST_DTD_MARK:]
    if counted != entry.file_size:
        raise damaged(file)


def _unpacked(container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """All that an entry really holds, whatever its header says."""
    honest = copy.copy(entry)
    honest.file_size = MOST_BYTES
    with container.open(honest) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _has_dtd(data: bytes) -> bool:
    # A part in UTF-16 has a NUL in each ASCII character.
    return bool(_DTD.search(data) or (b"\x00" in data and _DTD.search(data.replace(b"\x00", b""))))


def _with_dtd(file: File) -> ExtractionError:
    return ExtractionError(
        file.name,
        "XMLに文書型の宣言（DTD）があるため、安全のために読み取りません。",
        "Officeで開いて保存し直し、もう一度取り込んでください。",
    )


def _bomb(file: File) -> ExtractionError:
    return ExtractionError(
        file.name,
        "展開すると極端に大きくなるため、安全のために読み取りません。",
        "信頼できるファイルなら、画像を減らすか分けて保存し直し、もう一度取り込んでください。",
    )
