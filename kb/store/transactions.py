"""Transactions that write what depends on what they read."""

from __future__ import annotations

from sqlalchemy import Engine

WRITES = "kb_writes"
"""The execution option that ``kb.store.database`` understands."""


def writer(engine: Engine) -> Engine:
    """The same database for transactions that write what depends on what they read: one at a time."""
    return engine.execution_options(**{WRITES: True})
