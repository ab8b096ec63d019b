"""What is new for somebody: the sections that answer their saved searches, as they may read them now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from kb.asked import Asked, facet_fields, of_address
from kb.errors import one_line
from kb.library import Library
from kb.model import AccessClass, Document, Section
from kb.reader import Reader
from kb.store.mails import Claim, Recipient, Wanted
from kb.text.dates import both_calendars

#: Articles of one search that are named; the others are counted.
MOST = 10

#: Characters of a heading or a title, and articles that are told apart when case studies are counted.
_LONGEST, _MOST_COUNTED = 120, 1000

_CASES = frozenset({AccessClass.CASES})


@dataclass(frozen=True, slots=True)
class Story:
    """An article, as a mail names it: never what it says."""

    heading: str
    source: str
    """The document's title and date."""
    path: str
    """Where it is read, on the server."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The news of one search."""

    name: str
    total: int
    stories: tuple[Story, ...]
    path: str
    """Where all of them are found, on the server."""


@dataclass(frozen=True, slots=True)
class News:
    """All there is to tell."""

    chapters: tuple[Chapter, ...] = ()
    cases: int = 0
    """Articles of case studies, of all searches together: not even which search they answer is told by mail."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.chapters and not self.cases


def gather(library: Library, recipient: Recipient, claim: Claim) -> News:
    """What is new since the last time, of what the recipient's role may know of."""
    access = recipient.role.access
    open_to_mail = library.reader(access - _CASES)
    chapters = tuple(chapter for one in claim.searches if (chapter := _chapter(open_to_mail, one, claim)))
    restricted = library.reader(access & _CASES)
    cases = {section for one in claim.searches for section in _found(restricted, one, claim, _MOST_COUNTED)[1]}
    return News(chapters, len(cases))


def _chapter(reader: Reader, wanted: Wanted, claim: Claim) -> Chapter | None:
    total, sections = _found(reader, wanted, claim, MOST)
    stories = tuple(_story(section, document) for section, document in reader.with_documents(sections))
    if not stories:
        return None
    args = urlencode(_asked(reader, wanted).sorted("date").args, doseq=True)
    return Chapter(one_line(wanted.name), total, stories, f"/search?{args}")


def _found(reader: Reader, wanted: Wanted, claim: Claim, limit: int) -> tuple[int, list[str]]:
    """How many new sections answer a search, and the ids of some: what its feed shows since a time."""
    if not reader.access:
        return 0, []
    query = replace(_asked(reader, wanted).sorted("date").query(), per_page=limit)
    return reader.among(query, reader.shown_between(wanted.since, claim.until))


def _asked(reader: Reader, wanted: Wanted) -> Asked:
    return of_address(wanted.address, facet_fields(reader.content_types.values(), reader.kinds.values()))


def _story(section: Section, document: Document) -> Story:
    day = both_calendars(document.date) if document.date else "日付なし"
    return Story(_short(section.label), f"{_short(document.title)}、{day}", f"/sections/{section.id}")


def _short(text: str) -> str:
    line = one_line(text).strip()
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def lines(news: News, server: str) -> Iterator[str]:
    """The news as text; ``server`` is the address that links begin with."""
    for chapter in news.chapters:
        yield f"■ {chapter.name}（新しい記事{chapter.total}件）"
        yield ""
        for story in chapter.stories:
            yield from (f"・{story.heading}", f"　{story.source}", f"　{server}{story.path}", "")
        if (more := chapter.total - len(chapter.stories)) > 0:
            yield from (f"　ほか{more}件は、検索結果でご覧ください。", f"　{server}{chapter.path}", "")
    if news.cases:
        yield from (
            f"■ 事例の記事が{news.cases}件あります",
            "",
            "　ログインして、「マイリスト」の保存した検索からご覧ください。",
            f"　{server}/mine/",
            "",
        )
