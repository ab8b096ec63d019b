"""The vocabulary file: one entry a line, and what is wrong with a line that is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb import KbError, Synonyms, search_key

SEPARATOR = "、"


class VocabularyError(KbError):
    """A line of a vocabulary file that cannot be read; ``subject`` is the file's name with the line's number."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Others:
    """What is looked for along with a word."""

    synonyms: tuple[str, ...]
    """Words that mean the same."""
    narrower: tuple[str, ...]
    """Words for a part of what it means."""


def read(data: bytes, name: str) -> tuple[Synonyms, ...]:
    """The entries of a vocabulary file; ``name`` is what messages call it.

    Raises:
        VocabularyError: a line is no entry.

    """
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise _error(name, number, "文字コードがUTF-8ではありません。", "UTF-8で保存し直してください。") from error
    return tuple(_entries(lines, name))


def _entries(lines: Sequence[str], name: str) -> Iterator[Synonyms]:
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            yield _entry(line, name, number)


def _entry(line: str, name: str, number: int) -> Synonyms:
    columns = line.split("\t")
    if len(columns) > 2:
        fix = "タブは同じ意味の言葉と広い言葉の間に一つだけ置いてください。"
        raise _error(name, number, f"列が{len(columns)}つあります。", fix)
    words, broader = (_words(column, name, number) for column in (columns[0], "".join(columns[1:])))
    if len(words) < (1 if broader else 2):
        raise _error(name, number, "言葉が足りません。", "同じ意味の言葉を二つ以上か、広い言葉を書いてください。")
    if twice := [word for n, word in enumerate((*words, *broader)) if word in (*words, *broader)[:n]]:
        raise _error(name, number, f"「{twice[0]}」が二度書かれています。", "一つにしてください。")
    return Synonyms(words, broader)


def _words(column: str, name: str, number: int) -> tuple[str, ...]:
    words = tuple(word.strip() for word in column.split(SEPARATOR)) if column.strip() else ()
    if "" in words:
        raise _error(name, number, "空の言葉があります。", f"「{SEPARATOR}」の続きや行の端を確かめてください。")
    return words


def _error(name: str, number: int, reason: str, fix: str) -> VocabularyError:
    return VocabularyError(f"{name} {number}行目", reason, fix)


def others(entries: Sequence[Synonyms], word: str) -> Others:
    """What is looked for along with ``word``, whatever width or case it is typed in; nothing for an unknown word."""
    key = search_key(word).strip()
    same = [other for entry in entries if key in map(search_key, entry.words) for other in entry.words]
    narrower = [other for entry in entries if key in map(search_key, entry.broader) for other in entry.words]
    synonyms = tuple(dict.fromkeys(other for other in same if search_key(other) != key))
    return Others(synonyms, tuple(dict.fromkeys(other for other in narrower if other not in same)))
