"""Staff bring files, look at what was read, decide on findings, publish, and throw away: as they see it."""

import errno
import io
import os
import re
from types import SimpleNamespace

import pytest

from kb import AccessClass, Finding, hookimpl
from kb.model import EVERYTHING, State
from kb.testing import search, work_off

CASE = """ごみの積み上がった家の支援

■経過

民生委員の案内で緑川さんを訪ねた。緑川さんは「片付けたい」と話した。

■支援

社協の職員と緑川さん、近所の山吹さんとで、週に一度の片付けを始めた。
"""


@hookimpl
def kb_review(document, sections):
    if document.access is not AccessClass.CASES:
        return
    places = [("", "title", document.title), *((section.id, "text", section.text) for section in sections)]
    for section, where, text in places:
        for found in re.finditer("緑川|山吹", text):
            letter = {"緑川": "Ａ", "山吹": "Ｂ"}[found.group()]
            why = "氏名と見られます。"
            yield Finding("name", "氏名", section, *found.span(), found.group(), why, letter, where=where)


@pytest.fixture
def staff(make):
    return make({"names": SimpleNamespace(kb_review=kb_review)}).as_("staff", "若葉")


def bring(staff, *files, headers=None, **form):
    """Send files as the form does."""
    data = {"files": [(io.BytesIO(text.encode()), name) for name, text in files], "csrf_token": staff.token(), **form}
    with staff.client.post("/desk/", data=data, headers=headers) as answer:
        return answer.status_code, answer.get_data(as_text=True), answer.get_json(silent=True)


@pytest.fixture
def case(staff):
    """A case study that has been brought and read."""
    _, page, _ = bring(staff, ("緑川さん事例.txt", CASE), type="document", access="cases")
    work_off(staff.library)
    return re.search(r"/desk/([0-9a-f]{12})", page)[1]


def test_several_files_each_have_their_own_result(staff):
    status, page, _ = bring(
        staff, ("集い.txt", "■集い\n\n春です。\n"), ("集い（写し）.txt", "■集い\n\n春です。\n"), ("空.txt", "")
    )
    assert status == 200
    assert page.count("受け付けました") >= 1
    assert "集い（写し）.txt" in page
    work_off(staff.library)
    listed = staff.get("/desk/", state="draft").text
    assert "集い" in listed
    assert "内容を確かめて公開する" in listed


