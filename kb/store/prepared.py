"""Statements that every results page asks: put together once, and put to the driver as they are.

SQLAlchemy takes three times as long to run such a statement and to hand out its rows as SQLite takes to answer it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Engine, Select

#: Lists of more values go the ordinary way, and for so many lengths of lists a statement is kept as it is written out:
#: 5 MB, if all are as long as can be.
_LONGEST, _SHAPES = 200, 64


class _Shape(NamedTuple):
    """A statement written out for so many values."""

    text: str
    names: tuple[str, ...] | None
    """The names of the parameters in their order; None where the driver goes by names."""
    fixed: dict[str, Any]
    """What stands in the statement itself."""
    places: dict[str, list[str]]
    """For each name that is asked with, those of its values."""


class Prepared:
    """One statement with lists to be filled in (``bindparam(..., expanding=True)``); safe to share between threads."""

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        """Nothing is asked yet."""
        self._engine = engine
        self._statement = statement
        dialect = engine.dialect
        self._compiled = statement.compile(dialect=dialect)
        types = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
        read = enumerate(one.result_processor(dialect, None) for one in types)
        self._read = [(place, function) for place, function in read if function is not None]
        self._shape = lru_cache(maxsize=_SHAPES)(self._written)

    def rows(self, **asked: Sequence[str]) -> list[Sequence[Any]]:
        """The rows, each value as SQLAlchemy gives it."""
        if any(len(values) > _LONGEST for values in asked.values()):
            return self._ordinarily(asked)
        try:
            found = self._fetched(asked)
        except self._engine.dialect.loaded_dbapi.Error:
            # The ordinary way says in our words what is wrong, and knows what to do with a connection that is broken.
            return self._ordinarily(asked)
        return list(map(self._decoded, found))

    def _ordinarily(self, asked: Mapping[str, Sequence[str]]) -> list[Sequence[Any]]:
        with self._engine.connect() as connection:
            return list(connection.execute(self._statement, asked))

    def _fetched(self, asked: Mapping[str, Sequence[str]]) -> Sequence[Sequence[Any]]:
        shape = self._shape(tuple((name, len(values)) for name, values in asked.items()))
        given = dict(shape.fixed)
        for name, values in asked.items():
            given.update(zip(shape.places[name], values, strict=True))
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(shape.text, given if shape.names is None else [given[name] for name in shape.names])
            return cursor.fetchall()
        finally:
            connection.close()

    def _decoded(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, read in self._read:
            values[place] = read(values[place])
        return values

    def _written(self, sizes: tuple[tuple[str, int], ...]) -> _Shape:
        """The statement for lists of these lengths."""
        state = self._compiled.construct_expanded_state({name: [""] * size for name, size in sizes})
        places = {name: list(state.parameter_expansion.get(name, ())) for name, _ in sizes}
        several = {name for names in places.values() for name in names}
        fixed = {name: value for name, value in state.parameters.items() if name not in several}
        names = None if state.positiontup is None else tuple(state.positiontup)
        return _Shape(state.statement, names, fixed, places)
