"""Data folders of earlier revisions: opened by this one, with nothing lost."""

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from kb import doctor
from kb.model import EVERYTHING, OPERATOR, State
from kb.store import backup, migrate
from kb.testing import open_library, search

AT = "2026-10-01 09:00:00.000000"


def original(store, text):
    """Put a file into the store as it has always lain there; its hash."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    path = store / "originals" / sha256[:2] / sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return sha256


def document(store, name, text, access, version):
    sha256 = original(store, text)
    row = {"id": sha256[:12], "type": "document", "title": Path(name).stem, "file_name": name, "date": "2026-09-15"}
    row |= {"date_basis": "令和8年9月15日", "fields": '{"issuer":"みどり県社協"}', "access": access, "sha256": sha256}
    row |= {"media_type": "text/plain", "version": version, "pages": None, "source": "folder", "uri": f"資料/{name}"}
    return row | {"warnings": '["2ページは白紙です。"]', "updated_at": AT}


def section(document, ordinal, heading, text):
    blocks = json.dumps([{"text": text}], ensure_ascii=False)
    return {"id": f"{document['id']}-{ordinal:08x}", "document": document["id"], "ordinal": ordinal} | {
        "heading": heading,
        "level": 1,
        "kind": "article",
        "page": None,
        "path": json.dumps([heading], ensure_ascii=False),
        "blocks": blocks,
    }


def failure(name, sha256, uri=""):
    reason = {"reason": "パスワードで保護されています。", "fix": "外してください。", "at": AT}
    return {"source": "folder", "uri": uri or f"資料/{name}", "file_name": name, "sha256": sha256} | reason


def rows_of(store, revision):
    """What a folder of that time may have held."""
    public = document(store, "集い.txt", "■春の集い\n\n公民館で見守りを話しました。\n", "public", 3)
    case = document(store, "事例.txt", "■片付けの支援\n\n週に一度、家を訪ねました。\n", "cases", 1)
    sections = [
        section(public, 0, "春の集い", "公民館で見守りを話しました。"),
        section(public, 1, "夏の集い", "水遊びです。"),
    ]
    sections.append(section(case, 0, "片付けの支援", "週に一度、家を訪ねました。"))
    date = {"kind": "date", "value": "2026-09-15", "label": "9月15日", "start": 0, "end": 2, "where": "text"}
    yield "document", [public, case]
    yield "section", sections
    yield "annotation", [{"id": 1, "section": sections[0]["id"]} | date]
    yield "outbox", [{"seq": 7, "document": case["id"]}]
    locked = original(store, "鍵の掛かったファイル")
    newer = original(store, "集いの新しい版で、鍵が掛かっている")
    failures = [failure("鍵.pdf", locked), failure("鍵の写し.pdf", locked), failure("ない.pdf", "")]
    yield "failure", [*failures, failure("集い.pdf", newer, public["uri"])]
    yield (
        "audit",
        [{"id": 1, "at": AT, "actor": "山吹", "action": "document.read", "subject": case["id"], "detail": "{}"}],
    )
    if revision >= "0003":
        account = {"id": 4, "name": "山吹", "key": "山吹", "role": "staff", "password": "$argon2id$…", "totp": ""}
        yield "account", [account | {"totp_step": 0, "created_at": AT, "disabled_at": None}]
        yield "token", [{"hash": "f" * 64, "account": 4, "created_at": AT, "expires_at": None}]


def build(home, revision):
    """A data folder as the program of that revision left it; the rows that it holds."""
    (store := home / "documents" / ".store").mkdir(parents=True)
    engine = create_engine(f"sqlite:///{store / 'catalogue.sqlite3'}")
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    held = dict(rows_of(store, revision))
    with sqlite3.connect(store / "catalogue.sqlite3") as connection:
        for table, rows in held.items():
            names = ", ".join(f'"{name}"' for name in rows[0])
            places = ", ".join("?" * len(rows[0]))
            connection.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({places})", [[*row.values()] for row in rows]
            )
    connection.close()
    return held


@pytest.fixture(params=["0002", "0003"])
def old(request, tmp_path):
    home = tmp_path / "資料室"
    return home, build(home, request.param)


def test_every_row_is_there_after_opening(old):
    home, held = old
    open_library(home).close()
    connection = sqlite3.connect(home / "documents" / ".store" / "catalogue.sqlite3")
    connection.row_factory = sqlite3.Row
    for table in held.keys() - {"outbox", "failure"}:  # these are done with; see below
        found = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
        for row in held[table]:
            expected = {("revision" if name == "version" else name): value for name, value in row.items()}
            assert any(expected.items() <= one.items() for one in found), (table, row)
    connection.close()


def test_what_could_be_found_is_found_and_nothing_is_swept_away(old):
    home, held = old
    public, case = held["document"]
    originals = set((home / "documents" / ".store" / "originals").glob("??/*"))
    with open_library(home) as library:
        library.work_off()
        library._worker.clean()
        assert [hit.document.id for hit in search(library, "見守り 公民館").hits] == [public["id"]]
        assert [hit.document.id for hit in search(library, "片付け").hits] == [case["id"]]
        assert {found.id: found.state for found in library.reader(EVERYTHING).documents()} == {
            public["id"]: State.PUBLISHED,
            case["id"]: State.PUBLISHED,
        }
        assert [one.heading for one in library.reader(EVERYTHING).outline(public["id"])] == ["春の集い", "夏の集い"]
        complaints = [one for one in doctor.examine(library) if "空き" not in one.reason]
        assert complaints == []
    assert set((home / "documents" / ".store" / "originals").glob("??/*")) == originals


def test_files_that_could_not_be_read_lie_on_the_desk_with_their_reasons(old):
    home, held = old
    locked, _copy, _missing, newer = held["failure"]
    public = held["document"][0]
    with open_library(home) as library:
        lying = {item.latest.sha256: item for item in library.desk(OPERATOR).items(State.FAILED)}
        assert lying.keys() == {locked["sha256"], newer["sha256"]}
        assert {item.latest.reason for item in lying.values()} == {locked["reason"]}
        assert (lying[newer["sha256"]].document.id, lying[newer["sha256"]].latest.number) == (public["id"], 2)
        assert {one.uri for one in library.failures()} == {one["uri"] for one in held["failure"]}
        library.store.register.read_again([lying[locked["sha256"]].document.id])
        library.work_off()
        assert library.store.register.latest([locked["sha256"][:12]])[locked["sha256"][:12]].state == "read"


def test_it_can_be_backed_up_and_comes_back(old, tmp_path):
    home, _ = old
    with open_library(home) as library:
        library.work_off()
        held = backup.write(library.store, tmp_path / "b.tar", lambda _count: None)
        assert (held.documents, held.originals) == (3, 4)
    new = tmp_path / "new"
    new.mkdir()
    (new / "documents").mkdir()
    backup.restore(tmp_path / "b.tar", new / "documents" / ".store", force=False)
    with open_library(new) as library:
        assert search(library, "見守り 公民館").total == 1
