"""SQLite's FTS5, given the same terms. It answers the same queries, as far as it can."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from benchmarks.engines import BODY, FACETS, TITLE, Answer
from kb.model import Filter, Range
from kb.search.analysed import Analysed
from kb.search.index import Entry
from kb.search.nodes import All, Any, Beginning, IndexNode, Prefer, Run, Weighted, Word

#: Terms alone: as our index, it keeps no text. They are joined by spaces; unicode61 takes them apart there again.
#: Contentless tables that rows can be deleted from came with SQLite 3.43, so a row is deleted by its old terms.
_SCHEMA = f"""
CREATE VIRTUAL TABLE terms USING fts5(body, title, content='', tokenize='unicode61 remove_diacritics 0');
INSERT INTO terms (terms, rank) VALUES ('rank', 'bm25({BODY}, {TITLE})');
CREATE TABLE sections (number INTEGER PRIMARY KEY, id TEXT, document TEXT, day TEXT, type TEXT, year TEXT);
CREATE INDEX documents ON sections (document);
"""
_DELETE = "INSERT INTO terms (terms, rowid, body, title) VALUES ('delete', ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as SQL: what is matched, and which conditions the rows must meet."""

    match: str
    where: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


class Fts5:
    """An FTS5 table of sections."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    def create(cls, folder: Path) -> Self:
        """See ``Door``."""
        folder.mkdir(parents=True)
        database = sqlite3.connect(folder / "fts5.db")
        database.executescript(_SCHEMA)
        return cls(database)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """See ``Door``."""
        return cls(sqlite3.connect(folder / "fts5.db"))

    def write(self, documents: Sequence[Sequence[Entry]]) -> None:
        """Write sections in one transaction."""
        with self._database:
            for document in documents:
                self._add(document)

    def settle(self) -> None:
        """Merge the segments."""
        with self._database:
            self._database.execute("INSERT INTO terms (terms) VALUES ('optimize')")

    def replace(self, document: Sequence[Entry]) -> None:
        """See ``Engine``; the terms of the older version are taken to be those of the new one, which they are here."""
        name = document[0].document
        with self._database:
            old = self._database.execute("SELECT number, id FROM sections WHERE document = ?", (name,)).fetchall()
            rows = {entry.section: _row(_terms_of(entry)) for entry in document}
            self._database.executemany(_DELETE, [(number, *rows[section]) for number, section in old])
            self._database.execute("DELETE FROM sections WHERE document = ?", (name,))
            self._add(document)

    def search(self, node: IndexNode, facets: Sequence[str]) -> Answer:
        """See ``Engine``."""
        asked = _asked(node)
        values = (asked.match, *asked.values)
        conditions = "".join(f" AND {condition}" for condition in asked.where)
        joined = "FROM terms JOIN sections ON number = terms.rowid WHERE terms MATCH ?" + conditions
        rows = joined if asked.where else "FROM terms WHERE terms MATCH ?"
        ranked = f"SELECT terms.rowid {rows} ORDER BY rank LIMIT 10"
        names = f"SELECT id FROM ({ranked}) AS ten JOIN sections ON number = ten.rowid"
        best = [section for (section,) in self._database.execute(names, values)]
        if not facets:
            (total,) = self._database.execute(f"SELECT count(*) {rows}", values).fetchone()
            return Answer(total, best, {})
        columns = ", ".join(facets)  # one pass for all of them, and for the total
        grouped = self._database.execute(f"SELECT {columns}, count(*) {joined} GROUP BY {columns}", values).fetchall()
        return Answer(sum(row[-1] for row in grouped), best, _counted(grouped, facets))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _add(self, document: Sequence[Entry]) -> None:
        for entry in document:
            about = (entry.section, entry.document, str(entry.date), *(entry.keywords[name][0] for name in FACETS))
            new = self._database.execute(
                "INSERT INTO sections (id, document, day, type, year) VALUES (?, ?, ?, ?, ?)", about
            )
            row = (new.lastrowid, *_row(_terms_of(entry)))
            self._database.execute("INSERT INTO terms (rowid, body, title) VALUES (?, ?, ?)", row)


def _terms_of(entry: Entry) -> Analysed:
    if entry.analysed is None:
        raise ValueError(entry.section)
    return entry.analysed


def _row(found: Analysed) -> tuple[str, str]:
    return " ".join(found.body.terms), " ".join(found.title.terms)


def _counted(grouped: Sequence[Sequence[object]], facets: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in facets}
    for *values, count in grouped:
        for name, value in zip(facets, values, strict=True):
            counts[name][str(value)] += int(str(count))
    return counts


def _asked(node: IndexNode) -> Asked:  # noqa: PLR0911 - one line for each kind of node
    match node:
        case All(nodes):
            parts = [_asked(inner) for inner in nodes]
            return Asked(
                " AND ".join(f"({part.match})" for part in parts if part.match),
                [condition for part in parts for condition in part.where],
                [value for part in parts for value in part.values],
            )
        case Any(nodes):  # of how many, FTS5 cannot be told
            return Asked(" OR ".join(f"({_asked(inner).match})" for inner in nodes))
        case Prefer(inner, _) | Weighted(inner, _):  # nor what a part is worth, or would be
            return _asked(inner)
        case Filter(name, value):
            return Asked("", [f"{name} = ?"], [value])
        case Range(_, first, last):
            return Asked("", ["day BETWEEN ? AND ?"], [str(first), str(last)])
        case Run(terms, name):
            return Asked(_in(name, _quoted(" ".join(terms))))
        case Beginning(prefix, name):
            return Asked(_in(name, f"{_quoted(prefix)} *"))
        case Word(term, name):
            return Asked(_in(name, _quoted(term)))
        case _:
            raise NotImplementedError(node)


def _in(name: str, match: str) -> str:
    return f"{name} : {match}" if name else match


def _quoted(terms: str) -> str:
    return '"{}"'.format(terms.replace('"', '""'))
