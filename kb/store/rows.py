"""Rows of the catalogue as values, and back."""

from __future__ import annotations

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
OUTLINE_COLUMNS = tuple(column for column in tables.section.c if column.name != "blocks")
ANNOTATION_COLUMNS = tuple(column for column in tables.annotation.c if column.name != "id")
FINDING_COLUMNS = tuple(column for column in tables.finding.c if column.name not in {"id", "document"})
DECISION_COLUMNS = tuple(column for column in tables.decision.c if column.name != "document")

_PLAIN = asdict(Block(""))


def now() -> datetime:
    """The time as the catalogue keeps it: in UTC, without a zone (SQLite has none)."""
    return datetime.now(UTC).replace(tzinfo=None)


def document(row: Row[Any]) -> Document:
    """A document of ``DOCUMENT_COLUMNS``."""
    values = _values(row)
    access, state, warnings = AccessClass(values["access"]), State(values["state"]), tuple(values["warnings"])
    return Document(**values | {"access": access, "state": state, "warnings": warnings})


def document_row(value: Document) -> dict[str, Any]:
    """A document's columns, all but how staff handle it."""
    row = {column.name: getattr(value, column.name) for column in DOCUMENT_COLUMNS}
    return row | {"fields": dict(value.fields), "warnings": list(value.warnings), "updated_at": now()}


def section(row: Row[Any]) -> Section:
    """A section, with or without its blocks."""
    values = _values(row)
    blocks = tuple(_block(block) for block in values.get("blocks", ()))
    return Section(**values | {"path": tuple(values["path"]), "blocks": blocks})


def block_texts(blocks: list[dict[str, Any]]) -> list[str]:
    """The texts of a section's blocks as its row has them."""
    return [block["text"] for block in blocks]


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
    bbox = row.get("bbox")
    return Block(**row | {"bbox": BBox(**bbox) if bbox else None})
