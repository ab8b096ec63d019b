"""Make the sample newsletters and their truth, training materials and case studies.

python tests/samples/make.py                    writes documents/{newsletters,training,cases}/ and tests/samples/truth/
python tests/samples/make.py --into FOLDER      writes FOLDER/{newsletters,training,cases,truth}/
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # started as a script: the repository's root is where `tests` is found

from tests.samples import casebook, cp932, pdf, training, word, wrapped  # noqa: E402 - found only now
from tests.samples.source import CASEBOOK, MATERIALS, Issue, read_issues  # noqa: E402
from tests.samples.truth import truth  # noqa: E402

Made = tuple[bytes, Mapping[int, int] | None]
"""The bytes of a file, and the page of each heading by its position, if the file has pages."""


def _text(write: Callable[[Issue], str]) -> Callable[[Issue], Made]:
    return lambda issue: (write(issue).encode(), None)


WRITERS: Mapping[str, Callable[[Issue], Made]] = {
    "marked": _text(wrapped.marked_text),
    "plain": _text(wrapped.plain_text),
    "cp932": lambda issue: (cp932.encoded(issue), None),
    "word": lambda issue: (word.docx_bytes(issue), None),
    "pdf": pdf.pdf,
}

PAPERS: Mapping[str, Callable[[Issue], bytes]] = {
    "slides": training.slides,
    "handout": training.handout,
    "word": training.word,
    "record": casebook.record,
    "table": casebook.table,
    "brackets": casebook.brackets,
    "pdf": casebook.printed,
    "register": casebook.register,
}
"""How training materials and case studies are made, by their manner."""


def make_papers(folder: Path) -> None:
    """Write the training materials and the case studies into folders of their own."""
    for name, source in (("training", MATERIALS), ("cases", CASEBOOK)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for paper in read_issues(source):
            (folder / name / paper.file).write_bytes(PAPERS[paper.manner](paper))


def make(newsletters: Path, truths: Path) -> None:
    """Write every issue and its truth."""
    for folder in (newsletters, truths):
        folder.mkdir(parents=True, exist_ok=True)
    for issue in read_issues():
        made, pages = WRITERS[issue.manner](issue)
        (newsletters / issue.file).write_bytes(made)
        text = json.dumps(truth(issue, pages), ensure_ascii=False, indent=1)
        (truths / f"{issue.name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make the sample newsletters.")
    parser.add_argument("--into", type=Path, help="write newsletters/ and truth/ below this folder instead")
    into = parser.parse_args().into
    if into:
        make(into / "newsletters", into / "truth")
        make_papers(into)
    else:
        make(ROOT / "documents" / "newsletters", ROOT / "tests" / "samples" / "truth")
        make_papers(ROOT / "documents")


if __name__ == "__main__":
    main()
