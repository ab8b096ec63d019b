"""年表: what was published when, by year and type of document, with the main articles of each."""

from __future__ import annotations

from kb import View, hookimpl
from kb_timeline.views import VIEW


@hookimpl
def kb_views() -> list[View]:
    """The timeline."""
    return [VIEW]
