"""What staff said of annotations, carried out: what is wrong is left out, what is right is marked as confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kb.model import Annotation, Judgement, Section, words_of

Said = Mapping[tuple[str, str, str], bool]
"""Whether it is right, by kind, value and evidence."""


def said(judgements: Iterable[Judgement]) -> Said:
    """The judgements of one document, to be looked up."""
    return {(one.kind, one.value, one.evidence): one.right for one in judgements}


def judged(section: Section, annotations: Iterable[Annotation], judgements: Said) -> tuple[Annotation, ...]:
    """The annotations of a section that are not wrong."""
    found = ((a, judgements.get((a.kind, a.value, words_of(a, section)))) for a in annotations)
    return tuple(replace(a, confirmed=True) if right else a for a, right in found if right is not False)
