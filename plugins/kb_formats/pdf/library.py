"""pdfium, set up so that what it reads is the same on every machine.

Many Japanese PDFs name MS 明朝 and the like and do not bring them along. pdfium then measures the characters of
whatever font the machine has; on one without any it finds them without extent, and drops text that is placed character
by character. Here it knows only one font of ours, in which every character fills its square (``tests/pdf/em_font.py``
makes it). Windows always has Japanese fonts, and pdfium does not let itself be told otherwise there.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import pypdfium2
import pypdfium2.raw

FONTS = Path(__file__).parent / "fonts"
"""All the fonts that there are, for pdfium."""

PdfDocument = pypdfium2.PdfDocument
PdfiumError = pypdfium2.PdfiumError


def _start_over() -> None:
    """Start the library again with our folder in the place of the system's: it takes it only when it starts."""
    folder = ctypes.create_string_buffer(os.fsencode(FONTS))
    paths = (ctypes.POINTER(ctypes.c_char) * 2)(ctypes.cast(folder, ctypes.POINTER(ctypes.c_char)))  # ends with a NULL
    pypdfium2.raw.FPDF_DestroyLibrary()
    pypdfium2.raw.FPDF_InitLibraryWithConfig(pypdfium2.raw.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=paths))


# Once, before anything is opened: whoever opens a PDF gets the class from here.
_start_over()
