"""Where staff handle documents: what is to be decided on, what is published, and who may."""

import io
import re
from dataclasses import replace

import pytest

from kb import Finding, hookimpl
from kb.desk import Change
from kb.errors import ConfigError, ConflictError, ForbiddenError, NotFoundError
from kb.ingest.intake import Origin
from kb.ingest.review import reviewed
from kb.model import EVERYTHING, OPERATOR, PUBLIC_ONLY, VISITOR, AccessClass, Actor, Decision, Query, Role, State
from kb.plugins import Plugins
from kb.testing import a_document, a_section, extraction_of, ingest_text, open_library, search

pytestmark = pytest.mark.databases

CASE = """ごみの積み上がった家の支援

■経過

民生委員の案内で緑川さんを訪ねた。緑川さんは「片付けたい」と話した。

■支援

社協の職員と緑川さん、近所の山吹さんとで、週に一度の片付けを始めた。
"""


class Names:
    """Finds two names in case studies, as kb_privacy would."""

    @hookimpl
    def kb_review(self, document, sections):
        if not (document.sensitive or document.access is AccessClass.CASES):
            return
        for section in sections:
            for found in re.finditer("緑川|山吹", section.text):
                letter = {"緑川": "Ａ", "山吹": "Ｂ"}[found.group()]
                yield Finding("name", "氏名", section.id, *found.span(), found.group(), "氏名です。", letter)


@pytest.fixture(autouse=True)
def _read_here(monkeypatch):
    monkeypatch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))


@pytest.fixture
def library(tmp_path):
    plugins = Plugins.load(("kb_formats", "kb_privacy"), {"names": Names()})
    with open_library(tmp_path, plugins, engine="memory") as opened:
        yield opened


@pytest.fixture
def desk(library):
    return library.desk(Actor("山吹", Role.STAFF))


@pytest.fixture
def case(library):
    outcome = ingest_text(library, "事例.txt", CASE, content_type="document", access="cases")
    assert outcome.status == "added"
    return outcome.document


@pytest.mark.parametrize("actor", [VISITOR, Actor("若葉", Role.READER), Actor("若葉", Role.CSW)])
def test_only_staff_have_a_desk(library, actor):
    with pytest.raises(ForbiddenError, match="職員だけ"):
        library.desk(actor)


def test_a_case_study_is_not_published_while_findings_are_open(library, desk, case):
    assert case.state is State.DRAFT
    assert search(library, "片付け").total == 0
    assert [f.evidence for f in desk.findings(case.id)] == ["緑川", "緑川", "緑川", "山吹"]
    with pytest.raises(ConflictError, match="2件"):
        desk.publish(case.id)


def test_what_is_replaced_is_replaced_everywhere_and_stays_so(library, desk, case):
    desk.decide(case.id, Decision("name", "緑川", "Ａ"))
    assert [f.evidence for f in desk.findings(case.id)] == ["山吹"]
    desk.decide(case.id, Decision("name", "山吹", "Ｂ"))
    library.bring_up_to_date()
    texts = [section.text for section in library.reader(EVERYTHING).sections(case.id)]
    assert not [text for text in texts if "緑川" in text or "山吹" in text]
    assert any("社協の職員とＡさん、近所のＢさんとで" in text for text in texts)
    assert (search(library, "緑川").total, search(library, "片付け").total > 0) == (0, True)
    library.reread()
    assert [section.text for section in library.reader(EVERYTHING).sections(case.id)] == texts


def test_what_is_kept_needs_a_reason_and_is_audited(library, desk, case):
    with pytest.raises(ConfigError, match="理由"):
        desk.decide(case.id, Decision("name", "山吹", None, " "))
    desk.decide(case.id, Decision("name", "山吹", None, "本人の同意を得た"))
    assert [f.evidence for f in desk.findings(case.id)] == ["緑川"] * 3
    (decision,) = desk.decisions(case.id)
    assert (decision.by, decision.reason, decision.replacement) == ("山吹", "本人の同意を得た", None)
    entry = library.store.audit.entries(actions=["finding.keep"])[0]
    assert (entry.actor, entry.detail["reason"]) == ("山吹", "本人の同意を得た")
    assert "緑川" not in str(library.store.audit.entries())


def test_a_decision_can_be_withdrawn(library, desk, case):
    desk.decide(case.id, Decision("name", "緑川", "Ａ"))
    desk.withdraw(case.id, "name", "緑川")
    library.reread()
    assert [f.evidence for f in desk.findings(case.id)] == ["緑川", "緑川", "緑川", "山吹"]


