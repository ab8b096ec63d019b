"""The documents are true: every hook is documented with its signature and a runnable example, and links lead somewhere."""

import inspect
import re
import types
from pathlib import Path

import pytest

from kb import config, hookspecs
from kb.kit.check import CHECKS
from kb.plugins import Plugins

ROOT = Path(__file__).parent.parent
PLUGINS = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
HOOKS = [name for name in vars(hookspecs) if name.startswith("kb_")]


def chapter(hook: str) -> str:
    found = re.search(rf"^## {hook}$(.*?)(?=^## |\Z)", PLUGINS, re.MULTILINE | re.DOTALL)
    assert found, f"docs/plugins.md has no chapter on {hook}"
    return found.group(1)


def fenced(text: str, kind: str) -> str:
    found = re.search(rf"```python {kind}\n(.*?)```", text, re.DOTALL)
    assert found, f"no {kind}"
    return found.group(1)


@pytest.mark.parametrize("hook", HOOKS)
def test_documented_signature_is_the_real_one(hook):
    function = getattr(hookspecs, hook)
    documented = fenced(chapter(hook), "signature").strip()
    assert documented == f"{hook}{inspect.signature(function)}".replace("'", "")


@pytest.mark.parametrize("hook", HOOKS)
def test_example_is_a_plugin_that_is_accepted_and_implements_the_hook(hook):
    module = types.ModuleType("example")
    exec(compile(fenced(chapter(hook), "example"), f"docs/plugins.md {hook}", "exec"), vars(module))
    (info,) = Plugins({"example": module}).names()
    assert info.hooks == (hook,)


@pytest.mark.parametrize("hook", HOOKS)
def test_named_users_are_the_plugins_that_implement_the_hook(hook):
    users = {info.name for info in Plugins.load().names() if hook in info.hooks}
    line = chapter(hook).split("Used by:")[1]
    assert set(re.findall(r"`(kb_\w+)`", line)) == users


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_says_why_it_exists(hook):
    assert re.search(r"^\*\*Why\.\*\* \S.{40,}", chapter(hook), re.MULTILINE), hook


def test_every_check_of_the_conformance_suite_is_explained():
    rows = re.findall(r"^\| ([^|]+) \| .+ \|$", PLUGINS.split("## Conformance")[1].split("\n## ")[0], re.MULTILINE)
    explained = [name for row in rows for name in row.split(", ")]
    assert explained[1:] == list(CHECKS)  # without the head of the table


def test_settings_page_lists_every_setting_with_its_default():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert config.reference() in page


@pytest.mark.parametrize(
    "path", sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")]), ids=lambda path: path.name
)
def test_relative_links_lead_to_files(path):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("line_start", ["python3 -m venv"])
def test_readme_has_one_line_to_start_and_one_to_test(line_start):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line for line in readme.splitlines() if line.startswith(line_start)]
    assert sum("kb serve" in line for line in lines) == 1
    assert sum("pytest" in line for line in lines) == 1
