"""The folder of registers: which tables there are, and which rows they have."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from kb import ExtractionError, Item, SourceError
from kb_folder.walking import files_under, stamp_of
from kb_folder.writing import Writing
from kb_register.records import Record, records
from kb_register.table import OLD, READABLE, read_table

LABEL = "台帳"
"""The name of the source, for people."""
FOLDER = "registers"
"""Where the registers lie in ``documents/``."""

#: The word in ASCII that the name of a register begins with: ``cases`` of ``cases_令和6年度.xlsx``.
_HINT = re.compile(r"[A-Za-z]+(?:[_-][A-Za-z]+)*")
#: Registers whose rows are kept at hand: reading all rows of one opens it once, not once for each.
_AT_HAND = 4


@dataclass(frozen=True, slots=True)
class Registers:
    """The source; ``documents`` is the folder that holds the folder of registers."""

    documents: Path
    writing: Writing = field(default_factory=Writing)

    def items(self) -> Iterator[Item]:
        """The rows of all registers, in order.

        Raises:
            SourceError: ``documents`` cannot be looked through, or (after all other rows) registers cannot be read.

        """
        problems: list[ExtractionError] = []
        for path in self._files():
            try:
                hint, found = self._hint(path), self._records(path)
            except ExtractionError as error:
                problems.append(error)
                continue
            for key, record in found.items():
                yield Item(f"{self._name(path)}#{key}", record.file_name, hint, stamp=record.digest)
        if problems:
            raise SourceError(LABEL, "".join(f"{p.subject}：{p.reason}" for p in problems), problems[0].fix)

    def read(self, item: str) -> BinaryIO:
        """One row as a small page.

        Raises:
            ExtractionError: its register cannot be read, or has no such row any more.

        """
        for path in self._files():
            name = self._name(path)
            record = self._records(path).get(item.removeprefix(f"{name}#")) if item.startswith(f"{name}#") else None
            if record:
                return io.BytesIO(record.page.encode())
        raise ExtractionError(item, "台帳にこの行がもうありません。", "台帳を確かめてください。")

    def _files(self) -> Iterator[Path]:
        folder = self.documents / FOLDER
        if not self.documents.is_dir() or folder.is_dir():
            yield from (path for path in files_under(folder, LABEL) if path.suffix.lower() in READABLE | OLD)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.documents / FOLDER).as_posix()

    def _hint(self, path: Path) -> str:
        first, *below = path.relative_to(self.documents / FOLDER).parts
        word = _HINT.match(path.stem)
        if below:
            return first
        if word:
            return word.group()
        # Without a type they would be general material, which is public: not what a register of cases should become.
        fix = "ファイル名の初めに種類（cases など）を付けるか、種類の名前のフォルダーに入れてください。"
        raise ExtractionError(path.name, "台帳の種類が分かりません。", fix)

    def _records(self, path: Path) -> Mapping[str, Record]:
        try:
            status = self.writing.wait_for(path)
        except OSError as error:
            reason = f"開けません（{error.strerror or error}）。"
            raise ExtractionError(self._name(path), reason, "ファイルの有無と権限を確かめてください。") from error
        return _read(path, stamp_of(status))


@lru_cache(maxsize=_AT_HAND)
def _read(path: Path, _stamp: str) -> Mapping[str, Record]:
    """The rows of a register by their ids; as often as the stamp is the same, from memory."""
    return records(path, read_table(path))
