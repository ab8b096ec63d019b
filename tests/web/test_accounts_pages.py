"""Links that work once, one's own account, and the administrator's pages."""

import csv
import io
import re
from datetime import timedelta

import pytest

from kb.auth import codes
from kb.model import OPERATOR, Role
from kb.store.audit import AuditEntry
from kb.testing import ingest_text

OTHER = "夕立のあとの wasabi"


@pytest.fixture
def admin(visitor):
    return visitor.as_("admin", "管理の山吹")


def link_on(page):
    """The link that a page shows once."""
    (address,) = re.findall(r'id="link" value="http://localhost([^"]+)"', page.html)
    return address


# ------------------------------------------------------------------------------------------------------------ links


def test_the_first_administrator_sets_up_and_is_signed_in(visitor):
    address = visitor.auth.setup_link().path
    assert "最初の管理者を作る" in visitor.get(address).text
    answer = visitor.post(address, name="山吹", password=visitor.password, again=visitor.password)
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/accounts")
    assert "山吹 管理者" in visitor.get("/admin/accounts").text
    again = visitor.other()
    assert again.get(address).status == 404
    assert again.post(address, name="若葉", password=OTHER, again=OTHER).status == 404


@pytest.mark.parametrize(
    ("form", "reason", "field"),
    [
        ({"name": "", "password": OTHER, "again": OTHER}, "名前が空です", "name"),
        ({"name": "山吹", "password": "みじかい", "again": "みじかい"}, "短すぎます", "password"),
        ({"name": "山吹", "password": OTHER, "again": "別のもの"}, "2つのパスワードが違います", "again"),
    ],
)
def test_a_mistake_in_setting_up_is_said_at_its_field_and_costs_nothing(visitor, form, reason, field):
    address = visitor.auth.setup_link().path
    page = visitor.post(address, **form)
    assert page.status == 400
    assert reason in page.text
    invalid = re.findall(r'<input [^>]*id="(\w+)"[^>]*aria-invalid="true" aria-describedby="problem', page.html)
    assert invalid == [field]
    assert OTHER not in page.html
    assert visitor.post(address, name="山吹", password=OTHER, again=OTHER).status == 303


def test_an_invitation_leads_to_a_password_and_works_once(visitor, admin):
    page = admin.post("/admin/accounts", name="若葉", role="csw")
    assert "若葉 さん（相談員）" in page.text
    address = link_on(page)
    assert "若葉 さん（相談員）のパスワード" in visitor.get(address).text
    done = visitor.post(address, password=OTHER, again=OTHER)
    assert "ログインできます" in done.text
    assert visitor.post("/login", name="若葉", password=OTHER).status == 303
    assert visitor.other().get(address).status == 404


def test_a_link_that_was_guessed_looks_like_one_that_was_used(visitor, admin):
    used = link_on(admin.post("/admin/accounts", name="若葉", role="csw"))
    visitor.post(used, password=OTHER, again=OTHER)
    pages = [visitor.get(address) for address in (used, "/join/guessed", "/setup/guessed")]
    assert {page.status for page in pages} == {404}
    assert all("このリンクは使えません" in page.text for page in pages)


def test_a_reset_ends_the_sessions_and_the_old_password(visitor, admin):
    csw = visitor.as_("csw", "若葉")
    number = visitor.auth.find("若葉").id
    address = link_on(admin.post(f"/admin/accounts/{number}/link"))
    assert csw.get("/account").status == 200
    visitor.post(address, password=OTHER, again=OTHER)
    assert csw.get("/account").status == 303
    assert visitor.post("/login", name="若葉", password=visitor.password).status == 400
    assert visitor.post("/login", name="若葉", password=OTHER).status == 303


def test_host_header_attacks_a_link_is_on_the_name_of_the_settings(make):
    visitor = make(hosts="kb.example.jp", https=True)
    page = visitor.as_("admin").client.get("/admin/accounts", base_url="https://kb.example.jp")
    assert page.status_code == 303  # the cookie of http is none of https
    _, link = visitor.auth.invite("若葉", Role.CSW, OPERATOR)
    from kb.auth import link_address

    assert link_address(visitor.library.config, link, "http://evil.example").startswith("https://kb.example.jp/join/")


# ------------------------------------------------------------------------------------------------------ own account


def test_one_changes_ones_password_and_signs_in_again_everywhere(visitor):
    here, there = visitor.as_("reader", "山吹"), visitor.other().signed_in("山吹")
    wrong = here.post("/account/password", old=OTHER, new=OTHER, again=OTHER)
    assert (wrong.status, "今のパスワードが違います" in wrong.text) == (400, True)
    assert there.get("/account").status == 200
    assert here.post("/account/password", old=visitor.password, new=OTHER, again=OTHER).status == 303
    assert "パスワードを変更しました" in here.get("/login").text
    assert here.get("/account").status == there.get("/account").status == 303
    assert here.post("/login", name="山吹", password=OTHER).status == 303


