"""Taking files in: their bytes are kept for good, and a receipt says so. Reading them is the worker's."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Literal
from unicodedata import category

from kb.errors import ExtractionError, KbError
from kb.model import AccessClass, Document
from kb.store.catalogue import Catalogue, Failure
from kb.store.originals import Originals
from kb.store.register import Arrival, Receipt, Register

Status = Literal["added", "updated", "unchanged", "duplicate", "binned", "failed"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from, and what somebody says about it."""

    source: str
    uri: str = ""
    """What the source calls it; by default its content's hash, so that each content is a document of its own."""
    folder: str = ""
    content_type: str = ""
    """A content type that somebody chose; empty to find out."""
    access: AccessClass | None = None
    """An access class that somebody chose; None for the content type's own."""
    document: str = ""
    """The document whose new version it is to be; empty to tell by ``source`` and ``uri``."""
    held: bool = False
    """True if somebody wants to look at it before readers do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    name: str
    status: Status
    document: Document | None = None
    """The document it is now part of: for a duplicate the one that was there before."""
    sections: int = 0
    error: KbError | None = None


class Intake:
    """The way in; safe to use from several threads and processes at a time."""

    def __init__(self, catalogue: Catalogue, register: Register, originals: Originals, limit: int) -> None:
        """``limit`` is the largest size of a file in bytes."""
        self._catalogue = catalogue
        self._register = register
        self._originals = originals
        self._limit = limit

    def accept(self, name: str, stream: BinaryIO, origin: Origin, by: str) -> Receipt:
        """Keep a file. When this returns, it will be read and found, whatever happens to this process.

        Raises:
            ExtractionError: it is empty or larger than may be.
            NotFoundError: there is no document of the id that ``origin`` names.
            StorageError: the disk or the database does not take it: nothing has been acknowledged.

        """
        name = plain_name(name)
        with self._originals.holding(name, stream, self._limit) as stored:
            if not stored.size:
                fix = "元のソフトで開いて中身を確かめ、保存し直してください。"
                raise ExtractionError(name, "中身が空のファイルです（0バイト）。", fix)
            return self._register.accept(
                Arrival(
                    name,
                    stored.sha256,
                    stored.size,
                    origin.source,
                    origin.uri or stored.sha256,
                    origin.folder,
                    origin.content_type,
                    origin.access,
                    origin.document,
                    origin.held,
                    by,
                )
            )

    def take(self, name: str, open_file: Callable[[], BinaryIO], origin: Origin, by: str) -> Receipt | Outcome:
        """Accept a file that is still to be opened; one that cannot be is an outcome, and no concern of others."""
        try:
            with open_file() as stream:
                return self.accept(name, stream, origin, by)
        except OSError as error:
            reason = f"ファイルを開けません（{error.strerror or error}）。"
            return self._lost(name, origin, ExtractionError(name, reason, "ファイルの有無と権限を確かめてください。"))
        except ExtractionError as error:
            return self._lost(name, origin, error)

    def _lost(self, name: str, origin: Origin, error: ExtractionError) -> Outcome:
        self._catalogue.fail(Failure(origin.source, origin.uri or name, name, "", error.reason, error.fix))
        return Outcome(name, "failed", error=error)


#: Windows takes these for devices, whatever stands behind the first dot (Microsoft, "Naming Files, Paths").
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\s*(?:\.|$))", re.IGNORECASE)

#: Characters of a file's name that are kept, its extension included.
_LONGEST_NAME = 200


def plain_name(name: str) -> str:
    """A file's name as it can be shown, sent and saved.

    Without folders, line ends, and what turns the writing direction; and no device of Windows.
    """
    last = re.split(r"[\\/]", name)[-1]
    # Control characters, the invisible ones that make exe.txt of txt.exe, and Unicode's own line ends.
    plain = "".join(c for c in last if category(c)[0] != "C" and category(c) not in {"Zl", "Zp"}).strip(" .")
    if _DEVICE.match(plain):
        plain = f"_{plain}"
    stem, dot, suffix = plain.rpartition(".")
    if len(plain) > _LONGEST_NAME:
        plain = (
            f"{stem[: _LONGEST_NAME - len(suffix) - 1]}.{suffix}" if dot and len(suffix) < 10 else plain[:_LONGEST_NAME]
        )
    return plain or "名前のないファイル"
