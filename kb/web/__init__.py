"""The pages in the browser. Public: ``create_app``, and what the views and panels of plugins need.

``current_library`` and ``current_actor`` say what may be read and who is asking, ``needs`` and ``open_to_all`` who may
use a page, ``open_to_programs`` that a token shows more, as with feeds. ``current_config`` gives the settings.
"""

from __future__ import annotations

from kb.web.access import needs, open_to_all, open_to_programs
from kb.web.app import create_app
from kb.web.site import current_actor, current_config, current_library

__all__ = [
    "create_app",
    "current_actor",
    "current_config",
    "current_library",
    "needs",
    "open_to_all",
    "open_to_programs",
]
