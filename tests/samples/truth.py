"""What a person would read off an issue: its sections with heading path, and the blocks of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.samples.source import Issue, Part

_DECORATION = "■□●○◆◇◎▼▶★"


@dataclass(slots=True)
class _Open:
    """A section that is being collected."""

    heading: str
    level: int
    kind: str
    path: tuple[str, ...]
    blocks: list[dict[str, str]] = field(default_factory=list)


def heading_text(part: Part) -> str:
    """A heading without the marks printed around it; brackets and numbers belong to the words."""
    return part.plain.strip(_DECORATION)


def truth(issue: Issue, pages: Mapping[int, int] | None = None) -> dict[str, Any]:
    """The issue as JSON.

    Args:
        issue: what was written.
        pages: position of a heading among ``issue.parts`` -> page of the file, for files that have pages.
    """
    return {
        **{key: issue.head[key] for key in ("file", "newsletter", "number", "date", "publisher", "manner")},
        "sections": [
            {
                "heading": section.heading,
                "level": section.level,
                "kind": section.kind,
                "path": list(section.path),
                **({"page": pages[place]} if pages else {}),
                "blocks": section.blocks,
            }
            for place, section in _sections(issue)
        ],
    }


def _sections(issue: Issue) -> Iterator[tuple[int, _Open]]:
    """The sections in the order of their headings, each with the position of its heading."""
    found: list[tuple[int, _Open]] = []
    main: list[_Open] = []
    box = _Open("", 0, "box", ())
    for place, part in enumerate(issue.parts):
        if part.kind == "heading" and part.box:
            box = _Open(heading_text(part), 2, "box", (main[0].heading, heading_text(part)))
            found.append((place, box))
        elif part.kind == "heading":
            main = [*main[: part.level - 1], _open(part, main)]
            found.append((place, main[-1]))
        elif part.kind != "break":
            owner = box if part.box else main[0] if part.kind == "closing" else main[-1]
            owner.blocks.append({"kind": _KINDS.get(part.kind, part.kind), "text": part.plain})
    yield from found


_KINDS = {"row": "table", "closing": "paragraph"}


def _open(part: Part, main: list[_Open]) -> _Open:
    above = [section for section in main if section.level < part.level]
    path = (*(section.heading for section in above), heading_text(part))
    return _Open(heading_text(part), part.level, "article", path)


WEEKDAY = re.compile(
    r"(?:(令和)\s*([0-9０-９元]+)|(20[0-9０-９]{2}))\s*年\s*([0-9０-９]+)\s*月\s*([0-9０-９]+)\s*日\s*[（(]([月火水木金土日])"
)
"""A date with its weekday, as written in the issues: era, its year, or western year; month; day; weekday."""
