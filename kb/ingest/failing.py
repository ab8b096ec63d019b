"""Breakdowns of plugins over documents, written down for administrators: who broke down where, never what text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kb.errors import PluginError
from kb.store.audit import AuditEntry, AuditLog

ACTION = "plugin.failed"
"""The action under which they stand in the audit log."""


@contextmanager
def noted(audit: AuditLog, actor: str, document: str) -> Iterator[None]:
    """Write down a ``PluginError`` that passes, with the document that it happened to."""
    try:
        yield
    except PluginError as error:
        audit.record(AuditEntry(actor, ACTION, document, {"plugin": error.subject, "hook": error.hook}))
        raise
