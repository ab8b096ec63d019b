"""Other processes: whether they run, and waiting for what they do."""

from pathlib import Path
from threading import Event
from time import monotonic

#: Longest time that anything may take before it is a failure, in seconds: a deadline, not a measurement.
PATIENCE = 120

#: How often somebody who waits for another process looks again, in seconds.
GLANCE = 0.05


def until(condition, what):
    """Wait for something that other processes do."""
    end, pause = monotonic() + PATIENCE, Event()
    while not (found := condition()):
        assert monotonic() < end, f"in vain: {what}"
        pause.wait(GLANCE)
    return found


def is_running(pid):
    """Whether a process is there and no zombie that its parent has yet to collect."""
    try:
        with Path(f"/proc/{pid}/stat").open(encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False
