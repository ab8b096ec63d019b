"""Programs bring files with a token: acknowledged when kept, and told in JSON what has become of them."""

import io
import json

import pytest

from kb.model import OPERATOR
from kb.testing import search

TEXT = "■春の集い\n\n若葉市の公民館で、見守りの集いを開きました。\n"


@pytest.fixture
def program(visitor):
    """Sends requests with the token of a member of staff."""
    token = visitor.auth.new_token(visitor.account("staff", "取り込み"), None, OPERATOR)
    return Program(visitor, {"Authorization": f"Bearer {token}"})


class Program:
    def __init__(self, visitor, headers):
        self.library, self._client, self.headers = visitor.library, visitor.other().client, headers

    def send(self, content=TEXT, name="集い.txt", headers=None, **form):
        data = {"file": (io.BytesIO(content.encode()), name), **form} if content is not None else form
        with self._client.post(
            "/api/documents", data=data, headers=self.headers if headers is None else headers
        ) as answer:
            return answer.status_code, answer.get_json(silent=True), answer.headers

    def ask(self, document):
        with self._client.get(f"/api/documents/{document}", headers=self.headers) as answer:
            return answer.status_code, json.loads(answer.get_data())


def test_a_file_is_acknowledged_read_and_found(program):
    status, answer, headers = program.send(access="public", publish="1", type="document")
    assert (status, answer["status"], answer["version"]) == (202, "accepted", 1)
    assert headers["Location"] == f"/api/documents/{answer['document']}"
    assert program.ask(answer["document"])[1]["state"] == "waiting"
    program.library.reread()
    status, about = program.ask(answer["document"])
    assert (status, about["state"], about["access"], about["findings"], about["error"]) == (
        200,
        "published",
        "public",
        0,
        None,
    )
    assert search(program.library, "見守り 公民館").total == 1
    (entry,) = program.library.audit.entries(actions=["document.add"])
    assert entry.actor == "取り込み"


def test_without_publish_it_waits_for_somebody_to_look_at_it(program):
    _, answer, _ = program.send(type="document")
    program.library.reread()
    assert program.ask(answer["document"])[1]["state"] == "draft"
    assert search(program.library, "見守り").total == 0


def test_the_same_content_is_one_document(program):
    _, first, _ = program.send(type="document")
    program.library.reread()
    status, second, _ = program.send(name="写し.txt", type="document")
    assert (status, second["document"], second["status"]) == (200, first["document"], "unchanged")


def test_a_new_version_of_a_document(program):
    _, first, _ = program.send(type="document", publish="1", access="public")
    program.library.reread()
    status, second, _ = program.send(TEXT + "\n参加は二十人でした。\n", document=first["document"])
    assert (status, second["document"], second["version"]) == (202, first["document"], 2)
    assert program.send(document="ないもの")[0] == 404


def test_what_is_in_the_bin_does_not_come_back_by_itself(program):
    _, first, _ = program.send(type="document")
    program.library.desk(OPERATOR).bin(first["document"])
    status, answer, _ = program.send(type="document")
    assert (status, answer["status"]) == (409, "binned")
    assert "ごみ箱" in answer["error"]


@pytest.mark.parametrize(
    ("content", "form", "words"),
    [
        (None, {}, "ファイルがありません"),
        (TEXT, {"type": "newspaper"}, "使える種類"),
        (TEXT, {"access": "everyone"}, "使える値"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(program, content, form, words):
    status, answer, _ = program.send(content, **form)
    assert status == 400
    assert words in answer["error"]
    assert program.library.desk(OPERATOR).items() == []


def test_a_file_that_is_too_large_is_refused_and_nothing_is_kept(make):
    visitor = make(max_file_megabytes=1)
    token = visitor.auth.new_token(visitor.account("staff"), None, OPERATOR)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    body = head + b"a" * (2 << 20) + b"\r\n--x--\r\n"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=x"}
    with visitor.other().client.post("/api/documents", data=body, headers=headers) as answer:
        assert (answer.status_code, "大きすぎます" in answer.get_json()["error"]) == (413, True)
    assert list((visitor.library.config.store / "originals").glob("*")) == []


def test_a_file_that_cannot_be_read_says_why(program):
    _, answer, _ = program.send("   \n", type="document")
    program.library.reread()
    status, about = program.ask(answer["document"])
    assert (status, about["state"]) == (200, "failed")
    assert about["error"]


@pytest.mark.parametrize("role", ["reader", "csw"])
def test_only_staff_bring_files(visitor, role):
    token = visitor.auth.new_token(visitor.account(role), None, OPERATOR)
    status, _, _ = Program(visitor, {"Authorization": f"Bearer {token}"}).send()
    assert status == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer でたらめ".encode().decode("latin-1")}, {"Authorization": "Basic YTpi"}]
)
def test_nothing_without_a_token(visitor, headers):
    status, answer, sent = Program(visitor, headers).send()
    assert (status, sent["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["error"]


def test_a_session_alone_is_not_enough(visitor):
    """Another site could make a browser send it."""
    staff = visitor.as_("staff")
    with staff.client.post("/api/documents", data={"file": (io.BytesIO(TEXT.encode()), "集い.txt")}) as answer:
        assert answer.status_code == 403
    assert visitor.library.desk(OPERATOR).items() == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/集い.txt", "集い.txt"),
        ("集い\u202etxt.exe", "集いtxt.exe"),
        ("集" * 300 + ".txt", "集" * 196 + ".txt"),
        ("\u200b", "名前のないファイル"),
    ],
)
def test_names_of_files_cannot_lead_anywhere(program, sent, kept):
    _, answer, _ = program.send(name=sent, type="document")
    assert program.library.desk(OPERATOR).versions(answer["document"])[0].file_name == kept


def test_more_than_the_quota_is_refused_with_the_time_to_wait(make):
    visitor = make(quota_megabytes=1)
    token = visitor.auth.new_token(visitor.account("staff"), None, OPERATOR)
    program = Program(visitor, {"Authorization": f"Bearer {token}"})
    assert [program.send(sign * 130_000, type="document")[0] for sign in "あい"] == [202, 202]
    status, answer, headers = program.send("う" * 130_000, type="document")
    assert (status, answer["status"], headers["Retry-After"]) == (429, 429, "86400")
    assert "24時間に取り込める量" in answer["detail"]
