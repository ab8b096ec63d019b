"""/cases/: the shelf, the board, comparison and print, and that nobody learns of a case who may not."""

import html
import re

import pytest

from kb.desk import Change
from kb.model import EVERYTHING, OPERATOR, Judgement
from kb.testing import ingest_text

HEAD = "番号\t事例名\t区分\tテーマ\t年代\t市町村\t主訴\t支援内容\t関係機関\t段階\n"
ROWS = (
    "1\t夜に出歩く男性\t個別支援\t認知症、見守り\t80代\tA市\t夜中に出歩く。\t体操の場に誘う。\t地域包括支援センター\tモニタリング\n",
    "2\t家賃の滞納\t個別支援\t生活困窮、就労\t40代\tB町\t退去を求められた。\t申請に同行。\t自立相談支援機関\t終結\n",
    "3\t坂の上の買い物\t地域支援\t買い物・移動、見守り\t\tA市\tスーパーが閉店した。\t移動販売を始めた。\t自治会、地域包括支援センター\t支援\n",
)
REGISTER = "支援事例一覧\n" + HEAD + "".join(ROWS)

FORM = """団地の一室で暮らす男性
区分：個別支援
年代：80代
市町村：A市
テーマ：認知症、社会的孤立
関係機関：地域包括支援センター、民生委員

【概要】
新聞が三日分たまったことから、隣の人が気づいた。

【アセスメント】
工具だけはきれいに並べられている。

【支援】
工具の手入れを頼んだ。
"""

TRACES = ("夜に出歩く", "家賃の滞納", "坂の上", "団地の一室", "認知症", "支援事例一覧", "A市", "工具")


@pytest.fixture
def library(visitor):
    assert ingest_text(visitor.library, "台帳.txt", REGISTER, "case").document.access == "cases"
    assert ingest_text(visitor.library, "団地.txt", FORM, "case").document.access == "cases"
    return visitor.library


@pytest.fixture
def csw(visitor, library):
    return visitor.as_("csw")


@pytest.fixture
def ids(library):
    """The ids of the cases, as the checkboxes have them, by title."""
    reader = library.reader(EVERYTHING)
    register, form = sorted(reader.documents("case"), key=lambda document: document.file_name)
    rows = {section.heading.split("　")[1]: section.id for section in reader.outline(register.id)}
    return {**rows, form.title: form.id}


def shown(page):
    """What a page says, without its own address at the foot."""
    return page.text.split("印刷元：", maxsplit=1)[0]


def titles(page):
    found = re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", page.html)
    return {html.unescape(title).split("　")[-1] for title in found}


# ------------------------------------------------------------------------------------------------------ the shelf


def test_every_case_is_listed_whether_on_a_form_or_in_a_register(csw):
    page = csw.get("/cases/")
    assert titles(page) == {"夜に出歩く男性", "家賃の滞納", "坂の上の買い物", "団地の一室で暮らす男性"}
    assert "4 件 事例の一覧へ" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"case_theme": "認知症"}, {"夜に出歩く男性", "団地の一室で暮らす男性"}),
        ({"case_theme": ["認知症", "就労"]}, {"夜に出歩く男性", "団地の一室で暮らす男性", "家賃の滞納"}),
        ({"case_theme": "見守り", "case_scope": "地域支援"}, {"坂の上の買い物"}),
        ({"case_stage": "終結"}, {"家賃の滞納"}),
        ({"case_party": "民生委員・児童委員"}, {"団地の一室で暮らす男性"}),
        ({"case_age": "80代", "case_town": "A市"}, {"夜に出歩く男性", "団地の一室で暮らす男性"}),
        ({"case_theme": "そんなテーマはない"}, set()),
        ({"q": "工具"}, {"団地の一室で暮らす男性"}),
        ({"q": "移動販売"}, {"坂の上の買い物"}),
        ({"q": "新聞 手入れ"}, {"団地の一室で暮らす男性"}),
        ({"q": "工具　宇宙船"}, set()),
        ({"q": "。。。"}, set()),
        ({"page": "99", "board": "x"}, {"夜に出歩く男性", "家賃の滞納", "坂の上の買い物", "団地の一室で暮らす男性"}),
    ],
)
def test_cases_are_narrowed_by_facets_and_words(csw, query, found):
    page = csw.get("/cases/", **query)
    assert page.status == 200
    assert titles(page) == found


