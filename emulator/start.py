"""Start the emulators in a process of their own, from any environment, and end them with the caller."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

PROJECT_FOLDER = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Emulator:
    """Where the servers answer."""

    endpoint: str
    grpc: str
    storage: str
    project: str
    lake: str

    def fault(
        self, what: str, *, times: int = 1, after: int = 0, method: str = "", path: str = "", body: str = ""
    ) -> None:
        """Order a fault (`emulator.faults.Fault`) for the next requests that the patterns find."""
        fault = {"what": what, "times": times, "after": after, "method": method, "path": path, "body": body}
        self.ask("POST", "/__faults", fault)

    def faults_left(self) -> list[dict[str, Any]]:
        """The faults that have not happened yet."""
        return list(self.ask("GET", "/__faults"))

    def no_more_faults(self) -> None:
        """Forget the faults that have not happened yet."""
        self.ask("DELETE", "/__faults")

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs, as BigQuery's API tells them, in the order in which they were begun."""
        place = f"/bigquery/v2/projects/{self.project}/jobs"
        listed = self.ask("GET", f"{place}?maxResults=1000000")["jobs"]
        # The emulator's list does not tell which ones failed.
        told = [self.ask("GET", f"{place}/{job['jobReference']['jobId']}") for job in listed]
        return sorted(told, key=lambda job: int(job["statistics"]["creationTime"]))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the emulator of BigQuery answers."""
        sent = None if body is None else json.dumps(body).encode()
        with urlopen(
            Request(self.endpoint + path, sent, {"content-type": "application/json"}, method=method)
        ) as answer:
            return json.load(answer)


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
