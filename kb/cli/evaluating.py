"""``kb eval``: how good the search is, in figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import click
from rich.table import Table

from kb.cli.japanese import Command
from kb.cli.output import out, print_json, progress_bar
from kb.cli.session import Session, data_option, json_option
from kb.errors import ConfigError
from kb.evaluation import runs, testset, trial
from kb.evaluation.compare import Difference, difference
from kb.evaluation.measures import MEASURES, Scores, scores
from kb.evaluation.testset import TestSet
from kb.evaluation.trial import Trial
from kb.plugins import Plugins
from kb.reader import Reader

FILE = click.Path(path_type=Path)


@click.command("eval", cls=Command)
@data_option
@click.argument("folder", type=click.Path(path_type=Path), metavar="[フォルダー]", required=False)
@click.option(
    "--run", "run_file", type=click.Path(path_type=Path), metavar="ファイル", help="順位をTREC形式で書き出します。"
)
@click.option(
    "--baseline", type=click.Path(path_type=Path), metavar="ファイル", help="この順位との差を、問いごとの対で比べます。"
)
@json_option
@click.pass_obj
def evaluate(
    session: Session, folder: Path | None, run_file: Path | None, baseline: Path | None, as_json: bool
) -> None:
    """検索の良さを測ります。フォルダーに queries.tsv と qrels.tsv、あれば docs.jsonl を置きます。

    docs.jsonl があれば、それだけを一時的な場所に取り込んで測ります。なければ、今の資料で測ります。
    フォルダーを省くと、職員が記録した「出るはずの記事」で測ります。
    """
    given = testset.read(folder) if folder else _of_staff(session)
    before = _baseline(baseline, given) if baseline else None
    with _reader(session, given) as reader, progress_bar("検索", len(given.queries)) as advance:
        found = trial.run(given, reader, advance)
    if run_file:
        runs.write(run_file, found.run)
    differences = _differences(found.scores, before) if before else {}
    if as_json:
        print_json(_json(given, found, differences))
    else:
        _print(given, found, differences)


def _of_staff(session: Session) -> TestSet:
    with session.library() as library:
        return testset.of_staff((one.query, one.section) for one in library.store.searches.expectations())


@contextmanager
def _reader(session: Session, given: TestSet) -> Iterator[Reader]:
    if given.documents is None:
        with session.reader() as reader:
            yield reader
        return
    config = session.config()
    with (
        progress_bar("索引作り", len(given.documents)) as advance,
        trial.collection(given.documents, config, Plugins.of(config), advance) as reader,
    ):
        yield reader


def _baseline(path: Path, given: TestSet) -> dict[str, Scores]:
    """The scores of an earlier run on the same queries; a query that it lacks found nothing."""
    run = runs.read(path)
    if not run.keys() & given.queries.keys():
        raise ConfigError(str(path), "このフォルダーの問いが一つもありません。", "同じ問いの順位を指定してください。")
    return {qid: scores([identity for identity, _ in run.get(qid, [])], grades) for qid, grades in given.grades.items()}


def _differences(new: dict[str, Scores], old: dict[str, Scores]) -> dict[str, Difference]:
    return {
        shown: difference({q: getattr(s, name) for q, s in new.items()}, {q: getattr(old[q], name) for q in new})
        for shown, name in MEASURES.items()
    }


def _percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def _json(given: TestSet, found: Trial, differences: dict[str, Difference]) -> dict[str, Any]:
    value: dict[str, Any] = {
        "set": given.name,
        "queries": len(given.queries),
        "documents": None if given.documents is None else len(given.documents),
        "measures": {name: round(mean, 6) for name, mean in found.means.items()},
        "zero_hit_rate": round(found.empty / len(given.queries), 6),
        "p50_ms": round(_percentile(found.milliseconds, 50), 3),
        "p95_ms": round(_percentile(found.milliseconds, 95), 3),
    }
    if differences:
        value["differences"] = {
            name: {"mean": round(d.mean, 6), "better": d.better, "worse": d.worse, "p": round(d.p, 4)}
            for name, d in differences.items()
        }
    return value


def _print(given: TestSet, found: Trial, differences: dict[str, Difference]) -> None:
    place = "今の資料" if given.documents is None else f"{len(given.documents)}件の文書"
    table = Table(title=f"{given.name}：{len(given.queries)}件の問い、{place}")
    for column in ("指標", "値", *(("差", "良い / 悪い", "p") if differences else ())):
        table.add_column(column, justify="left" if column == "指標" else "right")
    for name, mean in found.means.items():
        table.add_row(name, f"{mean:.4f}", *_compared(differences.get(name)))
    table.add_row("0件の割合", f"{found.empty / len(given.queries):.4f}")
    table.add_row(
        "p50 / p95（ミリ秒）", f"{_percentile(found.milliseconds, 50):.1f} / {_percentile(found.milliseconds, 95):.1f}"
    )
    out.print(table)


def _compared(found: Difference | None) -> tuple[str, ...]:
    return (f"{found.mean:+.4f}", f"{found.better} / {found.worse}", f"{found.p:.3f}") if found else ()
