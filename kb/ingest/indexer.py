"""Bringing the index up to what the catalogue says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from kb.ingest.analysts import Analysts
from kb.model import EVERYTHING, Annotation, Document, Section
from kb.search.index import Entry, Index
from kb.store.catalogue import Catalogue, is_shown
from kb.store.outbox import Outbox
from kb.text.dates import fiscal_year, terms_of

#: Documents written in one commit of the index: a commit costs fsyncs, an interrupted batch costs its repetition.
BATCH = 200

#: Documents that are read from the catalogue at a time.
_READ = 50


def entries(
    document: Document, sections: Sequence[Section], annotations: dict[str, tuple[Annotation, ...]]
) -> list[Entry]:
    """What the index needs to know of a document's sections, before their words are looked at."""
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
            keywords=given | _section_keywords(annotations.get(section.id, ())) | certain,
        )
        for section in sections
    ]


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


def _read(catalogue: Catalogue, documents: Sequence[str]) -> Iterator[tuple[str, list[Entry]]]:
    """These documents with what readers may see of them now; nothing, of the others."""
    for start in range(0, len(documents), _READ):
        some = documents[start : start + _READ]
        everything = catalogue.documents_by_id(some, EVERYTHING)
        known = {identity: document for identity, document in everything.items() if is_shown(document)}
        sections = catalogue.contents(list(known), EVERYTHING)
        found = catalogue.annotations([section.id for several in sections.values() for section in several])
        for identity in some:
            document = known.get(identity)
            yield identity, entries(document, sections.get(identity, []), found) if document else []


def write(catalogue: Catalogue, index: Index, documents: Sequence[str], analysts: Analysts) -> None:
    """Replace these documents in the index by what readers may see of them now; the others are removed."""
    for identity, found in analysts.analysed(_read(catalogue, documents)):
        index.replace(identity, found)


def drain(catalogue: Catalogue, outbox: Outbox, index: Index, analysts: Analysts) -> int:
    """Index what the outbox asks for; returns how many documents were written.

    The index is durable before an entry leaves the outbox. A process killed in between writes the same documents
    again, which changes nothing.
    """
    total = 0
    while pending := outbox.jobs("index", BATCH):
        documents = list(dict.fromkeys(job.document for job in pending))
        write(catalogue, index, documents, analysts)
        index.commit()
        outbox.done(pending)
        total += len(documents)
    return total


def differing(catalogue: Catalogue, index: Index) -> list[str]:
    """Documents that the index has in another revision than the catalogue, lacks, or has too many."""
    truth, indexed = catalogue.revisions(), index.documents()
    return sorted(d for d in truth.keys() | indexed.keys() if truth.get(d) != indexed.get(d))


def fill(
    catalogue: Catalogue, index: Index, documents: Sequence[str], analysts: Analysts, progress: Callable[[int], None]
) -> None:
    """Write many documents, a batch a commit; while one is written, those after it are analysed."""
    written = 0
    for identity, found in analysts.analysed(_read(catalogue, documents)):
        index.replace(identity, found)
        written += 1
        if written == BATCH:
            index.commit()
            progress(written)
            written = 0
    if written:
        index.commit()
        progress(written)
