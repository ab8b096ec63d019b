"""``/api/``: programs search, read, and bring files. Answers are JSON; who may know of what is as on the pages."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kb import answers
from kb.answers import Addresses, Article, WholePaper
from kb.desk import Item
from kb.errors import ConfigError, ExtractionError, KbError, QuotaError, StorageError
from kb.library import QUOTA_TIME, Origin, Receipt
from kb.model import AccessClass, Config, Document, Filter, Role
from kb.search.query import MAX_LENGTH, MAX_PER_PAGE
from kb.web.access import needs, open_to_programs
from kb.web.api_answers import Acknowledged, FacetOfResults, HandledPaper, Links, Papers, Results, Suggestions, Value
from kb.web.asking import LAST_PAGE, LONGEST_VALUE, SORTS, Asked, current_facets
from kb.web.desk import accept
from kb.web.errors import problem
from kb.web.openapi import Operation, given, operation
from kb.web.parameters import Choice, Number, Parameter
from kb.web.relay import in_any_process
from kb.web.search import Facet, facets_of
from kb.web.site import current_actor, current_library, current_site
from kb.web.suggest import LONGEST as LONGEST_TYPED
from kb.web.suggest import offered

log = logging.getLogger(__name__)

blueprint = Blueprint("api", __name__, url_prefix="/api")

#: Bytes of a request beside its file: the other fields, and what parts them.
_AROUND = 1 << 16

_ACCEPTED = {"accepted": 202, "unchanged": 200, "duplicate": 200, "binned": 409}
"""Status by what an arrival is: 202 says that there is more to come (RFC 9110, 15.3.3)."""

ADDRESSES = Addresses(
    section=lambda section: url_for("reading.section", section=section),
    document=lambda document: url_for("documents.document", document=document),
    original=lambda document: url_for("documents.original", document=document),
)

PUBLISH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
"""What ``publish`` may say, and what it means."""

PAGE = Number("page", "何ページ目か（1から）", most=LAST_PAGE)
PER_PAGE = Number("per_page", "1ページの件数", usual=10, most=MAX_PER_PAGE)

SEARCH = Operation(
    "記事を検索する",
    {200: Results},
    (
        Parameter("q", "検索する語。書き方は画面と同じです。省くとすべての記事", MAX_LENGTH),
        Choice("sort", "並べ方：relevance 関連の高い順、date 新しい順", values=tuple(SORTS)),
        PAGE,
        PER_PAGE,
    ),
    facets=True,
)

SUGGEST = Operation(
    "打ちかけの言葉から候補を出す", {200: Suggestions}, (Parameter("q", "打ちかけの言葉", LONGEST_TYPED),)
)

DOCUMENTS = Operation(
    "資料の一覧", {200: Papers}, (Parameter("type", "資料の種類の名前", LONGEST_VALUE), PAGE, PER_PAGE)
)

ADD = Operation(
    "ファイルを取り込む。答えた時点で確かに保管されています",
    {202: Acknowledged, 200: Acknowledged, 409: Acknowledged},
    form={
        "type": "object",
        "properties": {
            "file": {"type": "string", "contentMediaType": "application/octet-stream", "description": "ファイル"},
            "type": {"type": "string", "description": "資料の種類の名前。省くと中身から決めます"},
            "access": {"type": "string", "enum": list(AccessClass), "description": "公開範囲。省くと種類ごとの既定"},
            "document": {"type": "string", "description": "資料のID。その資料の新しい版として受け付けます"},
            "publish": {
                "type": "string",
                "enum": list(PUBLISH),
                "description": "指摘がなければそのまま公開する",
            },
        },
        "required": ["file"],
    },
    refusals=(404, 409, 429),
)


# ------------------------------------------------------------------------------------------------------ reading


@blueprint.get("/search")
@open_to_programs
@operation(SEARCH)
@in_any_process
def search() -> ResponseReturnValue:
    """One page of the answer to a query, with facets."""
    library, asked = current_library(), given()
    names = current_facets()
    filters = tuple(Filter(name, value) for name in names for value in asked[name])
    question, size = Asked(asked["q"], filters, asked["sort"], asked["page"]), asked["per_page"]
    page = library.search(question.query(size, names))
    args = {**question.args, "per_page": size}
    return asdict(
        Results(
            q=question.text,
            total=page.total,
            partial=page.partial,
            page=question.page,
            per_page=size,
            pages=page.pages,
            hits=tuple(answers.found(hit, ADDRESSES) for hit in page.hits),
            facets=tuple(map(_facet, facets_of(question, page))),
            links=_links("api.search", args, question.page, page.pages),
        )
    )


@blueprint.get("/suggest")
@open_to_programs
@operation(SUGGEST)
@in_any_process
def suggest() -> ResponseReturnValue:
    """Phrases for what has been typed last: in kanji, kana or romaji, or half converted."""
    return asdict(Suggestions(offered(given()["q"])))


def _facet(facet: Facet) -> FacetOfResults:
    values = tuple(Value(one.value, one.label, one.number, one.chosen) for one in facet.choices)
    return FacetOfResults(facet.field, facet.label, values)


def _links(endpoint: str, args: Mapping[str, Any], page: int, pages: int) -> Links:
    """Links to the pages of a list; one before those that there are leads to the last."""

    def to(number: int) -> str:
        return url_for(endpoint, **{**args, "page": number})

    last = max(pages, 1)
    previous = to(min(page - 1, last)) if page > 1 else None
    return Links(to(1), previous, to(page + 1) if page < last else None, to(last))


@blueprint.get("/documents")
@open_to_programs
@operation(DOCUMENTS)
def documents() -> ResponseReturnValue:
    """The documents, newest first."""
    library, asked = current_library(), given()
    every = library.documents(asked["type"])
    page, size = asked["page"], asked["per_page"]
    shown, pages = every[(page - 1) * size : page * size], -(-len(every) // size)
    args = {"type": asked["type"] or None, "per_page": size}
    papers = tuple(answers.paper(one, library, ADDRESSES) for one in shown)
    return asdict(Papers(len(every), page, size, pages, papers, _links("api.documents", args, page, pages)))


@blueprint.get("/documents/<document>")
@open_to_programs
@operation(Operation("資料と目次。職員には、どこまで進んだかも", {200: WholePaper | HandledPaper}))
def one(document: str) -> ResponseReturnValue:
    """One document with its table of contents; to staff, also how far it has come."""
    actor = current_actor()
    if not actor.covers(Role.STAFF):
        return asdict(_whole(current_library().document(document)))
    item = current_site().library.desk(actor).item(document)
    # Reading it is written down, as for everybody; asking what has become of a file is not reading.
    whole = _whole(current_library().document(document)) if item.is_shown else _whole(item.document, empty=True)
    return asdict(_handled(whole, item))


def _whole(document: Document, *, empty: bool = False) -> WholePaper:
    library = current_library()
    return answers.whole_paper(document, [] if empty else library.outline(document.id), library, ADDRESSES)


def _handled(whole: WholePaper, item: Item) -> HandledPaper:
    document, latest = item.document, item.latest
    about = {field.name: getattr(whole, field.name) for field in fields(whole)}
    return HandledPaper(
        **about | {"version": latest.number},
        state=document.state.value,
        version_state=latest.state,
        findings=item.matters,
        warnings=document.warnings,
        binned=document.binned_at is not None,
        error=f"{latest.reason}{latest.fix}" or None,
    )


@blueprint.get("/sections/<section>")
@open_to_programs
@operation(Operation("記事の本文、注釈、前後の記事", {200: Article}))
@in_any_process
def section(section: str) -> ResponseReturnValue:
    """One article."""
    return asdict(answers.article(section, current_library(), ADDRESSES))


# ------------------------------------------------------------------------------------------------------ bringing


def _most(config: Config) -> int:
    return (config.max_file_megabytes << 20) + _AROUND


@blueprint.post("/documents")
@needs(Role.STAFF, token=True, body=_most)
@operation(ADD)
def add() -> ResponseReturnValue:
    """Bring a file: ``file``, and optionally ``type``, ``access``, ``document`` (a new version of it), ``publish``.

    It is acknowledged when it is kept for good; reading it comes afterwards.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        raise ConfigError("file", "ファイルがありません。", "multipart/form-data の file に付けて送ってください。")
    receipt = accept(file, _origin())
    return _receipt(receipt), _ACCEPTED[receipt.status], {"Location": _address(receipt.document)}


