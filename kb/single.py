"""Single-file plugins: ``plugins/*.py`` in the data folder, for a first try without packaging anything.

They are code that runs with the rights of ``kb``, so they are taken from that one folder only, and only if they belong
to whoever runs ``kb`` (or root) and not everybody can write them. Packages in that folder are none of ours: those are
installed.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

from kb.errors import PluginError

FOLDER = "plugins"
"""The folder in the data folder."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

#: Of the names under which the modules are known to Python.
_PREFIX = "kb_single_"

_REMOVE = "直すか、ファイルを plugins/ の外に移してください。"


def found(folder: Path, disabled: Collection[str] = ()) -> Iterator[Path]:
    """The files that are plugins, in order of their names; hidden ones and ``_parts.py`` are not.

    Raises:
        PluginError: the folder lies elsewhere or can be written by anybody, or a file's name is no plugin's.

    """
    if folder.is_symlink():
        raise PluginError(
            FOLDER, "ほかの場所を指すリンクです。", "データのフォルダーの中にフォルダーを作ってください。"
        )
    files = sorted(path for path in folder.glob("*.py") if path.stem not in disabled and path.name[0] not in "._")
    if files:
        _check(FOLDER, folder, folder.stat())
    for path in files:
        if not _NAME.fullmatch(path.stem):
            fix = "英小文字で始まる、英小文字・数字・_ の名前にしてください。"
            raise PluginError(f"{FOLDER}/{path.name}", "プラグインの名前に使えないファイル名です。", fix)
        yield path


def load(path: Path) -> ModuleType:
    """The module in a file; the same one as long as the file has not changed.

    Raises:
        PluginError: the file lies elsewhere, others can write it, or it cannot be run.

    """
    try:
        if path.resolve().parent != path.parent.resolve():
            raise PluginError(_shown(path), "plugins/ の外を指すリンクです。", "ファイルそのものを置いてください。")
        with path.open("rb") as stream:
            _check(_shown(path), path, os.fstat(stream.fileno()))  # of what is read, not of what lies there by now
            source = stream.read()
    except OSError as error:
        raise PluginError(_shown(path), f"開けません（{error.strerror}）。", _REMOVE) from error
    return _run(str(path), source)


def is_single(module: object) -> bool:
    """Whether a module is a single file: it cannot be imported by its name."""
    return getattr(module, "__name__", "").startswith(_PREFIX)


@cache
def _run(path: str, source: bytes) -> ModuleType:
    # Run from its source: a compiled file beside it (__pycache__) may be somebody else's.
    stem = Path(path).stem
    module = ModuleType(f"{_PREFIX}{stem}")
    module.__file__ = path
    sys.modules[module.__name__] = module  # dataclasses and Flask look a module up by its name
    try:
        exec(compile(source, path, "exec"), vars(module))  # noqa: S102 - a plugin is code that the owner put there
    except Exception as error:
        sys.modules.pop(module.__name__)
        place = f"{error.lineno}行目、" if isinstance(error, SyntaxError) and error.lineno else ""
        reason = f"読み込めません（{place}{type(error).__name__}: {error}）。"
        raise PluginError(_shown(Path(path)), reason, _REMOVE) from error
    return module


def _check(what: str, path: Path, status: os.stat_result) -> None:
    if sys.platform == "win32":
        return  # no such bits there; folders of a user are that user's
    if status.st_mode & stat.S_IWOTH:
        raise PluginError(what, "誰でも書き換えられます。", f"「chmod o-w {path}」で直してください。")
    if status.st_uid not in {0, os.geteuid()}:
        fix = "kb を動かす利用者のファイルにしてください。"
        raise PluginError(what, "ほかの利用者のファイルです。", fix)


def _shown(path: Path) -> str:
    return f"{FOLDER}/{path.name}"
