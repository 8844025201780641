"""The dashboard as a user starts it, and a Chromium to look at it with: for tests, benchmark and screenshots."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium, ended with the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        # Sandboxes of Chromium do not start for root, which is who runs in most containers.
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@contextmanager
def dashboard(home: Path, **environment: str) -> Iterator[str]:
    """The address of a dashboard that reads `home`, started as a user starts it and ended with the block."""
    with served(
        [sys.executable, "-m", "flows", "dashboard"], home.parent, SHOPFLOW_HOME=str(home), **environment
    ) as at:
        yield at


@contextmanager
def served(command: list[str], folder: Path, **environment: str) -> Iterator[str]:
    """The address that a command which starts Streamlit prints, in `folder`, on a free port; it ends with the block."""
    environment = {**os.environ, "STREAMLIT_SERVER_PORT": str(free_port()), **environment}
    environment.pop("DISPLAY", None)
    process = subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found[0]
                break
        else:
            raise AssertionError(f"it did not start: {''.join(said)}")
    finally:
        process.terminate()
        process.communicate(timeout=30)
