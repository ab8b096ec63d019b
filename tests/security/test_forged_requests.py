"""Requests that somebody else makes a browser send, or that lie about where they go: all routes, plugins' too."""

import re

import pytest

from kb.model import OPERATOR, Role
from kb.web.access import TABLE
from kb.web.forms import SAFE
from tests.security.attacking import PARAMETERS, with_arguments

EVIL = "evil.example"


@pytest.fixture(scope="module")
def admin(make_site):
    site = make_site(totp=True)
    site.account("reader", "読者")
    return site.as_("admin", "若葉")


@pytest.fixture(scope="module")
def document(admin):
    return admin.published("集い.txt", "■春の集い\n\n公民館で集いを開きました。\n")


def known(admin, document):
    return {"document": document, "section": admin.sections(document)[0], "account": 1}


#: What else stands in addresses, and leads nowhere.
OTHERS = {"source": "folder", "field": "case_theme", "code": "14205", "filename": "guessed.css"}


def everything(site):
    """All that requests could change: documents with their revisions, accounts, and the log but for readings."""
    desk = site.library.desk(OPERATOR)
    items = [(i.document.id, i.document.revision, i.state, len(desk.versions(i.document.id))) for i in desk.items()]
    log = [e for e in site.auth.log.entries() if not e.action.endswith((".read", ".denied"))]
    return items, [d.id for d in desk.binned()], site.auth.accounts.all(), len(log)


