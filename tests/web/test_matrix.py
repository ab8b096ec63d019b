"""Every route × who asks × what they ask for, generated from the application itself, routes of plugins included.

What is expected follows from the declarations and from the access classes of the roles alone; a route that takes
something this test does not know makes it fail, a route without a declaration is refused at start.
"""

from datetime import timedelta
from secrets import token_hex
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from flask import Blueprint

from kb import View, hookimpl
from kb.auth.secret import fingerprint
from kb.errors import PluginError
from kb.model import EVERYTHING, OPERATOR, PUBLIC_ONLY, Actor, Role, State
from kb.testing import ingest_text
from kb.web import access, current_library, needs, open_to_all
from kb.web.access import STATIC, Access
from tests.mailing import AWAY

TEXT = """秘密の連絡会だより 第7号
平成元年3月1日発行

■蒼井さんの事例

蒼井さんは民生委員とともにゴミ屋敷の片付けに取り組みました。
"""

TRACES = ("蒼井さん", "秘密の連絡会", "平成元年")


def a_plugin():
    """Pages of a plugin: for everyone, for staff, one for administrators among those, and one document's."""
    notes = Blueprint("notes", __name__, url_prefix="/notes")
    notes.add_url_rule("/", "index", lambda: "誰でも")
    notes.add_url_rule("/<document>", "one", lambda document: current_library().document(document).title)
    desk = Blueprint("office", __name__, url_prefix="/office")
    desk.add_url_rule("/", "index", lambda: "職員だけ", methods=["GET", "POST"])
    desk.add_url_rule("/keys", "keys", needs(Role.ADMIN)(lambda: "管理者だけ"))
    desk.add_url_rule("/open", "open", open_to_all(lambda: "職員だけのまま"))
    views = [View("メモ", notes), View("机", desk, role=Role.STAFF)]
    return SimpleNamespace(kb_views=hookimpl(lambda: views, specname="kb_views"))


@pytest.fixture
def server(make):
    return make({"kb_desk": a_plugin()}, **AWAY)


WHO = {"visitor": None, "reader": "reader", "csw": "csw", "staff": "staff", "admin": "admin", "disabled": None}


class Somebody:
    """Whoever asks, with a new session for each question: some of the answers end it."""

    def __init__(self, server, who):
        self.role = Role(WHO[who]) if WHO[who] else None
        self.may_read = self.role.access if self.role else PUBLIC_ONLY
        self._server, self._account = server, None
        server.account("admin", "残る管理者")
        if who == "disabled":
            self._account = server.account("csw")
            self._old = server.other().signed_in(self._account.name)
            server.auth.accounts.disable(self._account.id, OPERATOR)
        elif self.role:
            self._account = server.account(who)

    def browser(self):
        if self._account is None:
            return self._server.other()
        if self.role is None:
            return self._old
        accounts, visitor, id_ = self._server.auth.accounts, self._server.other(), token_hex()
        assert accounts.sign_in(self._account, fingerprint(id_), accounts.now() + timedelta(hours=1), "")
        visitor.client.set_cookie("kb", id_)
        return visitor


def questions(server, document, section):
    """Every route with each of its methods: its declaration, and an address of it."""
    known = {"document": document, "section": section, "account": 999999, "secret": "guessed", "number": 1}
    known |= {"source": "no-such-source", "field": "no-such-field", "code": "14205", "filename": "guessed.css"}
    app = server.app
    for rule in app.url_map.iter_rules():
        if rule.endpoint in STATIC:
            continue
        assert rule.arguments <= known.keys(), f"{rule} takes something that this test does not know"
        declaration = app.extensions[access.TABLE].get(rule.endpoint)
        assert isinstance(declaration, Access), f"{rule} is not declared"
        _, address = rule.build({name: known[name] for name in rule.arguments})
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method, address, declaration


def ask(somebody, method, address):
    browser = somebody.browser()
    return browser.get(address) if method == "GET" else browser.post(address)


