"""What a training material says of itself on its title slide, its first page or in its table of particulars."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kb import Block, DateMention, Extraction, File, find_dates
from kb_training.labels import Entry, entries, field_of

#: Pages and, where there are no pages, blocks that a cover and the programme after it take.
_PAGES, _BLOCKS = 3, 40

COURSE = re.compile(r"研修|講座|セミナー|勉強会|学習会|スクール|ワークショップ|養成|講習|フォローアップ|スキルアップ")
"""What training is called."""

_YEAR = r"(?:令和|平成|[RH])[ 　]*(?:元|[0-9０-９]{1,2})年度|(?:19|20|１９|２０)[0-9０-９]{2}年度"
_TIMES = r"第?[ 　]*[0-9０-９一二三四五六七八九十]{1,3}[ 　]*(?:回目?|日目|期)"
#: In the name of a course, what differs from year to year.
_PASSING = re.compile(
    rf"^(?:{_YEAR})[ 　]*|[ 　]*[（(]?{_TIMES}[）)]?[ 　]*(?:資料|テキスト|配布資料)?$|^{_TIMES}[ 　]*"
)
_TIME = r"[0-9０-９]{1,2}[ ]?[:：時][ ]?(?:[0-9０-９]{2}|分)?"
_TIMED = re.compile(rf"[・（(]?{_TIME}")
_MONTH_DAY = re.compile(r"(\d{1,2})[月/](\d{1,2})日?")
#: Where one name of a lecturer's line ends and the next begins.
_BETWEEN = re.compile(r"\n|[、，]|[ 　]{3,}|(?<=氏)[ 　]+(?=\S+[ 　])")
_NO_TITLE = re.compile(r"(Microsoft|PowerPoint|無題|名称未設定|untitled|Document|文書)|.*\.\w{3,4}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cover:
    """The particulars of a training material; whatever it does not say is empty."""

    title: str = ""
    course: str = ""
    topic: str = ""
    lecturers: tuple[str, ...] = ()
    audience: str = ""
    year: int | None = None
    """The fiscal year."""
    day: date | None = None
    basis: str = ""
    programme: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    """The fields that are announced by a label."""


def cover_of(file: File, extraction: Extraction) -> Cover:
    """Read title and particulars off the first pages."""
    blocks = front(extraction)
    found = list(entries(blocks))
    title = _title(blocks, extraction)
    year = _fiscal_year([e.value for e in found if e.field == "year"], title, blocks, file)
    day, basis = _day(found, year, blocks, file)
    return Cover(
        title=title,
        course=_first(found, "course") or (_course(title) if COURSE.search(title) else ""),
        topic=_first(found, "topic").strip("「」『』“”"),
        lecturers=tuple(dict.fromkeys(name for e in found if e.field == "lecturer" for name in _names(e.value))),
        audience=_first(found, "audience"),
        year=_fiscal(day) if day else year,
        day=day,
        basis=basis,
        programme=tuple(_programme(blocks, found)),
        labels=frozenset(e.field for e in found if e.value or e.field == "programme") - {"other"},
    )


def front(extraction: Extraction) -> list[Block]:
    """The blocks of the cover and of what follows it at once."""
    readable = [block for block in extraction.blocks if block.kind != "furniture" and block.text.strip()]
    if any(block.page for block in readable):
        return [block for block in readable if (block.page or 1) <= _PAGES]
    return readable[:_BLOCKS]


def _first(found: Sequence[Entry], field: str) -> str:
    values = (" ".join(entry.value.split()) for entry in found if entry.field == field)
    return next((value for value in values if value), "")


def _title(blocks: Sequence[Block], extraction: Extraction) -> str:
    """The first heading or line that is no label; a line of the year alone is joined with the next."""
    lines = [" ".join(b.text.split()) for b in blocks[:8] if b.kind != "table" and not _is_labelled(b)]
    lines = [line for line in lines if "。" not in line]
    if not lines:
        given = extraction.metadata.get("title", "").strip()
        return "" if _NO_TITLE.match(given) else given
    if re.fullmatch(_YEAR, lines[0]) and len(lines) > 1:
        return f"{lines[0]} {lines[1]}"
    named = next((line for line in lines[:4] if COURSE.search(line)), lines[0])
    return named if len(named) <= 80 else lines[0][:80]


def _is_labelled(block: Block) -> bool:
    return any(True for _ in entries([block]))


def _course(title: str) -> str:
    """The name of the course without what differs from one time to the next."""
    before = ""
    while before != title:
        before, title = title, _PASSING.sub("", title).strip(" 　・-―")
    return title


def _names(value: str) -> Iterator[str]:
    for name in _BETWEEN.split(value):
        if shown := " ".join(name.replace("　", " ").split()).strip("・ "):
            yield shown


# ------------------------------------------------------------------------------------------------------------ time


def _fiscal(day: date) -> int:
    return day.year - (day.month < 4)


def _fiscal_year(labelled: Sequence[str], title: str, blocks: Sequence[Block], file: File) -> int | None:
    """The fiscal year that the cover or the file's name gives."""
    short = (block.text for block in blocks[:8] if len(block.text) <= 60)
    for text in (*(v if "年度" in v else f"{v}年度" for v in labelled), title, *short, file.stem.replace("_", " ")):
        for mention in find_dates(text):
            if mention.precision == "fiscal" and mention.first.year == mention.last.year - 1:
                return mention.first.year
    return None


