"""用語集: all terms that a text defines, by the 五十音; and those of one article beside it."""

from __future__ import annotations

from flask import Blueprint, render_template
from markupsafe import Markup

from kb import Panel, Section, View, search_key
from kb.web import current_library, open_to_all
from kb_glossary.entries import KIND, Entry, by_row, entries, meaning

blueprint = Blueprint("glossary", __name__, url_prefix="/glossary", template_folder="templates", static_folder="static")

#: Terms beside one article.
MOST = 20


@blueprint.get("/")
@open_to_all
def index() -> str:
    """Every term with its reading, its definitions and the articles that give them."""
    found = entries(current_library().mentions(KIND))
    return render_template("kb_glossary/glossary.html", rows=by_row(found), total=len(found), meaning=meaning)


def terms_of(section: Section) -> Markup | str:
    """The terms that an article (with what stands below it on the page) uses, each with what it means."""
    library = current_library()
    known = entries(library.mentions(KIND))
    if not known:
        return ""
    shown = [one for one in library.sections(section.document) if one.path[: len(section.path)] == section.path]
    key = search_key("\n".join(one.text for one in shown))
    used = [entry for entry in known if _is_used(entry, key)][:MOST]
    if not used:
        return ""
    return Markup(render_template("kb_glossary/panel.html", entries=used))  # noqa: S704 - an escaping template


def _is_used(entry: Entry, key: str) -> bool:
    return len(entry.term) > 1 and search_key(entry.term) in key


PANEL = Panel("この記事の用語", terms_of, order=50)
VIEW = View("用語集", blueprint, order=40)
