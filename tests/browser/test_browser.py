"""What people do, in a real browser."""

import re
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

KINDS = (
    "home",
    "results",
    "narrowed",
    "partial",
    "nothing",
    "article",
    "part",
    "document",
    "documents",
    "newsletters",
    "help",
    "error",
)

#: WCAG 2.1 A and AA, which JIS X 8341-3:2016 (WCAG 2.0) is a part of.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}

HEADING = "8050世帯とひきこもりの家族会"


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_search_open_an_article_and_go_back(open_page, script, picture):
    page = open_page(java_script_enabled=script)
    page.goto("/")
    page.get_by_label("検索する言葉").fill("ひきこもり 家族会")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    assert page.title().startswith("「ひきこもり 家族会」の検索結果（10件）")
    assert page.get_by_label("検索する言葉").input_value() == "ひきこもり 家族会"
    first = page.locator(".kb-hits h2 a").first
    assert HEADING in first.inner_text()
    results = page.url
    first.click()
    assert HEADING in page.get_by_role("heading", level=1).inner_text()
    assert page.locator(".kb-reading mark").first.inner_text() in {
        "ひきこもり",
        "家族会",
        "家族",
        "8050世帯とひきこもり",
    }
    page.go_back()
    assert page.url == results
    page.go_forward()
    page.get_by_role("link", name="検索結果に戻る").click()
    assert page.url == results
    assert page.locator(".kb-hits h2 a").count() == 5
    page.get_by_role("link", name="新しい順").click()
    dates = [time.get_attribute("datetime") for time in page.locator(".kb-hits time").all()]
    assert dates == sorted(dates, reverse=True)


def tab_to(page, name):
    """Press Tab until the link with this name has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if re.search(name, page.evaluate("document.activeElement.innerText") or "", re.DOTALL):
            return
    pytest.fail(f"no way to {name} by keyboard")


def test_narrow_down_and_widen_again_by_keyboard_alone(page):
    page.goto("/search?q=見守り")
    assert page.get_by_role("status").inner_text().startswith("25件")
    for year, count in ((2021, "5件"), (2020, "10件")):
        tab_to(page, f"{year}年")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.press("Enter")
        page.wait_for_url(f"**year={year}*")
        assert page.get_by_role("status").inner_text().startswith(count)
    chips = page.get_by_role("group", name="絞り込み中").get_by_role("link")
    assert chips.all_inner_texts()[-1] == "すべて外す"
    tab_to(page, "2021年.*外す")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "year=2021" not in url)
    assert page.get_by_role("status").inner_text().startswith("5件")


def test_the_first_key_leads_past_the_navigation(page):
    page.goto("/search?q=見守り")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="本文へ進む")
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"


def test_pages_of_results_and_articles_one_after_the_other(page):
    page.goto("/search?q=見守り")
    seen = set()
    while True:
        seen |= {link.get_attribute("href").split("?")[0] for link in page.locator(".kb-hits h2 a").all()}
        following = page.locator('.kb-pager a[rel="next"]')
        if not following.count():
            break
        following.click()
    assert len(seen) == 25
    page.goto("/newsletters/")
    page.get_by_role("link", name="第9号").click()
    page.locator(".kb-contents a").first.click()
    headings = []
    while page.locator('.kb-turn a[rel="next"]').count():
        page.locator('.kb-turn a[rel="next"]').click()
        headings.append(page.get_by_role("heading", level=1).inner_text())
    assert len(headings) == 4
    assert headings[-1].startswith("重層的支援体制整備事業のいま")


@pytest.mark.parametrize("kind", KINDS)
def test_each_page_is_accessible(page, site, kind, picture):
    page.goto(site.pages()[kind])
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.evaluate("document.documentElement.lang") == "ja"
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1
    picture(page, kind)


@pytest.mark.parametrize("width", [390, 320], ids=["phone", "400 percent"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_page_fits_a_narrow_screen(open_page, site, kind, width, picture):
    page = open_page(width=width, height=800, device_scale_factor=2, has_touch=True)
    page.goto(site.pages()[kind])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 390:
        picture(page, f"{kind}-phone")


@pytest.mark.parametrize("kind", ["article", "results"])
def test_a_printed_page_is_a4_and_leaves_out_what_cannot_be_used_on_paper(page, site, kind, tmp_path, picture):
    page.goto(site.pages()[kind])
    path = tmp_path / "page.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    with pypdfium2.PdfDocument(path) as pdf:
        assert [round(side) for side in pdf[0].get_size()] == [595, 842]
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in pdf)
        pdf[0].render(scale=1.5).to_pil().save(Path(__file__).parents[2] / "screenshots" / f"{kind}-print.png")
    assert "重層的支援体制整備事業" in text if kind == "article" else "見守り" in text
    assert f"{site.address}/" in text
    for word in ("資料の一覧", "絞り込み", "目次", "次の記事", "並べ方"):
        assert word not in text


def test_a_pdf_opens_in_the_viewer_of_the_browser(browser, chromium, site):
    newest = site.library.documents("newsletter")[0]
    # Playwright's own headless mode saves PDFs instead of showing them; chromium's shows them.
    shown = browser.browser_type.launch(
        executable_path=chromium, headless=False, args=["--headless=new", "--no-sandbox"]
    )
    with closing(shown), closing(shown.new_page(base_url=site.address)) as page:
        page.goto(f"/documents/{newest.id}")
        with page.expect_event("framenavigated", lambda frame: frame.url.startswith("chrome-extension://")):
            page.get_by_role("link", name="PDFを開く").click()
        assert page.url == f"{site.address}/documents/{newest.id}/original"


def test_the_original_can_be_saved_under_its_own_name(page, site):
    newest = site.library.documents("newsletter")[0]
    page.goto(f"/documents/{newest.id}")
    with page.expect_download() as saving:
        page.get_by_role("link", name="元のファイルを保存する").click()
    assert saving.value.suggested_filename == newest.file_name
