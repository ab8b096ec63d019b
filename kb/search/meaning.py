"""From what somebody typed to what a section must have: the meaning of a query, the same for every engine.

- Words with spaces between must all be there. If no section has them all, those that have some are shown, and the
  answer says so; filters and exclusions hold all the same.
- A compound (重層的支援体制整備事業) must be there with all its terms; side by side is better.
- Nouns joined by の (制度の狭間) likewise.
- A sentence (ごみ屋敷の高齢者にどう関わればよいか) asks for any of its content words, neighbours preferred: asking for
  all of them finds nothing (measured: ARCHITECTURE.md).
- The thesaurus adds other words for what was typed, at a lower weight. A phrase in quotation marks and an exclusion
  mean exactly what was typed: what an exclusion hides nobody sees, nor that it was a synonym that did it.
- Kana that are how a word of the thesaurus is read (やんぐけあらー) mean that word, or themselves side by side.
- A condition without any content word (それ) is passed over; if there is no other, nothing is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil

from kb.model import And, Boost, Everything, Filter, Node, Not, Or, Phrase, Prefix, Range, Term
from kb.search.nodes import NOTHING, All, Any, Beginning, Except, IndexNode, Keyword, Prefer, Run, Weighted, Word
from kb.search.thesaurus import Alternative, Segment, Terms, Thesaurus
from kb.text.analyze import Analyzer
from kb.text.normalize import search_key
from kb.text.snippet import Mark

#: What it is worth that the terms of a compound stand side by side, and that two neighbours in a sentence do. The form
#: is that of the sequential dependence model (Metzler & Croft 2005); the weights are chosen, not fitted to data.
COMPOUND, NEIGHBOURS = 0.5, 0.2

#: Terms of one condition that are looked for; what is longer is a text that somebody pasted.
MOST_TERMS = 60

#: From this many content words on, a sentence must share two with a section.
LONG_SENTENCE = 4

#: Which part of a compound must be there if no section has all of it.
MOST_OF = 2 / 3

#: What may stand between nouns that belong together: 制度の狭間, 高齢・障害, A/B, 社協の「重層」.
_JOINT = re.compile(r"[^\w\s、。!?]*の?[^\w\s、。!?]*")

DATES = "dates"
"""The field of a ``Term`` that is a date as the index has it, among its keywords."""

#: What a date is worth beside the same date in words: whoever types one wants the sections that mention it first.
DATE = 2.0


@dataclass(frozen=True, slots=True)
class Wording:
    """A condition as analysis sees it: groups of terms that stand side by side in what was typed."""

    groups: tuple[tuple[Segment, ...], ...]
    sentence: bool
    """True if more than の stands between the groups."""

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments in order."""
        return tuple(segment for group in self.groups for segment in group)


def _terms(segments: Iterable[Segment]) -> Terms:
    return tuple(term for segment in segments for term in segment.terms)


