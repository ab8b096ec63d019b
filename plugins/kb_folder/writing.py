"""Whether somebody is still writing to a file: a scanner, or a copy over the network."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: Seconds without a change after which a file counts as written. Copying programs write many times a second; FAT and
#: SMB keep times of two seconds' precision.
_QUIET = 2.0
#: Seconds that reading one file waits for its writer; after that it is an error, and the next look tries again.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Writing:
    """Tells by the time of the last change; a time in the future comes from another clock and tells nothing."""

    clock: Callable[[], float] = time.time
    """Seconds since 1970, as the file system counts them."""
    sleep: Callable[[float], None] = time.sleep

    def goes_on(self, status: os.stat_result) -> bool:
        """Whether it was written to a moment ago."""
        return 0 <= self.clock() - status.st_mtime < _QUIET

    def wait_for(self, path: Path) -> os.stat_result:
        """Wait until nobody has written to the file for a moment.

        Raises:
            OSError: it is not there, or its writer does not come to an end.

        """
        end = self.clock() + _PATIENCE
        while self.goes_on(status := path.stat()):
            if self.clock() >= end:
                raise OSError(errno.EBUSY, "まだ書き込まれている途中です", str(path))
            self.sleep(_QUIET - (self.clock() - status.st_mtime))
        return status
