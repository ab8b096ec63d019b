"""The best sections are ranked anew by the characters they share with the query, and nothing else changes."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.model import EVERYTHING, PUBLIC_ONLY, AccessClass, Query, Term
from kb.search import rerank
from kb.search.query import parse
from kb.search.searcher import Searcher
from kb.search.thesaurus import Thesaurus
from kb.testing import ingest_text, search

TODAY = dt.date(2026, 11, 24)

#: The same terms to analysis, which drops what distinguishes them from each other.
ASKED = "高齢者にどう関わればよいか"
SAYS_SO = "高齢者にどう関わればよいかを考えた。"
SAYS_OTHER = "高齢者への関わりだけを考えていた。"


class Shelf:
    """Sections in an index, and what is asked for their texts."""

    def __init__(self, index, analyzer, entries):
        self.texts = {one.section: f"{one.heading}\n{one.text}" for one in entries}
        self.asked = []
        for one in entries:
            index.replace(one.document, [one])
        index.commit()
        self.plain = Searcher(index, analyzer, Thesaurus((), analyzer))
        self.ranking = Searcher(index, analyzer, Thesaurus((), analyzer), texts=self.give)

    def give(self, ids, access):
        self.asked.append((tuple(ids), access))
        return {one: self.texts[one] for one in ids if one in self.texts}

    def hits(self, query, **more):
        return self.ranking.search(parse(query, today=TODAY, **more), EVERYTHING).found.hits

    def ids(self, query, **more):
        return [section for section, _ in self.hits(query, **more)]

    def in_the_engines_order(self, query, **more):
        return [section for section, _ in self.plain.search(parse(query, today=TODAY, **more), EVERYTHING).found.hits]


@pytest.fixture
def shelf(index, analyzer):
    return lambda *entries: Shelf(index, analyzer, entries)


@pytest.fixture
def many(shelf, entry):
    """Forty-five sections that all answer; every third one says exactly what is asked."""
    texts = (SAYS_SO if number % 3 == 2 else SAYS_OTHER for number in range(45))
    return shelf(*(entry(f"s{number:02}", text) for number, text in enumerate(texts)))


def test_what_says_it_as_it_was_asked_comes_first(shelf, entry):
    found = shelf(entry("a", SAYS_OTHER), entry("b", SAYS_SO))
    assert found.in_the_engines_order(ASKED) == ["a", "b"]
    assert found.ids(ASKED) == ["b", "a"]


def test_half_width_kana_are_the_same_characters(shelf, entry):
    texts = ["カイゴへの関わりだけを考えていた。", "カイゴにどう関わればよいか。", "ｶｲｺﾞにどう関わればよいか。"]
    found = shelf(*(entry(name, text) for name, text in zip("abc", texts, strict=True)))
    for query in ("カイゴにどう関わればよいか", "ｶｲｺﾞにどう関わればよいか"):
        (first, best), (second, as_good), (_, other) = found.hits(query)
        assert ([first, second], best) == (["b", "c"], as_good)
        assert best > other


def test_the_heading_counts(shelf, entry):
    found = shelf(entry("a", "初夏の記録。", heading="高齢者への関わり"), entry("b", "初夏の記録。", heading=ASKED))
    assert found.ids(ASKED)[0] == "b"


def test_equal_scores_stay_in_the_order_of_date_and_id(shelf, entry):
    old, new = dt.date(2020, 4, 1), dt.date(2024, 4, 1)
    found = shelf(entry("c", SAYS_SO, date=old), entry("b", SAYS_SO, date=new), entry("a", SAYS_SO, date=old))
    assert found.ids(ASKED) == ["b", "a", "c"]
    assert len({score for _, score in found.hits(ASKED)}) == 1


@pytest.mark.parametrize("per_page", [1, 7, 10, 20, 30, 44])
def test_pages_neither_overlap_nor_leave_gaps(many, per_page):
    whole = many.hits(ASKED, per_page=100)
    pages = [many.hits(ASKED, per_page=per_page, page=page) for page in range(1, 45 // per_page + 2)]
    assert tuple(hit for page in pages for hit in page) == whole
    assert len({section for section, _ in whole}) == 45


def test_the_first_thirty_are_ranked_anew_and_the_others_stay(many):
    before, after = many.in_the_engines_order(ASKED, per_page=100), many.ids(ASKED, per_page=100)
    assert set(after[:30]) == set(before[:30])
    assert after[:10] == [section for section in before[:30] if int(section[1:]) % 3 == 2]
    assert after[30:] == before[30:]


def test_scores_never_rise_from_one_hit_to_the_next(many):
    scores = [score for _, score in many.hits(ASKED, per_page=100)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]


def test_the_newest_first_stays_the_newest_first(shelf, entry):
    found = shelf(
        entry("a", SAYS_OTHER, date=dt.date(2024, 4, 1)),
        entry("b", SAYS_SO, date=dt.date(2024, 4, 1)),
        entry("c", SAYS_SO, date=dt.date(2020, 4, 1)),
    )
    query = parse(ASKED, sort="date", today=TODAY)
    assert found.ranking.search(query, EVERYTHING).found == found.plain.search(query, EVERYTHING).found


def test_the_texts_are_asked_for_once_and_within_what_may_be_read(many):
    many.ranking.search(parse(ASKED, per_page=100), PUBLIC_ONLY)
    ((ids, access),) = many.asked
    assert (len(ids), access) == (30, PUBLIC_ONLY)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "type:newsletter",
        "date:R3年度",
        "猫",
        "研修",
        "研修 -高齢者にどう関わればよいか",
        "研修*",
        "title:高齢者",
        "令和3年12月21日",
        "ヘリコプターの操縦席",
    ],
)
def test_where_nothing_could_change_no_text_is_read(shelf, entry, query):
    day = {"dates": ("d2021-12-21",), "type": ("newsletter",)}
    texts = ["令和3年12月21日の研修に猫が来た。", "高齢者の研修は令和3年12月21日で、猫もいた。"]
    sections = [
        entry(str(n), text, title="高齢者", date=dt.date(2021, 12, n + 1), keywords=day) for n, text in enumerate(texts)
    ]
    found = shelf(*sections)
    found.hits(query)
    assert [ids for ids, _ in found.asked if ids] == []


def test_one_hit_has_nothing_to_be_compared_with(shelf, entry):
    found = shelf(entry("a", SAYS_SO), entry("b", "夏祭りの記録。"))
    assert (found.ids(ASKED), found.asked) == (["a"], [])


def test_a_section_whose_text_has_gone_keeps_its_score(shelf, entry):
    found = shelf(entry("a", SAYS_SO), entry("b", SAYS_SO), entry("c", SAYS_OTHER))
    del found.texts["a"]
    before = dict(found.plain.search(parse(ASKED), EVERYTHING).found.hits)
    assert dict(found.hits(ASKED))["a"] == before["a"]
    assert found.ids(ASKED)[0] == "b"


def test_counting_reads_no_text(many):
    counted = many.ranking.counted(parse(ASKED), EVERYTHING)
    assert (counted.found.total, counted.partial, many.asked) == (45, False, [])


def test_suggestions_read_no_text(many):
    many.ranking.completions("こうれい", EVERYTHING, 8)
    assert many.asked == []


# ------------------------------------------------------------------------------------------------------ pairs


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("社協", ["社協"]),
        ("社協 猫", ["社協"]),
        ("見守り活動", ["見守", "守り", "り活", "活動"]),
        ("ＣＳＷの役割", ["cs", "sw", "wの", "の役", "役割"]),
        ("社協・行政", ["社協", "行政"]),
        ('"見守り" 見守り', ["見守", "守り"]),
        ("社協 OR 行政", ["社協", "行政"]),
        ("社協 -行政", ["社協"]),
        ("社協 NOT (行政 OR 学校)", ["社協"]),
        ("社協 type:case date:R3年度 title:見守り", ["社協"]),
        ("社協 R3.12.21", ["社協"]),
        ("R3.12.21 OR 社協", ["社協"]),
        ("ボランティ*", []),
        ("", []),
    ],
)
def test_pairs_are_those_of_the_words_that_were_typed(query, pairs):
    assert list(rerank.pairs(parse(query, today=TODAY).node)) == pairs


def test_a_text_that_was_pasted_is_no_more_work_than_a_sentence():
    text = "".join(chr(0x4E00 + number) for number in range(2_000))
    assert len(rerank.pairs(Query(Term(text)).node)) == rerank.MOST


TEXTS = st.lists(st.text("見守り活動の記録。\n ｶﾞ", max_size=30), max_size=6)


@given(TEXTS, st.text("見守り活動の記録", min_size=2, max_size=12))
def test_shares_are_bounded_and_of_what_is_there(texts, typed):
    pairs = rerank.pairs(Term(typed))
    found = rerank.shares(pairs, {str(number): text for number, text in enumerate(texts)})
    assert list(found) == [str(number) for number in range(len(texts))]
    for number, text in enumerate(texts):
        share = found[str(number)]
        assert set(share) == {pair for pair in pairs if pair in text.replace("ｶﾞ", "ガ")}
        assert all(0 < worth < 1 for worth in share.values())


@given(st.text("見守り活動の記録", min_size=2, max_size=12))
def test_who_has_a_pair_more_is_worth_more(typed):
    """Of two texts of the same length."""
    pairs = rerank.pairs(Term(typed))
    more, less = typed, typed[:-2] + "〇〇"
    found = rerank.shares(pairs, {"more": more, "less": less})
    assert sum(found["more"].values()) > sum(found["less"].values())


# -------------------------------------------------------------------------------------------- in the library

ISSUE = """若葉市社協だより 第{number}号
令和4年2月15日発行

