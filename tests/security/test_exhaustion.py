"""Requests that want to use the server up: each costs little, is refused early, and keeps nobody else waiting."""

import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from types import SimpleNamespace
from urllib.parse import quote, urlencode

import pytest

from kb.auth import Auth
from kb.model import OPERATOR, Role
from kb.plugins import Plugins
from kb.search.query import MAX_LENGTH
from kb.testing import open_library
from kb.web.serve import MOST_HEAD
from tests.security.attacking import PARAMETERS
from tests.visiting import PASSWORD

LONG = {
    "a word": "社会福祉協議会" * 20_000,
    "brackets": "(" * 50_000 + "支援" + ")" * 50_000,
    "quotes": '"支援 ' * 20_000,
    "spaces": "支援" + " " * 100_000 + "x",
    "dates": "令和" * 30_000 + "3年",
    "digits": "1" * 100_000,
    "hyphens": "支援" + "-" * 100_000,
    "kana and marks": "か\u3099" * 50_000,
    "a path": "../" * 30_000,
    "an address": "//" * 50_000,
}


def fitting(text, among=1):
    """As much of a text as an address can have that our server takes, in each of so many arguments."""
    room = MOST_HEAD // among - 100
    while len(quote(text)) > room:
        text = text[: len(text) * room // len(quote(text))]
    return text


@pytest.fixture(scope="module")
def admin(make_site):
    return make_site().as_("admin", "若葉")


#: Arguments in which something is looked for; they get as much as an address can hold.
READ_CLOSELY = (
    ("/search", "q"),
    ("/search", "type"),
    ("/sections/none", "q"),
    ("/login", "next"),
    ("/admin/audit/", "since"),
)


@pytest.mark.parametrize("kind", LONG)
def test_oversized_query_and_regular_expressions_in_every_argument(admin, kind):
    """No pattern of ours repeats itself over what it is given; how queries are bounded is in test_query_budgets.py."""
    arguments = dict.fromkeys(PARAMETERS, fitting(LONG[kind], len(PARAMETERS)))
    for _, address in admin.addresses():
        assert admin.get(address, **arguments).status < 500, address
    for address, name in READ_CLOSELY:
        answer = admin.get(address, **{name: fitting(LONG[kind])})
        assert answer.status < 500, address
        longest = max(map(len, re.findall(r'value="([^"]*)"', answer.html)), default=0)
        assert longest <= 6 * MAX_LENGTH, address  # nothing that is so long is handed back


def test_oversized_query_of_very_many_arguments(admin):
    assert admin.get("/search", **{f"f{n}": "x" for n in range(5_000)}).status == 200
    assert admin.get("/search", year=[str(n) for n in range(5_000)]).status == 200


@pytest.mark.parametrize("kind", ["spaces", "digits", "kana and marks", "an address"])
def test_oversized_fields_of_forms(admin, kind):
    names = ("name", "title", "date", "type", "access", "evidence", "replacement", "reason", "kind", "role", "code")
    document = admin.bring(f"{kind}.txt", f"■集い\n\n{kind}の集いです。\n", access="cases", type="document")
    form = {name: LONG[kind][: (900_000 // len(names)) // 9] for name in names} | {"do": "keep"}
    for _, address in admin.addresses("POST", document=document, account=999_999):
        if address not in {"/logout", "/account/logout"}:
            assert admin.post(address, **form).status < 500, address
    assert len(admin.library.desk(OPERATOR).item(document).document.title) <= 500


def test_oversized_body_is_refused_by_every_form(site):
    admin = site.as_("admin", "若葉")
    large = urlencode({"csrf_token": admin.token(), "name": "x" * (1 << 20)}).encode()
    takes_files = {"/desk/", "/api/documents"}
    asked = 0
    for _, address in admin.addresses("POST"):
        if address in takes_files or address.endswith("/version"):
            continue
        for somebody in (admin, site.other()):
            form = "application/x-www-form-urlencoded"
            with somebody.client.post(address, data=large, content_type=form) as answer:
                assert answer.status_code in ({413} if somebody is admin else {303, 403, 413}), address
        asked += 1
    assert asked > 15


def test_oversized_body_of_very_many_parts(site):
    staff = site.as_("staff", "若葉")
    part = '--x\r\nContent-Disposition: form-data; name="f{}"\r\n\r\na\r\n'
    many = "".join(part.format(number) for number in range(2_000)).encode() + b"--x--\r\n"
    header = {"X-CSRF-Token": staff.token()}
    with staff.client.post(
        "/desk/", data=many, headers=header, content_type="multipart/form-data; boundary=x"
    ) as answer:
        assert answer.status_code == 413
    assert staff.library.desk(OPERATOR).items() == []


# --------------------------------------------------------------------------------------------------- the real server


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """``kb serve`` with a single thread, and the token of a member of staff."""
    home = tmp_path_factory.mktemp("served")
    with open_library(home, Plugins.load()) as library:
        auth = Auth(library.accounts, library.audit, library.config)
        account, link = auth.invite("若葉", Role("staff"), OPERATOR)
        auth.take_up(link.path.removeprefix("/join/"), PASSWORD)
        token = auth.new_token(auth.accounts.get(account.id), 1, OPERATOR)
    (home / "kb.toml").write_text("threads = 1\nmax_file_megabytes = 1\n", encoding="utf-8")
    command = [sys.executable, "-m", "kb", "--data", str(home), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            port = int(re.search(r":(\d+)", process.stdout.readline())[1])
            yield SimpleNamespace(home=home, port=port, token=token)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def connection(served, request, body=b""):
    opened = socket.create_connection(("127.0.0.1", served.port), timeout=30)
    opened.sendall(request.replace("\n", "\r\n").encode() + body)
    return opened


def status(opened):
    with opened, opened.makefile("rb") as stream:
        return int(stream.readline().split()[1])


def page(served):
    return status(connection(served, "GET /help HTTP/1.1\nHost: localhost\nConnection: close\n\n"))


HEAD = 'Content-Disposition: form-data; name="file"; filename="集い.txt"\r\n\r\n'


def upload(served, length, body):
    return connection(
        served,
        f"POST /api/documents HTTP/1.1\nHost: localhost\nAuthorization: Bearer {served.token}\n"
        f"Content-Type: multipart/form-data; boundary=x\nContent-Length: {length}\nConnection: close\n\n",
        body,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_slow_and_incomplete_bodies_keep_nobody_waiting_and_leave_nothing(served):
    body = b"--x\r\n" + HEAD.encode() + "■集い\n\n春の集いです。".encode()
    end = b"\r\n--x--\r\n"
    with ExitStack() as closing:
        for _ in range(20):  # one thread answers all
            closing.enter_context(upload(served, len(body + end), body))
            closing.enter_context(connection(served, "GET /help HTTP/1.1\nHost: localhost\nX-Slow: "))
        assert page(served) == 200
    assert page(served) == 200
    store = served.home / "documents/.store"
    assert list((store / "originals").rglob("*")) == []
    assert list((store / ".incoming").rglob("*")) == []
    assert status(upload(served, len(body + end), body + end)) == 202


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_oversized_body_is_refused_before_it_is_sent(served):
    assert status(upload(served, 1 << 34, b"--x\r\n")) == 413
    chunked = "POST /login HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\nConnection: close\n\n"
    opened = connection(served, chunked)
    chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    try:
        for _ in range(8):
            opened.sendall(chunk)
    except (BrokenPipeError, ConnectionResetError):
        opened.close()  # it has heard enough
    else:
        assert status(opened) == 413
    assert page(served) == 200


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    "request_",
    [
        "GET /help HTTP/1.1\nHost: localhost\nContent-Length: 5\nContent-Length: 6\n\nabcdef",
        "GET /help HTTP/1.1\nHost: localhost\nContent-Length: -1\n\n",
        "GET /help HTTP/1.1\nHost : localhost\n\n",
        "GET /help HTTP/1.1\nHost: localhost\nX: a\x00b\n\n",
        f"GET /{'x' * 300_000} HTTP/1.1\nHost: localhost\n\n",
        "GET /help HTTP/1.1\n" + "X-Many: x\n" * 100_000 + "\n",
    ],
    ids=["two lengths", "negative", "space in a name", "NUL", "a long line", "many headers"],
)
def test_request_smuggling_and_oversized_headers(served, request_):
    with suppress(BrokenPipeError, ConnectionResetError):  # it has heard enough
        assert 400 <= status(connection(served, request_)) < 500
    assert page(served) == 200
