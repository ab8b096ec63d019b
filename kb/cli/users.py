"""``kb user``: accounts from the server's own command line, also while the server is running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.markup import escape

from kb.auth import Account, Auth, Link, link_address, opened
from kb.cli.japanese import Command, Group
from kb.cli.output import err, out, print_json
from kb.cli.session import Session, data_option, json_option
from kb.errors import StorageError
from kb.model import OPERATOR, AccessClass, Role

CLASSES = "、".join(f"{one.value}（{one.label}）" for one in AccessClass)
ROLES = "、".join(f"{role.value}（{role.label}）" for role in Role)

role_type = click.Choice([role.value for role in Role])


@click.group(cls=Group)
def user() -> None:
    """アカウントを追加・変更します。サーバーが動いていても使えます。"""


@contextmanager
def _auth(session: Session) -> Iterator[Auth]:
    with opened(session.config()) as auth:
        yield auth


@user.command(cls=Command)
@data_option
@click.argument("name", metavar="名前")
@click.option("--role", type=role_type, default=Role.READER.value, help=f"役割：{ROLES}。既定は reader。")
@click.pass_obj
def add(session: Session, name: str, role: str) -> None:
    """アカウントを追加し、本人に渡す招待リンクを表示します。"""
    with _auth(session) as auth:
        account, link = auth.invite(name, Role(role), OPERATOR)
        out.print(f"追加しました：[bold]{escape(account.name)}[/]（{account.role.label}）")
        _print_link(session, link)


@user.command("list", cls=Command)
@data_option
@json_option
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    """アカウントの一覧を表示します。"""
    with _auth(session) as auth:
        every = auth.accounts.all()
    if as_json:
        print_json([_json(account) for account in every])
        return
    for account in every:
        out.print(
            f"{account.state_label}  {account.role.value}（{account.role.label}）  [bold]{escape(account.name)}[/]"
        )
    if not every:
        out.print("アカウントはまだありません。「kb user add」で追加します。")


def _json(account: Account) -> dict[str, str]:
    return {
        "name": account.name,
        "role": account.role.value,
        "state": account.state,
        "created": f"{account.created_at.isoformat(timespec='seconds')}Z",
    }


@user.command(cls=Command)
@data_option
@click.argument("name", metavar="名前")
@click.pass_obj
def disable(session: Session, name: str) -> None:
    """アカウントを停止します。ログイン中なら、すぐにログアウトさせます。"""
    with _auth(session) as auth:
        account = auth.accounts.disable(auth.find(name).id, OPERATOR)
    out.print(f"停止しました：{escape(account.name)}")


@user.command(cls=Command)
@data_option
@click.argument("name", metavar="名前")
@click.pass_obj
def enable(session: Session, name: str) -> None:
    """停止したアカウントを、また使えるようにします。"""
    with _auth(session) as auth:
        account = auth.accounts.enable(auth.find(name).id, OPERATOR)
    out.print(f"再開しました：{escape(account.name)}")


@user.command(cls=Command)
@data_option
@click.argument("name", metavar="名前")
@click.argument("role", type=role_type, metavar="役割")
@click.pass_obj
def role(session: Session, name: str, role: str) -> None:
    """役割を変えます（reader、csw、staff、admin）。本人はログインし直します。"""
    with _auth(session) as auth:
        account = auth.accounts.set_role(auth.find(name).id, Role(role), OPERATOR)
    out.print(f"役割を変えました：{escape(account.name)}（{account.role.label}）")


@user.command(cls=Command)
@data_option
@click.argument("name", metavar="名前")
@click.pass_obj
def link(session: Session, name: str) -> None:
    """パスワードを決め直すリンクを表示します。前のリンクは使えなくなります。"""
    with _auth(session) as auth:
        _print_link(session, auth.link(auth.find(name), OPERATOR))


@user.command(cls=Command)
@data_option
@click.argument("name", metavar="名前")
@click.option("--days", type=click.IntRange(1, 3650), metavar="日数", help="使える日数（指定しなければ無期限）。")
@click.option(
    "--read",
    "reads",
    multiple=True,
    type=click.Choice([one.value for one in AccessClass]),
    help=f"読むことだけができ、この公開範囲だけが見えるトークンにします（繰り返せます）：{CLASSES}。",
)
@click.option("--end", is_flag=True, help="発行せず、これまでのトークンをすべて使えなくします。")
@click.pass_obj
def token(session: Session, name: str, days: int | None, reads: tuple[str, ...], end: bool) -> None:
    """プログラムがこのアカウントとして働くためのトークンを、1回だけ表示します。"""
    with _auth(session) as auth:
        account = auth.find(name)
        if end:
            out.print(f"{auth.accounts.end_tokens(account, OPERATOR)}件のトークンを使えなくしました。")
        else:
            classes = frozenset(map(AccessClass, reads)) if reads else None
            click.echo(auth.new_token(account, days, OPERATOR, classes))


def _print_link(session: Session, link: Link) -> None:
    out.print(f"次のリンクを本人に渡してください（{link.label}、1回だけ使えます）。")
    click.echo(link_address(session.config(), link))


def first_steps(session: Session) -> Callable[[str], None]:
    """For ``kb serve``: shows the way to the first account, as long as there is no administrator."""

    def announce(address: str) -> None:
        try:
            with _auth(session) as auth:
                link = auth.setup_link()
        except StorageError as error:  # no reason to end: what there is can still be read
            err.print(f"[yellow]注意[/] 管理者を作るリンクを用意できません。{escape(str(error))}")
            return
        if link is not None:
            config = session.config()
            click.echo(f"最初の管理者のアカウントは、次のリンクで作れます（{link.label}、1回だけ使えます）。")
            click.echo(link_address(config, link, address))

    return announce
