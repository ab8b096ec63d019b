"""What plugins raise while they are checked: kept for the complaint instead of filling the log."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class _Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.kept: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.kept.append(record.exc_info[1])


@contextmanager
def unlogged() -> Iterator[list[BaseException]]:
    """The exceptions that kb logs meanwhile; nothing of it is written anywhere."""
    log, keeper = logging.getLogger("kb"), _Keeper()
    propagates, log.propagate = log.propagate, False
    log.addHandler(keeper)
    try:
        yield keeper.kept
    finally:
        log.removeHandler(keeper)
        log.propagate = propagates


def place(error: BaseException, module: object) -> str:
    """Where in the plugin's own files something was raised, ``（kb_minutes/views.py の12行目）``; empty if in none."""
    folder = Path(getattr(module, "__file__", None) or ".").parent.resolve()
    cause = error.__cause__ or error
    frames = [f for f in traceback.extract_tb(cause.__traceback__) if folder in Path(f.filename).resolve().parents]
    if not frames or not getattr(module, "__file__", None):
        return ""
    last = frames[-1]
    return f"（{folder.name}/{Path(last.filename).relative_to(folder)} の{last.lineno}行目）"
