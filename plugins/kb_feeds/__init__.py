"""取込元「フィードとWebページ」: RSS and Atom feeds and web pages that ``documents/feeds.toml`` lists.

Each is a source of its own, with its own interval, content type and access class.
"""

from __future__ import annotations

from kb import Config, Source, hookimpl
from kb_feeds.watching import sources_of


@hookimpl
def kb_sources(config: Config) -> list[Source]:
    """One source for each feed and page, and one that tells what is wrong in the file, if anything is."""
    return sources_of(config)
