"""The pages of 類語辞書, as staff use them."""

import io
import re

import pytest

from kb.testing import ingest_text


@pytest.fixture
def staff(visitor, issue):
    return visitor.as_("staff")


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.html)[1]


def test_an_entry_is_previewed_saved_found_and_undone(staff):
    page = staff.post("/desk/thesaurus/preview", words="近所付き合い、見守り", broader="", note="")
    assert "登録するとこうなります" in page.text
    assert "近所付き合い 0件 1件 民生委員との見守り" in page.text
    assert staff.get("/search?q=近所付き合い").titles == []
    assert staff.post("/desk/thesaurus/save", words="近所付き合い、見守り").status == 303
    assert staff.get("/search?q=近所付き合い").titles == ["民生委員との見守り"]
    history = staff.get("/desk/thesaurus/history")
    assert "近所付き合い、見守り" in history.text
    staff.post("/desk/thesaurus/undo", change=hidden(history, "change"))
    assert staff.get("/search?q=近所付き合い").titles == []


def test_what_is_wrong_is_shown_and_cannot_be_saved(staff):
    page = staff.post("/desk/thesaurus/preview", words="見守り", broader="")
    assert "二つ以上" in page.text
    assert "登録する</button>" not in page.html
    assert staff.post("/desk/thesaurus/save", words="見守り").status == 400


def test_an_entry_is_changed_from_what_was_looked_at(staff):
    staff.post("/desk/thesaurus/save", words="近所付き合い、見守り")
    (link,) = staff.get("/desk/thesaurus/").links(r"/desk/thesaurus/\d+$")
    form = staff.get(link)
    sent = {name: hidden(form, name) for name in ("entry", "old-words", "old-broader", "old-note")}
    assert staff.post("/desk/thesaurus/save", words="近所付き合い、訪問", **sent).status == 303
    assert staff.post("/desk/thesaurus/save", words="近所付き合い、研修", **sent).status == 409
    assert "近所付き合い、訪問" in staff.get("/desk/thesaurus/").text


def test_the_list_is_searched_whatever_the_width(staff):
    staff.post("/desk/thesaurus/save", words="ＣＳＷの会、見守り")
    assert "ＣＳＷの会" in staff.get("/desk/thesaurus/", q="csw").text
    assert "ＣＳＷの会、" not in staff.get("/desk/thesaurus/", q="研修").text


def test_a_table_is_saved_and_taken_in_whole_or_not_at_all(staff):
    staff.post("/desk/thesaurus/save", words="近所付き合い、見守り")
    table = staff.get("/desk/thesaurus/export.csv")
    assert table.headers["Content-Disposition"] == "attachment; filename=thesaurus.csv"
    assert "近所付き合い、見守り" in table.data.decode("utf-8-sig")
    good = "友愛訪問、見守り,,\n".encode()
    page = staff.post("/desk/thesaurus/import", file=(io.BytesIO(good + b"alone,,\n"), "table.csv"))
    assert page.status == 303
    assert "何も取り込みませんでした。2行目" in staff.get("/desk/thesaurus/").text
    assert "友愛訪問、見守り" not in staff.get("/desk/thesaurus/").text
    staff.post("/desk/thesaurus/import", file=(io.BytesIO(good), "table.csv"))
    assert "1件を取り込みました" in staff.get("/desk/thesaurus/").text


def test_words_that_were_looked_for_come_along_to_a_new_entry(staff):
    assert "友愛訪問</textarea>" in staff.get("/desk/thesaurus/new", words="友愛訪問").html


def test_an_entry_that_is_gone_is_not_found(staff):
    assert staff.get("/desk/thesaurus/999").status == 404


def test_nothing_typed_is_html(staff, visitor):
    evil = "<b>太字</b>の会"
    page = staff.post("/desk/thesaurus/preview", words=f"{evil}、見守り", note=evil)
    assert "<b>" not in page.html
    ingest_text(visitor.library, "x.txt", "<b>見守り</b>の記録です。", access="public")
    staff.post("/desk/thesaurus/save", words=f"{evil}、見守り", note=evil)
    assert "<b>" not in staff.get("/desk/thesaurus/").html
    assert "<b>" not in staff.get("/desk/thesaurus/history").html
