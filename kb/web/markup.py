"""XML for programs. Whatever a text holds, what comes out is well-formed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

#: What XML 1.0 cannot hold, not even escaped (2.2, Char).
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def root(name: str, namespace: str, **attributes: str) -> ET.Element:
    """The outermost element of a document."""
    return ET.Element(name, {"xmlns": namespace, **_cleaned(attributes)})


def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    """A new last child."""
    child = ET.SubElement(parent, name, _cleaned(attributes))
    child.text = possible(text) or None
    return child


def possible(text: str) -> str:
    """A text without what XML cannot hold."""
    return _IMPOSSIBLE.sub("", text)


def written(element: ET.Element) -> bytes:
    """The document, in UTF-8."""
    body: bytes = ET.tostring(element, encoding="utf-8", xml_declaration=True)
    return body


def _cleaned(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: possible(value) for name, value in attributes.items()}
