"""The desk in a real browser, before ``kb serve`` as people start it: from files that are chosen to what is found."""

import re
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe

from kb.auth import Auth
from kb.model import OPERATOR, Role
from kb.testing import open_library

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}

PASSWORD = "雲雀が三羽 canal 42"

CASE = """ごみの積み上がった家の支援

■経過

令和3年5月、民生委員の案内で緑川さん（昭和18年3月4日生まれ）を訪ねた。緑川さんは「片付けたい」と話した。

■支援

社協の職員と緑川さん、近所の山吹花子さんとで、週に一度の片付けを始めた。
"""


def a_file(name, text, media_type="text/plain"):
    return {"name": name, "mimeType": media_type, "buffer": text if isinstance(text, bytes) else text.encode()}


def gathering(name, word):
    """A small file that is like no other one."""
    return a_file(name, f"■{word}の集い\n\n公民館で{word}の集いを開き、二十人が参加しました。\n")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """``kb serve`` with its worker, and two members of staff, one of whom is the administrator."""
    home = tmp_path_factory.mktemp("desk")
    with open_library(home) as library:
        auth = Auth(library.accounts, library.audit, library.config)
        for name, role in (("若葉", "admin"), ("山吹", "staff")):
            _, link = auth.invite(name, Role(role), OPERATOR)
            auth.take_up(link.path.removeprefix("/join/"), PASSWORD)
        sessions = {name: auth.sign_in(name, PASSWORD, agent="Firefox Linux") for name in ("若葉", "山吹")}
    command = [sys.executable, "-m", "kb", "--data", str(home), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            address = re.search(r"http://\S+", process.stdout.readline())[0]
            yield SimpleNamespace(address=address, sessions=sessions)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


@pytest.fixture
def staff(open_page, served):
    """Opens a tab of somebody who has signed in."""

    def tab(name="若葉", **options):
        page = open_page(base_url=served.address, **options)
        page.context.add_cookies([{"name": "kb", "value": served.sessions[name], "url": served.address}])
        return page

    return tab


def accessible(page):
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.get_by_role("heading", level=1).count() == 1


def send(page, *files, access="", kind="document"):
    """Choose files and send them with the form."""
    page.goto("/desk/")
    page.get_by_label("種類").select_option(kind)
    page.get_by_label("公開範囲").select_option(access)
    page.get_by_label("ファイル").set_input_files(files)
    page.get_by_role("button", name="取り込む").click()


def row(page, name):
    """What is told of a file that was sent."""
    return page.get_by_role("listitem").filter(has_text=name)


def count(page, label):
    """The count of a tab, as it stands there."""
    return int(page.get_by_role("navigation", name="状態").get_by_role("link", name=label).inner_text().split()[-1])


def until_read(page, name):
    """Send has been pressed: wait until the file has been read, and open its page."""
    row(page, name).get_by_text("読み取りました").wait_for()
    row(page, name).get_by_role("link").click()
    page.get_by_role("heading", name="検索で見つかる形").wait_for()


def until_shown(page, text):
    """Wait for a page without JavaScript to say something: its reader asks again."""
    for _ in range(100):
        if page.get_by_text(text).count():
            return
        page.reload()
    pytest.fail(f"never shown: {text}")


# ------------------------------------------------------------------------------------------------- bringing files


def test_each_file_comes_to_an_end_that_is_shown_and_the_list_follows(staff, picture):
    page = staff()
    page.goto("/desk/")
    before = {label: count(page, label) for label in ("確認待ち", "読み取れません")}
    send(
        page,
        gathering("桜.txt", "桜"),
        gathering("桜（写し）.txt", "桜"),
        a_file("空.txt", b""),
        a_file("壊れた報告書.pdf", b"%PDF-1.4 broken", "application/pdf"),
        gathering("梅.txt", "梅"),
    )
    summary = page.get_by_role("status").filter(has_text="5件のファイル：終わり3件、取り込めません2件")
    summary.wait_for()
    assert "読み取りました。内容を確かめて公開してください。" in row(page, "桜.txt").inner_text()
    assert "既に受け付けています" in row(page, "桜（写し）.txt").inner_text()
    assert "保存し直してください" in row(page, "空.txt").inner_text()
    broken = row(page, "壊れた報告書.pdf")
    assert "読み取れません。PDFが壊れているか、途中で切れています。元のソフトから書き出し直すか" in broken.inner_text()
    assert broken.get_attribute("class") == row(page, "空.txt").get_attribute("class") == "kb-not-sent"
    assert page.get_by_role("progressbar").count() == 0
    page.wait_for_function(
        "n => +document.querySelector('.kb-tabs .kb-count').textContent === n", arg=before["確認待ち"] + 2
    )
    assert count(page, "読み取れません") == before["読み取れません"] + 1
    assert page.get_by_role("cell", name="内容を確かめて公開する").count() == before["確認待ち"] + 2
    accessible(page)
    picture(page, "desk")


def test_dropped_files_are_chosen_and_sent_when_one_says_so(staff):
    page = staff()
    page.goto("/desk/")
    dropped = page.evaluate_handle(
        """() => { const all = new DataTransfer();
        for (const word of ['藤', '菊'])
            all.items.add(new File([`■${word}の集い\\n\\n${word}を見ました。\\n`], `${word}.txt`));
        return all; }"""
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("[data-drop]", event, {"dataTransfer": dropped})
    assert page.get_by_label("ファイル").evaluate("input => input.files.length") == 2
    page.get_by_label("種類").select_option(label="一般資料")
    page.get_by_role("button", name="取り込む").click()
    for name in ("藤.txt", "菊.txt"):
        row(page, name).get_by_text("読み取りました").wait_for()


def test_a_file_that_is_dropped_beside_the_zone_does_not_take_the_page_away(staff):
    page = staff()
    page.goto("/desk/")
    prevented = page.evaluate(
        """() => !document.querySelector('h1').dispatchEvent(new DragEvent('drop', {bubbles: true, cancelable: true}))"""
    )
    assert prevented


def test_what_did_not_arrive_can_be_sent_again(staff):
    page = staff()
    page.goto("/desk/")
    page.route(
        "**/desk/",
        lambda route: route.abort("internetdisconnected") if route.request.method == "POST" else route.continue_(),
    )
    send(page, gathering("楓.txt", "楓"))
    row(page, "楓.txt").get_by_text("送れませんでした。通信を確かめて").wait_for()
    page.unroute("**/desk/")
    row(page, "楓.txt").get_by_role("button", name="もう一度送る").click()
    row(page, "楓.txt").get_by_text("読み取りました").wait_for()


def test_the_plain_form_does_the_same_without_javascript(staff, picture):
    page = staff(java_script_enabled=False)
    page.goto("/desk/")
    page.get_by_label("種類").select_option("document")
    page.get_by_label("公開範囲").select_option("public")
    page.get_by_label("ファイル").set_input_files(
        [
            gathering("椿.txt", "椿"),
            gathering("椿（写し）.txt", "椿"),
            a_file("白紙.txt", b""),
            a_file("空白.txt", "  \n"),
        ]
    )
    page.get_by_role("button", name="取り込む").click()
    page.get_by_role("heading", name="取り込みの結果").wait_for()
    results = {r.get_by_role("rowheader").inner_text(): r.inner_text() for r in page.get_by_role("row").all()[1:]}
    assert "受け付けました" in results["椿.txt"]
    assert "既に" in results["椿（写し）.txt"]
    assert "受け付けられません。中身が空のファイルです" in results["白紙.txt"]
    picture(page, "received")
    received = page.url
    page.get_by_role("row").filter(has_text="椿.txt").get_by_role("link").click()
    until_shown(page, "内容を確かめて、よければ公開してください。")
    page.get_by_role("textbox", name="題名").fill("椿の集いの記録")
    page.get_by_role("button", name="保存して公開する").click()
    assert page.get_by_role("status").inner_text() == "保存して公開しました。"
    page.goto("/desk/?state=failed")
    until_shown(page, "ファイルが空です。中身のあるファイルかどうかを確かめて")
    page.goto("/search?q=椿の集い")
    until_shown(page, "椿の集いの記録")
    assert received.endswith("/desk/")


# ---------------------------------------------------------------------------------------- from the draft to readers


def test_preview_edit_publish_and_find(staff, open_page, served):
    page = staff("山吹")
    send(page, gathering("柳.txt", "柳"), access="members")
    until_read(page, "柳.txt")
    assert "柳の集いを開き" in page.get_by_role("region", name="検索で見つかる形").inner_text()
    page.get_by_role("textbox", name="題名").fill("柳の集いの報告")
    page.get_by_label("日付", exact=True).fill("2021-12-21")
    page.get_by_label("公開範囲", exact=True).select_option(label="公開")
    page.get_by_role("button", name="保存する", exact=True).click()
    page.get_by_role("status").filter(has_text="保存しました。").wait_for()
    visitor = open_page(base_url=served.address)
    visitor.goto("/search?q=柳の集い")
    assert visitor.get_by_text("柳の集いの報告").count() == 0
    page.get_by_role("button", name="公開する", exact=True).click()
    page.get_by_text("：公開の範囲で検索に出ています。").wait_for()
    until_shown(visitor, "柳の集いの報告")
    assert visitor.get_by_text("2021年12月21日").count() == 1

    page.get_by_label("新しい版に差し替える").set_input_files(
        a_file("柳2.txt", "■柳の集い\n\n次の集いは蛍の池で開きます。\n")
    )
    page.get_by_role("button", name="差し替える", exact=True).click()
    page.get_by_role("link", name="第2版を保存する").wait_for()
    page.get_by_text("次の集いは蛍の池で開きます。").wait_for()
    visitor.goto("/search?q=蛍の池")
    until_shown(visitor, "柳の集いの報告")

    page.get_by_role("button", name="ごみ箱に入れる").click()
    page.get_by_role("status").filter(has_text="30日の間は戻せます").wait_for()
    visitor.goto("/search?q=蛍の池")
    assert visitor.get_by_text("柳の集いの報告").count() == 0
    page.get_by_role("navigation", name="状態").get_by_role("link", name="ごみ箱").click()
    accessible(page)
    page.get_by_role("row").filter(has_text="柳の集いの報告").get_by_role("button", name="戻す").click()
    page.get_by_text("ごみ箱から戻しました。").wait_for()
    visitor.goto("/search?q=蛍の池")
    until_shown(visitor, "柳の集いの報告")


def test_findings_are_decided_on_one_by_one_and_together(staff, picture):
    page = staff("山吹")
    send(page, a_file("片付け.txt", CASE), access="cases")
    row(page, "片付け.txt").get_by_text("読み取りました。確かめることが3件あります。").wait_for()
    page.goto("/desk/?state=draft")
    line = page.get_by_role("row").filter(has_text="片付け.txt")
    assert "確かめること3件を決める" in line.inner_text()
    line.get_by_role("link").click()
    page.get_by_role("heading", name="確かめること（3件）").wait_for()
    assert page.get_by_role("button", name="公開する").count() == 0
    accessible(page)
    picture(page, "desk-case")

    birth = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="昭和18年3月4日"))
    birth.get_by_role("button", name="理由を付けて残す").click()
    page.get_by_role("alert").filter(has_text="残す理由がありません。理由を書いてください。").wait_for()
    birth.get_by_label("残す理由").fill("本人の同意を得ている")
    birth.get_by_role("button", name="理由を付けて残す").click()
    page.get_by_role("heading", name="確かめること（2件）").wait_for()
    assert "本人の同意を得ている" in page.get_by_role("region", name="決めたこと").inner_text()

    page.get_by_role("link", name="確かな提案2件をまとめて受け入れる").click()
    page.get_by_text("まだ何も変わっていません。").wait_for()
    accessible(page)
    picture(page, "desk-proposals")
    page.get_by_role("button", name="2件を置き換える").click()
    page.get_by_text("内容を確かめて、よければ公開してください。").wait_for()
    preview = page.get_by_role("region", name="検索で見つかる形").inner_text()
    assert "緑川" not in preview
    assert "山吹花子" not in preview
    page.get_by_role("button", name="公開する", exact=True).click()
    page.get_by_text("：事例（限定）の範囲で検索に出ています。").wait_for()


