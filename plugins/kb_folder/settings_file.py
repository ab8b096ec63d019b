"""Settings of a source, which people keep in a TOML file in the data folder, and words for what is wrong in them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb import SourceError


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: whether a value can be used, and what is expected, in Japanese."""

    fits: Callable[[Any], bool]
    expected: str
    needed: bool = False


def one_of(*values: str) -> Key:
    """A setting that has one of a few values."""
    return Key(lambda value: value in values, "、".join(f'"{value}"' for value in values) + " のどれか")


def whole(least: int, most: int) -> Key:
    """A setting that is a whole number from ``least`` to ``most``."""
    # By its exact type: to Python, True is a whole number.
    return Key(lambda value: type(value) is int and least <= value <= most, f"{least}から{most}までの整数")


def text(expected: str, *, needed: bool = False) -> Key:
    """A setting that is words in quotation marks."""
    return Key(lambda value: isinstance(value, str) and bool(value.strip()), expected, needed)


SWITCH = Key(lambda value: isinstance(value, bool), "true か false")
"""A setting that is on or off."""
WORDS = Key(lambda value: isinstance(value, list) and all(isinstance(word, str) for word in value), "文字列の並び")
"""A setting that is a list of words."""


def read_settings(path: Path, source: str) -> Mapping[str, Any]:
    """What the file says; nothing if there is none.

    Raises:
        SourceError: it cannot be read, or is no TOML.

    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        fix = "UTF-8で保存し、読み取りの権限を確かめてください。"
        raise SourceError(source, f"{path.name} を読み取れません。", fix) from error
    except tomllib.TOMLDecodeError as error:
        reason = f"{path.name} の書き方に誤りがあります（{error}）。"
        raise SourceError(source, reason, "docs/sources.md の例と比べてください。") from error


def problems(table: object, keys: Mapping[str, Key]) -> Iterator[str]:
    """A Japanese sentence for each key that is unknown, missing, or has a value that cannot be used."""
    if not isinstance(table, dict):
        yield "「名前 = 値」の並びではありません。"
        return
    for name in table.keys() - keys.keys():
        yield f"{name} という項目はありません。使える項目：{'、'.join(keys)}。"
    for name, key in keys.items():
        if name in table and not key.fits(table[name]):
            yield f"{name} の値 {table[name]!r} は使えません。{key.expected}を書いてください。"
        elif key.needed and name not in table:
            yield f"{name} がありません。{key.expected}を書いてください。"
