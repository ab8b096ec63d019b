"""``/sections/<id>``: one article in its document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template

from kb.model import Section
from kb.reader import Reader, neighbours
from kb.store.lists import Collection
from kb.web.access import open_to_all
from kb.web.asking import asked
from kb.web.relay import in_any_process
from kb.web.shown import shown
from kb.web.site import current_library, current_sign_in, current_site

blueprint = Blueprint("reading", __name__)

#: Characters of sub-sections and boxes shown below an article; what goes beyond that (a handout whose title is its
#: only heading of the first level) is listed as links. About ten pages of a newsletter.
MOST_BELOW = 15_000

SECTION_TEMPLATE = "common/section.html"
"""Shows a section whose content type has no template of its own, or is gone."""


@blueprint.get("/sections/<section>")
@open_to_all
@in_any_process
def section(section: str) -> str:
    """The section with what stands below it, the outline of its document, and the articles before and after."""
    library, question = current_library(), asked()
    article = library.section(section)
    document = library.document(article.document)
    outline = library.outline(document.id)
    inside = below(outline, article)
    texts = _texts(library, document.id, inside)
    mark = library.marker(question.query()).mark
    kind = library.content_types.get(document.type)
    before, after = around(outline, article, inside)
    return render_template(
        "views/reading.html",
        asked=question,
        document=document,
        section=article,
        outline=outline,
        parents=parents(outline, article),
        articles=[shown(article, mark), *(shown(one, mark, 1 + depth(article, one)) for one in texts)],
        inside=inside,
        below=[one for one in inside if one.id not in {text.id for text in texts}],
        template=[kind.template, SECTION_TEMPLATE] if kind else SECTION_TEMPLATE,
        before=before,
        after=after,
        similar=library.similar(article),
        lists=_lists(),
    )


def _lists() -> list[Collection]:
    """The lists into which whoever is reading may put the article."""
    who = current_sign_in()
    return current_site().library.store.lists.collections(who.account.id) if who else []


def below(outline: Sequence[Section], section: Section) -> list[Section]:
    """The sub-sections and side boxes of a section, in reading order."""
    return list(_below(outline, section))


def _below(outline: Sequence[Section], section: Section) -> Iterator[Section]:
    if section.kind == "box":
        return
    for one in outline:
        if one.ordinal <= section.ordinal:
            continue
        if one.kind == "box":
            # A box belongs to the article of the first level in which it lies, and interrupts whatever is below it.
            if one.level > section.level:
                yield one
        elif one.level > section.level:
            yield one
        else:
            return


def parents(outline: Sequence[Section], section: Section) -> list[Section]:
    """The sections around one, from the outside in; the breadcrumb."""
    found, level = [], section.level
    for one in reversed(outline):
        if one.ordinal < section.ordinal and one.kind == "article" and one.level < level:
            found.append(one)
            level = one.level
    return found[::-1]


def around(
    outline: Sequence[Section], section: Section, inside: Sequence[Section]
) -> tuple[Section | None, Section | None]:
    """The article before this one, and the one after all that is shown with it."""
    before, _ = neighbours([one for one in outline if one.level <= section.level], section)
    _, after = neighbours(outline, inside[-1] if inside else section)
    return before, after


def depth(section: Section, one: Section) -> int:
    """How deep a section lies below another; a page has no headings below the sixth level."""
    return min(max(one.level - section.level, 1), 5)


def _texts(library: Reader, document: str, inside: Sequence[Section]) -> list[Section]:
    """The first of the sections with their texts: as many as are to be shown."""
    if not inside:
        return []
    wanted = {one.id for one in inside}
    texts: list[Section] = []
    length = 0
    for one in library.sections(document):
        if one.id in wanted:
            length += len(one.text)
            if length > MOST_BELOW:
                break
            texts.append(one)
    return texts
