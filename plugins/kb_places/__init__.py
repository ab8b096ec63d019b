"""市町村: which municipalities an article names, a map of the home prefecture, and a page for each of them.

Which prefecture is home, and places of one's own, are in ``documents/places.tsv`` (docs/views.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import click

from kb import Annotation, Config, Kind, Section, View, hookimpl
from kb_places import build
from kb_places.find import find_places
from kb_places.gazetteer import Gazetteer, load
from kb_places.text import Found
from kb_places.views import VIEW


@hookimpl
def kb_kinds(config: Config) -> list[Kind]:
    """Places: values are the codes of municipalities. A gazetteer that cannot be used is told at the start."""
    return [Kind("place", "市町村", facet=True, label_of=load(config).label)]


@hookimpl
def kb_annotate(section: Section, config: Config) -> Iterator[Annotation]:
    """The municipalities in heading and text."""
    gazetteer = load(config)
    for found in find_places(section.heading, gazetteer):
        yield from _annotations(found, gazetteer, "heading")
    for found in find_places(section.text, gazetteer):
        yield from _annotations(found, gazetteer, "text")


@hookimpl
def kb_views() -> list[View]:
    """The map and the pages of municipalities."""
    return [VIEW]


@hookimpl
def kb_commands() -> list[click.Command]:
    """``kb places``."""
    return [build.places]


def _annotations(found: Found, gazetteer: Gazetteer, where: Literal["text", "heading"]) -> Iterator[Annotation]:
    """The place, and for a ward its city as well: the city's page has what its wards do."""
    city = gazetteer.city_of(found.place) if found.place.city else None
    for place in (found.place, city):
        if place is not None:
            yield Annotation("place", place.code, gazetteer.label(place.code), found.start, found.end, where)