def test_a_facet_counts_without_its_own_choice_and_its_links_lead_to_as_many(csw):
    page = csw.get("/cases/?case_theme=認知症")
    (more,) = page.links(r"^/cases/\?case_theme=認知症&case_theme=就労$")
    assert titles(csw.get(more)) == {"夜に出歩く男性", "団地の一室で暮らす男性", "家賃の滞納"}
    (link,) = page.links(r"case_theme=認知症&case_town=A市$")
    assert re.search(r"A市<span class=\"kb-count\">2<", page.html)
    assert len(titles(csw.get(link))) == 2


def test_the_board_counts_themes_by_scope_or_stage_and_links_to_them(csw):
    by_scope, by_stage = csw.get("/cases/"), csw.get("/cases/?board=case_stage")
    row = re.search(r'<th scope="row">見守り</th>(.*?)</tr>', by_scope.html, re.DOTALL)[1]
    assert re.findall(r">(\d+)<", row) == ["1", "1", "2"]
    row = re.search(r'<th scope="row">認知症</th>(.*?)</tr>', by_stage.html, re.DOTALL)[1]
    assert re.findall(r">(\d+)<", row) == ["0", "0", "0", "1", "1", "0", "2"]
    (cell,) = by_scope.links("case_theme=見守り&case_scope=地域支援$")
    assert titles(csw.get(cell)) == {"坂の上の買い物"}


def test_a_long_shelf_has_pages(csw, library, monkeypatch):
    monkeypatch.setattr("kb_cases.views.PER_PAGE", 3)
    first = csw.get("/cases/")
    (following,) = first.links("page=2")
    assert len(titles(first)) == 3
    assert len(titles(first) | titles(csw.get(following))) == 4


def test_an_empty_shelf_says_how_to_fill_it(visitor):
    assert "documents/cases/" in visitor.as_("csw").get("/cases/").text


FREE = """海辺の家の三人
区分：個別支援

【概要】
家賃を滞納し、フードバンクの食料を届けた。

【支援】
民生委員と子ども食堂に誘った。
"""


def test_what_staff_say_of_a_case_goes_before_what_was_found_in_its_text(csw, library):
    document = ingest_text(library, "海辺.txt", FREE, "case").document
    desk = library.desk(OPERATOR)
    assert titles(csw.get("/cases/?case_theme=居場所づくり")) == {"海辺の家の三人"}
    desk.judge(document.id, Judgement("case_theme", "居場所づくり", "子ども食堂", right=False))
    assert titles(csw.get("/cases/?case_theme=居場所づくり")) == set()
    assert "海辺の家の三人" in titles(csw.get("/cases/?case_theme=生活困窮"))
    desk.edit(document.id, Change(fields={"case_theme": "子どもの貧困\n就労"}))
    library.bring_up_to_date()
    assert titles(csw.get("/cases/?case_theme=生活困窮")) == {"家賃の滞納"}
    assert titles(csw.get("/cases/?case_theme=子どもの貧困")) == {"海辺の家の三人"}
    assert "支援" in csw.get("/search?case_theme=子どもの貧困").titles
    assert csw.get("/search?case_theme=居場所づくり").titles == []


def test_a_case_in_the_bin_or_held_back_is_on_no_shelf(csw, library, ids):
    desk = library.desk(OPERATOR)
    form = ids["団地の一室で暮らす男性"]
    desk.hold(form)
    assert "団地の一室で暮らす男性" not in csw.get("/cases/").text
    assert csw.get("/cases/print", case=form).status == 404
    assert "団地の一室" not in csw.get(f"/sections/{ids['夜に出歩く男性']}").text


