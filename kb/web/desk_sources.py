"""``/desk/sources``: where files come from by themselves, and how it went."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kb.model import Role
from kb.web.access import needs
from kb.web.desk import current_desk
from kb.web.site import current_site

blueprint = Blueprint("desk_sources", __name__, url_prefix="/desk/sources")


@blueprint.get("/")
@needs(Role.STAFF)
def index() -> str:
    """All sources, when they were looked through last, and what came of it."""
    library = current_site().library
    return render_template("views/sources.html", runs=library.runs(), failures=current_desk().lost())


@blueprint.post("/<source>")
@needs(Role.STAFF)
def ask(source: str) -> ResponseReturnValue:
    """Have a source looked through now."""
    current_site().library.ask(source)
    flash("まもなく調べます。少し待ってから、表示を更新してください。")
    return redirect(url_for("desk_sources.index"), 303)
