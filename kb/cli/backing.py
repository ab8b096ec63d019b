"""``kb backup``, ``kb restore`` and ``kb doctor``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click
from filelock import FileLock, Timeout
from rich.markup import escape

from kb import doctor as checkup
from kb.cli.japanese import Command
from kb.cli.output import err, out, print_json, progress_bar
from kb.cli.session import Session, data_option, json_option
from kb.errors import BusyError
from kb.model import Config
from kb.store import backup as backups

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=Command)
@data_option
@click.argument("file", type=FILE, metavar="ファイル")
@click.pass_obj
def backup(session: Session, file: Path) -> None:
    """目録と元のファイルを1つのファイルに保存します。「kb serve」が動いていてもかまいません。"""
    with session.library() as library:
        file.absolute().parent.mkdir(parents=True, exist_ok=True)
        with progress_bar("バックアップ", len(library.store.register.blobs())) as advance:
            held = backups.write(library.store, file.absolute(), advance)
    out.print(f"保存して確かめました：{escape(str(file))}（資料{held.documents}件、元のファイル{held.originals}個）")


@click.command(cls=Command)
@data_option
@click.argument("file", type=FILE, metavar="ファイル")
@click.option("--force", is_flag=True, help="今あるデータを脇に移して、置き換えます。")
@click.pass_obj
def restore(session: Session, file: Path, force: bool) -> None:
    """バックアップから戻します。すべてを確かめてから置き換えます。ログインとトークンは、作り直しが必要です。"""
    config = session.config()
    _refuse_while_serving(config)
    config.documents.mkdir(parents=True, exist_ok=True)
    held = backups.restore(file.absolute(), config.store, force=force, url=config.database)
    shutil.rmtree(config.search_index / "current", ignore_errors=True)
    with session.library() as library:
        library.work_off()
    out.print(f"戻しました：資料{held.documents}件、元のファイル{held.originals}個。索引も作り直しました。")


def _refuse_while_serving(config: Config) -> None:
    if not config.store.exists():
        return
    for name in ("server.lock", "lock"):
        try:
            with FileLock(config.store / name).acquire(timeout=0):
                pass
        except Timeout as error:
            fix = "終えてから、もう一度実行してください。"
            raise BusyError(str(config.home), "このデータでは kb が動いています。", fix) from error


@click.command(cls=Command)
@data_option
@click.option("--repair", is_flag=True, help="直せるものを直します。")
@json_option
@click.pass_obj
def doctor(session: Session, repair: bool, as_json: bool) -> None:
    """保管しているものと索引をすべて確かめます。問題がなければ終了コード0、直したら1、残ったら2です。"""
    with session.library() as library:
        with progress_bar("点検", len(library.store.register.blobs())) as advance:
            found = list(checkup.examine(library, advance))
        left = found
        if repair and any(one.derivable for one in found):
            checkup.repair(library)
            left = list(checkup.examine(library))
    if as_json:
        print_json([{"subject": c.subject, "reason": c.reason, "fix": c.fix, "repaired": c not in left} for c in found])
    for one in () if as_json else found:
        sign = "[yellow]直しました[/]" if one not in left else "[bold red]問題[/]"
        err.print(f"{sign} {escape(one.subject)}：{escape(one.reason)}{escape(one.fix) if one in left else ''}")
    if not found and not as_json:
        out.print("問題はありません。")
    sys.exit(2 if left else 1 if found else 0)
