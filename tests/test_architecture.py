"""The import table of the architecture: imports point one way."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: module -> (what it may import from kb, which third-party packages it may import)
CORE = {"model", "errors"}
TABLE: dict[str, tuple[set[str], set[str]]] = {
    "model": (set(), set()),
    "errors": (set(), set()),
    "hookspecs": ({"model"}, {"pluggy"}),
    "hookapi": (CORE, set()),
    "single": (CORE, set()),
    "tracing": (CORE, set()),
    "plugins": (CORE | {"hookspecs", "hookapi", "single", "tracing"}, {"pluggy", "click"}),
    "config": (CORE | {"hookspecs"}, set()),
    "codec": (CORE, set()),
    "helper": (set(), set()),
    "memory": (set(), set()),
    "supervisor": ({"helper"}, set()),
    "text": (CORE | {"text"}, set()),
    "text.sudachi": (CORE | {"text"}, {"sudachipy"}),
    # Bulk loads: hundreds of texts as arrays, for an object of Python's for each word takes longer than Sudachi does.
    **{
        f"text.{name}": (CORE | {"text"}, {"numpy"})
        for name in ("batch", "columns", "cutting", "dwelling", "keeping", "table")
    },
    "search": (CORE | {"text", "search"}, set()),
    "search.stock": (CORE | {"text", "search"}, {"whoosh"}),
    "search.arrays": (CORE | {"text", "search"}, {"numpy"}),
    "search.arrays.codec": (CORE | {"search"}, {"whoosh", "numpy"}),
    "search.whoosh": (CORE | {"text", "search"}, {"whoosh", "numpy"}),
    "store": (CORE | {"codec", "store"}, {"sqlalchemy", "alembic", "filelock"}),
    "auth": (CORE | {"store", "auth"}, {"argon2"}),
    "auth.attempts": (CORE, {"limits"}),
    "auth.oidc": (CORE, {"authlib", "joserfc", "requests"}),
    "auth.codes": (CORE | {"auth"}, {"pyotp", "segno"}),
    "ingest": (CORE | {"codec", "helper", "plugins", "store", "text", "search.index", "tracing", "ingest"}, set()),
    "ingest.analyst": (CORE | {"helper", "text", "search.index", "search.analysed", "search.fields", "ingest"}, set()),
    "ingest.worker": (CORE | {"plugins", "store", "search.home", "ingest"}, set()),
    "lexicon": (CORE | {"reader", "search.lexical", "search.query", "store", "text"}, set()),
    "evaluation": (CORE | {"library", "plugins", "reader", "search.query", "evaluation"}, set()),
    "cli.evaluating": (CORE | {"evaluation", "library", "plugins", "reader", "cli"}, {"click", "rich"}),
    "doctor": (CORE | {"library", "store", "ingest"}, set()),
    "cli.backing": (CORE | {"doctor", "store.backup", "cli", ""}, {"click", "rich", "filelock"}),
    "desk": (CORE | {"plugins", "store", "ingest", "reader"}, set()),
    "reader": (CORE | {"store", "text", "search"}, set()),
    "asked": (CORE | {"search.query"}, set()),
    "mail": (
        CORE | {"asked", "auth", "library", "reader", "store", "text.dates", "mail"},
        {"filelock", "itsdangerous"},
    ),
    "citation": (CORE | {"text"}, set()),
    "mcp_server": (
        CORE | {"", "library", "reader", "answers", "citation", "auth", "search.query"},
        {"mcp", "pydantic"},
    ),
    "cli.assistant": (CORE | {"mcp_server", "cli"}, {"click"}),
    "answers": (CORE | {"reader"}, set()),
    "library": (
        CORE | {"codec", "memory", "plugins", "store", "text", "search", "ingest", "reader", "desk", "lexicon"},
        {"filelock"},
    ),
    "web": (
        CORE
        | {"library", "reader", "answers", "asked", "desk", "lexicon", "auth", "config", "mail", "plugins", "hookapi"}
        | {"helper", "supervisor", "store.lexicon", "store.searches", "store.lists"}
        | {"search.query", "search.why", "text.cells", "text.dates", "text.normalize", "web"},
        {"flask", "flask_bootstrap", "jinja2", "markupsafe", "werkzeug", "waitress"},
    ),
    "web.forms": (CORE | {"web"}, {"flask", "flask_wtf", "wtforms"}),
    "cli": (
        CORE
        | {
            "",
            "library",
            "reader",
            "auth",
            "config",
            "mail",
            "plugins",
            "hookapi",
            "search.query",
            "ingest.intake",
            "helper",
            "memory",
            "supervisor",
            "web",
            "kit",
            "cli",
        },
        {"click", "rich"},
    ),
    "kit": (
        CORE
        | {
            "config",
            "desk",
            "hookapi",
            "hookspecs",
            "ingest",
            "library",
            "plugins",
            "single",
            "text",
            "web.app",
            "kit",
            "",
        },
        {"jinja2"},
    ),
    "__main__": ({"cli"}, set()),
    "": ({"model", "errors", "hookspecs", "hookapi", "text"}, set()),
    "testing": (CORE | {"config", "kit", "library", "plugins", "search.query", "ingest.intake"}, {"pytest"}),
}


def modules() -> list[Path]:
    return sorted(path for path in (ROOT / "kb").rglob("*.py") if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    """``kb/text/dates.py`` -> ``text.dates``; ``kb/__init__.py`` -> an empty name."""
    parts = path.relative_to(ROOT / "kb").with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def row_of(name: str) -> tuple[set[str], set[str]]:
    """The row with the longest name that ``name`` begins with."""
    return TABLE[max((row for row in TABLE if name == row or (row and name.startswith(row))), key=len)]


def imports(path: Path) -> set[str]:
    """Absolute names of everything a file imports at run time; type-only imports do not count."""
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            # `from kb.store import migrate` imports a module, `from kb.errors import KbError` does not.
            module = node.module or ""
            for alias in node.names:
                inner = ROOT / Path(*f"{module}.{alias.name}".split("."))
                is_module = inner.is_dir() or inner.with_suffix(".py").exists()
                found.add(f"{module}.{alias.name}" if is_module else module)
        pending += ast.iter_child_nodes(node)
    return found


def allowed(inside: str, permitted: set[str]) -> bool:
    return any(inside == name or (name and inside.startswith(f"{name}.")) for name in permitted)


@pytest.mark.parametrize("path", modules(), ids=lambda path: name_of(path) or "kb")
def test_module_imports_only_what_the_table_allows(path):
    from_kb, third_party = row_of(name_of(path))
    for imported in imports(path):
        top, _, inside = imported.partition(".")
        if top == "kb":
            assert allowed(inside, from_kb), f"{path.relative_to(ROOT)} imports {imported}"
        elif top not in sys.stdlib_module_names:
            assert top in third_party, f"{path.relative_to(ROOT)} imports {imported}"


@pytest.mark.parametrize("path", sorted((ROOT / "plugins").rglob("*.py")), ids=lambda path: path.stem)
def test_plugin_imports_only_the_public_api(path):
    package = path.relative_to(ROOT / "plugins").parts[0]
    for imported in imports(path):
        if imported.partition(".")[0] == "kb":
            in_tests = "tests" in path.parts
            assert imported in {"kb", "kb.web", "kb.testing"} or in_tests, f"{package} imports {imported}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: name_of(path) or "kb")
def test_core_names_no_plugin(path):
    names = {folder.name for folder in (ROOT / "plugins").iterdir() if folder.is_dir()}
    assert not {imported.partition(".")[0] for imported in imports(path)} & names


def test_only_one_file_touches_pluggy_and_one_sudachi():
    def users(package):
        return {name_of(path) for path in modules() if package in {i.partition(".")[0] for i in imports(path)}}

    assert users("pluggy") == {"hookspecs", "plugins"}
    assert users("sudachipy") == {"text.sudachi"}
