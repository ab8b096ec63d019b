"""An identity provider's side of signing in (OpenID Connect Core 1.0, authorization code with PKCE).

The only module that touches Authlib. It knows no accounts: what it gives is who somebody is to the provider, once all
that the provider says has been proven. Nothing is kept between two sign-ins: keys and addresses are asked for each
time.

The ``subject`` of its errors is what went wrong, for the audit log; it is shown to nobody else.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from kb.errors import AccountError, ConfigError, ProviderError
from kb.model import Config

#: Signatures with a key pair. Never ``none``, and never one with a shared secret (HS256), for which our own client
#: secret or the provider's public key could be passed off as the key (RFC 8725, 2.1).
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")

#: Kinds of key pairs that those are made with (RFC 7518, 6.1).
_PAIRS = frozenset({"RSA", "EC"})

#: How far the provider's clock may be from ours, in seconds.
LEEWAY = 60
#: How long the provider may take to answer, in seconds: a thread of the server waits for it.
PATIENCE = 5
#: Random bytes of state, nonce and verifier (RFC 7636, 7.1 asks for 256 bits).
_BYTES = 32
#: Characters of a subject (OpenID Connect Core, section 2).
_LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser that has been sent to the provider has to come back with, or we have to remember of it."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to the provider."""

    issuer: str
    subject: str
    """Never given to anybody else by the provider; names and addresses are."""
    name: str
    """What the provider calls them; empty if it does not say."""


