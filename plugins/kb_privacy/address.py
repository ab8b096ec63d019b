"""Addresses below the municipality: towns with numbers, buildings, rooms.

An address begins with its municipality, if that stands before it: both are rewritten as one (A市). The prefecture
stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb_privacy.clue import Certainty, Clue, Kind
from kb_privacy.passage import Passage, is_place

_N = r"(?:[0-9]{1,5}|[一二三四五六七八九十百]{1,4})"
_DASH = r"[-ー]"
_TOWN = r"(?:[一-龠々ァ-ヴー]|[ヶケヵ]|が(?=[丘岡原谷浜崎])|の(?=[宮里丘台内手]))"
_NUMBERS = (
    rf"{_N}丁目(?:(?:の|{_DASH})?{_N}(?:番地?|{_DASH})?(?:(?:の|{_DASH})?{_N}号?)?)?"
    rf"|{_N}番地(?!味)(?:[0-9]{{1,4}}(?![0-9]))?(?:[の{_DASH[1:-1]}]{_N}(?![軒戸室階角部人]))*(?:{_N}号)?"
    rf"|{_N}番{_N}号"
)
_LOTS = rf"[0-9]{{1,5}}{_DASH}[0-9]{{1,4}}(?:{_DASH}[0-9]{{1,4}}){{0,2}}(?![0-9人件円回班組年月日])"
_CORE = re.compile(rf"(?<![0-9第]){_NUMBERS}|(?<![0-9第R]){_LOTS}")

_PREFIX_HOUSE = (
    r"(?:ハイツ|コーポ(?:ラス)?|メゾン|マンション|ハイム|レジデンス|パレス|ヴィラ|シャトー|カーサ|コート|フラット"
    r"|ドミール|グランデ)"
)
_SUFFIX_HOUSE = r"(?:アパート|団地|住宅|寮|荘|ビル)"
_HOUSE = rf"(?:{_PREFIX_HOUSE}|{_SUFFIX_HOUSE})"
_NAMED = r"[一-龠々ァ-ヴーヶケA-Za-z]{1,10}(?:[がの][一-龠々]{1,3})?"
_BUILDING = rf"(?:(?:{_NAMED})?{_PREFIX_HOUSE}{_NAMED}|{_NAMED}{_HOUSE})"
_ROOM = r"(?:[0-9]{1,3}号棟|[0-9A-Z]{1,3}棟)?[ ]?(?:[0-9]{1,4}号室?|[0-9]{3,4}(?![0-9]))"
_AFTER_NUMBERS = re.compile(rf"[ ]?{_BUILDING}(?:[ ]?{_ROOM})?|[ ]?{_ROOM}")

_HOUSED = re.compile(rf"(?P<building>{_BUILDING})(?P<room>[ ]?{_ROOM})?")
_ROOM_ALONE = re.compile(r"(?<![0-9])[0-9]{1,4}号室")
_TOWN_ALONE = re.compile(
    r"(?<=[市区])(?P<town>[一-龠々ァ-ヴーヶケ]{1,6}町)(?=[にのでへはを、。(]|から|在住)(?!の?(?:役場|長|議会))"
)
_VILLAGE = re.compile(r"大字[一-龠々ァ-ヴーヶケ]{1,8}")

#: The longest run before the numbers that is looked at: a municipality, a ward, a town.
_LONGEST = 24
_RUN = re.compile(rf"(?:{_TOWN})+\Z")
_BEFORE_MUNICIPALITY = re.compile(
    r"(?:.*県|.*?(?:東京都|北海道|京都府|大阪府))?(?:現?住所|本籍地?|自宅|実家|転居先|住まい)?"
)
_MUNICIPALITY = re.compile(
    r"(?:[^市区町村郡]{1,6}郡)?(?P<name>.[^市区町村]{0,5}?(?:町市|村市|市市|市|区|町|村))(?:[^市区町村]{1,4}区)?(?=.)"
)

#: Sorts of houses, not names of houses.
_SORTS = re.compile(
    r"(?:県営|市営|町営|村営|都営|府営|公営|区営|公団|公社|木造|賃貸|民間|分譲|高層|中層|低層|集合|共同|戸建|一戸建"
    r"|復興|災害|仮設|老朽|単身|学生|社員"
    r"|職員|独身|高齢者|サービス付き高齢者向け|ワンルーム|家族|同じ|古い|大規模|旧|隣|別|新築|中古|持ち|大型|特定"
    r"|優良|公的|国営|雑居|商業|オフィス|駅前|都市|都市型"
    r"|格安|低家賃|借家|戸|向け|用|型|者|現在|自分|実家|自宅|空き|介護|有料|福祉|支援|生活|一般|高級|鉄筋|築|年|階建"
    r"|建て?|付き?)*"
)


def addresses(passage: Passage) -> Iterator[Clue]:
    """Everything below the municipality that tells where somebody lives."""
    yield from _streets(passage)
    yield from _buildings(passage)
    for found in _ROOM_ALONE.finditer(passage.plain):
        yield passage.clue(Kind.ADDRESS, found.span(), "部屋の番号です。書かないでください。", "perhaps")
    for found in _TOWN_ALONE.finditer(passage.plain):
        if not re.search(r"[市区村]", found["town"]):
            why = "市区町村より細かい地名です。市区町村までにしてください。"
            span = _with_municipality(passage, found.start("town"))[0], found.end("town")
            yield passage.clue(Kind.ADDRESS, span, why, "perhaps")
    for found in _VILLAGE.finditer(passage.plain):
        start, _ = _with_municipality(passage, found.start())
        yield passage.clue(Kind.ADDRESS, (start, found.end()), "大字・字は、市区町村より細かい地名です。")


def municipality(address: str) -> str:
    """The municipality that an address as found begins with (若葉市, 横浜市 of 横浜市青葉区); empty if with none."""
    found = _MUNICIPALITY.match(address)
    return found["name"] if found else ""


def in_general(address: str, unit: str) -> str:
    """What may stand for an address that begins with no municipality: 市内, 集合住宅.

    ``unit`` is 市, 町, 村 or 区: what the text's municipality is.
    """
    plain = Passage(address).plain
    if _ROOM_ALONE.fullmatch(plain):
        return "一室"
    return "集合住宅" if _HOUSED.fullmatch(plain) else f"{unit}内"


def _streets(passage: Passage) -> Iterator[Clue]:
    why = "市区町村より細かい住所です。市区町村までにしてください。"
    for core in _CORE.finditer(passage.plain):
        start, town = _with_municipality(passage, core.start())
        certainty = _street_certainty(passage.plain[start : core.start()], core.group(), town)
        if certainty:
            start = start if town or municipality(passage.text[start : core.end()]) else core.start()
            yield passage.clue(Kind.ADDRESS, (start, _with_building(passage.plain, core.end())), why, certainty)


def _with_municipality(passage: Passage, end: int) -> tuple[int, str]:
    """Where the address begins whose numbers begin at ``end``, and the town between municipality and numbers."""
    floor = max(0, end - _LONGEST)
    found = _RUN.search(passage.plain[floor:end])
    if not found:
        return end, ""
    run = found.group()
    before = _BEFORE_MUNICIPALITY.match(run)
    skipped = before.end() if before else 0
    start = floor + found.start() + skipped
    named = _MUNICIPALITY.match(run[skipped:])
    if named and named.group()[0] in "市区町村":
        start = _start_of_place(passage, start)  # さいたま市: its name is no run of kanji
    return start, run[skipped + (named.end() if named else 0) :]


def _start_of_place(passage: Passage, place: int) -> int:
    """Where the place begins that has a character there; kana before 市 too, as the dictionary does not have all."""
    for word in passage.words_around(place):
        if is_place(word):
            return word.start
    kana = re.search(r"(?<![ぁ-ん])(?:に|は|で|の)?([ぁ-ん]{2,5})\Z", passage.plain[max(0, place - 6) : place])
    return place - len(kana[1]) if kana else place


def _street_certainty(before: str, core: str, town: str) -> Certainty | None:
    if re.fullmatch(rf"{_N}丁目", core) and not town:
        return None  # 一丁目の自治会: which town it is of, the text does not say
    if re.search(r"[丁番号]", core):
        return "sure" if town or "番" in core else "perhaps"
    if town and _MUNICIPALITY.match(before):
        return "sure"
    if town and town[-1] in "町丁台丘":
        return "sure" if core.count("-") == 2 else "perhaps"
    return None


def _with_building(plain: str, end: int) -> int:
    """The end of the address, with the building and the room that follow its numbers."""
    found = _AFTER_NUMBERS.match(plain, end)
    house = _HOUSED.match(found.group().lstrip()) if found else None
    return found.end() if found and (house is None or house["room"] or _is_named(house)) else end


def _is_named(house: re.Match[str]) -> bool:
    """Whether a house has a name (青葉ハイツ), not only a sort (市営住宅) or a letter already (B団地)."""
    name = re.sub(_HOUSE, "", house["building"])
    sort = _SORTS.match(name)
    return len(name) > 0 and (sort is None or sort.end() < len(name)) and not re.fullmatch("[A-Z]{1,2}", name)


def _buildings(passage: Passage) -> Iterator[Clue]:
    for found in _HOUSED.finditer(passage.plain):
        if found["room"]:
            yield passage.clue(Kind.ADDRESS, found.span(), "建物と部屋の番号です。書かないでください。")
        elif _is_named(found):
            yield passage.clue(Kind.ADDRESS, found.span(), "建物の名前かもしれません。", "perhaps")
