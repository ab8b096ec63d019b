"""What is checked, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from kb.hookspecs import hookimpl
from kb.model import AccessClass, Config, ContentType, Document, Extraction, Section
from kb.plugins import Plugins
from kb.text.outline import outline

GROUND = "kb_check_ground"
"""The plugin, and its content type, on which annotators and pages are tried that bring no content type."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One way in which a plugin does not keep the contract."""

    check: str
    """The check that failed; see ``kb.kit.check.CHECKS``."""
    where: str
    """The hook, page or file, and the input that showed it."""
    reason: str
    """What is wrong, a Japanese sentence."""
    fix: str
    """What to do about it."""

    def __str__(self) -> str:
        return f"[{self.check}] {self.where}：{self.reason}{self.fix}"


Found = Iterator[tuple[str, str, str]]
"""What a check yields: where, reason, fix."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One plugin with what it takes to try it."""

    name: str
    module: object
    alone: Plugins
    """Only it."""
    reading: Plugins
    """It and the ground: what it does to a document is its own doing."""
    among: Plugins
    """It and the ground, among the others that are installed."""
    config: Config
    """Settings with a data folder of its own, to be written into at will."""
    samples: Sequence[Path] = ()
    """Files that its author has handed over."""

    @property
    def hooks(self) -> tuple[str, ...]:
        """The hooks that it implements."""
        return self.alone.names()[0].hooks

    @property
    def content_types(self) -> Mapping[str, ContentType]:
        """The content types that it brings; the ground if it brings none."""
        own = self.alone.content_types()
        return own or {GROUND: self.among.content_types()[GROUND]}

    @property
    def templates(self) -> Path | None:
        """The folder with its templates."""
        return self.alone.template_folders().get(self.name)


def subject(
    name: str, module: object, config: Config, others: Mapping[str, object], samples: Sequence[Path] = ()
) -> Subject:
    """A plugin ready to be checked.

    Raises:
        PluginError: it is refused at start.

    """
    rest = {other: one for other, one in others.items() if other != name}
    among = Plugins({**rest, GROUND: _ground(), name: module})
    ground = Plugins({GROUND: _ground(), name: module})
    return Subject(name, module, Plugins({name: module}), ground, among, config, samples)


def _split(_document: Document, extraction: Extraction) -> Iterable[Section]:
    return outline(extraction.blocks)


def _ground() -> object:
    kind = ContentType(GROUND, "点検用", split=_split, access=AccessClass.PUBLIC)
    return SimpleNamespace(kb_content_types=hookimpl(lambda: [kind], specname="kb_content_types"))


Check = Callable[[Subject], Found]
