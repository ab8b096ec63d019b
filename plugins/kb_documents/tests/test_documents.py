"""General material: whatever no other content type claims."""

from pathlib import Path

import pytest

import kb_documents
from kb import Block, Extraction, File
from kb.testing import a_document

(CONTENT_TYPE,) = kb_documents.kb_content_types()
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def file(name="研修の手引き.docx"):
    return File(name, Path(name))


def headings(extraction):
    return [(section.heading, section.page) for section in CONTENT_TYPE.split(a_document(type="document"), extraction)]


def test_text_is_split_at_its_headings():
    blocks = (
        Block("はじめに", "heading", 1),
        Block("目的を述べます。"),
        Block("対象", "heading", 1),
        Block("職員です。"),
    )
    assert headings(Extraction(blocks, "text/markdown")) == [("はじめに", None), ("対象", None)]


def test_text_without_headings_is_one_section():
    assert len(headings(Extraction((Block("覚え書きです。"), Block("続きです。")), "text/plain"))) == 1


def test_each_slide_is_a_section_with_its_page():
    blocks = (Block("表紙", "heading", 1, page=1), Block("図", page=2), Block("まとめ", "heading", 1, page=3))
    assert headings(Extraction(blocks, SLIDES)) == [("表紙", 1), ("図", 2), ("まとめ", 3)]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("地域福祉の手引き", "地域福祉の手引き"),
        ("", "研修の手引き"),
        ("  ", "研修の手引き"),
        ("Microsoft Word - 手引き.docx", "研修の手引き"),
        ("PowerPoint プレゼンテーション", "研修の手引き"),
        ("文書 1", "研修の手引き"),
        ("無題", "研修の手引き"),
        ("tebiki.docx", "研修の手引き"),
    ],
)
def test_title_is_that_of_the_file_unless_a_program_made_it_up(title, shown):
    extraction = Extraction((), "text/plain", metadata={"title": title})
    assert CONTENT_TYPE.describe(file(), extraction).title == shown


def test_any_file_is_claimed_but_less_than_by_anybody_who_knows_it():
    assert 0 < CONTENT_TYPE.claims(file(), Extraction((), "text/plain")) < 0.1
