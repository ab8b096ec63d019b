"""What every engine must do, and that they do the same."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings

from kb.model import EVERYTHING, PUBLIC_ONLY, AccessClass, Everything, Filter, Range
from kb.search.memory import MemoryIndex
from kb.search.nodes import Any, Beginning, Except, Keyword, Run, Word
from kb.search.whoosh_engine import WhooshIndex
from tests.search.drawn import COMMITS, QUESTIONS, put


def ids(found):
    return [section for section, _ in found.hits]


def fill(index, *entries):
    for entry in entries:
        index.replace(entry.document, [entry])
    index.commit()


# ------------------------------------------------------------------------------------------------- by example


def test_empty_index_answers(index):
    found = index.search(Everything(), access=EVERYTHING, facets=("type",))
    assert (found.total, found.hits, found.facets) == (0, (), {"type": {}})
    assert index.documents() == {}


def test_replacement_is_seen_after_the_commit(index, entry):
    index.replace("a", [entry("a", "見守り活動")])
    assert index.search(Word("活動"), access=EVERYTHING).total == 0
    index.commit()
    assert ids(index.search(Word("活動"), access=EVERYTHING)) == ["a"]


def test_replacing_removes_what_was_there(index, entry):
    index.replace("doc", [entry("one", "見守り", document="doc"), entry("two", "居場所", document="doc")])
    index.commit()
    index.replace("doc", [entry("one", "配食", document="doc", version=2)])
    index.commit()
    assert ids(index.search(Everything(), access=EVERYTHING)) == ["one"]
    assert index.search(Word("見守り"), access=EVERYTHING).total == 0
    assert index.documents() == {"doc": 2}


def test_replacing_twice_before_a_commit_counts_once(index, entry):
    index.replace("a", [entry("a", "古い文")])
    fill(index, entry("a", "新しい文", version=2))
    assert ids(index.search(Everything(), access=EVERYTHING)) == ["a"]
    assert index.documents() == {"a": 2}


def test_replacing_by_nothing_removes(index, entry):
    fill(index, entry("a", "見守り"), entry("b", "見守り"))
    index.replace("a", [])
    index.commit()
    assert ids(index.search(Word("見守り"), access=EVERYTHING)) == ["b"]
    assert index.documents() == {"b": 1}


def test_change_of_access_class_moves_the_document(index, entry):
    fill(index, entry("a", "見守り", access=AccessClass.PUBLIC))
    fill(index, entry("a", "見守り", access=AccessClass.CASES, version=2))
    assert index.search(Everything(), access=PUBLIC_ONLY).total == 0
    assert ids(index.search(Everything(), access=frozenset({AccessClass.CASES}))) == ["a"]


def test_scores_do_not_depend_on_sections_that_may_not_be_read(index, entry):
    fill(index, entry("a", "見守り活動の記録"), entry("b", "配食"))
    before = index.search(Word("活動"), access=PUBLIC_ONLY, facets=("type",))
    fill(index, *(entry(f"c{n}", "活動" * 9, access=AccessClass.CASES, keywords={"type": ("case",)}) for n in range(5)))
    assert index.search(Word("活動"), access=PUBLIC_ONLY, facets=("type",)) == before
    assert index.search(Beginning("活"), access=frozenset()).total == 0


def test_field_narrows_a_word(index, entry):
    fill(
        index,
        entry("text", "居場所"),
        entry("heading", "配食", heading="居場所"),
        entry("above", "配食", above="居場所"),
        entry("title", "配食", title="居場所"),
    )
    assert set(ids(index.search(Word("場所"), access=EVERYTHING))) == {"text", "heading", "above", "title"}
    assert set(ids(index.search(Word("場所", "title"), access=EVERYTHING))) == {"heading", "above", "title"}
    assert set(ids(index.search(Word("場所", "body"), access=EVERYTHING))) == {"text", "heading"}


FILLER = "高齢者の暮らしを支える仕組みについて、民生委員と社協の職員が若葉町の公民館で話し合いを重ねました。"


def test_heading_outweighs_a_mention_in_passing_in_the_shortest_section(index, entry):
    fill(
        index,
        entry("heading", FILLER, heading="ゴミ屋敷"),
        entry("passing", "ゴミ屋敷。"),
        *(entry(f"other{n}", FILLER) for n in range(20)),
    )
    assert ids(index.search(Word("塵屋敷"), access=EVERYTHING)) == ["heading", "passing"]


def test_section_that_says_more_of_it_outranks_one_that_names_it_in_its_heading_only(index, entry):
    fill(
        index,
        entry("heading", FILLER, heading="会議"),
        entry("more", f"{FILLER}会議を開き、会議の記録を残し、会議の後で次の会議を決めました。"),
        *(entry(f"other{n}", FILLER) for n in range(20)),
    )
    assert ids(index.search(Word("会議"), access=EVERYTHING)) == ["more", "heading"]


def test_own_heading_is_worth_more_than_those_above(index, entry):
    fill(index, entry("above", FILLER, above="会議"), entry("own", FILLER, heading="会議"))
    assert ids(index.search(Word("会議"), access=EVERYTHING)) == ["own", "above"]


def test_section_without_text_is_found_but_does_not_crowd_out_those_that_say_something(index, entry):
    fill(
        index,
        entry("empty", "", heading="ひきこもり"),
        entry("first", f"ひきこもりの家族会が始まりました。{FILLER}", above="ひきこもり", heading="家族会"),
        entry("second", f"ひきこもりの人の居場所です。{FILLER}", above="ひきこもり", heading="居場所"),
        entry("other", FILLER),
    )
    assert ids(index.search(Word("引き籠もり"), access=EVERYTHING))[-1] == "empty"


def test_heading_taken_from_the_text_counts_no_more_than_the_text(index, entry):
    text = f"ヤングケアラーとは、家族の世話をする子どもです。{FILLER}"
    fill(
        index,
        entry("box", text, heading="ヤングケアラーとは…"),
        entry("article", f"ヤングケアラーの集いを開きました。{FILLER}", heading="ヤングケアラーへの支援"),
        *(entry(f"other{n}", FILLER) for n in range(5)),
    )
    assert ids(index.search(Word("ヤングケアラー"), access=EVERYTHING)) == ["article", "box"]


def test_masthead_does_not_crowd_out_the_articles(index, entry):
    fill(
        index,
        entry(
            "masthead", "みどり県社協だより 第7号", title="みどり県社協だより 第7号", heading="みどり県社協だより 第7号"
        ),
        entry(
            "article", f"県内の社協から42人が集まりました。{FILLER}", title="みどり県社協だより 第7号", heading="会議"
        ),
        *(entry(f"other{n}", "配食を始めました。", title="みどり県社協だより 第7号") for n in range(5)),
    )
    assert ids(index.search(Word("社協"), access=EVERYTHING))[0] == "article"
    assert "masthead" in ids(index.search(Word("社協"), access=EVERYTHING))


def test_run_needs_neighbours_within_a_sentence(index, entry):
    fill(index, entry("near", "制度の狭間"), entry("far", "狭間と制度"), entry("across", "新しい制度。狭間"))
    assert ids(index.search(Run(("制度", "狭間")), access=EVERYTHING)) == ["near"]


def test_dates_sort_newest_first_and_undated_last(index, entry):
    days = {"old": dt.date(2020, 4, 1), "new": dt.date(2024, 4, 1), "none": None}
    fill(index, *(entry(name, "活動", date=day) for name, day in days.items()))
    assert ids(index.search(Everything(), access=EVERYTHING, sort="date")) == ["new", "old", "none"]


def test_range_of_dates_has_open_ends_and_leaves_out_the_undated(index, entry):
    days = {"old": dt.date(2020, 4, 1), "new": dt.date(2024, 4, 1), "none": None}
    fill(index, *(entry(name, "活動", date=day) for name, day in days.items()))
    newer = Range("date", dt.date(2020, 4, 2), None)
    assert ids(index.search(newer, access=EVERYTHING)) == ["new"]
    assert ids(index.search(Range("date", None, days["old"]), access=EVERYTHING)) == ["old"]


def test_pages_neither_overlap_nor_leave_gaps(index, entry):
    fill(index, *(entry(f"{n:02}", "活動") for n in range(25)))
    pages = [ids(index.search(Word("活動"), access=EVERYTHING, offset=start, limit=10)) for start in (0, 10, 20, 30)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert [section for page in pages for section in page] == [f"{n:02}" for n in range(25)]


def test_facets_count_all_that_was_found(index, entry):
    kinds = {"a": ("newsletter",), "b": ("newsletter", "leaflet"), "c": ("case",)}
    fill(index, *(entry(name, "活動", keywords={"type": kind, "year": ("2021",)}) for name, kind in kinds.items()))
    found = index.search(Except(Filter("type", "case")), access=EVERYTHING, limit=1, facets=("type", "year", "no"))
    assert found.facets == {"type": {"newsletter": 2, "leaflet": 1}, "year": {"2021": 2}, "no": {}}


def test_keyword_scores_by_rarity(index, entry):
    often, seldom = {"dates": ("d2021-12-21",)}, {"dates": ("d2021-12-21", "d2022-01-01")}
    fill(index, entry("a", "会議", keywords=often), entry("b", "会議", keywords=seldom), entry("c", "会議"))
    either = Any((Keyword("dates", "d2021-12-21"), Keyword("dates", "d2022-01-01")))
    assert ids(index.search(either, access=EVERYTHING)) == ["b", "a"]


def test_terms_may_hold_any_character(index, entry):
    fill(index, entry("a", "𠮷野家 <b>&amp; 100% \x00 \x1f", keywords={"地 区": ("みどり県\t北部",)}))
    assert ids(index.search(Filter("地 区", "みどり県\t北部"), access=EVERYTHING)) == ["a"]
    assert index.search(Filter("地", " 区"), access=EVERYTHING).total == 0


# ----------------------------------------------------------------------------------------------- the two agree


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commits=COMMITS, questions=QUESTIONS)
def test_engines_agree(commits, questions, analyzer, tmp_path_factory):
    memory = MemoryIndex()
    whoosh = WhooshIndex.create(tmp_path_factory.mktemp("index"), analyzer)
    for commit in commits:
        put(commit, memory, whoosh)
        assert whoosh.documents() == memory.documents()
        for node, access, sort in questions:
            asked = {"access": access, "sort": sort, "offset": 1, "limit": 4, "facets": ("type", "dates")}
            ours, theirs = whoosh.search(node, **asked), memory.search(node, **asked)
            assert (ours.total, ids(ours), ours.facets) == (theirs.total, ids(theirs), theirs.facets)
            assert [s for _, s in ours.hits] == pytest.approx([s for _, s in theirs.hits], abs=1e-4)
    whoosh.close()
