"""The check of one text: all rules, what may stand left out, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kb_privacy.address import addresses
from kb_privacy.allow import allowed_spans
from kb_privacy.birth import births
from kb_privacy.clue import Clue, resolved
from kb_privacy.contact import emails, phones, postal_codes
from kb_privacy.facilities import facilities
from kb_privacy.letters import initials
from kb_privacy.names import names
from kb_privacy.numbers import accounts, insurance_numbers, my_numbers
from kb_privacy.passage import Passage
from kb_privacy.spans import Spans

Rule = Callable[[Passage], Iterable[Clue]]
"""Finds one kind of thing. Rules know nothing of each other."""

RULES: tuple[Rule, ...] = (
    names,
    initials,
    phones,
    postal_codes,
    addresses,
    emails,
    births,
    my_numbers,
    insurance_numbers,
    accounts,
    facilities,
)


def check(text: str, allowed: frozenset[str] = frozenset()) -> tuple[Clue, ...]:
    """Everything in ``text`` that gives a person away, or may, in order of place and without overlap.

    Args:
        text: any text, as written.
        allowed: what may stand: the council's own telephone, address, mail and names (see ``read_allowed``).

    """
    return clues(Passage(text), allowed)


def clues(passage: Passage, allowed: frozenset[str]) -> tuple[Clue, ...]:
    """The same for a text of which the words are wanted again, or that is part of a document."""
    return resolved(permitted((clue for rule in RULES for clue in rule(passage)), passage.text, allowed))


def permitted(found: Iterable[Clue], text: str, allowed: frozenset[str]) -> list[Clue]:
    """Those that do not lie in an allowed passage."""
    spans = Spans(allowed_spans(text, allowed))
    return [clue for clue in found if not spans.cover(clue.start, clue.end)]
