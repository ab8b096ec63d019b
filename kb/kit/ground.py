"""A library in which a plugin's pages and sources are tried: documents of each access class, with words of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kb.desk import Change
from kb.ingest.intake import Origin
from kb.kit import inputs
from kb.kit.subject import Subject
from kb.library import Library
from kb.model import EVERYTHING, OPERATOR, AccessClass, Config, Decision, Document, Extraction, File, State
from kb.plugins import Plugins

#: Words that stand in documents of one access class and nowhere else.
WORDS: Mapping[AccessClass, str] = {
    AccessClass.PUBLIC: "若葉公開語",
    AccessClass.MEMBERS: "汐見会員語",
    AccessClass.CASES: "霧丘事例語",
}


class BareLibrary(Library):
    """A library that reads files in this process: that a plugin reads them in another one is tried elsewhere."""

    def _extract(self, file: File) -> Extraction:
        return inputs.lines(file.read().decode("utf-8", "replace"))


def bare_library(subject: Subject, name: Path, plugins: Plugins | None = None) -> Library:
    """An empty library of its own; its sources are those of the plugin."""
    config: Config = replace(subject.config, home=subject.config.home / name, engine="memory")
    config.store.mkdir(parents=True, exist_ok=True)
    library = BareLibrary(config, plugins or subject.among)
    library.sources = subject.among.sources(subject.config)
    return library


@dataclass(frozen=True, slots=True)
class Planted:
    """A document that was put in, and what would give it away."""

    document: Document
    traces: tuple[str, ...]


def plant(library: Library, subject: Subject, access: AccessClass) -> list[Planted]:
    """Put one published document of each of the plugin's content types in, and one of the ground."""
    word = WORDS[access]
    kinds = list(dict.fromkeys([*subject.content_types, *library.content_types][: len(subject.content_types) + 1]))
    planted = []
    for number, kind in enumerate(kinds):
        text = (
            f"{word}だより 第{number + 7}号\n令和4年{number + 2}月15日発行\n発行 {word}社会福祉協議会\n\n"
            f"■{word}の集い\n\n令和4年2月1日に{word}市で{inputs.MARKER}をしました。{word}とは、地域の集まりをいいます。\n"
        )
        path = library.config.home / "files" / f"{word}{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        with path.open("rb") as stream:
            origin = Origin("check", path.name, content_type=kind, access=access)
            receipt = library.accept(path.name, stream, origin)
        library.work_off()
        planted += _published(library, receipt.document, word)
    return planted


def _published(library: Library, document: str, word: str) -> list[Planted]:
    """Decide on whatever the installed plugins ask, fill its fields, and publish it."""
    desk = library.desk(OPERATOR)
    if desk.item(document).state is State.FAILED:
        return []  # why a document cannot be read is another check's matter
    kind = library.content_types[desk.item(document).document.type]
    desk.edit(document, Change(fields={field.name: f"{word}{field.name}" for field in kind.fields}))
    kept = {
        (f.kind, f.evidence): Decision(f.kind, f.evidence, None, "点検のための架空の語です。")
        for f in desk.findings(document)
    }
    if kept:
        desk.decide(document, *kept.values())
    if desk.item(document).document.state is not State.PUBLISHED:
        desk.publish(document)
    library.work_off()
    found = library.reader(EVERYTHING).document(document)
    return [Planted(found, (word, document))]
