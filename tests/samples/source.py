"""The sample issues as they are written: a small mark-up, one thought a line, from which every file and its truth are made.

newsletter: みどり県社協だより        the lines above --- describe the issue
---
# ■見出し   ## ●見出し   ### （１）見出し    headings with the mark that is printed; # begins a slide
一行が一段落です。                          a line without a mark of ours is a paragraph
< 記事の結び                              a paragraph that belongs to the whole article, below its last sub-heading;
                                        below a slide, what the speaker says
- ・項目                                 a list item with the mark that is printed
@ 電話: 000-000-0000                    a field
| 行事 | 対象 |                          a row of a table; the first is its head
[[ 囲みの見出し … ]]                      a side box
~~~                                    a new page
{霧ヶ丘|きりがおか}                        ruby
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

Kind = Literal["heading", "paragraph", "closing", "list", "field", "row", "break"]

HERE = Path(__file__).parent
ISSUES = HERE / "issues"
MATERIALS = HERE / "materials"
CASEBOOK = HERE / "casebook"

RUBY = re.compile(r"\{([^|{}]+)\|([^|{}]+)\}")

_SIGNS: tuple[tuple[str, Kind, int], ...] = (
    ("# ", "heading", 1),
    ("## ", "heading", 2),
    ("### ", "heading", 3),
    ("[[ ", "heading", 2),
    ("< ", "closing", 0),
    ("- ", "list", 0),
    ("@ ", "field", 0),
    ("| ", "row", 0),
    ("~~~", "break", 0),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a source."""

    kind: Kind
    text: str
    """As printed, with its mark; ruby in the notation of the source."""
    level: int = 0
    box: int = 0
    """0 for the main flow, n for the n-th side box."""

    @property
    def plain(self) -> str:
        """The text without ruby; the cells of a row are separated by tabs."""
        return RUBY.sub(r"\1", "\t".join(self.cells) if self.kind == "row" else self.text)

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of a row."""
        return tuple(cell.strip() for cell in self.text.strip("| ").split("|"))


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of a newsletter."""

    name: str
    """The name of its source file, without the suffix."""
    head: Mapping[str, str]
    parts: tuple[Part, ...]

    @property
    def file(self) -> str:
        """The name of the file to be made."""
        return self.head["file"]

    @property
    def manner(self) -> str:
        """How the file is made; see ``make.WRITERS``."""
        return self.head["manner"]

    @property
    def date(self) -> date:
        """The day on which the issue is dated."""
        return date.fromisoformat(self.head["date"])


def read_issues(folder: Path = ISSUES) -> tuple[Issue, ...]:
    """All issues (or whatever else is written so in a folder), oldest first."""
    return tuple(sorted((_read(path) for path in folder.glob("*.txt")), key=lambda issue: issue.date))


def _read(path: Path) -> Issue:
    head, body = path.read_text(encoding="utf-8").split("\n---\n", 1)
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return Issue(path.stem, fields, tuple(_parts(body)))


def _parts(body: str) -> Iterator[Part]:
    boxes, box = 0, 0
    for line in body.splitlines():
        if line == "]]":
            box = 0
        elif line:
            if line.startswith("[[ "):
                boxes += 1
                box = boxes
            yield _part(line, box)


def _part(line: str, box: int) -> Part:
    for sign, kind, level in _SIGNS:
        if line.startswith(sign):
            return Part(kind, line.removeprefix(sign), level, box)
    return Part("paragraph", line, 0, box)
