"""Fictional sections of みどり県, as many as are wanted, with words as unevenly frequent as in real texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from kb.model import AccessClass
from kb.search.index import Entry
from kb.text.dates import date_terms, find_dates

#: Zipf-Mandelbrot: the word of rank r is as frequent as 1 / (r + SHIFT) (Mandelbrot 1953; the usual shift for prose).
SHIFT = 2.7

#: Sections of one document, and characters of one section: the sample newsletters have about so many.
SECTIONS, CHARACTERS = 12, 400

#: How many different names of groups there are besides the words of words.txt: the long tail of the vocabulary.
NAMES = 20_000

_WORDS = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()
_MORA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロ"
_TOWNS = ("若葉町", "青葉町", "みどり市", "北原村", "南川町", "朝日台", "桜木町", "大森村", "清水町", "星野市")
_SENTENCES = (
    "{town}では、{a}と{b}の{c}を始めました。",
    "{a}の{b}について、{c}と話し合いました。",
    "{c}に悩む人が、{a}をきっかけに{b}とつながりました。",
    "{a}や{b}だけでは解けない{c}があります。",
    "{day}に{a}の{b}を開き、{c}から{n}人が集まりました。",
    "「{a}があって助かった」という{b}の声が、{c}の支えになっています。",
    "次の{a}では、{b}に加えて{c}も取り上げる予定です。",
)
_TYPES = ("newsletter", "training", "case")
_FIRST_DAY, _DAYS = date(2015, 4, 1), 4_000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by rank, the most frequent first."""

    words: Sequence[str]
    weights: Sequence[float]
    """Cumulative, as ``Random.choices`` wants them."""

    def draw(self, random: Random, count: int) -> list[str]:
        """So many words, each as likely as its rank makes it."""
        return random.choices(self.words, cum_weights=self.weights, k=count)


def vocabulary(random: Random) -> Vocabulary:
    """Words of the field, then made-up names of groups."""
    names = {"".join(random.choices(_MORA, k=random.randint(3, 5))) + "会" for _ in range(NAMES)}
    words = list(dict.fromkeys([*_WORDS, *sorted(names)]))
    return Vocabulary(words, list(accumulate(1 / (rank + SHIFT) for rank in range(1, len(words) + 1))))


def sections(count: int, seed: int = 1) -> Iterator[Entry]:
    """Sections of documents of ``SECTIONS`` each; the same seed gives the same ones."""
    random = Random(seed)
    words = vocabulary(random)
    for number in range(count):
        document, place = divmod(number, SECTIONS)
        if place == 0:
            day = _FIRST_DAY + timedelta(days=random.randrange(_DAYS))
            kind = random.choice(_TYPES)
        entry = _section(f"{document:06}", place, words, random)
        keywords = {"type": (kind,), "year": (str(day.year),), "dates": _dates(entry.text)}
        yield replace(entry, title=f"みどり県だより 第{document + 1}号", date=day, keywords=keywords)


def _section(document: str, place: int, words: Vocabulary, random: Random) -> Entry:
    heading, above = ("の".join(words.draw(random, 2)) for _ in range(2))
    text = ""
    while len(text) < CHARACTERS:
        text += _sentence(words, random) + "\n" * (random.random() < 0.2)
    return Entry(f"{document}-{place:02}", document, 1, AccessClass.PUBLIC, "", heading, text, above=above)


def _sentence(words: Vocabulary, random: Random) -> str:
    a, b, c = words.draw(random, 3)
    day = _FIRST_DAY + timedelta(days=random.randrange(_DAYS))
    return random.choice(_SENTENCES).format(
        a=a, b=b, c=c, n=random.randint(3, 90), town=random.choice(_TOWNS), day=f"{day.year}年{day.month}月{day.day}日"
    )


def _dates(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for mention in find_dates(text) for term in date_terms(mention)))
