"""What a site says that programs may fetch (robots.txt, RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

AGENT = "kb-csw"
"""What we are called in robots.txt."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The part of a robots.txt that is for us."""

    parsed: Protego

    def permit(self, url: str) -> bool:
        """Whether a page may be fetched."""
        return self.parsed.can_fetch(url, AGENT)

    @property
    def pause(self) -> float:
        """Seconds that are to lie between two requests; 0 if it does not say."""
        return self.parsed.crawl_delay(AGENT) or 0.0


def rules_of(data: bytes) -> Rules:
    """Read a robots.txt; what makes no sense in it is skipped."""
    return Rules(Protego.parse(data.decode("utf-8-sig", "replace")))
