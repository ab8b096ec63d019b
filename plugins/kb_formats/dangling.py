"""Office files that refer to parts they do not have (Word itself writes ``NULL``): Word puts up with them."""

from __future__ import annotations

import io
import posixpath
import zipfile
from pathlib import Path
from typing import Any

from lxml import etree

from kb_formats.ooxml import parsed


def without_dangling(path: Path) -> io.BytesIO:
    """A copy of a container that has been checked, without relations that lead to nothing."""
    copy = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        names = {name.lower() for name in old.namelist()}
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, _relations(entry.filename, data, names) if _is_relations(entry) else data)
    copy.seek(0)
    return copy


def _is_relations(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.endswith(".rels")


def _relations(name: str, data: bytes, names: set[str]) -> bytes:
    tree = parsed(data)
    # word/_rels/document.xml.rels speaks of what lies in word/
    folder = posixpath.dirname(posixpath.dirname(name))
    for relation in list(tree):
        if relation.get("TargetMode") != "External" and _target(folder, relation) not in names:
            tree.remove(relation)
    return bytes(etree.tostring(tree))


def _target(folder: str, relation: Any) -> str:
    target = posixpath.join(f"/{folder}", relation.get("Target", ""))
    return posixpath.normpath(target).lstrip("/").lower()
