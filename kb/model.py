"""The nouns of the knowledge base, as frozen values.

Nothing in this module reads a file, knows a file format or a content type, or imports anything from ``kb``. Every value
is immutable and compares by content, so it can be passed between threads, stored and tested without ceremony.

Lengths on a page are points (1/72 inch) from the top-left corner; text offsets are counted in Python characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

if TYPE_CHECKING:
    from flask import Blueprint

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""The empty mapping, shared: a default that cannot be changed by mistake."""


class AccessClass(StrEnum):
    """公開範囲: who may know that a document exists. Each class is indexed in a physical index of its own."""

    PUBLIC = "public"
    MEMBERS = "members"
    CASES = "cases"

    @property
    def label(self) -> str:
        """The name shown to people."""
        return {"public": "公開", "members": "会員", "cases": "事例（限定）"}[self.value]


EVERYTHING: frozenset[AccessClass] = frozenset(AccessClass)
PUBLIC_ONLY: frozenset[AccessClass] = frozenset({AccessClass.PUBLIC})


class Role(StrEnum):
    """What an account may do; each role may do all that the ones before it may."""

    READER = "reader"
    CSW = "csw"
    STAFF = "staff"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The name shown to people."""
        return {"reader": "会員", "csw": "相談員", "staff": "職員", "admin": "管理者"}[self.value]

    @property
    def access(self) -> frozenset[AccessClass]:
        """The access classes that it may know of."""
        return EVERYTHING if self.covers(Role.CSW) else EVERYTHING - {AccessClass.CASES}

    def covers(self, other: Role) -> bool:
        """Whether it may do all that ``other`` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person with an account, nobody in particular, or a program."""

    name: str
    """The account's name, for people and for the audit log; empty for a visitor without one."""
    role: Role | None = None
    """None for a visitor without an account."""
    reads: frozenset[AccessClass] | None = None
    """For a program that may only read: the classes it was made for; None for all that the role may know of."""

    @property
    def access(self) -> frozenset[AccessClass]:
        """The access classes that they may know of."""
        if self.reads is not None:
            return self.reads
        return self.role.access if self.role else PUBLIC_ONLY

    def covers(self, role: Role) -> bool:
        """Whether they may do all that ``role`` may."""
        return self.role is not None and self.role.covers(role)


VISITOR = Actor("")
"""Somebody without an account."""
OPERATOR = Actor("kb", Role.ADMIN)
"""Whoever runs ``kb`` on the server's own command line, or the server itself: they can read the files anyway."""


class State(StrEnum):
    """How far a document has come. Readers know of published ones only."""

    WAITING = "waiting"
    DRAFT = "draft"
    PUBLISHED = "published"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """The name shown to people."""
        names = {"waiting": "読み取り待ち", "draft": "確認待ち", "published": "公開中", "failed": "読み取れません"}
        return names[self.value]


