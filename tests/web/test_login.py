"""Signing in and out: cookies, sessions, where it leads to, and what attackers try."""

import re
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from flask import Blueprint

from kb import View, hookimpl
from kb.model import OPERATOR, Role
from kb.testing import ingest_text
from kb.web import current_actor


def log_in(visitor, name, password="", **form):
    return visitor.post("/login", name=name, password=password or visitor.password, **form)


def cookie_of(answer, name="kb"):
    """The parts of a cookie that an answer sets; empty if it sets none."""
    found = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{name}=")]
    return [part.strip() for part in found[0].split(";")] if found else []


def test_after_signing_in_the_pages_are_ones_own(visitor):
    visitor.account("csw", "山吹")
    answer = log_in(visitor, "山吹")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    page = visitor.get("/")
    assert "山吹 相談員" in page.text
    assert "ログアウト" in page.text
    assert not page.links("^/login")


@pytest.mark.parametrize(("role", "seen"), [("reader", 2), ("csw", 3), ("staff", 3), ("admin", 3)])
def test_the_role_decides_what_may_be_read(visitor, issue_text, role, seen):
    for number, kept in enumerate(("public", "members", "cases")):
        ingest_text(visitor.library, f"だより{number}.txt", issue_text.replace("12", str(number)), access=kept)
    assert "資料 1 件" in visitor.get("/").text
    assert f"資料 {seen} 件" in visitor.as_(role).get("/").text


def test_a_copied_cookie_is_dead_after_logging_out(visitor):
    visitor.account("staff", "山吹")
    (pair, *_) = cookie_of(log_in(visitor, "山吹"))
    thief = visitor.other()
    thief.client.set_cookie("kb", pair.partition("=")[2])
    assert thief.get("/account").status == 200
    answer = visitor.post("/logout")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert thief.get("/account").status == visitor.get("/account").status == 303


def test_an_id_from_before_signing_in_is_not_taken_over(visitor):
    visitor.account("reader", "山吹")
    visitor.client.set_cookie("kb", "planted")
    (pair, *_) = cookie_of(log_in(visitor, "山吹"))
    assert pair != "kb=planted"
    other = visitor.other()
    other.client.set_cookie("kb", "planted")
    assert other.get("/account").status == 303


def test_signing_in_again_ends_the_session_before(visitor):
    first = visitor.as_("reader", "山吹")
    old = first.client.get_cookie("kb").value
    log_in(first, "山吹")
    assert first.client.get_cookie("kb").value != old
    assert visitor.auth.session(old) is None


@pytest.mark.parametrize(
    ("settings", "name", "more"),
    [({}, "kb", []), ({"https": True, "hosts": "localhost"}, "__Host-kb", ["Secure"])],
    ids=["http", "https"],
)
def test_the_cookie_is_for_this_server_alone_and_no_script(make, settings, name, more):
    visitor = make(**settings)
    visitor.account("reader", "山吹")
    token = re.search(r'csrf_token" value="([^"]+)', visitor.client.get("/login", base_url="https://localhost").text)[1]
    form = {"csrf_token": token, "name": "山吹", "password": visitor.password}
    answer = visitor.client.post("/login", data=form, base_url="https://localhost")
    pair, *flags = cookie_of(answer, name)
    assert len(pair) > 40
    assert sorted(flags) == sorted(["HttpOnly", "Path=/", "SameSite=Lax", *more])
    assert ("Strict-Transport-Security" in answer.headers) == bool(more)


def test_only_pages_with_a_form_set_a_cookie_and_that_signs_nobody_in(visitor, issue):
    for address in ("/", "/search?q=民生委員", f"/documents/{issue.id}", "/nowhere", "/account"):
        assert "Set-Cookie" not in visitor.get(address).headers
    page = visitor.get("/login")
    assert cookie_of(page, "kb_form")
    assert cookie_of(page, "kb") == []