def test_a_decision_on_nothing_is_refused(desk, case):
    with pytest.raises(ConfigError, match="もうありません"):
        desk.decide(case.id, Decision("name", "いない人", "Ａ"))


def test_a_new_version_is_checked_again_and_keeps_what_was_decided(library, desk, case):
    for name, letter in (("緑川", "Ａ"), ("山吹", "Ｂ")):
        desk.decide(case.id, Decision("name", name, letter))
    outcome = ingest_text(library, "事例.txt", CASE + "\n緑川さんは退院した。\n")
    assert (outcome.document.id, outcome.document.version, outcome.document.state) == (case.id, 2, State.PUBLISHED)
    assert search(library, "Ａさん 退院").total == 1


def test_a_case_study_that_is_opened_to_all_is_still_checked(library, desk, case):
    desk.edit(case.id, Change(access=AccessClass.PUBLIC))
    assert desk.item(case.id).document.state is State.DRAFT
    assert library.reader(PUBLIC_ONLY).documents() == []


def test_narrowing_takes_effect_before_the_index_catches_up(library, desk):
    document = ingest_text(library, "お知らせ.txt", "■集い\n\n春の集いを開きます。\n", access="public").document
    assert library.reader(PUBLIC_ONLY).search(query("集い")).total == 1
    desk.edit(document.id, Change(access=AccessClass.MEMBERS))
    page = library.reader(PUBLIC_ONLY).search(query("集い"))
    assert (page.total, page.hits, page.facets["type"]) == (0, (), ())
    library.bring_up_to_date()
    assert search(library, "集い").total == 1


def query(words):
    from kb.search.query import parse

    return parse(words)


def test_what_staff_set_outlives_reading(library, desk):
    document = ingest_text(library, "お知らせ.txt", "■集い\n\n春の集いを開きます。\n", access="public").document
    desk.edit(document.id, Change(title="春の集い", date="2022-04-01", fields={"publisher": "若葉市社協"}))
    library.reread()
    found = library.reader(PUBLIC_ONLY).document(document.id)
    assert (found.title, str(found.date), found.date_basis) == ("春の集い", "2022-04-01", "職員による")
    assert found.fields["publisher"] == "若葉市社協"
    with pytest.raises(ConfigError, match="日付"):
        desk.edit(document.id, Change(date="来週"))
    with pytest.raises(ConfigError, match="種類"):
        desk.edit(document.id, Change(content_type="newspaper"))


def test_another_type_means_reading_again(library, desk):
    document = ingest_text(library, "お知らせ.txt", "■集い\n\n春の集いを開きます。\n", access="public").document
    desk.edit(document.id, Change(content_type="newsletter"))
    library.reread()
    assert library.reader(PUBLIC_ONLY).document(document.id).type == "newsletter"


def test_an_upload_waits_for_its_publication(library, desk):
    receipt = library.accept("案内.txt", io.BytesIO("■講座\n\n介護の講座です。\n".encode()), held(), desk.actor)
    assert desk.item(receipt.document).document.state is State.WAITING
    library.reread()
    item = desk.item(receipt.document)
    assert (item.document.state, item.held, item.matters) == (State.DRAFT, True, 0)
    assert [s.heading for s in desk.drafts.sections(receipt.document)] == ["講座"]
    assert search(library, "講座").total == 0
    desk.publish(receipt.document)
    library.bring_up_to_date()
    assert search(library, "講座").total == 1
    desk.hold(receipt.document)
    assert search(library, "講座").total == 0
    assert desk.items(State.DRAFT)[0].document.id == receipt.document


def held():
    return Origin("upload", access=AccessClass.PUBLIC, held=True)


def test_bin_and_restore(library, desk):
    document = ingest_text(library, "お知らせ.txt", "■集い\n\n春の集いを開きます。\n", access="public").document
    desk.bin(document.id)
    assert search(library, "集い").total == 0
    assert [d.id for d in desk.binned()] == [document.id]
    assert desk.items() == []
    desk.restore(document.id)
    library.bring_up_to_date()
    assert search(library, "集い").total == 1


def test_originals_of_all_versions_are_there_for_staff(library, desk):
    document = ingest_text(library, "お知らせ.txt", "■集い\n\n春です。\n", access="public").document
    ingest_text(library, "お知らせ.txt", "■集い\n\n夏です。\n")
    assert [v.number for v in desk.versions(document.id)] == [2, 1]
    assert "春" in desk.original(document.id, 1).read_text(encoding="utf-8")
    with pytest.raises(NotFoundError):
        desk.original(document.id, 3)


