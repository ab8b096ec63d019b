"""News of saved searches by mail: addresses that their owners confirm, what is told and what never, the way out."""

import logging
import re
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from sqlalchemy import delete

from kb.auth.secret import secret_key
from kb.config import load
from kb.errors import BusyError, ConfigError, IndexBrokenError, StorageError
from kb.mail import Sender, Sent, news
from kb.mail.links import Links
from kb.mail.news import MOST
from kb.mail.post import UnreachableError
from kb.mail.sender import periods_at
from kb.model import OPERATOR, Role
from kb.store import backup, tables
from kb.testing import ingest_text, open_library
from tests.mailing import serving

#: What a mail program sends to stop mails (RFC 8058, 3.2).
ONE_CLICK = {"List-Unsubscribe": "One-Click"}

ADDRESS = "wakaba@example.jp"
NOON = datetime(2026, 11, 26, 3)  # noqa: DTZ001 - a Thursday, noon in Japan; in UTC without a zone

TEXT = """{name} 第{number}号
令和8年{number}月15日発行
発行 みどり県社会福祉協議会

■見守りの{number}回目の集い

蒼井さんが公民館に来ました。見守りを続けています。

■配食の{number}回目

お弁当を届けました。
"""


class Clock:
    """Stands still but for a tick each time somebody looks: nothing happens at the very same time."""

    def __init__(self):
        self.time = NOON

    def __call__(self):
        self.time += timedelta(microseconds=1)
        return self.time

    def on(self, **more):
        self.time += timedelta(**more)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("kb.store.rows.now", clock)
    return clock


@pytest.fixture
def server():
    with serving() as found:
        yield found


@pytest.fixture
def site(make, server, clock):
    site = make(**server.settings())
    site.library.accounts.now = clock
    return site


@pytest.fixture
def sender(site, clock):
    return Sender(site.library, clock)


def publish(site, number, access="public", name="みどり県社協だより"):
    """One more document with an article on 見守り."""
    text = TEXT.format(number=number, name=name)
    return ingest_text(site.library, f"{name}{number}.txt", text, access=access).document


def address_of(visitor, server, address=ADDRESS):
    """Enter an address, and open the link that is sent to it."""
    visitor.post("/account/mail", mail=address, password=visitor.password)
    (link,) = server.letters.pop().links("/account/mail/")
    assert visitor.post(f"/{link}").status == 303


def subscriber(site, server, role="reader", name="若葉", searches=(("見守り", "daily"),), address=ADDRESS):
    """Somebody with an address and saved searches that are told of."""
    visitor = site.as_(role, name)
    address_of(visitor, server, address)
    for words, how in searches:
        visitor.post(f"/mine/searches?q={words}")
        (number, *_) = re.findall(r"/mine/searches/(\d+)/remove", visitor.get("/mine/").html)
        assert visitor.post(f"/mine/searches/{number}/mail", mail=how).status == 303
    return visitor


# --------------------------------------------------------------------------------------------------------- addresses


def test_without_a_mail_server_nothing_of_it_is_shown(make):
    visitor = make()
    reader, admin = visitor.as_("reader", "若葉"), visitor.as_("admin", "山吹")
    reader.post("/mine/searches?q=見守り")
    for page in (reader.get("/account"), reader.get("/mine/"), admin.get("/account"), admin.get("/help")):
        assert page.status in {200, 404}
        assert "メール" not in page.text
    for address in ("/admin/mail/", "/mail/off/x", "/account/mail/x"):
        assert admin.get(address).status == 404
    assert admin.post("/mine/searches/1/mail", mail="daily").status == 404
    assert admin.post("/account/mail", mail=ADDRESS, password=admin.password).status == 404


@pytest.mark.parametrize(
    ("settings", "named"),
    [({"mail_from": ""}, "mail_from"), ({"hosts": ()}, "hosts"), ({"mail_user": "kb"}, "mail_user")],
)
def test_a_server_with_half_of_the_settings_does_not_start_and_says_which(make, server, settings, named):
    with pytest.raises(ConfigError) as caught:
        make(**server.settings(**settings))
    assert caught.value.subject == named


