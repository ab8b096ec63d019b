"""``kb plugin``, and starting without plugins."""

import json
import os
import signal
import subprocess
import sys

import pytest

from kb.cli import main
from kb.cli.session import foreseen

COMMAND = """
import click
from kb import hookimpl


@click.command("minutes")
def minutes():
    click.echo("議事録はありません")


@hookimpl
def kb_commands():
    return [minutes]
"""


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "data"
    (folder / "plugins").mkdir(parents=True)
    return folder


@pytest.fixture
def kb(home, capsys):
    """Runs ``kb``; gives exit code, stdout and stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as exit_:
            main(["--data", str(home), *arguments])
        captured = capsys.readouterr()
        return exit_.value.code, captured.out, captured.err

    return run


def test_list_names_versions_places_and_hooks(kb, home):
    (home / "plugins" / "memos.py").write_text(COMMAND, encoding="utf-8")
    code, out, _ = kb("plugin", "list")
    assert code == 0
    assert "kb_newsletters（0.1.0、kb-csw）  kb_content_types、kb_views" in out
    assert "memos（plugins/memos.py）  kb_commands" in out
    found = {plugin["plugin"]: plugin for plugin in json.loads(kb("plugin", "list", "--json")[1])}
    assert found["memos"] == {
        "plugin": "memos",
        "version": "",
        "hooks": ["kb_commands"],
        "from": "plugins/memos.py",
    }


def test_a_command_of_a_single_file_is_offered_wherever_the_data_folder_is_named(home, capsys):
    (home / "plugins" / "memos.py").write_text(COMMAND, encoding="utf-8")
    with pytest.raises(SystemExit):
        main([f"--data={home}", "minutes"])
    assert "議事録はありません" in capsys.readouterr().out


def test_a_broken_single_file_is_named_and_can_be_left_out(kb, home, monkeypatch):
    (home / "plugins" / "memos.py").write_text("1 / 0", encoding="utf-8")
    code, _, err = kb("documents")
    assert code == 4
    assert "plugins/memos.py：読み込めません（ZeroDivisionError" in err
    monkeypatch.setenv("KB_DISABLED_PLUGINS", "memos")
    assert kb("documents")[0] == 0
    monkeypatch.delenv("KB_DISABLED_PLUGINS")
    monkeypatch.setenv("KB_SAFE_MODE", "1")
    assert kb("documents")[0] == 0
    code, _, err = kb("ingest")
    assert code == 8
    assert "安全モード" in err


@pytest.mark.parametrize(
    ("arguments", "home", "safe", "without"),
    [
        (["search", "支援"], None, False, ()),
        (["serve", "--data", "a", "--no-plugins"], "a", True, ()),
        (
            ["--data=b", "serve", "--port", "0", "--without", "kb_dates", "--without=memos"],
            "b",
            False,
            ("kb_dates", "memos"),
        ),
        (["serve", "--unknown", "-x"], None, False, ()),
        (["--data"], None, False, ()),
    ],
)
def test_what_decides_on_the_plugins_is_foreseen(arguments, home, safe, without):
    found = foreseen(arguments)
    assert (str(found.home) if found.home else None) == home
    assert (found.overrides.get("safe_mode", False), found.without) == (safe, without)


class Server:
    """``kb serve`` in a process of its own."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kb", "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
        )

    def __enter__(self):
        self.first_line = self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.out, self.err = self.process.communicate(timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_serve_starts_in_spite_of_a_broken_plugin(home):
    (home / "plugins" / "memos.py").write_text("1 / 0", encoding="utf-8")
    with Server("--data", str(home)) as refused:
        pass
    assert refused.first_line == ""
    assert "plugins/memos.py" in refused.err
    with Server("--data", str(home), "--without", "memos") as without:
        assert "で見られます" in without.first_line
    with Server("--data", str(home), "--no-plugins") as safe:
        assert "で見られます" in safe.first_line
    for server in (without, safe):
        assert server.process.returncode == 0
        assert "worker ended" not in server.err  # the worker beside it leaves out the same plugins
    assert "安全モード" in safe.err


def test_new_writes_a_package_and_says_how_to_go_on(kb, tmp_path):
    code, out, _ = kb("plugin", "new", "kb_minutes", "--kind", "view", "--label", "議事録", "--into", str(tmp_path))
    assert code == 0
    assert "kb plugin check kb_minutes" in out
    assert "議事録" in (tmp_path / "kb_minutes" / "kb_minutes" / "__init__.py").read_text(encoding="utf-8")
    code, _, err = kb("plugin", "new", "kb_minutes", "--into", str(tmp_path))
    assert code == 2
    assert "既にあります" in err


BAD = """
from kb import Annotation, hookimpl


@hookimpl
def kb_annotate(section):
    return [Annotation("role", "民生委員", "民生委員", 0, 4000)]
"""


def test_check_tells_what_where_and_what_next_and_sets_the_exit_code(kb, home):
    (home / "plugins" / "roles.py").write_text(BAD, encoding="utf-8")
    code, _, err = kb("plugin", "check", "roles")
    assert code == 4
    assert "不合格 roles [文字] kb_annotate、" in err
    assert "範囲 0:4000" in err
    (first, *_) = json.loads(kb("plugin", "check", "roles", "--json")[1])
    assert set(first) == {"plugin", "check", "where", "reason", "fix"}
    (home / "plugins" / "roles.py").write_text(
        BAD.replace("0, 4000", "0, 1").replace("return [", "return section.text.strip() and [")
    )
    assert kb("plugin", "check", "roles")[:2] == (0, "合格  roles\n")


def test_check_of_a_plugin_that_is_not_there(kb):
    code, _, err = kb("plugin", "check", "kb_nothing")
    assert code == 5
    assert "kb_newsletters" in err


def test_leaving_out_a_plugin_that_is_not_there_is_a_slip(kb):
    code, _, err = kb("serve", "--without", "kb_date")
    assert code == 2
    assert "--without kb_date：この名前のプラグインはありません" in err
    assert "kb_dates" in err