def test_a_finding_across_two_lines_is_replaced_as_one(tmp_path):
    class Broken:
        @hookimpl
        def kb_review(self, sections):
            for section in sections:
                for found in re.finditer("緑\n?川", section.text):
                    yield Finding("name", "氏名", section.id, *found.span(), found.group(), "氏名です。", "Ａ")

    plugins = Plugins.load(("kb_formats", "kb_privacy"), {"names": Broken()})
    with open_library(tmp_path, plugins, engine="memory") as library:
        text = "■支援\n\n次の回に緑\n\n川さんが来た。\n"
        document = ingest_text(library, "事例.txt", text, content_type="document", access="cases").document
        desk = library.desk(OPERATOR)
        for finding in desk.findings(document.id):
            desk.decide(document.id, Decision("name", finding.evidence, "Ａ"))
        assert "緑" not in desk.drafts.sections(document.id)[0].text
        assert desk.item(document.id).document.state is State.PUBLISHED


def test_proposals_and_findings_outlive_what_is_replaced_before_them(tmp_path):
    """Once 緑川葵 is Ａ, the review alone would take 緑川 for somebody new, and 若葉市 for no matter."""

    class Whole:
        @hookimpl
        def kb_review(self, sections):
            (section,) = sections
            people = list(dict.fromkeys(re.findall("緑川葵|山吹蓮", section.text)))
            for found in re.finditer("緑川葵|山吹蓮|緑川|若葉市", section.text):
                word = found.group()
                if word == "若葉市" and not people:
                    continue
                letter = "ＡＢ"[people.index(word)] if word in people else "Ａ" if "緑川葵" in people else "Ｂ"
                yield Finding(
                    "place" if word == "若葉市" else "name", "氏名", section.id, *found.span(), word, "？", letter
                )

    plugins = Plugins.load(("kb_formats", "kb_privacy"), {"names": Whole()})
    with open_library(tmp_path, plugins, engine="memory") as library:
        text = "■支援\n\n若葉市の緑川葵さんを訪ねた。緑川さんは話した。\n"
        document = ingest_text(library, "事例.txt", text, content_type="document", access="cases").document
        desk = library.desk(OPERATOR)
        desk.decide(document.id, Decision("name", "緑川葵", "Ａ"))
        still = {f.evidence: f.proposal for f in desk.findings(document.id)}
        assert still == {"緑川": "Ａ", "若葉市": "Ａ"}
        desk.decide(document.id, Decision("name", "緑川", "Ａ"))
        desk.decide(document.id, Decision("place", "若葉市", None, "広い市なので"))
        assert desk.drafts.sections(document.id)[0].text == "若葉市のＡさんを訪ねた。Ａさんは話した。"
        library.reread()
        assert desk.item(document.id).document.state is State.PUBLISHED
        assert desk.drafts.sections(document.id)[0].text == "若葉市のＡさんを訪ねた。Ａさんは話した。"


def test_what_is_replaced_in_the_text_is_replaced_in_the_fields_read_off_it(library, desk):
    text = "市町村：緑川市\n関係機関：山吹の会、社協\n\n【概要】\n緑川市の山吹さんの家。\n\n【支援】\n訪問した。\n"
    case = ingest_text(library, "様式.txt", text, content_type="case").document
    assert case.values("case_town") == ("緑川市",)
    desk.decide(case.id, Decision("name", "緑川", "Ａ"))
    desk.decide(case.id, Decision("name", "山吹", "Ｂ"))
    desk.publish(case.id)
    library.bring_up_to_date()
    (read,) = library.reader(EVERYTHING).documents("case")
    assert (read.values("case_town"), read.values("case_party")) == (("Ａ市",), ("Ｂの会", "社会福祉協議会"))
    facets = library.reader(EVERYTHING).search(Query(facets=("case_town", "case_party"))).facets
    assert "緑川" not in str(facets)
    assert "山吹" not in str(facets)


def test_a_single_character_is_replaced_only_where_it_is_a_whole_value():
    document = a_document(fields={"town": "林\n森林町"})
    section = replace(a_section("林さんの家。"), id="s", document=document.id)
    finding = Finding("name", "氏名", "s", 0, 1, "林", "氏名です。", "A")
    found = reviewed(
        document, [section], [Decision("name", "林", "A")], lambda _d, s: [finding] if "林" in s[0].text else []
    )
    assert found.document.values("town") == ("A", "森林町")
