"""「同じ組み合わせの事例」 beside a case on the reading page."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from kb import NotFoundError, Section
from kb.web import current_library
from kb_cases.case import TYPE
from kb_cases.likeness import alike
from kb_cases.shelf import case_of, shelf

MOST = 5
"""Cases listed beside one."""


def constellation(section: Section) -> Markup | str:
    """Cases like the one that a section belongs to, as far as the reader may know of them; empty beside other texts."""
    library = current_library()
    if library.document(section.document).type != TYPE:
        return ""
    try:
        case = case_of(library, section.id)
    except NotFoundError:  # a note above the table of a register, and no case
        return ""
    html = render_template("kb_cases/panel.html", case=case, likes=alike(case, shelf(library), MOST))
    return Markup(html)  # noqa: S704 - an escaping template
