"""Registers: each row of a table is a document that stays the same wherever it stands."""

import os
from itertools import count

import openpyxl
import pytest

from kb import Config, ExtractionError, SourceError
from kb.testing import EVERYTHING, open_library
from kb_register import kb_sources

LONG_AGO = 1_600_000_000.0
HEAD = "管理番号,事例名,概要,経過\n"
ROWS = [
    "2024-001,片付けから始まった関わり,近隣から相談があった。,4月 初回訪問\n",
    '2024-002,朝食の会,"居場所がない。\n町内会館で始めた。",6月 第1回\n',
    "2024-003,買い物の足,バス路線の廃止。,\n",
]


@pytest.fixture
def put(tmp_path):
    """Write a register into the folder, each time a second later, and all of it long ago."""
    times = count(LONG_AGO)

    def put(name, content, charset="utf-8"):
        path = tmp_path / "documents" / "registers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode(charset) if isinstance(content, str) else content)
        now = next(times)
        os.utime(path, (now, now))
        return path

    (tmp_path / "documents").mkdir()
    return put


@pytest.fixture
def source(tmp_path):
    (source,) = kb_sources(Config(home=tmp_path))
    return source


def page(source, item):
    with source.read(item) as stream:
        return stream.read().decode()


def book(path, sheets):
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return workbook


def test_each_row_is_an_item_with_its_number_as_id_and_its_title_as_name(put, source):
    put("cases.csv", HEAD + "".join(ROWS))
    assert [(item.id, item.name, item.folder) for item in source.items()] == [
        ("cases.csv#2024-001", "片付けから始まった関わり.html", "cases"),
        ("cases.csv#2024-002", "朝食の会.html", "cases"),
        ("cases.csv#2024-003", "買い物の足.html", "cases"),
    ]


def test_row_becomes_a_page_of_lines_item_and_value(put, source):
    put("cases.csv", HEAD + "".join(ROWS))
    text = page(source, "cases.csv#2024-002")
    assert "<h1>朝食の会</h1>" in text
    assert "<p>概要：居場所がない。<br>町内会館で始めた。</p>" in text
    assert "経過" not in page(source, "cases.csv#2024-003")


def test_what_a_cell_says_is_no_markup(put, source):
    put("cases.csv", HEAD + "1,<script>x</script>,a & b,\n")
    assert "<h1>&lt;script&gt;x&lt;/script&gt;</h1>" in page(source, "cases.csv#1")


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_encodings_of_excel(put, source, charset):
    put("cases.csv", HEAD + "".join(ROWS), charset)
    assert "片付けから始まった関わり.html" in [item.name for item in source.items()]


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_other_separators(put, source, mark):
    put("cases.tsv", (HEAD + ROWS[0]).replace(",", mark))
    assert [item.id for item in source.items()] == ["cases.tsv#2024-001"]


def test_sorting_the_table_anew_changes_nothing(put, source):
    put("cases.csv", HEAD + "".join(ROWS))
    before = set(source.items())
    put("cases.csv", HEAD + "".join(reversed(ROWS)))
    assert set(source.items()) == before


def test_sorting_a_table_without_numbers_changes_nothing(put, source):
    rows = [row.partition(",")[2] for row in ROWS]
    put("cases.csv", "事例名,概要,経過\n" + "".join(rows))
    before = set(source.items())
    put("cases.csv", "事例名,概要,経過\n" + "".join(reversed(rows)))
    assert set(source.items()) == before
    assert len(before) == 3


def test_edited_row_keeps_its_id_and_gets_another_stamp(put, source):
    put("cases.csv", HEAD + "".join(ROWS))
    before = list(source.items())
    put("cases.csv", HEAD + "".join([ROWS[0], ROWS[1], ROWS[2].replace("廃止", "減便")]))
    after = list(source.items())
    assert [item.id for item in after] == [item.id for item in before]
    assert [new.stamp == old.stamp for new, old in zip(after, before, strict=True)] == [True, True, False]


def test_deleted_row_is_listed_no_more_and_cannot_be_read(put, source):
    put("cases.csv", HEAD + "".join(ROWS))
    assert len(list(source.items())) == 3
    put("cases.csv", HEAD + ROWS[0])
    assert [item.id for item in source.items()] == ["cases.csv#2024-001"]
    assert source.prunes
    with pytest.raises(ExtractionError, match="もうありません"):
        source.read("cases.csv#2024-003")


def test_two_rows_of_one_number_stay_apart_in_any_order(put, source):
    twins = [ROWS[0], ROWS[1].replace("2024-002", "2024-001")]
    put("cases.csv", HEAD + "".join(twins))
    before = {item.id: item.name for item in source.items()}
    put("cases.csv", HEAD + "".join(reversed(twins)))
    assert {item.id: item.name for item in source.items()} == before
    assert len(before) == 2


def test_the_same_row_twice_is_one_item(put, source):
    put("cases.csv", HEAD + ROWS[0] + ROWS[0])
    assert [item.id for item in source.items()] == ["cases.csv#2024-001"]


