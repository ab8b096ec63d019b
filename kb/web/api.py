"""``/api/documents``: programs bring files with a token, and ask what has become of them. Answers are JSON."""

from __future__ import annotations

import logging
from typing import Any, BinaryIO, cast

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from kb.desk import Item
from kb.errors import ConfigError, ExtractionError, KbError
from kb.library import Origin, Receipt
from kb.model import AccessClass, Config, Role
from kb.web.access import needs
from kb.web.errors import TITLES, status_of
from kb.web.site import current_actor, current_site

log = logging.getLogger(__name__)

blueprint = Blueprint("api", __name__, url_prefix="/api")

#: Bytes of a request beside its file: the other fields, and what parts them.
_AROUND = 1 << 16

_ACCEPTED = {"accepted": 202, "unchanged": 200, "duplicate": 200, "binned": 409}
"""Status by what an arrival is: 202 says that there is more to come (RFC 9110, 15.3.3)."""


def _most(config: Config) -> int:
    return (config.max_file_megabytes << 20) + _AROUND


@blueprint.post("/documents")
@needs(Role.STAFF, token=True, body=_most)
def add() -> ResponseReturnValue:
    """Bring a file: ``file``, and optionally ``type``, ``access``, ``document`` (a new version of it), ``publish``.

    It is acknowledged when it is kept for good; reading it comes afterwards.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        raise ConfigError("file", "ファイルがありません。", "multipart/form-data の file に付けて送ってください。")
    receipt = current_site().library.accept(file.filename, cast("BinaryIO", file.stream), _origin(), current_actor())
    return _receipt(receipt), _ACCEPTED[receipt.status], {"Location": _address(receipt.document)}


def _origin() -> Origin:
    form = request.form
    chosen = form.get("access", "")
    if chosen and chosen not in set(AccessClass):
        raise ConfigError("access", f"公開範囲「{chosen}」はありません。", f"使える値：{'、'.join(AccessClass)}")
    return Origin(
        "upload",
        content_type=form.get("type", ""),
        access=AccessClass(chosen) if chosen else None,
        document=form.get("document", ""),
        held=form.get("publish", "") not in {"1", "true", "yes"},
    )


def _receipt(receipt: Receipt) -> dict[str, Any]:
    about = {"document": receipt.document, "version": receipt.version, "status": receipt.status}
    if receipt.status == "binned":
        about["error"] = "この資料はごみ箱にあります。戻してから使ってください。"
    return about | {"url": _address(receipt.document)}


def _address(document: str) -> str:
    return url_for("api.one", document=document)


@blueprint.get("/documents/<document>")
@needs(Role.STAFF, token=True)
def one(document: str) -> ResponseReturnValue:
    """How far a document has come: ``state``, what is to be decided on, and why its latest file could not be read."""
    return _item(current_site().library.desk(current_actor()).item(document))


def _item(item: Item) -> dict[str, Any]:
    document, latest = item.document, item.latest
    return {
        "document": document.id,
        "state": document.state.value,
        "title": document.title,
        "type": document.type or None,
        "date": document.date.isoformat() if document.date else None,
        "access": document.access.value,
        "version": latest.number,
        "version_state": latest.state,
        "findings": item.findings,
        "warnings": list(document.warnings),
        "binned": document.binned_at is not None,
        "error": f"{latest.reason}{latest.fix}" or None,
    }


# ------------------------------------------------------------------------------------------------------- errors


@blueprint.errorhandler(KbError)
def refused(error: KbError) -> ResponseReturnValue:
    """What the library refuses, in its own words: also that a disk is full, which staff can do something about."""
    status = 400 if isinstance(error, ConfigError | ExtractionError) else status_of(error)
    if status == 500:
        raise error
    if status > 500:
        log.error("%s: %s", type(error).__name__, error)
    return {"error": f"{error.reason}{error.fix}"}, status


@blueprint.errorhandler(HTTPException)
def of_http(error: HTTPException) -> ResponseReturnValue:
    """What Flask refuses: a body that is too large, for one."""
    title, advice = TITLES.get(error.code or 400, TITLES[400])
    return {"error": f"{title}。{advice}"}, error.code or 400
