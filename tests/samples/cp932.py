"""A text file as an old Windows word processor saves it: CP932, CRLF, each paragraph one long line."""

from __future__ import annotations

from collections.abc import Iterator

from tests.samples.source import Issue


def encoded(issue: Issue) -> bytes:
    """The issue as bytes in CP932."""
    return "".join(f"{line}\r\n" for line in _lines(issue)).encode("cp932")


def _lines(issue: Issue) -> Iterator[str]:
    yield from (issue.head["newsletter"], f"{issue.head['number']}　{issue.head['published']}", issue.head["publisher"])
    box = 0
    for part in issue.parts:
        if part.box != box:
            yield from [""] * 3
            box = part.box
        if part.kind == "heading" and not part.box:
            yield ""
        indent = "　" if part.kind in {"paragraph", "closing"} and not part.box else ""
        yield indent + part.plain
