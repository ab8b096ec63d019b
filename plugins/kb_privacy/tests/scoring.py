"""Labelled sentences, and how well the rules do on them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from kb_privacy.check import check

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

    right: Counter
    wrong: Counter
    missed: Counter
    complaints: list

    def precision(self, kind):
        return ratio(self.right[kind], self.wrong[kind])

    def recall(self, kind):
        return ratio(self.right[kind], self.missed[kind])

    @property
    def kinds(self):
        return [*sorted({*self.right, *self.wrong, *self.missed} - {"all"}), "all"]

    def table(self):
        rows = [f"{'kind':10} {'n':>4} {'precision':>9} {'recall':>7}"]
        for kind in self.kinds:
            n = self.right[kind] + self.missed[kind]
            rows.append(f"{kind:10} {n:4} {self.precision(kind):9.2f} {self.recall(kind):7.2f}")
        return "\n".join(rows)


def ratio(right, other):
    return right / (right + other) if right + other else 1.0


def score(name, certainties=("sure", "perhaps")):
    result = Score(Counter(), Counter(), Counter(), [])
    for sentence in read(name):
        found = {(str(f.kind), f.start, f.end) for f in check(sentence.text) if f.certainty in certainties}
        for counter, group in (
            (result.right, found & sentence.targets),
            (result.wrong, found - sentence.targets),
            (result.missed, sentence.targets - found),
        ):
            counter.update(kind for kind, _, _ in group)
            counter["all"] += len(group)
        for sign, group in (("余計", found - sentence.targets), ("漏れ", sentence.targets - found)):
            for kind, start, end in sorted(group):
                result.complaints.append(f"{sentence.line:4} {sign} {kind}「{sentence.text[start:end]}」 {sentence.text}")
    return result


if __name__ == "__main__":
    import sys

    for file in sys.argv[1:]:
        outcome = score(file)
        print("\n".join(outcome.complaints))
        print(outcome.table())
