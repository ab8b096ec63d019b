"""What a newsletter says of itself: its name, number, publisher and date, and how it falls into articles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kb import Block, DateMention, Description, Document, Extraction, File, Section, find_dates, outline

_ENDINGS = (
    "だより|便り|たより|ニュースレター|ニュース|ニューズ|通信|広報|レター|かわら版|瓦版|会報|新聞|ジャーナル|マガジン|情報誌|"
    "NEWS|News|Newsletter|LETTER|newsletter|tsushin|tayori|dayori"
)
_NUMBER = re.compile(
    r"第\s*(?:[0-9０-９]+|[一二三四五六七八九十百]+)\s*号|(?:No|NO|Ｎｏ|ＮＯ|№|Vol|VOL|vol|Ｖｏｌ)[.．]?\s*[0-9０-９]+"
    r"|(?<![0-9０-９年月.])[0-9０-９]{1,4}号"
)
_NAME = re.compile(
    rf"(?:{_ENDINGS})(?=$|[\s　「『（(〈《～~\-_第NVＮＶ№0-9０-９])|^(?:\S{{0,8}}広報|広報)\S{{1,8}}(?=$|[\s　])"
)
#: The name next to the number, anywhere: ニュースレターNo.3、いかがだったでしょうか.
_NAMED = re.compile(
    rf"(?P<name>[^\s　、。「」『』（）()]{{0,15}}(?:{_ENDINGS}))[\s　「『]*(?P<number>{_NUMBER.pattern})"
)
_MASTHEAD_BLOCKS = 8
_MASTHEAD_WIDTH = 60
_NAME_WIDTH = 32
_DECORATION = re.compile(r"^[\W_]+|[\s　]+$")

_COUNCIL = re.compile(
    r"(?:社会福祉法人[\s　]*|（福）|\(福\)|㈳)?[^\s　：:／/、。（）()・「」]{1,20}?(?:社会福祉協議会|社協)|"
    r"(?:(?:社会福祉|(?:一般|公益)(?:社団|財団))法人|NPO法人|特定非営利活動法人)[\s　]*[^\s　、。：:／/（）()]{2,25}"
)
_PUBLISHED = re.compile(r"(?:編集・?|企画・?)?発\s*行(?:者|元|所|人)?(?!日)[\s　:：／/・】]*")
_ISSUED = re.compile(r"発\s*行(?:年月)?日|発\s*行")
#: What announces something that is yet to come.
_AHEAD = re.compile("申込|申し込|募集|締切|締め切り|お待ちし|ご参加ください|予定|開催します|開きます")
_FILE_NAME_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.年]?(0?[1-9]|1[0-2])(?:[-_.月]?(0[1-9]|[12]\d|3[01]))?(?!\d)")


@dataclass(frozen=True, slots=True)
class _Title:
    """The name of the newsletter and which number of it this is, as printed; either may be empty."""

    name: str = ""
    number: str = ""
    certain: bool = False
    """True if both stand in the masthead."""


def split(_document: Document, extraction: Extraction) -> Iterator[Section]:
    """One section per heading and one per side box.

    Where the newsletter's own name is the only heading of the first level, the articles below it move up to that level:
    the name of the newsletter encloses nothing that people look for. The masthead itself is no article; what it says
    is in the document's title, date and fields.
    """
    return outline(_below_the_masthead(_without_masthead(extraction.blocks)))


def describe(file: File, extraction: Extraction) -> Description:
    """Read name, number, publisher and date off the masthead, the imprint, the file name, in that order."""
    title = _title(file, extraction)
    day, basis = _date(file, extraction)
    shown = f"{title.name} {title.number}".strip() if title.name or title.number else ""
    return Description(
        title=shown or extraction.metadata.get("title", "").strip() or file.stem,
        date=day,
        date_basis=basis,
        fields={key: value for key, value in _fields(title, extraction).items() if value},
    )


def claims(file: File, extraction: Extraction) -> float:
    """How sure it is that this is a newsletter: by its name and number, and by looking like one.

    A text that merely mentions a newsletter has neither headings nor an imprint and is not claimed.
    """
    title = _title(file, extraction)
    articles = sum(block.kind == "heading" for block in extraction.blocks)
    looks = 0.2 * (articles >= 2) + 0.1 * (articles >= 5) + 0.15 * bool(_publisher(extraction))
    named_by_file = _NAME.search(_plain(file.stem)) is not None
    if title.certain or named_by_file:
        return min(0.95, 0.5 + 0.1 * (title.certain and named_by_file) + looks)
    return 0.3 + looks if title.name and looks >= 0.2 else 0.0


# ------------------------------------------------------------------------------------------------ articles


def _without_masthead(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The lines above the first article as furniture, if they are what a masthead is: name, number, date, publisher."""
    places = [place for place, block in enumerate(blocks) if block.kind != "furniture" and not block.aside]
    headings = [place for place in places if blocks[place].kind == "heading"]
    named = bool(headings) and headings[0] == places[0] and _names_issue(blocks[places[0]].text)
    first = next(iter(headings[1:] if named else headings), None)
    head = [place for place in places if first is not None and place < first]
    if not any(_names_issue(blocks[place].text) for place in head) or not all(_is_short(blocks[n].text) for n in head):
        return tuple(blocks)
    return tuple(replace(b, kind="furniture") if place in head else b for place, b in enumerate(blocks))


