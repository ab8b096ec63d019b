"""The pages in the browser. Public: ``create_app``, and ``current_library`` for the views and panels of plugins."""

from __future__ import annotations

from kb.web.app import create_app
from kb.web.site import current_library

__all__ = ["create_app", "current_library"]
