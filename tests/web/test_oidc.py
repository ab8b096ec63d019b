"""Signing in with the organisation's own accounts, at a provider of the test's that can be made to cheat."""

import base64
import hashlib
import json
import re
import secrets
import threading
import time
from contextlib import contextmanager
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from kb.config import load
from kb.errors import ConfigError
from kb.model import OPERATOR, Role
from kb.plugins import Plugins
from kb.testing import open_library
from kb.web import create_app

CLIENT, SECRET = "kb-client", "canal-secret-42/+"


@cache
def key(_number):
    """Keys are made once: that takes longer than all the rest."""
    return RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}, private=True)


class Provider:
    """An identity provider on this machine, with one person who is always signed in to it."""

    def __init__(self):
        self.key = key(1)
        self.person = {"sub": "u-0042", "name": "山吹花子", "email": "hanako@midori.example"}
        self.claims = {}
        """What the id token says otherwise than it should; None to leave something out."""
        self.metadata = {}
        self.answer = {}
        self.sign = None
        """How the id token is signed, if not as it should be."""
        self.asked = []
        """The paths that were asked for."""
        self.codes = {}
        self.other_keys = []
        self.token_status = 200

    @property
    def issuer(self):
        return f"http://127.0.0.1:{self.port}/realms/midori"

    def get(self, path, query):
        if path.endswith("/.well-known/openid-configuration"):
            names = ("authorize", "token", "jwks")
            addresses = dict(
                zip(
                    ("authorization_endpoint", "token_endpoint", "jwks_uri"),
                    (f"{self.issuer}/{n}" for n in names),
                    strict=True,
                )
            )
            return 200, {"issuer": self.issuer, **addresses, **self.metadata}
        if path.endswith("/jwks"):
            return 200, {"keys": [*self.other_keys, self.key.as_dict(private=False)]}
        return 302, self.authorize(query)

    def authorize(self, query):
        """Send the browser back with a code."""
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], **self.answer}
        return f"{query['redirect_uri']}?{urlencode({k: v for k, v in answer.items() if v is not None})}"

    def post(self, form, authorization):
        """A token for a code, once, to the client that has the secret and the verifier."""
        asked = self.codes.pop(form.get("code"), None)
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if self.token_status != 200:
            return self.token_status, {}
        if authorization != f"Basic {expected}":
            return 401, {"error": "invalid_client"}
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        if asked is None or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": self.id_token(asked["nonce"])}

    def id_token(self, nonce):
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return self.sign(claims) if self.sign else jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.key)


class Handler(BaseHTTPRequestHandler):
    provider = None

    def do_GET(self):
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        self.reply(*self.provider.get(parts.path, dict(parse_qsl(parts.query))))

    def do_POST(self):
        self.provider.asked.append(self.path)
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.reply(*self.provider.post(form, self.headers["Authorization"]))

    def reply(self, status, content):
        body = b"" if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        if isinstance(content, str):
            self.send_header("Location", content)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Keep quiet: pytest shows what matters."""


@contextmanager
def served(provider):
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"provider": provider}))
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def provider():
    with served(Provider()) as running:
        yield running


@pytest.fixture
def settings(provider):
    return {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}


@pytest.fixture
def open_door(make, settings):
    """A visitor of a server that gives everybody an account whom the provider lets in."""
    return make(oidc_create=True, **settings)


@pytest.fixture
def door(make, settings):
    """A visitor of a server that lets only those in whose account is bound."""
    return make(**settings)


def to_provider(visitor, back="/"):
    """Where the browser is sent."""
    answer = visitor.get("/login/oidc", next=back)
    assert answer.status == 303
    return answer.headers["Location"]


def at_provider(address):
    """What the person's browser does there: it is sent back at once."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 302
    return answer.headers["Location"]


def come_back(visitor, address):
    parts = urlsplit(address)
    return visitor.get(f"{parts.path}?{parts.query}")


def sign_in(visitor, back="/"):
    return come_back(visitor, at_provider(to_provider(visitor, back)))


def bind(visitor):
    """Bind the account of somebody who has signed in."""
    page = visitor.post("/account/oidc", password=visitor.password)
    assert page.links("^/login/oidc") == ["/login/oidc"]
    return come_back(visitor, at_provider(to_provider(visitor)))


