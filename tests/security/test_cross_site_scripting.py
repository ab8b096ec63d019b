"""Whatever people, files and plugins bring in is text on every page, and no template either."""

from types import SimpleNamespace

import pytest

from kb import Annotation, Finding, Panel, hookimpl
from kb.model import OPERATOR, Decision, Role
from kb.testing import work_off
from tests.security.attacking import Tags, with_arguments

#: Ends a text, an attribute in either kind of quotes, a script and a comment; 191 * 7 is 1337 where it is calculated.
ATTACK = (
    """'"`></title></textarea></script>--><x-attack onload=alert(1)><script>alert(1)</script>{{ 191 * 7 }}{% raw %}"""
)


#: The attack in the name of an account.
NAME = "'\"`><x-attack onload=alert(1)>{{ 191 * 7 }}利用者"


#: The attack in the name of a file: slashes part folders, and browsers send other quotes than these.
FILE = ATTACK.replace("/", "").replace('"', "") + "名前"


def attack(where):
    """The attack with a word by which one sees where it has come to."""
    return f"{ATTACK}{where}"


def newsletter():
    return f"""{attack("題名")} 第3号
令和4年2月15日発行
発行 社会福祉法人 {attack("発行者")}

■{attack("見出し")}

民生委員は{attack("本文")}と話しました。

●{attack("小見出し")}

・{attack("項目")}

担当：{attack("欄")}

曜日\t{attack("表")}
火\tサロン
"""


def a_plugin():
    """One that hands on whatever it is given."""

    def annotate(section, document):
        return [Annotation("date", "2022-02-15", attack("注釈"), 0, 1)]

    def review(document, sections, config):
        if "事例" in document.file_name:
            return [
                Finding(
                    "name", attack("指摘"), sections[0].id, 0, 2, sections[0].text[:2], attack("理由"), attack("案")
                )
            ]
        return []

    def panels(place):
        return [Panel(attack(f"箱{place}"), lambda _: attack("箱の中"))]

    return SimpleNamespace(
        kb_annotate=hookimpl(annotate, specname="kb_annotate"),
        kb_review=hookimpl(review, specname="kb_review"),
        kb_panels=hookimpl(panels, specname="kb_panels"),
    )


#: Where each attack must be seen as text at least once: else these tests would prove nothing.
PLACES = frozenset(
    """題名 発行者 見出し 本文 小見出し 項目 欄 表 名前 指摘 理由 案 直した題名 号 残す理由 置き換え 利用者
    箱home 箱results 箱reading 箱の中""".split()  # noqa: SIM905 - read as prose
)


@pytest.fixture(scope="module")
def attacked(make_site):
    """A site in which every field that anybody can set holds the attack, and the addresses of all its pages."""
    site = make_site({"kb_attack": a_plugin()}, totp=True)
    admin = site.as_("admin", NAME)
    desk = site.library.desk(OPERATOR)
    issue = admin.published(f"{FILE}.txt", newsletter(), kind="newsletter")
    kept = admin.published("直される.txt", "■集い\n\n春の集いです。\n", kind="newsletter")
    form = {"title": attack("直した題名"), "date": "2022-02-15", "type": "newsletter", "access": "public"}
    form |= {"field-number": attack("号"), "field-publisher": attack("発行者")}
    assert admin.post(f"/desk/{kept}/edit", **form).status == 303
    case = admin.bring(f"事例{FILE}.txt", newsletter(), type="newsletter", access="cases")
    decided = admin.bring("事例二.txt", "■経過\n\n民生委員と訪ねた。\n", type="document", access="cases")
    for finding in desk.findings(decided):
        desk.decide(decided, Decision(finding.kind, finding.evidence, None, attack("残す理由")))
    replaced = admin.bring("事例三.txt", "■支援\n\n社協と訪ねた。\n", type="document", access="cases")
    for finding in desk.findings(replaced):
        desk.decide(replaced, Decision(finding.kind, finding.evidence, attack("置き換え")))
    failed = admin.bring(f"空白{FILE}.txt", "  \n", type="document")
    binned = admin.bring(f"捨てた{FILE}.txt", "■集い\n\n夏の集いです。\n", type="document")
    desk.bin(binned)
    work_off(site.library)
    _, link = site.auth.invite("招かれた<x-attack>", Role.READER, OPERATOR)
    documents = (issue, kept, case, decided, replaced, failed, binned)
    return SimpleNamespace(
        admin=admin, visitor=site.other(), addresses=list(addresses(admin, documents, site, link.path))
    )


def addresses(admin, documents, site, link):
    sections = {document: site.sections(document) for document in documents}
    for document in documents:
        for section in sections[document] or ["ない"]:
            for _, address in admin.addresses(document=document, section=section, account=1):
                yield address
    for words in ("民生委員", "春の集い", "サロン", "x-attack", "ヘリコプター"):
        for section in sections[documents[0]]:
            yield f"/sections/{section}?q={words}"
        yield f"/search?q={words}"
    yield from (f"/desk/?state={state}" for state in ("draft", "waiting", "failed", "published"))
    yield link


def pages(attacked):
    for somebody in (attacked.admin, attacked.visitor):
        for address in dict.fromkeys(attacked.addresses):
            page = somebody.get(address)
            assert page.status < 500, address
            yield address, page


def test_stored_xss_in_every_field_that_a_person_a_file_or_a_plugin_sets(attacked):
    seen = set()
    for address, page in pages(attacked):
        if page.html and page.headers["Content-Type"].startswith("text/html"):
            tags = Tags(page.html)
            assert list(tags.dangers()) == [], address
            shown = "".join([*tags.shown, *(value for _, _, value in tags.attributes)])
            seen |= {place for place in PLACES if f"{ATTACK[-9:]}{place}" in shown}
            seen |= {"利用者"} if NAME in shown else set()
    assert seen == PLACES


def test_template_injection_nothing_that_is_brought_in_is_a_template(attacked):
    for address, page in pages(attacked):
        assert "1337" not in page.html, address


def test_reflected_xss_in_every_argument_of_every_page(attacked):
    for somebody in (attacked.admin, attacked.visitor):
        for value in (ATTACK, f"javascript:alert(1)//{ATTACK}", "//evil.example/"):
            for _, address in attacked.admin.addresses():
                page = somebody.get(with_arguments(address, value))
                assert page.status < 500, address
                if page.headers["Content-Type"].startswith("text/html"):
                    assert list(Tags(page.html).dangers()) == [], address
                assert "1337" not in page.html, address


def test_reflected_xss_in_every_field_of_every_form(attacked):
    names = (
        "name",
        "password",
        "title",
        "date",
        "type",
        "access",
        "evidence",
        "replacement",
        "reason",
        "kind",
        "role",
        "mail",
    )
    form = dict.fromkeys(names, ATTACK) | {"do": "keep"}
    for number, (_, address) in enumerate(attacked.admin.addresses("POST", account=999_999)):
        for somebody in (attacked.visitor, attacked.admin.as_("admin", f"確かめる人{number}")):
            page = somebody.post(address, **form)
            assert page.status < 500, address
            if page.headers["Content-Type"].startswith("text/html"):
                assert list(Tags(page.html).dangers()) == [], address
            assert "1337" not in page.html, address


@pytest.mark.parametrize(
    "path", ["/<x-attack>", "/documents/<x-attack>", "/sections/{{191*7}}<x-attack>", "/desk/<x-attack>"]
)
def test_reflected_xss_in_the_path(attacked, path):
    for somebody in (attacked.admin, attacked.visitor):
        page = somebody.get(path)
        assert list(Tags(page.html).dangers()) == []
        assert "1337" not in page.html
