"""``/api/openapi.json``: what programs can ask, made from the routes themselves.

A route of the API has an ``operation`` beside it, which also reads its parameters; who may use it is what
``kb.web.access`` holds everybody to; answers are dataclasses. Nothing is said twice, so nothing can be said wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from flask import Blueprint, current_app, request
from werkzeug.routing import Rule

from kb.web import access, cookies, parameters
from kb.web.access import Access, open_to_all
from kb.web.api_answers import Problem
from kb.web.asking import LONGEST_VALUE, current_facets
from kb.web.errors import INTERFACE
from kb.web.parameters import Parameter, Several
from kb.web.site import current_site

blueprint = Blueprint("openapi", __name__, url_prefix="/api")

Schema = dict[str, Any]

#: Of the interface, not of the program. It is 1 for good: keys, parameters and routes are only ever added.
VERSION = "1"

PROBLEM = "application/problem+json"

ABOUT = (
    "社協ナレッジベースの資料を、読み、探し、取り込むためのAPIです。誰が何を読めるかは、画面と同じです。"
    "キー、項目、アドレスは増えることはあっても、消えたり意味が変わったりしません。知らないキーは読み飛ばしてください。"
    "使い方は docs/api.md にあります。"
)

REASONS: Mapping[str, str] = {
    "200": "答え",
    "202": "受け付けました",
    "400": "求めが正しくありません",
    "401": "トークンかログインが要るか、トークンが使えません",
    "403": "役割が足りません",
    "404": "ないか、見ることができません",
    "409": "今はできません",
    "413": "大きすぎます",
    "429": "多すぎます。Retry-After の秒数だけ待ってください",
    "5XX": "サーバーの側の誤りか、一時的に使えません",
}

_MARK = "kb_operation"
_PLAIN: Mapping[type, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    NoneType: {"type": "null"},
}
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route does, takes and answers."""

    summary: str
    answers: Mapping[int, Any]
    """By status: a dataclass, or one of several."""
    parameters: tuple[Parameter, ...] = ()
    facets: bool = False
    """True if there is a parameter for each field that results can be narrowed by."""
    form: Schema | None = None
    """What it takes as ``multipart/form-data``."""
    refusals: tuple[int, ...] = ()
    """Statuses of refusals beyond those that follow from the rest."""

    def takes(self) -> tuple[Parameter, ...]:
        """All its parameters; those of the facets depend on the content types that are installed."""
        if not self.facets:
            return self.parameters
        facets = current_facets().items()
        return (*self.parameters, *(Several(name, f"{label}で絞り込む", LONGEST_VALUE) for name, label in facets))


def operation(what: Operation) -> Callable[[ViewFunction], ViewFunction]:
    """Say what a route of the API does."""

    def mark(view: ViewFunction) -> ViewFunction:
        setattr(view, _MARK, what)
        return view

    return mark


def given() -> Mapping[str, Any]:
    """The parameters of the present request, as its operation says.

    Raises:
        ConfigError: one of them is not what it may be.

    """
    return parameters.read(_operation(request.endpoint or "").takes(), request.args)


@blueprint.get("/openapi.json")
@open_to_all
def document() -> Schema:
    """The OpenAPI document."""
    schemas: dict[str, Schema] = {}
    paths: dict[str, Schema] = {}
    for rule in _rules():
        path = _ARGUMENT.sub(r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(path, {})[method.lower()] = _described(rule, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "社協ナレッジベース", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": _security_schemes()},
    }


def _rules() -> Iterator[Rule]:
    """The routes of the API, all but this document; what plugins add below ``/api/`` is theirs to describe."""
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        if rule.rule.startswith(INTERFACE) and hasattr(current_app.view_functions[rule.endpoint], _MARK):
            yield rule


def _operation(endpoint: str) -> Operation:
    return cast("Operation", getattr(current_app.view_functions[endpoint], _MARK))


def _described(rule: Rule, schemas: dict[str, Schema]) -> Schema:
    what, who = _operation(rule.endpoint), cast("Access", access.of_endpoint(rule.endpoint))
    described: Schema = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": what.summary,
        "parameters": [*_path_parameters(rule), *map(_query_parameter, what.takes())],
        "responses": _responses(rule, what, who, schemas),
        "security": _security(who),
    }
    if what.form:
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": what.form}}}
    return described


def _path_parameters(rule: Rule) -> list[Schema]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in sorted(rule.arguments)
    ]


def _query_parameter(one: Parameter) -> Schema:
    return {"name": one.name, "in": "query", "required": False, "description": one.about, "schema": one.schema}


def _responses(rule: Rule, what: Operation, who: Access, schemas: dict[str, Schema]) -> Schema:
    told = {
        str(status): {"application/json": {"schema": schema_of(kind, schemas)}} for status, kind in what.answers.items()
    }
    problem = {PROBLEM: {"schema": schema_of(Problem, schemas)}}
    for status in map(str, sorted(_refusals(rule, what, who))):
        # A status may be an answer as well as a refusal.
        told[status] = told.get(status, {}) | problem
    told["5XX"] = problem
    return {status: {"description": REASONS[status], "content": content} for status, content in told.items()}


def _refusals(rule: Rule, what: Operation, who: Access) -> set[int]:
    follows = {401: who.token, 403: who.role is not None, 404: bool(rule.arguments), 413: what.form is not None}
    follows[400] = bool(what.takes()) or what.form is not None
    return {status for status, does in follows.items() if does} | set(what.refusals)


def _security(who: Access) -> list[Schema]:
    ways: list[Schema] = [{"token": []}, {"session": []}]
    return ways if who.role else [{}, *ways]


def _security_schemes() -> Schema:
    name = cookies.session_name(current_site().library.config)
    return {
        "token": {"type": "http", "scheme": "bearer", "description": "「kb user token」で発行します。"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": name,
            "description": "画面でのログイン。読むことだけができます。",
        },
    }


# ------------------------------------------------------------------------------------------------------ schemas


def schema_of(kind: Any, schemas: dict[str, Schema]) -> Schema:
    """JSON Schema of a type; that of a dataclass is put into ``schemas`` by its name, and referred to."""
    if isinstance(kind, type) and is_dataclass(kind):
        if kind.__name__ not in schemas:
            schemas[kind.__name__] = {}  # it may hold itself
            schemas[kind.__name__] = _object(kind, schemas)
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"type": "string", "enum": [str(one) for one in kind]}
    return _PLAIN[kind] if kind in _PLAIN else _composed(get_origin(kind), get_args(kind), schemas)


def _object(kind: type, schemas: dict[str, Schema]) -> Schema:
    hints = get_type_hints(kind, include_extras=True)
    names = [one.name for one in fields(kind)]
    properties = {name: schema_of(hints[name], schemas) for name in names}
    return {"type": "object", "properties": properties, "required": names}


def _composed(origin: Any, args: Sequence[Any], schemas: dict[str, Schema]) -> Schema:
    if origin is Annotated:
        return schema_of(args[0], schemas) | {"description": args[1]}
    if origin in {Union, UnionType}:
        return {"anyOf": [schema_of(one, schemas) for one in args]}
    if origin is Literal:
        return {"type": "string", "enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": schema_of(args[0], schemas)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(args[1], schemas)}
    raise TypeError(f"no schema for {origin}")
