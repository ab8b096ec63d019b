"""Sentences that say what a word means: 〜とは、…をいいます, 「〜」とは…のことです, and boxes headed 〜とは."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb import Morpheme, morphemes


@dataclass(frozen=True, slots=True)
class Definition:
    """A term and the span of the sentence that defines it, in the section's text."""

    term: str
    start: int
    end: int


#: Ends of sentences that say nothing but what a word means.
_SAYS = (
    r"(?:を(?:いい|言い|さし|指し|意味し)ます|を(?:いう|言う|指す|さす|意味する)"
    r"|のこと(?:です|である|をいいます|をいう|を指します|を指す|を言います|を言う)?"
    r"|と(?:定義|規定)(?:されています|されている|されます|しています))"
)

#: What a term can be: a sentence that ends in one of these after 「〜とは、」 is taken for a definition as well.
_SORTS = (
    r"(?:制度|事業|仕組み|しくみ|取り組み|取組み?|活動|支援|状態|状況|人|人たち|方|者|子ども|こども|若者|課題|問題|場|場所|考え方|言葉"
    r"|用語|方法|手法|サービス|機関|専門職|職種|役割|資格|計画|会議|組織|団体|窓口|拠点|手続き?|法律|条例|概念|理念|行為|現象"
    r"|世帯|家庭|施設|力|こと|もの|の一つ|の総称)"
)
_IS = rf"{_SORTS}(?:です|である|のことです)"

_MARKS = r"[ \u3000・※●○◎■★◆▼▽*＊]*"
_BRACKETED = r"[「『](?P<quoted>[^「」『』。\n]{1,40})[」』]"
_PLAIN = r"(?P<plain>[^、。，「」『』？?！!\s:：]{1,40}?)"
_NOTE = r"(?:[（(][^（）()。\n]{1,60}[）)])?"
_LEAD = r"(?:(?:そもそも|ここでいう|いわゆる|なお、?|また、?|ちなみに、?)[、\s]*)?"

_MEANS = re.compile(
    rf"{_MARKS}{_LEAD}(?:{_BRACKETED}|{_PLAIN}){_NOTE}とは(?P<comma>[、，])?(?P<body>.{{4,}}?)[。．]?\Z"
)
_IS_CALLED = re.compile(
    rf"{_MARKS}{_LEAD}(?:{_BRACKETED}|{_PLAIN}){_NOTE}(?:は|というのは)[、，](?P<body>.{{4,}}?"
    r"(?:をいいます|をいう|を指します|を指す|のことです|のことをいいます|のことをいう))[。．]?\Z"
)
_NOTED = re.compile(
    rf"{_MARKS}(?:{_BRACKETED}|{_PLAIN}){_NOTE}[ \u3000]*(?:[:：]|…+|＝)[ \u3000]*(?P<body>.{{6,}}のこと)[。．]?\Z"
)
_ENDS_SAYING = re.compile(rf"{_SAYS}\Z")
_ENDS_AS_SORT = re.compile(rf"{_IS}\Z")
_HEADED = re.compile(
    rf"{_MARKS}(?:{_BRACKETED}|{_PLAIN}){_NOTE}(?:とは|って)(?:何|なに|なん)?(?:か|でしょうか|ですか)?[？?…]*\Z"
)

#: 〜とは限らない, 〜とは別に, 〜とは何でしょうか: not what 〜 means.
_OTHERWISE = re.compile(
    r"[、，]?(?:限|いえ|言え|いい難|思|別|異な|違|なら|なり|なっ|いっ|言っ|比べ|無縁|関係|逆|対照|何|なに|なん|どう|どの|どんな|裏腹|縁|うって"
    r"|いわ|言わ|知ら|決し|呼べ|ほど遠|程遠|考え(?:ず|ない|られない|にく)|感じ)"
)
_ASKS = re.compile(r"(?:でしょうか|ですか|のか|だろうか)\Z|[？?]")

#: 病院とは、長く連絡が取れない状態です: とは between people, before what has happened between them.
_BETWEEN = re.compile(
    r"(?:連絡|疎遠|面識|音信|交流|会っ|会え|会わ|話し合|付き合|つきあ|別居|離婚|同居|絶縁)[^。]{0,20}(?:状態|状況|関係|こと)(?:です|である)\Z"
)

