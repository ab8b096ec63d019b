"""From a file to a document: type, description, and ids that stay the same."""

import types
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import AccessClass, Annotation, Block, ContentType, Description, File, Section, hookimpl
from kb.config import load
from kb.errors import ExtractionError
from kb.ingest.reading import Chosen, Means, numbered, read
from kb.plugins import Plugins
from kb.testing import a_document, extraction_of


def one_section(document, extraction):
    return [Section(document.title, extraction.blocks)]


def plugins_with(*content_types, annotate=None):
    module = types.ModuleType("under_test")
    module.kb_content_types = hookimpl(_named("kb_content_types", lambda: list(content_types)))
    if annotate:
        module.kb_annotate = hookimpl(_named("kb_annotate", annotate))
    return Plugins({"under_test": module})


def _named(name, function):
    function.__name__ = name
    return function


MINUTES = ContentType(
    "minutes",
    "議事録",
    split=one_section,
    folder="minutes",
    claims=lambda file, extraction: 0.8 if "議事録" in extraction.text else 0.0,
    describe=lambda file, extraction: Description("第3回運営会議", date(2024, 5, 1), "本文", {"chair": "会長"}),
    access=AccessClass.MEMBERS,
)
NOTE = ContentType("note", "メモ", split=one_section, claims=lambda file, extraction: 0.1)
CONFIG = load(environ={})
IDENTITY = a_document(version=3, sha256="ab" * 32)


def reading(tmp_path, text, origin, *content_types, **kwargs):
    plugins = plugins_with(*content_types, **kwargs)
    return read(
        File("会議.txt", tmp_path / "x"), IDENTITY, origin, Means(plugins, CONFIG, lambda _file: extraction_of(text))
    )


@pytest.mark.parametrize(
    ("origin", "text", "expected"),
    [
        (Chosen(), "運営会議の議事録です。", "minutes"),
        (Chosen(), "買い物の覚え書きです。", "note"),
        (Chosen(folder="minutes"), "買い物の覚え書きです。", "minutes"),
        (Chosen(folder="minutes", content_type="note"), "運営会議の議事録です。", "note"),
    ],
)
def test_type_is_the_chosen_one_else_the_folders_else_the_surest(tmp_path, origin, text, expected):
    assert reading(tmp_path, text, origin, MINUTES, NOTE).document.type == expected


def test_no_content_type_wants_it(tmp_path):
    with pytest.raises(ExtractionError, match="資料の種類を決められません"):
        reading(tmp_path, "買い物の覚え書きです。", Chosen(), MINUTES)


def test_description_and_identity_make_the_document(tmp_path):
    document = reading(tmp_path, "議事録です。", Chosen(), MINUTES).document
    assert (document.id, document.version, document.sha256) == (IDENTITY.id, 3, "ab" * 32)
    assert (document.title, document.date, document.fields) == ("第3回運営会議", date(2024, 5, 1), {"chair": "会長"})
    assert (document.access, document.media_type, document.uri) == (AccessClass.MEMBERS, "text/plain", IDENTITY.uri)


def test_access_class_somebody_chose_beats_the_types_own(tmp_path):
    origin = Chosen(access=AccessClass.CASES)
    assert reading(tmp_path, "議事録です。", origin, MINUTES).document.access == AccessClass.CASES


def test_annotators_see_the_section_and_its_document(tmp_path):
    def annotate(section, document):
        return [Annotation("term", document.title, section.heading, 0, 2)]

    found = reading(tmp_path, "議事録です。", Chosen(), MINUTES, annotate=annotate)
    (section,) = found.sections
    assert found.annotations == {section.id: (Annotation("term", "第3回運営会議", "第3回運営会議", 0, 2),)}


@pytest.mark.parametrize("text", ["", "\n \n　\n"])
def test_nothing_to_search_is_an_error_with_a_reason(tmp_path, text):
    silent = ContentType("silent", "無題", split=lambda document, extraction: [], claims=lambda f, e: 1.0)
    with pytest.raises(ExtractionError, match="検索できる文字がありません"):
        reading(tmp_path, text, Chosen(), silent)


OUTLINE = (
    Section("重層的支援の一年", level=1, page=2),
    Section("庁内連携", level=2),
    Section("連携会議", level=3),
    Section("用語", level=2, kind="box"),
    Section("参加支援", (Block("参加", page=3),), level=2),
    Section("研修のお知らせ", level=1),
    Section("参加支援", level=2),
    Section("参加支援", level=2),
)


def test_path_leads_from_the_article_to_the_section_and_boxes_belong_to_the_article():
    assert [section.path for section in numbered("d", OUTLINE)] == [
        ("重層的支援の一年",),
        ("重層的支援の一年", "庁内連携"),
        ("重層的支援の一年", "庁内連携", "連携会議"),
        ("重層的支援の一年", "〔囲み〕用語"),
        ("重層的支援の一年", "参加支援"),
        ("研修のお知らせ",),
        ("研修のお知らせ", "参加支援"),
        ("研修のお知らせ", "参加支援"),
    ]


def test_page_is_the_headings_else_that_of_the_first_block():
    assert [section.page for section in numbered("d", OUTLINE)][:5] == [2, None, None, None, 3]


def test_links_stay_good_when_text_changes_or_an_article_comes_before():
    before = {section.path: section.id for section in numbered("d", OUTLINE[:5])}
    changed = (Section("巻頭言", level=1), Section("重層的支援の一年", (Block("直した。"),), 1), *OUTLINE[1:5])
    after = {section.path: section.id for section in numbered("d", changed)}
    assert before.items() <= after.items()


@given(
    st.lists(st.tuples(st.sampled_from("あいう"), st.integers(1, 4), st.sampled_from(["article", "box"])), max_size=30)
)
def test_ids_are_unique_and_numbering_again_changes_nothing(shape):
    sections = [Section(heading, level=level, kind=kind) for heading, level, kind in shape]
    result = numbered("0123456789ab", sections)
    assert len({section.id for section in result}) == len(sections)
    assert numbered("0123456789ab", result) == result
    assert [section.ordinal for section in result] == list(range(len(sections)))
