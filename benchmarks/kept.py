"""The figures in a file beside the page, so that each command replaces its own and leaves the other's alone.

python -m benchmarks.kept docs/benchmarks.md        the page and its chart once more, from the figures beside it
"""

from __future__ import annotations

import json
import sys
import types
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from benchmarks import chart, page
from benchmarks.figures import Kept


def write(where: Path, kept: Kept) -> None:
    """Write the figures, and from what is kept of them the page and its chart."""
    where.with_suffix(".json").write_text(json.dumps(_rounded(asdict(kept)), indent=1) + "\n", encoding="utf-8")
    kept = read(where)
    where.write_text(page.whole(kept, where.with_suffix(".svg").name), encoding="utf-8")
    if kept.search:
        where.with_suffix(".svg").write_text(chart.drawn(kept.search[1][-1]), encoding="utf-8")


def read(where: Path) -> Kept:
    """The figures of a page; none if there is no such page yet."""
    figures = where.with_suffix(".json")
    if not figures.exists():
        return Kept()
    found: Kept = _made(Kept, json.loads(figures.read_text(encoding="utf-8")))
    return found


def _rounded(value: Any) -> Any:
    """Five digits, which is more than can be measured."""
    match value:
        case float():
            return float(f"{value:.5g}")
        case dict():
            return {name: _rounded(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_rounded(inner) for inner in value]
        case _:
            return value


def _made(kind: Any, value: Any) -> Any:
    """A value of this type from what JSON has kept of it."""
    origin, inside = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{one.name: _made(hints[one.name], value[one.name]) for one in fields(kind)})  # type: ignore[operator] # a class
    if origin in {types.UnionType, Union}:
        return None if value is None else _made(next(one for one in inside if one is not type(None)), value)
    if origin is tuple:
        return tuple(_made(one, inner) for one, inner in zip(inside, value, strict=True))
    if isinstance(value, list):
        return [_made(inside[0], inner) for inner in value]
    if isinstance(value, dict):
        return {name: _made(inside[1], inner) for name, inner in value.items()}
    return value


if __name__ == "__main__":
    write(Path(sys.argv[1]), read(Path(sys.argv[1])))
