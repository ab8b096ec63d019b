"""How long a results page takes over HTTP, from a client beside a real ``kb serve``.

    python -m benchmarks.http                                   10,000 sections; 1, 8 and 32 users
    python -m benchmarks.http --sections 100000 --write docs/benchmarks.md
    python -m benchmarks.http --sections 100000 --data /tmp/filled  filled once, used again in later runs
    python -m benchmarks.http --sections 100 --quick            half a minute: does it run?

The data folder is a temporary one, unless one is named. Users wait for their answer, then ask again at once.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlencode, urlsplit

from benchmarks import catalogue, kept, page
from benchmarks.corpus import SECTIONS, sections, vocabulary
from benchmarks.figures import Load, Made, Process, Served
from benchmarks.questions import questions
from benchmarks.search import say
from kb import config
from kb.library import Library

USERS = (1, 8, 32)

ROOT = Path(__file__).parent.parent

#: A file in a data folder that has been filled: seconds of filling and of indexing.
_FILLED = "benchmark.txt"


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is asked."""

    seconds: float
    """How long so many users go on."""
    each: int
    """Different queries of each kind."""


THOROUGH, QUICK = Effort(30, 1_000), Effort(1, 5)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http", description="Measure the results page.")
    parser.add_argument("--sections", type=int, default=10_000, metavar="N", help="sections in the catalogue")
    parser.add_argument("--users", type=int, nargs="+", default=USERS, metavar="N", help="how many ask at a time")
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="a data folder to fill, or filled by an earlier run"
    )
    parser.add_argument("--quick", action="store_true", help="a second each: only to see that it runs")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write a page with the figures")
    options = parser.parse_args(arguments)
    began = perf_counter()
    with TemporaryDirectory() as folder:
        data = options.data or Path(folder)
        found = measure(data, options.sections, options.users, QUICK if options.quick else THOROUGH)
    given = arguments if arguments is not None else sys.argv[1:]
    made = Made(" ".join(["python -m benchmarks.http", *given]), page.machine(), perf_counter() - began)
    print(page.served(found))
    if options.write:
        kept.write(options.write, replace(kept.read(options.write), http=(made, found)))


def measure(data: Path, size: int, users: Sequence[int], effort: Effort) -> Served:
    """Fill the data folder unless it is, serve it, and ask."""
    filling, indexing = _filled(data, size)
    every = list(sections(size))
    asked = questions(vocabulary(Random(1)), every, effort.each, seed=4)
    queries = [query for several in asked.values() for query in several]
    Random(5).shuffle(queries)
    documents = -(-size // SECTIONS)
    began = perf_counter()
    with _serving(data) as (server, address):
        with closing(HTTPConnection(address)) as connection:
            _answer(connection, queries[0])
        starting = perf_counter() - began
        _load(server, address, queries, 1, effort.seconds / 4)  # the first answers are slower, and are not measured
        loads, memory = [], 0
        for turn, number in enumerate(users, 1):
            start = turn * len(queries) // (len(users) + 1)  # each number of users begins with queries of its own
            loads.append(_load(server, address, [*queries[start:], *queries[:start]], number, effort.seconds))
            memory = max(memory, sum(map(_share, _all(server))))
        processes = [Process(_command(process), _peak(process)) for process in _all(server)]
    threads = config.load(data).threads
    return Served(size, documents, loads, filling, indexing, starting, processes, memory, threads)


def _filled(data: Path, size: int) -> tuple[float, float]:
    """Fill the catalogue and make the index; seconds for both, also if an earlier run has done it."""
    note = data / _FILLED
    if note.exists():
        known, *seconds = map(float, note.read_text(encoding="ascii").split())
        if known != size:
            raise SystemExit(f"{data} has been filled with {known:.0f} sections, not {size}")
        return seconds[0], seconds[1]
    settings = config.load(data)
    settings.store.mkdir(parents=True, exist_ok=True)
    began = perf_counter()
    with Library(settings) as library:
        catalogue.fill(library, sections(size), _Progress(size))
    filled = perf_counter()
    say("kb reindex")
    subprocess.run(_kb(data, "reindex"), check=True, capture_output=True, cwd=ROOT, env=_environment())  # noqa: S603 - our own command
    filling, indexing = filled - began, perf_counter() - filled
    note.write_text(f"{size} {filling} {indexing}\n", encoding="ascii")
    return filling, indexing


class _Progress:
    """Says how far it is, now and then."""

    def __init__(self, size: int) -> None:
        self._size, self._done = size, 0

    def __call__(self, count: int) -> None:
        before, self._done = self._done, self._done + count
        if self._done * 10 // self._size > before * 10 // self._size:
            say(f"{self._done:,} of {self._size:,} sections in the catalogue")


def _kb(data: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "kb", "--data", str(data), *arguments]


def _environment() -> dict[str, str]:
    """This very version of the software, without settings that somebody has for another data folder."""
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    return theirs | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])}


