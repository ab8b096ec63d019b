"""How ``kb_formats/pdf/fonts/em.ttf`` is made: ``python plugins/kb_formats/tests/pdf/em_font.py``.

Two squares of ink: one fills the em, for every character that is that wide in Japanese type, one half of it, for all
others. Nobody ever sees them; pdfium measures them in the place of fonts that a PDF names and does not bring along.
"""

import io
import unicodedata
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._c_m_a_p import cmap_format_13

FONT = Path(__file__).parents[2] / "pdf" / "fonts" / "em.ttf"
EM, ASCENT, DESCENT = 1000, 880, -120
#: Bits of ulCodePageRange1 (OpenType, OS/2) for JIS, simplified Chinese, Korean, traditional Chinese.
CJK_CODE_PAGES = 0b1111 << 17


def ink(width):
    pen = TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    for corner in ((0, ASCENT), (width, ASCENT), (width, DESCENT)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


def table(platform, encoding, signs):
    """Format 13 of cmap: whole ranges of characters share one glyph."""
    found = cmap_format_13(13)
    found.platformID, found.platEncID, found.language, found.cmap = platform, encoding, 0, signs
    return found


def glyph(code):
    return "em" if unicodedata.east_asian_width(chr(code)) in "WFA" else "half"


def made() -> bytes:
    planes = (*range(0x20, 0xD800), *range(0xE000, 0xFFFE), *range(0x1F000, 0x1FB00), *range(0x20000, 0x32000))
    signs = {code: glyph(code) for code in planes}
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "em", "half"])
    builder.setupGlyf({".notdef": ink(EM), "em": ink(EM), "half": ink(EM // 2)})
    builder.setupHorizontalMetrics({".notdef": (EM, 0), "em": (EM, 0), "half": (EM // 2, 0)})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": "kb em", "styleName": "Regular", "psName": "kb-em", "fullName": "kb em"})
    builder.font["cmap"] = newTable("cmap")
    builder.font["cmap"].tableVersion = 0
    builder.font["cmap"].tables = [table(0, 6, signs), table(3, 10, signs)]
    builder.setupOS2(
        sTypoAscender=ASCENT,
        sTypoDescender=DESCENT,
        usWinAscent=ASCENT,
        usWinDescent=-DESCENT,
        ulCodePageRange1=CJK_CODE_PAGES,
    )
    builder.setupPost(keepGlyphNames=False)
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    stream = io.BytesIO()
    builder.save(stream)
    return stream.getvalue()


if __name__ == "__main__":
    FONT.parent.mkdir(exist_ok=True)
    FONT.write_bytes(made())
