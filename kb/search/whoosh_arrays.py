"""Answering queries over decoded postings, a whole array at a time.

A ``View`` is one committed state of the index as one set of access classes sees it: its segments in a row, each section
with a number. It never changes, so threads share it freely.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.model import Everything, Filter, Range, Sort
from kb.search.completion import Completion, best, is_near, read
from kb.search.index import Found
from kb.search.nodes import All, Any, Beginning, Except, IndexNode, Keyword, Prefer, Run, Weighted, Word
from kb.search.ranking import DECIMALS, fields, idf, norm, saturation

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Decoded postings kept ready for all searches together, in bytes. 16 bytes a posting, 16 an occurrence: at 10,000
#: sections everything that people look for fits; beyond it, what was used longest ago is read again when it is needed.
CACHE_BYTES = 128 * 1024 * 1024

SEPARATOR = "\x1f"
"""Stands between name and value of a keyword (ASCII's unit separator: in no name)."""


_NONE: Integers = np.empty(0, dtype=np.int64)


class Record(Protocol):
    """What is kept of a section."""

    @property
    def section(self) -> str: ...  # noqa: D102 - see whoosh_files.Record, whose names these are
    @property
    def document(self) -> str: ...  # noqa: D102
    @property
    def day(self) -> int: ...  # noqa: D102
    @property
    def body(self) -> int: ...  # noqa: D102
    @property
    def title(self) -> int: ...  # noqa: D102


class Leaf(Protocol):
    """A segment: sections numbered from 0, and where each term stands in them."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def records(self) -> Sequence[Record]: ...  # noqa: D102
    def beginning(self, name: str, prefix: str) -> list[str]: ...  # noqa: D102
    def phrases(self) -> tuple[list[str], Integers]: ...  # noqa: D102
    def backwards(self) -> tuple[list[str], Integers]: ...  # noqa: D102
    def postings(self, name: str, term: str) -> tuple[Integers, Integers]: ...  # noqa: D102
    def positions(self, name: str, term: str) -> tuple[Integers, Integers]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Matches:
    """Which sections match, and their scores: one place for each section; the score is 0 where ``flags`` is not set."""

    flags: Flags
    scores: Floats


class Cache:
    """Arrays by key, the longest unused dropped first; safe to share between threads."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._size = 0
        self._lock = Lock()
        self._kept: OrderedDict[object, tuple[Integers, ...]] = OrderedDict()

    def get(self, key: object, make: Callable[[], tuple[Integers, ...]]) -> tuple[Integers, ...]:
        """The arrays kept under ``key``, made if there are none. Two threads may both make them; one is kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        arrays = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = arrays
                self._size += _bytes(arrays)
            while self._size > self._limit:
                _, dropped = self._kept.popitem(last=False)
                self._size -= _bytes(dropped)
        return arrays


def _bytes(arrays: tuple[Integers, ...]) -> int:
    return sum(array.nbytes for array in arrays)


class View:
    """The sections that one set of access classes may read."""

    def __init__(self, leaves: Sequence[tuple[Leaf, frozenset[int]]], cache: Cache) -> None:
        self._cache = cache
        self._leaves = [leaf for leaf, _ in leaves]
        self._starts = [0, *np.cumsum([leaf.size for leaf in self._leaves]).tolist()]
        records = [record for leaf in self._leaves for record in leaf.records]
        self._sections = [record.section for record in records]
        self._documents = [record.document for record in records]
        self._live = np.ones(len(records), dtype=bool)
        for (_, deleted), start in zip(leaves, self._starts, strict=False):
            self._live[[start + number for number in deleted]] = False
        self._facets: dict[str, tuple[list[str], Integers, Integers]] = {}
        self._all_live = bool(self._live.all())
        self._count = int(self._live.sum())
        self._day = np.array([record.day for record in records], dtype=np.int64)
        self._place = np.empty(len(records), dtype=np.int64)
        self._place[sorted(range(len(records)), key=self._sections.__getitem__)] = np.arange(len(records))
        self._norms = {
            "body": self._norm([record.body for record in records]),
            "title": self._norm([record.title for record in records]),
        }

    def _norm(self, lengths: list[int]) -> Floats:
        array = np.array(lengths, dtype=np.float64)
        total = float(array[self._live].sum())
        return norm(array, total / self._count) if total else np.ones(len(lengths))

    # --------------------------------------------------------------------------------------------- answering

    def search(self, node: IndexNode, sort: Sort, offset: int, limit: int, facets: Sequence[str]) -> Found:
        """See ``Index.search``."""
        matches = self.match(node)
        numbers = np.flatnonzero(matches.flags)
        scores = np.round(matches.scores[numbers], DECIMALS)
        best = self._best(numbers, scores, sort, offset + limit)[offset:]
        hits = tuple((self._sections[numbers[i]], float(scores[i])) for i in best)
        return Found(len(numbers), hits, {name: self._facet(name, matches.flags) for name in facets})

    def _best(self, numbers: Integers, scores: Floats, sort: Sort, limit: int) -> Integers:
        """Indices into ``numbers`` of the first ``limit`` in order."""
        day = self._day[numbers]
        first, second = (day, scores) if sort == "date" else (scores, day)
        chosen = _candidates(first, limit)
        order = np.lexsort((self._place[numbers[chosen]], -second[chosen], -first[chosen]))
        return chosen[order][:limit]

    def _facet(self, name: str, flags: Flags) -> Mapping[str, int]:
        if name not in self._facets:  # two threads may both count what there is: they come to the same
            self._facets[name] = self._coded(name)
        values, numbers, codes = self._facets[name]
        counts = np.bincount(codes[flags[numbers]], minlength=len(values))
        return {value: int(count) for value, count in zip(values, counts, strict=True) if count}

    def _coded(self, name: str) -> tuple[list[str], Integers, Integers]:
        """The values of a field and, for each section and value that it has, the section's number and the value's."""
        prefix = name + SEPARATOR
        terms = sorted({term for leaf in self._leaves for term in leaf.beginning("keyword", prefix)})
        numbers = [self._postings("keyword", term)[0] for term in terms]
        codes = np.repeat(np.arange(len(terms)), [len(found) for found in numbers])
        return [term.removeprefix(prefix) for term in terms], np.concatenate([_NONE, *numbers]), codes

    def scores_in(self, section: str, nodes: Sequence[IndexNode]) -> list[float | None]:
        """See ``Index.scores``."""
        number = next((n for n, one in enumerate(self._sections) if one == section and self._live[n]), None)
        if number is None:
            return [None] * len(nodes)
        found = (self.match(node) for node in nodes)
        return [float(one.scores[number]) if one.flags[number] else None for one in found]

    def frequencies(self, terms: Sequence[str]) -> tuple[int, Mapping[str, int]]:
        """See ``Index.frequencies``."""
        return self._count, {term: len(self._postings("body", term)[0]) for term in terms}

    # -------------------------------------------------------------------------------------------- completing

    def completions(self, beginnings: Sequence[str], hidden: frozenset[str], limit: int) -> list[Completion]:
        """See ``Index.completions``."""
        most = max(_MOST_TERMS // max(len(beginnings), 1), limit)
        found = [term for leaf in self._leaves for one in beginnings for term in _used(leaf, one, most)]
        return self._counted(found, hidden, limit)

    def near(self, key: str, hidden: frozenset[str], limit: int) -> list[Completion]:
        """See ``Index.near``."""
        return self._counted([term for leaf in self._leaves for term in _near(leaf, key)], hidden, limit)

    def _counted(self, found: Sequence[tuple[str, int]], hidden: frozenset[str], limit: int) -> list[Completion]:
        """The best of these terms, each with the number of sections that have it."""
        counts: Counter[tuple[str, bool]] = Counter()
        terms: dict[tuple[str, bool], str] = {}
        for term, count in found:
            phrase = read(term)
            if terms.setdefault(phrase, term) == term:
                counts[phrase] += count
        likely = best((Completion(text, count, inner) for (text, inner), count in counts.items()), limit + _SPARE)
        shown = self._shown(hidden)
        # What the files count includes sections that have been replaced or must not be shown: now it is looked at.
        true = ((one, self._postings("phrase", terms[one.text, one.inner])[0]) for one in likely)
        counted = (Completion(one.text, int(shown[numbers].sum()), one.inner) for one, numbers in true)
        return best((one for one in counted if one.count), limit)

    def _shown(self, hidden: frozenset[str]) -> Flags:
        if not hidden:
            return self._live
        shown: Flags = np.array([document not in hidden for document in self._documents], dtype=bool)
        return np.logical_and(self._live, shown, dtype=bool)

    # ---------------------------------------------------------------------------------------------- matching

    def match(self, node: IndexNode) -> Matches:  # noqa: PLR0911, C901 - one line for each kind of node
        """The sections that a node matches."""
        match node:
            case Everything():
                return self._unscored(self._live)
            case Filter(name, value):
                return self._unscored(self._flags(self._postings("keyword", name + SEPARATOR + value)[0]))
            case Range(_, first, last):
                earliest, latest = first.toordinal() if first else 1, last.toordinal() if last else np.inf
                return self._unscored(self._live & (self._day >= earliest) & (self._day <= latest))
            case Keyword(name, value):
                numbers, _ = self._postings("keyword", name + SEPARATOR + value)
                flags = self._flags(numbers)
                return Matches(flags, np.where(flags, idf(self._count, len(numbers)), 0.0))
            case Word(term, name):
                return self._scored({f: self._postings(f, term) for f in fields(name)})
            case Run(terms, name):
                return self._scored({f: self._runs(f, terms) for f in fields(name)})
            case Beginning(prefix, name):
                return self._scored({f: self._beginnings(f, prefix) for f in fields(name)})
            case Weighted(inner, factor):
                found = self.match(inner)
                return Matches(found.flags, np.multiply(found.scores, factor, dtype=np.float64))
            case Except(inner):
                return self._unscored(self._live & ~self.match(inner).flags)
            case Prefer(inner, bonus):
                found = self.match(inner)
                return Matches(found.flags, found.scores + self.match(bonus).scores * found.flags)
            case All(nodes):
                return self._at_least(nodes, len(nodes))
            case Any(nodes, at_least):
                return self._at_least(nodes, max(at_least, 1))

    def _at_least(self, nodes: Sequence[IndexNode], count: int) -> Matches:
        times = np.zeros(len(self._live), dtype=np.int32)
        scores = np.zeros(len(self._live))
        for node in nodes:
            found = self.match(node)
            times += found.flags.astype(np.int32)
            scores += found.scores
        flags = (times >= count) & self._live
        return Matches(flags, scores * flags)

    def _flags(self, numbers: Integers) -> Flags:
        flags = np.zeros(len(self._live), dtype=bool)
        flags[numbers] = True
        return flags

    def _unscored(self, flags: Flags) -> Matches:
        return Matches(flags, np.zeros(len(flags)))

    def _scored(self, frequencies: Mapping[str, tuple[Integers, Integers]]) -> Matches:
        """BM25 for each field, added up with the fields' weights."""
        flags = np.zeros(len(self._live), dtype=bool)
        scores = np.zeros(len(self._live))
        for name, (numbers, counts) in frequencies.items():
            worth = fields(name)[name] * idf(self._count, len(numbers))
            flags[numbers] = True
            scores[numbers] += worth * saturation(counts.astype(np.float64), self._norms[name][numbers])
        return Matches(flags, scores)

    # ----------------------------------------------------------------------------------------------- postings

    def _postings(self, name: str, term: str) -> tuple[Integers, Integers]:
        """Numbers of the sections that have the term in this field, and how often."""
        parts = [self._cache.get((leaf.id, name, term), partial(leaf.postings, name, term)) for leaf in self._leaves]
        return self._together(parts)

    def _positions(self, name: str, term: str) -> tuple[Integers, Integers]:
        """For each occurrence: number of the section, position in it."""
        parts = [
            self._cache.get((leaf.id, name, term, "positions"), partial(leaf.positions, name, term))
            for leaf in self._leaves
        ]
        return self._together(parts)

    def _together(self, parts: Sequence[tuple[Integers, ...]]) -> tuple[Integers, Integers]:
        """The parts of all leaves in a row, without the sections that have been replaced."""
        if not parts:
            return _NONE, _NONE
        numbers = np.concatenate([part[0] + start for part, start in zip(parts, self._starts, strict=False)])
        others = np.concatenate([part[1] for part in parts])
        if self._all_live:
            return numbers, others
        kept = self._live[numbers]
        return numbers[kept], others[kept]

    def _runs(self, name: str, terms: tuple[str, ...]) -> tuple[Integers, Integers]:
        """Numbers of the sections where the terms stand side by side, and how often.

        Positions are looked at only in sections that have all of the terms, from the rarest term on: of the positions
        of a common term, few are where a rare one is.
        """
        have_all = self._flags(self._postings(name, terms[0])[0])
        for term in terms[1:]:
            have_all &= self._flags(self._postings(name, term)[0])
        if not have_all.any():
            return _NONE, _NONE
        starts = [self._starts_of_run(name, term, place, have_all) for place, term in enumerate(terms)]
        common = reduce(_in_both, sorted(starts, key=len))
        return _counted(common >> _POSITION_BITS)

    def _starts_of_run(self, name: str, term: str, place: int, within: Flags) -> Integers:
        """Where a run would begin that has the term at ``place``, as one ascending number for section and position."""
        numbers, positions = self._positions(name, term)
        kept = within[numbers] & (positions >= place)
        return (numbers[kept] << _POSITION_BITS) | (positions[kept] - place)

    def _beginnings(self, name: str, prefix: str) -> tuple[Integers, Integers]:
        """Numbers of the sections that have a term that begins so, and how many occurrences there are."""
        terms = sorted({term for leaf in self._leaves for term in leaf.beginning(name, prefix)})
        found = [self._postings(name, term) for term in terms]
        if not found:
            return _NONE, _NONE
        numbers, counts = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        sums = np.bincount(numbers, weights=counts, minlength=len(self._live)).astype(np.int64)
        present = np.flatnonzero(sums)
        return present, sums[present]


#: Terms of all beginnings together that are looked at in a segment, those that most sections have; and phrases to
#: spare: some may turn out to be in no section any more.
_MOST_TERMS, _SPARE = 400, 24

_LAST = chr(0x10FFFF)


def _used(leaf: Leaf, beginning: str, most: int) -> Iterator[tuple[str, int]]:
    """The terms that begin so with their counts, of very many those that most sections have."""
    terms, counts = leaf.phrases()
    start, end = bisect_left(terms, beginning), bisect_left(terms, beginning + _LAST)
    numbers: Integers = np.arange(start, end)
    if len(numbers) > most:
        numbers = start + np.argpartition(-counts[start:end], most)[:most]
    for number in numbers.tolist():
        yield terms[number], int(counts[number])


def _near(leaf: Leaf, key: str) -> Iterator[tuple[str, int]]:
    """The terms whose key differs by one slip: they share its first half, or its second."""
    terms, counts = leaf.phrases()
    half = len(key) // 2
    numbers = set(range(bisect_left(terms, key[:half]), bisect_left(terms, key[:half] + _LAST)))
    backwards, order = leaf.backwards()
    end = key[half:][::-1]
    numbers |= set(order[bisect_left(backwards, end) : bisect_left(backwards, end + _LAST)].tolist())
    for number in numbers:
        if is_near(terms[number], key):
            yield terms[number], int(counts[number])


#: A section number and a position in one 64-bit number. Positions fill 32 bits in the index.
_POSITION_BITS = 32


def _in_both(fewer: Integers, more: Integers) -> Integers:
    """What is in both; both ascend, and nothing is in one twice."""
    if not len(more):
        return _NONE
    places = np.minimum(np.searchsorted(more, fewer), len(more) - 1)
    found: Integers = fewer[more[places] == fewer]
    return found


def _counted(numbers: Integers) -> tuple[Integers, Integers]:
    unique, counts = np.unique(numbers, return_counts=True)
    return unique, counts.astype(np.int64)


def _candidates(keys: NDArray[np.float64] | Integers, limit: int) -> Integers:
    """Indices of all that may be among the ``limit`` greatest: all that are as great as the last of them."""
    if limit >= len(keys):
        return np.arange(len(keys))
    if limit <= 0:
        return _NONE
    least = np.partition(keys, len(keys) - limit)[len(keys) - limit]
    return np.flatnonzero(keys >= least)
