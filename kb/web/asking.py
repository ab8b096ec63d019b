"""What a visitor asks for: the address of the present request, read as ``kb.asked`` does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from flask import g, request
from werkzeug.datastructures import MultiDict

from kb import asked as of_people
from kb.asked import LAST_PAGE as LAST_PAGE
from kb.asked import LONGEST_VALUE as LONGEST_VALUE
from kb.asked import MOST_FILTERS as MOST_FILTERS
from kb.asked import SORTS as SORTS
from kb.asked import Asked as Asked
from kb.asked import clean as clean
from kb.asked import facet_fields as facet_fields
from kb.asked import page_number as page_number
from kb.web.site import current_library


def asked() -> Asked:
    """What the address of the present request asks for. Whatever makes no sense in it counts as absent."""
    return read(request.args, current_facets())


def current_facets() -> Mapping[str, str]:
    """What results can be narrowed by here, with labels; put together once for each request."""
    if "kb_facets" not in g:
        library = current_library()
        g.kb_facets = facet_fields(library.content_types.values(), library.kinds.values())
    return cast("Mapping[str, str]", g.kb_facets)


def read(args: MultiDict[str, str], fields: Iterable[str]) -> Asked:
    """The same, from arguments and the names of the facets."""
    return of_people.read(args.to_dict(flat=False), fields)
