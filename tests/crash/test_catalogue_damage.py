"""A damaged catalogue is told, with what to do; it is never begun anew, and nothing is written over."""

import random
import shutil
import sqlite3
import struct

import pytest

from kb import doctor
from kb.cli import main
from kb.errors import DamagedError
from kb.testing import extraction_of, ingest_text, open_library

COMMANDS = ["doctor", "documents", "ingest", "serve", "backup"]


def bring(library, number):
    text = f"■第{number}回の集い\n\n若葉町の公民館に{number}人が集まりました。\n" * 20
    return ingest_text(library, f"集い{number}.txt", text, "document", "public")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A library with some documents, and no log beside the catalogue."""
    home = tmp_path_factory.mktemp("whole") / "資料室"
    with pytest.MonkeyPatch.context() as patch, open_library(home) as library:
        patch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))
        for number in range(1, 4):
            bring(library, number)
    return home


@pytest.fixture
def home(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "資料室")


def catalogue(home):
    return home / "documents" / ".store" / "catalogue.sqlite3"


def kept(home):
    """Everything that cannot be derived, byte for byte."""
    store = home / "documents" / ".store"
    files = [catalogue(home), *store.glob("originals/??/*")]
    return {path.relative_to(home): path.read_bytes() for path in files if path.exists()}


def header_gone(path):
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


def another_file(path):
    path.write_bytes("目録ではないものです。".encode() * 1000)


def truncated(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def first_page_overwritten(path):
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xa5" * (page_size(content) - 100) + content[page_size(content) :])


def emptied(path):
    path.write_bytes(b"")


def removed(path):
    path.unlink()


def page_size(content):
    return struct.unpack(">H", content[16:18])[0] % 65535 or 65536


@pytest.mark.parametrize(
    "damage", [header_gone, another_file, truncated, first_page_overwritten, emptied, removed], ids=lambda d: d.__name__
)
def test_a_damaged_file_is_told_by_every_command_and_left_alone(home, tmp_path, capsys, damage):
    damage(catalogue(home))
    before = kept(home)
    for command in COMMANDS:
        arguments = {"backup": [str(tmp_path / "b.tar")], "serve": ["--port", "0"]}.get(command, [])
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(home), command, *arguments])
        said = capsys.readouterr().err
        assert (command, ended.value.code, "kb restore" in said) == (command, DamagedError.exit_code, True)
    assert kept(home) == before
    assert not (tmp_path / "b.tar").exists()


def test_each_overwritten_page_is_found_by_the_check_up(home, whole):
    content = catalogue(whole).read_bytes()
    size = page_size(content)
    noise = random.Random(20261126).randbytes(size)
    for start in range(size, len(content), size):
        catalogue(home).write_bytes(content[:start] + noise + content[start + size :])
        with pytest.raises(DamagedError, match="kb restore"):
            examine(home)
        originals = home / "documents" / ".store" / "originals"
        assert len(list(originals.glob("??/*"))) == 3


def examine(home):
    """Look for damage as `kb doctor` does; a complaint about the catalogue is as good as an error."""
    with open_library(home) as library:
        for one in doctor.examine(library):
            if one.subject == "目録":
                raise DamagedError(one.subject, one.reason, one.fix)


@pytest.fixture
def cut(whole, tmp_path):
    """The data folder as a power cut leaves it: what was acknowledged last is in the log only."""
    home = tmp_path / "資料室"
    work = shutil.copytree(whole, tmp_path / "動いているもの")
    with pytest.MonkeyPatch.context() as patch, open_library(work) as library:
        patch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))
        for number in range(4, 8):
            bring(library, number)
        shutil.copytree(work, home, ignore=shutil.ignore_patterns("*-shm"))
    return home


def wal(home):
    return catalogue(home).with_name("catalogue.sqlite3-wal")


def test_what_is_in_the_log_only_is_there_after_a_power_cut(cut):
    assert wal(cut).stat().st_size > 100_000
    with open_library(cut) as library:
        assert len(library.store.catalogue.revisions()) == 7


def test_a_torn_last_transaction_is_no_damage(cut):
    content = wal(cut).read_bytes()
    wal(cut).write_bytes(content[:-1000])
    with open_library(cut) as library:
        assert len(library.store.register.blobs()) == 7


@pytest.mark.parametrize("place", [0.0, 0.001, 0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_damaged_log_is_told_and_nothing_is_taken_back(cut, place, capsys):
    content = bytearray(wal(cut).read_bytes())
    content[int(len(content) * place)] ^= 0x10
    wal(cut).write_bytes(content)
    before = kept(cut)
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(cut), "doctor"])
    assert (ended.value.code, "kb restore" in capsys.readouterr().err) == (DamagedError.exit_code, True)
    assert kept(cut) == before
    assert wal(cut).read_bytes() == content


def test_sqlite_itself_would_say_nothing(cut):
    content = bytearray(wal(cut).read_bytes())
    content[1000] ^= 0x10
    wal(cut).write_bytes(content)
    connection = sqlite3.connect(catalogue(cut))
    try:
        assert connection.execute("SELECT count(*) FROM document").fetchone() == (3,)
    finally:
        connection.close()
