"""What is PostgreSQL's own: how its connections are made ready, how its writers wait, what its errors mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from kb.errors import ConfigError
from kb.store.transactions import WRITES

OPTIONS: dict[str, Any] = {
    # What a writer reads after it has waited for its turn must be what the writer before it has left.
    "isolation_level": "READ COMMITTED",
    # A server that has been restarted is no error for whoever comes next.
    "pool_pre_ping": True,
}
"""For ``create_engine``."""

#: The one lock that all writing transactions take: the same order as SQLite gives by itself.
_TURN = 0x6B62

#: As with SQLite: a commit is on the disk, whatever the server is set to, and nobody waits for a lock for ever. A
#: client whose machine has gone away in the middle of a transaction does not keep the others from writing.
_SETTINGS = """
SELECT set_config('lock_timeout', '30s', false),
       set_config('idle_in_transaction_session_timeout', '60s', false),
       CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END
"""

#: What the server or its driver says (in English or, by ``lc_messages``, in Japanese), and what it means.
_MEANINGS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("authentication failed", "認証に失敗", "no password supplied", "pg_hba.conf"),
        "データベースに入れません（利用者の名前かパスワードが違うか、サーバーが許していません）。",
        "設定 database の利用者とパスワードを確かめてください。",
    ),
    (
        ("does not exist", "存在しません"),
        "データベースか利用者がありません。",
        "サーバーで createdb を使って作るか、設定 database の名前を確かめてください。",
    ),
    (
        ("value too long", "値は型", "out of range", "範囲外"),
        "目録に入れるには、名前か値が長すぎるか大きすぎます。",
        "ファイルやフォルダーの名前などを短くして、やり直してください。",
    ),
    (
        ("lock timeout", "ロックのタイムアウト"),
        "ほかの書き込みが終わらず、順番が来ませんでした。",
        "少し待って、やり直してください。",
    ),
)
_UNREACHABLE = (
    "データベースにつながらないか、答えがありません。",
    "サーバーが動いているか、設定 database のURLを確かめて、やり直してください。",
)


def prepare(connection: Any, _record: object) -> None:
    """Make a new connection ready.

    Raises:
        ConfigError: the database was made for another encoding: not every text could be kept in it.

    """
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        fix = "createdb --encoding=UTF8 --template=template0 で作り直してください。"
        raise ConfigError("database", f"データベースの文字コードが {encoding} です。", fix)
    connection.execute(_SETTINGS)
    connection.commit()


def begin(connection: Connection) -> None:
    """Begin a transaction; one that writes waits for the others."""
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")


def told(said: str, password: object) -> tuple[str, str]:
    """What an error of the server or its driver means, and what to do; never with the password."""
    reason, fix = next(
        ((reason, fix) for words, reason, fix in _MEANINGS if any(word in said for word in words)), _UNREACHABLE
    )
    first = (said.splitlines() or [""])[0]
    shown = first.replace(str(password), "***") if password else first
    return f"{reason}（{shown}）" if shown else reason, fix


def without_nul(
    _connection: Connection, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
) -> tuple[str, Any]:
    """PostgreSQL has no NUL in texts. An id that somebody has typed with one is none; in a name it cannot be seen."""
    return statement, [_cleaned(one) for one in parameters] if many else _cleaned(parameters)


def _cleaned(parameters: Any) -> Any:
    if isinstance(parameters, dict):
        return {name: _clean(value) for name, value in parameters.items()}
    return tuple(map(_clean, parameters)) if isinstance(parameters, Sequence) else parameters


def _clean(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
