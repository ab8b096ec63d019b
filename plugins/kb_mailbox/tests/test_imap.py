"""The mailbox on a server: looked at by TLS, and left as it is."""

import logging
import re
import socketserver
import ssl
import subprocess
import threading
import traceback
from shutil import which

import pytest

from kb import AccessClass, Config, ExtractionError, SourceError
from kb_mailbox import kb_sources
from kb_mailbox.imap import Mailbox
from kb_mailbox.names import mailbox_name
from kb_mailbox.settings import Server

PASSWORD = 'p"a\\ss word'


def mail(identity, subject="=?utf-8?b?54mH5LuY44GR6Kyb5bqn?="):
    head = f"Subject: {subject}\r\n" + (f"Message-ID: {identity}\r\n" if identity else "")
    return f"{head}From: info@example.jp\r\n\r\n本文です。\r\n".encode()


class Server143(socketserver.ThreadingTCPServer):
    """As much of IMAP as is used, with a list of all commands that came."""

    daemon_threads = True

    def __init__(self, context):
        super().__init__(("127.0.0.1", 0), Talk)
        self.context = context
        self.validity = "7"
        self.mails: dict[int, bytes] = {}
        self.claims: dict[int, int] = {}
        self.commands: list[str] = []
        self.folders = {"INBOX"}
        self.breaks_off = False
        self.uid_after = False

    def get_request(self):
        connection, address = super().get_request()
        return self.context.wrap_socket(connection, server_side=True), address

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what is tested


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self.send("* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            self.server.commands.append(command)
            if not self.answer(tag, command):
                return

    def send(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def answer(self, tag, command):  # noqa: C901 - a table, one branch for each command
        server = self.server
        if command == "CAPABILITY":
            self.send("* CAPABILITY IMAP4rev1")
        elif command.startswith("LOGIN"):
            if command != 'LOGIN info "p\\"a\\\\ss word"':
                self.send(f"{tag} NO wrong password: {command}")
                return True
        elif command.startswith("EXAMINE"):
            if command.partition(" ")[2].strip('"') not in server.folders:
                self.send(f"{tag} NO no such folder")
                return True
            self.send(f"* {len(server.mails)} EXISTS\r\n* OK [UIDVALIDITY {server.validity}] valid")
        elif command == "UID SEARCH UNDELETED":
            self.send(f"* SEARCH {' '.join(map(str, server.mails))}".rstrip())
        elif command.startswith("UID FETCH"):
            if server.breaks_off:
                return False
            _, _, uids, what = command.split(" ", 3)
            for uid in map(int, uids.split(",")):
                if uid in server.mails:
                    self.fetch(uid, what)
        else:
            self.send(f"{tag} BAD {command}")
            return True
        self.send(f"{tag} OK done")
        return True

    def fetch(self, uid, what):
        content = self.server.mails[uid]
        size = f"RFC822.SIZE {self.server.claims.get(uid, len(content))} "
        if "HEADER" in what:
            content = content.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
        else:
            size = ""
        name = "BODY[HEADER.FIELDS (MESSAGE-ID SUBJECT)]" if "HEADER" in what else "BODY[]"
        number, length = f"UID {uid}", self.server.claims.get(-uid, len(content))
        before, after = ("", f" {number}") if self.server.uid_after else (f"{number} ", "")
        self.send(f"* {uid} FETCH ({before}{size}{name} {{{length}}}")
        self.wfile.write(content + after.encode() + b")\r\n")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    if not which("openssl"):
        pytest.skip("openssl is not installed: IMAP is not tested")
    folder = tmp_path_factory.mktemp("certificate")
    key, made = folder / "key.pem", folder / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test -addext"
    subprocess.run(
        [*command.split(), "subjectAltName=DNS:localhost", "-keyout", key, "-out", made],
        check=True,
        capture_output=True,
    )
    return made, key


@pytest.fixture
def server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with Server143(context) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.mails = {3: mail("<a@example.jp>"), 5: mail("<b@example.jp>", "plain")}
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def open_mailbox(server, certificate, tmp_path):
    """A mailbox with settings as given and usual ones otherwise."""
    opened = []
    (tmp_path / "password.txt").write_text(f"{PASSWORD}\n", encoding="utf-8")

    def open_mailbox(clock=lambda: 0.0, **settings):
        usual = {
            "host": "localhost",
            "port": server.server_address[1],
            "user": "info",
            "password_file": tmp_path / "password.txt",
            "certificate_file": certificate[0],
        }
        opened.append(Mailbox(Server(**{**usual, **settings}), clock))
        return opened[-1]

    yield open_mailbox
    for mailbox in opened:
        mailbox.close()


def refused(mailbox):
    with pytest.raises(SourceError) as caught:
        mailbox.items()
    assert caught.value.subject == "メール"
    assert caught.value.fix
    return caught.value.reason


def test_mails_are_listed_with_stable_ids_and_stamps_and_read_as_sent(server, open_mailbox):
    mailbox = open_mailbox()
    assert [(item.id, item.name, item.stamp) for item in mailbox.items()] == [
        ("<a@example.jp>", "片付け講座.eml", "7/3"),
        ("<b@example.jp>", "plain.eml", "7/5"),
    ]
    assert mailbox.items() == open_mailbox().items()
    with mailbox.read("<b@example.jp>") as stream:
        assert stream.read() == server.mails[5]


def test_nothing_is_changed_on_the_server(server, open_mailbox):
    mailbox = open_mailbox()
    for item in mailbox.items():
        mailbox.read(item.id)
    assert {command.split()[0] for command in server.commands} == {"CAPABILITY", "LOGIN", "EXAMINE", "UID"}
    assert all("PEEK" in command for command in server.commands if "FETCH" in command)


def test_all_mails_are_read_over_one_connection_until_it_has_been_idle(server, open_mailbox):
    now = [0.0]
    mailbox = open_mailbox(clock=lambda: now[0])
    for item in mailbox.items():
        mailbox.read(item.id)
    assert sum(command.startswith("LOGIN") for command in server.commands) == 1
    now[0] = 61.0
    mailbox.read("<a@example.jp>")
    assert sum(command.startswith("LOGIN") for command in server.commands) == 2


def test_mail_that_lies_there_twice_is_one_item_and_a_deleted_one_is_gone(server, open_mailbox):
    server.mails[9] = mail("<a@example.jp>")
    mailbox = open_mailbox()
    assert [item.stamp for item in mailbox.items()] == ["7/3", "7/5"]
    del server.mails[3]
    assert [(item.id, item.stamp) for item in mailbox.items()] == [("<b@example.jp>", "7/5"), ("<a@example.jp>", "7/9")]
    del server.mails[9]
    with pytest.raises(ExtractionError, match="もうありません"):
        mailbox.read("<a@example.jp>")
    assert [item.id for item in mailbox.items()] == ["<b@example.jp>"]


def test_mail_without_an_id_is_known_by_the_servers_number(server, open_mailbox):
    server.mails = {4: mail("")}
    mailbox = open_mailbox()
    assert [item.id for item in mailbox.items()] == ["7/4"]
    with mailbox.read("7/4") as stream:
        assert stream.read() == mail("")


def test_numbers_that_the_server_gave_anew_keep_ids_and_change_stamps(server, open_mailbox):
    now = [0.0]
    mailbox = open_mailbox(clock=lambda: now[0])
    before = mailbox.items()
    server.validity = "8"
    server.mails = {3: server.mails[5], 5: server.mails[3]}
    now[0] = 61.0
    with pytest.raises(ExtractionError, match="もうありません"):
        mailbox.read("<a@example.jp>")  # 3 is another mail now
    after = mailbox.items()
    assert {item.id for item in after} == {item.id for item in before}
    assert {item.stamp for item in after} == {"8/3", "8/5"}
    with mailbox.read("<a@example.jp>") as stream:
        assert stream.read() == mail("<a@example.jp>")


def test_server_that_names_the_number_last(server, open_mailbox):
    server.uid_after = True
    mailbox = open_mailbox()
    assert [item.stamp for item in mailbox.items()] == ["7/3", "7/5"]
    with mailbox.read("<a@example.jp>") as stream:
        assert stream.read() == server.mails[3]


def test_empty_folder_is_an_empty_list(server, open_mailbox):
    server.mails = {}
    assert open_mailbox().items() == []


def test_many_mails_are_asked_for_in_parts(server, open_mailbox):
    server.mails = {uid: mail(f"<{uid}@example.jp>") for uid in range(1, 451)}
    assert len(open_mailbox().items()) == 450
    assert sum("FETCH" in command for command in server.commands) == 3


def test_too_large_a_mail_is_an_error_of_that_mail(server, open_mailbox):
    server.claims[3] = (1 << 20) + 1
    mailbox = open_mailbox(megabytes=1)
    assert len(mailbox.items()) == 2
    with pytest.raises(ExtractionError, match="1MiBを超える"):
        mailbox.read("<a@example.jp>")
    with mailbox.read("<b@example.jp>") as stream:
        assert stream.read() == server.mails[5]


def test_server_that_wants_to_send_more_than_was_asked_for_is_left(server, open_mailbox):
    server.claims[-3] = 1 << 40
    mailbox = open_mailbox()
    assert "やりとりができません" in refused(mailbox)


@pytest.mark.parametrize("folder", ["研修", "研修 2026", 'a"b', "R&D"])
def test_folders_of_any_name(server, open_mailbox, folder):
    server.folders = {mailbox_name(folder).strip('"')}
    assert len(open_mailbox(folder=folder).items()) == 2


def test_name_of_a_folder_is_sent_in_modified_utf_7():
    # The example of RFC 3501, 5.1.3.
    assert mailbox_name("~peter/mail/台北/日本語") == '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'
    assert mailbox_name("INBOX/受信") == "INBOX/&U9dP4Q-"
    assert mailbox_name("R&D 2026") == '"R&-D 2026"'


def test_folder_that_is_not_there(open_mailbox):
    assert "フォルダーを開けません" in refused(open_mailbox(folder="ない"))


def test_certificate_of_nobody_known_or_of_another_name_is_refused_before_the_password_is_sent(server, open_mailbox):
    assert "証明書を確かめられません" in refused(open_mailbox(certificate_file=None))
    assert "証明書を確かめられません" in refused(open_mailbox(host="127.0.0.1"))
    assert server.commands == []


def test_file_of_certificates_that_is_not_there(open_mailbox, tmp_path):
    assert "証明書のファイル" in refused(open_mailbox(certificate_file=tmp_path / "ない.pem"))


def test_wrong_password_is_told_and_never_written_anywhere(server, open_mailbox, tmp_path, caplog, capfd):
    (tmp_path / "password.txt").write_text("himitsu-7788", encoding="utf-8")
    mailbox = open_mailbox()
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SourceError, match="ログインできません") as caught:
        mailbox.items()
    assert "himitsu" in server.commands[-1]
    assert "himitsu" not in "".join(traceback.format_exception(caught.value))
    assert "himitsu" not in caplog.text + "".join(capfd.readouterr()) + repr(mailbox.__dict__)
    (tmp_path / "password.txt").write_text(PASSWORD, encoding="utf-8")
    assert len(mailbox.items()) == 2


def test_password_of_the_environment(open_mailbox, monkeypatch):
    monkeypatch.setenv("KB_IMAP_PASSWORD", PASSWORD)
    assert len(open_mailbox(password_file=None).items()) == 2
    monkeypatch.delenv("KB_IMAP_PASSWORD")
    assert "パスワードがありません" in refused(open_mailbox(password_file=None))


@pytest.mark.parametrize("content", ["秘密の言葉", "a\r\nA1 DELETE INBOX", ""])
def test_password_that_cannot_be_sent(server, open_mailbox, tmp_path, content):
    (tmp_path / "password.txt").write_text(content, encoding="utf-8")
    reason = refused(open_mailbox())
    assert "IMAPのパスワード" in reason
    assert "秘密の" not in reason
    assert not [command for command in server.commands if "LOGIN" in command]


def test_file_of_the_password_that_is_not_there(open_mailbox, tmp_path):
    assert "読み取れません" in refused(open_mailbox(password_file=tmp_path / "ない.txt"))


def test_server_that_breaks_off_is_an_error_and_is_asked_anew_next_time(server, open_mailbox):
    mailbox = open_mailbox()
    assert len(mailbox.items()) == 2
    server.breaks_off = True
    with pytest.raises(ExtractionError, match="やりとりができません"):
        mailbox.read("<a@example.jp>")
    assert "やりとりができません" in refused(mailbox)
    server.breaks_off = False
    assert len(mailbox.items()) == 2


def test_nobody_answers(open_mailbox):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "やりとりができません" in refused(open_mailbox(port=port))


def test_settings_make_a_source_beside_that_of_the_folder(server, certificate, tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "secret.txt").write_text(PASSWORD, encoding="utf-8")
    (tmp_path / "documents" / "mailbox.toml").write_text(
        f'[imap]\nhost = "localhost"\nport = {server.server_address[1]}\nuser = "info"\npassword_file = "secret.txt"\n'
        f'certificate_file = "{certificate[0]}"\nminutes = 30\naccess = "cases"\n',
        encoding="utf-8",
    )
    folder, imap = kb_sources(Config(home=tmp_path))
    assert (folder.name, imap.name, imap.label) == ("mail", "imap", "メール（localhost）")
    assert (imap.minutes, imap.prunes, imap.access) == (30, True, AccessClass.CASES)
    assert re.fullmatch("<a@example.jp><b@example.jp>", "".join(item.id for item in imap.items()))
    imap.items.__self__.close()