def test_workbook_with_a_title_above_and_hidden_sheets(put, source):
    path = put("cases/令和6年度.xlsx", b"")
    rows = [["令和6年度 事例台帳"], [], ["No.", "題名", "経過"], [1, "朝食の会", "6月\n7月"], [2, "買い物の足", 3.5]]
    workbook = book(path, {"一覧": rows, "作業用": [["番号", "題名"], [9, "見せない"]]})
    workbook["作業用"].sheet_state = "hidden"
    workbook.save(path)
    os.utime(path, (LONG_AGO, LONG_AGO))
    items = list(source.items())
    assert [(item.id, item.name, item.folder) for item in items] == [
        ("cases/令和6年度.xlsx#1", "朝食の会.html", "cases"),
        ("cases/令和6年度.xlsx#2", "買い物の足.html", "cases"),
    ]
    assert "<p>経過：6月<br>7月</p>" in page(source, items[0].id)
    assert "<p>経過：3.5</p>" in page(source, items[1].id)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("cases.csv", "cases"),
        ("cases_令和6年度.csv", "cases"),
        ("training/中堅.csv", "training"),
    ],
)
def test_content_type_is_told_by_the_name_of_the_file_or_its_folder(put, source, name, hint):
    put(name, HEAD + ROWS[0])
    assert [item.folder for item in source.items()] == [hint]


def test_slash_in_a_title_is_none_of_a_path(put, source):
    put("cases.csv", "件名,概要\n個別支援/地域支援,両方\n")
    assert [item.name for item in source.items()] == ["個別支援／地域支援.html"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("相談台帳.csv", (HEAD + ROWS[1]).encode(), "種類が分かりません"),
        ("cases_古い.xls", b"\xd0\xcf\x11\xe0", "この形式の台帳は読み取れません"),
        ("cases_壊れた.xlsx", b"PK\x03\x04broken", "壊れて"),
        ("cases_雑.csv", b"\x00\x01\x02\xff\xfe\xfd" * 50, "文字コード"),
        ("cases_引用符.csv", (HEAD + '1,"閉じない,概要,\n').encode(), "CSVとして読めない"),
        ("cases_見出しなし.csv", "ただの一行\n".encode(), "列の名前"),
    ],
)
def test_register_that_cannot_be_read_is_told_after_the_others(put, source, name, content, reason):
    put("cases.csv", HEAD + ROWS[0])
    put(name, content)
    listed = []
    with pytest.raises(SourceError) as caught:
        listed.extend(source.items())
    assert name in caught.value.reason
    assert reason in caught.value.reason
    assert caught.value.fix


def test_too_many_rows_are_refused(put, source):
    put("cases.csv", "番号,題名\n" + "".join(f"{n},題\n" for n in range(20_001)))
    with pytest.raises(SourceError, match="20,000"):
        list(source.items())


def test_no_folder_of_registers_is_no_error_but_no_data_folder_is(put, tmp_path):
    (source,) = kb_sources(Config(home=tmp_path))
    assert list(source.items()) == []
    (elsewhere,) = kb_sources(Config(home=tmp_path / "ない"))
    with pytest.raises(SourceError, match="見られません"):
        list(elsewhere.items())


def test_nothing_outside_of_the_folder_is_read(put, source, tmp_path):
    put("cases.csv", HEAD + ROWS[0])
    (tmp_path / "documents" / "秘密.csv").write_text(HEAD + ROWS[1], encoding="utf-8")
    with pytest.raises(ExtractionError, match="もうありません"):
        source.read("../秘密.csv#2024-002")


def test_deleted_row_goes_to_the_bin_and_comes_back_with_the_row(put, tmp_path):
    head = "番号,題名,内容\n"
    rows = ["1,見守りのお知らせ,毎週火曜日に訪問します。\n", "2,朝食の会,土曜に開きます。\n"]
    put("newsletters.csv", head + "".join(rows))
    with open_library(tmp_path) as library:

        def run():
            done = library.look_through("register")
            library.work_off()
            return done.accepted, done.binned

        def titles():
            return {document.title for document in library.store.catalogue.documents(EVERYTHING)}

        assert run() == (2, 0)
        assert titles() == {"見守りのお知らせ", "朝食の会"}
        put("newsletters.csv", head + rows[1])
        assert run() == (0, 1)
        assert titles() == {"朝食の会"}
        put("newsletters.csv", head + "".join(rows))
        run()
        assert titles() == {"見守りのお知らせ", "朝食の会"}


def test_rows_are_taken_in_once_and_updated_when_edited(put, tmp_path):
    put("newsletters.csv", "番号,題名,内容\n1,見守りのお知らせ,毎週火曜日に訪問します。\n2,朝食の会,土曜に開きます。\n")
    with open_library(tmp_path) as library:

        def run():
            return [(o.status, o.document.title) for o in library.ingest_offers(library.offers())]

        assert run() == [("added", "見守りのお知らせ"), ("added", "朝食の会")]
        assert [status for status, _ in run()] == ["unchanged", "unchanged"]
        put(
            "newsletters.csv",
            "番号,題名,内容\n2,朝食の会,日曜に変わりました。\n1,見守りのお知らせ,毎週火曜日に訪問します。\n",
        )
        assert run() == [("updated", "朝食の会"), ("unchanged", "見守りのお知らせ")]
        assert {document.type for document in library.store.drafts.documents(EVERYTHING)} == {"newsletter"}