def why(visitor):
    """Why the last attempt failed, as the administrator sees it."""
    entry = visitor.auth.log.entries(actions=["login.failed"], limit=1)[0]
    assert entry.detail["via"] == "oidc"
    return entry.detail["why"]


def told(visitor, answer):
    """What somebody who has not been let in reads, on a page whose address holds nothing of the provider's."""
    assert (answer.status, answer.headers["Location"].partition("?")[0]) == (303, "/login")
    assert "kb=" not in str(answer.headers.getlist("Set-Cookie"))
    assert "code" not in answer.headers["Location"]
    return visitor.get(answer.headers["Location"]).text


def refused(visitor, answer):
    """Nobody has been let in; why."""
    assert re.search("途中で終わりました|確かめられません|答えがありません", told(visitor, answer))
    assert visitor.get("/account").status == 303
    assert visitor.auth.accounts.all() == []
    return why(visitor)


# ---------------------------------------------------------------------------------------------------------- the way in


def test_without_the_setting_there_is_no_button_and_no_page(visitor):
    assert not visitor.get("/login").links("oidc")
    for address in ("/login/oidc", "/login/oidc/back"):
        assert visitor.get(address).status == 404


def test_the_button_leads_to_the_provider_and_back_to_where_one_came_from(open_door):
    page = open_door.get("/login", next="/help")
    assert "組織のアカウントでログイン" in page.text
    (link,) = page.links("^/login/oidc")
    answer = open_door.get(link)
    back = come_back(open_door, at_provider(answer.headers["Location"]))
    assert (back.status, back.headers["Location"]) == (303, "/help")
    assert "山吹花子 会員" in open_door.get("/").text


def test_the_label_is_a_setting(make, settings):
    assert "みどり県社協の共通ログイン" in make(oidc_label="みどり県社協の共通ログイン", **settings).get("/login").text


def test_what_is_asked_of_the_provider_holds_state_nonce_and_pkce_with_s256(open_door, provider):
    query = parse_qs(urlsplit(to_provider(open_door)).query)
    assert query["response_type"] == ["code"]
    assert query["scope"] == ["openid profile"]
    assert query["redirect_uri"] == ["http://localhost/login/oidc/back"]
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    again = parse_qs(urlsplit(to_provider(open_door)).query)
    assert all(again[name] != query[name] for name in ("state", "nonce", "code_challenge"))


def test_behind_tls_the_provider_sends_back_by_https(make, settings):
    visitor = make(https=True, hosts="kb.midori.example", **settings)
    answer = visitor.client.get("/login/oidc", base_url="https://kb.midori.example")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["redirect_uri"] == ["https://kb.midori.example/login/oidc/back"]


def test_signing_in_ends_in_a_session_of_our_own(open_door):
    answer = sign_in(open_door)
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("kb=")]
    assert "HttpOnly" in cookie
    id_ = open_door.client.get_cookie("kb").value
    account = open_door.auth.session(id_).account
    assert (account.name, account.role, account.state) == ("山吹花子", Role.READER, "active")
    thief = open_door.other()
    thief.client.set_cookie("kb", id_)
    assert thief.get("/account").status == 200
    open_door.post("/logout")
    assert thief.get("/account").status == 303


def test_an_id_from_before_signing_in_is_not_taken_over(open_door):
    open_door.client.set_cookie("kb", "planted")
    sign_in(open_door)
    assert open_door.client.get_cookie("kb").value != "planted"


def test_signing_in_is_audited_with_the_way_it_came(open_door):
    sign_in(open_door)
    login, added = open_door.auth.log.entries(limit=2)
    assert (login.action, login.actor, login.detail) == ("login", "山吹花子", {"via": "oidc"})
    assert (added.action, added.subject, added.detail["role"]) == ("user.add", "山吹花子", "reader")


def test_passwords_work_as_before(door):
    door.account("reader", "若葉")
    assert door.post("/login", name="若葉", password=door.password).status == 303


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_one_is_sent_to_our_own_pages_only(open_door, evil):
    assert sign_in(open_door, evil).headers["Location"] == "/"
    assert open_door.get("/login/oidc", next=evil).headers["Location"] == "/"  # who has signed in already, too


