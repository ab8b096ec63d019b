"""Security headers on every answer (OWASP ASVS 5.0, 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Flask, Response, request

from kb.model import Config
from kb.web.access import STATIC, is_interface
from kb.web.site import current_actor, is_by_token

#: No inline script or style, nothing from elsewhere. ``data:`` images are the icons inside Bootstrap's style sheet.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # A query may name a person: it leaves this site neither as a referrer nor through a shared cache.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}


#: Two years are asked for by those who keep lists of such servers; one is what OWASP ASVS 5.0 (3.4.1) asks for.
TRANSPORT = "max-age=31536000"


def register(app: Flask, config: Config) -> None:
    """Add the headers to every answer that does not bring its own."""
    more = {"Strict-Transport-Security": TRANSPORT} if config.https else {}
    app.after_request(partial(_secured, HEADERS | more))


def _secured(headers: Mapping[str, str], response: Response) -> Response:
    if request.endpoint not in STATIC:
        response.vary.add("Cookie")
        if is_interface(request.endpoint or ""):
            response.vary.add("Authorization")
        if "Cache-Control" in response.headers:
            response.cache_control.private = True  # files that are sent bring a header of their own, without it
        if current_actor().role and not is_by_token():
            # Nothing stays behind on a shared computer: no page comes back after logging out (OWASP ASVS 5.0, 14.3.2).
            response.headers["Cache-Control"] = "no-store"
    brought = {name.lower() for name, _ in response.headers}  # ``setdefault`` would look through them all each time
    for name, value in headers.items():
        if name.lower() not in brought:
            response.headers.add(name, value)
    return response
