"""Reading and searching, bound to what one person may read.

A ``Reader`` is made for a set of access classes and cannot be asked for more: whatever a page, a plugin or an interface
does with it, it does within them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice, product
from pathlib import Path
from time import perf_counter

from kb.errors import NotFoundError
from kb.model import (
    EVERYTHING,
    AccessClass,
    Annotation,
    ContentType,
    Document,
    FacetCount,
    Filter,
    Hit,
    Kind,
    Mention,
    Page,
    Query,
    Section,
)
from kb.search.completion import Completion
from kb.search.index import Found
from kb.search.query import parse
from kb.search.reason import Forms, Reason
from kb.search.searcher import Marker, Searcher
from kb.store.catalogue import Catalogue
from kb.store.originals import Originals
from kb.text.dates import era_year
from kb.text.words import Kept

#: Corrections that are offered, words that are put right at a time, and combinations that are tried.
_CORRECTIONS, _MOST_LOST, _TRIED = 3, 2, 12

#: Documents that a search is narrowed to at a time.
_AT_A_TIME = 500

Watch = Callable[[str, str, str], None]
"""Told of each case study that is read or asked for in vain: what was done (``document.read``, ``section.read``,
``original.read``, ``document.denied``), the document's id, the section's id or an empty string."""


def unwatched(_action: str, _document: str, _section: str) -> None:
    """Tell nobody."""


class Reader:
    """The library as one person may see it."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it reads from, each once
        self,
        access: frozenset[AccessClass],
        catalogue: Catalogue,
        originals: Originals,
        content_types: Mapping[str, ContentType],
        kinds: Mapping[str, Kind],
        searcher: Callable[[], Searcher],
        watch: Watch = unwatched,
    ) -> None:
        self.access = access
        self.content_types = content_types
        self.kinds = kinds
        self._catalogue = catalogue
        self._originals = originals
        self._searcher = searcher
        self._watch = watch

    def search(self, query: Query) -> Page:
        """The sections that answer a query, one page of them, with marked snippets and facet counts."""
        began = perf_counter()
        searcher = self._searcher()
        answer = searcher.search(query, self.access)
        shown = self._catalogue.with_documents([section for section, _ in answer.found.hits], self.access)
        kept = searcher.kept(list(shown), self.access)
        hits = tuple(
            _hit(*shown[section], score, answer.marker, kept.get(section))
            for section, score in answer.found.hits
            if section in shown  # the catalogue is the truth: what it no longer has or shows is no hit
        )
        return Page(
            query=query,
            total=answer.found.total,
            hits=hits,
            facets={name: self._facet(name, counts) for name, counts in answer.found.facets.items()},
            partial=answer.partial,
            took_ms=(perf_counter() - began) * 1000,
        )

    def counted(self, query: Query) -> Page:
        """How many sections answer, in all and by facet: a page without its hits, as none of them is read."""
        began = perf_counter()
        counted = self._searcher().counted(query, self.access)
        facets = {name: self._facet(name, counts) for name, counts in counted.found.facets.items()}
        took = (perf_counter() - began) * 1000
        return Page(query, counted.found.total, (), facets, partial=counted.partial, took_ms=took)

    def totals(self, words: Sequence[str]) -> dict[str, int]:
        """How many sections each word of a query finds by itself."""
        return {word: self.counted(replace(parse(word, per_page=1), facets=())).total for word in words}

    def completions(self, typed: str, limit: int = 8) -> list[Completion]:
        """What somebody may mean who has typed the beginning of it."""
        return self._searcher().completions(typed, self.access, limit)

    def corrections(self, words: Sequence[str], totals: Mapping[str, int] | None = None) -> list[str]:
        """The same words with those that find nothing put right, best first: only what finds something together.

        Args:
            words: of a query, as typed.
            totals: of these words, where they have been counted already.

        """
        totals = self.totals(words) if totals is None else totals
        lost = [number for number, word in enumerate(words) if not totals[word]]
        if not lost or len(lost) > _MOST_LOST:
            return []
        choices = [
            self._searcher().corrections(word, self.access, _CORRECTIONS) if number in lost else [word]
            for number, word in enumerate(words)
        ]
        texts = [" ".join(chosen) for chosen in islice(product(*choices), _TRIED)]
        return [text for text in texts if self.answers(text)][:_CORRECTIONS]

    def similar(self, section: Section, limit: int = 5) -> list[tuple[Section, Document]]:
        """Sections of other documents that are about the same, best first."""
        found = self._searcher().similar(section, self.access, limit)
        return self.with_documents([one for one, _ in found])

    def why(self, query: Query, section: Section) -> list[Reason]:
        """Why a section answers, what weighs most first; the scores add up to that of its hit."""
        found = self._searcher().why(query, section.id, self.access)
        forms = Forms(section, self.document(section.document).title, query.text)
        return sorted(map(forms.reason, found), key=lambda reason: -reason.score)

    def answers(self, text: str) -> bool:
        """Whether there is a section that has all of it."""
        counted = self._searcher().counted(replace(parse(text, per_page=1), facets=()), self.access)
        return counted.found.total > 0 and not counted.partial

    def among(self, query: Query, documents: Sequence[str]) -> tuple[int, list[str]]:
        """How many sections of these documents have all of a query, and the ids on its page of the answer."""
        total, sections = 0, list[str]()
        for start in range(0, len(documents), _AT_A_TIME):
            some = [Filter("document", one) for one in documents[start : start + _AT_A_TIME]]
            answer = self._searcher().search(replace(query, facets=()).narrowed(*some), self.access)
            if not answer.partial:
                total += answer.found.total
                sections += [section for section, _ in answer.found.hits]
        return total, sections[: query.per_page]

    def found(self, query: Query) -> Found:
        """What the index finds, ids only: for whoever compares answers."""
        return self._searcher().search(query, self.access).found

    def with_documents(self, sections: Sequence[str]) -> list[tuple[Section, Document]]:
        """Sections by their ids, with their documents, in the same order."""
        return list(self._catalogue.with_documents(sections, self.access).values())

    def ranking(self, query: Query) -> list[tuple[str, Document, float]]:
        """The same page of the answer without snippets and facets: section ids, documents and scores, best first."""
        found = self.found(replace(query, facets=())).hits
        documents = {section.id: document for section, document in self.with_documents([one for one, _ in found])}
        return [(one, documents[one], score) for one, score in found if one in documents]

    def marker(self, query: Query) -> Marker:
        """Marks the words of a query in any text."""
        return self._searcher().marker(query)

    def document(self, document: str) -> Document:
        """One document.

        Raises:
            NotFoundError: there is none with this id, or none that may be known of.

        """
        found = self._catalogue.document(document, self.access)
        self._note("document.read", document)
        if found is None:
            raise NotFoundError(document, "この資料は見つかりません。", "検索し直すか、資料の一覧から選んでください。")
        return found

    def documents(self, content_type: str = "") -> list[Document]:
        """All documents (of one type), newest first."""
        return self._catalogue.documents(self.access, content_type)

    def newest(self, limit: int) -> list[tuple[Document, datetime]]:
        """The documents that readers were last given anew, the latest first, with that time in UTC without a zone."""
        latest = self._catalogue.shown_at(self.access, limit=limit)
        documents = self._catalogue.documents_by_id(latest, self.access)
        return [(documents[one], at) for one, at in latest.items() if one in documents]

    def shown_at(self, documents: Iterable[str]) -> dict[str, datetime]:
        """When readers were last given these documents anew, by id, in UTC without a zone."""
        return self._catalogue.shown_at(self.access, documents)

    def shown_between(self, since: datetime, until: datetime) -> list[str]:
        """Documents that readers were last given anew after ``since`` and by ``until``, the latest first."""
        return [one for one, at in self._catalogue.shown_at(self.access, since=since).items() if at <= until]

    def find(self, name: str) -> Document:
        """The one document that a person means: an id or the beginning of one, a file name, its stem, or a title.

        Raises:
            NotFoundError: there is none, or more than one.

        """
        found = self._catalogue.matching(name, self.access)
        if not found:
            raise NotFoundError(name, "この資料は見つかりません。", "「kb documents」で一覧を見てください。")
        if len(found) > 1:
            ids = "、".join(f"{document.id}（{document.file_name}）" for document in found)
            raise NotFoundError(name, "当てはまる資料が複数あります。", f"IDで指定してください：{ids}")
        return found[0]

    def section(self, section: str) -> Section:
        """One section.

        Raises:
            NotFoundError: there is none with this id, or none that may be known of.

        """
        found = self._catalogue.sections([section], self.access).get(section)
        self._note("section.read", found.document if found else self._document_of(section), section)
        if found is None:
            raise NotFoundError(section, "この記事は見つかりません。", "検索し直してください。")
        return found

    def sections(self, document: str) -> list[Section]:
        """All sections of a document in reading order."""
        self._note("document.read", document)
        return self._catalogue.sections_of(document, self.access)

    def outline(self, document: str) -> list[Section]:
        """The sections of a document without their texts."""
        return self._catalogue.outline(document, self.access)

    def annotations(self, sections: Iterable[Section]) -> dict[str, tuple[Annotation, ...]]:
        """The annotations of sections that this reader has given out, by section id."""
        return self._catalogue.annotations([section.id for section in sections])

    def values(self, kind: str) -> Mapping[str, int]:
        """The values of one kind of annotations, each with how many sections say it; none of the texts is read."""
        return self._catalogue.values(kind, self.access)

    def mentions(
        self,
        kind: str,
        first: str = "",
        last: str = "",
        limit: int | None = None,
        values: Collection[str] | None = None,
    ) -> list[Mention]:
        """Everything that sections say of one kind, in order of value (by code point, as ISO 8601 dates sort).

        Args:
            kind: the kind of the annotations.
            first: the lowest value; empty for all.
            last: the value before which it ends; empty for all.
            limit: how many at most; None for all.
            values: only these; None for all.

        """
        found = self._catalogue.mentions(kind, self.access, first, last, limit, values)
        known = self.with_documents(list(dict.fromkeys(section for section, _ in found)))
        places = {section.id: (section, document) for section, document in known}
        # What is not among them has been forgotten in the meantime.
        return [Mention(annotation, *places[section]) for section, annotation in found if section in places]

    def original(self, document: Document) -> Path:
        """Where the original file of a document lies.

        Raises:
            NotFoundError: the store has lost it, or it holds words that were replaced: it is for staff alone then.

        """
        current = self.document(document.id)
        if current.withheld:
            fix = "本文は、記事のページで読めます。"
            raise NotFoundError(document.id, "この資料の元のファイルは公開していません。", fix)
        self._note("original.read", current.id)
        return self._originals.path(current.sha256)

    def counts(self) -> tuple[int, int]:
        """How many documents and sections there are to read."""
        return self._catalogue.counts(self.access)

    def _document_of(self, section: str) -> str:
        """The document of a section that there is, whoever may know of it."""
        found = self._catalogue.sections([section], EVERYTHING).get(section)
        return found.document if found else ""

    def _note(self, action: str, document: str, section: str = "") -> None:
        """Tell who watches, if this is a case study: before anything of it is given out."""
        if self._watch is not unwatched and self._catalogue.document(document, frozenset({AccessClass.CASES})):
            self._watch(action if AccessClass.CASES in self.access else "document.denied", document, section)

    def _facet(self, name: str, counts: Mapping[str, int]) -> tuple[FacetCount, ...]:
        labelled = [FacetCount(value, self._label(name, value), count) for value, count in counts.items()]
        if name in {"year", "fiscal"}:
            return tuple(sorted(labelled, key=lambda facet: facet.value, reverse=True))
        return tuple(sorted(labelled, key=lambda facet: (-facet.count, facet.label)))

    def _label(self, name: str, value: str) -> str:
        if name == "type" and value in self.content_types:
            return self.content_types[value].label
        if name == "year":
            return f"{value}年（{era_year(int(value))}）"
        if name == "fiscal":
            return f"{era_year(int(value))}度"
        return self.kinds[name].label_of(value) if name in self.kinds else value


def _hit(section: Section, document: Document, score: float, marker: Marker, kept: Kept | None) -> Hit:
    snippet, heading = marker.snippet(section.text, kept=kept), marker.mark(section.label, kept)
    return Hit(section, document, score, snippet, heading)


def neighbours(outline: Sequence[Section], section: Section) -> tuple[Section | None, Section | None]:
    """The sections before and after one in its document."""
    before = next((s for s in reversed(outline) if s.ordinal < section.ordinal), None)
    after = next((s for s in outline if s.ordinal > section.ordinal), None)
    return before, after
