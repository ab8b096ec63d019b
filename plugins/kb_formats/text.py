"""Plain text: one block for each line; repair makes paragraphs of them. Comma-separated values: one for each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb import Block, Extraction, File
from kb_formats.charset import Decoded, decode
from kb_formats.gutters import in_reading_order
from kb_formats.refusals import refusal
from kb_formats.separated import Row, rows_in
from kb_formats.sniff import unreadable


def extract(file: File) -> Extraction:
    """Every line as it stands, or every row of a table.

    Blank lines and spaces at their ends are kept: they are marks for the repair.

    Columns that were written side by side are read one after the other.

    Raises:
        ExtractionError: it is in no encoding of Japanese text.

    """
    decoded = decoded_text(file)
    rows = rows_in(decoded.text, named=file.suffix in _TABLES)
    if rows is not None:
        return _table(rows, decoded)
    pages = decoded.text.removesuffix("\f").split("\f")
    return Extraction(
        tuple(_lines(pages)),
        "text/plain",
        pages=len(pages) if "\f" in decoded.text else None,
        metadata={"charset": decoded.charset},
        warnings=decoded.warnings,
    )


#: Names of files with separated values.
_TABLES = frozenset({".csv", ".tsv", ".tab"})
#: Cells with content that are read of one file, as of a book of sheets.
MOST_CELLS = 200_000


def _table(rows: Iterable[Row], decoded: Decoded) -> Extraction:
    left, blocks, warnings = MOST_CELLS, list[Block](), decoded.warnings
    for row in rows:
        left -= sum(map(bool, row))
        if left < 0:
            warnings += (f"セルが多いため、最初の{MOST_CELLS:,}個だけを取り込みました。",)
            break
        alone = sum(map(bool, row)) == 1
        blocks.append(Block("".join(row) if alone else "\t".join(row), kind="paragraph" if alone else "table"))
    return Extraction(tuple(blocks), "text/csv", metadata={"charset": decoded.charset}, warnings=warnings)


def decoded_text(file: File, declared: str = "") -> Decoded:
    """The text of a file, in whatever encoding of Japanese it is.

    Raises:
        ExtractionError: it is in none, or there is nothing in it.

    """
    decoded = decode(file.read(), declared)
    if decoded is None:
        raise refusal(unreadable(file), file)
    if not decoded.text.strip():
        raise refusal("empty", file)
    return decoded


def lines(text: str) -> list[str]:
    """The lines of a text, blank ones too; the line end at its end begins no other line.

    Not ``splitlines``: it also cuts at separators that old programs leave inside a line.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def _lines(pages: list[str]) -> Iterator[Block]:
    for number, page in enumerate(pages, 1):
        for line in in_reading_order(lines(page)):
            yield Block(line, kind="line", page=number if len(pages) > 1 else None)
