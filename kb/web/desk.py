"""``/desk/``: what staff have to do with documents, bringing new ones, and the bin."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from kb.desk import Desk
from kb.errors import ConfigError, ExtractionError, StorageError
from kb.library import Origin, Receipt
from kb.model import AccessClass, Config, Role, State
from kb.web.access import needs
from kb.web.asking import page_number
from kb.web.search import window
from kb.web.site import current_actor, current_library, current_site

log = logging.getLogger(__name__)

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

PER_PAGE = 30

#: The states in the order in which they are for staff to look at.
STATES = (State.DRAFT, State.WAITING, State.FAILED, State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file that was brought."""

    name: str
    status: str
    """``accepted``, ``unchanged``, ``duplicate``, ``binned`` or ``refused``."""
    text: str
    document: str = ""

    @property
    def url(self) -> str:
        """Where to go on; empty for what was refused."""
        if not self.document:
            return ""
        return (
            url_for("desk.recycle")
            if self.status == "binned"
            else url_for("desk_document.page", document=self.document)
        )


TEXTS = {
    "accepted": "受け付けました。読み取りが終わると、内容を確かめて公開できます。",
    "unchanged": "同じ内容のファイルを、既に受け付けています。",
    "duplicate": "同じ内容の資料が、既にあります。",
    "binned": "同じ資料がごみ箱にあります。使うには、ごみ箱から戻してください。",
}


def current_desk() -> Desk:
    """The desk of whoever is asking.

    Raises:
        ForbiddenError: they are no staff.

    """
    return current_site().library.desk(current_actor())


@blueprint.get("/")
@needs(Role.STAFF)
def index() -> str:
    """Documents in one state, those that somebody has to look at first."""
    desk = current_desk()
    counts = desk.counts()
    chosen = _state(request.args.get("state", "")) or next((s for s in STATES if counts.get(s)), State.DRAFT)
    pages = max(-(-counts.get(chosen, 0) // PER_PAGE), 1)
    page = min(page_number(request.args.get("page", "")), pages)
    return render_template(
        "views/desk.html",
        items=desk.items(chosen, limit=PER_PAGE, offset=(page - 1) * PER_PAGE),
        counts=[(state, counts.get(state, 0)) for state in STATES],
        binned=len(desk.binned()),
        chosen=chosen,
        page=page,
        pages=pages,
        window=window(page, pages),
        **choices(),
    )


def choices() -> dict[str, object]:
    """What can be chosen for a file."""
    config = current_site().library.config
    return {
        "kinds": list(current_library().content_types.values()),
        "classes": list(AccessClass),
        "megabytes": config.max_file_megabytes,
        "most_files": config.upload_files,
    }


def _state(value: str) -> State | None:
    return State(value) if value in set(State) else None


def most_bytes(config: Config) -> int:
    """Bytes of a form with files: as many as one file may have, for several small ones together too."""
    return (config.max_file_megabytes + 1) << 20


@blueprint.post("/")
@needs(Role.STAFF, body=most_bytes)
def bring() -> ResponseReturnValue:
    """Take files in, each by itself: one that is refused is no concern of the others."""
    files = [file for file in request.files.getlist("files") if file.filename]
    most = current_site().library.config.upload_files
    received = [_received(file) for file in files[:most]]
    if request.accept_mimetypes.best == "application/json":
        return [
            {"name": r.name, "status": r.status, "text": r.text, "document": r.document, "url": r.url} for r in received
        ]
    if not files:
        flash("ファイルが選ばれていません。")
        return redirect(url_for("desk.index"), 303)
    return render_template("views/received.html", received=received, left=len(files) - len(received))


def _received(file: FileStorage) -> Received:
    name = file.filename or ""
    try:
        return received_as(name, accept(file, _origin()))
    except (ExtractionError, ConfigError, StorageError) as error:
        if isinstance(error, StorageError):
            log.error("%s", error)  # noqa: TRY400 - a full disk: where it happened says nothing
        return Received(name, "refused", f"{error.reason}{error.fix}")


def received_as(name: str, receipt: Receipt) -> Received:
    """A receipt in words."""
    status = "unchanged" if receipt.again else receipt.status
    return Received(name, status, TEXTS[status], receipt.document)


def accept(file: FileStorage, origin: Origin) -> Receipt:
    """Keep one file of a form.

    Raises:
        ExtractionError: it is larger than may be, or more than the account may bring.
        ConfigError: there is no such content type.

    """
    with closing(file):  # a large one lies in a temporary file until then
        stream = cast("BinaryIO", file.stream)
        return current_site().library.accept(file.filename or "", stream, origin, current_actor())


def _origin() -> Origin:
    chosen = request.form.get("access", "")
    return Origin(
        "upload",
        content_type=request.form.get("type", ""),
        access=AccessClass(chosen) if chosen in set(AccessClass) else None,
        held=True,
    )


@blueprint.get("/bin")
@needs(Role.STAFF)
def recycle() -> str:
    """What is in the bin."""
    return render_template("views/bin.html", documents=current_desk().binned())


@blueprint.post("/bin/<document>")
@needs(Role.STAFF)
def restore(document: str) -> ResponseReturnValue:
    """Take a document out of the bin."""
    current_desk().restore(document)
    current_site().library.bring_up_to_date()
    flash("ごみ箱から戻しました。")
    return redirect(url_for("desk_document.page", document=document), 303)
