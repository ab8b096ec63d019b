"""What a newsletter says of itself: its name, number, publisher and date, and how it falls into articles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from kb import Block, DateMention, Description, Document, Extraction, File, Section, find_dates, outline
from kb_newsletters.masthead import (
    MASTHEAD_WIDTH,
    TWO_YEARS,
    Title,
    has_name,
    masthead,
    names_newsletter,
    number_of,
    title_of,
)

_COUNCIL = re.compile(
    r"(?:社会福祉法人[\s　]*|（福）|\(福\)|㈳)?[^\s　：:／/、。（）()・「」]{1,20}?(?:社会福祉協議会|社協)|"
    r"(?:(?:社会福祉|(?:一般|公益)(?:社団|財団))法人|NPO法人|特定非営利活動法人)[\s　]*[^\s　、。：:／/（）()]{2,25}"
)
_PUBLISHED = re.compile(r"(?:編集・?|企画・?)?発\s*行(?:者|元|所|人)?(?!日)[\s　:：／/・】]*")
_ISSUED = re.compile(r"発\s*行(?:年月)?日|発\s*行")
_LEGAL = r"(?:社会福祉法人|(?:一般|公益)(?:社団|財団)法人|NPO法人|特定非営利活動法人)"
_COUNCIL_IN_FULL = re.compile(r"社会福祉法人[\s　]*[^\s　、。（）()]{1,20}社会福祉協議会")
_COUNCIL_ALONE = re.compile(r"(?:社会福祉法人[\s　]*)?[^\s　、。（）()]{1,20}社会福祉協議会")
#: What may stand behind 発行： and be a publisher: a few words without a number.
_ORGANISATION = re.compile(r"[^、。：:\d０-９]{3,30}")
#: 発行人 is as often a person, with a title or a name set in two parts, as the organisation.
_PERSON = re.compile(
    r"(?:会長|理事長|所長|局長|センター長|代表|編集長)[\s　]|[一-鿿ぁ-ヺ]{1,4}[\s　]+[一-鿿ぁ-ヺ]{1,4}"
)
#: 霧ヶ丘市社会福祉協議会　地域福祉課　発行
_BEHIND = re.compile(r"[\s　]*(?:編集・?)?発\s*行$")
_LABEL_WITHIN = 40
#: What announces something that is yet to come.
_AHEAD = re.compile("申込|申し込|募集|締切|締め切り|お待ちし|ご参加ください|予定|開催します|開きます")
#: A masthead with a table of contents has no more lines; more is a page of short notices, which people look for.
_LONGEST_HEAD = 16
_IMPRINT_WIDTH = 80
_FILE_NAME_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.年]?(0?[1-9]|1[0-2])(?:[-_.月]?(0[1-9]|[12]\d|3[01]))?(?!\d)")


def split(_document: Document, extraction: Extraction) -> Iterator[Section]:
    """One section per heading and one per side box.

    Where the newsletter's own name is the only heading of the first level, the articles below it move up to that level:
    the name of the newsletter encloses nothing that people look for. The masthead itself is no article; what it says
    is in the document's title, date and fields.
    """
    return outline(_below_the_masthead(_without_masthead(extraction.blocks)))


def describe(file: File, extraction: Extraction) -> Description:
    """Read name, number, publisher and date off the masthead, the imprint, the file name, in that order."""
    title = title_of(file, extraction)
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
    title = title_of(file, extraction)
    articles = sum(block.kind == "heading" for block in extraction.blocks)
    looks = 0.2 * (articles >= 2) + 0.1 * (articles >= 5) + 0.15 * bool(_publisher(extraction))
    named_by_file = has_name(file.stem)
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
    short = len(head) <= _LONGEST_HEAD and all(_is_short(blocks[place].text) for place in head)
    if not short or not any(_names_issue(blocks[place].text) for place in head):
        return tuple(blocks)
    return tuple(replace(b, kind="furniture") if place in head else b for place, b in enumerate(blocks))


def _names_issue(text: str) -> bool:
    return len(text) <= MASTHEAD_WIDTH and (names_newsletter(text) or _ISSUED.search(text) is not None)


def _is_short(text: str) -> bool:
    return len(text) <= MASTHEAD_WIDTH and "。" not in text


def _below_the_masthead(blocks: Sequence[Block]) -> Iterator[Block]:
    """The articles on the first level: headings move up where none is above them but the newsletter's name, or none."""
    levels = [block.level for block in blocks if block.kind == "heading" and not block.aside]
    lone = levels[:1] == [1] and levels.count(1) == 1 and levels.count(2) > 1
    up = 1 if lone else min(levels, default=1) - 1
    for block in blocks:
        moves = block.kind == "heading" and not block.aside and block.level > up
        yield replace(block, level=block.level - up) if moves else block