def test_one_sees_ones_sessions_and_ends_the_others(visitor):
    here, there = visitor.as_("reader", "山吹"), visitor.other().signed_in("山吹")
    page = here.get("/account")
    assert page.text.count("Firefox（Linux）") == 2
    assert page.text.count("（この端末）") == 1
    assert here.post("/account/sessions").status == 303
    assert "他の端末1件からログアウトしました" in here.get("/account").text
    assert there.get("/account").status == 303


def test_one_time_codes_are_set_up_and_then_asked_for(make):
    visitor = make(totp=True)
    here = visitor.as_("reader", "山吹")
    page = here.get("/account/codes")
    assert 'src="data:image/svg+xml' in page.html
    (secret,) = re.findall(r'kb-secret">([A-Z2-7]+)<', page.html)
    assert here.post("/account/codes", code="000000").status == 400
    import pyotp

    assert here.post("/account/codes", code=pyotp.TOTP(secret).now()).status == 303
    assert visitor.post("/login", name="山吹", password=visitor.password).status == 400
    # The code that set it up counts as used: the next one, half a minute later, is taken.
    kept = visitor.auth.find("山吹").totp
    later = visitor.auth.accounts.now() + timedelta(seconds=30)
    code = codes.code(visitor.auth.key, kept, later)
    assert visitor.post("/login", name="山吹", password=visitor.password, code=code).status == 303
    assert visitor.post("/account/codes/off", password=visitor.password).status == 303
    assert visitor.other().post("/login", name="山吹", password=visitor.password).status == 303


# ---------------------------------------------------------------------------------------------------- administrators


def test_an_administrator_sees_all_accounts_and_changes_their_roles(visitor, admin):
    csw = visitor.as_("csw", "若葉")
    number = visitor.auth.find("若葉").id
    assert "若葉 使用中" in admin.get("/admin/accounts").text
    assert admin.post(f"/admin/accounts/{number}/role", role="staff").status == 303
    assert "若葉 さんの役割を職員にしました" in admin.get("/admin/accounts").text
    assert csw.get("/account").status == 303


def test_a_disabled_account_is_out_at_once_and_can_come_back(visitor, admin):
    csw = visitor.as_("csw", "若葉")
    number = visitor.auth.find("若葉").id
    assert admin.post(f"/admin/accounts/{number}/disable").status == 303
    assert "若葉 停止中" in admin.get("/admin/accounts").text
    assert csw.get("/account").status == 303
    assert admin.post(f"/admin/accounts/{number}/link").status == 400
    assert admin.post(f"/admin/accounts/{number}/enable").status == 303
    assert visitor.post("/login", name="若葉", password=visitor.password).status == 303


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"name": "管理の山吹", "role": "csw"}, "既にあります"),
        ({"name": "若葉", "role": "king"}, "この役割はありません"),
        ({"name": "若葉"}, "この役割はありません"),
        ({"name": " ", "role": "csw"}, "名前が空です"),
    ],
)
def test_an_account_that_cannot_be_made_is_refused_with_the_reason(admin, form, reason):
    page = admin.post("/admin/accounts", **form)
    assert page.status == 400
    assert reason in page.text


def test_an_administrator_cannot_lock_everybody_out(visitor, admin):
    number = visitor.auth.find("管理の山吹").id
    for action, form in (("disable", {}), ("role", {"role": "reader"})):
        page = admin.post(f"/admin/accounts/{number}/{action}", **form)
        assert page.status == 400
        assert "管理者が一人もいなくなります" in page.text
    assert admin.get("/admin/accounts").status == 200


def test_a_name_is_text_wherever_it_is_shown(visitor, admin):
    admin.post("/admin/accounts", name="<b onclick=x>若葉</b>", role="csw")
    for address in ("/admin/accounts", "/admin/audit/"):
        page = admin.get(address)
        assert "<b onclick=x>若葉</b>" in page.text
        assert "<b " not in page.html


# -------------------------------------------------------------------------------------------------------- the record


@pytest.fixture
def case(visitor, issue_text):
    return ingest_text(visitor.library, "事例.txt", issue_text, access="cases").document


def told(visitor, *actions):
    return [(e.actor, e.action, e.subject) for e in visitor.auth.log.entries(actions=actions or CASES)][::-1]


CASES = ("document.read", "section.read", "original.read", "document.denied")


def test_who_reads_a_case_study_is_written_down_once_for_each_page(visitor, case):
    csw = visitor.as_("csw", "若葉")
    (section, *_) = visitor.library.reader(frozenset({case.access})).outline(case.id)
    for address in (f"/sections/{section.id}", f"/documents/{case.id}", f"/documents/{case.id}/original"):
        assert csw.get(address).status == 200
    assert told(visitor) == [
        ("若葉", "section.read", case.id),
        ("若葉", "document.read", case.id),
        ("若葉", "document.read", case.id),
        ("若葉", "original.read", case.id),
    ]
    entry = visitor.auth.log.entries(actions=["section.read"])[0]
    assert entry.detail == {"section": section.id}


