"""Links in mails; the only module that touches ``itsdangerous``. Nobody can make one up, or turn one into another."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from kb.auth.secret import derived

#: Characters of a link that are looked at: ours have about 150.
_LONGEST = 400

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC without a zone, as all times here


class Links:
    """Makes and reads what stands in the addresses of links."""

    def __init__(self, key: bytes) -> None:
        """``key`` is the server's secret: a key of its own for each purpose is made from it."""
        self._confirming = _serializer(derived(key, "links that confirm an address"))
        self._stopping = _serializer(derived(key, "links that stop mails"))
        self._marks = derived(key, "addresses in links")

    def confirming(self, account: int, address: str, nonce: str, until: datetime) -> str:
        """For the link that confirms an address of an account, once, until a time."""
        return self._confirming.dumps([account, self._mark(address), nonce, (until - _EPOCH) // timedelta(seconds=1)])

    def confirmed(self, secret: str, account: int, address: str, now: datetime) -> str:
        """The nonce of such a link; empty if it is not for this account and address, or no longer."""
        found = _read(self._confirming, secret, (int, str, str, int))
        if not found:
            return ""
        for_account, mark, nonce, until = found
        is_ours = for_account == account and hmac.compare_digest(mark, self._mark(address))
        return str(nonce) if is_ours and now < _EPOCH + timedelta(seconds=until) else ""

    def stopping(self, account: int, address: str) -> str:
        """For the link by which whoever gets mails for an account stops them."""
        return self._stopping.dumps([account, self._mark(address)])

    def stopped(self, secret: str) -> tuple[int, str]:
        """The account of such a link, and the mark of the address that it was sent to; 0 if it is none of ours."""
        found = _read(self._stopping, secret, (int, str))
        return (found[0], found[1]) if found else (0, "")

    def is_for(self, mark: str, address: str) -> bool:
        """Whether a mark is that of an address."""
        return hmac.compare_digest(mark, self._mark(address))

    def _mark(self, address: str) -> str:
        """An address in a link, for nobody to read: links end up in logs of proxies."""
        return hmac.new(self._marks, address.encode(), hashlib.sha256).hexdigest()[:32]


def _serializer(key: bytes) -> URLSafeSerializer:
    # The key is for this purpose already; HMAC with SHA-256 in place of the usual SHA-1.
    return URLSafeSerializer(key, signer_kwargs={"key_derivation": "none", "digest_method": hashlib.sha256})


def _read(serializer: URLSafeSerializer, secret: str, shape: tuple[type, ...]) -> list[Any]:
    """What was signed; empty if it was not, or is of another shape."""
    if len(secret) > _LONGEST or not secret.isascii():
        return []
    try:
        found = serializer.loads(secret)
    except BadData:
        return []
    is_whole = isinstance(found, list) and [type(one) for one in found] == list(shape)
    return found if is_whole else []
