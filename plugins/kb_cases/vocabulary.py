"""The controlled vocabulary of case studies, and how its values are found in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

SCOPES = ("個別支援", "地域支援")
"""Whether a case is about a person or household, or about a community."""

STAGES = ("インテーク", "アセスメント", "プランニング", "支援", "モニタリング", "終結")
"""How far the process has come (the steps of social work practice, 相談援助の展開過程)."""

AGES = ("10歳未満", "10代", "20代", "30代", "40代", "50代", "60代", "70代", "80代", "90歳以上")
"""Age bands: a band gives away less than an age."""

_STAGE_WORDS: Mapping[str, str] = {
    "インテーク": "インテーク|受理|受付|初回|相談開始|アウトリーチ",
    "アセスメント": "アセスメント|事前評価|調査中",
    "プランニング": "プランニング|計画|支援会議前",
    "モニタリング": "モニタリング|見守り(?:中|に移行|継続)|経過観察|再アセスメント|中間評価",
    "終結": "終結|終了|閉じ|完了|アフターケア",
    "支援": "支援|介入|継続|対応中|実施",
}
_SCOPE_WORDS = {"個別支援": "個別", "地域支援": "地域"}

_AGE = re.compile(
    r"(?P<years>[0-9０-９]{1,3})[ 　]*(?P<unit>歳代|歳台|歳|才|代)(?:前半|後半|半ば)?(?!表)(?P<less>未満)?"
)
_KANJI_AGE = re.compile(r"(?P<tens>[二三四五六七八九]?十)(?:歳?代)")
_TENS = "一二三四五六七八九"
_DENIED = re.compile(r"[^、。\n]{0,3}?[はがも]?(?:ない|無い|なし|なく|なかった|ありません|見られな|みられな)")
_WORDS = re.compile(r"(?:[^、，,;；／/\s]|[ ](?=[^ 　]))+")
_DOTTED = re.compile(r"[^・･]+")
#: Characters of a value that is in nobody's vocabulary; a longer one is a sentence.
_LONGEST_OWN = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A value of the vocabulary and where its words stand."""

    value: str
    start: int
    end: int


@cache
def _lists() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    """The lists of ``vocabulary.txt``, which says itself how it is written."""
    lists: dict[str, dict[str, re.Pattern[str]]] = {}
    name = ""
    for line in files("kb_cases").joinpath("vocabulary.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            lists[name] = {}
        elif line and not line.startswith("#"):
            value, _, words = (part.strip() for part in line.partition(" = "))
            lists[name][value] = re.compile(f"{re.escape(value)}|{words}")
    return lists


def choices(field: str) -> tuple[str, ...]:
    """The values of a list, as they are offered to staff."""
    return tuple(_lists()[field])


def find(field: str, text: str) -> Iterator[Found]:
    """The values that a text speaks of, each at the place where it does so first, in order of place.

    家賃の滞納はない speaks of no 滞納.
    """
    firsts = ((value, _affirmed(pattern, text)) for value, pattern in _lists()[field].items())
    found = [Found(value, *match.span()) for value, match in firsts if match]
    yield from sorted(found, key=lambda one: (one.start, one.end))


def _affirmed(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next((match for match in pattern.finditer(text) if not _DENIED.match(text, match.end())), None)


def listed(field: str, box: str) -> Iterator[Found]:
    """The values that somebody means who fills in a box of a form, each once.

    Words that the vocabulary does not have are theirs, and a value too, unless they are a sentence.
    """
    seen: set[str] = set()
    for piece in _pieces(field, box):
        for one in _meant(field, piece):
            if one.value not in seen:
                seen.add(one.value)
                yield one


def _pieces(field: str, box: str) -> Iterator[Found]:
    """What is parted by commas, wide spaces and dots; the dot in a value of ours (民生委員・児童委員) parts nothing."""
    for whole in _WORDS.finditer(box):
        dotted = list(_DOTTED.finditer(box, *whole.span()))
        while dotted:
            runs = (n for n in range(len(dotted), 1, -1) if _exact(field, box[dotted[0].start() : dotted[n - 1].end()]))
            run = next(runs, 1)
            start, end = dotted[0].start(), dotted[run - 1].end()
            yield Found(box[start:end], start, end)
            dotted = dotted[run:]


def _meant(field: str, piece: Found) -> Iterator[Found]:
    if exact := _exact(field, piece.value):
        yield replace(piece, value=exact)
        return
    inside = find(field, piece.value)
    within = [replace(one, start=one.start + piece.start, end=one.end + piece.start) for one in inside]
    yield from within
    if not within and len(piece.value) <= _LONGEST_OWN:
        yield piece


def _exact(field: str, words: str) -> str:
    """The value that is written so, dots and widths apart; empty if there is none."""
    return next((value for value in _lists()[field] if _plain(value) == _plain(words)), "")


def scopes(text: str) -> Iterator[Found]:
    """個別支援, 地域支援 or both, of what stands beside the label."""
    for value, word in _SCOPE_WORDS.items():
        if match := re.search(f"{word}(?:支援|課題)?", text):
            yield Found(value, *match.span())


def stage(text: str) -> Found | None:
    """The stage that a form names: 支援終了, 継続（モニタリング中）."""
    matches = ((value, re.search(words, text)) for value, words in _STAGE_WORDS.items())
    return next((Found(value, *match.span()) for value, match in matches if match), None)


def age(text: str) -> Found | None:
    """The age band of the first age in a text: 78歳 and 七十代 are 70代."""
    plain = _AGE.search(text)
    kanji = _KANJI_AGE.search(text)
    if kanji and (plain is None or kanji.start() < plain.start()):
        tens = _TENS.find(kanji["tens"][0]) + 1 if len(kanji["tens"]) > 1 else 1
        return Found(_band(tens * 10), *kanji.span())
    if plain is None:
        return None
    years = int(unicodedata.normalize("NFKC", plain["years"]))
    young = bool(plain["less"]) and years == 10
    return Found(_band(0 if young else years), *plain.span()) if years < 120 else None


def _band(years: int) -> str:
    return AGES[0] if years < 10 else AGES[-1] if years >= 90 else f"{years // 10}0代"


def _plain(text: str) -> str:
    return re.sub(r"[\s・･]", "", unicodedata.normalize("NFKC", text)).lower()
