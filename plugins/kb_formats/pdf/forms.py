"""What a PDF holds besides its pages' own text: forms that somebody filled in, notes, other files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as pdfium

#: Names of attached files that a warning lists.
_MOST_NAMES = 10


def unsupported(document: Any) -> tuple[str, str] | None:
    """Why a document cannot be read, and what to do; prepares its form, if it has one."""
    kind = document.get_formtype()
    if kind == pdfium.FORMTYPE_XFA_FULL:
        return (
            "Adobeの動的なフォーム（XFA）で、中身がページに書かれていません。",
            "Adobe Acrobatで開き、「Microsoft Print to PDF」で印刷したPDFを、もう一度取り込んでください。",
        )
    if kind != pdfium.FORMTYPE_NONE:
        document.init_forms()  # draws what is filled in, where the file has no picture of it
    return None


def page_at(document: Any, number: int) -> Any:
    """A page with its filled-in fields, stamps and notes as part of it.

    Raises:
        PdfiumError: the page is damaged.

    """
    page = document[number]
    if not pdfium.FPDFPage_GetAnnotCount(page):
        return page
    drawn = pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
    if drawn != pdfium.FLATTEN_SUCCESS:
        return page
    page.close()
    return document[number]


def attached(document: Any) -> Iterator[str]:
    """That files are attached, which are not read: a portfolio consists of nothing else."""
    count = document.count_attachments()
    if count:
        names = "、".join(document.get_attachment(n).get_name() for n in range(min(count, _MOST_NAMES)))
        yield f"PDFに添付されたファイル{count}個（{names}）は取り込みませんでした。1つずつ取り込んでください。"
