"""File formats: PDF, text, HTML, Markdown, Word, PowerPoint, Excel and mail.

Each module reads one format; none decides by a file's name (see ``sniff``). Libraries are imported when a file needs
them: the reading process starts anew for every file.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from kb import Extraction, File, hookimpl
from kb_formats.refusals import REFUSED, refusal
from kb_formats.sniff import sniff

_READERS: Mapping[str, str] = {
    "pdf": "kb_formats.pdf",
    "docx": "kb_formats.word",
    "pptx": "kb_formats.slides",
    "xlsx": "kb_formats.sheets",
    "html": "kb_formats.html",
    "markdown": "kb_formats.markdown",
    "mail": "kb_formats.mail",
    "text": "kb_formats.text",
}


@hookimpl(trylast=True)
def kb_extract(file: File) -> Extraction | None:
    """Read the file if it is of a format known here.

    Raises:
        ExtractionError: the format is known, and refused or damaged.

    """
    kind = sniff(file)
    if kind in REFUSED:
        raise refusal(kind, file)
    extraction: Extraction = import_module(_READERS[kind]).extract(file)
    return extraction
