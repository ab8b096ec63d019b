"""Our own engine, and stock Whoosh through the same door."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Self

from benchmarks.engines import Answer
from kb.ingest.indexer import BATCH
from kb.model import PUBLIC_ONLY
from kb.search.engines import create_index, open_index
from kb.search.index import Entry, Index
from kb.search.nodes import IndexNode
from kb.text.analyze import Analyzer


class Ours:
    """An ``Index`` of the knowledge base."""

    name = "whoosh"

    def __init__(self, index: Index) -> None:
        self._index = index

    @classmethod
    def create(cls, folder: Path) -> Self:
        """See ``Door``."""
        return cls(create_index(cls.name, folder, _analyzer()))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """See ``Door``."""
        return cls(open_index(cls.name, folder, _analyzer()))

    def write(self, documents: Sequence[Sequence[Entry]]) -> None:
        """As ingestion does: ``BATCH`` documents a commit, each with checksums and fsync."""
        for start in range(0, len(documents), BATCH):
            for document in documents[start : start + BATCH]:
                self._index.replace(document[0].document, document)
            self._index.commit()

    def settle(self) -> None:
        """See ``Engine``: as an index is that has been made anew; what changes later lies beside it."""
        self._index.settle()

    def replace(self, document: Sequence[Entry]) -> None:
        """See ``Engine``."""
        self._index.replace(document[0].document, document)
        self._index.commit()

    def search(self, node: IndexNode, facets: Sequence[str]) -> Answer:
        """See ``Engine``."""
        found = self._index.search(node, access=PUBLIC_ONLY, facets=facets)
        return Answer(found.total, [section for section, _ in found.hits], found.facets)

    def close(self) -> None:
        """See ``Engine``."""
        self._index.close()


@cache
def _analyzer() -> Analyzer:
    """One for the process, as a server has: an index asks only whether it was made by the same rules."""
    return Analyzer()


class Stock(Ours):
    """Whoosh's own searcher."""

    name = "stock"
