"""SIGKILL at every durable step: nothing acknowledged is lost, nothing is doubled, nothing unacknowledged lingers."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from kb.model import EVERYTHING, State
from kb.plugins import Plugins
from kb.search.query import parse
from kb.testing import extraction_of, open_library

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")]

KILLED = Path(__file__).parent / "killed.py"

#: One file a line, its lines parted by bars; a word that only it has.
FILES = [
    f"■集い{number}||第{number}回の集いで合言葉{word}を決めました。|"
    for number, word in enumerate("さくらうみやまそら")
]


def run(home, role, step, files=()):
    """Run until it ends or is killed; what it acknowledged, how many steps it made (0 if killed), its exit code."""
    done = subprocess.run(
        [sys.executable, str(KILLED), str(home), role, str(step)],
        input="\n".join(files),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=120,
    )
    lines = done.stdout.split("\n")
    steps = next((int(line.split()[1]) for line in lines if line.startswith("steps")), 0)
    assert steps or done.returncode == -9, done.stderr
    return [line for line in lines if len(line) == 12], steps, done.returncode


def check(home, acknowledged, monkeypatch):
    """Everything acknowledged is there, whole, and found once; nothing else is anywhere."""
    monkeypatch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))
    with open_library(home, Plugins.load(("kb_formats",))) as library:
        library.work_off()
        documents = {document.id: document for document in library.reader(EVERYTHING).documents()}
        assert set(acknowledged) <= documents.keys()
        assert all(document.state is State.PUBLISHED for document in documents.values())
        for document in documents.values():
            assert library.store.originals.is_whole(document.sha256)
            hits = library.reader(EVERYTHING).search(parse(document.title, per_page=100)).hits
            assert [hit.document.id for hit in hits].count(document.id) == 1
        assert dict(library._home.index().documents()) == library.store.catalogue.revisions()
        assert library.store.outbox.count() == 0
        library.store.originals.sweep(library.store.register.blobs)
        assert set(library.store.originals.hashes()) == set(library.store.register.blobs())
        assert library.store.originals.leftovers() == []
        return documents


@pytest.fixture(scope="module")
def all_steps(tmp_path_factory):
    """How many steps each role makes when nobody kills it."""
    home = tmp_path_factory.mktemp("whole")
    _, accepting, _ = run(home, "accept", 0, FILES[:2])
    _, working, _ = run(home, "work", 0)
    assert accepting >= 10
    assert working >= 10
    return {"accept": accepting, "work": working}


def some(count, most):
    """All steps, or so many of them spread evenly: the first and the last among them."""
    return sorted({1 + round(n * (count - 1) / (most - 1)) for n in range(most)})


#: Steps of each role that are tried. KB_CRASH_STEPS=1000 tries them all.
MOST = int(os.environ.get("KB_CRASH_STEPS", "3"))


@pytest.mark.parametrize("role", ["accept", "work"])
def test_killed_at_each_step(tmp_path, all_steps, role, monkeypatch):
    for step in some(all_steps[role], min(MOST, all_steps[role])):
        home = tmp_path / f"{role}{step}"
        acknowledged = []
        if role == "work":
            acknowledged, _, _ = run(home, "accept", 0, FILES[:2])
        again, _, code = run(home, role, step, FILES[:2])
        assert code == -9, f"step {step} was not reached"
        acknowledged += again
        documents = check(home, acknowledged, monkeypatch)
        # Whatever was not acknowledged can be brought again, and is there once.
        run(home, "accept", 0, FILES[:2])
        assert len(check(home, [*documents], monkeypatch)) == 2


@pytest.mark.databases
def test_killed_again_and_again_in_one_folder(tmp_path, all_steps, monkeypatch):
    order = random.Random(20261124)
    home, acknowledged = tmp_path, set()
    for _ in range(MOST):
        files = order.sample(FILES, 3)
        found, _, _ = run(home, "accept", order.randint(1, 2 * all_steps["accept"]), files)
        acknowledged |= set(found)
        run(home, "work", order.randint(1, all_steps["work"]))
    check(home, acknowledged, monkeypatch)
