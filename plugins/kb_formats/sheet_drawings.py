"""Text boxes and shapes on Excel's sheets: Japanese offices write notices in them; openpyxl does not read them."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from kb_formats.ooxml import drawn, parsed

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def drawn_on(container: zipfile.ZipFile, sheet: str) -> Iterator[str]:
    """The paragraphs in shapes on a sheet.

    Args:
        container: the Excel file.
        sheet: the path of the sheet's part in it.

    """
    names = set(container.namelist())
    for drawing in _related(container, sheet.lstrip("/"), names):
        yield from drawn(parsed(container.read(drawing)))


def _related(container: zipfile.ZipFile, part: str, names: set[str]) -> Iterator[str]:
    """The drawings of a sheet; those that are missing are passed over."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    found: Any = parsed(container.read(relations)).iter(_RELATION) if relations in names else ()
    for relation in found:
        target = posixpath.normpath(posixpath.join(f"/{folder}", relation.get("Target", ""))).lstrip("/")
        if relation.get("Type", "").endswith("/drawing") and target in names:
            yield target
