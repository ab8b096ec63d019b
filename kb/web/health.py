"""``/health``: whether the catalogue and the index answer, for whoever watches over the server."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from kb.errors import KbError
from kb.model import Query
from kb.web.access import open_to_all
from kb.web.relay import in_any_process
from kb.web.site import current_library

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@open_to_all
@in_any_process
def health() -> tuple[dict[str, Any], int]:
    """Status 200 with the number of public documents and sections, or 503 with what is wrong."""
    library = current_library()
    try:
        documents, sections = library.counts()
        library.search(Query(per_page=1, facets=()))
    except KbError as error:
        return {"status": "error", "reason": f"{error.reason}{error.fix}"}, 503
    return {"status": "ok", "documents": documents, "sections": sections}, 200
