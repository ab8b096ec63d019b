"""Originals: kept under their content's hash, whole or not at all."""

import hashlib
import io

import pytest

from kb.errors import ExtractionError, NotFoundError
from kb.store.originals import Originals

CONTENT = "みどり県社協だより".encode()


def leftovers(root):
    return [
        path for path in root.rglob("*") if path.is_file() and "originals" not in path.parts and path.suffix != ".lock"
    ]


def test_content_comes_back_by_its_hash(tmp_path):
    originals = Originals(tmp_path)
    stored = originals.put("だより.txt", io.BytesIO(CONTENT), limit=1000)
    assert stored.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert stored.size == len(CONTENT)
    assert originals.path(stored.sha256).read_bytes() == CONTENT
    assert leftovers(tmp_path) == []


def test_the_same_content_is_kept_once(tmp_path):
    originals = Originals(tmp_path)
    first = originals.put("a.txt", io.BytesIO(CONTENT), limit=1000)
    assert originals.put("b.txt", io.BytesIO(CONTENT), limit=1000) == first
    assert len([path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"]) == 1


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(ExtractionError, match=r"大きな資料\.pdf：大きすぎます（上限は1MiB"):
        Originals(tmp_path).put("大きな資料.pdf", io.BytesIO(bytes((1 << 20) + 1)), limit=1 << 20)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_stream_that_breaks_leaves_nothing(tmp_path):
    class Broken(io.RawIOBase):
        def read(self, _size=-1):
            raise OSError("接続が切れました")

    with pytest.raises(OSError, match="切れました"):
        Originals(tmp_path).put("だより.txt", Broken(), limit=1000)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_lost_original_says_what_to_do(tmp_path):
    with pytest.raises(NotFoundError, match="バックアップ"):
        Originals(tmp_path).path("00" * 32)


def test_the_sweep_takes_what_nobody_holds_and_nothing_names(tmp_path):
    originals = Originals(tmp_path)
    named = originals.put("a.txt", io.BytesIO(CONTENT), limit=1000)
    orphan = originals.put("b.txt", io.BytesIO(CONTENT * 2), limit=1000)
    (tmp_path / ".incoming" / "left").write_bytes(b"half")
    with originals.holding("c.txt", io.BytesIO(CONTENT * 3), limit=1000) as held:
        assert sorted(originals.sweep(lambda: {named.sha256})) == sorted(["left", orphan.sha256])
        assert originals.is_whole(held.sha256)
    assert originals.sweep(lambda: {named.sha256}) == [held.sha256]
    assert originals.is_whole(named.sha256)


def test_a_damaged_original_is_replaced_when_its_content_comes_again(tmp_path):
    originals = Originals(tmp_path)
    stored = originals.put("a.txt", io.BytesIO(CONTENT), limit=1000)
    stored.path.write_bytes(b"damaged")
    assert not originals.is_whole(stored.sha256)
    originals.put("a.txt", io.BytesIO(CONTENT), limit=1000)
    assert originals.is_whole(stored.sha256)
