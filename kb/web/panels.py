"""The boxes that plugins add to pages."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from markupsafe import Markup, escape

from kb.model import Page, Panel, PanelPlace, Section
from kb.web.site import current_site

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Box:
    """A panel, rendered."""

    title: str
    html: Markup


def panels(place: PanelPlace, subject: Page | Section | None = None) -> list[Box]:
    """The boxes of one place that have something to show; one that breaks is logged with its plugin, and left out."""
    rendered = (_rendered(plugin, panel, subject) for plugin, panel in current_site().panels[place])
    return [box for box in rendered if box is not None]


def _rendered(plugin: str, panel: Panel, subject: Page | Section | None) -> Box | None:
    try:
        html = escape(panel.render(subject))
    except Exception:
        log.exception("panel %r of plugin %s left out", panel.title, plugin)
        current_site().broken(plugin, "kb_panels", panel.title)
        return None
    return Box(panel.title, html) if html.strip() else None