def _names_issue(text: str) -> bool:
    return len(text) <= _MASTHEAD_WIDTH and bool(_NUMBER.search(text) or _NAME.search(text) or _ISSUED.search(text))


def _is_short(text: str) -> bool:
    return len(text) <= _MASTHEAD_WIDTH and "。" not in text


def _below_the_masthead(blocks: Sequence[Block]) -> Iterator[Block]:
    """The articles on the first level: headings move up where none is above them but the newsletter's name, or none."""
    levels = [block.level for block in blocks if block.kind == "heading" and not block.aside]
    lone = levels[:1] == [1] and levels.count(1) == 1 and levels.count(2) > 1
    up = 1 if lone else min(levels, default=1) - 1
    for block in blocks:
        moves = block.kind == "heading" and not block.aside and block.level > up
        yield replace(block, level=block.level - up) if moves else block


# ------------------------------------------------------------------------------------------------ name and number


def _title(file: File, extraction: Extraction) -> _Title:
    masthead = tuple(_masthead(extraction.blocks))
    return (
        _title_in_masthead(masthead)
        or _title_in_text(extraction)
        or _name_in_masthead(masthead)
        or _title_of_name(_plain(file.stem))
        or _Title()
    )


def _masthead(blocks: Sequence[Block]) -> Iterator[str]:
    """The lines above the first article: short ones, up to the first sentence or marked heading."""
    seen = 0
    for block in blocks:
        text = " ".join(block.text.split())
        if not text or block.aside or block.kind == "furniture":
            continue
        marked = block.kind == "heading" and not text[0].isalnum() and text[0] not in "「『"
        if seen == _MASTHEAD_BLOCKS or marked or "。" in text or len(text) > _MASTHEAD_WIDTH:
            return
        seen += 1
        yield text


def _title_in_masthead(lines: Sequence[str]) -> _Title | None:
    """A line with the number: the name stands before it, else in the line above."""
    for above, line in zip(("", *lines), lines, strict=False):
        if found := _NUMBER.search(line):
            before = _DECORATION.sub("", _DECORATION.sub("", line[: found.start()]))
            name = before if 0 < len(before) <= _NAME_WIDTH else above
            if name and len(name) <= _NAME_WIDTH:
                return _Title(_DECORATION.sub("", name).strip(" 　「『（("), found.group().strip(), certain=True)
    return None


def _title_in_text(extraction: Extraction) -> _Title | None:
    found = _NAMED.search(extraction.text)
    return _Title(found["name"], found["number"]) if found else None


def _name_in_masthead(lines: Sequence[str]) -> _Title | None:
    named = (line for line in lines if len(line) <= _NAME_WIDTH and _NAME.search(line))
    return next((_Title(_DECORATION.sub("", line)) for line in named), None)


