"""Taking files in: keep the original, read it, and put what was read into the catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

from kb.errors import ExtractionError, KbError, PluginError
from kb.ingest.reading import Origin, Reading, read
from kb.model import Config, Document, Extraction, File
from kb.plugins import Plugins
from kb.store.catalogue import Catalogue, Failure
from kb.store.originals import Originals, Stored

Status = Literal["added", "updated", "unchanged", "duplicate", "failed"]


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
    """The way into the catalogue. Only one process at a time may use one on the same data folder."""

    def __init__(
        self,
        config: Config,
        plugins: Plugins,
        catalogue: Catalogue,
        originals: Originals,
        extract: Callable[[File], Extraction],
    ) -> None:
        self._config = config
        self._plugins = plugins
        self._catalogue = catalogue
        self._originals = originals
        self._extract = extract

    def take(self, name: str, open_file: Callable[[], BinaryIO], origin: Origin) -> Outcome:
        """Take one file in. Taking the same file in twice changes nothing.

        A file that cannot be read is a result (``failed`` with its reason), not an exception: its original is kept, and
        the files after it are not its concern.
        """
        try:
            with open_file() as stream:
                stored = self._originals.put(name, stream, self._config.max_file_megabytes << 20)
        except OSError as error:
            reason = f"ファイルを開けません（{error.strerror or error}）。"
            return self._failed(
                name, origin, "", ExtractionError(name, reason, "ファイルの有無と権限を確かめてください。")
            )
        except ExtractionError as error:
            return self._failed(name, origin, "", error)
        return self._settled(name, stored, origin) or self._read(name, stored, origin)

    def again(self, document: Document) -> Outcome:
        """Read a document's original once more, after plugins or rules have changed."""
        origin = Origin(document.source, document.uri, "", document.type, document.access)
        try:
            stored = Stored(document.sha256, 0, self._originals.path(document.sha256))
        except KbError as error:
            return Outcome(document.file_name, "failed", document, error=error)
        return self._read(document.file_name, stored, origin, document)

    def _settled(self, name: str, stored: Stored, origin: Origin) -> Outcome | None:
        """The outcome, if this content is already known."""
        before = self._catalogue.by_origin(origin.source, origin.uri)
        if before and before.sha256 == stored.sha256 and not _rearranged(before, origin):
            return Outcome(name, "unchanged", before)
        twin = self._catalogue.by_sha256(stored.sha256)
        if twin and not before:
            return Outcome(name, "duplicate", twin)
        return None

    def _read(self, name: str, stored: Stored, origin: Origin, known: Document | None = None) -> Outcome:
        before = known or self._catalogue.by_origin(origin.source, origin.uri)
        identity = (
            replace(before, sha256=stored.sha256, version=before.version + 1) if before else self._new(stored, origin)
        )
        try:
            reading = read(File(name, stored.path), identity, origin, self._plugins, self._extract)
        except (ExtractionError, PluginError) as error:
            return self._failed(name, origin, stored.sha256, error)
        self._save(reading)
        return Outcome(name, "updated" if before else "added", reading.document, len(reading.sections))

    def _new(self, stored: Stored, origin: Origin) -> Document:
        """A document without a past. Its id derives from its content, so that two data folders agree on it."""
        identity = stored.sha256[:12]
        if identity in self._catalogue.versions():  # that content has since been replaced by a newer version
            identity = hashlib.sha256(f"{stored.sha256}\x1f{origin.source}\x1f{origin.uri}".encode()).hexdigest()[:12]
        return Document(identity, type="", title=origin.uri, file_name=origin.uri, sha256=stored.sha256)

    def _save(self, reading: Reading) -> None:
        self._catalogue.save(reading.document, reading.sections, reading.annotations)

    def _failed(self, name: str, origin: Origin, sha256: str, error: KbError) -> Outcome:
        self._catalogue.fail(Failure(origin.source, origin.uri, name, sha256, error.reason, error.fix))
        return Outcome(name, "failed", error=error)


def _rearranged(before: Document, origin: Origin) -> bool:
    """True if somebody now chooses another type or access class for a file that has not changed."""
    other_type = bool(origin.content_type) and origin.content_type != before.type
    other_access = origin.access is not None and origin.access != before.access
    return other_type or other_access
