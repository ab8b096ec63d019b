"""Rows as documents: which column names a row, which identifies it, and the page that it becomes."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from kb import ExtractionError
from kb_register.table import Cells

#: Names of columns, as ``_plain`` writes them, the better first.
_KEYS = ("管理番号", "事例番号", "受付番号", "整理番号", "登録番号", "番号", "id", "no", "no.")
_TITLES = ("件名", "題名", "タイトル", "事例名", "表題", "研修名", "名称", "テーマ", "title")
#: Characters of a column's name; longer ones are sentences above the table.
_LONGEST_LABEL = 40
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the names of its columns with what it says in them, empty ones left out."""

    fields: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """What the column of numbers says; empty if there is none."""
        return self._first(_KEYS)

    @property
    def title(self) -> str:
        """What the column of titles says, else the number, else the first thing it says."""
        return self._first(_TITLES) or self.key or self.fields[0][1]

    @property
    def file_name(self) -> str:
        """The title as the name of a file."""
        # A slash in a title is none of a path.
        line = " ".join(self.title.split()).replace("/", "／").replace("\\", "＼")
        return f"{line[:_LONGEST_NAME]}.html"

    @property
    def digest(self) -> str:
        """Changes with whatever the row says, and with nothing else."""
        return hashlib.sha256(repr(self.fields).encode()).hexdigest()

    @property
    def page(self) -> str:
        """The row as a web page of lines 項目：値, which every content type can read fields from."""
        lines = (f"<p>{escape(label)}：{_broken(value)}</p>" for label, value in self.fields)
        title = escape(" ".join(self.title.split()))
        head = f'<!DOCTYPE html>\n<html lang="ja"><head><meta charset="utf-8"><title>{title}</title></head>'
        return "\n".join((head, "<body>", f"<h1>{title}</h1>", *lines, "</body></html>", ""))

    def _first(self, names: Sequence[str]) -> str:
        found = {_plain(label): value for label, value in reversed(self.fields)}
        return next((found[name] for name in names if name in found), "")


def records(path: Path, sheets: Iterable[Sequence[Cells]]) -> Mapping[str, Record]:
    """All rows by their ids: the number of a row where that is its alone, else its content. Order does not matter.

    Raises:
        ExtractionError: there is no row that names the columns.

    """
    every = [record for sheet in sheets if sheet for record in _of_sheet(path, sheet)]
    times = Counter(record.key for record in dict.fromkeys(every))
    return {_id(record, alone=times[record.key] == 1): record for record in every}


def _id(record: Record, *, alone: bool) -> str:
    return record.key if record.key and alone else f"{record.key}~{record.digest[:16]}"


def _of_sheet(path: Path, rows: Sequence[Cells]) -> Iterator[Record]:
    place = next((place for place, row in enumerate(rows) if _names_columns(row)), None)
    if place is None:
        fix = "列の名前（番号、件名など）を一行に書いてください。"
        raise ExtractionError(path.name, "列の名前を書いた行がありません。", fix)
    labels = [" ".join(label.split()) for label in rows[place]]
    for row in rows[place + 1 :]:
        fields = tuple((label, value) for label, value in _paired(labels, row) if value)
        if fields and row != rows[place]:  # names of columns are repeated on each printed page
            yield Record(fields)


def _paired(labels: Sequence[str], row: Cells) -> Iterator[tuple[str, str]]:
    """Each cell with the name of its column; one without is called by its place."""
    for place, value in enumerate(row):
        name = labels[place] if place < len(labels) else ""
        yield name or f"{place + 1}列目", value


def _names_columns(row: Cells) -> bool:
    """Whether a row has several short, different cells; titles and remarks above a table stand alone."""
    cells = [cell for cell in row if cell]
    return len(cells) > 1 and len(set(cells)) == len(cells) and max(map(len, cells)) <= _LONGEST_LABEL


def _plain(label: str) -> str:
    return "".join(unicodedata.normalize("NFKC", label).split()).lower()


def _broken(value: str) -> str:
    return escape(value).replace("\n", "<br>")
