"""The newsletter it all began with, from the file to the article: skipped where the seed is not there."""

from pathlib import Path

import pytest

from kb.model import EVERYTHING
from kb.testing import open_library, search

SEED = Path(__file__).parents[2] / "shared" / "seeds" / "newsletter_no3.txt"

pytestmark = pytest.mark.skipif(not SEED.exists(), reason="the seed newsletter is not on this machine")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    with open_library(tmp_path_factory.mktemp("seed")) as library:
        (outcome,) = library.ingest_files([SEED])
        assert (outcome.status, outcome.document.type) == ("added", "newsletter")
        yield library


def test_number_and_publisher_are_read_off_the_issue(seeded):
    (document,) = seeded.reader(EVERYTHING).documents()
    assert document.fields["number"] == "3"
    assert "社会福祉協議会" in document.fields["publisher"]


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("コミュニティソーシャルワーカー", "推進組織"),
        ("茅ケ崎市 移行準備事業", "個別ヒアリング"),
        ("茅ヶ崎市　移行準備事業", "個別ヒアリング"),
        ("2021年12月21日", "R3.12.21"),
        ("令和３年１２月２１日", "R3.12.21"),
        ("制度の狭間", "相談支援"),
        ("生活支援コーディネーター 生活困窮者", "生活困窮者への支援"),
        ("生活支援Co 生活困窮者", "生活困窮者への支援"),
        ("ヤングケアラーの支援", "ヤングケアラーへの支援"),
        ("縦割り 庁内連携", "庁内連携"),
        ("ゴミ屋敷", "生活困窮者への支援"),
        ("ボランティアコーディネーター 情報交換会", "情報交換会"),
    ],
)
def test_the_article_a_person_would_name_comes_first(seeded, words, heading):
    page = search(seeded, words)
    assert page.total > 0
    assert not page.partial
    assert heading in page.hits[0].section.heading
    assert any(span.marked for span in (*page.hits[0].snippet, *page.hits[0].heading))


def test_a_side_box_is_found_by_itself(seeded):
    best = search(seeded, "ヤングケアラー 定義 法令上").hits + search(seeded, "ヤングケアラーとは").hits
    assert "box" in {hit.section.kind for hit in best}
