"""What an index is asked: a tree of terms that analysis has already made.

The nodes of ``kb.model`` say what a person typed; these say which terms a section must have and what that is worth. A
score is a sum over terms, so a node that cannot score (``Filter``, ``Range``, ``Except``, ``Everything``) adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.model import Everything, Filter, Range


@dataclass(frozen=True, slots=True)
class Word:
    """A term. ``field`` is ``body``, ``title`` (title and headings) or empty for either."""

    term: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Terms side by side and in order, within one field; scored as if the run were one term."""

    terms: tuple[str, ...]
    field: str = ""


@dataclass(frozen=True, slots=True)
class Beginning:
    """All terms that begin so, scored as if they were one."""

    prefix: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Keyword:
    """An exact value that scores by its rarity, such as a date that a section mentions."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class All:
    """Every node must match; the scores add up."""

    nodes: tuple[IndexNode, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least so many of the nodes must match; the scores of those that do add up. Of no nodes: matches nothing."""

    nodes: tuple[IndexNode, ...]
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Except:
    """Whatever does not match."""

    node: IndexNode


@dataclass(frozen=True, slots=True)
class Weighted:
    """The node with its score multiplied."""

    node: IndexNode
    factor: float


@dataclass(frozen=True, slots=True)
class Prefer:
    """Matches as ``node`` does; what also matches ``bonus`` gets its score on top."""

    node: IndexNode
    bonus: IndexNode


IndexNode = Word | Run | Beginning | Keyword | Filter | Range | All | Any | Except | Weighted | Prefer | Everything

NOTHING = Any(())
"""Matches no section."""
