"""The pages of the bundled views in a real browser: accessible, on narrow screens, and terms explained where they stand."""

import re
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from kb.model import PUBLIC_ONLY, Block, Extraction
from kb.plugins import Plugins
from kb.testing import ingest_text, open_library
from kb.web import create_app
from tests.browser.conftest import served
from tests.browser.test_browser import RULES

pytestmark = pytest.mark.browser

GAZETTEER = "都道府県\tみどり県\n99201\t楓原市\tかえではらし\t2\t2\n99202\t若葉市\tわかばし\t3\t1\n99301\t汐見町\tしおみちょう\t4\t2\n"

ISSUE = """わかば社協だより 第58号
令和5年7月20日発行

■ヤングケアラーに気づいたら

若葉市では、ヤングケアラーの調査を行いました。協議体でも話し合いました。ヤングケアラーは17人に1人です。

■用語

ヤングケアラーとは、家族の世話を日常的に行っている子どものことです。
協議体とは、多様な主体が情報を共有し、連携を強める場です。

■研修のご案内

日時：令和5年8月30日（水）13時30分～16時
会場：総合福祉会館
申込：8月23日（水）までに汐見町社協へ
"""

KINDS = ("map", "place", "empty place", "month", "empty month", "glossary", "article", "timeline", "narrowed timeline")


def lines(file, _plugins, _config):
    return Extraction(
        tuple(Block(line, kind="line") for line in file.path.read_text(encoding="utf-8").split("\n")), "text/plain"
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    home = tmp_path_factory.mktemp("views")
    (home / "documents").mkdir()
    (home / "documents" / "places.tsv").write_text(GAZETTEER, encoding="utf-8")
    with open_library(home, Plugins.load(("kb_formats", "kb_welfare")), engine="memory") as library:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("kb.library.extract", lines)
            ingest_text(library, "わかば58.txt", ISSUE, "newsletter", "public")
        reader = library.reader(PUBLIC_ONLY)
        (document,) = reader.documents()
        article = next(one for one in reader.outline(document.id) if one.heading.startswith("ヤング"))
        pages = {
            "map": "/places/",
            "place": "/places/99202",
            "empty place": "/places/99201",
            "month": "/calendar/?month=2023-08",
            "empty month": "/calendar/?month=2020-01",
            "glossary": "/glossary/",
            "article": f"/sections/{article.id}",
            "timeline": "/timeline/",
            "narrowed timeline": "/timeline/?year=2023&type=newsletter",
        }
        with served(create_app(library)) as address:
            yield SimpleNamespace(address=address, pages=pages)


@pytest.mark.parametrize("kind", KINDS)
def test_each_view_is_accessible(page, site, kind, picture):
    assert page.goto(site.pages[kind]).status == 200
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.get_by_role("heading", level=1).count() == 1
    picture(page, f"view-{kind}".replace(" ", "-"))


@pytest.mark.parametrize("width", [390, 320], ids=["phone", "400 percent"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_view_fits_a_narrow_screen(open_page, site, kind, width, picture):
    page = open_page(width=width, height=800, device_scale_factor=2, has_touch=True)
    page.goto(site.pages[kind])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 390:
        picture(page, f"view-{kind}-phone".replace(" ", "-"))


def test_the_month_is_a_table_where_there_is_room_and_a_list_on_a_phone(open_page, site):
    wide, narrow = open_page(), open_page(width=390, height=800)
    for page in (wide, narrow):
        page.goto(site.pages["month"])
        assert page.locator(".kb-agenda h3").all_inner_texts() == ["締切：研修のご案内", "研修のご案内"]
    assert wide.locator(".kb-month").is_visible()
    assert not narrow.locator(".kb-month").is_visible()
    wide.locator(".kb-month a").first.click()
    assert wide.get_by_role("heading", level=1).inner_text() == "研修のご案内"


def test_tiles_lie_where_the_gazetteer_says(page, site):
    page.goto(site.pages["map"])
    boxes = {
        name: page.get_by_role("link", name=re.compile(f"^{name}")).bounding_box()
        for name in ("楓原市", "若葉市", "汐見町")
    }
    assert boxes["楓原市"]["x"] < boxes["若葉市"]["x"] < boxes["汐見町"]["x"]
    assert boxes["若葉市"]["y"] < boxes["楓原市"]["y"] == boxes["汐見町"]["y"]


def test_a_term_explains_itself_to_the_pointer_and_lets_it_move_on_to_the_explanation(page, site):
    page.goto(site.pages["article"])
    terms = page.locator(".kb-text dfn button")
    assert terms.all_inner_texts() == ["ヤングケアラー", "協議体"]  # the first time only
    tip = page.get_by_role("tooltip")
    assert not tip.is_visible()
    terms.first.hover()
    assert "子どものことです" in tip.inner_text()
    tip.hover()
    assert tip.is_visible()
    page.get_by_role("heading", level=1).hover()
    assert not tip.is_visible()


def test_a_term_explains_itself_to_the_keyboard_and_escape_closes_it(page, site):
    page.goto(site.pages["article"])
    term = page.locator(".kb-text dfn button").last
    term.focus()
    tip = page.get_by_role("tooltip")
    assert "連携を強める場です" in tip.inner_text()
    assert term.get_attribute("aria-describedby") == tip.get_attribute("id")
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    assert page.evaluate("document.activeElement.innerText") == "協議体"
    page.keyboard.press("Shift+Tab")
    assert "子どものことです" in tip.inner_text()


def test_a_term_explains_itself_to_a_tap(open_page, site):
    page = open_page(width=390, height=800, has_touch=True)
    page.goto(site.pages["article"])
    page.locator(".kb-text dfn button").first.tap()
    tip = page.get_by_role("tooltip")
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.get_by_role("heading", level=1).tap()
    assert not tip.is_visible()


def test_without_javascript_the_terms_stand_beside_the_article(open_page, site):
    page = open_page(java_script_enabled=False)
    page.goto(site.pages["article"])
    assert page.locator(".kb-text dfn").count() == 0
    assert "子どものことです" in page.locator("[data-kb-terms]").inner_text()
    page.locator("[data-kb-terms] a").first.click()
    assert urlsplit(page.url).path == "/glossary/"
    assert page.locator("dt:target").count() == 1
