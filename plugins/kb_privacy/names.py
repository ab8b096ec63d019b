"""Names of people: what the dictionary calls one, and what stands where a name stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb import Morpheme, morphemes, search_key
from kb_privacy.bylines import bylines
from kb_privacy.finding import Certainty, Finding, Kind
from kb_privacy.passage import Passage, is_latin, is_person, is_place
from kb_privacy.vocabulary import ADDRESSED, FIELD, HISTORICAL, HONORIFIC, HOUSEHOLD, KIN, ROLE, THING

_HONORED = re.compile(rf"[ ]?(?:\((?:仮名|仮)\))?[ ]?{HONORIFIC}")
_HOUSEHOLD = re.compile(HOUSEHOLD)
_OF_KIN = re.compile(rf"の(?:{KIN}|家(?![庭具])|自宅|部屋|ところ|件)")
_THING = re.compile(THING)
_CITED = re.compile(r"ら?[ ]?[(]?(?:19|20)[0-9]{2}[a-z]?[)]")
_PSEUDONYM = re.compile(rf"(?:{HONORIFIC})?[ ]?[(「]?(?:仮名|仮)[)」]?")
_BARE = re.compile(r"[はがをにともへや、。(「」)・\s]|から|の(?!木)|\Z")
_AGE = re.compile(r"[ ]?[(][^()\n]{0,6}(?:[0-9]{1,3}|[一二三四五六七八九十]{1,4})[歳才代]")
_FIELD_BEFORE = re.compile(rf"{FIELD}\Z|(?:氏名|名前|利用者名|対象者名)[ :]+\Z")
_ROLE_BEFORE = re.compile(rf"{ROLE}(?:の|である|、|[ ]|「)?\Z")
_GIVEN_BEFORE = re.compile(rf"{KIN}(?:の|、|[ ]|である)?\Z")

_POLITE = frozenset({"さん", "さま", "様", "氏", "くん", "君", "ちゃん", "殿"})
_FAMILIAR = frozenset({"くん", "君", "ちゃん"})
_KANJI_NAME = re.compile(r"[一-龠々ヶ]{1,3}")
_KANA_NAME = re.compile(r"[ァ-ヴー]{2,}|[ぁ-んー]{2,6}")
_KATAKANA = re.compile(r"[ァ-ヴー]{2,}")
_JOIN = frozenset("・=＝ 　")
_LONGEST = 20
"""Characters that a name has at most; a list of names without marks between them is several."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run of words that may be a name."""

    start: int
    end: int
    words: tuple[Morpheme, ...]

    @property
    def is_full(self) -> bool:
        """Whether it is a family name with a given name."""
        return len(self.words) > 1


def names(passage: Passage) -> Iterator[Finding]:
    """Names of people in the text, without what follows them (さん, 家)."""
    bylined = bylines(passage.plain)
    for candidate in (*_dictionary_names(passage), *_names_by_place(passage)):
        if any(start <= candidate.start and candidate.end <= end for start, end in bylined):
            continue
        judged = _judged(passage, candidate)
        if judged:
            why, certainty = judged
            yield passage.finding(Kind.NAME, (candidate.start, candidate.end), why, certainty)


def _judged(passage: Passage, name: Candidate) -> tuple[str, Certainty] | None:
    """Why it is a name and how surely, or None."""
    plain, written = passage.plain, passage.plain[name.start : name.end]
    if written in HISTORICAL or _CITED.match(plain, name.end):
        return None
    if _PSEUDONYM.match(plain, name.end):
        return "仮名とありますが、人の名前です。A、B、Cの記号にするのが決まりです。", "perhaps"
    if _is_addressed(plain, name):
        return f"「{written}」は人の名前です。記号に置き換えてください。", "sure"
    if _THING.match(plain, name.end):
        return None
    before = plain[max(0, name.start - 24) : name.start]
    if _FIELD_BEFORE.search(before) or (_ROLE_BEFORE.search(before) and _BARE.match(plain, name.end)):
        return f"「{written}」は人の名前です。記号に置き換えてください。", "sure"
    if name.is_full or _AGE.match(plain, name.end):
        return f"「{written}」は人の名前と見られます。記号に置き換えてください。", "sure"
    if len(written) > 1 and _is_kanji_or_katakana(written) and _BARE.match(plain, name.end):
        return f"「{written}」は人の名前かもしれません。", "perhaps"
    return None


def _is_addressed(plain: str, name: Candidate) -> bool:
    return any(pattern.match(plain, name.end) for pattern in (_HONORED, _HOUSEHOLD, _OF_KIN))


