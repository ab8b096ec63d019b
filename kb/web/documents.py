"""``/documents/``: the list of all documents, one document, and its original file."""

from __future__ import annotations

import re
from collections import Counter
from unicodedata import category

from flask import Blueprint, Response, render_template, request, send_file

from kb.web.access import open_to_all
from kb.web.asking import page_number
from kb.web.relay import in_any_process
from kb.web.search import window
from kb.web.site import current_library

blueprint = Blueprint("documents", __name__, url_prefix="/documents")

#: Documents on one page of the list.
PER_PAGE = 50

PDF = "application/pdf"

#: Types that a browser cannot run anything in. Any other original goes out as bytes without a meaning.
SAFE_TYPES = frozenset(
    {
        PDF,
        "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)

#: An original comes from anywhere: it can load nothing, run nothing and stand in no other site's frame. Chromium's
#: viewer shows a PDF all the same (tests/browser).
POLICY = "default-src 'none'; sandbox; frame-ancestors 'self'"

_PATH_SIGNS = re.compile(r'[\\/:*?"<>|]')


@blueprint.get("/")
@open_to_all
@in_any_process
def index() -> str:
    """All documents, newest first, of all types or of one."""
    library = current_library()
    everything = library.documents()
    kinds = Counter(document.type for document in everything)
    chosen = request.args.get("type", "")
    chosen = chosen if chosen in kinds else ""
    found = [document for document in everything if chosen in {"", document.type}]
    pages = max(-(-len(found) // PER_PAGE), 1)
    page = min(page_number(request.args.get("page", "")), pages)
    return render_template(
        "views/documents.html",
        documents=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(found),
        everything=len(everything),
        kinds=[(name, library.content_types.get(name), count) for name, count in kinds.most_common()],
        chosen=chosen,
        page=page,
        pages=pages,
        window=window(page, pages),
    )


@blueprint.get("/<document>")
@open_to_all
@in_any_process
def document(document: str) -> str:
    """What is known about one document, and its contents."""
    library = current_library()
    found = library.document(document)
    return render_template("views/document.html", document=found, outline=library.outline(found.id))


@blueprint.get("/<document>/original")
@open_to_all
def original(document: str) -> Response:
    """The original file: a PDF is shown, unless ``download`` is asked for; anything else is saved."""
    library = current_library()
    found = library.document(document)
    inline = found.media_type == PDF and "download" not in request.args
    response = send_file(
        library.original(found),
        mimetype=found.media_type if found.media_type in SAFE_TYPES else "application/octet-stream",
        as_attachment=not inline,
        download_name=download_name(found.file_name) or found.id,
        etag=found.sha256,
    )
    response.headers["Content-Security-Policy"] = POLICY
    return response


def download_name(file_name: str) -> str:
    """A file's name without what could break a header, leave a folder, or make it look like another kind of file."""
    # Category C: control characters, and the invisible ones that turn the writing direction (exe.txt for txt.exe).
    plain = "".join(c for c in file_name if not category(c).startswith("C"))
    return _PATH_SIGNS.sub("_", plain).strip(" .")
