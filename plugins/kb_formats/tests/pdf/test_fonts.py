"""What is read of a PDF whose fonts are not embedded does not hang on the fonts of the machine."""

import ctypes
import json
import shutil
import subprocess
import sys
from pathlib import Path

import em_font
import pypdfium2.raw as pdfium
import pytest
from sheet import Sheet

from kb_formats.pdf.library import FONTS, PdfDocument

SAMPLE = Path(__file__).parents[4] / "documents" / "newsletters" / "すずなりボランティアだより_vol21.pdf"
READ = """
import json, sys
from pathlib import Path
from kb import File
from kb_formats import kb_extract
print(json.dumps([[b.kind, b.text, b.page, b.vertical, b.aside] for b in kb_extract(File("x", Path(sys.argv[1]))).blocks]))
"""


def a_page(text):
    sheet = Sheet()
    for number, character in enumerate(text):
        sheet.text(50 + 10 * number, 100, character, size=10)
    return PdfDocument(sheet.pdf())


def test_the_only_font_is_ours():
    """On a machine with fonts pdfium would give one of those here, on one without any, none that has kanji."""
    (text,) = a_page("室")[0].get_objects()
    font, size = pdfium.FPDFTextObj_GetFont(text), ctypes.c_size_t()
    pdfium.FPDFFont_GetFontData(font, None, 0, ctypes.byref(size))
    data = (ctypes.c_uint8 * size.value)()
    pdfium.FPDFFont_GetFontData(font, data, size, ctypes.byref(size))
    assert bytes(data) == (FONTS / "em.ttf").read_bytes()


def test_every_character_fills_its_square():
    text = a_page("。一「室𠮷①")[0].get_textpage()
    boxes = [text.get_charbox(index) for index in range(text.count_chars())]
    assert [(round(right - left), round(top - bottom)) for left, bottom, right, top in boxes[:4]] == [(10, 10)] * 4


def test_the_font_is_made_by_the_script_that_is_kept():
    assert em_font.FONT.read_bytes() == em_font.made()


def test_a_machine_without_fonts_reads_the_same():
    shell = shutil.which("unshare"), shutil.which("mount"), shutil.which("bash")
    hidden = [folder for folder in ("/usr/share/fonts", "/usr/local/share/fonts") if Path(folder).is_dir()]
    mounts = " && ".join(f"mount -t tmpfs none {folder}" for folder in hidden)
    if not all(shell) or subprocess.run([shell[0], "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs unshare, and the right to mount: fonts could not be hidden")
    command = [sys.executable, "-c", READ, str(SAMPLE)]
    here = subprocess.run(command, capture_output=True, check=True)
    there = subprocess.run(
        [shell[0], "-m", shell[2], "-c", f'{mounts} && exec "$0" "$@"', *command], capture_output=True, check=True
    )
    assert json.loads(here.stdout) == json.loads(there.stdout)
    assert len(json.loads(here.stdout)) > 50
