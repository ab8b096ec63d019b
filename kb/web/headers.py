"""Security headers on every answer (OWASP ASVS 5.0, 3.4)."""

from __future__ import annotations

from flask import Flask, Response

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


def register(app: Flask) -> None:
    """Add the headers to every answer that does not bring its own."""
    app.after_request(_secured)


def _secured(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
