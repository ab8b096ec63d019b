"""/sections/<id>: one article in its document."""

import re

import pytest

from kb.model import PUBLIC_ONLY, Section
from kb.testing import ingest_text
from kb.web.reading import around, below, parents

RICH = """みどり県社協だより 第20号
令和5年6月1日発行

■居場所づくりの三つの例

若葉市の三つの例を紹介します。

●空き家を借りた縁側

縁側では毎週火曜日にお茶を出します。

電話番号：012-345-6789
・予約はいりません。
・お茶は無料です。

曜日\t内容
火\tお茶
木\t将棋\t初心者も

■お知らせ

来月は休みます。
"""


@pytest.fixture
def outline(visitor, issue):
    """The sections of the issue by heading."""
    return {section.heading: section for section in visitor.library.reader(PUBLIC_ONLY).outline(issue.id)}


def opened(visitor, outline, heading, **query):
    return visitor.get(f"/sections/{outline[heading].id}", **query)


def test_an_article_is_shown_with_everything_below_it(visitor, outline):
    page = opened(visitor, outline, "ゴミ屋敷の片付けから始まったつながり")
    assert page.status == 200
    assert re.search(r"<h1[^>]*>ゴミ屋敷の片付けから始まったつながり</h1>", page.html)
    assert re.search(r"<h2[^>]*>民生委員との見守り</h2>", page.html)
    assert "近所から相談が寄せられました" in page.text
    assert "本人の困りごとを一緒に整理しました" in page.text
    assert "家族の世話をする生徒" not in page.text


def test_a_part_of_an_article_leads_back_to_the_whole(visitor, outline):
    page = opened(visitor, outline, "民生委員との見守り")
    whole = outline["ゴミ屋敷の片付けから始まったつながり"]
    crumbs = page.html.partition('aria-label="現在の位置"')[2].partition("</nav>")[0]
    assert f'href="/sections/{whole.id}"' in crumbs
    assert "みどり県社協だより 第12号" in crumbs
    assert "近所から相談が寄せられました" not in page.text


def test_the_words_of_the_query_are_marked_and_lead_back_to_the_results(visitor, outline):
    page = opened(visitor, outline, "民生委員との見守り", q="民生委員 訪ね", sort="date", year="2022")
    assert "<mark>民生委員</mark>と社協が令和3年12月21日から週に一度<mark>訪ね</mark>" in page.html
    assert "<mark>民生委員</mark>との見守り</h1>" in page.html
    (back,) = page.links("^/search.*q=民生委員.訪ね")
    assert {"sort=date", "year=2022"} <= set(back.partition("?")[2].split("&"))
    assert visitor.get(back).titles == ["民生委員との見守り"]


def test_without_a_query_nothing_is_marked(visitor, outline):
    page = opened(visitor, outline, "民生委員との見守り")
    assert "<mark>" not in page.html
    assert "検索結果に戻る" not in page.text


def test_the_outline_shows_the_whole_document_and_where_one_is(visitor, outline):
    page = opened(visitor, outline, "民生委員との見守り", q="見守り")
    contents = page.html.partition("kb-outline")[2].partition("</nav>")[0]
    for section in outline.values():
        assert f'href="/sections/{section.id}?q=' in contents
    current = re.findall(r'<a href="/sections/([^"?]*)[^"]*" aria-current="page">', contents)
    assert current == [outline["民生委員との見守り"].id]


@pytest.mark.parametrize(
    ("heading", "before", "after"),
    [
        ("ゴミ屋敷の片付けから始まったつながり", None, "ヤングケアラーを支える"),
        ("民生委員との見守り", "ゴミ屋敷の片付けから始まったつながり", "ヤングケアラーを支える"),
        ("ヤングケアラーを支える", "ゴミ屋敷の片付けから始まったつながり", None),
    ],
)
def test_one_can_go_on_to_the_articles_before_and_after(visitor, outline, heading, before, after):
    turn = opened(visitor, outline, heading).html.partition('aria-label="前後の記事"')[2].partition("</nav>")[0]
    found = dict(re.findall(r'rel="(prev|next)" href="/sections/([^"?]*)', turn))
    assert found.get("prev") == (outline[before].id if before else None)
    assert found.get("next") == (outline[after].id if after else None)


def test_lists_fields_and_tables_are_what_they_are(visitor):
    document = ingest_text(visitor.library, "だより20.txt", RICH).document
    sections = visitor.library.reader(PUBLIC_ONLY).outline(document.id)
    section = next(one for one in sections if one.heading == "空き家を借りた縁側")
    page = visitor.get(f"/sections/{section.id}", q="将棋")
    assert re.search(r"<dt>電話番号：</dt><dd>012-345-6789</dd>", page.html)
    assert re.search(r"<li>・予約はいりません。</li>\s*<li>・お茶は無料です。</li>", page.html)
    assert "<th" not in page.html  # the first row has no name for the third column
    assert "<tr><td>木</td><td><mark>将棋</mark></td><td>初心者も</td></tr>" in page.html
    assert "<tr><td>火</td><td>お茶</td><td></td></tr>" in page.html


