"""A test set: documents, queries, and which documents answer which query.

Three files in one folder, UTF-8: ``docs.jsonl`` (one object a line with ``id``, ``title``, ``text``), ``queries.tsv``
(qid, query) and ``qrels.tsv`` (qid, id, grade). Without ``docs.jsonl`` the ids are those of sections or documents of
the installed collection.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.errors import ConfigError

DOCUMENTS, QUERIES, QRELS = "docs.jsonl", "queries.tsv", "qrels.tsv"


@dataclass(frozen=True, slots=True)
class Text:
    """One document of a test set."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class TestSet:
    """Queries with what answers them."""

    __test__ = False  # for pytest: this is none of its classes

    name: str
    documents: Sequence[Text] | None
    """None: the installed collection."""
    queries: Mapping[str, str]
    """By query id; those that something answers."""
    grades: Mapping[str, Mapping[str, int]]
    """By query id: the grade of each document that answers, 1 or more."""


def read(folder: Path) -> TestSet:
    """The test set in a folder.

    Raises:
        ConfigError: a file is missing, or a line of it is none; the sentence names the line.

    """
    queries = dict(_pairs(folder / QUERIES))
    grades: dict[str, dict[str, int]] = {}
    for qid, identity, grade in _qrels(folder / QRELS):
        if qid not in queries:
            raise _wrong(folder / QRELS, 0, f"問い {qid} が {QUERIES} にありません。")
        if grade > 0:
            grades.setdefault(qid, {})[identity] = grade
    if not grades:
        raise _wrong(folder / QRELS, 0, "答えのある問いが一つもありません。")
    documents = _documents(folder / DOCUMENTS) if (folder / DOCUMENTS).exists() else None
    return TestSet(folder.name, documents, {qid: queries[qid] for qid in queries if qid in grades}, grades)


def of_staff(expected: Iterable[tuple[str, str]]) -> TestSet:
    """The queries and sections that staff have noted, over the installed collection.

    Raises:
        ConfigError: they have noted none.

    """
    grades: dict[str, dict[str, int]] = {}
    for query, section in expected:
        grades.setdefault(query, {})[section] = 1
    if not grades:
        fix = "画面の「見つからなかった検索」で加えるか、フォルダーを指定してください。"
        raise ConfigError("出るはずの記事", "まだ一つも記録されていません。", fix)
    return TestSet("出るはずの記事", None, {query: query for query in grades}, grades)


def _documents(path: Path) -> list[Text]:
    found: dict[str, Text] = {}
    for number, line in _lines(path):
        try:
            value = json.loads(line)
            text = Text(str(value["id"]), str(value.get("title") or ""), str(value["text"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _wrong(path, number, "id、title、text のあるJSONではありません。") from error
        if text.id in found:
            raise _wrong(path, number, f"id「{text.id}」が二度あります。")
        found[text.id] = text
    return list(found.values())


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in _lines(path):
        qid, tab, query = line.partition("\t")
        if not tab or not qid.strip() or not query.strip():
            raise _wrong(path, number, "「qid（タブ）問い」の形ではありません。")
        yield qid.strip(), query.strip()


def _qrels(path: Path) -> Iterator[tuple[str, str, int]]:
    for number, line in _lines(path):
        try:
            qid, identity, grade = line.split("\t")
            yield qid.strip(), identity.strip(), int(grade)
        except ValueError as error:
            raise _wrong(path, number, "「qid（タブ）id（タブ）段階の整数」の形ではありません。") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines with something on them; a first line that names the columns is none."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"読めません（{error}）。", "UTF-8のファイルを置いてください。") from error
    for number, line in enumerate(lines, 1):
        is_head = number == 1 and line.split("\t")[0].strip().lower() in {"qid", "query_id", "query-id"}
        if line.strip() and not is_head:
            yield number, line.rstrip("\r")


def _wrong(path: Path, number: int, reason: str) -> ConfigError:
    place = f"{path.name} の{number}行目" if number else path.name
    return ConfigError(place, reason, "docs/evaluation.md の形に直してください。")
