"""Names of people: what the dictionary calls one, and what stands where a name stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb import Morpheme, morphemes
from kb_privacy.bylines import bylines
from kb_privacy.clue import Certainty, Clue, Kind
from kb_privacy.columns import cells
from kb_privacy.passage import Passage, is_latin, is_nounish, is_person, is_place
from kb_privacy.vocabulary import (
    ADDRESSED,
    FIELD,
    GENERIC,
    HISTORICAL,
    HONORIFIC,
    HOUSEHOLD,
    KIN,
    LABEL,
    ROLE,
    THING,
    TITLE,
)

_HONORED = re.compile(rf"[ ]?(?:\((?:仮名|仮)\))?[ ]?{HONORIFIC}")
_HOUSEHOLD = re.compile(HOUSEHOLD)
_OF_KIN = re.compile(rf"の(?:{KIN}|家(?![庭具])|自宅|部屋|ところ|件)")
_THING = re.compile(THING)
_CITED = re.compile(r"(?:[・、][一-龠々]{1,4})*(?:ら|ほか|他)?[ ]?[(]?(?:19|20)[0-9]{2}[a-z]?[)]")
_PSEUDONYM = re.compile(rf"(?:{HONORIFIC})?[ ]?[(「]?(?:仮名|仮)[)」]?")
_BARE = re.compile(
    r"[はがをにともへや、。(「」)・\s]|から|より|いう|です|だ(?:[。」が]|った)|でした|である|の(?!木)|\Z"
)
_AGE = re.compile(r"[ ]?[(][^()\n]{0,6}(?:[0-9]{1,3}|[一二三四五六七八九十]{1,4})[歳才代]")
_FIELD_BEFORE = re.compile(rf"{FIELD}\Z|{LABEL}[ :]+\Z")
_ROLE_BEFORE = re.compile(rf"{ROLE}(?:の|である|、|[ \t・「])?\Z")
_CALLING_BEFORE = re.compile(rf"(?:{TITLE}|担当者?|事務局|職員|通訳)(?:の|、|[ ])?\Z")
_ACTS = re.compile(
    r"[がはも、。・]|から(?:連絡|電話|引き継|報告|説明|相談)|より|と(?:二人|二名|同行|ともに|一緒|訪問|、)|の[二三四]名"
)
_KANA_NOTE = re.compile(r"\A(?P<name>[^()]+)\((?P<kana>[ァ-ヴー]+)\)\Z")
_COUNTED = re.compile("[一二三四五六][男女]")  # 二男一女
_COLUMN = re.compile(rf"{LABEL}|(?:利用者|相談者|対象者|世帯主|保護者|児童|担当者?|民生委員)(?:氏名|名)?")
_CELL = re.compile(
    r"[ ]*(?P<name>[一-龠々ヶ﨑ぁ-んァ-ヴー]{1,6}[ ・]?[一-龠々ヶ﨑ぁ-んァ-ヴー]{1,8}?)(?:様|氏|さん)?[ ]*"
)
_OF_ROLE = re.compile(rf"[ ]?[(]{ROLE}[、)]")
_FIELDED = re.compile(
    rf"(?:{LABEL}|緊急連絡先|キーパーソン|利用者|相談者)(?:氏名|名)?(?:\([^()\n]{{1,8}}\))?[ \t:=]{{1,3}}"
    r"(?P<name>[ぁ-ん]{2,6} [ぁ-ん]{2,6}|[ァ-ヴー]{2,8} [ァ-ヴー]{2,8}"
    r"|[一-龠々ヶ﨑]{1,4} [一-龠々ぁ-んァ-ヴーヶ﨑]{1,5})"
    r"(?=[ \t]{0,2}(?:[(\n\t]|様|殿|氏|さん|\Z|[ ]{2}|[ ](?:性別|年齢|生年|男|女|電話|住所)))"
)
_KIN_FIELDED = re.compile(
    r"(?:(?<=[\n\t、。( :])"
    rf"|\A)(?:続柄[ :])?{KIN}[ \t:・]{{0,2}}(?P<name>[一-龠々ァ-ヴー]{{1,4}}(?:[ ][一-龠々ぁ-んァ-ヴー]{{1,4}})?)"
    r"(?=[ ]?[\t(][ ]?[0-9]{1,3}歳)"
)

_POLITE = frozenset({"さん", "さま", "様", "氏", "くん", "君", "ちゃん", "殿"})
_FAMILIAR = frozenset({"くん", "君", "ちゃん"})
_KANJI_NAME = re.compile(r"[一-龠々ヶ]{1,3}")
_KANA_NAME = re.compile(r"[ァ-ヴー]{2,}|[ぁ-んー]{2,6}")
_KATAKANA = re.compile(r"[ァ-ヴー]{2,}")
#: はるとくん, at the beginning of a sentence or after a mark: Sudachi takes such names apart.
_FAMILIAR_KANA = re.compile(r"(?:(?<=[\n。、「『(・])|\A)(?P<name>[ぁ-ん]{2,5}?)(?=くん|君|ちゃん)")
_CALLED = re.compile(rf"{TITLE}(?!会|室|連)|(?:宅|家(?![庭屋賃具事財電計])|夫妻|一家|親子)(?=[のはがをにへでも、。])")
#: Nouns of one character that are addressed and are no names; any other one is (星さん, 花さん).
_ONE_KANJI_NO_NAMES = frozenset(
    "母父兄姉弟妹祖孫娘嫁婿妻夫子親姪甥客王神仏鬼犬猫鳥馬牛豚鶏魚亀兎狸狐猿隣奥嬢坊皆主店宅方者員師長係屋士手君僕私俺誰彼何殿様氏人男女老若医僧尼敵味姑舅"
)
_PET_BEFORE = re.compile(r"(?:犬|猫|ネコ|ペット|インコ|小鳥|文鳥|うさぎ|ウサギ|金魚|亀)(?:の|、)?「?\Z")
_JOIN = frozenset("・=＝ 　")
_LONGEST_KANA = 6
_LONGEST = 20
"""Characters that a name has at most; a list of names without marks between them is several."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may be a name."""

    start: int
    end: int
    is_full: bool = False
    """Whether it is a family name with a given name."""


