"""``kb mcp``: an assistant on this computer searches and reads."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from kb.cli.japanese import Command
from kb.cli.session import Session, data_option
from kb.errors import ConfigError

#: Bytes of a file that may be a token; one that holds more is some other file, and none of it is shown.
_LONGEST = 1000


@click.command(cls=Command)
@data_option
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="ファイル",
    help="「kb user token」で発行したトークンを入れたファイル。指定しなければ、公開の資料だけが見えます。",
)
@click.pass_obj
def mcp(session: Session, token_file: Path | None) -> None:
    """AIアシスタント（MCP）に、記事の検索、閲覧、出典の作成だけを許します。標準入出力で話します。"""
    if find_spec("mcp") is None:
        fix = "「pip install 'kb-csw[mcp]'」で入れてください。"
        raise ConfigError("kb mcp", "AIアシスタントのための部品（mcp）が入っていません。", fix)
    from kb import mcp_server  # noqa: PLC0415 - only there with the extra

    token = _token(token_file) if token_file else ""
    with session.library() as library:
        mcp_server.run(library, token)


def _token(path: Path) -> str:
    with path.open("rb") as stream:
        token = stream.read(_LONGEST).strip()
    if not token or not token.isascii() or b"\n" in token:
        raise ConfigError(str(path), "トークンの入ったファイルではありません。", "トークンの1行だけを入れてください。")
    return token.decode()
