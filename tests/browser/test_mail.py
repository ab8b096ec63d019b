"""News by mail in a real browser: from an address to a chosen search, and out again; by keyboard, without script."""

from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe

from kb.model import OPERATOR, Role
from kb.plugins import Plugins
from kb.testing import open_library
from kb.web import create_app
from tests.browser.conftest import served
from tests.mailing import serving
from tests.visiting import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


def accessible(page):
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def mail_site(tmp_path):
    """A server that sends mails, with somebody who has saved a search."""
    plugins = Plugins.load(("kb_formats", "kb_welfare"))
    with serving() as mail:
        settings = mail.settings(engine="memory", hosts="127.0.0.1")
        with open_library(tmp_path, plugins, **settings) as library:
            app = create_app(library)
            auth = app.extensions["kb"].auth
            account, link = auth.invite("若葉", Role.ADMIN, OPERATOR)
            auth.take_up(link.path.removeprefix("/join/"), PASSWORD)
            library.store.lists.save(account.id, "見守り", "q=見守り")
            with served(app) as address:
                yield SimpleNamespace(address=address, mail=mail, library=library, account=account)


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("width", [1280, 390])
def test_from_an_address_to_a_search_that_is_told_of_and_out_again(mail_site, open_page, script, width, picture):
    page = open_page(width=width, java_script_enabled=script, base_url=mail_site.address)
    check = accessible if script else lambda _page: None
    page.goto("/login?next=/account")
    page.get_by_label("名前").fill("若葉")
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    page.get_by_label("メールアドレス", exact=True).fill("wakaba@example.jp")
    page.locator("#mail-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("確かめるためのメールを送りました").wait_for()
    check(page)
    (link,) = mail_site.mail.letters[0].links("/account/mail/")
    page.goto(f"/{link}")
    check(page)
    page.get_by_role("button", name="このアドレスで受け取る").press("Enter")
    page.wait_for_url("**/mine/**")  # and all of it, or the focus is lost again
    choice = page.get_by_label("新しい記事をメールで知らせる：見守り")
    choice.press("ArrowDown")
    choice.press("ArrowDown")
    choice.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("毎週（月曜）メールで知らせます").wait_for()
    assert choice.input_value() == "weekly"
    check(page)
    picture(page, f"mine with mail {width}")
    page.goto("/admin/mail/")
    check(page)
    page.goto("/account")
    check(page)
    picture(page, f"account with mail {width}")
    page.get_by_role("button", name="メールアドレスを削除する").press("Enter")
    page.get_by_text("メールアドレスを削除しました").wait_for()
    assert mail_site.library.store.mails.of(mail_site.account.id).address == ""