def test_an_address_is_used_once_its_owner_has_opened_the_link(site, server):
    reader = site.as_("reader", "若葉")
    page = reader.get("/account")
    assert "確かめるメールを送る" in page.text
    assert reader.post("/account/mail", mail="ｗａｋａｂａ@example.jp", password=reader.password).status == 303
    assert f"確認を待っているアドレス： {ADDRESS}" in reader.get("/account").text
    (letter,) = server.letters
    assert letter.to == ADDRESS
    assert "若葉 さん" in letter.text
    (link,) = letter.links("/account/mail/")
    page = reader.get(f"/{link}")
    assert ADDRESS in page.text
    assert "受け取るアドレス" not in reader.get("/account").text  # a program that opens links has confirmed nothing
    assert reader.post(f"/{link}").status == 303
    assert f"受け取るアドレス： {ADDRESS}" in reader.get("/account").text
    assert reader.get(f"/{link}").status == reader.post(f"/{link}").status == 404  # it works once


def test_a_link_works_for_one_account_one_address_and_one_day(site, server, clock):
    wakaba, other = site.as_("reader", "若葉"), site.as_("admin", "別の人")
    wakaba.post("/account/mail", mail=ADDRESS, password=wakaba.password)
    (link,) = server.letters.pop().links("/account/mail/")
    other.post("/account/mail", mail=ADDRESS, password=other.password)
    assert other.post(f"/{link}").status == 404
    assert site.other().get(f"/{link}").headers["Location"].startswith("/login?next=")
    wakaba.post("/account/mail", mail="new@example.jp", password=wakaba.password)
    assert wakaba.post(f"/{link}").status == 404  # that was for another address
    (link,) = server.letters.pop().links("/account/mail/")
    clock.on(hours=25)
    wakaba.signed_in("若葉")
    assert wakaba.post(f"/{link}").status == 404
    assert "受け取るアドレス" not in wakaba.get("/account").text


def test_forged_links_open_nothing(site, server, clock):
    reader = subscriber(site, server)
    account = site.auth.find("若葉").id
    until, nonce = clock() + timedelta(hours=1), "guessed"
    ours, foreign = Links(site.auth.key), Links(b"x" * 32)
    stop = ours.stopping(account, ADDRESS)
    head, _, signature = stop.rpartition(".")
    forged = [
        foreign.stopping(account, ADDRESS),
        ours.stopping(account, "other@example.jp"),
        ours.stopping(account + 1, ADDRESS),
        ours.confirming(account, ADDRESS, nonce, until),  # made for another purpose
        *(f"{head}x.{signature}", f"{head}.{signature[:-2]}", head, "", "あ", "x" * 10_000, f"{stop}.", "bnVsbA.x"),
    ]
    for secret in forged:
        for answer in (reader.get(f"/mail/off/{secret}"), reader.post(f"/mail/off/{secret}", **ONE_CLICK)):
            assert answer.status in {404, 308}, secret
    reader.post("/account/mail", mail="new@example.jp", password=reader.password)
    real = site.library.store.mails.of(account).nonce
    waiting = [
        ours.confirming(account, "other@example.jp", real, until),
        ours.confirming(account + 1, "new@example.jp", real, until),
        ours.confirming(account, "new@example.jp", real, clock()),
        ours.confirming(account, "new@example.jp", nonce, until),
        foreign.confirming(account, "new@example.jp", nonce, until),
        ours.stopping(account, "new@example.jp"),
        stop,
    ]
    for secret in waiting:
        assert reader.post(f"/account/mail/{secret}").status == 404
    assert "毎日" in reader.get("/mine/").text
    assert re.search(r'<option value="daily" selected>', reader.get("/mine/").html)


