"""What an account keeps for itself: saved searches, and lists of sections with notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update

from kb.errors import ConfigError, NotFoundError
from kb.store import rows, tables
from kb.store.database import writer

#: Saved searches and lists of one account, and sections in one list.
MOST, MOST_ITEMS = 100, 200


@dataclass(frozen=True, slots=True)
class Saved:
    """A search somebody wants to make again."""

    id: int
    name: str
    address: str
    """The arguments of a results page, as they stand in its address."""
    at: datetime
    mail: str | None = None
    """How often its news are told by mail: ``daily`` or ``weekly``; None for never."""


@dataclass(frozen=True, slots=True)
class Item:
    """A section in a list."""

    section: str
    note: str


@dataclass(frozen=True, slots=True)
class Collection:
    """マイリスト: sections that somebody has put together."""

    id: int
    name: str
    count: int
    at: datetime


class Lists:
    """Everything is asked for with the number of its account: there is no way to somebody else's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # ----------------------------------------------------------------------------------------------- searches

    def save(self, account: int, name: str, address: str) -> None:
        """Keep a search.

        Raises:
            ConfigError: there are too many.

        """
        with writer(self._engine).begin() as connection:
            _check_room(connection, tables.saved_search, account, "保存した検索")
            row = {"account": account, "name": name, "address": address, "at": rows.now()}
            connection.execute(insert(tables.saved_search), row)

    def saved(self, account: int) -> list[Saved]:
        """The saved searches of an account, the latest first."""
        c = tables.saved_search.c
        query = select(c.id, c.name, c.address, c.at, c.mail).where(c.account == account)
        query = query.order_by(c.at.desc(), c.id.desc())
        return [Saved(*row) for row in self._rows(query)]

    def drop(self, account: int, saved: int) -> None:
        """Keep a search no longer.

        Raises:
            NotFoundError: the account has none with this number.

        """
        with writer(self._engine).begin() as connection:
            gone = connection.execute(delete(tables.saved_search).where(*_own(tables.saved_search, account, saved)))
            if not gone.rowcount:
                raise _no_search(saved)

    def tell(self, account: int, saved: int, mail: str | None) -> None:
        """Tell the news of a search by mail from now on: ``daily``, ``weekly``, or None for never.

        Raises:
            NotFoundError: the account has none with this number.

        """
        c = tables.saved_search.c
        mine = _own(tables.saved_search, account, saved)
        with writer(self._engine).begin() as connection:
            before = connection.execute(select(c.mail, c.mailed_until).where(*mine)).one_or_none()
            if before is None:
                raise _no_search(saved)
            # Between daily and weekly nothing is lost; after a break, what came in it is no news.
            until = before.mailed_until if before.mail and mail else rows.now()
            connection.execute(update(tables.saved_search).where(*mine).values(mail=mail, mailed_until=until))

    # --------------------------------------------------------------------------------------------------- lists

    def collections(self, account: int) -> list[Collection]:
        """The lists of an account, the latest first."""
        c, i = tables.collection.c, tables.collection_item.c
        count = select(func.count()).where(i.collection == c.id).scalar_subquery()
        query = select(c.id, c.name, count, c.at).where(c.account == account).order_by(c.at.desc(), c.id.desc())
        return [Collection(*row) for row in self._rows(query)]

    def collection(self, account: int, collection: int) -> Collection:
        """One list.

        Raises:
            NotFoundError: the account has none with this number.

        """
        found = next((one for one in self.collections(account) if one.id == collection), None)
        if found is None:
            raise NotFoundError(str(collection), "このリストはありません。", "マイリストの一覧から選んでください。")
        return found

    def make(self, account: int, name: str) -> int:
        """Begin a list; returns its number.

        Raises:
            ConfigError: there are too many.

        """
        with writer(self._engine).begin() as connection:
            _check_room(connection, tables.collection, account, "リスト")
            row = {"account": account, "name": name, "at": rows.now()}
            key: Any = connection.execute(insert(tables.collection).values(row)).inserted_primary_key
            return int(key[0])

    def rename(self, account: int, collection: int, name: str) -> None:
        """Call a list something else.

        Raises:
            NotFoundError: the account has none with this number.

        """
        self.collection(account, collection)
        with writer(self._engine).begin() as connection:
            mine = _own(tables.collection, account, collection)
            connection.execute(update(tables.collection).where(*mine).values(name=name))

    def remove(self, account: int, collection: int) -> None:
        """Give up a list with all that is in it.

        Raises:
            NotFoundError: the account has none with this number.

        """
        self.collection(account, collection)
        with writer(self._engine).begin() as connection:
            connection.execute(delete(tables.collection).where(*_own(tables.collection, account, collection)))

    def items(self, account: int, collection: int) -> list[Item]:
        """What is in a list, in its order.

        Raises:
            NotFoundError: the account has none with this number.

        """
        self.collection(account, collection)
        i = tables.collection_item.c
        query = select(i.section, i.note).where(i.collection == collection).order_by(i.position)
        return [Item(*row) for row in self._rows(query)]

    def put(self, account: int, collection: int, items: Sequence[Item]) -> None:
        """Make these the items of a list, in this order.

        Raises:
            NotFoundError: the account has none with this number.
            ConfigError: there are too many.

        """
        self.collection(account, collection)
        if len(items) > MOST_ITEMS:
            raise ConfigError(
                "マイリスト", f"一つのリストに入るのは{MOST_ITEMS}件までです。", "リストを分けてください。"
            )
        unique = {item.section: item for item in items}.values()
        with writer(self._engine).begin() as connection:
            i = tables.collection_item
            connection.execute(delete(i).where(i.c.collection == collection))
            for position, item in enumerate(unique):
                row = {"collection": collection, "position": position, "section": item.section, "note": item.note}
                connection.execute(insert(i), row)

    def _rows(self, query: Any) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(query))


def _own(table: Any, account: int, number: int) -> tuple[ColumnElement[bool], ...]:
    return table.c.account == account, table.c.id == number


def _no_search(saved: int) -> NotFoundError:
    return NotFoundError(str(saved), "この保存した検索はありません。", "マイリストの画面から選んでください。")


def _check_room(connection: Connection, table: Any, account: int, what: str) -> None:
    count = connection.scalar(select(func.count()).select_from(table).where(table.c.account == account)) or 0
    if count >= MOST:
        raise ConfigError(what, f"保存できるのは{MOST}件までです。", "要らないものを削除してください。")
