"""``/mine/``: saved searches, and lists of articles with notes (マイリスト)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kb.errors import ConfigError, NotFoundError
from kb.model import Document, Role, Section
from kb.store.lists import Item, Lists
from kb.web.access import needs
from kb.web.asking import asked, clean, current_facets, read
from kb.web.shown import Shown, shown
from kb.web.site import current_library, current_sign_in, current_site

blueprint = Blueprint("mine", __name__, url_prefix="/mine")

#: Characters of a name and of a note.
LONGEST_NAME, LONGEST_NOTE = 100, 2000


#: How often news of a search are told by mail.
TOLD: Mapping[str, str] = {"": "知らせない", "daily": "毎日", "weekly": "毎週（月曜）"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a list, as it is shown."""

    article: Shown
    document: Document
    note: str


def lists() -> Lists:
    """What accounts keep."""
    return current_site().library.store.lists


def owner() -> int:
    """The number of the account of whoever is asking, who has signed in."""
    found = current_sign_in()
    assert found is not None  # noqa: S101 - the route is for those with an account
    return found.account.id


@blueprint.get("/")
@needs(Role.READER)
def index() -> str:
    """Everything one has kept."""
    searches = [(one, read(MultiDict(parse_qsl(one.address)), current_facets())) for one in lists().saved(owner())]
    return render_template(
        "views/mine.html",
        searches=searches,
        collections=lists().collections(owner()),
        told=TOLD,
        address=current_site().library.store.mails.of(owner()).address,
    )


# ------------------------------------------------------------------------------------------------------ searches


@blueprint.post("/searches")
@needs(Role.READER)
def save() -> ResponseReturnValue:
    """Keep a search under a name."""
    question = asked().at(1)
    address = urlencode(question.args, doseq=True)
    name = clean(request.form.get("name", ""), LONGEST_NAME) or question.text or "すべての記事"
    return _done(lambda: lists().save(owner(), name, address), f"検索「{name}」を保存しました。")


@blueprint.post("/searches/<int:number>/remove")
@needs(Role.READER)
def drop(number: int) -> ResponseReturnValue:
    """Keep a search no longer."""
    lists().drop(owner(), number)
    return _done(lambda: None, "保存した検索を削除しました。")


@blueprint.post("/searches/<int:number>/mail")
@needs(Role.READER)
def tell(number: int) -> ResponseReturnValue:
    """Have the news of a search told by mail, or no longer."""
    mail = request.form.get("mail", "")
    if current_site().mailing is None or mail not in TOLD:
        raise NotFoundError("メール", "この知らせ方はありません。", "マイリストの画面から選んでください。")
    lists().tell(owner(), number, mail or None)
    done = f"新しい記事を、{TOLD[mail]}メールで知らせます。" if mail else "新しい記事を、メールでは知らせません。"
    return _done(lambda: None, done)


# --------------------------------------------------------------------------------------------------------- lists


@blueprint.post("/lists")
@needs(Role.READER)
def make() -> ResponseReturnValue:
    """Begin a list."""
    name = clean(request.form.get("name", ""), LONGEST_NAME) or "マイリスト"
    return _done(lambda: lists().make(owner(), name), f"リスト「{name}」を作りました。")


@blueprint.post("/lists/add")
@needs(Role.READER)
def add() -> ResponseReturnValue:
    """Put an article into a list; into a new one where there is none."""
    section = current_library().section(request.form.get("article", ""))
    chosen = request.form.get("list", "")
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    try:
        number = number or lists().make(owner(), clean(request.form.get("name", ""), LONGEST_NAME) or "マイリスト")
        lists().put(owner(), number, [*lists().items(owner(), number), Item(section.id, "")])
    except ConfigError as error:
        flash(str(error))
    else:
        flash(f"「{section.label}」をリスト「{lists().collection(owner(), number).name}」に入れました。")
    return redirect(url_for("reading.section", section=section.id), 303)


@blueprint.get("/lists/<int:number>")
@needs(Role.READER)
def collection(number: int) -> str:
    """A list with its articles: for the screen, and as a handout of A4 pages."""
    found = lists().collection(owner(), number)
    items = lists().items(owner(), number)
    known = {section.id: (section, document) for section, document in current_library().with_documents(_ids(items))}
    entries = [_entry(*known[item.section], item.note) for item in items if item.section in known]
    return render_template("views/collection.html", collection=found, entries=entries, lost=len(items) - len(entries))


def _ids(items: list[Item]) -> list[str]:
    return [item.section for item in items]


def _entry(section: Section, document: Document, note: str) -> Entry:
    current_library().section(section.id)  # a case study that is read is written down, here as on its own page
    return Entry(shown(section, current_library().marker(read(MultiDict(), {}).query()).mark, 2), document, note)


@blueprint.post("/lists/<int:number>")
@needs(Role.READER)
def change(number: int) -> ResponseReturnValue:
    """Write notes, move an article up or down, take one out, rename the list."""
    form, items = request.form, lists().items(owner(), number)
    notes = {item.section: clean_note(form.get(f"note-{item.section}", item.note)) for item in items}
    items = [Item(item.section, notes[item.section]) for item in items]
    do, _, section = form.get("do", "").partition(":")
    lists().put(owner(), number, moved(items, section, do))
    if name := clean(form.get("name", ""), LONGEST_NAME):
        lists().rename(owner(), number, name)
    flash("保存しました。")
    return redirect(url_for("mine.collection", number=number), 303)


def clean_note(text: str) -> str:
    """A note of several lines."""
    return "\n".join(clean(line, LONGEST_NOTE) for line in text[:LONGEST_NOTE].splitlines()).strip()


def moved(items: list[Item], section: str, do: str) -> list[Item]:
    """The items with one of them moved up or down, or taken out."""
    place = next((n for n, item in enumerate(items) if item.section == section), None)
    if place is None or do not in {"up", "down", "out"}:
        return items
    others = items[:place] + items[place + 1 :]
    if do == "out":
        return others
    to = max(place + (-1 if do == "up" else 1), 0)
    return [*others[:to], items[place], *others[to:]]


@blueprint.post("/lists/<int:number>/remove")
@needs(Role.READER)
def remove(number: int) -> ResponseReturnValue:
    """Give up a list."""
    lists().remove(owner(), number)
    return _done(lambda: None, "リストを削除しました。")


def _done(do: object, message: str) -> ResponseReturnValue:
    try:
        do()  # type: ignore[operator] # a function without arguments
        flash(message)
    except ConfigError as error:
        flash(str(error))
    return redirect(url_for("mine.index"), 303)
