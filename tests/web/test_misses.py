"""What was looked for in vain: counted without names, seen by staff, gone when it is found."""

import pytest

from kb.testing import ingest_text


@pytest.fixture
def staff(visitor, issue):
    return visitor.as_("staff", "山吹")


def misses(visitor):
    return {miss.text: miss.times for miss in visitor.library.store.searches.misses()}


def test_a_search_in_vain_is_counted_without_who_it_was(visitor, staff):
    visitor.get("/search?q=友愛訪問")
    visitor.as_("reader", "誰か").get("/search?q=友愛訪問")
    visitor.get("/search?q=民生委員 ヘリコプター")
    page = staff.get("/desk/searches/")
    assert "友愛訪問" in page.text
    assert "一部の言葉だけ" in page.text
    assert "誰か" not in page.text
    assert [entry for entry in visitor.library.audit.entries() if "友愛" in str(entry)] == []


def test_what_finds_something_or_is_narrowed_is_not_counted(visitor, issue):
    visitor.get("/search?q=民生委員")
    visitor.get("/search?q=民生委員&year=1999")
    visitor.get("/search")
    assert misses(visitor) == {}


def test_a_search_leaves_the_list_when_it_is_found(visitor, staff):
    visitor.get("/search?q=友愛訪問")
    assert "友愛訪問" in staff.get("/desk/searches/").text
    staff.post("/desk/thesaurus/save", words="友愛訪問、見守り")
    page = staff.get("/desk/searches/")
    assert "前は見つからなかった1件が、見つかるようになりました。" in page.text
    assert misses(visitor) == {}


def test_it_is_tried_again_with_what_those_who_searched_may_read(visitor, staff):
    visitor.get("/search?q=ダブルケア")
    ingest_text(visitor.library, "事例.txt", "ダブルケアの家庭を支えた。", "document", "cases")
    assert "ダブルケア" in staff.get("/desk/searches/").text
    assert visitor.as_("csw").get("/search?q=ダブルケア").titles


def test_a_correction_makes_an_entry_after_its_effect_has_been_seen(visitor, staff):
    visitor.get("/search?q=民政委員さん ヘリコプター")
    visitor.get("/search?q=ヤングケアラ")
    page = staff.get("/desk/searches/")
    assert "「ヤングケアラー」の類語にする" in page.text
    preview = staff.post("/desk/thesaurus/preview", words="ヤングケアラ、ヤングケアラー")
    assert "登録するとこうなります" in preview.text


def test_a_search_can_be_taken_off_the_list(visitor, staff):
    visitor.get("/search?q=友愛訪問")
    staff.post("/desk/searches/forget", text="友愛訪問")
    assert misses(visitor) == {}


def test_the_list_does_not_grow_without_end(visitor, monkeypatch):
    monkeypatch.setattr("kb.store.searches.MOST", 3)
    for number in range(6):
        visitor.get(f"/search?q=ぴよぴよ{number}号")
    assert len(misses(visitor)) == 3
    visitor.get("/search?q=" + "ぴよ" * 200)
    assert len(misses(visitor)) == 3


def test_what_should_come_up_is_shown_with_where_it_does(visitor, staff, issue):
    page = staff.get("/desk/searches/expect?query=近所付き合い&words=民生委員")
    assert "民生委員との見守り" in page.text
    article = page.html.split('name="article" value="')[1].split('"')[0]
    staff.post("/desk/searches/expect", query="近所付き合い", article=article)
    assert "近所付き合い 民生委員との見守り みどり県社協だより 第12号 出ません" in staff.get("/desk/searches/").text
    preview = staff.post("/desk/thesaurus/preview", words="近所付き合い、見守り")
    assert "「近所付き合い」：出ない → 1番目" in preview.text
    staff.post("/desk/thesaurus/save", words="近所付き合い、見守り")
    assert "1番目" in staff.get("/desk/searches/").text
    staff.post("/desk/searches/give-up", query="近所付き合い", article=article)
    assert "出るはずの記事（0件）" in staff.get("/desk/searches/").text
