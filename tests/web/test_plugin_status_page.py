"""Plugins for administrators: what is in use, what has broken down over which document, and doing without."""

from types import SimpleNamespace

import pytest
from flask import Blueprint

from kb import Panel, View, hookimpl
from kb.errors import ForbiddenError
from kb.model import OPERATOR
from kb.plugins import Plugins
from kb.testing import ingest_text, open_library

from .conftest import Visitor


def plugin_with(**hooks):
    return SimpleNamespace(**{name: hookimpl(function, specname=name) for name, function in hooks.items()})


def test_it_lists_plugins_with_version_place_and_hooks(make):
    page = make(disabled_plugins="kb_welfare").as_("admin").get("/admin/plugins/")
    assert "kb_newsletters 0.1.0 kb-csw kb_content_types、kb_views 0件" in page.text
    assert "外しているもの：kb_welfare" in page.text
    assert "フックの版 1.0" in page.text
    assert "失敗 ありません。" in page.text


def broken(section, document):
    raise KeyError("蒼井さん")


def test_a_breakdown_over_a_document_is_shown_with_a_link_to_it_and_no_text(make, issue_text):
    visitor = make({"kb_roles": plugin_with(kb_annotate=broken)})
    outcome = ingest_text(visitor.library, "だより12.txt", issue_text)
    assert outcome.error.reason.startswith("kb_roles：kb_annotate の実行中に")
    page = visitor.as_("admin").get("/admin/plugins/")
    (document,) = visitor.library.desk(OPERATOR).items()
    assert f"/desk/{document.document.id}" in page.links("^/desk/.")
    assert "kb_roles なし 不明 kb_annotate 1件" in page.text
    assert "蒼井さん" not in page.text


def test_what_was_before_the_start_is_not_shown(make, issue_text):
    visitor = make({"kb_roles": plugin_with(kb_annotate=broken)})
    ingest_text(visitor.library, "だより12.txt", issue_text)
    later = Visitor(visitor.library)
    assert "ありません。" in later.as_("admin").get("/admin/plugins/").text


def test_a_breakdown_on_a_page_and_in_a_panel_is_shown(make):
    blueprint = Blueprint("minutes", __name__, url_prefix="/minutes")
    blueprint.add_url_rule("/", "index", lambda: 1 / 0)
    plugin = plugin_with(
        kb_views=lambda: [View("議事録", blueprint)],
        kb_panels=lambda place: [Panel("次の会議", lambda _: 1 / 0)] if place == "home" else [],
    )
    visitor = make({"kb_minutes": plugin})
    assert (visitor.get("/minutes/").status, visitor.get("/").status) == (500, 200)
    page = visitor.as_("admin").get("/admin/plugins/")
    assert "kb_minutes kb_panels 次の会議" in page.text
    assert "kb_minutes kb_views /minutes/" in page.text


def test_a_review_that_breaks_on_the_desk_is_shown(make, issue_text):
    breaks = []

    def review(document):
        return 1 / 0 if breaks else []

    visitor = make({"kb_check": plugin_with(kb_review=review)})
    document = ingest_text(visitor.library, "だより12.txt", issue_text).document
    breaks.append(True)
    admin = visitor.as_("admin")
    from kb.desk import Change
    from kb.errors import PluginError

    with pytest.raises(PluginError):
        visitor.library.desk(OPERATOR).edit(document.id, Change(title="別の題"))
    assert "kb_check kb_review" in admin.get("/admin/plugins/").text


@pytest.fixture
def safe(make, issue_text, tmp_path):
    """The library of somebody who had plugins, in safe mode."""
    visitor = make()
    ingest_text(visitor.library, "だより12.txt", issue_text)
    ingest_text(visitor.library, "事例.txt", issue_text.replace("12", "13"), access="cases")
    visitor.library.close()
    with open_library(tmp_path, engine="memory", safe_mode=True) as library:
        yield Visitor(library)


def test_safe_mode_has_no_plugin_and_still_finds_and_shows(safe):
    assert safe.library.plugins.names() == []
    page = safe.get("/search?q=見守り")
    assert page.titles == ["民生委員との見守り"]  # the one of the case is for nobody without an account
    assert safe.get(page.links("^/sections/")[0]).status == 200
    assert safe.get("/newsletters/").status == 404
    assert "安全モード" in safe.as_("admin").get("/admin/plugins/").text


def test_safe_mode_takes_nothing_in_and_changes_nothing(safe, issue_text, tmp_path):
    with pytest.raises(ForbiddenError, match="安全モード"):
        ingest_text(safe.library, "だより14.txt", issue_text.replace("12", "14"))
    with pytest.raises(ForbiddenError, match="安全モード"):
        safe.library.desk(OPERATOR)
    assert safe.as_("staff").get("/desk/").status == 403
    assert len(safe.library.reader(OPERATOR.access).documents()) == 2


def test_what_was_accepted_waits_for_the_end_of_safe_mode(make, safe, issue_text, tmp_path):
    (document, *_) = safe.library.reader(OPERATOR.access).documents()
    safe.library.store.register.read_again([document.id], OPERATOR.name)
    safe.library.work_off()
    assert safe.library.store.outbox.of(document.id, "read")
    safe.library.close()
    with open_library(tmp_path, Plugins.load(("kb_formats",)), engine="memory") as library:
        library.work_off()
        assert not library.store.outbox.of(document.id, "read")
