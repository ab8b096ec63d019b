"""Web pages: fetched politely, again only when they have changed, and never without limits."""

import gzip

import pytest

from kb import ExtractionError, SourceError

PAGE = "<h1>お知らせ</h1><p>見守り訪問を始めます。</p>".encode()
HTML = {"Content-Type": "text/html; charset=utf-8"}


def refused(source):
    with pytest.raises(SourceError) as caught:
        list(source.items())
    assert caught.value.subject == "みどり県のお知らせ"
    assert caught.value.fix
    return caught.value.reason


def body(source):
    (item,) = source.items()
    with source.read(item.id) as stream:
        return stream.read()


def test_page_is_one_item_whose_stamp_is_its_content(site, page):
    site["/news.html"] = PAGE
    source = page()
    (item,) = source.items()
    assert (item.id, item.name) == ("http://www.example.jp/news.html", "みどり県のお知らせ.html")
    assert list(source.items()) == [item]
    site["/news.html"] = PAGE + b"<p>2</p>"
    (changed,) = source.items()
    assert (changed.id, changed.stamp != item.stamp) == (item.id, True)
    assert body(source) == PAGE + b"<p>2</p>"


def test_reading_needs_no_other_request_after_listing(site, page):
    site["/news.html"] = PAGE
    source = page()
    (item,) = source.items()
    with source.read(item.id) as stream:
        assert stream.read() == PAGE
    assert site.paths() == ["/news.html"]


@pytest.mark.parametrize(
    ("validator", "condition", "value"),
    [
        ("ETag", "If-None-Match", '"v1"'),
        ("Last-Modified", "If-Modified-Since", "Tue, 03 Nov 2026 00:00:00 GMT"),
    ],
)
def test_unchanged_page_is_not_sent_again_also_to_another_process(site, page, validator, condition, value):
    site["/news.html"] = (200, {**HTML, validator: value}, PAGE)
    before = list(page().items())
    source = page()
    assert list(source.items()) == before
    assert [headers.get(condition) for headers in site.headers][-1] == value
    assert body(source) == PAGE


def test_cache_can_be_deleted_or_damaged_at_any_time(site, page, tmp_path):
    site["/news.html"] = (200, {**HTML, "ETag": '"v1"'}, PAGE)
    source = page()
    before = list(source.items())
    (kept,) = (path for path in (tmp_path / "documents" / ".store" / "cache" / "kb_feeds").rglob("*") if path.is_file())
    kept.write_bytes(kept.read_bytes()[:-5])
    assert list(source.items()) == before
    assert body(source) == PAGE
    kept.unlink()
    with source.read(before[0].id) as stream:
        assert stream.read() == PAGE


@pytest.mark.parametrize("status", [404, 410])
def test_page_that_is_gone_is_told_and_its_document_left_to_staff(site, page, status):
    site["/news.html"] = PAGE
    source = page()
    assert len(list(source.items())) == 1
    site["/news.html"] = (status, {}, b"")
    with pytest.raises(SourceError, match=f"HTTP {status}") as caught:
        source.items()
    assert "ごみ箱" in caught.value.fix
    site["/news.html"] = PAGE
    assert len(list(source.items())) == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (500, "正常ではありません（HTTP 500）"),
        (503, "混み合って"),
        (429, "混み合って"),
        (401, "権限"),
        (403, "権限"),
        (400, "断りました"),
        (204, "正常ではありません"),
        (304, "正常ではありません"),
        (302, "正常ではありません"),
    ],
)
def test_failing_server_is_an_error_and_nothing_is_taken_for_gone(site, page, status, reason):
    site["/news.html"] = (status, {}, b"")
    assert reason in refused(page())


def sends(*pieces):
    """An answer of raw bytes, and no more."""

    def answer(handler):
        for piece in pieces:
            handler.wfile.write(piece)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        sends(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n", PAGE),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"),
        sends(b"HTTP/1.1 200 OK\r\nContent-Ty"),
        sends(b"nonsense\r\n\r\n"),
        sends(),
        (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(PAGE)[:-12]),
        (200, {**HTML, "Content-Encoding": "gzip"}, PAGE),
        (200, {**HTML, "Content-Encoding": "br"}, PAGE),
    ],
)
def test_answer_that_breaks_off_or_is_broken_is_an_error(site, page, answer):
    site["/news.html"] = answer
    assert "切れたか、壊れて" in refused(page())


def test_packed_page_is_unpacked(site, page):
    site["/news.html"] = (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(PAGE))
    assert body(page()) == PAGE


def test_huge_page_is_refused_packed_and_unpacked(site, page, monkeypatch):
    monkeypatch.setattr("kb_feeds.watching._PAGE_BYTES", 1 << 20)
    site["/news.html"] = b"x" * ((1 << 20) + 1)
    assert "大きすぎます（1MiBまで）" in refused(page())
    site["/news.html"] = (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(bytes(50 << 20)))
    assert "大きすぎます（1MiBまで）" in refused(page())


