"""A process that takes a file in, or works, and kills itself at its n-th durable step. Run by test_crash.py."""

import io
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from kb.ingest.intake import Origin
from kb.model import AccessClass
from kb.plugins import Plugins
from kb.testing import extraction_of, open_library

home, role, step = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
made = {"steps": 0, "armed": False}


def count(*_):
    """One durable step; at the n-th this process is no more."""
    if made["armed"]:
        made["steps"] += 1
        if made["steps"] == step:
            os.kill(os.getpid(), signal.SIGKILL)


def counted(function):
    def before_and_after(*args, **kwargs):
        count()
        result = function(*args, **kwargs)
        count()
        return result

    return before_and_after


for name in ("fsync", "replace", "rename", "unlink"):
    setattr(os, name, counted(getattr(os, name)))
Path.replace, Path.rename = counted(Path.replace), counted(Path.rename)
event.listen(Engine, "commit", count)
event.listen(Engine, "begin", count)

import kb.library  # noqa: E402

kb.library.extract = lambda file, *_: extraction_of(file.read().decode())

with open_library(home, Plugins.load(("kb_formats",))) as library:
    made["armed"] = True
    if role == "accept":
        for line in sys.stdin:
            origin = Origin("upload", content_type="document", access=AccessClass.PUBLIC)
            receipt = library.accept("集い.txt", io.BytesIO(line.replace("|", "\n").encode()), origin)
            print(receipt.document, flush=True)
    else:
        library.work_off()
    made["armed"] = False
    print("steps", made["steps"], flush=True)