# --------------------------------------------------------------------------------------------------------- whose account


def test_whoever_has_no_account_is_told_what_to_do(door):
    page = told(door, sign_in(door))
    assert "この組織のアカウントで使える利用者がありません" in page
    assert "「自分のアカウント」で結び付けるか、管理者に" in page
    assert (why(door), door.auth.accounts.all()) == ("no account", [])


def test_an_account_is_made_once_and_found_by_its_subject(open_door, provider):
    sign_in(open_door)
    open_door.post("/logout")
    provider.person |= {"name": "緑川花子", "email": "other@midori.example"}  # she has married
    sign_in(open_door)
    (account,) = open_door.auth.accounts.all()
    assert account.name == "山吹花子"


def test_another_subject_with_the_same_name_and_address_is_somebody_else(open_door, provider):
    sign_in(open_door)
    stranger = open_door.other()
    provider.person["sub"] = "u-0666"
    sign_in(stranger)
    assert [account.name for account in open_door.auth.accounts.all()] == ["山吹花子", "山吹花子（2）"]
    assert "山吹花子（2） 会員" in stranger.get("/").text


def test_the_name_of_an_account_with_a_password_gives_no_way_into_it(open_door, provider):
    open_door.account("admin", "山吹花子")
    sign_in(open_door)
    assert "山吹花子（2） 会員" in open_door.get("/").text


@pytest.mark.parametrize("name", ["", "kb", "花\u202e子", None, 7])
def test_a_name_that_cannot_be_one_is_replaced(open_door, provider, name):
    provider.person["name"] = name
    sign_in(open_door)
    assert [account.name for account in open_door.auth.accounts.all()] == ["組織の利用者"]


def test_a_long_name_is_shortened(open_door, provider):
    provider.person["name"] = "長" * 300
    sign_in(open_door)
    assert [account.name for account in open_door.auth.accounts.all()] == ["長" * 55]


def test_an_account_can_be_bound_by_its_owner_and_keeps_its_role(door):
    staff = door.as_("staff", "山吹")
    answer = bind(staff)
    assert (answer.status, answer.headers["Location"]) == (303, "/account")
    assert "結び付けました" in staff.get("/account").text
    sign_in(door)
    assert "山吹 職員" in door.get("/").text
    assert "user.identity" in [entry.action for entry in door.auth.log.entries()]


def test_binding_asks_for_the_password(door):
    staff = door.as_("staff", "山吹")
    assert staff.post("/account/oidc", password="当てずっぽうです").status == 303
    assert "今のパスワードが違います" in staff.get("/account").text
    assert staff.get("/login/oidc").headers["Location"] == "/"  # nothing has been begun
    assert told(door, sign_in(door))


def test_one_subject_has_one_account(door):
    bind(door.as_("staff", "山吹"))
    other = door.as_("reader", "若葉")
    assert bind(other).status == 303
    assert "既に利用者に結び付いています" in other.get("/account").text
    sign_in(door)
    assert "山吹 職員" in door.get("/").text


def test_what_one_person_began_does_not_bind_the_account_of_the_next(door):
    first = door.as_("staff", "山吹")
    first.post("/account/oidc", password=first.password)
    address = at_provider(to_provider(first))
    first.signed_in(door.account("admin", "若葉").name)  # at the same computer
    assert come_back(first, address).headers["Location"] == "/account"
    assert "途中で終わりました" in first.get("/account").text
    assert told(door, sign_in(door))


def test_unbinding_ends_all_sessions_and_lets_nobody_in_any_more(door):
    staff = door.as_("staff", "山吹")
    bind(staff)
    assert "結び付いています" in staff.get("/account").text
    sign_in(door)
    staff.post("/account/oidc/off", password=staff.password)
    assert door.get("/account").status == staff.get("/account").status == 303
    assert told(door, sign_in(door))
    assert door.auth.log.entries(actions=["user.identity.end"])[0].subject == "山吹"