# ------------------------------------------------------------------------------------------------ fields


def _fields(title: Title, extraction: Extraction) -> dict[str, str]:
    return {"number": number_of(title), "publisher": _publisher(extraction)}


def _publisher(extraction: Extraction) -> str:
    """The organisation in the imprint, else in the masthead, else the one that stands in a line of its own."""
    texts = [block.text for block in extraction.blocks if block.text.strip()]
    return _published_by(texts) or _named_alone(texts)


def _published_by(texts: Sequence[str]) -> str:
    """What stands behind 発行, or in one of the two lines below it."""
    for position, text in enumerate(texts):
        if found := _PUBLISHED.search(text[:_LABEL_WITHIN]):
            behind = text[found.end() :]
            # Below 令和4年2月15日発行 in a masthead comes the first article, whose sentences may name any council.
            below = (line for line in texts[position + 1 : position + 3] if "。" not in line)
            for place in (behind, *below):
                if organisation := _COUNCIL.search(place):
                    return _organisation(organisation.group())
            if _ORGANISATION.fullmatch(behind.strip()) and not _PERSON.match(behind.strip()):
                return _organisation(behind)
        if (found := _BEHIND.search(text)) and (organisation := _COUNCIL.search(text[: found.start()])):
            return _organisation(organisation.group())
    return ""


def _named_alone(texts: Sequence[str]) -> str:
    """A council with its legal form; one in a line of its own rather than one in a sentence, the last of them."""
    alone = [text for text in texts if _COUNCIL_ALONE.fullmatch(text.strip())]
    if alone:
        return _organisation(alone[-1])
    legal = _COUNCIL_IN_FULL.search("\n".join(texts))
    return _organisation(legal.group()) if legal else ""


def _organisation(name: str) -> str:
    """The name with one space after its legal form, so that two ways of printing it are one facet."""
    return re.sub(r"^(社会福祉法人|[一公]\S{1,3}法人|NPO法人|特定非営利活動法人)[\s　]*", r"\1 ", name.strip())


# ------------------------------------------------------------------------------------------------ date


def _date(file: File, extraction: Extraction) -> tuple[date | None, str]:
    """The day it came out and how that is known, the surest way first."""
    lines = tuple(masthead(extraction.blocks))
    issued = [block.text for block in extraction.blocks if _is_imprint(block.text)]
    heads = [block.text for block in extraction.blocks if block.kind == "furniture"]
    ways = (
        (_first_date(issued), "発行日"),
        (_first_date((*lines, *heads)), "題字"),
        (_date_of_name(unicodedata.normalize("NFKC", file.stem)), "ファイル名"),
        (_latest_report(extraction), "推定"),
        (_created(extraction), "ファイルの作成日"),
    )
    return next(((day, basis) for day, basis in ways if day is not None), (None, ""))


def _is_imprint(text: str) -> bool:
    return len(text) <= _IMPRINT_WIDTH and "。" not in text and _ISSUED.search(text) is not None


def _first_date(texts: Sequence[str]) -> date | None:
    return next((mention.first for text in texts for mention in _exact(text)), None)


def _exact(text: str) -> Iterator[DateMention]:
    """Days and months; a year or a fiscal year (令和3年度の事業) is no date of issue."""
    return (mention for mention in find_dates(TWO_YEARS.sub("年", text)) if mention.precision in {"day", "month"})


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
