"""個人情報の点検: what a case study says that gives a person away, and what could stand in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from kb import AccessClass, Config, Document, Finding, Section, hookimpl
from kb_privacy import command
from kb_privacy.allow import FILE, read_allowed
from kb_privacy.review import review


@hookimpl
def kb_review(document: Document, sections: Sequence[Section], config: Config) -> Iterator[Finding]:
    """Personal data in case studies. Documents that more people may read are written for them (newsletters)."""
    if document.sensitive or document.access is AccessClass.CASES:
        yield from review(document, sections, read_allowed(config.documents / FILE))


@hookimpl
def kb_commands() -> list[click.Command]:
    """``kb privacy``."""
    return [command.privacy]
