"""From blocks to sections: nothing is lost, nothing is doubled, and each section has a title that a person would use."""

from kb.model import Block
from kb.text.outline import UNTITLED, outline


def heading(text, level=1, **fields):
    return Block(text, "heading", level, **fields)


def shapes(*blocks):
    return [(one.level, one.kind, one.heading, one.text) for one in outline(blocks)]


def test_heading_begins_a_section_of_its_level():
    assert shapes(heading("■春"), Block("花が咲く。"), heading("●町", 2), Block("人が来る。"), Block("話す。")) == [
        (1, "article", "春", "花が咲く。"),
        (2, "article", "町", "人が来る。\n話す。"),
    ]


def test_marks_around_a_heading_are_not_shown_but_brackets_and_numbers_are():
    found = outline(
        [heading(text) for text in ("◆春◆", "★　夏", "【秋】", "（1）冬", "『雪』と「月」", "●", "○○市の例")]
    )
    assert [one.heading for one in found] == ["春", "夏", "【秋】", "（1）冬", "『雪』と「月」", "●", "○○市の例"]


def test_box_is_a_section_below_the_article_and_the_text_goes_on_after_it():
    found = shapes(heading("■春"), Block("花が"), Block("解説", aside=1), Block("桜のこと。", aside=1), Block("咲く。"))
    assert found == [(1, "article", "春", "花が\n咲く。"), (2, "box", "解説", "桜のこと。")]


def test_two_boxes_are_two_sections_though_their_lines_alternate():
    found = shapes(
        *(Block(f"{text}です。", aside=aside) for text, aside in (("一", 1), ("二", 2), ("三", 1), ("四", 2)))
    )
    assert [(kind, text) for _, kind, _, text in found] == [
        ("box", "一です。\n三です。"),
        ("box", "二です。\n四です。"),
    ]


def test_box_with_a_heading_is_called_by_it():
    assert shapes(heading("■春"), heading("豆知識", 2, aside=1), Block("桜のこと。", aside=1))[1] == (
        2,
        "box",
        "豆知識",
        "桜のこと。",
    )


def test_text_before_the_first_heading_is_a_section():
    assert shapes(Block("春の便り"), Block("花が咲きました。"), heading("■夏"), Block("暑い。"))[0] == (
        1,
        "article",
        "春の便り",
        "花が咲きました。",
    )


def test_date_alone_is_no_title():
    assert shapes(Block("令和4年2月", aside=1), Block("研修の案内", aside=1), Block("参加は自由です。", aside=1)) == [
        (1, "box", "令和4年2月 研修の案内", "参加は自由です。"),
    ]


def test_text_without_a_title_is_called_by_its_first_sentence_and_stays_whole():
    text = "花が咲きました。とてもきれいです。"
    assert shapes(Block(text)) == [(1, "article", "花が咲きました", text)]


def test_long_sentence_is_cut_at_a_phrase():
    ((_, _, title, _),) = shapes(
        Block("町の人たちが集まって、これからの暮らしについて語り合う会を毎月のように開いてきました。")
    )
    assert title.endswith("…")
    assert len(title) <= 31
    assert "町の人たちが集まって" in title


def test_definition_is_called_by_what_it_defines():
    text = "ヤングケアラーとは、家族の世話や家事を日常的に担っている子どもや若者のことをいいます。"
    assert shapes(Block(text, aside=1))[0][2] == "ヤングケアラーとは"


def test_text_without_a_letter_has_a_title_too():
    assert shapes(Block("…………"))[0][2] == UNTITLED


def test_closing_words_of_an_article_are_added_to_it():
    found = shapes(heading("■春"), Block("始め。"), heading("●町", 2), Block("町。"), Block("終わり。", level=1))
    assert [text for *_, text in found] == ["始め。\n終わり。", "町。"]


def test_section_begins_on_the_page_of_its_heading():
    found = list(outline([heading("春", page=2), Block("花。", page=3), Block("解説。", page=3, aside=1)]))
    assert [one.page for one in found] == [2, 3]


def test_furniture_and_blank_lines_are_left_out():
    assert shapes(Block("- 3 -", "furniture"), Block(" "), Block("花。"))[0][3] == "花。"
    assert shapes(Block("- 3 -", "furniture")) == []
