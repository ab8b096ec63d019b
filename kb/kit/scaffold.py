"""``kb plugin new``: a package that works, passes its own tests, and is to be rewritten from there."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args

import kb
from kb.errors import ConfigError
from kb.hookapi import HOOK_API

Kind = Literal["content-type", "source", "view", "extractor"]

KINDS: tuple[Kind, ...] = get_args(Kind)

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NAME = 40

#: A label goes into Python, TOML, HTML and Markdown as it is.
_LABEL = re.compile(r"[^\"'\\`<>&{}|@\x00-\x1f\x7f]{1,40}")

#: Where the files of a skeleton go; ``NAME`` stands for the plugin's name.
_PLACES: Mapping[str, str] = {
    "module.py.txt": "NAME/__init__.py",
    "section.html.txt": "NAME/templates/NAME/section.html",
    "index.html.txt": "NAME/templates/NAME/index.html",
    "test_module.py.txt": "tests/test_NAME.py",
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "gitignore.txt": ".gitignore",
}


def create(name: str, kind: Kind, into: Path, label: str) -> Path:
    """Write the package ``into/name``; returns its folder.

    Raises:
        ConfigError: the name or the label cannot be used, or there is something at that place already.

    """
    _check(name, label)
    folder = into / name
    words = _words(name, kind, label)
    contents = {target: _filled(text, words) for target, text in _contents(name, kind)}
    try:
        folder.mkdir(parents=True)  # fails if there is anything: nothing is ever overwritten
    except FileExistsError as error:
        fix = "別の名前にするか、--into で別の場所を指定してください。"
        raise ConfigError(str(folder), "既にあります。上書きはしません。", fix) from error
    except OSError as error:
        raise ConfigError(
            str(folder), f"ここには作れません（{error.strerror}）。", "--into で場所を選んでください。"
        ) from error
    for target, text in contents.items():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _check(name: str, label: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME or keyword.iskeyword(name):
        fix = "英小文字で始まる、英小文字・数字・_ の40字までの名前にしてください（例：kb_minutes）。"
        raise ConfigError(name, "プラグインの名前に使えません。", fix)
    if name in sys.stdlib_module_names or name in {"kb", "tests"}:
        raise ConfigError(name, "ほかのモジュールの名前です。", "kb_ で始まる名前にしてください（例：kb_minutes）。")
    if find_spec(name) is not None:
        raise ConfigError(name, "同じ名前のパッケージが既に入っています。", "別の名前にしてください。")
    if not _LABEL.fullmatch(label) or not label.strip():
        raise ConfigError(label, "画面での名前に使えません。", "記号のない40字までの日本語にしてください。")


def _words(name: str, kind: Kind, label: str) -> Mapping[str, str]:
    return {
        "HOW": (_skeleton(kind) / "HOW.txt").read_text(encoding="utf-8").strip(),
        "NAME": name,
        "TYPE": name.removeprefix("kb_"),
        "DISTRIBUTION": name.replace("_", "-"),
        "KIND": kind,
        "LABEL": label,
        "API": HOOK_API,
        "KB": ".".join(kb.__version__.split(".")[:2]),
    }


def _contents(name: str, kind: Kind) -> Iterator[tuple[str, str]]:
    for folder in (_skeleton("common"), _skeleton(kind)):
        for file in folder.iterdir():
            if file.name in _PLACES:
                yield _PLACES[file.name].replace("NAME", name), file.read_text(encoding="utf-8")


def _skeleton(kind: str) -> Traversable:
    return files("kb.kit") / "skeletons" / kind


def _filled(text: str, words: Mapping[str, str]) -> str:
    for word, value in words.items():  # HOW first: it has words in it
        text = text.replace(f"@{word}@", value)
    return text
