"""Feeds and the description of our search: valid, for whom they are, and cheap to ask for again."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.model import OPERATOR, PUBLIC_ONLY, AccessClass, Edits, Role
from kb.store import rows
from kb.testing import ingest_text
from kb.web import create_app, markup

ATOM = {"a": "http://www.w3.org/2005/Atom"}
OPENSEARCH = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
LOCAL = "http://localhost"


def ask(visitor, address, headers=None):
    with visitor.client.get(address, headers=headers) as answer:
        return answer


def feed_of(visitor, address, headers=None):
    answer = ask(visitor, address, headers)
    assert (answer.status_code, answer.content_type) == (200, "application/atom+xml; charset=utf-8")
    return Feed(ET.fromstring(answer.data))


class Feed:
    """A feed that holds to RFC 4287, or none."""

    def __init__(self, element):
        assert element.tag == f"{{{ATOM['a']}}}feed"
        self._element = element
        self.id, self.title, self.updated = (self._one(element, name) for name in ("id", "title", "updated"))
        assert self._one(element, "author/a:name")
        self.entries = element.findall("a:entry", ATOM)
        self.ids = [self._one(entry, "id") for entry in self.entries]
        for urn in (self.id, *self.ids):
            assert urn.startswith("urn:uuid:")
            assert UUID(urn)
        assert len(set(self.ids)) == len(self.ids)
        self.titles = [self._one(entry, "title") for entry in self.entries]
        self.times = [self._one(entry, "updated") for entry in self.entries]
        for moment in (self.updated, *self.times):
            assert moment.endswith("Z")
            assert datetime.fromisoformat(moment).utcoffset() == timedelta()
        self.links = [self._link(entry, "alternate") for entry in self.entries]
        self.summaries = [self._one(entry, "summary") for entry in self.entries]

    @property
    def own(self):
        return self._link(self._element, "self")

    @property
    def page(self):
        return self._link(self._element, "alternate")

    @staticmethod
    def _one(element, name):
        (found,) = element.findall(f"a:{name}", ATOM)
        assert found.text
        return found.text

    @staticmethod
    def _link(element, rel):
        (link,) = [link.get("href") for link in element.findall("a:link", ATOM) if link.get("rel") == rel]
        assert urlsplit(link).scheme in {"http", "https"}
        return link


def test_new_documents_lead_to_their_pages(visitor, issue):
    feed = feed_of(visitor, "/feed.atom")
    assert feed.titles == ["みどり県社協だより 第12号"]
    assert feed.links == [f"{LOCAL}/documents/{issue.id}"]
    assert feed.summaries == ["ニュースレター、2022年2月15日（令和4年）"]
    assert (feed.own, feed.page) == (f"{LOCAL}/feed.atom", f"{LOCAL}/documents/")
    assert feed.updated == max(feed.times)


def test_what_readers_were_given_last_comes_first_whatever_its_date(visitor, issue_of, monkeypatch):
    began = rows.now()
    for number, year in ((12, "令和4"), (3, "平成28"), (14, "令和6")):
        monkeypatch.setattr(rows, "now", lambda number=number, began=began: began + timedelta(minutes=20 - number))
        ingest_text(visitor.library, f"だより{number}.txt", issue_of(number, year))
    assert [title[-4:] for title in feed_of(visitor, "/feed.atom").titles] == [" 第3号", "第12号", "第14号"]


def test_a_feed_without_entries_is_valid(visitor):
    for address in ("/feed.atom", "/search.atom?q=見守り"):
        assert feed_of(visitor, address).entries == []


def test_any_search_is_a_feed_with_its_filters_the_newest_documents_first(visitor, issue, issue_of):
    ingest_text(visitor.library, "だより13.txt", issue_of(13, "令和5"))
    feed = feed_of(visitor, "/search.atom?q=民生委員&type=newsletter&page=7&per_page=1")
    assert feed.titles == [f"民生委員との見守り（みどり県社協だより 第{number}号）" for number in (13, 12)]
    assert "民生委員と社協が" in feed.summaries[0]
    assert feed.title == "「民生委員」の検索結果｜社協ナレッジベース"
    for address in (feed.own, feed.page):
        assert parse_qs(urlsplit(address).query) == {"q": ["民生委員"], "type": ["newsletter"], "sort": ["date"]}
    for link in (*feed.links, feed.page, feed.own):
        assert visitor.get(link.removeprefix(LOCAL)).status == 200
    assert feed_of(visitor, "/search.atom?q=民生委員&year=1999").entries == []


def test_a_search_that_finds_some_of_its_words_alone_has_nothing_new(visitor, issue):
    assert visitor.get("/search?q=民生委員 ヘリコプター").titles
    assert feed_of(visitor, "/search.atom?q=民生委員 ヘリコプター").entries == []


def test_ids_stay_when_the_server_gets_another_name_and_when_a_title_is_put_right(make, issue_text):
    first = make()
    document = ingest_text(first.library, "だより12.txt", issue_text).document
    before = [feed_of(first, address) for address in ("/feed.atom", "/search.atom")]
    first.library.store.register.set(document.id, {"title": "直した題"}, Edits(title="直した題"), "山吹")
    second = make(hosts=("kb.example.jp",), https=True)
    named = {"Host": "kb.example.jp"}
    after = [feed_of(second, address, named) for address in ("/feed.atom", "/search.atom")]
    assert [feed.ids for feed in after] == [feed.ids for feed in before]
    assert [feed.times for feed in after] == [feed.times for feed in before]
    assert after[0].titles == ["直した題"]


def test_what_xml_cannot_hold_is_left_out_and_markup_stays_text(visitor):
    name = "<b>&amp;]]>\x00\x0b\ufffe𠮷野の記録.txt"
    text = "■<script>\x0c見守り]]>\x1b\n\n見守りを&続けました。\x02\x7f<![CDATA[ \n"
    ingest_text(visitor.library, name.replace("\x00", ""), text, "document", "public")
    document, section = feed_of(visitor, "/feed.atom"), feed_of(visitor, "/search.atom?q=見守り&year=\x01%0b")
    assert document.titles == ["<b>&amp;]]>𠮷野の記録"]
    assert section.titles[0].startswith("<script>")
    assert "見守りを&続けました。" in section.summaries[0]


@given(st.text(), st.text())
def test_any_text_makes_well_formed_xml(text, attribute):
    element = markup.root("feed", ATOM["a"], one=attribute)
    markup.add(element, "title", text, href=attribute)
    (child,) = ET.fromstring(markup.written(element))
    read = markup.possible(text).replace("\r\n", "\n").replace("\r", "\n")
    assert (child.text or "") == read
    assert len(child.get("href")) == len(markup.possible(attribute))


# ------------------------------------------------------------------------------------------------------- access


SECRET = """秘密の連絡会だより 第7号
平成元年3月1日発行