def _day(found: Sequence[Entry], year: int | None, blocks: Sequence[Block], file: File) -> tuple[date | None, str]:
    """The day of the training and how that is known, the surest way first."""
    labelled = [entry.value for entry in found if entry.field == "date"]
    short = [block.text for block in blocks[:12] if len(block.text) <= 60 and block.kind != "table"]
    ways = (
        (_first_day(labelled), "日時"),
        (_day_in_year(labelled, year), "日時と年度"),
        (_first_day(short), "表紙"),
        (_first_day([unicodedata.normalize("NFKC", file.stem).replace("_", " ")]), "ファイル名"),
    )
    return next(((day, basis) for day, basis in ways if day), (None, ""))


def _first_day(texts: Sequence[str]) -> date | None:
    mentions = (mention for text in texts for mention in find_dates(text))
    return next((mention.first for mention in mentions if mention.precision in {"day", "month"}), None)


def _day_in_year(texts: Sequence[str], year: int | None) -> date | None:
    """10月3日 of the fiscal year that the cover names."""
    for text in texts:
        found = _MONTH_DAY.search(unicodedata.normalize("NFKC", text))
        if found and year:
            month, day = int(found[1]), int(found[2])
            try:
                return date(year + (month < 4), month, day)
            except ValueError:  # 13月40日: a slip of somebody's hand
                return None
    return None


def year_label(year: int) -> str:
    """令和5年度, of a fiscal year."""
    return DateMention(0, 0, date(year, 4, 1), date(year + 1, 3, 31), "fiscal").label


# ------------------------------------------------------------------------------------------------------- programme


def _programme(blocks: Sequence[Block], found: Sequence[Entry]) -> Iterator[str]:
    """What happens when: the lines with a time below the label, else the rows of a table that begin with one."""
    announced = [entry.place for entry in found if entry.field == "programme"]
    start = min(announced, default=None)
    if start is not None:
        yield from _timed(blocks, start)
        return
    rows = [block for block in blocks if block.kind == "table" and _TIMED.match(block.text)]
    if len(rows) > 1:
        yield from (_line(row.text) for row in rows)


def _timed(blocks: Sequence[Block], start: int) -> Iterator[str]:
    page = blocks[start].page
    below = (block.text for block in blocks[start + 1 :] if block.page == page)
    lines = [*blocks[start].text.split("\n")[1:], *(line for text in below for line in text.split("\n"))]
    begun = False
    for line in lines:
        if _TIMED.match(line.strip()):
            begun = True
            yield _line(line)
        elif field_of(re.split("[\t：]", line)[0]) or (begun and not line.startswith(("　", " ", "・", "\t"))):
            return


def _line(text: str) -> str:
    return " ".join(text.split())
