"""Names of accounts: what may be one, and which of them are the same."""

from __future__ import annotations

from unicodedata import category, normalize

from kb.errors import AccountError
from kb.model import OPERATOR

#: Characters of a name; the audit log's column holds 255.
LONGEST = 60


def key(name: str) -> str:
    """The name as it is compared: Ｙａｍａｂｕｋｉ is yamabuki, and spaces around or doubled do not count."""
    return " ".join(normalize("NFKC", name).casefold().split())


def checked(name: str) -> str:
    """The name as it is kept.

    Raises:
        AccountError: it cannot be one.

    """
    plain = " ".join(normalize("NFKC", name).split())
    if not plain:
        raise AccountError("名前", "名前が空です。", "名前を入力してください。")
    if len(plain) > LONGEST:
        raise AccountError("名前", f"名前が長すぎます（{len(plain)}字）。", f"{LONGEST}字以内にしてください。")
    # Invisible characters would make two names that look alike; C: control and format characters, unassigned ones.
    if any(category(c).startswith("C") for c in plain):
        raise AccountError("名前", "名前に使えない文字が含まれています。", "目に見える文字だけにしてください。")
    if key(plain) == OPERATOR.name:
        raise AccountError(plain, "この名前はサーバー自身が使います。", "別の名前にしてください。")
    return plain
