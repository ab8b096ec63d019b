"""Accounts in a real browser: from the set-up link to a colleague who signs in and out."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}

PASSWORD = "雲雀が三羽 canal 42"


def accessible(page):
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.get_by_role("heading", level=1).count() == 1


def choose_password(page):
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_label("パスワード（確認）").fill(PASSWORD)


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_set_up_link_to_a_colleague(open_page, fresh_site, script, picture):
    admin = open_page(java_script_enabled=script, base_url=fresh_site.address)
    check = accessible if script else lambda _page: None
    admin.goto(fresh_site.auth.setup_link().path)
    check(admin)
    admin.get_by_label("名前").fill("山吹")
    choose_password(admin)
    admin.get_by_role("button", name="作ってログイン").click()
    admin.wait_for_url("**/admin/accounts")
    admin.get_by_role("link", name="山吹 管理者").wait_for()
    check(admin)
    picture(admin, "accounts")

    admin.get_by_label("名前").fill("若葉")
    admin.get_by_label("役割", exact=True).select_option(label="相談員")
    admin.get_by_role("button", name="追加して招待リンクを作る").click()
    admin.get_by_role("heading", name="招待リンク").wait_for()
    invitation = admin.get_by_label("リンク").input_value()
    check(admin)

    csw = open_page(java_script_enabled=script, base_url=fresh_site.address)
    csw.goto(invitation)
    check(csw)
    csw.get_by_label("パスワード", exact=True).fill("みじかい")
    csw.get_by_label("パスワード（確認）").fill("みじかい")
    csw.get_by_role("button", name="決める").click()
    csw.get_by_role("alert").filter(has_text="短すぎます").wait_for()
    check(csw)
    choose_password(csw)
    csw.get_by_role("button", name="決める").click()
    csw.get_by_role("link", name="ログインへ進む").click()
    csw.get_by_role("heading", name="ログイン").wait_for()
    check(csw)
    picture(csw, "login")
    csw.get_by_label("名前").fill("若葉")
    csw.get_by_label("パスワード").fill(PASSWORD)
    csw.keyboard.press("Enter")
    csw.get_by_role("link", name="若葉 相談員").click()
    csw.get_by_role("heading", name="自分のアカウント", level=1).wait_for()
    check(csw)
    picture(csw, "account")
    csw.get_by_role("button", name="ログアウト", exact=True).click()
    csw.get_by_role("link", name="ログイン").wait_for()
    csw.goto("/account")
    assert re.search(r"/login\?next=", csw.url)

    admin.goto("/admin/audit/")
    assert admin.get_by_role("cell", name="ログアウト").count() == 1
    check(admin)
    picture(admin, "audit")
    admin.get_by_role("link", name="プラグイン").click()
    admin.get_by_role("heading", name="プラグイン", level=1).wait_for()
    check(admin)
    picture(admin, "plugins")


@pytest.mark.parametrize("address", ["/login", "/admin/accounts", "/admin/audit/", "/admin/plugins/", "/account"])
def test_each_page_fits_a_narrow_screen(open_page, fresh_site, address):
    page = open_page(width=320, height=800, base_url=fresh_site.address)
    if address != "/login":
        page.goto(fresh_site.auth.setup_link().path)
        page.get_by_label("名前").fill("山吹花子")
        choose_password(page)
        page.get_by_role("button", name="作ってログイン").click()
        page.wait_for_url("**/admin/accounts")
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
