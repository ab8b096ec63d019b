"""What was fetched last, with what the server said of its version: derived, and can be deleted at any time."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kb_feeds.fetch import Answer

_TEXTS = ("url", "charset", "etag", "last_modified")


@dataclass(frozen=True, slots=True)
class Cache:
    """The answers of one feed, a file for each URL."""

    folder: Path

    def get(self, url: str) -> Answer | None:
        """The last answer; None if there is none, or it is not what was written."""
        try:
            head, _, body = self._path(url).read_bytes().partition(b"\n")
            said = json.loads(head)
            if said["sha256"] == hashlib.sha256(body).hexdigest():
                url, charset, etag, last_modified = (str(said[name]) for name in _TEXTS)
                return Answer(url, body, charset, etag, last_modified)
        except (OSError, ValueError, KeyError, TypeError):
            pass  # not there, cut off or of another version: it is fetched anew
        return None

    def put(self, url: str, answer: Answer) -> None:
        """Keep an answer: all of it or nothing.

        Raises:
            OSError: the disk does not take it.

        """
        head = {name: getattr(answer, name) for name in _TEXTS} | {"sha256": hashlib.sha256(answer.body).hexdigest()}
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as stream:
            stream.write(json.dumps(head).encode() + b"\n" + answer.body)
        os.replace(stream.name, self._path(url))  # noqa: PTH105 - the stream knows its name as a str

    def keep_only(self, urls: Iterable[str]) -> None:
        """Remove the answers of all other URLs, and what a killed process left."""
        wanted = {self._path(url).name for url in urls}
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            if path.name not in wanted:
                path.unlink(missing_ok=True)

    def _path(self, url: str) -> Path:
        return self.folder / hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()
