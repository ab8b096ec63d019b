"""A library whose files are read in this process: that files are read in another one is tested in tests/ingest."""

import html
import re
from contextlib import ExitStack
from urllib.parse import unquote

import pytest

from kb.model import OPERATOR, Block, Extraction, Role
from kb.plugins import Plugins
from kb.testing import ingest_text, open_library
from kb.web import create_app

ISSUE = """みどり県社協だより 第12号
令和4年2月15日発行
発行 社会福祉法人 みどり県社会福祉協議会

■ゴミ屋敷の片付けから始まったつながり

若葉市では、ひとり暮らしの高齢者の家にごみが積み上がり、近所から相談が寄せられました。CSWは片付けを急がず、まず話を聞くことにしました。

●民生委員との見守り

民生委員と社協が令和3年12月21日から週に一度訪ね、本人の困りごとを一緒に整理しました。

■ヤングケアラーを支える

汐見町の中学校では、家族の世話をする生徒に気付くための研修を開きました。
"""


#: ``plain`` reads the files here, and no test is about synonyms or personal data.
NOT_NEEDED = ("kb_formats", "kb_welfare", "kb_privacy")


def plain(file, _plugins, _config):
    """Lines of a text; one with tabs is a table row. A file that says so is a PDF, with pages between form feeds."""
    data = file.read()
    is_pdf = data.startswith(b"%PDF")
    pages = data.decode().removeprefix("%PDF\n").split("\f")
    blocks = [
        Block(line, kind="table" if "\t" in line else "line", page=number if is_pdf else None)
        for number, page in enumerate(pages, 1)
        for line in page.split("\n")
    ]
    media_type = "application/pdf" if is_pdf else "text/html" if data.startswith(b"<html") else "text/plain"
    return Extraction(tuple(blocks), media_type, pages=len(pages) if is_pdf else None)


@pytest.fixture(autouse=True)
def _read_here(monkeypatch):
    monkeypatch.setattr("kb.library.extract", plain)


class Seen:
    """An answer as a person, and a browser, sees it."""

    def __init__(self, response):
        self.status, self.headers, self.data = response.status_code, response.headers, response.get_data()
        self.html = response.get_data(as_text=True) if response.mimetype.startswith("text/") else ""

    @property
    def text(self):
        """What can be read: no tags, no repeated spaces."""
        body = re.sub(r"<head>.*?</head>", "", self.html, flags=re.DOTALL)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body)))

    @property
    def titles(self):
        """The headings of the hits on a results page."""
        found = re.findall(r"<h2><a [^>]*>(.*?)</a></h2>", self.html, re.DOTALL)
        return [html.unescape(re.sub(r"<[^>]*>", "", title)) for title in found]

    def links(self, pattern="."):
        """The addresses on the page that match, decoded."""
        found = (unquote(html.unescape(link)) for link in re.findall(r'href="([^"]*)"', self.html))
        return [link for link in found if re.search(pattern, link)]


#: Good enough for the rules.
PASSWORD = "雲雀が三羽 canal 42"


class Visitor:
    """Somebody with a browser, in front of a library of their own."""

    password = PASSWORD

    def __init__(self, library, app=None):
        self.library = library
        self.app = app or create_app(library)
        self.client = self.app.test_client()

    @property
    def auth(self):
        return self.app.extensions["kb"].auth

    def get(self, address, **query):
        with self.client.get(address, query_string=query or None) as response:
            return Seen(response)

    def post(self, address, headers=None, **form):
        """Send a form with the token that our pages give."""
        with self.client.post(address, data={"csrf_token": self.token(), **form}, headers=headers) as response:
            return Seen(response)

    def token(self):
        """The token of a form, as it stands on a page."""
        page = self.get("/login")
        page = self.get("/account") if page.status == 303 else page
        return re.search(r'name="csrf_token" value="([^"]+)"', page.html)[1]

    def other(self):
        """Somebody else in front of the same server."""
        return Visitor(self.library, self.app)

    def account(self, role, name=""):
        """A new account with a password."""
        name = name or f"{role}の山吹"
        _, link = self.auth.invite(name, Role(role), OPERATOR)
        return self.auth.take_up(link.path.removeprefix("/join/"), PASSWORD)

    def as_(self, role, name=""):
        """Somebody else, who has signed in to a new account."""
        return self.other().signed_in(self.account(role, name).name)

    def signed_in(self, name):
        self.client.set_cookie("kb", self.auth.sign_in(name, PASSWORD, agent="Firefox Linux"))
        return self


@pytest.fixture
def make(tmp_path):
    """Opens a library with the installed plugins and the given ones, and lets somebody visit it."""
    with ExitStack() as opened:

        def visitor(extra=None, **settings):
            plugins = Plugins.load(NOT_NEEDED, extra or {})
            return Visitor(opened.enter_context(open_library(tmp_path, plugins, **{"engine": "memory"} | settings)))

        yield visitor


@pytest.fixture
def visitor(make):
    return make()


@pytest.fixture
def issue_text():
    return ISSUE


@pytest.fixture
def issue_of():
    """Makes the text of an issue with another number and year."""

    def text(number, year, more=""):
        numbered = ISSUE.replace("第12号", f"第{number}号").replace("令和4年2月15日", f"{year}年2月15日")
        return numbered.replace("中学校", f"中学校{number}") + more

    return text


@pytest.fixture
def issue(visitor):
    """One public newsletter in the visitor's library."""
    return ingest_text(visitor.library, "だより12.txt", ISSUE).document
