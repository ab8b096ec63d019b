"""What the JSON API answers beyond ``kb.answers``: pages of lists, how staff handle documents, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from kb.answers import Found, Paper, WholePaper

Page = Annotated[int, "このページの番号（1から）"]
PerPage = Annotated[int, "1ページの件数"]
Pages = Annotated[int, "ページの数"]


@dataclass(frozen=True, slots=True)
class Links:
    """The other pages of a list."""

    first: Annotated[str, "最初のページのアドレス"]
    previous: Annotated[str | None, "前のページのアドレス。なければnull"]
    next: Annotated[str | None, "次のページのアドレス。なければnull"]
    last: Annotated[str, "最後のページのアドレス"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet."""

    value: Annotated[str, "絞り込みに使う値"]
    label: Annotated[str, "画面に出る名前"]
    count: Annotated[int, "この値の記事の数"]
    chosen: Annotated[bool, "この値で絞り込んでいればtrue"]


@dataclass(frozen=True, slots=True)
class FacetOfResults:
    """A field to narrow by."""

    field: Annotated[str, "項目の名前。同じ名前のパラメーターで絞り込めます"]
    label: Annotated[str, "画面に出る名前"]
    values: Annotated[tuple[Value, ...], "ある値。絞り込み中の項目では、その項目の絞り込みがないときの数です"]


@dataclass(frozen=True, slots=True)
class Results:
    """One page of the answer to a query."""

    q: Annotated[str, "検索した語"]
    total: Annotated[int, "見つかった記事の数"]
    partial: Annotated[bool, "すべての語を含む記事がなく、一部の語を含む記事を答えていればtrue"]
    page: Page
    per_page: PerPage
    pages: Pages
    hits: Annotated[tuple[Found, ...], "見つかった記事"]
    facets: Annotated[tuple[FacetOfResults, ...], "絞り込める項目"]
    links: Annotated[Links, "ほかのページ"]


@dataclass(frozen=True, slots=True)
class Papers:
    """One page of the list of documents."""

    total: Annotated[int, "資料の数"]
    page: Page
    per_page: PerPage
    pages: Pages
    documents: Annotated[tuple[Paper, ...], "資料。新しい順です"]
    links: Annotated[Links, "ほかのページ"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A phrase that somebody may mean who is typing."""

    text: Annotated[str, "候補の言葉"]
    query: Annotated[str, "打ちかけの言葉を候補に置き換えた検索語の全体"]
    count: Annotated[int, "その言葉のある記事の数"]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is offered while somebody types, what is used most first."""

    suggestions: Annotated[tuple[Suggestion, ...], "候補。最後の言葉についてのものです"]


@dataclass(frozen=True, slots=True)
class HandledPaper(WholePaper):
    """A document as staff see it: with how far it has come. ``version`` is that of the file that came last."""

    state: Annotated[Literal["waiting", "draft", "published", "failed"], "どこまで進んだか"]
    version_state: Annotated[Literal["waiting", "read", "failed", "superseded"], "最後に届いたファイルの読み取り"]
    findings: Annotated[int, "確かめて決めることの数"]
    warnings: Annotated[tuple[str, ...], "読み取りのときの注意"]
    binned: Annotated[bool, "ごみ箱にあればtrue"]
    error: Annotated[str | None, "読み取れない理由と直し方"]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What has become of a file that was sent."""

    document: Annotated[str, "資料のID"]
    version: Annotated[int, "版（1から）"]
    status: Annotated[Literal["accepted", "unchanged", "duplicate", "binned"], "受け付けの結果"]
    url: Annotated[str, "どこまで進んだかを尋ねるアドレス（このAPIの）"]
    error: Annotated[str | None, "使えない理由と直し方。binned のときだけ"]


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a token acts for."""

    name: Annotated[str, "アカウントの名前"]
    role: Annotated[str | None, "役割"]
    access: Annotated[tuple[str, ...], "読める公開範囲"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal (RFC 9457)."""

    type: Annotated[str, "いつも about:blank：状態コードのとおりの意味です"]
    title: Annotated[str, "何が起きたか"]
    status: Annotated[int, "状態コード"]
    detail: Annotated[str, "理由と、次にすること"]
    error: Annotated[str, "detail と同じ（以前の名前）"]
