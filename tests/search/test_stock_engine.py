"""What the engine to check with does on disk: as the one that is used, durable and with one writer."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kb.errors import BusyError, IndexBrokenError, StorageError
from kb.model import EVERYTHING, Everything
from kb.search.engines import create_index, open_index
from kb.search.nodes import Except, Word
from kb.search.stock_engine import StockIndex
from kb.search.whoosh_engine import WhooshIndex


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def index(folder, analyzer):
    made = create_index("stock", folder, analyzer)
    yield made
    made.close()


def total(index, node=None):
    return index.search(node or Everything(), access=EVERYTHING).total


def fill(index, *entries):
    for one in entries:
        index.replace(one.document, [one])
    index.commit()


def test_what_was_committed_is_there_when_it_is_opened_again(index, folder, analyzer, entry):
    fill(index, entry("a", "見守り"))
    index.close()
    again = open_index("stock", folder, analyzer)
    assert total(again, Word("見守り")) == 1
    again.close()


def test_what_was_not_committed_is_forgotten(index, folder, analyzer, entry):
    fill(index, entry("a", "見守り"))
    index.replace("b", [entry("b", "配食")])
    index.close()
    again = StockIndex.open(folder, analyzer)
    assert again.documents() == {"a": 1}
    again.close()


def test_others_see_a_commit_at_their_next_search(index, folder, analyzer, entry):
    reader = StockIndex.open(folder, analyzer)
    for number in range(1, 4):
        fill(index, entry(str(number), "見守り"))
        assert total(reader) == number
    reader.close()


def test_only_one_writes_at_a_time(index, folder, analyzer, entry):
    other = StockIndex.open(folder, analyzer)
    index.replace("a", [entry("a", "見守り")])
    with pytest.raises(BusyError):
        other.replace("b", [entry("b", "配食")])
    index.commit()
    fill(other, entry("b", "配食"))
    assert total(index) == 2
    other.close()


def test_a_commit_that_fails_leaves_the_old_state(index, entry, monkeypatch):
    fill(index, entry("a", "見守り"))
    index.replace("b", [entry("b", "配食")])
    with monkeypatch.context() as patched:
        patched.setattr("kb.search.manifest.write", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(StorageError):
            index.commit()
    assert index.documents() == {"a": 1}
    fill(index, entry("c", "配食"))
    assert index.documents() == {"a": 1, "c": 1}


def test_damage_is_noticed(index, folder, analyzer, entry):
    fill(index, entry("a", "見守り"))
    index.close()
    segment = next(folder.glob("public.*/*.seg"))
    segment.write_bytes(segment.read_bytes()[:-1] + b"?")
    with pytest.raises(IndexBrokenError):
        StockIndex.open(folder, analyzer)


def test_a_file_that_is_gone_is_noticed(index, folder, analyzer, entry):
    fill(index, entry("a", "見守り"))
    index.close()
    next(folder.glob("public.*/*.seg")).unlink()
    with pytest.raises(IndexBrokenError):
        StockIndex.open(folder, analyzer)


def test_an_index_of_the_other_engine_is_refused(index, folder, analyzer):
    with pytest.raises(IndexBrokenError):
        WhooshIndex.open(folder, analyzer)
    index.close()
    WhooshIndex.create(folder, analyzer).close()
    with pytest.raises(IndexBrokenError):
        StockIndex.open(folder, analyzer)


def test_works_where_files_cannot_be_linked(index, entry, monkeypatch):
    fill(index, entry("a", "見守り"))
    monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError("no links")))
    fill(index, entry("b", "配食"))
    assert total(index) == 2


def test_several_threads_search_while_one_writes(index, entry):
    fill(index, entry("0", "見守り"))
    with ThreadPoolExecutor(4) as pool:
        found = [pool.submit(total, index, Word("見守り")) for _ in range(40)]
        for number in range(1, 4):
            fill(index, entry(str(number), "見守り"))
        assert {one.result() for one in found} <= {1, 2, 3, 4}
    assert total(index, Word("見守り")) == 4


def test_what_was_removed_stays_removed_beside_what_is_excluded(index, entry):
    """Whoosh's own ``Not`` gives a deleted section that comes after the last one that is excluded."""
    several = [entry(str(n), text) for n, text in enumerate(("見守り", *["配食"] * 9, "見守り"))]
    fill(index, *several)
    index.replace("10", [])
    index.commit()
    assert total(index, Except(Word("配食"))) == 1
