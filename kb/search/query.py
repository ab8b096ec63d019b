"""Our query language: what people type becomes an AST. Every text is a query; none is an error.

==============================  ===================================================================================
``生活困窮 支援``               a space: each condition must hold
``子ども OR 若者``              either; also ``|``. Binds tighter than a space: ``居場所 子ども OR 若者`` asks for
                                居場所 and one of the two, as the well-known web search engines read it
``A AND B OR C``                ``AND`` binds tighter than ``OR``; it is needed only beside ``OR``
``-講演`` ``NOT 講演``          without
``"制度の狭間"``                these words side by side. Also ``“ ”``, and ``「 」`` around a whole condition
``ボランティ*``                 words that begin so
``(A OR B) C``                  grouping, where the brackets match
``title:見守り``                in the title or a heading
``type:newsletter``             of this content type
``date:R3年度``                 of documents dated so: a year, month, day, fiscal year, or two of them with ``..``
``令和3年12月21日``             a date: finds it in whatever form it is written
==============================  ===================================================================================

Operators may be full-width, and written in capitals. Whatever does not make sense as an operator is a word or nothing:
a lone bracket, an ``OR`` at the end, an unknown ``field:``, a date that is none.

Of a text longer than ``MAX_LENGTH`` only the beginning is read, of more than ``MAX_WORDS`` conditions only the first
ones, of prefixes only ``MAX_PREFIXES`` as such, and brackets deeper than ``MAX_DEPTH`` group nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from kb.model import And, Everything, Filter, Node, Not, Or, Phrase, Prefix, Query, Range, Sort, Term
from kb.text.dates import find_dates, parse_date_range, parse_query_date, query_terms

#: Characters of a query. The longest question in the public sets that the ranking was tried on has 300.
MAX_LENGTH = 2_000

#: Conditions of a query; each costs the engine a pass over its postings.
MAX_WORDS = 100

#: Prefixes of a query. Each costs a pass over every term that begins so; beyond these, words are meant as they stand.
MAX_PREFIXES = 8

#: Depth of brackets; the parser calls itself once for each.
MAX_DEPTH = 20

#: Largest number of hits on one page.
MAX_PER_PAGE = 100

Operator = Literal["(", ")", "OR", "AND", "NOT"]
Lexeme = Operator | Node


def parse(
    text: str, *, sort: Sort = "relevance", page: int = 1, per_page: int = 10, today: date | None = None
) -> Query:
    """Read a query. Never raises; an empty text asks for everything.

    ``today`` resolves dates without a year; by default it is the day that this computer's clock shows.
    """
    today = today or datetime.now().astimezone().date()
    text = text[:MAX_LENGTH].strip()
    node = _Parser(_grouped(_limited(_lexemes(text, today)))).sequence()
    if node is None:
        node = Term(text) if text else Everything()
    return Query(
        node=node,
        text=text,
        sort=sort if sort in get_args(Sort) else "relevance",
        page=max(page, 1),
        per_page=min(max(per_page, 1), MAX_PER_PAGE),
    )


# --------------------------------------------------------------------------------------------------- lexemes

_QUOTED = re.compile(r"""["“”„＂]([^"“”„＂]*)["“”„＂]""")

#: 「…」 is also part of ordinary Japanese (社協の「重層」とは): it is a phrase only where it is the whole condition.
_BRACKETED = re.compile(r"""(?:「([^「」]+)」|『([^『』]+)』)(?=[\s()（）|｜]|\Z)""")

_FIELD = re.compile(r"([A-Za-zＡ-Ｚａ-ｚ]+)[:：]")

#: A word goes on until a space or a sign that means something; a day of the week in brackets belongs to its date.
_WORD = re.compile(r"""(?:[（(][月火水木金土日](?:曜日?)?(?:[・、]祝)?[)）]|[^\s()（）"“”„＂|｜])+""")

#: What keyboards give for a minus sign. The last is what the key gives while Japanese is being typed; before katakana
#: it may as well be the rest of a word that was cut at the end of a line (ワ ーカー), and excludes nothing.
_MINUS = re.compile(r"""(?:[-－−‐‑–]|ー(?![ァ-ヶー]))(?=[^\s)）|｜])""")  # noqa: RUF100

_BRACKETS: dict[str, Operator] = {"(": "(", "（": "(", ")": ")", "）": ")"}
_WORDS: dict[str, Operator] = {"OR": "OR", "AND": "AND", "NOT": "NOT"}


def _lexemes(text: str, today: date) -> Iterator[Lexeme]:
    """Operators and conditions, in order."""
    position = 0
    while position < len(text):
        lexeme, position = _lexeme(text, position, today)
        if lexeme is not None:
            yield lexeme


def _lexeme(text: str, position: int, today: date) -> tuple[Lexeme | None, int]:
    """What begins at ``position``, None if that says nothing, and where the next begins."""
    character = text[position]
    if character in _BRACKETS:
        return _BRACKETS[character], position + 1
    if character in "|｜":
        return "OR", position + 1
    if _MINUS.match(text, position):
        return "NOT", position + 1
    field = _FIELD.match(text, position)
    start = field.end() if field and _plain(field[1]).lower() == "title" else position
    if phrase := _QUOTED.match(text, start) or _BRACKETED.match(text, start):
        return _phrase(phrase, "title" if start > position else ""), phrase.end()
    if word := _WORD.match(text, position):
        return _WORDS.get(_plain(word[0])) or _condition(word[0], today), word.end()
    return None, position + 1


