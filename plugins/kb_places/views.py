"""市町村: a map of the home prefecture shaded by the number of articles, and what each municipality does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import Blueprint, render_template, request

from kb import Document, FacetCount, Filter, NotFoundError, Page, Query, View
from kb.web import current_config, current_library, open_to_all
from kb_places.find import find_places
from kb_places.gazetteer import Gazetteer, Place, load

blueprint = Blueprint(
    "places",
    __name__,
    url_prefix="/places",
    template_folder="templates",
    static_folder="static",
)

#: Articles on one page of a municipality.
PER_PAGE = 20

#: The numbers of articles of each shade of the map, 0 for no end: fixed, so that a shade means the same to everybody. A
#: tile has its number as well, so that nobody depends on colours.
SHADES = ((1, 2), (3, 9), (10, 29), (30, 0))


#: The fields of documents that say whose they are.
FIELDS = ("publisher", "case_town")


@dataclass(frozen=True, slots=True)
class Tile:
    """A municipality on the map."""

    place: Place
    count: int
    """Articles that name it, as far as they may be read."""
    shade: int
    """From 0 (none) to the number of shades."""


@blueprint.get("/")
@open_to_all
def index() -> str:
    """The map, and the municipalities elsewhere that articles name."""
    gazetteer = load(current_config())
    counts = counted()
    home = {place.code for place in gazetteer.at_home}
    tiles = [tile(place, counts) for place in gazetteer.at_home]
    return render_template(
        "kb_places/map.html",
        home=gazetteer.home,
        tiles=tiles,
        placed=bool(tiles) and all(one.place.column for one in tiles),
        shades=legend(),
        elsewhere=[
            (place, counts[place.code])
            for place in sorted(gazetteer.places, key=lambda place: (-counts.get(place.code, 0), place.code))
            if place.code in counts and place.code not in home and not place.city
        ],
    )


@blueprint.get("/<code>")
@open_to_all
def place(code: str) -> str:
    """What one municipality does: its articles by year, type and theme, newest first."""
    gazetteer = load(current_config())
    found = gazetteer.by_code.get(code)
    if found is None:
        raise NotFoundError(code, "このコードの市町村はありません。", "市町村の一覧から選んでください。")
    page = _articles(code, _number(request.args.get("page", "")))
    if page.total and not page.hits:
        page = _articles(code, page.pages)
    return render_template(
        "kb_places/place.html",
        place=found,
        page=page,
        by=_tables(page),
        documents=_documents(gazetteer, code),
        **_around(gazetteer, found),
    )


def _articles(code: str, page: int) -> Page:
    query = Query(sort="date", per_page=PER_PAGE, page=page, facets=("year", "type", "theme"))
    return current_library().search(query.narrowed(Filter("place", code)))


def _documents(gazetteer: Gazetteer, code: str) -> list[Document]:
    """The documents of a municipality: its council publishes them, or their fields say so. They seldom name it."""
    return [one for one in current_library().documents() if code in _named(" ".join(_fields(one)), gazetteer)]


def _fields(document: Document) -> Iterator[str]:
    return (value for name in FIELDS for value in document.values(name))


@lru_cache(maxsize=1024)
def _named(text: str, gazetteer: Gazetteer) -> frozenset[str]:
    return frozenset(found.place.code for found in find_places(text, gazetteer))


def _tables(page: Page) -> list[tuple[str, str, Sequence[FacetCount]]]:
    """The tables of counts that have something in them: field, title, rows."""
    titles = {"year": "年ごと", "type": "資料の種類ごと", "theme": "テーマごと"}
    return [(name, title, page.facets[name]) for name, title in titles.items() if page.facets.get(name)]


def _around(gazetteer: Gazetteer, found: Place) -> dict[str, object]:
    """The city of a ward, and the wards of a city with their counts."""
    counts = counted()
    wards = [(ward, counts.get(ward.code, 0)) for ward in gazetteer.wards(found)]
    return {"city": gazetteer.city_of(found) if found.city else None, "wards": wards}


def counted() -> Mapping[str, int]:
    """How many articles that may be read name each place, by code."""
    return current_library().values("place")


def tile(place: Place, counts: Mapping[str, int]) -> Tile:
    """The tile of a place: the more articles, the darker."""
    count = counts.get(place.code, 0)
    return Tile(place, count, sum(count >= first for first, _ in SHADES))


def legend() -> list[tuple[int, str]]:
    """What the shades mean."""
    ranges = (f"{first}～{last}件" if last else f"{first}件以上" for first, last in SHADES)
    return list(enumerate(("なし", *ranges)))


def _number(text: str) -> int:
    """A page number; 1 for whatever is none."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


VIEW = View("市町村", blueprint, order=30)
