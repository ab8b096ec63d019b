"""What may stand in any case study: the council's own address, telephone, mail and names, one a line in a text file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kb import KbError, search_key

FILE = "privacy-allow.txt"
"""Its name in the data folder."""

#: What people put between the digits of a number, differently each time.
_SEPARATORS = frozenset(" -ー・.()\n\t")


class AllowListError(KbError):
    """The list of what may stand cannot be read."""

    exit_code = 2


def read_allowed(path: Path) -> frozenset[str]:
    """The entries of the file: one a line, blank lines and lines with # left out. A missing file is an empty list.

    Raises:
        AllowListError: the file is not UTF-8, or may not be read.

    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError) as error:
        raise AllowListError(
            str(path), "読み取れません。", "UTF-8で保存し、読み取りの権限を確かめてください。"
        ) from error
    return frozenset(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))


def allowed_spans(text: str, allowed: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Where ``text`` says something that is allowed, in whatever width and with whatever between the digits."""
    key, places = _squeezed(text)
    return tuple(span for entry in allowed for span in _occurrences(key, places, _squeezed(entry)[0]))


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The text without separators in its folded form, and where each character of that comes from."""
    pairs = [
        (folded, place)
        for place, character in enumerate(text)
        for folded in search_key(character)
        if folded not in _SEPARATORS
    ]
    return "".join(folded for folded, _ in pairs), [place for _, place in pairs]


def _occurrences(key: str, places: list[int], entry: str) -> Iterator[tuple[int, int]]:
    position = key.find(entry) if entry else -1
    while position >= 0:
        end = position + len(entry)
        if not _cuts_a_number(key, position) and not _cuts_a_number(key, end):
            yield places[position], places[end - 1] + 1
        position = key.find(entry, position + 1)


def _cuts_a_number(key: str, place: int) -> bool:
    return 0 < place < len(key) and key[place - 1].isdigit() and key[place].isdigit()
