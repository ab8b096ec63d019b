"""Pages beside the desk: annotations to confirm, sources, vocabularies."""

import io
import types

import pytest

from kb import ContentType, Description, Field, Item, Kind, Section, Source, SourceError, hookimpl
from kb.model import Annotation
from kb.testing import ingest_text


def a_plugin():
    module = types.ModuleType("more")
    split = lambda _document, extraction: [Section("記録", extraction.blocks)]  # noqa: E731
    describe = lambda file, _extraction: Description(file.stem, fields={"theme": "孤立"})  # noqa: E731
    theme = Field("theme", "テーマ", facet=True, multiple=True, choices=("見守り", "孤立"))

    @hookimpl
    def kb_content_types():
        return [ContentType("memo", "申し合わせ", split, describe, fields=(theme, Field("chair", "司会")))]

    @hookimpl
    def kb_kinds():
        return [Kind("town", "市町村", facet=True)]

    @hookimpl
    def kb_annotate(section):
        start = section.text.find("藤沢")
        return [Annotation("town", "藤沢市", "藤沢市", start, start + 2)] if start >= 0 else []

    @hookimpl
    def kb_sources(config):
        def unreachable():
            raise SourceError("share", "共有フォルダーにつながりません。", "接続を確かめてください。")

        def items():
            return [Item("一.txt", "一.txt")]

        return [
            Source("share", "共有フォルダー", unreachable, io.BytesIO, minutes=5),
            Source("memos", "メモ", items, lambda _: io.BytesIO("メモの本文".encode()), content_type="memo"),
        ]

    for function in (kb_content_types, kb_kinds, kb_annotate, kb_sources):
        setattr(module, function.__name__, function)
    return module


@pytest.fixture
def server(make):
    return make({"more": a_plugin()})


@pytest.fixture
def staff(server):
    return server.as_("staff")


@pytest.fixture
def document(server):
    return ingest_text(server.library, "記録.txt", "藤沢さんが会議に来ました。", "memo", "public").document.id


def test_staff_remove_an_annotation_and_bring_it_back(staff, document):
    page = staff.get(f"/desk/{document}")
    assert "自動で見つけたものが1件" in page.text
    address = f"/desk/{document}/annotations"
    assert "藤沢さんが会議に来ました。" in staff.get(address).text
    said = {"kind": "town", "value": "藤沢市", "evidence": "藤沢"}
    assert staff.post(address, do="wrong", **said).status == 303
    page = staff.get(address)
    assert "外したもの" in page.text
    assert "元に戻す" in page.text
    assert not staff.get("/search?q=会議").links("town=")
    staff.post(address, do="back", **said)
    assert "外したもの" not in staff.get(address).text
    assert staff.get("/search?q=会議").links("town=藤沢市")


def test_staff_confirm_an_annotation(staff, document):
    said = {"kind": "town", "value": "藤沢市", "evidence": "藤沢"}
    staff.post(f"/desk/{document}/annotations", do="right", **said)
    assert "確認済み" in staff.get(f"/desk/{document}/annotations").text


def test_an_annotation_that_is_no_longer_there_is_told(staff, document):
    staff.post(f"/desk/{document}/annotations", do="right", kind="town", value="小田原市", evidence="小田原")
    assert "この注釈はもうありません" in staff.get(f"/desk/{document}/annotations").text


def test_sources_are_shown_with_what_went_wrong_and_what_to_do(server, staff):
    server.library.look_through("share")
    server.library.look_through("memos")
    text = staff.get("/desk/sources/").text
    assert "共有フォルダーにつながりません。 接続を確かめてください。" in text
    assert "1件のうち、新しいもの・変わったもの1件" in text


def test_a_source_can_be_looked_through_now(server, staff):
    def due():
        return {source.name for source in server.library._rounds.due()}

    assert "memos" not in due()
    assert staff.post("/desk/sources/memos").status == 303
    assert "順番を待っています" in staff.get("/desk/sources/").text
    assert "memos" in due()


def test_an_unknown_source_is_not_found(staff):
    assert staff.post("/desk/sources/nothing").status == 404


def test_words_are_added_to_a_vocabulary_and_offered(staff, document):
    assert staff.post("/desk/words/theme", word="居場所").status == 303
    assert 'value="居場所"' in staff.get(f"/desk/{document}").html
    staff.post("/desk/words/theme", do="remove", word="居場所")
    assert 'value="居場所"' not in staff.get(f"/desk/{document}").html


def test_a_word_that_is_none_is_told(staff):
    page = staff.post("/desk/words/theme", word="見守り、孤立")
    assert page.status == 400
    assert "語彙に加えられません" in page.text


def test_several_values_are_ticked_and_typed_and_new_words_join_the_vocabulary(staff, document):
    form = {"type": "memo", "title": "記録", "field-theme": ["見守り", "居場所、多文化"], "field-chair": "緑川"}
    assert staff.post(f"/desk/{document}/edit", **form).status == 303
    page = staff.get(f"/desk/{document}")
    for word in ("見守り", "居場所", "多文化"):
        assert f'value="{word}" checked' in page.html
    assert 'value="孤立" checked' not in page.html
    assert "見守り、居場所、多文化" in staff.get(f"/documents/{document}").text
    assert "居場所" in staff.get("/desk/words/").text


def test_nothing_ticked_means_no_value(staff, document):
    staff.post(f"/desk/{document}/edit", **{"type": "memo", "title": "記録", "field-theme": ""})
    assert 'value="孤立" checked' not in staff.get(f"/desk/{document}").html
