"""What lies in the folders under one root, and which of it is people's files."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from kb import Item, NotFoundError
from kb_folder.walking import files_under, is_inside, stamp_of
from kb_folder.writing import Writing

LABEL = "フォルダー"
"""The name of the source, for people."""

#: Folders that other sources look through in their own way: rows of registers, mails.
_OF_OTHERS = frozenset({"registers", "mail"})


@dataclass(frozen=True, slots=True)
class Folder:
    """The source; ``root`` is the folder that holds the drop folders."""

    root: Path
    writing: Writing = field(default_factory=Writing)

    def items(self) -> Iterator[Item]:
        """The files in the folders under ``root``, in order of their names.

        A file that was written to a moment ago has no stamp: it is read, and looked at again next time.

        Raises:
            SourceError: ``root`` or a folder in it cannot be looked through.

        """
        for path in files_under(self.root, LABEL):
            hint, *below = path.relative_to(self.root).parts
            if not below or hint in _OF_OTHERS:
                continue  # a file beside the folders belongs to none of them
            try:
                status = path.stat()
            except FileNotFoundError:
                continue  # taken away while the folder was looked through
            # macOS delivers decomposed names (か + ゛); people and searches use the composed ones.
            name = unicodedata.normalize("NFC", path.name)
            yield Item(path.relative_to(self.root).as_posix(), name, hint, stamp=self._stamp(status))

    def read(self, item: str) -> BinaryIO:
        """Open a file under ``root`` by its relative path, once whoever writes to it has done so.

        Raises:
            NotFoundError: the path leads out of ``root``.
            OSError: the file cannot be opened, or is still being written.

        """
        path = self.root / item
        if not is_inside(path, self.root):
            raise NotFoundError(
                item, "取込元のフォルダーの外にあります。", "ファイルをフォルダーの中に置いてください。"
            )
        self.writing.wait_for(path)
        return path.open("rb")

    def _stamp(self, status: os.stat_result) -> str:
        return "" if self.writing.goes_on(status) else stamp_of(status)
