"""``/admin/audit``: who read which case study, and who changed what, when."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, Response, render_template, request, stream_with_context

from kb.auth import AuditEntry
from kb.model import EVERYTHING, Role
from kb.text.cells import plain_cell
from kb.web.access import needs
from kb.web.asking import clean, page_number
from kb.web.search import window
from kb.web.site import current_site
from kb.web.wording import JAPAN, moment

blueprint = Blueprint("records", __name__, url_prefix="/admin/audit")

#: Entries on one page, and read at a time for the export.
PER_PAGE, PER_BATCH = 50, 1000

ACTIONS: Mapping[str, str] = {
    "section.read": "事例の記事を読んだ",
    "document.read": "事例の資料を開いた",
    "original.read": "事例の元ファイルを開いた",
    "document.denied": "事例を開けなかった（権限なし）",
    "document.add": "資料を受け付けた",
    "document.replace": "新しい版を受け付けた",
    "document.reread": "ファイルを読み直させた",
    "document.edit": "資料の情報を直した",
    "document.publish": "資料を公開した",
    "document.unpublish": "資料の公開をやめた",
    "document.bin": "資料をごみ箱に入れた",
    "document.restore": "資料をごみ箱から戻した",
    "document.forget": "ごみ箱の資料を消した",
    "finding.replace": "個人情報の指摘：置き換えた",
    "finding.keep": "個人情報の指摘：理由を付けて残した",
    "finding.withdraw": "個人情報の指摘：決定を取り消した",
    "login": "ログイン",
    "login.failed": "ログインの失敗",
    "logout": "ログアウト",
    "logout.others": "他の端末からログアウト",
    "user.add": "アカウントの追加",
    "user.setup": "最初の管理者の作成",
    "user.role": "役割の変更",
    "user.disable": "アカウントの停止",
    "user.enable": "アカウントの再開",
    "user.link": "リンクの発行",
    "user.password": "パスワードの設定",
    "user.totp": "確認コードの設定",
    "user.identity": "組織のログインとの結び付け",
    "user.identity.end": "組織のログインとの結び付けの解除",
    "user.mail.ask": "メールアドレスの入力（未確認）",
    "user.mail.unsent": "確かめるメールを送れなかった",
    "user.mail": "メールアドレスの確認",
    "user.mail.end": "メールアドレスの削除",
    "user.mail.off": "メールのリンクによる知らせの停止",
    "user.token": "トークンの発行",
    "user.token.end": "トークンの失効",
    "document.move": "取込元での場所の変更",
    "annotation.confirm": "注釈の確認",
    "annotation.remove": "注釈を外した",
    "annotation.withdraw": "注釈の決定の取り消し",
    "vocabulary.add": "語彙への追加",
    "vocabulary.remove": "語彙からの削除",
    "thesaurus.add": "類語の登録",
    "thesaurus.edit": "類語の変更",
    "thesaurus.remove": "類語の削除",
    "expectation.add": "出るはずの記事の記録",
    "expectation.remove": "出るはずの記事の記録の削除",
    "plugin.failed": "プラグインの失敗",
}
"""What the entries are called; those of plugins and of other parts are shown as they are written."""

#: How the actions on documents begin that are neither reading nor its refusal.
_CHANGES = tuple(
    action
    for action in ACTIONS
    if action.startswith(("document.", "finding.", "annotation.", "vocabulary.", "thesaurus.", "expectation."))
    and not action.endswith((".read", ".denied"))
)

#: Groups to choose from: what an administrator looks for.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "事例を読んだ記録": ("section.read", "document.read", "original.read"),
    "事例を開けなかった記録": ("document.denied",),
    "ログインとログアウト": ("login", "login.failed", "logout", "logout.others"),
    "資料の取り込みと変更": _CHANGES,
    "アカウントの変更": tuple(action for action in ACTIONS if action.startswith("user.")),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show; as it stands in the address."""

    group: str = ""
    actor: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def args(self) -> dict[str, str]:
        """The arguments of an address."""
        args = {"group": self.group, "actor": self.actor, "subject": self.subject}
        args |= {name: day.isoformat() for name, day in (("since", self.since), ("until", self.until)) if day}
        return {name: value for name, value in args.items() if value}

    def narrowing(self) -> dict[str, object]:
        """The same as ``AuditLog.entries`` takes it."""
        return {
            "actions": GROUPS.get(self.group, ()),
            "actor": self.actor,
            "subject": self.subject,
            "since": _utc(self.since) if self.since else None,
            "until": _utc(self.until + timedelta(days=1)) if self.until else None,
        }


@blueprint.get("/")
@needs(Role.ADMIN)
def index() -> str:
    """One page of the log, latest first."""
    wanted, log = _wanted(), current_site().auth.log
    total = log.count(**wanted.narrowing())  # type: ignore[arg-type]
    pages = max(-(-total // PER_PAGE), 1)
    page = min(page_number(request.args.get("page", "")), pages)
    entries = log.entries(**wanted.narrowing(), limit=PER_PAGE, offset=(page - 1) * PER_PAGE)  # type: ignore[arg-type]
    return render_template(
        "views/audit.html",
        entries=entries,
        titles=_titles(),
        actions=ACTIONS,
        groups=GROUPS,
        wanted=wanted,
        total=total,
        page=page,
        pages=pages,
        window=window(page, pages),
    )


@blueprint.get("/log.csv")
@needs(Role.ADMIN)
def export() -> Response:
    """The same as a table for a spreadsheet, all pages of it."""
    response = Response(stream_with_context(_csv(_wanted())), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _csv(wanted: Wanted) -> Iterator[str]:
    titles, offset = _titles(), 0
    # The mark by which Excel tells UTF-8.
    yield "\ufeff" + _line("日時", "利用者", "したこと", "対象", "資料の題名", "詳しく")
    while entries := current_site().auth.log.entries(**wanted.narrowing(), limit=PER_BATCH, offset=offset):  # type: ignore[arg-type]
        offset += PER_BATCH
        yield "".join(_row(entry, titles) for entry in entries)


def _row(entry: AuditEntry, titles: Mapping[str, str]) -> str:
    detail = "、".join(f"{name}={value}" for name, value in entry.detail.items())
    what = ACTIONS.get(entry.action, entry.action)
    return _line(moment(entry.at), entry.actor, what, entry.subject, titles.get(entry.subject, ""), detail)


def _line(*cells: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(map(plain_cell, cells))
    return out.getvalue()


def _titles() -> dict[str, str]:
    """Titles of documents by their ids; administrators may know of all."""
    return {document.id: document.title for document in current_site().library.reader(EVERYTHING).documents()}


def _wanted() -> Wanted:
    text = {name: clean(request.args.get(name, ""), 100) for name in ("actor", "subject", "group", "since", "until")}
    group = text["group"] if text["group"] in GROUPS else ""
    return Wanted(group, text["actor"], text["subject"], _day(text["since"]), _day(text["until"]))


def _day(text: str) -> date | None:
    """A day; None for what is none, and for those that no log can have."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2999 else None


def _utc(day: date) -> datetime:
    """When a day begins in Japan, as the log holds it."""
    return datetime(day.year, day.month, day.day) - JAPAN  # noqa: DTZ001 - the log has times in UTC without a zone
