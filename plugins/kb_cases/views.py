"""事例: the shelf with its board of themes, comparison side by side, and sheets for the printer.

All that is shown comes from ``current_library()``; the pages themselves are for those who may read cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from kb import Filter, Query, Role, Term, View
from kb.web import current_actor, current_library
from kb_cases import vocabulary
from kb_cases.case import TYPE
from kb_cases.likeness import alike
from kb_cases.names import PARTS
from kb_cases.shelf import FACETS, Case, Passage, case_of, passages, shelf
from kb_cases.summary import summarised

if TYPE_CHECKING:
    from kb.reader import Reader

blueprint = Blueprint("cases", __name__, url_prefix="/cases", template_folder="templates")

#: Cases on one page of the list.
PER_PAGE = 20
#: Cases side by side: three columns are what a screen or a sheet of paper has room for.
MOST_COMPARED = 3
#: Cases printed at once, a sheet each.
MOST_PRINTED = 10
#: Sections that a search for words looks at, best first.
MOST_FOUND = 300
#: Words of a search that count.
MOST_WORDS = 8
#: Characters of a search or of a value in an address.
_LONGEST = 200

BOARDS = {"case_scope": vocabulary.SCOPES, "case_stage": vocabulary.STAGES}
"""What the themes can be counted by, with the columns."""

Chosen = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A field to narrow by."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One theme on the board: how many cases there are in each column, and in all."""

    theme: str
    counts: tuple[int, ...]
    total: int


