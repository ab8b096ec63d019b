"""Formats that are not read, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping

from kb import ExtractionError, File

_AGAIN = "もう一度取り込んでください。"

#: kind (see ``sniff``) -> what happened, what to do next.
_REFUSALS: Mapping[str, tuple[str, str]] = {
    "empty": ("ファイルが空です。", f"中身のあるファイルかどうかを確かめて、{_AGAIN}"),
    "doc": (
        "古いWord形式（.doc）は読み取れません。",
        f"Wordで開き、「名前を付けて保存」で「Word文書（.docx）」にして、{_AGAIN}",
    ),
    "xls": (
        "古いExcel形式（.xls・.xlsb）は読み取れません。",
        f"Excelで開き、「名前を付けて保存」で「Excelブック（.xlsx）」にして、{_AGAIN}",
    ),
    "ppt": (
        "古いPowerPoint形式（.ppt）は読み取れません。",
        f"PowerPointで開き、「名前を付けて保存」で「PowerPointプレゼンテーション（.pptx）」にして、{_AGAIN}",
    ),
    "ichitaro": (
        "一太郎の文書（.jtd など）は読み取れません。",
        f"一太郎で開き、Word文書（.docx）かPDFで保存し直して、{_AGAIN}",
    ),
    "oasys": ("OASYSの文書は読み取れません。", f"Word文書（.docx）かPDFに変換して、{_AGAIN}"),
    "docuworks": (
        "DocuWorks文書（.xdw・.xbd）は読み取れません。",
        f"DocuWorksで開き、PDFで保存し直して、{_AGAIN}",
    ),
    "msg": (
        "Outlookのメール（.msg）は読み取れません。",
        f"Outlookで開き、PDFに印刷するか、本文をテキストファイルに写して、{_AGAIN}",
    ),
    "strict": (
        "「完全Open XML」形式のOffice文書は読み取れません。",
        f"Officeで開き、「名前を付けて保存」で「Word文書（.docx）」など、普通の形式にして、{_AGAIN}",
    ),
    "office_xml": (
        "WordやExcelの古いXML形式（2003 XML など）は読み取れません。",
        f"WordやExcelで開き、「名前を付けて保存」で「Word文書（.docx）」や「Excelブック（.xlsx）」にして、{_AGAIN}",
    ),
    "xml": (
        "XMLのデータは読み取れません。",
        f"元のソフトで開き、PDF、Word（docx）、テキストのどれかで保存し直して、{_AGAIN}",
    ),
    "ole": ("古いOfficeなどの形式で、読み取れません。", f"元のソフトで開き、docxやPDFで保存し直して、{_AGAIN}"),
    "encrypted": (
        "パスワードで保護されています。",
        f"Officeで開き、「情報」の「文書の保護」でパスワードを外して保存し直し、{_AGAIN}",
    ),
    "rtf": ("リッチテキスト（.rtf）は読み取れません。", f"Wordで開き、「Word文書（.docx）」で保存し直して、{_AGAIN}"),
    "odf": (
        "OpenDocument形式（.odt など）は読み取れません。",
        f"Word（.docx）などの形式かPDFで保存し直して、{_AGAIN}",
    ),
    "epub": ("電子書籍（.epub）は読み取れません。", f"PDFかテキストに変換して、{_AGAIN}"),
    "image": (
        "画像なので文字を読み取れません。",
        f"OCR（文字認識）で文字の入ったPDFにしてから、{_AGAIN}",
    ),
    "media": ("音声や動画などのファイルは読み取れません。", f"文字に起こしたファイルを、{_AGAIN}"),
    "program": ("プログラムのファイルは取り込めません。", "文書のファイルを選んでください。"),
    "archive": ("圧縮ファイルは読み取れません。", "展開して、中のファイルを1つずつ取り込んでください。"),
    "damaged_zip": (
        "ファイルが壊れているか、途中で切れています。",
        f"元のソフトで開いて保存し直すか、手に入れ直して、{_AGAIN}",
    ),
    "damaged_pdf": (
        "PDFが壊れているか、途中で切れています。",
        f"元のソフトから書き出し直すか、手に入れ直して、{_AGAIN}",
    ),
    "binary": (
        "文字として読み取れない形式です。",
        f"元のソフトで開き、PDF、Word（docx）、テキストのどれかで保存し直して、{_AGAIN}",
    ),
}


REFUSED = frozenset(_REFUSALS)
"""The kinds that are not read."""


def refusal(kind: str, file: File) -> ExtractionError:
    """The reason for which files of one of the ``REFUSED`` kinds are not read."""
    return ExtractionError(file.name, *_REFUSALS[kind])


def damaged(file: File) -> ExtractionError:
    """The file is of a kind that is read, but breaks off or contradicts itself."""
    return refusal("damaged_zip", file)
