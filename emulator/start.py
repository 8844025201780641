"""Start the emulators in a process of their own, from any environment, and end them with the caller."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT_FOLDER = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Emulator:
    """Where the servers answer."""

    endpoint: str
    grpc: str
    storage: str
    project: str
    lake: str


@contextmanager
def emulator(python: Path, *arguments: str, log: Path) -> Iterator[Emulator]:
    """Both servers on ports that are free, run by the python of the emulator's environment, until the block ends.

    They end with the calling process too, however that ends. Raises RuntimeError, with the end of the log, where they
    do not start.
    """
    ports = ("--bigquery-port=0", "--grpc-port=0", "--storage-port=0", "--until-stdin-ends")
    with log.open("w") as written:
        process = subprocess.Popen(
            [python, "-m", "emulator", *ports, *arguments],
            cwd=PROJECT_FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
        )
    assert process.stdin
    assert process.stdout
    try:
        told = {}
        for line in process.stdout:
            if line.startswith("#"):
                break
            name, _, value = line.removeprefix("export ").strip().partition("=")
            told[name] = value
        else:
            raise RuntimeError(f"the emulators did not start: {log.read_text()[-2000:]}")
        yield Emulator(
            told["SHOPFLOW_BIGQUERY_ENDPOINT"],
            told["BIGQUERY_STORAGE_GRPC_ENDPOINT"],
            told["STORAGE_EMULATOR_HOST"],
            told["SHOPFLOW_BIGQUERY_PROJECT"],
            told["SHOPFLOW_LAKE"],
        )
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()
