"""From the bytes of one file to a document with sections and annotations: a function of content and plugins only."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from kb.errors import ExtractionError
from kb.model import AccessClass, Annotation, ContentType, Document, Extraction, File, Section
from kb.plugins import Plugins
from kb.text.repair import repair


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from, and what is known about it before it is read."""

    source: str
    uri: str
    folder: str = ""
    content_type: str = ""
    """A content type that somebody chose; empty to find out."""
    access: AccessClass | None = None
    """An access class that somebody chose; None for the content type's own."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that ingestion finds out about one file."""

    document: Document
    sections: tuple[Section, ...]
    annotations: Mapping[str, tuple[Annotation, ...]]


def read(
    file: File, identity: Document, origin: Origin, plugins: Plugins, extract: Callable[[File], Extraction]
) -> Reading:
    """Extract, repair, describe, split and annotate.

    Args:
        file: the original, by the name people know it by.
        identity: a document with the final ``id``, ``version`` and ``sha256``; the rest of it is found out here.
        origin: where it comes from.
        plugins: the plugins in use.
        extract: reads the file; in production ``kb.ingest.sandbox.extract`` in a child process.

    Raises:
        ExtractionError: nothing can be read out of it, or nothing in it can be searched.
        PluginError: a plugin broke down over it.

    """
    extraction = repair(extract(file))
    content_type = _content_type(file, extraction, origin, plugins.content_types())
    document = _described(file, extraction, content_type, identity, origin)
    sections = numbered(document.id, content_type.split(document, extraction))
    if not any(section.text.strip() or section.heading.strip() for section in sections):
        raise ExtractionError(
            file.name, "検索できる文字がありません。", "中身を確かめて、文字の入ったファイルを取り込んでください。"
        )
    annotations = {section.id: plugins.annotate(section, document) for section in sections}
    return Reading(document, sections, annotations)


def _content_type(
    file: File, extraction: Extraction, origin: Origin, content_types: Mapping[str, ContentType]
) -> ContentType:
    """The type that somebody chose, else that of the folder, else the one that is surest."""
    if origin.content_type:
        return content_types[origin.content_type]
    for content_type in content_types.values():
        if origin.folder and content_type.folder == origin.folder:
            return content_type
    claims = [(content_type.claims(file, extraction), content_type) for content_type in content_types.values()]
    candidates = [claim for claim in claims if claim[0] > 0]
    if not candidates:
        raise ExtractionError(file.name, "資料の種類を決められません。", "種類を指定して取り込んでください（--type）。")
    return max(candidates, key=lambda claim: claim[0])[1]


def _described(
    file: File, extraction: Extraction, content_type: ContentType, identity: Document, origin: Origin
) -> Document:
    description = content_type.describe(file, extraction)
    return replace(
        identity,
        type=content_type.name,
        title=description.title.strip() or file.stem,
        file_name=file.name,
        date=description.date,
        date_basis=description.date_basis if description.date else "",
        fields=dict(description.fields),
        access=origin.access or content_type.access,
        media_type=extraction.media_type,
        pages=extraction.pages,
        source=origin.source,
        uri=origin.uri,
        warnings=extraction.warnings,
    )


def numbered(document: str, sections: Iterable[Section]) -> tuple[Section, ...]:
    """Give each section its id, place and heading path.

    The id is made from the document and the heading path (with a count where a path repeats), not from the position or
    the text: links to an article stay good when a new version corrects its text or adds another article before it.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    enclosing: list[Section] = []
    result: list[Section] = []
    for ordinal, section in enumerate(sections):
        enclosing = [outer for outer in enclosing if outer.level < section.level]
        path = (*(outer.label for outer in enclosing), section.label)
        if section.kind == "article":
            enclosing.append(section)
        else:
            # A side box belongs to the article that it stands in, not to the sub-heading that it happens to follow.
            path = (*(outer.label for outer in enclosing[:1]), section.label)
        seen[path] += 1
        key = "\x1f".join((document, *path, str(seen[path])))
        identity = f"{document}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
        page = section.page or next((block.page for block in section.blocks if block.page), None)
        result.append(replace(section, id=identity, document=document, ordinal=ordinal, path=path, page=page))
    return tuple(result)