@pytest.mark.parametrize(
    ("form", "reason", "status"),
    [
        ({"mail": "若葉"}, "メールアドレスの形になっていません", 400),
        ({"mail": f"{ADDRESS}\r\nBcc: evil@example.com"}, "メールアドレスの形になっていません", 400),
        ({"mail": ADDRESS, "password": "違います"}, "今のパスワードが違います", 400),
    ],
)
def test_a_mistake_is_told_at_the_form_and_nothing_is_sent(site, server, form, reason, status):
    reader = site.as_("reader", "若葉")
    page = reader.post("/account/mail", **{"password": reader.password} | form)
    assert (page.status, reason in page.text) == (status, True)
    assert form["mail"].split("\r")[0] in page.html
    assert server.letters == []


def test_a_mail_that_cannot_be_sent_is_told_and_leaves_nothing_waiting(site, server):
    reader = site.as_("reader", "若葉")
    server.answers = {"RCPT": "550 unknown"}
    page = reader.post("/account/mail", mail=ADDRESS, password=reader.password)
    assert page.status == 503
    assert "断られました（550 unknown）" in page.text
    assert "確認を待っているアドレス" not in reader.get("/account").text


def test_a_server_that_is_down_costs_nobody_their_attempts(site, server):
    reader = site.as_("reader", "若葉")
    server.answers = {"GREETING": "421 down"}
    answers = [reader.post("/account/mail", mail=ADDRESS, password=reader.password) for _ in range(7)]
    assert {answer.status for answer in answers} == {503}
    assert "421 down" in answers[0].text
    server.answers = {}
    assert reader.post("/account/mail", mail=ADDRESS, password=reader.password).status == 303


def test_whoever_has_no_password_enters_an_address_without(site, server):
    account = site.library.accounts.add_bound("若葉", "若葉", "https://login.example.jp", "42")
    reader = site.other()
    reader.client.set_cookie("kb", site.auth.begin(account, "Firefox"))
    assert "mail-password" not in reader.get("/account").html
    assert reader.post("/account/mail", mail=ADDRESS).status == 303
    assert len(server.letters) == 1


def test_nobody_has_strangers_flooded_with_mails(site, server, monkeypatch):
    from kb.store.accounts import utc_now

    reader = site.as_("reader", "若葉")
    monkeypatch.setattr(site.library.accounts, "now", utc_now)
    reader.signed_in("若葉")
    answers = [reader.post("/account/mail", mail=f"a{n}@example.jp", password=reader.password) for n in range(7)]
    assert [answer.status for answer in answers] == [303] * 5 + [429] * 2
    reader.post("/account/mail/remove")
    assert reader.post("/account/mail", mail=ADDRESS, password=reader.password).status == 429
    assert len(server.letters) == 5


def test_an_address_is_its_owners_affair_alone_and_what_is_done_is_in_the_log(site, server):
    reader = subscriber(site, server)
    admin = site.as_("admin", "山吹")
    for address in ("/admin/accounts", "/admin/audit/", "/admin/mail/", "/mine/", "/account"):
        assert ADDRESS not in admin.get(address).html, address
    assert ADDRESS not in admin.get("/admin/audit/log.csv").data.decode()
    reader.post("/account/mail/remove")
    assert "メールアドレスを削除しました" in reader.get("/account").text
    page = admin.get("/admin/audit/", group="アカウントの変更", actor="若葉")
    for action in ("メールアドレスの入力（未確認）", "メールアドレスの確認", "メールアドレスの削除"):
        assert f"若葉 {action} 若葉" in page.text
    assert site.library.store.mails.of(site.auth.find("若葉").id).address == ""


def test_an_address_goes_with_its_account(site, server):
    subscriber(site, server)
    number = site.auth.find("若葉").id
    with site.library.store.database.begin() as connection:
        connection.execute(delete(tables.account).where(tables.account.c.id == number))
    assert site.library.store.mails.of(number).address == ""
    assert site.library.store.mails.counts() == (0, 0, 0)


