"""``/desk/<document>/annotations``: what a document's sections say, to be confirmed or removed by staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.desk import Desk
from kb.errors import ConfigError
from kb.model import Judgement, Kind, Mention, Role, words_of
from kb.web.access import needs
from kb.web.desk import current_desk
from kb.web.site import current_library, current_site

blueprint = Blueprint("desk_annotations", __name__, url_prefix="/desk")

#: Sentences shown for each.
MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Point:
    """All annotations that one judgement settles."""

    label: str
    value: str
    words: str
    places: tuple[Mention, ...]
    """The first of them."""
    count: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The points of one kind, and what has been removed of it."""

    kind: Kind
    points: tuple[Point, ...]
    removed: tuple[Judgement, ...]


@blueprint.get("/<document>/annotations")
@needs(Role.STAFF)
def page(document: str) -> str:
    """Every annotation with the sentences it stands in."""
    desk = current_desk()
    found = desk.item(document).document
    return render_template("views/annotations.html", document=found, groups=groups(desk, document))


def groups(desk: Desk, document: str) -> list[Group]:
    """What there is to say of a document's annotations, by kind."""
    mentions = desk.annotations(document)
    removed = [one for one in desk.judgements(document) if not one.right]
    kinds = [kind for kind in current_library().kinds.values() if kind.judged]
    every = [
        Group(
            kind,
            tuple(points(mention for mention in mentions if mention.annotation.kind == kind.name)),
            tuple(one for one in removed if one.kind == kind.name),
        )
        for kind in kinds
    ]
    return [group for group in every if group.points or group.removed]


def points(mentions: Iterable[Mention]) -> list[Point]:
    """Annotations by what is judged together, those not yet confirmed first, then by value."""

    def key(mention: Mention) -> tuple[bool, str, str]:
        return mention.annotation.confirmed, mention.annotation.value, words_of(mention.annotation, mention.section)

    together = groupby(sorted(mentions, key=key), key=key)
    return [_point(list(some), words, confirmed=confirmed) for (confirmed, _, words), some in together]


def _point(some: list[Mention], words: str, *, confirmed: bool) -> Point:
    first = some[0].annotation
    return Point(first.label, first.value, words, tuple(some[:MOST_PLACES]), len(some), confirmed)


@blueprint.post("/<document>/annotations")
@needs(Role.STAFF)
def judge(document: str) -> ResponseReturnValue:
    """Confirm annotations, remove them, or take back what was said."""
    try:
        _judge(document)
    except ConfigError as error:
        flash(str(error))
    current_site().library.bring_up_to_date()
    return redirect(url_for("desk_annotations.page", document=document), 303)


def _judge(document: str) -> None:
    form, desk = request.form, current_desk()
    said = Judgement(form.get("kind", ""), form.get("value", ""), form.get("evidence", "").replace("\r\n", "\n"), True)
    match form.get("do"):
        case "right":
            desk.judge(document, said)
            flash(f"「{said.evidence}」を確かめたと記録しました。")
        case "wrong":
            desk.judge(document, Judgement(said.kind, said.value, said.evidence, False))
            flash(f"「{said.evidence}」を外しました。検索の絞り込みや一覧に出なくなります。")
        case "back":
            desk.withdraw_judgement(document, said)
            flash(f"「{said.evidence}」を元に戻しました。")
        case _:
            flash("操作が選ばれていません。")