def _title_of_name(stem: str) -> _Title | None:
    """The file's name, if it is that of a newsletter."""
    number = _NUMBER.search(stem)
    return _Title(stem[: number.start()].strip(" 　_-"), number.group()) if number else None


def _plain(stem: str) -> str:
    return unicodedata.normalize("NFKC", stem)


# ------------------------------------------------------------------------------------------------ fields


def _fields(title: _Title, extraction: Extraction) -> dict[str, str]:
    return {"number": _digits(title.number), "publisher": _publisher(extraction)}


def _digits(number: str) -> str:
    """The bare number: 第１２号 and No.12 are both 12."""
    plain = unicodedata.normalize("NFKC", number)
    found = re.search(r"\d+|[一二三四五六七八九十百]+", plain)
    return found.group().lstrip("0") if found else ""


def _publisher(extraction: Extraction) -> str:
    """The organisation in the imprint, else the first council that the text names with its legal form."""
    texts = [block.text for block in extraction.blocks if block.text.strip()]
    for position, text in enumerate(texts):
        if found := _PUBLISHED.search(text[:40]):
            for place in (text[found.end() :], *texts[position + 1 : position + 3]):
                organisation = _COUNCIL.search(place) if _is_short(place) else None
                if organisation:
                    return _organisation(organisation.group())
    legal = re.search(r"社会福祉法人[\s　]*[^\s　、。（）()]{1,20}社会福祉協議会", "\n".join(texts))
    return _organisation(legal.group()) if legal else ""


def _organisation(name: str) -> str:
    """The name with one space after its legal form, so that two ways of printing it are one facet."""
    return re.sub(r"^(社会福祉法人|[一公]\S{1,3}法人|NPO法人|特定非営利活動法人)[\s　]*", r"\1 ", name.strip())


# ------------------------------------------------------------------------------------------------ date


def _date(file: File, extraction: Extraction) -> tuple[date | None, str]:
    """The day it came out and how that is known, the surest way first."""
    masthead = tuple(_masthead(extraction.blocks))
    issued = [block.text for block in extraction.blocks if _ISSUED.search(block.text) and len(block.text) <= 80]
    heads = [block.text for block in extraction.blocks if block.kind == "furniture"]
    ways = (
        (_first_date(issued), "発行日"),
        (_first_date((*masthead, *heads)), "題字"),
        (_date_of_name(_plain(file.stem)), "ファイル名"),
        (_latest_report(extraction), "推定"),
        (_created(extraction), "ファイルの作成日"),
    )
    return next(((day, basis) for day, basis in ways if day is not None), (None, ""))


def _first_date(texts: Sequence[str]) -> date | None:
    return next((mention.first for text in texts for mention in _exact(text)), None)


def _exact(text: str) -> Iterator[DateMention]:
    """Days and months; a year or a fiscal year (令和3年度の事業) is no date of issue."""
    return (mention for mention in find_dates(text) if mention.precision in {"day", "month"})


def _date_of_name(stem: str) -> date | None:
    if found := _FILE_NAME_MONTH.search(stem):
        try:
            return date(int(found[1]), int(found[2]), int(found[3] or 1))
        except ValueError:  # 20220231 is a number, not a day
            return None
    return _first_date([stem.replace("_", " ")])


def _latest_report(extraction: Extraction) -> date | None:
    """The last of the dates in headings under which something is told that has happened: it came out after that."""
    days = [
        mention.last
        for section in outline(_below_the_masthead(extraction.blocks))
        if not _AHEAD.search(section.heading + section.text)
        for mention in _exact(section.heading)
    ]
    return max(days, default=None) or _latest_told(extraction)


def _latest_told(extraction: Extraction) -> date | None:
    """Without dated headings: the last full date in a sentence in the past tense."""
    sentences = (sentence for block in extraction.blocks for sentence in re.split("(?<=。)", block.text))
    told = (sentence for sentence in sentences if re.search("(ました|った|した)。?$", sentence))
    return max((mention.last for sentence in told for mention in _exact(sentence)), default=None)


def _created(extraction: Extraction) -> date | None:
    try:
        return date.fromisoformat(extraction.metadata.get("created", "")[:10])
    except ValueError:  # absent, or not a date: files may say anything of themselves
        return None
