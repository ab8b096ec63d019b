"""A social worker at the shelf of cases and the programme of courses, in a real browser."""

import io
import re
import shutil
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe

from kb.model import EVERYTHING, OPERATOR, Role
from kb.testing import open_library
from kb.web import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
PASSWORD = "雲雀が三羽 canal 42"


@pytest.fixture(scope="module")
def casework(tmp_path_factory, serve):
    """A server with the sample courses and cases, and a social worker's account."""
    home = tmp_path_factory.mktemp("casework")
    with open_library(home, engine="memory") as library:
        for folder in ("training", "cases"):
            shutil.copytree(ROOT / "documents" / folder, home / "documents" / folder)
        assert [outcome.status for outcome in library.ingest_offers(library.offers())] == ["added"] * 8
        app = create_app(library)
        auth = app.extensions["kb"].auth
        _, link = auth.invite("山吹", Role.CSW, OPERATOR)
        auth.take_up(link.path.removeprefix("/join/"), PASSWORD)
        reader = library.reader(EVERYTHING)
        register = reader.find("R5_支援事例一覧.xlsx")
        forms = [document.id for document in reader.documents("case") if document.id != register.id]
        with serve(app) as address:
            yield SimpleNamespace(address=address, row=reader.outline(register.id)[7].id, forms=forms)


@pytest.fixture
def csw(open_page, casework):
    """Opens tabs of somebody who has signed in."""

    def tab(**options):
        page = open_page(base_url=casework.address, **options)
        page.goto("/login?next=/cases/")
        page.get_by_label("名前").fill("山吹")
        page.get_by_label("パスワード").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="支援事例", level=1).wait_for()
        return page

    return tab


def addresses(casework):
    some = "&".join(f"case={case}" for case in (casework.row, *casework.forms[:2]))
    return {
        "training": "/training/",
        "cases": "/cases/",
        "cases-narrowed": "/cases/?board=case_stage&case_theme=見守り&q=見守り",
        "cases-none": "/cases/?case_theme=ないテーマ",
        "compare": f"/cases/compare?{some}",
        "compare-one": f"/cases/compare?case={casework.row}",
        "print": f"/cases/print?{some}",
        "case": f"/sections/{casework.row}",
    }


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_each_page_is_accessible_and_fits_the_screen(csw, casework, width, picture):
    page = csw(width=width)
    for name, address in addresses(casework).items():
        page.goto(address)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, (name, found.generate_report())
        assert page.get_by_role("heading", level=1).count() == 1, name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if width != 320:
            picture(page, f"{name}-{width}")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_board_to_two_cases_side_by_side(csw, script):
    page = csw(java_script_enabled=script)
    page.get_by_role("row", name=re.compile("^ごみ屋敷")).get_by_role("link").first.click()
    page.wait_for_url("**case_theme=*")
    boxes = page.get_by_role("checkbox")
    assert boxes.count() == 3
    boxes.nth(0).check()
    boxes.nth(2).check()
    page.get_by_role("button", name="選んだ事例を並べて比べる").click()
    page.wait_for_url("**/cases/compare?*")
    assert page.get_by_role("columnheader").count() == 3
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="アセスメント"))
    assert [len(text) > 10 for text in row.get_by_role("cell").all_inner_texts()] == [True, True]
    page.get_by_role("link", name="事例の一覧", exact=False).first.click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="要約を印刷用に出す").click()
    page.wait_for_url("**/cases/print?*")
    assert page.get_by_text("取扱注意").count() == 1


def test_each_sheet_is_one_page_of_a4_that_names_its_class(csw, casework):
    page = csw()
    page.goto("/cases/print?" + "&".join(f"case={case}" for case in (casework.row, *casework.forms)))
    with closing(pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))) as printed:
        texts = [sheet.get_textpage().get_text_range() for sheet in printed]
        width, height = printed[0].get_size()
    assert len(texts) == 1 + len(casework.forms)
    assert all("公開範囲：事例" in text and "印刷：山吹" in text for text in texts)
    assert (round(width), round(height)) == (595, 842)
