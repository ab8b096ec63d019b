"""Settings: one table, read once, frozen. Precedence: command line, environment, ``kb.toml``, default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from kb.errors import ConfigError
from kb.model import Config

FILE = "kb.toml"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table of settings."""

    name: str
    help: str
    parse: Callable[[Any], Any]
    expected: str

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"KB_{self.name.upper()}"

    @property
    def default(self) -> Any:
        """The value where nobody says otherwise."""
        return next(field.default for field in fields(Config) if field.name == self.name)


def _between(low: int, high: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        if isinstance(value, bool) or not low <= (number := int(value)) <= high:
            raise ValueError(value)
        return number

    return parse


def _one_of(*names: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in names:
            raise ValueError(value)
        return str(value)

    return parse


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[str(value).strip().lower()]


def _names(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else list(value)
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _short(value: Any) -> str:
    """A text that the database has a column for."""
    if not isinstance(value, str) or len(value) > 255:
        raise ValueError(value)
    return value


def _switch(name: str, text: str) -> Setting:
    return Setting(name, text, _yes_or_no, "true か false")


def _number(name: str, low: int, high: int, text: str) -> Setting:
    return Setting(name, text, _between(low, high), f"{low}から{high}までの整数")


SETTINGS: tuple[Setting, ...] = (
    Setting("host", "待ち受けるアドレス", str, "アドレス"),
    _number("port", 0, 65535, "待ち受けるポート番号（0は空いている番号）"),
    _number("threads", 1, 64, "同時に応じる要求の数"),
    _number("cache_megabytes", 8, 65536, "索引から読んだものを覚えておくメモリー（MiB。画面を作るプロセスで分け合う）"),
    _number("page_processes", 0, 16, "画面を作るプロセスの数（0ならCPUの数で4まで、1なら分けない）"),
    Setting("database", "目録のデータベース（空ならSQLite）", str, "postgresql+psycopg://… の形のURL"),
    Setting(
        "engine",
        "索引の方式",
        _one_of("whoosh", "stock", "memory"),
        "whoosh か stock（確かめるためのもので、遅い）か memory",
    ),
    _number("processes", 0, 64, "索引をまとめて作るときに並べて動かすプロセスの数（0ならCPUの数で8まで）"),
    _number("per_page", 1, 100, "検索結果の1ページの件数"),
    _number("extract_seconds", 1, 3600, "1つのファイルの読み取りにかけてよい秒数"),
    _number("extract_megabytes", 256, 65536, "1つのファイルの読み取りに使ってよいメモリー（MiB）"),
    _number("max_file_megabytes", 1, 4096, "取り込むファイルの大きさの上限（MiB）"),
    _number("upload_files", 1, 100, "一度に送れるファイルの数"),
    _number("quota_megabytes", 0, 1048576, "1つのアカウントが24時間に取り込める量（MiB、0なら限らない）"),
    Setting("disabled_plugins", "使わないプラグインの名前（コンマ区切り）", _names, "プラグインの名前"),
    _switch("safe_mode", "プラグインなしで動かす（検索と閲覧だけ。取り込みと変更はしない）"),
    _switch("trace_hooks", "プラグインの呼び出しを1回ずつログに書く（名前、ミリ秒、件数）"),
    _switch("https", "https で使う（cookie を https だけで送り、HSTS を付ける）"),
    Setting("hosts", "サーバーの名前（コンマ区切り。空なら localhost とIPアドレスだけで使える）", _names, "ホスト名"),
    _number("proxies", 0, 5, "サーバーの前に置いたリバースプロキシーの数"),
    _number("session_hours", 1, 24, "ログインの続く時間"),
    _number("session_idle_minutes", 5, 1440, "使わないとログアウトする分数"),
    _switch("totp", "ワンタイムの確認コードを使えるようにする"),
    Setting("oidc_issuer", "組織のログイン（OpenID Connect）の発行者（空なら使わない）", _short, "https://… のURL"),
    Setting("oidc_client_id", "組織のログインで発行された client id", str, "文字列"),
    Setting("oidc_client_secret", "組織のログインで発行された client secret（画面にも記録にも出ない）", str, "文字列"),
    Setting("oidc_label", "組織のログインのボタンの文字", str, "文字列"),
    _switch("oidc_create", "組織のログインで初めて来た人のアカウントを、会員として自動で作る"),
    Setting("mail_host", "メールを送るサーバー（SMTP。空ならメールを使わない）", str, "ホスト名"),
    _number("mail_port", 0, 65535, "そのポート番号（0なら、starttlsは587、sslは465、noneは25）"),
    Setting(
        "mail_tls",
        "メールのサーバーとの暗号化",
        _one_of("starttls", "ssl", "none"),
        "starttls か ssl か none（暗号化しない）",
    ),
    Setting("mail_user", "メールのサーバーの利用者の名前（空ならログインしない）", str, "文字列"),
    Setting("mail_password", "そのパスワード（画面にも記録にも出ない）", str, "文字列"),
    Setting("mail_from", "メールの差出人のアドレス", str, "メールアドレス"),
    _number("mail_hour", 0, 23, "新しい記事を知らせるメールを送る時刻（日本の時刻の、何時からか）"),
)
"""Every setting; ``docs/settings.md`` is generated from it."""


def load(
    home: Path | None = None, environ: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None
) -> Config:
    """Resolve all settings.

    Args:
        home: the data folder; without it ``KB_DATA``, else the current folder.
        environ: the environment variables, by default the process's.
        overrides: values from the command line, by setting name; None values count as not given.

    Raises:
        ConfigError: a value is unusable, or kb.toml has an unknown setting or cannot be read.

    """
    environ = os.environ if environ is None else environ
    home = (home or Path(environ.get("KB_DATA") or ".")).expanduser().absolute()
    from_file = _read(home / FILE)
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        for origin, source, key in (
            ("コマンドライン", given, setting.name),
            ("環境変数", environ, setting.variable),
            (FILE, from_file, setting.name),
        ):
            if key in source:
                values[setting.name] = _parsed(setting, source[key], f"{origin}の {key}")
                break
    return Config(home=home, **values)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise ConfigError(
            str(path), f"設定ファイルを読めません（{error}）。", "書き方と読み取りの権限を確かめてください。"
        ) from error
    known = {setting.name for setting in SETTINGS}
    for name in values:
        if name not in known:
            raise ConfigError(str(path), f"{name} という設定はありません。", f"使える設定：{'、'.join(sorted(known))}")
    return values


def _parsed(setting: Setting, value: Any, where: str) -> Any:
    try:
        return setting.parse(value)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(where, f"「{value}」は使えません。", f"{setting.expected}を指定してください。") from error


def reference() -> str:
    """The table of settings as Markdown, as it stands in ``docs/settings.md``."""
    head = "| 設定（kb.toml） | 環境変数 | 既定 | 意味 |\n|---|---|---|---|\n"
    rows = (f"| `{s.name}` | `{s.variable}` | {_shown(s.default)} | {s.help}：{s.expected} |" for s in SETTINGS)
    return head + "\n".join(rows)


def _shown(value: Any) -> str:
    if value == ():
        return "なし"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{','.join(value) if isinstance(value, tuple) else value}`"
