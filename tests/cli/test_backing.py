"""Backup, restore and check-up: what is kept comes back whole, and damage is told."""

import io
import json
import shutil
import tarfile
from threading import Thread

import pytest
from sqlalchemy import select

from kb.cli import main
from kb.errors import StorageError
from kb.ingest.intake import Origin
from kb.model import AccessClass, Role
from kb.store import tables
from kb.testing import ingest_text, open_library, search

databases = pytest.mark.databases

TEXT = "■集い{0}\n\n第{0}回の見守りの集いを開きました。\n"


@pytest.fixture
def kb(tmp_path, capsys):
    """Runs ``kb`` in a home; its exit code and what it says."""

    def run(*arguments, home="home"):
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(tmp_path / home), *arguments])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


@pytest.fixture
def home(tmp_path, database):
    (tmp_path / "home").mkdir()
    set_database(tmp_path / "home", database)
    with open_library(tmp_path / "home") as library:
        for number in range(3):
            ingest_text(library, f"集い{number}.txt", TEXT.format(number), content_type="document", access="public")
    return tmp_path / "home"


@databases
def test_what_is_backed_up_comes_back_and_is_found(kb, home, tmp_path):
    code, said, _ = kb("backup", str(tmp_path / "b.tar"))
    assert (code, "資料3件" in said) == (0, True)
    code, said, _ = kb("restore", str(tmp_path / "b.tar"), home="new")
    assert (code, "資料3件" in said) == (0, True)
    with open_library(tmp_path / "new") as library:
        assert search(library, "見守り").total == 3
    assert kb("doctor", home="new")[0] == 0


def test_nothing_is_overwritten_without_being_asked(kb, home, tmp_path):
    kb("backup", str(tmp_path / "b.tar"))
    code, _, said = kb("backup", str(tmp_path / "b.tar"))
    assert (code, "既にあります" in said) == (2, True)
    code, _, said = kb("restore", str(tmp_path / "b.tar"))
    assert (code, "既にデータがあります" in said) == (2, True)
    with open_library(home) as library:
        ingest_text(library, "あと.txt", TEXT.format(9), content_type="document", access="public")
    assert kb("restore", str(tmp_path / "b.tar"), "--force")[0] == 0
    with open_library(home) as library:
        assert search(library, "見守り").total == 3
    assert (home / "documents" / ".store.before-1").is_dir()


@databases
def test_a_backup_lets_nobody_in(kb, home, tmp_path):
    kb("user", "add", "山吹", "--role", "admin")
    with open_library(home) as library:
        account = library.accounts.by_key("山吹")
        library.accounts.add_token("f" * 64, account, None, account.actor)
        assert account.role is Role.ADMIN
    kb("backup", str(tmp_path / "b.tar"))
    kb("restore", str(tmp_path / "b.tar"), home="new")
    with open_library(tmp_path / "new") as library:
        assert library.accounts.by_key("山吹") is not None
        assert library.accounts.token("f" * 64) is None
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert not [name for name in tar.getnames() if "secret" in name]


def set_database(home, url):
    """Where the catalogue of a home is, as its owner says it."""
    (home / "kb.toml").write_text(f'database = "{url}"\n', encoding="utf-8")


def everything(home):
    """All rows of a catalogue, but those that end with a restore."""
    with open_library(home) as library, library.store.database.connect() as connection:
        kept = [
            table for table in tables.metadata.sorted_tables if table.name not in {"session", "link", "token", "outbox"}
        ]
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in kept}


def test_a_backup_goes_into_either_kind_of_database_and_out_of_it(kb, home, tmp_path, postgresql):
    kb("user", "add", "山吹", "--role", "csw")
    before = everything(home)
    assert before["section"]
    with postgresql.fresh() as one, postgresql.empty() as two:
        for number, url in enumerate([one, two, ""]):
            (tmp_path / str(number)).mkdir()
            set_database(tmp_path / str(number), url)
            assert kb("backup", str(tmp_path / f"{number}.tar"), home=home)[0] == 0
            assert kb("restore", str(tmp_path / f"{number}.tar"), home=str(number))[0] == 0
            home = tmp_path / str(number)
            assert (home / "documents" / ".store" / "catalogue.sqlite3").exists() is not bool(url)
            assert everything(home) == before
            assert kb("user", "add", f"若葉{number}", home=home)[0] == 0  # its number is not one that there was
            before = everything(home)
            with open_library(home) as library:
                assert search(library, "見守り").total == 3


