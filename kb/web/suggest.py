"""``/suggest``: what somebody may mean who is typing, from what they may read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from kb.web.access import open_to_all
from kb.web.asking import clean
from kb.web.site import current_library

blueprint = Blueprint("suggest", __name__)

#: Phrases offered at a time: what is seen without scrolling.
MOST = 8

#: Characters that are read; ``completion.LONGEST`` is less.
LONGEST = 100


@blueprint.get("/suggest")
@open_to_all
def suggest() -> dict[str, Any]:
    """Phrases for what has been typed last, each with the number of articles that have it, and the whole query."""
    typed = clean(request.args.get("q", ""), LONGEST)
    before, space, last = typed.replace("\u3000", " ").rpartition(" ")
    found = current_library().completions(last, MOST) if last else []
    return {
        "suggestions": [{"text": one.text, "query": f"{before}{space}{one.text}", "count": one.count} for one in found]
    }
