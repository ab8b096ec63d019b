"""``/``: what there is, and a box to search it."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, render_template

from kb.search.query import parse
from kb.web.access import open_to_all
from kb.web.relay import in_any_process
from kb.web.site import current_library

blueprint = Blueprint("home", __name__)

#: Things that people in this field look for; only those that find something are offered.
EXAMPLES = (
    "ゴミ屋敷",
    "ヤングケアラー",
    "8050 ひきこもり",
    '"制度の狭間"',
    "重層的支援",
    "生活困窮 家計",
    "見守り 民生委員",
    "子ども OR 若者 居場所",
)

#: Documents listed as the newest: what fits on a screen below the search box.
NEWEST = 6


@blueprint.get("/")
@open_to_all
@in_any_process
def index() -> str:
    """The search box, examples that find something, the newest documents, and what there is by type."""
    library = current_library()
    documents = library.documents()
    _, sections = library.counts()
    return render_template(
        "views/home.html",
        examples=[example for example in EXAMPLES if library.counted(parse(example, per_page=1)).total],
        newest=documents[:NEWEST],
        kinds=[(library.content_types.get(name), name, n) for name, n in Counter(d.type for d in documents).items()],
        documents=len(documents),
        sections=sections,
    )