def test_a_disabled_account_is_refused(open_door):
    sign_in(open_door)
    (account,) = open_door.auth.accounts.all()
    open_door.auth.accounts.disable(account.id, OPERATOR)
    assert open_door.get("/account").status == 303  # at once
    assert "停止されています" in told(open_door, sign_in(open_door))
    entry = open_door.auth.log.entries(actions=["login.failed"])[0]
    assert (entry.subject, entry.detail["why"]) == ("山吹花子", "disabled")


def test_whoever_has_no_password_is_not_asked_for_it_and_can_get_one(open_door):
    sign_in(open_door)
    page = open_door.get("/account")
    assert "パスワードはありません" in page.text
    assert 'type="password"' not in page.html
    (account,) = open_door.auth.accounts.all()
    link = open_door.auth.link(account, OPERATOR)
    open_door.auth.take_up(link.path.rsplit("/", 1)[1], open_door.password)
    assert open_door.post("/login", name="山吹花子", password=open_door.password).headers["Location"] == "/"
    assert "結び付いています" in open_door.get("/account").text


def test_an_administrator_gives_another_role(open_door):
    sign_in(open_door)
    (account,) = open_door.auth.accounts.all()
    open_door.auth.accounts.set_role(account.id, Role.CSW, OPERATOR)
    assert open_door.get("/account").status == 303  # signs in again
    sign_in(open_door)
    assert "山吹花子 相談員" in open_door.get("/").text


# ------------------------------------------------------------------------------------------------------------ the attacks


def test_an_answer_without_anything_begun_is_refused(open_door):
    for query in ("", "?code=x&state=y", "?error=access_denied"):
        assert "もう一度、ログインから" in told(open_door, open_door.get(f"/login/oidc/back{query}"))


@pytest.mark.parametrize("state", ["another", "", None, "同じではない"])
def test_a_wrong_state_is_refused_before_the_provider_is_asked(open_door, provider, state):
    provider.answer = {"state": state}
    address = at_provider(to_provider(open_door))
    provider.asked.clear()
    assert refused(open_door, come_back(open_door, address)) == "state"
    assert provider.asked == []


def test_an_answer_for_another_browser_is_refused(open_door):
    """Login CSRF: somebody is to be signed in to the attacker's account."""
    address = at_provider(to_provider(open_door))
    victim = open_door.other()
    to_provider(victim)
    assert refused(victim, come_back(victim, address)) == "state"


def test_an_answer_works_once(open_door):
    address = at_provider(to_provider(open_door))
    assert come_back(open_door, address).headers["Location"] == "/"
    open_door.post("/logout")
    assert "途中で終わりました" in told(open_door, come_back(open_door, address))


def test_a_replayed_cookie_does_not_make_a_code_work_twice(open_door):
    address = at_provider(to_provider(open_door))
    kept = open_door.client.get_cookie("kb_form").value
    come_back(open_door, address)
    thief = open_door.other()
    thief.client.set_cookie("kb_form", kept)
    assert "途中で終わりました" in told(thief, come_back(thief, address))
    assert why(open_door) == "invalid_grant"


def test_an_answer_that_comes_too_late_is_refused(open_door, monkeypatch):
    address = at_provider(to_provider(open_door))
    now = time.time()
    monkeypatch.setattr("kb.web.oidc.time", lambda: now + 601)
    assert "途中で終わりました" in told(open_door, come_back(open_door, address))
    assert open_door.auth.accounts.all() == []


def test_a_code_of_another_sign_in_is_refused_by_pkce(open_door):
    stolen = dict(parse_qsl(urlsplit(at_provider(to_provider(open_door.other()))).query))["code"]
    query = dict(parse_qsl(urlsplit(at_provider(to_provider(open_door))).query)) | {"code": stolen}
    assert refused(open_door, come_back(open_door, f"/login/oidc/back?{urlencode(query)}")) == "invalid_grant"


def test_an_answer_of_another_provider_is_refused(open_door, provider):
    """Mix-up (RFC 9207)."""
    provider.answer = {"iss": "https://evil.example"}
    assert refused(open_door, sign_in(open_door)) == "iss"


def test_an_answer_without_its_provider_is_refused_where_one_is_promised(open_door, provider):
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    assert refused(open_door, sign_in(open_door)) == "iss"
    provider.answer = {"iss": provider.issuer}
    assert sign_in(open_door).headers["Location"] == "/"