def names(passage: Passage) -> Iterator[Clue]:
    """Names of people in the text, without what follows them (さん, 家)."""
    bylined = bylines(passage.plain)
    for candidate in (*_dictionary_names(passage), *_names_by_place(passage), *_names_in_forms(passage)):
        if bylined.cover(candidate.start, candidate.end):
            continue
        name = _without_note(passage.plain, _without_honorific(passage.plain, candidate))
        judged = _judged(passage, name)
        if judged:
            why, certainty = judged
            yield passage.clue(Kind.NAME, (name.start, name.end), why, certainty)


def _without_honorific(plain: str, name: Candidate) -> Candidate:
    """平氏 is a word of the dictionary and 後藤 ハル様 stands in a form, but nobody is called 様."""
    polite = re.search(r"(?<=.)(?:さん|様|氏|殿)\Z", plain[name.start : name.end])
    return replace(name, end=name.start + polite.start()) if polite else name


def _without_note(plain: str, name: Candidate) -> Candidate:
    """Sudachi takes kana in brackets for a word's reading: 田中（タナカ） is one name, 田中（ケアマネ） is more."""
    note = _KANA_NOTE.search(plain[name.start : name.end])
    if not note or note["kana"] == "".join(word.reading for word in morphemes(note["name"])):
        return name
    return replace(name, end=name.start + note.end("name"))


def _judged(passage: Passage, name: Candidate) -> tuple[str, Certainty] | None:
    """Why it is a name and how surely, or None."""
    plain, written = passage.plain, passage.plain[name.start : name.end]
    if written in HISTORICAL or _COUNTED.fullmatch(written) or _CITED.match(plain, name.end):
        return None
    if _PSEUDONYM.match(plain, name.end):
        return "仮名とありますが、人の名前です。A、B、Cの記号にするのが決まりです。", "perhaps"
    if _is_addressed(plain, name):
        return _CERTAIN.format(written), "sure"
    if _THING.match(plain, name.end) or _PET_BEFORE.search(plain, max(0, name.start - 8), name.start):
        return None
    return _judged_by_place(plain, name)


_CERTAIN = "「{}」は人の名前です。記号に置き換えてください。"


def _judged_by_place(plain: str, name: Candidate) -> tuple[str, Certainty] | None:
    """Why and how surely what is not addressed (花子さん) is a name, by what stands around it."""
    written = plain[name.start : name.end]
    before = plain[max(0, name.start - 24) : name.start]
    if _FIELD_BEFORE.search(before) or (_ROLE_BEFORE.search(before) and _BARE.match(plain, name.end)):
        return _CERTAIN.format(written), "sure"
    if name.is_full or _AGE.match(plain, name.end):
        return f"「{written}」は人の名前と見られます。記号に置き換えてください。", "sure"
    if len(written) > 1 and _is_kanji_or_katakana(written) and _BARE.match(plain, name.end):
        return f"「{written}」は人の名前かもしれません。", "perhaps"
    return None


def stands_bare(plain: str, end: int) -> bool:
    """Whether what ends there is followed by a particle or a mark, and is no part of a compound."""
    return bool(_BARE.match(plain, end)) and not _THING.match(plain, end)


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
        yield Candidate(run[0].start, run[-1].end, sum(word.surface not in _JOIN for word in run) > 1)
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
    after = passage.plain[word.end : word.end + 24]
    if is_person(word):
        # Two family names side by side are two people (田中 佐藤), but many given names are family names too (真弓).
        return _is_surname(before) and not (_is_surname(word) and joined and not _stands_for_one(passage, run, after))
    named = _KANJI_NAME.fullmatch(word.surface) or (joined and _KANA_NAME.fullmatch(word.surface))
    return bool(
        len(run) == 1
        and _is_surname(before)
        and named
        and not re.match(rf"{HONORIFIC}|{HOUSEHOLD}|{THING}|{ROLE}", passage.plain[word.start : word.start + 24])
        and (_stands_for_one(passage, run, after))
    )


