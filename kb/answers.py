"""What programs are told, as values that are JSON once ``asdict`` has been applied; the JSON API and MCP share them.

Each field says what it means: the OpenAPI document (``kb.web.openapi``) is made from these classes. Keys are only ever
added, and mean the same for good. Addresses are given by whoever answers, who knows where the pages are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from kb.model import AccessClass, Annotation, Document, Hit, Section, SectionKind, Span
from kb.reader import Reader, neighbours

DATE = "資料の日付（YYYY-MM-DD）。分からなければnull"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where people read it."""

    section: Callable[[str], str]
    document: Callable[[str], str]
    original: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A run of characters of a text."""

    start: Annotated[int, "始まりの文字の番号（0から、Unicodeの文字で数えます）"]
    end: Annotated[int, "終わりの次の文字の番号"]


@dataclass(frozen=True, slots=True)
class Marked:
    """A text in which the words of the query are marked."""

    text: Annotated[str, "文章"]
    marks: Annotated[tuple[Mark, ...], "検索した語のある所"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A section without its text."""

    section: Annotated[str, "記事のID"]
    heading: Annotated[str, "見出し"]
    level: Annotated[int, "見出しの深さ（1から）"]
    page: Annotated[int | None, "元のファイルのページ（1から）。ページのない形式ではnull"]
    url: Annotated[str, "記事のページのアドレス"]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document without its contents."""

    document: Annotated[str, "資料のID"]
    title: Annotated[str, "題名"]
    type: Annotated[str | None, "資料の種類の名前。まだ分からなければnull"]
    type_label: Annotated[str, "資料の種類（画面に出る名前）"]
    date: Annotated[str | None, DATE]
    access: Annotated[AccessClass, "公開範囲：public 公開、members 会員、cases 事例"]
    version: Annotated[int, "版（1から）"]
    pages: Annotated[int | None, "ページ数。ページのない形式ではnull"]
    file: Annotated[str, "ファイルの名前"]
    fields: Annotated[
        Mapping[str, tuple[str, ...]], "資料の種類ごとの項目（号、発行者など）とその値。種類によって違います"
    ]
    url: Annotated[str, "資料のページのアドレス"]
    original: Annotated[str | None, "元のファイルのアドレス。公開していなければnull"]


@dataclass(frozen=True, slots=True)
class WholePaper(Paper):
    """A document with its table of contents."""

    sections: Annotated[tuple[Heading, ...], "目次。読み取りや公開の前は空です"]


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation."""

    kind: Annotated[str, "注釈の種類（date など）"]
    value: Annotated[str, "値（日付はISO 8601）"]
    label: Annotated[str, "画面に出る書き方"]
    start: Annotated[int, "根拠の始まり（text か heading の文字の番号、0から）"]
    end: Annotated[int, "根拠の終わりの次"]
    where: Annotated[str, "根拠のある所：text 本文、heading 見出し"]
    confirmed: Annotated[bool, "職員が確かめていればtrue"]


@dataclass(frozen=True, slots=True)
class Article:
    """A section with its text."""

    section: Annotated[str, "記事のID"]
    heading: Annotated[str, "見出し"]
    path: Annotated[tuple[str, ...], "外側からこの記事までの見出し"]
    level: Annotated[int, "見出しの深さ（1から）"]
    kind: Annotated[SectionKind, "article 記事、box 囲み"]
    page: Annotated[int | None, "元のファイルのページ（1から）。ページのない形式ではnull"]
    text: Annotated[str, "本文。段落は改行で区切ります"]
    annotations: Annotated[tuple[Note, ...], "本文と見出しに書かれている日付などの注釈"]
    document: Annotated[Paper, "この記事のある資料"]
    before: Annotated[Heading | None, "資料の中で前の記事"]
    after: Annotated[Heading | None, "資料の中で次の記事"]
    url: Annotated[str, "記事のページのアドレス"]


@dataclass(frozen=True, slots=True)
class Found:
    """A hit."""

    section: Annotated[str, "記事のID"]
    document: Annotated[str, "資料のID"]
    title: Annotated[str, "資料の題名"]
    heading: Annotated[str, "記事の見出し"]
    path: Annotated[tuple[str, ...], "外側からこの記事までの見出し"]
    page: Annotated[int | None, "元のファイルのページ（1から）。ページのない形式ではnull"]
    date: Annotated[str | None, DATE]
    type: Annotated[str, "資料の種類の名前"]
    access: Annotated[AccessClass, "公開範囲：public 公開、members 会員、cases 事例"]
    score: Annotated[float, "関連の高さ。1回の検索の中でだけ比べられます"]
    snippet: Annotated[Marked, "抜粋"]
    url: Annotated[str, "記事のページのアドレス"]


def paper(document: Document, reader: Reader, addresses: Addresses) -> Paper:
    """A document without its contents."""
    return Paper(**_about(document, reader, addresses))


def whole_paper(document: Document, sections: Iterable[Section], reader: Reader, addresses: Addresses) -> WholePaper:
    """A document with its table of contents."""
    return WholePaper(
        **_about(document, reader, addresses), sections=tuple(heading(one, addresses) for one in sections)
    )


def _about(document: Document, reader: Reader, addresses: Addresses) -> dict[str, Any]:
    kind = reader.content_types.get(document.type)
    return {
        "document": document.id,
        "title": document.title,
        "type": document.type or None,
        "type_label": kind.label if kind else document.type,
        "date": _day(document),
        "access": document.access,
        "version": document.version,
        "pages": document.pages,
        "file": document.file_name,
        "fields": {name: values for name in document.fields if (values := document.values(name))},
        "url": addresses.document(document.id),
        "original": None if document.withheld else addresses.original(document.id),
    }


def heading(section: Section, addresses: Addresses) -> Heading:
    """A section without its text."""
    return Heading(section.id, section.label, section.level, section.page, addresses.section(section.id))


def article(section: str, reader: Reader, addresses: Addresses) -> Article:
    """A section with its text, its document and its neighbours.

    Raises:
        NotFoundError: there is none with this id, or none that may be known of.

    """
    found = reader.section(section)
    document = reader.document(found.document)
    before, after = neighbours(reader.outline(document.id), found)
    notes = reader.annotations([found]).get(found.id, ())
    return Article(
        section=found.id,
        heading=found.label,
        path=found.path,
        level=found.level,
        kind=found.kind,
        page=found.page,
        text=found.text,
        annotations=tuple(map(_note, notes)),
        document=paper(document, reader, addresses),
        before=heading(before, addresses) if before else None,
        after=heading(after, addresses) if after else None,
        url=addresses.section(found.id),
    )


def found(hit: Hit, addresses: Addresses) -> Found:
    """A hit."""
    section, document = hit.section, hit.document
    return Found(
        section=section.id,
        document=document.id,
        title=document.title,
        heading=section.label,
        path=section.path,
        page=section.page,
        date=_day(document),
        type=document.type,
        access=document.access,
        score=round(hit.score, 6),
        snippet=marked(hit.snippet),
        url=addresses.section(section.id),
    )


def marked(spans: Iterable[Span]) -> Marked:
    """The text of spans, and where the marked ones lie in it."""
    text, marks = "", []
    for span in spans:
        if span.marked:
            marks.append(Mark(len(text), len(text) + len(span.text)))
        text += span.text
    return Marked(text, tuple(marks))


def _note(one: Annotation) -> Note:
    return Note(one.kind, one.value, one.label, one.start, one.end, one.where, one.confirmed)


def _day(document: Document) -> str | None:
    return document.date.isoformat() if document.date else None