def test_an_attempt_on_a_case_study_is_written_down_and_answered_as_if_there_were_none(visitor, case):
    (section, *_) = visitor.library.reader(frozenset({case.access})).outline(case.id)
    reader = visitor.as_("reader", "会員の一人")
    for somebody in (visitor, reader):
        for address in (f"/sections/{section.id}", f"/documents/{case.id}", f"/documents/{case.id}/original"):
            page = somebody.get(address)
            absent = somebody.get(re.sub(r"/[0-9a-f]{12}", "/ffffffffffff", address))
            assert page.status == absent.status == 404
    assert told(visitor) == [(name, "document.denied", case.id) for name in ("", "会員の一人") for _ in range(3)]


def test_other_documents_and_lists_are_not_written_down(visitor, case, issue_text):
    members = ingest_text(visitor.library, "会員.txt", issue_text.replace("12", "13"), access="members").document
    csw = visitor.as_("csw")
    for address in ("/", "/documents/", "/search?q=民生委員", f"/documents/{members.id}", "/documents/ffffffffffff"):
        csw.get(address)
    visitor.get(f"/documents/{members.id}")
    assert told(visitor) == []


def test_nothing_is_shown_that_cannot_be_written_down(visitor, case, monkeypatch, caplog):
    csw = visitor.as_("csw")

    def full(_entry):
        raise OSError("disk full")

    monkeypatch.setattr(visitor.auth.log, "record", full)
    page = csw.get(f"/documents/{case.id}")
    assert page.status == 500
    assert "ゴミ屋敷" not in page.text


def test_the_record_shows_titles_and_is_narrowed(visitor, admin, case):
    visitor.as_("csw", "若葉").get(f"/documents/{case.id}")
    visitor.get(f"/documents/{case.id}")
    page = admin.get("/admin/audit/")
    assert case.title in page.text
    assert "若葉 事例の資料を開いた" in page.text
    assert "（ログインなし） 事例を開けなかった" in page.text
    for query, shown, hidden in (
        ({"group": "事例を読んだ記録"}, "事例の資料を開いた", "（ログインなし）"),
        ({"actor": "若葉"}, "若葉 ログイン", "管理の山吹 ログイン"),
        ({"subject": case.id}, case.title, "若葉 ログイン"),
        ({"until": "2020-01-01"}, "当てはまる記録はありません", "若葉"),
        ({"since": "2020-01-01", "until": "きのう"}, "若葉", "当てはまる記録はありません"),
    ):
        found = re.sub(r"^.*?絞り込む", "", admin.get("/admin/audit/", **query).text)
        assert shown in found, query
        assert hidden not in found, query


def test_a_day_is_one_in_japan(visitor, admin):
    from datetime import datetime

    for hour in (14, 15):  # midnight in Japan is 15 hours UTC
        at = datetime(2026, 3, 31, hour, 30)  # noqa: DTZ001 - as the log holds it
        visitor.auth.log.record(AuditEntry("夜勤", "login", "夜勤", at=at))
    page = admin.get("/admin/audit/", since="2026-04-01", actor="夜勤")
    assert "2026年4月1日 00:30" in page.text
    assert "2026年3月31日" not in page.text


def test_the_record_has_pages(visitor, admin):
    for number in range(120):
        visitor.auth.log.record(AuditEntry("若葉", "login", f"{number}番"))
    page = admin.get("/admin/audit/", actor="若葉", page="2")
    assert "120件" in page.text
    assert "69番" in page.text
    assert "70番" not in page.text
    assert "/admin/audit/?actor=若葉" in page.links("^/admin/audit/")
    assert admin.get("/admin/audit/", actor="若葉", page="999").status == 200


def test_the_record_as_a_table_holds_all_pages_and_no_formula(visitor, admin, case):
    for number in range(60):
        visitor.auth.log.record(AuditEntry("若葉", "login", f"{number}番"))
    visitor.auth.log.record(AuditEntry("=HYPERLINK(1)", "login", "+1", {"address": "@x"}))
    visitor.as_("csw", "相談").get(f"/documents/{case.id}")
    answer = admin.get("/admin/audit/log.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert answer.data.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["日時", "利用者", "したこと", "対象", "資料の題名", "詳しく"]
    assert len([row for row in rows if row[1] == "若葉"]) == 60
    assert [row[1:4] for row in rows if "HYPERLINK" in row[1]] == [["'=HYPERLINK(1)", "ログイン", "'+1"]]
    assert [row[2:5] for row in rows if row[1] == "相談" and row[3] == case.id] == [
        ["事例の資料を開いた", case.id, case.title]
    ]
    narrowed = admin.get("/admin/audit/log.csv", actor="相談").data.decode("utf-8-sig")
    assert "若葉" not in narrowed
