"""``kb search``, ``kb sections`` and ``kb documents``: what is there, for people and as stable JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from rich.markup import escape
from rich.text import Text
from rich.tree import Tree

from kb.cli.japanese import Command
from kb.cli.output import out, print_json
from kb.cli.session import Session, data_option, json_option
from kb.model import Annotation, Hit, Page, Section, Span
from kb.search.query import MAX_PER_PAGE, parse


@click.command(cls=Command, context_settings={"ignore_unknown_options": True})
@data_option
@click.argument("words", nargs=-1, required=True, metavar="検索語...")
@click.option("--sort", type=click.Choice(["relevance", "date"]), default="relevance", help="並べ方（関連度・日付）。")
@click.option("--page", type=click.IntRange(1), default=1, metavar="番号", help="何ページ目を表示するか。")
@click.option("--per-page", type=click.IntRange(1, MAX_PER_PAGE), metavar="件数", help="1ページの件数。")
@json_option
@click.pass_obj
def search(session: Session, words: tuple[str, ...], sort: Any, page: int, per_page: int | None, as_json: bool) -> None:
    """記事を検索します。「-語」で除外、「"語 語"」で語句、OR、「語*」、type: date: title: が使えます。"""
    mistyped = next((word for word in words if word.startswith("--") and len(word) > 2), None)
    if mistyped:
        raise click.NoSuchOption(mistyped, ctx=click.get_current_context())
    with session.reader() as reader:
        size = per_page or session.config().per_page
        answer = reader.search(parse(" ".join(words), sort=sort, page=page, per_page=size))
    if as_json:
        print_json(_page_json(answer))
    else:
        _print_page(answer)


def _page_json(page: Page) -> dict[str, Any]:
    return {
        "total": page.total,
        "took_ms": round(page.took_ms, 3),
        "partial": page.partial,
        "hits": [_hit_json(hit) for hit in page.hits],
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "document": hit.document.id,
        "section": hit.section.id,
        "title": hit.document.title,
        "heading": hit.section.label,
        "path": list(hit.section.path),
        "page": hit.section.page,
        "date": hit.document.date.isoformat() if hit.document.date else None,
        "score": round(hit.score, 6),
        "snippet": "".join(span.text for span in hit.snippet),
    }


def _print_page(page: Page) -> None:
    if not page.total:
        out.print("見つかりませんでした。語を減らすか、別の言い方で試してください。")
        return
    if page.partial:
        out.print("[yellow]すべての語を含む記事はありませんでした。一部の語を含む記事を表示します。[/]")
    out.print(f"{page.total}件（{page.query.page}/{page.pages}ページ、{page.took_ms:.0f}ミリ秒）")
    for hit in page.hits:
        place = f"、{hit.section.page}ページ" if hit.section.page else ""
        out.print()
        out.print(_styled(hit.heading, "bold"), f"[dim]{escape(hit.section.id)}[/]")
        out.print(f"[dim]{escape(' › '.join((hit.document.title, *hit.section.path[:-1])))}{place}[/]")
        out.print(_styled(hit.snippet, ""))


def _styled(spans: Iterable[Span], style: str) -> Text:
    text = Text()
    for span in spans:
        text.append(span.text, style=f"{style} underline" if span.marked else style)
    return text


@click.command(cls=Command)
@data_option
@click.argument("document", metavar="資料")
@json_option
@click.pass_obj
def sections(session: Session, document: str, as_json: bool) -> None:
    """資料の記事・節を表示します。資料はID、ファイル名、題名のどれでも指定できます。"""
    with session.reader() as reader:
        found = reader.find(document)
        every = reader.sections(found.id)
        annotations = reader.annotations(every)
    if as_json:
        print_json([_section_json(section, annotations.get(section.id, ())) for section in every])
    else:
        out.print(_tree(f"[bold]{escape(found.title)}[/]  [dim]{found.id}[/]", every))


def _section_json(section: Section, annotations: Iterable[Annotation]) -> dict[str, Any]:
    return {
        "section": section.id,
        "heading": section.label,
        "path": list(section.path),
        "level": section.level,
        "page": section.page,
        "text": section.text,
        "annotations": [
            {"kind": a.kind, "value": a.value, "label": a.label, "start": a.start, "end": a.end, "where": a.where}
            for a in annotations
        ],
    }


def _tree(title: str, every: Iterable[Section]) -> Tree:
    root = Tree(title)
    branches: dict[tuple[str, ...], Tree] = {(): root}
    for section in every:
        parent = branches.get(section.path[:-1], root)
        page = f"  [dim]{section.page}ページ[/]" if section.page else ""
        label = f"{escape(section.label)}{page}  [dim]{len(section.text)}字  {section.id}[/]"
        branches[section.path] = parent.add(label)
    return root


@click.command(cls=Command)
@data_option
@json_option
@click.pass_obj
def documents(session: Session, as_json: bool) -> None:
    """資料の一覧を新しい順に表示します。"""
    with session.reader() as reader:
        every = reader.documents()
        labels = {name: kind.label for name, kind in reader.content_types.items()}
    if as_json:
        print_json(
            [
                {
                    "document": d.id,
                    "type": d.type,
                    "title": d.title,
                    "date": d.date.isoformat() if d.date else None,
                    "access": d.access.value,
                    "file": d.file_name,
                    "version": d.version,
                    "fields": dict(d.fields),
                }
                for d in every
            ]
        )
        return
    for d in every:
        out.print(
            f"{d.id}  {d.date or '日付なし　'}  {labels.get(d.type, d.type)}  "
            f"[bold]{escape(d.title)}[/]  [dim]{d.access.label}[/]"
        )
    if not every:
        out.print("資料はまだありません。「kb ingest」で取り込みます。")
