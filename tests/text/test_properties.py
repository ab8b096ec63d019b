"""What text repair and outline must keep, whatever the input."""

import re
from collections import defaultdict
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kb.model import BBox, Block, Extraction
from kb.text.joining import join, tidy
from kb.text.outline import outline
from kb.text.repair import repair

PIECES = st.sampled_from(
    [
        "■",
        "●",
        "◆",
        "◎",
        "・",
        "（1）",
        "(2)",
        "１．",
        "①",
        "②",
        "第１章 ",
        "【",
        "】",
        "《",
        "》",
        "「",
        "」",
        "（",
        "）",
        "。",
        "、",
        "！",
        "〜",
        "─────",
        "＝＝＝＝",
        "日時：",
        "電話番号: ",
        "mailto:a@example.org",
        "- 3 -",
        "12",
        "3",
        "Co",
        "CSW ",
        " ",
        "\u3000",
        "  ",
        "\t",
        "ケ ア ラ ー",
        "ー",
        "を",
        "○○市",
        "♪",
        "\u200b",
        "\x1c",
        "重層的支援体制",
        "整備事業",
        "です",
        "ました",
        "地域で支え合う暮らしを続けるために",
        "の",
        "ヤングケアラー",
        "社会福祉協議会",
        "令和4年2月1日",
    ]
)
TEXTS = st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=12)
SIZES = st.none() | st.sampled_from([9.0, 10.5, 14.0])
BOXES = st.none() | st.builds(
    lambda left, top, width, height: BBox(left, top, left + width, top + height),
    *(st.floats(0, 600, allow_nan=False) for _ in range(4)),
)
BLOCKS = st.builds(
    Block,
    text=TEXTS,
    kind=st.sampled_from(["line"] * 8 + ["heading", "paragraph", "list", "table", "furniture"]),
    level=st.integers(0, 2),
    page=st.none() | st.integers(1, 4),
    size=SIZES,
    bbox=BOXES,
    vertical=st.booleans(),
    aside=st.sampled_from([0, 0, 0, 1, 2]),
)
EXTRACTIONS = st.lists(BLOCKS, max_size=25).map(lambda blocks: Extraction(tuple(blocks), "text/plain"))
PLAIN = st.lists(TEXTS, max_size=30).map(
    lambda texts: Extraction(tuple(Block(text, "line") for text in texts), "text/plain")
)


TITLES = st.sampled_from(
    [
        "地域で支える看取り期の暮らし",
        "夜間の見守りをどうするか、三つの町の取り組みから考える",
        "「こどもの居場所」実践講座（第２回）を開催しました！",
        "ヤングケアラーと家族への支援",
        "成年後見制度の相談が増えています",
        "『縦割り』をこえる 市町村の工夫 (R3.10.8)",
        "ボランティアコーディネーター研修“入門コース”",
        "ＮＰＯと社協のこれから",
    ]
)
SENTENCES = st.sampled_from(
    [
        "自宅で最期を迎えたいという願いに、私たちはどこまで応えられるでしょうか。",
        "若葉町では、訪問看護と社協の生活支援サービスが手を組み、家族だけに負担が偏らない体制づくりを進めています。",
        "夜間の不安を和らげるため、ボランティアが交代で電話に出る仕組み（以下「夜の電話」）を試みました。",
        "かかってきた電話は月に平均して12件で、その多くは話し相手を求めるものでした。",
        "「声を聞くだけで眠れる」という言葉が、担い手の支えになっています。",
        "講師のCSWからは、学校との情報共有や食物アレルギーへの備えについて話がありました。",
        "令和４年３月２３日（水）には、県内の社協から42人が参加し、それぞれの課題を持ち寄りました。",
        "気になる子どもがいたら、一人で抱えずに相談することが大切です。",
    ]
)
#: Long enough to be wrapped: a line that never is tells nothing of the width of the others.
PARAGRAPHS = st.lists(SENTENCES, min_size=2, max_size=4).map("".join)
NEWSLETTERS = st.lists(
    st.tuples(
        TITLES, st.lists(PARAGRAPHS, min_size=1, max_size=3), st.lists(st.tuples(TITLES, PARAGRAPHS), max_size=2)
    ),
    min_size=2,
    max_size=4,
)
WIDTHS = st.integers(18, 44)
#: A line break within a sentence, beside kana or after a comma.
WRAPPED = re.compile("[ぁ-ゖ、]\n[^。]|[^。！？]\n[ぁ-ゖ]")


def source_of(newsletter):
    for title, paragraphs, parts in newsletter:
        yield "1", f"■{title}"
        yield from (("p", paragraph) for paragraph in paragraphs)
        for subtitle, paragraph in parts:
            yield "2", f"●{subtitle}"
            yield "p", paragraph


def shows_its_width(extraction):
    """Whether some line is visibly wrapped.

    The sentences are few, so a drawn newsletter may say one paragraph twice and have all its lines end with a sentence,
    or between kanji. One of several paragraphs would hardly: then only who knows the words sees that the lines go on.
    """
    lines = [block.text.strip() for block in extraction.blocks if block.text.strip()]
    return any(above[0] not in "■●" and WRAPPED.search(f"{above[-1]}\n{line[0]}") for above, line in pairwise(lines))


