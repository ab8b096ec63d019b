"""PDFs written by hand, for what no drawing library makes: odd boxes, forms, damage."""

MINCHO = (
    "<</Type/Font/Subtype/Type0/BaseFont/MS-Mincho/Encoding/90ms-RKSJ-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2"
    "/BaseFont/MS-Mincho/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>/DW 1000/FontDescriptor 6 0 R>>]>>"
)
DESCRIPTOR = (
    "<</Type/FontDescriptor/FontName/MS-Mincho/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880/Descent -120"
    "/CapHeight 700/StemV 80>>"
)


def drawn(x, y, text, size=10, matrix="1 0 0 1"):
    """A string at a place from the bottom-left corner."""
    return f"BT /F1 {size} Tf {matrix} {x} {y} Tm <{text.encode('cp932').hex()}> Tj ET\n"


def stream(content, entries=""):
    data = content.encode("ascii") if isinstance(content, str) else content
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries.encode(), len(data), data)


def utf16(text):
    return f"<feff{text.encode('utf-16-be').hex()}>"


def page(content, entries="", catalog="", font=MINCHO, more=()):
    """One page; object 7 and those after it are ``more``."""
    return pdf(
        [
            f"<</Type/Catalog/Pages 2 0 R {catalog}>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>"
            + entries
            + ">>",
            stream(content),
            font,
            DESCRIPTOR,
            *more,
        ]
    )


def pdf(objects):
    out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body.encode("ascii") if isinstance(body, str) else body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
        len(objects) + 1,
        len(out),
    )
