"""Reading a file in a process of its own, with limits on time and memory: files are hostile until proven otherwise.

The child is a fresh interpreter (nothing inherited but the path of the file), leads a process group of its own, and
answers in JSON that is checked here. Whatever happens to it is an ``ExtractionError`` of this one file.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import IO, Any

from kb import tracing
from kb.errors import ExtractionError, KbError, PluginError, StorageError, one_line, told
from kb.ingest.child import KINDS, NO_ROOM
from kb.ingest.codec import from_json
from kb.model import Config, Extraction, File

log = logging.getLogger(__name__)

#: Environment variables that a Python process and the programs it calls need; nothing else (secrets!) is handed on.
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "HOME")

#: Bytes of the child's stderr that go into the log.
_TAIL = 4_000

_RETRY = "元のソフトで開いて保存し直し、もう一度取り込んでください。"


def extract(file: File, plugins: Sequence[tuple[str, str]], config: Config) -> Extraction:
    """Read ``file`` with the given plugins, in a child process.

    Args:
        file: the file, by the name people know it by.
        plugins: name and importable module (or single file) of each plugin that implements ``kb_extract``.
        config: says how long (``extract_seconds``) and how much memory (``extract_megabytes``) it may take.

    Raises:
        ExtractionError: the file cannot be read, takes too long or too much memory, or breaks the reading process; or
            no plugin knows its format.
        PluginError: a plugin broke down over it.
        StorageError: there is no room for temporary files: not the file's doing.

    """
    task = {
        "name": file.name,
        "path": str(file.path.absolute()),
        "plugins": [list(plugin) for plugin in plugins],
        "seconds": config.extract_seconds,
        "megabytes": config.extract_megabytes,
    }
    with _temporary() as answer, _temporary() as complaints:
        code = _run(file, json.dumps(task).encode(), answer, complaints, config.extract_seconds)
        if code == NO_ROOM:
            fix = "空き容量を確かめてください。読み取りは、空きができると続きます。"
            raise StorageError(gettempdir(), "一時ファイルを書けません（ディスクの空きがありません）。", fix)
        if code:
            log.warning("reading %r ended with %s: %s", file.name, code, _tail(complaints))
            raise _broken(file, code, config)
        said = _json(file, answer, config)
        if config.trace_hooks:
            for call in tracing.read(said.get("calls"), (name for name, _ in plugins)):
                tracing.write(call)
        return _understood(file, said, config)


def _temporary() -> IO[bytes]:
    with told(Path(gettempdir()), "一時ファイルを作れません"):
        return TemporaryFile()


def _run(file: File, task: bytes, answer: IO[bytes], complaints: IO[bytes], seconds: int) -> int:
    """Run the child to its end; its exit code, negative for a signal. Nothing of its process group is left behind."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # -P: without it, a json.py in the current folder would be imported in the place of Python's own.
    process = subprocess.Popen(
        [sys.executable, "-P", "-X", "utf8", "-m", "kb.ingest.child"],
        env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stdout=answer,
        stderr=complaints,
        start_new_session=True,
    )
    try:
        process.communicate(task, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise _too_slow(file, seconds) from error
    finally:
        _kill(process)
    return process.returncode


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):  # all gone already, as it should be
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _json(file: File, answer: IO[bytes], config: Config) -> dict[str, Any]:
    answer.seek(0, os.SEEK_END)
    if answer.tell() > config.extract_megabytes << 20:
        raise _too_big(file, config)
    answer.seek(0)
    try:
        value = json.loads(answer.read().decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise _nonsense(file) from error
    if not isinstance(value, dict):
        raise _nonsense(file)
    return value


def _understood(file: File, answer: dict[str, Any], config: Config) -> Extraction:
    if "unknown" in answer:
        raise ExtractionError(
            file.name,
            "この形式のファイルを読めるプラグインがありません。",
            "PDF、Word（docx）、テキストなどに変換して取り込んでください。",
        )
    if "memory" in answer:
        raise _too_big(file, config)
    if "error" in answer:
        raise _error(file, answer["error"])
    try:
        return from_json(answer.get("extraction"))
    except ValueError as error:
        raise _nonsense(file) from error


def _error(file: File, value: Any) -> KbError:
    try:
        kind, subject, reason, fix = map(str, value)
        found = KINDS[kind]
        return PluginError(subject, reason, fix, "kb_extract") if found is PluginError else found(subject, reason, fix)
    except (KeyError, TypeError, ValueError):
        return _nonsense(file)


def _too_slow(file: File, seconds: int) -> ExtractionError:
    return ExtractionError(
        file.name,
        f"{seconds}秒以内に読み取れませんでした。",
        "ファイルを分けるか、設定 extract_seconds を大きくしてください。",
    )


def _too_big(file: File, config: Config) -> ExtractionError:
    return ExtractionError(
        file.name,
        f"読み取りに使うメモリーが上限（{config.extract_megabytes} MiB）を超えました。",
        "ファイルを分けるか、設定 extract_megabytes を大きくしてください。",
    )


def _nonsense(file: File) -> ExtractionError:
    return ExtractionError(file.name, "読み取りの結果が壊れています。", _RETRY)


def _broken(file: File, code: int, config: Config) -> ExtractionError:
    if sys.platform != "win32" and code in {-signal.SIGXCPU, -signal.SIGALRM}:
        return _too_slow(file, config.extract_seconds)
    how = signal.Signals(-code).name if code < 0 else f"終了コード {code}"
    return ExtractionError(
        file.name, f"読み取りの途中で異常終了しました（{how}）。ファイルが壊れているようです。", _RETRY
    )


def _tail(complaints: IO[bytes]) -> str:
    """The end of what the child complained of; a file may have had a hand in it: no line passes for one of the log."""
    size = complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, size - _TAIL))
    lines = complaints.read().decode("utf-8", "replace").splitlines()
    return "".join(f"\n  | {one_line(line)}" for line in lines)
