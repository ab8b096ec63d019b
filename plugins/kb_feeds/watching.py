"""The feeds and pages of the list as sources."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, NoReturn
from urllib.parse import urlsplit

from kb import Config, ExtractionError, Item, Source, SourceError
from kb_feeds.cache import Cache
from kb_feeds.feed import MOST_ENTRIES, Entry, FeedError, entries_of
from kb_feeds.fetch import Answer, Fetcher, Wanted
from kb_feeds.network import World
from kb_feeds.settings import FILE, LABEL, Feed, read_list
from kb_feeds.target import FetchError, GoneError

#: Bytes of a feed and of a page; the largest newsletters of municipalities have about 15 MiB.
_FEED_BYTES, _PAGE_BYTES = 5 << 20, 30 << 20
_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/xml",
        "application/x-rss+xml",
        "application/octet-stream",
        "text/xml",
        "text/html",
        "text/plain",
    }
)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_PAGE_TYPES = frozenset(
    {
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "application/pdf",
        f"{_OFFICE}.wordprocessingml.document",
        f"{_OFFICE}.presentationml.presentation",
        f"{_OFFICE}.spreadsheetml.sheet",
    }
)
#: Names that tell what a link leads to; anything else is taken for a web page.
_NAMED = frozenset({".pdf", ".docx", ".pptx", ".xlsx", ".txt"})
_LONGEST_NAME = 80
#: Minutes.
_ONCE_AN_HOUR = 60


def sources_of(config: Config, world: World | None = None) -> list[Source]:
    """One source for each feed and page; one more if something in the list is wrong."""
    try:
        listed = read_list(config.documents / FILE)
    except SourceError as error:
        return [_of_mistakes(error)]
    fetcher = Fetcher(world)
    found = [
        _source(feed, Watched(feed, fetcher, Cache(config.store / "cache" / "kb_feeds" / feed.id)))
        for feed in listed.feeds
    ]
    if listed.mistakes:
        reason = f"{FILE} に使えない項目があります。{''.join(listed.mistakes)}"
        found.append(_of_mistakes(SourceError(LABEL, reason, "直して、サーバーを起動し直してください。")))
    return found


def _source(feed: Feed, watched: Watched) -> Source:
    items, read = (watched.page_items, watched.read_page) if feed.is_page else (watched.entry_items, watched.read_entry)
    return Source(
        f"feed-{feed.id}",
        feed.name,
        items=items,
        read=read,
        minutes=feed.minutes,
        prunes=feed.prunes,
        content_type=feed.content_type,
        access=feed.access,
    )


def _of_mistakes(error: SourceError) -> Source:
    """A source that says what is wrong in the list: one wrong line is no reason for the server not to start."""
    return Source("feeds", LABEL, items=partial(_raise, error), read=partial(_raise, error), minutes=_ONCE_AN_HOUR)


def _raise(error: SourceError, *_: object) -> NoReturn:
    raise error


@dataclass(frozen=True, slots=True)
class Watched:
    """One feed or page."""

    feed: Feed
    fetcher: Fetcher
    cache: Cache

    def page_items(self) -> list[Item]:
        """The page.

        Raises:
            SourceError: it cannot be fetched now, or is there no more: whether its document goes is for staff to say.

        """
        try:
            answer = self._fetched(self.feed.url, Wanted(_PAGE_BYTES, _PAGE_TYPES))
        except GoneError as error:
            fix = f"ページがなくなったのなら、資料をごみ箱に入れ、{FILE} から外してください。"
            raise SourceError(self.feed.name, f"{error.subject}：{error.reason}", fix) from error
        except FetchError as error:
            raise self._unreachable(error) from error
        name = _file_name(self.feed.name, answer.url)
        return [Item(self.feed.url, name, stamp=hashlib.sha256(answer.body).hexdigest())]

    def read_page(self, item: str) -> BinaryIO:
        """The page as it was when it was listed.

        Raises:
            ExtractionError: it cannot be fetched.

        """
        if item != self.feed.url:
            raise ExtractionError(item, "feeds.toml にこのページがもうありません。", "取り込み直してください。")
        kept = self.cache.get(item)
        return io.BytesIO(kept.body) if kept else self._opened(item)

    def entry_items(self) -> list[Item]:
        """The entries of the feed.

        Raises:
            SourceError: it cannot be fetched now, or is no feed.

        """
        entries = self._entries()
        if self.feed.prunes and len(entries) >= MOST_ENTRIES:
            reason = f"{self.feed.url}：記事が{MOST_ENTRIES}件以上あり、無くなった記事を見分けられません。"
            raise SourceError(self.feed.name, reason, f"{FILE} の prunes を外してください。")
        self.cache.keep_only([self.feed.url, *(entry.link for entry in entries)])
        return [Item(entry.id, _file_name(entry.title, entry.link), stamp=entry.stamp) for entry in entries]

    def read_entry(self, item: str) -> BinaryIO:
        """The page that an entry links to, or the feed's own text of it.

        Raises:
            ExtractionError: it cannot be fetched, or the feed has no such entry any more.

        """
        kept = self.cache.get(self.feed.url)
        try:
            entries = self._parsed(kept) if kept else self._entries()
        except SourceError as error:
            raise ExtractionError(item, error.reason, error.fix) from error
        entry = next((entry for entry in entries if entry.id == item), None)
        if entry is None:
            raise ExtractionError(item, "フィードにこの記事がもうありません。", "取り込み直してください。")
        is_page = self.feed.fetches and entry.link
        return self._opened(entry.link) if is_page else io.BytesIO(entry.page)

    def _entries(self) -> list[Entry]:
        try:
            return self._parsed(self._fetched(self.feed.url, Wanted(_FEED_BYTES, _FEED_TYPES)))
        except FetchError as error:
            raise self._unreachable(error) from error

    def _parsed(self, answer: Answer) -> list[Entry]:
        try:
            return entries_of(answer.body, answer.charset, answer.url, whole=self.feed.prunes)
        except FeedError as error:
            reason = f"{self.feed.url}：RSSやAtomのフィードとして読めません。"
            fix = 'フィードのURLかどうかを確かめてください。普通のページなら kind = "page" にします。'
            raise SourceError(self.feed.name, reason, fix) from error

    def _opened(self, url: str) -> BinaryIO:
        try:
            return io.BytesIO(self._fetched(url, Wanted(_PAGE_BYTES, _PAGE_TYPES)).body)
        except FetchError as error:
            raise ExtractionError(url, error.reason, error.fix) from error

    def _fetched(self, url: str, wanted: Wanted) -> Answer:
        """What is at a URL; what has not changed since the last time comes from the cache."""
        kept = self.cache.get(url)
        answer = self.fetcher.fetch(url, wanted, self.feed.internal, kept)
        if answer.is_unchanged and kept:
            return kept
        try:
            self.cache.put(url, answer)
        except OSError as error:
            reason = f"取得したものを保存できません（{error.strerror or error}）。"
            raise FetchError(url, reason, "ディスクの空きと、フォルダーの権限を確かめてください。") from error
        return answer

    def _unreachable(self, error: FetchError) -> SourceError:
        return SourceError(self.feed.name, f"{error.subject}：{error.reason}", error.fix)


def _file_name(title: str, link: str) -> str:
    # A slash in a title is none of a path.
    line = " ".join(title.split()).replace("/", "／").replace("\\", "＼")
    suffix = PurePosixPath(urlsplit(link).path).suffix.lower()
    return f"{line[:_LONGEST_NAME]}{suffix if suffix in _NAMED else '.html'}"
