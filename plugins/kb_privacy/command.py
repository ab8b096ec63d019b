"""``kb privacy``: check a text before it is uploaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from kb import Block, Document, Finding, KbError, Section
from kb_privacy.allow import read_allowed
from kb_privacy.review import review

FOUND = 1
"""Exit code if anything was found."""


class NoTextError(KbError):
    """The file is no text that can be read."""

    exit_code = 2


@click.command()
@click.argument("files", metavar="ファイル…", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--allow", type=click.Path(path_type=Path), help="載せてよい連絡先などの一覧（privacy-allow.txt）です。")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力します。")
@click.help_option("-h", "--help", help="この説明を表示して終わります。")
def privacy(files: tuple[Path, ...], allow: Path | None, as_json: bool) -> None:
    """文章（テキストファイル）に個人情報がないか点検します。

    「-」は標準入力です。指摘があれば終了コードは1です。
    """
    allowed = read_allowed(allow) if allow else frozenset()
    texts = {str(file): _read(file) for file in files}
    found = {name: tuple(_check(text, allowed)) for name, text in texts.items()}
    if as_json:
        records = [_record(name, texts[name], one) for name, all_of_it in found.items() for one in all_of_it]
        click.echo(json.dumps(records, ensure_ascii=False, indent=2))
    else:
        for name, all_of_it in found.items():
            _show(name, texts[name], all_of_it)
    if any(found.values()):
        click.get_current_context().exit(FOUND)


def _read(file: Path) -> str:
    try:
        with click.open_file(str(file), encoding="utf-8-sig") as stream:
            return str(stream.read())
    except (OSError, UnicodeDecodeError) as error:
        fix = "UTF-8のテキストで保存するか、文章を「kb privacy -」に貼り付けてください。"
        raise NoTextError(str(file), "テキストとして読み取れません。", fix) from error


def _check(text: str, allowed: frozenset[str]) -> Iterator[Finding]:
    section = Section("", (Block(text),), id="text")
    return review(Document("", "", "", ""), [section], allowed)


def _place(text: str, finding: Finding) -> tuple[int, int]:
    """Line and column, both from 1."""
    before = text[: finding.start]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _show(name: str, text: str, findings: tuple[Finding, ...]) -> None:
    click.echo(f"{name}：{f'{len(findings)}件の指摘があります。' if findings else '指摘はありません。'}")
    for finding in findings:
        line, column = _place(text, finding)
        doubt = "" if finding.certain else "（要確認）"
        proposal = f" → {finding.proposal}" if finding.proposal else ""
        click.echo(f"  {line}行{column}字 {finding.label}{doubt}「{finding.evidence}」{proposal}")
        click.echo(f"      {finding.why}")


def _record(name: str, text: str, finding: Finding) -> dict[str, object]:
    line, column = _place(text, finding)
    return {
        "file": name,
        "line": line,
        "column": column,
        "kind": finding.kind,
        "evidence": finding.evidence,
        "proposal": finding.proposal,
        "certain": finding.certain,
        "why": finding.why,
    }
