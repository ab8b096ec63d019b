"""The version of the hooks: what a plugin may rely on, and what happens to one that was written for another.

A new minor version adds hooks and arguments, a new major one takes some away. Whatever is to go keeps working for one
minor version with a warning that names its replacement::

    LANGUAGE = Deprecated("kb_annotate の引数 language", "document.fields", since="1.1", given=...)

    @hookspec(warn_on_impl_args={"language": LANGUAGE})
    def kb_annotate(section: Section, document: Document, language: str) -> Iterable[Annotation]: ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from kb.errors import PluginError

HOOK_API = "1.0"
"""Major and minor version of the hooks. A plugin says by ``KB_HOOK_API = "1.0"`` for which one it was written."""

STATEMENT = "KB_HOOK_API"
"""The name under which a plugin says it."""


class Deprecated(FutureWarning):
    """Something that works in one more minor version only.

    Args:
        what: the hook, or ``hook の引数 name``.
        instead: what to use in its place.
        since: the version that deprecated it; the minor version after that takes it away.
        successor: of a hook: the hook in whose place it is still called.
        given: of an argument: makes its value from the present ones.

    """

    def __init__(
        self,
        what: str,
        instead: str,
        since: str,
        successor: str = "",
        given: Callable[[Mapping[str, Any]], Any] | None = None,
    ) -> None:
        major, minor = _numbers(since)
        super().__init__(f"{what} は {major}.{minor + 1} でなくなります。{instead} を使ってください。")
        self.since = since
        self.successor = successor
        self.given = given

    def is_over(self, api: str = HOOK_API) -> bool:
        """Whether it should be gone by now."""
        (major, minor), since = _numbers(api), _numbers(self.since)
        return major > since[0] or minor > since[1]


def check(plugin: str, stated: object, api: str = HOOK_API) -> None:
    """Refuse a plugin that was written for hooks that are not these; one that says nothing is taken as it is.

    Raises:
        PluginError: it needs a newer kb, was written for one that is long gone, or says something unreadable.

    """
    if stated is None:
        return
    if not isinstance(stated, str) or not re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}", stated):
        raise PluginError(plugin, f"{STATEMENT} の値 {stated!r} を読めません。", f'"{api}" のように書いてください。')
    (major, minor), (our_major, our_minor) = _numbers(stated), _numbers(api)
    about = f"フックの版 {stated} のためのプラグインです（この kb の版は {api}）。"
    if major > our_major or (major == our_major and minor > our_minor):
        raise PluginError(plugin, about, "kb を新しくするか、古い版のプラグインを使ってください。")
    if major < our_major:
        raise PluginError(plugin, about, "新しい版のプラグインを入れるか、disabled_plugins で外してください。")


def _numbers(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)
