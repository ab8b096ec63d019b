"""The command line: what it prints, the stable JSON, errors in Japanese and exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kb.cli import cli, main
from kb.cli.serving import _same_settings
from kb.cli.session import Session
from kb.config import load

ROOT = Path(__file__).parents[2]

ISSUE = """みどり県社協だより 第12号
令和4年2月15日発行

■ゴミ屋敷の片付けから始まったつながり

若葉市では、近所から相談が寄せられました。CSWは片付けを急がず、まず話を聞くことにしました。

●民生委員との見守り

令和3年12月21日、民生委員と社協が初めて一緒に訪ねました。
"""


@pytest.fixture
def kb(tmp_path, capsys):
    """Runs ``kb`` with a data folder of its own; gives exit code, stdout and stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as exit_:
            main(["--data", str(tmp_path / "data"), *arguments])
        captured = capsys.readouterr()
        return exit_.value.code, captured.out, captured.err

    return run


@pytest.fixture
def issue(tmp_path):
    path = tmp_path / "だより12.txt"
    path.write_text(ISSUE, encoding="utf-8")
    return str(path)


def test_ingest_tells_what_became_of_each_file(kb, issue):
    code, out, _ = kb("ingest", issue)
    assert code == 0
    assert "追加" in out
    assert "ニュースレター" in out
    code, out, _ = kb("ingest", issue)
    assert (code, out.strip()) == (0, "変更なし 1")


def test_ingest_reports_each_bad_file_goes_on_and_sets_the_exit_code(kb, issue, tmp_path):
    (tmp_path / "空.txt").write_bytes(b"")
    code, out, err = kb("ingest", str(tmp_path / "空.txt"), issue)
    assert code == 3
    assert "追加 1、失敗 1" in out
    assert "空.txt：" in err
    assert "Traceback" not in err


def test_ingest_json(kb, issue):
    code, out, _ = kb("ingest", "--json", issue)
    (outcome,) = json.loads(out)
    assert code == 0
    assert (outcome["file"], outcome["status"], outcome["type"]) == ("だより12.txt", "added", "newsletter")


def test_ingest_takes_folders(kb, issue, tmp_path):
    code, out, _ = kb("ingest", str(tmp_path))
    assert code == 0
    assert "追加 1" in out


def test_ingest_without_a_path_reads_the_folders_under_documents(kb, issue, tmp_path):
    folder = tmp_path / "data" / "documents" / "newsletters"
    folder.mkdir(parents=True)
    (folder / "だより.txt").write_text(ISSUE, encoding="utf-8")
    assert "追加 1" in kb("ingest")[1]


def test_source_that_cannot_be_looked_through_is_told_and_stops_no_other(kb, tmp_path):
    folder = tmp_path / "data" / "documents" / "newsletters"
    folder.mkdir(parents=True)
    (folder / "だより.txt").write_text(ISSUE, encoding="utf-8")
    (folder.parent / "feeds.toml").write_text("[[feeds]", encoding="utf-8")
    code, out, err = kb("ingest")
    assert code == 3
    assert "追加 1" in out
    assert "feeds.toml" in err


def test_search_json_is_the_stable_interface(kb, issue):
    kb("ingest", issue)
    code, out, _ = kb("search", "--json", "民生委員")
    answer = json.loads(out)
    assert code == 0
    assert answer["total"] == 1
    assert answer["took_ms"] > 0
    (hit,) = answer["hits"]
    assert set(hit) == {"document", "section", "title", "heading", "path", "page", "date", "score", "snippet"}
    assert hit["heading"] == "民生委員との見守り"
    assert hit["path"] == ["ゴミ屋敷の片付けから始まったつながり", "民生委員との見守り"]
    assert hit["date"] == "2022-02-15"
    assert "民生委員と社協" in hit["snippet"]
    assert hit["score"] > 0


def test_words_need_no_quotes_and_minus_excludes(kb, issue):
    kb("ingest", issue)
    assert json.loads(kb("search", "社協", "民生委員", "--json")[1])["total"] == 1
    assert json.loads(kb("search", "--json", "CSW", "-ゴミ屋敷")[1])["total"] == 0


