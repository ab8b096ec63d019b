"""Processes beside this one: asked through pipes, and started again when they have ended."""

import os
import subprocess
import sys
from threading import Event

import pytest

from kb.helper import Helper, UnaskedError
from kb.supervisor import Supervisor
from tests.processes import PATIENCE

ECHO = """
from kb.helper import pipes, receive, send
questions, answers = pipes()
print("これは答えに混ざりません")
while (asked := receive(questions)) is not None:
    send(asked * 2, answers)
"""

#: Says that an answer has so many bytes, and gives others.
GARBAGE = """
from kb.helper import pipes, receive
questions, answers = pipes()
receive(questions)
answers.write((3).to_bytes(8) + "違".encode())
answers.flush()
receive(questions)
"""


def helper(program):
    return Helper([sys.executable, "-c", program], lambda: dict(os.environ))


def test_answers_are_those_to_the_questions():
    asked = helper(ECHO)
    assert [asked.ask(words) for words in ("見守り", "配食")] == ["見守り見守り", "配食配食"]
    asked.close()
    with pytest.raises(UnaskedError):
        asked.ask("見守り")


def test_who_cannot_be_understood_is_ended():
    asked = helper(GARBAGE)
    process = asked.start()
    with pytest.raises(OSError, match="understood"):
        asked.ask("見守り")
    assert process.wait(PATIENCE) != 0
    asked.close()


def test_who_is_not_there_has_not_been_asked():
    with pytest.raises(UnaskedError):
        Helper(["/nowhere/kb"], lambda: dict(os.environ)).ask("見守り")


def test_what_cannot_be_started_again_is_tried_later():
    attempts, there = [], Event()

    def start():
        attempts.append(len(attempts))
        if len(attempts) == 2:
            raise OSError("今は始められません")
        program = "import sys; sys.stdin.read()" if len(attempts) == 3 else ""
        process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
        if len(attempts) == 3:
            there.set()
        return process

    with Supervisor(start):
        assert there.wait(PATIENCE)
    assert attempts == [0, 1, 2]
