"""Error pages: each kind of error is mapped to a page once, here."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from uuid import uuid4

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from kb.errors import (
    AccountError,
    BusyError,
    ConflictError,
    DamagedError,
    ForbiddenError,
    IndexBrokenError,
    KbError,
    NotFoundError,
    ProviderError,
    StorageError,
)
from kb.web.hosts import HostError
from kb.web.site import current_site

log = logging.getLogger(__name__)

#: How the addresses begin whose answers are for programs.
INTERFACE = "/api/"

TITLES: Mapping[int, tuple[str, str]] = {
    400: ("要求を理解できませんでした", "アドレスを確かめて、もう一度お試しください。"),
    401: ("ログインかトークンが必要です", "ログインするか、使えるトークンを送ってください。"),
    403: ("このページは使えません", "必要なときは、管理者にご相談ください。"),
    404: ("ページが見つかりません", "アドレスを確かめるか、検索し直してください。"),
    409: ("ほかの人が先に変更しました", "ページを開き直して、もう一度お試しください。"),
    405: ("この操作はできません", "前のページに戻って、やり直してください。"),
    410: ("この資料は公開を終えました", "検索し直すか、資料の一覧から選んでください。"),
    413: ("送られたデータが大きすぎます", "小さく分けて、もう一度お試しください。"),
    429: ("送られた量か回数が多すぎます", "時間を置いて、もう一度お試しください。"),
    500: ("エラーが起きました", "しばらくしてから、もう一度お試しください。"),
    502: ("組織のログインのサーバーから答えがありません", "しばらくしてから、もう一度お試しください。"),
    503: ("ただいま利用できません", "しばらくしてから、もう一度お試しください。"),
}
"""Title and advice by status; others get those of 400 or 500."""

STATUS: Mapping[type[KbError], int] = {
    AccountError: 400,
    HostError: 400,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    BusyError: 503,
    StorageError: 503,
    DamagedError: 503,
    IndexBrokenError: 503,
    ProviderError: 502,
}
"""The status of each kind of error; any other one is a fault of ours (500)."""


def register(app: Flask) -> None:
    """Show errors as pages in Japanese."""
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(KbError, of_library)
    app.register_error_handler(Exception, unexpected)


def of_http(error: HTTPException) -> Response:
    """What Flask itself refuses. Headers such as Allow are kept."""
    if error.response is not None or error.code is None:
        return error.get_response()
    response, ours = error.get_response(), _response(error.code)
    response.set_data(ours.get_data())
    response.content_type = ours.content_type
    return response


def of_library(error: KbError) -> Response:
    """What the library refuses, in its own words where they are for visitors."""
    if isinstance(error, HostError):
        # No page of ours: every address on it would be on the foreign name.
        return Response(f"{error.reason}{error.fix}", 400, content_type="text/plain; charset=utf-8")
    status = status_of(error)
    if status == 500:
        return unexpected(error)
    if status > 500:
        log.error("%s: %s", type(error).__name__, error)
    # The subject may be a path on the server: it is for the log.
    return _response(status, f"{error.reason}{error.fix}" if status < 500 else "")


def status_of(error: KbError) -> int:
    """The status that an error of the library is."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)


def unexpected(error: Exception) -> Response:
    """A fault of ours: the log has everything, the visitor a number by which it is found there."""
    plugin = current_site().owners.get(request.blueprint or "")
    if plugin:
        current_site().broken(plugin, "kb_views", request.path)
    number = uuid4().hex[:8]
    log.error("error %s", number, exc_info=error)
    return _response(500, number=number)


def problem(status: int, detail: str = "") -> Response:
    """A refusal for a program (RFC 9457)."""
    title, advice = _title(status)
    detail = detail or f"{title}。{advice}"
    # ``error`` is what ``detail`` was called before.
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, "error": detail}
    return Response(json.dumps(told, ensure_ascii=False), status, content_type="application/problem+json")


def _response(status: int, detail: str = "", number: str = "") -> Response:
    """A page, or what a program reads."""
    title, advice = _title(status)
    if request.path.startswith(INTERFACE):
        return problem(status, f"{title}（番号 {number}）。{advice}" if number else detail)
    page = render_template("views/error.html", status=status, heading=title, detail=detail or advice, number=number)
    return Response(page, status, content_type="text/html; charset=utf-8")


def _title(status: int) -> tuple[str, str]:
    return TITLES.get(status) or TITLES[400 if status < 500 else 500]
