"""The list of feeds and pages that staff keep in the data folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb import AccessClass, SourceError
from kb_feeds.target import FetchError, Target
from kb_folder.settings_file import SWITCH, WORDS, Key, one_of, problems, read_settings, text, whole

FILE = "feeds.toml"
"""Its name in the data folder."""
LABEL = "フィードとWebページ"

#: Minutes between two looks at one feed: an hour is polite, five minutes the least.
_USUAL, _LEAST, _MOST = 60, 5, 60 * 24 * 31
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")

_KEYS: Mapping[str, Key] = {
    "name": text("画面に出す名前", needed=True),
    "url": text("https:// で始まるURL", needed=True),
    "id": Key(lambda value: isinstance(value, str) and bool(_IDENTIFIER.fullmatch(value)), "英小文字・数字・ハイフン"),
    "kind": one_of("feed", "page"),
    "entries": one_of("page", "content"),
    "content_type": text("資料の種類の名前"),
    "access": one_of(*AccessClass),
    "minutes": whole(_LEAST, _MOST),
    "prunes": SWITCH,
}


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed or page of the list."""

    name: str
    """What it is called, for people."""
    url: str
    id: str
    is_page: bool = False
    """True for a single web page, False for a feed whose entries are the documents."""
    fetches: bool = True
    """Whether the pages that entries link to are fetched; else the feed's own text of each is taken."""
    content_type: str = ""
    access: AccessClass | None = None
    minutes: int = _USUAL
    prunes: bool = False
    """True if the feed always has all its entries, so that what is missing has gone."""
    internal: frozenset[str] = frozenset()
    """Hosts inside the house that it may lead to: none, unless it lies there itself."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What the file lists, and sentences on the entries that cannot be used."""

    feeds: Sequence[Feed] = ()
    mistakes: Sequence[str] = ()


def read_list(path: Path) -> Listed:
    """What the file lists; a mistake in one entry loses no other.

    Raises:
        SourceError: the file cannot be read, or is no TOML.

    """
    settings = read_settings(path, LABEL)
    mistakes = list(problems(settings, {"internal_hosts": WORDS, "feeds": Key(_is_list, "[[feeds]] の並び")}))
    if mistakes:
        raise SourceError(LABEL, f"{FILE}：{''.join(mistakes)}", "docs/sources.md の例と比べてください。")
    internal = frozenset(host.lower() for host in settings.get("internal_hosts", ()))
    feeds: dict[str, Feed] = {}
    for number, table in enumerate(settings.get("feeds", ()), 1):
        found = list(problems(table, _KEYS)) or [*_in_url(table["url"]), *_of_feeds_alone(table)]
        feed = None if found else _feed(table, internal)
        if feed and feed.id in feeds:
            found = [f"id が「{feeds[feed.id].name}」と同じです。同じURLは一度だけ書き、id は別にしてください。"]
        elif feed:
            feeds[feed.id] = feed
        mistakes += [f"{number}番目：{sentence}" for sentence in found]
    return Listed(tuple(feeds.values()), tuple(mistakes))


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _in_url(url: str) -> list[str]:
    try:
        Target.of(url)
    except FetchError as error:
        return [f"url は使えません。{error.reason}"]  # not shown: there may be a password in it
    return []


def _of_feeds_alone(table: Mapping[str, Any]) -> list[str]:
    wrong = [name for name in ("entries", "prunes") if name in table and table.get("kind") == "page"]
    return [f"{name} は kind が feed のときだけ書けます。" for name in wrong]


def _feed(table: Mapping[str, Any], internal: frozenset[str]) -> Feed:
    is_page = table.get("kind") == "page"
    access = table.get("access")
    return Feed(
        name=table["name"].strip(),
        url=table["url"].strip(),
        id=table.get("id") or hashlib.sha256(table["url"].strip().encode()).hexdigest()[:10],
        is_page=is_page,
        fetches=table.get("entries") != "content",
        content_type=table.get("content_type", ""),
        access=AccessClass(access) if access else None,
        minutes=table.get("minutes", _USUAL),
        prunes=table.get("prunes", False),
        internal=internal if Target.of(table["url"]).place in internal else frozenset(),
    )