# ---------------------------------------------------------------------------------------------------- what is told


def test_what_is_new_is_told_once_with_heading_document_date_and_link(site, server, sender, clock):
    publish(site, 1)
    clock.on(hours=1)
    reader = subscriber(site, server)
    publish(site, 2)
    assert sender.send_due().sent == 0  # not yet
    clock.on(days=1)
    assert sender.send_due().sent == 1
    (letter,) = server.letters
    assert (letter.to, letter["Subject"]) == (ADDRESS, "新しい記事の知らせ（11月27日）")
    assert "若葉 さん" in letter.text
    assert "■ 見守り（新しい記事1件）" in letter.text
    assert "・見守りの2回目の集い\n　みどり県社協だより 第2号、2026年2月15日（令和8年）" in letter.text
    assert "1回目" not in letter.text  # it was there before
    assert "配食" not in letter.text  # it was not asked for
    (link,) = letter.links("/sections/")
    assert "見守りの2回目の集い" in site.get(f"/{link}").text
    clock.on(days=1)
    assert sender.send_due().nothing_new == 1
    assert reader.get("/mine/").status == 303  # signed out long ago, and told all the same
    publish(site, 3)
    clock.on(days=1)
    assert sender.send_due().sent == 1
    assert "3回目" in server.letters[-1].text
    assert "2回目" not in server.letters[-1].text


def test_one_mail_for_all_searches_of_a_person(site, server, sender, clock):
    subscriber(
        site, server, searches=[("見守り", "daily"), ("配食", "daily"), ("ヤングケアラー", "daily"), ("集い", "")]
    )
    publish(site, 2)
    clock.on(days=1)
    assert sender.send_due().sent == 1
    (letter,) = server.letters
    assert re.findall(r"■ (\S+)（", letter.text) == ["配食", "見守り"]


def test_weekly_news_come_on_mondays_and_daily_ones_in_the_same_mail(site, server, sender, clock):
    subscriber(site, server, searches=[("見守り", "weekly"), ("配食", "daily")])
    told = []
    for day in range(5):  # Thursday to Monday
        publish(site, day + 1)
        clock.on(days=1)
        sender.send_due()
        told.append(re.findall(r"■ (\S+)（新しい記事(\d)件", server.letters[-1].text))
    assert told == [[("配食", "1")]] * 3 + [[("配食", "1"), ("見守り", "4")], [("配食", "1")]]


def test_no_search_is_told_of_at_length(site, server, sender, clock):
    subscriber(site, server)
    for number in range(1, MOST + 3):
        publish(site, number, name=f"だより{number}の")
    clock.on(days=1)
    sender.send_due()
    (letter,) = server.letters
    assert letter.text.count("・見守りの") == MOST
    assert "ほか2件は、検索結果でご覧ください" in letter.text
    (link,) = letter.links("/search?")
    assert "見守りの" in site.get(f"/{link}").text


def test_a_mail_never_holds_what_articles_say_and_of_case_studies_only_how_many(site, server, sender, clock):
    subscriber(site, server, role="csw", searches=[("見守り", "daily"), ("蒼井さん", "daily")])
    publish(site, 1, access="members")
    publish(site, 2, access="cases", name="秘密の記録")
    publish(site, 3, access="cases", name="秘密の記録")
    clock.on(days=1)
    assert sender.send_due().sent == 1
    (letter,) = server.letters
    assert "・見守りの1回目の集い" in letter.text
    assert "■ 事例の記事が2件あります" in letter.text
    assert "http://localhost/mine/" in letter.text
    for secret in ("秘密の記録", "2回目", "3回目", "公民館", "お弁当", "蒼井さんが"):
        assert secret not in letter.text
    assert len(letter.links("/sections/")) == 2  # of the one for members, in both searches


