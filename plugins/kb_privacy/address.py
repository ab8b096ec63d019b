"""Addresses below the municipality: towns with numbers, buildings, rooms. The municipality itself may stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb_privacy.finding import Certainty, Finding, Kind
from kb_privacy.passage import Passage

_N = r"(?:[0-9]{1,5}|[一二三四五六七八九十百]{1,4})"
_DASH = r"[-ー]"
_TOWN = r"(?:[一-龠々ァ-ヴー]|[ヶケヵ]|が(?=[丘岡原谷浜崎])|の(?=[宮里丘台]))"
_NUMBERS = (
    rf"{_N}丁目(?:(?:の|{_DASH})?{_N}(?:番地?|{_DASH})?(?:(?:の|{_DASH})?{_N}号?)?)?"
    rf"|{_N}番地(?!味)(?:[の{_DASH[1:-1]}]{_N})*(?:{_N}号)?"
    rf"|{_N}番{_N}号"
)
_LOTS = rf"[0-9]{{1,5}}{_DASH}[0-9]{{1,4}}(?:{_DASH}[0-9]{{1,4}}){{0,2}}(?![0-9人件円回班組年月日])"

_HOUSE = (
    r"(?:ハイツ|コーポ(?:ラス)?|メゾン|マンション|アパート|ハイム|レジデンス|パレス|ヴィラ|シャトー|カーサ|コート|フラット|ドミール|グランデ"
    r"|団地|住宅|寮|荘|ビル)"
)
_NAMED = r"[一-龠々ァ-ヴーヶケA-Za-z]{1,10}(?:[がの][一-龠々]{1,3})?"
_BUILDING = rf"(?:{_NAMED}{_HOUSE}|{_HOUSE}{_NAMED})"
_ROOM = r"(?:[0-9]{1,3}号棟|[0-9A-Z]{1,3}棟)?[ ]?(?:[0-9]{1,4}号室?|[0-9]{3,4}(?![0-9]))"

_STREET = re.compile(
    rf"(?:(?:大字|字)(?P<village>{_TOWN}{{1,8}}?)|(?P<left>{_TOWN}{{1,16}}?))??(?P<core>{_NUMBERS}|{_LOTS})"
    rf"(?P<rest>[ ]?(?:{_BUILDING}[ ]?(?:{_ROOM})?|{_ROOM}))?"
)
_HOUSED = re.compile(rf"(?P<building>{_BUILDING})(?P<room>[ ]?{_ROOM})?")
_ROOM_ALONE = re.compile(r"(?<![0-9])[0-9]{1,4}号室")
_TOWN_ALONE = re.compile(r"(?<=[市区])(?P<town>[一-龠々ァ-ヴーヶケ]{1,6}町)(?=[にのでへはを、。(]|から|在住)(?!の?(?:役場|長|議会))")
_BOUNDARY = re.compile(r".*[都道府県市区郡町村](?=.)")
_MUNICIPALITY = re.compile(r"[市区町村]\Z")
_VILLAGE = re.compile(r"(?:大字|字)[一-龠々ァ-ヴーヶケ]{1,8}")

#: Sorts of houses, not names of houses.
_SORTS = re.compile(
    r"(?:県営|市営|町営|村営|都営|府営|公営|区営|公団|公社|木造|賃貸|民間|分譲|高層|中層|低層|集合|共同|戸建|一戸建|復興|災害|仮設|老朽|単身|学生|社員"
    r"|職員|独身|高齢者|サービス付き高齢者向け|ワンルーム|家族|同じ|古い|大規模|旧|隣|別|新築|中古|持ち|大型|特定|優良|公的|国営|雑居|商業|オフィス|駅前|都市|都市型"
    r"|格安|低家賃|借家|戸|向け|用|型|者|現在|自分|実家|自宅|空き|介護|有料|福祉|支援|生活|一般|高級|鉄筋|築|年|階建|建て?|付き?)*"
)


def addresses(passage: Passage) -> Iterator[Finding]:
    """Everything below the municipality that tells where somebody lives."""
    yield from _streets(passage)
    yield from _buildings(passage)
    for found in _ROOM_ALONE.finditer(passage.plain):
        yield passage.finding(Kind.ADDRESS, found.span(), "部屋の番号です。書かないでください。", "perhaps")
    for found in _TOWN_ALONE.finditer(passage.plain):
        if not re.search(r"[市区村]", found["town"]):
            why = "市区町村より細かい地名です。市区町村までにしてください。"
            yield passage.finding(Kind.ADDRESS, found.span("town"), why, "perhaps")
    for found in _VILLAGE.finditer(passage.plain):
        if found.group().startswith("大字"):
            yield passage.finding(Kind.ADDRESS, found.span(), "大字・字は、市区町村より細かい地名です。")


def _streets(passage: Passage) -> Iterator[Finding]:
    why = "市区町村より細かい住所です。市区町村までにしてください。"
    for core in re.finditer(rf"(?<![0-9第]){_NUMBERS}|(?<![0-9第R]){_LOTS}", passage.plain):
        town = _town_before(passage.plain, core.start())
        start = core.start() - len(town)
        certainty = _street_certainty(passage.plain, core, start, town)
        if certainty:
            yield passage.finding(Kind.ADDRESS, (start, _with_building(passage.plain, core.end())), why, certainty)


def _town_before(plain: str, end: int) -> str:
    """The name of the town that stands right before the numbers, without the municipality."""
    found = re.search(rf"(?:大字|字)?{_TOWN}+\Z", plain[max(0, end - 16) : end])
    if not found:
        return ""
    run = found.group()
    boundary = _BOUNDARY.match(run)
    return run[boundary.end() :] if boundary else run


def _street_certainty(plain: str, core: re.Match[str], start: int, town: str) -> Certainty | None:
    if re.search(r"[丁番号]", core.group()):
        return "sure" if town or "番" in core.group() else "perhaps"
    if town and _MUNICIPALITY.search(plain[:start]):
        return "sure"
    if town and town[-1] in "町丁台丘":
        return "sure" if core.group().count("-") == 2 else "perhaps"
    return None


def _with_building(plain: str, end: int) -> int:
    """The end of the address, with the building and the room that follow its numbers."""
    found = re.compile(rf"[ ]?{_BUILDING}(?:[ ]?{_ROOM})?|[ ]?{_ROOM}").match(plain, end)
    return found.end() if found else end


def _buildings(passage: Passage) -> Iterator[Finding]:
    for found in _HOUSED.finditer(passage.plain):
        name = re.sub(_HOUSE, "", found["building"])
        sort = _SORTS.match(name)
        is_named = bool(name) and (sort is None or sort.end() < len(name))
        if found["room"]:
            yield passage.finding(Kind.ADDRESS, found.span(), "建物と部屋の番号です。書かないでください。")
        elif is_named:
            yield passage.finding(Kind.ADDRESS, found.span(), "建物の名前かもしれません。", "perhaps")
