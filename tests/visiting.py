"""Somebody with a browser, and an answer as they see it: for tests that ask the application itself."""

import html
import re
from urllib.parse import unquote

from kb.model import OPERATOR, Role
from kb.web import create_app


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