def test_case_studies_alone_are_told_without_the_search_that_they_answer(site, server, sender, clock):
    subscriber(site, server, role="csw", searches=[("蒼井さん", "daily")])
    publish(site, 2, access="cases", name="秘密の記録")
    clock.on(days=1)
    assert sender.send_due().sent == 1
    (letter,) = server.letters
    assert "事例の記事が1件あります" in letter.text
    assert "蒼井" not in letter.data.decode() + letter.text + letter["Subject"]


def test_only_what_somebody_may_know_of_when_it_is_sent(site, server, sender, clock):
    subscriber(site, server, role="csw")
    document = publish(site, 1)
    publish(site, 2, access="cases")
    site.library.accounts.set_role(site.auth.find("若葉").id, Role.READER, OPERATOR)
    site.library.desk(OPERATOR).bin(document.id)
    site.library.bring_up_to_date()
    publish(site, 3, access="members")
    clock.on(days=1)
    assert sender.send_due().sent == 1
    (letter,) = server.letters
    assert "3回目" in letter.text
    for gone in ("1回目", "2回目", "事例"):
        assert gone not in letter.text


def test_what_changes_while_the_server_keeps_us_waiting_counts(site, server, sender, clock, monkeypatch):
    subscriber(site, server, role="csw")
    publish(site, 1, access="cases")
    clock.on(days=1)
    number, opened = site.auth.find("若葉").id, sender.post._open

    def slow():
        site.library.accounts.disable(number, OPERATOR)
        return opened()

    monkeypatch.setattr(sender.post, "_open", slow)
    assert sender.send_due().sent == 0
    assert server.letters == []


def test_nothing_is_sent_to_whoever_may_not_sign_in_or_has_no_address(site, server, sender, clock):
    subscriber(site, server, name="若葉")
    subscriber(site, server, name="停止", address="b@example.jp")
    gone = subscriber(site, server, name="削除", address="c@example.jp")
    site.library.accounts.disable(site.auth.find("停止").id, OPERATOR)
    gone.post("/account/mail/remove")
    publish(site, 1)
    clock.on(days=1)
    assert sender.send_due().sent == 1
    assert [letter.to for letter in server.letters] == [ADDRESS]


def test_an_address_that_comes_back_is_told_nothing_old(site, server, sender, clock):
    reader = subscriber(site, server)
    reader.post("/account/mail/remove")
    publish(site, 1)
    clock.on(days=3)
    reader.signed_in("若葉")
    address_of(reader, server)
    publish(site, 2)
    clock.on(days=1)
    sender.send_due()
    assert "2回目" in server.letters[-1].text
    assert "1回目" not in server.letters[-1].text


def test_searches_of_others_stay_theirs(site, server):
    subscriber(site, server)
    other = site.as_("admin", "別の人")
    assert other.post("/mine/searches/1/mail", mail="weekly").status == 404
    assert other.post("/mine/searches/1/mail", mail="hourly").status == 404


def test_names_of_searches_and_headings_cannot_break_out_of_their_line(site, server, sender, clock):
    reader = site.as_("reader", "若葉")
    address_of(reader, server)
    reader.post("/mine/searches?q=見守り", name="名前\r\nBcc: evil@example.com\r\n\r\n偽の本文")
    reader.post("/mine/searches/1/mail", mail="daily")
    publish(site, 1)
    clock.on(days=1)
    sender.send_due()
    (letter,) = server.letters
    assert letter.to == ADDRESS
    assert "Bcc" not in letter.message
    assert [line for line in letter.text.splitlines() if line.startswith(("Bcc", "偽"))] == []


# ----------------------------------------------------------------------------------------------------- the way out


