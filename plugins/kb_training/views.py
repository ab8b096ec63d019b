"""研修資料: the programme by fiscal year and course."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, render_template, request

from kb import Document, Section, View, find_dates
from kb.web import current_library

blueprint = Blueprint("training", __name__, url_prefix="/training", template_folder="templates")

NO_COURSE = "そのほかの研修資料"
"""Materials that name no course."""

#: Sections listed of one material; a deck of a day has more slides than anybody reads in a list.
MOST_SECTIONS = 12


@dataclass(frozen=True, slots=True)
class Material:
    """One material with its sections of the first level."""

    document: Document
    sections: Sequence[Section]

    @property
    def shown(self) -> Sequence[Section]:
        """The first of its sections."""
        return self.sections[:MOST_SECTIONS]

    @property
    def more(self) -> int:
        """How many there are beyond those."""
        return len(self.sections) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Course:
    """What one course had in one year."""

    name: str
    materials: tuple[Material, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """The programme of one fiscal year; 0 stands for materials of an unknown one."""

    number: int
    label: str
    courses: tuple[Course, ...]


@blueprint.get("/")
def index() -> str:
    """The programme of one fiscal year, at first the latest; or of one course through the years."""
    everything = current_library().documents("training")
    years = sorted({year_of(document) for document in everything}, reverse=True)
    courses = sorted({name for document in everything if (name := document.fields.get("course", ""))})
    course = request.args.get("course", "")
    course = course if course in courses else ""
    year = _chosen(request.args.get("year", ""), years)
    found = [d for d in everything if (d.fields.get("course") == course if course else year_of(d) == year)]
    return render_template(
        "kb_training/programme.html",
        years=[(number, label_of(number)) for number in years],
        year=None if course else year,
        courses=courses,
        course=course,
        programme=programme(found),
        total=len(found),
    )


def programme(documents: Iterable[Document]) -> list[Year]:
    """Materials by fiscal year, latest first, and by course; of one course in the order of their days."""
    found = []
    for number, of_year in groupby(sorted(documents, key=lambda d: -year_of(d)), key=year_of):
        by_course = sorted(of_year, key=_course)
        courses = tuple(
            Course(name, tuple(_material(d) for d in sorted(of_course, key=lambda d: (str(d.date or "9"), d.title))))
            for name, of_course in groupby(by_course, key=_course)
        )
        last = tuple(sorted(courses, key=lambda one: one.name == NO_COURSE))
        found.append(Year(number, label_of(number), last))
    return found


def year_of(document: Document) -> int:
    """The fiscal year: of the day, else the one that the cover names; 0 if neither is known."""
    if document.date:
        return document.date.year - (document.date.month < 4)
    mentions = find_dates(document.fields.get("fiscal_year", ""))
    return mentions[0].first.year if mentions else 0


def label_of(year: int) -> str:
    """令和5年度（2023年度）."""
    if not year:
        return "年度の記載なし"
    return f"{find_dates(f'{year}年度')[0].label}（{year}年度）"


def _course(document: Document) -> str:
    return document.fields.get("course", "") or NO_COURSE


def _material(document: Document) -> Material:
    outline = current_library().outline(document.id)
    return Material(document, [section for section in outline if section.level == 1])


def _chosen(text: str, years: Sequence[int]) -> int:
    """The year that the address asks for; the latest if it asks for none that there is."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    return asked if asked in years else next(iter(years), 0)


VIEW = View("研修", blueprint, order=20)
