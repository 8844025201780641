"""Google's analyzer and evaluator, asked in the emulator's environment."""

import json
import subprocess
from pathlib import Path
from typing import Any

from flows.settings import PROJECT


def judge(python: Path, **asked: Any) -> dict[str, Any]:
    """See `emulator/judge.py`."""
    done = subprocess.run(
        [python, "-m", "emulator.judge"], input=json.dumps(asked), capture_output=True, text=True, cwd=PROJECT
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