@contextmanager
def _serving(data: Path) -> Iterator[tuple[int, str]]:
    """A server on a free port: its process, and host and port."""
    log = data / "serve.log"  # where it also says how many requests wait, many times a second
    with log.open("wb") as errors:
        command = _kb(data, "serve", "--port", "0")
        with subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT, env=_environment(), encoding="utf-8"
        ) as process:
            try:
                line = process.stdout.readline() if process.stdout else ""
                if not line:
                    raise RuntimeError(log.read_text(encoding="utf-8"))
                yield process.pid, urlsplit(line.split()[0]).netloc
            finally:
                process.terminate()


def _load(server: int, address: str, queries: Sequence[str], users: int, seconds: float) -> Load:
    """So many users for so long."""
    say(f"{users} users")
    processes = _all(server)
    end, cpu, began = perf_counter() + seconds, sum(map(_cpu, processes)), perf_counter()
    with ThreadPoolExecutor(users) as pool:
        asking = [pool.submit(_ask, address, queries[number::users] or queries, end) for number in range(users)]
    took = perf_counter() - began
    every = [milliseconds for one in asking for milliseconds in one.result()]
    cuts = quantiles(every, n=100, method="inclusive") if len(every) > 1 else every * 99
    cpu = (sum(map(_cpu, processes)) - cpu) * 1000 / len(every)
    return Load(users, len(every), cuts[49], cuts[94], cuts[98], len(every) / took, cpu)


def _ask(address: str, queries: Sequence[str], end: float) -> list[float]:
    """One user: asks until the end, and at least once; the milliseconds of each answer."""
    found: list[float] = []
    with closing(HTTPConnection(address)) as connection:
        for query in cycle(queries):
            began = perf_counter()
            _answer(connection, query)
            found.append((perf_counter() - began) * 1000)
            if perf_counter() >= end:
                break
    return found


def _answer(connection: HTTPConnection, query: str) -> None:
    headers = {"Accept-Encoding": "gzip", "Accept": "text/html", "Accept-Language": "ja"}
    connection.request("GET", f"/search?{urlencode({'q': query})}", headers=headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{query}: {answer.status}")


# ------------------------------------------------------------------------------------------- what Linux says (/proc)


def _cpu(process: int) -> float:
    """Seconds of CPU that a process has used (proc(5): utime and stime, behind the name in brackets)."""
    numbers = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def _all(process: int) -> list[int]:
    """A process with its children."""
    return [process] + [
        int(child)
        for found in Path(f"/proc/{process}/task").glob("*/children")
        for child in found.read_text(encoding="ascii").split()
    ]


def _command(process: int) -> str:
    """What of ``kb`` it runs: the word behind the data folder."""
    words = Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8").split("\0")
    return words[words.index("--data") + 2]


def _share(process: int) -> int:
    """Its memory in bytes; of what n processes share, the n-th part."""
    return _bytes(process, "smaps_rollup", "Pss:")


def _peak(process: int) -> int:
    """The most memory that a process has had, in bytes."""
    return _bytes(process, "status", "VmHWM")


def _bytes(process: int, file: str, what: str) -> int:
    lines = Path(f"/proc/{process}/{file}").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


if __name__ == "__main__":
    main()