def _origin() -> Origin:
    form = request.form
    chosen, publish = form.get("access", ""), form.get("publish", "no")
    if publish not in PUBLISH:
        raise ConfigError("publish", f"publish「{publish}」は分かりません。", f"使える値：{'、'.join(PUBLISH)}")
    if chosen and chosen not in set(AccessClass):
        raise ConfigError("access", f"公開範囲「{chosen}」はありません。", f"使える値：{'、'.join(AccessClass)}")
    return Origin(
        "upload",
        content_type=form.get("type", ""),
        access=AccessClass(chosen) if chosen else None,
        document=form.get("document", ""),
        held=not PUBLISH[publish],
    )


def _receipt(receipt: Receipt) -> dict[str, Any]:
    error = "この資料はごみ箱にあります。戻してから使ってください。" if receipt.status == "binned" else None
    address = _address(receipt.document)
    return asdict(Acknowledged(receipt.document, receipt.version, receipt.status, address, error))


def _address(document: str) -> str:
    return url_for("api.one", document=document)


# ------------------------------------------------------------------------------------------------------- errors


@blueprint.errorhandler(ConfigError)
@blueprint.errorhandler(ExtractionError)
def refused(error: KbError) -> Response:
    """What cannot be taken as it was sent, in the library's words."""
    return problem(400, f"{error.reason}{error.fix}")


@blueprint.errorhandler(StorageError)
def no_room(error: StorageError) -> Response:
    """A disk that is full, say: staff can do something about it."""
    log.error("%s: %s", type(error).__name__, error)
    return problem(503, f"{error.reason}{error.fix}")


@blueprint.errorhandler(QuotaError)
def too_much(error: QuotaError) -> Response:
    """An account has brought too much: after the time that the quota is for, nothing of it counts any more."""
    response = problem(429, f"{error.reason}{error.fix}")
    response.headers["Retry-After"] = str(int(QUOTA_TIME.total_seconds()))
    return response