def test_search_for_people(kb, issue):
    kb("ingest", issue)
    code, out, _ = kb("search", "民生委員")
    assert code == 0
    assert "1件" in out
    assert "民生委員との見守り" in out
    assert "見つかりませんでした" in kb("search", "宇宙船")[1]


def test_sections_json_is_the_stable_interface(kb, issue):
    kb("ingest", issue)
    code, out, _ = kb("sections", "--json", "だより12")
    sections = {section["heading"]: section for section in json.loads(out)}
    section = sections["民生委員との見守り"]
    assert code == 0
    assert set(section) == {"section", "heading", "path", "level", "page", "text", "annotations"}
    assert section["path"][0] == "ゴミ屋敷の片付けから始まったつながり"
    assert section["level"] > sections["ゴミ屋敷の片付けから始まったつながり"]["level"]
    (date,) = [a for a in section["annotations"] if a["kind"] == "date"]
    assert date["value"] == "2021-12-21"
    assert section["text"][date["start"] : date["end"]] == "令和3年12月21日"


def test_sections_for_people_is_a_tree(kb, issue):
    kb("ingest", issue)
    code, out, _ = kb("sections", "だより12.txt")
    assert code == 0
    assert "── 民生委員との見守り" in out


def test_documents_remove_and_reindex(kb, issue):
    kb("ingest", issue)
    (document,) = json.loads(kb("documents", "--json")[1])
    assert document["file"] == "だより12.txt"
    assert "1件" in kb("reindex")[1]
    assert "1件" in kb("reindex", "--reread")[1]
    assert kb("remove", document["document"])[0] == 0
    assert "資料はまだありません" in kb("documents")[1]


def test_plugins_lists_names_and_hooks(kb):
    code, out, _ = kb("plugins")
    assert code == 0
    assert "kb_newsletters" in out
    found = {plugin["plugin"]: plugin["hooks"] for plugin in json.loads(kb("plugins", "--json")[1])}
    assert "kb_extract" in found["kb_formats"]


def test_data_folder_may_stand_after_the_command_or_in_the_environment(issue, tmp_path, capsys, monkeypatch):
    for number, arguments in enumerate((["ingest", "--data", str(tmp_path / "a"), issue], ["ingest", issue])):
        monkeypatch.setenv("KB_DATA", str(tmp_path / "b"))
        with pytest.raises(SystemExit):
            main(arguments)
        assert "追加 1" in capsys.readouterr().out
        assert (tmp_path / "ab"[number] / "documents" / ".store").is_dir()


@pytest.mark.parametrize("folder", ["newsletters", "training", "cases"])
def test_samples_are_put_into_the_drop_folders_once(kb, tmp_path, folder):
    assert kb("samples")[0] == 0
    placed = {path.name for path in (tmp_path / "data" / "documents" / folder).iterdir()}
    assert placed == {path.name for path in (ROOT / "documents" / folder).iterdir()} != set()
    gazetteer = tmp_path / "data" / "documents" / "places.tsv"
    assert "みどり県" in gazetteer.read_text(encoding="utf-8")
    gazetteer.write_text("都道府県\t神奈川県\n", encoding="utf-8")
    assert " 0件" in kb("samples")[1]
    assert gazetteer.read_text(encoding="utf-8") == "都道府県\t神奈川県\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["sections", "ない資料"], 5, "ない資料：この資料は見つかりません"),
        (["remove", "ない資料"], 5, "この資料は見つかりません"),
        (["ingest", "ない.pdf"], 2, "このファイルはありません"),
        (["ingest", "--type", "newspaper", __file__], 2, "種類はありません"),
        (["ingest", "--access", "secret", __file__], 2, "--access の値が使えません"),
        (["search"], 2, "検索語... を指定してください"),
        (["search", "--jsno", "支援"], 2, "--jsno というオプションはありません"),
        (["search", "--page", "0", "支援"], 2, "--page の値が使えません"),
        (["serach", "支援"], 2, "serach というコマンドはありません"),
        (["reindex", "余計"], 2, "引数が多すぎます（余計）"),
        (["serve", "--port", "99999"], 2, "0から65535まで"),
    ],
)
def test_errors_are_one_japanese_sentence_with_an_exit_code(kb, arguments, code, message):
    found, _, err = kb(*arguments)
    assert found == code
    assert message in err
    assert "Traceback" not in err


