"""The conformance suite: the bundled plugins pass it, and for each check there is a plugin that fails it."""

import importlib.util
import re
import sys
import textwrap

import pytest

from kb.kit.check import CHECKS
from kb.plugins import Plugins
from kb.testing import check_plugin

BUNDLED = Plugins.load().modules()


@pytest.mark.slow
@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_plugins_pass(name):
    assert [str(complaint) for complaint in check_plugin(name, BUNDLED[name])] == []


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Makes the package ``kb_bad`` with this module and these other files, and imports it."""

    def make(source, **files):
        folder = tmp_path / "kb_bad"
        folder.mkdir()
        header = "from datetime import datetime\nimport io, random, time\nfrom pathlib import Path\nimport click\n"
        header += "from flask import Blueprint, render_template, request\nfrom kb import *\nfrom kb.web import current_library\n"
        (folder / "__init__.py").write_text(header + textwrap.dedent(source), encoding="utf-8")
        for name, text in files.items():
            path = folder / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".html").write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("kb_bad", folder / "__init__.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "kb_bad", module)
        spec.loader.exec_module(module)
        return module

    return make


def complaints(module, **options):
    return check_plugin("kb_bad", module, others={}, **options)


KIND = """
def split(document, extraction):
    return outline(extraction.blocks)
def describe(file, extraction):
    return Description(file.stem)
def claims(file, extraction):
    return 0.5
MORE = {}
@hookimpl
def kb_content_types():
    return [ContentType("minutes", "議事録", **{"split": split, "describe": describe, "claims": claims, **MORE})]
"""

VIEW = """
blueprint = Blueprint("minutes", __name__, url_prefix="/minutes", template_folder="templates")
@hookimpl
def kb_views():
    return [View("議事録", blueprint)]
"""

GOOD = (
    KIND
    + VIEW
    + """
@blueprint.get("/")
def index():
    return render_template("kb_bad/index.html", documents=current_library().documents("minutes"))
@blueprint.get("/<document>")
def one(document):
    return current_library().document(document).title
@blueprint.get("/of/<int:year>/")
def of(year):
    return f"{year}年"
@hookimpl
def kb_annotate(section):
    at = section.text.find("民生委員")
    return [Annotation("role", "民生委員", "民生委員", at, at + 4)] if at >= 0 else []
@hookimpl
def kb_panels(place):
    return [Panel("件数", lambda _: f"{len(current_library().documents())}件")]
