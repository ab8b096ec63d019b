"""Programs search and read over ``/api/``: the same as the pages, as values, under the same access rules."""

import io
from unicodedata import normalize

import pytest

from kb.library import Origin
from kb.model import EVERYTHING, OPERATOR, PUBLIC_ONLY, AccessClass, Decision, Role
from kb.testing import ingest_text


class Program:
    """Asks with a token, or without."""

    def __init__(self, visitor, token=""):
        self._client = visitor.other().client
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def answer(self, address, **query):
        with self._client.get(address, query_string=query or None, headers=self._headers) as answer:
            return answer

    def get(self, address, **query):
        answer = self.answer(address, **query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.content_type == "application/json"
        return answer.get_json()

    def refused(self, address, **query):
        """The status and the words of a refusal."""
        answer = self.answer(address, **query)
        told = answer.get_json()
        assert answer.content_type == "application/problem+json"
        assert told["status"] == answer.status_code
        assert (told["type"], told["error"]) == ("about:blank", told["detail"])
        return answer.status_code, told["detail"]


@pytest.fixture
def program(visitor, issue):
    return Program(visitor)


def by_token(visitor, role, reads=None):
    account = visitor.account(role, f"{role}の係{len(visitor.auth.accounts.all())}")
    return Program(visitor, visitor.auth.new_token(account, None, OPERATOR, reads))


# ------------------------------------------------------------------------------------------------------- search


def test_hits_are_those_of_the_page_with_everything_that_it_shows(visitor, issue, program):
    answer = program.get("/api/search", q="民生委員")
    assert (answer["q"], answer["total"], answer["partial"], answer["pages"]) == ("民生委員", 1, False, 1)
    (hit,) = answer["hits"]
    assert [hit["heading"]] == visitor.get("/search?q=民生委員").titles
    assert hit["path"] == ["ゴミ屋敷の片付けから始まったつながり", "民生委員との見守り"]
    assert (hit["document"], hit["title"], hit["date"]) == (issue.id, "みどり県社協だより 第12号", "2022-02-15")
    assert (hit["type"], hit["access"], hit["page"]) == ("newsletter", "public", None)
    assert hit["score"] > 0
    assert "民生委員との見守り" in visitor.get(hit["url"]).text


def test_marks_are_where_the_words_stand(program):
    (hit,) = program.get("/api/search", q="ヤングケアラー 生徒")["hits"]
    text, marks = hit["snippet"]["text"], hit["snippet"]["marks"]
    assert "生徒" in [text[mark["start"] : mark["end"]] for mark in marks]


def test_a_partial_answer_says_so(program):
    answer = program.get("/api/search", q="民生委員 ヘリコプター")
    assert (answer["partial"], answer["total"]) == (True, 1)


def test_facets_have_labels_and_counts_and_narrow(program):
    answer = program.get("/api/search")
    facets = {facet["field"]: facet for facet in answer["facets"]}
    assert facets["type"]["label"] == "資料の種類"
    (value,) = facets["type"]["values"]
    assert value == {"value": "newsletter", "label": "ニュースレター", "count": answer["total"], "chosen": False}
    narrowed = program.get("/api/search", type="newsletter", year="2021")
    assert narrowed["total"] == 0
    years = {f["field"]: f["values"] for f in narrowed["facets"]}["year"]
    assert [(one["value"], one["count"], one["chosen"]) for one in years] == [
        ("2022", answer["total"], False),
        ("2021", 0, True),
    ]
    assert program.get("/api/search", year=["2021", "2022"])["total"] == answer["total"]


def test_links_lead_through_all_pages_and_no_further(program):
    address, seen = "/api/search?per_page=1&sort=date&type=newsletter", []
    total = program.get(address)["total"]
    while address:
        answer = program.get(address)
        assert len(answer["hits"]) == 1
        seen += [hit["section"] for hit in answer["hits"]]
        address = answer["links"]["next"]
    assert len(set(seen)) == len(seen) == total
    assert program.get(answer["links"]["first"])["page"] == 1
    assert program.get(answer["links"]["last"])["page"] == total
    assert program.get(answer["links"]["previous"])["page"] == total - 1
    beyond = program.get("/api/search", page=99_999)
    assert (beyond["hits"], beyond["links"]["next"]) == ([], None)
    assert program.get(beyond["links"]["previous"])["page"] == beyond["pages"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"page": "0"}, "page は1から100000までの整数です"),
        ({"page": "二"}, "page は1から"),
        ({"page": "²"}, "page は1から"),
        ({"per_page": "101"}, "per_page は1から100までの整数です"),
        ({"sort": "title"}, "sort に使えるのは relevance、date です"),
        ({"q": "あ" * 2001}, "q は2000字までです"),
        ({"q": ["あ", "い"]}, "q は1つだけ"),
        ({"type": "あ" * 101}, "type は100字までです"),
        ({"year": [str(year) for year in range(2000, 2011)]}, "year は10個まで"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(program, query, words):
    status, detail = program.refused("/api/search", **query)
    assert status == 400
    assert words in detail


def test_every_text_is_a_query_and_what_is_unknown_is_passed_over(program):
    for words in ("(((", '"', "-", "type:", "\x00\u2028", "𠮷" * 500, "%00", "OR OR"):
        assert program.get("/api/search", q=words, そのうち="1")["total"] >= 0


# ---------------------------------------------------------------------------------------- documents and sections


def test_documents_newest_first_by_pages_and_by_type(visitor, issue, issue_of):
    for number in (13, 14):
        ingest_text(visitor.library, f"だより{number}.txt", issue_of(number, f"令和{number - 8}"))
    program = Program(visitor)
    answer = program.get("/api/documents", per_page=2)
    assert [one["date"] for one in answer["documents"]] == ["2024-02-15", "2023-02-15"]
    assert (answer["total"], answer["pages"], answer["links"]["previous"]) == (3, 2, None)
    (last,) = program.get(answer["links"]["next"])["documents"]
    assert (last["document"], last["type_label"], last["access"]) == (issue.id, "ニュースレター", "public")
    assert last["fields"]["publisher"] == ["社会福祉法人 みどり県社会福祉協議会"]
    assert program.get("/api/documents", type="newsletter")["total"] == 3
    assert program.get("/api/documents", type="nothing")["documents"] == []


def test_a_document_has_its_contents_and_leads_to_its_pages(visitor, issue, program):
    answer = program.get(f"/api/documents/{issue.id}")
    headings = [one["heading"] for one in answer["sections"]]
    assert headings[-2:] == ["民生委員との見守り", "ヤングケアラーを支える"]
    assert "state" not in answer
    for address in (answer["url"], answer["original"], answer["sections"][0]["url"]):
        assert visitor.get(address).status == 200


def test_a_section_has_its_text_notes_and_neighbours(visitor, issue, program):
    (hit,) = program.get("/api/search", q="民生委員")["hits"]
    answer = program.get(f"/api/sections/{hit['section']}")
    assert "民生委員と社協が令和3年12月21日から" in answer["text"]
    (note,) = [note for note in answer["annotations"] if note["kind"] == "date"]
    assert (note["value"], note["where"], note["confirmed"]) == ("2021-12-21", "text", False)
    assert answer["text"][note["start"] : note["end"]] == "令和3年12月21日"
    assert answer["before"]["heading"] == "ゴミ屋敷の片付けから始まったつながり"
    assert answer["after"]["heading"] == "ヤングケアラーを支える"
    assert answer["document"]["document"] == issue.id
    last = program.get(f"/api/sections/{answer['after']['section']}")
    assert (last["after"], last["before"]["section"]) == (None, hit["section"])


def test_the_original_and_its_name_are_kept_back_where_words_were_replaced(visitor, issue_text):
    document = ingest_text(visitor.library, "青木さん.txt", issue_text).document
    program, address = Program(visitor), f"/api/documents/{document.id}"
    assert program.get(address)["file"] == "青木さん.txt"
    visitor.library.store.decisions.decide(document.id, [Decision("name", "青木", "Aさん")])
    answer = program.get(address)
    assert (answer["original"], answer["file"]) == (None, answer["title"])


# ------------------------------------------------------------------------------------------------------- access


SECRET = """秘密の連絡会だより 第7号
平成元年3月1日発行

■蒼井さんの事例

蒼井さんは民生委員とともにゴミ屋敷の片付けに取り組みました。
"""

TRACES = ("蒼井さん", "秘密の連絡会", "平成元年", "1989")

#: Tokens: the role of the account, and what the token was made to read.
TOKENS = [
    (None, None),
    *((role.value, None) for role in Role),
    ("admin", {"public"}),
    ("staff", {"members"}),
    ("csw", {"cases"}),
    ("reader", {"public", "members"}),
]


@pytest.mark.parametrize("kept", ["public", "members", "cases"])
@pytest.mark.parametrize(("role", "reads"), TOKENS)
def test_a_token_shows_what_it_is_for_and_leaves_no_trace_of_anything_else(visitor, kept, role, reads):
    document = ingest_text(visitor.library, "秘密.txt", SECRET, access=kept).document
    (section, *_) = visitor.library.reader(EVERYTHING).outline(document.id)
    limits = None if reads is None else frozenset(map(AccessClass, reads))
    program = by_token(visitor, role, limits) if role else Program(visitor)
    may = limits if limits is not None else Role(role).access if role else PUBLIC_ONLY
    lists = [program.answer(one) for one in ("/api/search?q=民生委員", "/api/search", "/api/documents")]
    ones = [program.answer(f"/api/{one}") for one in (f"documents/{document.id}", f"sections/{section.id}")]
    assert {answer.status_code for answer in lists} == {200}
    assert {answer.status_code for answer in ones} == {200 if kept in may else 404}
    for answer in (*lists, *ones):
        shown = answer.get_data(as_text=True)
        assert any(trace in shown for trace in (*TRACES, document.id)) == (kept in may), answer.request.path


def test_a_session_shows_what_its_owner_may_read(visitor):
    ingest_text(visitor.library, "秘密.txt", SECRET, access="cases")
    for role, total in (("reader", 0), ("csw", 1)):
        assert visitor.as_(role).client.get("/api/documents").get_json()["total"] == total


def test_a_token_counts_for_more_than_the_session_beside_it(visitor):
    ingest_text(visitor.library, "秘密.txt", SECRET, access="cases")
    csw = visitor.as_("csw")
    token = visitor.auth.new_token(visitor.account("reader"), None, OPERATOR)
    answer = csw.client.get("/api/documents", headers={"Authorization": f"Bearer {token}"})
    assert answer.get_json()["total"] == 0


def test_what_is_hidden_and_what_is_not_there_are_refused_alike(visitor):
    hidden = ingest_text(visitor.library, "秘密.txt", SECRET, access="cases").document.id
    program = Program(visitor)
    assert program.refused(f"/api/documents/{hidden}") == program.refused("/api/documents/ffffffffffff")


@pytest.mark.parametrize("address", ["/api/search", "/api/documents", "/api/documents/x", "/api/sections/x"])
def test_a_token_that_does_not_work_is_refused_and_does_not_just_show_less(visitor, issue, address):
    account = visitor.account("csw")
    token = visitor.auth.new_token(account, None, OPERATOR)
    visitor.auth.accounts.end_tokens(account, OPERATOR)
    program = Program(visitor, token)
    status, detail = program.refused(address)
    assert (status, program.answer(address).headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "トークン" in detail


def test_a_token_for_reading_brings_nothing_and_handles_nothing(visitor, issue):
    program = by_token(visitor, "admin", EVERYTHING)
    assert "state" not in program.get(f"/api/documents/{issue.id}")
    assert program.get("/api/account") == {
        "name": program.get("/api/account")["name"],
        "role": "reader",
        "access": ["cases", "members", "public"],
    }
    sent = program._client.post("/api/documents", headers=program._headers)
    assert (sent.status_code, sent.content_type) == (403, "application/problem+json")


def test_staff_see_how_far_a_document_has_come_and_others_nothing_before_it_is_published(visitor, issue, issue_text):
    new = issue_text.replace("第12号", "第13号").encode()
    waiting = visitor.library.accept("だより13.txt", io.BytesIO(new), Origin("upload", held=True)).document
    visitor.library.reread()
    staff, csw = by_token(visitor, "staff"), by_token(visitor, "csw")
    answer = staff.get(f"/api/documents/{waiting}")
    assert (answer["state"], answer["version_state"], answer["sections"]) == ("draft", "read", [])
    assert csw.refused(f"/api/documents/{waiting}")[0] == 404
    assert csw.get("/api/documents")["total"] == staff.get("/api/documents")["total"] == 1
    answer = staff.get(f"/api/documents/{issue.id}")
    assert (answer["state"], len(answer["sections"]), answer["binned"]) == ("published", 3, False)


def test_reading_a_case_is_written_down_and_so_is_asking_for_it_in_vain(visitor):
    document = ingest_text(visitor.library, "秘密.txt", SECRET, access="cases").document
    (section, *_) = visitor.library.reader(EVERYTHING).outline(document.id)
    csw, reader = by_token(visitor, "csw"), by_token(visitor, "reader")
    csw.get("/api/search", q="蒼井")
    csw.get(f"/api/sections/{section.id}")
    csw.get(f"/api/documents/{document.id}")
    reader.refused(f"/api/sections/{section.id}")
    kinds = ["section.read", "document.read", "document.denied"]
    entries = visitor.auth.log.entries(actions=kinds)
    assert {(entry.actor.split("の")[0], entry.action) for entry in entries} == {
        ("csw", "section.read"),
        ("csw", "document.read"),
        ("reader", "document.denied"),
    }
    assert {entry.subject for entry in entries} == {document.id}


# ----------------------------------------------------------------------------------------------- refusals, headers


def test_addresses_and_methods_that_there_are_not_are_refused_for_programs(program):
    assert program.refused("/api/nothing")[0] == 404
    answer = program._client.delete("/api/documents")
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert "POST" in answer.headers["Allow"]


def test_a_fault_of_ours_says_a_number_and_nothing_of_the_inside(visitor, monkeypatch, caplog):
    def broken(*_):
        raise ValueError("/srv/kb/secret")

    monkeypatch.setattr("kb.reader.Reader.search", broken)
    status, detail = Program(visitor).refused("/api/search")
    number = detail.split("番号 ")[1][:8]
    assert (status, "secret" in detail) == (500, False)
    assert number in caplog.text


def test_caches_keep_it_for_nobody_else(visitor, issue):
    plain, token = Program(visitor).answer("/api/search"), by_token(visitor, "csw").answer("/api/search")
    session = visitor.as_("reader").client.get("/api/search")
    for answer in (plain, token, session):
        assert {"Cookie", "Authorization"} <= set(answer.headers["Vary"].split(", "))
    assert plain.headers["Cache-Control"] == token.headers["Cache-Control"] == "private, no-cache"
    assert session.headers["Cache-Control"] == "no-store"


def test_text_is_given_as_it_is_written(visitor):
    text = "■㈱ｶﾅの①章\n\n<b>太字</b> & 𠮷野家の髙橋と株式会社ｱｵｲ\n"
    ingest_text(visitor.library, "字.txt", text, "document", "public")
    (hit,) = Program(visitor).get("/api/search", q="株式会社アオイ")["hits"]
    assert "<b>太字</b> & 𠮷野家の髙橋と株式会社ｱｵｲ" in hit["snippet"]["text"]
    assert hit["snippet"]["text"] != normalize("NFKC", hit["snippet"]["text"])
