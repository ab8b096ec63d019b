"""The addresses in templates are the ones that Flask makes."""

from urllib.parse import urlencode

import pytest
from flask import Blueprint, request, url_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.web import addresses

VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(["民生委員 見守り", "a&b=c#d", "00ab-12_c", "日付:R3年度", "100%"]),
    st.integers(1, 99),
    st.none(),
    st.lists(st.sampled_from(["若葉市", "汐見町", None]), max_size=3),
)


@pytest.fixture(params=["", "/kb"])
def visited(visitor, request):
    with visitor.app.test_request_context("/search", environ_overrides={"SCRIPT_NAME": request.param}):
        yield visitor


def test_every_page_has_the_address_that_flask_gives(visited):
    made = 0
    for rule in visited.app.url_map.iter_rules():
        for value in ("00ab12-7f3c", "1", "a.b/c", "み"):
            values = dict.fromkeys(rule.arguments, value)
            try:
                expected = url_for(rule.endpoint, **values)
            except ValueError:  # a number is wanted
                continue
            assert addresses.url_for(rule.endpoint, **values) == expected
            made += 1
    assert made > 100


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["q", "type", "市町村", "page", "section"]), VALUES))
def test_what_is_asked_for_is_written_as_flask_writes_it(visited, values):
    assert addresses.url_for("search.search", **values) == url_for("search.search", **values)
    within = {"section": "00ab12-7f3c"} | {name: value for name, value in values.items() if name != "section"}
    assert addresses.url_for("reading.section", **within) == url_for("reading.section", **within)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    VALUES,
    st.sampled_from(["/search", "/search/", "/みどり市", "/a%2Fb"]),
    st.sampled_from(["", "%E3%81", "%ED%A0%80", "%"]),
)
def test_the_address_of_the_page_itself_is_the_one_that_flask_gives(visited, text, path, broken):
    typed = urlencode({"q": text, "年": "令和3年 民生委員"}, doseq=True) + broken
    for query in ("", typed, typed.replace("+", "%20"), typed.lower()):
        with visited.app.test_request_context(path, query_string=query, base_url="https://例え.jp:8443/kb"):
            assert addresses.here() == request.url


def test_anchors_and_whole_addresses_are_as_flask_makes_them(visited):
    for more in ({"_anchor": "page=3"}, {"_external": True}):
        values = {"document": "00ab12", **more}
        assert addresses.url_for("documents.document", **values) == url_for("documents.document", **values)


def test_names_within_a_plugin_and_what_it_adds_to_addresses_are_as_flask_has_them(visitor):
    pages = Blueprint("towns", __name__, url_prefix="/towns")
    pages.add_url_rule("/<town>", "town", lambda town: f"{addresses.url_for('.town', town='汐見町')} {town}")
    pages.url_defaults(lambda _endpoint, values: values.setdefault("lang", "ja"))
    visitor.app.register_blueprint(pages)
    with visitor.app.test_request_context("/towns/若葉市"):
        assert addresses.url_for(".town", town="wakaba") == url_for(".town", town="wakaba") == "/towns/wakaba?lang=ja"


@pytest.mark.parametrize("order", [("towns", "weirs"), ("weirs", "towns")])
def test_files_within_a_plugin_are_those_of_the_plugin_that_answers(visitor, tmp_path, order):
    for name in ("towns", "weirs"):
        pages = Blueprint(name, __name__, url_prefix=f"/{name}", static_folder=str(tmp_path), static_url_path="/static")
        pages.add_url_rule("/", "index", str)
        visitor.app.register_blueprint(pages)
    for name in order:
        with visitor.app.test_request_context(f"/{name}/"):
            assert addresses.url_for(".static", filename="x.css") == f"/{name}/static/x.css"