def test_every_mail_has_a_way_out_that_needs_no_sign_in(site, server, sender, clock):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    sender.send_due()
    (letter,) = server.letters
    (link,) = letter.links("/mail/off/")
    assert letter["List-Unsubscribe"] == f"<http://localhost/{link}>"
    stranger = site.other()
    page = stranger.get(f"/{link}")
    assert "すべて止める" in page.text
    assert ADDRESS not in page.html
    assert "若葉" not in page.html
    publish(site, 2)
    clock.on(days=1)
    assert sender.send_due().sent == 1  # opening it has changed nothing
    for nothing in ({}, {"List-Unsubscribe": "x"}):
        assert "すべて止める" in stranger.post(f"/{link}", **nothing).text
    with stranger.client.post(f"/{link}", data=ONE_CLICK) as answer:
        assert answer.status_code == 200
        assert "止めました" in answer.get_data(as_text=True)
    with stranger.client.post(f"/{link}", data=ONE_CLICK) as answer:
        assert answer.status_code == 200  # a second time, too
    publish(site, 3)
    clock.on(days=1)
    assert sender.send_due().sent == 0
    entries = site.auth.log.entries(actions=["user.mail.off"])
    assert [(entry.actor, entry.subject) for entry in entries] == [("若葉", "若葉")]


# ------------------------------------------------------------------------------------------------- when it fails


def test_a_server_that_is_down_is_told_to_administrators_and_tried_again_with_patience(
    site, server, sender, clock, caplog
):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    server.answers = {"GREETING": "421 down for maintenance"}
    with caplog.at_level(logging.WARNING):
        sender.look()
    assert "421 down for maintenance" in caplog.text
    admin = site.as_("admin", "山吹")
    page = admin.get("/admin/mail/")
    assert "メールを送れていません" in page.text
    assert "421 down for maintenance" in page.text
    assert "2026年11月27日 12:05に送り直します" in page.text
    server.answers, heard = {}, len(server.heard)
    clock.on(minutes=4)
    assert sender.look().sent == 0
    assert len(server.heard) == heard  # it is not even asked
    clock.on(minutes=2)
    assert sender.look().sent == 1
    page = admin.get("/admin/mail/")
    assert "送れていません" not in page.text
    assert "送ったもの1通" in page.text
    assert "1回目" in server.letters[-1].text


