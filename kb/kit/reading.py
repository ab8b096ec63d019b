"""Checks of how documents are read: content types, annotators and reviews, on the texts of ``kb.kit.inputs``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from kb.errors import ExtractionError, PluginError
from kb.ingest.reading import Chosen, Means, Reading, read
from kb.kit import inputs
from kb.kit.hooks import IDENTIFIER, RESERVED
from kb.kit.raised import place
from kb.kit.subject import GROUND, Found, Subject
from kb.model import AccessClass, Annotation, Block, ContentType, Document, Extraction, File, Section
from kb.text.repair import repair

#: A document whose place in the catalogue is settled.
IDENTITY = Document("0123456789ab", "", "", "", sha256="ab" * 32)

#: Names as they come from a Mac, from a telephone, from nowhere.
NAMES = (unicodedata.normalize("NFD", "ボランティアだより ２０２２年.txt"), "😀議事録.docx", "_.", "年月日")

#: Hooks that take part in reading a document.
_READING = frozenset({"kb_content_types", "kb_annotate", "kb_review"})

_DOCUMENTED = "docs/plugins.md の例と比べてください。"


def texts(subject: Subject) -> Found:
    """Whatever is odd about a text, it is read, and what it says is kept."""
    for kind, label, extraction in _each(subject, inputs.extractions()):
        yield from _tried(subject, kind, label, extraction, keeps=True)


def empty(subject: Subject) -> Found:
    """A document without text is a document without sections, not a breakdown."""
    nothing = ((label, Extraction(tuple(blocks), "text/plain")) for label, blocks in inputs.EMPTY.items())
    for kind, label, extraction in _each(subject, nothing):
        yield from _tried(subject, kind, label, extraction, keeps=False)


def huge(subject: Subject) -> Found:
    """So is one that is larger than any."""
    for kind, label, extraction in _each(subject, inputs.huge()):
        yield from _tried(subject, kind, label, extraction, keeps=True)


def repeated(subject: Subject) -> Found:
    """Reading the same file again gives the same document, sections, ids, annotations and findings."""
    for kind, label, extraction in _each(subject, inputs.extractions()):
        try:
            first, second = (_read(subject, kind, extraction, NAMES[0]) for _ in range(2))
        except (ExtractionError, PluginError):
            continue  # that is another check's matter
        for what, one, other in (
            ("題名・日付・項目", first.document, second.document),
            ("記事とそのID", first.sections, second.sections),
            ("注釈", first.annotations, second.annotations),
            ("指摘", first.findings, second.findings),
        ):
            if one != other:
                fix = "現在時刻、乱数、集合の順序、前の資料で覚えたことを使わないでください。"
                yield f"種類「{kind.name}」、{label}", f"2回目に{what}が変わりました。", fix


def described(subject: Subject) -> Found:
    """What a content type says of a file is of the promised types and fields, whatever the file is called."""
    for kind, label, extraction in _each(subject, inputs.extractions()):
        if kind.name == GROUND:
            continue
        for name in NAMES:
            where = f"種類「{kind.name}」、{label}、ファイル名「{name}」"
            for reason in _description(subject, kind, File(name, subject.config.home / "点検"), repair(extraction)):
                yield where, reason, _DOCUMENTED


def spans(subject: Subject) -> Found:
    """Annotations lie where they say, on words, under names that can be searched for."""
    if "kb_annotate" not in subject.hooks:
        return
    for kind, label, extraction in _each(subject, inputs.extractions()):
        try:
            found = _read(subject, kind, extraction, NAMES[0])
        except ExtractionError:
            continue
        except PluginError as error:
            yield f"{error.hook or error.subject}、{label}", error.reason, "start と end は section.text の字数です。"
            continue
        for section in found.sections:
            for annotation in subject.alone.annotate(section, found.document):
                for reason, fix in _annotation(annotation, section):
                    yield f"kb_annotate、{label}、注釈「{annotation.label}」", reason, fix


# ------------------------------------------------------------------------------------------------------- inside


def _each(
    subject: Subject, extractions: Iterable[tuple[str, Extraction]]
) -> Iterator[tuple[ContentType, str, Extraction]]:
    if _READING.isdisjoint(subject.hooks):
        return
    for label, extraction in extractions:
        for kind in subject.content_types.values():
            yield kind, label, extraction


def _read(subject: Subject, kind: ContentType, extraction: Extraction, name: str) -> Reading:
    """Read as the worker does, with this plugin and the ground it needs."""
    means = Means(subject.reading, subject.config, lambda _file: extraction)
    access = AccessClass.CASES if "kb_review" in subject.hooks else None
    chosen = Chosen(content_type=kind.name, access=access)
    return read(File(name, subject.config.home / "点検"), IDENTITY, chosen, means)


def _tried(subject: Subject, kind: ContentType, label: str, extraction: Extraction, *, keeps: bool) -> Found:
    for name in NAMES[:1] if len(extraction.blocks) > 100 else NAMES:
        try:
            found = _read(subject, kind, extraction, name)
        except ExtractionError as error:
            if keeps:
                yield f"種類「{kind.name}」、{label}", f"読めません（{error.reason}）", "本文を記事に入れてください。"
            return
        except PluginError as error:
            where = f"{error.hook or error.subject}、種類「{kind.name}」、{label}、ファイル名「{name}」"
            yield where, f"{error.reason}{place(error, subject.module)}", "この入力で落ちないようにしてください。"
            return
        yield from _sections(kind, label, found, keeps=keeps)


def _sections(kind: ContentType, label: str, found: Reading, *, keeps: bool) -> Found:
    where = f"種類「{kind.name}」の split、{label}"
    for section in found.sections:
        for reason in _section(section):
            yield where, reason, _DOCUMENTED
    said = "".join(f"{section.heading}\n{section.text}" for section in found.sections)
    if keeps and inputs.MARKER not in _plain(said + found.document.title):
        yield where, "本文の一部が失われました。", "すべての文を、どれかの記事に入れてください。"


def _section(section: Section) -> Iterator[str]:
    if not isinstance(section.heading, str) or not all(isinstance(block, Block) for block in section.blocks):
        yield "Section の見出しか blocks の型が違います。"
    if section.level < 1:
        yield f"level が{section.level}です（1から）。"
    if section.page is not None and section.page < 1:
        yield f"page が{section.page}です（1から）。"
    if "\n" in section.heading:
        yield "見出しに改行があります。"


def _annotation(annotation: Annotation, section: Section) -> Iterator[tuple[str, str]]:
    text = section.heading if annotation.where == "heading" else section.text
    if not text[annotation.start : annotation.end].strip():
        yield "範囲が空白です。", "根拠になる語句の範囲にしてください。"
    if not IDENTIFIER.fullmatch(annotation.kind) or annotation.kind in RESERVED - {"date"}:
        reason = f"種別（kind）「{annotation.kind}」は使えません。"
        yield reason, "英小文字・数字・_ の、検索が使わない名前にしてください。"
    if annotation.confirmed:
        yield "confirmed が True です。", "確かめるのは職員です。付けないでください。"
    if not annotation.value.strip() or not annotation.label.strip():
        yield "value か label が空です。", "値と、人に見せる名前を入れてください。"


def _description(subject: Subject, kind: ContentType, file: File, extraction: Extraction) -> Iterator[str]:
    try:
        said: Any = kind.describe(file, extraction)
        claim: Any = kind.claims(file, extraction)
    except Exception as error:  # noqa: BLE001 - whatever the plugin raises is what is reported
        yield f"例外が起きました（{type(error).__name__}: {error}）{place(error, subject.module)}。"
        return
    if not isinstance(claim, int | float) or not 0 <= claim <= 1:
        yield f"claims が {claim!r} を返しました（0から1まで）。"
    if not isinstance(said.title, str):
        yield f"describe の title が文字列でありません（{said.title!r}）。"
    if isinstance(said.date, datetime):
        yield "describe の date が datetime です（date にします）。"
    several = {field.name: field.multiple for field in kind.fields}
    for name, value in said.fields.items():
        if name not in several:
            yield f"describe の項目「{name}」は fields に宣言されていません。"
        for one in value.split("\n") if isinstance(value, str) and several.get(name) else (value,):
            if not isinstance(one, str) or one != one.strip() or re.search(r"[\r\n\t]", one):
                yield f"describe の項目「{name}」の値 {one!r} が、前後に空白のない1行の文字列でありません。"


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
