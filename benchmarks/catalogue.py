"""The fictional sections as documents of a catalogue, as they would be after their files have been read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, islice

from kb.ingest.indexer import BATCH
from kb.ingest.reading import Means, annotated, numbered
from kb.ingest.review import Reviewed
from kb.library import Library
from kb.model import AccessClass, Block, Document, Extraction, File, Section
from kb.search.index import Entry
from kb.store.catalogue import Content, save
from kb.store.database import writer


def document_of(entries: Sequence[Entry]) -> Document:
    """The document that these sections are of."""
    first = entries[0]
    return Document(
        first.document,
        first.keywords["type"][0],
        first.title,
        f"{first.document}.txt",
        date=first.date,
        date_basis="作りもの",
        access=AccessClass.PUBLIC,
        media_type="text/plain",
        source="benchmark",
        uri=first.document,
    )


def sections_of(entries: Sequence[Entry]) -> tuple[Section, ...]:
    """The sections, each under the heading above it."""
    split = (
        Section(entry.heading, tuple(Block(line) for line in entry.text.split("\n") if line), page=number)
        for number, entry in enumerate(entries, 1)
    )
    return numbered(entries[0].document, split)


def fill(library: Library, entries: Iterable[Entry], progress: Callable[[int], None]) -> None:
    """Put the sections into the catalogue of an empty library, with all that its plugins find in them; no index yet."""
    means = Means(library.plugins, library.config, _unread)
    documents = (list(several) for _, several in groupby(entries, key=lambda entry: entry.document))
    while some := list(islice(documents, BATCH)):
        contents = [_content(document, means) for document in some]
        with writer(library.store.database).begin() as connection:  # one transaction: each waits for the disk
            for content in contents:
                save(connection, content)
        progress(sum(map(len, some)))


def _content(entries: Sequence[Entry], means: Means) -> Content:
    found = annotated(Reviewed(document_of(entries), sections_of(entries), ()), means)
    return Content(found.document, found.sections, found.annotations)


def _unread(file: File) -> Extraction:
    """There are no files."""
    raise NotImplementedError(file.name)
