"""One case on a form: the boxes at its head, and its parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kb import Block, BlockKind
from kb_cases.names import box_of, is_sure, part_of

BASICS = "基本情報"
"""The heading of what stands above the first part."""

_LONGEST_TITLE = 80
_LABELLED = re.compile(r"^(?P<label>[^:：\n]{1,24})[:：][ 　]*(?P<value>.*)$", re.DOTALL)
#: Several boxes in one line: 区分：個別支援　　年代：70代.
_SEVERAL = re.compile(r"[ 　]{2,}|　(?=[^:：　\s]{1,10}[:：])|\n")

#: Words of a title that say only what sort of paper it is.
_SHEET = re.compile(
    r"^[\W_]*(?:支援)?(?:事例|ケース)(?:シート|票|記録|報告書?|様式|検討(?:シート|資料))?(?:（.*）|\(.*\))?[\W_]*$"
)


@dataclass(slots=True)
class Part:
    """One part of a form; lives no longer than the reading of it."""

    name: str
    """Its standard name; empty for a part that only this form has."""
    heading: str
    level: int = 1
    page: int | None = None
    blocks: list[Block] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was filled in."""

    title: str
    boxes: Mapping[str, str]
    """What stands in its boxes, by their names; of a name that comes twice the first."""
    parts: tuple[Part, ...]

    @property
    def known(self) -> list[str]:
        """The standard names of its parts."""
        return list(dict.fromkeys(part.name for part in self.parts if part.name))

    def text_of(self, *names: str) -> str:
        """All that the parts of these names say."""
        return "\n".join(part.text for part in self.parts if part.name in names)


def read_form(blocks: Iterable[Block]) -> Form:
    """Read a form, whatever it is made of: headings, tables of two columns, labels in brackets or before a colon."""
    readable = [block for block in blocks if block.kind != "furniture" and block.text.strip()]
    title, rest = _titled(readable)
    parts: list[Part] = []
    for block in rest:
        _place(block, parts)
    boxes: dict[str, str] = {}
    for box, value in _boxes(rest):
        boxes.setdefault(box, value)
    return Form(boxes.get("title") or title, boxes, tuple(part for part in parts if part.blocks or part.name))


def _titled(blocks: Sequence[Block]) -> tuple[str, Sequence[Block]]:
    """The first line, if it is a title. Below one that says only what sort of paper it is, stands the case's own."""
    for place, block in enumerate(blocks[:2]):
        text = " ".join(block.text.split())
        is_title = block.kind != "table" and "。" not in text and len(text) <= _LONGEST_TITLE
        if not is_title or part_of(text) or _LABELLED.match(text):
            return "", blocks[place:]
        if not _SHEET.match(text):
            return text, blocks[place + 1 :]
    return "", blocks[2:]


def _place(block: Block, parts: list[Part]) -> None:
    """Add a block to the part that it belongs to, opening a new one where one begins."""
    opened = _opening(block, parts)
    if opened:
        parts.append(opened)
        return
    if not parts:
        parts.append(Part(BASICS, BASICS, page=block.page))
    parts[-1].blocks.append(block)


def _opening(block: Block, parts: Sequence[Part]) -> Part | None:
    """The part that a block begins, with what stands beside its name; None if it begins none."""
    if block.kind == "heading":
        return None if _lies_within(block, parts) else _part(block.text, block)
    if block.kind == "table":
        return _opening_row(block, parts)
    text = block.text.strip()
    labelled = _LABELLED.match(text)
    if part_of(text) and not text.startswith("・"):
        return _part(text, block)
    if labelled and is_sure(labelled["label"]) and not _is_open(part_of(labelled["label"]), parts):
        return _part(labelled["label"], block, labelled["value"])
    return None


def _lies_within(heading: Block, parts: Sequence[Part]) -> bool:
    """Whether a heading belongs to the part above it: it is deeper, and names no part of its own."""
    inside = bool(parts) and bool(parts[-1].name) and parts[-1].name != BASICS
    return inside and heading.level > parts[-1].level and not is_sure(heading.text)


def _part(name: str, block: Block, beside: str = "", kind: BlockKind = "paragraph") -> Part:
    """A part that is called so, with what stands beside its name."""
    blocks = [Block(beside, kind, page=block.page)] if beside.strip() else []
    return Part(part_of(name), _heading(name), max(block.level, 1), block.page, blocks)


def _opening_row(block: Block, parts: Sequence[Part]) -> Part | None:
    """A row with the part's name in its first cell, and what it says in the others (the first entry of a record)."""
    label, *cells = block.text.split("\t")
    values = [cell for cell in cells if cell.strip()]
    name = part_of(label)
    names_others = any(part_of(value) or box_of(value) for value in values)
    if not name or names_others or _is_open(name, parts) or (len(values) > 1 and not is_sure(label)):
        return None
    return _part(label, block, "\t".join(values), "table" if len(values) > 1 else "paragraph")


def _is_open(name: str, parts: Sequence[Part]) -> bool:
    return any(part.name == name for part in parts)


def _heading(text: str) -> str:
    """A heading without the marks around it."""
    return re.sub(r"^[■□●○◆◇◎▼【〔［\[《<・※\s]+|[】〕］\]》>：:\s]+$", "", " ".join(text.split()))


# ------------------------------------------------------------------------------------------------------------ boxes


def _boxes(blocks: Sequence[Block]) -> Iterator[tuple[str, str]]:
    """The boxes that have something in them: beside the label in a row, or behind a colon."""
    for place, block in enumerate(blocks):
        if block.kind == "table":
            below = blocks[place + 1] if place + 1 < len(blocks) else None
            yield from _of_row(block.text.split("\t"), below)
        else:
            for piece in _SEVERAL.split(block.text):
                labelled = _LABELLED.match(piece.strip())
                if labelled and (box := box_of(labelled["label"])) and labelled["value"].strip():
                    yield box, labelled["value"].strip()


def _of_row(cells: Sequence[str], below: Block | None) -> Iterator[tuple[str, str]]:
    names = [box_of(cell) for cell in cells]
    if len(cells) > 1 and all(names) and below is not None and below.kind == "table":
        yield from ((n, v.strip()) for n, v in zip(names, below.text.split("\t"), strict=False) if v.strip())
        return
    for name, cell, value in zip(names, cells, [*cells[1:], ""], strict=True):
        if name and value.strip() and not box_of(value):
            yield name, value.strip()
        elif (labelled := _LABELLED.match(cell)) and (box := box_of(labelled["label"])) and labelled["value"].strip():
            yield box, labelled["value"].strip()
