"""A sheet of paper to set Japanese text on, in the ways in which real programs do it."""

import io

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

MINCHO, GOTHIC = "HeiseiMin-W3", "HeiseiKakuGo-W5"
WIDTH, HEIGHT = A4


for _font in (UnicodeCIDFont(MINCHO), UnicodeCIDFont(GOTHIC)):
    registerFont(_font)
_VERTICAL = UnicodeCIDFont(MINCHO, isVertical=True)
_VERTICAL.name = _VERTICAL.fontName = f"{MINCHO}-V"  # else it would take the place of the horizontal one
registerFont(_VERTICAL)


class Sheet:
    """Draws from the top-left corner, as one reads."""

    def __init__(self, **options):
        self._stream = io.BytesIO()
        self.canvas = Canvas(self._stream, pagesize=A4, invariant=1, **options)

    def text(self, left, top, text, size=10, font=MINCHO):
        self.canvas.setFont(font, size)
        self.canvas.drawString(left, HEIGHT - top - 0.88 * size, text)

    def lines(self, left, top, lines, size=10, leading=17, font=MINCHO):
        for number, line in enumerate(lines):
            self.text(left, top + number * leading, line, size, font)

    def tate(self, middle, top, text, size=11):
        """One vertical line in a font with vertical writing mode."""
        self.canvas.setFont(_VERTICAL.fontName, size)
        self.canvas.drawString(middle, HEIGHT - top, text)

    def upright(self, middle, top, text, size=11):
        """One vertical line, each character placed by itself."""
        for number, character in enumerate(text):
            self.text(middle - size / 2, top + number * size, character, size)

    def box(self, left, top, width, height, fill=None):
        if fill:
            self.canvas.setFillColor(fill)
        self.canvas.rect(left, HEIGHT - top - height, width, height, stroke=not fill, fill=bool(fill))
        self.canvas.setFillColor("black")

    def rule(self, x0, y0, x1, y1):
        self.canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)

    def next(self):
        self.canvas.showPage()

    def pdf(self) -> bytes:
        self.canvas.save()
        return self._stream.getvalue()


def encrypted(user: str) -> bytes:
    sheet = Sheet(encrypt=StandardEncryption(user, ownerPassword="owner", canPrint=0))
    sheet.text(50, 50, "鍵のかかった会議録です。")
    return sheet.pdf()