def test_whoever_does_not_agree_at_the_provider_is_told_so_without_its_words(open_door, provider):
    provider.answer = {"error": "access_denied", "error_description": "<b>電話してください</b>", "code": None}
    address = at_provider(to_provider(open_door))
    assert "電話" in dict(parse_qsl(urlsplit(address).query))["error_description"]
    answer = come_back(open_door, address)
    assert "電話" not in told(open_door, answer) + answer.html
    assert (why(open_door), open_door.auth.accounts.all()) == ("access_denied", [])


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"aud": ["another-client", "third"], "azp": CLIENT}, "aud"),
        ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, "azp"),
        ({"aud": None}, "aud"),
        ({"exp": int(time.time()) - 120}, "expired_token"),
        ({"exp": None}, "exp"),
        ({"exp": "never"}, "exp"),
        ({"iat": int(time.time()) + 3600}, "iat"),
        ({"nbf": int(time.time()) + 3600}, "nbf"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 42}, "sub"),
        ({"sub": "x" * 256}, "sub"),
        ({"at_hash": "AAAA"}, "at_hash"),
    ],
    ids=lambda one: "".join(one) if isinstance(one, dict) else one,  # no time of the day in a test's name
)
def test_a_token_that_says_something_else_is_refused(open_door, provider, claims, reason):
    provider.claims = claims
    assert reason in refused(open_door, sign_in(open_door))


def unsigned(claims):
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "none"}, claims)]
    return b".".join([*parts, b""]).decode()


def with_secret(secret):
    """Signed as only whoever knows a secret can, where the secret is one that others know."""
    registry = JWSRegistry(algorithms=["HS256"])
    return lambda claims: jwt.encode(
        {"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key(secret), registry=registry
    )


def test_a_token_without_a_signature_is_refused(open_door, provider):
    provider.sign = unsigned
    assert refused(open_door, sign_in(open_door))


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("of", ["public key", "client secret"])
def test_a_token_signed_with_what_others_know_is_refused(open_door, provider, of):
    """HS256 confusion (RFC 8725, 2.1), also where the provider claims to sign so."""
    provider.metadata = {"id_token_signing_alg_values_supported": ["HS256", "none"]}
    provider.sign = with_secret(provider.key.as_pem(private=False) if of == "public key" else SECRET)
    assert refused(open_door, sign_in(open_door))


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_a_secret_among_the_keys_of_the_provider_proves_nothing(open_door, provider):
    provider.other_keys = [OctKey.import_key(SECRET, {"kid": "shared"}).as_dict()]
    registry = JWSRegistry(algorithms=["HS256"])
    header = {"alg": "HS256", "kid": "shared"}
    provider.sign = lambda claims: jwt.encode(header, claims, OctKey.import_key(SECRET), registry=registry)
    assert refused(open_door, sign_in(open_door))


def test_keys_of_other_kinds_are_passed_over(open_door, provider):
    encrypting = key(2).as_dict(private=False) | {"kid": "e1", "use": "enc"}
    provider.other_keys = [{"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "x"}, encrypting, "x"]
    assert sign_in(open_door).headers["Location"] == "/"


def test_a_key_for_encrypting_signs_nothing(open_door, provider):
    provider.other_keys = [key(2).as_dict(private=False) | {"kid": "e1", "use": "enc"}]
    provider.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "e1"}, claims, key(2))
    assert refused(open_door, sign_in(open_door))


def test_another_kind_of_key_pair_is_as_good(open_door, provider):
    provider.key = ECKey.generate_key("P-256", {"kid": "k1"}, private=True)
    provider.sign = lambda claims: jwt.encode({"alg": "ES256", "kid": "k1"}, claims, provider.key)
    assert sign_in(open_door).headers["Location"] == "/"


@pytest.mark.parametrize("kid", ["k1", "k2", None])
def test_a_token_signed_with_another_key_is_refused(open_door, provider, kid):
    other = key(2)
    header = {"alg": "RS256"} | ({"kid": kid} if kid else {})
    provider.sign = lambda claims: jwt.encode(header, claims, other)
    assert refused(open_door, sign_in(open_door))


def test_a_key_inside_the_token_is_not_believed(open_door, provider):
    other = key(2)
    header = {"alg": "RS256", "jwk": other.as_dict(private=False)}
    provider.sign = lambda claims: jwt.encode(header, claims, other)
    assert refused(open_door, sign_in(open_door))


def test_a_token_that_was_changed_is_refused(open_door, provider):
    def changed(claims):
        head, _, signature = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, provider.key).split(".")
        body = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "u-0001"}).encode()).rstrip(b"=").decode()
        return f"{head}.{body}.{signature}"

    provider.sign = changed
    assert refused(open_door, sign_in(open_door)) == "bad_signature"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", None])
