"""Office files are ZIP containers: what is checked before any library opens one.

Limits are generous for real documents and small beside what a bomb needs. Python's ``zipfile`` never yields more of an
entry than its header declares, so that checking the declared sizes is enough.
"""

from __future__ import annotations

import re
import zipfile

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
_SMALL = 10 << 20

_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCRYPTED = 0x1


def check(file: File) -> None:
    """See that a container can be opened without harm.

    Raises:
        ExtractionError: it is a bomb, has a DTD (Office files never do), is encrypted, or is damaged.

    """
    try:
        with zipfile.ZipFile(file.path) as container:
            _check_sizes(file, container.infolist())
            for entry in container.infolist():
                if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_xml(file, container, entry)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise damaged(file) from error


def _check_sizes(file: File, entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise refusal("encrypted", file)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES:
        raise _bomb(file)
    if unpacked > _SMALL and unpacked > MOST_RATIO * max(packed, 1):
        raise _bomb(file)


def _check_xml(file: File, container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    if entry.file_size > MOST_XML_BYTES:
        raise _bomb(file)
    data = container.read(entry)
    # A part in UTF-16 has a NUL in each ASCII character.
    if _DTD.search(data) or (b"\x00" in data and _DTD.search(data.replace(b"\x00", b""))):
        raise ExtractionError(
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
