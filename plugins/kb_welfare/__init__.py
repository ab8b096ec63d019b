"""The vocabulary of social welfare: other words for what people type, and a command that shows them.

The words are in ``synonyms.tsv``, which says itself how it is written.
"""

from __future__ import annotations

import json
from importlib.resources import files

import click

from kb import NotFoundError, Synonyms, hookimpl
from kb_welfare.vocabulary import others, read

FILE = "synonyms.tsv"


def vocabulary() -> tuple[Synonyms, ...]:
    """The entries of ``synonyms.tsv``.

    Raises:
        VocabularyError: a line of it is no entry.

    """
    return read(files("kb_welfare").joinpath(FILE).read_bytes(), FILE)


@click.command()
@click.argument("word", metavar="語")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力します。")
@click.help_option("-h", "--help", help="この説明を表示して終わります。")
def synonyms(word: str, as_json: bool) -> None:
    """その語と一緒に検索される語（類語と、より狭い語）を表示します。"""
    found = others(vocabulary(), word)
    if not (found.synonyms or found.narrower):
        raise NotFoundError(
            word, "この語と一緒に検索される語はありません。", "別の書き方や、もとの語で試してください。"
        )
    if as_json:
        answer = {"word": word, "synonyms": found.synonyms, "narrower": found.narrower}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    click.echo(f"「{word}」で検索すると、次の語も探します。")
    for label, words in (("同じ意味の語", found.synonyms), ("より狭い語", found.narrower)):
        if words:
            click.echo(f"{label}：{'、'.join(words)}")


@hookimpl
def kb_thesaurus() -> tuple[Synonyms, ...]:
    """The words of the field."""
    return vocabulary()


@hookimpl
def kb_commands() -> list[click.Command]:
    """``kb synonyms``."""
    return [synonyms]
