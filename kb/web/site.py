"""What all pages share: the library, what plugins add to the pages, and who is asking."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from flask import Response, after_this_request, current_app, g, request

from kb.auth import AuditEntry, Auth, Elsewhere, SignIn
from kb.library import Library
from kb.mail import Mailing
from kb.model import VISITOR, AccessClass, Actor, Config, Panel, PanelPlace, View
from kb.reader import Reader
from kb.web.cookies import session_id

EXTENSION = "kb"
"""The key of the ``Site`` in ``Flask.extensions``."""


#: Breakdowns of plugins on pages that are kept for the administrator to see.
MOST_FAILURES = 200


@dataclass(frozen=True, slots=True)
class PageFailure:
    """A page or panel of a plugin that raised."""

    at: datetime
    """In UTC without a zone."""
    plugin: str
    hook: str
    what: str
    """The panel's title or the page's address."""


@dataclass(frozen=True, slots=True)
class Site:
    """One web application's library, its accounts, and the additions of plugins, collected once."""

    library: Library
    auth: Auth
    views: tuple[View, ...]
    panels: Mapping[PanelPlace, tuple[tuple[str, Panel], ...]]
    """By place: the name of the plugin and its panel, in order."""
    owners: Mapping[str, str]
    """The plugin that brought a blueprint, by the blueprint's name."""
    started: datetime
    """In UTC without a zone."""
    elsewhere: Elsewhere | None = None
    """Signing in with the organisation's own accounts; None without it."""
    mailing: Mailing | None = None
    """Mails to people; None without."""
    failures: deque[PageFailure] = field(default_factory=lambda: deque(maxlen=MOST_FAILURES))

    @property
    def oidc_label(self) -> str:
        """What the button for that says; empty without it."""
        return self.library.config.oidc_label if self.elsewhere else ""

    def broken(self, plugin: str, hook: str, what: str) -> None:
        """Keep in mind that something of a plugin has raised."""
        self.failures.appendleft(PageFailure(datetime.now(UTC).replace(tzinfo=None), plugin, hook, what))


def current_site() -> Site:
    """The site that the present request is for."""
    return cast("Site", current_app.extensions[EXTENSION])


def current_sign_in() -> SignIn | None:
    """The session of whoever is asking; None for a visitor. Looked up once for each request."""
    if "kb_sign_in" not in g:
        site = current_site()
        g.kb_sign_in = site.auth.session(session_id(request, site.library.config))
    return cast("SignIn | None", g.kb_sign_in)


def current_actor() -> Actor:
    """Who is asking: somebody with an account, or a visitor."""
    if "kb_actor" not in g:
        found = current_sign_in()
        g.kb_actor = found.account.actor if found else VISITOR
    return cast("Actor", g.kb_actor)


def act_as(actor: Actor) -> None:
    """Let the rest of the request be somebody's who has been recognised by a token, whatever cookies there are."""
    g.kb_actor = actor
    g.kb_by_token = True


def is_by_token() -> bool:
    """Whether a program asks, with a token."""
    return "kb_by_token" in g


def visitor_access() -> frozenset[AccessClass]:
    """What whoever is asking may know of: the one place where that is decided."""
    return current_actor().access


def current_library() -> Reader:
    """The library as whoever is asking may see it; made once for each request."""
    if "kb_reader" not in g:
        g.kb_noted = set()
        g.kb_reader = current_site().library.reader(visitor_access(), _note)
    return cast("Reader", g.kb_reader)


def current_config() -> Config:
    """The settings, for views of plugins that keep something in the data folder."""
    return current_site().library.config


def _note(action: str, document: str, section: str) -> None:
    """Write down that a case study is read, before it is given out; and that one was asked for in vain."""
    log, told = current_site().auth.log, (document, action.startswith("original"))
    if told in g.kb_noted:  # one page asks for a document, its sections and its outline: that is one reading
        return
    g.kb_noted.add(told)
    entry = AuditEntry(current_actor().name, action, document, {"section": section} if section else {})
    if action == "document.denied":
        # Written once the answer is on its way: how long it takes must not tell that there is such a document.
        after_this_request(lambda response: _afterwards(response, lambda: log.record(entry)))
    else:
        log.record(entry)


def _afterwards(response: Response, do: object) -> Response:
    response.call_on_close(do)  # type: ignore[arg-type]
    return response
