"""``kb mail`` and ``kb digest``: trying the mail server, and sending what is due."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from rich.markup import escape

from kb.cli.japanese import Command, Group
from kb.cli.output import err, out, print_json
from kb.cli.session import Session, data_option, json_option


@click.group(cls=Group)
def mail() -> None:
    """メールを送る設定を確かめます。"""


@mail.command(cls=Command)
@data_option
@click.argument("address", metavar="アドレス")
@click.pass_obj
def test(session: Session, address: str) -> None:
    """試しに1通送ります。送れないときは、どこを直せばよいかを表示し、終了コード14で終わります。"""
    from kb.mail import Post, trial  # noqa: PLC0415 - the other commands do without

    config = session.config()
    post = Post(config)
    trial(post, config, address, datetime.now(UTC).replace(tzinfo=None))
    out.print(f"{escape(post.server)} に渡しました。{escape(address)} に届いたか、確かめてください。")
    if not config.public_address:
        err.print("[yellow]注意[/] 設定 hosts にサーバーの名前がないので、まだ新しい記事の知らせは送れません。")


@click.command(cls=Command)
@data_option
@json_option
@click.pass_obj
def digest(session: Session, as_json: bool) -> None:
    """保存した検索の新しい記事の知らせのうち、今送るべきものを送ります（「kb serve」は自分で送ります）。"""
    from kb.mail import Sender  # noqa: PLC0415 - the other commands do without

    with session.library() as library:
        sent = Sender(library).send_due()
    if as_json:
        print_json({"sent": sent.sent, "nothing_new": sent.nothing_new, "refused": sent.refused})
        return
    out.print(f"{sent.sent}通を送りました。新しい記事のなかった方は{sent.nothing_new}人です。")
    if sent.refused:
        err.print(f"[yellow]注意[/] {sent.refused}通は、宛先に断られました。後でもう一度送ります。")
