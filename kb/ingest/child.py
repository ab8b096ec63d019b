"""The reading process: reads one file with the plugins it is told to load, writes the result, and ends.

Started by ``kb.ingest.sandbox`` as ``python -m kb.ingest.child``, with a JSON task on stdin and a JSON answer on
stdout. Nothing in here decides anything: whatever goes wrong is written down for the parent, which words it.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from kb.errors import ExtractionError, KbError, PluginError
from kb.ingest.codec import dump
from kb.model import File
from kb.plugins import Plugins, load_module
from kb.tracing import HookCall

NO_ROOM = 74
"""The exit code when the disk is full (EX_IOERR of sysexits.h): not the file's doing."""

KINDS = {kind.__name__: kind for kind in (ExtractionError, PluginError)}
"""The errors that cross the border between the processes."""


def main() -> None:
    """Read the task, set the limits, read the file, write the answer."""
    task = json.load(sys.stdin)
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a plugin that prints must not write into the answer
    try:
        with answer:
            answer.write(_answer(task))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os._exit(NO_ROOM)  # whatever is still to be flushed would only fail again


def _answer(task: dict[str, Any]) -> bytes:
    calls: list[HookCall] = []
    try:
        plugins = Plugins({name: load_module(where) for name, where in task["plugins"]}, trace=calls.append)
        _limit(task["seconds"], task["megabytes"])
        extraction = plugins.extract(File(task["name"], Path(task["path"])))
        traced = json.dumps([[c.plugin, c.milliseconds, c.results] for c in calls]).encode()
        if extraction is None:
            return b'{"unknown": true}'
        return b'{"extraction": ' + dump(extraction) + b', "calls": ' + traced + b"}"
    except KbError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.ENOSPC:
            raise error.__cause__ from None  # a plugin's temporary file
        kind = type(error).__name__ if type(error).__name__ in KINDS else ExtractionError.__name__
        return json.dumps({"error": [kind, error.subject, error.reason, error.fix]}).encode()
    except MemoryError:
        return b'{"memory": true}'


def _limit(seconds: int, megabytes: int) -> None:
    """Bound what the file may cost from now on; what has been loaded so far is not the file's doing."""
    if sys.platform == "win32":
        return  # no such limits there: the parent's deadline is the only one
    import resource  # noqa: PLC0415 - Unix only

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if _has_proc() else 0
    space = used + (megabytes << 20)
    for what, most in (
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_CPU, seconds + 1),
        (resource.RLIMIT_FSIZE, megabytes << 20),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)  # noqa: PLW2901
        resource.setrlimit(what, (most, most))
    # Should the parent be killed, this process still ends.
    signal.alarm(seconds + 5)


def _has_proc() -> bool:
    return Path("/proc/self/statm").exists()


if __name__ == "__main__":
    main()
