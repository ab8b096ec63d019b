"""The worker: takes what is to be done from the outbox, reads files, and is the only one who writes to the index.

Every step can be done again: a worker that is killed anywhere leaves the outbox as it was, and the next starts over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from kb.errors import ConflictError, ExtractionError, IndexBrokenError, KbError, PluginError, StorageError
from kb.ingest import indexer
from kb.ingest.analysts import Analysts, processors
from kb.ingest.failing import noted
from kb.ingest.reading import Chosen, Means, Reading, read
from kb.model import EVERYTHING, OPERATOR, Document, File, State, Version
from kb.search.home import IndexHome
from kb.store.catalogue import Content
from kb.store.outbox import Job
from kb.store.rows import now
from kb.store.store import Store

log = logging.getLogger(__name__)

MOST_TRIES = 3
"""How often the reading of a file is begun before it is set aside: whatever it does to us, others must get on."""

BIN_DAYS = 30
"""How long a document stays in the bin, in days."""

Progress = Callable[[int], None]
"""Called with the number of documents finished since the last call."""


def quiet(_count: int) -> None:
    """Report progress to nobody."""


class Worker:
    """Works off the outbox. Only one at a time: whoever uses it holds the data folder's lock."""

    def __init__(self, means: Means, store: Store, home: IndexHome) -> None:
        """In safe mode it reads nothing: without their plugins, case studies would be taken for public material."""
        self._means = means
        self._store = store
        self._home = home
        self._in_vain: list[Version] = []

    def work(self) -> bool:
        """Do one round: what there is to be indexed, then one file to be read; False if there was nothing to do."""
        rebuilt = self._rebuild_if_asked()
        indexed = self.index()
        jobs = [] if self._means.config.safe_mode else self._store.outbox.jobs("read", 1)
        for job in jobs:
            self.read(job.document)
        return bool(rebuilt or indexed or jobs)

    def work_off(self) -> None:
        """Do all there is to do."""
        while self.work():
            pass

    # ------------------------------------------------------------------------------------------------- reading

    def read(self, document: str) -> None:
        """Read the latest file of a document, and put what it says into the catalogue.

        Raises:
            StorageError: the disk or the database does not take it: nothing is held against the file.

        """
        self._spare()
        jobs = self._store.outbox.of(document, "read")
        version = self._store.register.begin(document)
        before = self._store.drafts.document(document, EVERYTHING)
        if version is None or before is None:
            self._store.outbox.done(jobs)  # forgotten in the meantime
        elif version.tries > MOST_TRIES:
            reason = f"読み取りが{MOST_TRIES}回続けて途中で止まりました。"
            self._store.register.failed(
                version, reason, "元のソフトで開いて保存し直し、もう一度取り込んでください。", jobs
            )
        else:
            self._read(version, before, jobs)

    def _read(self, version: Version, before: Document, jobs: list[Job]) -> None:
        try:
            self._settle(version, before, jobs)
        except StorageError:
            self._in_vain.append(version)
            self._spare()
            raise

    def _spare(self) -> None:
        """Tries that a full disk made vain do not count; where it is too full to note even that, it is noted later."""
        while self._in_vain:
            self._store.register.spare(self._in_vain[-1])
            self._in_vain.pop()

    def _settle(self, version: Version, before: Document, jobs: list[Job]) -> None:
        try:
            with noted(self._store.audit, OPERATOR.name, before.id):
                reading = self._reading(version, before)
        except ExtractionError as error:
            self._store.register.failed(version, error.reason, error.fix, jobs)
            return
        except PluginError as error:
            self._store.register.failed(version, f"{error.subject}：{error.reason}", error.fix, jobs)
            return
        try:
            content = _content(reading, held=self._store.register.is_held(before.id))
            self._store.drafts.save(content, before.revision, version, jobs)
        except ConflictError:
            log.info("%s has been changed while it was read: once more", before.id)
            self._store.register.spare(version)

    def _reading(self, version: Version, before: Document) -> Reading:
        try:
            path = self._store.originals.path(version.sha256)
        except KbError as error:
            raise ExtractionError(version.file_name, error.reason, error.fix) from error
        identity = replace(before, version=version.number, sha256=version.sha256)
        return read(File(version.file_name, path), identity, self._chosen(version, before), self._means)

    def _chosen(self, version: Version, before: Document) -> Chosen:
        """What people have said: about this file, else about the document as it has been so far."""
        is_known = before.state in {State.DRAFT, State.PUBLISHED}
        return Chosen(
            version.folder,
            version.content_type or (before.type if is_known else ""),
            version.access or (before.access if is_known else None),
            self._store.register.edits(before.id),
            tuple(self._store.decisions.decisions(before.id)),
            tuple(self._store.judgements.judgements(before.id)),
        )

    # ------------------------------------------------------------------------------------------------ cleaning

    def clean(self) -> None:
        """Forget what has been in the bin for long enough, and remove what nothing needs any more."""
        before = now() - timedelta(days=BIN_DAYS)
        for document in self._store.register.forget(before, OPERATOR.name):
            log.info("%s is gone from the bin", document)
        self._store.originals.sweep(self._store.register.blobs)

    # ------------------------------------------------------------------------------------------------ indexing

    def index(self) -> int:
        """Bring the index up to what the catalogue says; returns how many documents were written."""
        if not self._store.outbox.jobs("index", 1):
            return 0
        try:
            with self._analysts() as analysts:
                return indexer.drain(self._store.drafts, self._store.outbox, self._home.index(), analysts)
        except IndexBrokenError as error:
            log.warning("索引を作り直します。%s", error.reason)
            return self.rebuild()

    def catch_up(self) -> None:
        """Make sure that there is an index, and that it holds what the catalogue says."""
        try:
            index = self._home.index()
        except IndexBrokenError as error:
            # An empty library has no index yet: nothing is lost, nothing takes long, nothing need be said.
            level = logging.WARNING if self._store.drafts.revisions() else logging.INFO
            log.log(level, "索引を作り直します。%s", error.reason)
            self.rebuild()
            return
        self.index()
        with self._analysts() as analysts:
            differing = indexer.differing(self._store.drafts, index)
            indexer.fill(self._store.drafts, index, differing, analysts, quiet)

    def rebuild(self, progress: Progress = quiet) -> int:
        """Make the index anew from the catalogue, beside the present one, and swap; returns the number of documents."""
        pending = self._store.outbox.jobs("index", 1_000_000)
        documents = sorted(self._store.drafts.revisions())
        with self._analysts() as analysts:
            self._home.rebuild(lambda index: indexer.fill(self._store.drafts, index, documents, analysts, progress))
        self._store.outbox.done(pending)
        return len(documents)

    def _analysts(self) -> Analysts:
        return Analysts(self._means.config.processes or processors())

    def _rebuild_if_asked(self) -> bool:
        asked = self._store.outbox.jobs("rebuild")
        if asked:
            self.rebuild()
            self._store.outbox.done(asked)
        return bool(asked)


def _content(reading: Reading, *, held: bool) -> Content:
    """What goes into the catalogue: published, unless somebody has to look at it first."""
    state = State.DRAFT if held or reading.findings else State.PUBLISHED
    document = replace(reading.document, state=state)
    return Content(document, reading.sections, reading.annotations, reading.findings)
