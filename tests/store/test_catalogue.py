"""The catalogue: what is saved comes back, and nobody is told of what they may not read."""

from dataclasses import replace
from datetime import date

import pytest

from kb.errors import ConflictError
from kb.model import EVERYTHING, PUBLIC_ONLY, AccessClass, Annotation, BBox, Block, Section, State
from kb.store.catalogue import Catalogue, Content, Failure
from kb.store.database import open_database
from kb.store.outbox import Outbox
from kb.store.present import Glance
from kb.testing import a_document

pytestmark = pytest.mark.databases

DOCUMENT = a_document(
    date=date(2022, 2, 15),
    date_basis="発行日",
    fields={"number": "12"},
    access=AccessClass.PUBLIC,
    sha256="ab" * 32,
    source="folder",
    uri="newsletters/だより.pdf",
    pages=4,
    warnings=("3ページは画像だけです。",),
)
SECTIONS = (
    Section(
        "重層的支援の一年",
        (
            Block("庁内連携が進みました。", page=1, size=10.5, bbox=BBox(1.0, 2.0, 3.5, 4.0)),
            Block("名称\t対象", "table", page=2, vertical=True, aside=1),
        ),
        id="0123456789ab-1",
        document=DOCUMENT.id,
        path=("重層的支援の一年",),
        page=1,
    ),
    Section(
        "参加者の声",
        (),
        2,
        "box",
        id="0123456789ab-2",
        document=DOCUMENT.id,
        ordinal=1,
        path=("重層的支援の一年", "〔囲み〕参加者の声"),
    ),
)
ANNOTATIONS = {"0123456789ab-1": (Annotation("date", "2022-02-15", "令和4年2月15日", 0, 4, "heading"),)}


@pytest.fixture
def catalogue(engine):
    return Catalogue(engine)


@pytest.fixture
def outbox(engine):
    return Outbox(engine)


def test_a_saved_document_comes_back_unchanged(catalogue):
    catalogue.save(Content(DOCUMENT, SECTIONS, ANNOTATIONS))
    assert catalogue.document(DOCUMENT.id, EVERYTHING) == DOCUMENT
    assert tuple(catalogue.sections_of(DOCUMENT.id, EVERYTHING)) == SECTIONS
    assert catalogue.annotations([section.id for section in SECTIONS]) == ANNOTATIONS
    assert [section.heading for section in catalogue.outline(DOCUMENT.id, EVERYTHING)] == [
        "重層的支援の一年",
        "参加者の声",
    ]


def test_headings_and_texts_are_had_without_the_rest(catalogue):
    catalogue.save(Content(DOCUMENT, SECTIONS, ANNOTATIONS))
    ids = ["0123456789ab-2", "そのような記事はない", "0123456789ab-1"]
    found = catalogue.texts(ids, EVERYTHING)
    assert list(found.items()) == [
        ("0123456789ab-2", "参加者の声"),
        ("0123456789ab-1", "重層的支援の一年\n庁内連携が進みました。\n名称\t対象"),
    ]
    assert found[ids[2]] == f"{SECTIONS[0].heading}\n{SECTIONS[0].text}"


def test_several_documents_are_read_at_once(catalogue):
    other = replace(DOCUMENT, id="other", uri="newsletters/別.pdf")
    theirs = tuple(replace(s, id=f"o-{s.id}", document="other") for s in reversed(SECTIONS))
    bare = replace(DOCUMENT, id="bare", uri="newsletters/空.pdf")
    for document, sections in ((DOCUMENT, SECTIONS), (other, theirs), (bare, ())):
        catalogue.save(Content(document, sections, {}))
    found = catalogue.contents([DOCUMENT.id, "bare", "other", "unknown"], EVERYTHING)
    assert found == {DOCUMENT.id: list(SECTIONS), "other": catalogue.sections_of("other", EVERYTHING)}


def test_saving_again_replaces_all_sections_and_annotations(catalogue):
    catalogue.save(Content(DOCUMENT, SECTIONS, ANNOTATIONS))
    newer = replace(DOCUMENT, version=2, title="みどり県社協だより 第1号（訂正版）")
    catalogue.save(Content(newer, SECTIONS[:1], {}))
    assert catalogue.document(DOCUMENT.id, EVERYTHING) == newer
    assert catalogue.counts(EVERYTHING) == (1, 1)
    assert catalogue.annotations([SECTIONS[0].id]) == {}
    assert catalogue.revisions() == {DOCUMENT.id: 2}


def test_it_is_all_there_when_opened_again(tmp_path, database):
    first = open_database(tmp_path, database)
    Catalogue(first).save(Content(DOCUMENT, SECTIONS, ANNOTATIONS))
    first.dispose()
    second = open_database(tmp_path, database)
    assert Catalogue(second).document(DOCUMENT.id, EVERYTHING) == DOCUMENT
    second.dispose()


