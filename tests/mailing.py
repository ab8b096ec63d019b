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
        self.before_data = lambda: None

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
        server, encrypted, sender, to = self.server, self.server.at_once, "", []
        self.say(server.answers.get("GREETING", "220 midori ESMTP"))
        while line := self.rfile.readline():
            text = line.decode().strip()
            verb = text.split(" ")[0].upper()
            server.heard.append(text)
            if verb == server.hangs_up:
                return
            if verb == "MAIL":
                server.before_data()
            if refused := server.answers.get(verb) or next((a for w, a in server.answers.items() if w in text), None):
                self.say(refused)
            elif verb == "EHLO":
                offers = ["midori", *(["STARTTLS"] if server.context and not encrypted else [])]
                offers += ["AUTH PLAIN"] if server.login and (encrypted or not server.context) else []
                for number, offer in enumerate(offers, 1):
                    self.say(f"250{' ' if number == len(offers) else '-'}{offer}")
            elif verb == "STARTTLS":
                self.say("220 go ahead")
                self.request = server.context.wrap_socket(self.request, server_side=True)
                self.setup()
                encrypted = True
            elif verb == "AUTH":
                given = tuple(base64.b64decode(text.split(" ")[2]).decode().split("\0")[1:])
                self.say("235 welcome" if given == server.login else "535 5.7.8 bad credentials")
            elif verb == "MAIL":
                sender, to = text[text.index("<") + 1 : text.index(">")], []
                self.say("250 ok")
            elif verb == "RCPT":
                to.append(text[text.index("<") + 1 : text.index(">")])
                self.say("250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                if server.hangs_up == "END":
                    return
                if "END" in server.answers:
                    self.say(server.answers["END"])
                    continue
                data = b"".join(one.removeprefix(b".") if one.startswith(b"..") else one for one in lines)
                server.letters += [Letter(sender, one, data) for one in to]
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


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
