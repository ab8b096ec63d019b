"""The curl commands in the documents work as they stand there."""

import re
import shlex
from pathlib import Path

import pytest

from kb.model import EVERYTHING, OPERATOR

DOCS = Path(__file__).parents[2] / "docs"


def commands(page):
    """Each curl command as its words."""
    for block in re.findall(r"```sh\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("curl "):
                yield shlex.split(line, comments=True)


@pytest.fixture
def run(visitor, issue, tmp_path):
    (section, *_) = visitor.library.reader(EVERYTHING).outline(issue.id)
    values = {
        "$TOKEN": visitor.auth.new_token(visitor.account("staff"), None, OPERATOR),
        "$DOCUMENT": issue.id,
        "$SECTION": section.id,
    }
    attached = tmp_path / "だより12.txt"
    attached.write_text("みどり県社協だより 第20号\n\n■集い\n\n集いを開きました。\n", encoding="utf-8")

    def run(words):
        words = [re.sub(r"\$[A-Z]+", lambda name: values[name[0]], word) for word in words]
        headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
        fields = dict(words[i + 1].split("=", 1) for i, word in enumerate(words) if word == "-F")
        (address,) = [word for word in words if word.startswith("http://127.0.0.1:8000/")]
        if not fields:
            with visitor.other().client.get(address, headers=headers) as answer:
                return answer.status_code
        with attached.open("rb") as stream:
            assert fields["file"] == f"@{attached.name}"
            form = fields | {"file": (stream, attached.name)}
            with visitor.other().client.post(address, data=form, headers=headers) as answer:
                return answer.status_code

    return run


@pytest.mark.parametrize(("page", "least"), [("api.md", 8), ("interfaces.md", 3)])
def test_every_command_is_answered(run, page, least):
    found = list(commands(page))
    assert len(found) >= least
    for words in found:
        assert run(words) in {200, 202}, " ".join(words)
