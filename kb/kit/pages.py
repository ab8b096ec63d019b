"""Checks of what people see: templates, declarations of routes, and that nobody sees what they may not know of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jinja2 import TemplateError

from kb.errors import KbError, PluginError
from kb.kit.ground import WORDS, Planted, bare_library, plant
from kb.kit.inputs import MARKER
from kb.kit.raised import place, unlogged
from kb.kit.subject import Found, Subject
from kb.library import Library
from kb.model import OPERATOR, AccessClass, Role
from kb.single import is_single
from kb.web.app import create_app

PASSWORD = "点検 canal 42 雲雀"  # noqa: S105 - of accounts that live as long as the check

#: What changes from one answer to the next and tells nothing.
_CHANGING = re.compile(r'name="csrf_token" value="[^"]*"|[0-9.]+秒(?:未満)?|nonce="[^"]*"')

#: Addresses that are tried of one route: every combination of what it may take would be thousands.
_MOST_ADDRESSES = 40


def templates(subject: Subject) -> Found:
    """Templates lie in a folder of the plugin's own name, can be compiled, and are there where one is named."""
    folder = subject.templates
    own = f"templates/{subject.name}/"
    for path in sorted(folder.rglob("*")) if folder and not is_single(subject.module) else ():
        name = path.relative_to(folder).as_posix() if folder else ""
        if path.is_file() and not name.startswith(f"{subject.name}/"):
            fix = f"{own} の中に移してください。Flask は同じ名前なら先のものを使います。"
            yield f"templates/{name}", "ほかのプラグインと重なりうる場所にあります。", fix
    with bare_library(subject, Path("templates")) as library:
        try:
            environment = create_app(library).jinja_env
        except PluginError:
            return  # that is another check's matter
        mine = [f"{subject.name}/{p.name}" for p in (folder / subject.name).glob("*.*")] if folder else []
        named = [kind.template for kind in subject.alone.content_types().values()]
        for name in dict.fromkeys([*named, *mine]):
            try:
                environment.get_template(name)
            except (TemplateError, UnicodeDecodeError) as error:
                reason = f"テンプレートを使えません（{type(error).__name__}: {error}）。"
                yield name, reason, f"{own} に置いて、書き方を確かめてください。"


def declared(subject: Subject) -> Found:
    """Every page says whom it is for, none takes another's address, and each answers with an empty library too."""
    with bare_library(subject, Path("declared")) as library:
        try:
            people = People(library)
        except PluginError as error:
            yield f"kb_views、{error.subject}", error.reason, error.fix
            return
        for who, address in product(people.roles, people.addresses(subject, ())):
            answer = people.get(who, address)
            yield from answer.broken(subject, f"{address}（資料が1件もないとき、{who}）")


def leaking(subject: Subject) -> Found:
    """What somebody may not know of leaves no trace on the plugin's pages and panels, not even in a number."""
    if not {"kb_views", "kb_panels"}.intersection(subject.hooks):
        return
    with bare_library(subject, Path("leaking")) as library, suppress(PluginError):  # at start: another check's matter
        people = People(library)
        public = plant(library, subject, AccessClass.PUBLIC)
        before = {address: people.get("visitor", address) for address in people.plain(subject, public)}
        hidden = [*plant(library, subject, AccessClass.MEMBERS), *plant(library, subject, AccessClass.CASES)]
        for address, answer in before.items():
            if people.get("visitor", address).settled != answer.settled:
                reason = "会員向けの資料と事例を足すと、ログインしていない人のページが変わりました。"
                yield address, reason, "current_library() から得たものだけを数え、覚えておかないでください。"
        yield from _traces(people, subject, public, hidden)


def removed(subject: Subject) -> Found:
    """What was removed is gone from the plugin's pages, for everybody; and the pages still answer."""
    if not {"kb_views", "kb_panels"}.intersection(subject.hooks):
        return
    with bare_library(subject, Path("removed")) as library, suppress(PluginError):
        people = People(library)
        planted = [one for access in AccessClass for one in plant(library, subject, access)]
        addresses = people.addresses(subject, planted)
        for who, address in product(people.roles, addresses):
            people.get(who, address)  # whatever a page remembers, it now does
        for one in planted:
            library.desk(OPERATOR).bin(one.document.id)
        library.bring_up_to_date()
        for who, address in product(people.roles, addresses):
            answer = people.get(who, address)
            yield from answer.broken(subject, f"{address}（資料を削除した後、{who}）")
            if shown := answer.shows(address, [trace for one in planted for trace in one.traces]):
                fix = "資料を覚えておかず、そのつど current_library() から得てください。"
                yield f"{address}（{who}）", f"削除した資料が見えます（{shown}）。", fix


