"""Slides: one section each, with what the speaker says about it; one that goes on under the same title is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

from kb import Block, Extraction, Section, outline

_PRESENTATION = re.compile("presentation|powerpoint", re.IGNORECASE)
#: A PDF was made of slides if its pages hold no more than this: a page of a handout has about a thousand characters.
_MOST_ON_A_SLIDE, _LEAST_SLIDES = 350, 4

_NUMBER = r"[0-9０-９一二三四五六七八九十①-⑳]{1,2}"
#: アセスメントとは（続き）, （1/2）, ②, その２ all go on with アセスメントとは.
_MARKED = rf"(?:続き|つづき|承前|cont\.?|continued|{_NUMBER}(?:[／/]{_NUMBER})?)"
_GOES_ON = re.compile(
    rf"[ 　]*(?:[（(〔【][ 　]*{_MARKED}[ 　]*[）)〕】]|[①-⑳]|その{_NUMBER}|{_NUMBER}[／/]{_NUMBER}"
    r"|[-―－〜～][ 　]*続き)$",
    re.IGNORECASE,
)
#: A slide that only says which chapter begins.
_CHAPTER = re.compile(rf"(?:第[ 　]*{_NUMBER}[ 　]*[章部編講]|(?:Part|PART|Chapter)[ 　.]*{_NUMBER}|[Ⅰ-Ⅻ][.．、 　])")


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide, or several that go on with each other."""

    title: str
    blocks: tuple[Block, ...]
    page: int | None


def is_slides(extraction: Extraction) -> bool:
    """Whether it was made to be shown: a presentation, or a PDF of pages with few words each."""
    if _PRESENTATION.search(extraction.media_type):
        return True
    lengths = [sum(len(block.text) for block in page) for _, page in _pages(extraction.blocks)]
    return len(lengths) >= _LEAST_SLIDES and median(lengths) <= _MOST_ON_A_SLIDE


def by_slide(blocks: Iterable[Block]) -> Iterator[Section]:
    """One section for each title; below a slide that begins a chapter, those of the chapter."""
    inside = False
    for slide in _joined([_slide(page, list(inner)) for page, inner in _pages(blocks)]):
        begins = not slide.blocks and _CHAPTER.match(slide.title) is not None
        yield Section(slide.title, slide.blocks, level=2 if inside and not begins else 1, page=slide.page)
        inside = inside or begins


def base(title: str) -> str:
    """A title without what says that it goes on."""
    return _GOES_ON.sub("", title).strip() or title


def _pages(blocks: Iterable[Block]) -> Iterator[tuple[int | None, Iterable[Block]]]:
    readable = (block for block in blocks if block.kind != "furniture" and block.text.strip())
    return groupby(readable, key=lambda block: block.page)


def _slide(page: int | None, blocks: Sequence[Block]) -> Slide:
    """The slide's title, and the rest in its order; headings below the title stay where they stand."""
    first, *others = outline([replace(block, aside=0) for block in blocks])
    inner = [block for one in others for block in (Block(one.heading, kind="heading", level=2), *one.blocks)]
    return Slide(first.heading, (*first.blocks, *inner), page)


def _joined(slides: Iterable[Slide]) -> Iterator[Slide]:
    for _, run in groupby(slides, key=lambda slide: base(slide.title)):
        first, *others = run
        if not others:
            yield first
            continue
        more = tuple(block for slide in others for block in slide.blocks)
        yield Slide(base(first.title), (*first.blocks, *more), first.page)
