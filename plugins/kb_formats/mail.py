"""Mail (eml): subject, sender, date and body; attachments are named, not opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime

from kb import Block, Extraction, ExtractionError, File
from kb_formats.charset import REPLACED, Decoded, decode
from kb_formats.html import blocks_of
from kb_formats.text import lines


def extract(file: File) -> Extraction:
    """The subject as heading, who wrote to whom and when, and the text.

    Raises:
        ExtractionError: the body cannot be read, or it is nested without end.

    """
    try:
        return _extracted(file)
    except RecursionError as error:
        raise ExtractionError(
            file.name,
            "メールの入れ子（転送の転送など）が深すぎて読み取れません。",
            "本文をテキストファイルに写して取り込んでください。",
        ) from error


def _extracted(file: File) -> Extraction:
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(file.read())
    title, sender, sent = _header(message, "Subject"), _header(message, "From"), _sent(message)
    sender = "" if sender.startswith(_SAVED_PAGE) else sender
    parts = [(part, _decoded(file, part)) for part in _bodies(message)]
    body = parts[0][1] if parts else None
    found = {
        "title": title,
        "author": sender,
        "created": sent.isoformat() if sent else "",
        "charset": body.charset if body else "",
    }
    return Extraction(
        (
            *([Block(title, kind="heading", level=1)] if title else []),
            *_field("差出人", sender),
            *_field("宛先", _header(message, "To")),
            *_field("日時", _shown(sent) if sent else _header(message, "Date")),
            *(block for part, decoded in parts for block in _blocks(file, part, decoded.text)),
            *(block for name in _attachments(message) for block in _field("添付", name)),
        ),
        "message/rfc822",
        metadata={name: value for name, value in found.items() if value},
        warnings=tuple(warning for _, decoded in parts for warning in decoded.warnings)
        or (() if parts else ("メールに本文がありません。",)),
    )


def _field(label: str, value: str) -> Iterator[Block]:
    if value:
        yield Block(f"{label}：{value}", kind="field")


# ------------------------------------------------------------------------------------------------------- headers


def _header(message: Message, name: str) -> str:
    """A header as it is meant.

    Decoded here and not by the ``email`` package, which loses ①㈱ in words that say ISO-2022-JP or Shift_JIS, and knows
    nothing of the bare JIS that old programs send.
    """
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    try:
        parts = decode_header(raw)
    except HeaderParseError:
        parts = [(raw, None)]
    return " ".join("".join(_word(part, charset) for part, charset in parts).split())


def _word(part: bytes | str, charset: str | None) -> str:
    data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape")
    found = decode(data, charset or "") if data.strip() else None
    return found.text if found else data.decode("utf-8", "replace")


def _sent(message: Message) -> datetime | None:
    try:
        return parsedate_to_datetime(_header(message, "Date"))
    except ValueError:  # no date, or none that can be read: the field shows it as it is
        return None


def _shown(sent: datetime) -> str:
    return f"{sent.year}年{sent.month}月{sent.day}日 {sent.hour}:{sent.minute:02}"


#: What browsers put in the place of a sender into a page that they save in one file (mhtml).
_SAVED_PAGE = "<Saved by "
_FILE_NAME = re.compile(r"name\s*=\s*\"?([^\";\r\n]+)", re.IGNORECASE)


def _named(part: Message) -> str:
    """The name of an attachment; old programs write it in bare CP932, which the ``email`` package does not read."""
    name = " ".join((part.get_filename() or "").split())
    if REPLACED not in name:
        return name
    raw = " ".join(str(value) for key, value in part.raw_items() if key.lower().startswith("content-"))
    found = _FILE_NAME.search(raw)
    return _word(found[1], None) if found else name


def _attachments(message: EmailMessage) -> Iterator[str]:
    for part in message.iter_attachments():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload(0)
            yield (_header(inner, "Subject") if isinstance(inner, Message) else "") or "転送されたメール"
        elif name := _named(part):
            yield name


# ---------------------------------------------------------------------------------------------------------- body


def _bodies(message: EmailMessage) -> list[Message]:
    """The text of a mail: as plain text if there is any, and what follows between pictures."""
    chosen = (message.get_body((kind,)) for kind in ("plain", "html"))
    first = next((part for part in chosen if part and _has_text(part)), None)
    more = [
        part
        for part in message.iter_attachments()
        if part.get_content_type() == "text/plain" and not part.is_attachment() and not part.get_filename()
    ]
    return ([first] if first else []) + [part for part in more if part is not first and _has_text(part)]


def _has_text(part: Message) -> bool:
    payload = part.get_payload(decode=True)
    return isinstance(payload, bytes) and bool(payload.strip())


def _decoded(file: File, part: Message) -> Decoded:
    payload = part.get_payload(decode=True)
    decoded = decode(payload, part.get_content_charset("")) if isinstance(payload, bytes) else None
    if decoded is None:
        raise ExtractionError(
            file.name, "メールの本文の文字コードが分かりません。", "本文をテキストファイルに写して取り込んでください。"
        )
    return decoded


def _blocks(file: File, part: Message, text: str) -> tuple[Block, ...]:
    if part.get_content_subtype() == "html":
        return blocks_of(file, text)
    flowed = str(part.get_param("format", "")).lower() == "flowed"
    return tuple(Block(line, kind="line") for line in (_unflowed(lines(text)) if flowed else lines(text)))


def _unflowed(wrapped: list[str]) -> Iterator[str]:
    """Lines that end in a space go on in the next (RFC 3676); elsewhere a space at the end is the opposite mark."""
    open_line = ""
    for line in wrapped:
        text = open_line + line.removeprefix(" ")
        goes_on = text.endswith(" ") and text != "-- "
        open_line = text[:-1] if goes_on else ""
        if not goes_on:
            yield text
    if open_line:
        yield open_line
