"""Columns side by side in a text file."""

from hypothesis import given
from hypothesis import strategies as st

from kb_formats.gutters import in_reading_order

LEFT = [
    "■移動販売車が来る日",
    "\u3000北部の団地に、九月から移動販売車が",
    "来るようになりました。販売の日には住",
    "民がベンチを並べ、買い物のあとのおし",
    "ゃべりを楽しんでいます。",
    "\u3000売り上げは少しずつ伸び、来年からは",
    "週に二度になります。",
]
RIGHT = [
    "■空き家が縁側に",
    "亡くなった母の家を使ってほしいという",
    "申し出を受け、住民が半年かけて片づけ",
    "た家が、縁側として開きました。囲碁を",
    "打つ人も、編み物をする人も、何もしな",
    "い人もいます。",
    "",
]


def side_by_side(width):
    return [left + " " * (width - len(left)) + right for left, right in zip(LEFT, RIGHT, strict=True)]


def test_columns_are_read_one_after_the_other():
    read = [line.strip() for line in in_reading_order(side_by_side(24)) if line.strip()]
    assert read == [line.strip() for line in (*LEFT, *RIGHT) if line.strip()]


def test_running_head_and_page_number_stay_at_the_edges_of_the_page():
    page = ["社協だより", "", "", "", *side_by_side(24), "", "", "", "       - 1 -"]
    read = [line.strip() for line in in_reading_order(page) if line.strip()]
    assert (read[0], read[-1]) == ("社協だより", "- 1 -")


def test_table_is_read_row_by_row():
    table = [f"若葉市社協        生活支援の研修        令和６年９月{day}日" for day in range(1, 13)]
    assert in_reading_order(table) == table


@given(st.lists(st.text("あいう。、■  　ab", max_size=60), max_size=40))
def test_nothing_but_spaces_is_lost(lines):
    assert sorted("".join("".join(in_reading_order(lines)).split())) == sorted("".join("".join(lines).split()))