def test_a_database_that_holds_something_is_not_overwritten(kb, home, tmp_path, postgresql):
    kb("backup", str(tmp_path / "b.tar"))
    with postgresql.fresh() as url:
        for name in ("new", "other"):
            (tmp_path / name).mkdir()
            set_database(tmp_path / name, url)
        assert kb("restore", str(tmp_path / "b.tar"), home="new")[0] == 0
        before = everything(tmp_path / "new")
        code, _, said = kb("restore", str(tmp_path / "b.tar"), "--force", home="new")
        assert (code, "既にデータがあります" in said, "createdb" in said) == (2, True, True)
        assert kb("restore", str(tmp_path / "b.tar"), home="other")[0] == 2
        assert everything(tmp_path / "new") == before
        assert not list(tmp_path.glob("*/documents/.store.*"))


def test_a_restore_that_fails_at_its_end_leaves_the_database_empty(kb, home, tmp_path, postgresql, monkeypatch):
    kb("backup", str(tmp_path / "b.tar"))
    (tmp_path / "new").mkdir()

    def fails(_folder, _store):
        raise StorageError("ディスク", "いっぱいです。", "空けてください。")

    with postgresql.fresh() as url:
        set_database(tmp_path / "new", url)
        with monkeypatch.context() as patch:
            patch.setattr("kb.store.backup._put_in_place", fails)
            assert kb("restore", str(tmp_path / "b.tar"), home="new")[0] == 11
        assert kb("restore", str(tmp_path / "b.tar"), home="new")[0] == 0


def test_the_check_up_of_a_database_that_is_away_does_not_tell_its_password(kb, tmp_path):
    (tmp_path / "home").mkdir()
    set_database(tmp_path / "home", "postgresql+psycopg://kb:hibari-3@127.0.0.1:1/kb")
    code, out, said = kb("doctor")
    assert (code, "つながらない" in said, "kb@127.0.0.1:1/kb" in said) == (11, True, True)
    assert "hibari" not in out + said


def damaged(path, name, content):
    """The backup with one of its files changed."""
    changed = path.with_name("damaged.tar")
    with tarfile.open(path) as old, tarfile.open(changed, "w") as new:
        for member in old:
            data = old.extractfile(member).read()
            if name in member.name:
                data = content(data)
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return changed


@pytest.mark.parametrize("name", ["originals/", "catalogue", "manifest"])
def test_a_damaged_backup_changes_nothing(kb, home, tmp_path, name):
    kb("backup", str(tmp_path / "b.tar"))
    changed = damaged(tmp_path / "b.tar", name, lambda data: data[:-1] + bytes([data[-1] ^ 1]))
    code, _, said = kb("restore", str(changed), home="new")
    assert (code, "別のバックアップ" in said) == (12, True)
    assert not (tmp_path / "new" / "documents" / ".store").exists()


def test_a_backup_cannot_write_elsewhere(kb, home, tmp_path):
    kb("backup", str(tmp_path / "b.tar"))
    with tarfile.open(tmp_path / "b.tar", "a") as tar:
        info = tarfile.TarInfo("../../outside")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    assert kb("restore", str(tmp_path / "b.tar"), home="new")[0] == 12
    assert not list(tmp_path.rglob("outside"))


@databases
def test_a_backup_under_load_is_of_one_moment(home, tmp_path, kb):
    from kb.store import backup

    with open_library(home) as library:
        stopped = []

        def bring():
            number = 100
            while not stopped:
                origin = Origin("upload", content_type="document", access=AccessClass.PUBLIC)
                library.accept(f"集い{number}.txt", io.BytesIO(TEXT.format(number).encode()), origin)
                number += 1

        thread = Thread(target=bring)
        thread.start()
        try:
            held = backup.write(library.store, tmp_path / "b.tar", lambda _count: None)
        finally:
            stopped.append(True)
            thread.join()
    assert kb("restore", str(tmp_path / "b.tar"), home="new")[0] == 0
    with open_library(tmp_path / "new") as restored:
        assert len(restored.store.register.blobs()) == held.originals
        assert len(restored.store.catalogue.revisions()) == held.documents


@databases
def test_the_check_up_finds_and_repairs(kb, home):
    with open_library(home) as library:
        (store := library.config.store / "originals" / "00").mkdir(exist_ok=True)
        (store / ("0" * 64)).write_bytes(b"stranger")
        document = library.store.catalogue.documents(frozenset(AccessClass))[0]
        with library.store.database.begin() as connection:
            connection.exec_driver_sql(f"UPDATE version SET state = 'waiting' WHERE document = '{document.id}'")
    code, out, _ = kb("doctor", "--json")
    assert code == 2
    assert {one["subject"] for one in json.loads(out)} == {"元のファイル", document.id}
    assert kb("doctor", "--repair")[0] == 1
    assert kb("doctor")[0] == 0


@databases
def test_the_check_up_tells_what_it_cannot_repair(kb, home):
    shutil.rmtree(next((home / "documents" / ".store" / "originals").glob("??")))
    code, _, said = kb("doctor", "--repair")
    assert (code, "元のファイルがないか、壊れています" in said) == (2, True)
