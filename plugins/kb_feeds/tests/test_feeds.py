"""Feeds: each entry is a document, whatever the feed is written in and however badly."""

import pytest

from kb import AccessClass, ExtractionError, SourceError
from kb.config import load
from kb.library import Library
from kb.plugins import Plugins

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>みどり県社協</title><link>http://www.example.jp/</link>
<atom:link rel="self" href="http://www.example.jp/feed.xml"/>
<item><title>ゴミ屋敷の片付け講座</title><link>http://www.example.jp/1.html</link><guid isPermaLink="false">no-1</guid>
<pubDate>Tue, 03 Nov 2026 10:00:00 +0900</pubDate><media:title>写真</media:title>
<description>申込は11月末まで。</description></item>
<item><title>民生委員の集い</title><link>/2.html</link><guid>http://www.example.jp/2.html</guid>
<content:encoded><![CDATA[<p>町内会館で<b>集い</b>を開きます。</p>]]></content:encoded></item>
</channel></rss>"""

RDF = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://www.example.jp/"><title>わかば市</title><items><rdf:Seq><rdf:li
 rdf:resource="http://www.example.jp/1.html"/></rdf:Seq></items></channel>
<item rdf:about="http://www.example.jp/1.html"><title>敬老の日の催し</title><link>http://www.example.jp/1.html</link>
<dc:date>2026-09-15T09:00:00+09:00</dc:date></item></rdf:RDF>"""

ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://www.example.jp/news/"><title>汐見町</title>
<entry><id>tag:example.jp,2026:1</id><title type="html">&lt;b&gt;朝食&lt;/b&gt;の会</title>
<link rel="enclosure" href="http://www.example.jp/a.jpg"/><link href="1.html"/>
<updated>2026-11-03T09:00:00Z</updated><summary>土曜に開きます。</summary></entry>
<entry><id>tag:example.jp,2026:2</id><title>買い物バス</title><updated>2026-11-04T09:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>毎週<em>水曜</em>に走ります。</p></div></content></entry>
</feed>"""

XML = {"Content-Type": "application/rss+xml"}
PAGE = "<h1>講座</h1><p>片付けの講座を開きます。</p>".encode()


def listing(source):
    return [(item.id, item.name) for item in source.items()]


def text(source, item):
    with source.read(item) as stream:
        return stream.read().decode()


def refused(source):
    with pytest.raises(SourceError) as caught:
        list(source.items())
    assert caught.value.subject == source.label
    assert caught.value.fix
    return caught.value.reason


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (RSS, [("no-1", "ゴミ屋敷の片付け講座.html"), ("http://www.example.jp/2.html", "民生委員の集い.html")]),
        (RDF, [("http://www.example.jp/1.html", "敬老の日の催し.html")]),
        (ATOM, [("tag:example.jp,2026:1", "朝食の会.html"), ("tag:example.jp,2026:2", "買い物バス.html")]),
    ],
    ids=["rss", "rdf", "atom"],
)
def test_entries_of_each_kind_of_feed(site, feed, xml, expected):
    site["/feed.xml"] = (200, XML, xml.encode())
    source = feed()
    assert listing(source) == expected
    assert listing(source) == expected


def test_bytes_of_an_entry_are_the_page_that_it_links_to(site, feed):
    site["/feed.xml"] = (200, XML, RSS.encode())
    site["/1.html"] = site["/2.html"] = PAGE
    source = feed()
    list(source.items())
    assert text(source, "no-1") == PAGE.decode()
    assert text(source, "http://www.example.jp/2.html") == PAGE.decode()
    assert site.paths() == ["/feed.xml", "/1.html", "/2.html"]


def test_links_are_relative_to_the_base_that_the_feed_names(site, feed):
    site["/feed.xml"] = (200, XML, ATOM.encode())
    site["/news/1.html"] = PAGE
    assert text(feed(), "tag:example.jp,2026:1") == PAGE.decode()


def test_entry_without_a_page_is_the_feeds_own_text(site, feed):
    site["/feed.xml"] = (200, XML, ATOM.encode())
    page = text(feed(), "tag:example.jp,2026:2")
    assert "<h1>買い物バス</h1><p>掲載日：2026年11月4日</p>" in page
    assert "水曜" in page
    assert site.paths() == ["/feed.xml"]


def test_own_text_of_entries_is_taken_where_the_list_says_so(site, feed):
    site["/feed.xml"] = (200, XML, RSS.encode())
    source = feed('entries = "content"')
    assert "<p>掲載日：2026年11月3日</p>" in text(source, "no-1")
    assert "申込は11月末まで。" in text(source, "no-1")
    assert "<b>集い</b>" in text(source, "http://www.example.jp/2.html")
    assert site.paths() == ["/feed.xml"]


def test_stamp_changes_when_the_feed_says_something_else_of_an_entry(site, feed):
    site["/feed.xml"] = (200, XML, RSS.encode())
    source = feed()
    before = [item.stamp for item in source.items()]
    assert [item.stamp for item in source.items()] == before
    site["/feed.xml"] = (200, XML, RSS.replace("03 Nov", "04 Nov").encode())
    after = [item.stamp for item in source.items()]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]


def test_unchanged_feed_is_not_sent_again_and_gives_the_same(site, feed):
    site["/feed.xml"] = (200, {**XML, "ETag": '"f1"'}, RSS.encode())
    before = list(feed().items())
    assert list(feed().items()) == before
    assert site.headers[-1]["If-None-Match"] == '"f1"'


def test_unchanged_page_of_a_changed_entry_comes_from_the_cache(site, feed):
    site["/feed.xml"] = (200, XML, RSS.encode())
    site["/1.html"] = (200, {"Content-Type": "text/html", "ETag": '"p1"'}, PAGE)
    source = feed()
    list(source.items())
    assert text(source, "no-1") == text(source, "no-1") == PAGE.decode()
    assert site.headers[-1]["If-None-Match"] == '"p1"'


def test_one_bad_page_loses_no_other_entry(site, feed):
    site["/feed.xml"] = (200, XML, RSS.encode())
    site["/1.html"] = (500, {}, b"")
    site["/2.html"] = PAGE
    source = feed()
    assert len(list(source.items())) == 2
    with pytest.raises(ExtractionError, match="HTTP 500"):
        source.read("no-1")
    assert text(source, "http://www.example.jp/2.html") == PAGE.decode()


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "file:///etc/passwd", "ftp://www.example.jp/", "http://[::1", "", "data:text/html,x"],
)
def test_link_that_is_no_page_leaves_the_own_text(site, feed, link):
    site["/feed.xml"] = (200, XML, RSS.replace("http://www.example.jp/1.html", link).encode())
    source = feed()
    assert len(list(source.items())) == 2
    assert "申込は" in text(source, "no-1")


def test_link_into_the_house_is_not_followed(site, feed):
    site.names["inside.example.jp"] = lambda: ["10.0.0.5"]
    site["/feed.xml"] = (200, XML, RSS.replace("www.example.jp/1.html", "inside.example.jp/").encode())
    source = feed()
    list(source.items())
    with pytest.raises(ExtractionError, match="インターネットの外"):
        source.read("no-1")


def test_entry_that_left_the_feed_stays_unless_the_list_says_that_the_feed_is_complete(site, feed):
    site["/feed.xml"] = (200, XML, RSS.encode())
    assert not feed().prunes
    source = feed("prunes = true")
    assert source.prunes
    assert len(list(source.items())) == 2
    first, last = RSS.index("<item>"), RSS.index("<item>", RSS.index("<item>") + 1)
    site["/feed.xml"] = (200, XML, (RSS[:first] + RSS[last:]).encode())
    assert listing(source) == [("http://www.example.jp/2.html", "民生委員の集い.html")]
    with pytest.raises(ExtractionError, match="もうありません"):
        source.read("no-1")


def test_long_feed_is_read_from_its_beginning_and_cannot_be_called_complete(site, feed):
    item = "<item><title>お知らせ{0}</title><link>http://www.example.jp/{0}.html</link></item>"
    items = "".join(item.format(number) for number in range(301))
    site["/feed.xml"] = (200, XML, f"<rss><channel>{items}</channel></rss>".encode())
    names = [name for _, name in listing(feed())]
    assert (len(names), names[0], names[-1]) == (300, "お知らせ0.html", "お知らせ299.html")
    assert "300件以上" in refused(feed("prunes = true"))


def test_what_left_the_feed_leaves_the_cache(site, feed, tmp_path):
    site["/feed.xml"] = (200, XML, RSS.encode())
    site["/1.html"] = PAGE
    source = feed()
    list(source.items())
    text(source, "no-1")
    folder = tmp_path / "documents" / ".store" / "cache" / "kb_feeds"
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 2
    site["/feed.xml"] = (200, XML, RDF.replace("/1.html", "/9.html").encode())
    list(source.items())
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("xml", "headers"),
    [
        (RSS.encode("cp932"), XML),
        (RSS.replace("UTF-8", "Shift_JIS").encode("cp932"), XML),
        (RSS.replace("UTF-8", "EUC-JP").encode("euc_jp"), XML),
        (RSS.replace("UTF-8", "ISO-2022-JP").encode("iso2022_jp"), XML),
        (RSS.replace("UTF-8", "Shift_JIS").encode(), XML),
        (RSS.replace(' encoding="UTF-8"', "").encode(), {"Content-Type": "text/xml; charset=iso-8859-1"}),
        (RSS.encode("utf-8-sig"), XML),
        (b"\n" + RSS.encode(), XML),
    ],
    ids=["cp932 says utf-8", "cp932", "euc", "jis", "utf-8 says sjis", "latin-1 header", "mark", "line before"],
)
def test_feed_in_whatever_encoding(site, feed, xml, headers):
    site["/feed.xml"] = (200, headers, xml)
    assert [name for _, name in listing(feed())] == ["ゴミ屋敷の片付け講座.html", "民生委員の集い.html"]


def test_broken_feed_gives_what_can_be_read_unless_it_is_to_be_complete(site, feed):
    broken = RSS.replace("申込は", "申込は & <br>")[:-20]
    site["/feed.xml"] = (200, XML, broken.encode())
    assert [name for _, name in listing(feed())] == ["ゴミ屋敷の片付け講座.html", "民生委員の集い.html"]
    assert "フィードとして読めません" in refused(feed("prunes = true"))


@pytest.mark.parametrize(
    "content", [PAGE, b"", b"\x00\x01\xff" * 99, b"<opml/>", b"<rss"], ids=["html", "empty", "noise", "opml", "cut"]
)
def test_what_is_no_feed_is_an_error(site, feed, content):
    site["/feed.xml"] = (200, XML, content)
    assert "フィードとして読めません" in refused(feed())


def test_entry_of_a_feed_that_cannot_be_had_is_an_error_of_that_entry(site, feed):
    site["/feed.xml"] = (500, {}, b"")
    with pytest.raises(ExtractionError, match="HTTP 500"):
        feed().read("no-1")


def test_names_of_the_internet_in_japanese_are_asked_for_in_ascii(site, feed):
    site["/feed.xml"] = (200, XML, RSS.replace("www.example.jp/1.html", "みどり.example.jp/お知らせ?年=8").encode())
    site["xn--p9j0b8a.example.jp/%E3%81%8A%E7%9F%A5%E3%82%89%E3%81%9B?%E5%B9%B4=8"] = PAGE
    source = feed()
    list(source.items())
    assert text(source, "no-1") == PAGE.decode()


def test_disk_that_takes_nothing_is_told(site, feed, tmp_path):
    site["/feed.xml"] = (200, XML, RSS.encode())
    source = feed()
    (tmp_path / "documents" / ".store").write_bytes(b"in the way")
    assert "保存できません" in refused(source)


@pytest.mark.parametrize("status", [404, 410, 500])
def test_feed_that_is_gone_is_an_error_and_takes_nothing_with_it(site, feed, status):
    site["/feed.xml"] = (status, {}, b"")
    assert f"HTTP {status}" in refused(feed())


def test_entities_are_neither_unfolded_nor_fetched(site, feed):
    bomb = RSS.replace(
        "<rss ",
        '<!DOCTYPE rss [<!ENTITY a "ああああああああああ"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "http://www.example.jp/secret">]><rss ',
    ).replace("申込は", "&b;&x;&y;申込は")
    site["/feed.xml"] = (200, XML, bomb.encode())
    source = feed('entries = "content"')
    page = text(source, "no-1")
    assert "root:" not in page
    assert "ああ" not in page
    assert site.paths() == ["/feed.xml"]


def test_same_entry_twice_is_one_item(site, feed):
    item = RSS[RSS.index("<item>") : RSS.index("</item>") + 7]
    site["/feed.xml"] = (200, XML, RSS.replace("</channel>", f"{item}</channel>").encode())
    assert [name for name, _ in listing(feed())] == ["no-1", "http://www.example.jp/2.html"]


def test_entry_without_id_and_link_is_known_by_what_it_says(site, feed):
    bare = RSS.replace('<guid isPermaLink="false">no-1</guid>', "").replace(
        "<link>http://www.example.jp/1.html</link>", ""
    )
    site["/feed.xml"] = (200, XML, bare.encode())
    source = feed()
    before = listing(source)
    assert len(before[0][0]) == 64
    assert listing(source) == before
    assert "申込は" in text(source, before[0][0])


def test_entries_are_named_after_what_they_link_to(site, feed):
    site["/feed.xml"] = (
        200,
        XML,
        RSS.replace("/1.html", "/だより.PDF?x=1").replace("片付け講座", "片付け/講座").encode(),
    )
    assert listing(feed())[0][1] == "ゴミ屋敷の片付け／講座.pdf"


def test_entries_become_documents_once(site, feed, tmp_path):
    site["/feed.xml"] = (200, XML, RSS.encode())
    site["/1.html"] = PAGE
    site["/2.html"] = PAGE.replace("講座".encode(), "集い".encode())
    source = feed('content_type = "document"\naccess = "members"\nminutes = 30')
    assert (source.minutes, source.content_type, source.access) == (30, "document", AccessClass.MEMBERS)
    plugins = Plugins.load(disabled=["kb_feeds"], extra={"feeds": _plugin(source)})
    with Library(load(tmp_path, environ={}), plugins) as library:
        first = library.look_through(source.name)
        assert (first.listed, first.accepted, first.failed) == (2, 2, 0)
        asked = len(site.requests)
        again = library.look_through(source.name)
        assert (again.listed, again.accepted, again.failed) == (2, 0, 0)
        assert site.paths()[-1] == "/feed.xml"  # no page is opened whose entry has not changed
        assert len(site.requests) == asked + 1
        library.work_off()
        documents = library.store.drafts.documents(frozenset(AccessClass))
        assert {(document.type, document.access) for document in documents} == {("document", AccessClass.MEMBERS)}


def test_failing_page_is_counted_and_the_others_are_taken_in(site, feed, tmp_path):
    site["/feed.xml"] = (200, XML, RSS.encode())
    site["/1.html"] = (500, {}, b"")
    site["/2.html"] = PAGE
    source = feed()
    with Library(load(tmp_path, environ={}), Plugins.load(["kb_feeds"], {"feeds": _plugin(source)})) as library:
        run = library.look_through(source.name)
        assert (run.listed, run.accepted, run.failed, run.reason) == (2, 1, 1, "")
        (failure,) = library.failures()
        assert "HTTP 500" in failure.reason
        site["/1.html"] = PAGE.replace("講座".encode(), "催し".encode())
        run = library.look_through(source.name)
        assert (run.listed, run.accepted, run.failed) == (2, 1, 0)
        library.work_off()
        assert library.failures() == []


def _plugin(source):
    import types

    from kb import hookimpl

    module = types.ModuleType("feeds")

    def kb_sources(config):
        return [source]

    module.kb_sources = hookimpl(kb_sources)
    return module
