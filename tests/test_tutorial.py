"""docs/tutorial.md is true: the package is built from its own blocks, passes its tests and works."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kb.kit.scaffold import create

ROOT = Path(__file__).parent.parent
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")

#: ```python kb_minutes/__init__.py
FILES = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)


def run(*command, cwd, **environ):
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "PYTEST_ADDOPTS": "-p no:cacheprovider", **environ},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The skeleton with the tutorial's files in place of its own."""
    folder = create("kb_minutes", "content-type", tmp_path_factory.mktemp("tutorial"), "議事録")
    for name, text in FILES.items():
        path = folder / name
        assert name == "minutes.txt" or path.exists() or path.name == "index.html", f"the skeleton has no {name}"
        path.write_text(text, encoding="utf-8")
    return folder


def test_it_brings_every_file_that_it_speaks_of():
    assert set(FILES) == {
        "minutes.txt",
        "kb_minutes/__init__.py",
        "kb_minutes/templates/kb_minutes/section.html",
        "kb_minutes/templates/kb_minutes/index.html",
        "tests/test_kb_minutes.py",
    }


@pytest.mark.slow
def test_its_package_passes_its_tests(package):
    assert "5 passed" in run(sys.executable, "-m", "pytest", "-q", cwd=package)


def test_its_package_is_clean(package):
    pytest.importorskip("mypy", reason="the extra 'lint' is not installed")
    run(sys.executable, "-m", "ruff", "check", "--no-cache", "--exclude", "tests", ".", cwd=package)
    run(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", ".", cwd=package)


def installed(package, target):
    """The package as pip would put it beside kb: its module, and the entry point that names it."""
    (target / "kb_minutes-0.1.0.dist-info").mkdir(parents=True)
    info = target / "kb_minutes-0.1.0.dist-info"
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kb-minutes\nVersion: 0.1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[kb.plugins]\nkb_minutes = kb_minutes\n", encoding="utf-8")
    return os.pathsep.join([str(target), str(package)])


def test_its_package_is_used_from_the_command_line(package, tmp_path):
    path = installed(package, tmp_path / "site")

    def kb(*arguments):
        return run(sys.executable, "-m", "kb", "--data", tmp_path / "data", *arguments, cwd=tmp_path, PYTHONPATH=path)

    assert "kb_minutes（0.1.0、kb-minutes）  kb_content_types、kb_views" in kb("plugin", "list")
    (outcome,) = json.loads(kb("ingest", "--json", package / "minutes.txt"))
    assert (outcome["type"], outcome["sections"]) == ("minutes", 3)
    (hit,) = json.loads(kb("search", "--json", "type:minutes", "停車"))["hits"]
    assert hit["heading"] == "移動販売車の停車場所"


def test_its_commands_exist():
    from kb.cli import cli
    from kb.cli.kit import plugin

    for line in "".join(COMMANDS).splitlines():
        words = line.split("#")[0].split()
        if words[:2] == ["kb", "plugin"]:
            assert words[2] in plugin.commands
        elif words[0] == "kb":
            assert words[1] in cli.commands
