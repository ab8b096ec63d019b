"""The version of the hooks: who is refused, and how long what is deprecated keeps working."""

import types

import pytest

import kb
from kb import Annotation, hookapi, hookimpl, hookspecs
from kb.errors import PluginError
from kb.hookapi import Deprecated
from kb.hookspecs import hookspec
from kb.plugins import Plugins
from kb.testing import a_document, a_section


def annotator(stated):
    module = types.ModuleType("stated")
    module.KB_HOOK_API = stated
    module.kb_annotate = hookimpl(lambda section: [], specname="kb_annotate")
    return module


def test_the_version_is_public_and_may_be_stated():
    assert Plugins({"kb_minutes": annotator(kb.HOOK_API)}).names()


@pytest.mark.parametrize(
    ("stated", "api", "refusal"),
    [
        ("1.0", "1.0", ""),
        ("1.0", "1.7", ""),
        ("1.8", "1.7", "kb を新しくするか"),
        ("2.0", "1.7", "kb を新しくするか"),
        ("1.9", "2.0", "新しい版のプラグイン"),
        ("1", "1.0", "読めません"),
        (1.0, "1.0", "読めません"),
    ],
)
def test_a_plugin_for_other_hooks_is_refused_by_name(stated, api, refusal):
    if not refusal:
        hookapi.check("kb_minutes", stated, api)
        return
    with pytest.raises(PluginError, match=f"^kb_minutes：.*{refusal}"):
        hookapi.check("kb_minutes", stated, api)


def test_a_newer_major_version_is_refused_at_start():
    with pytest.raises(PluginError, match=r"kb_minutes：フックの版 99\.0 のためのプラグイン"):
        Plugins({"kb_minutes": annotator("99.0")})


@pytest.fixture
def next_minor_version(monkeypatch):
    """Hooks of a made-up version 1.1: an argument ``language`` and a hook ``kb_mark`` are deprecated in it."""
    specs = types.ModuleType("specs")
    vars(specs).update({name: value for name, value in vars(hookspecs).items() if not name.startswith("__")})
    language = Deprecated(
        "kb_annotate の引数 language", "document.fields", "1.1", given=lambda given: given["document"].fields["lang"]
    )

    @hookspec(warn_on_impl_args={"language": language})
    def kb_annotate(section, document, language):
        """With an argument that is to go."""

    @hookspec(warn_on_impl=Deprecated("kb_mark", "kb_annotate", "1.1", successor="kb_annotate"))
    def kb_mark(section):
        """What kb_annotate was called before."""

    specs.kb_annotate, specs.kb_mark = kb_annotate, kb_mark
    monkeypatch.setattr("kb.plugins.hookspecs", specs)


def mark(value):
    return [Annotation("lang", value, value, 0, 1)]


@pytest.mark.usefixtures("next_minor_version")
def test_a_deprecated_argument_keeps_its_value_and_is_warned_of(caplog):
    module = types.ModuleType("old")

    @hookimpl
    def kb_annotate(section, language):
        return mark(language)

    module.kb_annotate = kb_annotate
    plugins = Plugins({"kb_old": module})
    (found,) = plugins.annotate(a_section("本文"), a_document(fields={"lang": "ja"}))
    assert found.value == "ja"
    (info,) = plugins.names()
    (warning,) = info.warnings
    assert "kb_annotate の引数 language は 1.2 でなくなります。document.fields を使ってください。" in warning
    assert "kb_old" in caplog.text


@pytest.mark.usefixtures("next_minor_version")
def test_a_deprecated_hook_is_called_in_the_place_of_its_successor():
    module = types.ModuleType("old")
    module.kb_mark = hookimpl(lambda section: mark("旧"), specname="kb_mark")
    new = types.ModuleType("new")
    new.kb_annotate = hookimpl(lambda section: mark("新"), specname="kb_annotate")
    plugins = Plugins({"kb_old": module, "kb_new": new})
    found = plugins.annotate(a_section("本文"), a_document())
    assert {annotation.value for annotation in found} == {"旧", "新"}
    assert {info.name: len(info.warnings) for info in plugins.names()} == {"kb_old": 1, "kb_new": 0}


def test_what_is_deprecated_lasts_for_one_minor_version():
    old = Deprecated("kb_mark", "kb_annotate", "1.1")
    assert [old.is_over(api) for api in ("1.1", "1.2", "2.0")] == [False, True, True]


def test_nothing_outlives_its_time():
    for name in vars(hookspecs):
        options = getattr(getattr(hookspecs, name), "kb_spec", None) or {}
        warnings = [options.get("warn_on_impl"), *(options.get("warn_on_impl_args") or {}).values()]
        assert not [warning for warning in warnings if isinstance(warning, Deprecated) and warning.is_over()]
