"""The check of a document before it is published: decisions are carried out where they belong, the rest stays open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.model import Block, Decision, Document, Finding, Section

#: How often replacing may bring up findings that a decision replaces in turn; two names that are each other's
#: replacement would go on for ever.
_ROUNDS = 3


Review = Callable[[Document, Sequence[Section]], Sequence[Finding]]
"""Finds what is to be decided on: ``Plugins.review`` with the settings."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A document as readers will see it, and what must be decided on before they may."""

    document: Document
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]


def reviewed(
    document: Document,
    sections: Sequence[Section],
    decisions: Iterable[Decision],
    review: Review,
    known: Sequence[Finding] = (),
) -> Reviewed:
    """Ask what is to be decided on, and carry out what has been decided.

    Replacements are made at the places of findings only: a name may be part of other words elsewhere. What was found
    before a replacement stays open with its proposal until it is decided on, also if the text that is left gives no
    more reason for it: of 田中花子 who has become A, another 田中 is still A.

    Args:
        document: as it is.
        sections: all of them, with ids.
        decisions: all that have been made on it.
        review: asks the plugins.
        known: what was open in these very sections before.

    Raises:
        PluginError: a plugin broke down over it.

    """
    decided = {(decision.kind, decision.evidence): decision.replacement for decision in decisions}
    found = review(document, sections)
    earlier = [*known, *found]
    for _ in range(_ROUNDS):
        replaced = [f for f in found if decided.get(_key(f)) is not None]
        if not replaced:
            break
        document, sections = _rewritten(document, sections, replaced, decided)
        found = review(document, sections)
    still = [f for f in found if _key(f) not in decided]
    seen = {*decided, *map(_key, still)}
    lost = [f for f in earlier if _key(f) not in seen]
    proposals = {_key(f): f.proposal for f in reversed(earlier)}
    every = [*still, *_found_again(lost, document, sections)]
    return Reviewed(
        document, tuple(sections), tuple(replace(f, proposal=proposals.get(_key(f), f.proposal)) for f in every)
    )


def _key(finding: Finding) -> tuple[str, str]:
    return finding.kind, finding.evidence


def _found_again(lost: Iterable[Finding], document: Document, sections: Sequence[Section]) -> Iterator[Finding]:
    """Findings at all places where their evidence still stands in the same section."""
    texts = {("", "title"): document.title}
    for section in sections:
        texts |= {(section.id, "heading"): section.heading, (section.id, "text"): section.text}
    for finding in {(*_key(f), f.section, f.where): f for f in lost}.values():
        for place in re.finditer(re.escape(finding.evidence), texts.get((finding.section, finding.where), "")):
            yield replace(finding, start=place.start(), end=place.end())


Replacements = Sequence[tuple[int, int, str]]
"""Spans that do not overlap, in order, and what is to stand in their place."""


def _rewritten(
    document: Document,
    sections: Sequence[Section],
    findings: Sequence[Finding],
    decided: Mapping[tuple[str, str], str | None],
) -> tuple[Document, tuple[Section, ...]]:
    def at(section: str, where: str) -> Replacements:
        here = (f for f in findings if (f.section, f.where) == (section, where))
        return list(_apart((f.start, f.end, decided[f.kind, f.evidence] or "") for f in here))

    changed = [
        replace(
            section,
            heading=replaced(section.heading, at(section.id, "heading")),
            blocks=_blocks(section.blocks, at(section.id, "text")),
        )
        for section in sections
    ]
    words = {f.evidence: decided[f.kind, f.evidence] or "" for f in findings}
    fields = {name: _in_field(value, words) for name, value in document.fields.items()}
    document = replace(document, title=replaced(document.title, at("", "title")), fields=fields)
    return document, _with_paths(sections, changed)


def _in_field(value: str, words: Mapping[str, str]) -> str:
    """The values of a field, which were read off the text, without what has been replaced there.

    One character alone (a name such as 林) may be part of other words: it is replaced only where it is a whole value.
    """
    lines = value.split("\n")
    for evidence, proposal in words.items():
        lines = [line.replace(evidence, proposal) if len(evidence) > 1 or line == evidence else line for line in lines]
    return "\n".join(lines)


def _apart(spans: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """The spans in order without those that overlap one before; the next round finds what is left of them."""
    end = 0
    for span in sorted(spans):
        if span[0] >= end:
            yield span
            end = span[1]


def replaced(text: str, replacements: Replacements) -> str:
    """The text with its spans replaced."""
    for start, end, words in reversed(replacements):
        text = text[:start] + words + text[end:]
    return text


def _blocks(blocks: Sequence[Block], replacements: Replacements) -> tuple[Block, ...]:
    """The same for blocks, whose texts count as joined by line ends; a span may begin in one and end in another."""
    if not replacements:
        return tuple(blocks)
    changed, offset = [], 0
    for block in blocks:
        here = list(_within(replacements, offset, offset + len(block.text)))
        changed.append(replace(block, text=replaced(block.text, here)) if here else block)
        offset += len(block.text) + 1
    return tuple(changed)


def _within(replacements: Replacements, first: int, last: int) -> Iterator[tuple[int, int, str]]:
    """What lies between two offsets, counted from the first; the words go where a span begins."""
    for start, end, words in replacements:
        if start < last and end > first:
            yield max(start, first) - first, min(end, last) - first, words if start >= first else ""


def _with_paths(before: Sequence[Section], after: Sequence[Section]) -> tuple[Section, ...]:
    """Heading paths that follow the headings; ids stay, for links to stay good."""
    labels = {old.label: new.label for old, new in zip(before, after, strict=True) if old.label != new.label}
    return tuple(replace(section, path=tuple(labels.get(label, label) for label in section.path)) for section in after)
