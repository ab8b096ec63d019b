"""The benchmarks run, compare engines that answer the same, and say what they have found and no more."""

import re
from dataclasses import replace
from pathlib import Path
from random import Random
from xml.etree import ElementTree as ET

import pytest

from benchmarks import chart, http, kept, material, page, rerank, search, targets
from benchmarks.corpus import sections, vocabulary
from benchmarks.engines import FACETS, KINDS, size
from benchmarks.figures import (
    Answered,
    Engine,
    Kept,
    Load,
    Made,
    Process,
    Report,
    Served,
    Texts,
    Times,
    Updated,
    Written,
    times,
)
from benchmarks.questions import KINDS as QUESTIONS
from kb.search.nodes import Word

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"

# ---------------------------------------------------------------------------------------------- engines find the same


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("material")
    return folder, material.make(folder, 600, 6)


@pytest.fixture(scope="module")
def build(made, tmp_path_factory):
    """Build an engine over the sections; one that is not installed is skipped loudly."""
    built = {}

    def engine(name):
        if name not in built:
            if not KINDS[name].is_here:
                pytest.skip(f"{KINDS[name].label} is not installed: {KINDS[name].advice}")
            folder = tmp_path_factory.mktemp("engines") / name
            built[name] = folder, KINDS[name].door().create(folder)
            built[name][1].write(material.texts(made[0]))
            built[name][1].settle()
        return built[name]

    yield engine
    for _, one in built.values():
        one.close()


#: What an engine cannot be told exactly: how many words of a question, and where a sentence ends.
VAGUE = {"fts5": {"question", "phrase"}, "xapian": {"question"}}


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"whoosh"}))
def test_every_engine_finds_and_counts_what_ours_does(name, build, made):
    _, ours = build("whoosh")
    _, other = build(name)
    asked = material.asked(made[0])
    for kind in asked.kinds.keys() - VAGUE.get(name, set()):
        for node in asked.kinds[kind]:
            expected, found = (engine.search(node, material.facets_of(kind)) for engine in (ours, other))
            assert found.total == expected.total, (kind, node)
            assert {n: dict(f) for n, f in found.facets.items()} == {n: dict(f) for n, f in expected.facets.items()}
            assert len(found.best) == len(set(found.best)) == min(found.total, 10)
            if found.total <= 10:
                assert set(found.best) == set(expected.best), (kind, node)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_replaced_document_is_there_once(name, build, made):
    folder, engine = build(name)
    asked = material.asked(made[0])
    before = engine.search(asked.opening, FACETS)
    for document in asked.versions[:3]:
        engine.replace(document)
    assert engine.search(asked.opening, FACETS).total == before.total > 0
    again = KINDS[name].door().open(folder)
    assert again.search(asked.opening, FACETS).total == before.total
    again.close()


def test_every_kind_of_query_finds_something_and_some_count_facets(build, made):
    _, ours = build("whoosh")
    kinds = material.asked(made[0]).kinds
    assert list(kinds) == list(QUESTIONS)
    for kind, nodes in kinds.items():
        answers = [ours.search(node, material.facets_of(kind)) for node in nodes]
        assert any(answer.total for answer in answers), kind
        assert all(set(answer.facets) == (set(FACETS) if "facets" in kind else set()) for answer in answers)


