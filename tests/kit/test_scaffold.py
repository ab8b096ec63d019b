"""``kb plugin new``: a package that passes its own tests, and nothing that was there is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb.errors import ConfigError
from kb.kit.scaffold import KINDS, create

ROOT = Path(__file__).parents[2]


def run(*command, cwd):
    environ = {**os.environ, "PYTHONUTF8": "1", "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False, encoding="utf-8", env=environ)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_passes_its_own_tests(tmp_path, kind):
    folder = create("kb_minutes", kind, tmp_path, "議事録")
    assert "passed" in run(sys.executable, "-m", "pytest", "-q", cwd=folder)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_is_clean_and_typed(tmp_path, kind):
    pytest.importorskip("mypy", reason="the extra 'lint' is not installed")
    folder = create("kb_minutes", kind, tmp_path, "議事録")
    run(sys.executable, "-m", "ruff", "check", "--no-cache", ".", cwd=folder)
    run(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", ".", cwd=folder)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "kb plugin check kb_minutes" in readme
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()]
    assert not [word for word in ("@NAME@", "@HOW@", "@LABEL@", "@TYPE@", "@API@", "@KB@") if word in "".join(texts)]


@pytest.mark.parametrize(
    "name",
    ["", "Minutes", "kb-minutes", "議事録", "../kb_minutes", "kb_", "1kb", "class", "json", "kb", "kb_dates", "a" * 41],
)
def test_a_name_that_cannot_be_a_package_is_refused_before_anything_is_written(tmp_path, name):
    with pytest.raises(ConfigError, match=r"。"):
        create(name, "view", tmp_path, "議事録")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("label", ["", " ", '"', "a\nb", "<b>", "{{ x }}", "あ" * 41])
def test_a_label_that_would_break_out_of_its_place_is_refused(tmp_path, label):
    with pytest.raises(ConfigError, match="画面での名前に使えません"):
        create("kb_minutes", "view", tmp_path, label)


def test_nothing_is_ever_overwritten(tmp_path):
    mine = tmp_path / "kb_minutes" / "__init__.py"
    mine.parent.mkdir()
    mine.write_text("大事なもの", encoding="utf-8")
    with pytest.raises(ConfigError, match="既にあります。上書きはしません"):
        create("kb_minutes", "view", tmp_path, "議事録")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_skeletons_are_in_the_distribution():
    skeletons = {path.parent.name for path in (ROOT / "kb" / "kit" / "skeletons").rglob("module.py.txt")}
    assert skeletons == set(KINDS)