def test_a_table_whose_first_row_names_the_columns_has_headers(visitor):
    text = RICH.replace("曜日\t内容", "曜日\t内容\t備考")
    document = ingest_text(visitor.library, "だより20.txt", text).document
    sections = visitor.library.reader(PUBLIC_ONLY).outline(document.id)
    section = next(one for one in sections if one.heading == "空き家を借りた縁側")
    page = visitor.get(f"/sections/{section.id}")
    assert '<th scope="col">曜日</th><th scope="col">内容</th><th scope="col">備考</th>' in page.html
    assert "<td>曜日</td>" not in page.html


def test_what_is_known_about_the_document_is_beside_the_article(visitor, outline):
    shown = opened(visitor, outline, "ヤングケアラーを支える").text
    assert "2022年2月15日（令和4年） （根拠：発行日）" in shown
    assert "発行者 社会福祉法人 みどり県社会福祉協議会" in shown
    assert "号 12" in shown
    assert "だより12.txt" in shown


def test_a_pdf_opens_at_the_page_of_the_article(visitor, issue_text):
    text = "%PDF\n" + issue_text.replace("■ヤング", "\f■ヤング")
    document = ingest_text(visitor.library, "だより.pdf", text).document
    section = visitor.library.reader(PUBLIC_ONLY).outline(document.id)[-1]
    page = visitor.get(f"/sections/{section.id}")
    assert f"/documents/{document.id}/original#page=2" in page.links("original")
    assert "PDFの2ページを開く" in page.text


def test_dates_of_the_article_are_searches(visitor, outline):
    page = opened(visitor, outline, "民生委員との見守り")
    assert "この記事の日付" in page.text
    (search,) = page.links("^/search.*令和3年12月21日")
    assert visitor.get(search).titles == ["民生委員との見守り"]


def test_warnings_about_the_document_are_shown(visitor, monkeypatch, issue_text):
    from dataclasses import replace

    from kb import library

    read = library.extract
    monkeypatch.setattr(library, "extract", lambda *a: replace(read(*a), warnings=("3ページ目は画像だけです。",)))
    document = ingest_text(visitor.library, "だより12.txt", issue_text).document
    section = visitor.library.reader(PUBLIC_ONLY).outline(document.id)[0]
    assert "3ページ目は画像だけです。" in visitor.get(f"/sections/{section.id}").text
    assert "3ページ目は画像だけです。" in visitor.get(f"/documents/{document.id}").text


def test_a_very_long_article_lists_what_does_not_fit(visitor):
    parts = "".join(f"\n●第{n}節の題\n\n" + "見守りの記録です。" * 300 + "\n" for n in range(12))
    text = f"みどり県社協だより 第21号\n令和5年7月1日発行\n\n■長い連載\n\nはじめに。\n{parts}\n■お知らせ\n\n来月は休みます。\n"
    document = ingest_text(visitor.library, "だより21.txt", text).document
    sections = visitor.library.reader(PUBLIC_ONLY).outline(document.id)
    article = next(one for one in sections if one.heading == "長い連載")
    page = visitor.get(f"/sections/{article.id}")
    assert len(page.html) < 100_000
    article_html = page.html.partition("<article")[2].partition("</article>")[0]
    inside = [one for one in sections if one.path[:1] == article.path and one.id != article.id]
    assert len(inside) == 12
    for section in inside:
        assert f"s-{section.id}" in article_html or f"/sections/{section.id}" in article_html


def test_an_unknown_section_is_a_page_in_japanese(visitor):
    page = visitor.get("/sections/0123456789ab-01234567")
    assert page.status == 404
    assert "この記事は見つかりません。" in page.text


def test_a_side_box_belongs_to_its_article_and_interrupts_nothing():
    rows = [("特集", 1), ("取組み", 2), ("用語", 2), ("経過", 3), ("お知らせ", 1)]
    outline = [
        Section(heading, level=level, kind="box" if heading == "用語" else "article", id=heading, ordinal=n)
        for n, (heading, level) in enumerate(rows)
    ]
    feature, work, box, course, news = outline
    assert below(outline, feature) == [work, box, course]
    assert below(outline, work) == [course]
    assert below(outline, box) == []
    assert parents(outline, box) == [feature]
    assert parents(outline, course) == [feature, work]
    assert around(outline, feature, [work, box, course]) == (None, news)
    assert around(outline, news, []) == (feature, None)