class Provider:
    """The identity provider that the settings name."""

    def __init__(self, config: Config) -> None:
        """Nothing is asked of the provider yet.

        Raises:
            ConfigError: a setting is missing or cannot be used, or the extra is not installed.

        """
        if not config.oidc_client_id:
            fix = "組織のログインの管理者に発行してもらった client id を書いてください。"
            raise ConfigError("oidc_client_id", "oidc_issuer があるのに、空です。", fix)
        if not _is_safe(config.oidc_issuer):
            fix = "組織のログインの発行者（issuer）を、https:// から始まるアドレスで書いてください。"
            raise ConfigError("oidc_issuer", f"「{config.oidc_issuer}」は使えません。", fix)
        if not all(map(find_spec, ("authlib", "joserfc", "requests"))):
            fix = "pip install 'kb-csw[oidc]' で入れてください。"
            raise ConfigError("oidc_issuer", "組織のログインに要る部品が入っていません。", fix)
        self._config = config

    def begin(self, redirect_uri: str) -> tuple[str, Begun]:
        """The address to send a browser to, and what to remember of it.

        Raises:
            ProviderError: the provider gives no answer, or one that cannot be used.

        """
        begun = Begun(*(secrets.token_urlsafe(_BYTES) for _ in range(3)))
        metadata = self._metadata()
        with self._client(metadata, redirect_uri) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], begun.state, begun.verifier, nonce=begun.nonce
            )
        return str(address), begun

    def finish(self, begun: Begun, redirect_uri: str, answer: Mapping[str, str]) -> Identity:
        """Who has come back from the provider with this answer in the address.

        Raises:
            AccountError: it is not the answer to what was begun, or the provider let nobody in.
            ProviderError: the provider gives no answer, or one that proves nothing.

        """
        if not compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise again("state")
        metadata = self._metadata()
        self._check_answer(answer, metadata)
        token = self._token(begun, redirect_uri, answer["code"], metadata)
        claims = self._claims(token, begun, metadata)
        return Identity(self._config.oidc_issuer, _subject(claims), _name(claims))

    def _check_answer(self, answer: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
        # Another provider's answer passed off as this one's (RFC 9207, 2.4).
        told = metadata.get("authorization_response_iss_parameter_supported") is True
        if ("iss" in answer or told) and answer.get("iss") != self._config.oidc_issuer:
            raise again("iss")
        if "error" in answer or not answer.get("code"):
            raise again(answer.get("error", "code")[:40])

    # --------------------------------------------------------------------------------------------- the provider

    def _metadata(self) -> Mapping[str, Any]:
        """What the provider says about itself (OpenID Connect Discovery 1.0, section 4)."""
        issuer = self._config.oidc_issuer
        found = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise _useless("issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not _is_safe(str(found.get(name, ""))):
                raise _useless(name)
        return found

    def _client(self, metadata: Mapping[str, Any], redirect_uri: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415 - only where it is in use

        config = self._config
        return OAuth2Session(
            config.oidc_client_id,
            config.oidc_client_secret or None,
            token_endpoint_auth_method=_authentication(config, metadata),
            scope="openid profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            default_timeout=PATIENCE,
        )

    def _token(self, begun: Begun, redirect_uri: str, code: str, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the provider gives for the code, to nobody but us."""
        from authlib.integrations.base_client import OAuthError  # noqa: PLC0415
        from requests import RequestException  # noqa: PLC0415

        with self._client(metadata, redirect_uri) as client:
            try:
                token: Mapping[str, Any] = client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                    redirect_uri=redirect_uri,
                    allow_redirects=False,
                )
            except OAuthError as error:
                raise again(str(error.error)[:40]) from error
            except (RequestException, ValueError, TypeError) as error:
                raise _silent() from error
        return token

    def _claims(self, token: Mapping[str, Any], begun: Begun, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the id token says, if the provider signed it, for us, now, and for what was begun (Core, 3.1.3.7)."""
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415

        config = self._config
        expected = {
            "iss": {"essential": True, "value": config.oidc_issuer},
            "aud": {"essential": True, "value": config.oidc_client_id},
            "nonce": {"essential": True, "value": begun.nonce},
        }
        about = {"nonce": begun.nonce, "client_id": config.oidc_client_id, "access_token": token.get("access_token")}
        try:
            keys = KeySet.import_key_set({"keys": _signing(_fetch(metadata["jwks_uri"]))})
            found = jwt.decode(str(token.get("id_token", "")), keys, algorithms=list(ALGORITHMS))
            claims: Mapping[str, Any] = CodeIDToken(found.claims, found.header, expected, about)
            claims.validate(leeway=LEEWAY)  # type: ignore[attr-defined]
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _useless(_reason(error)) from error
        return claims


def again(why: str) -> AccountError:
    """The answer that a browser brings is not the one that we wait for."""
    return AccountError(why, "ログインが途中で終わりました。", "もう一度、ログインからやり直してください。")


def _useless(why: str) -> ProviderError:
    fix = "続くときは、管理者にお知らせください。"
    return ProviderError(why, "組織のログインのサーバーの答えを確かめられません。", fix)


def _silent() -> ProviderError:
    fix = "しばらくしてから、もう一度お試しください。"
    return ProviderError("no answer", "組織のログインのサーバーから答えがありません。", fix)


def _reason(error: Exception) -> str:
    """What is wrong with a token, in a word or two and without anything that is in it."""
    return " ".join(filter(None, (str(getattr(error, "error", type(error).__name__)), getattr(error, "claim", None))))


def _fetch(url: str) -> Mapping[str, Any]:
    """A JSON object of the provider's."""
    import requests  # noqa: PLC0415

    try:
        response = requests.get(url, timeout=PATIENCE, allow_redirects=False, headers={"Accept": "application/json"})
        response.raise_for_status()
        found = response.json()
    except (requests.RequestException, ValueError) as error:
        raise _silent() from error
    if not isinstance(found, dict):
        raise _useless("json")
    return found


def _signing(found: Mapping[str, Any]) -> list[Any]:
    """The keys that prove a signature; those for anything else, and of kinds still to come, are passed over."""
    keys = [key for key in found.get("keys", ()) if isinstance(key, dict)]
    return [key for key in keys if key.get("kty") in _PAIRS and key.get("use", "sig") == "sig"]


def _authentication(config: Config, metadata: Mapping[str, Any]) -> str:
    """How we show that it is us (Discovery, section 3: basic, where the provider does not say)."""
    if not config.oidc_client_secret:
        return "none"
    offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"


def _is_safe(url: str) -> bool:
    """Whether nobody in between can read or change what goes there: https, or this very machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_here = ip_address(host).is_loopback if host[:1].isdigit() or ":" in host else host == "localhost"
    except ValueError:
        return False
    return bool(host) and not parts.username and (parts.scheme == "https" or (parts.scheme == "http" and is_here))


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise _useless("sub")
    return subject


def _name(claims: Mapping[str, Any]) -> str:
    """The first of what the provider calls somebody that says anything."""
    found = (claims.get(claim) for claim in ("name", "preferred_username", "nickname"))
    return next((value.strip() for value in found if isinstance(value, str) and value.strip()), "")
