"""RSS 0.9 to 2.0 and Atom: the entries of a feed, whatever it is written in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from html import escape
from itertools import islice
from urllib.parse import urljoin

from lxml import etree, html

from kb_formats.charset import decode

MOST_ENTRIES = 300
"""Entries of one feed that are looked at, the first (newest) ones."""
_LONGEST_ID = 500
_LONGEST_TITLE = 300

_ATOM = "http://www.w3.org/2005/Atom"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_ENCODED = "http://purl.org/rss/1.0/modules/content/"
#: Namespaces of the elements that we know, with the prefix by which the names below call them.
_PREFIXES = {
    None: "",
    _ATOM: "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    _DC: "dc:",
    _ENCODED: "content:",
}
_IDS, _DATES = ("guid", "id"), ("updated", "modified", "pubDate", "dc:date", "published", "issued")
_TEXTS = ("content:encoded", "content", "description", "summary")

_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)[\"'][^>]*\?>")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


class FeedError(Exception):
    """It is no feed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as the feed gives it."""

    id: str
    title: str
    link: str
    """Where its page is; empty if it has none."""
    updated: str
    content: str
    """The feed's own text of it, as HTML."""

    @property
    def stamp(self) -> str:
        """Changes with whatever the feed says of it."""
        return hashlib.sha256(repr(astuple(self)).encode("utf-8", "replace")).hexdigest()

    @property
    def page(self) -> bytes:
        """The feed's own text as a web page."""
        title, day = escape(self.title), _day(self.updated)
        head = f'<!DOCTYPE html>\n<html lang="ja"><head><meta charset="utf-8"><title>{title}</title></head>'
        line = f"<p>掲載日：{day}</p>" if day else ""
        return f"{head}\n<body><h1>{title}</h1>{line}\n<div>{self.content}</div></body></html>\n".encode(
            "utf-8", "replace"
        )


def entries_of(data: bytes, charset: str, base: str, *, whole: bool = False) -> list[Entry]:
    """The entries of a feed in its order, each once.

    Args:
        data: the feed.
        charset: what the server says that it is in.
        base: its URL, for links that are not whole.
        whole: True if half a feed is none: what is missing would be taken for gone.

    Raises:
        FeedError: it is none.

    """
    # Without entities, DTDs and the network: a feed is strangers' data. Half of one is still worth reading.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=not whole
    )
    try:
        root = etree.fromstring(_decoded(data, charset).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise FeedError from error
    if root is None or _name(root).lower() not in {"rss", "rdf", "feed"}:
        raise FeedError
    found: dict[str, Entry] = {}
    for entry in islice(_entries(root, base), MOST_ENTRIES):
        found.setdefault(entry.id, entry)
    if not found and parser.error_log:
        raise FeedError
    return list(found.values())


def _decoded(data: bytes, charset: str) -> str:
    """The text of a feed, in whatever encoding it is: some claim another one than they have."""
    declared = _DECLARED.match(data)
    decoded = decode(data, declared[1].decode("ascii") if declared else charset)
    if decoded is None:
        raise FeedError
    return _DECLARATION.sub("", decoded.text, count=1)


def _entries(root: etree._Element, base: str) -> Iterator[Entry]:
    for element in root.iter("{*}item", "{*}entry"):
        yield _entry(element, base)


def _entry(element: etree._Element, base: str) -> Entry:
    children: dict[str, etree._Element] = {}
    for child in element.iterchildren(tag=etree.Element):
        name = _name(child)
        if name and not (name == "link" and _is_aside(child)):
            children.setdefault(name, child)
    link = _link(element, children, base)
    content = next((text for name in _TEXTS if (text := _markup(children.get(name)))), "")
    title = " ".join(_plain(children.get("title")).split())[:_LONGEST_TITLE]
    said = next((text for name in _IDS if (text := _text(children.get(name)))), "") or link
    own = hashlib.sha256(f"{title}\n{content}".encode("utf-8", "replace")).hexdigest()
    identity = said or own
    if len(identity) > _LONGEST_ID:
        identity = hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()
    updated = next((text for name in _DATES if (text := _text(children.get(name)))), "")
    return Entry(identity, title or "題名のない記事", link, updated, content)


def _name(element: etree._Element) -> str:
    """The name with our prefix; empty for an element of another namespace (media:content is no content)."""
    name = etree.QName(element)
    if name.namespace == _RDF:
        return str(name.localname)
    return f"{_PREFIXES[name.namespace]}{name.localname}" if name.namespace in _PREFIXES else ""


def _is_aside(link: etree._Element) -> bool:
    """Whether it leads to a picture or to the feed itself, and not to the page."""
    return str(link.get("rel", "alternate")) != "alternate"


def _link(element: etree._Element, children: dict[str, etree._Element], base: str) -> str:
    link = children.get("link")
    target = (link.get("href") or _text(link)) if link is not None else ""
    guid = children.get("guid")
    if not target and guid is not None and guid.get("isPermaLink") != "false":
        target = _text(guid)
    target = target or element.get(f"{{{_RDF}}}about", "")
    try:
        whole = urljoin(element.base or base, target.strip()) if target else ""
    except ValueError:
        return ""
    return whole if whole.startswith(("http://", "https://")) else ""


def _text(element: etree._Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def _plain(element: etree._Element | None) -> str:
    """The text of a title, which may be HTML in Atom."""
    text = _text(element)
    if element is None or element.get("type") != "html" or not text:
        return text
    return str(html.fromstring(f"<div>{text}</div>").text_content())


def _markup(element: etree._Element | None) -> str:
    """The text of an entry as HTML."""
    if element is None:
        return ""
    if len(element):  # XHTML, as it stands
        return "".join(etree.tostring(child, encoding="unicode") for child in element)
    text = _text(element)
    return escape(text) if element.get("type") == "text" else text


def _day(written: str) -> str:
    """A date as it is read; empty for what is none."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            day = read(written)
        except ValueError:
            continue
        return f"{day.year}年{day.month}月{day.day}日"
    return ""
