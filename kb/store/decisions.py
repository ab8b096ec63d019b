"""What the check of a document found, and what staff decided about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select

from kb.model import Decision, Finding
from kb.store import audit, rows, tables
from kb.store.audit import AuditEntry
from kb.store.database import writer


class Decisions:
    """Findings and decisions of all documents; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def findings(self, document: str) -> list[Finding]:
        """What is still to be decided on in a document, in reading order."""
        query = select(*rows.FINDING_COLUMNS).where(tables.finding.c.document == document).order_by(tables.finding.c.id)
        with self._engine.connect() as connection:
            return [rows.finding(row) for row in connection.execute(query)]

    def decisions(self, document: str) -> list[Decision]:
        """What has been decided in a document, the latest first."""
        c = tables.decision.c
        query = select(*rows.DECISION_COLUMNS).where(c.document == document).order_by(c.at.desc(), c.evidence)
        with self._engine.connect() as connection:
            return [rows.decision(row) for row in connection.execute(query)]

    def decide(self, document: str, decisions: Iterable[Decision]) -> None:
        """Enter decisions in place of older ones on the same; the audit log has their reasons, but not their words."""
        with writer(self._engine).begin() as connection:
            for decision in decisions:
                _enter(connection, document, decision)

    def withdraw(self, document: str, kind: str, evidence: str, by: str) -> None:
        """Forget a decision."""
        with writer(self._engine).begin() as connection:
            connection.execute(delete(tables.decision).where(*_key(document, kind, evidence)))
            audit.write(connection, AuditEntry(by, "finding.withdraw", document, {"kind": kind}))


def _enter(connection: Connection, document: str, decision: Decision) -> None:
    connection.execute(delete(tables.decision).where(*_key(document, decision.kind, decision.evidence)))
    connection.execute(insert(tables.decision), asdict(decision) | {"document": document, "at": rows.now()})
    action = "finding.keep" if decision.replacement is None else "finding.replace"
    detail = {"kind": decision.kind, "reason": decision.reason}
    audit.write(connection, AuditEntry(decision.by, action, document, detail))


def _key(document: str, kind: str, evidence: str) -> tuple[ColumnElement[bool], ...]:
    c = tables.decision.c
    return c.document == document, c.kind == kind, c.evidence == evidence
