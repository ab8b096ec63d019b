"""``kb privacy``."""

import json

import pytest
from click.testing import CliRunner

from kb.errors import KbError
from kb_privacy.command import privacy


def run(*arguments, text=None):
    return CliRunner().invoke(privacy, list(map(str, arguments)), input=text)


def test_findings_are_shown_with_place_reason_and_proposal(tmp_path):
    file = tmp_path / "case.txt"
    file.write_text("概要\n本人は田中花子さん、電話 090-1234-5678。\n", encoding="utf-8")
    result = run(file)
    assert result.exit_code == 1
    assert "2件の指摘があります。" in result.output
    assert "2行4字 氏名「田中花子」 → A" in result.output
    assert "電話番号です。伏せてください。" in result.output


def test_a_text_without_findings_says_so(tmp_path):
    result = run("-", text="Aさんは、A市に住む。")
    assert (result.exit_code, result.output) == (0, "-：指摘はありません。\n")


def test_json_has_every_field():
    result = run("-", "--json", text="佐藤さん")
    assert json.loads(result.output) == [
        {
            "file": "-",
            "line": 1,
            "column": 1,
            "kind": "name",
            "evidence": "佐藤",
            "proposal": "A",
            "certain": True,
            "why": "「佐藤」は人の名前です。記号に置き換えてください。",
        }
    ]


def test_the_allow_list_can_be_named(tmp_path):
    (tmp_path / "allow.txt").write_text("佐藤\n", encoding="utf-8")
    assert run("-", "--allow", tmp_path / "allow.txt", text="佐藤さん").exit_code == 0


@pytest.mark.parametrize("content", [None, "田中さん".encode("cp932")])
def test_what_is_no_text_is_an_error_that_says_what_to_do(tmp_path, content):
    if content:
        (tmp_path / "case.txt").write_bytes(content)
    result = run(tmp_path / "case.txt")
    assert isinstance(result.exception, KbError)
    assert "UTF-8" in str(result.exception)
