"""SQLite's write-ahead log, read for one question: has it been damaged in the middle?

At a start after a crash SQLite takes the log up to the first frame whose checksum is wrong, and says nothing: a damaged
log would silently take back what has been acknowledged, and the sweep would then remove the originals. A power cut
tears the last transaction at most (``synchronous=FULL``), so two commits from the bad frame on mean damage.
Format: sqlite.org/fileformat2.html, section 4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_HEADER = struct.Struct(">8I")
"""Magic number, version, page size, checkpoint, two salts, two checksums."""
_FRAME = struct.Struct(">6I")
"""Page number, size of the database at a commit (0 for no commit), two salts, two checksums."""

#: The magic number says in its last bit in which order of bytes the checksums were made.
_MAGIC = 0x377F0682

#: How often it is looked at: somebody may be writing to it meanwhile.
_GLANCES = 5

Sums = tuple[int, int]


def is_damaged(database: Path) -> bool:
    """Whether the log beside a database has lost what has been committed."""
    path = database.with_name(f"{database.name}-wal")
    try:
        return all(_is_broken(path.read_bytes()) for _ in range(_GLANCES))
    except FileNotFoundError:
        return False


def _is_broken(log: bytes) -> bool:
    if len(log) <= _HEADER.size or not any(log[: _HEADER.size]):
        return False  # begun, and never written to
    magic, _version, size, _checkpoint, *salts, first, second = _HEADER.unpack_from(log)
    order = ">" if magic & 1 else "<"
    if magic | 1 != _MAGIC | 1 or _sums(log[:24], (0, 0), order) != (first, second):
        return True
    is_good, sums, commits = True, (first, second), 0
    for head, page in _frames(log, size):
        _number, commit, *found, first, second = _FRAME.unpack(head)
        is_ours = found == salts
        # A frame that is not of this log is its end, or damage: only what comes after it tells.
        is_good = is_good and is_ours and (sums := _sums(head[:8] + page, sums, order)) == (first, second)
        commits += bool(not is_good and is_ours and commit)
    return commits > 1


def _frames(log: bytes, size: int) -> Iterator[tuple[bytes, bytes]]:
    step = _FRAME.size + size
    for start in range(_HEADER.size, len(log) - step + 1, step):
        yield log[start : start + _FRAME.size], log[start + _FRAME.size : start + step]


def _sums(data: bytes, sums: Sums, order: str) -> Sums:
    one, two = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        one = one + even + two & 0xFFFFFFFF
        two = two + odd + one & 0xFFFFFFFF
    return one, two
