"""The one contract between the library and its search engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from kb.model import NOTHING, AccessClass, Sort
from kb.search.analysed import Analysed
from kb.search.completion import Completion
from kb.search.nodes import IndexNode
from kb.text.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Entry:
    """One section as an index needs to know it."""

    section: str
    document: str
    version: int
    access: AccessClass
    title: str
    """The document's title."""
    heading: str
    """The section's own heading."""
    text: str
    date: date | None = None
    """The document's date."""
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    """Exact values to filter by, to count and to score: ``{"type": ("newsletter",), "dates": ("2021-12-21",)}``."""
    above: str = ""
    """The headings that the section stands under, the outermost first, a line each."""
    phrases: tuple[Phrase, ...] = ()
    """What can be offered to somebody who types the beginning of it."""
    analysed: Analysed | None = None
    """Its terms, where they have been made already (``fields.analysed``); made when it is written if not."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an index answers."""

    total: int
    hits: tuple[tuple[str, float], ...]
    """Section id and score, best first: the asked page only."""
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: NOTHING)
    """For each asked field: how many of the ``total`` sections have each value."""


class Index(Protocol):
    """Finds sections. Derived from the catalogue, and disposable.

    Searching is safe from several threads, and sees what was committed last, by this or another process. Everything a
    search returns (statistics behind the scores included) comes from the access classes it was asked for.
    """

    def replace(self, document: str, entries: Sequence[Entry]) -> None:
        """Put ``entries`` in the place of all that is known of the document; none at all removes it.

        Seen by searches after ``commit``. Doing it again changes nothing.

        Raises:
            BusyError: another process, or another index object, is writing.

        """
        ...

    def commit(self) -> None:
        """Make all replacements durable and visible, all at once; a crash before the return leaves the old state."""
        ...

    def settle(self) -> None:
        """Put what has been committed into the form that is read fastest, once much has been written.

        Changes no answer, takes as long as the library is large, and is needed never.

        Raises:
            BusyError: as ``replace``.

        """
        ...

    def search(  # noqa: PLR0913 - one call answers one question; a value object would only rename these
        self,
        node: IndexNode,
        *,
        access: frozenset[AccessClass],
        sort: Sort = "relevance",
        offset: int = 0,
        limit: int = 10,
        facets: Sequence[str] = (),
    ) -> Found:
        """The sections that match.

        ``relevance``: best first, the same score by date; ``date``: newest first, undated last, the same date by
        score. What is left over goes by section id, so that pages neither overlap nor leave gaps.
        """
        ...

    def scores(self, nodes: Sequence[IndexNode], section: str, *, access: frozenset[AccessClass]) -> list[float | None]:
        """What each node is worth in one section, as ``search`` counts it; None where it does not match."""
        ...

    def frequencies(self, terms: Sequence[str], *, access: frozenset[AccessClass]) -> tuple[int, Mapping[str, int]]:
        """How many sections there are, and how many have each of these terms in their text."""
        ...

    def completions(
        self, beginnings: Sequence[str], *, access: frozenset[AccessClass], hidden: frozenset[str], limit: int
    ) -> list[Completion]:
        """Phrases with a key that begins in one of these ways, those that most sections have first.

        Args:
            beginnings: of keys, as ``completion.beginnings`` gives them.
            access: the classes whose sections count; no other has a part in what is returned.
            hidden: documents that do not count either.
            limit: how many at most.

        """
        ...

    def near(self, key: str, *, access: frozenset[AccessClass], hidden: frozenset[str], limit: int) -> list[Completion]:
        """Phrases with a key that differs from ``key`` by one slip of the pen; else as ``completions``."""
        ...

    def words(self, sections: Sequence[str], *, access: frozenset[AccessClass]) -> Mapping[str, bytes]:
        """The tokens of these sections' headings and texts, as ``kb.text.words`` encodes them, of those it has."""
        ...

    def documents(self) -> Mapping[str, int]:
        """The version of each document in the index."""
        ...

    def close(self) -> None:
        """Let go of files and, if it was writing, forget what was not committed."""
        ...
