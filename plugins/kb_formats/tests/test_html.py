"""Pages as browsers show them: white space, ruby, tables, what is hidden; and pages that mean harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_formats.html import collapsed


def html(body, head=""):
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def texts(extraction):
    return [block.text for block in extraction.blocks]


def test_lines_of_the_source_are_no_spaces_between_japanese(read):
    source = "<p>民生委員と\n社協の職員が\r\n   Zoom\nMeeting で\n会いました。</p>"
    assert texts(read(html(source))) == ["民生委員と社協の職員が Zoom Meeting で会いました。"]


@given(st.lists(st.text("相談支援ひきこもり、。「」", min_size=1, max_size=9), min_size=1, max_size=6))
def test_hard_wraps_in_japanese_leave_no_trace(lines):
    assert collapsed("\n    ".join(lines)) == "".join(lines)


def test_the_ideographic_space_stays(read):
    assert texts(read(html("<p>山田　太郎&nbsp;さん</p>"))) == ["山田　太郎 さん"]


@pytest.mark.parametrize(
    "ruby",
    [
        "<ruby>除雪<rp>（</rp><rt>じょせつ</rt><rp>）</rp></ruby>",
        "<ruby><rb>除雪</rb><rt>じょせつ</rt></ruby>",
        "<ruby>除<rt>じょ</rt>雪<rt>せつ</rt></ruby>",
        "<ruby>除雪<rt>じょせつ</ruby>",
    ],
)
def test_ruby_is_its_base(read, ruby):
    assert texts(read(html(f"<p>町の{ruby}当番</p>"))) == ["町の除雪当番"]


def test_what_nobody_sees_is_not_read(read):
    hidden = (
        "<script>var a='危険'</script><style>p{}</style><template><p>型</p></template><p hidden>一</p>"
        "<div style='Display : none'>二</div><span style='visibility:hidden'>三</span><!-- 四 --><noscript>五</noscript>"
    )
    assert texts(read(html(f"{hidden}<p>見える文<span hidden>六</span>です。</p>"))) == ["見える文です。"]


def test_tables_with_captions_heads_and_cells_that_are_not_closed(read, outlined):
    source = "<h1>予定</h1><table><caption>三月</caption><thead><tr><th>日<th>行事</thead><tr><td>3日<td>家族会<br>午後</table>"
    assert outlined(read(html(source))) == [
        "heading1 予定",
        "paragraph 三月",
        "table 日\t行事",
        "table 3日\t家族会 午後",
    ]


def test_a_table_that_lays_out_the_page_is_no_table(read, outlined):
    source = "<table><tr><td><ul><li>目次</ul></td><td><h2>見守り</h2><p>訪ねました。</p></td></tr></table>"
    assert outlined(read(html(source))) == ["list ・目次", "heading2 見守り", "paragraph 訪ねました。"]


def test_numbered_lists_and_lists_in_lists(read):
    source = "<ol start=3><li>受付<ul><li>名札</li></ul></li><li>開会</li></ol><ol start=x><li>一</ol>"
    assert texts(read(html(source))) == ["3. 受付", "・名札", "4. 開会", "1. 一"]


def test_an_aside_is_a_side_box_and_navigation_is_furniture(read):
    source = "<header>社協</header><nav>ホーム</nav><h1>見守り</h1><aside><p>用語</p></aside><footer>電話</footer>"
    found = [(block.kind, block.aside, block.text) for block in read(html(source)).blocks]
    assert found == [
        ("furniture", 0, "社協"),
        ("furniture", 0, "ホーム"),
        ("heading", 0, "見守り"),
        ("paragraph", 1, "用語"),
        ("furniture", 0, "電話"),
    ]


@pytest.mark.parametrize("charset", ["utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("declared", ["utf-8", "Shift_JIS", "iso-8859-1", "x-sjis", "nonsense"])
def test_whatever_the_page_says_of_its_encoding(read, charset, declared):
    source = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}"></head><body><p>ひきこもりの方を訪ねました。</p>'
    extraction = read(source.encode(charset))
    assert (texts(extraction), extraction.media_type) == (["ひきこもりの方を訪ねました。"], "text/html")


@pytest.mark.parametrize(
    "prolog", ['<?xml version="1.0" encoding="Shift_JIS"?>\n', "<!-- 保存 -->\n", "\ufeff", "\n\n  "]
)
def test_what_stands_before_the_page(read, prolog):
    page = f'{prolog}<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://www.w3.org/x.dtd"><html><body><p>ひきこもりの方</p></body></html>'
    assert read(page.encode("utf-8" if prolog == "\ufeff" else "cp932", "ignore")).media_type == "text/html"


def test_pages_of_word_are_pages_whatever_their_name(read):
    source = '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><!--[if gte mso 9]><xml></xml><![endif]--></head><body><p class=MsoNormal><span lang=EN-US>Zoom</span>で会議<o:p></o:p></p></body></html>'
    assert texts(read(source.encode("cp932"), "会議.doc")) == ["Zoomで会議"]


@pytest.mark.parametrize("tag", ["<div>", "<b>", "<ul><li>", "<table><tr><td>", "<blockquote>", "<font>"])
def test_nesting_without_end_is_refused(refused, tag):
    assert "深すぎ" in refused(html(tag * 10_000 + "奥の文")).reason


def test_many_elements_are_read(read):
    assert len(read(html("<p>会議</p>" * 20_000)).blocks) == 20_000


@pytest.mark.parametrize(
    "source",
    [
        ">" * 70 + " 奥の文",
        "- " * 35 + "奥の文",
        "\n".join("  " * depth + "- 項目" for depth in range(35)) + "\n" + "  " * 35 + "- 奥の文",
        ">" * 5_000 + " 奥の文",
        "\n".join("  " * depth + "- 項目" for depth in range(400)) + "\n- 奥の文",
    ],
)
def test_markdown_loses_nothing_by_nesting(read, source):
    extraction = read(source.encode(), "手順.md")
    assert extraction.text.count("奥の文") == 1
    assert extraction.text.count("項目") == source.count("項目")
