"""Why a section was found, and what is like it: equal to what the engine counts, within what may be read."""

import pytest

from kb.model import EVERYTHING, PUBLIC_ONLY
from kb.plugins import Plugins
from kb.search.engines import ENGINES
from kb.search.query import parse
from kb.testing import extraction_of, ingest_text, open_library

ISSUE = """みどり県社協だより 第12号
令和4年2月15日発行

■ゴミ屋敷の片付けから始まったつながり

若葉市では、ひとり暮らしの高齢者の家にごみが積み上がり、近所から相談が寄せられました。CSWは片付けを急がず、まず話を聞きました。

■民生委員との見守り

民生委員と社会福祉協議会が令和3年12月21日から週に一度訪ね、見守って困りごとを整理しました。

■子供の居場所

汐見町の公民館で、こども食堂を開きました。
"""

OTHER = """若葉市社協だより 第3号
令和5年2月15日発行

■片付けを手伝う

高齢者のひとり暮らしの家で、ごみの片付けをCSWと近所の人が手伝いました。相談は社協へ。

■夏祭り

公園で夏祭りを開きました。
"""


@pytest.fixture(autouse=True)
def _read_here(monkeypatch):
    monkeypatch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))


@pytest.fixture(params=ENGINES)
def library(tmp_path, request):
    plugins = Plugins.load(("kb_formats", "kb_privacy"))
    with open_library(tmp_path, plugins, engine=request.param) as opened:
        ingest_text(opened, "だより12.txt", ISSUE)
        ingest_text(opened, "若葉3.txt", OTHER)
        yield opened


QUERIES = [
    "ゴミ屋敷 片付け",
    "社協",
    "子ども",
    "見守り 民生委員",
    "令和3年12月21日",
    "ひとり暮らしの高齢者にどう関わればよいか",
    '"民生委員と社会福祉協議会"',
    "民生*",
    "title:見守り",
    "片付け -夏祭り",
    "片付け ヘリコプター",
    "社協 OR 夏祭り",
    "民生委員児童委員",
]


@pytest.mark.parametrize("text", QUERIES)
def test_the_parts_add_up_to_the_score_of_every_hit(library, text):
    reader = library.reader(EVERYTHING)
    page = reader.search(parse(text))
    assert page.hits
    for hit in page.hits:
        reasons = reader.why(parse(text), hit.section)
        assert sum(reason.score for reason in reasons) == pytest.approx(hit.score, abs=1e-5)
        assert all(reason.score > 0 for reason in reasons)


def test_the_index_is_asked_for_the_scores_of_a_section_once(library, monkeypatch):
    reader = library.reader(EVERYTHING)
    hit = reader.search(parse("ゴミ屋敷 片付け")).hits[0]
    index, asked = library.index(), []
    scores = index.scores
    monkeypatch.setattr(index, "scores", lambda *nodes, **more: asked.append(nodes) or scores(*nodes, **more))
    assert reader.why(parse("ゴミ屋敷 片付け"), hit.section)
    assert len(asked) == 1


def why(library, text, heading):
    reader = library.reader(EVERYTHING)
    hit = next(hit for hit in reader.search(parse(text)).hits if hit.section.heading == heading)
    return {(reason.words, reason.origin, reason.field) for reason in reader.why(parse(text), hit.section)}


def test_a_word_as_typed_a_variant_and_a_synonym_are_told_apart(library):
    assert (("片付け",), "typed", "body") in why(library, "片付け", "片付けを手伝う")
    assert (("子供", "こども"), "variant", "body") in why(library, "子ども", "子供の居場所")
    assert (("社会福祉協議会",), "synonym", "body") in why(library, "社協", "民生委員との見守り")
    assert (("見守り", "見守っ"), "typed", "body") in why(library, "見守り", "民生委員との見守り")


def test_a_date_and_words_side_by_side_are_named(library):
    assert (("令和3年12月21日",), "date", "") in why(library, "令和3年12月21日", "民生委員との見守り")
    assert any(o == "beside" for _, o, _ in why(library, "ごみの片付け", "片付けを手伝う"))


def test_a_section_that_does_not_answer_has_no_reasons(library):
    reader = library.reader(EVERYTHING)
    section = reader.search(parse("夏祭り")).hits[0].section
    assert reader.why(parse("ゴミ屋敷"), section) == []


def test_what_is_about_the_same_is_found_in_other_documents(library):
    reader = library.reader(EVERYTHING)
    section = reader.search(parse("ゴミ屋敷")).hits[0].section
    found = reader.similar(section)
    assert [one.heading for one, _ in found] == ["片付けを手伝う"]
    assert {document.title for _, document in found} == {"若葉市社協だより 第3号"}


def test_a_section_that_is_like_none_has_none(library):
    reader = library.reader(EVERYTHING)
    assert reader.similar(reader.search(parse("夏祭り")).hits[0].section) == []


def test_nothing_is_like_it_that_may_not_be_read(library):
    case = OTHER.replace("若葉市社協だより 第3号", "事例の記録")
    ingest_text(library, "事例.txt", case, "document", "cases")
    public, everything = library.reader(PUBLIC_ONLY), library.reader(EVERYTHING)
    section = public.search(parse("ゴミ屋敷")).hits[0].section
    assert {document.access.value for _, document in everything.similar(section)} == {"public", "cases"}
    assert {document.access.value for _, document in public.similar(section)} == {"public"}


def test_what_is_in_the_bin_is_like_nothing_at_once(library):
    reader = library.reader(EVERYTHING)
    section = reader.search(parse("ゴミ屋敷")).hits[0].section
    (_, document), *_ = reader.similar(section)
    library.store.register.bin(document.id, "山吹")
    assert reader.similar(section) == []
