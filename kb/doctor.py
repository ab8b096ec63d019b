"""``kb doctor``: whether everything that is kept is whole, and what is derived agrees with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from kb.ingest import indexer
from kb.ingest.worker import Progress, quiet
from kb.library import Library
from kb.store import checks

#: Less free space than this, in bytes, is a matter: SQLite and the index need room to write anew.
_LEAST_FREE = 1 << 30


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that is not as it should be."""

    subject: str
    reason: str
    fix: str
    derivable: bool = False
    """True if ``repair`` can put it right."""


def examine(library: Library, progress: Progress = quiet) -> Iterator[Complaint]:
    """Everything that is not as it should be; ``progress`` is told of each original that has been read."""
    yield from _catalogue(library)
    yield from _originals(library, progress)
    yield from _jobs(library)
    yield from _index(library)
    free = shutil.disk_usage(library.config.store).free
    if free < _LEAST_FREE:
        yield Complaint(
            str(library.config.home), f"ディスクの空きが{free >> 20}MiBしかありません。", "空きを増やしてください。"
        )


def repair(library: Library) -> None:
    """Put right what can be derived: unread files are read, the index is made anew, leftovers are removed."""
    unread = checks.forgotten(library.store.database)
    if unread:
        library.store.outbox.add("read", unread)
    library.store.originals.sweep(library.store.register.blobs)
    library.work_off()
    index = library.index()
    if indexer.differing(library.store.catalogue, index):
        library.reindex()


def _catalogue(library: Library) -> Iterator[Complaint]:
    for said in checks.integrity(library.store.database):
        fix = "「kb restore」でバックアップから戻してください。"
        yield Complaint("目録", f"壊れています（{said}）。", fix)


def _originals(library: Library, progress: Progress) -> Iterator[Complaint]:
    originals, named = library.store.originals, library.store.register.blobs()
    for sha256 in sorted(named):
        if not originals.is_whole(sha256):
            fix = "同じファイルをもう一度取り込むか、バックアップから戻してください。"
            yield Complaint(sha256[:12], "元のファイルがないか、壊れています。", fix)
        progress(1)
    strangers = [one for one in originals.hashes() if one not in named]
    if strangers or originals.leftovers():
        count = len(strangers) + len(originals.leftovers())
        yield Complaint(
            "元のファイル", f"どの資料のものでもないファイルが{count}個あります。", "取り除けます。", derivable=True
        )


def _jobs(library: Library) -> Iterator[Complaint]:
    for document in checks.forgotten(library.store.database):
        yield Complaint(document, "読み取り待ちのまま、忘れられています。", "読み取れます。", derivable=True)


def _index(library: Library) -> Iterator[Complaint]:
    if library.store.outbox.count():
        return  # the worker is at it: it is not behind, it is on its way
    differing = indexer.differing(library.store.catalogue, library.index())
    if differing:
        yield Complaint("索引", f"{len(differing)}件の資料が目録と違います。", "作り直せます。", derivable=True)
