"""What a cover calls its parts: 研修名, 日　時, 【講師】 … and what stands beside or below such a label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb import Block

# fmt: off - one row for each part of a cover
LABELS: Mapping[str, tuple[str, ...]] = {
    "course": ("研修名", "研修会名", "研修の名称", "講座名", "事業名", "コース名", "コース", "名称"),
    "topic": ("テーマ", "研修テーマ", "講義テーマ", "主題", "演題", "講義名", "科目名", "科目", "講義"),
    "lecturer": ("講師", "講師名", "担当講師", "講演", "登壇者", "登壇", "報告者", "発表者", "ファシリテーター"),
    "date": ("日時", "開催日時", "開催日", "期日", "実施日", "実施日時", "研修日", "開講日", "とき"),
    "audience": ("対象", "対象者", "受講対象", "受講対象者", "参加対象", "受講者"),
    "programme": (
        "プログラム",
        "次第",
        "カリキュラム",
        "時間割",
        "日程表",
        "日程",
        "スケジュール",
        "当日の流れ",
        "本日の流れ",
        "本日のプログラム",
        "本日の内容",
        "研修内容",
    ),
    "year": ("年度", "実施年度", "開催年度"),
    "other": (
        "会場",
        "場所",
        "ところ",
        "主催",
        "共催",
        "後援",
        "定員",
        "参加費",
        "受講料",
        "申込",
        "持ち物",
        "作成",
        "発行",
        "問合せ",
        "問い合わせ",
        "目的",
        "ねらい",
        "到達目標",
    ),
}
"""Field names and the labels that announce them; ``other`` ends what came before."""
# fmt: on

_FIELD_OF = {label: field for field, labels in LABELS.items() for label in labels}
_SPACE = r"[ \t　]*"
#: Labels are spread to one width in print: 講　師.
_LABEL = "|".join(_SPACE.join(label) for label in sorted(_FIELD_OF, key=len, reverse=True))
_BEFORE = r"[■□●○◆◇◎▼▽▶・※＊*【〔［\[（(〈《<]*"
_AFTER = r"[】〕］\]）)〉》>]"
_LABELLED = re.compile(
    rf"(?:^|(?<=[ 　\n])){_BEFORE}{_SPACE}(?P<label>{_LABEL}){_SPACE}"
    rf"(?:{_AFTER}{_SPACE}[:：]?|[:：／]|(?:　|[ ]{{2,}}|\t)(?=\S)|$)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and what belongs to it."""

    field: str
    value: str
    """In one line; empty if nothing stands beside the label."""
    place: int
    """The position of its block."""


def entries(blocks: Sequence[Block]) -> Iterator[Entry]:
    """The labelled entries of a cover in reading order; what stands alone below a label is its value."""
    found = [entry for place, block in enumerate(blocks) for entry in _of_block(block, place)]
    labelled = {entry.place for entry in found}
    for entry in found:
        following = entry.place + 1
        below = following < len(blocks) and following not in labelled and blocks[following].kind != "table"
        value = entry.value or (_one_line(blocks[following].text) if below else "")
        yield Entry(entry.field, value, entry.place)


def _of_block(block: Block, place: int) -> Iterator[Entry]:
    if block.kind == "table":
        yield from _of_row(block.text.split("\t"), place)
        return
    found = list(_LABELLED.finditer(block.text))
    for number, label in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(block.text)
        value = block.text[label.end() : end]
        # 日時 takes its line, 講師 the lines below it too: two lecturers are two lines.
        yield Entry(field_of(label["label"]), value.strip(" \t　\n"), place)


def _of_row(cells: Sequence[str], place: int) -> Iterator[Entry]:
    """Labels and values side by side, once or several times in a row."""
    for cell, value in zip(cells, [*cells[1:], ""], strict=True):
        if (field := field_of(cell)) and value.strip() and not field_of(value):
            yield Entry(field, value.strip(), place)


def field_of(label: str) -> str:
    """The field that a label announces; empty if it is none."""
    return _FIELD_OF.get(re.sub(rf"[ \t　:：■□●○◆◇◎▼▽▶・※]|^{_BEFORE}|{_AFTER}", "", label), "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
