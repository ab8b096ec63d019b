"""The command line: ``kb ingest``, ``kb search``, ``kb serve`` and the rest.

``--json`` is a stable interface: its keys do not change or vanish within a major version.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from copy import copy

import click
from rich.markup import escape

import kb
from kb.cli import assistant, backing, evaluating, ingesting, keeping, kit, mailing, reading, serving, users
from kb.cli.japanese import Group, explain, with_japanese_help
from kb.cli.output import err
from kb.cli.session import Session, data_option, foreseen
from kb.errors import KbError, PluginError
from kb.plugins import Plugins


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@data_option
@click.version_option(kb.__version__, message="kb %(version)s", help="版を表示して終わります。")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """社会福祉協議会の資料を記事の単位で検索するナレッジベースです。"""
    ctx.ensure_object(Session)


for command in (
    ingesting.ingest,
    reading.search,
    reading.sections,
    reading.documents,
    serving.serve,
    keeping.samples,
    keeping.remove,
    keeping.recycle,
    serving.work,
    serving.answer,
    backing.backup,
    backing.restore,
    backing.doctor,
    keeping.reindex,
    evaluating.evaluate,
    kit.plugin,
    kit.plugins,
    users.user,
    mailing.mail,
    mailing.digest,
    assistant.mcp,
):
    cli.add_command(command)


def _with_plugins(arguments: Sequence[str]) -> click.Group:
    """The commands of the core, and those that plugins add under names that are not taken."""
    group = copy(cli)
    group.commands = dict(cli.commands)
    for plugin, command in Plugins.of(foreseen(arguments).config()).commands():
        if command.name in group.commands:
            fix = "別の名前を付けてください。"
            raise PluginError(plugin, f"kb {command.name} というコマンドは既にあります。", fix)
        group.add_command(with_japanese_help(command))
    return group


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every error is one Japanese sentence on stderr and an exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        given = list(sys.argv[1:] if arguments is None else arguments)
        code = _with_plugins(given).main(given, prog_name="kb", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        code = 0
    except click.ClickException as error:
        err.print(f"[bold red]誤り[/] {escape(explain(error))}")
        code = error.exit_code
    except KbError as error:
        err.print(f"[bold red]誤り[/] {escape(str(error))}")
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        err.print("中止しました。")
        code = 130
    sys.exit(code if isinstance(code, int) else 0)
