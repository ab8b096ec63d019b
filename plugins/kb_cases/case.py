"""The content type: what a case study says of itself, how it falls into sections, how sure it is to be one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from kb import Block, DateMention, Description, Document, Extraction, Field, File, Section, find_dates, outline
from kb_cases import vocabulary
from kb_cases.form import Form, read_form
from kb_cases.names import is_sure
from kb_cases.register import Row, read_register, section_of

TYPE = "case"

FIELDS = (
    Field("case_scope", "個別・地域", facet=True, multiple=True, choices=vocabulary.SCOPES),
    Field("case_theme", "事例のテーマ", facet=True, multiple=True, choices=vocabulary.choices("case_theme")),
    Field("case_stage", "段階", facet=True, choices=vocabulary.STAGES),
    Field("case_party", "関係者・関係機関", facet=True, multiple=True, choices=vocabulary.choices("case_party")),
    Field("case_age", "年代", facet=True, choices=vocabulary.AGES),
    Field("case_town", "事例の市町村", facet=True),
    Field("case_period", "支援期間"),
)
"""Named after the type: other plugins may well have themes and places of their own."""

COUNT = "case_count"
"""What a register has, and a form has not: how many cases it holds. No field, for nobody has to fill it in."""

_CASE = re.compile(
    r"事例|ケース(?:記録|検討|台帳|シート|一覧)|フェイスシート|フェースシート|支援(?:経過)?記録|アセスメントシート|支援計画"
)
_LECTURE = re.compile(r"研修|講座|講義|セミナー|テキスト|だより|通信|第[ 　]*[0-9０-９]+[ 　]*号")
#: 四日市市 and 十日町市 go on after the first 市 or 町; みどり県緑郡汐見町 is 汐見町.
_TOWN = re.compile(
    r"(?:[^\s　、。]{2,3}[都道府県])?(?:[^\s　、。市町村]{1,4}郡)?"
    r"(?P<town>(?![本当同隣全各両])[^\s　、。：:（）()／/]{1,6}?[市町村区](?![市町村]))"
)
_LONGEST_TITLE = 60
_SLIDES = re.compile("presentation|powerpoint", re.IGNORECASE)


def split(document: Document, extraction: Extraction) -> Iterator[Section]:
    """One section per case of a register, one per part of a form, one per heading of anything else."""
    rows = read_register(extraction.blocks)
    form = read_form(extraction.blocks)
    if rows:
        yield from (section_of(row, place) for place, row in enumerate(rows, 1))
    elif _is_form(form):
        yield from (Section(part.heading, tuple(part.blocks), level=1, page=part.page) for part in form.parts)
    else:
        yield from _outlined(document, extraction)


def _is_form(form: Form) -> bool:
    """Whether it has parts of its own, each once: a book of several cases has 概要 again and again."""
    names = [part.name for part in form.parts if part.name]
    return len(set(names)) >= 2 and len(names) < 2 * len(set(names))


def _outlined(document: Document, extraction: Extraction) -> Iterator[Section]:
    found = list(outline(extraction.blocks))
    lone = [section for section in found if section.text.strip() or section.heading != document.title]
    yield from lone or found


def describe(file: File, extraction: Extraction) -> Description:
    """Title, date and fields; themes and people only where a box of the form names them (see ``annotate``)."""
    rows = read_register(extraction.blocks)
    return _of_register(file, extraction, rows) if rows else _of_form(file, read_form(extraction.blocks))


def claims(file: File, extraction: Extraction) -> float:
    """How sure it is that this is a case study.

    By its standard parts and boxes. What is not claimed may end up as general material that everybody can read, so a
    form of case work is claimed also where its title does not say so; slides and lectures about case work are not.
    """
    if _SLIDES.search(extraction.media_type):
        return 0.0
    form = read_form(extraction.blocks)
    top = f"{file.stem}\n{form.title}"
    if read_register(extraction.blocks):
        return 0.85
    if _LECTURE.search(top):
        return 0.0
    sure = sum(is_sure(part.heading) for part in form.parts)
    boxes = len(form.boxes.keys() - {"date", "author", "number", "title"})
    named = _CASE.search(top) is not None
    looks = 0.1 * min(sure, 4) + 0.05 * min(boxes, 4)
    if sure >= 3 or (named and (sure >= 1 or boxes >= 2)) or boxes >= 4:
        return min(0.95, 0.4 + looks + 0.2 * named)
    return 0.0


# -------------------------------------------------------------------------------------------------------- register


def _of_register(file: File, extraction: Extraction, rows: Sequence[Row]) -> Description:
    lines = [
        b for b in extraction.blocks if b.kind != "table" and _CASE.search(b.text) and len(b.text) <= _LONGEST_TITLE
    ]
    lines.sort(key=lambda block: block.kind == "heading")  # the name of a sheet of Excel comes last
    day = _labelled_day(extraction.blocks)
    title = " ".join(lines[0].text.split()) if lines else file.stem
    return Description(title, day, "作成日" if day else "", {COUNT: str(len(rows))})


def _labelled_day(blocks: Sequence[Block]) -> date | None:
    """The day that stands above the table: 令和5年3月31日現在."""
    for block in blocks:
        if block.kind == "table" and len(block.text.split("\t")) > 3:
            return None
        if found := _last_day(block.text):
            return found
    return None


# ------------------------------------------------------------------------------------------------------------ form


def _of_form(file: File, form: Form) -> Description:
    day, basis = _day(form)
    fields = {
        "case_scope": "\n".join(one.value for one in vocabulary.scopes(form.boxes.get("case_scope", "") or form.title)),
        "case_theme": _listed(form, "case_theme"),
        "case_party": _listed(form, "case_party"),
        "case_stage": _stage(form),
        "case_age": _age(form),
        "case_town": town_of(form.boxes.get("case_town", "")),
        "case_period": _period(form),
    }
    return Description(
        title=form.title or file.stem,
        date=day,
        date_basis=basis,
        fields={name: value for name, value in fields.items() if value},
    )


def _listed(form: Form, field: str) -> str:
    """The values in a box, each in a line, by the names that the vocabulary has for them."""
    return "\n".join(one.value for one in vocabulary.listed(field, form.boxes.get(field, "")))


def town_of(value: str) -> str:
    """The municipality in a box, masked (A市) or not; empty if none stands there."""
    found = _TOWN.search(value)
    return found["town"] if found else ""


def _stage(form: Form) -> str:
    """The stage that the form names, else the last that it has something to say of."""
    given = vocabulary.stage(form.boxes.get("case_stage", ""))
    if given:
        return given.value
    reached = {part.name for part in form.parts if part.text.strip()}
    return next((stage for stage in reversed(vocabulary.STAGES) if stage in reached), "")


def _age(form: Form) -> str:
    texts = (form.boxes.get("case_age", ""), form.text_of("基本情報", "概要"))
    scope = vocabulary.scopes(form.boxes.get("case_scope", ""))
    is_of_community = {one.value for one in scope} == {"地域支援"}
    found = (vocabulary.age(text) for text in texts[: 1 if is_of_community else 2])
    return next((one.value for one in found if one), "")


def _period(form: Form) -> str:
    """As the form says it, else from the first to the last month of its course of events."""
    if given := form.boxes.get("case_period"):
        return given
    days = _days(form.text_of("経過"))
    if len(days) < 2:
        return ""
    first, last = min(days), max(days)
    return DateMention(0, 0, date(first.year, first.month, 1), last, "month").label


def _day(form: Form) -> tuple[date | None, str]:
    """The day of writing, else that of the last event."""
    if day := _last_day(form.boxes.get("date", "")):
        return day, "作成日"
    events = _days(form.text_of("経過", "モニタリング", "終結")) or _days(form.boxes.get("case_period", ""))
    return (max(events), "経過の最後の日") if events else (None, "")


def _days(text: str) -> list[date]:
    return [mention.last for mention in find_dates(text) if mention.precision in {"day", "month"}]


def _last_day(text: str) -> date | None:
    return max(_days(text), default=None)
