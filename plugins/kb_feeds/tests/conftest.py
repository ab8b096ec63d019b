"""A web site on 127.0.0.1 that stands for any host of the Internet, and a world whose time passes only by waiting."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore2
import pytest

from kb import Config
from kb_feeds.network import World
from kb_feeds.watching import sources_of

PUBLIC = "93.184.215.14"
CONDITIONS = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))


class Site:
    """What the server answers, by path (or host and path): a body, (status, headers, body), or a function of the handler."""

    def __init__(self):
        self.answers: dict[str, object] = {}
        self.requests: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.names: dict[str, Callable[[], list[str]]] = {}
        self.connected: list[tuple[str, int]] = []
        self.port = 0

    def __setitem__(self, path, answer):
        self.answers[path] = answer

    def paths(self):
        """The paths asked for, robots.txt left out."""
        return [path for _, path in self.requests if path != "/robots.txt"]


class Clock:
    def __init__(self):
        self.now = 0.0
        self.step = 0.0
        self.slept = []

    def __call__(self):
        self.now += self.step
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def site():
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            found.requests.append((self.headers["Host"], self.path))
            found.headers.append(dict(self.headers))
            here = f"{self.headers['Host']}{self.path}"
            answer = found.answers.get(here, found.answers.get(self.path, (404, {}, b"")))
            if callable(answer):
                answer(self)
                self.close_connection = True
                return
            status, headers, body = (
                answer if isinstance(answer, tuple) else (200, {"Content-Type": "text/html"}, answer)
            )
            if status == 200 and any(headers.get(says, "") == self.headers.get(asks) for says, asks in CONDITIONS):
                status, body = 304, b""
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            pass  # clients that hang up are what is tested

    server = Server(("127.0.0.1", 0), Handler)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


class ToSite(httpcore2.SyncBackend):
    """Every connection ends at the site; where it was meant to go is written down."""

    def __init__(self, site):
        self.site = site

    def connect_tcp(self, host, port, *arguments, **named):
        self.site.connected.append((host, port))
        return super().connect_tcp("127.0.0.1", self.site.port, *arguments, **named)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def world(site, clock):
    """All names are public ones, unless ``site.names`` says otherwise; all addresses lead to the site."""

    def resolve(host, port):
        return site.names.get(host, lambda: [PUBLIC])()

    return World(resolve, ToSite(site), clock, clock.sleep)


@pytest.fixture
def listed(tmp_path, world):
    """The sources of a list of feeds."""

    def listed(toml, world=world):
        (tmp_path / "documents").mkdir(exist_ok=True)
        (tmp_path / "documents" / "feeds.toml").write_text(toml, encoding="utf-8")
        return sources_of(Config(home=tmp_path), world)

    return listed


@pytest.fixture
def page(listed):
    """The source of one web page."""

    def page(url="http://www.example.jp/news.html", more=""):
        (source,) = listed(f'[[feeds]]\nname = "みどり県のお知らせ"\nkind = "page"\nurl = "{url}"\n{more}')
        return source

    return page


@pytest.fixture
def feed(listed):
    """The source of one feed."""

    def feed(more="", url="http://www.example.jp/feed.xml"):
        (source,) = listed(f'[[feeds]]\nname = "みどり県社協の新着"\nurl = "{url}"\n{more}')
        return source

    return feed
