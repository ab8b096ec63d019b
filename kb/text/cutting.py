"""Many texts cut into words, which are rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any, NamedTuple, cast

import numpy as np

from kb.text import sudachi
from kb.text.columns import NONE, Integers, code_points, spread, sums
from kb.text.table import NOTHING, Table

#: Characters that Sudachi cuts before their words are looked up: these, 1 MB, are still in the processor's cache then.
_CHARACTERS = 10_000


class Cut(NamedTuple):
    """The words of texts, one text after the other."""

    rows: Integers
    """In the table."""
    counts: Integers
    """How many each text has."""


def cut(table: Table, pieces: Sequence[str]) -> Cut:
    """The words of pieces (``sudachi.piece``); the table learns those that it does not know."""
    found = [_cut(table, some) for some in _portions(pieces)]
    return Cut(*map(np.concatenate, zip(*found, strict=True))) if found else Cut(NONE, NONE)


def _portions(pieces: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many of them at a time as have ``_CHARACTERS`` together."""
    some, size = list[str](), 0
    for piece in pieces:
        some.append(piece)
        size += len(piece)
        if size >= _CHARACTERS:
            yield some
            some, size = [], 0
    if some:
        yield some


def _cut(table: Table, pieces: Sequence[str]) -> Cut:
    found, each = zip(*sudachi.cut(pieces), strict=True)
    counts = np.array(list(map(len, each)), dtype=np.int64)
    numbers = np.frombuffer(b"".join(each), dtype=np.uint32)
    words = Cut(table.rows(numbers), counts)

    def ask(places: Integers) -> None:
        asked = numbers[places].tolist()
        words.rows[places] = _rows(table, _at(found, counts, places), asked)

    ask(np.flatnonzero(words.rows == NOTHING))
    ask(_odd(table, words, pieces))
    return words


def _at(found: Sequence[Sequence[Any]], counts: Integers, places: Integers) -> list[Any]:
    """The words at some places, as Sudachi has them."""
    ends = np.cumsum(counts)
    texts = np.searchsorted(ends, places, side="right")
    inside = places - (ends - counts)[texts]
    return [found[text][place] for text, place in zip(texts.tolist(), inside.tolist(), strict=True)]


def _rows(table: Table, words: Sequence[Any], numbers: Sequence[int]) -> list[int]:
    """The rows of words of which the number alone does not say it, or not yet."""
    known, distinct = table.unknown, sudachi.distinct(words, numbers)
    rows = [known[number].get(key) if number in known else None for number, key in zip(numbers, distinct, strict=True)]
    new = [place for place, row in enumerate(rows) if row is None]
    lexemes = sudachi.lexemes([words[place] for place in new])
    for place, row in zip(new, table.add(lexemes), strict=True):
        rows[place], number = row, numbers[place]
        if number < sudachi.UNKNOWN:
            table.know(number, row)
        else:
            known[number][distinct[place]] = row
    return cast("list[int]", rows)


def _odd(table: Table, words: Cut, pieces: Sequence[str]) -> Integers:
    """The words of those texts in which words are not what their rows say.

    Sudachi reads スーーパー as スーパー: one word, and not all that have its number look the same.
    """
    lengths = table.length[words.rows]
    sizes = np.array(list(map(len, pieces)), dtype=np.int64)
    wrong = np.diff(sums(lengths)[sums(words.counts)]) != sizes
    # Where the lengths are right, letter stands against letter.
    right = ~np.repeat(wrong, words.counts)
    rows, rest = words.rows[right], list(compress(pieces, (~wrong).tolist()))
    letters = table.characters.raw(spread(table.character[rows], lengths[right])) != code_points(rest)
    texts = np.flatnonzero(~wrong)
    wrong[texts[np.searchsorted(np.cumsum(sizes[texts]), np.flatnonzero(letters), side="right")]] = True
    return np.flatnonzero(np.repeat(wrong, words.counts))
