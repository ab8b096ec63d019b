"""What sections of case studies say: the boxes of each case of a register, themes and people in free text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kb import Annotation, Document, Kind, Section
from kb_cases import vocabulary
from kb_cases.case import COUNT, TYPE, town_of
from kb_cases.names import box_of
from kb_cases.vocabulary import Found

KINDS = (
    Kind("case_theme", "事例のテーマ", facet=True),
    Kind("case_party", "関係者・関係機関", facet=True),
    Kind("case_scope", "個別・地域", facet=True, judged=False),
    Kind("case_stage", "段階", facet=True, judged=False),
    Kind("case_age", "年代", facet=True, judged=False),
    Kind("case_town", "事例の市町村", facet=True, judged=False),
    Kind("case_period", "支援期間", judged=False),
)
"""Called like the fields: what one case of a register says goes before what holds for the whole document."""

FREE = ("case_theme", "case_party")
"""What is looked for in free text too."""

#: Characters of a period; a longer one is a story.
_LONGEST_PERIOD = 60


def annotate(section: Section, document: Document) -> Iterator[Annotation]:
    """The facets of a case that stands in this section, each with the words that say so.

    Of a form on its own, themes and people are looked for in its text unless a box of the form (or staff) names them:
    what somebody has said goes before what is found.
    """
    if document.type != TYPE:
        return
    if document.values(COUNT):
        found = dict.fromkeys(_of_row(section))
        named = {kind for kind, _ in found}
        yield from (_annotation(kind, one) for kind, one in found)
        free = [kind for kind in FREE if kind not in named]
    else:
        free = [kind for kind in FREE if not document.values(kind)]
    for kind in free:
        yield from (_annotation(kind, one) for one in vocabulary.find(kind, section.text))


def _annotation(kind: str, found: Found) -> Annotation:
    return Annotation(kind, found.value, found.value, found.start, found.end)


def _of_row(section: Section) -> Iterator[tuple[str, Found]]:
    """The boxes of one case, with the places of their values in the section's text."""
    offset = 0
    for block in section.blocks:
        label, colon, value = block.text.partition("：")
        box = box_of(label) if block.kind == "field" and colon else ""
        start = offset + len(label) + len(colon)
        yield from ((box, replace(one, start=one.start + start, end=one.end + start)) for one in _values(box, value))
        offset += len(block.text) + 1


def _values(box: str, value: str) -> Iterator[Found]:
    if box in FREE:
        yield from vocabulary.listed(box, value)
    elif box == "case_scope":
        yield from vocabulary.scopes(value)
    elif box in {"case_stage", "case_age"}:
        found = vocabulary.stage(value) if box == "case_stage" else vocabulary.age(value)
        if found:
            yield found
    elif box == "case_town":
        if town := town_of(value):
            yield Found(town, value.index(town), value.index(town) + len(town))
    elif box == "case_period" and len(value) <= _LONGEST_PERIOD:
        yield Found(value, 0, len(value))