def _stands_for_one(passage: Passage, run: Sequence[Morpheme], after: str) -> bool:
    """Whether what stands around a family name and another word makes them the name of one person."""
    before = passage.plain[max(0, run[0].start - 24) : run[0].start]
    return bool(_HONORED.match(after) or _AGE.match(after) or _OF_ROLE.match(after) or _FIELD_BEFORE.search(before))


def _is_surname(word: Morpheme) -> bool:
    return word.part_of_speech[3] == "姓"


# ----------------------------------------------------------------------------------- what stands where a name stands


def _names_by_place(passage: Passage) -> Iterator[Candidate]:
    """Words that the dictionary does not call names, but that stand where one does (ゆいなちゃん, 清水ケアマネ)."""
    for number, word in enumerate(passage.words):
        run = _addressed(passage.words, number) if word.surface in _POLITE and number else ()
        if run:
            yield Candidate(run[0].start, run[-1].end)
        elif _is_called(passage, number):
            yield Candidate(word.start, word.end)
    for found in _FAMILIAR_KANA.finditer(passage.plain):
        if found["name"] not in ADDRESSED and not _is_noun(passage, *found.span("name")):
            yield Candidate(*found.span("name"))


def _is_noun(passage: Passage, start: int, end: int) -> bool:
    """Whether a span is one common noun of the dictionary (わんぱく, ぼく)."""
    return any(word.start == start and word.end == end and not is_person(word) for word in passage.words_around(start))


def _is_called(passage: Passage, number: int) -> bool:
    """A place or an unknown word with a calling or a household after it: 岡本宅, 清水ケアマネジャー, 大河内委員."""
    word = passage.words[number]
    called = _CALLED.match(passage.plain, word.end) or _is_introduced(passage.plain, word)
    if not called or word.surface in ADDRESSED | GENERIC or not _KANJI_NAME.fullmatch(word.surface):
        return False
    introduced = _is_introduced(passage.plain, word)
    if number and not introduced and (is_nounish(passage.words[number - 1]) or is_latin(passage.words[number - 1])):
        return False
    if is_place(word):
        return not re.search(r"[都道府県市区町村]\Z", word.surface)
    return not word.known or _is_one_kanji(word)


def _is_introduced(plain: str, word: Morpheme) -> bool:
    """Whether a calling stands before a word that then acts: CSW三好が, 担当の梶原から, but not 担当の横浜に."""
    return bool(_CALLING_BEFORE.search(plain[max(0, word.start - 16) : word.start]) and _ACTS.match(plain, word.end))


def _names_in_forms(passage: Passage) -> Iterator[Candidate]:
    """What stands in the place for a name, whatever the dictionary says: 久保田 トメ, はしもと たけし."""
    for cell in cells(passage.plain):
        if _COLUMN.fullmatch(cell.column) and (found := _CELL.fullmatch(passage.plain, cell.start, cell.end)):
            yield Candidate(*found.span("name"), is_full=True)
    for pattern in (_FIELDED, _KIN_FIELDED):
        for found in pattern.finditer(passage.plain):
            yield Candidate(*found.span("name"))


def _addressed(words: Sequence[Morpheme], honorific: int) -> Sequence[Morpheme]:
    """The words before さん that are a name: unknown ones, places, kana before くん and ちゃん; else none."""
    before = words[honorific - 1]
    if is_person(before) or is_latin(before) or before.surface in ADDRESSED:
        return ()
    if _KATAKANA.fullmatch(before.surface):
        return () if before.known and before.part_of_speech[1] == "普通名詞" else (before,)
    if is_place(before) and not re.search(r"[都道府県市区町村]\Z", before.surface):
        return (before,)
    if _KANJI_NAME.fullmatch(before.surface):
        alone = honorific < 2 or not is_nounish(words[honorific - 2])  # 屋 of 八百屋さん is not alone
        familiar = words[honorific].surface in _FAMILIAR and before.part_of_speech[0] == "名詞"
        return (before,) if not before.known or (alone and (familiar or _is_one_kanji(before))) else ()
    return _kana_run(words, honorific)


def _is_one_kanji(word: Morpheme) -> bool:
    """A noun of one character that may be somebody's name before さん or a calling."""
    is_noun = word.part_of_speech[0] == "名詞" and word.part_of_speech[1] != "数詞"
    return len(word.surface) == 1 and is_noun and word.surface not in _ONE_KANJI_NO_NAMES


def _kana_run(words: Sequence[Morpheme], honorific: int) -> Sequence[Morpheme]:
    """Two to six hiragana from the last mark or kanji on, that Sudachi may have taken apart (はると is は + ると)."""
    first = honorific
    while (
        honorific - first < _LONGEST_KANA
        and first
        and re.fullmatch(r"[ぁ-んー]+", words[first - 1].surface)
        and words[first - 1].part_of_speech[0] != "助詞"
    ):
        first -= 1
    run = words[first:honorific]
    written = "".join(word.surface for word in run)
    if not 2 <= len(written) <= 6 or written in ADDRESSED or written.startswith("お"):
        return ()
    known = all(word.known and word.part_of_speech[1] == "普通名詞" for word in run)
    return () if known and words[honorific].surface not in _FAMILIAR else run
