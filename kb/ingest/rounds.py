"""Looking through sources: what is new is accepted, what has gone goes to the bin, what is back comes back.

Reading is the worker's; here files are only taken over. Every step can be done again, and a source that cannot be
reached changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from kb.errors import KbError, NotFoundError, PluginError
from kb.ingest.intake import Intake, Origin, Outcome
from kb.model import OPERATOR, Item, Source
from kb.store.rows import now
from kb.store.sources import Listed, Run
from kb.store.store import Store

log = logging.getLogger(__name__)

#: A run that has not ended for so long belongs to a process that has: the next may begin.
_LOST = timedelta(hours=1)


class Rounds:
    """Goes round the sources; one at a time is enough, several do no harm."""

    def __init__(self, sources: Sequence[Source], intake: Intake, store: Store) -> None:
        self._sources = sources
        self._intake = intake
        self._store = store

    def due(self, at: datetime | None = None) -> list[Source]:
        """The sources that are to be looked through now."""
        runs, time = self._store.sources.runs(), at or now()
        return [source for source in self._sources if _is_due(source, runs.get(source.name), time)]

    def look_through(self, source: Source) -> Run:
        """Look through one source; what goes wrong stands in the run, and is raised nowhere."""
        began = self._store.sources.begin(source.name)
        try:
            items = {item.id: item for item in source.items()}
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is told on the page of the sources
            told = _told(source, error)
            log.warning("%s", told)
            run = Run(source.name, began, reason=told.reason, fix=told.fix)
        else:
            run = self._compare(source, items, Run(source.name, began, listed=len(items)))
        run = replace(run, ended_at=now())
        self._store.sources.end(run)
        return run

    def _compare(self, source: Source, items: dict[str, Item], run: Run) -> Run:
        known = self._store.sources.listed(source.name)
        for item in items.values():
            before = known.get(item.id)
            if before and item.stamp and before.stamp == item.stamp and not before.gone:
                continue
            run = self._take(source, item, before, run)
        self._store.catalogue.keep_failures(source.name, items)
        return self._prune(source, items, run) if source.prunes else run

    # --------------------------------------------------------------------------------------------- what is there

    def _take(self, source: Source, item: Item, before: Listed | None, run: Run) -> Run:
        if before and before.gone:
            self._bring_back(source, item)
        origin = Origin(source.name, item.id, item.folder, source.content_type, source.access)
        taken = self._intake.take(item.name, partial(source.read, item.id), origin, OPERATOR.name)
        if isinstance(taken, Outcome):
            return replace(run, failed=run.failed + 1)
        if taken.status == "binned":
            self._bring_back_elsewhere(source, item, taken.document)
        self._store.sources.note(source.name, {item.id: Listed(item.stamp, taken.document)})
        return replace(run, accepted=run.accepted + (taken.status == "accepted"))

    def _bring_back(self, source: Source, item: Item) -> None:
        """Out of the bin, unless its time there is over."""
        own = self._store.register.of(source.name, item.id)
        if own and own.binned_at:
            self._store.register.restore(own.id, OPERATOR.name)

    def _bring_back_elsewhere(self, source: Source, item: Item, document: str) -> None:
        """What went to the bin because it was listed no more, and is now listed under another name."""
        known = self._store.sources.listed(source.name)
        for uri in [uri for uri, listed in known.items() if listed.gone and listed.document == document]:
            self._store.register.restore(document, OPERATOR.name)
            self._store.register.move(document, item.id, OPERATOR.name)
            self._store.sources.forget(source.name, [uri])

    # ----------------------------------------------------------------------------------------------- what has gone

    def _prune(self, source: Source, items: dict[str, Item], run: Run) -> Run:
        known = self._store.sources.listed(source.name)
        gone = [uri for uri, listed in known.items() if uri not in items and not listed.gone]
        if gone and not items:
            reason = "ファイルが一つも見つかりません。前にあった資料は、ごみ箱に入れずに残しています。"
            return replace(run, reason=reason, fix="フォルダーや接続を確かめてください。")
        still = {listed.document: uri for uri, listed in known.items() if uri in items}
        return replace(run, binned=sum(self._let_go(source, uri, known[uri], still) for uri in gone))

    def _let_go(self, source: Source, uri: str, listed: Listed, still: dict[str, str]) -> bool:
        """Put an item's own document in the bin; one that has only moved within the source keeps its document."""
        own = self._store.register.of(source.name, uri)
        if own is None or own.binned_at:
            self._store.sources.forget(source.name, [uri])
            return False
        if own.id in still:
            self._store.register.move(own.id, still[own.id], OPERATOR.name)
            self._store.sources.forget(source.name, [uri])
            return False
        self._store.sources.note(source.name, {uri: replace(listed, gone=True)})
        try:
            self._store.register.bin(own.id, OPERATOR.name)
        except NotFoundError:
            return False  # somebody has forgotten it for good in between
        return True


def _is_due(source: Source, run: Run | None, time: datetime) -> bool:
    if run is None or run.began_at is None:
        return source.minutes > 0 or bool(run and run.asked)
    if run.ended_at is None and abs(time - run.began_at) < _LOST:
        return False
    # A clock that was set back must not keep a source waiting: what began later than now counts as long ago.
    waited = time - run.began_at
    is_over = waited >= timedelta(minutes=source.minutes) or waited < timedelta(0)
    return run.asked or (source.minutes > 0 and is_over)


def _told(source: Source, error: Exception) -> KbError:
    """What went wrong, for people."""
    if isinstance(error, KbError):
        return error
    log.error("source %s raised", source.name, exc_info=error)
    reason = f"取込元「{source.label}」を調べる途中で例外が起きました（{type(error).__name__}: {error}）。"
    return PluginError(source.name, reason, "プラグインの作者に知らせてください。")
