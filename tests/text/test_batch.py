"""Texts that are read together are read as each is alone; what is kept of them, and what they dwell on, is the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.search.analysed import Row
from kb.text import batch, keeping, phrases, sudachi
from kb.text.analyze import tokens
from kb.text.batch import read
from kb.text.dwelling import dwelling
from kb.text.words import Kept
from tests.text.test_plainly import SAMPLES, TEXTS

#: Beside words: what is read one by one, for its key is longer or shorter, or is no text.
ODD = st.sampled_from(
    ["", "㈱見守り", "か゚", "\ud800見守り", "new york", "new　york", "支援 支援", "スーーーパー", "スーパー", "\n\n"]
)
SEVERAL = st.lists(st.one_of(TEXTS, ODD), max_size=12)


def check(texts):
    found = read(texts)
    for number, text in enumerate(texts):
        begin, count = int(found.begins[number]), int(found.counts[number])
        of_text = slice(begin, begin + count)
        expected = tokens(text)
        assert [found.vocabulary[term] for term in found.numbers[of_text].tolist()] == [one.term for one in expected]
        assert found.starts[of_text].tolist() == [one.start for one in expected]
        assert found.ends[of_text].tolist() == [one.end for one in expected]
        assert found.positions[of_text].tolist() == [one.position for one in expected]
        spoken, alone = found.spoken(number, text), sudachi.read(text)
        assert [vars_of(word) for word in spoken.words] == [vars_of(word) for word in alone.words]
        assert (list(spoken.starts), list(spoken.ends)) == (list(alone.starts), list(alone.ends))
        assert spoken.is_even == alone.is_even
    for times in (1, 2):
        expected = [phrases.dwelling(text, times) for text in texts]
        assert dwelling(texts, found, range(len(texts)), times) == expected
    check_rows(texts, found, [[], range(len(texts)), *([number, number] for number in range(len(texts)))])
    sections = [[number, len(texts) - number - 1] for number in range(len(texts))]
    for kept, section in zip(keeping.encode(texts, found, sections), sections, strict=True):
        for number in section:
            assert Kept(kept).words(texts[number]).tokens() == tokens(texts[number])


def check_rows(texts, found, several):
    """Texts in a row: a gap of one position between two, as between two sentences."""
    for chosen, (numbers, places) in zip(several, found.in_a_row(several), strict=True):
        terms, positions, start = [], [], 0
        for number in chosen:
            of_text = tokens(texts[number])
            terms += [token.term for token in of_text]
            positions += [start + token.position for token in of_text]
            start = positions[-1] + 2 if of_text else start
        row = Row(found.vocabulary, numbers, places)
        assert (row.terms, row.positions) == (tuple(terms), tuple(positions))
        assert row == Row.of(terms, positions)


def vars_of(word):
    return word.surface, word.part_of_speech, word.normalized, word.reading, word.known, word.role, word.parts


@settings(max_examples=300, deadline=None)
@given(SEVERAL)
def test_texts_are_read_together_as_each_is_alone(texts):
    check(texts)


def test_samples_are_read_together_as_each_paragraph_is_alone():
    for text in SAMPLES.values():
        check(text.split("\n\n"))
    check(list(SAMPLES.values()))


def test_a_text_that_is_too_long_for_sudachi_is_among_others():
    check(["見守りを続ける。", "民生委員が見守る。" * 6000, "支え合い"])


def test_what_stands_at_the_end_of_one_text_is_not_beside_the_beginning_of_the_next():
    check(["関わらず見守る", "制度に", "関わらず", "見守りに関わ", "ず"])
    check(["守りを続ける", "これを見", "守りを続ける", "申し", "込みは"])


@pytest.fixture
def forgetful(monkeypatch):
    """A reader that starts over with each batch."""
    monkeypatch.setattr(batch, "_MOST", 0)
    reader = batch._Reader()
    monkeypatch.setattr(batch, "_reader", lambda: reader)


@pytest.mark.usefixtures("forgetful")
def test_words_that_have_been_forgotten_are_read_the_same_again():
    for texts in [["スーーーパーの二十三人と民生委員が見守りを続ける。", "スーパーの23人と見守る。"]] * 2:
        check(texts)


def test_words_that_look_unlike_those_met_before_are_told_apart(monkeypatch):
    reader = batch._Reader()
    monkeypatch.setattr(batch, "_reader", lambda: reader)
    # Longer and shorter spellings of the same words, so that no sum of lengths tells.
    check(["スーーパーとらーめん"])
    check(["スーパーとらーーめん", "見守り"])
    check(["スーパーとらーめん", "スーーパーとらーーめん"])
