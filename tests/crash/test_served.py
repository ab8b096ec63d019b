"""A server and its worker, killed at random moments while two programs bring files: fifty of them in the long run."""

import hashlib
import http.client
import os
import random
import sys
from contextlib import suppress
from threading import Condition, Event, Thread

import pytest

from kb.model import EVERYTHING, PUBLIC_ONLY, State
from kb.search.query import parse
from kb.testing import open_library

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")]

#: How often something is killed in all. CI kills a few times; docs/operations.md tells of a long run.
KILLS = int(os.environ.get("KB_CRASH_KILLS", "5"))

#: Kills in one folder; then the next folder begins empty.
KILLS_IN_A_FOLDER = 12

#: Who is killed: mostly all, as by a power cut.
WHOM = [
    *[{"server": True, "workers": True}] * 2,
    {"server": True, "workers": False},
    {"server": False, "workers": True},
]

FILES = {
    f"見守り日誌{number}.txt": f"■第{number}回の見守り\n\n第{number}回は若葉町の公民館に集まりました。\n\n"
    f"■次の集まり\n\n{number}番目の約束をしました。\n"
    for number in range(1, (50 if KILLS > KILLS_IN_A_FOLDER else 20) + 1)
}


class Program:
    """Brings files one after the other; each again and again until it is acknowledged."""

    def __init__(self, place, port, files, record):
        self.place, self.port, self.files, self.record = place, port, files, record
        self.trouble = None
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            for name, text in self.files.items():
                while not self._acknowledged(name, text):
                    Event().wait(0.01)
        except BaseException as error:
            self.trouble = error
            raise

    def _acknowledged(self, name, text):
        """Bring a file once; False where the server breaks off, or is not there."""
        with suppress(OSError, http.client.HTTPException):
            status, answer = self.place.bring(self.port, name, text.encode())
            assert status in {200, 202}, answer
            self.record.add(name, answer["document"])
            return True
        return False


class Record:
    """What has been acknowledged."""

    def __init__(self):
        self.documents = {}
        self._changed = Condition()

    def add(self, name, document):
        with self._changed:
            self.documents[name] = document
            self._changed.notify_all()

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.documents) >= count, 60)


def killed_while_files_come(place, kills, order):
    """Bring all files, killing so many times; what was acknowledged."""
    port, record = place.free_port(), Record()
    place.token()
    server = place.start(port)
    names = order.sample(sorted(FILES), len(FILES))
    programs = [Program(place, port, {name: FILES[name] for name in names[n::2]}, record) for n in range(2)]
    for _ in range(kills):
        # Sooner or later after some more acknowledgements; or, when all have come, while they are read.
        record.wait_for(min(len(record.documents) + order.randint(0, 9), len(FILES)))
        Event().wait(order.uniform(0, 1) ** 3 * 2)
        whom = order.choice(WHOM)
        server.kill(**whom)
        if whom["server"]:
            server = place.start(port)
    record.wait_for(len(FILES))
    for program in programs:
        program.thread.join()
        assert program.trouble is None
    server.ready()
    for document in record.documents.values():
        assert place.until_read(port, document)["state"] == "published"
    assert server.end() == 0
    return record.documents


@pytest.mark.parametrize("start", range(0, KILLS, KILLS_IN_A_FOLDER))
def test_everything_acknowledged_is_there_once(place, start):
    acknowledged = killed_while_files_come(place, min(KILLS - start, KILLS_IN_A_FOLDER), random.Random(start))
    assert acknowledged.keys() == FILES.keys()
    code, said = place.kb("doctor")
    assert (code, "問題はありません" in said) == (0, True), said
    sent = {hashlib.sha256(text.encode()).hexdigest(): name for name, text in FILES.items()}
    with open_library(place.home) as library:
        documents = library.reader(PUBLIC_ONLY).documents()
        assert sorted(sent[document.sha256] for document in documents) == sorted(FILES)
        assert {sent[document.sha256]: document.id for document in documents} == acknowledged
        assert set(library.store.originals.hashes()) == sent.keys()
        assert library.store.outbox.count() == 0
        assert dict(library.index().documents()) == library.store.catalogue.revisions()
        for document in documents:
            (version,) = library.store.register.versions(document.id)
            assert (version.number, version.state, document.state) == (1, "read", State.PUBLISHED)
            number = document.file_name.removeprefix("見守り日誌").removesuffix(".txt")
            outline = library.reader(PUBLIC_ONLY).outline(document.id)
            assert [section.heading for section in outline] == [f"第{number}回の見守り", "次の集まり"]
            hits = library.reader(EVERYTHING).search(parse(f'"第{number}回は若葉町"')).hits
            assert [hit.document.id for hit in hits] == [document.id]
