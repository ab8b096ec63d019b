"""用語集: all terms that a text defines, by the 五十音; and those of one article beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import Blueprint, render_template, request
from markupsafe import Markup

from kb import Panel, Section, View, search_key
from kb.web import current_library, open_to_all
from kb_glossary.entries import KIND, by_row, entries, in_rows, meaning

blueprint = Blueprint("glossary", __name__, url_prefix="/glossary", template_folder="templates", static_folder="static")

#: Terms beside one article.
MOST = 20

#: Terms from which on each row of the 五十音 is a page of its own: about what somebody leafs through.
ONE_PAGE = 200


@blueprint.get("/")
@open_to_all
def index() -> str:
    """Every term with its reading, its definitions and the articles that give them; of very many, one row."""
    library = current_library()
    rows = in_rows(library.values(KIND))
    total = len({search_key(term) for terms in rows.values() for term in terms})
    chosen = _chosen(rows) if total > ONE_PAGE else ""
    found = entries(library.mentions(KIND, values=rows[chosen] if chosen else None))
    return render_template(
        "kb_glossary/glossary.html",
        names=[name for name, terms in rows.items() if terms],
        chosen=chosen,
        rows=by_row(found),
        total=total,
        meaning=meaning,
    )


def _chosen(rows: Mapping[str, Collection[str]]) -> str:
    """The row that is asked for, else the first that has terms."""
    asked = request.args.get("row", "")
    return asked if rows.get(asked) else next(name for name, terms in rows.items() if terms)


def terms_of(section: Section) -> Markup | str:
    """The terms that an article (with what stands below it on the page) uses, each with what it means."""
    library = current_library()
    known = library.values(KIND)
    if not known:
        return ""
    shown = [one for one in library.sections(section.document) if one.path[: len(section.path)] == section.path]
    key = search_key("\n".join(one.text for one in shown))
    used = [term for term in known if len(term) > 1 and search_key(term) in key]
    found = entries(library.mentions(KIND, values=used))[:MOST]
    # Ours escapes what it shows.
    return Markup(render_template("kb_glossary/panel.html", entries=found)) if found else ""  # noqa: S704


PANEL = Panel("この記事の用語", terms_of, order=50)
VIEW = View("用語集", blueprint, order=40)