■蒼井さんの事例

蒼井さんは民生委員とともにゴミ屋敷の片付けに取り組みました。
"""

TOKENS = [(role.value, None) for role in Role] + [("csw", {"cases"}), ("staff", {"public"}), ("admin", {"members"})]


@pytest.mark.parametrize("kept", ["public", "members", "cases"])
@pytest.mark.parametrize(("role", "reads"), [(None, None), *TOKENS])
def test_a_feed_shows_what_its_token_may_read_and_no_trace_of_anything_else(visitor, kept, role, reads):
    document = ingest_text(visitor.library, "秘密.txt", SECRET, access=kept).document
    headers, may = {}, PUBLIC_ONLY
    if role:
        limits = None if reads is None else frozenset(map(AccessClass, reads))
        token = visitor.auth.new_token(visitor.account(role), None, OPERATOR, limits)
        headers, may = {"Authorization": f"Bearer {token}"}, limits or Role(role).access
    for address in ("/feed.atom", "/search.atom", "/search.atom?q=民生委員"):
        shown = ask(visitor, address, headers).get_data(as_text=True)
        traces = [trace for trace in ("蒼井さん", "秘密の連絡会", "平成元年", document.id) if trace in shown]
        assert bool(traces) == (kept in may), address


def test_a_session_shows_its_owner_more_and_a_token_in_the_address_nobody(visitor):
    ingest_text(visitor.library, "秘密.txt", SECRET, access="cases")
    assert len(feed_of(visitor.as_("csw"), "/feed.atom").entries) == 1
    assert feed_of(visitor.as_("reader"), "/feed.atom").entries == []
    token = visitor.auth.new_token(visitor.account("admin"), None, OPERATOR)
    for name in ("token", "access_token", "key"):
        assert feed_of(visitor, f"/feed.atom?{name}={token}").entries == []


def test_a_token_that_does_not_work_is_refused(visitor, issue):
    answer = ask(visitor, "/feed.atom", {"Authorization": "Bearer guessed"})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


# ------------------------------------------------------------------------------------------ asked for once more


@pytest.mark.parametrize("address", ["/feed.atom", "/search.atom?q=民生委員"])
def test_what_has_not_changed_is_not_sent_again(visitor, issue, issue_of, address):
    first = ask(visitor, address)
    by_tag = {"If-None-Match": first.headers["ETag"]}
    again = ask(visitor, address, by_tag)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert ask(visitor, address, {"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
    assert ask(visitor, address, {"If-Modified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"}).status_code == 200
    ingest_text(visitor.library, "だより13.txt", issue_of(13, "令和5"))
    changed = ask(visitor, address, by_tag)
    assert (changed.status_code, changed.headers["ETag"] == first.headers["ETag"]) == (200, False)


def test_what_was_taken_away_is_noticed_too(visitor, issue):
    first = ask(visitor, "/feed.atom")
    visitor.library.desk(OPERATOR).bin(issue.id)
    changed = ask(visitor, "/feed.atom", {"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, b"<entry>" in changed.data) == (200, False)


def test_nobody_is_told_by_a_tag_that_somebody_elses_feed_is_the_same(visitor, issue):
    ingest_text(visitor.library, "秘密.txt", SECRET, access="cases")
    csw = visitor.as_("csw")
    tag = ask(csw, "/feed.atom").headers["ETag"]
    assert ask(visitor, "/feed.atom", {"If-None-Match": tag}).status_code == 200


def test_only_a_private_cache_may_keep_it_and_none_of_a_session(visitor, issue):
    token = visitor.auth.new_token(visitor.account("csw"), None, OPERATOR)
    for headers in ({}, {"Authorization": f"Bearer {token}"}):
        answer = ask(visitor, "/feed.atom", headers)
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert {"Cookie", "Authorization"} <= set(answer.headers["Vary"].split(", "))
    assert ask(visitor.as_("csw", "松葉"), "/feed.atom").headers["Cache-Control"] == "no-store"


# ------------------------------------------------------------------------------------- found from pages, browsers


def test_pages_name_the_feeds_and_our_search(visitor, issue):
    for address in ("/", "/documents/", f"/documents/{issue.id}", "/search?q=民生委員"):
        links = visitor.get(address).links(r"\.(atom|xml)")
        assert {"/feed.atom", "/opensearch.xml"} <= set(links), address
    page = visitor.get("/search?q=民生委員&type=newsletter&sort=date&page=1")
    (own,) = page.links(r"^/search\.atom")
    assert own == "/search.atom?q=民生委員&type=newsletter"
    assert len(feed_of(visitor, own).entries) == 1


def test_browsers_are_told_how_to_search(visitor, issue):
    answer = ask(visitor, "/opensearch.xml")
    assert answer.content_type == "application/opensearchdescription+xml; charset=utf-8"
    found = ET.fromstring(answer.data)
    assert found.tag == f"{{{OPENSEARCH['o']}}}OpenSearchDescription"
    assert len(found.findtext("o:ShortName", namespaces=OPENSEARCH)) <= 16
    assert found.findtext("o:Description", namespaces=OPENSEARCH)
    urls = {url.get("type"): url.get("template") for url in found.findall("o:Url", OPENSEARCH)}
    page = urls["text/html"].replace("{searchTerms}", "%E6%B0%91%E7%94%9F%E5%A7%94%E5%93%A1").removeprefix(LOCAL)
    assert visitor.get(page).titles == ["民生委員との見守り"]
    feed = urls["application/atom+xml"].replace("{searchTerms}", "民生委員").removeprefix(LOCAL)
    assert len(feed_of(visitor, feed).entries) == 1
    assert urls["application/opensearchdescription+xml"] == f"{LOCAL}/opensearch.xml"


@pytest.mark.parametrize("address", ["/opensearch.xml", "/feed.atom", "/search.atom?q=民生委員"])
def test_addresses_are_on_the_public_name_whatever_a_request_says(make, issue_text, address):
    visitor = make(hosts=("kb.example.jp", "kb.internal"), https=True)
    ingest_text(visitor.library, "だより12.txt", issue_text)
    app = create_app(visitor.library)
    headers = {"Host": "kb.internal", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    with app.test_client().get(address, headers=headers) as answer:
        found = ET.fromstring(answer.data)
    links = [link for one in found.iter() for link in (one.get("href"), one.get("template")) if link]
    assert links
    assert {unquote(link)[:22] for link in links} == {"https://kb.example.jp/"}
    with app.test_client().get(address, headers={"Host": "evil.example"}) as answer:
        assert (answer.status_code, b"evil" in answer.data) == (400, False)
