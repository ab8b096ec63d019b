"""What somebody may not know of changes nothing that they can see: not a letter, not a header, on any page."""

import re

import pytest

from kb.model import OPERATOR, Role, State
from kb.testing import work_off

PUBLIC = """みどり県社協だより 第{number}号
令和{year}年2月15日発行
発行 社会福祉法人 みどり県社会福祉協議会

■ゴミ屋敷の片付けから始まったつながり

若葉市では、ひとり暮らしの高齢者の家にごみが積み上がり、近所から相談が寄せられました。

■ヤングケアラーを支える

汐見町の中学校では、家族の世話をする生徒に気付くための研修を開きました。民生委員も参加しました。
"""

CASE = """みどり県社協だより 第77号
平成元年3月1日発行
発行 社会福祉法人 蒼井福祉会

■蒼井家の事例

ゴミ屋敷とヤングケアラーの両方がある蒼井家に、民生委員とともに平成元年4月5日から通いました。座敷わらしの話をよくします。

■ゴミ屋敷の片付け

ゴミ屋敷ゴミ屋敷ゴミ屋敷。近所からの相談は、やがて手助けに変わりました。
"""

QUERIES = (
    *(
        "ゴミ屋敷",
        "ヤングケアラー",
        "民生委員",
        "相談",
        "片付け 近所",
        "蒼井",
        "蒼井家の事例",
        "座敷わらし",
        "座敷わらじ",
    ),
    *("座敷*", "ゴミ*", "-ゴミ屋敷", "平成元年", "1989年4月5日", "title:事例", "date:1980..1999", "type:newsletter"),
    *("ゴミ屋敷 座敷わらし", '"ゴミ屋敷ゴミ屋敷"', "蒼井家にどう関わればよいか", "ごみやしき", ""),
)

#: What differs from one answer to the next by itself: a form's secret, and how long a search took.
OWN = re.compile(r'csrf_token" value="[^"]*"|[0-9.]+秒(?:未満)?|[0-9a-f]{8}</strong>')
#: The ETag is made from the body, of which the search's own time is a part.
UNIQUE_HEADERS = {"Date", "Set-Cookie", "ETag"}


def seen(somebody, case, sections):
    """Everything that somebody gets to see who knows the ids of the case study, page by page."""
    addresses = [address for _, address in somebody.addresses()]
    addresses += [address for _, address in somebody.addresses(document=case, section=sections[0])]
    addresses += [
        f"/search?q={words}{more}" for words in QUERIES for more in ("", "&sort=date", "&year=1989", "&page=2")
    ]
    addresses += [
        f"/search?q=ゴミ屋敷&publisher={p}" for p in ("社会福祉法人 蒼井福祉会", "社会福祉法人 みどり県社会福祉協議会")
    ]
    addresses += [f"/sections/{section}?q=蒼井" for section in sections] + [f"/documents/{case}/original?download=1"]
    found = {}
    for address in dict.fromkeys(addresses):
        answer = somebody.get(address)
        headers = {name: value for name, value in answer.headers.items() if name not in UNIQUE_HEADERS}
        body = OWN.sub("", answer.data.decode(errors="replace"))
        headers.pop("Content-Length", None)  # that of the search's time
        found[address] = answer.status, headers, body
    return found


@pytest.mark.parametrize("role", ["visitor", "reader"])
def test_case_study_leaks_not_a_letter_of_any_page_changes_when_there_is_one(make_site, role):
    site = make_site()
    staff = site.as_("staff", "若葉")
    for number, year in ((8, 2), (9, 3), (10, 4)):
        staff.published(f"だより{number}.txt", PUBLIC.format(number=number, year=year), kind="newsletter")
    somebody = site.other() if role == "visitor" else site.as_("reader", "読者")
    ids = make_site().as_("staff", "別の職員")
    case = ids.bring("事例.txt", CASE, type="newsletter", access="cases")  # its id derives from its content
    sections = [section.id for section in ids.library.desk(OPERATOR).drafts.sections(case)]
    before = seen(somebody, case, sections)
    assert any("ゴミ屋敷の片付けから始まった" in body for _, _, body in before.values())

    assert staff.bring("事例.txt", CASE, type="newsletter", access="cases") == case
    accepted(staff, case)
    assert site.as_("csw", "相談員").get(f"/documents/{case}").status == 200
    assert "座敷わらし" in site.as_("csw", "相談員2").get("/search?q=座敷わらし").text
    after = seen(somebody, case, sections)
    assert {address for address in before if before[address] != after[address]} == set()

    desk = site.library.desk(OPERATOR)
    desk.bin(case)
    work_off(site.library)
    assert seen(somebody, case, sections) == before
    desk.restore(case)
    work_off(site.library)
    assert seen(somebody, case, sections) == before


