"""The table of municipalities: made from a file of postal codes, and together with the gazetteer of a data folder."""

import csv
import io
import re

import pytest
from click.testing import CliRunner

from kb.config import load as settings_of
from kb.testing import open_library
from kb_places.build import PostalFileError, places, rows
from kb_places.gazetteer import FILE, PREFECTURES, GazetteerError, load, own

#: In the form of KEN_ALL.CSV, of a prefecture that there is not.
POSTAL = (
    ("97101", "ﾐﾄﾞﾘｹﾝ", "ｶｴﾃﾞﾊﾗｼｷﾀｸ", "ﾁｭｳｵｳ", "みどり県", "楓原市北区", "中央"),
    ("97102", "ﾐﾄﾞﾘｹﾝ", "ｶｴﾃﾞﾊﾗｼｼﾏｸ", "ﾐﾅﾄ", "みどり県", "楓原市島区", "港"),
    ("97201", "ﾐﾄﾞﾘｹﾝ", "ﾜｶﾊﾞｼ", "ﾐﾄﾞﾘﾀﾞｲ", "みどり県", "若葉市", "みどり台"),
    ("97201", "ﾐﾄﾞﾘｹﾝ", "ﾜｶﾊﾞｼ", "ﾎﾝﾏﾁ", "みどり県", "若葉市", "本町"),
    ("97301", "ﾐﾄﾞﾘｹﾝ", "ｷﾀｸﾞﾝﾏｸﾞﾝｼｵﾐﾁｮｳ", "ﾐﾅﾄ", "みどり県", "北群馬郡汐見町", "港"),
    ("97302", "ﾐﾄﾞﾘｹﾝ", "ｺｵﾘｶﾞﾜｼ", "ﾐﾅﾄ", "みどり県", "郡川市", "港"),
    ("97401", "ﾐﾄﾞﾘｹﾝ", "ﾐﾔｹｼﾞﾏﾐﾔｹﾑﾗ", "ｱｺ", "みどり県", "三宅島三宅村", "阿古"),
)


def postal_file(folder, encoding):
    out = io.StringIO()
    writer = csv.writer(out)
    for code, prefecture_kana, kana, town_kana, prefecture, name, town in POSTAL:
        writer.writerow([code, "000  ", "0000000", prefecture_kana, kana, town_kana, prefecture, name, town, *"000000"])
    path = folder / "KEN_ALL.CSV"
    path.write_bytes(out.getvalue().encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
def test_each_municipality_of_a_postal_file_is_kept_once_without_its_district(tmp_path, encoding):
    assert rows(postal_file(tmp_path, encoding)) == [
        ("97100", "みどり県", "楓原市", "カエデハラシ"),
        ("97101", "みどり県", "楓原市北区", "カエデハラシキタク"),
        ("97102", "みどり県", "楓原市島区", "カエデハラシシマク"),
        ("97201", "みどり県", "若葉市", "ワカバシ"),
        ("97301", "みどり県", "汐見町", "シオミチョウ"),
        ("97302", "みどり県", "郡川市", "コオリガワシ"),
        ("97401", "みどり県", "三宅村", "ミヤケムラ"),
    ]


def test_the_command_writes_the_table_with_its_source(tmp_path):
    out = tmp_path / "table.tsv"
    done = CliRunner().invoke(places, ["build", str(postal_file(tmp_path, "cp932")), "-o", str(out)])
    assert done.exit_code == 0, done.output
    lines = out.read_text(encoding="utf-8").splitlines()
    assert "日本郵便" in lines[1]
    assert "97201\tみどり県\t若葉市\tワカバシ" in lines


@pytest.mark.parametrize("data", ["日時,場所\n", "", "\x81"], ids=["another file", "empty", "no text"])
def test_another_file_is_refused_by_name(tmp_path, data):
    path = tmp_path / "行事.csv"
    path.write_bytes(data.encode("latin-1") if data == "\x81" else data.encode())
    with pytest.raises(PostalFileError, match=r"行事\.csv"):
        rows(path)


def test_the_table_has_every_municipality_of_the_country():
    everything = load(settings_of(environ={"KB_DATA": "no-such-folder"})).places
    assert len({place.code for place in everything}) == len(everything)
    assert {place.prefecture for place in everything} == set(PREFECTURES)
    # 792 cities, 743 towns, 183 villages and the 23 wards of Tokyo (November 2026), and the wards of 20 cities.
    own_government = [place for place in everything if not place.city]
    assert len(own_government) == 1741
    assert len({place.city for place in everything} - {""}) == 20
    for place in everything:
        assert re.fullmatch(r"\d{5}", place.code), place
        assert PREFECTURES[int(place.code[:2]) - 1] == place.prefecture
        assert place.name[-1] in "市区町村", place
        assert re.fullmatch(r"[ァ-ヶー]+(?:シ|ク|チョウ|マチ|ムラ|ソン)", place.kana), place


def test_every_ward_has_its_city_under_the_code_before_it():
    everything = own([])
    for place in everything.places:
        if place.city:
            city = everything.city_of(place)
            assert (city.name, city.code[:2]) == (place.city, place.code[:2])
            assert place.kana.startswith(city.kana)
    assert everything.by_code["22130"].name == "浜松市"


def test_a_line_for_a_known_code_adds_its_place_on_the_map():
    gazetteer = own(["# 神奈川", "都道府県\t神奈川県", "14205\t\t\t4\t5\t"])
    place = gazetteer.by_code["14205"]
    assert (place.name, place.kana, place.column, place.row) == ("藤沢市", "フジサワシ", 4, 5)
    assert gazetteer.label("14205") == "藤沢市"
    assert gazetteer.label("13101") == "千代田区（東京都）"
    assert gazetteer.label("99999") == "99999"


@pytest.mark.parametrize(
    "line",
    [
        "若葉市\tわかばし",
        "99202",
        "99202\t若葉市\tわかばし\t二\t1",
        "99202\t若葉市\tわかばし\t25\t1",
        "99202\t若葉市\tわかばし\t0\t1",
    ],
)
def test_a_line_that_makes_no_sense_is_named(line):
    with pytest.raises(GazetteerError, match="2行目"):
        own(["都道府県\tみどり県", line])


def test_a_place_before_the_home_prefecture_is_named():
    with pytest.raises(GazetteerError, match="1行目"):
        own(["99202\t若葉市\tわかばし"])


def test_the_gazetteer_of_the_data_folder_is_used(tmp_path):
    for name, home in (("a", ""), ("b", "みどり県")):
        config = settings_of(tmp_path / name, environ={})
        config.documents.mkdir(parents=True)
        if home:
            (config.documents / FILE).write_text(f"\ufeff都道府県\t{home}\n", encoding="utf-8")
        assert load(config).home == home


@pytest.mark.parametrize(
    "data", ["都道府県\tみどり県".encode("utf-16"), "若葉市\n".encode()], ids=["no text", "no line"]
)
def test_a_gazetteer_that_cannot_be_used_is_told_at_the_start_by_its_name(tmp_path, data):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / FILE).write_bytes(data)
    with pytest.raises(GazetteerError, match=r"places\.tsv"), open_library(tmp_path):
        pass
