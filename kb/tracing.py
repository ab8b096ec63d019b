"""The trace of hook calls: who was called, how long it took, how much came back. Never what was read."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sized
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("kb.hooks")


@dataclass(frozen=True, slots=True)
class HookCall:
    """One call of one plugin's hook."""

    plugin: str
    hook: str
    milliseconds: float
    results: int
    """How many values came back; of an extraction, its blocks."""
    failed: str = ""
    """The type of the exception, if one was raised; its text may be the document's."""


def count(result: Any) -> int:
    """How many values a hook gave."""
    if result is None:
        return 0
    values = getattr(result, "blocks", result)
    return len(values) if isinstance(values, Sized) else 1


def write(call: HookCall) -> None:
    """Write a call to the log."""
    log.info(
        "hook=%s plugin=%s ms=%.1f results=%d%s",
        call.hook,
        call.plugin,
        call.milliseconds,
        call.results,
        f" failed={call.failed}" if call.failed else "",
    )


def switch_on() -> None:
    """Let the calls through to wherever the program logs, whatever else it leaves out."""
    log.setLevel(logging.INFO)


def read(value: Any, plugins: Iterable[str]) -> list[HookCall]:
    """The calls that another process tells of as JSON; whatever is none is left out.

    That process read a file that may have taken it over: nothing but the names known here gets into the log.
    """
    known = set(plugins)
    calls = []
    for row in value if isinstance(value, list) else []:
        match row:
            case [str(plugin), float(milliseconds), int(results)] if plugin in known:
                calls.append(HookCall(plugin, "kb_extract", milliseconds, results))
            case _:
                continue
    return calls
