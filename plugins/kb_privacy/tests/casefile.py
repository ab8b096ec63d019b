"""Case studies for tests, and what the core does with a decision: replace the passage and ask again."""

from dataclasses import replace
from pathlib import Path

from kb import AccessClass, Block, Section
from kb.testing import a_document

HERE = Path(__file__).parent / "cases"
CASES = sorted(path.name for path in HERE.glob("*.txt"))


def read(name):
    """A document and its sections; a line that begins with # is a heading, the first line is the title."""
    title, *chapters = (HERE / name).read_text(encoding="utf-8").split("\n# ")
    return case(title.strip(), *(chapter.rstrip("\n").split("\n", 1) for chapter in chapters))


def case(title, *chapters):
    sections = [
        Section(heading, tuple(Block(line) for line in text.split("\n")), id=f"s{number}")
        for number, (heading, text) in enumerate(chapters)
    ]
    return a_document(title=title, access=AccessClass.CASES), sections


def accepted(document, sections, findings):
    """The document with the proposals of the given findings in their places."""

    def rewritten(text, section, where):
        for finding in sorted(findings, key=lambda f: -f.start):
            if (finding.section, finding.where) == (section, where):
                text = text[: finding.start] + finding.proposal + text[finding.end :]
        return text

    return replace(document, title=rewritten(document.title, "", "title")), [
        replace(
            section,
            heading=rewritten(section.heading, section.id, "heading"),
            blocks=tuple(Block(line) for line in rewritten(section.text, section.id, "text").split("\n")),
        )
        for section in sections
    ]


def whole(document, sections):
    return "\n".join([document.title, *(f"{section.heading}\n{section.text}" for section in sections)])
