"""File formats: plain text."""

from __future__ import annotations

from kb import Block, Extraction, ExtractionError, File, hookimpl


@hookimpl(trylast=True)
def kb_extract(file: File) -> Extraction | None:
    """Text in UTF-8 or CP932."""
    data = file.read()
    if not data.strip():
        raise ExtractionError(file.name, "ファイルが空です。", "中身を確かめて、取り込み直してください。")
    if data.startswith(b"%PDF"):
        raise ExtractionError(file.name, "PDFが壊れています。", "元のソフトから書き出し直してください。")
    for charset in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        return Extraction(tuple(Block(line, kind="line") for line in text.splitlines()), "text/plain")
    return None
