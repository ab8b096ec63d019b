"""The engines by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kb.errors import ConfigError, IndexBrokenError
from kb.search.arrays.cache import CACHE_BYTES
from kb.search.index import Index
from kb.search.memory import MemoryIndex
from kb.search.stock_engine import StockIndex
from kb.search.whoosh_engine import WhooshIndex
from kb.text.analyze import Analyzer

ENGINES = ("whoosh", "stock", "memory")

_ON_DISK: Mapping[str, type[WhooshIndex | StockIndex]] = {"whoosh": WhooshIndex, "stock": StockIndex}


def open_index(engine: str, folder: Path, analyzer: Analyzer, memory: int = CACHE_BYTES) -> Index:
    """The index that lies in ``folder``.

    Args:
        engine: its name.
        folder: where the index lies.
        analyzer: makes terms of texts and queries.
        memory: bytes that may be taken to remember what has been read; ``whoosh`` alone does.

    Raises:
        ConfigError: there is no such engine.
        IndexBrokenError: there is no index that can be used: make a new one. With ``memory`` there never is.

    """
    _check(engine)
    if engine == "memory":
        raise IndexBrokenError(str(folder), "メモリ上の索引は保存されません。", "作り直します。")
    return WhooshIndex.open(folder, analyzer, memory) if engine == "whoosh" else _ON_DISK[engine].open(folder, analyzer)


def create_index(engine: str, folder: Path, analyzer: Analyzer) -> Index:
    """A new, empty index; ``memory`` leaves ``folder`` alone.

    Raises:
        ConfigError: there is no such engine.

    """
    _check(engine)
    return MemoryIndex() if engine == "memory" else _ON_DISK[engine].create(folder, analyzer)


def _check(engine: str) -> None:
    if engine not in ENGINES:
        raise ConfigError(
            "engine", f"「{engine}」という検索エンジンはありません。", f"使えるもの：{'、'.join(ENGINES)}"
        )
