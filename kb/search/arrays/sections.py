"""What an index keeps of each section besides its terms. The catalogue keeps the texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays.file import Arrays, named, part
from kb.search.arrays.packing import Integers
from kb.search.arrays.strings import Strings, pack_strings


@dataclass(frozen=True, slots=True)
class Record:
    """One section."""

    section: str
    document: str
    version: int
    day: int
    """Ordinal of the document's date; 0 if it has none."""
    body: int
    """How many terms the text has."""
    title: int
    """How many terms title and headings have."""


def to_arrays(records: Sequence[Record]) -> dict[str, NDArray[np.generic]]:
    """The arrays that ``Sections`` reads."""
    ids = [record.section.encode() for record in records]
    versions = {record.document: record.version for record in records}
    documents = sorted(versions)
    numbers = {document: number for number, document in enumerate(documents)}
    return {
        **named("ids.", pack_strings(ids)),
        "by_id": np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype="<u4"),
        **named("documents.", pack_strings([document.encode() for document in documents])),
        "versions": np.array([versions[document] for document in documents], dtype="<u4"),
        "document": np.array([numbers[record.document] for record in records], dtype="<u4"),
        **{name: np.array([getattr(record, name) for record in records], dtype="<u4") for name in _NUMBERS},
    }


_NUMBERS = ("day", "body", "title")


class Sections:
    """The sections of a segment by number."""

    def __init__(self, arrays: Arrays) -> None:
        self.ids = Strings(part(arrays, "ids."))
        self._by_id = arrays["by_id"]
        self._documents = Strings(part(arrays, "documents."))
        self._versions = arrays["versions"]
        self._document = arrays["document"]
        self.day: Integers = arrays["day"].astype(np.int64)
        """For each section the ordinal of its date; 0 if it has none."""
        self.lengths: Mapping[str, Integers] = {name: arrays[name].astype(np.int64) for name in ("body", "title")}
        """For each field, how many terms each section has in it."""

    def __len__(self) -> int:
        return len(self.day)

    def find(self, section: str) -> int:
        """The number of a section; -1 if it is not here."""
        wanted, low, high = section.encode(), 0, len(self)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.ids[int(self._by_id[middle])] < wanted else (low, middle)
        found = int(self._by_id[low]) if low < len(self) else -1
        return found if found >= 0 and self.ids[found] == wanted else -1

    def of_document(self, document: str) -> Integers:
        """The numbers of a document's sections."""
        number = self._documents.find(document.encode())
        return np.flatnonzero(self._document == number) if number >= 0 else np.empty(0, dtype=np.int64)

    def versions(self, without: Collection[int]) -> dict[str, int]:
        """The documents, with their versions, that have sections besides these."""
        present = np.unique(np.delete(self._document, list(without)))
        return {self._documents[n].decode(): int(self._versions[n]) for n in present.tolist()}

    def records(self, kept: Integers) -> list[Record]:
        """Some of them, as they were before they were written."""
        rows = zip(
            kept.tolist(),
            self._document[kept].tolist(),
            self.day[kept].tolist(),
            self.lengths["body"][kept].tolist(),
            self.lengths["title"][kept].tolist(),
            strict=True,
        )
        names = [name.decode() for name in self._documents]
        versions = self._versions.tolist()
        return [
            Record(self.ids[n].decode(), names[d], versions[d], day, body, title) for n, d, day, body, title in rows
        ]
