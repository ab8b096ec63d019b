"""Kinds of annotations: what sections say can be listed, counted and narrowed by, within what one may read."""

import re
import types

import pytest

from kb import Annotation, ContentType, Description, Field, Filter, Kind, Query, Section, hookimpl
from kb.errors import PluginError
from kb.model import EVERYTHING, PUBLIC_ONLY
from kb.plugins import Plugins
from kb.testing import ingest_text, open_library, work_off

pytestmark = pytest.mark.databases

TOWNS = {"若葉市": "101", "汐見町": "102"}
NAMES = {code: name for name, code in TOWNS.items()}


@hookimpl
def kb_kinds():
    return [Kind("town", "市町村", facet=True, label_of=lambda code: NAMES.get(code, code))]


@hookimpl
def kb_annotate(section):
    for found in re.finditer("|".join(TOWNS), section.text):
        yield Annotation("town", TOWNS[found.group()], found.group(), *found.span())


@hookimpl
def kb_content_types():
    return [
        ContentType(
            "memo",
            "申し合わせ",
            split=lambda _document, extraction: [Section("記録", extraction.blocks)],
            describe=lambda file, _extraction: Description(file.stem, fields={"theme": "見守り\n 孤立 \n\n見守り"}),
            claims=lambda _file, _extraction: 1.0,
            fields=(Field("theme", "テーマ", facet=True, multiple=True),),
        )
    ]


@pytest.fixture
def library(tmp_path):
    import kb_formats

    module = types.ModuleType("towns")
    module.kb_kinds, module.kb_annotate, module.kb_content_types = kb_kinds, kb_annotate, kb_content_types
    with open_library(tmp_path, Plugins({"kb_formats": kb_formats, "towns": module})) as opened:
        ingest_text(opened, "公開.txt", "若葉市の見守り会議の記録です。\n汐見町も加わりました。", access="public")
        ingest_text(opened, "会員.txt", "汐見町の会議の記録です。", access="members")
        yield opened


def test_what_sections_say_is_listed_in_order_of_value(library):
    found = library.reader(EVERYTHING).mentions("town")
    assert [m.annotation.value for m in found] == ["101", "102", "102"]
    assert {m.document.title for m in found if m.annotation.value == "102"} == {"公開", "会員"}


def test_a_mention_has_the_sentence_it_stands_in(library):
    (first, second) = library.reader(PUBLIC_ONLY).mentions("town")
    assert (first.evidence, second.evidence) == ("若葉市の見守り会議の記録です。", "汐見町も加わりました。")


def test_nothing_is_listed_that_may_not_be_read(library):
    assert {m.document.title for m in library.reader(PUBLIC_ONLY).mentions("town")} == {"公開"}


def test_a_part_of_the_values_can_be_asked_for(library):
    reader = library.reader(EVERYTHING)
    assert {m.annotation.value for m in reader.mentions("town", first="102")} == {"102"}
    assert {m.annotation.value for m in reader.mentions("town", last="102")} == {"101"}
    assert len(reader.mentions("town", limit=1)) == 1


def test_values_are_counted_by_section_within_what_may_be_read(library):
    ingest_text(library, "二度.txt", "若葉市と若葉市の記録です。", access="cases")
    assert library.reader(EVERYTHING).values("town") == {"101": 2, "102": 2}
    assert library.reader(PUBLIC_ONLY).values("town") == {"101": 1, "102": 1}
    assert library.reader(PUBLIC_ONLY).values("weather") == {}


def test_single_values_can_be_asked_for(library):
    reader = library.reader(EVERYTHING)
    assert {m.annotation.value for m in reader.mentions("town", values=["101", "999"])} == {"101"}
    assert reader.mentions("town", values=[]) == []


def test_what_is_in_the_bin_says_nothing(library):
    reader = library.reader(PUBLIC_ONLY)
    library.store.register.bin(reader.documents()[0].id, "佐藤")
    assert reader.mentions("town") == []


def test_results_are_counted_and_narrowed_by_a_kind_under_its_names(library):
    reader = library.reader(EVERYTHING)
    (facet,) = reader.search(Query(facets=("town",))).facets.values()
    assert [(f.value, f.label, f.count) for f in facet] == [("102", "汐見町", 2), ("101", "若葉市", 1)]
    assert reader.search(Query().narrowed(Filter("town", "101"))).total == 1


def test_each_value_of_a_field_counts_by_itself(library):
    page = library.reader(EVERYTHING).search(Query(facets=("theme",)))
    assert {f.value: f.count for f in page.facets["theme"]} == {"見守り": 2, "孤立": 2}


def test_a_field_or_kind_never_passes_for_the_type_of_a_document(tmp_path):
    import kb_formats

    module = types.ModuleType("liar")
    module.kb_content_types = kb_content_types

    @hookimpl
    def kb_annotate(section):
        return [Annotation("type", "newsletter", "偽", 0, 1)]

    module.kb_annotate = kb_annotate
    with open_library(tmp_path, Plugins({"kb_formats": kb_formats, "liar": module})) as opened:
        ingest_text(opened, "公開.txt", "若葉市の記録です。", access="public")
        work_off(opened)
        assert opened.reader(EVERYTHING).search(Query().narrowed(Filter("type", "newsletter"))).total == 0


def test_a_value_too_long_for_a_key_is_the_plugins_mistake():
    module = types.ModuleType("long")

    @hookimpl
    def kb_annotate(section):
        return [Annotation("town", "あ" * 301, "長い", 0, 1)]

    module.kb_annotate = kb_annotate
    from kb.testing import a_document, a_section

    with pytest.raises(PluginError, match="300字"):
        Plugins({"long": module}).annotate(a_section("本文"), a_document())


def test_two_plugins_cannot_name_the_same_kind():
    one, other = types.ModuleType("one"), types.ModuleType("other")
    one.kb_kinds = other.kb_kinds = kb_kinds
    with pytest.raises(PluginError, match="注釈の種類「town」"):
        Plugins({"one": one, "other": other}).kinds()


def test_annotators_and_labels_are_told_where_the_data_folder_is(tmp_path):
    import kb_formats

    module = types.ModuleType("listed")

    @hookimpl
    def kb_kinds(config):
        return [Kind("town", "市町村", facet=True, label_of=lambda _: (config.documents / "towns.txt").read_text())]

    @hookimpl
    def kb_annotate(section, config):
        name = (config.documents / "towns.txt").read_text()
        return [
            Annotation("town", "101", name, found.start(), found.end()) for found in re.finditer(name, section.text)
        ]

    module.kb_kinds, module.kb_annotate, module.kb_content_types = kb_kinds, kb_annotate, kb_content_types
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "towns.txt").write_text("鈴鳴村")
    with open_library(tmp_path, Plugins({"kb_formats": kb_formats, "listed": module})) as opened:
        ingest_text(opened, "公開.txt", "鈴鳴村の記録です。", access="public")
        (facet,) = opened.reader(PUBLIC_ONLY).search(Query(facets=("town",))).facets["town"]
        assert (facet.value, facet.label) == ("101", "鈴鳴村")
