"""How often somebody may try to sign in; the only module that touches ``limits``.

Counted in this process's memory: there is one server process, and a restart forgives.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

MINUTES = 15
#: Attempts on one account: a person who mistypes needs fewer; at 40 an hour, guessing a good password takes for ever.
PER_NAME = RateLimitItemPerMinute(10, MINUTES)
#: Attempts from one address, good ones included: a whole office may share it, and come in at nine o'clock.
PER_ADDRESS = RateLimitItemPerMinute(100, MINUTES)


class Attempts:
    """The attempts of the last minutes; one for each application."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allow(self, address: str, name: str) -> bool:
        """Count an attempt; False if it is one too many, whoever the account is and whether or not there is one."""
        # Both are counted: neither is to be a way around the other.
        return all([self._limiter.hit(PER_ADDRESS, _network(address)), self._limiter.hit(PER_NAME, name)])

    def allow_step(self, step: str, address: str) -> bool:
        """Count a step of an attempt that names no account; False if it is one too many from there."""
        return self._limiter.hit(PER_ADDRESS, step, _network(address))

    def succeeded(self, name: str) -> None:
        """Forget the attempts on an account: its owner is there."""
        self._limiter.clear(PER_NAME, name)


def _network(address: str) -> str:
    """A customer of an IPv6 provider has 2^64 addresses, and counts as one."""
    try:
        return str(ip_network((address, 64), strict=False)) if ip_address(address).version == 6 else address
    except ValueError:
        return address