#: Pages that answer otherwise than with 200 to those whom they are for: whoever has signed in is sent on from the
#: login, one-time codes and the organisation's login are not in use.
OTHERWISE = {("login.login", True): {303}, ("account.one_time_codes", True): {404}} | {
    (endpoint, signed_in): {404} for endpoint in ("oidc.start", "oidc.finish") for signed_in in (True, False)
}


def expected(rule, method, declaration, role, may_read):
    """The statuses that somebody may get."""
    if not declaration.admits(Actor("誰か", role)):
        return {403} if role else {401} if declaration.token else {303}
    if rule.arguments & {"document", "section"}:
        done = {200} if method == "GET" else {303, 400, 409}  # of an empty form
        return done if may_read else {404}
    if rule.arguments == {"code"}:
        return {200}  # there is such a municipality, whatever is said of it
    if rule.endpoint.startswith("mine."):
        return {200, 303, 404}  # what the empty forms of this very test have made is one's own
    if rule.arguments:
        return {404}  # there is no such account, no such link
    if method == "GET":
        return OTHERWISE.get((rule.endpoint, role is not None), {200})
    return {200, 303, 400, 404}  # of an empty form


@pytest.mark.parametrize("kept", ["public", "members", "cases"])
@pytest.mark.parametrize("who", WHO)
def test_every_route_is_for_whom_it_is_declared_and_shows_what_they_may_know_of(server, who, kept):
    document = ingest_text(server.library, "秘密.txt", TEXT, access=kept).document
    (section, *_) = server.library.reader(EVERYTHING).outline(document.id)
    somebody = Somebody(server, who)
    may_read = document.access in somebody.may_read
    asked = 0
    for rule, method, address, declaration in questions(server, document.id, section.id):
        answer = ask(somebody, method, address)
        case = f"{who} {method} {address} ({kept})"
        assert answer.status in expected(rule, method, declaration, somebody.role, may_read), case
        to_login = answer.headers.get("Location", "").startswith("/login")
        assert to_login == (answer.status == 303 and not declaration.admits(Actor("誰か", somebody.role))), case
        shown = (answer.text + answer.data.decode(errors="replace")).replace(quote(address), "").replace(address, "")
        assert may_read or not [trace for trace in (*TRACES, document.id) if trace in shown], case
        as_before(server.library.desk(OPERATOR), document.id)
        asked += 1
    assert asked > 45


def as_before(desk, document):
    """Undo what a question may have done."""
    item = desk.item(document)
    if item.document.binned_at:
        desk.restore(document)
    if item.document.state is not State.PUBLISHED:
        desk.publish(document)


def test_the_navigation_shows_what_one_may_use(server):
    assert "メモ" in server.get("/").text
    assert "机" not in server.get("/").text
    assert "机" not in server.as_("csw").get("/").text
    page = server.as_("staff").get("/")
    assert "机" in page.text
    assert "staffの山吹 職員" in page.text
    assert not page.links("^/admin")
    assert server.as_("admin").get("/").links("^/admin")


def test_a_page_of_a_plugin_can_be_kept_stricter_and_not_laxer_than_its_view(server):
    staff, admin = server.as_("staff"), server.as_("admin")
    assert (staff.get("/office/").status, staff.get("/office/keys").status) == (200, 403)
    assert admin.get("/office/keys").text == "管理者だけ"
    assert server.get("/office/open").status == 303


def test_a_route_that_nobody_declared_is_refused_at_start_by_name(make):
    blueprint = Blueprint("notes", __name__, url_prefix="/notes")
    blueprint.add_url_rule("/", "index", lambda: "")
    blueprint.record(lambda state: state.app.add_url_rule("/hidden", "hidden_door", lambda: "開いています"))
    plugin = SimpleNamespace(kb_views=hookimpl(lambda: [View("メモ", blueprint)], specname="kb_views"))
    with pytest.raises(PluginError, match=r"hidden_door.*宣言がありません"):
        make({"kb_notes": plugin})


def test_a_route_that_comes_later_is_closed(visitor):
    visitor.app._got_first_request = False
    visitor.app.add_url_rule("/late", "late", lambda: "開いています")
    page = visitor.get("/late")
    assert page.status == 403
    assert "開いています" not in page.text