# -------------------------------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize("name", ["山吹", "誰もいない", "停止中"])
def test_a_refusal_says_the_same_whoever_it_is_and_keeps_what_was_typed(visitor, name):
    visitor.account("reader", "山吹")
    visitor.auth.accounts.disable(visitor.account("reader", "停止中").id, OPERATOR)
    page = log_in(visitor, name, "まったく違う合言葉です")
    assert page.status == 400
    assert "名前かパスワードが違います" in page.text
    assert f'value="{name}"' in page.html
    assert "まったく違う合言葉" not in page.html
    assert cookie_of(page) == []


def test_a_mistake_is_tied_to_the_fields(visitor):
    page = log_in(visitor, "誰もいない")
    assert 'role="alert" id="problem"' in page.html
    for field in ("name", "password"):
        (tag,) = re.findall(rf'<input [^>]*id="{field}"[^>]*>', page.html)
        assert 'aria-invalid="true"' in tag
        assert 'aria-describedby="problem"' in tag
    assert 'autocomplete="username"' in page.html
    assert 'autocomplete="current-password"' in page.html


def test_guessing_is_stopped_with_429(visitor):
    visitor.account("reader", "山吹")
    statuses = [log_in(visitor, "山吹", f"当てずっぽう{n}").status for n in range(11)]
    assert statuses == [400] * 10 + [429]
    page = log_in(visitor, "山吹")
    assert page.status == 429
    assert "15分待ってから" in page.text


# --------------------------------------------------------------------------------------------------- open redirects


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/login?next=/",
        "/logout",
        "//[::1",
        "",
    ],
)
def test_open_redirect_it_leads_nowhere_else(visitor, evil):
    visitor.account("reader", "山吹")
    assert log_in(visitor, "山吹", next=evil).headers["Location"] == "/"
    assert visitor.get("/login", next=evil).headers["Location"] == "/"


def test_one_comes_back_to_where_one_was_going(visitor):
    visitor.account("admin", "山吹")
    asked = visitor.get("/admin/audit/?actor=若葉")
    assert asked.status == 303
    (back,) = re.findall(r'name="next" value="([^"]*)"', visitor.get(asked.headers["Location"]).html)
    assert unquote(log_in(visitor, "山吹", next=back).headers["Location"]) == "/admin/audit/?actor=若葉"


def test_the_link_to_the_login_leads_back_to_the_page(visitor, issue):
    assert f"/login?next=/documents/{issue.id}" in visitor.get(f"/documents/{issue.id}").links("^/login")
    assert visitor.get("/login").links("^/login") == ["/login"]


# --------------------------------------------------------------------------------------------------------- forgery


def posting_view():
    blueprint = Blueprint("notes", __name__, url_prefix="/notes")
    blueprint.add_url_rule(
        "/", "index", lambda: current_actor().name or "誰か", methods=["GET", "POST", "PUT", "DELETE"]
    )
    return SimpleNamespace(kb_views=hookimpl(lambda: [View("メモ", blueprint)], specname="kb_views"))


def test_request_forgery_a_form_without_our_token_is_refused_also_a_plugins(make):
    visitor = make({"kb_notes": posting_view()})
    staff = visitor.as_("staff", "山吹")
    for method in ("post", "put", "delete"):
        for form in ({}, {"csrf_token": "guessed"}, {"csrf_token": visitor.token()}):
            answer = getattr(staff.client, method)("/notes/", data=form)
            assert answer.status_code == 403
            assert "受け付けられませんでした" in answer.text
    assert staff.post("/notes/").text == "山吹"
    header = {"X-CSRF-Token": staff.token()}
    assert staff.client.delete("/notes/", headers=header).text == "山吹"


def test_request_forgery_another_site_is_refused_whatever_it_sends(visitor):
    staff = visitor.as_("staff")
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        assert staff.post("/logout", headers={"Origin": origin}).status == 403
    assert staff.get("/account").status == 200
    assert staff.post("/logout", headers={"Origin": "http://localhost"}).status == 303


