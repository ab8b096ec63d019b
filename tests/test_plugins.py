"""The contract with plugins: what is accepted, what is refused at start, what is contained."""

import types
from dataclasses import replace

import pytest

from kb import (
    Annotation,
    Block,
    ContentType,
    Extraction,
    File,
    Finding,
    Item,
    Panel,
    Section,
    Source,
    Synonyms,
    hookimpl,
)
from kb.config import load
from kb.errors import ExtractionError, PluginError
from kb.model import View
from kb.plugins import Plugins
from kb.testing import a_document, a_section


def plugin(*functions):
    """A module with these functions as its hook implementations."""
    module = types.ModuleType("under_test")
    for function in functions:
        setattr(module, function.__name__, hookimpl(function))
    return module


def plugins_with(*functions, name="kb_minutes"):
    return Plugins({name: plugin(*functions)})


def no_split(document, extraction):
    return []


def test_bundled_plugins_are_found_by_their_entry_points():
    names = [info.name for info in Plugins.load().names()]
    assert names == [
        "kb_calendar",
        "kb_cases",
        "kb_dates",
        "kb_documents",
        "kb_feeds",
        "kb_folder",
        "kb_formats",
        "kb_glossary",
        "kb_mailbox",
        "kb_newsletters",
        "kb_places",
        "kb_privacy",
        "kb_register",
        "kb_themes",
        "kb_timeline",
        "kb_training",
        "kb_welfare",
    ]
    assert all(info.hooks and info.version for info in Plugins.load().names())


def test_disabled_plugin_is_not_loaded():
    assert "kb_welfare" not in [info.name for info in Plugins.load(disabled=["kb_welfare"]).names()]


def test_misspelt_hook_is_refused_with_the_name_of_the_plugin():
    def kb_anotate(section):
        return []

    with pytest.raises(PluginError, match=r"kb_minutes：kb_anotate というフックはありません") as caught:
        plugins_with(kb_anotate)
    assert "kb_annotate" in str(caught.value)


def test_unknown_argument_is_refused_with_the_name_of_the_plugin():
    def kb_annotate(section, weather):
        return []

    with pytest.raises(PluginError, match="kb_minutes") as caught:
        plugins_with(kb_annotate)
    assert "weather" in str(caught.value)


def test_plugin_without_any_hook_is_refused():
    with pytest.raises(PluginError, match="フックが一つもありません"):
        Plugins({"kb_minutes": types.ModuleType("empty")})


def test_wrapper_is_refused():
    module = types.ModuleType("wrapping")

    @hookimpl(wrapper=True)
    def kb_extract(file):
        return (yield)

    module.kb_extract = kb_extract
    with pytest.raises(PluginError, match="ラッパー"):
        Plugins({"kb_minutes": module})


def test_plugin_that_cannot_be_imported_is_named(monkeypatch):
    from importlib.metadata import EntryPoint

    broken = EntryPoint("kb_broken", "kb_module_that_does_not_exist", "kb.plugins")
    monkeypatch.setattr("kb.plugins.entry_points", lambda group: [broken])
    with pytest.raises(PluginError, match=r"kb_broken：読み込めません"):
        Plugins.load()


@pytest.mark.parametrize(
    ("hook", "call"),
    [
        ("kb_content_types", lambda plugins: plugins.content_types()),
        ("kb_thesaurus", lambda plugins: plugins.thesaurus()),
        ("kb_views", lambda plugins: plugins.views()),
        ("kb_panels", lambda plugins: plugins.panels("home")),
        ("kb_commands", lambda plugins: plugins.commands()),
        ("kb_sources", lambda plugins: plugins.sources(load(environ={}))),
    ],
)
def test_start_up_hook_that_raises_or_gives_the_wrong_thing_is_fatal_and_named(hook, call):
    def raising():
        raise ZeroDivisionError

    raising.__name__ = hook
    with pytest.raises(PluginError, match=rf"kb_minutes：{hook} の実行中に例外.*ZeroDivisionError"):
        call(plugins_with(raising))

    def mistaken():
        return ["議事録"]

    mistaken.__name__ = hook
    with pytest.raises(PluginError, match=rf"kb_minutes：{hook} は .* を返す約束ですが、str"):
        call(plugins_with(mistaken))


def test_two_content_types_of_one_name_are_refused():
    def kb_content_types():
        return [ContentType("minutes", "議事録", split=no_split)]

    with pytest.raises(PluginError, match="minutes」は別のプラグイン"):
        Plugins({"one": plugin(kb_content_types), "two": plugin(kb_content_types)}).content_types()


