"""Keeping house: ``kb samples``, ``kb remove``, ``kb bin`` and ``kb reindex``."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from kb.cli.ingesting import report
from kb.cli.japanese import Command
from kb.cli.output import err, out, print_json, progress_bar
from kb.cli.session import Session, data_option, json_option
from kb.errors import ExtractionError
from kb.ingest.intake import Outcome
from kb.model import EVERYTHING, OPERATOR

#: Folders of the sample documents.
SAMPLES = ("newsletters", "training", "cases")


@click.command(cls=Command)
@data_option
@click.pass_obj
def samples(session: Session) -> None:
    """見本の資料（架空のみどり県のニュースレター、研修資料、支援事例）を documents/ に置きます。"""
    documents = session.config().documents
    with as_file(_samples()) as folders:
        placed = [
            place(path, documents / path.relative_to(folders))
            for path in sorted(folders.glob("*/*"))
            if path.parent.name in SAMPLES
        ]
        for path in sorted(folders.glob("*.tsv")):  # what the prefecture of the samples consists of
            place(path, documents / path.name)
    out.print(f"{escape(str(documents))} に {sum(placed)}件の見本を置きました。「kb ingest」で取り込みます。")


def place(path: Path, target: Path) -> bool:
    """Copy a file unless there is one; whether there was none."""
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    return True


def _samples() -> Any:
    """The sample documents: inside the installed package, or in the working copy of a developer."""
    packaged = files("kb") / "samples"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "documents"


@click.command(cls=Command)
@data_option
@click.argument("document", metavar="資料")
@click.pass_obj
def remove(session: Session, document: str) -> None:
    """資料をごみ箱に入れます。すぐに検索から消え、30日の間は「kb bin --restore 資料」で戻せます。"""
    with session.library() as library:
        desk = library.desk(OPERATOR)
        found = desk.drafts.find(document)
        desk.bin(found.id)
        library.bring_up_to_date()
    out.print(f"ごみ箱に入れました：{escape(found.title)}（{found.id}）")


@click.command("bin", cls=Command)
@data_option
@click.option("--restore", metavar="資料", help="この資料をごみ箱から戻します。")
@json_option
@click.pass_obj
def recycle(session: Session, restore: str | None, as_json: bool) -> None:
    """ごみ箱の資料を表示します。--restore で戻します。30日を過ぎた資料は消えます。"""
    with session.library() as library:
        desk = library.desk(OPERATOR)
        if restore:
            found = desk.drafts.find(restore)
            desk.restore(found.id)
            library.bring_up_to_date()
            err.print(f"戻しました：{escape(found.title)}（{found.id}）")
        binned = desk.binned()
    if as_json:
        print_json([{"document": d.id, "title": d.title, "file": d.file_name, "at": _utc(d.binned_at)} for d in binned])
        return
    for d in binned:
        out.print(f"{d.id}  {_utc(d.binned_at)}  [bold]{escape(d.title)}[/]")
    if not binned:
        out.print("ごみ箱は空です。")


def _utc(at: datetime | None) -> str | None:
    return at.replace(tzinfo=UTC).isoformat(timespec="seconds") if at else None


@click.command(cls=Command)
@data_option
@click.option("--reread", is_flag=True, help="元のファイルの読み取りからやり直します。")
@click.pass_obj
def reindex(session: Session, reread: bool) -> None:
    """索引を目録から作り直します。検索は作り直しの間も止まりません。"""
    with session.library() as library:
        total = len(library.reader(EVERYTHING).documents())
        failed: list[Outcome] = []
        if reread:
            with progress_bar("読み直し", total) as advance:
                failed = [outcome for outcome in library.reread(advance) if outcome.error]
        with progress_bar("索引作り", total) as advance:
            count = library.reindex(advance)
    report(failed, {}, quiet=True)
    out.print(f"{count}件の資料の索引を作り直しました。")
    if failed:
        sys.exit(ExtractionError.exit_code)
