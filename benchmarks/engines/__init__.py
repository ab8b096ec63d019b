"""The engines that are compared, behind one contract; each in a module of its own that is imported when it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from kb.search.index import Entry
from kb.search.nodes import IndexNode

FACETS = ("type", "year")
"""What is counted where facets are asked for."""

TITLE, BODY = 0.2, 1.0
"""What a term in the title is worth beside one in the text, as in ``kb.search.ranking``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What every engine gives, whether somebody looks at all of it or not."""

    total: int
    """Sections that match, all of them counted."""
    best: Sequence[str]
    """Ids of the ten best."""
    facets: Mapping[str, Mapping[str, int]]
    """How many of all matches have each value."""


class Engine(Protocol):
    """An index on disk. Terms are handed over analysed, and queries as nodes of terms: nobody analyses anything."""

    def write(self, documents: Sequence[Sequence[Entry]]) -> None:
        """Add documents, durably."""
        ...

    def settle(self) -> None:
        """Bring the index into the state in which it answers fastest, where that is not done by itself."""
        ...

    def replace(self, document: Sequence[Entry]) -> None:
        """Put a document in the place of its older version, durably; the next search sees it."""
        ...

    def search(self, node: IndexNode, facets: Sequence[str]) -> Answer:
        """All matches counted, the ten best, and the facets that are asked for."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


class Door(Protocol):
    """A class of engines."""

    @staticmethod
    def create(folder: Path) -> Engine:
        """An empty index in a folder that there is not yet."""
        ...

    @staticmethod
    def open(folder: Path) -> Engine:
        """The index that lies there."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """An engine that can be measured, if what it needs is installed."""

    label: str
    place: str
    """Module and class."""
    needs: str = ""
    """A module that must be importable."""
    advice: str = ""
    """How it gets here."""
    most: int | None = None
    """How many queries of each kind it is asked at most, where each takes long; None for all."""
    takes_numbers: bool = False
    """Whether it takes terms as numbers of a list, and need not have them spelled out."""
    snippets: tuple[str, ...] = ()
    """Patterns of the files that serve snippets only."""

    @property
    def is_here(self) -> bool:
        """Whether it can be measured."""
        return not self.needs or find_spec(self.needs) is not None

    def door(self) -> Door:
        """The class itself."""
        module, name = self.place.split(":")
        return cast("Door", getattr(import_module(module), name))


KINDS: Mapping[str, Kind] = {
    "whoosh": Kind(
        "Whoosh files, numpy", "benchmarks.engines.ours:Ours", takes_numbers=True, snippets=("*.words*", "words*")
    ),
    "tantivy": Kind("Tantivy", "benchmarks.engines.tantivy:Tantivy", "tantivy", "pip install 'kb-csw[bench]'"),
    "fts5": Kind("SQLite FTS5", "benchmarks.engines.fts5:Fts5"),
    "xapian": Kind(
        "Xapian", "benchmarks.engines.xapian:Xapian", "xapian", "Debian's python3-xapian, where this Python can see it"
    ),
    "stock": Kind("stock Whoosh", "benchmarks.engines.ours:Stock", most=20),
}
"""By the name that ``--engines`` takes."""


def size(folder: Path, patterns: Iterable[str] = ("*",)) -> int:
    """Bytes of the files below a folder whose names match."""
    found = {path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()}
    return sum(path.stat().st_size for path in found)