def test_every_way_to_read_hides_what_may_not_be_read(catalogue):
    secret = replace(DOCUMENT, access=AccessClass.CASES)
    catalogue.save(Content(secret, SECTIONS, ANNOTATIONS))
    ids = [section.id for section in SECTIONS]
    assert catalogue.document(DOCUMENT.id, PUBLIC_ONLY) is None
    assert catalogue.documents(PUBLIC_ONLY) == []
    assert catalogue.documents_by_id([DOCUMENT.id], PUBLIC_ONLY) == {}
    assert catalogue.matching(DOCUMENT.title, PUBLIC_ONLY) == []
    assert catalogue.sections(ids, PUBLIC_ONLY) == {}
    assert catalogue.texts(ids, PUBLIC_ONLY) == {}
    assert catalogue.sections_of(DOCUMENT.id, PUBLIC_ONLY) == []
    assert catalogue.outline(DOCUMENT.id, PUBLIC_ONLY) == []
    assert catalogue.contents([DOCUMENT.id], PUBLIC_ONLY) == {}
    assert catalogue.counts(PUBLIC_ONLY) == (0, 0)
    assert catalogue.counts(frozenset({AccessClass.CASES})) == (1, 2)


def test_a_change_is_to_be_done_until_the_index_has_it(catalogue, outbox):
    catalogue.save(Content(DOCUMENT, SECTIONS, {}))
    catalogue.save(Content(replace(DOCUMENT, title="訂正版"), SECTIONS, {}))
    jobs = outbox.jobs("index")
    assert [job.document for job in jobs] == [DOCUMENT.id, DOCUMENT.id]
    outbox.done(jobs[:1])
    assert outbox.jobs("index") == jobs[1:]


@pytest.mark.parametrize(
    ("after", "hidden"),
    [
        (replace(DOCUMENT, title="訂正版"), False),
        (replace(DOCUMENT, access=AccessClass.CASES), True),
        (replace(DOCUMENT, state=State.DRAFT), True),
    ],
)
def test_what_readers_must_not_see_any_more_is_known_before_the_index_knows(catalogue, engine, after, hidden):
    catalogue.save(Content(DOCUMENT, SECTIONS, {}))
    catalogue.save(Content(after, SECTIONS, {}))
    assert (DOCUMENT.id in Glance(engine).now().hidden) is hidden


def test_drafts_are_for_staff_only(catalogue, engine):
    catalogue.save(Content(replace(DOCUMENT, state=State.DRAFT), SECTIONS, ANNOTATIONS))
    assert catalogue.document(DOCUMENT.id, EVERYTHING) is None
    assert catalogue.sections_of(DOCUMENT.id, EVERYTHING) == []
    assert catalogue.counts(EVERYTHING) == (0, 0)
    assert catalogue.revisions() == {}
    drafts = Catalogue(engine, unpublished=True)
    assert drafts.document(DOCUMENT.id, EVERYTHING).state is State.DRAFT
    assert tuple(drafts.sections_of(DOCUMENT.id, EVERYTHING)) == SECTIONS


def test_content_made_from_an_older_state_is_refused(catalogue):
    first = catalogue.save(Content(DOCUMENT, SECTIONS, {}))
    second = catalogue.save(Content(DOCUMENT, SECTIONS, {}), first.revision)
    assert second.revision == first.revision + 1
    with pytest.raises(ConflictError, match="先に変更"):
        catalogue.save(Content(replace(DOCUMENT, title="古い版から"), (), {}), first.revision)
    assert catalogue.document(DOCUMENT.id, EVERYTHING).title == DOCUMENT.title


def test_documents_are_listed_newest_first_and_undated_last(catalogue):
    for number, day in enumerate([date(2021, 4, 1), None, date(2023, 1, 5)]):
        catalogue.save(Content(replace(DOCUMENT, id=f"doc{number}", uri=str(number), date=day), (), {}))
    assert [d.id for d in catalogue.documents(EVERYTHING)] == ["doc2", "doc0", "doc1"]
    assert catalogue.documents(EVERYTHING, "training") == []


@pytest.mark.parametrize("name", ["0123456789ab", "0123", "だより.txt", "だより", "みどり県社協だより 第1号"])
def test_a_document_is_found_by_what_people_call_it(catalogue, name):
    catalogue.save(Content(DOCUMENT, (), {}))
    assert [d.id for d in catalogue.matching(name, EVERYTHING)] == [DOCUMENT.id]


@pytest.mark.parametrize("name", ["012", "よその資料", ""])
def test_nothing_is_found_by_what_nobody_calls_it(catalogue, name):
    catalogue.save(Content(DOCUMENT, (), {}))
    assert catalogue.matching(name, EVERYTHING) == []


def test_a_failure_is_kept_until_the_file_succeeds(catalogue):
    failure = Failure(
        "folder", DOCUMENT.uri, "だより.pdf", "cd" * 32, "パスワードで保護されています。", "外してください。"
    )
    catalogue.fail(failure)
    catalogue.fail(failure)
    assert catalogue.failures() == [failure]
    catalogue.save(Content(DOCUMENT, (), {}))
    assert catalogue.failures() == []


def test_more_ids_than_sqlite_takes_variables(catalogue):
    catalogue.save(Content(DOCUMENT, SECTIONS, {}))
    ids = [f"missing-{n}" for n in range(40_000)] + [SECTIONS[0].id]
    assert list(catalogue.sections(ids, EVERYTHING)) == [SECTIONS[0].id]