def _traces(people: People, subject: Subject, public: Sequence[Planted], hidden: Sequence[Planted]) -> Found:
    for who, role in people.roles.items():
        secret = [
            trace
            for one in hidden
            if one.document.access not in (role.access if role else {AccessClass.PUBLIC})
            for trace in one.traces
        ]
        for address in people.addresses(subject, [*public, *hidden]):
            answer = people.get(who, address)
            yield from answer.broken(subject, f"{address}（{who}）")
            if shown := answer.shows(address, secret):
                fix = "資料は current_library() からだけ得てください。"
                yield f"{address}（{who}）", f"読めないはずの資料が見えます（{shown}）。", fix


def _built(rule: Any, values: Iterable[str]) -> Iterator[str]:
    """The addresses of a route for these values; those that it does not take (``<int:year>``) are left out."""
    for value in values:
        with suppress(ValueError):
            address = rule.build(dict.fromkeys(rule.arguments, value))
            if address:
                yield address[1]


# ------------------------------------------------------------------------------------------------------- people


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page says."""

    status: int
    text: str
    raised: BaseException | None = None
    """What was raised over it; a panel is then left out of the page."""

    def broken(self, subject: Subject, where: str) -> Found:
        """The complaint, if something was raised."""
        if self.raised is not None or self.status >= 500:
            what = f"{type(self.raised).__name__}: {self.raised}" if self.raised else str(self.status)
            at = place(self.raised, subject.module) if self.raised else ""
            yield where, f"ページかパネルで例外が起きました（{what}）{at}。", "この場合も表示できるようにしてください。"

    @property
    def settled(self) -> tuple[int, str]:
        """Without what changes from one answer to the next."""
        return self.status, _CHANGING.sub("", self.text)

    def shows(self, address: str, traces: Iterable[str]) -> str:
        """The first of these words on the page that were not in its address already."""
        asked = unquote(address)
        return next((trace for trace in traces if trace in self.text and trace not in asked), "")


class People:
    """Somebody of each role with a browser, in front of one library."""

    def __init__(self, library: Library) -> None:
        """Raises PluginError: the plugin's pages are refused at start."""
        self._app = create_app(library)
        self._library = library
        self.roles: Mapping[str, Role | None] = {"visitor": None} | {role.value: role for role in Role}
        auth = self._app.extensions["kb"].auth
        self._clients: dict[str, Any] = {}
        for who, role in self.roles.items():
            self._clients[who] = self._app.test_client()
            if role:
                _, link = auth.invite(f"点検の{who}", role, OPERATOR)
                auth.take_up(link.path.removeprefix("/join/"), PASSWORD)
                self._clients[who].set_cookie("kb", auth.sign_in(f"点検の{who}", PASSWORD, agent=""))

    def get(self, who: str, address: str) -> Answer:
        """What somebody gets to see at an address."""
        with unlogged() as raised, self._clients[who].get(address) as response:
            text = response.get_data().decode("utf-8", "replace")
        return Answer(response.status_code, text, raised[-1] if raised else None)

    def plain(self, subject: Subject, planted: Sequence[Planted]) -> list[str]:
        """The plugin's pages that need no argument, and where its panels stand."""
        own = [rule.rule for rule in self._rules(subject) if not rule.arguments]
        return [*own, *self._panels(subject, planted)]

    def addresses(self, subject: Subject, planted: Sequence[Planted]) -> list[str]:
        """The plugin's pages with whatever may be asked of them, and where its panels stand."""
        values = [one.document.id for one in planted]
        values += [section.id for one in planted for section in self._sections(one)]
        values += [*WORDS.values(), "2022", "1", "なし"]
        names = {field.name for kind in subject.content_types.values() for field in kind.fields}
        found = []
        for rule in self._rules(subject):
            if rule.arguments:
                found += list(_built(rule, values))[:_MOST_ADDRESSES]
            else:
                found += [rule.rule, f"{rule.rule}?q={WORDS[AccessClass.CASES]}&page=9999&year=2022"]
                found += [f"{rule.rule}?{name}={word}" for name in sorted(names) for word in WORDS.values()]
        return list(dict.fromkeys([*found, *self._panels(subject, planted)]))

    def _panels(self, subject: Subject, planted: Sequence[Planted]) -> list[str]:
        if "kb_panels" not in subject.hooks:
            return []
        public = [one for one in planted if one.document.access is AccessClass.PUBLIC]
        return [
            "/",
            f"/search?q={MARKER}",
            *(f"/sections/{section.id}" for one in public for section in self._sections(one)),
        ]

    def _rules(self, subject: Subject) -> Iterator[Any]:
        blueprints = {view.blueprint.name for view in subject.alone.views()}
        for rule in self._app.url_map.iter_rules():
            if (
                "GET" in (rule.methods or ())
                and rule.endpoint.split(".")[0] in blueprints
                and ".static" not in rule.endpoint
            ):
                yield rule

    def _sections(self, planted: Planted) -> Iterator[Any]:
        with suppress(KbError):  # removed in the meantime
            yield from self._library.store.drafts.outline(planted.document.id, frozenset(AccessClass))
