"""From the bytes of one file to a document with sections and annotations: a function of content and plugins only."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from kb.errors import ExtractionError, KbError, PluginError
from kb.ingest.judging import judged, said
from kb.ingest.review import Reviewed, reviewed
from kb.model import (
    AccessClass,
    Annotation,
    Config,
    ContentType,
    Decision,
    Document,
    Edits,
    Extraction,
    File,
    Finding,
    Judgement,
    Section,
)
from kb.plugins import Plugins
from kb.text.repair import repair

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What people have said about a file or its document; it goes before what reading finds out."""

    folder: str = ""
    content_type: str = ""
    """The content type; empty to find out."""
    access: AccessClass | None = None
    """The access class; None for the content type's own."""
    edits: Edits = field(default_factory=Edits)
    decisions: tuple[Decision, ...] = ()
    judgements: tuple[Judgement, ...] = ()


@dataclass(frozen=True, slots=True)
class Means:
    """What reading is done with."""

    plugins: Plugins
    config: Config
    extract: Callable[[File], Extraction]
    """Reads the file; in production ``kb.ingest.sandbox.extract`` in a child process."""

    def review(self, document: Document, sections: Sequence[Section]) -> tuple[Finding, ...]:
        """What is to be decided on."""
        return self.plugins.review(document, sections, self.config)

    def annotate(self, section: Section, document: Document) -> tuple[Annotation, ...]:
        """What a section says."""
        return self.plugins.annotate(section, document, self.config)


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that ingestion finds out about one file."""

    document: Document
    sections: tuple[Section, ...]
    annotations: Mapping[str, tuple[Annotation, ...]]
    findings: tuple[Finding, ...] = ()
    """What is still to be decided on."""


def read(file: File, identity: Document, chosen: Chosen, means: Means) -> Reading:
    """Extract, repair, describe, split, review and annotate.

    Args:
        file: the original, by the name people know it by.
        identity: a document with the final ``id``, ``version`` and ``sha256``; the rest of it is found out here.
        chosen: what people have said about it.
        means: the plugins in use, the settings, and what reads the file.

    Raises:
        ExtractionError: nothing can be read out of it, or nothing in it can be searched.
        PluginError: a plugin broke down over it.

    """
    extraction = repair(means.extract(file))
    content_type = _content_type(file, extraction, chosen, means.plugins.content_types())
    with _contained(content_type):
        document = _described(file, extraction, content_type, identity, chosen)
        sections = numbered(document.id, content_type.split(document, extraction))
    if not any(section.text.strip() or section.heading.strip() for section in sections):
        raise ExtractionError(
            file.name, "検索できる文字がありません。", "中身を確かめて、文字の入ったファイルを取り込んでください。"
        )
    found = reviewed(document, sections, chosen.decisions, means.review)
    return annotated(found, means, chosen.judgements)


def annotated(found: Reviewed, means: Means, judgements: Iterable[Judgement] = ()) -> Reading:
    """A reviewed document with what its sections say, as far as staff have not said that it is wrong.

    Raises:
        PluginError: a plugin broke down over it.

    """
    known = said(judgements)
    annotations = {
        section.id: judged(section, means.annotate(section, found.document), known) for section in found.sections
    }
    return Reading(found.document, found.sections, annotations, found.findings)


def _content_type(
    file: File, extraction: Extraction, chosen: Chosen, content_types: Mapping[str, ContentType]
) -> ContentType:
    """The type that somebody chose, else that of the folder, else the one that is surest."""
    if chosen.content_type:
        if chosen.content_type in content_types:
            return content_types[chosen.content_type]
        fix = "そのプラグインを入れるか、別の種類を選んでください。"
        raise ExtractionError(file.name, f"資料の種類「{chosen.content_type}」のプラグインがありません。", fix)
    for content_type in content_types.values():
        if chosen.folder and content_type.folder == chosen.folder:
            return content_type
    claims = [(_claim(content_type, file, extraction), content_type) for content_type in content_types.values()]
    candidates = [claim for claim in claims if claim[0] > 0]
    if not candidates:
        raise ExtractionError(file.name, "資料の種類を決められません。", "種類を指定して取り込んでください（--type）。")
    return max(candidates, key=lambda claim: claim[0])[1]


def _claim(content_type: ContentType, file: File, extraction: Extraction) -> float:
    with _contained(content_type):
        return content_type.claims(file, extraction)


@contextmanager
def _contained(content_type: ContentType) -> Iterator[None]:
    """Whatever goes wrong in a content type is a failure of this one file, with the type's name."""
    try:
        yield
    except (KbError, MemoryError):
        raise
    except Exception as error:
        log.exception("content type %s raised", content_type.name)
        raise PluginError(
            f"資料の種類「{content_type.label}」",
            f"読み取りの途中で例外が起きました（{type(error).__name__}: {error}）。",
            "プラグインの作者に知らせるか、別の種類を選んでください。",
        ) from error


def _described(
    file: File, extraction: Extraction, content_type: ContentType, identity: Document, chosen: Chosen
) -> Document:
    description = content_type.describe(file, extraction)
    access = chosen.access or content_type.access
    document = replace(
        identity,
        type=content_type.name,
        title=description.title.strip() or file.stem,
        file_name=file.name,
        date=description.date,
        date_basis=description.date_basis if description.date else "",
        fields=dict(description.fields),
        access=access,
        media_type=extraction.media_type,
        pages=extraction.pages,
        warnings=extraction.warnings,
        sensitive=identity.sensitive or AccessClass.CASES in {access, content_type.access},
    )
    return edited(document, chosen.edits)


def edited(document: Document, edits: Edits) -> Document:
    """A document with what staff have set in place of what was found."""
    if edits.title is not None:
        document = replace(document, title=edits.title)
    if edits.date is not None:
        day = date.fromisoformat(edits.date) if edits.date else None
        document = replace(document, date=day, date_basis="職員による" if day else "")
    return replace(document, fields={**document.fields, **edits.fields})


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
