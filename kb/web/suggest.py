"""``/suggest``: what somebody may mean who is typing, from what they may read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, request

from kb.web.access import open_to_all
from kb.web.api_answers import Suggestion
from kb.web.asking import clean
from kb.web.relay import in_any_process
from kb.web.site import current_library

blueprint = Blueprint("suggest", __name__)

#: Phrases offered at a time: what is seen without scrolling.
MOST = 8

#: Characters that are read; ``completion.LONGEST`` is less.
LONGEST = 100


@blueprint.get("/suggest")
@open_to_all
@in_any_process
def suggest() -> dict[str, Any]:
    """Phrases for what has been typed last, each with the number of articles that have it, and the whole query."""
    return {"suggestions": [asdict(one) for one in offered(clean(request.args.get("q", ""), LONGEST))]}


def offered(typed: str) -> tuple[Suggestion, ...]:
    """Phrases for the last word of what has been typed."""
    before, space, last = typed.replace("\u3000", " ").rpartition(" ")
    found = current_library().completions(last, MOST) if last else []
    return tuple(Suggestion(one.text, f"{before}{space}{one.text}", one.count) for one in found)
