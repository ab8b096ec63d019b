"""Pages by several processes: which ones, for whom, and what becomes of it when one of them dies."""

import os
import re
import signal
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from werkzeug.test import create_environ

from kb.helper import receive, send
from kb.testing import ingest_text, open_library
from kb.web import relay
from kb.web.answering import answer
from kb.web.relay import Relay
from kb.web.site import EXTENSION
from tests.processes import PATIENCE, is_running, until
from tests.visiting import PASSWORD, Visitor

#: Says on a results page which process has made it; does odd things when somebody searches for them.
PLUGIN = """
import os, signal, subprocess, sys
from flask import request
from kb import Panel, hookimpl

def where(subject):
    asked = request.args.get("q", "")
    if asked == "壊す":
        raise ValueError("壊れました")
    if asked == "倒す":
        os.kill(os.getpid(), signal.SIGKILL)
    if asked == "盗む":
        return "盗んだもの：" + subprocess.run([sys.executable, "-c", "print(repr(input()))"], capture_output=True).stdout.decode()
    return f"プロセス{os.getpid()}番"

@hookimpl
def kb_panels(place):
    return [Panel("どこで", where)] if place == "results" else []
"""


def process_of(page):
    """The process that has made a results page."""
    return int(re.search(r"プロセス(\d+)番", page.text)[1])


@pytest.fixture
def visitor(tmp_path, issue_text):
    """In front of one public newsletter and one for members, with a plugin that says which process makes a page."""
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "where.py").write_text(PLUGIN, encoding="utf-8")
    with open_library(tmp_path) as library:
        ingest_text(library, "だより12.txt", issue_text)
        ingest_text(library, "だより13.txt", issue_text.replace("12", "13"), access="members")
        yield Visitor(library)


@contextmanager
def relayed(visitor, number, program="import kb.cli; kb.cli.main()"):
    """Inside, so many processes make pages beside this one."""
    command = [sys.executable, "-c", program, "--data", str(visitor.library.config.home), "answer"]
    with Relay(visitor.app, command, number):
        yield


def processes_of(visitor, number):
    """The processes that make pages, when many ask at a time."""
    with ThreadPoolExecutor(number * 4) as people:
        return {process_of(page) for page in people.map(lambda _: visitor.other().get("/search"), range(number * 16))}


def shown(page):
    """What a browser is given, whichever process has made it."""
    headers = {name: value for name, value in page.headers.items() if name not in {"ETag", "Content-Length", "Date"}}
    return page.status, headers, re.sub(rb"\xe3\x82\xb9\d+", b"", page.data)


def test_pages_are_made_elsewhere_and_are_the_same(visitor):
    section = visitor.get("/search?q=片付け").links("^/sections/")[0]
    addresses = (
        "/",
        "/search?q=民生委員",
        "/suggest?q=みま",
        "/documents/",
        "/api/search?q=片付け",
        section,
        "/search?page=x",
    )
    here = {address: visitor.get(address) for address in addresses}
    with relayed(visitor, 1):
        for address, page in here.items():
            assert shown(visitor.get(address)) == shown(page), address
        assert process_of(here["/search?q=民生委員"]) == os.getpid()
        assert process_of(visitor.get("/search?q=民生委員")) != os.getpid()


def test_each_gets_the_answer_to_their_own_question(visitor):
    """Also when there are many more of them than processes."""
    words = [f"{word}{number}" for number in range(20) for word in ("民生委員", "片付け", "研修", "生徒", "ない言葉")]
    with relayed(visitor, 2), ThreadPoolExecutor(12) as people:
        pages = list(people.map(lambda words: visitor.other().get("/search", q=words), words))
    assert [re.search('name="q" value="([^"]*)"', page.html)[1] for page in pages] == words
    assert len({process_of(page) for page in pages} - {os.getpid()}) == 2


def documents_of(page):
    """The documents of the hits on a results page."""
    return {link.removeprefix("/sections/").partition("-")[0] for link in page.links("^/sections/")}


def test_who_has_signed_in_is_known_everywhere_and_at_once(visitor):
    with relayed(visitor, 1):
        member = visitor.other()
        assert len(documents_of(member.get("/search?q=片付け"))) == 1
        member.account("reader", "山吹")
        assert member.post("/login", name="山吹", password=PASSWORD).status == 303
        page = member.get("/search?q=片付け")
        assert len(documents_of(page)) == 2
        assert page.headers["Cache-Control"] == "no-store"
        assert process_of(page) != os.getpid()
        member.post("/logout")
        assert len(documents_of(member.get("/search?q=片付け"))) == 1


def test_what_is_changed_here_is_seen_there(visitor, issue_text):
    with relayed(visitor, 1):
        assert not visitor.get("/search?q=避難所").titles
        ingest_text(visitor.library, "だより14.txt", issue_text.replace("12", "14").replace("片付け", "避難所"))
        assert visitor.get("/search?q=避難所").titles


#: Answers whatever it is asked, and never looks at it.
PARROT = """
from kb.helper import pipes, receive, send
from kb.web.answering import READY, Answered

questions, answers = pipes()
while (asked := receive(questions)) is not None:
    send(Answered("200 OK", [("Content-Type", "text/plain")], "よそで".encode(), []) if asked else READY, answers)
"""


