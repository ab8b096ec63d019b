"""Settings of the mail sources. The password is none of them: it comes from a file or the environment when needed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb import AccessClass, Config, SourceError
from kb_folder.settings_file import SWITCH, Key, one_of, problems, read_settings, text, whole

FILE = "mailbox.toml"
"""Its name in the data folder."""
LABEL = "メール"
VARIABLE = "KB_IMAP_PASSWORD"
"""The environment variable that has the password, if no file does."""

_PORT = 993
_USUAL_MINUTES, _LEAST_MINUTES, _MOST_MINUTES = 15, 5, 60 * 24 * 31
_USUAL_MEGABYTES, _MOST_MEGABYTES = 25, 200

_KIND: Mapping[str, Key] = {"content_type": text("資料の種類の名前"), "access": one_of(*AccessClass)}
#: An atom of IMAP (RFC 3501, 9): what needs no quotation marks there.
_ATOM = re.compile(r"[!#$&\'+,./0-9:;<=>?@A-Z\[^_`a-z|}~-]+")
_PLAIN = Key(
    lambda value: isinstance(value, str) and bool(_ATOM.fullmatch(value)), "空白や引用符のない半角の文字", needed=True
)
_SERVER: Mapping[str, Key] = {
    "host": _PLAIN,
    "user": _PLAIN,
    "port": whole(1, 65_535),
    "password_file": text("パスワードを書いたファイルの場所"),
    "certificate_file": text("組織の認証局の証明書（PEM）の場所"),
    "folder": Key(
        lambda value: isinstance(value, str) and value.isprintable() and bool(value), "メールボックスのフォルダー名"
    ),
    "minutes": whole(_LEAST_MINUTES, _MOST_MINUTES),
    "megabytes": whole(1, _MOST_MEGABYTES),
    "prunes": SWITCH,
    **_KIND,
}


@dataclass(frozen=True, slots=True)
class Server:
    """A mailbox on an IMAP server, reached by TLS."""

    host: str
    user: str
    port: int = _PORT
    password_file: Path | None = None
    certificate_file: Path | None = None
    """Certificates of an authority of one's own; None for those that the system trusts."""
    folder: str = "INBOX"
    minutes: int = _USUAL_MINUTES
    megabytes: int = _USUAL_MEGABYTES
    """The largest mail that is fetched, in MiB."""
    prunes: bool = True
    content_type: str = ""
    access: AccessClass = AccessClass.MEMBERS

    def password(self) -> str:
        """The password.

        Raises:
            SourceError: there is none, or it cannot be sent.

        """
        found = self._written() if self.password_file else os.environ.get(VARIABLE, "")
        if not found:
            fix = f"{FILE} の password_file か環境変数 {VARIABLE} で渡してください。"
            raise SourceError(LABEL, "IMAPのパスワードがありません。", fix)
        if not (found.isascii() and found.isprintable()):
            raise SourceError(LABEL, "IMAPのパスワードに使えない文字があります。", "半角の文字だけにしてください。")
        return found

    def _written(self) -> str:
        path = self.password_file or Path()
        try:
            return path.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            fix = "ファイルの場所と読み取りの権限を確かめてください。"
            raise SourceError(LABEL, f"パスワードのファイル {path} を読み取れません。", fix) from error


@dataclass(frozen=True, slots=True)
class Settings:
    """What becomes of mails in the folder, and the mailbox on a server, if there is one."""

    content_type: str = ""
    access: AccessClass = AccessClass.MEMBERS
    server: Server | None = None


def read(config: Config) -> Settings:
    """What the file says; without one, only the folder is looked through.

    Raises:
        SourceError: something in it cannot be used.

    """
    tables = read_settings(config.documents / FILE, LABEL)
    known: dict[str, Mapping[str, Key]] = {"folder": _KIND, "imap": _SERVER}
    wrong = [f"{name} という項目はありません。" for name in tables.keys() - known.keys()]
    wrong += [f"[{name}] {word}" for name in known if name in tables for word in problems(tables[name], known[name])]
    if wrong:
        raise SourceError(
            LABEL, f"{FILE} に使えない項目があります。{''.join(wrong)}", "直して、サーバーを起動し直してください。"
        )
    return Settings(
        **_typed(tables.get("folder", {}), config.home),
        server=Server(**_typed(tables["imap"], config.home)) if "imap" in tables else None,
    )


def _typed(table: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """The values as what they mean; files lie in the data folder unless their paths are whole."""
    meanings: Mapping[str, Callable[[Any], Any]] = {
        "access": AccessClass,
        "password_file": home.joinpath,
        "certificate_file": home.joinpath,
    }
    return {name: meanings[name](value) if name in meanings else value for name, value in table.items()}