@blueprint.get("/")
def index() -> str:
    """The cases that match, what they can be narrowed by, and how they spread over the themes."""
    library = current_library()
    everything = shelf(library)
    words = request.args.get("q", "")[:_LONGEST].strip()
    chosen = _chosen()
    worded = _worded(library, words, everything) if words else everything
    found = _narrowed(worded, chosen)
    by = request.args.get("board", "")
    by = by if by in BOARDS else "case_scope"
    pages = max(-(-len(found) // PER_PAGE), 1)
    page = min(_number(request.args.get("page", "")), pages)
    return render_template(
        "kb_cases/index.html",
        words=words,
        chosen=chosen,
        everything=len(everything),
        total=len(found),
        cases=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        facets=_facets(worded, chosen),
        board=board(found, by),
        by=by,
        columns=BOARDS[by],
        boards={name: FACETS[name] for name in BOARDS},
        page=page,
        pages=pages,
        most=MOST_COMPARED,
        address=_address,
        toggled=_toggled,
    )


@blueprint.get("/compare")
def compare() -> str:
    """Two or three cases side by side, part by part."""
    library = current_library()
    asked = _asked()
    cases = [case_of(library, identity) for identity in asked[:MOST_COMPARED]]
    like = alike(cases[0], shelf(library), MOST_COMPARED) if len(cases) == 1 else []
    return render_template(
        "kb_cases/compare.html",
        cases=cases,
        facts=_facts(cases),
        aligned=_aligned([passages(library, case) for case in cases]),
        left_out=max(len(asked) - MOST_COMPARED, 0),
        likes=like,
        most=MOST_COMPARED,
    )


@blueprint.get("/print")
def sheets() -> str:
    """Each of the cases on a sheet of A4."""
    library = current_library()
    asked = _asked()
    cases = [case_of(library, identity) for identity in asked[:MOST_PRINTED]]
    return render_template(
        "kb_cases/print.html",
        sheets=[(case, _facts([case]), summarised(passages(library, case))) for case in cases],
        left_out=max(len(asked) - MOST_PRINTED, 0),
        most=MOST_PRINTED,
        by=current_actor().name,
        at=datetime.now(UTC).replace(tzinfo=None),
    )


# ------------------------------------------------------------------------------------------------ what is asked for


def _chosen() -> Chosen:
    given = {name: tuple(dict.fromkeys(value[:_LONGEST] for value in request.args.getlist(name))) for name in FACETS}
    return {name: values for name, values in given.items() if any(values)}


def _asked() -> list[str]:
    return list(dict.fromkeys(identity for identity in request.args.getlist("case") if identity))


def _number(text: str) -> int:
    """A page number; 1 for whatever is none."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _address(**changes: object) -> dict[str, object]:
    """The arguments of the present address with some changed; from the first page."""
    words = request.args.get("q", "")[:_LONGEST].strip()
    args: dict[str, object] = {"q": words or None, "board": request.args.get("board"), **_chosen()}
    return {name: value for name, value in (args | changes).items() if value}


def _toggled(name: str, value: str) -> dict[str, object]:
    """The same with one value of a facet added, or taken away if it was there."""
    values = _chosen().get(name, ())
    return _address(**{name: tuple(v for v in values if v != value) if value in values else (*values, value)})


# ------------------------------------------------------------------------------------------------------ narrowing


def _worded(library: Reader, words: str, everything: Sequence[Case]) -> list[Case]:
    """The cases that have all these words, in whichever of their parts, best first."""
    orders = [_order_of(library, word) for word in dict.fromkeys(words.split()[:MOST_WORDS])]
    found = [case for case in everything if all(case.id in order for order in orders)]
    return sorted(found, key=lambda case: sum(order[case.id] for order in orders))


def _order_of(library: Reader, word: str) -> dict[str, int]:
    """The places of cases in the answer to one word, by document and by section."""
    page = library.search(Query(Term(word), per_page=MOST_FOUND, facets=()).narrowed(Filter("type", TYPE)))
    order: dict[str, int] = {}
    for place, hit in enumerate(page.hits):
        order.setdefault(hit.document.id, place)
        order.setdefault(hit.section.id, place)
    return order


def _narrowed(cases: Sequence[Case], chosen: Chosen) -> list[Case]:
    return [case for case in cases if all(case.has(name, values) for name, values in chosen.items())]


def _facets(cases: Sequence[Case], chosen: Chosen) -> list[Facet]:
    """What there would be with each value; a facet that is chosen from counts without that choice."""
    facets = []
    for name, label in FACETS.items():
        without = {other: values for other, values in chosen.items() if other != name}
        counts = Counter(value for case in _narrowed(cases, without) for value in case.facets.get(name, ()))
        mine = chosen.get(name, ())
        values = sorted({*counts, *mine}, key=lambda value: _order(name, value, counts[value]))
        facets.append(Facet(name, label, tuple(Choice(value, counts[value], value in mine) for value in values)))
    return [facet for facet in facets if facet.choices]


#: Fields whose values have an order of their own; the others go by how many there are.
_ORDERED = {"case_scope": vocabulary.SCOPES, "case_stage": vocabulary.STAGES, "case_age": vocabulary.AGES}


def _order(name: str, value: str, count: int) -> tuple[int, str]:
    own = _ORDERED.get(name)
    return (own.index(value) if own and value in own else 1000 - count, value)


def board(cases: Sequence[Case], by: str) -> list[Row]:
    """The themes of these cases with their numbers by scope or stage, most frequent first."""
    columns = BOARDS[by]
    total = Counter(theme for case in cases for theme in case.facets.get("case_theme", ()))
    cells = Counter(
        (theme, value)
        for case in cases
        for theme in case.facets.get("case_theme", ())
        for value in case.facets.get(by, ())
    )
    themes = sorted(total, key=lambda theme: (-total[theme], theme))
    return [Row(theme, tuple(cells[theme, column] for column in columns), total[theme]) for theme in themes]


# ------------------------------------------------------------------------------------------------------ side by side


def _facts(cases: Sequence[Case]) -> list[tuple[str, list[str]]]:
    """The facets that any of the cases has, with the values of each."""
    labels = {**FACETS, "case_period": "支援期間"}
    rows = [(label, ["、".join(case.facets.get(name, ())) for case in cases]) for name, label in labels.items()]
    return [row for row in rows if any(row[1])]


def _aligned(found: Sequence[Sequence[Passage]]) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Parts of the same name in one row, in the order of the process."""
    by_name = [{passage.name: passage.lines for passage in one} for one in found]
    names = dict.fromkeys(name for one in by_name for name in one)
    ordered = [name for name in PARTS if name in names] + [name for name in names if name not in PARTS]
    return [(name, [one.get(name, ()) for one in by_name]) for name in ordered]


VIEW = View("事例", blueprint, order=30, role=Role.CSW)
