"""``kb serve``, and the processes beside it: one that takes files in, and those that answer pages."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Event, Thread

import click

from kb import memory
from kb.cli.ingesting import ingest_sources, report
from kb.cli.japanese import Command
from kb.cli.output import err
from kb.cli.session import Session, data_option, plugin_options
from kb.cli.users import first_steps
from kb.config import SETTINGS
from kb.errors import ConfigError
from kb.helper import pipes, processors
from kb.library import Library
from kb.model import Config
from kb.plugins import known
from kb.supervisor import Supervisor

#: How long the watching of sources may take to come to an end, in seconds.
_PATIENCE = 5.0
#: And for a mail that is just being handed over: below the 30 that the server gives its worker.
_MAIL_PATIENCE = 20.0
#: As many processes as answer pages unasked: each takes memory.
_MOST_UNASKED = 4


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
    from kb.web.relay import Relay  # noqa: PLC0415
    from kb.web.serve import serve as run  # noqa: PLC0415

    session.overrides |= {"host": host, "port": port, "threads": threads}
    _check_left_out(session)
    with session.library() as library, library.serving():
        if ingest_first:
            labels = {name: kind.label for name, kind in library.content_types.items()}
            report(ingest_sources(library), labels, quiet=False)
        if library.config.safe_mode:
            err.print("[yellow]安全モード[/] プラグインなしで始めます。検索と閲覧だけができます。")
        app, config = create_app(library), library.config
        number = _page_processes(config)
        more = _same_settings(session) | {"KB_CACHE_MEGABYTES": str(max(config.cache_megabytes // max(number, 1), 8))}
        relay = Relay(app, _beside(session, config.home, "answer"), number, more) if number else None
        if relay:
            library.rest()
        else:
            Thread(target=library.warm, daemon=True).start()
        with Supervisor.of(_beside(session, config.home, "work")), relay or nullcontext():
            run(app, config.host, config.port, config.threads, first_steps(session), most_bytes(config))


def _same_settings(session: Session) -> dict[str, str]:
    """What of the settings was given with the command, as environment variables."""
    given = {name: value for name, value in session.overrides.items() if value is not None}
    return {setting.variable: str(given[setting.name]) for setting in SETTINGS if setting.name in given}


def _page_processes(config: Config) -> int:
    """How many processes answer pages beside the server's own; none where that does it alone."""
    if config.engine == "memory":
        return 0  # the index is in this process's memory
    number = config.page_processes or processors(_MOST_UNASKED)
    return number if number > 1 else 0


def _check_left_out(session: Session) -> None:
    """A name with a slip in it would leave the plugin in."""
    every = known(session.config().home)
    for name in session.without:
        if name not in every:
            fix = f"入っているもの：{'、'.join(sorted(every))}"
            raise ConfigError(f"--without {name}", "この名前のプラグインはありません。", fix)


def _beside(session: Session, home: Path, command: str) -> list[str]:
    """A command for a process beside this server, with the same plugins."""
    left_out = [f"--without={name}" for name in session.without]
    safe = ["--no-plugins"] if session.config().safe_mode else []
    return [sys.executable, "-m", "kb", "--data", str(home), command, *safe, *left_out]


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


@click.command(cls=Command, hidden=True)
@data_option
@plugin_options
@click.pass_obj
def answer(session: Session) -> None:
    """画面に応じる働き手になります。「kb serve」が使います。標準入力が閉じると終わります。"""
    from kb.web import create_app  # noqa: PLC0415 - as for the server
    from kb.web.answering import answer as run  # noqa: PLC0415 - likewise

    if not sys.stdin.isatty():
        # The server tells it when to end: whoever stops a whole group of processes means that, too.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
    questions, answers = pipes()
    with session.library(catching_up=False) as library:
        app = create_app(library)
        library.warm()
        gc.collect()
        memory.give_back()
        gc.freeze()  # what is there now stays: no collection is to walk through it while somebody waits
        run(app, questions, answers)


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
