"""Checks of what the start-up hooks give: types, names, fields, the version that is stated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from kb.errors import PluginError
from kb.hookapi import HOOK_API
from kb.kit.subject import GROUND, Found, Subject
from kb.model import ContentType, PanelPlace

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,39}")

#: Names that addresses and the index use for something else.
RESERVED = frozenset({"q", "sort", "page", "section", "document", "type", "year", "fiscal", "date", "dates", "title"})


def returned(subject: Subject) -> Found:
    """Every start-up hook gives what it promises."""
    calls: Mapping[str, Callable[[], Any]] = {
        "kb_sources": lambda: subject.alone.sources(subject.config),
        "kb_content_types": subject.alone.content_types,
        "kb_kinds": subject.alone.kinds,
        "kb_thesaurus": subject.alone.thesaurus,
        "kb_views": subject.alone.views,
        "kb_panels": lambda: [subject.alone.panels(place) for place in get_args(PanelPlace)],
        "kb_commands": subject.alone.commands,
        "kb_extract": subject.alone.extractors,
    }
    for hook, call in calls.items():
        try:
            call()
        except PluginError as error:
            yield hook, error.reason, f"docs/plugins.md の {hook} の例と比べてください。{error.fix}"


def version(subject: Subject) -> Found:
    """It uses nothing that will be gone from the hooks."""
    for warning in subject.alone.names()[0].warnings:
        yield f"フックの版 {HOOK_API}", warning, "次の版に間に合うように書き直してください。"


def fields(subject: Subject) -> Found:
    """Names, fields and templates of content types are usable."""
    for kind in subject.content_types.values():
        if kind.name != GROUND:
            yield from _kind(kind)


def _kind(kind: ContentType) -> Iterator[tuple[str, str, str]]:
    where = f"kb_content_types、種類「{kind.name}」"
    rule = "英小文字で始まる、英小文字・数字・_ の40字までにしてください。"
    if not IDENTIFIER.fullmatch(kind.name):
        yield where, "種類の名前に使えない文字があります。", rule
    if not kind.label.strip():
        yield where, "人に見せる名前（label）が空です。", "日本語の名前を付けてください。"
    if kind.folder and ("/" in kind.folder or "\\" in kind.folder or kind.folder.startswith(".")):
        yield where, f"フォルダー名「{kind.folder}」は使えません。", "documents/ の直下の名前だけを書いてください。"
    names = [field.name for field in kind.fields]
    for field in kind.fields:
        if not IDENTIFIER.fullmatch(field.name):
            yield where, f"項目の名前「{field.name}」に使えない文字があります。", rule
        if field.name in RESERVED:
            yield where, f"項目の名前「{field.name}」は、検索がほかの意味で使います。", "別の名前にしてください。"
        if not field.label.strip():
            yield where, f"項目「{field.name}」の label が空です。", "日本語の名前を付けてください。"
        if names.count(field.name) > 1:
            yield where, f"項目「{field.name}」が二つあります。", "名前を変えるか、一つにしてください。"
