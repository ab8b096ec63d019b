"""The one door to the knowledge base, used by the web pages, the command line and plugins."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from io import SEEK_END
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from types import TracebackType
from typing import BinaryIO, Self

from filelock import FileLock, Timeout

from kb import memory
from kb.desk import Desk
from kb.errors import (
    BusyError,
    ConfigError,
    ExtractionError,
    ForbiddenError,
    IndexBrokenError,
    KbError,
    NotFoundError,
    QuotaError,
    StorageError,
)
from kb.ingest import indexer
from kb.ingest.intake import Intake
from kb.ingest.intake import Origin as Origin
from kb.ingest.intake import Outcome as Outcome
from kb.ingest.reading import Means, annotated, numbered
from kb.ingest.review import Reviewed
from kb.ingest.rounds import Rounds
from kb.ingest.sandbox import extract
from kb.ingest.worker import Progress, Worker, quiet
from kb.lexicon import Lexicon, used
from kb.model import OPERATOR, AccessClass, Actor, Config, Document, Extraction, File, Item, Section, Source, Synonyms
from kb.plugins import Plugins
from kb.reader import Reader, Watch, unwatched
from kb.search.home import IndexHome
from kb.search.index import Index
from kb.search.searcher import Searcher
from kb.search.thesaurus import Thesaurus
from kb.store.catalogue import Catalogue, Content, Failure
from kb.store.register import Receipt as Receipt
from kb.store.rows import now
from kb.store.sources import Listed
from kb.store.sources import Run as Run
from kb.store.store import Store
from kb.text.analyze import Analyzer

log = logging.getLogger(__name__)

BY_HAND = "hand"
"""The source name of files that somebody named on the command line."""

#: A document's revision when it has been read for the first time: it is 1 from its acceptance on.
_FIRST_REVISION = 2

#: How often index and catalogue are compared, the bin is emptied and the store swept, in seconds.
_TIDY_SECONDS = 3600.0

#: Longest wait until the worker tries again when the disk is full, in seconds.
_LONGEST_WAIT = 5.0

#: The time that a quota is for.
QUOTA_TIME = timedelta(hours=24)

#: How often somebody who waits for another process looks whether it is done, in seconds.
_GLANCE = 0.1

#: Glances between looking whether a source is due.
_GLANCES = 10


def _rest(seconds: float, stop: Callable[[], bool]) -> None:
    end = monotonic() + seconds
    while monotonic() < end and not stop():
        sleep(_GLANCE)


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


@contextmanager
def _logged() -> Iterator[None]:
    """A full disk, say, is no end of watching: what was listed is listed again the next time."""
    try:
        yield
    except KbError as error:
        log.error("the sources could not be looked through: %s", error)  # noqa: TRY400 - the error says it all


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

    def __init__(self, config: Config, plugins: Plugins | None = None, *, catching_up: bool = True) -> None:
        """``catching_up``: whether to see to the index first; a process that only answers leaves that to others."""
        self.config = config
        self.plugins = plugins or Plugins.of(config)
        self.content_types = self.plugins.content_types()
        self.kinds = self.plugins.kinds(config)
        self.sources = self.plugins.sources(config)
        self.store = Store(config.store, config.database)
        self.accounts = self.store.accounts
        self.audit = self.store.audit
        self._lock = FileLock(config.store / "lock")
        self._analyzer = Analyzer()
        self._synonyms = self.plugins.thesaurus()
        self._thesaurus: tuple[int, Thesaurus] = (-1, Thesaurus((), self._analyzer))
        self._home = IndexHome(config.search_index, config.engine, self._analyzer, config.cache_megabytes << 20)
        limit = config.max_file_megabytes << 20
        self._intake = Intake(self.store.catalogue, self.store.register, self.store.originals, limit)
        self._means = Means(self.plugins, config, self._extract)
        self._worker = Worker(self._means, self.store, self._home)
        self._rounds = Rounds(self.sources, self._intake, self.store)
        if catching_up:
            self.catch_up()

    def close(self) -> None:
        """Let go of all files."""
        self._home.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------------- reading

    def reader(self, access: frozenset[AccessClass], watch: Watch = unwatched) -> Reader:
        """The library as somebody with these access classes may see it; ``watch`` is told of case studies they read."""
        return self._reader(access, watch=watch)

    def _reader(
        self,
        access: frozenset[AccessClass],
        catalogue: Catalogue | None = None,
        thesaurus: Thesaurus | None = None,
        watch: Watch = unwatched,
    ) -> Reader:
        """With another catalogue than that of readers, or another thesaurus than the present one."""
        searcher = partial(self._searcher, thesaurus) if thesaurus else self._searcher
        originals, known = self.store.originals, catalogue or self.store.catalogue
        return Reader(access, known, originals, self.content_types, self.kinds, searcher, watch)

    def desk(self, actor: Actor) -> Desk:
        """Where staff handle documents.

        Raises:
            ForbiddenError: this person may not, or nobody may: in safe mode.

        """
        self._check_changeable()
        drafts = self._reader(actor.access, self.store.drafts)
        return Desk(actor, self.store, drafts, self._means)

    def lexicon(self, actor: Actor) -> Lexicon:
        """The thesaurus, for staff to edit.

        Raises:
            ForbiddenError: this person may not.

        """
        store = self.store

        def reader_with(entries: Sequence[Synonyms]) -> Reader:
            return self._reader(actor.access, thesaurus=Thesaurus(entries, self._analyzer))

        def expected() -> list[tuple[str, str]]:
            return [(one.query, one.section) for one in store.searches.expectations()]

        return Lexicon(actor, store.lexicon, self._synonyms, self._analyzer, reader_with, expected)

    def failures(self) -> list[Failure]:
        """Files that could not be taken in, and why."""
        return self.store.catalogue.failures()

    def index(self) -> Index:
        """The index itself, for whoever examines it.

        Raises:
            IndexBrokenError: it cannot be used.

        """
        return self._home.index()

    def _searcher(self, thesaurus: Thesaurus | None = None) -> Searcher:
        """For one question: with what is hidden now, and the present thesaurus unless there is another."""
        # First this, then the index: what is hidden no more has left the index by then.
        present = self.store.present()
        words = thesaurus or self._thesaurus_at(present.thesaurus)
        return Searcher(self._home.index(), self._analyzer, words, lambda: present.hidden, self.store.catalogue.texts)

    def _thesaurus_at(self, version: int) -> Thesaurus:
        """The thesaurus with what staff have entered, made anew whenever somebody has changed it."""
        if self._thesaurus[0] != version:
            entries = used(self._synonyms, self.store.lexicon.entries())
            self._thesaurus = version, Thesaurus(entries, self._analyzer)
        return self._thesaurus[1]

    # ------------------------------------------------------------------------------------------------- writing

    def accept(self, name: str, stream: BinaryIO, origin: Origin, actor: Actor = OPERATOR) -> Receipt:
        """Keep a file. When this returns, it will be read and found, whatever happens to this process.

        Raises:
            ConfigError: there is no such content type.
            ExtractionError: it is empty or larger than may be.
            QuotaError: with it, the account would have brought more than it may.
            NotFoundError: there is no document of the id that ``origin`` names.
            ForbiddenError: in safe mode.

        """
        self._check_changeable()
        self._check_type(origin.content_type)
        self._check_quota(name, stream, actor)
        return self._intake.accept(name, stream, origin, actor.name)

    def offers(self) -> list[Offer]:
        """Everything that the sources have on offer now.

        Raises:
            SourceError: one of them cannot be looked through.

        """
        return [offer for source in self.sources for offer in self.offers_of(source)]

    def offers_of(self, source: Source) -> list[Offer]:
        """Everything that one source has on offer now.

        Raises:
            SourceError: it cannot be looked through.

        """
        return [Offer(source, item) for item in source.items()]

    def ingest_offers(self, offers: Iterable[Offer]) -> Iterator[Outcome]:
        """Take in what sources offer; yields one outcome for each once it has been read, and indexes at the end."""
        listed = cache(self.store.sources.listed)
        return self._ingested(self._taken(offer, listed(offer.source.name).get(offer.item.id)) for offer in offers)

    def ingest_files(
        self, paths: Sequence[Path], content_type: str = "", access: AccessClass | None = None
    ) -> Iterator[Outcome]:
        """Take in files by name; yields one outcome for each once it has been read, and indexes at the end.

        Raises:
            ConfigError: there is no such content type.

        """
        self._check_type(content_type)
        return self._ingested(
            self._intake.take(
                path.name,
                partial(_open, path),
                Origin(BY_HAND, str(path.absolute()), path.absolute().parent.name, content_type, access),
                OPERATOR.name,
            )
            for path in paths
        )

    def reread(self, progress: Progress = quiet) -> list[Outcome]:
        """Read all originals again, after plugins or rules have changed."""
        self._check_changeable()
        documents = self.store.drafts.documents(frozenset(AccessClass))
        self.store.register.read_again([document.id for document in documents], OPERATOR.name)
        receipts = (Receipt(document.id, 0, "accepted") for document in documents)
        outcomes = []
        for outcome in self._ingested(receipts):
            outcomes.append(outcome)
            progress(1)
        return outcomes

    def reindex(self, progress: Progress = quiet) -> int:
        """Make the index anew from the catalogue, beside the present one, and swap; returns the number of documents.

        Where another process is at work, that one does it.
        """
        if self._locks():
            try:
                return self._worker.rebuild(progress)
            finally:
                self._lock.release()
        self.store.outbox.add("rebuild")
        self._wait(lambda: not self.store.outbox.jobs("rebuild", 1))
        return len(self.store.catalogue.revisions())

    def fill(self, documents: Iterable[tuple[Document, Section]], progress: Progress = quiet) -> None:
        """Put documents that have no file, of one section each, into an empty library: a test set.

        Raises:
            BusyError: another process is at work here.

        """
        if not self._locks():
            fix = "終わるのを待って、もう一度実行してください。"
            raise BusyError(str(self.config.documents), "別の kb が取り込み中です。", fix)
        try:
            for document, section in documents:
                sections = numbered(document.id, [section])
                found = annotated(Reviewed(document, sections, ()), self._means)
                self.store.drafts.save(Content(found.document, found.sections, found.annotations))
            self._worker.rebuild(progress)
        finally:
            self._lock.release()

    def warm(self) -> None:
        """Read what the first suggestions need, so that nobody waits for it. Call in a thread beside a server."""
        try:
            self.reader(frozenset(AccessClass)).completions("あ")
        except KbError as error:
            log.warning("suggestions are not ready: %s", error.reason)

    def rest(self) -> None:
        """Let go of what is kept in memory of the index: whoever asks next reads it again."""
        if self.config.engine != "memory":  # that one would be gone
            self._home.close()
            memory.give_back()

    def bring_up_to_date(self) -> None:
        """Index what has just been changed, unless another process is at work: that one will."""
        if self._locks():
            try:
                self._worker.index()
            finally:
                self._lock.release()

    def work_off(self) -> None:
        """Do all there is to do, unless another process is at work: that one will."""
        if self._locks():
            try:
                self._worker.work_off()
            finally:
                self._lock.release()

    def catch_up(self) -> None:
        """Index whatever is in the catalogue and not in the index; rebuild an index that cannot be used.

        While another process is at work, a usable index is used as it is: that process will bring it up to date. It is
        asked to make a damaged one anew. An index that a full disk does not let us bring up to date is used, too.

        Raises:
            BusyError: there is no usable index, and another process is at work.
            StorageError: there is no usable index, and the disk takes none.

        """
        if self._is_up_to_date():
            return
        if self._locks():
            try:
                self._worker.catch_up()
            except StorageError as error:
                if not self._is_usable():
                    raise
                log.warning("索引を今の目録に合わせられません。%s", error)
            finally:
                self._lock.release()
        elif not self._is_usable():
            if not self.store.outbox.jobs("rebuild", 1):
                self.store.outbox.add("rebuild")
            fix = "作り直しを頼みました。終わるのを待って、もう一度実行してください。"
            raise BusyError(str(self.config.search_index), "索引が使えず、別の kb が動いています。", fix)

    def work(self, stop: Callable[[], bool]) -> None:
        """Be the worker until ``stop`` says so, once nobody else is. Call in a process of its own.

        While the disk takes nothing, it waits, longer each time, and goes on when there is room.
        """
        while not self._locks():
            if stop():
                return
            sleep(_GLANCE)
        try:
            self._work(stop)
        finally:
            self._lock.release()

    def _work(self, stop: Callable[[], bool]) -> None:
        wait, tidied = _GLANCE, -_TIDY_SECONDS
        while not stop():
            try:
                if monotonic() - tidied >= _TIDY_SECONDS:
                    self._worker.catch_up()
                    self._worker.clean()
                    self.rest()  # comparing has opened all of the index, and perhaps nothing comes for hours
                    tidied = monotonic()
                is_idle, wait = not self._worker.work(), _GLANCE
            except StorageError as error:
                log.error("the worker waits for room: %s", error)  # noqa: TRY400 - the error says it all
                is_idle, wait = True, min(wait * 2, _LONGEST_WAIT)
            if is_idle:
                _rest(wait, stop)

    def look_through(self, source: str) -> Run:
        """Look through a source now: accept what is new, put in the bin what has gone. Reading is the worker's.

        Raises:
            NotFoundError: there is no such source.

        """
        return self._rounds.look_through(self._source(source))

    def watch(self, stop: Callable[[], bool]) -> None:
        """Look through the sources on their schedules until ``stop`` says so. Call in a thread beside ``work``.

        Each is looked through in a thread of its own: a web site that is slow keeps no folder waiting.
        """
        under_way: dict[str, Thread] = {}
        while not stop():
            with _logged():
                for source in self._rounds.due():
                    if stop():
                        break
                    if source.name not in under_way or not under_way[source.name].is_alive():
                        under_way[source.name] = Thread(target=self._watch_one, args=(source,), daemon=True)
                        under_way[source.name].start()
            for _ in range(_GLANCES):
                if stop():
                    break
                sleep(_GLANCE)
        for thread in under_way.values():
            thread.join()

    def _watch_one(self, source: Source) -> None:
        with _logged():
            self._rounds.look_through(source)

    def runs(self) -> list[tuple[Source, Run]]:
        """All sources, and how they were looked through last."""
        runs = self.store.sources.runs()
        return [(source, runs.get(source.name, Run(source.name))) for source in self.sources]

    def ask(self, source: str) -> None:
        """Have a source looked through soon by the process that is at work.

        Raises:
            NotFoundError: there is no such source.

        """
        self.store.sources.ask(self._source(source).name)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Be the one server of this data folder.

        Raises:
            BusyError: another server is.

        """
        lock = FileLock(self.config.store / "server.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            fix = "そちらを使うか、終えてから始めてください。別のデータには --data でフォルダーを指定します。"
            raise BusyError(str(self.config.home), "このデータでは別の kb serve が動いています。", fix) from error
        try:
            yield
        finally:
            lock.release()

    # ------------------------------------------------------------------------------------------------- inside

    def _source(self, name: str) -> Source:
        for source in self.sources:
            if source.name == name:
                return source
        known = "、".join(f"{source.name}（{source.label}）" for source in self.sources)
        raise NotFoundError(name, "この名前の取込元はありません。", f"使える取込元：{known}")

    def _taken(self, offer: Offer, before: Listed | None) -> Receipt | Outcome:
        """Take in one item, unless it has the stamp of the last time."""
        source, item = offer.source, offer.item
        is_same = before and item.stamp and before.stamp == item.stamp and not before.gone
        if before and is_same and self.store.register.versions(before.document):
            return Receipt(before.document, 0, "unchanged")
        origin = Origin(source.name, item.id, item.folder, source.content_type, source.access)
        taken = self._intake.take(item.name, partial(source.read, item.id), origin, OPERATOR.name)
        if isinstance(taken, Receipt) and taken.status != "binned":
            self.store.sources.note(source.name, {item.id: Listed(item.stamp, taken.document)})
        return taken

    def _ingested(self, taken: Iterable[Receipt | Outcome]) -> Iterator[Outcome]:
        """What becomes of files: read here, or by the process that is at work."""
        self._check_changeable()
        mine = self._locks()
        try:
            for one in taken:
                if isinstance(one, Outcome):
                    yield one
                    continue
                if one.status == "accepted" and mine:
                    self._worker.read(one.document)
                yield self._outcome(one)
        finally:
            if mine:
                self._worker.index()
                self._lock.release()

    def _outcome(self, receipt: Receipt) -> Outcome:
        """What has become of a file that was accepted, once it has been read."""
        if receipt.status == "accepted":
            self._wait(lambda: not self.store.outbox.of(receipt.document, "read"))
        versions = self.store.register.versions(receipt.document)
        document = self.store.drafts.document(receipt.document, frozenset(AccessClass))
        if not versions or document is None:
            gone = ExtractionError(receipt.document, "読み取る前に削除されました。", "もう一度取り込んでください。")
            return Outcome(receipt.document, "failed", error=gone)
        latest = versions[0]
        if latest.state == "failed":
            return Outcome(
                latest.file_name, "failed", error=ExtractionError(latest.file_name, latest.reason, latest.fix)
            )
        if receipt.status != "accepted":
            return Outcome(latest.file_name, receipt.status, document)
        sections = len(self.store.drafts.outline(document.id, frozenset(AccessClass)))
        is_first = receipt.version == 1 and document.revision <= _FIRST_REVISION
        return Outcome(latest.file_name, "added" if is_first else "updated", document, sections)

    def _wait(self, is_done: Callable[[], bool]) -> None:
        """Wait for the process that is at work; where it has ended without doing it, do it here."""
        while not is_done():
            if self._locks():
                try:
                    self._worker.work_off()
                finally:
                    self._lock.release()
            else:
                sleep(_GLANCE)

    def _is_up_to_date(self) -> bool:
        try:
            index = self._home.index()
        except IndexBrokenError:
            return False
        return not self.store.outbox.jobs("index", 1) and not indexer.differing(self.store.catalogue, index)

    def _is_usable(self) -> bool:
        try:
            self._home.index()
        except IndexBrokenError:
            return False
        return True

    def _check_changeable(self) -> None:
        """In safe mode, nobody checks what comes in: a case study would be published unread."""
        if self.config.safe_mode:
            reason = "安全モード（プラグインなし）で動いているので、資料の取り込みと変更はできません。"
            raise ForbiddenError("資料の管理", reason, "--no-plugins や safe_mode を付けずに始め直してください。")

    def _check_type(self, content_type: str) -> None:
        if content_type and content_type not in self.content_types:
            known = "、".join(f"{name}（{kind.label}）" for name, kind in self.content_types.items())
            raise ConfigError(content_type, "この名前の資料の種類はありません。", f"使える種類：{known}")

    def _check_quota(self, name: str, stream: BinaryIO, actor: Actor) -> None:
        quota = self.config.quota_megabytes << 20
        if not quota or actor == OPERATOR:
            return
        size = stream.seek(0, SEEK_END)
        stream.seek(0)
        if self.store.register.brought(actor.name, now() - QUOTA_TIME) + size > quota:
            reason = f"24時間に取り込める量（{self.config.quota_megabytes}MiB）を超えます。"
            raise QuotaError(name, reason, "明日もう一度お試しになるか、管理者にご相談ください。")

    def _locks(self) -> bool:
        """Become the one who works, if nobody else is; the lock is to be released."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def _extract(self, file: File) -> Extraction:
        return extract(file, self.plugins.extractors(), self.config)
