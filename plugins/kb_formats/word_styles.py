"""What a Word document says about its paragraphs: how deep a heading each is, and which list it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kb_formats.word_numbering import Numbering, W, level_in, value_of

_HEADING = re.compile(r"(?:heading|見出し)\s*([1-9])", re.IGNORECASE)
_TITLES = frozenset({"title", "表題"})
_CONTENTS = re.compile(r"(?:toc|目次)\b.*|目次.*", re.IGNORECASE)
#: ``outlineLvl`` counts from 0; 9 is body text (ECMA-376, 17.3.1.20).
_BODY_TEXT = 9


class Styles:
    """The paragraph styles of ``styles.xml``; none without that part."""

    def __init__(self, root: Any) -> None:
        found = root.findall(f"{W}style") if root is not None else ()
        self._by_id = {style.get(f"{W}styleId"): style for style in found if style.get(f"{W}type") == "paragraph"}

    def level(self, paragraph: Any) -> int:
        """1 to 9 for a heading, 0 for text."""
        direct = paragraph.find(f"{W}pPr/{W}outlineLvl")
        if direct is not None:
            return _outline(direct)
        for style in self._chain(paragraph):
            found = style.find(f"{W}pPr/{W}outlineLvl")
            if found is not None:
                return _outline(found)
            name = _name(style)
            if named := _HEADING.fullmatch(name):
                return int(named[1])
            if name.lower() in _TITLES:
                return 1
        return 0

    def is_of_contents(self, paragraph: Any) -> bool:
        """Whether it is a line of the table of contents: those repeat the headings."""
        return any(_CONTENTS.fullmatch(_name(style)) for style in self._chain(paragraph))

    def begins_page(self, paragraph: Any) -> bool:
        """Whether it is to stand at the top of a page."""
        properties = (paragraph, *self._chain(paragraph))
        found = (each.find(f"{W}pPr/{W}pageBreakBefore") for each in properties)
        return is_on(next((element for element in found if element is not None), None))

    def mark(self, paragraph: Any, numbering: Numbering) -> str:
        """The number or ・ before it, counted on; empty outside lists."""
        for each in (paragraph, *self._chain(paragraph)):
            found = each.find(f"{W}pPr/{W}numPr")
            number = value_of(found.find(f"{W}numId")) if found is not None else ""
            if number:
                level = value_of(found.find(f"{W}ilvl"))
                style = str(each.get(f"{W}styleId", ""))
                return numbering.mark(number, level_in(level) if level else numbering.level_of_style(number, style))
        return ""

    def _chain(self, paragraph: Any) -> Iterator[Any]:
        """The style of a paragraph, the one that it is based on, and so on."""
        seen: set[str] = set()
        name = value_of(paragraph.find(f"{W}pPr/{W}pStyle"))
        while name in self._by_id and name not in seen:
            seen.add(name)
            yield self._by_id[name]
            name = value_of(self._by_id[name].find(f"{W}basedOn"))


def is_on(element: Any) -> bool:
    """Whether a property is there and not switched off."""
    return element is not None and value_of(element, "true") not in {"0", "false", "off"}


def _name(style: Any) -> str:
    return value_of(style.find(f"{W}name")).strip()


def _outline(element: Any) -> int:
    value = value_of(element)
    return int(value) + 1 if value.isdecimal() and int(value) < _BODY_TEXT else 0
