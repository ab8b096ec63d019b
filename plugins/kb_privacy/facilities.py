"""Names of facilities: a noun that says what it is (病院, 作業所) with a name of its own beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb import Morpheme
from kb_privacy.bylines import bylines
from kb_privacy.clue import Clue, Kind
from kb_privacy.passage import Passage, is_latin, is_nounish
from kb_privacy.vocabulary import GENERIC

#: Nouns that a name stands before. Longer ones first, so that 訪問看護ステーション is one.
_NOUNS = (
    "地域包括支援センター 訪問看護ステーション 訪問介護事業所 居宅介護支援事業所 相談支援事業所 相談支援センター ケアプランセンター デイサービスセンター 介護老人保健施設 "
    "在宅介護支援センター 地域活動支援センター 就業・生活支援センター 福祉作業所 福祉センター 介護センター ケアセンター 支援センター 相談センター 発達支援センター 特別養護老人ホーム "
    "養護老人ホーム 老人ホーム グループホーム ケアハウス ケアホーム デイサービス デイケア リハビリテーション病院 総合病院 大学病院 記念病院 病院 歯科医院 医院 クリニック "
    "診療所 整形外科 歯科 内科 眼科 皮膚科 薬局 認定こども園 こども園 保育園 保育所 幼稚園 小学校 中学校 高等学校 高校 特別支援学校 支援学校 養護学校 専門学校 短期大学 大学 "
    "高等専門学校 学園 学院 児童館 児童クラブ 学童クラブ 作業所 事業所 工房 授産所 児童養護施設 母子生活支援施設 乳児院 障害者支援施設 救護施設 更生施設 ステーション "
    "中央病院 製作所 工業所 商店 商会 工務店 食堂 酒店 理容店 美容室 工業 建設 運輸 株式会社 有限会社 合同会社 自治会館 公民館 寿苑 苑 荘"
).split()
_NOUN = re.compile("|".join(sorted(_NOUNS, key=len, reverse=True)))

#: Nouns that a name stands after.
_TYPES = (
    "特別養護老人ホーム 特養 養護老人ホーム 軽費老人ホーム 有料老人ホーム 住宅型有料老人ホーム 介護老人保健施設 老健 サービス付き高齢者向け住宅 ケアハウス グループホーム "
    "デイサービスセンター デイサービス デイケア ショートステイ 小規模多機能ホーム 居宅介護支援事業所 訪問看護ステーション ヘルパーステーション 相談支援事業所 "
    "就労継続支援B型事業所 就労継続支援A型事業所 就労継続支援事業所 就労移行支援事業所 就労支援事業所 地域活動支援センター 障害者支援施設 児童養護施設 母子生活支援施設 乳児院 "
    "救護施設 放課後等デイサービス 学童クラブ フリースクール ショートステイ ケアプラン 社会福祉法人 医療法人社団 医療法人財団 医療法人 NPO法人 特定非営利活動法人 一般社団法人 公益社団法人 "
    "一般財団法人 学校法人 株式会社 有限会社 合同会社 作業所 子ども食堂 サロン"
).split()
_TYPE = re.compile("|".join(sorted(_TYPES, key=len, reverse=True)))
_QUOTED = re.compile(rf"(?P<type>{_TYPE.pattern})[ ]?[「『\"](?P<name>[^「」『』\"\n]{{1,20}})[」』\"]")

#: の that is part of a name: みどりの森, ひかりの丘.
_POETIC = frozenset("森 家 丘 里 郷 園 花 風 木 杜 海 空 虹 星 街 庭 国 島 実 泉 翼 道 樹 子 会 郷".split())
#: The office of a municipality is named by the municipality alone, and that may stay.
_PUBLIC = re.compile(r"地域包括支援センター|基幹相談支援センター|福祉センター|公民館|児童館")

#: つくし作業所: Sudachi takes some names in hiragana for verbs or adverbs. With these endings they may well be some.
_KANA_BEFORE = re.compile(r"(?:\A|(?<=[\n、。「(]))(?P<name>[ぁ-ん]{2,6}(?<![のなたるいがをにはでともてへくうっ]))\Z")
#: 若葉小, 汐見中: a school by its short name. 中 is too many other things (日本中) without a word of school after it.
_SHORT = re.compile(
    r"[小高](?=[にのでへをがは、。])|中(?=(?:[1-3一二三]年|に(?:通|入学|進学|在籍)|を(?:卒業|欠席)|の(?:生徒|担任|教|校長|[1-3一二三]年)))"
)
#: What follows the name of a company and is not part of it.
_EMPLOYED = frozenset("勤務 在籍 退職 就職 経営 主催 運営 社員 職員 役員 代表 社長 在職 入社".split())

_WHY = "「{}」は施設・事業所の名前です。記号に置き換えてください。"


def facilities(passage: Passage) -> Iterator[Clue]:
    """Facilities, schools, clinics and companies that are called by their names, but not those of by-lines."""
    signed = bylines(passage.plain)
    for clue in _all(passage):
        if not any(start <= clue.start and clue.end <= end for start, end in signed):
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
    plain = Passage(evidence).plain
    kind = _TYPE.match(plain)
    if kind and kind.end() < len(plain):
        return evidence[: kind.end()] + letter
    nouns = [found for found in re.finditer(rf"{_NOUN.pattern}|[小中高]\Z", plain) if found.end() == len(plain)]
    return letter + evidence[nouns[-1].start() :] if nouns else f"{letter}施設"


# ------------------------------------------------------------------------------------------------- a name before


def _name_before(passage: Passage, noun: re.Match[str], until: dict[int, int]) -> int:
    """Where the name before a noun begins; the noun's own start if it has none."""
    number = _word_ending(passage, noun.start(), until)
    if number is None:
        return _inside_a_word(passage, noun)
    if not is_nounish(passage.words[number]):
        kana = _KANA_BEFORE.search(passage.plain, max(0, noun.start() - 8), noun.start())
        return kana.start("name") if kana else noun.start()
    run = _compound(passage.words, number)
    while run and _is_generic(run[0]):
        run = run[1:]
    return run[0].start if run and _names_something(run, noun.group()) else noun.start()


