"""類語辞書 as staff edit it: what an entry would do, before it is saved; who changed what; and the way back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kb.errors import ConfigError, ForbiddenError, NotFoundError
from kb.model import Actor, Document, Phrase, Query, Role, Section, Synonyms, Term
from kb.reader import Reader
from kb.search.lexical import ENOUGH, Problem, problems
from kb.search.query import parse
from kb.store.lexicon import Change, Entry, LexiconStore
from kb.text.analyze import Analyzer
from kb.text.cells import plain_cell

#: Hits of either side that are compared, and new ones that are shown.
COMPARED, SHOWN = 100, 3

#: The rank down to which a section counts as coming up: one page of results.
DEPTH = 10

#: The columns of the exported table. What stands between several words is 、.
COLUMNS = ("同じ意味の語", "より広い語", "メモ", "使わない")

ReaderWith = Callable[[Sequence[Synonyms]], Reader]
"""Makes a reader that searches with exactly these entries."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an entry changes for somebody who searches one of its words."""

    word: str
    before: int
    """How many sections are found now."""
    after: int
    """How many would be found."""
    new: tuple[tuple[Section, Document], ...]
    """The best of those that are found only then."""


@dataclass(frozen=True, slots=True)
class Move:
    """A section that should come up for a query, and comes up elsewhere than before."""

    query: str
    before: int
    """Its rank now, from 1; 0: not among the first ten."""
    after: int


@dataclass(frozen=True, slots=True)
class Preview:
    """An entry as it would be saved, what is wrong with it, and what it does."""

    entry: Entry
    problems: tuple[Problem, ...]
    effects: tuple[Effect, ...]
    moves: tuple[Move, ...] = ()
    """What it does to the searches that staff have said what should come up for."""

    @property
    def is_good(self) -> bool:
        """Whether it may be saved."""
        return not any(problem.stops for problem in self.problems)