_SENTENCE = re.compile(r"[^。\n]+。?")
#: In a box, whose lines may not have been joined: up to the end of a sentence, or a blank line.
_ACROSS_LINES = re.compile(r"(?:[^。\n]|\n(?!\s*\n))+。?")

#: Words that a sentence with とは is about without defining them.
_NO_TERMS = re.compile(
    r"(?:これ|それ|あれ|ここ|そこ|私|わたし|彼|彼女|自分|人|方|母|父|息子|娘|兄|弟|姉|妹"
    r"|夫|妻|親|家族|長男|長女|次男|次女|祖母|祖父|本人|相手|こと|もの|とき|ため|わけ"
    r"|ところ|今回|以上|当時|前回|昨年|友人|近所|隣人|担当者|住民|職員)\Z"
)

#: Longest definition that stands under a heading, in characters.
_LONGEST = 160

#: Longest sentence that is looked at: what staff say of it is kept with its words, in a key.
_LONGEST_SENTENCE = 300


def find_definitions(heading: str, text: str) -> Iterator[Definition]:
    """The definitions in a section, in order; each term once."""
    seen: set[str] = set()
    for one in (*_under_heading(heading, text), *_in_sentences(text)):
        if one.term not in seen:
            seen.add(one.term)
            yield one


def _in_sentences(text: str) -> Iterator[Definition]:
    for sentence in _SENTENCE.finditer(text):
        written = sentence.group().strip(" \u3000\t\r")
        if len(written) > _LONGEST_SENTENCE:
            continue
        start = sentence.start() + sentence.group().find(written)
        term = _defined(written)
        if term:
            yield Definition(term, start, start + len(written))


def _defined(sentence: str) -> str:
    """The term that a sentence defines; empty if it defines none."""
    match = _MEANS.match(sentence) or _IS_CALLED.match(sentence) or _NOTED.match(sentence)
    if match is None or _OTHERWISE.match(match["body"]) or _ASKS.search(match["body"]):
        return ""
    if _BETWEEN.search(match["body"]):
        return ""
    if match.re is _MEANS and not _is_meaning(match):
        return ""
    term = (match["quoted"] or match["plain"]).strip()
    return term if is_term(term) else ""


def _is_meaning(match: re.Match[str]) -> bool:
    """Whether what follows とは is a meaning: 母とは疎遠な状態です is none, having neither comma nor quotes."""
    if _ENDS_SAYING.search(match["body"]):
        return True
    return bool((match["comma"] or match["quoted"]) and _ENDS_AS_SORT.search(match["body"]))


def _under_heading(heading: str, text: str) -> Iterator[Definition]:
    """What a box headed 参加支援とは begins with: sentences up to one that ends like a definition."""
    match = _HEADED.match(heading.strip())
    term = (match["quoted"] or match["plain"]).strip() if match else ""
    if not is_term(term):
        return
    sentences = [found for found in _ACROSS_LINES.finditer(text) if found.group().strip()]
    if not sentences or _ASKS.search(sentences[0].group().strip("。 \u3000")):
        return
    start = sentences[0].end() - len(sentences[0].group().lstrip())
    for last in sentences:
        if last.end() - start > _LONGEST:
            break
        if re.search(rf"(?:{_SAYS}|{_IS})\Z", last.group().strip("。 \u3000")):
            yield Definition(term, start, last.end())
            return
    if sentences[0].end() - start <= _LONGEST_SENTENCE:
        yield Definition(term, start, sentences[0].end())


def is_term(text: str) -> bool:
    """Whether it is a noun of its own: not こと, not 母, not a clause."""
    if not text or _NO_TERMS.match(text) or text.endswith(("さん", "様", "氏", "こと", "もの", "たち", "場合", "とき")):
        return False
    words = morphemes(text)
    if not words or not _is_noun(words[-1]) or words[0].part_of_speech[0] in {"助詞", "助動詞", "接続詞", "連体詞"}:
        return False
    return all(word.part_of_speech[0] != "助詞" or word.surface in {"の", "と"} for word in words) and any(
        character.isalnum() for character in text
    )


def _is_noun(word: Morpheme) -> bool:
    return (
        word.part_of_speech[0] in {"名詞", "接尾辞", "形状詞"}
        or not word.known
        or (word.surface.isalnum() and word.surface.isascii())
    )
