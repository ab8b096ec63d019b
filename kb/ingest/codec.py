"""An extraction as JSON bytes, and back. What comes back is checked: the process that wrote it read a hostile file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar, get_args

from kb.model import BBox, Block, BlockKind, Extraction

#: C0 and C1 controls but tab and line feed; lone surrogates (not encodable as UTF-8); noncharacters.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

T = TypeVar("T")

_KINDS = frozenset(get_args(BlockKind))
_PLAIN = {name: value for name, value in asdict(Block("")).items() if name != "text"}


def clean(text: str) -> str:
    """``text`` without what no database, index or page can hold."""
    return _UNSPEAKABLE.sub("", text)


def dump(extraction: Extraction) -> bytes:
    """The extraction as UTF-8 JSON; values that a block leaves at their defaults are left out."""
    blocks = [
        {name: value for name, value in asdict(block).items() if name == "text" or value != _PLAIN[name]}
        for block in extraction.blocks
    ]
    value = {
        "blocks": blocks,
        "media_type": extraction.media_type,
        "pages": extraction.pages,
        "metadata": dict(extraction.metadata),
        "warnings": list(extraction.warnings),
    }
    # surrogatepass: a lone surrogate out of a broken file reaches `clean` on the other side instead of failing here.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def load(data: bytes) -> Extraction:
    """The extraction that ``dump`` wrote.

    Raises:
        ValueError: that is not what ``dump`` writes.

    """
    return from_json(json.loads(data.decode("utf-8", "surrogatepass")))


def from_json(value: Any) -> Extraction:
    """The extraction in decoded JSON.

    Raises:
        ValueError: a value is missing, or is of another type than an extraction's.

    """
    try:
        return Extraction(
            blocks=tuple(_block(block) for block in value["blocks"]),
            media_type=_text(value["media_type"]),
            pages=_optional(int, value["pages"]),
            metadata={_text(name): _text(text) for name, text in _mapping(value["metadata"]).items()},
            warnings=tuple(_text(warning) for warning in value["warnings"]),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not an extraction: {error!r}") from error


def _block(value: Mapping[str, Any]) -> Block:
    given = _PLAIN | dict(value)
    if given["kind"] not in _KINDS or given.keys() - _PLAIN.keys() != {"text"}:
        raise ValueError("not a block")
    box = given["bbox"]
    return Block(
        text=_text(given["text"]),
        kind=given["kind"],
        level=_exactly(int, given["level"]),
        page=_optional(int, given["page"]),
        size=_optional(float, given["size"]),
        bbox=BBox(**{side: _exactly(float, place) for side, place in _mapping(box).items()}) if box else None,
        vertical=_exactly(bool, given["vertical"]),
        aside=_exactly(int, given["aside"]),
    )


def _text(value: Any) -> str:
    return clean(_exactly(str, value))


def _mapping(value: Any) -> dict[str, Any]:
    return _exactly(dict, value)


def _optional(kind: type[T], value: Any) -> T | None:
    return None if value is None else _exactly(kind, value)


def _exactly(kind: type[T], value: Any) -> T:
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise ValueError(f"{kind.__name__} expected")
    return value
