"""The table of municipalities, made from the postal codes of Japan Post (住所の郵便番号, ``KEN_ALL.CSV``).

Facts only are kept: codes, names and their readings. Both published forms are read, Shift_JIS with half-width kana and
UTF-8. In the file a ward has the name of its city before its own (横浜市鶴見区), so the cities with wards (横浜市) are
no entries of it; they are added by the rule of the code (JIS X 0402: the city's number ends in 0 before its wards').
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from kb import KbError

#: Columns of the file: the code, the readings of prefecture and municipality, and their names.
CODE, KANA, PREFECTURE, NAME = 0, 4, 6, 7

HEAD = """# 市区町村の表：コード（JIS X 0402、5けた）、都道府県、名前、よみ
# 出典：日本郵便「住所の郵便番号」（KEN_ALL.CSV の形式）から「kb places build」で作成
"""

_WARD = re.compile(r"(.+?市)(.+区)")
_DISTRICT = re.compile(r"(.+?郡)(.+[町村])|(三宅島|八丈島)(三宅村|八丈町)")


class PostalFileError(KbError):
    """The file is not one of postal codes."""

    exit_code = 2


def rows(path: Path) -> list[tuple[str, str, str, str]]:
    """Code, prefecture, name and reading of every municipality in the file, in order of their codes.

    Raises:
        PostalFileError: the file cannot be read, or is another one.

    """
    lines = list(csv.reader(_text(path).splitlines()))
    if not lines or not all(len(line) > NAME and re.fullmatch(r"\d{5}", line[CODE]) for line in lines):
        raise PostalFileError(str(path), "郵便番号のファイルではないようです。", "KEN_ALL.CSV を指定してください。")
    found: dict[str, tuple[str, str, str]] = {}
    for line in lines:
        found[line[CODE]] = line[PREFECTURE], *_without_district(line[NAME], _kana(line[KANA]))
    found |= dict(_cities(found.items()))
    return sorted((code, *rest) for code, rest in found.items())


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig") if _is_utf8(data) else data.decode("cp932")
    except (OSError, UnicodeDecodeError) as error:
        raise PostalFileError(str(path), "読み取れません。", "KEN_ALL.CSV を指定してください。") from error


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _kana(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _without_district(name: str, kana: str) -> tuple[str, str]:
    """寒川町 of 高座郡寒川町; its reading begins after the first グン."""
    match = _DISTRICT.fullmatch(name)
    if match is None:
        return name, kana
    if match[1]:
        return match[2], re.sub(r"^.+?グン(?!マグン)(?=.)", "", kana)  # キタグンマグン has another one inside
    return match[4], re.sub(r"^.*?(?=ミヤケムラ|ハチジ[ョヨ]ウマチ)", "", kana)


def _cities(found: Iterable[tuple[str, tuple[str, str, str]]]) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """The cities that only their wards tell of; their code is that of the first ward with a 0 at its end."""
    wards: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for code, (prefecture, name, kana) in sorted(found):
        if match := _WARD.fullmatch(name):
            wards.setdefault((prefecture, match[1]), []).append((code, kana))
    for (prefecture, city), of_city in wards.items():
        yield of_city[0][0][:-1] + "0", (prefecture, city, _shared([kana for _, kana in of_city]))


def _shared(readings: Sequence[str]) -> str:
    """The reading of a city: what those of its wards begin with, up to シ."""
    first, last = min(readings), max(readings)
    same = next((n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[: first.rfind("シ", 0, same) + 1]


@click.group(help="市区町村の表を扱います。")
@click.help_option("-h", "--help", help="この説明を表示して終わります。")
def places() -> None:
    """``kb places``."""


@places.command(help="日本郵便の KEN_ALL.CSV（住所の郵便番号）から、市区町村の表を作ります。")
@click.argument("file", metavar="KEN_ALL.CSV", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="書き出すファイルです。")
@click.help_option("-h", "--help", help="この説明を表示して終わります。")
def build(file: Path, output: Path) -> None:
    """Write the table."""
    table = rows(file)
    output.write_text(HEAD + "".join("\t".join(row) + "\n" for row in table), encoding="utf-8")
    click.echo(f"{output} に{len(table)}の市区町村を書き出しました。")
