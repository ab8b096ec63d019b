"""The times of all engines as bars, in SVG: p95 by kind of query, on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10

from benchmarks.figures import Engine, Report

#: Colours that people who confuse red and green can tell apart (Okabe & Ito 2008).
_COLOURS = {"whoosh": "#0072b2", "tantivy": "#e69f00", "fts5": "#009e73", "xapian": "#cc79a7", "stock": "#666666"}

#: Pixels.
_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM = 900, 170, 90, 96, 46
_BAR, _GAP = 13, 14

_STYLE = (
    "text { font: 13px system-ui, 'Helvetica Neue', Arial, sans-serif; fill: #222; } "
    "text.small { font-size: 11px; } text.large { font-size: 16px; font-weight: 600; }"
)


class _Scale:
    """Milliseconds to pixels, whole powers of ten at both ends."""

    def __init__(self, values: list[float]) -> None:
        self.first, self.last = floor(log10(min(values))), max(ceil(log10(max(values))), floor(log10(min(values))) + 1)

    def at(self, milliseconds: float) -> float:
        """Where a value stands."""
        part = (log10(max(milliseconds, 10.0**self.first)) - self.first) / (self.last - self.first)
        return _LEFT + part * (_WIDTH - _LEFT - _RIGHT)


def drawn(report: Report) -> str:
    """The chart of one size: bars are warm, circles cold."""
    kinds = list(report.engines[0].answered)
    step = _BAR * len(report.engines) + _GAP
    height = _TOP + step * len(kinds) + _BOTTOM
    answered = [one for engine in report.engines for one in engine.answered.values()]
    scale = _Scale([max(value, 0.001) for one in answered for value in (one.warm.p95, one.cold.p95)])
    title = f"CPU milliseconds of a query, p95, at {report.texts.sections:,} sections"
    sizes = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {sizes} role="img" aria-labelledby="title">',
        f'<title id="title">{title}</title>',
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="16" y="26" class="large">{title} (logarithmic)</text>',
        *_legend(report.engines),
        *_grid(scale, height),
    ]
    for number, kind in enumerate(kinds):
        lines += _group(kind, report.engines, scale, _TOP + number * step + _GAP / 2)
    return "\n".join([*lines, "</svg>", ""])


def _legend(engines: Sequence[Engine]) -> Iterator[str]:
    x = 16.0
    for engine in engines:
        yield f'<rect x="{x:.0f}" y="42" width="13" height="13" fill="{_COLOURS[engine.name]}"/>'
        yield f'<text x="{x + 19:.0f}" y="53">{escape(engine.label)}</text>'
        x += 42 + 7.4 * len(engine.label)
    yield '<circle cx="22" cy="72" r="4" fill="#fff" stroke="#222" stroke-width="1.5"/>'
    yield '<text x="35" y="76" class="small">bars and first number: asked again; circles and second number: cold</text>'


def _grid(scale: _Scale, height: int) -> Iterator[str]:
    for power in range(scale.first, scale.last + 1):
        x = scale.at(10.0**power)
        yield f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{height - _BOTTOM}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{height - _BOTTOM + 18}" text-anchor="middle">{10.0**power:g}</text>'
    yield f'<text x="{_WIDTH - _RIGHT:.0f}" y="{height - 8}" text-anchor="end" class="small">milliseconds of CPU</text>'


def _group(kind: str, engines: Sequence[Engine], scale: _Scale, top: float) -> Iterator[str]:
    middle = top + _BAR * len(engines) / 2 + 4
    yield f'<text x="{_LEFT - 10}" y="{middle:.1f}" text-anchor="end">{escape(kind)}</text>'
    for number, engine in enumerate(engines):
        warm, cold = engine.answered[kind].warm.p95, engine.answered[kind].cold.p95
        y, colour = top + number * _BAR, _COLOURS[engine.name]
        width = max(scale.at(warm) - _LEFT, 1)
        far = max(scale.at(warm), scale.at(cold)) + 8
        yield f'<rect x="{_LEFT}" y="{y:.1f}" width="{width:.1f}" height="{_BAR - 2}" fill="{colour}"/>'
        yield (
            f'<circle cx="{scale.at(cold):.1f}" cy="{y + (_BAR - 2) / 2:.1f}" r="4" fill="#fff" stroke="{colour}" '
            'stroke-width="1.5"/>'
        )
        yield f'<text x="{far:.1f}" y="{y + _BAR - 3:.1f}" class="small">{_number(warm)} / {_number(cold)}</text>'


def _number(milliseconds: float) -> str:
    """Two digits that say something."""
    return f"{milliseconds:.0f}" if milliseconds >= 10 else f"{milliseconds:.2g}"
