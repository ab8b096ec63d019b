"""The sample training materials and case studies: read as they were written, by whatever way they come in, and harmless."""

import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the makers are modules of `tests`

from kb.model import EVERYTHING, OPERATOR, AccessClass, Actor, Role, State  # noqa: E402
from kb.testing import open_library, search  # noqa: E402
from tests.samples.source import CASEBOOK, MATERIALS, read_issues  # noqa: E402

PAPERS = (*read_issues(MATERIALS), *read_issues(CASEBOOK))


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """A library of all samples, from a folder whose name tells nothing: each has to be recognised."""
    home = tmp_path_factory.mktemp("papers")
    (home / "unsorted").mkdir()
    for folder in ("newsletters", "training", "cases"):
        for path in (ROOT / "documents" / folder).iterdir():
            shutil.copyfile(path, home / "unsorted" / path.name)
    with open_library(home) as library:
        outcomes = list(library.ingest_files(sorted((home / "unsorted").iterdir())))
        assert [(outcome.name, outcome.status) for outcome in outcomes if outcome.status != "added"] == []
        yield library


@pytest.mark.parametrize("folder", ["newsletters", "training", "cases"])
def test_each_is_recognised_without_a_folder(papers, folder):
    kind = {"newsletters": "newsletter", "training": "training", "cases": "case"}[folder]
    for path in (ROOT / "documents" / folder).iterdir():
        assert papers.reader(EVERYTHING).find(path.name).type == kind, path.name


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_titles_and_days_are_those_that_were_written(papers, paper):
    document = papers.reader(EVERYTHING).find(paper.file)
    assert document.title.startswith(paper.head["title"])
    assert document.date == paper.date


def test_cases_are_published_for_those_who_may_and_hold_nothing_to_decide_on(papers):
    desk = papers.desk(OPERATOR)
    for document in papers.reader(EVERYTHING).documents("case"):
        assert (document.access, document.state, document.sensitive) == (AccessClass.CASES, State.PUBLISHED, True)
        assert desk.findings(document.id) == []
    for role in (None, Role.READER):
        assert papers.reader(Actor("誰か", role).access).documents("case") == []


def test_materials_are_for_members(papers):
    documents = papers.reader(EVERYTHING).documents("training")
    assert {document.access for document in documents} == {AccessClass.MEMBERS}
    assert {document.values("fiscal_year") for document in documents} == {("令和4年度",), ("令和5年度",)}
    assert all(document.values("programme") and document.values("lecturer") for document in documents)


@pytest.mark.parametrize("paper", read_issues(CASEBOOK), ids=lambda paper: paper.name)
def test_each_part_of_a_case_is_found_whatever_the_layout(papers, paper):
    document = papers.reader(EVERYTHING).find(paper.file)
    headings = [section.heading for section in papers.reader(EVERYTHING).sections(document.id)]
    if paper.manner == "register":
        assert len(headings) == len(paper.parts) - 1
        return
    written = [part.plain for part in paper.parts if part.kind == "heading"]
    assert headings[0] == "基本情報"
    assert [heading.split(" ")[-1] for heading in headings[1:]] == written


def test_slides_are_joined_below_their_chapters(papers):
    deck = papers.reader(EVERYTHING).find("R5_CSW養成研修_基礎編_スライド.pptx")
    sections = papers.reader(EVERYTHING).sections(deck.id)
    found = {section.heading: section for section in sections}
    assert deck.date == date(2023, 6, 13)
    going_on = found["CSWが出会う「制度の狭間」"]
    assert going_on.path[0].startswith("第１章")
    assert "手帳も診断もない" in going_on.text
    assert "在留資格や言葉の壁" in going_on.text
    assert "出番です" in going_on.text  # what the speaker says


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("切り抜き 展示", "支援経過"),
        ("フードバンク 電気代 分納", "支援"),
        ("移動販売 採算", "計画"),
        ("アウトリーチ 三つの段階", "アウトリーチの三つの段階"),
        ("特殊詐欺 通信販売", "事例9"),
    ],
)
def test_a_social_worker_finds_them(papers, words, heading):
    assert heading in "".join(hit.section.label for hit in search(papers, words).hits[:3])
