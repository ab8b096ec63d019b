"""What has been computed and may be asked for again, within a budget."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from numpy.typing import NDArray

#: Memory for postings that have been unpacked and for the answers to single words, phrases and beginnings, of all
#: searches together: 16 bytes each for each section that has the term. What was used longest ago is read again when it
#: is needed, which takes about a millisecond. At 100,000 sections, twice as much saves 5% of a results page's work.
CACHE_BYTES = 80 * 1024 * 1024

Arrays = tuple[NDArray[Any], NDArray[Any]]


class Cache:
    """Arrays by key, the longest unused dropped first; safe to share between threads. Nobody may change the arrays."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._size = 0
        self._lock = Lock()
        self._kept: OrderedDict[Any, Arrays] = OrderedDict()

    def known(self, key: object) -> Arrays | None:
        """The arrays kept under ``key``, if there are any."""
        with self._lock:
            return self._kept.get(key)

    def get(self, key: object, make: Callable[[], Arrays]) -> Arrays:
        """The arrays kept under ``key``, made if there are none. Two threads may both make them; one is kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        arrays = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = arrays
                self._size += _bytes(arrays)
            while self._size > self._limit:
                _, dropped = self._kept.popitem(last=False)
                self._size -= _bytes(dropped)
        return arrays


#: What a key and an entry take besides: many small answers must not count as nothing.
_EACH = 500


def _bytes(arrays: Arrays) -> int:
    return _EACH + sum(array.nbytes for array in arrays)