def test_a_full_disk_is_told_for_each_file(staff, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    status, page, _ = bring(staff, ("集い.txt", "■集い\n\n春です。\n"))
    assert (status, "ディスクの空きがありません" in page, str(staff.library.config.home) in page) == (200, True, False)
    assert staff.library.store.outbox.count() == 0


def test_a_script_is_told_the_same(staff):
    _, _, answer = bring(staff, ("集い.txt", "■集い\n\n春です。\n"), headers={"Accept": "application/json"})
    (one,) = answer
    assert (one["name"], one["status"], one["url"]) == ("集い.txt", "accepted", f"/desk/{one['document']}")


def test_nothing_is_found_before_it_is_published(staff):
    _, _, (one,) = bring(
        staff, ("集い.txt", "■集い\n\n春です。\n"), access="public", headers={"Accept": "application/json"}
    )
    waiting = staff.get(one["url"])
    assert "読み取り待ち" in waiting.text
    work_off(staff.library)
    assert search(staff.library, "集い").total == 0
    page = staff.get(one["url"])
    assert "内容を確かめて、よければ公開してください" in page.text
    assert "春です。" in page.text
    assert staff.post(f"{one['url']}/publish").status == 303
    assert search(staff.library, "集い").total == 1
    assert "公開の範囲で検索に出ています" in staff.get(one["url"]).text
    staff.post(f"{one['url']}/hold")
    assert search(staff.library, "集い").total == 0


def test_findings_are_shown_in_their_place_with_reason_and_proposal(staff, case):
    page = staff.get(f"/desk/{case}")
    assert "確かめること（2件）" in page.text
    assert "氏名と見られます。" in page.text
    assert "<mark>緑川</mark>" in page.html
    assert 'value="Ａ"' in page.html
    assert not page.links("publish")
    assert "公開する</button>" not in page.html


def test_a_finding_is_replaced_or_kept_with_a_reason(staff, case):
    address = f"/desk/{case}/decide"
    refused = staff.post(address, kind="name", evidence="山吹", do="keep", reason="")
    assert (refused.status, "理由を書いてください" in refused.text) == (400, True)
    assert staff.post(address, kind="name", evidence="緑川", do="replace", replacement="Ａ").status == 303
    assert staff.post(address, kind="name", evidence="山吹", do="keep", reason="公人なので").status == 303
    page = staff.get(f"/desk/{case}")
    assert "「緑川」→「Ａ」" in page.text
    assert "「山吹」を残す（公人なので） 若葉" in page.text
    assert staff.post(f"/desk/{case}/publish").status == 303
    assert staff.library.reader(EVERYTHING).document(case).state is State.PUBLISHED


def test_all_certain_proposals_are_listed_before_anything_changes(staff, case):
    page = staff.get(f"/desk/{case}/accept")
    assert "まだ何も変わっていません" in page.text
    assert "緑川 Ａ 氏名 4か所" in page.text
    assert "緑川" in staff.library.desk(staff_actor()).drafts.sections(case)[1].text
    form = {"kind": ["name"], "evidence": ["緑川"]}
    assert staff.post(f"/desk/{case}/accept", **form).status == 303  # only what was shown
    assert [f.evidence for f in staff.library.desk(staff_actor()).findings(case)] == ["山吹"]


def staff_actor():
    from kb.model import OPERATOR

    return OPERATOR


def test_a_decision_can_be_taken_back(staff, case):
    staff.post(f"/desk/{case}/decide", kind="name", evidence="緑川", do="replace", replacement="Ａ")
    assert staff.post(f"/desk/{case}/withdraw", kind="name", evidence="緑川").status == 303
    work_off(staff.library)
    assert "確かめること（2件）" in staff.get(f"/desk/{case}").text


def test_originals_with_replaced_words_are_for_staff_alone(staff, case):
    for name, letter in (("緑川", "Ａ"), ("山吹", "Ｂ")):
        staff.post(f"/desk/{case}/decide", kind="name", evidence=name, do="replace", replacement=letter)
    staff.post(f"/desk/{case}/publish")
    csw = staff.as_("csw")
    assert csw.get(f"/documents/{case}").status == 200
    assert csw.get(f"/documents/{case}/original").status == 404
    for address in (f"/documents/{case}", "/documents/", "/search?q=片付け"):
        assert "緑川" not in csw.get(address).text
    saved = staff.get(f"/desk/{case}/versions/1")
    assert (saved.status, saved.headers["Content-Type"]) == (200, "application/octet-stream")
    assert saved.headers["Content-Disposition"].startswith("attachment")


def test_what_staff_set_is_kept_and_an_old_page_overwrites_nothing(staff, case):
    page = staff.get(f"/desk/{case}")
    revision = re.search(r'name="revision" value="(\d+)"', page.html)[1]
    form = {"title": "片付けの支援", "date": "2022-04-01", "type": "document", "access": "cases"}
    assert staff.post(f"/desk/{case}/edit", revision=revision, **form).status == 303
    assert "片付けの支援" in staff.get(f"/desk/{case}").text
    old = staff.post(f"/desk/{case}/edit", revision=revision, **{**form, "title": "別の題名"})
    assert (old.status, "ほかの人が変更しました" in old.text) == (409, True)
    wrong = staff.post(f"/desk/{case}/edit", **{**form, "date": "来週"})
    assert (wrong.status, "日付として読めません" in wrong.text) == (400, True)


def test_what_was_typed_is_kept_when_it_is_refused(staff, case):
    form = {"title": "片付けの支援", "date": "来週", "type": "document", "access": "members"}
    page = staff.post(f"/desk/{case}/edit", **form)
    assert page.status == 400
    for typed in ('value="片付けの支援"', 'value="来週"', '<option value="members" selected>'):
        assert typed in page.html


def test_saving_and_publishing_at_once(staff):
    _, _, (one,) = bring(staff, ("集い.txt", "■集い\n\n春です。\n"), headers={"Accept": "application/json"})
    work_off(staff.library)
    form = {"title": "春の集い", "date": "", "type": "newsletter", "access": "public", "do": "publish"}
    refused = staff.post(f"{one['url']}/edit", **form)
    assert (refused.status, "一度には公開できません" in refused.text) == (400, True)
    assert search(staff.library, "集い").total == 0
    now = staff.library.reader(EVERYTHING)
    assert staff.post(f"{one['url']}/edit", **form | {"type": "document"}).status == 303
    assert now.document(one["document"]).title == "春の集い"
    assert search(staff.library, "集い").total == 1


def test_no_more_files_at_a_time_than_the_setting_says(make):
    staff = make(upload_files=2).as_("staff")
    _, page, _ = bring(staff, *((f"集い{n}.txt", f"■集い{n}\n\n春です。\n") for n in range(3)))
    assert "一度に送れるのは2件までです。残りの1件は受け付けていません" in page
    assert len(staff.library.desk(staff_actor()).items()) == 2


def test_a_file_that_is_sent_twice_is_told_before_and_after_it_is_read(staff):
    file = ("集い.txt", "■集い\n\n春です。\n")
    headers = {"Accept": "application/json"}
    assert [one["status"] for one in bring(staff, file, file, headers=headers)[2]] == ["accepted", "unchanged"]
    work_off(staff.library)
    assert [one["status"] for one in bring(staff, file, headers=headers)[2]] == ["unchanged"]


def test_the_list_counts_decisions_as_the_page_of_the_document_does(staff, case):
    assert "確かめること（2件）" in staff.get(f"/desk/{case}").text
    assert "確かめること2件を決める" in staff.get("/desk/").text


def test_the_bin_takes_and_gives_back(staff, case):
    assert staff.post(f"/desk/{case}/bin").headers["Location"] == "/desk/"
    assert "30日の間は戻せます" in staff.get("/desk/").text
    assert "緑川さん事例" in staff.get("/desk/bin").text
    assert staff.post(f"/desk/bin/{case}").status == 303
    assert "ごみ箱は空です" in staff.get("/desk/bin").text


def test_a_new_version_takes_the_place_of_the_old_one_once_it_is_read(staff, case):
    data = {"file": (io.BytesIO((CASE + "\n退院した。\n").encode()), "第二版.txt"), "csrf_token": staff.token()}
    with staff.client.post(f"/desk/{case}/version", data=data) as answer:
        assert answer.status_code == 303
    work_off(staff.library)
    page = staff.get(f"/desk/{case}").text
    assert "第2版" in page
    assert "退院した。" in page


def test_what_cannot_be_read_says_why_and_what_to_do(staff):
    _, _, (one,) = bring(staff, ("空白.txt", "  \n"), type="document", headers={"Accept": "application/json"})
    work_off(staff.library)
    page = staff.get(one["url"])
    assert "読み取れません" in page.text
    assert "もう一度読み取る" in page.text
    assert "検索できる文字がありません" in staff.get("/desk/", state="failed").text
    assert staff.post(f"{one['url']}/retry").status == 303


def test_only_staff_see_the_way_there(visitor):
    assert "資料の管理" not in visitor.as_("csw").get("/").text
    assert "資料の管理" in visitor.as_("staff").get("/").text


def test_text_of_a_file_is_never_markup(staff):
    attack = "■<script>alert(1)</script>\n\n<img src=x onerror=alert(2)>{{ 7 * 7 }}\n"
    _, _, (one,) = bring(staff, ("<b>集い.txt", attack), type="document", headers={"Accept": "application/json"})
    work_off(staff.library)
    for address in (one["url"], "/desk/", f"{one['url']}/accept"):
        page = staff.get(address)
        assert not re.search(r"<script>|<img(?! src=\"/static/)|<b>", page.html), address