def changing(app):
    """Every route and method that may change something."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - SAFE):
            yield rule, method


def test_cross_site_request_forgery_every_route_that_changes_something(admin, document):
    before, asked = everything(admin), 0
    for rule, method in changing(admin.app):
        values = known(admin, document) | {"secret": "guessed", "number": 1} | OTHERS
        _, address = rule.build({name: values[name] for name in rule.arguments})
        token = {"csrf_token": admin.token()}
        # What asks for nothing but the secret in its address: one that was made up opens nothing.
        refused = 404 if admin.app.extensions[TABLE][rule.endpoint].link else 403
        for form, headers in (
            ({}, {}),
            ({"csrf_token": ""}, {}),
            ({"csrf_token": "guessed"}, {"X-CSRF-Token": "guessed"}),
            ({"csrf_token": admin.other().token()}, {}),  # of somebody else's browser
            (token, {"Origin": f"https://{EVIL}"}),
            (token, {"Origin": "null"}),
        ):
            with admin.client.open(address, method=method, data=form, headers=headers) as answer:
                assert answer.status_code == refused, f"{method} {address} {form} {headers}"
        asked += 1
    assert [e for e, one in admin.app.extensions[TABLE].items() if one.link] == ["mail.off"]
    assert asked > 15
    assert everything(admin) == before
    assert admin.get("/account").status == 200


def test_cross_site_request_forgery_no_address_changes_anything_when_it_is_opened(admin, document):
    before = everything(admin)
    override = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "DELETE"}
    for _, address in admin.addresses(**known(admin, document)):
        for method in ("GET", "HEAD"):
            with admin.client.open(f"{address}?_method=POST", method=method, headers=override) as answer:
                assert answer.status_code < 500, address
    assert everything(admin) == before
    assert admin.get("/account").status == 200


# ------------------------------------------------------------------------------------------------------------ hosts


def test_host_header_a_foreign_name_is_refused_by_every_route(admin, document):
    for method in ("GET", "POST"):
        for _, address in admin.addresses(method, **known(admin, document)):
            with admin.client.open(address, method=method, headers={"Host": EVIL}) as answer:
                assert answer.status_code == 400, address
                assert EVIL not in answer.get_data(as_text=True) + str(answer.headers), address


def test_host_header_no_link_is_made_from_what_a_request_says_of_itself(admin, document):
    lies = dict.fromkeys(("X-Forwarded-Host", "X-Host", "X-Original-Host", "X-Forwarded-Server"), EVIL)
    lies |= {"Forwarded": f"host={EVIL}", "X-Original-URL": f"//{EVIL}/", "X-Forwarded-Prefix": f"//{EVIL}"}
    for _, address in admin.addresses(**known(admin, document)):
        with admin.client.get(address, headers=lies) as answer:
            assert answer.status_code < 400 or answer.status_code == 404, address
            assert EVIL not in answer.get_data(as_text=True) + str(answer.headers), address
    invited = admin.post("/admin/accounts", headers=lies, name="招かれる人", role="reader")
    assert re.search(r'value="http://localhost/join/[\w-]+"', invited.html)
    assert EVIL not in invited.html


# -------------------------------------------------------------------------------------------------------- redirects


@pytest.mark.parametrize(
    "target", [f"//{EVIL}", f"https://{EVIL}/", f"/\\{EVIL}", f"/\t/{EVIL}", f"\\\\{EVIL}", f"javascript:{EVIL}"]
)
def test_open_redirect_no_argument_of_any_route_leads_elsewhere(admin, document, target):
    for somebody in (admin, admin.other()):
        for method in ("GET", "POST"):
            for _, address in somebody.addresses(method, account=999_999):
                form = dict.fromkeys((*PARAMETERS, "url", "return", "back", "redirect"), target)
                with somebody.client.open(
                    with_arguments(address, target), method=method, data=form if method == "POST" else None
                ) as answer:
                    location = answer.headers.get("Location", "/")
                    assert location.startswith("/"), address
                    assert not location.startswith(("//", "/\\")), address


# ---------------------------------------------------------------------------------------------------------- headers


def answers(admin, document):
    """An answer of every route for an administrator and a visitor, and of every kind of refusal."""
    for somebody in (admin, admin.other()):
        for _, address in somebody.addresses(**known(admin, document)):
            yield address, somebody.get(address)
        for address in ("/nowhere", "/static/kb.css", "/static/upload.js", "/static/none.js", "/documents/none"):
            yield address, somebody.get(address)
        yield "no token", somebody.post("/logout", csrf_token="guessed")
        with somebody.client.post("/search") as answer:
            yield "method", Headers(answer)
        with somebody.client.get("/", headers={"Host": EVIL}) as answer:
            yield "host", Headers(answer)
        with somebody.client.post("/login", data={"name": "x" * (2 << 20)}) as answer:
            yield "large", Headers(answer)


class Headers:
    def __init__(self, answer):
        self.status, self.headers = answer.status_code, answer.headers


def test_clickjacking_and_inline_script_every_answer_forbids_them(admin, document):
    for address, answer in answers(admin, document):
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy, address
        assert "frame-ancestors 'self'" in policy, address
        assert "default-src 'self'" in policy or "default-src 'none'" in policy, address
        assert headers["X-Frame-Options"] == "SAMEORIGIN", address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Referrer-Policy"] == "same-origin", address
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", address
        assert "Access-Control-Allow-Origin" not in headers, address
        assert "X-Powered-By" not in headers, address


def test_shared_caches_and_shared_computers_keep_nothing(admin, document):
    for address, answer in answers(admin, document):
        control = answer.headers["Cache-Control"]
        if address.startswith("/static"):
            continue
        assert "public" not in control, address
        assert "private" in control or "no-store" in control, address
    for _, address in admin.addresses(**known(admin, document)):
        assert admin.get(address).headers["Cache-Control"] == "no-store", address
        assert "Cookie" in admin.get(address).headers["Vary"], address


def test_cross_site_request_forgery_head_is_no_form(admin):
    """A browser lets any site send HEAD; what is not POST takes nothing from a form."""
    _, link = admin.auth.invite("招かれた人", Role.READER, OPERATOR)
    form = {"name": "若葉", "password": admin.password, "again": admin.password}
    for address in ("/login", link.path):
        with admin.other().client.head(address, data=form) as answer:
            assert answer.status_code == 200
            assert "kb=" not in str(answer.headers.getlist("Set-Cookie"))
    assert admin.auth.linked(link.path.removeprefix("/join/")).name == "招かれた人"
    assert [entry for entry in admin.auth.log.entries() if entry.action == "login.failed"] == []
