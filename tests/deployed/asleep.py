"""A companion that does nothing until it is told to end; `stubborn` does not even then."""

import signal
import sys
import threading
from pathlib import Path

from flows.server import process

if __name__ == "__main__":
    folder, lock_fd = Path(sys.argv[1]), int(sys.argv[2])
    process.WATCH_SECONDS = 0.1
    process.end_with_home(folder / "asleep.lock", lock_fd)
    if "stubborn" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (folder / "asleep.ready").touch()
    threading.Event().wait()