def test_request_forgery_nobody_can_be_signed_in_to_anothers_account(visitor):
    visitor.account("reader", "攻撃者")
    answer = visitor.client.post("/login", data={"name": "攻撃者", "password": visitor.password})
    assert answer.status_code == 403
    assert cookie_of(answer) == []


def test_a_large_form_is_refused_before_it_is_read(make):
    visitor = make({"kb_notes": posting_view()})
    answer = visitor.client.post("/notes/", data={"text": "あ" * (1 << 20)})
    assert answer.status_code == 413


# ------------------------------------------------------------------------------------------------------------ hosts


OURS = ("localhost", "localhost:8000", "127.0.0.1", "127.0.0.1:8000", "192.168.1.5:8000", "[::1]:8000")


@pytest.mark.parametrize("host", OURS)
def test_host_header_without_a_setting_numbers_and_localhost_are_ours(visitor, host):
    assert visitor.client.get("/help", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "user@127.0.0.1", "127.0.0.1:80:80", "localhost.", "a/b"]
)
@pytest.mark.parametrize("settings", [{}, {"hosts": "kb.example.jp"}], ids=["any", "named"])
def test_host_header_attacks_are_refused(make, settings, host):
    answer = make(**settings).client.get("/login", headers={"Host": host})
    assert answer.status_code == 400
    assert host not in answer.text


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("kb.example.jp", True),
        ("KB.example.jp", True),
        ("kb.example.jp:9", True),
        ("shakyo.example.jp:8443", True),
        ("shakyo.example.jp", False),
        ("www.kb.example.jp", False),
        ("127.0.0.1", False),
    ],
)
def test_host_header_with_a_setting_only_those_names_are_ours(make, host, ours):
    client = make(hosts="kb.example.jp, shakyo.example.jp:8443").client
    assert client.get("/help", headers={"Host": host}).status_code == (200 if ours else 400)


def test_a_proxy_is_only_believed_where_there_is_one(make):
    said = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "203.0.113.9", "Host": "localhost"}
    assert make().client.get("/help", headers=said).status_code == 200
    assert make(proxies=1).client.get("/help", headers=said).status_code == 400


def test_behind_a_proxy_the_log_has_the_address_that_it_tells(make):
    visitor = make(proxies=1)
    visitor.post("/login", name="誰か", password="違う", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    (entry,) = visitor.auth.log.entries(actions=["login.failed"])
    assert entry.detail["address"] == "203.0.113.9"


# ------------------------------------------------------------------------------------------------------- caches, API


def test_nothing_stays_on_a_shared_computer(visitor, issue):
    for address in ("/", f"/documents/{issue.id}", f"/documents/{issue.id}/original"):
        assert "no-store" not in visitor.get(address).headers["Cache-Control"]
        page = visitor.as_("reader", f"読者{len(address)}").get(address)
        assert page.headers["Cache-Control"] == "no-store"
        assert "Cookie" in page.headers["Vary"]


def test_a_token_acts_for_its_account_where_programs_may(visitor):
    account = visitor.account("staff", "取込係")
    token = visitor.auth.new_token(account, 30, OPERATOR)
    header = {"Authorization": f"Bearer {token}"}
    answer = visitor.client.get("/api/account", headers=header)
    assert answer.json == {"name": "取込係", "role": "staff", "access": ["cases", "members", "public"]}
    assert "Set-Cookie" not in answer.headers
    assert visitor.client.get("/account", headers=header).status_code == 303
    visitor.auth.accounts.disable(account.id, OPERATOR)
    refused = visitor.client.get("/api/account", headers=header)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_role_is_refused_in_japanese(visitor):
    page = visitor.as_("staff").get("/admin/accounts")
    assert page.status == 403
    assert f"このページを使えるのは{Role.ADMIN.label}以上の方です" in page.text
