"""``/desk/<document>``: one document as staff handle it: preview, findings, decisions, versions, publication."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kb.desk import Change, Desk
from kb.errors import ConfigError, ConflictError, ExtractionError, KbError
from kb.library import Origin
from kb.model import AccessClass, ContentType, Decision, Document, Field, Finding, Role, Section, Span, State
from kb.web.access import needs
from kb.web.desk import accept, choices, current_desk, most_bytes, received_as
from kb.web.documents import POLICY
from kb.web.reading import SECTION_TEMPLATE
from kb.web.shown import Mark, Shown, shown
from kb.web.site import current_library, current_site

blueprint = Blueprint("desk_document", __name__, url_prefix="/desk")

#: What stands between several values of a field.
_SEPARATORS = re.compile(r"[、，,\n]")

#: Characters around a finding that are shown with it.
_AROUND = 24


@dataclass(frozen=True, slots=True)
class Matter:
    """All findings that one decision settles."""

    first: Finding
    places: tuple[tuple[str, str, str], ...]
    """For each: what stands before it, its evidence, what stands after it."""


@blueprint.get("/<document>")
@needs(Role.STAFF)
def page(document: str) -> str:
    """All there is to know and to do."""
    return _page(document)


def _page(document: str, error: KbError | None = None) -> str:
    desk = current_desk()
    item = desk.item(document)
    sections = desk.drafts.sections(document)
    findings = desk.findings(document)
    kind = current_library().content_types.get(item.document.type)
    return render_template(
        "views/desk_document.html",
        item=item,
        document=item.document,
        kind=kind,
        articles=_shown(sections, findings),
        template=[kind.template, SECTION_TEMPLATE] if kind else SECTION_TEMPLATE,
        matters=matters(item.document, sections, findings),
        certain=len({(f.kind, f.evidence) for f in findings if f.certain and f.proposal}),
        decisions=desk.decisions(document),
        versions=desk.versions(document),
        error=error,
        vocabularies={field.name: desk.vocabulary(field) for field in (kind.fields if kind else ()) if field.choices},
        said=len({(m.annotation.kind, m.annotation.value) for m in desk.annotations(document)}),
        failed=item.state is State.FAILED,
        **choices(),
    )


def _shown(sections: Sequence[Section], findings: Sequence[Finding]) -> list[Shown]:
    return [shown(s, marker(f.evidence for f in findings if f.section == s.id), min(s.level + 2, 6)) for s in sections]


def marker(words: Iterable[str]) -> Mark:
    """Marks these words in any text."""
    parts = [part for word in words for part in word.split("\n") if part.strip()]
    pattern = re.compile("|".join(map(re.escape, sorted(set(parts), key=len, reverse=True))) or "(?!)")

    def mark(text: str) -> tuple[Span, ...]:
        spans, end = [], 0
        for found in pattern.finditer(text):
            spans += [Span(text[end : found.start()]), Span(found.group(), marked=True)]
            end = found.end()
        return tuple(span for span in (*spans, Span(text[end:])) if span.text)

    return mark


def matters(document: Document, sections: Sequence[Section], findings: Sequence[Finding]) -> list[Matter]:
    """Findings by what is decided together, in order of appearance, each with its places."""
    texts = {("", "title"): document.title}
    for section in sections:
        texts |= {(section.id, "heading"): section.heading, (section.id, "text"): section.text}
    order = {(f.kind, f.evidence): number for number, f in reversed(list(enumerate(findings)))}
    together = groupby(sorted(findings, key=lambda f: order[f.kind, f.evidence]), key=lambda f: (f.kind, f.evidence))
    return [_matter(list(group), texts) for _, group in together]


def _matter(group: Sequence[Finding], texts: dict[tuple[str, str], str]) -> Matter:
    places = []
    for finding in group:
        text = texts.get((finding.section, finding.where), "")
        before = text[max(finding.start - _AROUND, 0) : finding.start]
        places.append((before, finding.evidence, text[finding.end : finding.end + _AROUND]))
    return Matter(group[0], tuple(places))


# --------------------------------------------------------------------------------------------------- what is done


@blueprint.post("/<document>/edit")
@needs(Role.STAFF)
def edit(document: str) -> ResponseReturnValue:
    """Set what staff know better."""
    form = request.form
    kind = current_library().content_types.get(form.get("type", ""))
    chosen = form.get("access", "")
    change = Change(
        title=form.get("title"),
        date=form.get("date"),
        content_type=form.get("type") or None,
        access=AccessClass(chosen) if chosen in set(AccessClass) else None,
        fields=_fields(kind),
    )
    return _done(document, lambda desk: _edit(desk, document, change, kind), "保存しました。")


def _fields(kind: ContentType | None) -> dict[str, str]:
    fields = [field for field in kind.fields if f"field-{field.name}" in request.form] if kind else []
    return {field.name: _value(field) for field in fields}


def _value(field: Field) -> str:
    """What was typed or ticked: several values stand one a line."""
    given = request.form.getlist(f"field-{field.name}")
    if not field.multiple:
        return " ".join(given[0].split())
    words = (word.strip() for text in given for word in _SEPARATORS.split(text))
    return "\n".join(dict.fromkeys(word for word in words if word))


def _edit(desk: Desk, document: str, change: Change, kind: ContentType | None) -> None:
    """Save, and offer new words of controlled vocabularies from now on."""
    desk.edit(document, change, _revision())
    for field in kind.fields if kind else ():
        new = (change.fields or {}).get(field.name, "").split("\n") if field.choices else []
        for word in new:
            if word and word not in desk.vocabulary(field):
                desk.add_word(field, word)


def _revision() -> int | None:
    given = request.form.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


@blueprint.post("/<document>/decide")
@needs(Role.STAFF)
def decide(document: str) -> ResponseReturnValue:
    """Replace the words of a finding, or keep them for a reason."""
    form = request.form
    keeps = form.get("do") == "keep"
    decision = Decision(
        form.get("kind", ""),
        form.get("evidence", "").replace("\r\n", "\n"),
        None if keeps else form.get("replacement", ""),
        form.get("reason", "") if keeps else "",
    )
    done = "理由を記録して残しました。" if keeps else "置き換えました。"
    return _done(document, lambda desk: desk.decide(document, decision), done)


@blueprint.get("/<document>/accept")
@needs(Role.STAFF)
def proposals(document: str) -> str:
    """What would be replaced if all certain proposals were accepted."""
    desk = current_desk()
    item = desk.item(document)
    found = [f for f in desk.findings(document) if f.certain and f.proposal]
    return render_template(
        "views/proposals.html",
        document=item.document,
        matters=matters(item.document, desk.drafts.sections(document), found),
    )


@blueprint.post("/<document>/accept")
@needs(Role.STAFF)
def take(document: str) -> ResponseReturnValue:
    """Accept the proposals that were shown, and no others."""
    shown_pairs = set(zip(request.form.getlist("kind"), _evidences(), strict=False))

    def do(desk: Desk) -> None:
        found = {(f.kind, f.evidence): f.proposal for f in desk.findings(document) if f.certain and f.proposal}
        accepted = [Decision(*pair, proposal) for pair, proposal in found.items() if pair in shown_pairs]
        if accepted:
            desk.decide(document, *accepted)

    return _done(document, do, "まとめて置き換えました。")


def _evidences() -> list[str]:
    return [evidence.replace("\r\n", "\n") for evidence in request.form.getlist("evidence")]


@blueprint.post("/<document>/withdraw")
@needs(Role.STAFF)
def withdraw(document: str) -> ResponseReturnValue:
    """Take a decision back."""
    kind, (evidence, *_) = request.form.get("kind", ""), [*_evidences(), ""]
    done = "取り消しました。ファイルを読み直しています。"
    return _done(document, lambda desk: desk.withdraw(document, kind, evidence), done)


@blueprint.post("/<document>/publish")
@needs(Role.STAFF)
def publish(document: str) -> ResponseReturnValue:
    """Let readers know of it."""
    return _done(document, lambda desk: desk.publish(document, _revision()), "公開しました。")


@blueprint.post("/<document>/hold")
@needs(Role.STAFF)
def hold(document: str) -> ResponseReturnValue:
    """Take it back from readers."""
    return _done(document, lambda desk: desk.hold(document), "公開をやめました。")


@blueprint.post("/<document>/bin")
@needs(Role.STAFF)
def throw(document: str) -> ResponseReturnValue:
    """Put it in the bin."""
    title = current_desk().item(document).document.title
    _done(document, lambda desk: desk.bin(document), f"「{title}」をごみ箱に入れました。30日の間は戻せます。")
    return redirect(url_for("desk.index"), 303)


@blueprint.post("/<document>/retry")
@needs(Role.STAFF)
def retry(document: str) -> ResponseReturnValue:
    """Have its file read once more."""
    return _done(document, lambda desk: desk.retry([document]), "もう一度読み取ります。")


@blueprint.post("/<document>/version")
@needs(Role.STAFF, body=most_bytes)
def version(document: str) -> ResponseReturnValue:
    """Bring a file that takes the place of the present one once it has been read."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(
            document, ConfigError("ファイル", "ファイルが選ばれていません。", "選んでから送ってください。")
        ), 400
    try:
        receipt = accept(file, Origin("upload", document=document))
    except ExtractionError as error:
        return _page(document, error), 400
    flash(received_as(file.filename, receipt).text)
    return redirect(url_for("desk_document.page", document=document), 303)


@blueprint.get("/<document>/versions/<int:number>")
@needs(Role.STAFF)
def original(document: str, number: int) -> Response:
    """One file of a document, to be saved."""
    desk = current_desk()
    name = next((v.file_name for v in desk.versions(document) if v.number == number), document)
    response = send_file(
        desk.original(document, number), mimetype="application/octet-stream", as_attachment=True, download_name=name
    )
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _done(document: str, do: Callable[[Desk], object], message: str) -> ResponseReturnValue:
    """Do it, index what follows from it, and show the document again; what is wrong is shown at its form."""
    try:
        do(current_desk())
    except ConfigError as error:
        return _page(document, error), 400
    except ConflictError as error:
        return _page(document, error), 409
    current_site().library.bring_up_to_date()
    flash(message)
    return redirect(url_for("desk_document.page", document=document), 303)