def test_ranking_anew_is_measured_for_every_kind_of_query(capsys):
    rerank.main(["--sections", "60"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines[1:]] == [*QUESTIONS]
    assert all("alone" in line and "kept" in line for line in lines[1:])


def test_opening_query_shares_no_term_with_the_others(made):
    asked = material.asked(made[0])
    assert isinstance(asked.opening, Word)
    assert f"'{asked.opening.term}'" not in repr(asked.kinds)


def test_texts_are_timed_and_come_back_analysed(made):
    folder, texts = made
    documents = material.texts(folder)
    assert [entry.section for document in documents for entry in document] == [e.section for e in sections(600)]
    assert all(entry.analysed.body.terms for document in documents for entry in document)
    assert texts.sections == 600
    assert 0 < texts.tokenizing < texts.analysing
    assert texts.phrases >= 0


def test_sections_of_the_corpus_are_the_same_each_time():
    assert list(sections(30)) == list(sections(30))
    assert len({entry.section for entry in sections(30)}) == 30


def test_words_are_as_unevenly_frequent_as_in_real_texts():
    words = vocabulary(Random(1))
    drawn = words.draw(Random(3), 30_000)
    first, hundredth = (drawn.count(words.words[rank - 1]) for rank in (1, 100))
    assert first > 10 * hundredth > 0
    assert len(set(drawn)) > 3_000


def test_size_tells_files_that_serve_snippets_apart(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.terms").write_bytes(b"12345")
    (tmp_path / "inner" / "a.words").write_bytes(b"123")
    assert size(tmp_path) == 8
    assert size(tmp_path, ("*.words", "*words")) == 3


# ------------------------------------------------------------------------------------------------- the commands run


@pytest.mark.slow
def test_prints_figures_and_writes_page_chart_and_figures(tmp_path, capsys):
    written_to = tmp_path / "benchmarks.md"
    search.main(["--sizes", "120", "60", "--quick", "--engines", "whoosh", "stock", "--write", str(written_to)])
    printed = capsys.readouterr().out
    written = written_to.read_text(encoding="utf-8")
    for text in (printed, written):
        assert re.findall(r"^## (\d+) sections", text, re.MULTILINE) == ["60", "120"]
        assert all(f"| {kind} |" in text for kind in QUESTIONS)
        assert "|  | Whoosh files, numpy | stock Whoosh |" in text
    assert f"--sizes 120 60 --quick --engines whoosh stock --write {written_to}" in written
    _, (_, report) = kept.read(written_to).search
    ours, stock = report.engines
    assert {kind: one.matches for kind, one in ours.answered.items()} == {
        kind: one.matches for kind, one in stock.answered.items()
    }
    assert all(one.written.size > one.written.snippets >= 0 and one.peak > one.started > 0 for one in report.engines)
    assert all(one.updated.document.p95 > 0 and one.updated.times == 2 for one in report.engines)
    ET.parse(written_to.with_suffix(".svg"))


def test_missing_engine_is_left_out_loudly(monkeypatch, capsys):
    monkeypatch.setitem(KINDS, "tantivy", replace(KINDS["tantivy"], needs="a_module_that_nobody_has"))
    report = search.measure(24, search.QUICK, ("tantivy", "fts5"))
    assert [engine.name for engine in report.engines] == ["fts5"]
    assert "NOT MEASURED, for it is not installed: Tantivy" in capsys.readouterr().err
    assert "**Not measured, for it was not installed: Tantivy (pip install 'kb-csw[bench]').**" in page.tables([report])


@pytest.mark.slow
def test_results_page_is_measured_over_http(tmp_path, capsys):
    written_to, data = tmp_path / "benchmarks.md", tmp_path / "data"
    given = ["--sections", "30", "--users", "1", "3", "--quick", "--data", str(data), "--write", str(written_to)]
    http.main(given)
    assert "30 sections in 3 documents" in capsys.readouterr().out
    _, found = kept.read(written_to).http
    assert [load.users for load in found.loads] == [1, 3]
    assert all(0 < load.p50 <= load.p95 <= load.p99 and load.requests >= load.users for load in found.loads)
    assert {"serve", "work"} <= {one.name for one in found.processes}
    assert all(one.peak > 50_000_000 for one in found.processes)
    assert 50_000_000 < found.memory < sum(one.peak for one in found.processes)
    assert "| 3 |" in written_to.read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match="has been filled with 30 sections, not 42"):
        http.main(["--sections", "42", "--data", str(data)])


# ------------------------------------------------------------------------------------------ what is made of figures


def engine(name, milliseconds, *, cold=1.0, megabytes=10, cpu=1.0):
    same = Times(milliseconds / 2, milliseconds)
    answered = dict.fromkeys(QUESTIONS, Answered(3, same, Times(cold / 2, cold), same, same))
    written = Written(cpu, cpu, megabytes * 1_000_000, 0)
    return Engine(name, KINDS[name].label, written, answered, 50, Updated(3, same, same), 1, 2, 3.0)


def report(*engines):
    return Report(Texts(1_000, 400_000, tokenizing=10.0, analysing=15.0, phrases=9.0), list(engines), [])


def served(p95=40.0, server=600_000_000):
    loads = [Load(users, 100, p95 / 2, p95, p95 * 2, 50.0, 9.0) for users in (1, 8)]
    return Served(1_000, 84, loads, 1.0, 2.0, 3.0, [Process("serve", server)], server + 200_000_000, 8)


def reached(found):
    return {target.what: target.reached for target in found}


def test_targets_are_reached_up_to_the_bound_and_missed_beyond_it():
    def found(**ours):
        others = engine("stock", 100.0), engine("tantivy", 0.25), engine("fts5", 2.0, cold=30.0)
        return reached(targets.of_search(report(engine("whoosh", **{"milliseconds": 1.0} | ours), *others)))

    assert set(found().values()) == {True}
    slower = found(milliseconds=1.01)
    assert {what for what, is_reached in slower.items() if not is_reached} == {
        f"{kind}: {against}, warm p95"
        for kind in targets.HEAVY
        for against in ("stock Whoosh / ours", "ours / Tantivy")
    }
    assert [what for what, is_reached in found(cold=20.1).items() if not is_reached] == [
        "cold p95, the slowest kind (one common word)"
    ]
    assert found(milliseconds=2.0)["ours / SQLite FTS5, warm p95"] is False
    assert found(cold=30.0)["ours / SQLite FTS5, cold p95"] is False
    assert found(megabytes=16)["size of the index: ours / Tantivy"] is False
    assert found(cpu=5.1)["(analysing + indexing) / Sudachi's tokenizing alone, CPU"] is False


def test_what_was_not_measured_is_neither_reached_nor_missed():
    alone = targets.of_search(report(engine("whoosh", 1.0)))
    assert {target.reached for target in alone if "stock" in target.what or "Tantivy" in target.what} == {None}
    written = page.whole(
        Kept((Made("python -m benchmarks.search", "machine", 1.0), [report(engine("whoosh", 1.0))])), ""
    )
    assert "| phrase: ours / Tantivy, warm p95 | at most 4 |  | not measured |" in written


def test_targets_over_http():
    assert set(reached(targets.of_http(served())).values()) == {True}
    assert list(reached(targets.of_http(served(p95=50.1))).values()) == [False, True]
    assert list(reached(targets.of_http(served(server=800_000_001))).values()) == [True, False]


def test_few_queries_are_compared_with_the_same_few():
    """An engine that was asked only the first queries is compared with ours for those."""
    quick, slow = ([search.Asked([ms], [ms], 1) for ms in several] for several in ([1.0, 1.0, 90.0], [50.0, 50.0]))
    answers = [search.Answers({"phrase": asked}, {"phrase": [1.0]}, [1.0], [1.0], 1, 2) for asked in (quick, slow)]
    ours, stock = (
        search._engine(name, Written(1, 1, 1, 0), one, 1.0, 2)
        for name, one in zip(("whoosh", "stock"), answers, strict=True)
    )
    assert stock.answered["phrase"].shared.p95 / ours.answered["phrase"].shared.p95 == 50


def test_times_are_medians_and_ninety_fifths():
    assert times([float(number) for number in range(101)]) == Times(50.0, 95.0)
    assert times([7.0]) == Times(7.0, 7.0)


def test_kept_figures_come_back_as_they_were_and_commands_leave_each_other_alone(tmp_path):
    first = Kept(search=(Made("python -m benchmarks.search", "machine", 1.5), [report(engine("whoosh", 1.0))]))
    kept.write(tmp_path / "page.md", first)
    assert kept.read(tmp_path / "page.md") == first
    both = replace(kept.read(tmp_path / "page.md"), http=(Made("python -m benchmarks.http", "machine", 2.0), served()))
    kept.write(tmp_path / "page.md", both)
    assert kept.read(tmp_path / "page.md") == both
    written = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "    python -m benchmarks.search\n    python -m benchmarks.http\n" in written


def test_page_is_written_from_the_figures_as_they_are_kept(tmp_path):
    """So that writing it again from its figures gives the same page, to the last digit."""
    third = report(engine("whoosh", 1 / 3), engine("fts5", 2 / 3 + 1e-9), engine("tantivy", 0.00004999))
    kept.write(tmp_path / "page.md", Kept(search=(Made("python -m benchmarks.search", "machine", 1 / 3), [third])))
    before = [(tmp_path / "page").with_suffix(kind).read_bytes() for kind in (".md", ".svg", ".json")]
    kept.write(tmp_path / "page.md", kept.read(tmp_path / "page.md"))
    assert [(tmp_path / "page").with_suffix(kind).read_bytes() for kind in (".md", ".svg", ".json")] == before


def test_slower_engine_has_the_longer_bar():
    drawing = ET.fromstring(chart.drawn(report(engine("whoosh", 2.0), engine("fts5", 20.0), engine("stock", 2e3))))
    bars = [
        float(one.get("width")) for one in drawing.iter("{http://www.w3.org/2000/svg}rect") if one.get("x") == "170"
    ]
    assert len(bars) == 3 * len(QUESTIONS)
    first, second, third = bars[:3]
    assert third - second == pytest.approx(2 * (second - first), abs=1)


def test_kept_page_and_chart_say_what_their_figures_say():
    found = kept.read(PAGE)
    assert found.search
    assert found.http
    assert PAGE.read_text(encoding="utf-8") == page.whole(found, "benchmarks.svg")
    assert PAGE.with_suffix(".svg").read_text(encoding="utf-8") == chart.drawn(found.search[1][-1])
