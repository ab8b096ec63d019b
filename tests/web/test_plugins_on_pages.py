"""What plugins add to the pages, and what they cannot do."""

from types import SimpleNamespace

import pytest
from flask import Blueprint, render_template, request
from markupsafe import Markup

from kb import Panel, View, hookimpl
from kb.errors import PluginError
from kb.testing import ingest_text
from kb.web import create_app, current_library


def plugin_with(**hooks):
    """A plugin made of plain functions."""
    return SimpleNamespace(**{name: hookimpl(function, specname=name) for name, function in hooks.items()})


def view(name="minutes", rule="/", label="議事録", order=100, page=lambda: "議事録の一覧です", **options):
    blueprint = Blueprint(name, __name__, url_prefix=f"/{name}")
    blueprint.add_url_rule(rule, "index", page, **options)
    return View(label, blueprint, order=order)


def with_views(make, *views):
    return make({"kb_minutes": plugin_with(kb_views=lambda: list(views))})


def with_panels(make, **panels):
    return make({"kb_boxes": plugin_with(kb_panels=lambda place: panels.get(place, []))})


def test_a_view_is_in_the_navigation_and_has_its_page(make):
    visitor = with_views(make, view())
    assert "/minutes/" in visitor.get("/").links()
    page = visitor.get("/minutes/")
    assert page.text.strip() == "議事録の一覧です"
    assert "Content-Security-Policy" in page.headers


def test_views_stand_in_their_order(make):
    visitor = with_views(make, view("late", label="あと", order=500), view("early", label="さき", order=1))
    shown = visitor.get("/").text
    assert shown.index("資料の一覧") < shown.index("さき") < shown.index("あと") < shown.index("使い方")


def test_a_view_sees_what_its_visitor_may_read(make, issue_text):
    visitor = with_views(make, view(page=lambda: f"{len(current_library().documents())}件"))
    ingest_text(visitor.library, "だより12.txt", issue_text)
    ingest_text(visitor.library, "事例.txt", issue_text.replace("12", "13"), access="cases")
    assert visitor.get("/minutes/").text == "1件"


def test_the_library_is_bound_once_for_each_request(make):
    visitor = with_views(make, view(page=lambda: str(current_library() is current_library())))
    assert visitor.get("/minutes/").text == "True"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (view("search"), "search"),
        (view("home"), "home"),
        (View("議事録", Blueprint("empty", __name__)), "empty.index"),
        (View("議事録", view().blueprint, endpoint="minutes.other"), "minutes.other"),
    ],
)
def test_a_view_that_clashes_or_leads_nowhere_is_refused_at_start(make, bad, reason):
    with pytest.raises(PluginError, match=reason) as error:
        with_views(make, bad)
    assert "議事録" in error.value.subject


def test_a_view_cannot_take_over_an_address(make):
    blueprint = Blueprint("thief", __name__)
    blueprint.add_url_rule("/search", "index", lambda: "偽の検索")
    with pytest.raises(PluginError, match="/search"):
        with_views(make, View("偽", blueprint))


def test_panels_stand_on_their_pages_with_their_subject(make, issue_text):
    visitor = with_panels(
        make,
        home=[Panel("今月の研修", lambda subject: f"研修は{subject}")],
        results=[Panel("結果について", lambda page: f"{page.total}件のうち")],
        reading=[Panel("記事について", lambda section: f"〈{section.heading}〉")],
    )
    ingest_text(visitor.library, "だより12.txt", issue_text)
    assert "今月の研修 研修はNone" in visitor.get("/").text
    results = visitor.get("/search?q=見守り")
    assert "結果について 1件のうち" in results.text
    reading = visitor.get(results.links("^/sections/")[0])
    assert "記事について 〈民生委員との見守り〉" in reading.text


def test_text_of_a_panel_is_escaped_and_its_html_is_not(make):
    visitor = with_panels(
        make, home=[Panel("題<i>", lambda _: "<b>太字</b>"), Panel("二つ目", lambda _: Markup("<em>強調</em>"))]
    )
    body = visitor.get("/").html
    assert "&lt;b&gt;太字&lt;/b&gt;" in body
    assert "題&lt;i&gt;" in body
    assert "<em>強調</em>" in body


def test_an_empty_panel_is_not_shown(make):
    assert "何もない箱" not in with_panels(make, home=[Panel("何もない箱", lambda _: "")]).get("/").text


def test_a_panel_that_raises_is_left_out_and_logged_with_its_plugin(make, caplog):
    def broken(_subject):
        raise RuntimeError("壊れています")

    visitor = with_panels(make, home=[Panel("壊れた箱", broken), Panel("無事な箱", lambda _: "中身")])
    page = visitor.get("/")
    assert page.status == 200
    assert "壊れた箱" not in page.text
    assert "無事な箱 中身" in page.text
    (record,) = [record for record in caplog.records if record.exc_info]
    assert "kb_boxes" in record.getMessage()
    assert "壊れています" in caplog.text


def test_a_panel_renders_a_template_of_its_plugin_which_cannot_replace_one_of_ours(make, tmp_path):
    folder = tmp_path / "plugin" / "templates"
    (folder / "views").mkdir(parents=True)
    (folder / "views" / "home.html").write_text("乗っ取りました", encoding="utf-8")
    (folder / "kb_boxes").mkdir()
    (folder / "kb_boxes" / "box.html").write_text("箱の{{ word }}", encoding="utf-8")
    panels = [Panel("箱", lambda _: Markup(render_template("kb_boxes/box.html", word="<中身>")))]
    plugin = plugin_with(kb_panels=lambda place: panels if place == "home" else [])
    plugin.__file__ = str(tmp_path / "plugin" / "__init__.py")
    page = make({"kb_boxes": plugin}).get("/")
    assert "箱の&lt;中身&gt;" in page.html
    assert "乗っ取りました" not in page.html


def test_a_view_that_raises_is_an_error_page_and_nothing_else_is_harmed(make, caplog):
    visitor = with_views(make, view(page=lambda: 1 / 0))
    page = visitor.get("/minutes/")
    assert page.status == 500
    assert visitor.get("/").status == 200
    assert "ZeroDivisionError" in caplog.text


def test_a_form_of_a_plugin_gets_too_much(make):
    visitor = with_views(make, view(page=lambda: str(len(request.form)), methods=["POST"]))
    answer = visitor.client.post("/minutes/", data={"text": "あ" * (1 << 20)})
    assert answer.status_code == 413
    assert "大きすぎます" in answer.get_data(as_text=True)


def test_two_applications_can_share_one_library(visitor):
    assert create_app(visitor.library).test_client().get("/").status_code == 200