class Meaning:
    """Translates queries into what an index is asked, and into what is marked."""

    def __init__(self, analyzer: Analyzer, thesaurus: Thesaurus) -> None:
        self._analyzer = analyzer
        self._thesaurus = thesaurus
        # Asked for twice or thrice for each question: what a section must have, what of that will do, what is marked.
        self._wordings: dict[str, Wording] = {}

    def strict(self, node: Node) -> IndexNode:
        """What a section must have that has all that was asked for."""
        return _distinct(self._read(node, whole=True) or NOTHING, set())

    def loose(self, node: Node) -> IndexNode:
        """What a section must have that has some of it."""
        return _distinct(self._read(node, whole=False) or NOTHING, set())

    def _read(self, node: Node, *, whole: bool) -> IndexNode | None:  # noqa: PLR0911 - one line for each kind of node
        """None for what asks for nothing, such as a function word by itself."""
        match node:
            case Everything() | Filter() | Range():
                return node
            case And(nodes):
                return self._and(nodes, whole=whole)
            case Or(nodes):
                return _any([self._read(n, whole=whole) for n in nodes])
            case Not(inner):
                excluded = self._exact(inner)
                return Except(excluded) if excluded else None
            case Boost(inner, factor):
                boosted = self._read(inner, whole=whole)
                return Weighted(boosted, factor) if boosted else None
            case Term(text, field) if field != DATES:
                return self._words(self._wording(text), field, whole=whole)
            case Term() | Phrase() | Prefix():
                return self._exact(node)

    def _and(self, nodes: Sequence[Node], *, whole: bool) -> IndexNode | None:
        """All of them, or any of the words among them; None if words were typed and none of them means anything."""
        hard = [self._read(n, whole=whole) for n in nodes if _is_hard(n)]
        soft = [self._read(n, whole=whole) for n in nodes if not _is_hard(n)]
        if soft and not any(soft):
            return None
        return _all([*soft, *hard] if whole else [_any(soft), *hard])

    def _exact(self, node: Node) -> IndexNode | None:  # noqa: PLR0911 - one line for each kind of node
        """Exactly what was typed: for phrases, and for whatever is excluded."""
        match node:
            case Everything() | Filter() | Range():
                return node
            case And(nodes):
                return _all([self._exact(n) for n in nodes])
            case Or(nodes):
                return _any([self._exact(n) for n in nodes])
            case Not(inner):
                excluded = self._exact(inner)
                return Except(excluded) if excluded else None
            case Boost(inner, _):
                return self._exact(inner)
            case Prefix(text, field):
                return self._beginning(text, field)
            case Term(text, field) if field == DATES:
                return Weighted(Keyword(DATES, text), DATE)
            case Term(text, field) | Phrase(text, field):
                return _run(self._terms(text), field)

    def _words(self, wording: Wording, field: str, *, whole: bool) -> IndexNode | None:
        if wording.sentence:
            least = 2 if whole and len(wording.segments) >= LONG_SENTENCE else 1
            found = _any([_segment(segment, field) for segment in wording.segments], least)
        elif whole:
            found = _all([_segment(segment, field) for segment in wording.segments])
        else:
            found = _any([_most(group, field) for group in wording.groups])
        bonus = _any([Weighted(Run(terms, field), weight) for terms, weight in _neighbours(wording)])
        return Prefer(found, bonus) if found and bonus else found

    def _beginning(self, text: str, field: str) -> IndexNode | None:
        """Words that begin as it was typed or, as 子ども and 子供 are one word to analysis, as analysis writes it."""
        terms = self._terms(text)
        if len(terms) > 1:
            return All((*(Word(term, field) for term in terms[:-1]), Beginning(terms[-1], field)))
        return _any([Beginning(stem, field) for stem in self._stems(text)])

    def _stems(self, text: str) -> list[str]:
        return [stem for stem in dict.fromkeys([search_key(text).strip(), *self._terms(text)]) if stem]

    def _terms(self, text: str) -> Terms:
        return tuple(self._analyzer.terms(text)[:MOST_TERMS])

    def _wording(self, text: str) -> Wording:
        if text not in self._wordings:
            self._wordings[text] = self._cut(text)
        return self._wordings[text]

    def _cut(self, text: str) -> Wording:
        """Cut a condition where something stands between its terms, and look what is left up in the thesaurus."""
        if read := self._thesaurus.as_read(text):
            written = (Alternative(terms, 1.0),) if (terms := self._terms(text)) else ()
            return Wording(((Segment((), (*written, *read)),),), sentence=False)
        stretches: list[list[list[str]]] = [[]]
        end = 0
        for token in self._analyzer.tokens(text)[:MOST_TERMS]:
            between = text[end : token.start] if stretches[-1] else ""
            if not _JOINT.fullmatch(search_key(between)):
                stretches.append([])
            if stretches[-1] and not between:
                stretches[-1][-1].append(token.term)
            else:
                stretches[-1].append([token.term])
            end = max(end, token.end)
        groups = tuple(group for stretch in stretches for group in self._segments(stretch))
        return Wording(groups, sentence=len(stretches) > 1)

    def _segments(self, stretch: Sequence[Sequence[str]]) -> Iterator[tuple[Segment, ...]]:
        """Groups with no more than の between them; those that an entry (制度の狭間) reaches across become one."""
        starts = set(accumulate(map(len, stretch)))
        group: list[Segment] = []
        position = 0
        for segment in self._thesaurus.segments([term for terms in stretch for term in terms]):
            if position in starts:
                yield tuple(group)
                group = []
            group.append(segment)
            position += len(segment.terms)
        if group:
            yield tuple(group)

    # ------------------------------------------------------------------------------------------------- marking

    def marks(self, node: Node) -> list[Mark]:
        """What is to be marked in a section that answers: all that was asked for, in every wording that is found."""
        match node:
            case And(nodes) | Or(nodes):
                return list(dict.fromkeys(mark for n in nodes for mark in self.marks(n)))
            case Boost(inner, _):
                return self.marks(inner)
            case Phrase(text, _):
                return [Mark(terms)] if (terms := self._terms(text)) else []
            case Prefix(text, _):
                return self._marks_of_beginning(text)
            case Term(text, field) if field != DATES:
                return [mark for group in self._wording(text).groups for mark in _marks(group)]
            case _:
                return []

    def _marks_of_beginning(self, text: str) -> list[Mark]:
        terms = self._terms(text)
        stems = terms[-1:] if len(terms) > 1 else self._stems(text)
        return [*(Mark((term,)) for term in terms[:-1]), *(Mark((stem,), prefix=True) for stem in stems)]


