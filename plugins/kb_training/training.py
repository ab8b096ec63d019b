"""The content type: what a training material says of itself, how it falls into sections, how sure it is to be one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb import Block, Description, Document, Extraction, File, Section, outline
from kb_training.cover import COURSE, cover_of, front, year_label
from kb_training.slides import by_slide, is_slides

#: What newsletters and case studies call themselves; a course may well be about either.
_NEWSLETTER = re.compile(
    r"(?:だより|たより|通信|ニュース|広報|会報|かわら版)|第[ 　]*[0-9０-９]+[ 　]*号|(?:No|Vol)[.．]", re.IGNORECASE
)
_CASE = re.compile(
    r"支援事例|事例(?:台帳|一覧|票|シート)|フェイスシート|支援(?:経過)?記録|ケース記録|アセスメントシート|支援計画書"
)
#: Particulars by which a cover is told from an article that announces a course.
_LEAST_LABELS = 2


def split(_document: Document, extraction: Extraction) -> Iterator[Section]:
    """One section per slide, or per chapter of a handout."""
    yield from by_slide(extraction.blocks) if is_slides(extraction) else outline(_below_the_title(extraction.blocks))


def _below_the_title(blocks: Sequence[Block]) -> Iterator[Block]:
    """Chapters on the first level: the title of the whole handout encloses nothing that people look for."""
    levels = [block.level for block in blocks if block.kind == "heading" and not block.aside]
    lone = levels[:1] == [1] and levels.count(1) == 1 and levels.count(2) > 1
    for block in blocks:
        moves = lone and block.kind == "heading" and block.level > 1
        yield replace(block, level=block.level - 1) if moves else block


def describe(file: File, extraction: Extraction) -> Description:
    """Read course, topic, lecturers, day, audience and programme off the cover."""
    cover = cover_of(file, extraction)
    title = cover.title or cover.course or file.stem
    fields = {
        "course": cover.course,
        "topic": cover.topic,
        "lecturer": "\n".join(cover.lecturers),
        "audience": cover.audience,
        "fiscal_year": year_label(cover.year) if cover.year else "",
        "programme": "\n".join(cover.programme),
    }
    return Description(
        title=title if not cover.topic or cover.topic in title else f"{title}　{cover.topic}",
        date=cover.day,
        date_basis=cover.basis,
        fields={name: value for name, value in fields.items() if value},
    )


def claims(file: File, extraction: Extraction) -> float:
    """How sure it is that this is a training material: it is called one, and its cover says when, by whom or for whom.

    A newsletter that announces a course has a name and a number above it, a case study calls itself one: neither is
    claimed.
    """
    cover = cover_of(file, extraction)
    top = f"{file.stem}\n" + "\n".join(block.text for block in front(extraction)[:3])
    if _NEWSLETTER.search(top) or _CASE.search(top):
        return 0.0
    named = bool(COURSE.search(cover.title) or COURSE.search(file.stem))
    particulars = len(cover.labels & {"lecturer", "date", "audience", "programme", "topic"})
    if not named or particulars < _LEAST_LABELS:
        return 0.0
    return min(0.9, 0.5 + 0.1 * particulars + 0.1 * is_slides(extraction))
