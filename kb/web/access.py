"""Which page is for whom. Every route declares it; one hook holds everybody to it, and lets nobody in without.

A view says it by ``@open_to_all`` or ``@needs(Role.STAFF)`` below its route; a plugin's ``View`` by its ``role``. What
*documents* somebody may know of is another matter: ``current_library`` gives nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kb.errors import ForbiddenError, PluginError
from kb.model import VISITOR, Actor, Config, Role, View
from kb.web import forms, hosts
from kb.web.errors import problem
from kb.web.site import EXTENSION, act_as, current_actor, current_site

TABLE = "kb_access"
"""The key of the declarations in ``Flask.extensions``, by endpoint."""

_MARK = "kb_access"

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a route."""

    role: Role | None = None
    """The least role; None: everyone."""
    token: bool = False
    """True if programs may use it with a token in place of a session and a form's secret: an interface, not a page."""
    body: Callable[[Config], int] | None = None
    """The most bytes that it takes; as usual without."""
    link: bool = False
    """True if what stands in its address is all that it asks for: a signed secret that nobody else can make a browser
    send, in place of a form's."""

    def admits(self, actor: Actor) -> bool:
        """Whether somebody may use it."""
        return self.role is None or actor.covers(self.role)


EVERYONE = Access()

#: Files that belong to the pages themselves.
STATIC: Mapping[str, Access] = {"static": EVERYONE, "bootstrap.static": EVERYONE}


def open_to_all(view: ViewFunction) -> ViewFunction:
    """Declare that a page is for everyone, without an account too."""
    setattr(view, _MARK, EVERYONE)
    return view


def open_to_programs(view: ViewFunction) -> ViewFunction:
    """Declare that an interface is for everyone; a token or a session shows more, as the pages do to its owner."""
    setattr(view, _MARK, Access(token=True))
    return view


def open_by_link(view: ViewFunction) -> ViewFunction:
    """Declare that a page is for whoever has its link, a program that reads their mails for them included."""
    setattr(view, _MARK, Access(link=True))
    return view


def needs(
    role: Role, *, token: bool = False, body: Callable[[Config], int] | None = None
) -> Callable[[ViewFunction], ViewFunction]:
    """Declare that a page is for one role and those above it.

    Args:
        role: the least role.
        token: whether programs may use it with ``Authorization: Bearer``.
        body: the most bytes that it takes, by the settings.

    """

    def mark(view: ViewFunction) -> ViewFunction:
        setattr(view, _MARK, Access(role, token, body))
        return view

    return mark


def declared(app: Flask, views: Iterable[View]) -> dict[str, Access]:
    """The declaration of every endpoint.

    Raises:
        PluginError: there is a page without one.

    """
    by_blueprint = {view.blueprint.name: Access(view.role) for view in views}
    return {
        endpoint: _declaration(endpoint, app.view_functions[endpoint], by_blueprint) for endpoint in _endpoints(app)
    }


def _endpoints(app: Flask) -> list[str]:
    return sorted({rule.endpoint for rule in app.url_map.iter_rules()})


def _declaration(endpoint: str, view: object, by_blueprint: Mapping[str, Access]) -> Access:
    own: Access | None = getattr(view, _MARK, None) or STATIC.get(endpoint)
    around = by_blueprint.get(endpoint.split(".", maxsplit=1)[0])
    if own is None and around is None:
        raise PluginError(
            f"ページ {endpoint}", "誰が使えるかの宣言がありません。", "@open_to_all か @needs(役割) を付けてください。"
        )
    if own is None or around is None:
        return cast("Access", own or around)
    # Both: whoever passes one and not the other stays outside.
    stricter = around.role if own.role is None or (around.role and around.role.covers(own.role)) else own.role
    return replace(own, role=stricter)


def register(app: Flask) -> None:
    """Hold everybody to the declarations, before anything else is done with a request."""
    app.before_request(_admit)


def of_endpoint(endpoint: str) -> Access | None:
    """The declaration of an endpoint; None if there is no such."""
    table = cast("dict[str, Access]", current_app.extensions[TABLE])
    # A page that came after the start (as tests add them) has nothing but its own declaration.
    return table.get(endpoint) or getattr(current_app.view_functions.get(endpoint), _MARK, None)


def is_interface(endpoint: str) -> bool:
    """Whether programs may use it with a token."""
    access = of_endpoint(endpoint)
    return access is not None and access.token


def may_use(endpoint: str) -> bool:
    """Whether whoever is asking may use a page: the navigation shows no others."""
    access = of_endpoint(endpoint)
    return access is not None and access.admits(current_actor())


def _admit() -> ResponseReturnValue | None:
    config = current_site().library.config
    hosts.check(config)
    if request.endpoint is None:
        return None  # no such page: Flask says so
    access = of_endpoint(request.endpoint)
    if access is None:
        raise ForbiddenError(request.path, "このページは使えません。", "管理者にお知らせください。")
    by_token = access.token and _recognise_token()
    if by_token and current_actor() == VISITOR:
        return _unknown()  # not just less: whoever has a token expects what it is for
    if not access.admits(current_actor()):
        return _denied(access)
    if access.body:
        request.max_content_length = access.body(config)
    if not by_token and not access.link:
        forms.protect()
    return None


def _recognise_token() -> bool:
    given = request.authorization
    if given is None or given.type != "bearer":
        return False
    act_as(current_app.extensions[EXTENSION].auth.bearer(given.token or ""))
    return True


def _denied(access: Access) -> ResponseReturnValue:
    role = access.role
    if current_actor().role or role is None:
        raise ForbiddenError(
            request.path,
            f"このページを使えるのは{role.label if role else ''}以上の方です。",
            "必要なときは、管理者に役割を変えてもらってください。",
        )
    if access.token:
        return _unknown()
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("login.login", next=back), 303)


def _unknown() -> ResponseReturnValue:
    response = problem(401, "トークンがないか、使えません。「kb user token」で発行したものを送ってください。")
    response.headers["WWW-Authenticate"] = "Bearer"
    return response
