"""What a visitor asks for, as the address of a page says it: words, filters, order and page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from unicodedata import category

from flask import request
from werkzeug.datastructures import MultiDict

from kb.model import ContentType, Filter, Kind, Query, Sort
from kb.search.query import MAX_LENGTH, parse
from kb.web.site import current_library

SORTS: Mapping[Sort, str] = {"relevance": "関連の高い順", "date": "新しい順"}

#: Names in an address that mean something else: a field of a content type that is called so is no facet.
RESERVED = frozenset({"q", "sort", "page", "per_page", "section", "document"})

#: Filters read from an address; there is a link for each, and nobody chooses more by hand.
MOST_FILTERS = 20

#: Characters of a filter's value; the longest real ones are names of organisations.
LONGEST_VALUE = 100

#: The page that any larger number means: no list here is so long, and an engine need not count further.
LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything in the address of a results page; ``args`` is that address again."""

    text: str = ""
    filters: tuple[Filter, ...] = ()
    sort: Sort = "relevance"
    page: int = 1

    def query(self, per_page: int = 1, facets: Iterable[str] = ()) -> Query:
        """The query to put to the library."""
        words = parse(self.text, sort=self.sort, page=self.page, per_page=per_page)
        return replace(words, facets=tuple(facets)).narrowed(*self.filters)

    @property
    def args(self) -> dict[str, str | int | list[str]]:
        """The arguments of an address; what is as usual is left out."""
        args: dict[str, str | int | list[str]] = {"q": self.text} if self.text else {}
        for name in dict.fromkeys(one.field for one in self.filters):
            args[name] = [one.value for one in self.filters if one.field == name]
        if self.sort != "relevance":
            args["sort"] = self.sort
        if self.page > 1:
            args["page"] = self.page
        return args

    def toggled(self, choice: Filter) -> Asked:
        """With the filter if it was not there, without it if it was; from the first page."""
        others = tuple(one for one in self.filters if one != choice)
        return replace(self, filters=others if choice in self.filters else (*others, choice), page=1)

    def without(self, field: str) -> Asked:
        """Without any filter on one field: what its facet counts."""
        return replace(self, filters=tuple(one for one in self.filters if one.field != field), page=1)

    def unfiltered(self) -> Asked:
        """Without any filter."""
        return replace(self, filters=(), page=1)

    def sorted(self, sort: Sort) -> Asked:
        """In another order, from the first page."""
        return replace(self, sort=sort, page=1)

    def at(self, page: int) -> Asked:
        """Another page of the same answer."""
        return replace(self, page=page)

    def about(self, text: str) -> Asked:
        """Other words in the same order, without filters."""
        return Asked(text=text, sort=self.sort)


def facet_fields(content_types: Iterable[ContentType], kinds: Iterable[Kind] = ()) -> dict[str, str]:
    """What results can be narrowed by, with labels: type, year, fields of content types, kinds of annotations."""
    fields = {"type": "資料の種類", "year": "発行年"}
    for kind in content_types:
        fields |= {field.name: field.label for field in kind.fields if field.facet and field.name not in fields}
    fields |= {kind.name: kind.label for kind in kinds if kind.facet and kind.name not in fields}
    return {name: label for name, label in fields.items() if name not in RESERVED and not name.startswith("_")}


def asked() -> Asked:
    """What the address of the present request asks for. Whatever makes no sense in it counts as absent."""
    return read(request.args, current_facets())


def current_facets() -> dict[str, str]:
    """What results can be narrowed by here, with labels."""
    library = current_library()
    return facet_fields(library.content_types.values(), library.kinds.values())


def read(args: MultiDict[str, str], fields: Iterable[str]) -> Asked:
    """The same, from arguments and the names of the facets."""
    chosen = (Filter(name, clean(value, LONGEST_VALUE)) for name in fields for value in args.getlist(name))
    filters = tuple(dict.fromkeys(one for one in chosen if one.value))[:MOST_FILTERS]
    sort = args.get("sort", "")
    return Asked(
        text=clean(args.get("q", ""), MAX_LENGTH),
        filters=filters,
        sort="date" if sort == "date" else "relevance",
        page=page_number(args.get("page", "")),
    )


def clean(text: str, longest: int) -> str:
    """Without control characters and the like, at most ``longest`` characters."""
    # Zs keeps the full-width space; Cn (unassigned) may be a character newer than this Python.
    return "".join(" " if category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in text[:longest]).strip()


def page_number(text: str) -> int:
    """A page number from 1; 1 for what is none."""
    try:
        return min(max(int(text[:20]), 1), LAST_PAGE)
    except ValueError:
        return 1
