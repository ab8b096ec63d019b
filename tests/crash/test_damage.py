"""Damage on the disk: of the index it is put right, of the catalogue it is told; nothing is passed over."""

import random
import shutil
import sys

import pytest

from kb.errors import IndexBrokenError
from kb.model import EVERYTHING
from kb.search import manifest
from kb.search.home import STAMP
from kb.search.query import parse
from kb.search.whoosh_engine import WhooshIndex
from kb.testing import extraction_of, ingest_text, open_library
from kb.text.analyze import Analyzer

QUERIES = ("公民館", "緑川 集い", '"第2回の集い"', "若葉町 -緑川", "年*")


def flipped(path):
    content = bytearray(path.read_bytes())
    content[random.Random(path.name).randrange(len(content))] ^= 4
    path.write_bytes(content)


def truncated(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def emptied(path):
    path.write_bytes(b"")


def removed(path):
    path.unlink()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A library with something in two access classes, written in several commits."""
    home = tmp_path_factory.mktemp("whole") / "資料室"
    with pytest.MonkeyPatch.context() as patch, open_library(home) as library:
        patch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))
        for number in range(1, 5):
            text = f"■第{number}回の集い\n\n若葉町の公民館に{'緑川会' if number % 2 else '年配の方'}が集まりました。\n"
            ingest_text(library, f"集い{number}.txt", text, "document", "cases" if number == 4 else "public")
    return home


def answers(library):
    """What is found, in which order and how well."""
    found = (library.reader(EVERYTHING).search(parse(query)) for query in QUERIES)
    return [(page.total, [(hit.section.id, hit.score) for hit in page.hits]) for page in found]


@pytest.mark.parametrize("damage", [flipped, truncated, emptied, removed])
def test_each_damaged_file_of_the_index_is_noticed_and_made_anew(whole, damage, tmp_path):
    home = shutil.copytree(whole, tmp_path / "資料室")
    with open_library(home) as library:
        before = answers(library)
        assert all(total for total, _ in before)
    current = home / "search_index" / "current"
    files = sorted(str(path.relative_to(current)) for path in current.rglob("*") if path.stat().st_size)
    files = [name for name in files if (current / name).is_file() and name != STAMP]
    assert len(files) >= 5  # the manifest, a list for each access class, and segments
    for name in files:
        stamp = (current / STAMP).read_text()
        # A rebuilt index has segments of other names: of each kind, one that is there now.
        path = current / name
        damage(path if path.exists() else next(path.parent.glob(f"*{path.suffix}")))
        with open_library(home) as library:
            assert (current / STAMP).read_text() != stamp, f"nobody noticed that {name} was {damage.__name__}"
            assert answers(library) == before
            assert dict(library.index().documents()) == library.store.catalogue.revisions()


def test_every_flipped_bit_of_the_manifest_is_noticed(whole, tmp_path):
    folder = shutil.copytree(whole / "search_index" / "current", tmp_path / "current")
    WhooshIndex.open(folder, Analyzer()).close()
    good = (folder / manifest.NAME).read_bytes()
    for place in range(len(good)):
        bad = bytearray(good)
        bad[place] ^= 1 << place % 8
        (folder / manifest.NAME).write_bytes(bad)
        with pytest.raises(IndexBrokenError):
            manifest.read(folder)


def test_an_index_that_is_gone_is_made_anew(whole, tmp_path):
    home = shutil.copytree(whole, tmp_path / "資料室")
    with open_library(home) as library:
        before = answers(library)
    shutil.rmtree(home / "search_index")
    with open_library(home) as library:
        assert answers(library) == before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_beside_a_running_server_the_check_up_has_a_damaged_index_made_anew(whole, place):
    shutil.copytree(whole, place.home)
    with place.served() as server:
        # The worker has the index open.
        assert place.bring(server.port, "新着.txt", "■新着\n\n秋の山吹の集いです。\n".encode())[0] == 202
        place.until(lambda: place.total(server.port, "山吹"), "the file is found")
        (segment, *_) = sorted((place.home / "search_index" / "current" / "public").glob("*.terms"))
        flipped(segment)
        code, said = place.kb("doctor")
        assert (code, "作り直しを頼みました" in said) == (6, True)
        place.until(lambda: place.kb("doctor")[0] == 0, "the index is made anew")
        assert place.total(server.port, "山吹") == 1
        assert place.total(server.port, "公民館") == 3
