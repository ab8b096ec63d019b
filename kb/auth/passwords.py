"""Passwords: how they are kept, and which are too easy.

The rules are those of NIST SP 800-63B (3.1.1.2): long, not known to be common, nothing of the service or the person's
own name in it; no rule about kinds of characters, and no change every few months.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kb.auth.names import key
from kb.errors import AccountError

SHORTEST, LONGEST = 12, 200
"""Characters. The upper bound only keeps the hashing cheap; NIST asks for at least 64."""

#: argon2id with 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet): eight sign-ins at a time fit anywhere.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

#: What people take for a password, once digits, signs, dates and repetitions are taken away.
COMMON = frozenset(
    {
        *("password", "passw0rd", "p@ssword", "passwd", "pass", "qwerty", "qwertyuiop", "asdfghjkl", "asdf", "zxcvbnm"),
        *(
            "qwertyuiopasdfghjkl",
            "abc",
            "abcdef",
            "abcdefgh",
            "abcdefghijkl",
            "letmein",
            "welcome",
            "iloveyou",
            "monkey",
        ),
        *("dragon", "sunshine", "princess", "football", "baseball", "master", "admin", "administrator", "root", "user"),
        *("guest", "test", "login", "changeme", "secret", "default", "sakura", "nippon", "japan", "tokyo", "arigatou"),
        *("konnichiwa", "shakyo", "shakyou", "syakyo", "shakaifukushi", "shakaifukushikyougikai", "fukushi", "csw"),
        *("knowledge", "knowledgebase", "パスワード", "ぱすわーど", "社会福祉協議会", "社協", "管理者"),
    }
)

_PADDING = re.compile(r"[\W\d_年度月日]+")
_REPEATED = re.compile(r"(.+?)\1+")
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")

_NOBODY = HASHER.hash("nobody has this password")
"""Checked where there is no account, so that the answer takes as long as where there is one."""


def checked(password: str, name: str) -> str:
    """The password, ready to be hashed, if it is good enough.

    Raises:
        AccountError: it is not; the reason is for the person who chooses it.

    """
    plain = _plain(password)
    if len(plain) < SHORTEST:
        fix = f"{SHORTEST}字以上にしてください。思い出しやすい言葉をいくつか並べると、長くできます。"
        raise AccountError("パスワード", f"短すぎます（{len(plain)}字）。", fix)
    if len(plain) > LONGEST:
        raise AccountError("パスワード", "長すぎます。", f"{LONGEST}字以内にしてください。")
    if len(own := key(name)) > 1 and own in plain.casefold():
        raise AccountError("パスワード", "名前が含まれています。", "名前を含まないものにしてください。")
    if _is_easy(plain.casefold()):
        fix = "関係のない言葉をいくつか並べたものにしてください。"
        raise AccountError("パスワード", "よく使われるものや、推測しやすいものです。", fix)
    return plain


def typed_twice(password: str, again: str) -> str:
    """The password, if it is the same both times: nobody sees what they type.

    Raises:
        AccountError: it is not.

    """
    if password != again:
        raise AccountError("確認のパスワード", "2つのパスワードが違います。", "同じものを2回入力してください。")
    return password


def hashed(password: str) -> str:
    """A hash to keep, of a password that ``checked`` gave."""
    return HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; takes as long where there is none (None)."""
    try:
        right = HASHER.verify(kept or _NOBODY, _plain(password)[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def _plain(password: str) -> str:
    # One password typed on two keyboards is the same (NIST SP 800-63B, 3.1.1.2 asks for NFKC or NFKD).
    return normalize("NFKC", password)


def _is_easy(folded: str) -> bool:
    core = _PADDING.sub("", folded)
    once = _REPEATED.sub(r"\1", core)
    runs = any(folded in run * 3 or folded[::-1] in run * 3 for run in _RUNS)
    return runs or len(set(folded)) < 5 or core in COMMON or once in COMMON or not core
