"""The parts of a score in words: which words of the section they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from kb.model import Section
from kb.search.why import Origin, Part
from kb.text.analyze import Token, tokens
from kb.text.dates import date_terms, find_dates
from kb.text.normalize import search_key

#: Different spellings that are named for one word.
_MOST_FORMS = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a section was found by."""

    words: tuple[str, ...]
    """As the section has them, each spelling once; as the index has them if they stand outside of its own text."""
    field: str
    """``body``, ``title`` or empty."""
    origin: Origin
    score: float


class Forms:
    """Finds the words of one section that are behind the terms of the index."""

    def __init__(self, section: Section, title: str, typed: str) -> None:
        self._texts = {"body": f"{section.heading}\n{section.text}", "title": "\n".join((title, *section.path))}
        self._typed = search_key(typed)

    def reason(self, part: Part) -> Reason:
        """A part of a score in words."""
        if part.origin == "date":
            return Reason(self._dates(part.terms[0]) or part.terms, "", "date", part.score)
        if part.origin == "characters":
            return Reason(part.terms[:_MOST_FORMS], part.field, part.origin, part.score)
        words = self._runs(part) or ("".join(part.terms),)
        is_typed = any(search_key(word) in self._typed for word in words)
        origin: Origin = "variant" if part.origin == "typed" and not is_typed else part.origin
        return replace(Reason(words, part.field, part.origin, part.score), origin=origin)

    def _runs(self, part: Part) -> tuple[str, ...]:
        text, found = self._texts[part.field], self._tokens[part.field]
        size = len(part.terms)
        words: dict[str, None] = {}
        for number, token in enumerate(found):
            run = found[number : number + size]
            matches = token.term.startswith(part.terms[0]) if part.origin == "beginning" else _is(run, part.terms)
            if matches:
                words[text[run[0].start : run[-1].end]] = None
        return tuple(words)[:_MOST_FORMS]

    def _dates(self, term: str) -> tuple[str, ...]:
        text = self._texts["body"]
        found = (text[m.start : m.end] for m in find_dates(text) if term in date_terms(m))
        return tuple(dict.fromkeys(found))[:_MOST_FORMS]

    @cached_property
    def _tokens(self) -> dict[str, list[Token]]:
        return {name: tokens(text) for name, text in self._texts.items()}


def _is(run: list[Token], terms: tuple[str, ...]) -> bool:
    return tuple(token.term for token in run) == terms