def dates(node: Node) -> frozenset[str]:
    """The dates that a query asks for, as the index has them."""
    match node:
        case And(nodes) | Or(nodes):
            return frozenset().union(*map(dates, nodes))
        case Boost(inner, _):
            return dates(inner)
        case Term(text, field) if field == DATES:
            return frozenset({text})
        case _:
            return frozenset()


def _is_hard(node: Node) -> bool:
    """Whether a node narrows rather than asks for words: it holds for partial answers too."""
    match node:
        case Filter() | Range() | Not() | Everything():
            return True
        case And(nodes) | Or(nodes):
            return all(map(_is_hard, nodes))
        case Boost(inner, _):
            return _is_hard(inner)
        case _:
            return False


# -------------------------------------------------------------------------------------------------- putting together


def _all(nodes: Iterable[IndexNode | None]) -> IndexNode | None:
    """All of the nodes that ask for something, each once; None if there is none."""
    present = tuple(dict.fromkeys(node for node in nodes if node is not None))
    return (All(present) if len(present) > 1 else present[0]) if present else None


def _any(nodes: Iterable[IndexNode | None], at_least: int = 1) -> IndexNode | None:
    """Some of the nodes that ask for something, each counted once; None if there is none."""
    present = tuple(dict.fromkeys(node for node in nodes if node is not None))
    return (Any(present, min(at_least, len(present))) if len(present) > 1 else present[0]) if present else None


def _run(terms: Terms, field: str) -> IndexNode | None:
    return (Run(terms, field) if len(terms) > 1 else Word(terms[0], field)) if terms else None


def _segment(segment: Segment, field: str) -> IndexNode | None:
    """The terms as typed, or other words for them."""
    typed = _all([Word(term, field) for term in segment.terms])
    others = ((_run(other.terms, field), other.weight) for other in segment.alternatives)
    return _any([typed, *(Weighted(run, weight) for run, weight in others if run)])


def _most(group: Sequence[Segment], field: str) -> IndexNode | None:
    """Most of a compound."""
    return _any([_segment(segment, field) for segment in group], ceil(len(group) * MOST_OF))


def _neighbours(wording: Wording) -> list[tuple[Terms, float]]:
    """Runs that are worth something on top: a compound as a whole, and what stands on both sides of a joint."""
    groups = [_terms(group) for group in wording.groups]
    if not wording.sentence:
        groups = [_terms(wording.segments)]
    wholes = [(group, COMPOUND) for group in groups if len(group) > 1]
    joints = [((one[-1], other[0]), NEIGHBOURS) for one, other in pairwise(groups)]
    return [*wholes, *joints]


def _distinct(node: IndexNode, seen: set[Word]) -> IndexNode:  # noqa: PLR0911 - one line for each kind of node
    """The same node with every word scored once: 支援 in two compounds that were typed is still one word."""
    match node:
        case Word() if node in seen:
            return Weighted(node, 0.0)
        case Word():
            seen.add(node)
            return node
        case All(nodes):
            return All(tuple(_distinct(n, seen) for n in nodes))
        case Any(nodes, at_least):
            return Any(tuple(_distinct(n, seen) for n in nodes), at_least)
        case Weighted(inner, factor):
            return Weighted(_distinct(inner, seen), factor)
        case Prefer(inner, bonus):
            return Prefer(_distinct(inner, seen), bonus)
        case _:
            return node


def _marks(group: Sequence[Segment]) -> Iterator[Mark]:
    """The group as one run, else whatever there is of it; and the other words for its parts."""
    terms = _terms(group)
    if terms:
        yield Mark(terms, (*map(Mark, pairwise(terms)), *_singles(terms)) if len(terms) > 1 else ())
    for segment in group:
        yield from (Mark(other.terms) for other in segment.alternatives)


def _singles(terms: Terms) -> list[Mark]:
    """Each term by itself, but no single character (市, 者, 的) if there are others: it would be marked everywhere."""
    telling = [term for term in terms if len(term) > 1] or terms
    return [Mark((term,)) for term in telling]
