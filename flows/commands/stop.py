"""`shopflow stop`: what runs in the background ends, the server last."""

from __future__ import annotations

from flows import server
from flows.server import companions
from flows.settings import load_settings


def stop_all() -> None:
    """End the worker with its runs, which tell the server how they ended, and then the server; print what has ended."""
    settings = load_settings()
    for name in companions.stop(settings):
        print(f"the {name} has ended")
    print("the Prefect server has ended" if server.stop(settings) else "no Prefect server was running")
