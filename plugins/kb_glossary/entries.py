"""The terms that somebody may read the definitions of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb import Mention, search_key
from kb_glossary.reading import OTHER, ROWS, order, reading, row

KIND = "definition"
"""The kind of the annotations; their values are the terms."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One term with all that is said of it."""

    term: str
    read: str
    definitions: Sequence[Mention]
    """Newest first."""

    @property
    def meaning(self) -> str:
        """What the newest definition says."""
        return meaning(self.definitions[0])

    @property
    def row(self) -> str:
        """The row of the 五十音 that it belongs to."""
        return row(self.read)

    @property
    def anchor(self) -> str:
        """Where it stands on the page of the glossary."""
        return "t-" + "".join(self.term.split())


def meaning(mention: Mention) -> str:
    """The sentence that defines."""
    annotation = mention.annotation
    return "".join(mention.section.text[annotation.start : annotation.end].split("\n")).strip()


def entries(mentions: Iterable[Mention]) -> list[Entry]:
    """The terms in order of their readings; those that differ in width or case only are one."""
    terms: dict[str, list[Mention]] = {}
    for mention in mentions:
        terms.setdefault(search_key(mention.annotation.value), []).append(mention)
    found = [_entry(of_term) for of_term in terms.values()]
    return sorted(found, key=lambda entry: (order(entry.read), entry.term))


def _entry(mentions: Sequence[Mention]) -> Entry:
    newest = sorted(mentions, key=lambda one: one.document.date.toordinal() if one.document.date else 0, reverse=True)
    term = newest[0].annotation.value
    return Entry(term, reading(term), newest)


def in_rows(terms: Iterable[str]) -> dict[str, list[str]]:
    """The terms by row, in whatever width and case they are written; rows with nothing in them too."""
    rows: dict[str, list[str]] = {name: [] for name in (*(name for name, _ in ROWS), OTHER)}
    for term in terms:
        rows[row(reading(term))].append(term)
    return rows


def by_row(found: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """The rows あ to わ, then the rest; rows with nothing in them too, so that the index always looks the same."""
    rows: dict[str, list[Entry]] = {name: [] for name in (*(name for name, _ in ROWS), OTHER)}
    for entry in found:
        rows[entry.row].append(entry)
    return list(rows.items())
