"""Running a test set through the library, on the way that people's files and questions take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from time import perf_counter

from kb.evaluation.measures import MEASURES, Scores, scores
from kb.evaluation.testset import TestSet, Text
from kb.library import Library
from kb.model import EVERYTHING, AccessClass, Block, Config, Document, Section
from kb.plugins import Plugins
from kb.reader import Reader
from kb.search.query import MAX_PER_PAGE, parse

#: Hits that a person sees at once: what the time of a query is measured with.
SEEN = 10

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found, and how well."""

    run: dict[str, list[tuple[str, float]]]
    scores: dict[str, Scores]
    empty: int
    """Queries that found nothing at all."""
    milliseconds: list[float]
    """How long each query took, first page with snippets."""

    @property
    def means(self) -> dict[str, float]:
        """Each measure's mean over all queries."""
        return {shown: fmean(getattr(s, name) for s in self.scores.values()) for shown, name in MEASURES.items()}


@contextmanager
def collection(documents: Sequence[Text], config: Config, plugins: Plugins, progress: Progress) -> Iterator[Reader]:
    """A library in a temporary folder that holds the documents of a test set, each as one section."""
    with TemporaryDirectory(prefix="kb-eval-") as folder:
        home = replace(config, home=Path(folder), database="")
        home.store.mkdir(parents=True)
        with Library(home, plugins) as library:
            library.fill([_document(number, text) for number, text in enumerate(documents)], progress)
            yield library.reader(EVERYTHING)


def _document(number: int, text: Text) -> tuple[Document, Section]:
    title = text.title.strip() or text.id
    document = Document(
        f"{number:012d}", "document", title, text.id, access=AccessClass.PUBLIC, source="eval", uri=text.id
    )
    blocks = tuple(Block(line.strip()) for line in text.text.split("\n") if line.strip())
    return document, Section(text.title.strip(), blocks)


def run(testset: TestSet, reader: Reader, progress: Progress) -> Trial:
    """Ask all queries of a test set, and judge what is found."""
    found: dict[str, list[tuple[str, float]]] = {}
    milliseconds: list[float] = []
    empty = 0
    for qid, query in testset.queries.items():
        began = perf_counter()
        page = reader.search(parse(query, per_page=SEEN))
        milliseconds.append((perf_counter() - began) * 1000)
        empty += not page.total
        found[qid] = _ranking(testset, reader, query)
        progress(1)
    judged = {qid: scores([identity for identity, _ in ranked], testset.grades[qid]) for qid, ranked in found.items()}
    return Trial(found, judged, empty, milliseconds)


def _ranking(testset: TestSet, reader: Reader, query: str) -> list[tuple[str, float]]:
    """The best hundred under the ids of the test set, each once: a document by its best section."""
    answers = {identity for grades in testset.grades.values() for identity in grades}
    ranked: dict[str, float] = {}
    for section, document, score in reader.ranking(parse(query, per_page=MAX_PER_PAGE)):
        installed = section if section in answers else document.id
        ranked.setdefault(installed if testset.documents is None else document.uri, score)
    return list(ranked.items())
