"""``/desk/words``: the controlled vocabularies of fields, and the words that staff add to them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.errors import ConfigError, NotFoundError
from kb.model import Field, Role
from kb.web.access import needs
from kb.web.desk import current_desk
from kb.web.site import current_library

blueprint = Blueprint("desk_words", __name__, url_prefix="/desk/words")


@dataclass(frozen=True, slots=True)
class Words:
    """One vocabulary."""

    field: Field
    kind: str
    """What kind of documents it is for."""
    added: tuple[str, ...]


@blueprint.get("/")
@needs(Role.STAFF)
def index() -> str:
    """All vocabularies."""
    return _page()


def _page(error: ConfigError | None = None) -> str:
    desk = current_desk()
    every = [
        Words(field, kind, tuple(word for word in desk.vocabulary(field) if word not in field.choices))
        for field, kind in controlled().values()
    ]
    return render_template("views/words.html", vocabularies=every, error=error)


def controlled() -> dict[str, tuple[Field, str]]:
    """The fields with a vocabulary by their names, each with the label of its content type."""
    kinds = current_library().content_types.values()
    return {field.name: (field, kind.label) for kind in kinds for field in kind.fields if field.choices}


@blueprint.post("/<field>")
@needs(Role.STAFF)
def change(field: str) -> ResponseReturnValue:
    """Add a word, or offer one no more."""
    found = controlled().get(field)
    if found is None:
        raise NotFoundError(field, "この名前の語彙はありません。", "語彙の一覧から選んでください。")
    desk, word = current_desk(), request.form.get("word", "").strip()
    if request.form.get("do") == "remove":
        desk.remove_word(found[0], word)
        flash(f"「{word}」を語彙から外しました。既に付いている資料はそのままです。")
    else:
        try:
            desk.add_word(found[0], word)
        except ConfigError as error:
            return _page(error), 400
        flash(f"「{word}」を語彙に加えました。")
    return redirect(url_for("desk_words.index"), 303)
