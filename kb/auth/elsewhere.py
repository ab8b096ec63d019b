"""Signing in with an organisation's own accounts: which account of ours somebody is who comes from there."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from kb.auth import names
from kb.auth.attempts import MINUTES
from kb.auth.door import Auth
from kb.auth.oidc import Begun, Identity, Provider
from kb.errors import AccountError, ProviderError, TooManyError
from kb.store.accounts import Account
from kb.store.audit import AuditEntry


class Elsewhere:
    """The accounts of one library as the organisation's identity provider knows them."""

    def __init__(self, auth: Auth) -> None:
        """Nothing is asked of the provider yet.

        Raises:
            ConfigError: a setting is missing or cannot be used.

        """
        self._auth = auth
        self._provider = Provider(auth.config)

    def begin(self, redirect_uri: str, address: str) -> tuple[str, Begun]:
        """Where to send a browser, and what to remember of it.

        Raises:
            TooManyError: too many attempts from its address.
            ProviderError: the provider gives no answer.

        """
        self._slow_down("begin", address)
        return self._provider.begin(redirect_uri)

    def sign_in(
        self, begun: Begun, redirect_uri: str, answer: Mapping[str, str], *, address: str = "", agent: str = ""
    ) -> str:
        """Begin a session of our own for whoever has come back; its id.

        Raises:
            TooManyError: too many attempts from this address.
            AccountError: nobody has, there is no account for them, or it is disabled.
            ProviderError: the provider gives no answer, or one that proves nothing.

        """
        self._slow_down("finish", address)
        try:
            return self._begin(self._account(self._provider.finish(begun, redirect_uri, answer)), agent)
        except (AccountError, ProviderError) as error:
            # The subject is the account's name, or what is wrong with the answer.
            name, why = (error.subject, "disabled") if isinstance(error, _DisabledError) else ("", error.subject)
            detail = {"via": "oidc", "address": address, "why": why}
            self._auth.log.record(AuditEntry("", "login.failed", name, detail))
            raise

    def bind(self, account: Account, begun: Begun, redirect_uri: str, answer: Mapping[str, str]) -> None:
        """Let whoever has come back sign in to an account from now on; its owner has shown that they are.

        Raises:
            AccountError: nobody has come back, or they have another account already.
            ProviderError: the provider gives no answer, or one that proves nothing.

        """
        identity = self._provider.finish(begun, redirect_uri, answer)
        self._auth.accounts.bind(account.id, identity.issuer, identity.subject, account.actor)

    def _slow_down(self, step: str, address: str) -> None:
        if not self._auth.may_try(step, address):
            raise TooManyError("too many", "ログインの操作が多すぎます。", f"{MINUTES}分待ってから、お試しください。")

    def _account(self, identity: Identity) -> Account:
        accounts = self._auth.accounts
        found = accounts.by_identity(identity.issuer, identity.subject)
        if found is None and self._auth.config.oidc_create:
            name = self._free_name(identity.name)
            found = accounts.add_bound(name, names.key(name), identity.issuer, identity.subject)
        if found is None:
            fix = "名前とパスワードでログインし、「自分のアカウント」で結び付けるか、管理者にご連絡ください。"
            raise AccountError("no account", "この組織のアカウントで使える利用者がありません。", fix)
        return found

    def _begin(self, account: Account, agent: str) -> str:
        if account.disabled_at or not (id_ := self._auth.begin(account, agent, via="oidc")):
            raise _DisabledError(account.name, "このアカウントは停止されています。", "管理者にご連絡ください。")
        return id_

    def _free_name(self, given: str) -> str:
        """A name that nobody has: two people may be called the same, and none becomes another by it."""
        try:
            name = names.checked(given[: names.LONGEST - 5])
        except AccountError:
            name = "組織の利用者"
        tried = (name if number == 1 else f"{name}（{number}）" for number in count(1))
        free = (one for one in tried if self._auth.accounts.by_key(names.key(one)) is None)
        return next(free)


class _DisabledError(AccountError):
    """The provider let somebody in, we do not; ``subject`` is the account's name."""