def test_which_pages_others_make_and_which_only_the_server(visitor):
    """What is changed, downloaded, or counted in memory is the server's own."""
    section = visitor.get("/search?q=片付け").links("^/sections/")[0]
    why, document = section.replace("/sections/", "/why/"), visitor.get("/documents/").links("^/documents/[0-9a-f]")[0]
    theirs = [
        "/health",
        "/",
        "/search",
        why,
        section,
        document,
        "/documents/",
        "/suggest",
        "/api/search",
        "/api/suggest",
        "/feed.atom",
    ]
    ours = [
        "/login",
        "/nowhere",
        "/documents",
        f"{document}/original",
        "/static/kb.css",
        "/account",
        "/api/",
    ]
    with relayed(visitor, 1, PARROT):
        assert [address for address in theirs if visitor.get(address).data != "よそで".encode()] == []
        assert [address for address in ours if visitor.get(address).data == "よそで".encode()] == []
        assert visitor.client.post("/search").status_code == 405
        assert visitor.client.get("/search", data=b"q=1").data != "よそで".encode()
        assert visitor.client.options("/search").data == b""


def test_an_answer_to_head_has_no_body(visitor):
    with relayed(visitor, 1):
        answer = visitor.client.head("/search?q=民生委員")
        assert (answer.status_code, answer.data) == (200, b"")
        assert int(answer.headers["Content-Length"]) > 0


def test_when_one_dies_nobody_notices_and_another_takes_its_place(visitor):
    with relayed(visitor, 1):
        (first,) = processes_of(visitor, 1)
        os.kill(first, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{first}").exists(), "its supervisor has found out")
        page = visitor.get("/search?q=民生委員")
        assert page.titles
        found = until(lambda: {process_of(visitor.get("/search?q=民生委員"))} - {os.getpid(), first}, "another process")
        assert len(found) == 1


def test_a_page_that_ends_its_process_is_not_tried_again(visitor):
    """It would end the server."""
    with relayed(visitor, 1):
        (first,) = processes_of(visitor, 1)
        page = visitor.get("/search?q=倒す")
        assert (page.status, "ただいま利用できません" in page.text) == (503, True)
        assert visitor.get("/api/search?q=民生委員").status == 200
        assert not is_running(first)


def test_a_process_that_does_not_answer_is_replaced_and_whoever_waits_is_told(visitor, monkeypatch):
    monkeypatch.setattr(relay, "LONGEST", 1.0)
    with relayed(visitor, 1), ThreadPoolExecutor(3) as people:
        (stopped,) = processes_of(visitor, 1)
        os.kill(stopped, signal.SIGSTOP)
        pages = list(people.map(lambda _: visitor.other().get("/search?q=民生委員"), range(3)))
        assert 503 in {page.status for page in pages} <= {200, 503}
        assert visitor.get("/login").status == 200
        until(lambda: not is_running(stopped), "it has been ended")
        until(lambda: process_of(visitor.get("/search?q=民生委員")) != os.getpid(), "another process")


def test_the_server_ends_while_somebody_asks_a_process_that_does_not_read(visitor):
    """The pipe is full, and whoever writes to it does not let go of it."""
    with ThreadPoolExecutor(1) as people:
        with relayed(visitor, 1):
            (stopped,) = processes_of(visitor, 1)
            os.kill(stopped, signal.SIGSTOP)
            asking = people.submit(
                visitor.client.get, "/search", headers={"Referer": "http://localhost/" + "a" * 200_000}
            )
            until(lambda: Path(f"/proc/{stopped}/stat").exists() and not asking.done(), "it is asked")
        assert asking.result(PATIENCE).status_code == 200  # by the server: the question was never read
    assert not is_running(stopped)


def test_programs_that_a_page_starts_cannot_read_what_others_ask(visitor):
    with relayed(visitor, 1), ThreadPoolExecutor(4) as people:
        pages = list(people.map(lambda words: visitor.other().get("/search", q=words), ["盗む", "民生委員"] * 4))
    assert [page.status for page in pages] == [200] * 8
    assert all("盗んだもの：" in page.text and "REMOTE_ADDR" not in page.text for page in pages[::2])


def test_what_a_page_leaves_for_later_does_not_end_its_process():
    app = Flask("later")
    app.extensions[EXTENSION] = SimpleNamespace(failures=deque())

    @app.get("/")
    def page():
        response = app.make_response("答え")
        response.call_on_close(lambda: 1 / 0)
        return response

    questions, answers = BytesIO(), BytesIO()
    environ = {name: value for name, value in create_environ("/").items() if isinstance(value, str)}
    for _ in range(2):
        send(environ, questions)
    questions.seek(0)
    answer(app, questions, answers)
    answers.seek(0)
    assert [receive(answers).body.decode() for _ in range(2)] == ["答え", "答え"]


def test_processes_that_cannot_start_keep_nobody_waiting(visitor):
    with relayed(visitor, 2, "raise SystemExit('始められません')"), ThreadPoolExecutor(8) as people:
        pages = list(people.map(lambda _: visitor.other().get("/search?q=民生委員"), range(16)))
    assert {(page.status, process_of(page)) for page in pages} == {(200, os.getpid())}


def test_they_end_with_the_server(visitor):
    with relayed(visitor, 2):
        processes = processes_of(visitor, 2)
        assert len(processes) == 2
        assert all(map(is_running, processes))
    assert process_of(visitor.get("/search?q=民生委員")) == os.getpid()
    assert not any(map(is_running, processes))


def test_a_stop_for_the_whole_group_leaves_them_to_finish(visitor):
    """systemd tells every process of a service to end; the server still has answers to give."""
    with relayed(visitor, 1):
        (process,) = processes_of(visitor, 1)
        os.kill(process, signal.SIGTERM)
        os.kill(process, signal.SIGINT)
        assert process_of(visitor.get("/search?q=民生委員")) == process


def test_what_breaks_there_is_shown_to_the_administrator_here(visitor):
    admin = visitor.as_("admin")
    with relayed(visitor, 1):
        page = visitor.get("/search?q=壊す")
        assert page.status == 200
        assert "どこで" not in page.text
        assert "どこで" in admin.get("/admin/plugins/").text
