"""The sample newsletters: made by the script that is kept, rich enough, right in their dates, and ours."""

import json
import re
import sys
import unicodedata
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the makers are modules of `tests`

from kb.model import EVERYTHING, File  # noqa: E402
from kb.testing import open_library, search  # noqa: E402
from kb_formats import kb_extract  # noqa: E402
from tests.samples.make import make, make_papers  # noqa: E402
from tests.samples.source import CASEBOOK, MATERIALS, read_issues  # noqa: E402
from tests.samples.truth import WEEKDAY  # noqa: E402

NEWSLETTERS = ROOT / "documents" / "newsletters"
TRUTHS = ROOT / "tests" / "samples" / "truth"
SEED = ROOT.parent / "shared" / "seeds" / "newsletter_no3.txt"
ISSUES = read_issues()


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """A library of all sample newsletters."""
    with open_library(tmp_path_factory.mktemp("samples")) as library:
        outcomes = list(library.ingest_files(sorted(NEWSLETTERS.iterdir())))
        assert [(outcome.name, outcome.status) for outcome in outcomes if outcome.status != "added"] == []
        yield library


def test_the_script_makes_what_is_committed(tmp_path):
    """By what is read out of the files: compression differs between machines."""
    make(tmp_path / "newsletters", tmp_path / "truth")
    make_papers(tmp_path)
    folders = {"truth": TRUTHS, **{name: ROOT / "documents" / name for name in ("newsletters", "training", "cases")}}
    for name, kept in folders.items():
        assert sorted(path.name for path in (tmp_path / name).iterdir()) == sorted(path.name for path in kept.iterdir())
    for path in (tmp_path / "truth").iterdir():
        assert path.read_bytes() == (TRUTHS / path.name).read_bytes()
    for name in folders.keys() - {"truth"}:
        for path in (tmp_path / name).iterdir():
            assert kb_extract(File(path.name, path)) == kb_extract(File(path.name, folders[name] / path.name))


def test_all_manners_are_there():
    manners = [issue.manner for issue in ISSUES]
    assert len(manners) >= 6
    assert {"pdf", "word", "cp932", "marked", "plain"} <= set(manners)


def test_days_of_the_week_are_right():
    found = 0
    for issue in (*ISSUES, *read_issues(MATERIALS), *read_issues(CASEBOOK)):
        for part in issue.parts:
            for match in WEEKDAY.finditer(part.plain):
                era, era_year, year, month, day, weekday = match.groups()
                numbers = [
                    int(unicodedata.normalize("NFKC", n).replace("元", "1")) for n in (era_year or year, month, day)
                ]
                day = date(numbers[0] + (2018 if era else 0), *numbers[1:])
                assert "月火水木金土日"[day.weekday()] == weekday, (issue.name, match[0])
                found += 1
    assert found >= 10


def test_there_are_at_least_sixty_sections(samples):
    _, sections = samples.reader(EVERYTHING).counts()
    assert sections >= 60


@pytest.mark.parametrize("issue", ISSUES, ids=lambda issue: issue.name)
def test_the_tree_is_the_one_that_was_written(samples, issue):
    truth = json.loads((TRUTHS / f"{issue.name}.json").read_text(encoding="utf-8"))
    library = samples.reader(EVERYTHING)
    document = library.find(issue.file)
    sections = library.sections(document.id)
    assert [(s.level, s.kind, s.heading) for s in sections] == [
        (s["level"], s["kind"], s["heading"]) for s in truth["sections"]
    ]
    assert document.date == issue.date
    assert unicodedata.normalize("NFKC", document.title).startswith(unicodedata.normalize("NFKC", truth["newsletter"]))
    for section, written in zip(sections, truth["sections"], strict=True):
        assert solid(section.text) == solid("".join(block["text"] for block in written["blocks"])), section.heading
        assert section.page == written.get("page", section.page)


def solid(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("words", "at_least"),
    [
        ("ゴミ屋敷", 4),
        ("ごみ屋敷", 4),
        ("ヤングケアラー", 6),
        ("重層的支援", 6),
        ("生活困窮", 3),
        ("ひきこもり", 5),
        ("8050", 4),
        ("八〇五〇", 4),
        ("成年後見", 4),
        ("フードバンク", 2),
        ("居場所", 3),
        ("見守り", 6),
        ("災害ボランティア", 2),
        ("制度の狭間", 3),
        ("参加支援", 3),
        ("アウトリーチ", 3),
        ("生活福祉資金", 2),
        ("子ども食堂", 2),
        ("地域包括支援センター", 5),
        ("民生委員", 5),
        ("特例貸付", 1),
        ("外国籍住民", 2),
        ("汐見町", 2),
    ],
)
def test_searches_of_a_social_worker_find_several_articles(samples, words, at_least):
    page = search(samples, words)
    assert not page.partial
    assert page.total >= at_least


@pytest.mark.skipif(not SEED.exists(), reason="the seed newsletter is not on this machine")
def test_no_sentence_is_taken_from_the_seed():
    seed = solid(SEED.read_text(encoding="utf-8"))
    ours = "".join(solid(part.plain) for issue in ISSUES for part in issue.parts)
    shared = {ours[i : i + 24] for i in range(len(ours) - 24)} & {seed[i : i + 24] for i in range(len(seed) - 24)}
    assert not shared
