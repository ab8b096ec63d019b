"""取込元「フォルダー」: the folders under ``documents/`` that people put files into.

The name of the first folder is passed on as a hint, so that ``documents/newsletters/`` holds newsletters.
"""

from __future__ import annotations

from kb import Config, Source, hookimpl
from kb_folder.folder import LABEL, Folder


@hookimpl
def kb_sources(config: Config) -> list[Source]:
    """One source for all folders, looked through every minute."""
    folder = Folder(config.documents)
    return [Source("folder", LABEL, items=folder.items, read=folder.read, minutes=1, prunes=True)]
