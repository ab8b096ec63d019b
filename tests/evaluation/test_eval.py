"""``kb eval`` through the command line: a test set of one's own, and the installed collection."""

import json

import pytest

from kb.cli import main
from kb.model import AccessClass

DOCUMENTS = [
    ("d1", "ゴミ屋敷への支援", "ひとり暮らしの高齢者の家にごみが積み上がっていました。まず話を聞きました。"),
    ("d2", "ヤングケアラーの相談窓口", "家族の世話をする子どもの相談を受け付けます。\n学校とも連携します。"),
    ("d3", "ふれあいサロンのお知らせ", "毎月第二火曜日に公民館で開きます。どなたでも参加できます。"),
]
QUERIES = [("q1", "ごみ屋敷 高齢者"), ("q2", "家族の世話をする子どもはどこに相談できますか"), ("q3", "火曜日のサロン")]
QRELS = [("q1", "d1", 1), ("q2", "d2", 2), ("q2", "d3", 0), ("q3", "d3", 1)]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "みどり"
    folder.mkdir()
    documents = (json.dumps({"id": i, "title": t, "text": x}, ensure_ascii=False) for i, t, x in DOCUMENTS)
    (folder / "docs.jsonl").write_text("\n".join(documents), encoding="utf-8")
    (folder / "queries.tsv").write_text("".join(f"{q}\t{text}\n" for q, text in QUERIES), encoding="utf-8")
    (folder / "qrels.tsv").write_text("".join(f"{q}\t{d}\t{g}\n" for q, d, g in QRELS), encoding="utf-8")
    return folder


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("KB_DATA", str(tmp_path / "data"))

    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments)])
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err

    return call


def test_every_answer_first_is_worth_one(run, folder):
    code, out, _ = run("eval", folder, "--json")
    found = json.loads(out)
    assert (code, found["queries"], found["documents"], found["zero_hit_rate"]) == (0, 3, 3, 0.0)
    assert found["measures"] == {"nDCG@10": 1.0, "MRR@10": 1.0, "recall@10": 1.0, "recall@100": 1.0}
    assert 0 < found["p50_ms"] <= found["p95_ms"]


def test_a_query_that_finds_nothing_is_counted(run, folder):
    with (folder / "queries.tsv").open("a", encoding="utf-8") as file:
        file.write("q4\tぴよぴよ\n")
    with (folder / "qrels.tsv").open("a", encoding="utf-8") as file:
        file.write("q4\td1\t1\n")
    found = json.loads(run("eval", folder, "--json")[1])
    assert found["zero_hit_rate"] == 0.25
    assert found["measures"]["MRR@10"] == 0.75


def test_a_run_is_written_and_compared_with(run, folder, tmp_path):
    run_file, worse = tmp_path / "run.txt", tmp_path / "worse.txt"
    assert run("eval", folder, "--run", run_file)[0] == 0
    lines = run_file.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("q1 Q0 d1 1 ")
    worse.write_text("q1 Q0 d3 1 1.0 other\nq1 Q0 d1 2 0.5 other\n", encoding="utf-8")
    found = json.loads(run("eval", folder, "--baseline", worse, "--json")[1])["differences"]["MRR@10"]
    assert (found["better"], found["worse"], found["mean"]) == (3, 0, pytest.approx(2.5 / 3, abs=1e-5))
    same = json.loads(run("eval", folder, "--baseline", run_file, "--json")[1])["differences"]["nDCG@10"]
    assert (same["mean"], same["p"]) == (0.0, 1.0)


def test_the_table_is_for_people(run, folder):
    _, out, _ = run("eval", folder)
    assert "nDCG@10" in out
    assert "3件の問い" in out


def test_nothing_is_left_in_the_data_folder(run, folder, tmp_path):
    run("eval", folder)
    assert not list((tmp_path / "data").rglob("*.sqlite3"))


def test_without_documents_the_installed_collection_is_judged(run, folder, tmp_path):
    memo = tmp_path / "見守り.txt"
    memo.write_text("見守り訪問の申し合わせ\n\n毎月第二火曜日に民生委員と訪ねます。", encoding="utf-8")
    (taken,) = json.loads(run("ingest", "--json", memo)[1])
    (folder / "docs.jsonl").unlink()
    (folder / "queries.tsv").write_text("q1\t民生委員 火曜日\n", encoding="utf-8")
    (folder / "qrels.tsv").write_text(f"q1\t{taken['document']}\t1\n", encoding="utf-8")
    found = json.loads(run("eval", folder, "--json")[1])
    assert (found["documents"], found["measures"]["nDCG@10"]) == (None, 1.0)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("docs.jsonl", '{"id": "d1", "title": "題"}', "docs.jsonl の1行目"),
        ("docs.jsonl", "これはJSONではない", "docs.jsonl の1行目"),
        ("docs.jsonl", '{"id": 1, "text": "い"}\n{"id": 1, "text": "ろ"}', "二度あります"),
        ("queries.tsv", "q1 タブがない", "queries.tsv の1行目"),
        ("qrels.tsv", "q1\td1", "qrels.tsv の1行目"),
        ("qrels.tsv", "q9\td1\t1", "q9"),
        ("qrels.tsv", "q1\td1\t0", "答えのある問いが一つもありません"),
    ],
)
def test_a_line_that_is_none_is_told_with_its_place(run, folder, file, text, told):
    (folder / file).write_text(text, encoding="utf-8")
    code, _, err = run("eval", folder)
    assert code == 2
    assert told in err.replace("\n", "")


@pytest.mark.parametrize("file", ["queries.tsv", "qrels.tsv"])
def test_a_file_that_is_missing_is_told(run, folder, file):
    (folder / file).unlink()
    code, _, err = run("eval", folder)
    assert (code, file in err.replace("\n", "")) == (2, True)


def test_a_baseline_of_other_queries_is_refused(run, folder, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("x1 Q0 d1 1 1.0 other\n", encoding="utf-8")
    assert run("eval", folder, "--baseline", other)[0] == 2


def test_what_staff_say_should_come_up_is_judged_without_a_folder(run, tmp_path):
    from kb.testing import open_library

    code, _, err = run("eval")
    assert (code, "まだ一つも記録されていません" in err.replace("\n", "")) == (2, True)
    memo = tmp_path / "見守り.txt"
    memo.write_text("見守り訪問の申し合わせ\n\n毎月第二火曜日に民生委員と訪ねます。", encoding="utf-8")
    (taken,) = json.loads(run("ingest", "--json", memo)[1])
    with open_library(tmp_path / "data") as library:
        (section,) = library.reader(frozenset(AccessClass)).outline(taken["document"])
        library.store.searches.expect("民生委員 火曜日", section.id, "山吹")
        library.store.searches.expect("ヘリコプター", section.id, "山吹")
    found = json.loads(run("eval", "--json")[1])
    assert (found["queries"], found["measures"]["MRR@10"], found["zero_hit_rate"]) == (2, 0.5, 0.5)
