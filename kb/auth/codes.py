"""One-time codes of an app on the phone (TOTP, RFC 6238); the only module that touches pyotp and segno.

What is kept of an account's secret is a random number, from which the secret is made with the server's key: a copy of
the database makes no codes.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from datetime import UTC, datetime
from hmac import compare_digest
from unicodedata import normalize

import pyotp
import segno

from kb.auth.secret import derived

ISSUER = "社協ナレッジベース"
_BYTES = 20
"""Of the secret (RFC 4226, section 4: 160 bits)."""


def new() -> str:
    """What to keep for a new secret."""
    return secrets.token_hex(16)


def step_of(key: bytes, kept: str, code: str, now: datetime) -> int:
    """The step of time that a code is for; 0 if it is for none near the present one."""
    totp = _totp(key, kept)
    typed = "".join(normalize("NFKC", code).split())
    present = int(now.replace(tzinfo=UTC).timestamp()) // totp.interval
    # A clock may be half a minute off (RFC 6238, section 5.2).
    steps = (step for step in (present, present - 1, present + 1) if compare_digest(_code(totp, step), typed.encode()))
    return next(steps, 0)


def secret(key: bytes, kept: str) -> str:
    """The secret as it is typed into an app."""
    return _totp(key, kept).secret


def picture(key: bytes, kept: str, name: str) -> str:
    """The same as a QR code: the address of an image that holds it."""
    address = _totp(key, kept).provisioning_uri(name=name, issuer_name=ISSUER)
    return segno.make(address, error="m").svg_data_uri(scale=4, border=4)


def code(key: bytes, kept: str, now: datetime) -> str:
    """The code that an app shows."""
    totp = _totp(key, kept)
    return _code(totp, int(now.replace(tzinfo=UTC).timestamp()) // totp.interval).decode()


def _code(totp: pyotp.TOTP, step: int) -> bytes:
    return totp.generate_otp(step).encode()


def _totp(key: bytes, kept: str) -> pyotp.TOTP:
    return pyotp.TOTP(b32encode(derived(key, f"totp {kept}")[:_BYTES]).decode())
