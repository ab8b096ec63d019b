"""The phrases of a text that somebody may want to look for: compounds, as they are written and as they are read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from kb.text.analyze import Morpheme
from kb.text.lexemes import COMPOUND, Lexeme
from kb.text.normalize import search_key
from kb.text.readings import loose
from kb.text.sudachi import Spoken, read

#: Characters of a phrase: a single one is no word to offer, a longer one is a sentence.
SHORTEST, LONGEST = 2, 32


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words, and the keys by which they can be entered: at each of its words, as written and as read."""

    text: str
    keys: tuple[str, ...]
    """The keys of the whole: as written and, where the dictionary knows it, as read."""
    inner: tuple[str, ...] = ()
    """Those from a later word on."""


def compounds(text: str) -> Iterator[Phrase]:
    """The compounds of a text in order: 重層的支援体制整備事業, 民生委員, 見守り; numbers and the like apart."""
    return _compounds(read(text))


def _compounds(parsed: Spoken) -> Iterator[Phrase]:
    for run in _runs(parsed):
        if phrase := _phrase(parsed, *run):
            yield phrase


def whole(text: str) -> Phrase | None:
    """A text as one phrase: a heading; None for one that is too long to be offered."""
    return _whole(read(text))


def _whole(parsed: Spoken) -> Phrase | None:
    text = parsed.text
    spans = enumerate(zip(parsed.starts, parsed.ends, strict=True))
    written = [number for number, (start, end) in spans if text[start:end].strip()]
    return _phrase_of(*_parts(parsed, written)) if written else None


def of_heading(heading: Spoken) -> tuple[Phrase, ...]:
    """What a title or heading offers: all of it, and its compounds."""
    return tuple(phrase for phrase in (_whole(heading), *_compounds(heading)) if phrase)


def dwelling(text: str, times: int) -> list[Phrase]:
    """The compounds that a text has so many times, each once, in the order in which it brings them up."""
    parsed = read(text)
    starts, ends = parsed.starts, parsed.ends
    runs = _runs(parsed)
    written = [text[starts[first] : ends[after - 1]] for first, after in runs]
    return repeated(written, lambda number: _phrase(parsed, *runs[number]), times)


def repeated(written: Sequence[str], phrase_of: Callable[[int], Phrase | None], times: int) -> list[Phrase]:
    """The phrases that there are so many times.

    Args:
        written: compounds in order, as a text has them.
        phrase_of: each of them by number.
        times: how many.

    """
    if len(" ".join(written).split()) != len(written):
        written = list(map(_tidy, written))
    letters = Counter(written)  # what does not stand there so often in letters need not be looked at closely
    found = [phrase_of(number) for number, surface in enumerate(written) if letters[surface] >= times]
    phrases = [phrase for phrase in found if phrase]
    count = Counter([phrase.text for phrase in phrases])
    return list({phrase.text: phrase for phrase in phrases if count[phrase.text] >= times}.values())


def reading(run: Sequence[Morpheme]) -> str:
    """The loose key of how the words are read; what the dictionary does not have is read as it is written."""
    return loose("".join(word.reading or search_key(word.surface) for word in run))


_COMPOUND = re.compile(COMPOUND)


def _runs(parsed: Spoken) -> list[tuple[int, int]]:
    """The words of each compound, by number: the first, and the one after the last."""
    return [run.span() for run in _COMPOUND.finditer("".join([word.letter for word in parsed.words]))]


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _phrase(parsed: Spoken, first: int, after: int) -> Phrase | None:
    """A compound as a phrase."""
    if parsed.is_even:  # what it is follows from its words
        return of_even(parsed.text[parsed.starts[first] : parsed.ends[after - 1]], tuple(parsed.words[first:after]))
    return _phrase_of(*_parts(parsed, range(first, after)))


def of_even(written: str, words: Sequence[Lexeme]) -> Phrase | None:
    """A compound as a phrase, each of whose words is as long as in the search key."""
    return _phrase_of(written, words, None)


def _parts(parsed: Spoken, numbers: Sequence[int]) -> tuple[str, tuple[Lexeme, ...], tuple[tuple[int, int], ...]]:
    """Some words as they are written, with the place of each in that."""
    begin, end = parsed.starts[numbers[0]], parsed.ends[numbers[-1]]
    places = tuple((parsed.starts[number] - begin, parsed.ends[number] - begin) for number in numbers)
    return parsed.text[begin:end], tuple(parsed.words[number] for number in numbers), places


#: Phrases that are remembered, 10 MB of them: those of a field come again and again.
@lru_cache(maxsize=1 << 14)
def _phrase_of(written: str, words: Sequence[Lexeme], places: Sequence[tuple[int, int]] | None) -> Phrase | None:
    """Some words as a phrase, if they say something and are neither too few nor too many.

    Args:
        written: as they stand in the text.
        words: the words.
        places: the place of each in ``written``; None if each is as long as in the search key.

    """
    surface = _tidy(written)
    if not SHORTEST <= len(surface) <= LONGEST or not any(map(_is_telling, words)):
        return None
    places = places or list(pairwise(accumulate((len(word.surface) for word in words), initial=0)))
    read_as = [word.reading or search_key(written[slice(*at)]) for word, at in zip(words, places, strict=True)]
    later = [number for number, word in enumerate(words) if number and _begins(word)]
    inner = (key for number in later for key in _keys(written[places[number][0] :], read_as[number:]))
    return Phrase(surface, tuple(_keys(written, read_as)), tuple(inner))


def _keys(written: str, read_as: Sequence[str]) -> list[str]:
    """As written, and as read if that is something else."""
    key, sound = _tidy(search_key(written)), loose("".join(read_as))
    return [key, sound] if sound and sound != key else [key]


def _is_telling(word: Lexeme) -> bool:
    part = word.part_of_speech
    return part[0] in {"名詞", "動詞", "形状詞"} and part[1] != "数詞" and "副詞可能" not in part[2]


def _begins(word: Lexeme) -> bool:
    """Whether somebody may begin to type here."""
    return word.part_of_speech[0] in {"名詞", "動詞", "形状詞", "形容詞", "接頭辞"} and word.part_of_speech[1] != "数詞"
