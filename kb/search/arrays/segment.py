"""One segment: sections that were written together, in three files that never change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from kb.search.arrays import file
from kb.search.arrays.file import part
from kb.search.arrays.phrases import Phrases
from kb.search.arrays.sections import Sections
from kb.search.arrays.strings import Strings
from kb.search.arrays.terms import Terms

#: The fields, and whether positions are kept of them.
FIELDS: Mapping[str, bool] = MappingProxyType({"body": True, "title": True, "keyword": False, "phrase": False})


class Files(NamedTuple):
    """The files of a segment."""

    terms: Path
    sections: Path
    words: Path
    """What marking a snippet needs: read only for the sections that are shown."""


def files(folder: Path, name: str) -> Files:
    """Where a segment lies."""
    return Files(*(folder / f"{name}.{kind}" for kind in Files._fields))


class Segment:
    """A segment to read; its arrays are those of the files and must not be changed.

    The files are let go of when nobody uses any of the arrays any more.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Open a segment.

        Raises:
            FileNotFoundError: a newer state has taken its place.

        """
        found = files(folder, name)
        self.id = name
        arrays = file.read(found.terms)
        self._fields = {field: Terms(part(arrays, f"{field}.")) for field in FIELDS}
        self._words = Strings(file.read(found.words))
        self.sections = Sections(file.read(found.sections))
        self.phrases = Phrases(self._fields["phrase"], arrays["phrase.backwards"].view(np.uint32))

    def field(self, name: str) -> Terms:
        """The terms of a field."""
        return self._fields[name]

    def words(self, number: int) -> bytes:
        """The tokens of a section's text, as ``kb.text.words`` encodes them."""
        return self._words[number]
