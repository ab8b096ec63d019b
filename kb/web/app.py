"""Putting the web application together."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from flask import Blueprint, Flask
from flask_bootstrap import Bootstrap5
from jinja2 import ChoiceLoader, FileSystemLoader

from kb.auth import Auth, Elsewhere
from kb.errors import PluginError
from kb.library import Library
from kb.mail import Mailing
from kb.model import PanelPlace, Role, View
from kb.web import (
    access,
    account,
    addresses,
    admin,
    api,
    cookies,
    desk,
    desk_annotations,
    desk_document,
    desk_searches,
    desk_sources,
    desk_thesaurus,
    desk_words,
    documents,
    errors,
    feeds,
    forms,
    headers,
    health,
    help,  # noqa: A004
    home,
    hosts,
    joining,
    login,
    mailing,
    mine,
    oidc,
    openapi,
    panels,
    plugin_status,
    reading,
    records,
    relay,
    search,
    sending,
    suggest,
    wording,
)
from kb.web.site import EXTENSION, Site, current_actor

#: Bytes of a request body. No page of the core takes any; a view that does sets ``request.max_content_length``.
MOST_SENT = 1 << 20

PAGES: tuple[Blueprint, ...] = (
    home.blueprint,
    search.blueprint,
    suggest.blueprint,
    reading.blueprint,
    documents.blueprint,
    help.blueprint,
    health.blueprint,
    login.blueprint,
    joining.blueprint,
    oidc.blueprint,
    account.blueprint,
    mailing.blueprint,
    admin.blueprint,
    plugin_status.blueprint,
    records.blueprint,
    api.blueprint,
    openapi.blueprint,
    feeds.blueprint,
    desk.blueprint,
    desk_document.blueprint,
    desk_annotations.blueprint,
    desk_sources.blueprint,
    desk_words.blueprint,
    desk_thesaurus.blueprint,
    desk_searches.blueprint,
    mine.blueprint,
)


def create_app(library: Library) -> Flask:
    """The web application over one library.

    Raises:
        ConfigError: a setting of the organisation's login or of mails is missing or cannot be used.
        PluginError: a view takes an address or a name that is taken, links to a page that it does not have, or brings
            along a page without saying who may use it.

    """
    app = Flask("kb.web", template_folder="templates", static_folder="static")
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, MAX_CONTENT_LENGTH=MOST_SENT)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    # Flask escapes in templates that end in .html only; a plugin's may be called anything.
    app.jinja_options = {**app.jinja_options, "autoescape": True}
    sending.register(app)
    access.register(app)
    Bootstrap5(app)
    site = app.extensions[EXTENSION] = _site(library)
    cookies.register(app, site.auth)
    forms.register(app)
    app.jinja_loader = _templates(library)
    for page in PAGES:
        app.register_blueprint(page)
    for view in site.views:
        _attach(app, view)
    app.extensions[access.TABLE] = access.declared(app, site.views)
    app.jinja_env.filters.update(wording.FILTERS)
    app.jinja_env.globals.update(
        panels=panels.panels, views=site.views, may_use=access.may_use, actor=current_actor, Role=Role
    )
    app.jinja_env.globals["kb_navigation"] = tuple((wording.endpoint(view), view.label) for view in site.views)
    addresses.register(app)
    app.jinja_env.globals["mail_in_use"] = site.mailing is not None
    errors.register(app)
    relay.register(app)
    headers.register(app, library.config)
    hosts.register(app, library.config)
    return app


def _site(library: Library) -> Site:
    plugins = library.plugins
    auth = Auth(library.accounts, library.audit, library.config)
    found = {place: plugins.panels(place) for place in get_args(PanelPlace)}
    elsewhere = Elsewhere(auth) if library.config.oidc_issuer else None
    mails = Mailing(auth, library.store.mails) if library.config.mail_host else None
    started = datetime.now(UTC).replace(tzinfo=None)
    return Site(library, auth, plugins.views(), found, plugins.owners(), started, elsewhere, mails)


def _templates(library: Library) -> ChoiceLoader:
    """The core's templates before the plugins': of two with the same name the core's is taken."""
    core = FileSystemLoader(Path(__file__).parent / "templates")
    return ChoiceLoader([core, *map(FileSystemLoader, library.plugins.template_folders().values())])


def _attach(app: Flask, view: View) -> None:
    """Add a plugin's pages, unless they would hide others."""
    taken = {rule.rule for rule in app.url_map.iter_rules()}
    try:
        app.register_blueprint(view.blueprint)
    except ValueError as error:  # Flask: the name is already registered
        raise _refused(view, f"名前「{view.blueprint.name}」は既に使われています。") from error
    prefix = f"{view.blueprint.name}."
    own = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(prefix)]
    if hidden := sorted({rule.rule for rule in own} & taken):
        raise _refused(view, f"アドレス {'、'.join(hidden)} は既に使われています。")
    if wording.endpoint(view) not in {rule.endpoint for rule in own}:
        raise _refused(view, f"ページ {wording.endpoint(view)} がありません。")


def _refused(view: View, reason: str) -> PluginError:
    return PluginError(
        f"画面「{view.label}」", reason, "プラグインの作者に知らせるか、disabled_plugins で外してください。"
    )
