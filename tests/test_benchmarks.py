"""The benchmark runs, and compares engines that answer the same."""

import re
from pathlib import Path
from random import Random

import pytest

from benchmarks import page, rerank, search
from benchmarks.corpus import sections, vocabulary
from benchmarks.questions import KINDS

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def report():
    return search.measure(600, search.QUICK, ("whoosh", "fts5", "stock"))


def test_prints_figures_and_writes_the_page(tmp_path, capsys):
    written_to = tmp_path / "benchmarks.md"
    search.main(["--sizes", "60", "--quick", "--write", str(written_to)])
    assert "## 60 sections" in capsys.readouterr().out
    written = written_to.read_text(encoding="utf-8")
    assert f"python -m benchmarks.search --sizes 60 --quick --write {written_to}" in written
    assert all(f"| {kind} |" in written for kind in KINDS)


def test_fts5_finds_the_same(report):
    """Apart from questions (ours wants two words of four) and phrases (FTS5 knows no sentences)."""
    ours, fts5, _ = report.engines
    for kind in KINDS.keys() - {"question", "phrase"}:
        assert ours.times[kind].matches == fts5.times[kind].matches, kind


def test_stock_whoosh_finds_the_same(report):
    ours, _, stock = report.engines
    assert {kind: times.matches for kind, times in ours.times.items()} == {
        kind: times.matches for kind, times in stock.times.items()
    }


def test_every_kind_of_query_finds_something(report):
    assert all(times.matches > 0 for times in report.engines[0].times.values())


def test_each_engine_has_its_columns(report):
    head = next(line for line in page.tables([report]).splitlines() if line.startswith("| p50"))
    assert [name for name in ("Whoosh files, numpy", "SQLite FTS5", "stock Whoosh") if f"{name}: matches" in head] == [
        engine.name for engine in report.engines
    ]


def test_ranking_anew_is_measured_for_every_kind_of_query(capsys):
    rerank.main(["--sections", "60"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines[1:]] == [*KINDS]
    assert all("alone" in line and "kept" in line for line in lines[1:])


def test_the_same_seed_gives_the_same_sections():
    assert list(sections(30)) == list(sections(30))
    assert len({entry.section for entry in sections(30)}) == 30


def test_words_are_as_unevenly_frequent_as_in_real_texts():
    words = vocabulary(Random(1))
    drawn = words.draw(Random(3), 30_000)
    first, hundredth = (drawn.count(words.words[rank - 1]) for rank in (1, 100))
    assert first > 10 * hundredth > 0
    assert len(set(drawn)) > 3_000


def test_kept_page_has_the_figures_of_the_default_run():
    kept = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert [int(size.replace(",", "")) for size in re.findall(r"^## ([\d,]+) sections", kept, re.MULTILINE)] == [
        *search.SIZES
    ]
    assert all(f"| {kind} |" in kept for kind in KINDS)