■{first}

高齢者への関わりだけを考えていた。

■{second}

高齢者にどう関わればよいかを考えた。
"""


@pytest.fixture
def _read_here(monkeypatch):
    from kb.testing import extraction_of

    monkeypatch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))


@pytest.mark.usefixtures("_read_here")
def test_what_people_see_is_ranked_so_and_its_reason_is_told(library):
    ingest_text(library, "だより3.txt", ISSUE.format(number=3, first="春の記録", second="夏の記録"))
    reader = library.reader(EVERYTHING)
    first, second = search(library, ASKED).hits
    assert (first.section.heading, second.section.heading) == ("夏の記録", "春の記録")
    assert [section for section, *_ in reader.ranking(parse(ASKED))] == [first.section.id, second.section.id]
    reasons = reader.why(parse(ASKED), first.section)
    (shared,) = [reason for reason in reasons if reason.origin == "characters"]
    assert shared.field == "body"
    assert set(shared.words) < set(rerank.pairs(Term(ASKED)))
    assert sum(reason.score for reason in reasons) == pytest.approx(first.score, abs=1e-5)
    newest_first = reader.why(parse(ASKED, sort="date"), first.section)
    assert [reason for reason in newest_first if reason.origin == "characters"] == []


@pytest.mark.usefixtures("_read_here")
def test_no_score_tells_of_a_section_that_may_not_be_read(library):
    ingest_text(library, "だより3.txt", ISSUE.format(number=3, first="春の記録", second="夏の記録"))
    public = library.reader(PUBLIC_ONLY)
    before = [(hit.section.id, hit.score) for hit in public.search(parse(ASKED)).hits]
    case = ISSUE.format(number=4, first="秋の記録", second="冬の記録")
    ingest_text(library, "事例.txt", case, "document", AccessClass.CASES.value)
    assert [(hit.section.id, hit.score) for hit in public.search(parse(ASKED)).hits] == before
    assert len(search(library, ASKED).hits) > len(before)
