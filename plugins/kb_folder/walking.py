"""Looking through a folder: every file of people's in it, and a clear refusal where it cannot be looked through."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from kb import SourceError

#: What office programs and operating systems leave beside people's files.
_LITTER = frozenset({"thumbs.db", "desktop.ini"})
_LITTER_PREFIXES = (".", "~$", "~lock")
_LITTER_SUFFIXES = (".tmp", ".part", ".crdownload")


def files_under(root: Path, source: str) -> Iterator[Path]:
    """The files in ``root`` and in the folders below it, folder by folder in order of their names.

    Left out are what programs leave behind, and links that lead out of ``root``. Links to folders are not followed.

    Args:
        root: where to look.
        source: the name of the source, for the error.

    Raises:
        SourceError: a folder is not there or may not be read; its files must not be taken for gone.

    """
    for folder, names, files in os.walk(root, onerror=partial(_refuse, source)):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder) / name
            if not is_litter(name) and is_inside(path, root):
                yield path


def is_litter(name: str) -> bool:
    """Whether a file is none of people's."""
    lowered = name.lower()
    return lowered in _LITTER or lowered.startswith(_LITTER_PREFIXES) or lowered.endswith(_LITTER_SUFFIXES)


def is_inside(path: Path, root: Path) -> bool:
    """False for a link that leads out of the folder: it could point at any file of the machine."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # links that lead in a circle
        return False


def stamp_of(status: os.stat_result) -> str:
    """Changes whenever a file is written or replaced by another one."""
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"


def _refuse(source: str, error: OSError) -> None:
    reason = f"フォルダー {error.filename} の中を見られません（{error.strerror or error}）。"
    fix = "フォルダーの有無、つながっているディスク、読み取りの権限を確かめてください。"
    raise SourceError(source, reason, fix) from error