def test_sources_synonyms_views_and_panels_are_collected_from_all_plugins():
    def kb_sources(config):
        return [Source("memos", "申し合わせ", items=lambda: [Item("1", str(config.port))], read=lambda _id: None)]

    def kb_thesaurus():
        return [Synonyms(("民児協", "民生委員児童委員協議会"))]

    def kb_views():
        return [View("後", None, order=2), View("先", None, order=1)]

    def kb_panels(place):
        return [Panel("研修", lambda _: "あり")] if place == "home" else []

    found = plugins_with(kb_sources, kb_thesaurus, kb_views, kb_panels)
    (source,) = found.sources(load(environ={"KB_PORT": "8123"}))
    assert next(iter(source.items())).name == "8123"
    assert [entry.words for entry in found.thesaurus()] == [("民児協", "民生委員児童委員協議会")]
    assert [view.label for view in found.views()] == ["先", "後"]
    assert [(name, panel.title) for name, panel in found.panels("home")] == [("kb_minutes", "研修")]
    assert found.panels("reading") == ()


def extraction(text):
    return Extraction((Block(text),), "text/plain")


def test_last_registered_extractor_is_asked_first_and_may_decline(tmp_path):
    def first(file):
        return extraction("先に登録")

    def last(file):
        return extraction("後に登録") if file.name == "議事録.txt" else None

    first.__name__ = last.__name__ = "kb_extract"
    both = Plugins({"first": plugin(first), "last": plugin(last)})
    assert both.extract(File("議事録.txt", tmp_path)).text == "後に登録"
    assert both.extract(File("だより.txt", tmp_path)).text == "先に登録"


def test_nobody_knows_the_format(tmp_path):
    def kb_extract(file):
        return None

    assert plugins_with(kb_extract).extract(File("図面.dwg", tmp_path)) is None


def test_extraction_error_reaches_the_caller_and_a_breakdown_is_named(tmp_path):
    def kb_extract(file):
        if file.name == "a.txt":
            raise ExtractionError(file.name, "壊れています。")
        raise KeyError("表")

    broken = plugins_with(kb_extract)
    with pytest.raises(ExtractionError, match="壊れています"):
        broken.extract(File("a.txt", tmp_path))
    with pytest.raises(PluginError, match=r"kb_minutes：kb_extract の実行中に例外.*KeyError"):
        broken.extract(File("b.txt", tmp_path))


def test_annotations_come_in_order_of_place_and_arguments_may_be_left_out():
    def kb_annotate(section):
        yield Annotation("term", "支援", "支援", 3, 5)
        yield Annotation("term", "重層", "重層", 0, 2)

    section = a_section("重層的支援")
    assert [a.value for a in plugins_with(kb_annotate).annotate(section, a_document())] == ["重層", "支援"]


@pytest.mark.parametrize("span", [(0, 99), (-1, 1), (2, 2)])
def test_span_outside_of_the_text_is_the_plugins_mistake(span):
    def kb_annotate(section):
        return [Annotation("term", "支援", "支援", *span)]

    with pytest.raises(PluginError, match=r"kb_minutes.*範囲"):
        plugins_with(kb_annotate).annotate(a_section("重層的支援"), a_document())


def test_annotator_that_raises_half_way_is_named():
    def kb_annotate(section):
        yield Annotation("term", "重層", "重層", 0, 2)
        raise RuntimeError("辞書がない")

    with pytest.raises(PluginError, match=r"kb_minutes.*RuntimeError: 辞書がない"):
        plugins_with(kb_annotate).annotate(a_section("重層的支援"), a_document())


def test_heading_spans_are_counted_in_the_heading():
    def kb_annotate(section):
        return [Annotation("term", "見出", "見出", 0, 2, "heading")]

    section = Section("見出し")
    assert len(plugins_with(kb_annotate).annotate(section, a_document())) == 1


def test_findings_come_in_reading_order_and_lie_where_they_say():
    class Check:
        @hookimpl
        def kb_review(self, sections):
            yield Finding("name", "氏名", sections[0].id, 3, 5, "若葉", "氏名です。", "Ａ")
            yield Finding("name", "氏名", "", 0, 2, "支援", "氏名です。", where="title")

    document, section = a_document(title="支援の記録"), replace(a_section("相談の若葉さん"), id="s1")
    found = Plugins({"check": Check()}).review(document, [section], load())
    assert [(f.where, f.evidence, f.proposal) for f in found] == [("title", "支援", ""), ("text", "若葉", "Ａ")]


@pytest.mark.parametrize(
    ("section", "span", "evidence"),
    [("s1", (0, 2), "若葉"), ("s2", (3, 5), "若葉"), ("s1", (3, 99), "若葉"), ("s1", (0, 0), "")],
)
def test_a_finding_without_its_evidence_is_refused_by_plugin(section, span, evidence):
    class Check:
        @hookimpl
        def kb_review(self):
            return [Finding("name", "氏名", section, *span, evidence, "氏名です。")]

    with pytest.raises(PluginError, match="check"):
        Plugins({"check": Check()}).review(a_document(), [replace(a_section("相談の若葉さん"), id="s1")], load())
