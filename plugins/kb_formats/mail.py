"""Mail (eml): subject, sender, date and body; attachments are named, not opened."""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime

from kb import Block, Extraction, ExtractionError, File
from kb_formats.charset import decode
from kb_formats.html import blocks_of

_FIELDS = (("差出人", "From"), ("宛先", "To"), ("日時", "Date"))


def extract(file: File) -> Extraction:
    """The subject as heading, who wrote to whom and when, and the text.

    Raises:
        ExtractionError: the body cannot be read.

    """
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(file.read())
    title = _header(message, "Subject")
    fields = [Block(f"{label}：{value}", kind="field") for label, name in _FIELDS if (value := _header(message, name))]
    heading = [Block(title, kind="heading", level=1)] if title else []
    blocks = (*heading, *fields, *_body(file, message), *_attachments(message))
    return Extraction(blocks, "message/rfc822", metadata=_metadata(message, title))


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _body(file: File, message: EmailMessage) -> Iterator[Block]:
    part = message.get_body(("plain", "html"))
    if part is None:
        return
    payload = part.get_payload(decode=True)
    decoded = decode(payload, part.get_content_charset("")) if isinstance(payload, bytes) else None
    if decoded is None:
        raise ExtractionError(
            file.name, "メールの本文の文字コードが分かりません。", "本文をテキストファイルに写して取り込んでください。"
        )
    if part.get_content_subtype() == "html":
        yield from blocks_of(decoded.text)
        return
    for line in decoded.text.replace("\r\n", "\n").split("\n"):
        yield Block(line, kind="line")


def _attachments(message: EmailMessage) -> Iterator[Block]:
    for part in message.iter_attachments():
        if name := part.get_filename():
            yield Block(f"添付：{name}", kind="field")


def _metadata(message: EmailMessage, title: str) -> dict[str, str]:
    found = {"title": title, "author": _header(message, "From"), "created": _sent(message)}
    return {name: value for name, value in found.items() if value}


def _sent(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(_header(message, "Date")).isoformat()
    except ValueError:  # no date, or none that can be read: the field shows it as it is
        return ""
