"""The server's secret key, and what is made from it. It lies beside the database and is no part of it."""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from kb.errors import ConfigError

FILE = "secret"
_BYTES = 32


def secret_key(store: Path) -> bytes:
    """The key in the folder of the store; made at the first start, readable by nobody else.

    Raises:
        ConfigError: it cannot be read or made.

    """
    path = store / FILE
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        fix = "フォルダーの権限を確かめてください。"
        raise ConfigError(str(path), f"秘密の鍵を読み書きできません（{error.strerror}）。", fix) from error
    if len(key) != _BYTES:
        raise ConfigError(str(path), "秘密の鍵が壊れています。", "このファイルを消すと、作り直されます。")
    return key


def derived(key: bytes, purpose: str) -> bytes:
    """A key for one purpose alone."""
    return hmac.digest(key, purpose.encode(), "sha256")


def fingerprint(secret: str) -> str:
    """What is kept of a secret with 256 random bits: no salt or slow hash is needed for those."""
    return sha256(secret.encode()).hexdigest()


def _make(path: Path) -> None:
    # Written whole under another name and then linked: of two processes that start at a time, one wins and both agree.
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
