"""Which places there are: all municipalities of Japan, a home prefecture, and a gazetteer of one's own.

``documents/places.tsv`` says which prefecture is home and, where needed, what else there is in it, one a line,
separated by tabs: code, name, reading, column and row on the map, and names
by which texts may call it (without 市 or 町).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

from kb import Config, KbError

FILE = "places.tsv"
"""Its name in the folder ``documents``."""

HOME = "都道府県"
"""What the line that names the home prefecture begins with."""

PREFECTURES = (
    *("北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県", "埼玉県"),
    *("千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県"),
    *("愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県"),
    *("広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県"),
    *("宮崎県", "鹿児島県", "沖縄県"),
)

#: One character for one, so that places in the text stay: 茅ヶ崎 is 茅ケ崎, 龍ケ崎 is 竜ヶ崎.
_FOLDING = str.maketrans("ヶｹヵ龍檜﨑淵髙瀨", "ケケカ竜桧崎渕高瀬")

_WARD = re.compile(r"(.+?市)(.+区)")

#: How many columns and rows a map may have: those that the style sheet knows.
MOST = 24


class GazetteerError(KbError):
    """The gazetteer in the data folder cannot be used."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality, or a ward of one."""

    code: str
    """全国地方公共団体コード: five digits as in JIS X 0402, or six with the check digit."""
    prefecture: str
    name: str
    """With its city, for a ward: 横浜市鶴見区."""
    kana: str = ""
    column: int | None = None
    row: int | None = None
    """Where its tile lies on the map, from 1."""
    short: tuple[str, ...] = ()
    """Names without 市 or 町 that its own gazetteer allows."""

    @property
    def city(self) -> str:
        """The city that it is a ward of; empty for a municipality."""
        match = _WARD.fullmatch(self.name)
        return match[1] if match else ""

    @property
    def ward(self) -> str:
        """The ward's own name: 鶴見区; empty for a municipality."""
        return self.name.removeprefix(self.city) if self.city else ""


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """All places, and which of them are at home. There is one for each data folder."""

    places: tuple[Place, ...]
    home: str = ""
    """The home prefecture; empty if none has been chosen."""
    names: frozenset[str] = field(default_factory=frozenset)
    """Prefectures, the home one included: it may be in no table."""

    @cached_property
    def by_code(self) -> dict[str, Place]:
        """The place of each code."""
        return {place.code: place for place in self.places}

    @cached_property
    def by_name(self) -> dict[str, tuple[Place, ...]]:
        """The places of each folded name, wards also by their own (鶴見区)."""
        return _grouped((fold(name), place) for place in self.places for name in (place.name, place.ward) if name)

    @cached_property
    def bare(self) -> dict[str, Place]:
        """The municipalities at home by their folded names without 市, 町 and 村."""
        return {fold(name): place for place in self.at_home for name in _bare(place) if len(name) > 1}

    @cached_property
    def at_home(self) -> tuple[Place, ...]:
        """The municipalities of the home prefecture, its wards left out."""
        return tuple(place for place in self.places if self.home and place.prefecture == self.home and not place.city)

    @cached_property
    def longest(self) -> int:
        """Length of the longest name."""
        return max(map(len, self.by_name), default=0)

    def label(self, code: str) -> str:
        """The name of a place; with its prefecture, if that is another one or nobody has said which is home."""
        place = self.by_code.get(code)
        if place is None:
            return code
        return place.name if place.prefecture == self.home else f"{place.name}（{place.prefecture}）"

    def wards(self, city: Place) -> list[Place]:
        """The wards of a city."""
        return [place for place in self.places if place.city == city.name and place.prefecture == city.prefecture]

    def city_of(self, ward: Place) -> Place | None:
        """The city of a ward."""
        found = self.by_name.get(fold(ward.city), ())
        return next((place for place in found if place.prefecture == ward.prefecture), None)


def fold(text: str) -> str:
    """A text in which spellings of one name are the same; of the same length."""
    return text.translate(_FOLDING)


def load(config: Config) -> Gazetteer:
    """The places as the data folder had it at the start: like any other setting, a change counts from the next one.

    Raises:
        GazetteerError: ``places.tsv`` cannot be read, or a line of it makes no sense.

    """
    return _of_file(config.documents / FILE)


@lru_cache(maxsize=8)
def _of_file(path: Path) -> Gazetteer:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return _nationwide()
    except (OSError, UnicodeDecodeError) as error:
        fix = "UTF-8で保存し、読み取りの権限を確かめてください。"
        raise GazetteerError(str(path), "読み取れません。", fix) from error
    return own(lines, str(path))


@lru_cache(maxsize=1)
def _nationwide() -> Gazetteer:
    lines = files("kb_places").joinpath("municipalities.tsv").read_text(encoding="utf-8").splitlines()
    cells = (line.split("\t") for line in lines if not line.startswith("#"))
    places = tuple(Place(code, prefecture, name, kana) for code, prefecture, name, kana in cells)
    return Gazetteer(places, names=frozenset(PREFECTURES))


def own(lines: Iterable[str], name: str = FILE) -> Gazetteer:
    """All places with those that the lines of a ``places.tsv`` add.

    Raises:
        GazetteerError: a line makes no sense.

    """
    home, added = "", dict[str, Place]()
    known = _nationwide().by_code
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line.split("\t")]
        if not line.strip() or line.startswith("#"):
            continue
        if cells[0] == HOME and len(cells) > 1:
            home = cells[1]
            continue
        place = _place(cells, home, known)
        if place is None:
            fix = "「コード、名前、よみ、列、行、別名」をタブで区切り、初めに「都道府県」の行を置いてください。"
            raise GazetteerError(f"{name} の{number}行目", "読み取れません。", fix)
        added[place.code] = place
    kept = [place for place in _nationwide().places if place.code not in added]
    places = sorted((*kept, *added.values()), key=lambda place: place.code)
    return Gazetteer(tuple(places), home, frozenset(PREFECTURES) | ({home} if home else set()))


def _place(cells: list[str], home: str, known: dict[str, Place]) -> Place | None:
    """The place of a line; for a code of the table, what the line leaves out is as it stands there."""
    code, name, kana, column, row, short = (*cells, "", "", "", "", "")[:6]
    is_code = re.fullmatch(r"\d{5,6}", code)
    if not is_code or not home or not _is_number(column) or not _is_number(row) or not (name or code in known):
        return None
    before = known.get(code, Place(code, home, name))
    return replace(
        before,
        name=name or before.name,
        kana=kana or before.kana,
        column=int(column) if column and row else None,
        row=int(row) if column and row else None,
        short=tuple(one for one in short.split("、") if one),
    )


def _is_number(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST)


def _bare(place: Place) -> Iterator[str]:
    """What a place may be called without 市: any of the table, and of one's own what its line says."""
    yield from place.short
    if place.code in _nationwide().by_code:
        yield place.name[:-1]


def _grouped(pairs: Iterable[tuple[str, Place]]) -> dict[str, tuple[Place, ...]]:
    groups: dict[str, list[Place]] = {}
    for name, place in pairs:
        groups.setdefault(name, []).append(place)
    return {name: tuple(found) for name, found in groups.items()}
