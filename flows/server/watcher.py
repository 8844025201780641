"""What runs in the background process `watcher`: the same as `shopflow watch`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flows.commands.watch import AWAY, until_signalled
from flows.server.process import end_with_home
from flows.settings import load_settings


def main() -> None:
    """Watch until SIGTERM. The lock's descriptor is inherited and held open: it says that this watcher lives."""
    folder, lock_fd, api_url = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.environ |= AWAY
    end_with_home(folder / "watcher.lock", lock_fd)
    until_signalled(load_settings(), api_url)


if __name__ == "__main__":
    main()
