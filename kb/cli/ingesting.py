"""``kb ingest``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from kb.cli.japanese import Command
from kb.cli.output import err, out, print_json, watched
from kb.cli.session import Session, data_option, json_option
from kb.errors import ConfigError, ExtractionError, SourceError
from kb.ingest.intake import Outcome
from kb.library import Library, Offer
from kb.model import AccessClass, State

STATUS = {
    "added": "追加",
    "updated": "更新",
    "unchanged": "変更なし",
    "duplicate": "重複",
    "binned": "ごみ箱",
    "failed": "失敗",
}


@click.command(cls=Command)
@data_option
@click.argument("paths", nargs=-1, type=click.Path(exists=False, path_type=Path), metavar="[ファイルやフォルダー]...")
@click.option(
    "--type", "content_type", default="", metavar="種類", help="資料の種類（newsletter など）。省くと中身から決めます。"
)
@click.option(
    "--access", type=click.Choice([a.value for a in AccessClass]), help="公開範囲。省くと種類ごとの既定です。"
)
@json_option
@click.pass_obj
def ingest(session: Session, paths: tuple[Path, ...], content_type: str, access: str | None, as_json: bool) -> None:
    """資料を取り込みます。ファイルを省くと documents/ のフォルダーから取り込みます。"""
    with session.library() as library:
        if paths:
            every = _expand(paths, library.config.search_index)
            chosen = AccessClass(access) if access else None
            outcomes = watched("取り込み", library.ingest_files(every, content_type, chosen), len(every))
        else:
            outcomes = ingest_sources(library)
        labels = {name: kind.label for name, kind in library.content_types.items()}
    if as_json:
        print_json([_outcome_json(outcome) for outcome in outcomes])
    report(outcomes, labels, quiet=as_json)
    if any(outcome.status == "failed" for outcome in outcomes):
        sys.exit(ExtractionError.exit_code)


def ingest_sources(library: Library) -> list[Outcome]:
    """Take in whatever the sources have on offer, with a progress bar; one that cannot be reached stops no other."""
    offers: list[Offer] = []
    unreachable: list[Outcome] = []
    for source in library.sources:
        try:
            offers += library.offers_of(source)
        except SourceError as error:
            unreachable.append(Outcome(source.label, "failed", error=error))
    return unreachable + watched("取り込み", library.ingest_offers(offers), len(offers))


def _expand(paths: Iterable[Path], index: Path) -> list[Path]:
    """Files as named, folders as the files in them; our own index in such a folder is nobody's document."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(
                p
                for p in path.rglob("*")
                if p.is_file() and not _hidden(p.relative_to(path)) and index not in p.absolute().parents
            )
        elif path.exists():
            found.append(path)
        else:
            raise ConfigError(str(path), "このファイルはありません。", "名前と場所を確かめてください。")
    return found


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)


def report(outcomes: Sequence[Outcome], labels: dict[str, str], *, quiet: bool) -> None:
    """Tell what became of each file; problems always, successes unless ``quiet``."""
    for outcome in outcomes:
        if outcome.error is not None:
            err.print(f"[bold red]失敗[/] {escape(str(outcome.error))}")
        elif outcome.document is not None and not quiet and outcome.status != "unchanged":
            document = outcome.document
            count = f"  {labels[document.type]}、{outcome.sections}件" if outcome.sections else ""
            out.print(f"{STATUS[outcome.status]}  {document.id}  [bold]{escape(document.title)}[/]{count}")
            if document.state is State.DRAFT:
                err.print(f"[yellow]確認待ち[/] {escape(document.title)}：指摘を確かめて公開するまで、検索に出ません。")
            if outcome.status == "binned":
                fix = f"戻すには「kb bin --restore {document.id}」。"
                err.print(f"[yellow]ごみ箱[/] {escape(outcome.name)}：この資料はごみ箱にあります。{fix}")
            for warning in document.warnings:
                err.print(f"[yellow]注意[/] {escape(document.file_name)}：{escape(warning)}")
    if not quiet:
        counts = {status: sum(o.status == status for o in outcomes) for status in STATUS}
        out.print(
            "、".join(f"{STATUS[status]} {count}" for status, count in counts.items() if count)
            or "取り込むファイルがありません。"
        )


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    document = outcome.document
    return {
        "file": outcome.name,
        "status": outcome.status,
        "document": document.id if document else None,
        "type": document.type if document else None,
        "state": document.state.value if document else None,
        "title": document.title if document else None,
        "sections": outcome.sections,
        "warnings": list(document.warnings) if document else [],
        "error": str(outcome.error) if outcome.error else None,
    }
