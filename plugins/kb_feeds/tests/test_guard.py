"""Where the fetcher does not go: private addresses however they are reached, and whatever is not a plain page."""

import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from dataclasses import replace
from shutil import which

import httpcore2
import pytest

from kb import Config, SourceError
from kb_feeds.network import World, is_public
from kb_feeds.watching import sources_of

PAGE = "<h1>お知らせ</h1><p>見守り訪問を始めます。</p>".encode()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:1::",
        "2001:db8::1",
        "fec0::1",
        "fe80::1%lo",
        "2606:4700::1%lo",
        "example.jp",
    ],
)
def test_addresses_that_are_none_of_the_internet(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "2400:4050::1"])
def test_addresses_of_the_internet(address):
    assert is_public(address)


def refused(source):
    with pytest.raises(SourceError) as caught:
        list(source.items())
    assert caught.value.subject == source.label
    assert caught.value.fix
    return caught.value.reason


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_name_of_a_private_address_is_refused_before_any_connection(site, page, address):
    site.names["www.example.jp"] = lambda: [address]
    assert "インターネットの外" in refused(page())
    assert site.connected == []


def test_one_private_address_among_public_ones_is_refused(site, page):
    site.names["www.example.jp"] = lambda: ["93.184.215.14", "10.0.0.1"]
    assert "インターネットの外" in refused(page())
    assert site.connected == []


def test_name_that_changes_its_address_after_the_check_is_connected_to_the_checked_one(site, page):
    site["/robots.txt"] = b""
    site["/news.html"] = PAGE
    answers = iter([["93.184.215.14"], ["93.184.215.14"]])
    site.names["www.example.jp"] = lambda: next(answers, ["127.0.0.1"])
    source = page()
    assert [item.name for item in source.items()] == ["みどり県のお知らせ.html"]
    assert site.connected == [("93.184.215.14", 80)] * 2  # once for robots.txt, once for the page: no name in between
    assert site.requests[-1] == ("www.example.jp", "/news.html")
    assert "インターネットの外" in refused(source)
    assert len(site.connected) == 2


def test_next_address_is_tried_where_one_does_not_answer(site, listed, world):
    class Half(type(world.backend)):
        def connect_tcp(self, host, port, *arguments, **named):
            if host == "93.184.215.14":
                raise httpcore2.ConnectError("refused")
            return super().connect_tcp(host, port, *arguments, **named)

    site["/news.html"] = PAGE
    site.names["www.example.jp"] = lambda: ["93.184.215.14", "93.184.215.15"]
    toml = '[[feeds]]\nname = "お知らせ"\nkind = "page"\nurl = "http://www.example.jp/news.html"\n'
    (source,) = listed(toml, replace(world, backend=Half(site)))
    assert len(list(source.items())) == 1
    assert {host for host, _ in site.connected} == {"93.184.215.15"}


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://inside.example.jp/admin", "インターネットの外"),
        ("http://127.0.0.1/admin", "インターネットの外"),
        ("http://[::1]/admin", "インターネットの外"),
        ("http://2130706433/admin", "インターネットの外"),
        ("http://www.example.jp:22/", "ポート 22"),
        ("http://user:secret@www.example.jp/", "利用者名やパスワード"),
        ("file:///etc/passwd", "http か https"),
        ("gopher://www.example.jp/", "http か https"),
        ("http://[::1", "書き方に誤り"),
        ("http://good.example.jp\\@inside.example.jp/", "利用者名やパスワード"),
        ("//inside.example.jp/admin", "インターネットの外"),
    ],
)
def test_redirection_to_where_nothing_is_to_be_fetched(site, page, location, reason):
    site["/news.html"] = (302, {"Location": location}, b"")
    site.names |= {name: lambda: ["127.0.0.1"] for name in ("inside.example.jp", "127.0.0.1", "::1", "2130706433")}
    found = refused(page())
    assert reason in found
    assert "secret" not in found
    assert site.paths() == ["/news.html"]


def test_redirections_are_followed_and_asked_for_robots_at_each_host(site, page):
    site["/news.html"] = (301, {"Location": "http://new.example.jp/"}, b"")
    site["new.example.jp/robots.txt"] = b"User-agent: *\nDisallow: /"
    site["new.example.jp/"] = PAGE
    assert "robots.txt" in refused(page())
    site["new.example.jp/robots.txt"] = b""
    (item,) = page().items()
    assert item.id == "http://www.example.jp/news.html"


