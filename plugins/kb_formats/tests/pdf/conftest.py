"""The sheet module lies beside the tests, which pytest imports one by one."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
