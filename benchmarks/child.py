"""One engine in a process of its own: builds its index, or answers from it. Started by ``benchmarks.search``.

    python -m benchmarks.child build whoosh FOLDER
    python -m benchmarks.child ask whoosh FOLDER '{"each": 50, "rounds": 4, "cold": 20, "versions": 30}'

What it finds out is printed as JSON.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, process_time

from benchmarks import material
from benchmarks.engines import FACETS, KINDS, Answer, Door, Engine, Kind, size
from benchmarks.figures import Written
from benchmarks.material import Questions, facets_of
from kb.search.nodes import IndexNode


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is asked."""

    each: int
    """Queries of each kind."""
    rounds: int
    """How often each is asked again."""
    cold: int
    """How many of each kind are asked of an index that has just been opened."""
    versions: int
    """Documents that are replaced."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: milliseconds of CPU and of wall time, for each time that it was asked again."""

    cpu: Sequence[float]
    wall: Sequence[float]
    matches: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What asking has shown."""

    warm: dict[str, list[Asked]]
    """By kind of query."""
    cold: dict[str, list[float]]
    """Milliseconds of CPU."""
    documents: list[float]
    """Wall milliseconds to replace one."""
    searches: list[float]
    """Wall milliseconds of the first search after that."""
    started: int
    """Bytes of memory before the index was opened."""
    peak: int
    """Bytes of memory at most while queries were answered."""


def main(arguments: Sequence[str]) -> None:
    """Do one task and print the result."""
    task, name, folder, *more = arguments
    door, place = KINDS[name].door(), Path(folder)
    if task == "build":
        print(json.dumps(asdict(build(door, place, place / name, KINDS[name]))))
    else:
        print(json.dumps(asdict(ask(door, place, place / name, Effort(**json.loads(more[0]))))))


def build(door: Door, folder: Path, index: Path, kind: Kind) -> Written:
    """Write all sections to a new index."""
    documents = material.texts(folder, spelled=not kind.takes_numbers)
    gc.collect()
    gc.freeze()  # the texts are ours, not the engine's: its garbage collections are not to walk through them
    began, wall = process_time(), perf_counter()
    engine = door.create(index)
    engine.write(documents)
    engine.settle()
    engine.close()
    cpu, wall = process_time() - began, perf_counter() - wall
    return Written(cpu, wall, size(index), size(index, kind.snippets))


def ask(door: Door, folder: Path, index: Path, effort: Effort) -> Answers:
    """Ask all queries, warm and cold; then replace documents."""
    questions = material.asked(folder)
    started = _peak()
    engine = _opened(door, index, questions)
    warm = {
        kind: [_warm(engine, node, facets_of(kind), effort.rounds) for node in nodes[: effort.each]]
        for kind, nodes in questions.kinds.items()
    }
    engine.close()
    peak = _peak()
    cold = {
        kind: [_cold(door, index, questions, kind, number) for number in range(min(effort.cold, len(nodes)))]
        for kind, nodes in questions.kinds.items()
    }
    engine = _opened(door, index, questions)
    replaced = [_replaced(engine, questions, number) for number in range(min(effort.versions, len(questions.versions)))]
    engine.close()
    return Answers(warm, cold, [one for one, _ in replaced], [one for _, one in replaced], started, peak)


def _opened(door: Door, index: Path, questions: Questions) -> Engine:
    """The index, opened, with what every engine reads once: its lists of segments, the columns of facets."""
    engine = door.open(index)
    engine.search(questions.opening, FACETS)
    return engine


Search = Callable[[], Answer]


def _warm(engine: Engine, node: IndexNode, facets: tuple[str, ...], rounds: int) -> Asked:
    def search() -> Answer:
        return engine.search(node, facets)

    matches = search().total
    measured = [_timed(search) for _ in range(rounds)]
    return Asked([cpu for cpu, _ in measured], [wall for _, wall in measured], matches)


def _cold(door: Door, index: Path, questions: Questions, kind: str, number: int) -> float:
    """One query to an index object that has not read any of its terms before."""
    engine = _opened(door, index, questions)
    node, facets = questions.kinds[kind][number], facets_of(kind)
    cpu, _ = _timed(lambda: engine.search(node, facets))
    engine.close()
    return cpu


def _replaced(engine: Engine, questions: Questions, number: int) -> tuple[float, float]:
    """Wall milliseconds to replace a document, and to answer then."""
    began = perf_counter()
    engine.replace(questions.versions[number])
    between = perf_counter()
    nodes = questions.kinds["any of three, facets"]
    engine.search(nodes[number % len(nodes)], FACETS)
    return (between - began) * 1000, (perf_counter() - between) * 1000


def _timed(search: Search) -> tuple[float, float]:
    """CPU and wall milliseconds."""
    cpu, wall = process_time(), perf_counter()
    search()
    return (process_time() - cpu) * 1000, (perf_counter() - wall) * 1000


def _peak() -> int:
    """The most memory that this process has had, in bytes."""
    status = Path("/proc/self/status")
    if not status.exists():  # elsewhere, the kernel counts what the process was before it became this program, too
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(sys.argv[1:])