# ------------------------------------------------------------------------------------------------ the same constellation


def test_beside_a_case_stand_those_with_the_same_constellation(csw, ids):
    page = csw.get(f"/sections/{ids['夜に出歩く男性']}")
    panel = page.html.split("同じ組み合わせの事例")[1].split("</section>")[0]
    order = re.findall("団地の一室で暮らす男性|坂の上の買い物|家賃の滞納", panel)
    assert list(dict.fromkeys(order)) == ["団地の一室で暮らす男性", "坂の上の買い物"]
    assert "共通：" in panel
    (link, *_) = page.links("^/cases/compare")
    assert csw.get(link).status == 200


def test_the_panel_stands_beside_every_part_of_a_form_and_beside_nothing_else(csw, library, issue_text):
    form = library.reader(EVERYTHING).find("団地.txt")
    for section in library.reader(EVERYTHING).outline(form.id):
        assert "共通：認知症" in csw.get(f"/sections/{section.id}").text.replace("、", "")
    issue = ingest_text(library, "だより.txt", issue_text).document
    section = library.reader(EVERYTHING).outline(issue.id)[0]
    assert "同じ組み合わせの事例" not in csw.get(f"/sections/{section.id}").text


def test_a_reader_of_an_opened_case_hears_of_no_other(visitor, library):
    opened = ingest_text(library, "公開.txt", FORM.replace("団地の一室", "海辺の家"), "case", "members").document
    section = library.reader(EVERYTHING).outline(opened.id)[0]
    page = visitor.as_("reader").get(f"/sections/{section.id}")
    panel = page.html.split("同じ組み合わせの事例")[1].split("</section>")[0]
    assert "まだありません" in panel
    assert not page.links("^/cases/")
    assert not [trace for trace in ("夜に出歩く", "団地の一室", "坂の上") if trace in page.text]


# ------------------------------------------------------------------------------------------------------ side by side


def test_two_cases_stand_side_by_side_part_by_part(csw, ids):
    page = csw.get("/cases/compare", case=[ids["団地の一室で暮らす男性"], ids["夜に出歩く男性"]])
    row = re.search(r'<th scope="row">支援</th>(.*?)</tr>', page.html, re.DOTALL)[1]
    assert re.findall("<p>(.*?)</p>", row) == ["工具の手入れを頼んだ。", "体操の場に誘う。"]
    row = re.search(r'<th scope="row">アセスメント</th>(.*?)</tr>', page.html, re.DOTALL)[1]
    assert row.count("<td") == 2
    assert "―" in row
    assert "公開範囲：事例（限定）" in page.text


def test_the_parts_come_in_the_order_of_the_process(csw, ids):
    page = csw.get("/cases/compare", case=list(ids.values())[1:])
    names = re.findall(r'<tr><th scope="row">(.*?)</th>', page.html)
    assert names == ["基本情報", "概要", "インテーク", "アセスメント", "支援"]


def test_more_than_three_are_cut_and_fewer_than_two_are_asked_for(csw, ids):
    page = csw.get("/cases/compare", case=list(ids.values()))
    assert "ほか1件" in page.text
    assert len(re.findall('<th scope="col"><span class="kb-letter">', page.html)) == 3
    assert "2件か3件に印を付けてください" in csw.get("/cases/compare").text
    one = csw.get("/cases/compare", case=ids["夜に出歩く男性"])
    assert "もう1件か2件" in one.text
    assert "団地の一室で暮らす男性" in one.text


def test_the_same_case_twice_is_one(csw, ids):
    one = ids["夜に出歩く男性"]
    assert "もう1件か2件" in csw.get("/cases/compare", case=[one, one]).text


# ------------------------------------------------------------------------------------------------------------- print


