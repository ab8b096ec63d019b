"""What Word, PowerPoint and Excel files have in common: their properties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def metadata(properties: Any) -> Mapping[str, str]:
    """Title, author and date of creation of an Office file (``core_properties`` of any of the three libraries)."""
    author = getattr(properties, "author", None) or getattr(properties, "creator", None)
    created = properties.created
    found = {
        "title": properties.title,
        "author": author,
        "created": created.isoformat() if isinstance(created, datetime) else None,
    }
    return {name: str(value) for name, value in found.items() if value}
