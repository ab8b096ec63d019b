"""/places/: the map and the pages of municipalities, within what whoever asks may read."""

import re

import pytest

from kb import Judgement
from kb.model import OPERATOR, PUBLIC_ONLY
from kb.testing import ingest_text, work_off

GAZETTEER = """都道府県\tみどり県
99201\t楓原市\tかえではらし\t2\t2\t楓原
99202\t若葉市\tわかばし\t3\t1
99301\t汐見町\tしおみちょう\t4\t2
"""

CASE = "■事例の記録\n\n汐見町の世帯を、横浜市の親族と支えました。ゴミ屋敷の片付けです。\n"

WHO = [(None, 0), ("reader", 0), ("csw", 1), ("staff", 1), ("admin", 1)]


@pytest.fixture
def midori(make, tmp_path, issue_text):
    """An issue about 若葉市 and 汐見町, and a case in 汐見町."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "places.tsv").write_text(GAZETTEER, encoding="utf-8")
    visitor = make()
    ingest_text(visitor.library, "だより12.txt", issue_text)
    ingest_text(visitor.library, "事例.txt", CASE, access="cases")
    return visitor


def tiles(page):
    """Name, shade and number of each tile."""
    found = re.findall(r'kb-shade-(\d)" href="[^"]*"><span[^>]*>(.*?)</span> <span[^>]*>(\d+)件', page.html)
    return {name: (int(shade), int(count)) for shade, name, count in found}


def test_the_map_has_every_municipality_of_home_where_it_lies_shaded_by_its_articles(midori):
    page = midori.get("/places/")
    assert "みどり県の市町村" in page.text
    assert tiles(page) == {"楓原市": (0, 0), "若葉市": (1, 1), "汐見町": (1, 1)}
    assert 'class="kb-col-3 kb-row-1"' in page.html
    assert "/places/99202" in page.links()


def test_what_the_shades_mean_stands_below_the_map(midori):
    assert "なし 1～2件 3～9件 10～29件 30件以上" in midori.get("/places/").text


@pytest.mark.parametrize(("who", "seen"), WHO)
def test_case_studies_count_for_nobody_who_may_not_read_them(midori, who, seen):
    visitor = midori.as_(who) if who else midori
    page = visitor.get("/places/")
    assert tiles(page)["汐見町"] == (1, 1 + seen)
    assert ("横浜市" in page.text) == bool(seen)
    place = visitor.get("/places/99301")
    assert f"記事 {1 + seen}件" in place.text
    assert ("事例の記録" in place.text) == bool(seen)
    assert ("ゴミ屋敷・セルフネグレクト" in place.text) == bool(seen)
    elsewhere = visitor.get("/places/14100")
    assert f"記事 {seen}件" in elsewhere.text
    assert ("事例の記録" in elsewhere.text) == bool(seen)


def test_the_page_of_a_municipality_says_what_it_does_and_leads_to_searches(midori):
    page = midori.get("/places/99301")
    assert "2022年（令和4年） 1件" in page.text
    assert "ニュースレター 1件" in page.text
    assert "ヤングケアラー 1件" in page.text
    (search,) = page.links("theme=ヤングケアラー")
    assert "ヤングケアラーを支える" in midori.get(search).titles
    assert "汐見町" in midori.get(search).text


def test_the_documents_of_a_municipality_are_listed_that_seldom_name_it(midori, issue_text):
    own = issue_text.replace("みどり県社協だより 第12号", "若葉の風 第3号").replace(
        "みどり県社会福祉協議会", "若葉市社会福祉協議会"
    )
    ingest_text(midori.library, "風3.txt", own)
    ingest_text(midori.library, "風4.txt", own.replace("第3号", "第4号"), access="cases")
    page = midori.get("/places/99202")
    (listed,) = re.findall(r"この市町村の資料</h2>(.*?)</ul>", page.html, re.DOTALL)
    assert "若葉の風 第3号" in listed
    assert "第4号" not in page.text
    assert "この市町村の資料" not in midori.get("/places/99201").text
    assert "第4号" in midori.as_("csw").get("/places/99202").text


def test_what_staff_have_removed_is_on_no_page(midori):
    (document,) = midori.library.reader(PUBLIC_ONLY).documents()
    desk = midori.library.desk(OPERATOR)
    for kind, value, evidence in (("place", "99202", "若葉市"), ("theme", "ヤングケアラー", "ヤングケアラー")):
        desk.judge(document.id, Judgement(kind, value, evidence, right=False, by="佐藤"))
    work_off(midori.library)
    assert tiles(midori.get("/places/")) == {"楓原市": (0, 0), "若葉市": (0, 0), "汐見町": (1, 1)}
    assert "ヤングケアラー 1件" not in midori.get("/places/99301").text


def test_many_articles_have_pages_newest_first(midori, issue_of, monkeypatch):
    for year in range(2010, 2016):
        ingest_text(midori.library, f"だより{year}.txt", issue_of(year, year))
    monkeypatch.setattr("kb_places.views.PER_PAGE", 3)
    pages = [midori.get("/places/99301", page=page) for page in ("1", "2", "3", "99", "x")]
    years = [re.findall(r'<time datetime="(\d{4})', page.html) for page in pages]
    assert years[:3] == [["2022", "2015", "2014"], ["2013", "2012", "2011"], ["2010"]]
    assert years[3:] == [years[2], years[0]]


def test_a_ward_leads_to_its_city_and_back(midori):
    assert "/places/14100" in midori.get("/places/14101").links()
    assert "/places/14101" in midori.get("/places/14100").links()


def test_what_is_no_municipality_is_not_found(midori):
    assert midori.get("/places/99999").status == 404


def test_without_a_home_the_page_says_how_to_choose_one(visitor):
    ingest_text(visitor.library, "だより.txt", "■訪問\n\n小田原市を訪ねました。\n", access="public")
    page = visitor.get("/places/")
    assert "places.tsv" in page.text
    assert "神奈川県小田原市 （1件）" in page.text


def test_without_positions_the_tiles_stand_in_order(make, tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "places.tsv").write_text("都道府県\t神奈川県\n", encoding="utf-8")
    page = make().get("/places/")
    assert list(tiles(page))[:3] == ["横浜市", "川崎市", "相模原市"]
    assert "kb-map-placed" not in page.html


def test_results_can_be_narrowed_by_municipality_under_its_name(midori):
    page = midori.get("/search?q=中学校 研修")
    assert "市町村" in page.text
    assert page.links("place=99301")
