"""A full or read-only disk: nothing is promised that cannot be kept, nothing is held against a file, and with room all goes on."""

import os
import shutil
import signal
import sys

import pytest

from kb.model import PUBLIC_ONLY
from kb.testing import open_library, search

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")]


@pytest.fixture
def small(disk, places):
    """A data folder on a small disk, where the temporary files lie too."""
    disk.path("tmp").mkdir()
    made = places("資料室", environment={"TMPDIR": str(disk.folder / "tmp")})
    made.move_to(disk)
    return made


def text(number):
    """A page: enough to need room in the catalogue and in the index."""
    lines = [f"{number}の{line}番目の方から、若葉町の公民館で話を伺いました。" for line in range(200)]
    return "\n\n".join([f"■第{number}回の集い", f"合言葉は{number}です。", *lines]).encode()


def originals(disk):
    """What lies in the store, complete or not."""
    store = disk.path("資料室", "documents", ".store")
    return {path.name for folder in ("originals", ".incoming") for path in store.joinpath(folder).rglob("*")}


def test_what_a_full_disk_does_not_take_is_refused_and_leaves_nothing(small, disk, tmp_path):
    with small.served() as server:
        assert small.bring(server.port, "集い1.txt", text(1))[0] == 202
        small.until(lambda: small.total(server.port, "合言葉"), "the file is found")
        before = originals(disk)
        disk.fill()
        status, answer = small.bring(server.port, "集い2.txt", text(2))
        assert (status, "ディスクの空きがありません" in answer["error"]) == (503, True)
        (tmp_path / "集い3.txt").write_bytes(text(3))
        code, said = small.kb("ingest", tmp_path / "集い3.txt")
        assert (code, "ディスクの空きがありません" in said, "Traceback" in said) == (11, True, False)
        assert originals(disk) == before
        # Reading goes on meanwhile.
        assert small.total(server.port, "合言葉") == 1
        disk.make_room()
        status, again = small.bring(server.port, "集い2.txt", text(2))
        assert (status, again["status"]) == (202, "accepted")
        assert small.until_read(server.port, again["document"])["state"] == "published"
    check(small, disk, 2)


def test_a_worker_on_a_full_disk_waits_and_holds_nothing_against_the_files(small, disk):
    with small.served() as server:
        worker = server.worker()
        os.kill(worker, signal.SIGSTOP)
        brought = [small.bring(server.port, f"集い{n}.txt", text(n))[1]["document"] for n in range(1, 4)]
        disk.fill()
        os.kill(worker, signal.SIGCONT)
        # More often than a file's reading may be begun.
        small.until(lambda: small.log.read_text().count("waits for room") > 4, "the worker meets the full disk")
        assert server.worker() == worker
        for document in brought:
            about = small.about(server.port, document)
            assert (about["version_state"], about["error"]) == ("waiting", None)
        disk.make_room()
        for document in brought:
            assert small.until_read(server.port, document)["state"] == "published"
    check(small, disk, 3)
    assert "Traceback" not in small.log.read_text()


def test_a_server_starts_on_a_full_disk_and_finishes_when_there_is_room(small, disk, tmp_path):
    paths = [tmp_path / f"集い{n}.txt" for n in range(1, 4)]
    for number, path in enumerate(paths, start=1):
        path.write_bytes(text(number))
    assert small.kb("ingest", "--type", "document", "--access", "public", paths[0])[0] == 0
    server = small.start(small.free_port()).ready()
    worker = server.worker()
    os.kill(worker, signal.SIGSTOP)
    brought = [small.bring(server.port, path.name, path.read_bytes())[1]["document"] for path in paths]
    server.kill()  # before the worker, which has been stopped, can do anything
    disk.fill()
    with small.served() as server:
        assert small.total(server.port, "合言葉") == 1
        disk.make_room()
        for document in brought:
            assert small.until_read(server.port, document)["state"] == "published"
    check(small, disk, 3)


def test_on_a_read_only_folder_every_command_says_so(small, disk, tmp_path):
    (tmp_path / "集い1.txt").write_bytes(text(1))
    assert small.kb("ingest", "--type", "document", "--access", "public", tmp_path / "集い1.txt")[0] == 0
    before = contents(disk)
    disk.make_read_only()
    for command in (["serve"], ["ingest", tmp_path / "集い1.txt"], ["search", "合言葉"]):
        code, said = small.kb(*command)
        assert (code, "読み取り専用か、書き込む権限がありません" in said, "Traceback" in said) == (11, True, False)
    assert contents(disk) == before


def test_where_only_originals_or_index_are_read_only_the_rest_goes_on(small, disk):
    with small.served() as server:
        assert small.bring(server.port, "集い1.txt", text(1))[0] == 202
        small.until(lambda: small.total(server.port, "合言葉"), "the file is found")
    disk.make_read_only("資料室", "search_index")
    with small.served() as server:
        assert small.bring(server.port, "集い2.txt", text(2))[0] == 202
        small.until(lambda: "索引に書き込めません（読み取り専用です）" in small.log.read_text(), "the worker says so")
        assert small.total(server.port, "合言葉") == 1
    disk.make_read_only("資料室", "documents", ".store", "originals")
    with small.served() as server:
        status, answer = small.bring(server.port, "集い3.txt", text(3))
        assert (status, "読み取り専用です" in answer["error"]) == (503, True)
        assert small.total(server.port, "合言葉") == 1
    assert "Traceback" not in small.log.read_text()


def contents(disk):
    """Every file in the data folder."""
    return {path: path.read_bytes() for path in disk.path("資料室").rglob("*") if path.is_file()}


def check(place, disk, count):
    """Everything is there, and the disk's size is all that there is to say."""
    (complaint,) = place.json("doctor")
    assert "ディスクの空きが" in complaint["reason"]
    # SQLite follows the way into the namespace to where it leads out here.
    with open_library(shutil.copytree(disk.path("資料室"), disk.folder / "copy")) as library:
        assert len(library.reader(PUBLIC_ONLY).documents()) == count
        for number in range(1, count + 1):
            assert search(library, f'"合言葉は{number}です"').total == 1
