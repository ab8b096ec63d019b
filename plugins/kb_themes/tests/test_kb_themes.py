"""Themes: told by the words of heading and text, once a section, with the words that show it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.testing import a_section, headings, ingest_text, search
from kb_themes import NAMES, THEMES, kb_annotate


def themes(text, heading="見出し"):
    return {a.value for a in kb_annotate(a_section(text, heading))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ごみ屋敷と呼ばれる家を訪ねました。", {"ゴミ屋敷・セルフネグレクト"}),
        ("いわゆる８０５０の世帯が介護の窓口から見つかりました。", {"8050問題"}),
        ("ひきこもりの家族会を開きました。", {"ひきこもり"}),
        ("成年後見制度の申立てを支えました。", {"権利擁護"}),
        ("フードバンクから食品を受け取りました。", {"食の支援"}),
        ("生活困窮者自立支援の窓口です。", {"生活困窮"}),
        ("ＤＶから逃れた母子の住まいの相談です。", {"DV・性暴力", "住まい"}),
        ("災害のときも助け合います。", set()),
        ("災害への備えを話し合い、災害のときの連絡先を決めました。", {"災害"}),
        ("電話番号は18050番です。", set()),
        ("桜が咲きました。", set()),
    ],
)
def test_a_theme_is_told_by_its_words(text, expected):
    assert themes(text) == expected


def test_a_word_of_the_heading_counts_more_than_one_of_the_text():
    assert themes("話を聞きました。", "災害に備えて") == {"災害"}
    (found,) = [a for a in kb_annotate(a_section("避難所の話です。", "災害に備えて")) if a.value == "災害"]
    assert found.where == "heading"


def test_a_theme_is_named_once_with_its_evidence():
    section = a_section("若葉市では、ヤングケアラーの調査を行い、ヤングケアラーを支えます。")
    (found,) = kb_annotate(section)
    assert section.text[found.start : found.end] == "ヤングケアラー"
    assert found.start == 6


def test_names_are_unique_and_each_is_told_by_words():
    assert len(set(NAMES)) == len(NAMES) >= 25
    for theme in THEMES:
        assert re.compile(theme.sure)
        assert not re.search(theme.sure, ""), theme.name


def test_results_can_be_narrowed_by_theme(library):
    ingest_text(
        library,
        "だより12.txt",
        "だより 第12号\n\n■若い介護者\n\nヤングケアラーを支えます。\n\n■片付け\n\nゴミ屋敷の話です。\n",
    )
    assert headings(search(library, "theme:ヤングケアラー")) == ["若い介護者"]


WORDS = st.sampled_from(
    [
        "ヤングケアラー",
        "災害",
        "8050",
        "ＤＶ",
        "dv",
        "ごみ屋敷",
        "ｺﾞﾐ屋敷",
        "㍿",
        "\ud800",
        "🏠",
        "\n",
        "ひきこもり",
        "。",
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=20).map("".join)), st.text(max_size=20))
def test_whatever_the_text_evidence_lies_in_it(text, heading):
    section = a_section(text, heading)
    found = list(kb_annotate(section))
    assert len({a.value for a in found}) == len(found)
    for annotation in found:
        words = section.heading if annotation.where == "heading" else section.text
        assert words[annotation.start : annotation.end].strip()
        assert annotation.value in NAMES
