"""What all pages share: the library, what plugins add to the pages, and who is asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app, g

from kb.library import Library
from kb.model import PUBLIC_ONLY, AccessClass, Panel, PanelPlace, View
from kb.reader import Reader

EXTENSION = "kb"
"""The key of the ``Site`` in ``Flask.extensions``."""


@dataclass(frozen=True, slots=True)
class Site:
    """One web application's library and the additions of plugins, collected once."""

    library: Library
    views: tuple[View, ...]
    panels: Mapping[PanelPlace, tuple[tuple[str, Panel], ...]]
    """By place: the name of the plugin and its panel, in order."""


def current_site() -> Site:
    """The site that the present request is for."""
    return cast("Site", current_app.extensions[EXTENSION])


def visitor_access() -> frozenset[AccessClass]:
    """What the present visitor may know of: the one place where that is decided. Nobody can sign in yet."""
    return PUBLIC_ONLY


def current_library() -> Reader:
    """The library as the present visitor may see it; made once for each request."""
    if "kb_reader" not in g:
        g.kb_reader = current_site().library.reader(visitor_access())
    return cast("Reader", g.kb_reader)
