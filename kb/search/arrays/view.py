"""Answering queries over postings, a whole array at a time.

A ``View`` is one committed state of the index as one set of access classes sees it: its segments in a row, each section
with a number. It never changes, so threads share it freely.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial, reduce
from heapq import nsmallest
from itertools import count
from typing import Protocol

import numpy as np

from kb.model import Everything, Filter, Range, Sort
from kb.search.arrays.best import first as first_of
from kb.search.arrays.best import greatest
from kb.search.arrays.cache import Cache
from kb.search.arrays.facets import Chosen, Facet
from kb.search.arrays.matches import (
    Flags,
    Floats,
    Matches,
    among,
    any_of,
    both,
    in_both,
    places,
    prefer,
    shared,
    unscored,
)
from kb.search.arrays.packing import Integers
from kb.search.arrays.phrases import Phrases, near, used
from kb.search.arrays.sections import Sections
from kb.search.arrays.terms import NONE, Terms
from kb.search.completion import Completion, best, read
from kb.search.index import Found
from kb.search.nodes import All, Any, Beginning, Except, IndexNode, Keyword, Prefer, Run, Weighted, Word
from kb.search.ranking import DECIMALS, fields, idf, norm, saturation

SEPARATOR = "\x1f"
"""Stands between name and value of a keyword (ASCII's unit separator: in no name)."""


class Leaf(Protocol):
    """A segment: sections numbered from 0, and where each term stands in them."""

    @property
    def id(self) -> str: ...  # noqa: D102 - the names say it
    @property
    def sections(self) -> Sections: ...  # noqa: D102
    @property
    def phrases(self) -> Phrases: ...  # noqa: D102
    def field(self, name: str) -> Terms: ...  # noqa: D102
    def words(self, number: int) -> bytes: ...  # noqa: D102


#: Numbers views, so that a cache can tell what was computed for which.
_serial = count()


class View:
    """The sections that a search may see."""

    def __init__(self, leaves: Sequence[tuple[Leaf, frozenset[int]]], cache: Cache) -> None:
        """Put segments in a row; with each come the numbers of its sections that have been replaced."""
        self._cache = cache
        self._serial = next(_serial)
        self._leaves = [leaf for leaf, _ in leaves]
        self._whole = [not deleted for _, deleted in leaves]
        self._starts = [0, *np.cumsum([len(leaf.sections) for leaf in self._leaves]).tolist()]
        self._size = self._starts[-1]
        self._live = np.ones(self._size, dtype=bool)
        for (_, deleted), start in zip(leaves, self._starts, strict=False):
            self._live[start + np.fromiter(deleted, dtype=np.int64, count=len(deleted))] = False
        self._count = int(self._live.sum())
        self._is_whole = self._count == self._size
        self._day = np.concatenate([NONE, *(leaf.sections.day for leaf in self._leaves)])
        self._norms = {name: self._norm(name) for name in ("body", "title")}
        self._facets: dict[str, Facet] = {}
        self._order: Integers | None = None
        self._recent: dict[str, int] = {}
        self._looked_up: Counter[Word] = Counter()

    def _norm(self, name: str) -> Floats:
        lengths = np.concatenate([NONE, *(leaf.sections.lengths[name] for leaf in self._leaves)])
        total = float(lengths[self._live].sum())
        return norm(lengths.astype(np.float64), total / self._count) if total else np.ones(len(lengths))

    # --------------------------------------------------------------------------------------------- answering

    def search(self, node: IndexNode, sort: Sort, offset: int, limit: int, facets: Sequence[str]) -> Found:
        """See ``Index.search``."""
        matches = self.match(node)
        hits = self._best(matches, sort, offset + limit)[offset:]
        chosen = Chosen(matches.numbers, self._size)
        counts = {name: self._facet(name).counts(chosen) for name in facets}
        return Found(len(matches.numbers), tuple(hits), counts)

    def _best(self, matches: Matches, sort: Sort, limit: int) -> list[tuple[str, float]]:
        """Ids and scores of the first ``limit`` in order."""
        chosen = greatest(self._day[matches.numbers] if sort == "date" else matches.scores, limit)
        numbers, scores = matches.numbers[chosen], np.round(matches.scores[chosen], DECIMALS)
        day = self._day[numbers]
        first, second = (day, scores) if sort == "date" else (scores, day)
        few = first_of(first, second, limit)
        numbers, scores, first, second = numbers[few], scores[few], first[few], second[few]
        if len(numbers) > _MANY:
            order = np.lexsort((self._place(numbers), -second, -first))[:limit]
            return [(self._id(numbers[at]), float(scores[at])) for at in order]
        ids = list(map(self._id, numbers.tolist()))
        ordered = sorted(zip((-first).tolist(), (-second).tolist(), ids, scores.tolist(), strict=True))
        return [(name, score) for _, _, name, score in ordered[:limit]]

    def _place(self, numbers: Integers) -> Integers:
        """Where sections come among all by their ids."""
        if self._order is None:  # two threads may both sort: they come to the same
            ids = [name for leaf in self._leaves for name in leaf.sections.ids]
            order = np.empty(self._size, dtype=np.int64)
            order[sorted(range(self._size), key=ids.__getitem__)] = np.arange(self._size)
            self._order = order
        return self._order[numbers]

    def _id(self, number: int) -> str:
        leaf = bisect_right(self._starts, number) - 1
        section = self._leaves[leaf].sections.ids[number - self._starts[leaf]].decode()
        if len(self._recent) >= _RECENT:
            self._recent.clear()
        self._recent[section] = number
        return section

    def _facet(self, name: str) -> Facet:
        if name not in self._facets:  # two threads may both look what there is: they come to the same
            prefix = name + SEPARATOR
            terms = self._beginning("keyword", prefix)
            found = [self._having("keyword", term) for term in terms]
            self._facets[name] = Facet([term.removeprefix(prefix) for term in terms], found, self._size)
        return self._facets[name]

    def scores_in(self, section: str, nodes: Sequence[IndexNode]) -> list[float | None]:
        """See ``Index.scores``."""
        number = self._number(section)
        return [None if number < 0 else self.match(node).score(number) for node in nodes]

    def words(self, sections: Sequence[str]) -> Mapping[str, bytes]:
        """See ``Index.words``."""
        found = {}
        for section in sections:
            if (number := self._number(section)) >= 0:
                leaf = bisect_right(self._starts, number) - 1
                found[section] = self._leaves[leaf].words(number - self._starts[leaf])
        return found

    def _number(self, section: str) -> int:
        """The number of a section; -1 if it is not there (any more)."""
        # Most are asked for that have just been found, and bisection takes some twenty steps in each segment.
        if (recent := self._recent.get(section)) is not None:
            return recent
        found = ((start, leaf.sections.find(section)) for leaf, start in zip(self._leaves, self._starts, strict=False))
        return next((start + number for start, number in found if number >= 0 and self._live[start + number]), -1)

    def frequencies(self, terms: Sequence[str]) -> tuple[int, Mapping[str, int]]:
        """See ``Index.frequencies``."""
        return self._count, {term: self._frequency("body", term) for term in terms}

    def _frequency(self, name: str, term: str) -> int:
        """How many sections have a term; postings are looked at only where some of the sections have been replaced."""
        total = 0
        for leaf, whole, start in zip(self._leaves, self._whole, self._starts, strict=False):
            field = leaf.field(name)
            number = field.terms.find(term.encode())
            if number >= 0:
                frequency = int(field.sections[number])
                total += frequency if whole else int(self._live[start + field.numbers(number)].sum())
        return total

    # -------------------------------------------------------------------------------------------- completing

    def completions(self, beginnings: Sequence[str], hidden: frozenset[str], limit: int) -> list[Completion]:
        """See ``Index.completions``."""
        most = max(_MOST_TERMS // max(len(beginnings), 1), limit)
        found = [term for leaf in self._leaves for one in beginnings for term in used(leaf.phrases, one, most)]
        return self._counted(found, hidden, limit)

    def near(self, key: str, hidden: frozenset[str], limit: int) -> list[Completion]:
        """See ``Index.near``."""
        return self._counted([term for leaf in self._leaves for term in near(leaf.phrases, key)], hidden, limit)

    def _counted(self, found: Sequence[tuple[str, int]], hidden: frozenset[str], limit: int) -> list[Completion]:
        """The best of these terms, each with the number of sections that have it."""
        counts: Counter[tuple[str, bool]] = Counter()
        terms: dict[tuple[str, bool], str] = {}
        for term, times in found:
            phrase = read(term)
            if terms.setdefault(phrase, term) == term:
                counts[phrase] += times
        likely = best(_leading(counts, limit + _SPARE), limit + _SPARE)
        shown = self._shown(hidden)
        # What the files count includes sections that have been replaced or must not be shown: now it is looked at.
        true = ((one, self._having("phrase", terms[one.text, one.inner])) for one in likely)
        counted = (Completion(one.text, int(shown[numbers].sum()), one.inner) for one, numbers in true)
        return best((one for one in counted if one.count), limit)

    def _shown(self, hidden: frozenset[str]) -> Flags:
        shown = self._live.copy() if hidden else self._live
        for document in hidden:
            for leaf, start in zip(self._leaves, self._starts, strict=False):
                shown[start + leaf.sections.of_document(document)] = False
        return shown

    # ---------------------------------------------------------------------------------------------- matching

    def match(self, node: IndexNode) -> Matches:  # noqa: PLR0911 - one line for each kind of node
        """The sections that a node matches."""
        match node:
            case Everything() | Range() | Except():
                return self._all((node,))
            case Filter(name, value):
                return unscored(self._having("keyword", name + SEPARATOR + value))
            case Keyword(name, value):
                numbers = self._having("keyword", name + SEPARATOR + value)
                return Matches(numbers, np.full(len(numbers), idf(self._count, len(numbers))))
            case Word() | Run() | Beginning():
                return Matches(*self._cache.get((self._serial, node), partial(self._leaf_node, node)))
            case Weighted(inner, factor):
                found = self.match(inner)
                return Matches(found.numbers, found.scores * factor)
            case Prefer(inner, bonus):
                return prefer(self.match(inner), self.match(bonus), self._size)
            case All(nodes):
                return self._all(nodes)
            case Any(nodes, at_least):
                return any_of([self.match(inner) for inner in nodes], max(at_least, 1), self._size)

    def _all(self, nodes: Sequence[IndexNode]) -> Matches:
        """What all nodes match: first what has postings, the fewest first; then the rest is tested on what is left."""
        tests = [node for node in nodes if isinstance(node, (Everything, Range, Except))]
        others = [(self._most(node), node) for node in nodes if node not in tests]
        others.sort(key=lambda one: one[0])
        matches = self.match(others[0][1]) if others else unscored(np.flatnonzero(self._live))
        for most, node in others[1:]:
            is_small = len(matches.numbers) * _FEW < most
            found = self._within(node, matches.numbers) if is_small else self.match(node)
            fewer, more = sorted((matches, found), key=lambda one: len(one.numbers))
            matches = both(fewer, more, self._size)
        for node in tests:
            matches = matches.only(self._kept(node, matches.numbers))
        return matches

    def _most(self, node: IndexNode) -> int:  # noqa: PLR0911 - one line for each kind of node
        """How many sections a node can match at most, as far as can be told without looking at them."""
        match node:
            case Word() | Run() | Beginning() if known := self._cache.known((self._serial, node)):
                return len(known[0])
            case Word(term):
                return self._sections_with(fields(node.field), term)
            case Run(terms):
                return min(self._sections_with(fields(node.field), term) for term in terms)
            case Filter(name, value) | Keyword(name, value):
                return self._sections_with(("keyword",), name + SEPARATOR + value)
            case Weighted(inner) | Prefer(inner):
                return self._most(inner)
            case Any(nodes):
                return sum(map(self._most, nodes))
            case All(nodes):
                return min(map(self._most, nodes), default=int(self._size))
        return int(self._size)

    def _sections_with(self, names: Iterable[str], term: str) -> int:
        """How many sections have a term in one of these fields, or one more than once."""
        found = ((name, leaf, number) for name in names for leaf, _, number in self._places(name, term))
        return sum(int(leaf.field(name).sections[number]) for name, leaf, number in found)

    def _within(self, node: IndexNode, numbers: Integers) -> Matches:
        """Which of these sections, few as they are, a node matches: what it would be worth elsewhere is left out."""
        match node:
            case Word(term) if self._is_new(node):
                return any_of([self._scored_within(name, term, numbers) for name in fields(node.field)], 1, self._size)
            case Weighted(inner, factor):
                found = self._within(inner, numbers)
                return Matches(found.numbers, found.scores * factor)
            case Any(nodes, at_least) if at_least <= 1:
                return any_of([self._within(inner, numbers) for inner in nodes], 1, self._size)
        found = self.match(node)
        at, there = places(numbers, found.numbers)
        return Matches(numbers[there], found.scores[at[there]])

    def _is_new(self, word: Word) -> bool:
        """Whether a word has not been asked for often; asking counts."""
        if self._cache.known((self._serial, word)):
            return False
        if len(self._looked_up) >= _MOST_LOOKED_UP:
            self._looked_up.clear()
        self._looked_up[word] += 1
        return self._looked_up[word] <= _TIMES

    def _scored_within(self, name: str, term: str, numbers: Integers) -> Matches:
        """A term's BM25 in one field of some sections."""
        frequency, parts = 0, [(NONE, NONE)]
        for leaf, start, number in self._places(name, term):
            having = self._numbers(leaf, name, number)
            frequency += len(having) if self._is_whole else int(self._live[having + start].sum())
            low, high = np.searchsorted(numbers, (start, start + len(leaf.sections)))
            own = numbers[low:high] - start
            at, there = places(own, having)
            parts.append((own[there] + start, self._some(leaf, name, number, at[there])[1]))
        found, counts = map(np.concatenate, zip(*parts, strict=True))
        return self._worth(name, frequency, found, counts)

    def _kept(self, node: Everything | Range | Except, numbers: Integers) -> Flags:
        """Which of these sections a node without postings matches."""
        match node:
            case Except(inner):
                return ~among(numbers, self.match(inner).numbers, self._size)
            case Range(_, first, last):
                day = self._day[numbers]
                earliest, latest = first.toordinal() if first else 1, last.toordinal() if last else np.inf
                return np.logical_and(day >= earliest, day <= latest)
            case Everything():
                return np.ones(len(numbers), dtype=bool)

    # ------------------------------------------------------------------------------------------------ scoring

    def _leaf_node(self, node: Word | Run | Beginning) -> tuple[Integers, Floats]:
        """What a node that stands for terms matches: BM25 for each field, added up with the fields' weights."""
        find: Callable[[str], tuple[Integers, Integers]]
        match node:
            case Word(term):
                find = partial(self._postings, term=term)
            case Run(terms):
                find = partial(self._runs, terms=terms)
            case Beginning(prefix):
                find = partial(self._beginnings, prefix=prefix)
        found = any_of([self._scored(name, *find(name)) for name in fields(node.field)], 1, self._size)
        return found.numbers, found.scores

    def _scored(self, name: str, numbers: Integers, counts: Integers) -> Matches:
        return self._worth(name, len(numbers), numbers, counts)

    def _worth(self, name: str, frequency: int, numbers: Integers, counts: Integers) -> Matches:
        """BM25 in some sections of what so many have."""
        worth = fields(name)[name] * idf(self._count, frequency)
        return Matches(numbers, worth * saturation(counts.astype(np.float64), self._norms[name][numbers]))

    # ----------------------------------------------------------------------------------------------- postings

    def _postings(self, name: str, term: str) -> tuple[Integers, Integers]:
        """Numbers of the sections that have the term in this field, and how often; those replaced are left out."""
        read = ((self._read(leaf, name, number), start) for leaf, start, number in self._places(name, term))
        return self._together([(numbers + start, counts) for (numbers, counts), start in read])

    def _having(self, name: str, term: str) -> Integers:
        """The numbers alone."""
        parts = [self._numbers(leaf, name, number) + start for leaf, start, number in self._places(name, term)]
        numbers = np.concatenate([NONE, *parts])
        return numbers if self._is_whole else numbers[self._live[numbers]]

    def _places(self, name: str, term: str) -> Iterator[tuple[Leaf, int, int]]:
        """The leaves that have a term in this field, each with where its sections start and the term's number in it."""
        word = term.encode()
        for leaf, start in zip(self._leaves, self._starts, strict=False):
            if (number := leaf.field(name).terms.find(word)) >= 0:
                yield leaf, start, number

    def _together(self, parts: Sequence[tuple[Integers, Integers]]) -> tuple[Integers, Integers]:
        """The parts of all leaves in a row, without the sections that have been replaced."""
        if not parts:
            return NONE, NONE
        numbers, others = (np.concatenate(arrays) for arrays in zip(*parts, strict=True)) if parts[1:] else parts[0]
        if self._is_whole:
            return numbers, others
        kept = self._live[numbers]
        return numbers[kept], others[kept]

    def _runs(self, name: str, terms: tuple[str, ...]) -> tuple[Integers, Integers]:
        """Numbers of the sections where the terms stand side by side, and how often."""
        found = (
            (self._runs_in(leaf, name, terms), start) for leaf, start in zip(self._leaves, self._starts, strict=False)
        )
        return self._together([(numbers + start, counts) for (numbers, counts), start in found if len(numbers)])

    def _runs_in(self, leaf: Leaf, name: str, terms: Sequence[str]) -> tuple[Integers, Integers]:
        """The same of one leaf.

        Positions are looked at only in sections that have all of the terms, from the rarest term on: of the positions
        of a common term, few are where a rare one is.
        """
        field = leaf.field(name)
        numbers = [field.terms.find(term.encode()) for term in terms]
        if min(numbers) < 0:
            return NONE, NONE
        found = {number: self._numbers(leaf, name, number) for number in set(numbers)}
        sections, which = _having_all(found, len(leaf.sections))
        if not len(sections):
            return NONE, NONE
        starts = [
            self._run_starts(leaf, (name, number), place, (sections, which[number]))
            for place, number in sorted(enumerate(numbers), key=lambda one: len(found[one[1]]))
        ]
        runs, counts = np.unique(reduce(in_both, starts) >> _POSITION_BITS, return_counts=True)
        return runs, counts.astype(np.int64)

    def _run_starts(self, leaf: Leaf, term: tuple[str, int], place: int, chosen: tuple[Integers, Integers]) -> Integers:
        """Where a run would begin that has the term at ``place``, as one ascending number for section and position.

        ``chosen``: sections that have all terms, and where each is among those that have this one.
        """
        (name, number), (sections, which) = term, chosen
        begins, counts = self._some(leaf, name, number, which)
        positions = leaf.field(name).positions(number, begins, counts)
        where = np.repeat(sections, counts)
        possible = positions >= place
        starts: Integers = (where[possible] << _POSITION_BITS) | (positions[possible] - place)
        return starts

    def _some(self, leaf: Leaf, name: str, number: int, which: Integers) -> tuple[Integers, Integers]:
        """See ``Terms.some``; where it is asked for many of the sections, all are read, and kept."""
        if len(which) * _LOOKED_UP < leaf.field(name).sections[number]:
            return leaf.field(name).some(number, which)
        counts = self._counts(leaf, name, number)
        if len(counts) < _COMMON:
            return (np.cumsum(counts) - counts)[which], counts[which]
        key = (leaf.id, name, number, "begins")
        return self._cache.get(key, lambda: (np.cumsum(counts) - counts, NONE))[0][which], counts[which]

    def _read(self, leaf: Leaf, name: str, number: int) -> tuple[Integers, Integers]:
        """The postings of a term in a leaf."""
        return self._numbers(leaf, name, number), self._counts(leaf, name, number)

    def _counts(self, leaf: Leaf, name: str, number: int) -> Integers:
        return self._cache.get((leaf.id, name, number, "counts"), lambda: (leaf.field(name).counts(number), NONE))[0]

    def _numbers(self, leaf: Leaf, name: str, number: int) -> Integers:
        """The sections of a leaf that have a term: kept, for segments stay when a commit makes a new view of them."""
        return self._cache.get((leaf.id, name, number), lambda: (leaf.field(name).numbers(number), NONE))[0]

    def _beginnings(self, name: str, prefix: str) -> tuple[Integers, Integers]:
        """Numbers of the sections that have a term that begins so, and how many occurrences there are."""
        parts = []
        for leaf, start in zip(self._leaves, self._starts, strict=False):
            field = leaf.field(name)
            if terms := field.terms.beginning(prefix.encode()):
                numbers, counts = field.together(terms.start, terms.stop)
                parts.append((numbers + start, counts))
        numbers, counts = self._together(parts)
        present, of_which = np.unique(numbers, return_inverse=True)
        return present, np.bincount(of_which, weights=counts, minlength=len(present)).astype(np.int64)

    def _beginning(self, name: str, prefix: str) -> list[str]:
        """The terms of a field that begin so, in order."""
        found: set[bytes] = set()
        for leaf in self._leaves:
            terms = leaf.field(name).terms
            found.update(terms[number] for number in terms.beginning(prefix.encode()))
        return [term.decode() for term in sorted(found)]


#: From so many equals on, sections are ordered by a table of all rather than by their ids.
_MANY = 2_000

#: Terms of all beginnings together that are looked at in a segment, those that most sections have; and phrases to
#: spare: some may turn out to be in no section any more.
_MOST_TERMS, _SPARE = 400, 24

#: Sections of which the numbers are remembered.
_RECENT = 4_096

#: If so many times fewer sections are left, it is looked which of them have the next word (measured).
_FEW = 20

#: If so many times fewer of the sections that have a term are asked for, they are looked up. Both ways cost the same
#: there for a term that stands 2.2 million times in 100,000 sections.
_LOOKED_UP = 32

#: Sections with a term from which on it is kept how often it stands before each: adding up takes longer than the rest.
_COMMON = 10_000

#: Words that are remembered for having been looked up in few sections, and how often that is done before it is found
#: out and kept what they are worth in all: a word that comes again and again will come again.
_MOST_LOOKED_UP, _TIMES = 4_096, 2

#: A section number and a position in one 64-bit number. Positions fill 32 bits in the index.
_POSITION_BITS = 32


def _leading(counts: Mapping[tuple[str, bool], int], most: int) -> Iterator[Completion]:
    """Those of which ``best`` takes the first: of either kind, inner or not, the most frequent, then the shortest."""
    for kind in (False, True):
        found = ((-times, len(text), text) for (text, inner), times in counts.items() if inner is kind)
        yield from (Completion(text, -times, kind) for times, _, text in nsmallest(most, found))


def _having_all(terms: Mapping[int, Integers], size: int) -> tuple[Integers, Mapping[int, Integers]]:
    """The sections that have all terms, from the rarest on, and where in those of each term they are."""
    (first, sections), *others = sorted(terms.items(), key=lambda one: len(one[1]))
    which = {first: np.arange(len(sections))}
    for number, more in others:
        kept, at = shared(sections, more, size)
        sections = sections[kept]
        which = {known: places[kept] for known, places in which.items()} | {number: at}
    return sections, which
