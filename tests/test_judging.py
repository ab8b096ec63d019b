"""What staff say of annotations holds, whatever is read again; and the words that they add to vocabularies."""

import re
import types

import pytest

from kb import Annotation, ContentType, Description, Field, Filter, Judgement, Kind, Query, Section, hookimpl
from kb.desk import Change
from kb.errors import ConfigError
from kb.model import EVERYTHING, Actor, Role
from kb.plugins import Plugins
from kb.testing import extraction_of, ingest_text, open_library, work_off

THEME = Field("theme", "テーマ", facet=True, multiple=True, choices=("見守り", "孤立"))


@hookimpl
def kb_kinds():
    return [Kind("town", "市町村", facet=True), Kind("cue", "語", judged=False)]


@hookimpl
def kb_annotate(section):
    for found in re.finditer("藤沢", section.text):
        yield Annotation("town", "藤沢市", "藤沢市", *found.span())
    for found in re.finditer("会議", section.text):
        yield Annotation("cue", "会議", "会議", *found.span())


@hookimpl
def kb_content_types():
    def split(document, extraction):
        return [Section("記録", extraction.blocks)]

    def describe(file, extraction):
        return Description(file.stem, fields={"theme": "孤立"})

    return [ContentType("memo", "申し合わせ", split, describe, claims=lambda *_: 1.0, fields=(THEME,))]


@pytest.fixture(autouse=True)
def _read_here(monkeypatch):
    monkeypatch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))


@pytest.fixture
def library(tmp_path):
    module = types.ModuleType("towns")
    module.kb_kinds, module.kb_annotate, module.kb_content_types = kb_kinds, kb_annotate, kb_content_types
    with open_library(tmp_path, Plugins({"towns": module}), engine="memory") as opened:
        yield opened


@pytest.fixture
def document(library):
    return ingest_text(library, "記録.txt", "藤沢さんが会議に来ました。", access="public").document.id


@pytest.fixture
def desk(library):
    return library.desk(Actor("山吹", Role.STAFF))


WRONG = Judgement("town", "藤沢市", "藤沢", False)
RIGHT = Judgement("town", "藤沢市", "藤沢", True)


def found(library):
    library.bring_up_to_date()
    return library.reader(EVERYTHING).search(Query().narrowed(Filter("town", "藤沢市"))).total


def test_staff_see_what_was_found_with_its_sentence(desk, document):
    (mention,) = desk.annotations(document)
    assert (mention.annotation.label, mention.evidence) == ("藤沢市", "藤沢さんが会議に来ました。")


def test_what_is_wrong_is_no_longer_found_nor_counted(library, desk, document):
    assert found(library) == 1
    desk.judge(document, WRONG)
    assert found(library) == 0
    assert library.reader(EVERYTHING).mentions("town") == []


def test_a_judgement_outlives_reading_the_file_again(library, desk, document):
    desk.judge(document, WRONG)
    library.reread()
    assert found(library) == 0


def test_a_judgement_outlives_a_new_version(library, desk, document):
    desk.judge(document, WRONG)
    ingest_text(library, "記録.txt", "藤沢さんが会議に来ました。次は五月です。", access="public")
    assert found(library) == 0
    assert desk.judgements(document)[0].by == "山吹"


def test_what_is_right_is_marked_as_confirmed(library, desk, document):
    desk.judge(document, RIGHT)
    (mention,) = library.reader(EVERYTHING).mentions("town")
    assert mention.annotation.confirmed


def test_a_judgement_can_be_taken_back(library, desk, document):
    desk.judge(document, WRONG)
    desk.withdraw_judgement(document, WRONG)
    assert found(library) == 1
    assert desk.judgements(document) == []


def test_nothing_is_said_of_an_annotation_that_is_not_there(library, desk, document):
    with pytest.raises(ConfigError, match="もうありません"):
        desk.judge(document, Judgement("town", "小田原市", "小田原", True))


def test_nothing_unread_is_published_by_taking_a_judgement_back(library, desk, tmp_path):
    import io

    from kb.library import Origin

    receipt = library.accept("新しい.txt", io.BytesIO("藤沢の記録".encode()), Origin("upload", held=True))
    desk.withdraw_judgement(receipt.document, WRONG)
    assert library.reader(EVERYTHING).documents() == []
    work_off(library)
    assert desk.item(receipt.document).document.state.value == "draft"


def test_every_judgement_is_in_the_audit_log(library, desk, document):
    desk.judge(document, WRONG)
    desk.withdraw_judgement(document, WRONG)
    actions = [entry.action for entry in library.audit.entries(subject=document, actor="山吹")]
    assert actions == ["annotation.withdraw", "annotation.remove"]


def test_several_values_are_kept_each_by_itself(library, desk, document):
    desk.edit(document, Change(fields={"theme": "見守り\n居場所"}))
    library.bring_up_to_date()
    page = library.reader(EVERYTHING).search(Query(facets=("theme",)))
    assert {f.value for f in page.facets["theme"]} == {"見守り", "居場所"}


def test_staff_add_words_to_a_vocabulary_and_take_them_away(desk):
    desk.add_word(THEME, " 居場所 ")
    desk.add_word(THEME, "居場所")
    desk.add_word(THEME, "見守り")
    assert desk.vocabulary(THEME) == ("見守り", "孤立", "居場所")
    desk.remove_word(THEME, "居場所")
    assert desk.vocabulary(THEME) == ("見守り", "孤立")


@pytest.mark.parametrize("word", ["", "  ", "見守り、孤立", "あ" * 61, "二つ\n語"])
def test_what_is_no_single_word_is_refused(desk, word):
    with pytest.raises(ConfigError, match="語彙に加えられません"):
        desk.add_word(THEME, word)
