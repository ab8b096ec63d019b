"""The phrases of a text that somebody may want to look for: compounds, as they are written and as they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.text.analyze import Morpheme, morphemes
from kb.text.normalize import search_key
from kb.text.readings import loose

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
    run: list[Morpheme] = []
    words = morphemes(text)
    for number, word in enumerate(words):
        follows = words[number + 1] if number + 1 < len(words) else None
        if _joins(word, run, follows):
            run.append(word)
            continue
        yield from _phrase(text, run)
        run = [word] if _joins(word, [], follows) else []
    yield from _phrase(text, run)


def whole(text: str) -> Phrase | None:
    """A text as one phrase: a heading; None for one that is too long to be offered."""
    return next(_phrase(text, [word for word in morphemes(text) if word.surface.strip()], every=True), None)


def _phrase(text: str, run: Sequence[Morpheme], *, every: bool = False) -> Iterator[Phrase]:
    while run and not every and run[-1].part_of_speech[0] == "接頭辞":
        run = run[:-1]
    if not run or not any(_is_telling(word) for word in run):
        return
    start, end = run[0].start, run[-1].end
    surface = " ".join(text[start:end].split())
    if SHORTEST <= len(surface) <= LONGEST:
        starts = [place for place, word in enumerate(run) if place and _begins(word)]
        yield Phrase(surface, tuple(_keys(text, run)), tuple(k for place in starts for k in _keys(text, run[place:])))


def _keys(text: str, run: Sequence[Morpheme]) -> list[str]:
    """As written, and as read if that is something else."""
    written = " ".join(search_key(text[run[0].start : run[-1].end]).split())
    read = reading(run)
    return [written, read] if read and read != written else [written]


def reading(run: Sequence[Morpheme]) -> str:
    """The loose key of how the words are read; what the dictionary does not have is read as it is written."""
    return loose("".join(word.reading or search_key(word.surface) for word in run))


def _joins(word: Morpheme, before: Sequence[Morpheme], follows: Morpheme | None) -> bool:
    """Whether a word goes on with a compound, or begins one."""
    part = word.part_of_speech
    if part[0] in {"名詞", "接頭辞", "形状詞"}:
        return part[1] != "助動詞語幹" and part[2] != "助数詞可能"
    if part[0] == "接尾辞":
        return bool(before)
    # 見守り, 支え合い: the dictionary has many as verbs only.
    is_noun = part[0] == "動詞" and part[1] == "一般" and part[5].startswith("連用形")
    return is_noun and (follows is None or follows.part_of_speech[0] in {"助詞", "補助記号", "名詞", "接尾辞"})


def _is_telling(word: Morpheme) -> bool:
    part = word.part_of_speech
    return part[0] in {"名詞", "動詞", "形状詞"} and part[1] != "数詞" and "副詞可能" not in part[2]


def _begins(word: Morpheme) -> bool:
    """Whether somebody may begin to type here."""
    return word.part_of_speech[0] in {"名詞", "動詞", "形状詞", "形容詞", "接頭辞"} and word.part_of_speech[1] != "数詞"
