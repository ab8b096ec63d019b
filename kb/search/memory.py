"""The simple engine: plain dictionaries, gone when the process ends. What the other engine must agree with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock

from kb.model import AccessClass, Everything, Filter, Range, Sort
from kb.search.completion import Completion, best, is_near, read, terms
from kb.search.fields import analysed
from kb.search.index import Entry, Found
from kb.search.nodes import All, Any, Beginning, Except, IndexNode, Keyword, Prefer, Run, Weighted, Word
from kb.search.ranking import DECIMALS, FIELDS, fields, idf, norm, saturation

Scores = dict[str, float]
"""The sections that match, with their scores."""


@dataclass(frozen=True, slots=True)
class _Section:
    """An entry with its analysed fields: for each field and term, the positions where it stands."""

    entry: Entry
    positions: Mapping[str, Mapping[str, frozenset[int]]]
    words: bytes

    def length(self, name: str) -> int:
        return sum(map(len, self.positions[name].values()))

    def keywords(self, name: str) -> tuple[str, ...]:
        return self.entry.keywords.get(name, ())


def _analysed(entry: Entry) -> _Section:
    (found,) = analysed([entry])
    places = {"body": found.body.places(), "title": found.title.places()}
    sets = {name: {term: frozenset(at) for term, at in terms.items()} for name, terms in places.items()}
    return _Section(entry, sets, found.words)


class MemoryIndex:
    """An ``Index`` in plain Python, for small libraries and for tests."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pending: dict[str, list[_Section]] = {}
        self._sections: dict[str, list[_Section]] = {}

    def replace(self, document: str, entries: Sequence[Entry]) -> None:
        """See ``Index``."""
        sections = list(map(_analysed, entries))
        with self._lock:
            self._pending[document] = sections

    def commit(self) -> None:
        """See ``Index``."""
        with self._lock:
            together = self._sections | self._pending
            self._sections = {document: sections for document, sections in together.items() if sections}
            self._pending = {}

    def search(  # noqa: PLR0913 - as in Index
        self,
        node: IndexNode,
        *,
        access: frozenset[AccessClass],
        sort: Sort = "relevance",
        offset: int = 0,
        limit: int = 10,
        facets: Sequence[str] = (),
    ) -> Found:
        """See ``Index``."""
        shelf = self._shelf(access)
        scores = {section: round(score, DECIMALS) for section, score in shelf.match(node).items()}
        ranked = sorted(scores, key=lambda section: shelf.rank(section, scores[section], sort))
        hits = tuple((section, scores[section]) for section in ranked[offset : offset + limit])
        return Found(len(scores), hits, {name: shelf.count(name, scores) for name in facets})

    def scores(self, nodes: Sequence[IndexNode], section: str, *, access: frozenset[AccessClass]) -> list[float | None]:
        """See ``Index``."""
        shelf = self._shelf(access)
        return [shelf.match(node).get(section) for node in nodes]

    def frequencies(self, terms: Sequence[str], *, access: frozenset[AccessClass]) -> tuple[int, Mapping[str, int]]:
        """See ``Index``."""
        sections = self._shelf(access).sections.values()
        return len(sections), {term: sum(term in s.positions["body"] for s in sections) for term in terms}

    def _shelf(self, access: frozenset[AccessClass]) -> _Shelf:
        readable = [s for sections in self._sections.values() for s in sections if s.entry.access in access]
        return _Shelf({section.entry.section: section for section in readable})

    def completions(
        self, beginnings: Sequence[str], *, access: frozenset[AccessClass], hidden: frozenset[str], limit: int
    ) -> list[Completion]:
        """See ``Index``."""
        return self._phrases(lambda term: term.startswith(tuple(beginnings)), access, hidden, limit)

    def near(self, key: str, *, access: frozenset[AccessClass], hidden: frozenset[str], limit: int) -> list[Completion]:
        """See ``Index``."""
        return self._phrases(lambda term: is_near(term, key), access, hidden, limit)

    def _phrases(
        self, wanted: Callable[[str], bool], access: frozenset[AccessClass], hidden: frozenset[str], limit: int
    ) -> list[Completion]:
        counts = Counter(
            found
            for document, sections in self._sections.items()
            for section in sections
            if section.entry.access in access and document not in hidden
            for found in {read(term) for term in terms(section.entry.phrases) if wanted(term)}
        )
        return best((Completion(text, count, inner) for (text, inner), count in counts.items()), limit)

    def words(self, sections: Sequence[str], *, access: frozenset[AccessClass]) -> Mapping[str, bytes]:
        """See ``Index``."""
        known = self._shelf(access).sections
        return {section: known[section].words for section in sections if section in known}

    def documents(self) -> Mapping[str, int]:
        """See ``Index``."""
        return {document: sections[0].entry.version for document, sections in self._sections.items()}

    def settle(self) -> None:
        """See ``Index``: nothing is faster than what is there."""

    def close(self) -> None:
        """See ``Index``."""
        with self._lock:
            self._pending = {}


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The sections that one search may read, by id."""

    sections: Mapping[str, _Section]
    averages: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        lengths = {name: sum(s.length(name) for s in self.sections.values()) for name in FIELDS}
        count = max(len(self.sections), 1)
        object.__setattr__(self, "averages", {name: length / count for name, length in lengths.items()})

    def match(self, node: IndexNode) -> Scores:  # noqa: PLR0911, C901 - one line for each kind of node
        match node:
            case Everything():
                return dict.fromkeys(self.sections, 0.0)
            case Filter(name, value):
                return {s: 0.0 for s, section in self.sections.items() if value in section.keywords(name)}
            case Range(_, first, last):
                return {s: 0.0 for s, section in self.sections.items() if _within(section.entry.date, first, last)}
            case Keyword(name, value):
                found = self.match(Filter(name, value))
                return dict.fromkeys(found, idf(len(self.sections), len(found)))
            case Word(term, name):
                return self._scored(name, {f: {s: len(places) for s, places in self._places(f, term)} for f in FIELDS})
            case Run(terms, name):
                return self._scored(name, {f: self._runs(f, terms) for f in FIELDS})
            case Beginning(prefix, name):
                return self._scored(name, {f: self._beginnings(f, prefix) for f in FIELDS})
            case Weighted(inner, factor):
                return {section: factor * score for section, score in self.match(inner).items()}
            case Except(inner):
                return dict.fromkeys(self.sections.keys() - self.match(inner).keys(), 0.0)
            case Prefer(inner, bonus):
                extra = self.match(bonus)
                return {section: score + extra.get(section, 0.0) for section, score in self.match(inner).items()}
            case All(nodes):
                return self._at_least(nodes, len(nodes))
            case Any(nodes, at_least):
                return self._at_least(nodes, max(at_least, 1))

    def _at_least(self, nodes: Sequence[IndexNode], count: int) -> Scores:
        if not nodes:
            return {} if count else dict.fromkeys(self.sections, 0.0)
        found = [self.match(node) for node in nodes]
        times = Counter(section for scores in found for section in scores)
        return {
            section: sum(scores.get(section, 0.0) for scores in found)
            for section, matched in times.items()
            if matched >= count
        }

    def _places(self, name: str, term: str) -> list[tuple[str, frozenset[int]]]:
        return [(s, places) for s, section in self.sections.items() if (places := section.positions[name].get(term))]

    def _runs(self, name: str, terms: tuple[str, ...]) -> dict[str, int]:
        """How often the terms stand side by side, for each section where they do."""
        counts: dict[str, int] = {}
        for section, firsts in self._places(name, terms[0]):
            places = self.sections[section].positions[name]
            starts = [f for f in firsts if all(f + i in places.get(term, ()) for i, term in enumerate(terms))]
            if starts:
                counts[section] = len(starts)
        return counts

    def _beginnings(self, name: str, prefix: str) -> dict[str, int]:
        """How many terms begin so, for each section that has any."""
        counts = {
            s: sum(len(places) for term, places in section.positions[name].items() if term.startswith(prefix))
            for s, section in self.sections.items()
        }
        return {section: count for section, count in counts.items() if count}

    def _scored(self, asked: str, frequencies: Mapping[str, Mapping[str, int]]) -> Scores:
        """BM25 for each field, added up with the fields' weights."""
        scores: Scores = defaultdict(float)
        for name, weight in fields(asked).items():
            rarity = idf(len(self.sections), len(frequencies[name]))
            for section, frequency in frequencies[name].items():
                length = norm(float(self.sections[section].length(name)), self.averages[name])
                scores[section] += weight * rarity * saturation(float(frequency), length)
        return dict(scores)

    def rank(self, section: str, score: float, sort: Sort) -> tuple[float, float, str]:
        day = self.sections[section].entry.date
        newest_first = -float(day.toordinal()) if day else 0.0
        return (newest_first, -score, section) if sort == "date" else (-score, newest_first, section)

    def count(self, name: str, found: Scores) -> dict[str, int]:
        return dict(Counter(value for s in found for value in set(self.sections[s].keywords(name))))


def _within(day: date | None, first: date | None, last: date | None) -> bool:
    return day is not None and (first is None or first <= day) and (last is None or day <= last)
