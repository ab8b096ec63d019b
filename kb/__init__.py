"""The public API: everything that a plugin author may import.

Whatever is not listed here (or in ``kb.web`` and ``kb.testing``) is private and may change without notice.
"""

from __future__ import annotations

from kb.errors import ExtractionError, KbError, NotFoundError
from kb.hookapi import HOOK_API
from kb.hookspecs import hookimpl
from kb.model import (
    AccessClass,
    And,
    Annotation,
    BBox,
    Block,
    BlockKind,
    Boost,
    Config,
    ContentType,
    Description,
    Document,
    Everything,
    Extraction,
    FacetCount,
    Field,
    File,
    Filter,
    Finding,
    Hit,
    Item,
    Node,
    Not,
    Or,
    Page,
    Panel,
    PanelPlace,
    Phrase,
    Prefix,
    Query,
    Range,
    Role,
    Section,
    Source,
    Span,
    Synonyms,
    Term,
    View,
)
from kb.text.analyze import Morpheme, morphemes
from kb.text.dates import DateMention, find_dates
from kb.text.normalize import search_key
from kb.text.outline import outline

__version__ = "0.1.0"

__all__ = [
    "HOOK_API",
    "AccessClass",
    "And",
    "Annotation",
    "BBox",
    "Block",
    "BlockKind",
    "Boost",
    "Config",
    "ContentType",
    "DateMention",
    "Description",
    "Document",
    "Everything",
    "Extraction",
    "ExtractionError",
    "FacetCount",
    "Field",
    "File",
    "Filter",
    "Finding",
    "Hit",
    "Item",
    "KbError",
    "Morpheme",
    "Node",
    "Not",
    "NotFoundError",
    "Or",
    "Page",
    "Panel",
    "PanelPlace",
    "Phrase",
    "Prefix",
    "Query",
    "Range",
    "Role",
    "Section",
    "Source",
    "Span",
    "Synonyms",
    "Term",
    "View",
    "find_dates",
    "hookimpl",
    "morphemes",
    "outline",
    "search_key",
]
