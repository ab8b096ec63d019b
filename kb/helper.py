"""Helpers: processes beside this one that are asked through pipes, one question after the other.

They are ordinary programs, not ``multiprocessing``: that would run the main script again in each, whatever it is. A
helper ends when its standard input does, whichever way the process that holds the other end has ended.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from typing import IO, Any, cast

#: Bytes of the number that says how long what follows is.
_SIZE = 8


def send(value: Any, stream: IO[bytes]) -> None:
    """Write what ``receive`` reads."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(_SIZE))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """What was sent; None at the end, and where the sender has died over it."""
    size = int.from_bytes(stream.read(_SIZE))
    data = stream.read(size)
    # Only ever what a process of ours has written into a pipe that only the two of us hold.
    return pickle.loads(data) if size and len(data) == size else None  # noqa: S301


def pipes() -> tuple[IO[bytes], IO[bytes]]:
    """A helper's own ends: where it is asked, and where it answers.

    From now on, what it prints goes to its log, and what reads its standard input finds nothing: neither it nor a
    program that it starts may read questions, or write into the answers.
    """
    questions, answers = os.fdopen(os.dup(sys.stdin.fileno()), "rb"), os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return questions, answers


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Close the pipes to a process."""
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):  # what it was never asked is still to be written
                pipe.close()


def processors(most: int) -> int:
    """How many processors this process may use, as far as that is known; at most ``most``.

    A container tells of all processors of its machine, not of its share.
    """
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(known, most)


class UnaskedError(OSError):
    """A helper has not been asked: it is not there. Whatever was to be asked has not been begun."""


class Helper:
    """A helper, started when it is first asked. Safe to share between threads."""

    def __init__(self, command: Sequence[str], environment: Callable[[], dict[str, str]], pipe: int = -1) -> None:
        """It knows how to start, and has not.

        Args:
            command: the program with its arguments.
            environment: its environment variables, asked when it starts.
            pipe: bytes that a pipe should hold, where that can be chosen (Linux).

        """
        self._command, self._environment, self._pipe = list(command), environment, pipe
        self._asking, self._hearing, self._starting = Lock(), Lock(), Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._is_over = False

    def ask(self, question: Any) -> Any:
        """Its answer. A second question may be asked meanwhile: answers come in the order of questions.

        Raises:
            UnaskedError: it cannot be started, or has died before.
            OSError: it has died over it.

        """
        try:
            answer = self._answer(question)
        except OSError:
            raise
        except Exception as error:  # a pipe that has been let go of, half an answer: nothing more can be told from it
            self.kill()
            raise BrokenPipeError("the helper cannot be understood") from error
        if answer is None:
            raise BrokenPipeError("the helper has died")
        return answer

    def _answer(self, question: Any) -> Any:
        with self._asking:
            try:
                questions, answers = self._ends()
                send(question, questions)
            except (OSError, ValueError) as error:  # ValueError: whoever watches over it has let go of it
                raise UnaskedError(*error.args) from error
            self._hearing.acquire()  # whoever asks next hears next
        try:
            return receive(answers)
        finally:
            self._hearing.release()

    def start(self) -> subprocess.Popen[bytes]:
        """Start it before anybody asks; its process.

        Raises:
            OSError: it cannot be started.

        """
        with self._starting:
            if self._is_over:
                raise BrokenPipeError("the helper has been ended")
            if self._running is None:
                self._running = self._started()
            return self._running

    def kill(self) -> None:
        """End it, whatever it is at; whoever waits for it gets an OSError."""
        with self._starting:
            self._is_over = True
        if self._running:
            self._running.kill()

    def close(self) -> None:
        """Let go of it, once nobody waits any more: it ends when it finds out."""
        with self._starting:
            self._is_over = True
        if self._running:
            let_go(self._running)
            self._running.wait()

    def _ends(self) -> tuple[IO[bytes], IO[bytes]]:
        running = self.start()
        return cast("IO[bytes]", running.stdin), cast("IO[bytes]", running.stdout)

    def _started(self) -> subprocess.Popen[bytes]:
        try:
            return self._start(self._pipe)
        except PermissionError:  # this user has too many pipes to have them that long
            return self._start(-1)

    def _start(self, pipe: int) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl+C is for this process, which ends the other.
        return subprocess.Popen(  # noqa: S603 - our own command
            self._command,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            pipesize=pipe,
        )
