"""SECURITY.md names a test for each class of attack, and each of these tests is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHAPTER = (ROOT / "SECURITY.md").read_text(encoding="utf-8").split("## Attacks and their tests")[1]
ROWS = [line for line in CHAPTER.splitlines() if line.startswith("| ") and "::" in line]
NAMED = re.findall(r"`((?:tests|plugins)/[\w/]+\.py)::(test_\w+)`", CHAPTER)

#: The classes of attack that issue 3 and OWASP's lists (Top Ten 2021, ASVS 5.0) ask about.
CLASSES = (
    *("Stored XSS", "Reflected XSS", "Template injection", "Active content in uploads", "Path traversal", "Zip slip"),
    *("Header injection", "XXE", "Entity expansion", "Decompression bombs", "Pixel floods", "Formula injection"),
    *("Host header", "Open redirect", "CSRF", "Session fixation", "Cookie flags", "Copied cookies", "Clickjacking"),
    *("Inline script", "Brute force", "User enumeration", "IDOR", "Disclosure of case studies", "Caches"),
    *("Insecure deserialisation", "Log injection", "Secrets in addresses and logs", "SQL injection", "ReDoS"),
    *("Query budgets", "Oversized bodies", "Slow requests", "Request smuggling", "SSRF", "Hostile extractors"),
    *("Header injection in mails", "Disclosure by mail", "Forged links in mails", "SMTP credentials", "Mail flooding"),
)


def functions_of(path):
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_each_named_test_exists(path, name):
    assert name in functions_of(ROOT / path)


@pytest.mark.parametrize("attack", CLASSES)
def test_each_class_of_attack_has_a_test(attack):
    (row,) = [row for row in ROWS if row.startswith(f"| {attack} |")]
    assert "::test_" in row


def test_each_test_of_an_attack_is_in_the_table():
    own = {
        name
        for path in Path(__file__).parent.glob("test_*.py")
        if path != Path(__file__)
        for name in functions_of(path)
    }
    assert {name for name in own if name.startswith("test_")} == {
        name for path, name in NAMED if path.startswith("tests/security/")
    }
