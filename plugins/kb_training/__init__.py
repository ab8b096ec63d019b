"""Training materials (研修資料): slides and handouts, searched slide by slide or chapter by chapter."""

from __future__ import annotations

from kb import AccessClass, ContentType, Field, View, hookimpl
from kb_training.training import claims, describe, split
from kb_training.views import VIEW


@hookimpl
def kb_content_types() -> list[ContentType]:
    """The content type ``training``."""
    return [
        ContentType(
            "training",
            "研修資料",
            folder="training",
            access=AccessClass.MEMBERS,
            split=split,
            describe=describe,
            claims=claims,
            fields=(
                Field("course", "研修名", facet=True),
                Field("topic", "テーマ"),
                Field("lecturer", "講師", facet=True, multiple=True),
                Field("audience", "対象"),
                Field("fiscal_year", "年度"),
                Field("programme", "プログラム", multiple=True),
            ),
        )
    ]


@hookimpl
def kb_views() -> list[View]:
    """The programme by fiscal year and course."""
    return [VIEW]
