"""``/help``: how to write what one is looking for."""

from __future__ import annotations

from flask import Blueprint, render_template

from kb.web.access import open_to_all
from kb.web.site import current_library

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@open_to_all
def page() -> str:
    """The rules of the query language in plain Japanese, each with an example to try."""
    return render_template("views/help.html", content_types=current_library().content_types.values())
