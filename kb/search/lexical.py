"""What is wrong with an entry of the thesaurus, before it does harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kb.model import Synonyms
from kb.text.analyze import Analyzer

Terms = tuple[str, ...]

#: From this part of all sections on, a word is too common to be added to others: it would drown what was asked for.
COMMON = 0.2

#: Fewer sections than this say nothing of how common a word is.
ENOUGH = 50

#: Words on either side of an entry, and characters of a word.
MOST_WORDS, LONGEST_WORD = 30, 60


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about an entry that people should know."""

    text: str
    """A Japanese sentence."""
    stops: bool = True
    """False for what is only worth knowing."""


def problems(
    entry: Synonyms, others: Iterable[Synonyms], analyzer: Analyzer, share: Callable[[str], float]
) -> list[Problem]:
    """Everything that is wrong with an entry, or worth knowing about it.

    Args:
        entry: the entry as it is to be.
        others: all entries that will be used beside it.
        analyzer: makes the terms that are compared.
        share: which part of all sections has a word, from 0 to 1; 0 where there are too few to tell.

    """
    found = [*_form(entry, analyzer)]
    if any(problem.stops for problem in found):
        return found
    every = list(others)
    return [*found, *_known(entry, every, analyzer), *_circle(entry, every, analyzer), *_common(entry, share)]


def _form(entry: Synonyms, analyzer: Analyzer) -> Iterable[Problem]:
    words = [*((word, "words") for word in entry.words), *((word, "broader") for word in entry.broader)]
    if len(entry.words) < (1 if entry.broader else 2):
        yield Problem("同じ意味の語を二つ以上か、一つの語と、より広い語を書いてください。")
    if max(len(entry.words), len(entry.broader)) > MOST_WORDS:
        yield Problem(f"語が多すぎます（{MOST_WORDS}語まで）。項目を分けてください。")
    terms: dict[Terms, tuple[str, str]] = {}
    for word, side in words:
        key = tuple(analyzer.terms(word))
        if not word.strip() or not key:
            yield Problem(f"「{word}」には、検索に使える語が含まれていません。")
        elif len(word) > LONGEST_WORD:
            yield Problem(f"「{word[:20]}…」が長すぎます（{LONGEST_WORD}字まで）。")
        elif key in terms and terms[key][1] != side:
            yield Problem(f"「{word}」が、同じ意味の語と、より広い語の両方にあります。")
        elif key in terms:
            yield Problem(f"「{terms[key][0]}」と「{word}」は、もともと同じ語として検索されます。", stops=False)
        terms.setdefault(key, (word, side))
    if entry.words and len(terms) < 2:
        yield Problem("どの語も、もともと同じ語として検索されるので、登録は要りません。")


def _known(entry: Synonyms, others: Sequence[Synonyms], analyzer: Analyzer) -> Iterable[Problem]:
    mine, above = _keys(entry.words, analyzer), _keys(entry.broader, analyzer)
    for other in others:
        same, wider = _keys(other.words, analyzer), _keys(other.broader, analyzer)
        if mine <= same and above <= wider:
            yield Problem(f"同じ項目が既にあります（{'、'.join(other.words)}）。")
        elif len(mine & same) > 1:
            yield Problem(f"一部が別の項目と重なっています（{'、'.join(other.words)}）。", stops=False)


def _circle(entry: Synonyms, others: Sequence[Synonyms], analyzer: Analyzer) -> Iterable[Problem]:
    """Whether a word would come to be broader than itself, by way of any entries."""
    groups = [(_keys(e.words, analyzer), _keys(e.broader, analyzer)) for e in (entry, *others)]
    start, reached = groups[0]
    reached = set(reached)
    while True:
        # Whoever shares a word with what has been reached means the same; what is broader than that is reached, too.
        same = {key for words, _ in groups[1:] if words & reached for key in words}
        wider = {key for words, above in groups[1:] if words & reached for key in above}
        if not (same | wider) - reached:
            break
        reached |= same | wider
    if start & reached:
        yield Problem("より広い語をたどると、もとの語に戻ってしまいます。広い・狭いの向きを確かめてください。")


def _common(entry: Synonyms, share: Callable[[str], float]) -> Iterable[Problem]:
    for word in (*entry.words, *entry.broader):
        if (part := share(word)) > COMMON:
            text = (
                f"「{word}」は全体の{part:.0%}の記事にある、ありふれた語です。関係のない記事が増えるおそれがあります。"
            )
            yield Problem(text, stops=False)


def _keys(words: Iterable[str], analyzer: Analyzer) -> set[Terms]:
    return {tuple(analyzer.terms(word)) for word in words}
