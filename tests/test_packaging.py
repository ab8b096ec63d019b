"""The wheel by itself: templates, static files and samples are in it, tests and runtime data are not."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


def run(*command, **kwargs):
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False, encoding="utf-8", **kwargs)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_what_is_needed_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    samples = tuple(f"kb/samples/{folder}/" for folder in ("newsletters", "training", "cases"))
    for needed in (
        ".py",
        "/templates/",
        "/static/",
        *samples,
        "kb_cases/vocabulary.txt",
        "kb/py.typed",
        "/migrations/versions/",
        "/skeletons/",
    ):
        assert any(needed in name for name in names), needed
    assert not [name for name in names if "/tests/" in name or ".store" in name or "search_index" in name]


def test_wheel_alone_ingests_the_samples_and_serves_a_page(wheel, tmp_path):
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv")
    scripts = "Scripts" if os.name == "nt" else "bin"
    python = tmp_path / "venv" / scripts / "python"
    place = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)  # what pip does, without reaching for a registry
    # The dependencies of the environment that runs the tests; on PYTHONPATH its editable `kb` does not count.
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([place, sysconfig.get_path("purelib")])}
    environ.pop("COVERAGE_PROCESS_START", None)

    def kb(*arguments):
        return run(python, "-m", "kb", "--data", tmp_path / "data", *arguments, cwd=tmp_path, env=environ)

    assert place in run(python, "-c", "import kb; print(kb.__file__)", cwd=tmp_path, env=environ)
    kb("samples")
    assert "失敗" not in kb("ingest")
    assert "件（1/" in kb("search", "ゴミ屋敷")
    script = (
        "import sys\nfrom pathlib import Path\nfrom kb.testing import open_library\nfrom kb.web import create_app\n"
        "with open_library(Path(sys.argv[1])) as library:\n"
        "    client = create_app(library).test_client()\n"
        "    pages = [client.get(path) for path in ('/', '/search?q=ヤングケアラー', '/newsletters/')]\n"
        "    print(*[page.status_code for page in pages])\n"
    )
    assert run(python, "-c", script, tmp_path / "data", cwd=tmp_path, env=environ).split() == ["200", "200", "200"]