# ---------------------------------------------------------------------------------------------- configuration


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, resolved once at start (``kb.config.load`` reads them from environment, kb.toml and defaults)."""

    home: Path
    """The folder that holds ``documents/`` and ``search_index/``."""
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    database: str = field(default="", repr=False)
    """URL of the catalogue's database; empty for SQLite in the store."""
    engine: str = "whoosh"
    """Which index engine answers: ``whoosh`` or ``memory``."""
    cache_megabytes: int = 80
    """Memory for what has been read of the index, in MiB; those processes that answer pages share it."""
    page_processes: int = 0
    """How many processes answer pages; 0 for as many as there are processors, up to four, 1 for the server alone."""
    processes: int = 0
    """How many processes analyse texts when many are indexed; 0 for as many as there are processors, up to eight."""
    per_page: int = 10
    extract_seconds: int = 60
    """Longest time one file may take to be read, in seconds of wall clock."""
    extract_megabytes: int = 1536
    """Most memory (address space) the reading process may take beyond what it has at its start, in MiB."""
    max_file_megabytes: int = 200
    upload_files: int = 50
    """How many files one request may bring; a script sends one at a time."""
    quota_megabytes: int = 0
    """How much one account may bring within 24 hours, in MiB; 0 for no limit."""
    disabled_plugins: tuple[str, ...] = ()
    safe_mode: bool = False
    """True to do without any plugin: people can search and read, nothing is taken in or changed."""
    trace_hooks: bool = False
    """True to log each call of a plugin's hook: who, how long, how many results."""
    https: bool = False
    """True if people reach the server by https: cookies are for that alone."""
    hosts: tuple[str, ...] = ()
    """The names (with a port, if it is not the usual one) by which people reach the server."""
    proxies: int = 0
    """How many proxies stand before the server and tell it who is asking."""
    session_hours: int = 12
    """How long one signing-in lasts at most; a working day (NIST SP 800-63B, 2.2.3 allows 24)."""
    session_idle_minutes: int = 60
    """How long it lasts unused (likewise: one hour)."""
    totp: bool = False
    """True if people may protect their account with one-time codes."""
    oidc_issuer: str = ""
    """The identity provider that people may sign in with, by its address (OpenID Connect); empty for none."""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_label: str = "組織のアカウントでログイン"
    """What the button says."""
    oidc_create: bool = False
    """True if whoever the provider lets in gets an account, as a reader."""
    mail_host: str = ""
    """The server that takes mails from us (SMTP); empty for none: nobody is offered any."""
    mail_port: int = 0
    """Its port; 0 for the usual one of ``mail_tls``."""
    mail_tls: str = "starttls"
    """``starttls``, ``ssl`` or ``none``: how the connection to it is encrypted."""
    mail_user: str = ""
    mail_password: str = field(default="", repr=False)
    mail_from: str = ""
    """The address that mails come from."""
    mail_hour: int = 7
    """From which hour of the day, in Japan, news are sent."""

    @property
    def public_address(self) -> str:
        """The address of the server on its first public name, without a slash at the end; empty if it has none."""
        return f"{'https' if self.https else 'http'}://{self.hosts[0]}" if self.hosts else ""

    @property
    def address(self) -> str:
        """The same, or where it listens on this computer."""
        return self.public_address or f"http://{self.host}:{self.port}"

    @property
    def documents(self) -> Path:
        """The truth: drop folders and ``.store``."""
        return self.home / "documents"

    @property
    def store(self) -> Path:
        """Catalogue and originals."""
        return self.documents / ".store"

    @property
    def search_index(self) -> Path:
        """Derived and disposable."""
        return self.home / "search_index"


# ------------------------------------------------------------------------------------ files and what they yield


