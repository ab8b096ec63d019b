"""用語集: finds the sentences in which texts say what a word means, and shows them wherever the word is read."""

from __future__ import annotations

from collections.abc import Iterator

from kb import Annotation, Kind, Panel, PanelPlace, Section, View, hookimpl
from kb_glossary.definitions import find_definitions
from kb_glossary.entries import KIND
from kb_glossary.views import PANEL, VIEW


@hookimpl
def kb_kinds() -> list[Kind]:
    """Definitions: values are the terms."""
    return [Kind(KIND, "用語の説明")]


@hookimpl
def kb_annotate(section: Section) -> Iterator[Annotation]:
    """The sentences that define something."""
    for found in find_definitions(section.heading, section.text):
        yield Annotation(KIND, found.term, found.term, found.start, found.end)


@hookimpl
def kb_views() -> list[View]:
    """The glossary."""
    return [VIEW]


@hookimpl
def kb_panels(place: PanelPlace) -> list[Panel]:
    """「この記事の用語」 beside an article."""
    return [PANEL] if place == "reading" else []
