"""Newsletters (社協だより, 通信): searched article by article."""

from __future__ import annotations

from kb import AccessClass, ContentType, Field, View, hookimpl
from kb_newsletters.newsletter import claims, describe, split
from kb_newsletters.views import VIEW


@hookimpl
def kb_content_types() -> list[ContentType]:
    """The content type ``newsletter``."""
    return [
        ContentType(
            "newsletter",
            "ニュースレター",
            folder="newsletters",
            access=AccessClass.PUBLIC,
            split=split,
            describe=describe,
            claims=claims,
            fields=(Field("number", "号"), Field("publisher", "発行者", facet=True)),
        )
    ]


@hookimpl
def kb_views() -> list[View]:
    """The list of issues."""
    return [VIEW]