def test_the_waits_grow_and_end_at_six_hours(site, server, sender, clock):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    server.answers, tried = {"GREETING": "421 down"}, []
    began = clock()
    while clock() - began < timedelta(hours=24):
        before = site.library.store.mails.run()
        sender.look()
        if site.library.store.mails.run() != before:
            tried.append((clock() - began) // timedelta(minutes=5))
        clock.on(minutes=5)
    assert tried == [0, 1, 3, 7, 15, 31, 63, 127, 199, 271]


def test_one_recipient_who_is_refused_stops_nobody_else_and_is_tried_again(site, server, sender, clock, caplog):
    refused = subscriber(site, server, name="断られる人", address="gone@example.jp")
    subscriber(site, server, name="届く人")
    publish(site, 1)
    clock.on(days=1)
    server.answers = {"gone@example.jp": "550 5.1.1 <gone@example.jp> unknown"}
    with caplog.at_level(logging.WARNING):
        found = sender.send_due()
    assert (found.sent, found.refused) == (1, 1)
    assert "550" in caplog.text
    assert "gone@example.jp" not in caplog.text
    assert "届かないもの1件" in site.as_("admin", "山吹").get("/admin/mail/").text
    refused.signed_in("断られる人")
    assert "このアドレスに届きませんでした" in refused.get("/account").text
    server.answers = {}
    assert sender.send_due().sent == 0  # not at once
    clock.on(minutes=16)
    assert sender.send_due().sent == 1
    assert server.letters[-1].to == "gone@example.jp"
    assert "届きませんでした" not in refused.get("/account").text


def test_what_breaks_over_the_searches_of_one_person_stops_nobody_else(
    site, server, sender, clock, monkeypatch, caplog
):
    subscriber(site, server, name="壊れた検索の人", address="broken@example.jp", searches=[("配食", "daily")])
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    address_read = news.of_address

    def broken(address, fields):
        if "配食" in unquote(address):
            raise LookupError(address)
        return address_read(address, fields)

    with monkeypatch.context() as patch:
        patch.setattr(news, "of_address", broken)
        found = sender.send_due()
        assert (found.sent, found.refused) == (1, 0)
        assert "could not be written" in caplog.text
        for _ in range(20):  # and however often it does, nothing is held against the address
            clock.on(days=2)
            sender.send_due()
    clock.on(days=2)
    assert sender.send_due().sent == 1
    assert server.letters[-1].to == "broken@example.jp"


def test_an_index_that_cannot_be_used_costs_nobody_their_news(site, server, sender, clock, monkeypatch):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    index = site.library._home.index

    def broken():
        raise IndexBrokenError("index", "索引が壊れています。", "作り直してください。")

    monkeypatch.setattr(site.library._home, "index", broken)
    with pytest.raises(IndexBrokenError):
        sender.send_due()
    monkeypatch.setattr(site.library._home, "index", index)
    assert sender.send_due().sent == 1


def test_an_address_that_is_refused_for_good_is_left_alone(site, server, sender, clock):
    subscriber(site, server)
    publish(site, 1)
    server.answers = {"RCPT": "550 unknown"}
    refused = 0
    for _ in range(30):
        clock.on(days=2)
        refused += sender.send_due().refused
    assert refused == 10


def test_never_twice_even_if_nobody_knows_whether_the_server_has_taken_it(site, server, sender, clock):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    server.hangs_up = "END"
    assert sender.send_due().sent == 1
    server.hangs_up = ""
    clock.on(days=1)
    assert sender.send_due().nothing_new == 1
    assert server.letters == []


@pytest.mark.parametrize("phase", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_what_broke_off_before_it_was_sent_is_sent_again(site, server, sender, clock, phase):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    server.hangs_up = phase
    with pytest.raises(UnreachableError):
        sender.send_due()
    server.hangs_up = ""
    assert sender.send_due().sent == 1
    assert len(server.letters) == 1


def test_of_several_senders_at_once_one_sends(site, server, clock, tmp_path):
    for number in range(4):
        subscriber(site, server, name=f"{number}人目", address=f"a{number}@example.jp")
    publish(site, 1)
    clock.on(days=1)
    start, ended = Barrier(4), []

    def send():
        sender = Sender(site.library, clock)
        start.wait()
        try:
            ended.append(sender.send_due().sent)
        except BusyError:
            ended.append(0)

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(ended) == 4
    assert sorted(letter.to for letter in server.letters) == [f"a{number}@example.jp" for number in range(4)]


def test_what_was_taken_is_not_told_again_because_the_disk_is_full(site, server, sender, clock, monkeypatch):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)

    def full(_account):
        raise StorageError("catalogue", "目録に書き込めません。", "空き容量を確かめてください。")

    monkeypatch.setattr(site.library.store.mails, "delivered", full)
    assert sender.send_due().sent == 1
    assert sender.send_due() == Sent()
    assert len(server.letters) == 1


def test_what_one_has_claimed_no_other_tells(site, server, sender, clock):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    mails, number = site.library.store.mails, site.auth.find("若葉").id
    periods = periods_at(clock(), 7)
    assert mails.claim(number, periods, clock())
    assert mails.claim(number, periods, clock()) is None
    assert sender.send_due().sent == 0  # whoever claimed it has died: it is lost, and not told twice


def test_what_the_index_still_lacks_is_waited_for(site, server, sender, clock):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    site.library.store.outbox.add("index", ["0123456789ab"])
    assert sender.send_due().sent == 0
    site.library.bring_up_to_date()
    assert sender.send_due().sent == 1


def test_a_clock_that_was_wrong_keeps_nobody_waiting(site, server, sender, clock):
    subscriber(site, server)
    clock.on(days=400)
    sender.send_due()
    clock.on(days=-400)
    publish(site, 1)
    sender.send_due()
    clock.on(days=1)
    publish(site, 2)
    clock.on(days=1)
    sender.send_due()
    assert "2回目" in server.letters[-1].text


def test_after_a_restore_nothing_is_told_that_may_have_been_told_before(site, server, sender, clock, tmp_path):
    subscriber(site, server)
    publish(site, 1)
    clock.on(hours=1)
    backup.write(site.library.store, tmp_path / "b.tar", lambda _count: None)
    clock.on(days=1)
    assert sender.send_due().sent == 1
    clock.on(hours=1)
    new = tmp_path / "new"
    backup.restore(tmp_path / "b.tar", new / "documents" / ".store", force=False)
    clock.on(days=1)
    with open_library(new, **server.settings(engine="memory")) as library:
        assert library.store.mails.counts() == (1, 0, 1)
        assert Sender(library, clock).send_due().sent == 0


def test_without_plugins_nothing_is_sent(site, server, clock, tmp_path):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    with open_library(tmp_path, **server.settings(safe_mode=True, engine="memory")) as library:
        assert Sender(library, clock).send_due().sent == 0
    assert server.letters == []


def test_the_schedule_runs_until_it_is_told_to_end(site, server, sender, clock):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)
    stop = Event()
    sender.watch(SimpleNamespace(is_set=stop.is_set, wait=lambda _seconds: stop.set()))
    assert len(server.letters) == 1


