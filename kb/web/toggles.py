"""The addresses by which values of a facet are chosen, and taken away again."""

from __future__ import annotations

from collections.abc import Callable

from kb.model import Filter
from kb.web.addresses import query_string, quoted
from kb.web.asking import Asked


def toggles(asked: Asked, field: str) -> Callable[[str], str]:
    """Makes of a value of a field what follows the page's name in the address with that filter put in or taken out.

    The same as ``asked.toggled`` says, for a page that has a link for each of very many values.
    """
    chosen = [one.value for one in asked.filters if one.field == field]
    others = {name: value for name, value in asked.args.items() if name not in {field, "page"}}
    before = query_string({**others, field: chosen})
    start = f"?{before}&{quoted(field)}=" if before else f"?{quoted(field)}="

    def address(value: str) -> str:
        if value not in chosen:
            return start + quoted(value)
        left = query_string(asked.toggled(Filter(field, value)).args)
        return f"?{left}" if left else ""

    return address
