"""The folder of saved mails: each mail once, wherever and however often it lies there."""

import os
import re
from itertools import count
from pathlib import Path

import pytest

from kb import AccessClass, Config, ExtractionError, SourceError
from kb.testing import EVERYTHING, open_library
from kb_mailbox import kb_sources

LONG_AGO = 1_600_000_000.0


def mail(identity="<1@example.jp>", subject="片付け講座のご案内", text="11月の講座のご案内です。"):
    lines = [f"Subject: {subject}", "From: info@example.jp", "Date: Tue, 03 Nov 2026 10:00:00 +0900"]
    lines += [f"Message-ID: {identity}"] if identity else []
    head = "\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"])
    return f"{head}\r\n\r\n{text}\r\n".encode()


@pytest.fixture
def put(tmp_path):
    """Save a mail, each a second later, and all of them long ago."""
    times = count(LONG_AGO)
    (tmp_path / "documents").mkdir()

    def put(name, content):
        path = tmp_path / "documents" / "mail" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        now = next(times)
        os.utime(path, (now, now))
        return path

    return put


@pytest.fixture
def source(tmp_path):
    (source,) = kb_sources(Config(home=tmp_path))
    return source


def test_mails_are_known_by_their_message_id(put, source):
    put("案内.eml", mail())
    put("2026/集い.EML", mail("<2@example.jp>"))
    put("メモ.txt", b"x")
    assert [(item.id, item.name, item.folder) for item in source.items()] == [
        ("<1@example.jp>", "案内.eml", ""),
        ("<2@example.jp>", "集い.EML", "2026"),
    ]
    assert list(source.items()) == list(source.items())
    with source.read("<2@example.jp>") as stream:
        assert stream.read() == mail("<2@example.jp>")


def test_mails_are_for_members_unless_the_settings_say_otherwise(put, source, tmp_path):
    assert (source.access, source.content_type, source.minutes, source.prunes) == (AccessClass.MEMBERS, "", 5, True)
    settings = '[folder]\naccess = "cases"\ncontent_type = "document"\n'
    (tmp_path / "documents" / "mailbox.toml").write_text(settings, encoding="utf-8")
    (other,) = kb_sources(Config(home=tmp_path))
    assert (other.access, other.content_type) == (AccessClass.CASES, "document")


def test_same_mail_twice_is_one_item_and_moving_it_changes_nothing(put, source, tmp_path):
    first = put("受信/案内.eml", mail())
    put("控え/案内 (1).eml", mail(text="転送の印"))
    assert [item.id for item in source.items()] == ["<1@example.jp>"]
    (before,) = source.items()
    first.unlink()
    assert [item.id for item in source.items()] == [before.id]


def test_mail_without_an_id_is_known_by_its_content(put, source):
    put("a.eml", mail(""))
    put("b.eml", mail("", text="別のメール"))
    put("c.eml", mail(""))
    put("d.eml", mail("こわれたID"))
    ids = [item.id for item in source.items()]
    assert len(ids) == len(set(ids)) == 3
    with source.read(ids[0]) as stream:
        assert stream.read() == mail("")


def test_replaced_mail_has_another_stamp_and_a_deleted_one_is_gone(put, source):
    path = put("案内.eml", mail())
    (before,) = source.items()
    put("案内.eml", mail(text="訂正しました。"))
    (after,) = source.items()
    assert (before.id, before.stamp != after.stamp) == (after.id, True)
    path.unlink()
    assert list(source.items()) == []
    with pytest.raises(ExtractionError, match="もうありません"):
        source.read(before.id)


def test_mail_is_read_by_its_id_without_having_been_listed(put, source):
    put("案内.eml", mail())
    with source.read("<1@example.jp>") as stream:
        assert stream.read() == mail()


def test_folders_and_broken_links_with_the_name_of_a_mail_are_none(put, source):
    inner = put("案内.eml/中.eml", mail())
    (inner.parent / "外.eml").symlink_to(inner.parent / "ない.eml")
    assert [item.name for item in source.items()] == ["中.eml"]


def test_mail_that_cannot_be_read_is_an_error_and_takes_nothing_with_it(put, source, monkeypatch):
    put("案内.eml", mail())
    put("集い.eml", mail("<2@example.jp>"))
    opened = Path.open

    def refusing(path, *arguments, **named):
        if path.name == "集い.eml":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", refusing)
    with pytest.raises(SourceError, match=r"集い.eml を読み取れません"):
        source.items()


def test_no_folder_of_mails_is_no_error_but_no_data_folder_is(put, source, tmp_path):
    assert list(source.items()) == []
    (elsewhere,) = kb_sources(Config(home=tmp_path / "ない"))
    with pytest.raises(SourceError, match="見られません"):
        elsewhere.items()


def test_mails_become_documents_for_members_once(put, tmp_path):
    put("案内.eml", mail())
    with open_library(tmp_path) as library:
        (outcome,) = library.ingest_offers(library.offers())
        assert (outcome.status, outcome.document.title) == ("added", "片付け講座のご案内")
        assert outcome.document.access is AccessClass.MEMBERS
        assert [o.status for o in library.ingest_offers(library.offers())] == ["unchanged"]
        assert len(library.store.drafts.documents(EVERYTHING)) == 1


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ('[folder]\naccess = "secret"', "[folder] access の値"),
        ('[imap]\nhost = "imap.example.jp"', "[imap] user がありません"),
        ('[imap]\nhost = "imap.example.jp"\nuser = "a b"', "空白や引用符のない"),
        ('[imap]\nhost = "imap.example.jp"\nuser = "a"\npassword = "x"', "password という項目はありません"),
        ('[imap]\nhost = "imap.example.jp"\nuser = "a"\nminutes = 1', "minutes の値 1"),
        ('[smtp]\nhost = "x"', "smtp という項目はありません"),
        ("imap = 3", "並びではありません"),
        ("[imap", "書き方に誤り"),
    ],
)
def test_wrong_settings_are_told_by_the_source(put, tmp_path, toml, reason):
    (tmp_path / "documents" / "mailbox.toml").write_text(toml, encoding="utf-8")
    (source,) = kb_sources(Config(home=tmp_path))
    with pytest.raises(SourceError) as caught:
        source.items()
    assert reason in caught.value.reason
    assert caught.value.fix


def test_example_of_the_documentation_can_be_used(put, tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml mailbox.toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "documents" / "mailbox.toml").write_text(example, encoding="utf-8")
    folder, imap = kb_sources(Config(home=tmp_path))
    assert (folder.access, folder.content_type) == (AccessClass.CASES, "newsletter")
    assert (imap.label, imap.access, imap.minutes) == ("メール（imap.example.jp）", AccessClass.MEMBERS, 15)