def test_redirection_to_a_connection_without_encryption_is_not_followed(site, listed, secure, authority, world):
    site.port, _, answer = secure
    answer[0] = b"HTTP/1.1 302 Found\r\nLocation: http://www.example.jp/\r\nContent-Length: 0\r\n\r\n"
    toml = '[[feeds]]\nname = "お知らせ"\nkind = "page"\nurl = "https://www.example.jp/news.html"\n'
    (source,) = listed(toml, replace(world, tls=ssl.create_default_context(cafile=str(authority[0]))))
    assert "暗号化されない http への転送" in refused(source)
    assert {port for _, port in site.connected} == {443}


def test_redirection_in_a_circle_ends(site, page):
    site["/news.html"] = (302, {"Location": "/news.html"}, b"")
    assert "転送が5回" in refused(page())
    assert len(site.paths()) == 6


def test_hosts_inside_the_house_are_for_the_feeds_that_lie_there(site, listed):
    site.names["intra.example.jp"] = lambda: ["10.1.2.3"]
    site["/news.html"] = PAGE
    site["/out.html"] = (302, {"Location": "http://intra.example.jp:8080/news.html"}, b"")
    table = '[[feeds]]\nname = "{}"\nkind = "page"\nurl = "{}"\n'
    inside, outside = listed(
        'internal_hosts = ["intra.example.jp:8080"]\n'
        + table.format("内", "http://intra.example.jp:8080/news.html")
        + table.format("外", "http://www.example.jp/out.html")
    )
    assert len(list(inside.items())) == 1
    assert site.connected[-1] == ("10.1.2.3", 8080)
    assert "ポート 8080" in refused(outside)


def test_real_connection_to_a_named_internal_host_and_to_no_other(site, tmp_path, clock):
    site["/news.html"] = PAGE
    (tmp_path / "documents").mkdir()
    file = tmp_path / "documents" / "feeds.toml"
    entry = f'[[feeds]]\nname = "内"\nkind = "page"\nurl = "http://127.0.0.1:{site.port}/news.html"\n'
    real = World(clock=clock, sleep=clock.sleep)
    file.write_text(entry, encoding="utf-8")
    assert f"ポート {site.port}" in refused(sources_of(Config(home=tmp_path), real)[0])
    file.write_text(f'internal_hosts = ["127.0.0.1:{site.port}"]\n{entry}', encoding="utf-8")
    (source,) = sources_of(Config(home=tmp_path), real)
    (item,) = source.items()
    with source.read(item.id) as stream:
        assert stream.read() == PAGE


def test_proxies_of_the_environment_are_not_used(site, page, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site["/news.html"] = PAGE
    assert len(list(page().items())) == 1
    assert site.connected[-1] == ("93.184.215.14", 80)


@pytest.fixture
def authority(tmp_path):
    """A certificate for www.example.jp, signed by itself."""
    if not which("openssl"):
        pytest.skip("openssl is not installed: TLS is not tested")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test -addext"
    subprocess.run(
        [*command.split(), "subjectAltName=DNS:www.example.jp", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    return certificate, key


@pytest.fixture
def secure(authority):
    """A TLS server: its port, the names that it was asked for, and what it answers whatever is asked."""
    names = []
    answer = [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as stream:
                    is_robots = b" /robots.txt " in stream.recv(4_096)
                    stream.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n" if is_robots else answer[0])
            except OSError:
                connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1], names, answer
    with suppress(OSError):  # not everywhere can a listener be shut down; closing wakes it there
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_certificate_is_for_the_name_while_the_connection_is_to_the_checked_address(
    site, listed, secure, authority, world
):
    site.port, names, _ = secure
    toml = '[[feeds]]\nname = "お知らせ"\nkind = "page"\nurl = "https://www.example.jp/news.html"\n'
    (distrusting,) = listed(toml)
    assert "証明書を確かめられません" in refused(distrusting)
    (trusting,) = listed(toml, replace(world, tls=ssl.create_default_context(cafile=str(authority[0]))))
    assert len(list(trusting.items())) == 1
    assert set(names) == {"www.example.jp"}
    assert set(site.connected) == {("93.184.215.14", 443)}