def test_of_two_who_edit_at_a_time_the_second_is_told_and_loses_nothing(staff):
    first = staff("若葉")
    send(first, gathering("桐.txt", "桐"))
    until_read(first, "桐.txt")
    second = staff("山吹")
    second.goto(first.url)
    first.get_by_role("textbox", name="題名").fill("若葉の付けた題名")
    first.get_by_role("button", name="保存する", exact=True).click()
    first.get_by_role("status").wait_for()
    second.get_by_role("textbox", name="題名").fill("山吹の付けた題名")
    second.get_by_role("button", name="保存する", exact=True).click()
    second.get_by_role("alert").filter(has_text="ほかの人が変更しました").wait_for()
    assert second.get_by_role("textbox", name="題名").input_value() == "若葉の付けた題名"
    assert "題名：山吹の付けた題名" in second.get_by_role("note", name="保存しなかった入力").inner_text()
    accessible(second)
    second.get_by_role("textbox", name="題名").fill("二人で決めた題名")
    second.get_by_role("button", name="保存する", exact=True).click()
    second.get_by_role("heading", name="二人で決めた題名", level=1).wait_for()


# ---------------------------------------------------------------------------------------------------- for everybody


def focused(page):
    """What has the focus: its name, and whether one can see that."""
    return page.evaluate(
        """() => { const one = document.activeElement, style = getComputedStyle(one);
        return [one.id || one.innerText, style.outlineStyle !== 'none' || style.boxShadow !== 'none']; }"""
    )


