"""The conformance suite: whether a plugin keeps the contract, in words that say what, where and what next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from kb import config
from kb.errors import PluginError
from kb.kit import files, hooks, pages, reading
from kb.kit.raised import unlogged
from kb.kit.subject import Check, Complaint, Subject, subject
from kb.plugins import Plugins

CHECKS: Mapping[str, Check] = {
    "返り値": hooks.returned,
    "フックの版": hooks.version,
    "項目": hooks.fields,
    "文字": reading.texts,
    "空の資料": reading.empty,
    "大きな資料": reading.huge,
    "繰り返し": reading.repeated,
    "題名と項目": reading.described,
    "注釈の範囲": reading.spans,
    "壊れたファイル": files.failing,
    "読み取り": files.extracted,
    "取込元": files.listed,
    "なくなったファイル": files.gone,
    "テンプレート": pages.templates,
    "ページの宣言": pages.declared,
    "公開範囲": pages.leaking,
    "削除": pages.removed,
}
"""Every check by its name; each is a function that says in its docstring what must be so."""

#: Complaints of one check that are told: the same mistake shows on every input.
MOST = 5


def check_plugin(
    name: str,
    module: object,
    *,
    samples: Sequence[Path] = (),
    others: Mapping[str, object] | None = None,
    only: Collection[str] = (),
) -> list[Complaint]:
    """Everything in which a plugin does not keep the contract; empty if it does.

    Args:
        name: its name as in the entry point (or the stem of its file).
        module: what the entry point names.
        samples: files that its extractor reads; it is then also tried on damaged copies of them.
        others: plugins that it is tried beside, by name; by default those that are installed.
        only: the names of the checks to be made; all of them by default.

    """
    with TemporaryDirectory() as home, unlogged():
        settings = config.load(Path(home) / "data", environ={})
        settings.documents.mkdir(parents=True)
        try:
            beside = Plugins.load().modules() if others is None else others
            tried = subject(name, module, settings, beside, samples)
        except PluginError as error:
            return [Complaint("開始", error.subject, error.reason, error.fix)]
        refused = _complaints("返り値", hooks.returned, tried)
        # What a hook gives is what the other checks work with.
        chosen = {label: one for label, one in CHECKS.items() if not only or label in only}
        return refused or [c for label, one in chosen.items() for c in _complaints(label, one, tried)]


def _complaints(label: str, check: Check, tried: Subject) -> list[Complaint]:
    found = list(dict.fromkeys(Complaint(label, *complaint) for complaint in check(tried)))
    if len(found) <= MOST:
        return found
    more = Complaint(label, found[0].where, f"ほかに{len(found) - MOST}件あります。", "上の例から直してください。")
    return [*found[:MOST], more]
