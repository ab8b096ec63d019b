"""How fast sections become findable, how large the index is, and how long queries take, beside other engines.

    python -m benchmarks.search                                 1,000 and 10,000 sections
    python -m benchmarks.search --sizes 100000
    python -m benchmarks.search --write docs/benchmarks.md      the page with these figures, its chart, and the figures
    python -m benchmarks.search --sizes 200 --quick             a few seconds: does it run?
    python -m benchmarks.search --engines whoosh stock          beside Whoosh's own searcher, which is slow

At 100,000 sections, on two cores with nothing else to do, stock Whoosh takes most of an hour, the others minutes.
Texts are analysed once, here; all engines are given the same terms, each in processes of its own, one after another.
Tantivy comes with the extra ``bench``, Xapian from Debian (python3-xapian); what is not here is left out, and said so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks import kept, material, page
from benchmarks.child import Answers, Asked, Effort
from benchmarks.engines import KINDS, Kind
from benchmarks.figures import Answered, Engine, Made, Report, Updated, Written, times

SIZES = (1_000, 10_000)

DEFAULT = ("whoosh", "tantivy", "fts5", "xapian")
"""The engines that are compared unless others are asked for; stock Whoosh is too slow to be among them."""

THOROUGH, QUICK = Effort(each=50, rounds=4, cold=20, versions=30), Effort(each=3, rounds=2, cold=2, versions=2)

#: What an engine that is asked few queries is asked: again, cold, and to replace documents.
FEW = 5

ROOT = Path(__file__).parent.parent


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print the figures."""
    options = _options().parse_args(arguments)
    effort = QUICK if options.quick else THOROUGH
    began = perf_counter()
    command = " ".join(["python -m benchmarks.search", *(arguments if arguments is not None else sys.argv[1:])])
    reports: list[Report] = []
    for size in sorted(options.sizes):
        reports.append(measure(size, effort, options.engines))
        print(page.tables(reports[-1:]))
        if options.write:  # after each size: the largest takes long, and what is known is not to be lost with it
            made = Made(command, page.machine(), perf_counter() - began)
            kept.write(options.write, replace(kept.read(options.write), search=(made, reports)))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description="Measure search engines.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="sections to index")
    parser.add_argument("--engines", nargs="+", default=DEFAULT, choices=KINDS, help="engines to measure")
    parser.add_argument("--quick", action="store_true", help="few queries: only to see that it runs")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write a page with the figures")
    return parser


def measure(size: int, effort: Effort, engines: Sequence[str] = DEFAULT) -> Report:
    """Build the engines that are here over the same sections, and ask all the same queries."""
    present = [name for name in dict.fromkeys(engines) if KINDS[name].is_here]
    absent = [f"{KINDS[name].label} ({KINDS[name].advice})" for name in dict.fromkeys(engines) if name not in present]
    for one in absent:
        say(f"NOT MEASURED, for it is not installed: {one}")
    with TemporaryDirectory() as folder:
        say(f"{size:,} sections: writing and analysing the texts")
        texts = material.make(Path(folder), size, effort.each)
        measured = [_measured(name, Path(folder), effort) for name in present]
    fewest = min((len(next(iter(answers.warm.values()))) for *_, answers, _ in measured), default=0)
    return Report(texts, [_engine(*one, fewest) for one in measured], absent)


def say(text: str) -> None:
    """Tell whoever waits how far it is."""
    print(text, file=sys.stderr, flush=True)


def _measured(name: str, folder: Path, effort: Effort) -> tuple[str, Written, Answers, float]:
    kind, began = KINDS[name], perf_counter()
    say(f"  {kind.label}: building")
    written = Written(**_child("build", name, str(folder)))
    say(f"  {kind.label}: built in {written.wall:,.0f} s; asking")
    answers = _answers(_child("ask", name, str(folder), json.dumps(asdict(_bounded(effort, kind)))))
    seconds = perf_counter() - began
    say(f"  {kind.label}: done, {seconds:,.0f} s in all")
    return name, written, answers, seconds


def _bounded(effort: Effort, kind: Kind) -> Effort:
    """As much as an engine can be asked without taking hours."""
    if kind.most is None:
        return effort
    return Effort(min(effort.each, kind.most), 1, min(effort.cold, FEW), min(effort.versions, FEW))


def _child(*arguments: str) -> dict[str, Any]:
    """What a process of its own finds out: what an engine keeps in memory is told apart from ours and the others'."""
    command = [sys.executable, "-m", "benchmarks.child", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT, encoding="utf-8")  # noqa: S603 - our own
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _answers(found: dict[str, Any]) -> Answers:
    warm = {kind: [Asked(**one) for one in several] for kind, several in found["warm"].items()}
    return Answers(**{**found, "warm": warm})


def _engine(name: str, written: Written, answers: Answers, seconds: float, fewest: int) -> Engine:
    """The figures; ``fewest`` queries of each kind were asked of every engine."""
    answered = {kind: _answered(asked, answers.cold[kind], fewest) for kind, asked in answers.warm.items()}
    updated = Updated(len(answers.documents), times(answers.documents), times(answers.searches))
    queries = len(next(iter(answers.warm.values())))
    return Engine(name, KINDS[name].label, written, answered, queries, updated, answers.started, answers.peak, seconds)


def _answered(asked: Sequence[Asked], cold: Sequence[float], fewest: int) -> Answered:
    return Answered(
        sum(one.matches for one in asked) / len(asked),
        times([one for query in asked for one in query.cpu]),
        times(cold),
        times([one for query in asked for one in query.wall]),
        times([one for query in asked[:fewest] for one in query.cpu]),
    )


if __name__ == "__main__":
    main()
