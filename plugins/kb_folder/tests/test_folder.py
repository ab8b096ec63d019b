"""The folders under documents/: what is offered, under which name, and what is not."""

import os
import unicodedata

import pytest

from kb import Config, NotFoundError
from kb_folder import kb_sources


@pytest.fixture
def root(tmp_path):
    for name in ("newsletters/だより.pdf", "newsletters/2021/第3号.txt", "cases/事例A.docx", ".store/x", "直下.txt"):
        path = tmp_path / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
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


def test_no_folder_yet_offers_nothing(tmp_path):
    assert offered(tmp_path) == {}


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
    assert len(offered(root)) == 3
