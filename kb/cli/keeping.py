"""Keeping house: ``kb serve``, ``kb samples``, ``kb remove`` and ``kb reindex``."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from threading import Event, Thread
from typing import Any

import click
from rich.markup import escape

from kb.cli.ingesting import ingest_sources, report
from kb.cli.japanese import Command
from kb.cli.output import err, out, print_json, progress_bar
from kb.cli.session import Session, data_option, json_option, plugin_options
from kb.cli.users import first_steps
from kb.errors import ConfigError, ExtractionError
from kb.ingest.intake import Outcome
from kb.ingest.supervisor import Supervisor
from kb.library import Library
from kb.model import EVERYTHING, OPERATOR
from kb.plugins import known

#: Folders of the sample documents.
SAMPLES = ("newsletters", "training", "cases")
#: How long the watching of sources may take to come to an end, in seconds.
_PATIENCE = 5.0
#: And for a mail that is just being handed over: below the 30 that the server gives its worker.
_MAIL_PATIENCE = 20.0


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


@click.command(cls=Command)
@data_option
@click.option("--host", metavar="アドレス", help="待ち受けるアドレス（既定は127.0.0.1）。")
@click.option("--port", type=int, metavar="番号", help="待ち受けるポート番号（既定は8000）。")
@click.option("--threads", type=int, metavar="数", help="同時に応じる要求の数（既定は8）。")
@plugin_options
@click.option("--ingest", "ingest_first", is_flag=True, help="始める前に documents/ のフォルダーから取り込みます。")
@click.pass_obj
def serve(session: Session, host: str | None, port: int | None, threads: int | None, ingest_first: bool) -> None:
    """検索の画面をブラウザーに出します。終えるときは Ctrl+C を押します。"""
    from kb.web import create_app  # noqa: PLC0415 - the other commands do without the web framework
    from kb.web.desk import most_bytes  # noqa: PLC0415 - likewise
    from kb.web.serve import serve as run  # noqa: PLC0415

    session.overrides |= {"host": host, "port": port, "threads": threads}
    _check_left_out(session)
    with session.library() as library, library.serving():
        if ingest_first:
            labels = {name: kind.label for name, kind in library.content_types.items()}
            report(ingest_sources(library), labels, quiet=False)
        if library.config.safe_mode:
            err.print("[yellow]安全モード[/] プラグインなしで始めます。検索と閲覧だけができます。")
        app = create_app(library)
        Thread(target=library.warm, daemon=True).start()
        with Supervisor(_worker(session, library.config.home)):
            config = library.config
            run(app, config.host, config.port, config.threads, first_steps(session), most_bytes(config))


def _check_left_out(session: Session) -> None:
    """A name with a slip in it would leave the plugin in."""
    every = known(session.config().home)
    for name in session.without:
        if name not in every:
            fix = f"入っているもの：{'、'.join(sorted(every))}"
            raise ConfigError(f"--without {name}", "この名前のプラグインはありません。", fix)


def _worker(session: Session, home: Path) -> list[str]:
    """The command that works for this server, with the same plugins."""
    left_out = [f"--without={name}" for name in session.without]
    safe = ["--no-plugins"] if session.config().safe_mode else []
    return [sys.executable, "-m", "kb", "--data", str(home), "work", *safe, *left_out]


@click.command(cls=Command, hidden=True)
@data_option
@plugin_options
@click.pass_obj
def work(session: Session) -> None:
    """取り込みの働き手になります。「kb serve」が使います。標準入力が閉じると終わります。"""
    ended = Event()

    def wait_for_the_end() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        ended.set()

    Thread(target=wait_for_the_end, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with session.library() as library:
        watching = Thread(target=library.watch, args=(ended.is_set,), daemon=True)
        watching.start()
        with _sending(library, ended):
            library.work(ended.is_set)
        # A source that is just being fetched from is not waited for: what it had not delivered is listed again.
        watching.join(_PATIENCE)


@contextmanager
def _sending(library: Library, ended: Event) -> Iterator[None]:
    """Inside, news are sent on their schedule, if there is a mail server."""
    if not library.config.mail_host:
        yield
        return
    from kb.mail import Sender  # noqa: PLC0415 - only where mails are sent

    thread = Thread(target=Sender(library).watch, args=(ended,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        # A mail that is just being handed over would be lost: it counts as sent. No further one is begun.
        ended.set()
        thread.join(_MAIL_PATIENCE)
