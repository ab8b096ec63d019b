"""Comma-separated values come as rows; prose with commas stays prose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_formats import text
from kb_formats.separated import rows_in


@pytest.mark.parametrize("charset", ["cp932", "utf-8-sig", "utf-8", "utf-16"])
def test_rows_of_cells(read, outlined, charset):
    source = '氏名,件数,備考\r\n"緑町,北",3,"二行\r\nの欄"\r\n若葉町,4,\r\n'
    extraction = read(source.encode(charset), "一覧.csv")
    assert outlined(extraction) == ["table 氏名\t件数\t備考", "table 緑町,北\t3\t二行 の欄", "table 若葉町\t4\t"]
    assert extraction.media_type == "text/csv"


def test_a_title_above_the_table(read, outlined):
    extraction = read("相談件数,,\n\n月,件数,備考\n4月,3,雪\n5月,4,\n".encode(), "一覧.csv")
    assert outlined(extraction)[:2] == ["paragraph 相談件数", "table 月\t件数\t備考"]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_whatever_parts_the_cells(read, mark):
    source = f"sep={mark}\n" if mark == "," else ""
    source += f"月{mark}件数\n4月{mark}3\n"
    assert [block.text for block in read(source.encode(), "一覧.csv").blocks] == ["月\t件数", "4月\t3"]


def test_a_table_under_another_name_is_told_by_its_regularity(read):
    assert read("月,件数,備考\n4月,3,雪\n5月,4,雨\n".encode(), "一覧.txt").media_type == "text/csv"
    assert read("月\t件数\n4月\t3\n5月\t4\n".encode(), "一覧.txt").media_type == "text/csv"


@pytest.mark.parametrize(
    "source",
    [
        "本日は,お忙しい中,ありがとう\nございます。\n次は,来月です。\n",
        "日時,3月2日\n場所,会館\n",
        "一行だけ,の,文\n",
        "■見守り\n　訪ねました。\n",
    ],
)
def test_prose_stays_prose(read, source):
    extraction = read(source.encode(), "お知らせ.txt")
    assert [block.text for block in extraction.blocks] == source.splitlines()


@pytest.mark.parametrize(
    "source", ["甲\n乙\n", 'a,b\n"開いたまま,3\n' + "次の行,4\n" * 1_000, f"甲,{'乙' * 140_000}\n"]
)
def test_what_is_no_table_comes_line_by_line_whatever_its_name(read, source):
    extraction = read(source.encode(), "一覧.csv")
    assert extraction.media_type == "text/plain"
    assert len(extraction.blocks) == source.count("\n")


def test_a_data_base_is_cut_with_a_word(read, monkeypatch):
    monkeypatch.setattr(text, "MOST_CELLS", 10)
    extraction = read("甲,乙,丙\n".encode() * 8, "一覧.csv")
    assert len(extraction.blocks) == 3
    assert "10個" in extraction.warnings[0]


@given(st.text(st.sampled_from('甲乙,"\n\t;　 1'), max_size=80), st.booleans())
def test_any_text_gives_rows_or_none(source, named):
    rows = rows_in(source, named=named)
    assert rows is None or all(any(row) and not any("\n" in cell for cell in row) for row in rows)
