"""All that a catalogue holds, from one database into another one: the kinds need not be the same."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from kb.store import tables

#: Rows that are held in memory at a time; one of them may be a long section.
_ROWS = 500


def copy(source: Engine, target: Connection, without: Collection[str] = ()) -> None:
    """Put the rows of ``source``, as of one moment, into the empty tables of ``target``; some tables stay empty."""
    is_sqlite = source.dialect.name == "sqlite"  # where a transaction sees one moment by itself
    snapshot = source if is_sqlite else source.execution_options(isolation_level="REPEATABLE READ")
    with snapshot.connect() as connection:
        for table in tables.metadata.sorted_tables:
            if table.name not in without:
                _copy(connection, target, table)


def is_empty(connection: Connection) -> bool:
    """Whether nobody has ever put anything into a database."""
    return not any(connection.execute(select(table).limit(1)).first() for table in tables.metadata.sorted_tables)


def _copy(source: Connection, target: Connection, table: Table) -> None:
    found = source.execution_options(yield_per=_ROWS).execute(select(table))
    for some in found.mappings().partitions():
        target.execute(insert(table), [dict(row) for row in some])
    number = table.autoincrement_column
    if target.dialect.name == "postgresql" and number is not None:
        _count_on(target, table.name, number.name)


def _count_on(connection: Connection, table: str, column: str) -> None:
    """Rows that came with their numbers have not been counted: the next one would get a number that there is."""
    number = tables.metadata.tables[table].c[column]
    last = connection.scalar(select(func.max(number)))
    if last is not None:
        sequence = {"table": table, "column": column, "last": last}
        connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)"), sequence)