def test_packed_page_with_something_behind_it_without_end_is_refused(site, page):
    def without_end(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n")
        handler.wfile.write(gzip.compress(PAGE))
        while True:
            handler.wfile.write(bytes(1 << 16))

    site["/news.html"] = without_end
    assert "壊れて" in refused(page())


def test_page_without_end_is_refused(site, page, monkeypatch):
    monkeypatch.setattr("kb_feeds.watching._PAGE_BYTES", 1 << 20)

    def without_end(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            handler.wfile.write(bytes(1 << 16))

    site["/news.html"] = without_end
    assert "大きすぎます" in refused(page())


@pytest.mark.parametrize(
    "drop", [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "]
)
def test_server_that_answers_drop_by_drop_is_given_up_in_the_head_as_in_the_body(site, page, clock, drop):
    def drips(handler):
        clock.step = 13.0  # each look at the clock is that much later
        handler.wfile.write(drop)
        while True:
            handler.wfile.write(b"x")

    site["/news.html"] = drips
    source = page()
    assert "時間内に応答が終わりません" in refused(source)


def test_server_that_says_nothing_is_given_up(site, listed, world):
    import httpcore2

    class Silent(type(world.backend)):
        def connect_tcp(self, host, port, timeout=None, *arguments, **named):
            assert 0 < timeout <= 15
            raise httpcore2.ConnectTimeout

    from dataclasses import replace

    (source,) = listed(
        '[[feeds]]\nname = "みどり県のお知らせ"\nkind = "page"\nurl = "http://www.example.jp/"\n',
        replace(world, backend=Silent(site)),
    )
    assert "時間内に応答が終わりません" in refused(source)


def test_name_that_nobody_knows(site, page):
    def unknown():
        raise OSError(-2, "Name or service not known")

    site.names["www.example.jp"] = unknown
    assert "つながりません" in refused(page())


def test_kind_of_file_that_is_not_wanted_is_refused(site, page):
    site["/news.html"] = (200, {"Content-Type": "video/mp4"}, b"x")
    assert "取り込める種類のファイルではありません（video/mp4）" in refused(page())


def test_page_says_who_asks_and_whom(site, page):
    site["/news.html"] = PAGE
    list(page().items())
    assert all(headers["User-Agent"].startswith("kb-csw/") for headers in site.headers)
    assert {headers["Host"] for headers in site.headers} == {"www.example.jp"}


# ------------------------------------------------------------------------------------------------ robots.txt


@pytest.mark.parametrize(
    ("robots", "is_permitted"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: kb-csw\nDisallow: /news", False),
        ("User-agent: *\nDisallow: /*.html$", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: kb-csw\nAllow: /", True),
        ("User-agent: *\nDisallow: /\nAllow: /news.html", True),
        ("User-agent: other\nDisallow: /", True),
        ("", True),
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("<html>ありません</html>", True),
    ],
)
def test_robots_are_obeyed(site, page, robots, is_permitted):
    site["/robots.txt"] = robots.encode()
    site["/news.html"] = PAGE
    source = page()
    if is_permitted:
        assert len(list(source.items())) == 1
    else:
        assert "robots.txt が、プログラムによる取得を断って" in refused(source)
        assert site.paths() == []


@pytest.mark.parametrize(("status", "is_permitted"), [(404, True), (403, True), (500, False), (503, False)])
def test_robots_that_are_not_there_permit_all_and_those_of_a_failing_server_nothing(site, page, status, is_permitted):
    site["/robots.txt"] = (status, {}, b"")
    site["/news.html"] = PAGE
    source = page()
    if is_permitted:
        assert len(list(source.items())) == 1
    else:
        assert "robots.txt を確かめられません" in refused(source)
        assert site.paths() == []


def test_robots_are_asked_for_once_an_hour(site, page, clock):
    site["/robots.txt"] = b""
    site["/news.html"] = PAGE
    source = page()
    for _ in range(3):
        list(source.items())
    assert [path for _, path in site.requests].count("/robots.txt") == 1
    clock.now += 3_600
    list(source.items())
    assert [path for _, path in site.requests].count("/robots.txt") == 2


@pytest.mark.parametrize(("robots", "pause"), [("", 1), ("Crawl-delay: 7", 7), ("Crawl-delay: 9999", 30)])
def test_requests_to_one_host_are_a_pause_apart(site, page, clock, robots, pause):
    site["/robots.txt"] = f"User-agent: *\n{robots}\nDisallow: /private".encode()
    site["/news.html"] = PAGE
    source = page()
    list(source.items())
    list(source.items())
    assert clock.slept == [1, pause]
    clock.now += pause
    list(source.items())
    assert clock.slept == [1, pause]


def test_reading_another_page_than_the_listed_one_is_refused(site, page):
    site["/news.html"] = PAGE
    with pytest.raises(ExtractionError, match="もうありません"):
        page().read("http://www.example.jp/other.html")
    assert site.requests == []
