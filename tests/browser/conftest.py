"""A real browser (Debian's chromium) in front of a real server, and a record of everything it asked for."""

import io
import os
import re
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from waitress import create_server, wasyncore

from kb.model import PUBLIC_ONLY, Block, Extraction
from kb.plugins import Plugins
from kb.search.query import parse
from kb.testing import open_library
from kb.web import create_app

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"

ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # CI runs as root in a container, where chromium's sandbox cannot start
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

TOPICS = (
    (
        "ゴミ屋敷の片付けから始まったつながり",
        "ひとり暮らしの高齢者の家にごみが積み上がり、近所から相談が寄せられました。",
    ),
    (
        "ヤングケアラーに気付くために",
        "中学校の先生とスクールソーシャルワーカーが、家族の世話をする生徒の話を聞きました。",
    ),
    ("8050世帯とひきこもりの家族会", "月に一度、家族だけで話せる場を公民館に開いています。"),
    ("生活困窮者自立支援と家計の相談", "家計の見直しを一緒に行い、滞納していた家賃の分納を大家さんと話し合いました。"),
    ("重層的支援体制整備事業のいま", "断らない相談を掲げ、制度の狭間にある困りごとを受け止める窓口ができました。"),
)


def an_issue(number, year):
    """The text of an issue: five articles, each with a part, a list, fields and a table."""
    articles = "".join(
        f"\n■{heading}（その{number}）\n\n{first}民生委員と社協の職員が週に一度訪ね、困りごとを一緒に整理しています。\n\n"
        f"●見守りの続け方\n\n支援の途中で連絡が途切れたときは、訪問の曜日を変えてみました。\n\n"
        "・あいさつから始めます。\n・答えを急ぎません。\n\n電話番号：012-345-6789\n\n曜日\t内容\n火\t居場所の縁側\n木\t家計の相談\n"
        for heading, first in TOPICS
    )
    return f"みどり県社協だより 第{number}号\n令和{year - 2018}年6月1日発行\n発行 社会福祉法人 みどり県社会福祉協議会\n{articles}"


def a_pdf(pages):
    """A PDF that only has to open; what it says is given beside it."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 48)
        canvas.drawString(100, 500, f"Page {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def read(file, _plugins, _config):
    """What the files of these tests say; that files are read is tested elsewhere."""
    number = int("".join(filter(str.isdigit, file.stem)))
    is_pdf = file.suffix == ".pdf"
    blocks, page = [], 1
    for line in an_issue(number, 2010 + number).split("\n"):
        page += line.startswith("■重層")
        blocks.append(Block(line, kind="table" if "\t" in line else "line", page=page if is_pdf else None))
    warnings = ("2ページ目の写真の文字は読み取れていません。",) if is_pdf else ()
    media_type = "application/pdf" if is_pdf else "text/plain"
    return Extraction(tuple(blocks), media_type, pages=2 if is_pdf else None, warnings=warnings)


@pytest.fixture(scope="session")
def chromium():
    """Where the browser is. CI has one: there, a test that is skipped for want of it is a failure."""
    found = shutil.which("chromium")
    if found:
        return found
    if os.environ.get("KB_REQUIRE_BROWSER") == "1":
        pytest.fail("KB_REQUIRE_BROWSER=1, but there is no chromium: apt-get install chromium fonts-noto-cjk")
    return pytest.skip("NO BROWSER TESTS: chromium is not installed (apt-get install chromium fonts-noto-cjk)")


@contextmanager
def served(app):
    """Serve an application with waitress, as ``kb serve`` does; its address."""
    sockets = {}
    server = create_server(app, map=sockets, host="127.0.0.1", port=0, threads=8)
    ended = threading.Event()

    def loop():
        while not ended.is_set():
            wasyncore.loop(0.1, use_poll=True, map=sockets, count=1)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        ended.set()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A served library of six newsletters; its address."""
    home = tmp_path_factory.mktemp("browser")
    with open_library(home, Plugins.load(("kb_formats", "kb_welfare")), per_page=5) as library:
        paths = [home / f"だより{number}.{'pdf' if number == 12 else 'txt'}" for number in range(8, 13)]
        for path in paths:
            path.write_bytes(a_pdf(2) if path.suffix == ".pdf" else path.name.encode())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("kb.library.extract", read)
            assert [outcome.status for outcome in library.ingest_files(paths)] == ["added"] * len(paths)
        with served(create_app(library)) as address:
            yield Site(address, library.reader(PUBLIC_ONLY))


@pytest.fixture
def fresh_site(tmp_path):
    """A server of its own, without documents or accounts."""
    with open_library(tmp_path, Plugins.load(("kb_formats", "kb_welfare")), engine="memory") as library:
        app = create_app(library)
        with served(app) as address:
            yield SimpleNamespace(address=address, auth=app.extensions["kb"].auth)


class Site:
    """The address of the server, and the addresses of all kinds of pages on it."""

    def __init__(self, address, library):
        self.address, self.library = address, library

    def pages(self):
        newest = self.library.documents("newsletter")[0]
        section = self.library.search(parse("重層的支援 見守り")).hits[0].section
        article = next(one for one in self.library.outline(newest.id) if one.heading.startswith("重層"))
        return {
            "home": "/",
            "results": "/search?q=見守り 支援",
            "narrowed": "/search?q=見守り&year=2022&year=2021&sort=date&page=2",
            "partial": "/search?q=見守り ヘリコプター",
            "nothing": "/search?q=見守り -見守り&year=1999",
            "article": f"/sections/{article.id}?q=制度の狭間",
            "part": f"/sections/{section.id}",
            "document": f"/documents/{newest.id}",
            "documents": "/documents/",
            "newsletters": "/newsletters/",
            "help": "/help",
            "error": "/nowhere",
        }


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def open_page(request, browser, site):
    """Opens tabs. At the end: nothing was asked of any other host, and the browser had nothing to complain about."""
    if "fresh_site" in request.fixturenames:
        # Before the tabs, so that it ends after them: a tab may ask for its icon whenever it likes.
        request.getfixturevalue("fresh_site")
    contexts, asked, complaints = [], [], []

    def tab(width=1280, height=900, **options):
        options = {"base_url": site.address} | options
        context = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP", **options)
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield tab
    for context in contexts:
        context.close()
    assert {urlsplit(url).hostname for url in asked if not url.startswith("data:")} == {"127.0.0.1"}
    # A page that is an error on purpose is one in the console too; a socket that the test's server has just closed is its
    # doing, and the browser opens another one.
    harmless = r"404 \(Not Found\)|400 \(Bad Request\)|ERR_SOCKET_NOT_CONNECTED"
    assert [text for text in complaints if not re.search(harmless, text, re.IGNORECASE)] == []


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def picture():
    """Keeps a picture of a page for people to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)

    def take(page, name):
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return take
