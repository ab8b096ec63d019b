"""Sets of spans that answer in logarithmic time: a long text must not take the square of its length."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable


class Spans:
    """Spans that do not overlap; those that are given overlapping, or side by side, are one."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._spans: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if self._spans and start <= self._spans[-1][1]:
                self._spans[-1] = self._spans[-1][0], max(end, self._spans[-1][1])
            else:
                self._spans.append((start, end))

    def cover(self, start: int, end: int) -> bool:
        """Whether ``start:end`` lies in one of them."""
        number = bisect_right(self._spans, (start, float("inf"))) - 1
        return number >= 0 and end <= self._spans[number][1]

    def touch(self, start: int, end: int) -> bool:
        """Whether ``start:end`` has a character in common with one of them."""
        number = bisect_left(self._spans, (end,)) - 1
        return number >= 0 and start < self._spans[number][1]

    def add(self, start: int, end: int) -> None:
        """Add a span that touches none."""
        insort(self._spans, (start, end))
