"""What must be reached (issue 5), and whether it has been: computed from the figures, never typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from benchmarks.figures import Engine, Report, Served

HEAVY = ("any of three, facets", "one common word", "three words", "phrase")
"""The kinds of queries that are compared with stock Whoosh and with Tantivy."""

#: How many times faster than stock Whoosh, and how many times slower than Tantivy at most.
FASTER, SLOWER = 100, 4

#: CPU milliseconds that a query may take which touches all of its terms for the first time.
COLD = 20

#: How many times the tokenizing that taking texts in may take, and how many times Tantivy's bytes the index.
TAKING_IN, LARGER = 2, 1.5

#: Milliseconds that a results page may take (p95) at so many users, and the server's bytes.
PAGE, USERS, MEMORY = 50, 8, 1_000_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """Something that must be reached."""

    what: str
    wanted: str
    measured: str
    reached: bool | None
    """None where it was not measured."""


def of_search(report: Report) -> list[Target]:
    """Those that ``benchmarks.search`` measures."""
    ours = report.engine("whoosh")
    if ours is None:
        return []
    stock, tantivy, fts5 = map(report.engine, ("stock", "tantivy", "fts5"))
    return [
        *(_than_stock(kind, ours, stock) for kind in HEAVY),
        *(_than_tantivy(kind, ours, tantivy) for kind in HEAVY),
        _cold(ours),
        _than_fts5("warm", ours, fts5),
        _than_fts5("cold", ours, fts5),
        _taking_in(report, ours),
        _size(ours, tantivy),
    ]


def of_http(served: Served) -> list[Target]:
    """Those that ``benchmarks.http`` measures."""
    p95 = next((load.p95 for load in served.loads if load.users == USERS), None)
    shown = f"{served.memory / 1e6:,.0f} MB ({len(served.processes)} processes)"
    return [
        _target(f"results page over HTTP, p95 at {USERS} users", f"at most {PAGE} ms", p95, "{:.1f} ms", PAGE),
        Target("memory of the server, all processes", f"at most {MEMORY / 1e9:.0f} GB", shown, served.memory <= MEMORY),
    ]


def _than_stock(kind: str, ours: Engine, stock: Engine | None) -> Target:
    """Over the queries that both were asked."""
    what, wanted = f"{kind}: stock Whoosh / ours, warm p95", f"at least {FASTER}"
    if stock is None:
        return Target(what, wanted, "", None)
    ratio = stock.answered[kind].shared.p95 / ours.answered[kind].shared.p95
    return Target(what, wanted, f"{ratio:,.0f}", ratio >= FASTER)


def _than_tantivy(kind: str, ours: Engine, tantivy: Engine | None) -> Target:
    ratio = ours.answered[kind].warm.p95 / tantivy.answered[kind].warm.p95 if tantivy else None
    return _target(f"{kind}: ours / Tantivy, warm p95", f"at most {SLOWER}", ratio, "{:.1f}", SLOWER)


def _cold(ours: Engine) -> Target:
    worst = max(ours.answered, key=lambda kind: ours.answered[kind].cold.p95)
    what = f"cold p95, the slowest kind ({worst})"
    return _target(what, f"at most {COLD} ms", ours.answered[worst].cold.p95, "{:.1f} ms", COLD)


def _than_fts5(state: Literal["warm", "cold"], ours: Engine, fts5: Engine | None) -> Target:
    """Every kind by which it is missed; else the one where it is closest."""
    what, wanted = f"ours / SQLite FTS5, {state} p95", "below 1 for every kind"
    if fts5 is None:
        return Target(what, wanted, "", None)
    ratios = {kind: _p95(ours, kind, state) / _p95(fts5, kind, state) for kind in ours.answered}
    worst = max(ratios, key=lambda kind: ratios[kind])
    missed = [kind for kind in ratios if ratios[kind] >= 1]
    told = "; ".join(f"{kind} {ratios[kind]:.2f}" for kind in missed or [worst])
    return Target(what, wanted, told if missed else f"at most {told}", not missed)


def _p95(engine: Engine, kind: str, state: Literal["warm", "cold"]) -> float:
    answered = engine.answered[kind]
    return (answered.warm if state == "warm" else answered.cold).p95


def _taking_in(report: Report, ours: Engine) -> Target:
    texts = report.texts
    ratio = (texts.analysing + ours.written.cpu) / texts.tokenizing
    more = (texts.analysing + ours.written.cpu + texts.phrases) / texts.tokenizing
    what = "(analysing + indexing) / Sudachi's tokenizing alone, CPU"
    return Target(what, f"at most {TAKING_IN}", f"{ratio:.2f} (with phrases to offer: {more:.2f})", ratio <= TAKING_IN)


def _size(ours: Engine, tantivy: Engine | None) -> Target:
    what, wanted = "size of the index: ours / Tantivy", f"at most {LARGER}"
    if tantivy is None:
        return Target(what, wanted, "", None)
    ratio = (ours.written.size - ours.written.snippets) / tantivy.written.size
    more = ours.written.size / tantivy.written.size
    return Target(what, wanted, f"{ratio:.2f} (with what snippets need: {more:.2f})", ratio <= LARGER)


def _target(what: str, wanted: str, measured: float | None, form: str, most: float) -> Target:
    if measured is None:
        return Target(what, wanted, "", None)
    return Target(what, wanted, form.format(measured), measured <= most)
