"""The reading process: whatever a file or a plugin does in it, the parent gets an extraction or one clear reason."""

import os
import sys
import textwrap

import pytest

from kb.errors import ExtractionError, PluginError, StorageError
from kb.ingest.sandbox import extract
from kb.model import Config, File
from tests.processes import is_running, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and process groups are Unix's")


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read a file with a plugin whose ``kb_extract(file)`` has the given body."""
    monkeypatch.syspath_prepend(tmp_path)

    def run(body: str, content: str = "会議録", seconds: int = 20, megabytes: int = 256):
        name = f"hostile_{abs(hash(body))}"
        header = "import os, sys, signal\nfrom kb import Block, Extraction, ExtractionError, hookimpl\n\n@hookimpl\n"
        function = f"def kb_extract(file):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
        (tmp_path / f"{name}.py").write_text(header + function, encoding="utf-8")
        path = tmp_path / "会議録.bin"
        path.write_text(content, encoding="utf-8")
        config = Config(tmp_path, extract_seconds=seconds, extract_megabytes=megabytes)
        return extract(File("会議録.txt", path), [("hostile", name)], config)

    return run


def test_what_the_plugin_reads_arrives_whole(read):
    extraction = read(
        """
        line = Block(file.read().decode(), kind="line", page=3, size=10.5, aside=1)
        return Extraction((line,), "text/plain", pages=3, metadata={"title": "定例会"}, warnings=("2ページは白紙です。",))
        """
    )
    (block,) = extraction.blocks
    assert (block.text, block.kind, block.page, block.size, block.aside) == ("会議録", "line", 3, 10.5, 1)
    assert (extraction.media_type, extraction.pages) == ("text/plain", 3)
    assert (extraction.metadata["title"], extraction.warnings) == ("定例会", ("2ページは白紙です。",))


def test_what_a_plugin_prints_does_not_spoil_the_answer(read):
    extraction = read('print("}{"); os.write(1, b"noise"); return Extraction((Block("本文"),), "text/plain")')
    assert extraction.text == "本文"


def test_nul_and_lone_surrogates_never_come_out(read):
    extraction = read('return Extraction((Block("会\\x00議\\ud800録"),), "text/plain")')
    assert extraction.text == "会議録"


def test_a_format_that_no_plugin_knows(read):
    with pytest.raises(ExtractionError, match="読めるプラグインがありません"):
        read("return None")


def test_the_reason_a_plugin_gives_is_passed_on(read):
    with pytest.raises(ExtractionError) as caught:
        read('raise ExtractionError(file.name, "パスワードで保護されています。", "外してください。")')
    assert (caught.value.subject, caught.value.reason, caught.value.fix) == (
        "会議録.txt",
        "パスワードで保護されています。",
        "外してください。",
    )


def test_a_raising_plugin_is_named(read):
    with pytest.raises(PluginError, match=r"^hostile：.*ValueError"):
        read('raise ValueError("oops")')


def test_no_room_for_temporary_files_is_not_the_files_doing(read):
    with pytest.raises(StorageError, match="ディスクの空きがありません"):
        read('raise OSError(28, "No space left on device")')


def test_a_file_that_takes_for_ever_is_given_up(read):
    with pytest.raises(ExtractionError, match="1秒以内に読み取れませんでした"):
        read("while True: pass", seconds=1)


def test_a_sleeping_reader_that_ignores_signals_is_killed_with_its_children(read, tmp_path):
    pids = tmp_path / "pids"
    with pytest.raises(ExtractionError, match="3秒以内"):
        read(
            f"""
            import subprocess, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{inner.pid}}")
            time.sleep(600)
            """,
            seconds=3,
        )
    # The kernel ends it when its turn comes, on a busy machine after we have been told.
    until(lambda: not any(is_running(int(pid)) for pid in pids.read_text().split()), "they have gone")


def test_too_much_memory(read):
    with pytest.raises(ExtractionError, match=r"メモリーが上限（256 MiB）"):
        read('hoard = bytearray(1 << 30); return Extraction((Block("本文"),), "text/plain")')


def test_an_answer_larger_than_the_limit_is_not_read(read):
    with pytest.raises(ExtractionError):
        read('os.write(1, b""); return Extraction((Block("あ" * (100 << 20)),), "text/plain")')


@pytest.mark.parametrize("deed", ["os.abort()", "os.kill(os.getpid(), signal.SIGSEGV)", "os._exit(9)"])
def test_a_crash_is_this_files_failure(read, deed):
    with pytest.raises(ExtractionError, match="異常終了しました"):
        read(deed)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"{}",
        b'{"error": 1}',
        b'{"error": ["SystemExit", "a", "b", "c"]}',
        b'{"extraction": {"blocks": [{"text": 1}]}}',
        b'{"extraction": {"blocks": [], "media_type": "a", "pages": "3", "metadata": {}, "warnings": []}}',
        b"[" * 200_000,
    ],
)
def test_an_answer_that_is_none_is_refused(read, answer):
    """A file that has taken the process over can answer whatever it likes."""
    with pytest.raises(ExtractionError, match="結果が壊れています"):
        read(
            f"""
            for descriptor in range(3, 64):
                try:
                    os.lseek(descriptor, 0, os.SEEK_CUR)
                    os.write(descriptor, {answer!r})
                except OSError:
                    continue
            os._exit(0)
            """
        )


def test_secrets_of_the_environment_stay_outside(read, monkeypatch):
    monkeypatch.setenv("KB_SECRET_KEY", "秘密")
    extraction = read('return Extraction((Block(repr(sorted(os.environ))),), "text/plain")')
    assert "KB_SECRET_KEY" not in extraction.text
    assert "PATH" in os.environ
    assert "PATH" in extraction.text


def test_a_module_in_the_current_folder_is_not_imported_in_the_place_of_pythons_own(read, tmp_path, monkeypatch):
    elsewhere = tmp_path / "cwd"
    elsewhere.mkdir()
    (elsewhere / "json.py").write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    assert read('return Extraction((Block("本文"),), "text/plain")').text == "本文"


def test_log_injection_what_a_reader_complains_of_passes_for_no_line_of_the_log(read, caplog):
    forged = "2026-01-01 00:00:00 CRITICAL kb: 管理者が消しました\\r\\n\\x1b[2J2026 ERROR"
    with pytest.raises(ExtractionError):
        read(f'sys.stderr.write("あ\\n{forged}\\n"); sys.stderr.flush(); os.abort()')
    (record,) = [record for record in caplog.records if record.name == "kb.ingest.sandbox"]
    first, *rest = record.getMessage().splitlines()
    assert "会議録.txt" in first
    assert any("CRITICAL" in line for line in rest)
    assert all(line.startswith("  | ") and "\x1b" not in line for line in rest)
