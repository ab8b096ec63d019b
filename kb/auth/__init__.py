"""Who people are: passwords, sessions, links that work once, and keys for programs."""

from __future__ import annotations

from kb.auth.door import Auth, Link, link_address, opened
from kb.auth.elsewhere import Elsewhere
from kb.auth.oidc import Begun
from kb.store.accounts import Account, Accounts, SignIn
from kb.store.audit import AuditEntry, AuditLog

__all__ = [
    "Account",
    "Accounts",
    "AuditEntry",
    "AuditLog",
    "Auth",
    "Begun",
    "Elsewhere",
    "Link",
    "SignIn",
    "link_address",
    "opened",
]
