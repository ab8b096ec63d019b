"""Bringing the index up to what the catalogue says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kb.model import EVERYTHING, Annotation, Document, Section
from kb.search.index import Entry, Index
from kb.store.catalogue import Catalogue, is_shown
from kb.store.outbox import Outbox
from kb.text import phrases
from kb.text.dates import fiscal_year, terms_of
from kb.text.phrases import Phrase

#: How often a section says what it dwells on.
_DWELLS = 2

#: Documents written in one commit of the index: a commit costs fsyncs, an interrupted batch costs its repetition.
BATCH = 200


def entries(
    document: Document, sections: Sequence[Section], annotations: dict[str, tuple[Annotation, ...]]
) -> list[Entry]:
    """What the index needs to know of a document's sections."""
    # What a section says of itself (one case of a register) goes before what holds for its document; no plugin's field
    # or annotation changes what type and date the document has.
    given, certain = _field_keywords(document), _document_keywords(document)
    return [
        Entry(
            section=section.id,
            document=document.id,
            version=document.revision,
            access=document.access,
            title=document.title,
            heading=section.heading,
            above="\n".join(section.path[:-1]),
            text=section.text,
            date=document.date,
            phrases=_phrases(document, section),
            keywords=given | _section_keywords(annotations.get(section.id, ())) | certain,
        )
        for section in sections
    ]


def _phrases(document: Document, section: Section) -> tuple[Phrase, ...]:
    """What of a section can be offered to people who type: its headings, and the compounds that it dwells on."""
    headings = (*phrases.of_heading(document.title), *phrases.of_heading(section.heading))
    found = {phrase.text: phrase for phrase in headings}
    text = phrases.dwelling(section.text, _DWELLS)
    return tuple((found | {phrase.text: phrase for phrase in text if phrase.text not in found}).values())


def _field_keywords(document: Document) -> dict[str, tuple[str, ...]]:
    return {name: values for name in document.fields if (values := document.values(name))}


def _document_keywords(document: Document) -> dict[str, tuple[str, ...]]:
    keywords: dict[str, tuple[str, ...]] = {"type": (document.type,), "document": (document.id,)}
    if document.date:
        keywords |= {"year": (str(document.date.year),), "fiscal": (str(fiscal_year(document.date)),)}
    return keywords


def _section_keywords(annotations: Iterable[Annotation]) -> dict[str, tuple[str, ...]]:
    keywords: dict[str, dict[str, None]] = {}
    for annotation in annotations:
        if annotation.kind == "date":
            keywords.setdefault("dates", {}).update(dict.fromkeys(terms_of(annotation.value)))
        else:
            keywords.setdefault(annotation.kind, {})[annotation.value] = None
    return {kind: tuple(values) for kind, values in keywords.items()}


def write(catalogue: Catalogue, index: Index, documents: Sequence[str]) -> None:
    """Replace these documents in the index by what readers may see of them now; the others are removed."""
    everything = catalogue.documents_by_id(documents, EVERYTHING)
    known = {identity: document for identity, document in everything.items() if is_shown(document)}
    for identity in documents:
        document = known.get(identity)
        sections = catalogue.sections_of(identity, EVERYTHING) if document else []
        found = catalogue.annotations([section.id for section in sections])
        index.replace(identity, entries(document, sections, found) if document else ())


def drain(
    catalogue: Catalogue, outbox: Outbox, index: Index, progress: Callable[[int], None] = lambda _count: None
) -> int:
    """Index what the outbox asks for; returns how many documents were written.

    The index is durable before an entry leaves the outbox. A process killed in between writes the same documents
    again, which changes nothing.
    """
    total = 0
    while pending := outbox.jobs("index", BATCH):
        documents = list(dict.fromkeys(job.document for job in pending))
        write(catalogue, index, documents)
        index.commit()
        outbox.done(pending)
        total += len(documents)
        progress(len(documents))
    return total


def differing(catalogue: Catalogue, index: Index) -> list[str]:
    """Documents that the index has in another revision than the catalogue, lacks, or has too many."""
    truth, indexed = catalogue.revisions(), index.documents()
    return sorted(d for d in truth.keys() | indexed.keys() if truth.get(d) != indexed.get(d))


def fill(catalogue: Catalogue, index: Index, documents: Sequence[str], progress: Callable[[int], None]) -> None:
    """Write many documents, a batch a commit."""
    for start in range(0, len(documents), BATCH):
        some = documents[start : start + BATCH]
        write(catalogue, index, some)
        index.commit()
        progress(len(some))
