"""``/desk/searches/``: what people looked for in vain, and what should have come up."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.lexicon import rank
from kb.model import Document, Role, Section
from kb.search.query import parse
from kb.store.searches import Expectation, Miss
from kb.web.access import needs
from kb.web.asking import clean
from kb.web.site import current_actor, current_library, current_site

blueprint = Blueprint("desk_searches", __name__, url_prefix="/desk/searches")

#: Searches shown, and articles to choose from.
MOST, CHOICES = 100, 10

#: Characters of a query.
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Lost:
    """A search in vain, with what might help."""

    miss: Miss
    corrections: list[str]


@dataclass(frozen=True, slots=True)
class Expected:
    """A section that should come up, and where it does."""

    expectation: Expectation
    section: Section
    document: Document
    rank: int
    """0: not among the first."""


@blueprint.get("/")
@needs(Role.STAFF)
def index() -> str:
    """What still finds too little, most often looked for first; what finds something by now is forgotten."""
    library = current_site().library
    misses = library.store.searches.misses(MOST)
    found = [miss for miss in misses if library.reader(miss.access).answers(miss.text)]
    if found:
        library.store.searches.forget(found)
    lost = [
        Lost(miss, library.reader(miss.access).corrections(parse_words(miss.text)))
        for miss in misses
        if miss not in found
    ]
    return render_template("views/misses.html", lost=lost, helped=len(found), expected=expected())


def parse_words(text: str) -> list[str]:
    """The words of a query, if it is nothing but words."""
    return [] if any(sign in text for sign in '"「*:()（）|') else text.replace("\u3000", " ").split()


def expected() -> list[Expected]:
    """What should come up and where it does, what does not first."""
    library = current_library()
    found = []
    for one in current_site().library.store.searches.expectations():
        for section, document in library.with_documents([one.section]):
            found.append(Expected(one, section, document, rank(current_library(), one.query, one.section)))
    return sorted(found, key=lambda one: (one.rank == 0, one.rank), reverse=True)


@blueprint.post("/forget")
@needs(Role.STAFF)
def forget() -> ResponseReturnValue:
    """Do not show a search any more."""
    searches, text = current_site().library.store.searches, request.form.get("text", "")
    searches.forget([miss for miss in searches.misses(1_000_000) if miss.text == text])
    flash(f"「{text}」を一覧から消しました。")
    return redirect(url_for("desk_searches.index"), 303)


@blueprint.get("/expect")
@needs(Role.STAFF)
def choose() -> str:
    """Look for the article that should have come up."""
    query, words = (clean(request.args.get(name, ""), LONGEST) for name in ("query", "words"))
    found = current_library().search(parse(words, per_page=CHOICES)).hits if words else ()
    return render_template("views/expect.html", query=query, words=words, found=found)


@blueprint.post("/expect")
@needs(Role.STAFF)
def expect() -> ResponseReturnValue:
    """An article should come up for a query."""
    query = clean(request.form.get("query", ""), LONGEST)
    if not query:
        flash("検索する言葉がありません。")
        return redirect(url_for("desk_searches.index"), 303)
    section = current_library().section(request.form.get("article", ""))
    current_site().library.store.searches.expect(query, section.id, current_actor().name)
    flash(f"「{query}」で「{section.label}」が出ることを、これから確かめます。")
    return redirect(url_for("desk_searches.index"), 303)


@blueprint.post("/give-up")
@needs(Role.STAFF)
def give_up() -> ResponseReturnValue:
    """An article need not come up any more."""
    query, section = request.form.get("query", ""), request.form.get("article", "")
    current_site().library.store.searches.give_up(query, section, current_actor().name)
    flash(f"「{query}」の記録を消しました。")
    return redirect(url_for("desk_searches.index"), 303)