def _phrase(match: re.Match[str], field: str) -> Phrase | None:
    words = next(group for group in match.groups() if group is not None).strip()
    return Phrase(words, field) if words else None


def _condition(word: str, today: date) -> Node:
    """What one run of characters asks for."""
    field = _FIELD.match(word)
    read = _FIELDS.get(_plain(field[1]).lower()) if field else None
    if field and read and (node := read(word[field.end() :], today)):
        return node
    return _words(word) if word[-1] in "*＊" else _date(word, today) or _dated(word, today) or Term(word)


def _words(word: str, field: str = "") -> Node:
    stem = word.rstrip("*＊")
    return Prefix(stem, field) if stem and stem != word else Term(word, field)


def _date(word: str, today: date) -> Node | None:
    """A date: in the form that was typed, or in any other."""
    mention = parse_query_date(word, today)
    if mention is None:
        return None
    return Or((Phrase(word), *(Term(term, "dates") for term in query_terms(mention))))


def _dated(word: str, today: date) -> Node | None:
    """Words that begin with a date: 2021年12月21日の研修 asks for both, and for the date in any form."""
    first = next((mention for mention in find_dates(word, today) if not mention.relative), None)
    if first is None or first.start > 0:
        return None
    node = _date(word[: first.end], today)
    return And((node, Term(word[first.end :]))) if node else None


def _title(value: str, _today: date) -> Node | None:
    return _words(value, "title") if value else None


def _type(value: str, _today: date) -> Node | None:
    return Filter("type", _plain(value).lower()) if value else None


def _range(value: str, today: date) -> Node | None:
    found = parse_date_range(value, today)
    return Range("date", *found) if found else None


_FIELDS: dict[str, Callable[[str, date], Node | None]] = {"title": _title, "type": _type, "date": _range}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


# ------------------------------------------------------------------------------------------------- structure


def _limited(lexemes: Iterable[Lexeme]) -> Iterator[Lexeme]:
    words = prefixes = 0
    for lexeme in lexemes:
        words += not isinstance(lexeme, str)
        prefixes += isinstance(lexeme, Prefix)
        if words > MAX_WORDS:
            return
        if isinstance(lexeme, Prefix) and prefixes > MAX_PREFIXES:
            yield Term(lexeme.text, lexeme.field)
        else:
            yield lexeme


def _grouped(lexemes: Iterable[Lexeme]) -> list[Lexeme]:
    """Without the brackets that have no partner or lie too deep."""
    kept: list[Lexeme | None] = []
    opened: list[int] = []
    for lexeme in lexemes:
        kept.append(lexeme)
        if lexeme == "(":
            opened.append(len(kept) - 1)
        elif lexeme == ")":
            start = opened.pop() if opened else -1
            if start < 0 or len(opened) >= MAX_DEPTH:
                kept[-1] = None
                kept[start] = None
    for start in opened:
        kept[start] = None
    return [lexeme for lexeme in kept if lexeme is not None]


@dataclass(slots=True)
class _Parser:
    """Recursive descent over lexemes whose brackets all match. Each method reads one rule; None is an empty one."""

    lexemes: Sequence[Lexeme]
    position: int = 0

    def sequence(self) -> Node | None:
        """Conditions until the closing bracket or the end."""
        conditions = []
        while self._peek() not in {None, ")"}:
            began = self.position
            conditions.append(self._alternatives())
            if self.position == began:  # an operator with nothing before it
                self.position += 1
        self.position += 1
        return _joined(And, conditions)

    def _alternatives(self) -> Node | None:
        nodes = [self._conjunction()]
        while self._take("OR"):
            nodes.append(self._conjunction())
        return _joined(Or, nodes)

    def _conjunction(self) -> Node | None:
        nodes = [self._condition()]
        while self._take("AND"):
            nodes.append(self._condition())
        return _joined(And, nodes)

    def _condition(self) -> Node | None:
        negative = False
        while self._take("NOT"):
            negative = not negative
        node = self._group_or_word()
        return Not(node) if negative and node is not None else node

    def _group_or_word(self) -> Node | None:
        if self._take("("):
            return self.sequence()
        lexeme = self._peek()
        if lexeme is None or isinstance(lexeme, str):
            return None
        self.position += 1
        return lexeme

    def _peek(self) -> Lexeme | None:
        return self.lexemes[self.position] if self.position < len(self.lexemes) else None

    def _take(self, operator: Operator) -> bool:
        taken = self._peek() == operator
        self.position += taken
        return taken


def _joined(kind: type[And | Or], nodes: Iterable[Node | None]) -> Node | None:
    """The nodes under one parent, which a single node does not need."""
    present = [node for node in nodes if node is not None]
    if len(present) < 2:
        return present[0] if present else None
    return kind(tuple(present))
