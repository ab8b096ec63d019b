"""Documents that kill whoever reads them are set aside with their reason, and the others are read."""

import io
import sys

import pytest

from kb.ingest.intake import Origin
from kb.ingest.worker import MOST_TRIES
from kb.model import OPERATOR, AccessClass, State
from kb.testing import extraction_of, open_library, search

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")]

#: A plugin as somebody may write one. What a file does to its reader stands in the file.
PLUGIN = """
import os, signal, time
from kb import Block, Extraction, hookimpl

POISONS = {
    "消える": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "倒れる": os.abort,
    "ためこむ": lambda: bytearray(1 << 40),
    "止まる": lambda: time.sleep(3600),
}

@hookimpl
def kb_extract(file):
    text = file.read().decode()
    for word, deed in POISONS.items():
        if f"毒：{word}" in text:
            deed()
    return Extraction(tuple(Block(line, kind="line") for line in text.split("\\n")), "text/plain")

@hookimpl
def kb_annotate(section):
    if "毒：道連れ" in section.text:
        os.kill(os.getpid(), signal.SIGKILL)
    return []
"""

REASONS = {
    "消える": "異常終了しました（SIGKILL）",
    "倒れる": "異常終了しました（SIGABRT）",
    "ためこむ": "メモリーが上限",
    "止まる": "2秒以内に読み取れませんでした",
    "道連れ": "3回続けて途中で止まりました",
}


@pytest.fixture
def poisoned(tmp_path, places):
    """A data folder where that plugin is installed."""
    plugin = tmp_path / "plugin"
    (about := plugin / "kb_poison-1.0.dist-info").mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: kb-poison\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[kb.plugins]\nkb_poison = kb_poison\n")
    (plugin / "kb_poison.py").write_text(PLUGIN, encoding="utf-8")
    return places("資料室", environment={"PYTHONPATH": str(plugin), "KB_EXTRACT_SECONDS": "2"})


def text(words):
    return f"■集いの記録\n\n若葉町の公民館に集まりました。{words}\n".encode()


def test_each_is_set_aside_with_its_reason_and_the_queue_goes_on(poisoned):
    with poisoned.served() as server:
        brought = {}
        for word in ("はじまり", *REASONS, "おわり"):
            status, answer = poisoned.bring(server.port, f"{word}.txt", text(f"毒：{word}"))
            assert status == 202
            brought[word] = answer["document"]
        about = {word: poisoned.until_read(server.port, document) for word, document in brought.items()}
    assert [about[word]["state"] for word in ("はじまり", "おわり")] == ["published", "published"]
    for word, reason in REASONS.items():
        assert about[word]["state"] == "failed"
        assert reason in about[word]["error"]
    with open_library(poisoned.home) as library:
        assert {hit.document.id for hit in search(library, "公民館").hits} == {brought["はじまり"], brought["おわり"]}
        desk = library.desk(OPERATOR)
        lying = {item.document.id: item.latest.reason for item in desk.items(State.FAILED)}
        assert all(reason in lying[brought[word]] for word, reason in REASONS.items())
        assert library.store.outbox.count() == 0
    assert poisoned.kb("doctor")[0] == 0


def test_whatever_breaks_the_worker_itself_is_tried_a_few_times_and_set_aside(tmp_path, monkeypatch):
    def extract(file, *_):
        content = file.read().decode()
        if "毒" in content:
            raise MemoryError
        return extraction_of(content)

    monkeypatch.setattr("kb.library.extract", extract)
    origin = Origin("upload", content_type="document", access=AccessClass.PUBLIC)
    with open_library(tmp_path) as library:
        poison, harmless = (
            library.accept(f"{words}.txt", io.BytesIO(text(words)), origin).document for words in ("毒", "薬")
        )
        for _ in range(MOST_TRIES):  # each is a worker that ends, and the next that begins
            with pytest.raises(MemoryError):
                library.work_off()
        library.work_off()
        assert [hit.document.id for hit in search(library, "公民館").hits] == [harmless]
        assert "続けて途中で止まりました" in library.desk(OPERATOR).item(poison).latest.reason
