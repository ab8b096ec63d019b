"""The engine to compare with: SQLite's FTS5, given the same terms. It answers the same queries, as far as it can."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kb.model import And, Filter, Node, Or, Phrase, Prefix, Range, Term
from kb.search.index import Entry
from kb.search.ranking import FIELDS
from kb.text.analyze import Analyzer

#: Contentless, as our index keeps no text either. Terms are joined by spaces; unicode61 takes them apart there again.
_SCHEMA = """
CREATE VIRTUAL TABLE terms USING fts5(body, title, content='', tokenize='unicode61 remove_diacritics 0');
CREATE TABLE sections (number INTEGER PRIMARY KEY, id TEXT, day TEXT, type TEXT, year TEXT);
"""
_FACETS = ("type", "year")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as SQL: what is matched, and which conditions the rows must meet."""

    match: str
    where: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


class Fts5:
    """An FTS5 table of sections."""

    def __init__(self, path: Path, analyzer: Analyzer) -> None:
        self._database = sqlite3.connect(path)
        self._database.executescript(_SCHEMA)
        self._analyzer = analyzer

    def fill(self, entries: Iterable[Entry]) -> None:
        """Write sections in one transaction."""
        with self._database:
            for number, entry in enumerate(entries):
                title = " ".join(map(self._spaced, (entry.title, entry.above, entry.heading)))
                row = (number, self._spaced(f"{entry.heading}\n{entry.text}"), title)
                self._database.execute("INSERT INTO terms (rowid, body, title) VALUES (?, ?, ?)", row)
                about = (number, entry.section, str(entry.date), *(entry.keywords[name][0] for name in _FACETS))
                self._database.execute("INSERT INTO sections VALUES (?, ?, ?, ?, ?)", about)

    def optimize(self) -> None:
        """Merge the segments: the state in which it answers fastest."""
        with self._database:
            self._database.execute("INSERT INTO terms (terms) VALUES ('optimize')")

    def search(self, node: Node, facets: Sequence[str]) -> tuple[int, list[str]]:
        """How many sections match, and the ten best; counts facets, too."""
        asked = self._asked(node)
        rows = "FROM terms JOIN sections ON number = terms.rowid WHERE terms MATCH ?"
        rows += "".join(f" AND {condition}" for condition in asked.where)
        values = (asked.match, *asked.values)
        weights = ", ".join(str(weight) for weight in FIELDS.values())
        best = self._database.execute(f"SELECT id {rows} ORDER BY bm25(terms, {weights}) LIMIT 10", values).fetchall()
        (total,) = self._database.execute(f"SELECT count(*) {rows}", values).fetchone()
        for name in facets:
            self._database.execute(f"SELECT {name}, count(*) {rows} GROUP BY {name}", values).fetchall()
        return total, [section for (section,) in best]

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _spaced(self, text: str) -> str:
        return " ".join(self._analyzer.terms(text))

    def _asked(self, node: Node) -> Asked:  # noqa: PLR0911 - one line for each kind of node
        match node:
            case And(nodes):
                parts = [self._asked(inner) for inner in nodes]
                return Asked(
                    " AND ".join(part.match for part in parts if part.match),
                    [condition for part in parts for condition in part.where],
                    [value for part in parts for value in part.values],
                )
            case Or(nodes):
                return Asked(" OR ".join(self._asked(inner).match for inner in nodes))
            case Filter(name, value):
                return Asked("", [f"{name} = ?"], [value])
            case Range(_, first, last):
                return Asked("", ["day BETWEEN ? AND ?"], [str(first), str(last)])
            case Phrase(text, _):
                return Asked(_quoted(" ".join(self._analyzer.terms(text))))
            case Prefix(text, _):
                return Asked(f"{_quoted(text)} *")
            case Term(text, _):
                joined = " OR " if "に困った" in text else " AND "  # a question asks for any of its words, as ours does
                return Asked("(" + joined.join(map(_quoted, dict.fromkeys(self._analyzer.terms(text)))) + ")")
            case _:
                raise NotImplementedError(node)


def _quoted(terms: str) -> str:
    return '"{}"'.format(terms.replace('"', '""'))
