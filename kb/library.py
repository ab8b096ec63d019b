"""The one door to the knowledge base, used by the web pages, the command line and plugins."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from filelock import FileLock, Timeout

from kb.errors import BusyError, ConfigError, IndexBrokenError
from kb.ingest import indexer
from kb.ingest.intake import Intake, Outcome
from kb.ingest.reading import Origin
from kb.ingest.sandbox import extract
from kb.model import AccessClass, Config, Extraction, File, Item, Source
from kb.plugins import Plugins
from kb.reader import Reader, Watch, unwatched
from kb.search.home import IndexHome
from kb.search.index import Index
from kb.search.searcher import Searcher
from kb.search.thesaurus import Thesaurus
from kb.store.accounts import Accounts
from kb.store.audit import AuditLog
from kb.store.catalogue import Catalogue, Failure
from kb.store.database import open_database
from kb.store.originals import Originals
from kb.text.analyze import Analyzer

log = logging.getLogger(__name__)

Progress = Callable[[int], None]
"""Called with the number of documents finished since the last call."""

BY_HAND = "hand"
"""The source name of files that somebody named on the command line."""


def _quiet(_count: int) -> None:
    """Report progress to nobody."""


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


@dataclass(frozen=True, slots=True)
class Offer:
    """An item that a source has on offer."""

    source: Source
    item: Item


class Library:
    """Documents, their sections, and the index over them, in one data folder.

    Use it as a context manager, or call ``close``. Reading is safe from several threads; writing takes the folder's
    lock for as long as it lasts, so two processes never write at a time.
    """

    def __init__(self, config: Config, plugins: Plugins | None = None) -> None:
        self.config = config
        self.plugins = plugins or Plugins.load(config.disabled_plugins)
        self.content_types = self.plugins.content_types()
        self.sources = self.plugins.sources(config)
        self._database = open_database(config.store)
        self._catalogue = Catalogue(self._database)
        self.accounts = Accounts(self._database)
        self.audit = AuditLog(self._database)
        self._originals = Originals(config.store)
        self._lock = FileLock(config.store / "lock")
        self._analyzer = Analyzer()
        self._thesaurus = Thesaurus(self.plugins.thesaurus(), self._analyzer)
        self._home = IndexHome(config.search_index, config.engine, self._analyzer)
        self.catch_up()

    def close(self) -> None:
        """Let go of all files."""
        self._home.close()
        self._database.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------------- reading

    def reader(self, access: frozenset[AccessClass], watch: Watch = unwatched) -> Reader:
        """The library as somebody with these access classes may see it; ``watch`` is told of case studies they read."""
        return Reader(access, self._catalogue, self._originals, self.content_types, self._searcher, watch)

    def failures(self) -> list[Failure]:
        """Files that could not be taken in, and why."""
        return self._catalogue.failures()

    def _searcher(self) -> Searcher:
        return Searcher(self._home.index(), self._analyzer, self._thesaurus)

    # ------------------------------------------------------------------------------------------------- writing

    def offers(self) -> list[Offer]:
        """Everything that the sources have on offer now."""
        return [Offer(source, item) for source in self.sources for item in source.items()]

    def ingest_offers(self, offers: Iterable[Offer]) -> Iterator[Outcome]:
        """Take in what sources offer; yields one outcome for each, and indexes at the end.

        Raises:
            BusyError: another process is writing to this data folder.

        """
        with self._writing() as intake:
            for offer in offers:
                origin = Origin(offer.source.name, offer.item.id, offer.item.folder)
                yield intake.take(offer.item.name, partial(offer.source.read, offer.item.id), origin)

    def ingest_files(
        self, paths: Sequence[Path], content_type: str = "", access: AccessClass | None = None
    ) -> Iterator[Outcome]:
        """Take in files by name; yields one outcome for each, and indexes at the end.

        Raises:
            BusyError: another process is writing to this data folder.
            ConfigError: there is no such content type.

        """
        if content_type and content_type not in self.content_types:
            known = "、".join(f"{name}（{kind.label}）" for name, kind in self.content_types.items())
            raise ConfigError(content_type, "この名前の資料の種類はありません。", f"使える種類：{known}")
        with self._writing() as intake:
            for path in paths:
                origin = Origin(BY_HAND, str(path.absolute()), path.absolute().parent.name, content_type, access)
                yield intake.take(path.name, partial(_open, path), origin)

    def remove(self, document: str) -> None:
        """Forget a document; its original stays in the store."""
        with self._writing():
            self._catalogue.remove(document)

    def reread(self, progress: Progress = _quiet) -> list[Outcome]:
        """Read all originals again, after plugins or rules have changed."""
        outcomes = []
        with self._writing() as intake:
            for document in self._catalogue.documents(frozenset(AccessClass)):
                outcomes.append(intake.again(document))
                progress(1)
        return outcomes

    def reindex(self, progress: Progress = _quiet) -> int:
        """Make the index anew from the catalogue, beside the present one, and swap; returns the number of documents."""
        with self._locked():
            return self._rebuild(progress)

    def catch_up(self) -> None:
        """Index whatever is in the catalogue and not in the index; rebuild an index that cannot be used.

        While another process is writing, a usable index is used as it is: that process will bring it up to date.

        Raises:
            BusyError: there is no usable index, and another process is writing.

        """
        try:
            index = self._home.index()
        except IndexBrokenError as error:
            # An empty library has no index yet: nothing is lost, nothing takes long, nothing need be said.
            level = logging.WARNING if self._catalogue.versions() else logging.INFO
            log.log(level, "索引を作り直します。%s", error.reason)
            self.reindex()
            return
        if not self._catalogue.pending(1) and not indexer.differing(self._catalogue, index):
            return
        try:
            with self._locked():
                self._update(index)
        except BusyError:
            log.info("another process is writing: it will bring the index up to date")

    def _update(self, index: Index) -> None:
        indexer.drain(self._catalogue, index)
        indexer.fill(self._catalogue, index, indexer.differing(self._catalogue, index), _quiet)

    def _rebuild(self, progress: Progress) -> int:
        pending = self._catalogue.pending(1_000_000)
        documents = sorted(self._catalogue.versions())
        self._home.rebuild(lambda index: indexer.fill(self._catalogue, index, documents, progress))
        self._catalogue.done(pending)
        return len(documents)

    @contextmanager
    def _writing(self) -> Iterator[Intake]:
        """The intake, alone with the data folder; whatever has been taken in is indexed on the way out."""
        with self._locked():
            intake = Intake(self.config, self.plugins, self._catalogue, self._originals, self._extract)
            try:
                yield intake
            finally:
                indexer.drain(self._catalogue, self._home.index())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with self._lock.acquire(timeout=0):
                yield
        except Timeout as error:
            folder = str(self.config.documents)
            raise BusyError(
                folder, "別の kb が取り込み中です。", "終わるのを待って、もう一度実行してください。"
            ) from error

    def _extract(self, file: File) -> Extraction:
        return extract(file, self.plugins.extractors(), self.config)
