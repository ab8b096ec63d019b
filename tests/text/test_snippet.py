"""Snippets and marks: what is shown is the text as written, and what is marked are the words of the query."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.analyze import Analyzer
from kb.text.snippet import ELLIPSIS, WIDTH, Mark, Marker
from kb.text.words import Kept
from tests.text.keep import kept_bytes


@pytest.fixture(scope="module")
def analyzer():
    return Analyzer()


@pytest.fixture(scope="module")
def marker(analyzer):
    """A marker of words as typed; each is one mark, in the order given."""

    def make(*words, finders=()):
        return Marker(analyzer, [Mark(tuple(analyzer.terms(word))) for word in words], finders)

    return make


def joined(spans):
    return "".join(span.text for span in spans)


def marked(spans):
    return [span.text for span in spans if span.marked]


# ------------------------------------------------------------------------------------------------------- marking


def test_word_is_marked_in_the_spelling_in_which_it_stands(marker):
    spans = marker("子供").mark("子どもとこどもの居場所")
    assert marked(spans) == ["子ども", "こども"]
    assert joined(spans) == "子どもとこどもの居場所"


def test_compound_is_one_mark_and_words_joined_by_no_are_two(marker):
    assert marked(marker("地域包括支援センター").mark("若葉町地域包括支援センターの職員")) == ["地域包括支援センター"]
    assert marked(marker("制度の狭間").mark("制度の狭間にある")) == ["制度", "狭間"]


def test_compound_that_does_not_stand_together_is_marked_in_parts_instead(analyzer):
    parts = tuple(Mark((term,)) for term in ("生活", "困窮"))
    mark = Mark(("生活", "困窮"), parts)
    marker = Marker(analyzer, [mark])
    assert marked(marker.mark("生活に困窮した人")) == ["生活", "困窮"]
    assert marked(marker.mark("生活困窮者の生活")) == ["生活困窮"]


def test_words_across_the_end_of_a_sentence_do_not_stand_together(marker):
    assert marked(marker("制度狭間").mark("新しい制度。狭間にある課題")) == []


def test_beginning_of_words(analyzer):
    marker = Marker(analyzer, [Mark(("ボラン",), prefix=True)])
    assert marked(marker.mark("ボランティアの募集とボランタリーな活動")) == ["ボランティア", "ボランタリー"]


def test_finder_marks_what_is_no_matter_of_terms(marker):
    spans = marker("会議", finders=[lambda text: [(0, 2)] if text.startswith("R3") else []]).mark("R3年の会議")
    assert marked(spans) == ["R3", "会議"]


def test_marks_that_touch_are_one(marker):
    assert marked(marker("民生", "委員", "児童").mark("民生委員児童委員")) == ["民生委員児童委員"]


def test_without_words_nothing_is_marked(marker):
    assert marker().mark("<b>会議</b>")[0].text == "<b>会議</b>"
    assert marker().mark("") == ()


# ------------------------------------------------------------------------------------------------------- snippets

START = "若葉町では、春の催しが開かれました。"
END = "参加した人からは、また来たいという声が聞かれました。"


def test_short_text_is_shown_whole(marker):
    assert joined(marker("会議").snippet("会議を開きました。")) == "会議を開きました。"


def test_snippet_shows_the_words_and_begins_where_a_sentence_does(marker):
    text = START * 20 + "ヤングケアラーの会議を開きました。" + END * 20
    spans = marker("会議").snippet(text)
    assert marked(spans) == ["会議"]
    assert joined(spans).startswith(ELLIPSIS + "ヤングケアラーの会議")
    assert joined(spans).endswith(ELLIPSIS)


def test_snippet_is_of_the_place_with_most_different_words(marker):
    text = "会議。" * 30 + START * 20 + "民生委員が会議で見守りの話をしました。" + END * 20
    spans = marker("会議", "民生委員", "見守り").snippet(text)
    assert set(marked(spans)) == {"民生委員", "会議", "見守り"}


def test_text_without_the_words_is_shown_from_its_beginning(marker):
    shown = joined(marker("縦割り").snippet(START * 20))
    assert shown.startswith(START)
    assert len(shown) == WIDTH + len(ELLIPSIS)


def test_word_at_the_very_end_leaves_no_short_snippet(marker):
    text = START * 30 + "見守り"
    shown = joined(marker("見守り").snippet(text))
    assert shown.endswith("見守り")
    assert len(shown) > WIDTH / 2


@pytest.mark.parametrize("before", ["", "あ"])
def test_character_is_not_parted_from_its_variation_selector(marker, before):
    text = before + "葛\U000e0100" * 200
    shown = joined(marker().snippet(text)).removesuffix(ELLIPSIS)
    assert len(shown) >= WIDTH
    assert shown.endswith("葛\U000e0100")


def test_word_at_the_edge_is_shown_whole_or_not_at_all(marker):
    word = "民生委員児童委員"
    text = word + "、花" * 4 + word + "、鳥" * 30
    shown = [joined(marker(word).snippet(text, width)) for width in range(len(word), 40)]
    assert all(one.count("民") == one.count("童委員") == one.count(word) for one in shown)
    assert {one.count(word) for one in shown} == {1, 2}


# ------------------------------------------------------------------------------------------------------- any text

WORDS = ("見守り", "制度の狭間", "民生委員", "子ども", "ゴミ屋敷")
PIECES = st.sampled_from(
    [*WORDS, "の", "。", "、", "\n", "\n\n", " ", "　", "会議を開く", "①", "ｶﾞ", "か゚", "㍿", "𠮷", "\ud800", "…"]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=120))
QUERIES = st.lists(st.sampled_from(WORDS), max_size=3)


@settings(max_examples=200, deadline=None)
@given(text=TEXTS, words=QUERIES)
def test_mark_shows_the_whole_text_as_written(marker, text, words):
    spans = marker(*words).mark(text)
    assert joined(spans) == text
    assert all(span.text for span in spans)
    assert all(not (one.marked and other.marked) for one, other in pairwise(spans))


@settings(max_examples=300, deadline=None)
@given(text=TEXTS.filter(lambda text: ELLIPSIS not in text), words=QUERIES, width=st.integers(1, 200))
def test_snippet_is_a_part_of_the_text_and_cuts_no_mark(marker, text, words, width):
    made = marker(*words)
    whole, spans = made.mark(text), made.snippet(text, width)
    shown = joined(spans).strip(ELLIPSIS)
    assert shown in text
    assert joined(spans).startswith(ELLIPSIS) or text.startswith(shown)
    assert joined(spans).endswith(ELLIPSIS) or text.endswith(shown)
    assert set(marked(spans)) <= set(marked(whole))
    assert bool(marked(spans)) == bool(marked(whole))
    assert not any(ELLIPSIS in word for word in marked(spans))


@settings(max_examples=100, deadline=None)
@given(before=TEXTS, after=TEXTS, word=st.sampled_from(["ゴミ屋敷", "ヤングケアラー", "民生委員"]))
def test_word_that_stands_by_itself_is_marked_and_nothing_else(marker, before, after, word):
    before, after = (part.replace(word, "") for part in (before, after))
    text = f"{before}\n「{word}」\n{after}"
    assert word in marked(marker(word).mark(text))
    assert set(marked(marker(word).mark(text))) == {word}


# --------------------------------------------------------------------------------------------- tokens that are kept

WORDS = [
    "生活",
    "困窮",
    "生活困窮者",
    "の",
    "制度の狭間",
    "子ども",
    "こども",
    "ｺﾄﾞﾓ",
    "茅ヶ崎市",
    "㈱",
    "か゚",
    "。",
    "\n",
    "A会",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=60).map("".join)
TERMS = st.lists(
    st.sampled_from(["生活", "困窮", "者", "制度", "狭間", "子供", "茅ケ崎", "市", "会"]), min_size=1, max_size=3
)
SINGLES = TERMS.map(lambda terms: tuple(Mark((term,)) for term in terms))
MARKS = st.lists(
    st.one_of(
        st.builds(Mark, TERMS.map(tuple), SINGLES),
        st.sampled_from(["生", "子", "茅", "困窮"]).map(lambda beginning: Mark((beginning,), prefix=True)),
    ),
    max_size=4,
)


def kept(*texts):
    return Kept(kept_bytes(*texts))


@given(TEXTS, TEXTS, MARKS)
@settings(max_examples=200, deadline=None)
def test_kept_tokens_mark_what_analysis_marks(heading, text, marks):
    analyzer = Analyzer()
    marker, tokens = Marker(analyzer, marks), kept(heading, text)
    assert marker.snippet(text, 40, tokens) == marker.snippet(text, 40)
    assert marker.mark(heading, tokens) == marker.mark(heading)


@given(TEXTS, TEXTS, MARKS)
@settings(max_examples=100, deadline=None)
def test_tokens_of_what_a_text_was_before_mark_nothing_wrong(text, before, marks):
    analyzer = Analyzer()
    marker = Marker(analyzer, marks)
    assert marker.mark(text, kept(before)) == marker.mark(text)


class Forbidden:
    def tokens(self, text):
        raise AssertionError(text)


def test_what_is_kept_is_not_analysed_again(analyzer):
    text = "生活に困窮した人と、制度の狭間"
    marker = Marker(Forbidden(), [Mark(("狭間",))])
    assert marked(marker.mark(text, kept(text))) == ["狭間"]
