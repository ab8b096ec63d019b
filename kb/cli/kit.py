"""``kb plugin``: what is in use, the skeleton of a new one, and whether one keeps the contract."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click
from rich.markup import escape

from kb.cli.japanese import Command, Group
from kb.cli.output import err, out, print_json
from kb.cli.session import Session, data_option, json_option
from kb.errors import NotFoundError, PluginError
from kb.hookapi import HOOK_API
from kb.kit.scaffold import KINDS, Kind, create
from kb.plugins import Plugins


@click.group(cls=Group)
def plugin() -> None:
    """プラグインの一覧、ひな形作り、点検です。"""


@plugin.command("list", cls=Command)
@data_option
@json_option
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """使っているプラグインの名前、版、入手元、フックを表示します。"""
    _show(session, as_json)


@click.command("plugins", cls=Command, hidden=True)
@data_option
@json_option
@click.pass_obj
def plugins(session: Session, as_json: bool) -> None:
    """「kb plugin list」と同じです。"""
    _show(session, as_json)


def _show(session: Session, as_json: bool) -> None:
    every = Plugins.of(session.config()).names()
    if as_json:
        print_json([{"plugin": p.name, "version": p.version, "hooks": list(p.hooks), "from": p.where} for p in every])
        return
    for one in every:
        about = "、".join(filter(None, [one.version, one.where]))
        out.print(f"[bold]{escape(one.name)}[/]（{escape(about)}）  {'、'.join(one.hooks)}")
        for warning in one.warnings:
            err.print(f"[yellow]注意[/] {escape(one.name)}：{escape(warning)}")
    out.print(f"フックの版 {HOOK_API}、プラグイン {len(every)}個")


@plugin.command(cls=Command)
@click.argument("name", metavar="名前")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default=KINDS[0],
    help="足すもの（種類、取込元、画面、ファイル形式）。既定は content-type。",
)
@click.option("--label", default="新しい資料", metavar="日本語", help="画面での名前（議事録 など）。")
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=Path(), metavar="フォルダー", help="作る場所。"
)
def new(name: str, kind: Kind, label: str, into: Path) -> None:
    """テストの通るプラグインのひな形を作ります。今あるものは上書きしません。"""
    folder = create(name, kind, into, label)
    out.print(f"作りました：{escape(str(folder))}")
    out.print(f"次は：cd {escape(str(folder))} && pip install -e . && pytest && kb plugin check {name}")


@plugin.command(cls=Command)
@data_option
@click.argument("name", required=False, metavar="[名前]")
@click.option(
    "--sample",
    "samples",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="ファイル",
    help="kb_extract が読む見本。壊した写しでも試します（何度でも書けます）。",
)
@json_option
@click.pass_obj
def check(session: Session, name: str | None, samples: tuple[Path, ...], as_json: bool) -> None:
    """プラグインが約束を守っているかを点検します。名前を省くとすべてを点検します。"""
    from kb.kit.check import check_plugin  # noqa: PLC0415 - the other commands do without the web framework

    every = Plugins.of(session.config()).modules()
    if name is not None and name not in every:
        known = "、".join(every)
        raise NotFoundError(name, "この名前のプラグインはありません。", f"入っているもの：{known}")
    chosen = [name] if name else list(every)
    found = {one: check_plugin(one, every[one], samples=samples, others=every) for one in chosen}
    if as_json:
        print_json([{"plugin": one, **asdict(c)} for one, complaints in found.items() for c in complaints])
    for one, complaints in () if as_json else found.items():
        for complaint in complaints:
            err.print(f"[bold red]不合格[/] {escape(one)} {escape(str(complaint))}")
        if not complaints:
            out.print(f"合格  {escape(one)}")
    if any(found.values()):
        sys.exit(PluginError.exit_code)