class Lexicon:
    """The thesaurus as one member of staff handles it."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it needs, each once
        self,
        actor: Actor,
        store: LexiconStore,
        given: Sequence[Synonyms],
        analyzer: Analyzer,
        reader_with: ReaderWith,
        expected: Callable[[], Sequence[tuple[str, str]]] = tuple,
    ) -> None:
        """``given``: the entries that plugins bring along; ``expected``: queries, and sections that should come up.

        Raises:
            ForbiddenError: this person may not.

        """
        if not actor.covers(Role.STAFF):
            raise ForbiddenError(actor.name or "利用者", "類語辞書は職員だけが直せます。", "職員に頼んでください。")
        self.actor = actor
        self.given = tuple(given)
        self._store = store
        self._analyzer = analyzer
        self._reader_with = reader_with
        self._expected = expected

    # ------------------------------------------------------------------------------------------------- looking

    def entries(self) -> list[Entry]:
        """What staff have entered, the latest first."""
        return self._store.entries()

    def entry(self, number: int) -> Entry:
        """One entry of staff.

        Raises:
            NotFoundError: there is none.

        """
        found = next((entry for entry in self.entries() if entry.id == number), None)
        if found is None:
            raise NotFoundError(str(number), "この項目はもうありません。", "類語辞書を開き直してください。")
        return found

    def changes(self, limit: int = 100, offset: int = 0) -> list[Change]:
        """What was done, the latest first."""
        return self._store.changes(limit, offset)

    def preview(self, synonyms: Synonyms, note: str = "", number: int = 0) -> Preview:
        """What an entry would do, in place of entry ``number`` or as a new one (0)."""
        entry = Entry(number, synonyms, note)
        entries = self.entries()
        others = used(self.given, [other for other in entries if other.id != number])
        before = self._reader_with(used(self.given, entries))
        found = problems(synonyms, others, self._analyzer, _share(before))
        if any(problem.stops for problem in found):
            return Preview(entry, tuple(found), ())
        after = self._reader_with([*others, synonyms])
        effects = [_effect(word, before, after) for word in (*synonyms.words, *synonyms.broader)]
        moves = [_move(query, section, before, after) for query, section in self._expected()]
        return Preview(entry, tuple(found), tuple(effects), tuple(one for one in moves if one.before != one.after))

    # ------------------------------------------------------------------------------------------------ changing

    def save(self, synonyms: Synonyms, note: str = "", before: Entry | None = None) -> Entry:
        """Add an entry, or put it in the place of ``before``; searches use it at once.

        Raises:
            ConfigError: something is wrong with it.
            ConflictError: somebody else has changed it since.

        """
        number = before.id if before else 0
        others = used(self.given, [other for other in self.entries() if other.id != number])
        for problem in problems(synonyms, others, self._analyzer, lambda _word: 0.0):
            if problem.stops:
                raise ConfigError("、".join(synonyms.words) or "類語", problem.text, "直してから登録してください。")
        if before:
            return self._store.change(before, Entry(number, synonyms, note), self.actor.name)
        return self._store.add([Entry(0, synonyms, note)], self.actor.name)[0]

    def remove(self, before: Entry) -> None:
        """Take an entry of staff away.

        Raises:
            ConflictError: somebody else has changed it since.

        """
        self._store.remove(before, self.actor.name)

    def do_without(self, synonyms: Synonyms) -> None:
        """Do not use an entry that a plugin brought along.

        Raises:
            NotFoundError: no plugin brings it along.

        """
        if synonyms not in self.given:
            raise NotFoundError("、".join(synonyms.words), "この項目はありません。", "類語辞書を開き直してください。")
        if synonyms not in {entry.synonyms for entry in self.entries() if entry.off}:
            self._store.add([Entry(0, synonyms, off=True)], self.actor.name)

    def undo(self, number: int) -> None:
        """Undo a change.

        Raises:
            NotFoundError: there is no such change.
            ConflictError: what it changed has been changed again.

        """
        self._store.undo(number, self.actor.name)

    # -------------------------------------------------------------------------------------------------- tables

    def export(self) -> str:
        """The entries of staff as CSV with a byte order mark, as Excel reads it."""
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\r\n")
        table.writerow(COLUMNS)
        for entry in reversed(self.entries()):
            words, broader = ("、".join(some) for some in (entry.synonyms.words, entry.synonyms.broader))
            table.writerow([plain_cell(cell) for cell in (words, broader, entry.note, "使わない" if entry.off else "")])
        return "\ufeff" + out.getvalue()

    def read_table(self, data: bytes) -> list[Entry]:
        """The entries of a table that are new here, all of them good.

        Raises:
            ConfigError: a line is no entry; the sentence names it.

        """
        before = self.entries()
        known = {(entry.synonyms, entry.off) for entry in before}
        found: list[Entry] = []
        for number, entry in _read(data):
            if (entry.synonyms, entry.off) in known:
                continue
            known.add((entry.synonyms, entry.off))
            self._check_line(number, entry, [*before, *found])
            found.append(entry)
        return found

    def _check_line(self, number: int, entry: Entry, before: Sequence[Entry]) -> None:
        if entry.off:
            return
        for problem in problems(entry.synonyms, used(self.given, before), self._analyzer, lambda _word: 0.0):
            if problem.stops:
                raise ConfigError(f"{number}行目", problem.text, "直してから読み込んでください。")

    def add_all(self, entries: Sequence[Entry]) -> None:
        """Add entries, all or none."""
        self._store.add(entries, self.actor.name)


def used(given: Iterable[Synonyms], entries: Sequence[Entry]) -> list[Synonyms]:
    """The entries that searches use: those of plugins that nobody does without, and those of staff."""
    off = {entry.synonyms for entry in entries if entry.off}
    return [
        *(synonyms for synonyms in given if synonyms not in off),
        *(entry.synonyms for entry in entries if not entry.off),
    ]


def _share(reader: Reader) -> Callable[[str], float]:
    """Which part of the sections has a word as it is written."""
    sections = reader.counts()[1]

    def share(word: str) -> float:
        if sections < ENOUGH:
            return 0.0
        return reader.counted(Query(Phrase(word), per_page=1, facets=())).total / sections

    return share


def _effect(word: str, before: Reader, after: Reader) -> Effect:
    query = word_query(word)
    old, new = before.found(query), after.found(query)
    known = {section for section, _ in old.hits}
    added = [section for section, _ in new.hits if section not in known][:SHOWN] if new.total > old.total else []
    return Effect(word, old.total, new.total, tuple(after.with_documents(added)))


def _move(query: str, section: str, before: Reader, after: Reader) -> Move:
    return Move(query, rank(before, query, section), rank(after, query, section))


def rank(reader: Reader, query: str, section: str) -> int:
    """Where a section comes up for a query, from 1; 0 if it is not among the first ten."""
    hits = [one for one, _ in reader.found(replace(parse(query, per_page=DEPTH), facets=())).hits]
    return hits.index(section) + 1 if section in hits else 0


def word_query(word: str) -> Query:
    """What somebody asks for who types this word."""
    return Query(Term(word), text=word, per_page=COMPARED, facets=())


def _read(data: bytes) -> Iterator[tuple[int, Entry]]:
    for codec in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(codec)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ConfigError("CSV", "文字コードが分かりません。", "UTF-8かShift_JISで保存し直してください。")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise ConfigError("CSV", f"CSVとして読めません（{error}）。", "書き出した表の形に直してください。") from error
    for number, line in enumerate(lines, 1):
        cells = [cell.strip().removeprefix("'") for cell in (*line, "", "", "", "")][:4]
        if not any(cells) or (number == 1 and cells[0] == COLUMNS[0]):
            continue
        yield number, Entry(0, Synonyms(words_in(cells[0]), words_in(cells[1])), cells[2], bool(cells[3]))


def words_in(text: str) -> tuple[str, ...]:
    """The words that somebody typed, each once: between them stand commas or line ends."""
    parts = text.replace("，", "、").replace(",", "、").replace("\n", "、").split("、")
    return tuple(dict.fromkeys(word for part in parts if (word := " ".join(part.split()))))
