"""How an article is cited: where it stands, in words that lead back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kb.model import ContentType, Document, Section
from kb.text.dates import both_calendars


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation, whole and in its parts."""

    text: Annotated[str, "出典の1行"]
    heading: Annotated[str, "記事の見出し"]
    title: Annotated[str, "資料の題名"]
    issue: Annotated[dict[str, str], "号や発行者など、画面に出る名前ごと"]
    date: Annotated[str | None, "資料の日付（YYYY-MM-DD）"]
    page: Annotated[int | None, "元のファイルのページ（1から）"]
    url: Annotated[str, "記事のページのアドレス"]


def cite(section: Section, document: Document, kind: ContentType | None, url: str) -> Citation:
    """「見出し」『資料の題名』（号：12、発行者：…）、2022年2月15日（令和4年）、3ページ、https://…"""
    fields = kind.fields if kind else ()
    issue = {one.label: "、".join(values) for one in fields if (values := document.values(one.name))}
    beside = "、".join(f"{label}：{value}" for label, value in issue.items())
    parts = [f"「{section.label}」『{document.title}』" + (f"（{beside}）" if beside else "")]
    parts += [both_calendars(document.date)] if document.date else ["日付なし"]
    parts += [f"{section.page}ページ"] if section.page else []
    return Citation(
        text="、".join([*parts, url]),
        heading=section.label,
        title=document.title,
        issue=issue,
        date=document.date.isoformat() if document.date else None,
        page=section.page,
        url=url,
    )
