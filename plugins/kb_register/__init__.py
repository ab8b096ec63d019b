"""取込元「台帳」: tables (CSV, Excel) under ``documents/registers/`` of which each row is a document.

``registers/cases.csv``, ``registers/cases_令和6年度.xlsx`` and whatever lies in ``registers/cases/`` hold case studies:
the name says so.
"""

from __future__ import annotations

from kb import Config, Source, hookimpl
from kb_register.registers import LABEL, Registers


@hookimpl
def kb_sources(config: Config) -> list[Source]:
    """One source for all registers, looked through every five minutes."""
    registers = Registers(config.documents)
    return [Source("register", LABEL, items=registers.items, read=registers.read, minutes=5, prunes=True)]