def accepted(staff, case):
    """Publish a case study with all that is proposed for it, or kept where nothing is."""
    desk = staff.library.desk(OPERATOR)
    while found := desk.findings(case):
        one = found[0]
        form = {"kind": one.kind, "evidence": one.evidence, "do": "keep", "reason": "架空の家です"}
        assert staff.post(f"/desk/{case}/decide", **form).status == 303
    assert staff.post(f"/desk/{case}/publish").status == 303
    assert desk.item(case).state is State.PUBLISHED


# ------------------------------------------------------------------------------------------- guessed ids of documents


@pytest.fixture(scope="module")
def hidden(make_site):
    """A site with a document in every state in which readers know nothing of it; all of them are public otherwise."""
    site = make_site()
    staff = site.as_("staff", "若葉")
    desk = site.library.desk(OPERATOR)
    text = "■蒼井の{}\n\n{}の蒼井さんを訪ねました。\n"
    found = {name: staff.published(f"{name}.txt", text.format(name, name)) for name in ("捨てた", "戻した", "狭めた")}
    desk.bin(found["捨てた"])
    desk.hold(found["戻した"])
    edit = {"title": "狭めた", "date": "", "type": "document", "access": "cases"}
    staff.post(f"/desk/{found['狭めた']}/edit", **edit)
    found["確認待ち"] = staff.bring("確認待ち.txt", text.format("草案", "草案"), access="public", type="document")
    found["読めない"] = staff.bring("蒼井の白紙.txt", " \n", access="public", type="document")
    (waiting,) = staff.send(("読み取り前.txt", text.format("新着", "新着").encode()), access="public", type="document")
    found["読み取り前"] = waiting["document"]
    site.library.bring_up_to_date()
    return staff, found


STATES = ("捨てた", "戻した", "確認待ち", "読めない", "読み取り前")


@pytest.mark.parametrize(
    ("name", "role"),
    [*((name, role) for name in STATES for role in (None, "reader", "csw")), ("狭めた", None), ("狭めた", "reader")],
)
def test_insecure_direct_object_references_drafts_bins_and_other_classes(hidden, name, role):
    staff, found = hidden
    somebody = staff.as_(role, f"{name}の{role}") if role else staff.other()
    document = found[name]
    item = staff.library.desk(OPERATOR).item(document)
    sections = [one.id for one in staff.library.desk(OPERATOR).drafts.sections(document)] or ["no-such-section"]
    sha256 = item.latest.sha256
    for method in ("GET", "POST"):
        for rule, address in somebody.addresses(method, document=document, section=sections[0]):
            if rule.arguments & {"document", "section"}:
                answer = somebody.get(address) if method == "GET" else somebody.post(address)
                assert answer.status in {303, 401, 403, 404}, address
                assert answer.status != 303 or answer.headers["Location"].startswith("/login"), address
                assert "蒼井" not in answer.data.decode(errors="replace"), address
    for guess in (
        sha256,
        sha256[:8],
        document[:6],
        document.upper(),
        f"{document}.txt",
        f"{name}.txt",
        item.document.title,
    ):
        for address in (f"/documents/{guess}", f"/documents/{guess}/original", f"/originals/{sha256[:2]}/{sha256}"):
            assert somebody.get(address).status == 404, address
    for address in ("/search?q=蒼井", "/documents/", "/", "/newsletters/", "/health"):
        page = somebody.get(address).data.decode()
        assert document not in page, address
        assert sections[0] not in page, address


def test_insecure_direct_object_references_accounts_of_others(hidden):
    staff, _ = hidden
    victim = staff.account("admin", "被害者")
    for role in ("reader", "csw", "staff"):
        somebody = staff.as_(role, f"のぞく{role}")
        for rule, address in somebody.addresses("POST", account=victim.id):
            if "account" in rule.arguments:
                assert somebody.post(address, role="reader").status == 403, address
    assert staff.auth.accounts.get(victim.id).role is Role.ADMIN