def test_a_sheet_names_its_class_and_who_printed_it(csw, ids):
    page = csw.get("/cases/print", case=[ids["団地の一室で暮らす男性"], ids["家賃の滞納"]])
    assert page.html.count('class="kb-sheet"') == 2
    assert page.text.count("公開範囲：事例（限定） 取扱注意") == 2
    assert page.text.count("印刷：cswの山吹") == 2
    assert "工具だけはきれいに" in page.text


def test_a_long_case_is_cut_at_the_end_of_a_sentence(csw, library):
    long = FORM.replace("工具の手入れを頼んだ。", "工具の手入れを一つずつ一緒に進めた。" * 200)
    document = ingest_text(library, "長い.txt", long.replace("団地の一室", "長屋の一室"), "case").document
    page = csw.get("/cases/print", case=document.id)
    assert "進めた。……" in page.text
    assert 500 < page.text.count("工具の手入れを一つずつ") * 18 < 1400


def test_nothing_chosen_is_said(csw):
    assert "印刷する事例が選ばれていません" in csw.get("/cases/print").text


# ------------------------------------------------------------------------------------------------ nobody else


PAGES = ("/cases/", "/cases/?case_theme=認知症", "/cases/?q=工具", "/cases/?board=case_stage")


@pytest.mark.parametrize("role", [None, "reader"])
def test_without_access_to_cases_nothing_is_learnt(visitor, library, ids, role):
    person = visitor.as_(role) if role else visitor.other()
    compared = [f"/cases/compare?case={one}&case={other}" for one in ids.values() for other in ids.values()]
    for address in (*PAGES, *compared, *(f"/cases/print?case={one}" for one in ids.values())):
        page = person.get(address)
        assert page.status == (403 if role else 303)
        assert not [trace for trace in TRACES if trace in shown(page)]
        if role:
            assert "相談員以上の方です" in page.text
    # What is there and what is not answer alike.
    guesses = (ids["家賃の滞納"], "0123456789ab-00000000")
    there, not_there = (shown(person.get(f"/cases/compare?case={one}")).replace(one, "…") for one in guesses)
    assert there == not_there


@pytest.mark.parametrize("role", [None, "reader"])
def test_the_search_page_counts_no_case_for_them(visitor, library, role):
    person = visitor.as_(role) if role else visitor.other()
    for address in ("/search?q=工具", "/search", "/documents/", "/", "/search?q=見守り&type=case", "/help"):
        page = person.get(address)
        told = [
            trace
            for trace in ("夜に出歩く", "坂の上", "団地の一室", "事例のテーマ", "80代", "1件")
            if trace in shown(page)
        ]
        assert told == []


def test_guessed_ids_lead_nowhere(csw, ids):
    for guess in ("0123456789ab", "0123456789ab-01234567", "-", "%00", "../../x", "あ" * 300):
        assert csw.get("/cases/compare", case=guess).status == 404
        assert csw.get("/cases/print", case=[ids["家賃の滞納"], guess]).status == 404


def test_no_case_is_made_of_another_document(csw, library, issue_text):
    document = ingest_text(library, "だより.txt", issue_text).document
    section = library.reader(EVERYTHING).outline(document.id)[0]
    for identity in (document.id, section.id):
        page = csw.get("/cases/print", case=identity)
        assert page.status == 404
        assert "この事例は見つかりません" in page.text


def test_comparing_is_written_down_as_reading(visitor, csw, ids):
    csw.get("/cases/")
    before = len(visitor.library.audit.entries(actions=["section.read", "document.read"]))
    csw.get("/cases/compare", case=[ids["夜に出歩く男性"], ids["団地の一室で暮らす男性"]])
    entries = visitor.library.audit.entries(actions=["section.read", "document.read"])
    assert (before, len({entry.subject for entry in entries})) == (0, 2)


def test_cases_are_found_and_narrowed_in_the_search_too(csw):
    page = csw.get("/search?case_theme=認知症&case_age=80代")
    assert "事例1　夜に出歩く男性" in page.titles
    assert "工具" in csw.get("/search?q=工具&case_party=民生委員・児童委員").text
