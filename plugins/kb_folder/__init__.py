"""取込元「フォルダー」: the folders under ``documents/`` that people put files into.

The name of the first folder is passed on as a hint, so that ``documents/newsletters/`` holds newsletters.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from kb import Config, Item, NotFoundError, Source, hookimpl

#: What office programs and operating systems leave beside people's files.
_LITTER = frozenset({"thumbs.db", "desktop.ini"})
_LITTER_PREFIXES = (".", "~$", "~lock")
_LITTER_SUFFIXES = (".tmp", ".part", ".crdownload")


def items(root: Path) -> Iterator[Item]:
    """The files in the folders under ``root``, in order of their names."""
    for folder, names, files in os.walk(root):  # does not follow links to folders
        names[:] = sorted(name for name in names if not name.startswith("."))
        place = Path(folder)
        if place == root:
            continue  # a file beside the folders belongs to none of them
        hint = place.relative_to(root).parts[0]
        for name in sorted(files):
            path = place / name
            if _is_litter(name) or not _is_inside(path, root):
                continue
            # macOS delivers decomposed names (か + ゛); people and searches use the composed ones.
            yield Item(path.relative_to(root).as_posix(), unicodedata.normalize("NFC", name), hint)


def read(root: Path, item: str) -> BinaryIO:
    """Open a file under ``root`` by its relative path.

    Raises:
        NotFoundError: the path leads out of ``root``.
        OSError: the file cannot be opened.

    """
    path = root / item
    if not _is_inside(path, root):
        raise NotFoundError(item, "取込元のフォルダーの外にあります。", "ファイルをフォルダーの中に置いてください。")
    return path.open("rb")


def _is_litter(name: str) -> bool:
    lowered = name.lower()
    return lowered in _LITTER or lowered.startswith(_LITTER_PREFIXES) or lowered.endswith(_LITTER_SUFFIXES)


def _is_inside(path: Path, root: Path) -> bool:
    """False for a link that leads out of the folder: it could point at any file of the machine."""
    return path.resolve().is_relative_to(root.resolve())


@hookimpl
def kb_sources(config: Config) -> list[Source]:
    """One source for all folders."""
    root = config.documents
    return [Source("folder", "フォルダー", items=partial(items, root), read=partial(read, root))]
