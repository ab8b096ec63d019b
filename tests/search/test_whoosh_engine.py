"""What only an index on disk must do: be durable, notice damage, have one writer and many readers."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import BusyError, IndexBrokenError, StorageError
from kb.model import EVERYTHING, Everything
from kb.search import manifest, whoosh_engine, whoosh_files
from kb.search.nodes import Run, Word
from kb.search.whoosh_engine import WhooshIndex


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def filled(folder, analyzer, entry):
    index = WhooshIndex.create(folder, analyzer)
    index.replace("a", [entry("a", "民生委員の見守り活動")])
    index.commit()
    yield index
    index.close()


def total(index):
    return index.search(Everything(), access=EVERYTHING).total


def files(folder):
    return {path for path in folder.rglob("*") if path.is_file() and path.name not in {"write.lock", manifest.NAME}}


def test_is_there_again_after_closing(filled, folder, analyzer):
    filled.close()
    again = WhooshIndex.open(folder, analyzer)
    assert [section for section, _ in again.search(Word("活動"), access=EVERYTHING).hits] == ["a"]
    assert again.documents() == {"a": 1}


def test_missing_index_is_reported(folder, analyzer):
    with pytest.raises(IndexBrokenError, match="まだありません"):
        WhooshIndex.open(folder, analyzer)


def test_index_of_another_analyser_is_refused(filled, folder, analyzer):
    state = manifest.read(folder)
    manifest.write(folder, replace(state, fingerprint=f"{state.fingerprint}x"))
    with pytest.raises(IndexBrokenError, match="今の版のものではありません"):
        WhooshIndex.open(folder, analyzer)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"fingerprint": 1, "generations": 2, "files": 3}', "\x00"])
def test_broken_manifest_is_reported(filled, folder, analyzer, content):
    (folder / manifest.NAME).write_text(content)
    with pytest.raises(IndexBrokenError, match="壊れています"):
        WhooshIndex.open(folder, analyzer)


def test_one_changed_bit_in_any_file_is_noticed(filled, folder, analyzer):
    for path in files(folder):
        intact = path.read_bytes()
        damaged = bytearray(intact)
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(IndexBrokenError, match="壊れています"):
            WhooshIndex.open(folder, analyzer)
        path.write_bytes(intact)
    WhooshIndex.open(folder, analyzer).close()


@pytest.mark.parametrize("kind", [".terms", ".sections", ".words", ".toc"])
def test_missing_file_is_noticed(filled, folder, analyzer, kind):
    next(path for path in files(folder) if path.suffix == kind and "public" in path.parts).unlink()
    with pytest.raises(IndexBrokenError, match="索引のファイルがありません"):
        WhooshIndex.open(folder, analyzer)


def test_nothing_is_unpickled_before_its_checksum_is_compared(filled, folder, analyzer, monkeypatch):
    for path in files(folder):
        path.write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    monkeypatch.setattr(whoosh_files.TOC, "read", lambda *_, **__: pytest.fail("Whoosh has read a changed file"))
    with pytest.raises(IndexBrokenError):
        WhooshIndex.open(folder, analyzer)


def test_second_writer_is_told_to_wait_and_reading_goes_on(filled, folder, analyzer, entry):
    other = WhooshIndex.open(folder, analyzer)
    filled.replace("b", [entry("b", "配食")])
    with pytest.raises(BusyError):
        other.replace("c", [entry("c", "配食")])
    assert total(other) == 1
    filled.commit()
    other.replace("c", [entry("c", "配食")])
    other.commit()
    assert total(filled) == total(other) == 3


def test_closing_forgets_what_was_not_committed_and_lets_others_write(filled, folder, analyzer, entry):
    filled.replace("b", [entry("b", "配食")])
    filled.close()
    other = WhooshIndex.open(folder, analyzer)
    other.replace("c", [entry("c", "配食")])
    other.commit()
    assert set(other.documents()) == {"a", "c"}


def test_reader_sees_what_another_process_commits(filled, folder):
    script = (
        "import sys; from pathlib import Path; from kb.model import AccessClass; from kb.search.index import Entry\n"
        "from kb.search.whoosh_engine import WhooshIndex; from kb.text.analyze import Analyzer\n"
        "index = WhooshIndex.open(Path(sys.argv[1]), Analyzer())\n"
        "index.replace('b', [Entry('b', 'b', 1, AccessClass.PUBLIC, '', '', '配食サービス')])\n"
        "index.commit()\n"
    )
    assert total(filled) == 1
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, timeout=60)
    assert total(filled) == 2


def test_writer_that_dies_halfway_changes_nothing(filled, folder, analyzer, entry, monkeypatch):
    monkeypatch.setattr(manifest, "write", lambda *_: os._exit(9))
    child = os.fork()
    if child == 0:
        filled.replace("a", [])
        filled.replace("b", [entry("b", "配食")])
        filled.commit()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    monkeypatch.undo()
    assert len(files(folder)) > len(manifest.read(folder).files)
    again = WhooshIndex.open(folder, analyzer)
    assert set(again.documents()) == {"a"}
    again.replace("c", [entry("c", "配食")])
    again.commit()
    assert set(again.documents()) == {"a", "c"}
    assert len(files(folder)) == len(manifest.read(folder).files)


def test_full_disk_leaves_the_old_state_and_a_writer_that_works(filled, folder, entry, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whoosh_files.TOC, "write", full)
    filled.replace("b", [entry("b", "配食")])
    with pytest.raises(StorageError, match="ディスクの空きがありません"):
        filled.commit()
    monkeypatch.undo()
    assert set(filled.documents()) == {"a"}
    filled.replace("c", [entry("c", "配食")])
    filled.commit()
    assert set(filled.documents()) == {"a", "c"}


def test_commit_synchronises_every_new_file_before_the_manifest(filled, entry, folder, monkeypatch):
    synchronised = []
    real = os.fsync

    def fsync(handle):
        synchronised.append(Path(f"/proc/self/fd/{handle}").readlink())
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    before = files(folder)
    filled.replace("b", [entry("b", "配食")])
    filled.commit()
    at_manifest = next(n for n, path in enumerate(synchronised) if path.name.startswith(manifest.NAME))
    assert files(folder) - before <= set(synchronised[:at_manifest])
    assert folder / "public" in synchronised[:at_manifest]
    assert folder in synchronised[at_manifest:]


def test_eight_threads_read_while_one_writes(filled, entry):
    def read(_):
        seen = []
        for _ in range(40):
            found = filled.search(Word("活動"), access=EVERYTHING, limit=100, facets=("type",))
            assert len(found.hits) == found.total == found.facets["type"].get("x", 0) + 1
            seen.append(found.total)
        return seen

    with ThreadPoolExecutor(8) as pool:
        reading = [pool.submit(read, n) for n in range(8)]
        for n in range(15):
            filled.replace(f"n{n}", [entry(f"n{n}", "地域の活動", keywords={"type": ("x",)})])
            filled.commit()
        for seen in (task.result() for task in reading):
            assert seen == sorted(seen)
    assert total(filled) == 16


def test_a_new_state_is_loaded_once_however_many_are_waiting_for_it(filled, folder, analyzer, entry, monkeypatch):
    other = WhooshIndex.open(folder, analyzer)
    other.replace("b", [entry("b", "配食")])
    other.commit()
    asked, loads = [], []
    stamp, load = manifest.stamp, filled._load

    def counted(where):
        asked.append(where)
        return stamp(where)

    def patient():
        loads.append(1)
        while len(asked) < 4:  # until all four have seen that there is a new state
            pass
        return load()

    monkeypatch.setattr(manifest, "stamp", counted)
    monkeypatch.setattr(filled, "_load", patient)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: total(filled), range(4))) == [2] * 4
    assert loads == [1]


def test_files_are_closed_when_a_newer_state_has_taken_their_place(filled, entry):
    def maps():
        text = Path("/proc/self/maps").read_text()
        return {
            line.split()[-1]
            for line in text.splitlines()
            if line.endswith((".terms", ".sections", ".words", "(deleted)"))
        }

    total(filled)
    before = {path for path in maps() if "MAIN_" in path}
    filled.replace("a", [entry("a", "配食", version=2)])
    filled.commit()
    for n in range(12):  # until the first segments have been merged
        filled.replace(f"n{n}", [entry(f"n{n}", "配食")])
        filled.commit()
    assert before
    assert not {path for path in maps() if "deleted" in path and "MAIN_" in path}


def test_every_phrase_of_a_text_finds_it(folder, analyzer, entry):
    sample = (
        "若葉町社会福祉協議会では、民生委員児童委員と協力して高齢者の見守り活動を続けています。"
        "ひきこもりの家族会は毎月第3土曜日に開かれ、8050問題の学習会には42人が参加しました。"
        "移動販売の日に集まる場所を、居場所として育てる取組も始まりました。"
    )
    texts = {str(n): sample[n:] + sample[:n] for n in range(0, len(sample), 9)}
    index = WhooshIndex.create(folder, analyzer)
    for name, text in texts.items():
        index.replace(name, [entry(name, text)])
        index.commit()
    missed = 0
    for name, text in texts.items():
        tokens = analyzer.tokens(text)
        for three in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if three[2].position - three[0].position == 2:
                found = index.search(Run(tuple(t.term for t in three)), access=EVERYTHING, limit=100)
                missed += name not in {section for section, _ in found.hits}
    assert missed == 0


def test_fingerprint_names_everything_that_terms_depend_on(analyzer):
    made_with = whoosh_engine.fingerprint(analyzer)
    for part in ("whoosh 2.7.4", "schema", "sudachipy 0.6.11", "sudachidict-core 20260723", "rules", "folding"):
        assert part in made_with


def test_documents_that_come_and_go_leave_a_whole_index(folder, analyzer, entry):
    """Whoosh merges small segments; of some that hold nothing but what has been deleted it makes an empty one."""
    index = WhooshIndex.create(folder, analyzer)
    for number in range(12):
        index.replace(f"d{number}", [entry(f"d{number}", "配食")])
        index.commit()
        index.replace(f"d{number}", [])
        index.commit()
        assert total(index) == 0
    index.replace("e", [entry("e", "配食")])
    index.commit()
    assert total(index) == 1
    index.close()
    assert total(WhooshIndex.open(folder, analyzer)) == 1
