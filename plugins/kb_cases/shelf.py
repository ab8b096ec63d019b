"""The cases that somebody may read, with their facets: forms are a case each, a register has many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb import Annotation, Document, NotFoundError, Section
from kb_cases.annotate import FREE
from kb_cases.case import COUNT, FIELDS, TYPE
from kb_cases.form import BASICS
from kb_cases.names import PARTS, part_of

if TYPE_CHECKING:
    from kb.reader import Reader

FACETS: Mapping[str, str] = {one.name: one.label for one in FIELDS if one.facet}
"""What cases can be narrowed by, with labels."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands on the shelf: nothing of its text."""

    id: str
    """That of its document, or of its section in a register."""
    title: str
    document: Document
    section: str = ""
    """The section of a register that it is; empty for a form."""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def period(self) -> str:
        """How long it took, as it says itself."""
        return "、".join(self.facets.get("case_period", ()))

    def has(self, name: str, values: Iterable[str]) -> bool:
        """Whether it has one of the values."""
        return not set(values).isdisjoint(self.facets.get(name, ()))


@dataclass(frozen=True, slots=True)
class Passage:
    """One part of a case, by its standard name."""

    name: str
    lines: tuple[str, ...]


def shelf(library: Reader) -> list[Case]:
    """All cases that may be read, newest document first."""
    documents = library.documents(TYPE)
    outlines = {document.id: library.outline(document.id) for document in documents if _says_more(document)}
    notes = library.annotations(section for outline in outlines.values() for section in outline)
    return [case for document in documents for case in _cases(document, outlines.get(document.id, ()), notes)]


def _says_more(document: Document) -> bool:
    """Whether its sections say what its fields do not: a query for each document is what a long shelf costs."""
    return bool(document.values(COUNT)) or not all(document.values(kind) for kind in FREE)


def case_of(library: Reader, identity: str) -> Case:
    """One case by the id of its document, or of any of its sections.

    Raises:
        NotFoundError: there is none, or none that may be known of.

    """
    section = library.section(identity) if "-" in identity else None
    document = library.document(section.document if section else identity)
    outline = library.outline(document.id)
    found = _cases(document, outline, library.annotations(outline))
    if document.type == TYPE:
        for case in found:
            if not case.section or (section and case.section == section.id):
                return case
    raise NotFoundError(identity, "この事例は見つかりません。", "事例の一覧から選んでください。")


def passages(library: Reader, case: Case) -> list[Passage]:
    """What a case says, part by part, in the order of the process; what has no standard name comes last."""
    lines: dict[str, list[str]] = {}
    for name, text in _named(library, case):
        lines.setdefault(name, []).append(text)
    order = [*PARTS, *(name for name in lines if name not in PARTS)]
    return [Passage(name, tuple(lines[name])) for name in order if name in lines]


def _named(library: Reader, case: Case) -> Iterator[tuple[str, str]]:
    sections = [library.section(case.section)] if case.section else library.sections(case.document.id)
    for section in sections:
        name = BASICS if case.section else part_of(section.heading) or section.heading
        for block in section.blocks:
            if case.section and block.kind == "heading":
                name = part_of(block.text) or block.text
            elif block.kind != "furniture" and block.text.strip():
                yield name, block.text.replace("\t", "　")


def _cases(document: Document, outline: Sequence[Section], notes: Mapping[str, Sequence[Annotation]]) -> Iterator[Case]:
    if document.values(COUNT):
        for section in outline:
            facets = _facets(document, notes.get(section.id, ()), said_first=True)
            yield Case(section.id, section.label, document, section.id, facets)
        return
    said = [note for section in outline for note in notes.get(section.id, ())]
    yield Case(document.id, document.title, document, facets=_facets(document, said, said_first=False))


def _facets(document: Document, notes: Iterable[Annotation], *, said_first: bool) -> dict[str, tuple[str, ...]]:
    """The values of each field: one case of a register says itself what it is, a form is what its boxes say."""
    said: dict[str, dict[str, None]] = {}
    for note in notes:
        said.setdefault(note.kind, {})[note.value] = None
    facets = {}
    for one in FIELDS:
        own, given = tuple(said.get(one.name, ())), document.values(one.name)
        if values := (own or given) if said_first else (given or own):
            facets[one.name] = values
    return facets