def test_the_keyboard_alone_is_enough(staff):
    page = staff()
    page.goto("/desk/")
    order = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, is_seen = focused(page)
        assert is_seen, name
        order.append(name)
        if name == "取り込む":
            break
    assert order[0] == "本文へ進む"
    assert order[-4:] == ["files", "type", "access", "取り込む"]
    with page.expect_file_chooser() as choosing:
        page.get_by_label("ファイル").focus()
        page.keyboard.press("Enter")
    choosing.value.set_files([gathering("萩.txt", "萩")])
    page.get_by_label("種類").focus()
    page.keyboard.press("End")
    page.get_by_role("button", name="取り込む").focus()
    page.keyboard.press("Enter")
    row(page, "萩.txt").get_by_text("読み取り").first.wait_for()


@pytest.fixture(scope="module")
def pages_of_the_desk(served, browser):
    """Addresses of all kinds of pages of the desk: among them a draft with findings, and one that cannot be read."""
    with browser.new_context(base_url=served.address, locale="ja-JP") as context:
        context.add_cookies([{"name": "kb", "value": served.sessions["若葉"], "url": served.address}])
        page = context.new_page()
        send(page, a_file("長い名前の事例" * 12 + ".txt", CASE.replace("緑川", "青葉")), access="cases")
        row(page, "長い名前").get_by_role("link", name="内容を確かめる").wait_for()
        case = row(page, "長い名前").get_by_role("link").get_attribute("href")
        send(page, a_file("壊れた議事録.pdf", b"%PDF-1.7 minutes", "application/pdf"))
        row(page, "壊れた議事録").get_by_text("読み取れません").wait_for()
        failed = row(page, "壊れた議事録").get_by_role("link").get_attribute("href")
        send(page, gathering("捨てる物.txt", "捨てる物"))
        until_read(page, "捨てる物.txt")
        page.get_by_role("button", name="ごみ箱に入れる").click()
        page.get_by_role("status").filter(has_text="30日").wait_for()
    tabs = {state: f"/desk/?state={state}" for state in ("draft", "waiting", "failed", "published")}
    more = {"case": case, "unreadable": failed, "proposals": f"{case}/accept", "bin": "/desk/bin"}
    return tabs | more | {"account": "/account", "accounts": "/admin/accounts", "audit": "/admin/audit/"}


PAGES = (
    *("draft", "waiting", "failed", "published", "case", "unreadable", "proposals", "bin"),
    *("account", "accounts", "audit"),
)


@pytest.mark.parametrize("kind", PAGES)
def test_each_page_is_accessible_and_fits_a_phone(staff, pages_of_the_desk, kind, picture):
    page = staff()
    page.goto(pages_of_the_desk[kind])
    accessible(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)
    picture(page, f"desk-{kind}-phone")
