"""What staff said of annotations, and the words they added to vocabularies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import ColumnElement, Engine, delete, insert, select

from kb.model import Judgement
from kb.store import audit, rows, tables
from kb.store.audit import AuditEntry
from kb.store.database import writer

_COLUMNS = tuple(column for column in tables.judgement.c if column.name != "document")


class Judgements:
    """Judgements of all documents; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def judgements(self, document: str) -> list[Judgement]:
        """What has been said of a document's annotations, the latest first."""
        c = tables.judgement.c
        query = select(*_COLUMNS).where(c.document == document).order_by(c.at.desc(), c.kind, c.value, c.evidence)
        with self._engine.connect() as connection:
            return [Judgement(*row) for row in connection.execute(query)]

    def judge(self, document: str, judgements: Iterable[Judgement]) -> None:
        """Enter judgements in place of older ones on the same."""
        with writer(self._engine).begin() as connection:
            for one in judgements:
                connection.execute(delete(tables.judgement).where(*_key(document, one)))
                connection.execute(insert(tables.judgement), asdict(one) | {"document": document, "at": rows.now()})
                action = "annotation.confirm" if one.right else "annotation.remove"
                audit.write(connection, AuditEntry(one.by, action, document, {"kind": one.kind}))

    def withdraw(self, document: str, judgement: Judgement, by: str) -> None:
        """Forget a judgement."""
        with writer(self._engine).begin() as connection:
            connection.execute(delete(tables.judgement).where(*_key(document, judgement)))
            audit.write(connection, AuditEntry(by, "annotation.withdraw", document, {"kind": judgement.kind}))


class Vocabulary:
    """The words that staff have added to the controlled vocabularies of fields."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def words(self, field: str) -> list[str]:
        """The words added to a field's vocabulary, in the order in which they came."""
        c = tables.vocabulary.c
        with self._engine.connect() as connection:
            return list(connection.scalars(select(c.word).where(c.field == field).order_by(c.at, c.word)))

    def add(self, field: str, words: Iterable[str], by: str) -> None:
        """Add words; those that are there stay as they are."""
        with writer(self._engine).begin() as connection:
            for word in words:
                if connection.scalar(select(tables.vocabulary.c.word).where(*_word(field, word))) is None:
                    row = {"field": field, "word": word, "by": by, "at": rows.now()}
                    connection.execute(insert(tables.vocabulary), row)
                    audit.write(connection, AuditEntry(by, "vocabulary.add", word, {"field": field}))

    def remove(self, field: str, word: str, by: str) -> None:
        """Offer a word no more; documents that have it keep it."""
        with writer(self._engine).begin() as connection:
            connection.execute(delete(tables.vocabulary).where(*_word(field, word)))
            audit.write(connection, AuditEntry(by, "vocabulary.remove", word, {"field": field}))


def _key(document: str, one: Judgement) -> tuple[ColumnElement[bool], ...]:
    c = tables.judgement.c
    return c.document == document, c.kind == one.kind, c.value == one.value, c.evidence == one.evidence


def _word(field: str, word: str) -> tuple[ColumnElement[bool], ...]:
    return tables.vocabulary.c.field == field, tables.vocabulary.c.word == word