def test_nobody_is_claimed_for_any_more_once_it_is_to_end(site, server, sender, clock):
    subscriber(site, server)
    subscriber(site, server, name="もう一人", address="other@example.jp")
    publish(site, 1)
    clock.on(days=1)
    assert sender.send_due(SimpleNamespace(is_set=lambda: bool(server.letters))).sent == 1
    assert sender.send_due().sent == 1
    assert len({letter.to for letter in server.letters}) == 2


def test_whatever_goes_wrong_the_schedule_goes_on(site, server, sender, clock, monkeypatch, caplog):
    subscriber(site, server)
    publish(site, 1)
    clock.on(days=1)

    def full(**_options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sender._lock, "acquire", full)
        assert sender.look().sent == 0
    assert "No space left" in caplog.text
    assert sender.look().sent == 1


def test_the_hour_is_one_in_japan_and_the_week_begins_on_monday():
    def periods(*at, hour=7):
        found = periods_at(datetime(*at), hour)  # noqa: DTZ001 - in UTC
        return [(at.day, at.hour) for at in (found["daily"], found["weekly"])]

    assert periods(2026, 11, 26, 3) == [(25, 22), (22, 22)]  # Thursday noon in Japan: 7 today, and 7 on Monday
    assert periods(2026, 11, 25, 21, 59) == [(24, 22), (22, 22)]
    assert periods(2026, 11, 25, 22) == [(25, 22), (22, 22)]
    assert periods(2026, 11, 22, 21) == [(21, 22), (15, 22)]  # Monday at six: it has not begun
    assert periods(2026, 11, 22, 22) == [(22, 22), (22, 22)]


def test_smtp_credentials_are_on_no_page_in_no_log_and_in_no_file(make, server, tmp_path, caplog):
    password, user = "swordfish-77", "mailuser"
    site = make(**server.settings(mail_user=user, mail_password=password))
    server.answers = {"AUTH": f"535 {user} {password}"}
    server.login = ("x", "y")
    admin = site.as_("admin", "山吹")
    with caplog.at_level(logging.DEBUG):
        pages = [admin.post("/account/mail", mail=ADDRESS, password=admin.password)]
    assert "ログインできません" in pages[0].text
    pages += [admin.get(rule.rule) for rule in site.app.url_map.iter_rules() if not rule.arguments]
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for told in (caplog.text, *(page.html for page in pages), stored.decode(errors="replace")):
        assert password not in told
        assert user not in told
    assert password not in repr(site.library.config)


def test_the_key_of_links_is_the_server_s_own(site):
    assert secret_key(load(site.library.config.home, environ={}).store) == site.auth.key