@given(newsletter=NEWSLETTERS, width=WIDTHS, within=st.integers(0, 1))
@settings(max_examples=30, deadline=None)
def test_marked_newsletter_comes_back_as_it_was_written(setting, newsletter, width, within):
    source = list(source_of(newsletter))
    extraction = setting.as_text(source, setting.Manner(width=width, within=within, marked=True))
    assume(shows_its_width(extraction))
    assert setting.tree(extraction) == setting.tree_of(source)
    assert setting.boundaries(extraction, source) == (1.0, 1.0)


@given(newsletter=NEWSLETTERS, width=WIDTHS, between=st.integers(0, 1))
@settings(max_examples=30, deadline=None)
def test_indented_newsletter_comes_back_as_it_was_written(setting, newsletter, width, between):
    source = list(source_of(newsletter))
    extraction = setting.as_text(source, setting.Manner(width=width, between=between, indent="　"))
    assume(shows_its_width(extraction))
    assert setting.tree(extraction) == setting.tree_of(source)
    assert setting.boundaries(extraction, source) == (1.0, 1.0)


@given(newsletter=NEWSLETTERS, width=st.integers(14, 30), columns=st.integers(1, 3), vertical=st.booleans())
@settings(max_examples=30, deadline=None)
def test_printed_newsletter_comes_back_as_it_was_written(setting, newsletter, width, columns, vertical):
    source = list(source_of(newsletter))
    # Long columns, few pages: sentences come again and again here, and what opens three pages is a running head.
    sheet = setting.Sheet(width, columns, rows=200, vertical=vertical, indent="　", sizes=(15.0, 12.0), air=6.0)
    extraction = setting.as_pages(source, sheet)
    assume(shows_its_width(extraction))
    assert setting.tree(extraction) == setting.tree_of(source)
    assert setting.boundaries(extraction, source) == (1.0, 1.0)


def letters(text):
    return "".join(text.split())


def flow(extraction, aside, was_furniture=frozenset()):
    return letters("".join(b.text for b in extraction.blocks if b.aside == aside and b.kind != "furniture"))


@given(EXTRACTIONS | PLAIN)
@settings(max_examples=150, deadline=None)
def test_repairing_twice_is_repairing_once(extraction):
    repaired = repair(extraction)
    assert repair(repaired) == repaired


@given(EXTRACTIONS | PLAIN)
@settings(max_examples=150, deadline=None)
def test_no_character_but_spaces_is_lost_or_made_up(extraction):
    before = sorted(letters("".join(block.text for block in extraction.blocks)))
    after = sorted(letters("".join(block.text for block in repair(extraction).blocks)))
    assert after == before


@given(PLAIN)
@settings(max_examples=150, deadline=None)
def test_a_text_file_keeps_its_order_but_for_furniture(extraction):
    repaired = repair(extraction)
    furniture = [letters(block.text) for block in repaired.blocks if block.kind == "furniture"]
    rest = list(furniture)
    kept = []
    for block in extraction.blocks:
        if rest and letters(block.text) == rest[0]:
            rest.pop(0)
        else:
            kept.append(letters(block.text))
    assert not rest
    assert "".join(letters(b.text) for b in repaired.blocks if b.kind != "furniture") == "".join(kept)


@given(EXTRACTIONS)
@settings(max_examples=100, deadline=None)
def test_each_side_box_keeps_its_order(extraction):
    blocks = tuple(b for b in extraction.blocks if b.kind != "furniture")
    repaired = repair(Extraction(blocks, "application/pdf"))
    if any(block.kind == "furniture" for block in repaired.blocks):
        return  # covered for text files above
    for aside in {block.aside for block in blocks if block.aside}:
        assert flow(repaired, aside) == letters("".join(b.text for b in blocks if b.aside == aside))


@given(EXTRACTIONS | PLAIN)
@settings(max_examples=100, deadline=None)
def test_no_line_is_left_and_blocks_of_other_kinds_stay(extraction):
    repaired = repair(extraction)
    assert all(block.kind != "line" for block in repaired.blocks)
    kinds = defaultdict(list)
    for source, blocks in (("before", extraction.blocks), ("after", repaired.blocks)):
        kinds[source] = [b for b in blocks if b.kind == "furniture" and b in extraction.blocks]
    assert kinds["before"] == kinds["after"]


@given(EXTRACTIONS | PLAIN)
@settings(max_examples=150, deadline=None)
def test_sections_hold_all_text_and_have_headings(extraction):
    repaired = repair(extraction)
    sections = list(outline(repaired.blocks))
    assert all(section.heading.strip() for section in sections)
    shown = "".join(section.heading + section.text for section in sections)
    for block in repaired.blocks:
        if block.kind not in {"furniture", "heading"} and len(sections) > 0:
            words = [word for word in block.text.split() if word.isalnum()]
            assert all(word in shown for word in words)
    assert bool(sections) == any(b.kind != "furniture" and b.text.strip() for b in repaired.blocks)


@given(TEXTS)
def test_tidying_twice_is_tidying_once_and_removes_only_spaces(text):
    assert tidy(tidy(text)) == tidy(text)
    assert letters(tidy(text)) == letters(text)


@given(TEXTS, TEXTS)
def test_joining_adds_nothing_but_a_space(first, second):
    assert letters(join(first, second)) == letters(first + second)
