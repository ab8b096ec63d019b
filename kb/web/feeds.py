"""``/feed.atom``, ``/search.atom`` and ``/opensearch.xml``: what is new, for feed readers; our search, for browsers.

A feed shows what its reader may know of: by session, or by a token in the header. There is none in the address, which
ends up in logs and bookmarks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from flask import Blueprint, Response, request, url_for

from kb.model import Document, Hit
from kb.text.dates import both_calendars
from kb.web import hosts, markup
from kb.web.access import open_to_all, open_to_programs
from kb.web.asking import asked
from kb.web.relay import in_any_process
from kb.web.site import current_library, current_site
from kb.web.wording import type_label

blueprint = Blueprint("feeds", __name__)

ATOM = "http://www.w3.org/2005/Atom"
ATOM_TYPE = "application/atom+xml"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
OPENSEARCH_TYPE = "application/opensearchdescription+xml"

NAME = "社協ナレッジベース"

#: Entries of a feed: more than comes in a week, and few enough to be asked for every hour.
MOST = 30

#: When an empty feed was last changed: it has to say something (RFC 4287, 4.1.1).
NEVER = datetime(2000, 1, 1)  # noqa: DTZ001 - in UTC without a zone, as all times of the catalogue


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is new."""

    key: str
    """What its id is made from: the same for good, wherever the server is reached."""
    title: str
    path: str
    """Where people read it, on this server."""
    updated: datetime
    summary: str
    kind: tuple[str, str]
    """The name and the label of the content type."""


@blueprint.get("/feed.atom")
@open_to_programs
@in_any_process
def documents() -> Response:
    """The documents that were last published, opened to more readers, or replaced by a new version."""
    entries = [_of_document(document, at) for document, at in current_library().newest(MOST)]
    return _feed("新しい資料", url_for("feeds.documents"), url_for("documents.index"), entries)


@blueprint.get("/search.atom")
@open_to_programs
@in_any_process
def search() -> Response:
    """The newest articles that answer a query, with the filters of the results page."""
    question = replace(asked(), sort="date", page=1)
    args: dict[str, Any] = {**question.args}
    page = current_library().search(question.query(MOST))
    hits = () if page.partial else page.hits  # whoever waits for all of the words is not told of some of them
    times = current_library().shown_at(hit.document.id for hit in hits)
    entries = [_of_hit(hit, times[hit.document.id]) for hit in hits if hit.document.id in times]
    title = f"「{question.text}」の検索結果" if question.text else "記事"
    return _feed(title, url_for("feeds.search", **args), url_for("search.search", **args), entries)


def _of_document(document: Document, at: datetime) -> Entry:
    day = both_calendars(document.date) if document.date else "日付なし"
    label = type_label(document)
    address = url_for("documents.document", document=document.id)
    kind = (document.type, label)
    return Entry(f"document/{document.id}", document.title, address, at, f"{label}、{day}", kind)


def _of_hit(hit: Hit, at: datetime) -> Entry:
    section, document = hit.section, hit.document
    text = "".join(span.text for span in hit.snippet)
    address = url_for("reading.section", section=section.id)
    kind = (document.type, type_label(document))
    return Entry(f"section/{section.id}", f"{section.label}（{document.title}）", address, at, text, kind)


# ---------------------------------------------------------------------------------------------------------- Atom


def _feed(title: str, own: str, page: str, entries: list[Entry]) -> Response:
    """The feed, or that it has not changed since it was last asked for."""
    updated = max((entry.updated for entry in entries), default=NEVER)
    body = _atom(title, own, page, entries, updated)
    response = Response(body, content_type=f"{ATOM_TYPE}; charset=utf-8")
    response.set_etag(sha256(body).hexdigest())
    response.last_modified = updated.replace(tzinfo=UTC)
    response.make_conditional(request)
    return response


def _atom(title: str, own: str, page: str, entries: list[Entry], updated: datetime) -> bytes:
    server = hosts.address(current_site().library.config)
    feed = markup.root("feed", ATOM, **{"xml:lang": "ja"})
    markup.add(feed, "id", _id(f"{server}{own}"))
    markup.add(feed, "title", f"{title}｜{NAME}")
    markup.add(feed, "updated", _moment(updated))
    markup.add(markup.add(feed, "author"), "name", NAME)
    markup.add(feed, "link", rel="self", type=ATOM_TYPE, href=f"{server}{own}")
    markup.add(feed, "link", rel="alternate", type="text/html", href=f"{server}{page}")
    for entry in entries:
        one = markup.add(feed, "entry")
        markup.add(one, "id", _id(entry.key))
        markup.add(one, "title", entry.title)
        markup.add(one, "updated", _moment(entry.updated))
        markup.add(one, "link", rel="alternate", type="text/html", href=f"{server}{entry.path}")
        markup.add(one, "category", term=entry.kind[0], label=entry.kind[1])
        markup.add(one, "summary", entry.summary)
    return markup.written(feed)


def _id(key: str) -> str:
    """An id for good: it stays when the server gets another name, as long as its key does (RFC 4287, 4.2.6)."""
    return uuid5(NAMESPACE_URL, f"kb:{key}").urn


def _moment(at: datetime) -> str:
    """A time in UTC, of one without a zone."""
    return f"{at.isoformat(timespec='seconds')}Z"


# ---------------------------------------------------------------------------------------------------- OpenSearch


@blueprint.get("/opensearch.xml")
@open_to_all
def opensearch() -> Response:
    """How a browser searches here from its address bar (OpenSearch 1.1)."""
    server = hosts.address(current_site().library.config)
    found = markup.root("OpenSearchDescription", OPENSEARCH)
    markup.add(found, "ShortName", NAME)
    markup.add(found, "Description", "社会福祉協議会の資料を記事の単位で検索します。")
    markup.add(found, "Language", "ja")
    markup.add(found, "InputEncoding", "UTF-8")
    markup.add(found, "OutputEncoding", "UTF-8")
    markup.add(found, "Image", f"{server}{url_for('static', filename='icon.svg')}", type="image/svg+xml")
    for kind, endpoint in (("text/html", "search.search"), (ATOM_TYPE, "feeds.search")):
        markup.add(found, "Url", type=kind, template=f"{server}{url_for(endpoint)}?q={{searchTerms}}")
    own = f"{server}{url_for('feeds.opensearch')}"
    markup.add(found, "Url", type=OPENSEARCH_TYPE, rel="self", template=own)
    return Response(markup.written(found), content_type=f"{OPENSEARCH_TYPE}; charset=utf-8")
