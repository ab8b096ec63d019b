"""``url_for`` for templates: what Flask's gives, for a fraction of the time. A results page has a hundred links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote_plus, unquote

from flask import Flask, current_app, has_request_context, request
from werkzeug.sansio.utils import get_current_url

EXTENSION = "kb_addresses"
"""The key of the ``Addresses`` in ``Flask.extensions``."""

#: Characters that stay as they are in a query, the same that Werkzeug leaves (werkzeug.urls; WHATWG URL, 1.3).
_SAFE = "!$'()*,/:;?@"

#: Texts that are kept as they are quoted: values of facets, and what is being looked for, which each link repeats. The
#: longest query has 2,000 characters, and nine times as many when it is quoted: 10 MB at the very most.
_QUOTED = 512

#: A rule whose address is put together by writing values in their places, and values that are written as they are.
_PLAIN_RULE = re.compile(r"(?:[A-Za-z0-9_./-]|<[A-Za-z0-9_]+>)+")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_-]+")
_PLACE = re.compile(r"<([A-Za-z0-9_]+)>")

#: A query as browsers write Japanese: nothing that must stay quoted, and of UTF-8 only whole characters of three bytes.
_READABLE = re.compile(rb"(?:[A-Za-z0-9_.~*+=&-]|%E[1-9A-CEF]%[89AB][0-9A-F]%[89AB][0-9A-F])*")

#: What says how an address is to be made, rather than what is to stand in it.
_SPECIAL = frozenset({"_anchor", "_method", "_scheme", "_external"})


def register(app: Flask) -> None:
    """Let templates use it."""
    known = app.extensions[EXTENSION] = Addresses(app)
    app.jinja_env.globals.update(url_for=known.url_for, here=here)


def url_for(endpoint: str, **values: Any) -> str:
    """As ``flask.url_for``, for a page with many links."""
    return cast("Addresses", current_app.extensions[EXTENSION]).url_for(endpoint, **values)


def here() -> str:
    """The whole address of the present page, as people read it: ``request.url``, for a fraction of the time."""
    if not request.query_string or not _READABLE.fullmatch(request.query_string):
        return request.url
    page = _page(request.scheme, request.host, request.root_path, request.path)
    return f"{page}?{unquote(request.query_string.decode('ascii'))}"


#: A whole address up to the query: of a page that many ask something else of, the same each time.
_page = lru_cache(maxsize=256)(get_current_url)


class Addresses:
    """The addresses of an application's pages."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._rules: dict[str, tuple[str, tuple[str, ...]] | None] = {}
        self._static = lru_cache(maxsize=256)(self._address_of_file)

    def url_for(self, endpoint: str, **values: Any) -> str:
        """As ``flask.url_for``."""
        if not has_request_context():
            return self._app.url_for(endpoint, **values)
        # ``.static`` is that of the blueprint that answers: no address for all.
        if endpoint.endswith("static") and not endpoint.startswith(".") and values.keys() == {"filename"}:
            return self._static(request.script_root, endpoint, values["filename"])
        address = self._path(endpoint, values)
        if address is None:
            return self._app.url_for(endpoint, **values)
        return f"{address}?{query}" if values and (query := query_string(values)) else address

    def _address_of_file(self, _root: str, endpoint: str, filename: str) -> str:
        return self._app.url_for(endpoint, filename=filename)

    def _path(self, endpoint: str, values: dict[str, Any]) -> str | None:
        """The address up to the query, taking what it needs from ``values``; None where it is not so simple."""
        if endpoint not in self._rules:
            self._rules[endpoint] = self._rule(endpoint)
        known = self._rules[endpoint]
        if known is None or not _SPECIAL.isdisjoint(values):
            return None
        pattern, names = known
        if not names:
            return request.script_root + pattern
        if not all(map(_is_plain, map(values.get, names))):
            return None
        return request.script_root + pattern.format_map({name: values.pop(name) for name in names})

    def _rule(self, endpoint: str) -> tuple[str, tuple[str, ...]] | None:
        """The one rule of an endpoint, to be formatted, and the names in it; None where an address takes more."""
        if self._app.url_default_functions or endpoint not in self._app.view_functions:
            return None  # a plugin adds to the values; or the name is relative to a blueprint, or none
        rules = list(self._app.url_map.iter_rules(endpoint))
        if len(rules) != 1 or rules[0].defaults or not _PLAIN_RULE.fullmatch(rules[0].rule):
            return None
        return _PLACE.sub(r"{\1}", rules[0].rule), tuple(rules[0].arguments)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and _PLAIN_VALUE.fullmatch(value) is not None


def query_string(values: Mapping[str, Any]) -> str:
    """The part of an address after "?", as Werkzeug writes it: lists as several values, None as nothing."""
    pairs = ((name, one) for name, value in values.items() for one in _several(value) if one is not None)
    return "&".join([f"{quoted(name)}={quoted(str(one))}" for name, one in pairs])


def _several(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple | set) else (value,)


@lru_cache(maxsize=_QUOTED)
def quoted(text: str) -> str:
    """A name or a value as it stands in a query."""
    return quote_plus(text, safe=_SAFE)
