"""Handing a mail to a server: how it is encrypted, what is told when it fails, what may be sent again."""

from datetime import datetime

import pytest

from kb.config import load
from kb.errors import AccountError, ConfigError
from kb.mail.addresses import checked
from kb.mail.letters import letter, with_way_out
from kb.mail.post import Post, RefusedError, UnreachableError, UnsureError
from tests.mailing import FROM, certificate, serving

TO = "yamabuki@example.jp"
AT = datetime(2026, 11, 26, 3)  # noqa: DTZ001 - in UTC without a zone, as the catalogue holds times
USER, PASSWORD = "mailuser", "swordfish-77"


@pytest.fixture
def server():
    with serving() as found:
        yield found


@pytest.fixture
def encrypted(tmp_path):
    pem, context = certificate(tmp_path)
    with serving(context) as found:
        found.pem, found.login = pem, (USER, PASSWORD)
        yield found


def post(tmp_path, settings):
    return Post(load(tmp_path, environ={}, overrides=settings), patience=5)


def a_letter(subject="新しい記事", text="見守りの記事があります。\n.\n..点で始まる行\n"):
    return letter(FROM, TO, subject, text, AT)


def test_a_mail_arrives_as_it_was_written_with_the_headers_that_it_needs(tmp_path, server):
    assert post(tmp_path, server.settings()).deliver(TO, a_letter)
    (got,) = server.letters
    assert (got.sender, got.to, got["Subject"]) == (FROM, TO, "新しい記事")
    assert got.text == "見守りの記事があります。\n.\n..点で始まる行\n"
    assert got["From"].addresses[0].display_name == "社協ナレッジベース"
    assert (str(got["To"]), got["Date"].datetime.hour) == (TO, 3)
    assert got["Message-ID"].endswith("@midori.example.jp>")
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.message.get_content_type() == "text/plain"
    assert got.message.get_content_charset() == "utf-8"
    assert got.data.isascii()
    assert max(map(len, got.data.splitlines())) <= 998  # RFC 5322, 2.1.1


def test_long_addresses_go_out_in_one_piece(tmp_path, server):
    domain = f"{'midori-social-welfare.' * 3}example.jp"
    to, out = f"{'y' * 64}@{domain}", f"https://{domain}/mail/off/{'x' * 120}"
    long = letter(f"knowledge-base@{domain}", to, "新しい記事の知らせ（12月31日）", "本文", AT)
    post(tmp_path, server.settings()).deliver(to, lambda: with_way_out(long, out))
    (got,) = server.letters
    lines = got.data.decode().split("\r\n")
    assert f"To: {to}" in lines
    assert f"List-Unsubscribe: <{out}>" in lines
    assert [line for line in lines if line.startswith("Message-ID: <") and line.endswith(f"@{domain}>")]
    assert got["From"].addresses[0].addr_spec == f"knowledge-base@{domain}"
    assert got["Subject"] == "新しい記事の知らせ（12月31日）"
    assert max(map(len, lines)) < 998


@pytest.mark.parametrize("header", ["To", "List-Unsubscribe", "Message-ID", "X-Other"])
def test_no_header_takes_the_end_of_a_line(header):
    message = a_letter()
    del message[header]
    with pytest.raises(ValueError, match="may not contain linefeed"):
        message[header] = "a@example.jp\r\nBcc: b@example.jp"


