"""What is asked of the engines: the kinds of queries that people type, made of the words of the corpus."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random

from benchmarks.corpus import Vocabulary
from kb.search.index import Entry

_NAME = re.compile("[ア-ロ]{3,5}会")

#: Ranks from which common and rare words are taken.
COMMON, RARE = slice(0, 30), slice(2_000, 12_000)


def questions(words: Vocabulary, entries: Sequence[Entry], each: int, seed: int = 2) -> Mapping[str, list[str]]:
    """``each`` queries of each kind, in our query language."""
    random = Random(seed)
    return {kind: [make(words, entries, random) for _ in range(each)] for kind, make in KINDS.items()}


def _common(words: Vocabulary, random: Random) -> str:
    return random.choice(words.words[COMMON])


def _some(words: Vocabulary, random: Random, count: int) -> list[str]:
    return random.sample(words.words[COMMON], count)


def _one_rare_name(words: Vocabulary, entries: Sequence[Entry], random: Random) -> str:
    """A name that some section has: one that none has would be found missing at no cost."""
    common = set(words.words[: RARE.start])
    while True:
        names = [name for name in _NAME.findall(random.choice(entries).text) if name not in common]
        if names:
            return str(random.choice(names))


KINDS: Mapping[str, Callable[[Vocabulary, Sequence[Entry], Random], str]] = {
    "one common word": lambda words, _, random: _common(words, random),
    "one rare name": _one_rare_name,
    "two words": lambda words, _, random: " ".join(_some(words, random, 2)),
    "three words": lambda words, _, random: " ".join(_some(words, random, 3)),
    "phrase": lambda _words, entries, random: f'"{random.choice(entries).heading}"',
    "prefix": lambda words, _, random: f"{random.choice(words.words[RARE])[:2]}*",
    "question": lambda words, _, random: "{}の{}が{}に困ったときは、どうすればよいですか".format(
        *random.sample(words.words[:200], 3)
    ),
    "filter and dates": lambda words, _, random: (
        f"{_common(words, random)} type:newsletter date:R{random.randint(1, 6)}年度"
    ),
    "two words, facets": lambda words, _, random: " ".join(_some(words, random, 2)),
    "any of three, facets": lambda words, _, random: " OR ".join(_some(words, random, 3)),
}
"""The kinds of queries by name. Facets are counted for those that say so."""