def test_what_is_no_token_is_refused(open_door, provider, token):
    provider.sign = lambda _claims: token
    assert refused(open_door, sign_in(open_door))


def test_a_key_that_the_provider_has_changed_is_the_one_that_counts(open_door, provider):
    sign_in(open_door)
    provider.key = key(2)
    assert sign_in(open_door.other()).headers["Location"] == "/"


# ---------------------------------------------------------------------------------------------- providers and settings


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://midori.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_a_provider_that_says_something_unsafe_about_itself_is_not_used(open_door, provider, metadata):
    provider.metadata = metadata
    answer = open_door.get("/login/oidc")
    assert (answer.status, "確かめられません" in answer.text) == (502, True)


def test_a_provider_that_is_away_leaves_the_password(make, settings):
    with served(Provider()) as gone:
        address = gone.issuer
    visitor = make(**settings | {"oidc_issuer": address})
    visitor.account("reader", "山吹")
    answer = visitor.get("/login/oidc", next="/help")
    assert (answer.status, "組織のログイン ：組織のログインのサーバーから答えがありません" in answer.text) == (
        502,
        True,
    )
    form = dict(re.findall(r'name="(next|csrf_token)" value="([^"]*)"', answer.html))
    assert form["next"] == "/help"
    assert (
        visitor.post("/login", name="山吹", password=visitor.password, next=form["next"]).headers["Location"] == "/help"
    )


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_provider_that_fails_at_the_token_lets_nobody_in(open_door, provider, status):
    provider.token_status = status
    assert refused(open_door, sign_in(open_door))


def test_starting_again_and_again_is_stopped_with_429(open_door, monkeypatch):
    monkeypatch.setattr("kb.auth.attempts.MINUTES", 15)
    statuses = [open_door.get("/login/oidc").status for _ in range(101)]
    assert statuses == [303] * 100 + [429]


def test_the_secret_is_shown_nowhere(open_door, provider, tmp_path, settings):
    provider.token_status = 500
    seen = [open_door.get("/login").html, sign_in(open_door).html, str(open_door.auth.log.entries())]
    environ = {f"KB_{name.upper()}": value for name, value in settings.items()}
    config = load(tmp_path, environ=environ)
    assert config.oidc_client_secret == SECRET
    assert not [text for text in [*seen, repr(config), repr(open_door.library.config)] if SECRET in text]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"oidc_issuer": "http://login.midori.example"}, "oidc_issuer"),
        ({"oidc_issuer": "login.midori.example"}, "oidc_issuer"),
        ({"oidc_issuer": "https://kb:secret@login.midori.example"}, "oidc_issuer"),
        ({"oidc_client_id": ""}, "oidc_client_id"),
    ],
)
def test_settings_that_cannot_work_are_told_at_the_start(tmp_path, settings, changes, said):
    with (
        open_library(tmp_path, Plugins.load(), engine="memory", **settings | changes) as library,
        pytest.raises(ConfigError) as caught,
    ):
        create_app(library)
    assert caught.value.subject == said


def test_without_its_extra_that_is_told_at_the_start(tmp_path, settings, monkeypatch):
    monkeypatch.setattr("kb.auth.oidc.find_spec", lambda _name: None)
    with (
        open_library(tmp_path, Plugins.load(), engine="memory", **settings) as library,
        pytest.raises(ConfigError, match=r"kb-csw\[oidc\]"),
    ):
        create_app(library)
