"""Names of facilities: a noun that says what it is (病院, 作業所) with a name of its own beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb import Morpheme
from kb_privacy.bylines import bylines
from kb_privacy.clue import Clue, Kind
from kb_privacy.passage import Passage, is_latin, is_nounish
from kb_privacy.vocabulary import FACILITY_NOUNS, FACILITY_TYPES, GENERIC

_NOUN = re.compile("|".join(sorted(FACILITY_NOUNS, key=len, reverse=True)))

_TYPE = re.compile("|".join(sorted(FACILITY_TYPES, key=len, reverse=True)))
_NOUN_AT_END = re.compile(rf"{_NOUN.pattern}|[小中高]\Z")
_QUOTED = re.compile(rf"(?P<type>{_TYPE.pattern})[ ]?[「『\"](?P<name>[^「」『』\"\n]{{1,20}})[」』\"]")

#: の that is part of a name: みどりの森, ひかりの丘.
_POETIC = frozenset(
    [
        "森",
        "家",
        "丘",
        "里",
        "郷",
        "園",
        "花",
        "風",
        "木",
        "杜",
        "海",
        "空",
        "虹",
        "星",
        "街",
        "庭",
        "国",
        "島",
        "実",
        "泉",
        "翼",
        "道",
        "樹",
        "子",
        "会",
        "郷",
    ]
)
#: The office of a municipality is named by the municipality alone, and that may stay.
_PUBLIC = re.compile(r"地域包括支援センター|基幹相談支援センター|福祉センター|公民館|児童館")

#: つくし作業所: Sudachi takes some names in hiragana for verbs. With these endings they may well be some.
_TWICE = re.compile(r"([ぁ-ん][ぁ-ん])\1|ほのぼの|さんさん")
_KANA = re.compile(r"[ぁ-ん]{2,6}(?<![のなたるいがをにはでともてへくうっ])")
#: 若葉小, 汐見中: a school by its short name. 中 is too many other things (日本中) without a word of school after it.
_SHORT = re.compile(
    r"[小高](?=[にのでへをがは、。])|中(?=(?:[1-3一二三]年|に(?:通|入学|進学|在籍)|を(?:卒業|欠席)|の(?:生徒|担任|教"
    r"|校長|[1-3一二三]年)))"
)
#: What follows the name of a company and is not part of it.
_EMPLOYED = frozenset(
    ["勤務", "在籍", "退職", "就職", "経営", "主催", "運営", "社員", "職員", "役員", "代表", "社長", "在職", "入社"]
)

#: Words that a name has at most.
_LONGEST = 10

_WHY = "「{}」は施設・事業所の名前です。記号に置き換えてください。"


def facilities(passage: Passage) -> Iterator[Clue]:
    """Facilities, schools, clinics and companies that are called by their names, but not those of by-lines."""
    signed = bylines(passage.plain)
    for clue in _all(passage):
        if not signed.cover(clue.start, clue.end):
            yield clue


def _all(passage: Passage) -> Iterator[Clue]:
    at = {word.start: number for number, word in enumerate(passage.words)}
    until = {word.end: number for number, word in enumerate(passage.words)}
    for found in _QUOTED.finditer(passage.plain):
        yield _named(passage, found.span())
    for found in _NOUN.finditer(passage.plain):
        start = _name_before(passage, found, until)
        if start < found.start():
            yield _named(passage, (start, found.end()))
    for found in _TYPE.finditer(passage.plain):
        end = _name_after(passage, found, at)
        if end > found.end():
            yield _named(passage, (found.start(), end))
    for found in _SHORT.finditer(passage.plain):
        number = until.get(found.start())
        if number is not None and passage.words[number].part_of_speech[1] == "固有名詞":
            run = _compound(passage.words, number)
            yield _named(passage, (run[0].start, found.end()))


def _named(passage: Passage, span: tuple[int, int]) -> Clue:
    return passage.clue(Kind.FACILITY, span, _WHY.format(passage.text[slice(*span)]))


def anonymous(evidence: str, letter: str) -> str:
    """The facility with a letter for its name: A病院, デイサービスB."""
    start, end = _name_in(evidence)
    if start:
        return evidence[:start] + letter
    return letter + evidence[end:].removeprefix("中央") if end < len(evidence) else f"{letter}施設"


def name_of(evidence: str) -> str:
    """What a facility is called, without the sort before it: さくら苑 of 特別養護老人ホーム「さくら苑」."""
    start, _ = _name_in(evidence)
    return evidence[start:].strip(' 　「」『』"') or evidence


def _name_in(evidence: str) -> tuple[int, int]:
    """The span of the name in a facility as found; the whole if there is no telling."""
    plain = Passage(evidence).plain
    kind = _TYPE.match(plain)
    if kind and kind.end() < len(plain):
        return kind.end(), len(plain)
    ends = [found.start() for found in _NOUN_AT_END.finditer(plain) if found.end() == len(plain)]
    return 0, ends[-1] if ends else len(plain)


# ------------------------------------------------------------------------------------------------- a name before


def _name_before(passage: Passage, noun: re.Match[str], until: dict[int, int]) -> int:
    """Where the name before a noun begins; the noun's own start if it has none."""
    number = until.get(noun.start())
    if number is None:
        return _inside_a_word(passage, noun)
    if not is_nounish(passage.words[number]):
        return _kana_before(passage.words, number, noun.start())
    run = _compound(passage.words, number)
    while run and _is_generic(run[0]):
        run = run[1:]
    return run[0].start if run and _names_something(run, noun.group()) else noun.start()


