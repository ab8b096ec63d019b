"""What Word, PowerPoint and Excel files have in common: properties, drawn text, and how they break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from lxml import etree

from kb_formats.archive import DAMAGE as _DAMAGED_CONTAINER

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

DAMAGE: tuple[type[Exception], ...] = (
    *_DAMAGED_CONTAINER,
    etree.LxmlError,
    SyntaxError,  # of XML: what ElementTree's ParseError is
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)
"""What the libraries raise over parts that contradict each other: they promise no more than to raise something."""


def metadata(properties: Any) -> Mapping[str, str]:
    """Title, author and date of creation of an Office file (``core_properties`` of any of the three libraries)."""
    author = getattr(properties, "author", None) or getattr(properties, "creator", None)
    created = properties.created
    found = {
        "title": properties.title,
        "author": author,
        "created": created.isoformat() if isinstance(created, datetime) else None,
    }
    return {name: str(value) for name, value in found.items() if value}


def parsed(blob: bytes) -> Any:
    """The tree of an XML part; entities stay as they are."""
    return etree.fromstring(blob, etree.XMLParser(resolve_entities=False, no_network=True))


def drawn(tree: Any) -> Iterator[str]:
    """The paragraphs of a drawing (DrawingML) that have text, in order."""
    for paragraph in tree.iter(f"{_A}p"):
        text = "".join("\n" if piece.tag == f"{_A}br" else piece.text or "" for piece in _pieces(paragraph)).strip()
        if text:
            yield text


def _pieces(paragraph: Any) -> Iterator[Any]:
    return paragraph.iter(f"{_A}t", f"{_A}br")  # type: ignore[no-any-return]  # lxml has no types


def diagram_parts(element: Any, part: Any) -> Iterator[Any]:
    """The trees that hold the text of SmartArt drawings, which lies in parts of its own.

    Args:
        element: where to look for such drawings.
        part: the part of the package that it belongs to.

    """
    for drawing in element.iter(f"{_DIAGRAM}relIds"):
        relation = part.rels.get(drawing.get(f"{_R}dm"))
        if relation is not None and not relation.is_external:
            yield parsed(relation.target_part.blob)


def charted(element: Any, part: Any) -> Iterator[str]:
    """What is written in charts: titles, then the names of series and categories.

    Args:
        element: where to look for charts.
        part: the part of the package that it belongs to.

    """
    for chart in element.iter(f"{_CHART}chart"):
        relation = part.rels.get(chart.get(f"{_R}id"))
        if relation is not None and not relation.is_external:
            tree = parsed(relation.target_part.blob)
            yield from drawn(tree)
            names = [value.text or "" for cache in tree.iter(f"{_CHART}strCache") for value in cache.iter(f"{_CHART}v")]
            yield from (["　".join(dict.fromkeys(names))] if names else [])


def chosen(parent: Any) -> Iterator[Any]:
    """Child elements; of alternative contents (a box as drawing and as VML) only the first."""
    for child in parent:
        if child.tag == f"{_MC}AlternateContent":
            choice = child.find(f"{_MC}Choice")
            yield from chosen(choice if choice is not None else child)
        elif isinstance(child.tag, str):
            yield child
