"""Typesetting in reverse: one known tree, set in the manners of many offices, so that repair can be held to the tree."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from kb.model import BBox, Block, Extraction

NEVER_FIRST = "、。，．・ー」』）】？！っゃゅょッャュョァィゥェォ々ゞ"

ISSUE = (
    ("h1", "地域で支える看取り期の暮らし"),
    (
        "p",
        "自宅で最期を迎えたいという願いに、私たちはどこまで応えられるでしょうか。若葉町では、訪問看護と社協の生活支援サービスが手を組み、家族だけに負担が偏らない体制づくりを進めています。",
    ),
    ("p", "今年度は三つの世帯に関わりました。"),
    ("h2", "夜間の見守りをどうするか"),
    (
        "p",
        "夜間の不安を和らげるため、ボランティアが交代で電話に出る仕組みを試みました。かかってきた電話は月に平均して12件で、その多くは話し相手を求めるものでした。",
    ),
    ("p", "「声を聞くだけで眠れる」という言葉が、担い手の支えになっています。"),
    ("h2", "家族への支援"),
    (
        "p",
        "介護を担う家族の集いを隔月で開いています。介護の技術よりも、日々の思いを語り合う時間を大切にし、終わった後も連絡を取り合う関係が生まれています。",
    ),
    ("h1", "こどもの居場所づくり実践講座を開催しました"),
    (
        "p",
        "子ども食堂や学習支援に取り組む団体を対象に、居場所の運営を学ぶ講座を開き、県内から42人が参加しました。講師のコミュニティソーシャルワーカーからは、参加する子どもを選ばない工夫、学校との情報共有、食物アレルギーへの備えについて話がありました。",
    ),
    ("li", "気になる子どもの様子を記録すること"),
    ("li", "一人で抱えずに相談すること"),
    ("li", "続けられる回数から始めること"),
    ("p", "参加者からは、場所を借りる費用や保険についての質問が相次ぎ、予定の時間を超えて意見を交わしました。"),
    ("h1", "成年後見制度の相談が増えています"),
    (
        "p",
        "権利擁護センターに寄せられる相談は、この五年で約二倍になりました。判断能力が十分でない人の財産を守るだけでなく、本人がどう暮らしたいかを一緒に考え、その意思を関係者に伝えることがセンターの役割です。",
    ),
    ("p", "市民後見人の養成講座は来年度も開く予定です。受講を希望する人は、まず説明会にお越しください。"),
)


@dataclass(frozen=True)
class Manner:
    """How an office writes."""

    width: int = 35
    marks: tuple = ("■", "●", "・")
    indent: str = ""
    between: int = 0
    """Blank lines between blocks."""
    within: int = 0
    """Blank lines between the lines of a block."""
    spaced_ends: bool = False
    """A space after each block, as Word leaves it."""


def wrapped(text: str, width: int) -> list[str]:
    """``text`` broken as a layout program would: no line begins with a character that must not stand there."""
    lines, rest = [], text
    while len(rest) > width:
        cut = width
        while cut > 1 and rest[cut] in NEVER_FIRST:
            cut -= 1
        lines.append(rest[:cut])
        rest = rest[cut:]
    return [*lines, rest]


def marked(source, manner):
    marks = dict(zip(("h1", "h2", "li"), manner.marks, strict=True))
    for kind, text in source:
        mark = marks.get(kind, manner.indent)
        yield kind, f"【{text}】" if mark == "【】" else f"《{text}》" if mark == "《》" else mark + text


def as_text(source, manner):
    out = []
    for _, text in marked(source, manner):
        lines = wrapped(text, manner.width)
        if manner.spaced_ends:
            lines[-1] += " "
        for line in lines:
            out += [line, *[""] * manner.within]
        out += [""] * manner.between
    return Extraction(tuple(Block(line, "line") for line in out), "text/plain")


def as_pages(source, manner, *, columns=2, rows=18, size=10.0, leading=16.0, vertical=False, air=0.0):
    """Lines with boxes: ``columns`` a page, ``rows`` a column, headings with ``air`` above (points)."""
    blocks, column, down = [], 0, 0.0
    for kind, text in marked(source, manner):
        down += air if kind in {"h1", "h2"} and down else 0
        for line in wrapped(text, manner.width):
            if down + leading > rows * leading:
                column, down = column + 1, 0.0
            page, place = divmod(column, columns)
            shown = line.lstrip("　")
            start = 50 + (0 if vertical else place * (manner.width + 3) * size) + size * (len(line) - len(shown))
            top = 60 + down
            box = BBox(start, top, start + size * len(shown), top + size)
            if vertical:  # turned by 90 degrees: lines run down, columns stand below one another
                offset = place * (manner.width + 3) * size
                box = BBox(700 - top - size, start + offset, 700 - top, start + offset + size * len(shown))
            blocks.append(Block(shown, "line", page=page + 1, size=size, bbox=box, vertical=vertical))
            down += leading
    return Extraction(tuple(blocks), "application/pdf", pages=blocks[-1].page)


@pytest.fixture
def issue():
    return ISSUE


@pytest.fixture
def manner():
    return Manner


@pytest.fixture
def set_text():
    return as_text


@pytest.fixture
def set_pages():
    return as_pages


@pytest.fixture
def expected():
    """What repair must make of the source: (kind, level, text) of each block."""

    def blocks(source, manner):
        levels = {"h1": 1, "h2": 2}
        kinds = {"h1": "heading", "h2": "heading", "p": "paragraph", "li": "list"}
        return [(kinds[kind], levels.get(kind, 0), text.lstrip("　")) for kind, text in marked(source, manner)]

    return blocks


@pytest.fixture
def lines():
    def make(text: str, page=None):
        return Extraction(tuple(Block(line, "line", page=page) for line in text.split("\n")), "text/plain")

    return make


@pytest.fixture
def changed():
    return replace
