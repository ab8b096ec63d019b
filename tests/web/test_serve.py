"""The server: says where it is, and finishes what it has begun when it is told to stop."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest

from kb.errors import ConfigError
from kb.web.serve import serve

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of POSIX")

#: A server whose /slow answers only when it is told to: it writes a byte when it has begun, and waits for one.
SERVER = """
import os, sys
from flask import Flask
from kb.web.serve import serve

begun, go = map(int, sys.argv[1:])
app = Flask("slow")

@app.get("/slow")
def slow():
    os.write(begun, b"!")
    os.read(go, 1)
    return "最後まで答えました"

@app.get("/large")
def large():
    return "あ" * 5_000_000

serve(app, "127.0.0.1", 0, 4)
print("おわり")
"""


class Server:
    """A server in a process of its own."""

    def __init__(self, process, begun, go):
        self.process, self._begun, self._go = process, begun, go
        self.first_line = process.stdout.readline()
        self.port = int(re.search(r":(\d+)", self.first_line)[1])

    def ask(self, path):
        """A connection on which a request has been sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: kb\r\n\r\n".encode())
        return connection

    def wait_until_begun(self):
        assert os.read(self._begun, 1) == b"!"

    def wait_until_shut(self):
        """Until it says that it is ending; then nobody is let in any more."""
        assert any(line.startswith("終えています") for line in self.process.stderr)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def go_on(self):
        os.write(self._go, b"!")

    def signal(self, number):
        self.process.send_signal(number)

    def rest(self):
        """What it prints from now on, and its exit code."""
        out, _ = self.process.communicate(timeout=30)
        return out, self.process.returncode


@contextmanager
def server():
    with ExitStack() as closing:
        begun_read, begun_write, go_read, go_write = *os.pipe(), *os.pipe()
        for end in (begun_read, begun_write, go_read, go_write):
            closing.callback(os.close, end)
        command = [sys.executable, "-c", SERVER, str(begun_write), str(go_read)]
        process = closing.enter_context(
            subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env={**os.environ, "PYTHONUTF8": "1"},
                pass_fds=(begun_write, go_read),
            )
        )
        closing.callback(process.kill)
        yield Server(process, begun_read, go_write)


def answer_on(connection):
    """Head and body of the answer; as much of them as there is, if the server breaks off."""
    with connection, connection.makefile("rb") as stream:
        everything = b""
        while chunk := stream.readline():
            everything += chunk
            if chunk == b"\r\n":
                length = re.search(rb"Content-Length: (\d+)", everything)
                return everything.decode("latin-1"), stream.read(int(length[1])).decode()
        return everything.decode("latin-1"), ""


def test_it_says_where_it_can_be_seen_once_it_can_be_seen():
    with server() as running:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+ で見られます。終えるには Ctrl\+C\n", running.first_line)
        head, _ = answer_on(running.ask("/nothing"))
        assert head.startswith("HTTP/1.1 404")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_in_flight_is_finished_and_nobody_else_is_let_in(number):
    with server() as running:
        connection = running.ask("/slow")
        running.wait_until_begun()
        running.signal(number)
        running.wait_until_shut()
        running.go_on()
        head, body = answer_on(connection)
        assert head.startswith("HTTP/1.1 200")
        assert body == "最後まで答えました"
        assert running.rest() == ("おわり\n", 0)


def test_requests_that_wait_for_a_thread_are_finished_too():
    with server() as running:
        connections = [running.ask("/slow") for _ in range(7)]  # of four threads
        for _ in range(4):
            running.wait_until_begun()
        running.signal(signal.SIGTERM)
        running.wait_until_shut()
        for _ in connections:
            running.go_on()
        assert [answer_on(connection)[1] for connection in connections] == ["最後まで答えました"] * 7
        assert running.rest() == ("おわり\n", 0)


def test_requests_that_wait_leave_nothing_in_the_log():
    with server() as running:
        connections = [running.ask("/slow") for _ in range(7)]  # of four threads
        for _ in range(4):
            running.wait_until_begun()
        for _ in connections:
            running.go_on()
        assert [answer_on(connection)[1] for connection in connections] == ["最後まで答えました"] * 7
        running.signal(signal.SIGTERM)
        _, errors = running.process.communicate(timeout=30)
        assert errors.count("\n") == 1  # that it is ending


def test_an_answer_that_is_still_being_sent_arrives_whole():
    with server() as running:
        connection = running.ask("/large")
        assert connection.recv(100, socket.MSG_PEEK)  # it has begun, and is far larger than any buffer
        running.signal(signal.SIGTERM)
        running.wait_until_shut()
        assert answer_on(connection)[1] == "あ" * 5_000_000
        assert running.rest() == ("おわり\n", 0)


def test_a_connection_that_asks_for_nothing_holds_nobody_up():
    with server() as running, socket.create_connection(("127.0.0.1", running.port), timeout=30) as idle:
        running.signal(signal.SIGTERM)
        assert running.rest() == ("おわり\n", 0)
        assert idle.recv(1) == b""


def test_a_second_signal_stops_the_waiting():
    with server() as running, running.ask("/slow"):
        running.wait_until_begun()
        running.signal(signal.SIGTERM)
        running.wait_until_shut()
        running.signal(signal.SIGTERM)
        assert running.rest() == ("おわり\n", 0)


def test_a_port_that_is_taken_is_named(visitor):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}：.*既に使われています"):
            serve(visitor.client.application, "127.0.0.1", port, 1)


def test_an_address_that_is_not_ours_is_refused(visitor):
    with pytest.raises(ConfigError, match="このコンピューターのアドレスではありません"):
        serve(visitor.client.application, "203.0.113.1", 0, 1)
