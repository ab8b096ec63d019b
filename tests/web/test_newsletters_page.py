"""/newsletters/: the issues, with their articles."""

import re

import pytest

from kb.model import PUBLIC_ONLY
from kb.testing import ingest_text


@pytest.fixture
def issues(visitor, issue_of):
    for number, year in ((1, 2020), (2, 2021), (3, 2021)):
        text = issue_of(number, year)
        ingest_text(visitor.library, f"だより{number}.txt", text.replace("2月", f"{number}月"))
    other = issue_of(9, 2019).replace("みどり県", "わかば市")
    ingest_text(visitor.library, "わかば9.txt", other)
    return visitor


def test_issues_stand_under_their_years_newest_first(issues):
    page = issues.get("/newsletters/")
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", page.html) == ["2021年", "2020年", "2019年"]
    assert re.findall(r"第(\d)号</a></h3>", page.html) == ["3", "2", "1", "9"]
    assert "2021年3月15日（令和3年）" in page.text


def test_each_issue_lists_its_articles(issues):
    page = issues.get("/newsletters/")
    library = issues.library.reader(PUBLIC_ONLY)
    for document in library.documents("newsletter"):
        assert f"/documents/{document.id}" in page.links()
        for section in library.outline(document.id):
            is_article = section.level == 1 and section.label != document.title
            assert (f"/sections/{section.id}" in page.links()) == is_article


def test_issues_of_one_publisher(issues):
    page = issues.get("/newsletters/")
    (address,) = [link for link in page.links("publisher=") if "わかば市" in link]
    narrowed = issues.get(address)
    assert re.findall(r"第(\d)号</a></h3>", narrowed.html) == ["9"]
    assert len(re.findall("<h3>", issues.get("/newsletters/?publisher=誰でもない").html)) == 4


def test_a_long_run_of_issues_has_pages(issues, monkeypatch):
    monkeypatch.setattr("kb_newsletters.views.PER_PAGE", 3)
    pages = [issues.get("/newsletters/", page=page) for page in ("1", "2", "99", "x")]
    found = [re.findall(r"第(\d)号</a></h3>", page.html) for page in pages]
    assert found == [["3", "2", "1"], ["9"], ["9"], ["3", "2", "1"]]
    assert issues.get(pages[0].links("page=2")[0]).html == pages[1].html


def test_only_public_issues_are_listed(issues, issue_of):
    ingest_text(issues.library, "内部.txt", issue_of(7, 2022), access="members")
    page = issues.get("/newsletters/")
    assert "第7号" not in page.text
    assert "2022年" not in page.text


def test_without_any_issue_it_says_so(visitor):
    assert "まだニュースレターがありません" in visitor.get("/newsletters/").text


def test_undated_issues_come_last(issues):
    ingest_text(
        issues.library,
        "号外.txt",
        "みどり県社協だより 第8号\n\n■お知らせ\n\n会場が変わりました。\n\n■お礼\n\n募金をありがとうございました。\n",
    )
    page = issues.get("/newsletters/")
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", page.html)[-1] == "日付なし"
