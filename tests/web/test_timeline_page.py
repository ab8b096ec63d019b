"""/timeline/: documents by year and type, within what whoever asks may read."""

import re

import pytest

from kb.testing import ingest_text


@pytest.fixture
def timeline(visitor, issue_of):
    for number, year in ((1, 2020), (2, 2021), (3, 2021)):
        ingest_text(
            visitor.library, f"だより{number}.txt", issue_of(number, year).replace("2月15日", f"{number}月15日")
        )
    ingest_text(visitor.library, "会議.txt", "■会議録\n\n2021年の会議です。\n", "document", access="members")
    ingest_text(visitor.library, "事例.txt", issue_of(9, 2019), access="cases")
    return visitor


def titles(page):
    return re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", page.html)


def years(page):
    return re.findall(r'<h2 id="year-[^"]*">(.*?)</h2>', page.html)


def choices(page, nav):
    part = page.html.split(f'aria-labelledby="{nav}"')[1].split("</nav>")[0]
    return dict(re.findall(r'</span>([^<]+)<span class="kb-count">(\d+)<', part))


def test_documents_stand_under_their_years_newest_first_with_their_articles(timeline):
    page = timeline.get("/timeline/")
    assert years(page) == ["2021年", "2020年"]
    assert [re.search(r"第(\d)号", title)[1] for title in titles(page)] == ["3", "2", "1"]
    assert page.text.count("ヤングケアラーを支える") == 3
    assert "民生委員との見守り" not in page.text  # a part of an article


@pytest.mark.parametrize(
    ("who", "kinds", "of_years"),
    [
        (None, {"すべて": "3", "ニュースレター": "3"}, {"すべて": "3", "2020年": "1", "2021年": "2"}),
        ("reader", {"すべて": "4", "ニュースレター": "3"}, {"すべて": "4", "2020年": "1", "2021年": "2"}),
        ("csw", {"すべて": "5", "ニュースレター": "4"}, {"すべて": "5", "2019年": "1", "2020年": "1", "2021年": "2"}),
    ],
)
def test_what_may_not_be_read_is_neither_listed_nor_counted(timeline, who, kinds, of_years):
    page = (timeline.as_(who) if who else timeline).get("/timeline/")
    assert kinds.items() <= choices(page, "types").items()
    assert of_years.items() <= choices(page, "years").items()
    assert ("会議" in page.text) == (who is not None)
    assert ("2019年" in page.text) == (who == "csw")


def test_a_year_and_a_type_are_chosen_by_the_address_and_count_each_other(timeline):
    page = timeline.as_("reader").get("/timeline/?year=2021&type=newsletter")
    assert years(page) == ["2021年"]
    assert len(titles(page)) == 2
    assert choices(page, "types")["ニュースレター"] == "2"
    assert "/timeline/?type=newsletter" in page.links()
    assert "/timeline/?year=2021" in page.links()


@pytest.mark.parametrize("query", ["year=1066", "type=nothing", "year=2019", "page=x", "page=99"])
def test_what_makes_no_sense_or_may_not_be_known_of_counts_as_absent(timeline, query):
    page, usual = timeline.get(f"/timeline/?{query}"), timeline.get("/timeline/")
    assert page.html.split("<main")[1].split("</main>")[0] == usual.html.split("<main")[1].split("</main>")[0]


def test_a_long_timeline_has_pages(timeline, monkeypatch):
    monkeypatch.setattr("kb_timeline.views.PER_PAGE", 2)
    pages = [timeline.get("/timeline/", page=page) for page in ("1", "2")]
    assert [len(titles(page)) for page in pages] == [2, 1]
    assert timeline.get(pages[0].links("page=2")[0]).html == pages[1].html


def test_undated_documents_come_last(timeline):
    ingest_text(
        timeline.library, "号外.txt", "■お礼\n\n募金をありがとうございました。\n", "newsletter", access="public"
    )
    assert years(timeline.get("/timeline/"))[-1] == "日付なし"
    assert years(timeline.get("/timeline/?year=none")) == ["日付なし"]


def test_without_documents_it_says_so(visitor):
    assert "まだ資料がありません" in visitor.get("/timeline/").text
