"""``kb plugin``: what is in use, the skeleton of a new one, and whether one keeps the contract."""

from __future__ import annotations

import click
from rich.markup import escape

from kb.cli.japanese import Command, Group
from kb.cli.output import err, out, print_json
from kb.cli.session import Session, data_option, json_option
from kb.hookapi import HOOK_API
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
