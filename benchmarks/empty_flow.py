"""`python -m benchmarks.empty_flow`: five empty tasks on the home's server: what Prefect alone costs a run."""

from __future__ import annotations

import os

from flows import server
from flows.settings import load_settings


def main() -> None:
    found = server.wait(server.start(load_settings()))
    os.environ.update(found.environment())  # before Prefect is imported, as a run does
    from prefect import flow, task

    @task
    def nothing() -> None: ...

    @flow
    def five_times_nothing() -> None:
        for _ in range(5):
            nothing()

    five_times_nothing()


if __name__ == "__main__":
    main()