def _word_ending(passage: Passage, end: int, until: dict[int, int]) -> int | None:
    return until.get(end)


def _inside_a_word(passage: Passage, noun: re.Match[str]) -> int:
    """The dictionary has some facilities whole: those it calls by a proper noun."""
    for word in passage.words:
        if word.start < noun.start() and noun.end() <= word.end and (word.part_of_speech[1] == "固有名詞" or not word.known):
            return word.start
    return noun.start()


def _compound(words: Sequence[Morpheme], last: int) -> Sequence[Morpheme]:
    """The nouns that end with the ``last`` word, over の where it is part of a name."""
    first = last + 1
    while first and (is_nounish(words[first - 1]) or _is_poetic_no(words, first - 1)):
        if is_latin(words[first - 1]) and len(words[first - 1].surface) == 1:
            break
        first -= 1
    return words[first : last + 1]


def _is_poetic_no(words: Sequence[Morpheme], number: int) -> bool:
    return (
        words[number].surface == "の"
        and 0 < number < len(words) - 1
        and words[number + 1].surface in _POETIC
        and is_nounish(words[number - 1])
        and bool(re.search(r"[ぁ-んァ-ヴー]\Z", words[number - 1].surface))
    )


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
    while last < len(words) and (is_nounish(words[last]) or _is_poetic_no(words, last) or _is_adverb(words, last)):
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


def _is_trailing(word: Morpheme) -> bool:
    return _is_generic(word) and word.surface not in {"園", "会", "苑"}


def _is_adverb(words: Sequence[Morpheme], number: int) -> bool:
    """ほっとスペース, のびのびルーム: an adverb may be part of a name if a noun follows."""
    return words[number].part_of_speech[0] == "副詞" and number + 1 < len(words) and is_nounish(words[number + 1])


