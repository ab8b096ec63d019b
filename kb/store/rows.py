"""Rows of the catalogue as values, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, exists

from kb.model import AccessClass, Annotation, BBox, Block, Decision, Document, Finding, Section, State, Version
from kb.store import tables

#: What of a document is not part of its value: how staff handle it.
_HANDLING = frozenset({"updated_at", "shown_at", "held", "edits"})
DOCUMENT_COLUMNS = tuple(column for column in tables.document.c if column.name not in _HANDLING)
#: Whether words of a document have been replaced: whoever reads it must not have its original.
WITHHELD = (
    exists()
    .where(tables.decision.c.document == tables.document.c.id, tables.decision.c.replacement.is_not(None))
    .label("withheld")
)
SECTION_COLUMNS = tuple(tables.section.c)
TEXT_COLUMNS = (tables.section.c.id, tables.section.c.heading, tables.section.c.blocks)
OUTLINE_COLUMNS = tuple(column for column in tables.section.c if column.name != "blocks")
ANNOTATION_COLUMNS = tuple(column for column in tables.annotation.c if column.name != "id")
FINDING_COLUMNS = tuple(column for column in tables.finding.c if column.name not in {"id", "document"})
DECISION_COLUMNS = tuple(column for column in tables.decision.c if column.name != "document")

_SECTION_NAMES = [column.name for column in SECTION_COLUMNS]
_DOCUMENT_NAMES = [*(column.name for column in DOCUMENT_COLUMNS), WITHHELD.name]

_PLAIN = asdict(Block(""))


def now() -> datetime:
    """The time as the catalogue keeps it: in UTC, without a zone (SQLite has none)."""
    return datetime.now(UTC).replace(tzinfo=None)


def document(row: Row[Any]) -> Document:
    """A document of ``DOCUMENT_COLUMNS``."""
    return _document(_values(row))


def _document(values: dict[str, Any]) -> Document:
    values["access"], values["state"] = AccessClass(values["access"]), State(values["state"])
    values["warnings"] = tuple(values["warnings"])
    return Document(**values)


def section_with_document(row: Sequence[Any]) -> tuple[Section, Document]:
    """A section and its document, of ``SECTION_COLUMNS`` and ``DOCUMENT_COLUMNS`` with ``WITHHELD``, in this order."""
    count = len(SECTION_COLUMNS)
    of_section = dict(zip(_SECTION_NAMES, row[:count], strict=True))
    of_document = dict(zip(_DOCUMENT_NAMES, row[count:], strict=True))
    return _section(of_section), _document(of_document)


def document_row(value: Document) -> dict[str, Any]:
    """A document's columns, all but how staff handle it."""
    row = {column.name: getattr(value, column.name) for column in DOCUMENT_COLUMNS}
    return row | {"fields": dict(value.fields), "warnings": list(value.warnings), "updated_at": now()}


def section(row: Row[Any]) -> Section:
    """A section, with or without its blocks."""
    return _section(_values(row))


def _section(values: dict[str, Any]) -> Section:
    values["path"], values["blocks"] = tuple(values["path"]), tuple(map(_block, values.get("blocks", ())))
    return Section(**values)


def id_and_text(row: Sequence[Any]) -> tuple[str, str]:
    """A section's id, and its heading and text, of ``TEXT_COLUMNS``."""
    section, heading, blocks = row
    return section, "\n".join([heading, *(block["text"] for block in blocks)])


def section_row(value: Section) -> dict[str, Any]:
    """A section's columns."""
    row = {column.name: getattr(value, column.name) for column in OUTLINE_COLUMNS}
    return row | {"path": list(value.path), "blocks": [_block_row(block) for block in value.blocks]}


def annotation(row: Row[Any]) -> Annotation:
    """An annotation of ``ANNOTATION_COLUMNS``."""
    return Annotation(row.kind, row.value, row.label, row.start, row.end, row.where, row.confirmed)


def version(row: Row[Any]) -> Version:
    """A version."""
    values = _values(row)
    return Version(**values | {"access": AccessClass(values["access"]) if values["access"] else None})


def finding(row: Row[Any]) -> Finding:
    """A finding of ``FINDING_COLUMNS``."""
    return Finding(**_values(row))


def decision(row: Row[Any]) -> Decision:
    """A decision of ``DECISION_COLUMNS``."""
    return Decision(**_values(row))


def _values(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name begins so


def _block_row(block: Block) -> dict[str, Any]:
    """A block as JSON without what is as usual: most blocks are a text and a page."""
    return {name: value for name, value in asdict(block).items() if name == "text" or value != _PLAIN[name]}


def _block(row: dict[str, Any]) -> Block:
    if bbox := row.get("bbox"):
        row["bbox"] = BBox(**bbox)
    return Block(**row)
