"""``/admin/plugins/``: which plugins are in use, and which have broken down since the server was started."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template

from kb.hookapi import HOOK_API
from kb.model import EVERYTHING, Role
from kb.web.access import needs
from kb.web.site import current_site

blueprint = Blueprint("plugin_status", __name__, url_prefix="/admin/plugins")

#: Breakdowns over documents that are shown; the others are in the audit log.
MOST = 100


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Something that a plugin could not do."""

    at: datetime | None
    """In UTC without a zone."""
    plugin: str
    hook: str
    document: str = ""
    """Id of the document that it happened to; empty for a page."""
    what: str = ""
    """The document's title, the panel's title or the page's address."""


@blueprint.get("/")
@needs(Role.ADMIN)
def index() -> str:
    """Plugins with their versions, hooks and breakdowns."""
    site = current_site()
    found = sorted([*_over_documents(), *_on_pages()], key=lambda one: one.at or site.started, reverse=True)
    return render_template(
        "views/plugins.html",
        plugins=site.library.plugins.names(),
        counts={info.name: sum(one.plugin == info.name for one in found) for info in site.library.plugins.names()},
        breakdowns=found,
        disabled=site.library.config.disabled_plugins,
        safe_mode=site.library.config.safe_mode,
        api=HOOK_API,
        started=site.started,
    )


def _over_documents() -> Iterator[Breakdown]:
    """What the worker and the desk wrote down; administrators may know of all documents."""
    site = current_site()
    entries = site.auth.log.entries(actions=("plugin.failed",), since=site.started, limit=MOST)
    documents = site.library.store.drafts.documents_by_id({entry.subject for entry in entries}, EVERYTHING)
    for entry in entries:
        found = documents.get(entry.subject)
        what = (found.title or found.file_name) if found else f"削除された資料（{entry.subject}）"
        plugin, hook = str(entry.detail.get("plugin")), str(entry.detail.get("hook"))
        yield Breakdown(entry.at, plugin, hook, found.id if found else "", what)


def _on_pages() -> Iterator[Breakdown]:
    for failure in list(current_site().failures):
        yield Breakdown(failure.at, failure.plugin, failure.hook, what=failure.what)
