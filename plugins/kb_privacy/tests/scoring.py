"""Labelled sentences, and how well the rules do on them.

``python -m kb_privacy.tests.scoring sentences.txt`` shows every complaint; without a file, the table of docs/privacy.md.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from kb_privacy.check import check
from kb_privacy.clue import Kind

TUNED = ("sentences.txt", "narratives.txt", "records.txt", "files.txt", "notes.txt")
"""The sets that the rules were made with; heldout.txt is none of them."""

HERE = Path(__file__).parent
MARK = re.compile(r"〔(\w+):([^〕]*)〕")


@dataclass(frozen=True)
class Labelled:
    line: int
    text: str
    targets: frozenset  # of (kind, start, end)


def read(name):
    """The sentences of a file in which 〔kind:evidence〕 marks what should be found."""
    for number, line in enumerate((HERE / name).read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            yield labelled(number, line.replace("\\n", "\n").replace("\\t", "\t"))


def labelled(number, line):
    text, targets, last = "", set(), 0
    for found in MARK.finditer(line):
        text += line[last : found.start()]
        targets.add((found[1], len(text), len(text) + len(found[2])))
        text += found[2]
        last = found.end()
    return Labelled(number, text + line[last:], frozenset(targets))


@dataclass
class Score:
    """Counts by kind. A finding is right only if kind, start and end are those of the label."""

    right: Counter = field(default_factory=Counter)
    wrong: Counter = field(default_factory=Counter)
    missed: Counter = field(default_factory=Counter)
    unseen: Counter = field(default_factory=Counter)
    """Labels of which not one character is marked, whatever as: what would be published unnoticed."""
    complaints: list = field(default_factory=list)

    def precision(self, kind):
        return ratio(self.right[kind], self.wrong[kind])

    def recall(self, kind):
        return ratio(self.right[kind], self.missed[kind])

    def noticed(self, kind):
        return 1 - self.unseen[kind] / n if (n := self.right[kind] + self.missed[kind]) else 1.0

    @property
    def kinds(self):
        return [*sorted({*self.right, *self.wrong, *self.missed} - {"all"}), "all"]

    def table(self):
        rows = [f"{'kind':10} {'n':>4} {'precision':>9} {'recall':>7} {'noticed':>8}"]
        for kind in self.kinds:
            n = self.right[kind] + self.missed[kind]
            rows.append(
                f"{kind:10} {n:4} {self.precision(kind):9.2f} {self.recall(kind):7.2f} {self.noticed(kind):8.2f}"
            )
        return "\n".join(rows)

    def markdown(self):
        """The table of docs/privacy.md."""
        rows = ["| 種類 | 件数 | 適合率 | 再現率 |", "|---|---|---|---|"]
        for kind in self.kinds:
            n = self.right[kind] + self.missed[kind]
            label = "全体" if kind == "all" else Kind(kind).label
            rows.append(f"| {label} | {n} | {self.precision(kind):.2f} | {self.recall(kind):.2f} |")
        return "\n".join(rows)


def ratio(right, other):
    return right / (right + other) if right + other else 1.0


def score(*names):
    result = Score()
    for sentence in (sentence for name in names for sentence in read(name)):
        found = {(str(clue.kind), clue.start, clue.end) for clue in check(sentence.text)}
        missed = sentence.targets - found
        unseen = {target for target in missed if not any(overlap(target, other) for other in found)}
        count(result.right, found & sentence.targets)
        count(result.wrong, found - sentence.targets)
        count(result.missed, missed)
        count(result.unseen, unseen)
        for sign, group in (("余計", found - sentence.targets), ("漏れ", missed)):
            for kind, start, end in sorted(group):
                result.complaints.append(
                    f"{sentence.line:4} {sign} {kind}「{sentence.text[start:end]}」 {sentence.text}"
                )
    return result


def count(counter, group):
    counter.update(kind for kind, _, _ in group)
    counter["all"] += len(group)


def overlap(one, other):
    return one[1] < other[2] and other[1] < one[2]


if __name__ == "__main__":
    if not sys.argv[1:]:
        print(score(*TUNED).markdown())  # noqa: T201
    for file in sys.argv[1:]:
        outcome = score(file)
        print(file, sum(1 for _ in read(file)), "sentences", *outcome.complaints, outcome.table(), sep="\n")  # noqa: T201
