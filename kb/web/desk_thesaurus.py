"""``/desk/thesaurus/``: 類語辞書, edited by staff: what an entry does is shown before it is saved."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.errors import ConfigError, ConflictError, KbError
from kb.lexicon import Lexicon, words_in
from kb.model import Role, Synonyms
from kb.store.lexicon import Entry
from kb.text.normalize import search_key
from kb.web.access import needs
from kb.web.asking import clean, page_number
from kb.web.site import current_actor, current_site

blueprint = Blueprint("desk_thesaurus", __name__, url_prefix="/desk/thesaurus")

#: Changes on one page of the history.
PER_PAGE = 50

#: Characters of what is typed into a field.
LONGEST = 2000


def current_lexicon() -> Lexicon:
    """The thesaurus as whoever is asking may handle it.

    Raises:
        ForbiddenError: they are no staff.

    """
    return current_site().library.lexicon(current_actor())


@blueprint.get("/")
@needs(Role.STAFF)
def index() -> str:
    """All entries, or those that have a word."""
    lexicon, word = current_lexicon(), clean(request.args.get("q", ""), 100)
    entries = lexicon.entries()
    off = {entry.synonyms: entry for entry in entries if entry.off}
    return render_template(
        "views/thesaurus.html",
        word=word,
        own=[entry for entry in entries if not entry.off and _has(entry.synonyms, word)],
        given=[(synonyms, off.get(synonyms)) for synonyms in lexicon.given if _has(synonyms, word)],
        total=len(entries) - len(off) + len(lexicon.given),
    )


def _has(synonyms: Synonyms, word: str) -> bool:
    key = search_key(word).strip()
    return any(key in search_key(one) for one in (*synonyms.words, *synonyms.broader))


@blueprint.get("/new")
@needs(Role.STAFF)
def new() -> str:
    """A form for a new entry, with words that somebody has looked for."""
    return _form(Synonyms(words_in(clean(request.args.get("words", ""), LONGEST))))


@blueprint.get("/<int:number>")
@needs(Role.STAFF)
def edit(number: int) -> str:
    """A form for an entry of staff."""
    entry = current_lexicon().entry(number)
    return _form(entry.synonyms, entry.note, entry)


def _form(synonyms: Synonyms, note: str = "", before: Entry | None = None, error: KbError | None = None) -> str:
    return render_template(
        "views/synonyms.html", synonyms=synonyms, note=note, before=before, error=error, preview=None
    )


@blueprint.post("/preview")
@needs(Role.STAFF)
def preview() -> str:
    """What the entry would do."""
    lexicon, synonyms, before = current_lexicon(), _typed(), _before()
    found = lexicon.preview(synonyms, _note(), before.id if before else 0)
    return render_template(
        "views/synonyms.html", synonyms=synonyms, note=_note(), before=before, error=None, preview=found
    )


@blueprint.post("/save")
@needs(Role.STAFF)
def save() -> ResponseReturnValue:
    """Save it; searches use it at once."""
    try:
        current_lexicon().save(_typed(), _note(), _before())
    except ConfigError as error:
        return _form(_typed(), _note(), _before(), error), 400
    return _told("登録しました。次の検索から使われます。")


@blueprint.post("/remove")
@needs(Role.STAFF)
def remove() -> ResponseReturnValue:
    """Take an entry of staff away."""
    before = _before()
    if before:
        current_lexicon().remove(before)
    return _told("削除しました。履歴から元に戻せます。")


@blueprint.post("/off")
@needs(Role.STAFF)
def off() -> ResponseReturnValue:
    """Do without an entry of a plugin."""
    current_lexicon().do_without(_typed())
    return _told("この項目を使わないようにしました。")


@blueprint.get("/history")
@needs(Role.STAFF)
def history() -> str:
    """Who changed what."""
    page = page_number(request.args.get("page", ""))
    changes = current_lexicon().changes(PER_PAGE + 1, (page - 1) * PER_PAGE)
    return render_template(
        "views/thesaurus_history.html", changes=changes[:PER_PAGE], page=page, more=len(changes) > PER_PAGE
    )


@blueprint.post("/undo")
@needs(Role.STAFF)
def undo() -> ResponseReturnValue:
    """Undo a change."""
    try:
        current_lexicon().undo(_number("change"))
    except ConflictError as error:
        flash(f"{error.reason}{error.fix}")
        return redirect(url_for("desk_thesaurus.history"), 303)
    return _told("変更を元に戻しました。")


@blueprint.get("/export.csv")
@needs(Role.STAFF)
def export() -> Response:
    """The entries of staff as a table."""
    headers = {"Content-Disposition": "attachment; filename=thesaurus.csv"}
    return Response(current_lexicon().export(), mimetype="text/csv", headers=headers)


@blueprint.post("/import")
@needs(Role.STAFF)
def read_table() -> ResponseReturnValue:
    """Take in a table: all of it, or nothing."""
    file, lexicon = request.files.get("file"), current_lexicon()
    if file is None or not file.filename:
        return _told("ファイルが選ばれていません。")
    try:
        found = lexicon.read_table(file.read())
    except ConfigError as error:
        return _told(f"何も取り込みませんでした。{error}")
    if found:
        lexicon.add_all(found)
    return _told(f"{len(found)}件を取り込みました。" if found else "新しい項目はありませんでした。")


def _told(text: str) -> ResponseReturnValue:
    flash(text)
    return redirect(url_for("desk_thesaurus.index"), 303)


def _typed() -> Synonyms:
    words, broader = (words_in(clean_lines(request.form.get(name, ""))) for name in ("words", "broader"))
    return Synonyms(words, broader)


def clean_lines(text: str) -> str:
    """What was typed into a field of several lines."""
    return "\n".join(clean(line, LONGEST) for line in text[:LONGEST].splitlines())


def _note() -> str:
    return clean(request.form.get("note", ""), 300)


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _before() -> Entry | None:
    """The entry that was looked at, as it was then: somebody may have changed it since."""
    number = _number("entry")
    if not number:
        return None
    now = current_lexicon().entry(number)
    words, broader = (words_in(request.form.get(name, "")) for name in ("old-words", "old-broader"))
    return Entry(number, Synonyms(words, broader), request.form.get("old-note", ""), now.off)
