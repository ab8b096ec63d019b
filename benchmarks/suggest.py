"""How long it takes to offer phrases while somebody types.

    python -m benchmarks.suggest --sections 20000

Phrases of the made-up corpus are asked for by their first one to four characters, in kanji, kana and romaji. Wall-clock
milliseconds in one process; the index is opened anew first, and its lists of phrases are read by one query beforehand.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.corpus import sections
from kb.ingest.indexer import BATCH
from kb.model import PUBLIC_ONLY
from kb.search.index import Entry
from kb.search.searcher import Searcher
from kb.search.thesaurus import Thesaurus
from kb.search.whoosh_engine import WhooshIndex
from kb.text.analyze import Analyzer
from kb.text.phrases import Phrase, compounds, whole

#: Queries of each kind, and times that each is asked.
QUERIES, ROUNDS = 100, 3

_CONSONANTS = {
    "": "あいうえお",
    "k": "かきくけこ",
    "s": "さしすせそ",
    "t": "たちつてと",
    "n": "なにぬねの",
    "h": "はひふへほ",
}
_CONSONANTS |= {"m": "まみむめも", "r": "らりるれろ"}
ROMAJI = {kana: row + vowel for row, every in _CONSONANTS.items() for vowel, kana in zip("aiueo", every, strict=True)}
"""Enough to type beginnings with."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suggest", description="Measure suggestions.")
    parser.add_argument("--sections", type=int, default=1_000, metavar="N", help="sections to index")
    options = parser.parse_args(arguments)
    analyzer = Analyzer()
    with TemporaryDirectory() as folder:
        phrases = build(Path(folder) / "index", analyzer, options.sections)
        index = WhooshIndex.open(Path(folder) / "index", analyzer)
        searcher = Searcher(index, analyzer, Thesaurus((), analyzer))
        began = perf_counter()
        searcher.completions("あ", PUBLIC_ONLY, 8)
        print(f"{options.sections:,} sections, {len(phrases):,} phrases; the first time: {_since(began):.0f} ms")
        for kind, typed in kinds(phrases).items():
            print(f"{kind}: {measured(searcher, typed)}")


def build(folder: Path, analyzer: Analyzer, count: int) -> list[Phrase]:
    """Index sections with their phrases; every phrase once."""
    index, every = WhooshIndex.create(folder, analyzer), dict[str, Phrase]()
    for number, entry in enumerate(sections(count)):
        found = phrases_of(entry)
        every |= {phrase.text: phrase for phrase in found}
        index.replace(
            f"{entry.document}-{number}", [replace(entry, document=f"{entry.document}-{number}", phrases=found)]
        )
        if number % (20 * BATCH) == 20 * BATCH - 1:
            index.commit()
    index.commit()
    index.close()
    return list(every.values())


def phrases_of(entry: Entry) -> tuple[Phrase, ...]:
    """The phrases of a heading, as the indexer takes them."""
    found = (whole(entry.heading), *compounds(entry.heading))
    return tuple({phrase.text: phrase for phrase in found if phrase}.values())


def kinds(phrases: Sequence[Phrase]) -> dict[str, list[str]]:
    """What is typed, by kind: the beginnings of phrases that there are."""
    random = Random(1)
    chosen = random.choices(phrases, k=QUERIES)
    kana = [phrase.keys[-1] for phrase in chosen]
    return {
        f"{length} of {name}": [word[:length] for word in words]
        for name, words in (("kanji", [p.keys[0] for p in chosen]), ("kana", kana), ("romaji", list(_romaji(kana))))
        for length in (1, 2, 4)
    }


def _romaji(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        yield "".join(ROMAJI.get(character, "") for character in word) or "shi"


def measured(searcher: Searcher, typed: Sequence[str]) -> str:
    """p50 and p95 of asking for all of them."""
    times = []
    for _ in range(ROUNDS):
        for one in typed:
            began = perf_counter()
            searcher.completions(one, PUBLIC_ONLY, 8)
            times.append(_since(began))
    cuts = quantiles(times, n=100)
    return f"p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms"


def _since(began: float) -> float:
    return (perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
