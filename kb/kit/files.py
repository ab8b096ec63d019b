"""Checks of what deals with files: extractors and sources."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from kb.errors import ExtractionError, KbError, PluginError
from kb.ingest.codec import dump, load
from kb.kit import inputs
from kb.kit.ground import bare_library
from kb.kit.raised import place
from kb.kit.subject import Found, Subject
from kb.model import BlockKind, Extraction, File, Item, Source

#: Files of one source that are opened.
_MOST_READ = 50

_NAMES = (unicodedata.normalize("NFD", "ガイド.txt"), "😀.txt", "ふつう.txt", "空.txt")


def failing(subject: Subject) -> Found:
    """A file that cannot be read is an ``ExtractionError`` with a reason, or somebody else's; never a breakdown."""
    for label, file in _files(subject):
        try:
            subject.alone.extract(file)
        except ExtractionError as error:
            if not error.reason.strip() or not error.fix.strip():
                fix = "理由と直し方を日本語の文で書いてください。"
                yield f"kb_extract、{label}", "ExtractionError に理由か直し方がありません。", fix
        except PluginError as error:
            fix = "読めないファイルには ExtractionError（名前、理由、直し方）を出してください。"
            yield f"kb_extract、{label}", f"{error.reason}{place(error, subject.module)}", fix


def extracted(subject: Subject) -> Found:
    """What is read is the same each time, whatever the file is called, and survives the way between processes."""
    for label, file in _files(subject):
        renamed = File("名前を変えた.bin", file.path)
        try:
            first, second, other = (subject.alone.extract(one) for one in (file, file, renamed))
        except (ExtractionError, PluginError):
            continue  # that is another check's matter
        if first != second:
            yield f"kb_extract、{label}", "2回目に結果が変わりました。", "現在時刻や乱数を使わないでください。"
        if (first is None) != (other is None):
            fix = "file.head() の先頭のバイトで決めてください。"
            yield f"kb_extract、{label}", "ファイル名を変えると、読むかどうかが変わります。", fix
        if first is not None:
            for reason in _unfit(first):
                yield f"kb_extract、{label}", reason, "docs/plugins.md の例と比べてください。"


def listed(subject: Subject) -> Found:
    """A source lists the same items each time, reads the same bytes, and taking them in again changes nothing."""
    if "kb_sources" not in subject.hooks:
        return
    _lay_out(subject)
    for source in subject.alone.sources(subject.config):
        where = f"kb_sources、取込元「{source.name}」"
        try:
            first, second = list(source.items()), list(source.items())
        except Exception as error:  # noqa: BLE001 - whatever the plugin raises is what is reported
            reason = f"items() で例外が起きました（{type(error).__name__}: {error}）{place(error, subject.module)}。"
            yield where, reason, "空でも一覧を返してください。"
            continue
        for reason in _items(first, second):
            yield where, reason, "Item.id は、同じファイルなら明日も同じ値にしてください。"
        for item in first[:_MOST_READ]:
            if _bytes(source, item.id) != _bytes(source, item.id):
                yield (
                    f"{where}、{item.name}",
                    "2回目に読めた中身が違います。",
                    "読むだけで変わらないようにしてください。",
                )
        if not all(isinstance(item, Item) for item in first):
            return
    yield from _again(subject)


def gone(subject: Subject) -> Found:
    """An item that is gone, or never was, is an ``OSError`` or ``NotFoundError``; nothing outside can be read."""
    if "kb_sources" not in subject.hooks:
        return
    _lay_out(subject)
    outside = subject.config.home.parent / "外のファイル.txt"
    outside.write_text("取込元の外", encoding="utf-8")
    for source in subject.alone.sources(subject.config):
        for name in (
            "もうない.txt",
            "",
            "点検/もうない.txt",
            "../外のファイル.txt",
            "../../外のファイル.txt",
            str(outside),
        ):
            where, said = f"kb_sources、取込元「{source.name}」、read({name!r})", _bytes(source, name)
            if isinstance(said, bytes):
                yield where, "ないはずのファイルを読めました。", "一覧にないIDは断ってください（NotFoundError）。"
            elif not isinstance(said, OSError | KbError):
                reason = f"{type(said).__name__} が起きました。"
                yield where, reason, "OSError か NotFoundError にしてください。その1件だけの失敗になります。"


# ------------------------------------------------------------------------------------------------------- inside


def _files(subject: Subject) -> Iterator[tuple[str, File]]:
    if "kb_extract" not in subject.hooks:
        return
    path = subject.config.home / "点検のファイル"
    for sample in subject.samples:
        yield sample.name, File(sample.name, sample)
    for label, data in inputs.files(subject.samples):
        path.write_bytes(data)
        yield label, File("点検.dat", path)


def _unfit(extraction: Extraction) -> Iterator[str]:
    if not extraction.media_type.strip():
        yield "media_type が空です。"
    if kinds := {block.kind for block in extraction.blocks} - set(get_args(BlockKind)):
        yield f"Block の kind に {'、'.join(map(repr, sorted(kinds)))} はありません。"
    if any(block.page is not None and block.page < 1 for block in extraction.blocks):
        yield "page は1から数えます。"
    try:
        load(dump(extraction))
    except (TypeError, ValueError) as error:
        yield f"値の型が違うので、プロセスの間で渡せません（{error}）。"


def _lay_out(subject: Subject) -> None:
    """Files as people put them into folders."""
    folder = subject.config.documents / "点検"
    folder.mkdir(parents=True, exist_ok=True)
    for name, (label, text) in zip(_NAMES, inputs.TEXTS.items(), strict=False):
        (folder / name).write_text("" if name == "空.txt" else f"{label}\n\n{text}", encoding="utf-8")


def _items(first: Sequence[Any], second: Sequence[Any]) -> Iterator[str]:
    if wrong := next((item for item in first if not isinstance(item, Item)), None):
        yield f"items() が Item でないもの（{type(wrong).__name__}）を返しました。"
        return
    if first != second:
        yield "2回目の一覧が違います。"
    ids = [item.id for item in first]
    if len(ids) != len(set(ids)):
        yield "同じIDが二度出てきます。"
    if not all(isinstance(item.id, str) and item.id and item.name for item in first):
        yield "IDか名前が空です。"


def _bytes(source: Source, item: str) -> bytes | Exception:
    try:
        with source.read(item) as stream:
            return stream.read()
    except Exception as error:  # noqa: BLE001 - whatever the plugin raises is what is reported
        return error


def _again(subject: Subject) -> Found:
    """Take everything in twice: nothing is new the second time."""
    with bare_library(subject, Path("sources")) as library:
        sources = {source.name for source in subject.alone.sources(subject.config)}
        offers = [offer for offer in library.offers() if offer.source.name in sources][:_MOST_READ]
        list(library.ingest_offers(offers))
        for outcome in library.ingest_offers(offers):
            if outcome.status in {"added", "updated"}:
                fix = "Item.id と read の中身を、変わらないものにしてください。"
                yield "kb_sources", f"{outcome.name} が、2回目の取り込みで「{outcome.status}」になりました。", fix
