"""Analysis in processes of its own: the same as alone, in the same order, and nothing of them is left behind."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from kb.ingest import analysts
from kb.ingest.analysts import Analysts
from kb.model import AccessClass
from kb.search import fields
from kb.search.index import Entry

PATIENCE = 60
"""Longest time that anything here may take before it is a failure, in seconds: a deadline, not a measurement."""


def entry(number, text):
    return Entry(
        f"s{number}",
        f"d{number // 3}",
        1,
        AccessClass.PUBLIC,
        "みどり県社協だより",
        f"見守り{number}回目",
        text,
        above="地域の活動",
    )


def documents(count=90):
    """Documents of three sections each, each section with words of its own."""
    texts = [f"民生委員が第{n}地区で見守りを続け、民生委員の会へ{n * 7}人が集まりました。\n" * 5 for n in range(count)]
    entries = [entry(number, text) for number, text in enumerate(texts)]
    return [(f"d{start // 3}", entries[start : start + 3]) for start in range(0, count, 3)]


def processes():
    """Those of analysis that this process has started and that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text().rsplit(")", 1)[1].split()[:2]
            line = (path.parent / "cmdline").read_bytes()
            if int(parent) == os.getpid() and state not in {"Z", "X"} and b"kb.ingest.analyst" in line:
                found.append(int(path.parent.name))
    return found


@pytest.fixture
def eager(monkeypatch):
    """Other processes from the first section on, and small batches."""
    monkeypatch.setattr(analysts, "_ALONE", 0)
    monkeypatch.setattr(analysts, "_BATCH", 600)


@pytest.fixture(scope="module")
def alone():
    with Analysts(1) as one:
        return list(one.analysed(documents()))


def test_entries_get_the_terms_that_engines_would_find_and_the_phrases(alone):
    (_, entries) = alone[1]
    assert [one.section for one in entries] == ["s3", "s4", "s5"]
    given = documents()[1][1][0]
    assert [entries[0].analysed] == fields.analysed([given])
    offered = [phrase.text for phrase in entries[0].phrases]
    assert {"みどり県社協だより", "見守り3回目", "民生委員"} <= set(offered)
    assert "人" not in offered


@pytest.mark.usefixtures("eager")
def test_several_processes_give_the_same_in_the_same_order(alone):
    with Analysts(3) as several:
        assert list(several.analysed(documents())) == alone


def test_a_document_without_sections_goes_along(alone):
    with Analysts(1) as one:
        found = list(one.analysed([("gone", []), *documents(), ("empty", [])]))
    assert found == [("gone", []), *alone, ("empty", [])]


@pytest.mark.usefixtures("eager")
def test_only_so_much_is_begun_before_the_first_is_asked_for(monkeypatch):
    monkeypatch.setattr(analysts, "_AHEAD", 3)
    asked = []

    def counted():
        for one in documents():
            asked.append(one)
            yield one

    with Analysts(2) as two:
        found = two.analysed(counted())
        next(found)
        assert len(asked) <= (3 + 1) * 2  # two documents a batch
        assert len(list(found)) == len(documents()) - 1


def test_few_sections_start_no_process(monkeypatch):
    monkeypatch.setattr(analysts, "_Others", None)
    with Analysts(8) as several:
        assert len(list(several.analysed(documents()))) == len(documents())


@pytest.mark.usefixtures("eager")
def test_one_process_only_means_this_one(monkeypatch):
    monkeypatch.setattr(analysts, "_Others", None)
    with Analysts(1) as one:
        assert len(list(one.analysed(documents()))) == len(documents())


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("killed", ["one", "all"])
def test_a_process_that_dies_costs_nothing_but_a_line_in_the_log(alone, killed, caplog, monkeypatch):
    monkeypatch.setattr(analysts, "_AHEAD", 3)  # most is still to be asked when it dies
    with Analysts(2) as two:
        found = two.analysed(documents())
        first = next(found)
        running = processes()
        assert running
        for pid in running[: 1 if killed == "one" else None]:
            os.kill(pid, signal.SIGKILL)
        assert [first, *found] == alone
        assert processes() == []
    assert len([line for line in caplog.messages if "without processes of its own" in line]) == 1


@pytest.mark.usefixtures("eager")
def test_where_no_process_can_be_started_this_one_does_it(alone, monkeypatch, caplog):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Analysts(2) as two:
        assert list(two.analysed(documents())) == alone
    assert "without processes of its own" in caplog.text


@pytest.mark.usefixtures("eager")
def test_an_environment_in_which_kb_is_not_to_be_found_is_no_obstacle(alone, monkeypatch, caplog, tmp_path):
    broken = tmp_path / "kb"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with Analysts(2) as two:
        assert list(two.analysed(documents())) == alone
    assert "has died" in caplog.text or "Broken pipe" in caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.usefixtures("eager")
def test_nothing_is_left_behind_when_writing_fails():
    def write():
        with Analysts(2) as two:
            for _ in two.analysed(documents()):
                assert processes()
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert processes() == []


BULK = """
from kb.ingest import analysts
from tests.ingest.test_analysts import documents, processes

analysts._ALONE = 0
with analysts.Analysts(2) as two:
    found = two.analysed(documents())
    next(found)
    print(*processes(), flush=True)
    input()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_they_end_with_the_process_that_started_them_however_that_ends(number):
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", BULK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *sys.path])},
    ) as bulk:
        running = [int(pid) for pid in bulk.stdout.readline().split()]
        assert running
        bulk.send_signal(number)
        end, pause = monotonic() + PATIENCE, Event()
        while any(runs(pid) for pid in running):
            assert monotonic() < end, "orphans"
            pause.wait(0.05)


def runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def test_of_very_many_processors_eight_are_used_unasked(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: set(range(64)), raising=False)
    assert analysts.processors() == 8
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {0, 1}, raising=False)
    assert analysts.processors() == 2
