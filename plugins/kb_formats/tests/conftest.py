"""Reading bytes through the plugin's own door."""

from pathlib import Path

import pytest

from kb import Extraction, ExtractionError, File
from kb_formats import kb_extract


@pytest.fixture
def read(tmp_path):
    """What the plugin reads out of bytes that lie under a name."""

    def run(data: bytes, name: str = "資料") -> Extraction:
        path = tmp_path / "original"
        path.write_bytes(data)
        return kb_extract(File(name, Path(path)))

    return run


@pytest.fixture
def refused(read):
    """The error with which bytes are refused; it has a reason and something to do."""

    def run(data: bytes, name: str = "資料") -> ExtractionError:
        with pytest.raises(ExtractionError) as caught:
            read(data, name)
        assert caught.value.subject == name
        assert caught.value.reason
        assert caught.value.fix
        return caught.value

    return run


@pytest.fixture
def outlined():
    """The blocks of an extraction as short lines: kind, level and text."""

    def run(extraction: Extraction) -> list[str]:
        return [f"{b.kind}{b.level or ''} {b.text}" for b in extraction.blocks if b.text.strip()]

    return run
