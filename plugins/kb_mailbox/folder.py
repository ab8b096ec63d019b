"""The folder of saved mails; a mail that lies in it twice is one document."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from kb import ExtractionError, Item, SourceError
from kb_folder.walking import files_under, stamp_of
from kb_folder.writing import Writing
from kb_mailbox.identity import message_id
from kb_mailbox.settings import LABEL

FOLDER = "mail"
"""Where the mails lie in ``documents/``."""

#: Bytes in which the head of a mail ends; long ones have received lines of many servers.
_HEAD = 256 << 10
#: Mails whose ids are kept at hand.
_AT_HAND = 1 << 16


@dataclass(slots=True)
class MailFolder:
    """The source; ``documents`` is the folder that holds the folder of mails."""

    documents: Path
    writing: Writing = field(default_factory=Writing)
    _places: dict[str, Path] = field(default_factory=dict)
    """Where the mails were at the last look, to be read by their ids."""

    def items(self) -> list[Item]:
        """The mails, each once, in order of their file names.

        Raises:
            SourceError: a folder or a mail cannot be read.

        """
        found: dict[str, Item] = {}
        places: dict[str, Path] = {}
        for path in self._files():
            item = self._item(path)
            if item is not None and item.id not in found:
                found[item.id], places[item.id] = item, path
        self._places = places
        return list(found.values())

    def read(self, item: str) -> BinaryIO:
        """Open a mail by its id.

        Raises:
            ExtractionError: it is not there any more.
            OSError: it cannot be opened.

        """
        if item not in self._places:
            self.items()
        if item not in self._places:
            raise ExtractionError(item, "メールがもうありません。", "フォルダーを確かめてください。")
        return self._places[item].open("rb")

    def _files(self) -> Iterator[Path]:
        folder = self.documents / FOLDER
        if not self.documents.is_dir() or folder.is_dir():
            yield from (path for path in files_under(folder, LABEL) if path.suffix.lower() == ".eml")

    def _item(self, path: Path) -> Item | None:
        try:
            stamp = stamp_of(self.writing.wait_for(path))
            identity = _identity(path, stamp)
        except FileNotFoundError:
            return None  # taken away while the folder was looked through
        except OSError as error:
            reason = f"{path.name} を読み取れません（{error.strerror or error}）。"
            raise SourceError(LABEL, reason, "読み取りの権限を確かめてください。") from error
        hint, *below = path.relative_to(self.documents / FOLDER).parts
        return Item(identity, unicodedata.normalize("NFC", path.name), hint if below else "", stamp)


@lru_cache(maxsize=_AT_HAND)
def _identity(path: Path, _stamp: str) -> str:
    """The Message-ID, else the hash of the content; as often as the stamp is the same, from memory."""
    with path.open("rb") as stream:
        found = message_id(stream.read(_HEAD))
        stream.seek(0)
        return found or hashlib.file_digest(stream, "sha256").hexdigest()