def test_one_click_is_offered_only_by_https():
    by_https = with_way_out(a_letter(), "https://kb.example.jp/mail/off/x")
    assert by_https["List-Unsubscribe"] == "<https://kb.example.jp/mail/off/x>"
    assert by_https["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe-Post" not in with_way_out(a_letter(), "http://localhost/mail/off/x")


@pytest.mark.parametrize("nasty", ["件名\r\nBcc: evil@example.com", "件名\nX: y", "件名\u2028X: y\x0b\x00"])
def test_a_subject_never_becomes_another_header(tmp_path, server, nasty):
    post(tmp_path, server.settings()).deliver(TO, lambda: a_letter(nasty))
    (got,) = server.letters
    assert set(got.message.keys()) == set(a_letter().keys())
    assert got["Subject"].startswith("件名 ")


@pytest.mark.parametrize(
    "typed",
    [
        *("", "yamabuki", "山吹@example.jp", "a@b", "a b@example.jp", "a@example.jp, b@example.jp", "<a@example.jp>"),
        *("a@example.jp\r\nRCPT TO:<b@example.jp>", "a@example.jp\nBcc: b@example.jp", "a@-example.jp", "a@ex..jp"),
        *("a" * 65 + "@example.jp", "a@" + "b." * 130 + "jp", '"a\n"@example.jp', "a@example.jp\0", "a@[127.0.0.1]"),
    ],
)
def test_what_is_no_address_is_refused_by_name(typed):
    with pytest.raises(AccountError, match="メールアドレスの形になっていません"):
        checked(typed)


def test_what_is_typed_in_full_width_or_with_spaces_is_understood():
    assert checked("　ｙａｍａｂｕｋｉ＠ｅｘａｍｐｌｅ．ｊｐ ") == TO
    assert checked("yama..buki.@docomo.example.jp") == "yama..buki.@docomo.example.jp"


# ------------------------------------------------------------------------------------------------------- encryption


def test_starttls_with_a_certificate_that_is_trusted_and_a_password(tmp_path, encrypted, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(encrypted.pem))
    settings = encrypted.settings(mail_tls="starttls", mail_user=USER, mail_password=PASSWORD)
    assert post(tmp_path, settings).deliver(TO, a_letter)
    assert len(encrypted.letters) == 1
    assert "STARTTLS" in encrypted.heard


def test_ssl_from_the_first_byte(tmp_path, monkeypatch):
    pem, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with serving(context, at_once=True) as server:
        assert post(tmp_path, server.settings(mail_tls="ssl")).deliver(TO, a_letter)
        assert len(server.letters) == 1


def test_a_certificate_that_nobody_trusts_is_refused_before_the_password_is_sent(tmp_path, encrypted):
    settings = encrypted.settings(mail_tls="starttls", mail_user=USER, mail_password=PASSWORD)
    with pytest.raises(UnreachableError, match="証明書を確かめられません"):
        post(tmp_path, settings).deliver(TO, a_letter)
    assert not [line for line in encrypted.heard if line.startswith("AUTH")]
    assert encrypted.letters == []


def test_a_server_without_starttls_is_not_used_unencrypted(tmp_path, server):
    settings = server.settings(mail_tls="starttls", mail_user=USER, mail_password=PASSWORD)
    with pytest.raises(UnreachableError, match="STARTTLSに対応していません"):
        post(tmp_path, settings).deliver(TO, a_letter)
    assert not [line for line in server.heard if line.startswith(("AUTH", "MAIL"))]


def test_smtp_credentials_are_sent_nowhere_unencrypted_and_told_nobody(tmp_path, encrypted, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(encrypted.pem))
    elsewhere = {"mail_host": "smtp.example.jp", "mail_tls": "none", "mail_from": FROM}
    with pytest.raises(ConfigError, match="暗号化しない接続では、パスワードを送りません"):
        post(tmp_path, elsewhere | {"mail_user": USER, "mail_password": PASSWORD})
    encrypted.answers = {"AUTH": f"535 5.7.8 {USER} with {PASSWORD} is wrong"}
    settings = encrypted.settings(mail_tls="starttls", mail_user=USER, mail_password=PASSWORD)
    config = load(tmp_path, environ={}, overrides=settings)
    with pytest.raises(UnreachableError, match="ログインできません（535") as caught:
        Post(config).deliver(TO, a_letter)
    for told in (str(caught.value), repr(caught.value), repr(config), Post(config).server):
        assert PASSWORD not in told
    assert USER not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"mail_host": ""}, "mail_host"),
        ({"mail_from": ""}, "mail_from"),
        ({"mail_from": "社協 <kb@example.jp>"}, "mail_from"),
        ({"mail_from": "kb.@example.jp"}, "mail_from"),
        ({"mail_from": "kb@example.jp\r\nBcc: a@example.jp"}, "mail_from"),
        ({"mail_user": USER}, "mail_user"),
        ({"mail_user": USER, "mail_password": "パスワード"}, "mail_password"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path, settings, named):
    with pytest.raises(ConfigError) as caught:
        post(tmp_path, {"mail_host": "localhost", "mail_from": FROM} | settings)
    assert caught.value.subject == named


# --------------------------------------------------------------------------------------------------------- failures


def test_nobody_listens(tmp_path, server):
    settings = server.settings()
    server.shutdown()
    server.server_close()
    with pytest.raises(UnreachableError, match="接続を断られました"):
        post(tmp_path, settings).deliver(TO, a_letter)


@pytest.mark.parametrize(
    ("answers", "hangs_up", "error", "reason"),
    [
        ({"GREETING": "554 no service"}, "", UnreachableError, "554"),
        ({"MAIL": "550 not for you"}, "", UnreachableError, "差出人が断られました（550 not for you）"),
        ({"RCPT": "421 closing"}, "", UnreachableError, "受け付けを止めています"),
        ({"RCPT": f"550 5.1.1 <{TO}> unknown"}, "", RefusedError, "550 5.1.1 <…> unknown"),
        ({"RCPT": "450 greylisted"}, "", RefusedError, "450 greylisted"),
        ({"DATA": "451 later"}, "", RefusedError, "451 later"),
        ({"DATA": "421 closing"}, "", UnreachableError, "受け付けを止めています"),
        ({"END": "421 closing"}, "", UnreachableError, "受け付けを止めています"),
        ({"END": "554 spam"}, "", RefusedError, "554 spam"),
        ({}, "MAIL", UnreachableError, "接続を切りました"),
        ({}, "DATA", UnreachableError, "接続を切りました"),
        ({}, "END", UnsureError, "届いたかどうか分かりません"),
    ],
)
def test_what_was_certainly_not_taken_is_told_from_what_may_have_been(
    tmp_path, server, answers, hangs_up, error, reason
):
    server.answers, server.hangs_up = answers, hangs_up
    with pytest.raises(error) as caught:
        post(tmp_path, server.settings()).deliver(TO, a_letter)
    assert reason in caught.value.reason
    assert server.letters == []


def test_nothing_is_sent_if_there_turns_out_to_be_no_mail(tmp_path, server):
    assert not post(tmp_path, server.settings()).deliver(TO, lambda: None)
    assert not [line for line in server.heard if line.startswith("MAIL")]


def test_what_a_server_says_stays_one_line(tmp_path, server):
    server.answers = {"RCPT": "550 no\x1b[2Jway\u2028" + "x" * 500}
    with pytest.raises(RefusedError) as caught:
        post(tmp_path, server.settings()).deliver(TO, a_letter)
    assert "\x1b" not in str(caught.value)
    assert "\u2028" not in str(caught.value)
    assert len(str(caught.value)) < 300
