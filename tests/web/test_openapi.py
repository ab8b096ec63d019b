"""The OpenAPI document is the truth: schemathesis asks whatever it allows, and what it does not, and compares."""

import copy
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from kb.model import OPERATOR, PUBLIC_ONLY
from kb.testing import ingest_text

EXAMPLES = 15

BRACES = str.maketrans("<>", "{}")

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

#: Each operation with the least role that it is for, and the status of an answer to it.
OPERATIONS = {
    "GET /api/account": ("reader", 200),
    "GET /api/documents": (None, 200),
    "GET /api/documents/{document}": (None, 200),
    "GET /api/search": (None, 200),
    "GET /api/sections/{section}": (None, 200),
    "GET /api/suggest": (None, 200),
    "POST /api/documents": ("staff", 202),
}

#: Those that take something that can be wrong.
PARTICULAR = ["GET /api/documents", "GET /api/search", "GET /api/suggest", "POST /api/documents"]

WHO = (None, "reader", "csw", "staff")


@pytest.fixture
def server(make, issue_text):
    visitor = make(quota_megabytes=1)
    ingest_text(visitor.library, "だより12.txt", issue_text)
    ingest_text(visitor.library, "事例.txt", issue_text.replace("第12号", "第13号"), access="cases")
    return visitor


def described(server, *, strict=False):
    """The document; if strict, with no key in any answer that it does not name."""
    raw = copy.deepcopy(server.client.get("/api/openapi.json").get_json())
    if strict:
        for one in raw["components"]["schemas"].values():
            one["additionalProperties"] = False
    return raw


def known(server, operation):
    """Path parameters that lead somewhere."""
    public = server.library.reader(PUBLIC_ONLY)
    (document,) = (document.id for document in public.documents())
    section = public.outline(document)[0].id
    every = {"document": document, "section": section}
    return {name: every[name] for name in re.findall(r"{(\w+)}", operation)} or None


def test_it_names_every_route_and_nothing_else(server):
    paths = described(server)["paths"]
    named = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    routes = {
        f"{method} {rule.rule.translate(BRACES)}"
        for rule in server.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") and rule.endpoint != "openapi.document"
    }
    assert named == routes == OPERATIONS.keys()


def test_it_names_the_facets_of_the_content_types_that_are_installed(server):
    parameters = described(server)["paths"]["/api/search"]["get"]["parameters"]
    assert {"q", "sort", "page", "per_page", "type", "year", "publisher"} <= {one["name"] for one in parameters}


def ask(server, label, who, mode, path=None):
    """Ask in ways that schemathesis makes up, the same ones each time; the statuses that came back."""
    token = server.auth.new_token(server.account(who), None, OPERATOR) if who else ""
    # Asked in this process, schemathesis takes compressed answers and does not unpack them.
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token}"} if who else {})
    schema = schemathesis.openapi.from_dict(described(server, strict=True))
    schema.app = server.app
    cases = schema.find_operation_by_label(label).as_strategy(generation_mode=mode, path_parameters=path)
    statuses = set()

    @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=HealthCheck)
    @given(cases)
    def one(case):
        answer = case.call(headers=headers)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    one()
    return statuses


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("label", OPERATIONS)
def test_what_it_allows_is_answered_as_it_says(server, label, who):
    least, status = OPERATIONS[label]
    refused = 403 if who else 401
    is_for = least is None or WHO.index(who) >= WHO.index(least)
    assert (status if is_for else refused) in ask(server, label, who, GenerationMode.POSITIVE, known(server, label))


@pytest.mark.parametrize("label", ["GET /api/documents/{document}", "GET /api/sections/{section}"])
def test_ids_that_lead_nowhere_are_refused_as_it_says(server, label):
    for who in (None, "staff"):
        assert ask(server, label, who, GenerationMode.POSITIVE) == {404}


@pytest.mark.parametrize("label", PARTICULAR)
def test_what_it_does_not_allow_is_refused_as_it_says(server, label):
    assert 400 in ask(server, label, "staff", GenerationMode.NEGATIVE)


def test_an_answer_that_is_not_as_it_says_is_noticed(server, monkeypatch):
    """Of the tests above: they would fail."""
    monkeypatch.setattr("kb.web.api._links", lambda *_: {"first": 1})
    with pytest.raises(FailureGroup, match="violates schema"):
        ask(server, "GET /api/documents", None, GenerationMode.POSITIVE)
