"""The trace of hook calls: who, what, how long, how many; never what was read."""

import logging
import re
import types

import pytest

from kb import Annotation, hookimpl, tracing
from kb.errors import PluginError
from kb.plugins import Plugins
from kb.testing import a_document, a_section, ingest_text, open_library

SECRET = "蒼井さんは令和4年2月1日に民生委員に相談しました。"


def lines(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "kb.hooks"]


@pytest.fixture(autouse=True)
def _as_before():
    yield
    tracing.log.setLevel(logging.NOTSET)


def test_each_call_of_reading_a_file_is_told_and_nothing_of_its_text(tmp_path, caplog):
    with open_library(tmp_path, engine="memory", trace_hooks=True) as library:
        ingest_text(library, "だより.txt", f"みどり県社協だより 第12号\n令和4年2月15日発行\n\n■見守り\n\n{SECRET}\n")
    told = lines(caplog)
    for hook, plugin in (
        ("kb_extract", "kb_formats"),
        ("kb_annotate", "kb_dates"),
        ("kb_review", "kb_privacy"),
        ("kb_content_types", "kb_newsletters"),
    ):
        found = [line for line in told if line.startswith(f"hook={hook} plugin={plugin} ")]
        assert found, hook
        assert all(re.fullmatch(r"hook=\w+ plugin=\w+ ms=\d+\.\d results=\d+", line) for line in found)
    assert any("results=0" not in line for line in told if "kb_annotate" in line)
    assert "蒼井" not in caplog.text


def test_without_the_setting_nothing_is_told(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    with open_library(tmp_path, engine="memory") as library:
        ingest_text(library, "だより.txt", "みどり県社協だより 第12号\n\n■見守り\n\n本文です。\n")
    assert lines(caplog) == []


def test_a_failure_is_told_by_its_type_alone():
    def kb_annotate(section):
        yield Annotation("role", "民生委員", "民生委員", 0, 2)
        raise ValueError(section.text)

    module = types.ModuleType("failing")
    module.kb_annotate = hookimpl(kb_annotate)
    calls = []
    with pytest.raises(PluginError):
        Plugins({"kb_roles": module}, trace=calls.append).annotate(a_section(SECRET), a_document())
    (call,) = calls
    assert (call.plugin, call.hook, call.results, call.failed) == ("kb_roles", "kb_annotate", 0, "ValueError")


@pytest.mark.parametrize(
    "said", [None, "x", [["nobody", 1.0, 1]], [["kb_formats", "1", 1]], [["kb_formats\nfake", 1.0, 1]], [[1, 2]], [{}]]
)
def test_a_process_that_was_taken_over_writes_nothing_of_its_own_into_the_log(said):
    assert tracing.read(said, ["kb_formats"]) == []


def test_what_the_reading_process_tells_is_taken():
    (call,) = tracing.read([["kb_formats", 12.5, 3]], ["kb_formats"])
    assert (call.plugin, call.hook, call.milliseconds, call.results) == ("kb_formats", "kb_extract", 12.5, 3)
