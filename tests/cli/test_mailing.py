"""``kb mail test``, ``kb digest``, and the worker of ``kb serve`` that sends by itself."""

import json
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import update

from kb.cli import main
from kb.cli.serving import _sending
from kb.model import OPERATOR, Role
from kb.store import tables
from kb.testing import ingest_text, open_library
from tests.mailing import serving

ADDRESS = "wakaba@example.jp"


@pytest.fixture
def server():
    with serving() as found:
        yield found


@pytest.fixture
def kb(tmp_path, capsys):
    """Runs ``kb``; gives exit code, stdout and stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(tmp_path), *arguments])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


@pytest.fixture
def configured(tmp_path, server):
    """A data folder whose settings name the server."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in server.settings(hosts=["localhost"]).items()]
    (tmp_path / "kb.toml").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


@pytest.fixture
def due(configured):
    """A library with somebody to whom one article is news."""
    with open_library(configured) as library:
        account = library.accounts.add("若葉", "若葉", Role.READER, OPERATOR)
        mails, lists = library.store.mails, library.store.lists
        mails.ask(account.id, ADDRESS, "nonce", account.actor)
        assert mails.confirm(account.id, "nonce", account.actor, library.accounts.now())
        lists.save(account.id, "見守り", "q=見守り")
        lists.tell(account.id, lists.saved(account.id)[0].id, "daily")
        ingest_text(library, "集い.txt", "■見守りの集い\n\n公民館で開きました。\n", access="public")
        yesterday = library.accounts.now() - timedelta(days=1, hours=1)
        with library.store.database.begin() as connection:
            connection.execute(update(tables.saved_search).values(mailed_until=yesterday))
    return configured


def test_a_trial_arrives(kb, configured, server):
    code, out, _ = kb("mail", "test", ADDRESS)
    assert (code, ADDRESS in out) == (0, True)
    (letter,) = server.letters
    assert (letter.to, letter["Subject"]) == (ADDRESS, "試しのメール")
    assert "設定は正しくできています" in letter.text


@pytest.mark.parametrize(
    ("answers", "address", "code", "reason"),
    [
        ({"GREETING": "554 no"}, ADDRESS, 14, "554 no"),
        ({"MAIL": "550 no"}, ADDRESS, 14, "差出人が断られました（550 no）"),
        ({"RCPT": "550 no"}, ADDRESS, 14, "このアドレスへのメールが断られました（550 no）"),
        ({}, "若葉", 9, "メールアドレスの形になっていません"),
    ],
)
def test_a_trial_that_fails_says_why_and_what_to_do(kb, configured, server, answers, address, code, reason):
    server.answers = answers
    ended, _, err = kb("mail", "test", address)
    assert ended == code
    assert reason in err
    assert "ください" in err


@pytest.mark.parametrize("command", [("mail", "test", ADDRESS), ("digest",)])
def test_without_settings_it_says_which_are_missing(kb, command):
    code, _, err = kb(*command)
    assert (code, "mail_host" in err) == (2, True)


def test_without_a_name_of_the_server_nothing_but_trials_is_sent(kb, configured, server):
    settings = configured / "kb.toml"
    settings.write_text(settings.read_text().replace('["localhost"]', "[]"))
    code, _, err = kb("mail", "test", ADDRESS)
    assert (code, "hosts" in err) == (0, True)
    code, _, err = kb("digest")
    assert (code, "hosts" in err) == (2, True)


def test_what_is_due_is_sent_from_the_command_line_once(kb, due, server):
    code, out, _ = kb("digest", "--json")
    assert (code, json.loads(out)) == (0, {"sent": 1, "nothing_new": 0, "refused": 0})
    assert "・見守りの集い" in server.letters[0].text
    assert kb("digest")[1].startswith("0通を送りました")


def test_a_server_that_is_down_is_an_error_of_the_command(kb, due, server):
    server.answers = {"GREETING": "421 down"}
    code, _, err = kb("digest")
    assert (code, "421 down" in err) == (14, True)
    server.answers = {}
    assert kb("digest")[0] == 0
    assert len(server.letters) == 1


def test_beside_the_worker_news_are_sent_by_themselves(due, server):
    ended = Event()
    with open_library(due) as library, _sending(library, ended):
        assert server.taken.wait(30)
        ended.set()
    assert "・見守りの集い" in server.letters[0].text
