"""A plugin from outside: built, installed into a fresh virtual environment, and used from the command line."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tests" / "fixtures" / "example_events"

pytestmark = pytest.mark.slow

CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
SUMMARY:移動販売の日\r
DTSTART;TZID=Asia/Tokyo:20220315T100000\r
LOCATION:汐見団地 集会所\r
DESCRIPTION:民生委員が付き添います。\\nマイバッグを\r
 お持ちください。\r
END:VEVENT\r
END:VCALENDAR\r
"""


def run(*command, code=0, **kwargs):
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False, encoding="utf-8", **kwargs)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of a fresh environment in which the plugin is installed beside this kb."""
    folder = tmp_path_factory.mktemp("external")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
    wheels = folder / "wheels"
    run(*pip, "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", wheels, PACKAGE)
    (wheel,) = wheels.glob("example_events-1.2.0-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    found = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(*pip, "--python", found, "install", "--no-deps", "--no-index", wheel)
    place = Path(run(found, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # kb and what it needs, from the environment that runs the tests: no registry is asked.
    shared = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    (place / "shared.pth").write_text(shared, encoding="utf-8")
    return found


@pytest.fixture
def kb(python, tmp_path):
    def command(*arguments, code=0):
        left_out = {"PYTHONPATH", "COVERAGE_PROCESS_START"}
        environ = {name: value for name, value in os.environ.items() if name not in left_out} | {"PYTHONUTF8": "1"}
        words = (python, "-m", "kb", "--data", tmp_path / "data", *arguments)
        return run(*words, code=code, cwd=tmp_path, env=environ)

    return command


def test_it_is_listed_with_its_version_and_distribution(kb):
    found = {plugin["plugin"]: plugin for plugin in json.loads(kb("plugin", "list", "--json"))}
    assert (found["example_events"]["version"], found["example_events"]["from"]) == ("1.2.0", "example-events")
    assert found["example_events"]["hooks"] == ["kb_content_types", "kb_extract", "kb_views"]


def test_it_passes_the_conformance_suite_with_a_sample(kb, tmp_path):
    sample = tmp_path / "移動販売.ics"
    sample.write_text(CALENDAR, encoding="utf-8", newline="")
    assert kb("plugin", "check", "example_events", "--sample", sample) == "合格  example_events\n"


def test_its_format_and_content_type_are_used_from_the_command_line(kb, tmp_path):
    folder = tmp_path / "data" / "documents" / "events"
    folder.mkdir(parents=True)
    (folder / "移動販売.ics").write_text(CALENDAR, encoding="utf-8", newline="")
    (folder / "切れた.ics").write_text(CALENDAR[:120], encoding="utf-8", newline="")
    (outcome, broken) = sorted(json.loads(kb("ingest", "--json", code=3)), key=lambda one: one["status"])
    assert (outcome["type"], outcome["status"]) == ("event", "added")
    assert "途中で切れています" in broken["error"]
    (hit,) = json.loads(kb("search", "--json", "マイバッグをお持ち"))["hits"]
    assert hit["heading"] == "移動販売の日"
    assert json.loads(kb("search", "--json", "移動販売", "date:2022年3月"))["total"] == 1


def test_without_it_its_documents_are_still_found(kb, tmp_path, monkeypatch):
    path = tmp_path / "移動販売.ics"
    path.write_text(CALENDAR, encoding="utf-8", newline="")
    kb("ingest", path)
    monkeypatch.setenv("KB_DISABLED_PLUGINS", "example_events")
    assert "example_events" not in kb("plugin", "list")
    assert json.loads(kb("search", "--json", "移動販売"))["total"] == 1
