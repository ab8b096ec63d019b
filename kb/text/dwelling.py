"""What texts dwell on: the compounds that each has several times, for many texts at once.

The same as ``kb.text.phrases.dwelling`` gives of each (tests/text/test_batch.py). Of 250 words sixty are compounds, and
few of these come again: which do is found out from numbers, and only those become texts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kb.text import phrases
from kb.text.batch import Batch, Words
from kb.text.columns import Flags, Integers
from kb.text.lexemes import ADJECTIVE, CLOSING, NOUN, PREFIX, SUFFIX, VERB
from kb.text.phrases import SHORTEST, Phrase
from kb.text.table import marks

#: What makes the same letters in two texts two numbers: any odd number.
_APART = np.uint64(0xD1B54A32D192ED03)


def dwelling(texts: Sequence[str], batch: Batch, chosen: Sequence[int], times: int) -> list[list[Phrase]]:
    """For some texts the compounds that each has so many times, each once, in the order in which it brings them up.

    Args:
        texts: what has been read.
        batch: as what.
        chosen: texts by number.
        times: how many.

    """
    words = batch.words
    firsts, afters = _again(words, *_runs(words), times)
    bounds = np.searchsorted(firsts, words.bounds).tolist()
    lasts = afters - 1
    begins, ends = words.starts[firsts], words.starts[lasts] + words.table.length[words.rows[lasts]]
    runs = list(zip(*(column.tolist() for column in (firsts, afters, begins, ends)), strict=True))
    return [
        phrases.dwelling(texts[number], times)
        if number in batch.with_care
        else _phrases(texts[number], words, runs[bounds[number] : bounds[number + 1]], times)
        for number in chosen
    ]


def _phrases(text: str, words: Words, runs: Sequence[tuple[int, int, int, int]], times: int) -> list[Phrase]:
    def phrase(number: int) -> Phrase | None:
        first, after, begin, end = runs[number]
        lexemes = map(words.table.lexemes.__getitem__, words.rows[first:after].tolist())
        return phrases.of_even(text[begin:end], tuple(lexemes))

    return phrases.repeated([text[begin:end] for _, _, begin, end in runs], phrase, times) if runs else []


def _again(words: Words, firsts: Integers, afters: Integers, times: int) -> tuple[Integers, Integers]:
    """Those runs that stand in their text so many times, and perhaps others of the same number: letters decide."""
    lasts = afters - 1
    lengths = words.starts[lasts] + words.table.length[words.rows[lasts]] - words.starts[firsts]
    firsts, afters = firsts[lengths >= SHORTEST], afters[lengths >= SHORTEST]
    of_text = np.searchsorted(words.bounds, firsts, side="right") - 1
    marked = marks(words.table, words.rows, words.starts, firsts, afters) + of_text.astype(np.uint64) * _APART
    _, which, counts = np.unique(marked, return_inverse=True, return_counts=True)
    again = counts[which] >= times
    return firsts[again], afters[again]


def _runs(words: Words) -> tuple[Integers, Integers]:
    """The compounds as ``lexemes.COMPOUND`` has them: the first word of each, and the word after its last."""
    letters = words.table.letter.raw(words.rows)
    last = np.zeros(len(letters) + 1, dtype=bool)
    last[words.bounds[1:] - 1] = True  # where there is no text or no word, that is the place after all words
    is_last, is_first = last[:-1], np.roll(last, 1)[:-1]
    is_first[:1] = True
    closes = np.append(_any(letters, NOUN, SUFFIX, CLOSING)[1:], True) | is_last
    nominal = _any(letters, NOUN, ADJECTIVE, PREFIX) | (_any(letters, VERB) & closes)
    goes_on = nominal | _any(letters, SUFFIX)
    begins = np.flatnonzero(goes_on & (is_first | ~np.append(False, goes_on[:-1])))
    afters = np.flatnonzero(goes_on & (is_last | ~np.append(goes_on[1:], False))) + 1
    # Suffixes begin nothing, prefixes end nothing.
    places = np.arange(len(letters))
    next_nominal = np.minimum.accumulate(np.where(nominal, places, len(letters))[::-1])[::-1]
    last_other = np.maximum.accumulate(np.where(_any(letters, PREFIX), -1, places))
    firsts, afters = next_nominal[begins], last_other[afters - 1] + 1
    some = firsts < afters
    return firsts[some], afters[some]


def _any(letters: NDArray[np.integer], *wanted: str) -> Flags:
    is_wanted = np.zeros(128, dtype=bool)
    is_wanted[[ord(letter) for letter in wanted]] = True
    found: Flags = is_wanted[letters]
    return found
