"""The benchmark of the results page runs."""

import re

from benchmarks import results_page
from benchmarks.questions import KINDS


def test_prints_the_page_its_parts_and_what_the_database_is_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results_page, "EACH", 1)
    for _ in range(2):  # what an earlier run has kept is used again
        results_page.main(["--sections", "60", "--data", str(tmp_path)])
        printed = capsys.readouterr().out
        assert f"60 sections, {len(KINDS)} queries" in printed
        for part in ("page", "page, first time", *(name for name, _, _ in results_page.PARTS)):
            (p50,) = re.findall(rf"^{part}: ([\d.]+) / [\d.]+$", printed, re.MULTILINE)
            assert float(p50) > 0, part
        # The state of the library, the best texts to rank them anew, the hits.
        assert "statements: 3.0 / " in printed
