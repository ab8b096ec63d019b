"""Real `kb` processes over a data folder, and programs that bring files to them."""

import http.client
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest

from kb.auth import opened
from kb.config import load
from kb.model import OPERATOR, Role
from tests.processes import PATIENCE, until


def children(pid):
    """The processes that a process has started and that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text().rsplit(")", 1)[1].split()[:2]
            if int(parent) == pid and state not in {"Z", "X"}:
                found.append(int(path.parent.name))
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A running `kb serve` with its worker, and the processes that make pages for it."""

    def __init__(self, process, port):
        self.process, self.port = process, port

    def ready(self):
        """Wait until it says where it is."""
        line = self.process.stdout.readline()
        assert re.search(r"http://127\.0\.0\.1:\d+ で見られます", line), line
        return self

    def workers(self):
        """All processes beside it."""
        return children(self.process.pid)

    def worker(self):
        """The one that takes files in."""
        (worker,) = [pid for pid in self.workers() if b"work" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")]
        return worker

    def kill(self, *, server=True, workers=True):
        """End the server and what is beside it, or one of the two, as a power cut does."""
        chosen = [*([self.process.pid] if server else []), *(self.workers() if workers else [])]
        for pid in chosen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if server:
            self.process.wait()
            self.process.stdout.close()

    def end(self):
        """End it as an administrator does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


class Place:
    """A data folder."""

    def __init__(self, home, log, environment=None):
        self.home, self.log = home, log
        self.prefix = ()
        """What each command runs inside of (`nsenter ...`)."""
        self.environment = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "500", **(environment or {})}
        self._token = ""
        self._servers = []

    until, free_port = staticmethod(until), staticmethod(free_port)

    def _command(self, *arguments):
        return [*self.prefix, sys.executable, "-m", "kb", "--data", str(self.home), *map(str, arguments)]

    def kb(self, *arguments):
        """Run a command to its end; its exit code, and all that it says."""
        done = self._run(*arguments)
        return done.returncode, done.stdout + done.stderr

    def json(self, *arguments):
        """What a command answers to programs."""
        return json.loads(self._run(*arguments, "--json").stdout)

    def _run(self, *arguments):
        return subprocess.run(
            self._command(*arguments),
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
        )

    def start(self, port=0):
        """Begin `kb serve`; it is not ready yet."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self._command("serve", "--port", port),
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                text=True,
                env=self.environment,
            )
        self._servers.append(Server(process, port))
        return self._servers[-1]

    @contextmanager
    def served(self):
        """A server that is ready, ended at the end."""
        server = self.start(free_port())
        yield server.ready()
        assert server.end() == 0

    def close(self):
        """End what a test that failed has left."""
        for server in self._servers:
            if server.process.returncode is None:
                server.kill()
            server.process.stdout.close()

    def token(self):
        """What a program shows to bring files."""
        if not self._token:
            (self.home / "documents" / ".store").mkdir(parents=True, exist_ok=True)
            with opened(load(self.home, environ={})) as auth:
                account, _ = auth.invite("取り込み", Role.STAFF, OPERATOR)
                self._token = auth.new_token(account, None, OPERATOR)
        return self._token

    def move_to(self, disk):
        """Go on inside of a disk, with what there is."""
        self.token()
        shutil.copytree(self.home, disk.path(self.home.name))
        self.home, self.prefix = disk.folder / self.home.name, disk.prefix

    def bring(self, port, name, content):
        """Bring a public file; status and answer. Raises what the connection breaks with."""
        parts = {"type": "document", "access": "public", "publish": "1"}
        return ask(port, "POST", "/api/documents", self.token(), *multipart(name, content, parts))

    def about(self, port, document):
        """What the server says of a document."""
        status, answer = ask(port, "GET", f"/api/documents/{document}", self.token())
        assert status == 200, answer
        return answer

    def total(self, port, words):
        """How many sections a visitor finds."""
        status, page = ask(port, "GET", f"/search?q={words}", self.token())
        assert status == 200
        return int(re.search(r"（(\d+)件）", page)[1])

    def until_read(self, port, document):
        """The same of a new document, once it has been read or set aside."""

        def found():
            about = self.about(port, document)
            return about["state"] != "waiting" and about

        return until(found, f"{document} is read")


def multipart(name, content, fields):
    """Body and type of a form with a file."""
    boundary, out = uuid4().hex, io.BytesIO()
    for field, value in fields.items():
        out.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode())
    out.write(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode())
    out.write(content + f"\r\n--{boundary}--\r\n".encode())
    return out.getvalue(), f"multipart/form-data; boundary={boundary}"


def ask(port, method, path, token, body=None, kind=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        headers = {"Authorization": f"Bearer {token}", **({"Content-Type": kind} if kind else {})}
        connection.request(method, quote(path, safe="/?=&"), body, headers)
        answer = connection.getresponse()
        text = answer.read()
        is_json = answer.headers.get_content_type().endswith("json")  # problem+json, too
        return answer.status, json.loads(text) if is_json else text.decode()
    finally:
        connection.close()


@pytest.fixture
def place(places):
    """An empty data folder with real processes."""
    return places("資料室")


@pytest.fixture
def places(tmp_path):
    """Makes data folders with real processes."""
    made = []

    def make(name, **options):
        made.append(Place(tmp_path / name, tmp_path / f"{name}.log", **options))
        return made[-1]

    yield make
    for place in made:
        place.close()


class Disk:
    """A folder on which something is mounted, seen only inside a namespace; reached from out here through /proc."""

    def __init__(self, folder):
        self.folder = folder
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", "echo; read _"]
        self._holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.prefix = ("nsenter", "--target", str(self._holder.pid), "--mount")
        """What a command runs inside of."""
        self._holder.stdout.readline()

    def run(self, *command):
        """Run a command inside; whether it could."""
        return subprocess.run([*self.prefix, *map(str, command)], check=False).returncode == 0

    def mounts(self, size):
        return self.run("mount", "-t", "tmpfs", "-o", f"size={size}", "kb", self.folder)

    def make_read_only(self, *parts):
        """Let nothing be written in a folder of it any more."""
        place = self.folder.joinpath(*parts)
        assert self.run("mount", "--bind", place, place)
        assert self.run("mount", "-o", "remount,bind,ro", place)

    def path(self, *parts):
        """A path inside as it is reached from outside."""
        return Path(f"/proc/{self._holder.pid}/root{self.folder}", *parts)

    def fill(self):
        """Leave not one byte."""
        with self.path("石").open("ab", buffering=0) as stone:
            for size in (1 << 20, 1 << 12, 1):
                with suppress(OSError):
                    while True:
                        stone.write(b"\0" * size)

    def make_room(self):
        self.path("石").unlink()

    def close(self):
        self._holder.communicate(b"\n")


@pytest.fixture
def disk(tmp_path):
    """A disk of eight megabytes. CI can have one: there, a test that is skipped for want of it is a failure."""
    (folder := tmp_path / "disk").mkdir()
    if shutil.which("unshare") and shutil.which("nsenter"):
        made = Disk(folder)
        try:
            if made.mounts("8m"):
                yield made
                return
        finally:
            made.close()
    if os.environ.get("KB_REQUIRE_MOUNTS") == "1":
        pytest.fail("KB_REQUIRE_MOUNTS=1, but nothing can be mounted in a namespace: run as root, with util-linux")
    pytest.skip("NO TESTS OF FULL AND READ-ONLY DISKS: mounting needs root and util-linux (unshare, nsenter)")
