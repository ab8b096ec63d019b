"""Parameters of the JSON API: each is declared once, for reading a request and for the OpenAPI document.

The pages take whatever makes no sense for absent; a program is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from kb.errors import ConfigError
from kb.web.asking import clean


@dataclass(frozen=True, slots=True)
class Parameter:
    """One in the query of an address. This one is a text; its children are narrower."""

    name: str
    about: str
    longest: int = 100
    """Characters that it may have."""

    @property
    def schema(self) -> dict[str, Any]:
        """What it may be, as JSON Schema."""
        return {"type": "string", "maxLength": self.longest, "default": ""}

    def read(self, given: Sequence[str]) -> Any:
        """Its value, of everything that was given by its name.

        Raises:
            ConfigError: it cannot be that.

        """
        if len(given) > 1:
            raise self._refusal("は1つだけ指定できます。")
        return self.value(given[0]) if given else self.schema["default"]

    def value(self, text: str) -> Any:
        """The value of one text."""
        if len(text) > self.longest:
            raise self._refusal(f"は{self.longest}字までです。")
        return clean(text, self.longest)

    def _refusal(self, reason: str) -> ConfigError:
        return ConfigError(self.name, f"{self.name} {reason}", "docs/api.md か /api/openapi.json を見てください。")


@dataclass(frozen=True, slots=True)
class Number(Parameter):
    """A whole number within bounds."""

    usual: int = 1
    most: int = 1

    @property
    def schema(self) -> dict[str, Any]:
        """What it may be."""
        return {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.usual}

    def value(self, text: str) -> int:
        """The number."""
        if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= self.most):
            raise self._refusal(f"は1から{self.most}までの整数です。")
        return int(text)


@dataclass(frozen=True, slots=True)
class Choice(Parameter):
    """One of some words; the first is the usual one."""

    values: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        """What it may be."""
        return {"type": "string", "enum": list(self.values), "default": self.values[0]}

    def value(self, text: str) -> str:
        """The word."""
        if text not in self.values:
            raise self._refusal(f"に使えるのは {'、'.join(self.values)} です。")
        return text


@dataclass(frozen=True, slots=True)
class Several(Parameter):
    """A text that may be given more than once."""

    most: int = 10

    @property
    def schema(self) -> dict[str, Any]:
        """What it may be."""
        items = {"type": "string", "maxLength": self.longest}
        return {"type": "array", "items": items, "maxItems": self.most, "default": []}

    def read(self, given: Sequence[str]) -> tuple[str, ...]:
        """Its values, each once."""
        if len(given) > self.most:
            raise self._refusal(f"は{self.most}個まで指定できます。")
        return tuple(dict.fromkeys(value for text in given if (value := self.value(text))))


def read(parameters: Iterable[Parameter], args: MultiDict[str, str]) -> Mapping[str, Any]:
    """The values of parameters, by name.

    Raises:
        ConfigError: one of them is not what it may be.

    """
    return {one.name: one.read(args.getlist(one.name)) for one in parameters}