def _is_kanji_or_katakana(written: str) -> bool:
    return not re.search(r"[ぁ-ん]", written)


# ------------------------------------------------------------------------------------- what the dictionary says


def _dictionary_names(passage: Passage) -> Iterator[Candidate]:
    """Runs of words that the dictionary calls names of people, family and given name together."""
    words, number = passage.words, 0
    while number < len(words):
        if not is_person(words[number]):
            number += 1
            continue
        run = _run(passage, number)
        yield Candidate(run[0].start, run[-1].end, tuple(word for word in run if word.surface not in _JOIN))
        number += len(run)


def _run(passage: Passage, first: int) -> Sequence[Morpheme]:
    """The words of one name, from the first on: 田中 花子, マリア・サントス, 田中 + 翔 (to Sudachi a verb's stem)."""
    words, last = passage.words, first
    while last + 1 < len(words) and words[last + 1].end - words[first].start <= _LONGEST:
        joined = words[last + 1].surface in _JOIN
        following = last + 1 + joined
        if following >= len(words) or not _continues(passage, words[first : last + 1], following, joined):
            break
        last = following
    return words[first : last + 1]


def _continues(passage: Passage, run: Sequence[Morpheme], following: int, joined: bool) -> bool:
    word, before = passage.words[following], run[-1]
    if joined and passage.words[following - 1].surface in "・=＝":
        return bool(_KATAKANA.fullmatch(word.surface) and _KATAKANA.fullmatch(before.surface))
    if is_person(word):
        return _is_surname(before) and not (_is_surname(word) and joined)
    after = passage.plain[word.end :]
    named = _KANJI_NAME.fullmatch(word.surface) or (joined and _KANA_NAME.fullmatch(word.surface))
    return bool(
        len(run) == 1
        and _is_surname(before)
        and named
        and not re.match(rf"{HONORIFIC}|{HOUSEHOLD}|{THING}|{ROLE}", passage.plain[word.start :])
        and (_HONORED.match(after) or _AGE.match(after))
    )


def _is_surname(word: Morpheme) -> bool:
    return word.part_of_speech[3] == "姓"


# ----------------------------------------------------------------------------------- what stands where a name stands


def _names_by_place(passage: Passage) -> Iterator[Candidate]:
    """Words that the dictionary does not call names, but that are addressed like people (ゆいなちゃん, 東さん)."""
    for number, word in enumerate(passage.words):
        if word.surface in _POLITE and number:
            run = _addressed(passage.words, number)
            if run:
                yield Candidate(run[0].start, run[-1].end, (run[0],))


def _addressed(words: Sequence[Morpheme], honorific: int) -> Sequence[Morpheme]:
    """The words before さん that are a name: unknown ones, places, kana before くん and ちゃん; else none."""
    before = words[honorific - 1]
    if is_person(before) or is_latin(before) or before.surface in ADDRESSED:
        return ()
    if _KATAKANA.fullmatch(before.surface):
        return () if before.known and before.part_of_speech[1] == "普通名詞" else (before,)
    if is_place(before) and not re.search(r"[都道府県市区町村]\Z", before.surface):
        return (before,)
    if not before.known and _KANJI_NAME.fullmatch(before.surface):
        return (before,)
    return _kana_run(words, honorific)


def _kana_run(words: Sequence[Morpheme], honorific: int) -> Sequence[Morpheme]:
    """Two to six hiragana from the last mark or kanji on, that Sudachi may have taken apart (はると is は + ると)."""
    first = honorific
    while first and re.fullmatch(r"[ぁ-んー]+", words[first - 1].surface) and words[first - 1].part_of_speech[0] != "助詞":
        first -= 1
    run = words[first:honorific]
    written = "".join(word.surface for word in run)
    if not 2 <= len(written) <= 6 or written in ADDRESSED or written.startswith("お"):
        return ()
    known = all(word.known and word.part_of_speech[1] == "普通名詞" for word in run)
    return () if known and words[honorific].surface not in _FAMILIAR else run


# ------------------------------------------------------------------------------------------------------ who is who


def parts(evidence: str) -> tuple[str, str]:
    """Family name and given name of a name as found, folded for comparison; either may be empty."""
    words = [word for word in morphemes(evidence) if word.surface not in _JOIN and word.surface.strip()]
    if not words:
        return evidence, ""
    if len(words) == 1:
        key = search_key(words[0].surface)
        return ("", key) if words[0].part_of_speech[3] == "名" else (key, "")
    return search_key(words[0].surface), search_key("".join(word.surface for word in words[1:]))
