"""The folders under documents/: what is offered, under which name, and what is not."""

import os
import unicodedata

import pytest

from kb import Config, NotFoundError, SourceError
from kb.testing import open_library
from kb_folder import kb_sources
from kb_folder.folder import Folder
from kb_folder.writing import Writing

LONG_AGO = 1_600_000_000.0


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self, now):
        self.now = now
        self.on_sleep = lambda: None

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        assert seconds > 0
        self.now += seconds
        self.on_sleep()


@pytest.fixture
def root(tmp_path):
    for name in ("newsletters/だより.pdf", "newsletters/2021/第3号.txt", "cases/事例A.docx", ".store/x", "直下.txt"):
        path = tmp_path / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        os.utime(path, (LONG_AGO, LONG_AGO))
    return tmp_path


def offered(root):
    (source,) = kb_sources(Config(home=root))
    return {item.id: item for item in source.items()}


def test_files_in_folders_are_offered_with_the_first_folder_as_hint(root):
    assert {name: item.folder for name, item in offered(root).items()} == {
        "newsletters/だより.pdf": "newsletters",
        "newsletters/2021/第3号.txt": "newsletters",
        "cases/事例A.docx": "cases",
    }


@pytest.mark.parametrize(
    "name", ["~$だより.docx", ".DS_Store", "Thumbs.db", "desktop.ini", "だより.pdf.part", ".~lock.x#"]
)
def test_litter_is_not_offered(root, name):
    (root / "documents" / "newsletters" / name).write_bytes(b"x")
    assert len(offered(root)) == 3


def test_listing_twice_gives_the_same(root):
    assert list(offered(root).items()) == list(offered(root).items())


@pytest.mark.parametrize("folder", ["registers", "mail"])
def test_folders_of_other_sources_are_left_to_them(root, folder):
    (root / "documents" / folder).mkdir()
    (root / "documents" / folder / "cases.csv").write_bytes(b"x")
    assert len(offered(root)) == 3


def test_folder_that_is_not_there_is_an_error_and_no_empty_list(tmp_path):
    with pytest.raises(SourceError, match="の中を見られません"):
        offered(tmp_path)


def test_folder_below_that_cannot_be_read_is_an_error(root, monkeypatch):
    walked = os.scandir

    def refusing(path):
        if str(path).endswith("cases"):
            raise PermissionError(13, "Permission denied", str(path))
        return walked(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(SourceError, match="Permission denied") as caught:
        offered(root)
    assert caught.value.subject == "フォルダー"
    assert "cases" in caught.value.reason


def test_source_is_looked_through_every_minute_and_lets_go_of_what_disappears(root):
    (source,) = kb_sources(Config(home=root))
    assert (source.minutes, source.prunes) == (1, True)
    (root / "documents" / "cases" / "事例A.docx").unlink()
    assert len(list(source.items())) == 2


def test_stamp_changes_with_content_time_and_file_and_not_otherwise(root):
    path = root / "documents" / "cases" / "事例A.docx"
    stamps = [offered(root)["cases/事例A.docx"].stamp]
    assert stamps == [offered(root)["cases/事例A.docx"].stamp]
    path.write_bytes("長くなった内容".encode() * 9)
    os.utime(path, (LONG_AGO, LONG_AGO))
    stamps.append(offered(root)["cases/事例A.docx"].stamp)
    os.utime(path, (LONG_AGO + 1, LONG_AGO + 1))
    stamps.append(offered(root)["cases/事例A.docx"].stamp)
    other = root / "documents" / "cases" / "差し替え"
    other.write_bytes(path.read_bytes())
    os.utime(other, (LONG_AGO + 1, LONG_AGO + 1))
    other.replace(path)
    stamps.append(offered(root)["cases/事例A.docx"].stamp)
    assert all(stamps)
    assert len(set(stamps)) == 4


@pytest.mark.parametrize(("seconds", "has_stamp"), [(0, False), (1.9, False), (2, True), (-3600, True)])
def test_file_that_was_just_written_to_is_listed_without_a_stamp(root, seconds, has_stamp):
    folder = Folder(root / "documents", Writing(Clock(LONG_AGO + seconds)))
    assert {bool(item.stamp) for item in folder.items()} == {has_stamp}


def test_reading_waits_until_the_writer_is_done(root):
    path = root / "documents" / "cases" / "事例A.docx"
    clock = Clock(LONG_AGO)

    def writes_once_more():
        if clock.now < LONG_AGO + 3:
            path.write_bytes("最後まで書いた内容".encode())
            os.utime(path, (clock.now, clock.now))

    clock.on_sleep = writes_once_more
    with Folder(root / "documents", Writing(clock, clock.sleep)).read("cases/事例A.docx") as stream:
        assert stream.read().decode() == "最後まで書いた内容"
    assert clock.now == LONG_AGO + 4


def test_file_that_is_written_to_without_end_is_an_error_of_that_file(root):
    path = root / "documents" / "cases" / "事例A.docx"
    clock = Clock(LONG_AGO)
    clock.on_sleep = lambda: os.utime(path, (clock.now, clock.now))
    with pytest.raises(OSError, match="書き込まれている途中"):
        Folder(root / "documents", Writing(clock, clock.sleep)).read("cases/事例A.docx")


def test_file_that_vanishes_while_the_folder_is_looked_through_is_left_out(root):
    listing = Folder(root / "documents").items()
    first = next(listing)
    (root / "documents" / "newsletters" / "2021" / "第3号.txt").unlink()
    assert [first.name, *(item.name for item in listing)] == ["事例A.docx", "だより.pdf"]


def test_second_run_over_unchanged_folders_changes_nothing(tmp_path):
    path = tmp_path / "documents" / "newsletters" / "だより.txt"
    path.parent.mkdir(parents=True)
    path.write_text("見守り訪問の日程が決まりました。", encoding="utf-8")
    os.utime(path, (LONG_AGO, LONG_AGO))
    with open_library(tmp_path) as library:
        assert [outcome.status for outcome in library.ingest_offers(library.offers())] == ["added"]
        assert [outcome.status for outcome in library.ingest_offers(library.offers())] == ["unchanged"]


def test_decomposed_names_of_a_mac_are_shown_composed(root):
    name = unicodedata.normalize("NFD", "ガイド.txt")
    (root / "documents" / "newsletters" / name).write_bytes(b"x")
    assert "ガイド.txt" in {item.name for item in offered(root).values()}


def test_content_is_read_by_id(root):
    (source,) = kb_sources(Config(home=root))
    with source.read("cases/事例A.docx") as stream:
        assert stream.read() == "cases/事例A.docx".encode()


@pytest.mark.parametrize("path", ["../secret.txt", "newsletters/../../secret.txt", "/etc/hostname"])
def test_nothing_outside_of_the_folder_is_read(root, path):
    (root / "secret.txt").write_bytes(b"x")
    (source,) = kb_sources(Config(home=root))
    with pytest.raises(NotFoundError, match="外"):
        source.read(path)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_that_lead_outside_are_not_offered(root):
    (root / "secret.txt").write_bytes(b"x")
    (root / "documents" / "newsletters" / "link.txt").symlink_to(root / "secret.txt")
    (root / "documents" / "outside").symlink_to(root.parent)
    (root / "documents" / "newsletters" / "circle.txt").symlink_to(root / "documents" / "newsletters" / "circle.txt")
    assert len(offered(root)) == 3