"""
)


def test_a_good_plugin_passes(plugin):
    module = plugin(GOOD, templates__kb_bad__index="{% for d in documents %}{{ d.title }}{% endfor %}")
    assert [str(complaint) for complaint in complaints(module)] == []


BAD = {
    "開始": ("@hookimpl\ndef kb_anotate(section):\n    return []", "kb_bad", "kb_anotate というフックはありません"),
    "返り値": ("@hookimpl\ndef kb_thesaurus():\n    return ['民児協']", "kb_thesaurus", "Synonyms を返す約束"),
    "項目": (
        KIND + "MORE = {'fields': (Field('page', '頁'), Field('議長', '議長'), Field('chair', ''))}",
        "種類「minutes」",
        "検索がほかの意味で使います",
    ),
    "文字": (
        KIND
        + "def split(document, extraction):\n    return [Section(b.text, (b,)) for b in extraction.blocks if b.text.isascii()]",
        "種類「minutes」",
        "",
    ),
    "空の資料": (
        KIND + "def split(document, extraction):\n    return [Section(extraction.blocks[0].text, extraction.blocks)]",
        "空の資料",
        r"IndexError.*kb_bad/__init__\.py の\d+行目",
    ),
    "大きな資料": (
        KIND
        + "def deep(blocks):\n    return [] if not blocks else [Section(blocks[0].text[:20], blocks[:1]), *deep(blocks[1:])]\n"
        + "def split(document, extraction):\n    return deep(extraction.blocks)",
        "見出しが3000",
        "RecursionError",
    ),
    "繰り返し": (
        KIND + "def describe(file, extraction):\n    return Description(f'{file.stem}{random.random()}')",
        "種類「minutes」",
        "2回目に題名・日付・項目が変わりました",
    ),
    "題名と項目": (
        KIND
        + "def describe(file, extraction):\n    return Description('会議', datetime(2022, 2, 1), fields={'chair': ' 会長\\n'})",
        "ファイル名",
        "fields に宣言されていません|datetime|1行の文字列",
    ),
    "注釈の範囲": (
        "@hookimpl\ndef kb_annotate(section):\n    return [Annotation('種別', '', '民生委員', 0, 400)]",
        "kb_annotate",
        "範囲 0:400",
    ),
    "壊れたファイル": (
        "@hookimpl\ndef kb_extract(file):\n    return Extraction((Block(file.read().decode()),), 'text/plain')",
        "kb_extract",
        r"UnicodeDecodeError.*kb_bad/__init__\.py の\d+行目",
    ),
    "読み取り": (
        (
            "@hookimpl\ndef kb_extract(file):\n"
            "    return Extraction((Block(str(random.random()), 'memo'),), '') if file.suffix == '.dat' else None"
        ),
        "kb_extract",
        "ファイル名を変えると|2回目に結果が変わりました|media_type が空|'memo' はありません",
    ),
    "取込元": (
        (
            "@hookimpl\ndef kb_sources(config):\n"
            "    items = lambda: [Item(str(random.random()), '会議.txt')]\n"
            "    return [Source('memos', '申し合わせ', items=items, read=lambda _: io.BytesIO(str(time.time_ns()).encode()))]"
        ),
        "取込元「memos」",
        "2回目の一覧が違います|2回目に読めた中身が違います",
    ),
    "なくなったファイル": (
        (
            "@hookimpl\ndef kb_sources(config):\n"
            "    root = config.documents\n"
            "    return [Source('memos', '申し合わせ', items=lambda: [], read=lambda name: (root / name).open('rb'))]"
        ),
        r"取込元「memos」、read\('\.\./\.\./外のファイル\.txt'\)",
        "ないはずのファイルを読めました",
    ),
    "テンプレート": (
        KIND + "MORE = {'template': 'kb_bad/none.html'}",
        "templates/|kb_bad/none.html",
        "TemplateNotFound|ほかのプラグインと重なりうる",
    ),
    "ページの宣言": (
        VIEW
        + "@blueprint.get('/')\ndef index():\n    return ''\n"
        + "blueprint.record(lambda state: state.app.add_url_rule('/hidden', 'hidden_door', lambda: ''))",
        "hidden_door",
        "誰が使えるかの宣言がありません",
    ),
    "公開範囲": (
        VIEW
        + "from flask import current_app\nfrom kb.model import EVERYTHING\n"
        + "@blueprint.get('/')\ndef index():\n"
        + "    library = current_app.extensions['kb'].library.reader(EVERYTHING)\n"
        + "    return '、'.join(d.title for d in library.documents())",
        "/minutes/（visitor）|/minutes/$",
        "読めないはずの資料が見えます|ログインしていない人のページが変わりました",
    ),
    "削除": (
        VIEW
        + "SEEN = {}\n"
        + "@blueprint.get('/')\ndef index():\n"
        + "    key = str(sorted(current_library().access))\n"
        + "    SEEN.setdefault(key, set()).update(d.title for d in current_library().documents())\n"
        + "    return '、'.join(sorted(SEEN[key]))\n"
        + "@blueprint.get('/fresh')\ndef fresh():\n    return index()\n"
        + "from kb import hookimpl\n",
        "/minutes/",
        "削除した資料が見えます",
    ),
}


@pytest.mark.parametrize("check", BAD)
def test_a_bad_plugin_fails_its_check_and_is_told_what_where_and_what_next(plugin, check):
    source, where, reason = BAD[check]
    found = complaints(plugin(source, templates__index="誰のものでもない"), only=[check])
    assert {one.check for one in found} == {check}
    assert any(re.search(where, one.where) for one in found), [str(one) for one in found]
    assert any(re.search(reason, one.reason) for one in found), [str(one) for one in found]
    assert all(one.where and one.reason and one.fix for one in found)


def test_every_check_has_a_bad_plugin():
    assert set(CHECKS) - set(BAD) == {"フックの版"}  # see tests/test_hookapi.py: nothing is deprecated yet


def test_a_single_file_is_not_blamed_for_the_templates_of_another(tmp_path):
    folder = tmp_path / "plugins"
    for name in ("minutes", "roster"):
        (folder / "templates" / name).mkdir(parents=True)
        (folder / "templates" / name / "index.html").write_text("一覧", encoding="utf-8")
        text = "from kb import hookimpl\n\n\n@hookimpl\ndef kb_thesaurus():\n    return []\n"
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    plugins = Plugins.load(folder=folder)
    modules = plugins.modules()
    assert check_plugin("roster", modules["roster"], others={}, only=["テンプレート"]) == []
