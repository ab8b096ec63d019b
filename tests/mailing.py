"""A mail server on 127.0.0.1 that keeps what it is given, and refuses or hangs up where a test wants it to."""

import base64
import email
import socketserver
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.policy import default
from ipaddress import ip_address

FROM = "kb@midori.example.jp"

#: The settings of a knowledge base whose mail server is away.
AWAY = {"mail_host": "127.0.0.1", "mail_port": 1, "mail_tls": "none", "mail_from": FROM, "hosts": "localhost"}


class Letter:
    """A mail as its reader sees it."""

    def __init__(self, sender, to, data):
        self.sender, self.to, self.data = sender, to, data
        self.message = email.message_from_bytes(data, policy=default)

    def __getitem__(self, header):
        return self.message[header]

    @property
    def text(self):
        return self.message.get_content().replace("\r\n", "\n")

    def links(self, path):
        """The addresses in the text that hold ``path``, without the server's name."""
        words = (word for line in self.text.splitlines() for word in line.replace("：", " ").split())
        return [word.split("//", 1)[1].split("/", 1)[1] for word in words if "//" in word and path in word]


class MailServer(socketserver.ThreadingTCPServer):
    """Answers as tests set it: ``answers`` by command or recipient, ``hangs_up`` at a command."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self, context=None, at_once=False):
        super().__init__(("127.0.0.1", 0), _Talk)
        self.letters, self.heard, self.answers, self.hangs_up = [], [], {}, ""
        self.context, self.at_once, self.login = context, at_once, ()
        self.taken = threading.Event()

    @property
    def port(self):
        return self.server_address[1]

    def settings(self, **more):
        """The settings of a knowledge base that sends here."""
        return AWAY | {"mail_port": self.port} | more

    def get_request(self):
        connection, address = super().get_request()
        return (self.context.wrap_socket(connection, server_side=True) if self.at_once else connection), address

    def handle_error(self, request, address):
        """A client that goes away in the middle is what some tests are about."""


class _Talk(socketserver.StreamRequestHandler):
    def finish(self):
        super().finish()
        self.request.close()

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self):
        self.encrypted, self.sender, self.to = self.server.at_once, "", []
        self.say(self.server.answers.get("GREETING", "220 midori ESMTP"))
        while line := self.rfile.readline():
            verb, *rest = line.decode().strip().split(" ")
            text = " ".join([verb := verb.upper(), *rest])
            self.server.heard.append(text)
            if verb == self.server.hangs_up:
                return
            refused = [answer for what, answer in self.server.answers.items() if what in text]
            if refused:
                self.say(refused[0])
            elif getattr(self, f"do_{verb.lower()}")(text):
                return

    def do_ehlo(self, _text):
        secret = self.encrypted or not self.server.context
        offers = [
            "midori",
            *([] if secret else ["STARTTLS"]),
            *(["AUTH PLAIN"] if secret and self.server.login else []),
        ]
        for number, offer in enumerate(offers, 1):
            self.say(f"250{' ' if number == len(offers) else '-'}{offer}")

    def do_starttls(self, _text):
        self.say("220 go ahead")
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.setup()
        self.encrypted = True

    def do_auth(self, text):
        given = tuple(base64.b64decode(text.split(" ")[2]).decode().split("\0")[1:])
        self.say("235 welcome" if given == self.server.login else "535 5.7.8 bad credentials")

    def do_mail(self, text):
        self.sender, self.to = text[text.index("<") + 1 : text.index(">")], []
        self.say("250 ok")

    def do_rcpt(self, text):
        self.to.append(text[text.index("<") + 1 : text.index(">")])
        self.say("250 ok")

    def do_data(self, _text):
        self.say("354 go on")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        if self.server.hangs_up == "END":
            return True
        if "END" in self.server.answers:
            self.say(self.server.answers["END"])
            return False
        data = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
        self.server.letters += [Letter(self.sender, one, data) for one in self.to]
        self.server.taken.set()
        self.say("250 taken")
        return False

    def do_quit(self, _text):
        self.say("221 bye")
        return True


@contextmanager
def serving(context=None, at_once=False):
    with MailServer(context, at_once) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def certificate(folder):
    """A certificate for 127.0.0.1 that signs itself; the file that holds it, and a context for a server with it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "midori")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "midori.pem", folder / "midori.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return pem, context