@dataclass(frozen=True, slots=True)
class File:
    """A file as a source delivered it: the name people know it by, and where its bytes lie on the local disk."""

    name: str
    path: Path

    @property
    def suffix(self) -> str:
        """The extension in lower case, with its dot; a hint only, formats are told by their magic bytes."""
        return Path(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        """The name without its extension."""
        return Path(self.name).stem

    def head(self, size: int = 4096) -> bytes:
        """The first ``size`` bytes, enough to tell a format by."""
        with self.path.open("rb") as stream:
            return stream.read(size)

    def read(self) -> bytes:
        """All bytes."""
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class BBox:
    """Where a block lies on its page, in points from the top-left corner."""

    left: float
    top: float
    right: float
    bottom: float


BlockKind = Literal["line", "paragraph", "heading", "list", "field", "table", "furniture"]
"""What a block is.

- ``line``: one visual line (or one line of a text file), still to be rejoined by ``kb.text.repair``. An empty or
  space-only ``text`` is a blank line and means something: extractors keep it.
- ``paragraph``, ``list`` (one list item, its mark included), ``field`` (``電話番号: 045-…``).
- ``heading``: ``level`` says how deep (1 is the title of an article).
- ``table``: one row; cells are separated by a tab.
- ``furniture``: running heads, page numbers, link artefacts: kept, never searched or shown as text.
"""


@dataclass(frozen=True, slots=True)
class Block:
    """The smallest piece a file format yields."""

    text: str
    kind: BlockKind = "paragraph"
    level: int = 0
    """Depth of a heading, from 1; 0 for every other kind."""
    page: int | None = None
    """1-based page, slide or sheet; None where the format has none."""
    size: float | None = None
    """Font size in points."""
    bbox: BBox | None = None
    vertical: bool = False
    """True for a line set in vertical writing (縦書き)."""
    aside: int = 0
    """0 for the main flow, n for the n-th side box (囲み) of the document."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What an extractor got out of a file, in reading order."""

    blocks: tuple[Block, ...]
    media_type: str
    """The type told by the magic bytes, for example ``application/pdf``."""
    pages: int | None = None
    metadata: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """What the file says of itself: ``title``, ``author``, ``created`` (ISO 8601), ``charset``."""
    warnings: tuple[str, ...] = ()
    """Sentences in Japanese for the person who added the file, such as pages that need OCR."""

    @property
    def text(self) -> str:
        """All blocks but the furniture, one a line."""
        return "\n".join(block.text for block in self.blocks if block.kind != "furniture")


# ------------------------------------------------------------------------------------------ documents and sections


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a content type gives its documents."""

    name: str
    label: str
    facet: bool = False
    """True if results can be narrowed by it."""
    multiple: bool = False
    """True if it may have several values: ``Document.fields`` has them one a line."""
    choices: tuple[str, ...] = ()
    """The controlled vocabulary that is offered when it is edited; staff add words of their own to it."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a content type reads off a whole file: its title, date and fields."""

    title: str
    date: date | None = None
    date_basis: str = ""
    """Where the date was found, for people (``発行日``, ``ファイル名``, ``推定``); empty without a date."""
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Document:
    """資料: one newsletter issue, one handout, one case study."""

    id: str
    type: str
    title: str
    file_name: str
    date: date | None = None
    date_basis: str = ""
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    access: AccessClass = AccessClass.MEMBERS
    media_type: str = "application/octet-stream"
    sha256: str = ""
    version: int = 1
    pages: int | None = None
    source: str = ""
    """Name of the source that delivered it."""
    uri: str = ""
    """What the source calls it; with ``source`` this tells a new version from a new document."""
    warnings: tuple[str, ...] = ()
    state: State = State.PUBLISHED
    sensitive: bool = False
    """True for what is or once was a case study: its personal data are checked whatever its access class is now."""
    binned_at: datetime | None = None
    """When it was put in the bin, in UTC without a zone."""
    withheld: bool = field(default=False, compare=False)
    """True if words in it have been replaced: the original, which still has them, is for staff alone, and so is its
    name."""
    revision: int = field(default=1, compare=False)
    """Counts every change of what readers see: what the index holds is compared with it."""

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a field, each once; none if it has not been filled in."""
        lines = (line.strip() for line in self.fields.get(name, "").split("\n"))
        return tuple(dict.fromkeys(line for line in lines if line))


@dataclass(frozen=True, slots=True)
class Edits:
    """What staff have set in place of what reading a file finds; kept for its later versions."""

    title: str | None = None
    date: str | None = None
    """ISO 8601; empty for none, None for what reading finds."""
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Version:
    """One file of a document: the first, or one that has taken the place of an older one."""

    document: str
    number: int
    sha256: str
    size: int
    """In bytes."""
    file_name: str
    state: Literal["waiting", "read", "failed", "superseded"]
    """``superseded``: never read, because a newer one came before its turn."""
    reason: str = ""
    """Why it could not be read, a Japanese sentence."""
    fix: str = ""
    """What to do about it."""
    tries: int = 0
    """How often reading it has been begun."""
    folder: str = ""
    content_type: str = ""
    """A content type that somebody chose."""
    access: AccessClass | None = None
    """An access class that somebody chose."""
    at: datetime | None = None
    """When it was accepted, in UTC without a zone."""
    by: str = ""
    """Name of the account that brought it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided on all findings of one kind and evidence in a document."""

    kind: str
    evidence: str
    replacement: str | None
    """What stands in place of the evidence; None to keep it."""
    reason: str = ""
    """Why it is kept; never empty for what is kept."""
    by: str = ""
    at: datetime | None = None


SectionKind = Literal["article", "box"]


@dataclass(frozen=True, slots=True)
class Section:
    """記事・節: the searchable part of a document and the unit of a hit.

    A content type's ``split`` yields sections with ``heading``, ``level``, ``blocks`` and ``kind``; the pipeline then
    fills in ``id``, ``document``, ``ordinal`` and ``path`` (see ``kb.ingest.pipeline``).
    """

    heading: str
    blocks: tuple[Block, ...] = ()
    level: int = 1
    kind: SectionKind = "article"
    page: int | None = None
    """The page where the heading stands, else that of the first block."""
    id: str = ""
    document: str = ""
    ordinal: int = 0
    """0-based position in the document."""
    path: tuple[str, ...] = ()
    """Labels from the enclosing level-1 article down to this section, its own label last."""

    @property
    def text(self) -> str:
        """The section's own text without its heading, one block a line: what annotations' offsets count in."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def label(self) -> str:
        """The heading as shown to people: a side box says that it is one."""
        return f"〔囲み〕{self.heading}" if self.kind == "box" else self.heading


@dataclass(frozen=True, slots=True)
class Annotation:
    """注釈: something a section says, with its evidence span."""

    kind: str
    """For example ``date``, ``place``, ``term``."""
    value: str
    """The machine-readable value; for ``date`` an ISO 8601 date, month, year or interval (``2021-09/2021-11``)."""
    label: str
    """The value as shown to people."""
    start: int
    end: int
    """``start:end`` is the span in ``Section.text`` (or ``Section.heading``, see ``where``)."""
    where: Literal["text", "heading"] = "text"
    confirmed: bool = False
    """True if staff have said that it is so; plugins leave it as it is."""


def as_it_is(value: str) -> str:
    """The label of a value that people can read as it is."""
    return value


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of annotation that a plugin gives: what it is called, and whether results can be narrowed by it."""

    name: str
    """ASCII identifier, the ``kind`` of the annotations; also the name of the facet."""
    label: str
    """The kind as shown to people: 市町村."""
    facet: bool = False
    """True if results can be narrowed by it."""
    label_of: Callable[[str], str] = as_it_is
    """The label of a value where only that is known, as in a facet."""
    judged: bool = True
    """True if staff are asked whether each is right; False for what is beyond doubt, or too much to look at."""


#: Characters of an annotation's words that are kept with what staff said of it.
MOST_EVIDENCE = 300


def words_of(annotation: Annotation, section: Section) -> str:
    """The words of an annotation's span, the first 300 characters of them."""
    text = section.heading if annotation.where == "heading" else section.text
    return text[annotation.start : annotation.end][:MOST_EVIDENCE]


@dataclass(frozen=True, slots=True)
class Mention:
    """An annotation with the section and the document that say it."""

    annotation: Annotation
    section: Section
    document: Document

    @property
    def evidence(self) -> str:
        """The sentence (or line) around the annotation's words."""
        text = self.section.heading if self.annotation.where == "heading" else self.section.text
        start = max(text.rfind(mark, 0, self.annotation.start) for mark in "。\n") + 1
        ends = [found for mark in "。\n" if (found := text.find(mark, self.annotation.end - 1)) >= 0]
        return text[start : min(ends) + 1 if ends else len(text)].strip()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What staff said of all annotations of one kind, value and evidence in a document."""

    kind: str
    value: str
    evidence: str
    """The words of the annotation's span (``words_of``)."""
    right: bool
    """False: it is left out, also when the file is read again."""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """指摘: a passage that somebody has to decide on before its document is published."""

    kind: str
    """ASCII identifier, for example ``name``; a decision holds for all findings of one kind and evidence."""
    label: str
    """The kind as shown to people: 氏名."""
    section: str
    """Id of the section; empty for the document's title."""
    start: int
    end: int
    """``start:end`` is the span in the section's text or heading, or in the document's title (see ``where``)."""
    evidence: str
    """The words of that span."""
    why: str
    """One Japanese sentence for the person who decides."""
    proposal: str = ""
    """What could stand in its place; empty where only a person can tell."""
    certain: bool = True
    """False for what may be nothing."""
    where: Literal["text", "heading", "title"] = "text"


# ------------------------------------------------------------------------------------------------ what plugins give


@dataclass(frozen=True, slots=True)
class Item:
    """One file that a source can deliver."""

    id: str
    """Stable within the source: the same file has the same id tomorrow."""
    name: str
    """File name shown to people."""
    folder: str = ""
    """The folder it lies in, as a hint: a content type may claim a folder by its name."""
    stamp: str = ""
    """Changes whenever the content does (an ETag, or size and time): an item with the stamp of the last time is not
    read again. Empty: it is read every time."""


@dataclass(frozen=True, slots=True)
class Source:
    """取込元: where files come from. Listing twice without a change gives the same items; reading changes nothing.

    A source that cannot be reached raises ``kb.SourceError`` from ``items``: nothing is taken for gone then.
    """

    name: str
    label: str
    items: Callable[[], Iterable[Item]]
    read: Callable[[str], BinaryIO]
    """Open one item by its id, for reading bytes; the caller closes it."""
    minutes: int = 0
    """How often the server looks through it, in minutes; 0: only ``kb ingest`` does."""
    prunes: bool = False
    """True if what it does not list any more goes to the bin, and comes back from there when it is listed again."""
    content_type: str = ""
    """The content type of all its items; empty to find out."""
    access: AccessClass | None = None
    """The access class of all its items; None for the content type's own."""


def describe_by_name(file: File, extraction: Extraction) -> Description:
    """The description used by content types that bring none: the file's own title, else its name."""
    return Description(title=extraction.metadata.get("title") or file.stem)


def claim_nothing(_file: File, _extraction: Extraction) -> float:
    """The claim of a content type that is only ever chosen by folder or by hand."""
    return 0.0


@dataclass(frozen=True, slots=True)
class ContentType:
    """資料の種類: how files of one kind are described, split and shown."""

    name: str
    """ASCII identifier, used in URLs and queries (``type:newsletter``)."""
    label: str
    split: Callable[[Document, Extraction], Iterable[Section]]
    """Yield the sections of a document in reading order."""
    describe: Callable[[File, Extraction], Description] = describe_by_name
    claims: Callable[[File, Extraction], float] = claim_nothing
    """How sure it is, from 0 (no) to 1 (certain), that a file nobody sorted is of this type."""
    fields: tuple[Field, ...] = ()
    folder: str = ""
    """Files in ``documents/<folder>/`` are of this type."""
    template: str = "common/section.html"
    """Template that shows one section of this type on the reading page."""
    access: AccessClass = AccessClass.MEMBERS
    """The access class new documents get unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Synonyms:
    """One entry of the 類語辞書: words that mean the same. Each may be several words long."""

    words: tuple[str, ...]
    broader: tuple[str, ...] = ()
    """Wider terms: somebody who looks for a wider term also wants ``words``, not the other way round."""


@dataclass(frozen=True, slots=True)
class View:
    """A page or group of pages with an entry in the navigation bar."""

    label: str
    blueprint: Blueprint
    endpoint: str = ""
    """The endpoint that the navigation links to; by default the blueprint's ``index``."""
    order: int = 100
    """Place in the navigation, small first."""
    role: Role | None = None
    """The role that all pages of the blueprint are for; None: for everyone, what documents they show is another
    matter. Single pages can be kept for a higher role with ``kb.web.needs``."""


PanelPlace = Literal["home", "results", "reading"]


@dataclass(frozen=True, slots=True)
class Panel:
    """A box on the home page, the results page or the reading page."""

    title: str
    render: Callable[[Any], str]
    """Gets nothing useful on ``home`` (None), the ``Page`` on ``results``, the ``Section`` on ``reading``; returns safe
    HTML (``markupsafe.Markup``; a plain str is escaped), or an empty string to show no box."""
    order: int = 100


# ----------------------------------------------------------------------------------------------- queries and answers


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a run of words as typed; analysis decides how many tokens it is. ``field``: "" (anywhere) or title."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, side by side."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins so."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """An exact value: ``Filter("type", "newsletter")``. Narrows, never scores."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Range:
    """A range of document dates, both ends inclusive; None is open. Narrows, never scores."""

    field: str
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever does not match ``node``."""

    node: Node


@dataclass(frozen=True, slots=True)
class Boost:
    """``node`` with its score multiplied by ``factor``."""

    node: Node
    factor: float


@dataclass(frozen=True, slots=True)
class Everything:
    """All sections."""


Node = Term | Phrase | Prefix | Filter | Range | And | Or | Not | Boost | Everything

Sort = Literal["relevance", "date"]


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asks for: an AST, and which page of the answer in which order."""

    node: Node = field(default_factory=Everything)
    text: str = ""
    """The query as typed, to be shown again."""
    sort: Sort = "relevance"
    page: int = 1
    per_page: int = 10
    facets: tuple[str, ...] = ("type", "year")
    """The exact-value fields to count."""

    def narrowed(self, *filters: Filter) -> Query:
        """The same query, restricted to sections that match one of the values of each field named in ``filters``."""
        if not filters:
            return self
        fields = dict.fromkeys(f.field for f in filters)
        groups: Sequence[Node] = [Or(tuple(f for f in filters if f.field == name)) for name in fields]
        return replace(self, node=And((self.node, *groups)))


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text that is or is not to be marked."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One section that answers a query."""

    section: Section
    document: Document
    score: float
    snippet: tuple[Span, ...]
    heading: tuple[Span, ...]
    """The section's label with the words of the query marked."""


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the found sections have this value."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer."""

    query: Query
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=lambda: NOTHING)
    partial: bool = False
    """True if no section has all the words, so that sections with some of them are shown."""
    took_ms: float = 0.0

    @property
    def pages(self) -> int:
        """How many pages the answer has."""
        return -(-self.total // self.query.per_page)
