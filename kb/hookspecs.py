"""The hooks: everything a plugin can add. Each returns data; none is called once per character, row or request.

A plugin implements any of them with ``@kb.hookimpl`` and may leave out arguments that it does not need. The reference
with runnable examples is ``docs/plugins.md`` (checked by ``tests/test_docs.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import click

    from kb.model import (
        Annotation,
        Config,
        ContentType,
        Document,
        Extraction,
        File,
        Finding,
        Kind,
        Panel,
        PanelPlace,
        Section,
        Source,
        Synonyms,
        View,
    )

PROJECT = "kb"
"""The pluggy project name and the prefix of every hook."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def kb_sources(config: Config) -> Sequence[Source]:  # type: ignore[empty-body]
    """Where files come from: list what there is, read one. Called once at start."""


@hookspec(firstresult=True)
def kb_extract(file: File) -> Extraction | None:
    """Read one file format. None declines; the first result wins.

    Runs in a child process with limits on memory and time. Decide by ``file.head()``, not by the name. Raise
    ``kb.ExtractionError(file.name, reason, fix)`` with Japanese sentences for a file that is yours but cannot be read.
    """


@hookspec
def kb_content_types() -> Sequence[ContentType]:  # type: ignore[empty-body]
    """Kinds of documents: how they are described, split into sections and shown. Called once at start."""


@hookspec
def kb_annotate(section: Section, document: Document, config: Config) -> Iterable[Annotation]:  # type: ignore[empty-body]
    """What the text of one section says, each with its evidence span. Called once for each section at ingestion.

    It has the settings for what the plugin keeps in the data folder.
    """


@hookspec
def kb_kinds(config: Config) -> Sequence[Kind]:  # type: ignore[empty-body]
    """What the annotations of a plugin are called, and which of them narrow results. Called once at start."""


@hookspec
def kb_review(document: Document, sections: Sequence[Section], config: Config) -> Iterable[Finding]:  # type: ignore[empty-body]
    """What somebody has to decide on before the document is published. Called whenever it has been read or edited.

    It sees the whole document, because a passage may hang on another one (the second person of a case is B), and the
    settings, for what the plugin keeps in the data folder. As long as
    a finding is neither replaced nor kept with a reason, the document is not published.
    """


@hookspec
def kb_thesaurus() -> Sequence[Synonyms]:  # type: ignore[empty-body]
    """Vocabulary that a domain brings along; used when a query is read, so a change needs no re-index."""


@hookspec
def kb_views() -> Sequence[View]:  # type: ignore[empty-body]
    """Pages of the plugin: a navigation entry with a Flask blueprint. Called once when the web application is made."""


@hookspec
def kb_panels(place: PanelPlace) -> Sequence[Panel]:  # type: ignore[empty-body]
    """Boxes on the ``home``, ``results`` or ``reading`` page. Called once for each place at start."""


@hookspec
def kb_commands() -> Sequence[click.Command]:  # type: ignore[empty-body]
    """Subcommands of ``kb``. Called once when the command line starts."""
