"""A library whose files are read in this process: that files are read in another one is tested in tests/ingest."""

from contextlib import ExitStack

import pytest

from kb.model import Block, Extraction
from kb.plugins import Plugins
from kb.testing import ingest_text, open_library
from tests.visiting import Visitor

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
