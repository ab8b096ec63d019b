"""Case studies (支援事例): forms and registers after the standard steps of case work, for those who may read them."""

from __future__ import annotations

from collections.abc import Iterator

from kb import AccessClass, Annotation, ContentType, Document, Kind, Panel, PanelPlace, Section, View, hookimpl
from kb_cases.annotate import KINDS, annotate
from kb_cases.case import FIELDS, TYPE, claims, describe, split
from kb_cases.panel import constellation
from kb_cases.views import VIEW


@hookimpl
def kb_content_types() -> list[ContentType]:
    """The content type ``case``."""
    return [
        ContentType(
            TYPE,
            "支援事例",
            folder="cases",
            access=AccessClass.CASES,
            split=split,
            describe=describe,
            claims=claims,
            fields=FIELDS,
        )
    ]


@hookimpl
def kb_kinds() -> list[Kind]:
    """What sections of cases are marked with."""
    return list(KINDS)


@hookimpl
def kb_annotate(section: Section, document: Document) -> Iterator[Annotation]:
    """The facets of each case, with the words that say so."""
    return annotate(section, document)


@hookimpl
def kb_views() -> list[View]:
    """The shelf of cases."""
    return [VIEW]


@hookimpl
def kb_panels(place: PanelPlace) -> list[Panel]:
    """「同じ組み合わせの事例」 beside a case."""
    return [Panel("同じ組み合わせの事例", constellation)] if place == "reading" else []