def _inside_a_word(passage: Passage, noun: re.Match[str]) -> int:
    """The dictionary has some facilities whole: those it calls by a proper noun."""
    for word in passage.words_around(noun.start()):
        own = passage.text[word.start : noun.start()]
        proper = word.part_of_speech[1] == "固有名詞" or not word.known or re.fullmatch("[ァ-ヴー]{2,}", own)
        if own and own not in GENERIC and noun.end() <= word.end and proper:
            return word.start
    return noun.start()


def _kana_before(words: Sequence[Morpheme], last: int, noun: int) -> int:
    """Where a name in hiragana before the noun begins, from the last particle on; the noun's own start without one."""
    first = last + 1
    while first and re.fullmatch("[ぁ-ん]+", words[first - 1].surface) and words[first - 1].part_of_speech[0] in _WORDS:
        first -= 1
    written = "".join(word.surface for word in words[first : last + 1])
    if _TWICE.fullmatch(written):
        return words[first].start
    is_name = _KANA.fullmatch(written) and any(word.part_of_speech[0] != "副詞" for word in words[first : last + 1])
    return words[first].start if is_name else noun


_WORDS = frozenset({"名詞", "動詞", "形容詞", "副詞", "感動詞", "形状詞", "代名詞"})


def _compound(words: Sequence[Morpheme], last: int) -> Sequence[Morpheme]:
    """The nouns that end with the ``last`` word, over の where it is part of a name."""
    first = last + 1
    while first > last + 1 - _LONGEST and first and (is_nounish(words[first - 1]) or _is_poetic_no(words, first - 1)):
        if is_latin(words[first - 1]) and len(words[first - 1].surface) <= 2:
            break  # the letter of A病院
        first -= 1
    return words[first : last + 1]


def _is_poetic_no(words: Sequence[Morpheme], number: int) -> bool:
    return (
        words[number].surface == "の"
        and 0 < number < len(words) - 1
        and words[number + 1].surface in _POETIC
        and bool(re.search(r"[ぁ-んァ-ヴー]\Z", words[number - 1].surface))
        and (is_nounish(words[number - 1]) or _is_kana_verb(words[number - 1]))
    )


def _is_kana_verb(word: Morpheme) -> bool:
    """みはらし of みはらしの丘: what Sudachi takes for the stem of a verb."""
    return word.part_of_speech[0] == "動詞" and bool(re.fullmatch("[ぁ-ん]{3,}", word.surface))


def _is_generic(word: Morpheme) -> bool:
    kind = word.part_of_speech
    return (
        word.surface in GENERIC
        or kind[1] == "数詞"
        or (kind[1] == "普通名詞" and kind[2] in {"副詞可能", "サ変可能", "助数詞可能"})
        or (kind[0] == "接頭辞" and word.surface != "聖")
    )


def _names_something(run: Sequence[Morpheme], noun: str) -> bool:
    """Whether what is left of the compound is a name, and not only that of a municipality before a public office."""
    rest = [word for word in run if not _is_generic(word)]
    if not rest or all(is_latin(word) for word in rest):
        return False
    municipal = run[0].surface[-1] in "市区町村" or (len(run) > 1 and run[1].surface in set("市区町村"))
    if municipal and len(rest) <= 1 + (run[0].surface[-1] not in "市区町村"):
        return not _PUBLIC.fullmatch(noun)
    return True


# -------------------------------------------------------------------------------------------------- a name after


def _name_after(passage: Passage, kind: re.Match[str], at: dict[int, int]) -> int:
    """Where the name after a noun ends; the noun's own end if it has none."""
    number = at.get(kind.end())
    if number is None:
        return kind.end()
    words, last = passage.words, number
    is_corporate = kind.group().endswith(("法人", "会社"))
    while last < min(len(words), number + _LONGEST) and (
        is_nounish(words[last]) or _is_poetic_no(words, last) or _is_adverb(words, last) or _begins_poetic(words, last)
    ):
        last += 1
    run = words[number:last]
    while run and (run[-1].surface in _EMPLOYED or (not is_corporate and _is_trailing(run[-1]))):
        run = run[:-1]
    if not run or _is_generic(run[0]) or is_latin(run[0]) or run[0].part_of_speech[0] == "接尾辞":
        return kind.end()
    proper = any(word.part_of_speech[1] == "固有名詞" or not word.known for word in run)
    kana = re.match(r"[ぁ-んァ-ヴー]{2}", run[0].surface)
    named = proper or kana or is_corporate or run[-1].surface[-1] in "園苑荘会家"
    return run[-1].end if named else kind.end()


def _begins_poetic(words: Sequence[Morpheme], number: int) -> bool:
    return _is_kana_verb(words[number]) and number + 2 < len(words) and _is_poetic_no(words, number + 1)


def _is_trailing(word: Morpheme) -> bool:
    return _is_generic(word) and word.surface not in {"園", "会", "苑"}


def _is_adverb(words: Sequence[Morpheme], number: int) -> bool:
    """ほっとスペース, のびのびルーム: an adverb may be part of a name if a noun follows."""
    return words[number].part_of_speech[0] == "副詞" and number + 1 < len(words) and is_nounish(words[number + 1])
