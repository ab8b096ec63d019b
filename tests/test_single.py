"""Single-file plugins: what lies in ``plugins/`` of the data folder is used, and nothing that somebody else could write."""

import os
import sys

import pytest

from kb.config import load
from kb.errors import PluginError
from kb.plugins import Plugins
from kb.testing import headings, open_library, search

ANNOTATOR = """
from kb import Annotation, hookimpl


@hookimpl
def kb_annotate(section):
    at = section.text.find("民生委員")
    return [Annotation("role", "民生委員", "民生委員", at, at + 4)] if at >= 0 else []
"""

EXTRACTOR = """
from dataclasses import dataclass

from kb import Block, Extraction, ExtractionError, hookimpl


@dataclass
class Memo:  # dataclasses look their module up by its name
    text: str


@hookimpl
def kb_extract(file):
    if not file.head(5) == b"MEMO:":
        return None
    memo = Memo(file.read()[5:].decode())
    if not memo.text:
        raise ExtractionError(file.name, "メモに何も書いてありません。", "書いてから取り込んでください。")
    return Extraction((Block("買い物支援", "heading", 1), Block(memo.text)), "text/x-memo")
"""

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")


@pytest.fixture
def write(tmp_path):
    """Puts a file into the data folder's ``plugins/``."""

    def put(name, text):
        folder = tmp_path / "plugins"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    return put


def plugins(tmp_path):
    return Plugins.of(load(tmp_path, environ={}))


def test_a_file_is_a_plugin_by_its_stem_and_says_where_it_lies(tmp_path, write):
    write("roles.py", ANNOTATOR)
    (info,) = [info for info in plugins(tmp_path).names() if info.name == "roles"]
    assert (info.hooks, info.version, info.where) == (("kb_annotate",), "", "plugins/roles.py")
    assert all(info.where == "kb-csw" for info in plugins(tmp_path).names() if info.name != "roles")


def test_its_extractor_works_in_the_reading_process(tmp_path, write):
    write("memos.py", EXTRACTOR)
    memo, empty = tmp_path / "会議.memo", tmp_path / "空.memo"
    memo.write_text("MEMO:毎週火曜日に移動販売車が来ます。", encoding="utf-8")
    empty.write_text("MEMO:", encoding="utf-8")
    with open_library(tmp_path, engine="memory") as library:
        taken, refused = library.ingest_files([memo, empty])
        assert headings(search(library, "移動販売車")) == ["買い物支援"]
    assert taken.document.media_type == "text/x-memo"
    assert "メモに何も書いてありません" in str(refused.error)


def test_a_changed_file_is_read_anew_and_no_compiled_one_is_believed(tmp_path, write):
    path = write("roles.py", ANNOTATOR)
    plugins(tmp_path)
    assert not (path.parent / "__pycache__").exists()
    path.write_text(ANNOTATOR.replace("kb_annotate", "kb_anotate"), encoding="utf-8")
    with pytest.raises(PluginError, match="kb_anotate というフックはありません"):
        plugins(tmp_path)


def test_packages_hidden_files_and_parts_are_no_single_files(tmp_path, write):
    write("_parts.py", "raise SystemExit")
    write(".hidden.py", "raise SystemExit")
    write("README.md", "説明")
    package = tmp_path / "plugins" / "kb_minutes"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit", encoding="utf-8")
    assert [info.name for info in plugins(tmp_path).names()] == [info.name for info in Plugins.load().names()]


def test_nothing_is_loaded_from_anywhere_else(tmp_path, write, monkeypatch):
    write("roles.py", ANNOTATOR)
    monkeypatch.chdir(tmp_path)
    assert "roles" not in [info.name for info in plugins(tmp_path / "data").names()]


def test_a_disabled_one_is_not_even_opened(tmp_path, write):
    write("roles.py", "これは Python ではない")
    config = load(tmp_path, environ={"KB_DISABLED_PLUGINS": "roles"})
    assert "roles" not in [info.name for info in Plugins.of(config).names()]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("broken.py", "x = 1\ndef kb_annotate(:\n", r"^plugins/broken\.py：読み込めません（2行目、SyntaxError"),
        ("raising.py", "1 / 0", r"^plugins/raising\.py：読み込めません（ZeroDivisionError"),
        ("importing.py", "import kb_no_such_thing", r"^plugins/importing\.py：.*ModuleNotFoundError"),
        ("empty.py", "", "^empty：フックが一つもありません"),
        ("議事録.py", ANNOTATOR, r"^plugins/議事録\.py：プラグインの名前に使えない"),
        ("kb_dates.py", ANNOTATOR, r"^plugins/kb_dates\.py：同じ名前のプラグイン"),
    ],
)
def test_a_broken_one_is_named_with_what_to_do(tmp_path, write, name, text, reason):
    write(name, text)
    with pytest.raises(PluginError, match=reason) as caught:
        plugins(tmp_path)
    assert caught.value.fix


@posix
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_anybody_can_write_is_refused(tmp_path, write, what):
    path = write("roles.py", ANNOTATOR)
    (path if what == "file" else path.parent).chmod(0o777)
    with pytest.raises(PluginError, match="誰でも書き換えられます。「chmod o-w"):
        plugins(tmp_path)


@posix
def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path, write):
    elsewhere = tmp_path / "elsewhere.py"
    elsewhere.write_text(ANNOTATOR, encoding="utf-8")
    write("fine.py", ANNOTATOR).with_name("roles.py").symlink_to(elsewhere)
    with pytest.raises(PluginError, match=r"plugins/roles\.py：plugins/ の外を指すリンク"):
        plugins(tmp_path)


@posix
def test_a_folder_that_is_a_link_is_refused(tmp_path, write):
    write("roles.py", ANNOTATOR)
    home = tmp_path / "home"
    home.mkdir()
    (home / "plugins").symlink_to(tmp_path / "plugins")
    with pytest.raises(PluginError, match="ほかの場所を指すリンク"):
        plugins(home)


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_somebody_elses_file_is_refused(tmp_path, write):
    os.chown(write("roles.py", ANNOTATOR), 65534, 65534)
    os.chown(tmp_path / "plugins", 0, 0)
    with pytest.raises(PluginError, match="ほかの利用者のファイル"):
        plugins(tmp_path)
