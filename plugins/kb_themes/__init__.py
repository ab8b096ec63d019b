"""テーマ: what an article is about, in the words of the field; results of all types can be narrowed by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from kb import Annotation, Kind, Section, hookimpl, search_key
from kb_themes.vocabulary import NAMES as NAMES
from kb_themes.vocabulary import THEMES, Theme

KIND = "theme"
"""The kind of the annotations."""

Where = Literal["text", "heading"]


@hookimpl
def kb_kinds() -> list[Kind]:
    """Themes: values are their names."""
    return [Kind(KIND, "テーマ", facet=True)]


@hookimpl
def kb_annotate(section: Section) -> Iterator[Annotation]:
    """Each theme once, with the words that show it best: those of the heading before those of the text."""
    heading, text = _Folded(section.heading), _Folded(section.text)
    for theme in THEMES:
        found = _evidence(theme, heading, text)
        if found:
            where, start, end = found
            yield Annotation(KIND, theme.name, theme.name, start, end, where)


class _Folded:
    """A text in which words are looked for in any width, and where each of its characters comes from."""

    def __init__(self, text: str) -> None:
        keys = [search_key(character) for character in text]
        self.key = "".join(keys)
        self._origin = [place for place, key in enumerate(keys) for _ in key]

    def find(self, pattern: str) -> list[tuple[int, int]]:
        """The spans in the text as it was given."""
        return [
            (self._origin[match.start()], self._origin[match.end() - 1] + 1)
            for match in re.finditer(pattern, self.key)
            if match.end() > match.start()
        ]


def _evidence(theme: Theme, heading: _Folded, text: _Folded) -> tuple[Where, int, int] | None:
    """Where a section shows that it is about a theme; None if it does not."""
    either = f"{theme.sure}|{theme.likely}" if theme.likely else theme.sure
    if found := heading.find(either):
        return "heading", *found[0]
    if found := text.find(theme.sure):
        return "text", *found[0]
    if theme.likely and len(found := text.find(theme.likely)) > 1:
        return "text", *found[0]
    return None