def test_data_folder_that_cannot_be_made_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SystemExit) as exit_:
        main(["--data", str(tmp_path / "file" / "in"), "documents"])
    assert exit_.value.code == 2
    assert "書き込めません" in capsys.readouterr().err


def test_setting_that_cannot_be_used_is_named(kb, monkeypatch):
    monkeypatch.setenv("KB_PER_PAGE", "たくさん")
    code, _, err = kb("documents")
    assert code == 2
    assert "KB_PER_PAGE" in err


@pytest.mark.parametrize("command", ["", *cli.commands, "synonyms"])
def test_help_is_japanese(kb, command):
    code, out, _ = kb(*filter(None, [command]), "--help")
    assert code == 0
    assert out.startswith("使い方: kb")
    assert "この説明を表示して終わります。" in out
    assert out.count("検索語") <= 1  # arguments stand in the usage line only
    for english in ("Usage", "Options", "Show this", "Commands", "[OPTIONS]", "TEXT", "INTEGER"):
        assert english not in out


def test_no_arguments_shows_the_help(capsys):
    with pytest.raises(SystemExit) as exit_:
        main([])
    assert exit_.value.code == 0
    assert "使い方" in capsys.readouterr().out


def test_it_runs_as_a_program(tmp_path, issue):
    command = [sys.executable, "-m", "kb", "--data", str(tmp_path / "data")]
    ingested = subprocess.run([*command, "ingest", issue], capture_output=True, check=False, encoding="utf-8")
    assert (ingested.returncode, "Traceback" in ingested.stderr) == (0, False)
    found = subprocess.run([*command, "search", "--json", "見守り"], capture_output=True, check=True, encoding="utf-8")
    assert json.loads(found.stdout)["total"] == 1


def test_a_plugins_command_is_offered_and_a_taken_name_refused(monkeypatch, capsys):
    import types

    import click

    from kb import hookimpl
    from kb.plugins import Plugins

    @click.command("hello-from-a-plugin")
    def hello():
        click.echo("こんにちは")

    @click.command("search")
    def taken():
        click.echo("横取り")

    def load_with(command):
        module = types.ModuleType("kb_hello")
        module.kb_commands = hookimpl(lambda: [command])
        module.kb_commands.__name__ = "kb_commands"
        monkeypatch.setattr("kb.cli.Plugins.load", lambda *_args, **_kwargs: Plugins({"kb_hello": module}))

    load_with(hello)
    monkeypatch.setattr(cli, "commands", dict(cli.commands))
    with pytest.raises(SystemExit):
        main(["hello-from-a-plugin"])
    assert "こんにちは" in capsys.readouterr().out
    load_with(taken)
    with pytest.raises(SystemExit) as exit_:
        main(["search", "支援"])
    assert exit_.value.code == 4
    assert "kb search というコマンドは既にあります" in capsys.readouterr().err


def test_a_machine_without_the_extra_for_assistants_is_told_how_to_get_it(kb, monkeypatch):
    monkeypatch.setattr("kb.cli.assistant.find_spec", lambda _: None)
    code, out, err = kb("mcp")
    assert (code, out) == (2, "")
    assert "kb-csw[mcp]" in err


def test_processes_beside_a_server_have_the_settings_that_it_was_given():
    """Otherwise they would refuse the name of the server."""
    session = Session(overrides={"host": "kb.example.jp", "port": None, "threads": 4, "safe_mode": True})
    assert _same_settings(session) == {"KB_HOST": "kb.example.jp", "KB_THREADS": "4", "KB_SAFE_MODE": "True"}
    assert load(Path("x"), _same_settings(session)).host == "kb.example.jp"
