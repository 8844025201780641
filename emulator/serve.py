"""Both servers in one process, and what to export in order to use them."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bqemulator.config import LogLevel, Settings
from bqemulator.server import EmulatorServer
from gcp_storage_emulator.server import Server, create_server

HOST = "127.0.0.1"


class Ports(NamedTuple):
    """0 stands for one that is free."""

    bigquery: int
    grpc: int
    storage: int


async def serve(ports: Ports, project: str, bucket: str, folder: Path, *, until_stdin_ends: bool) -> None:
    """Serve until the process is interrupted or told to end, and print the exports once both answer."""
    storage = create_server(HOST, ports.storage, default_bucket=bucket, data_dir=str(folder))
    bigquery = EmulatorServer(
        Settings(
            rest_host=HOST,
            rest_port=ports.bigquery,
            grpc_host=HOST,
            grpc_port=ports.grpc,
            default_project_id=project,
            # Load jobs read the objects of gs://bucket where the storage emulator keeps them.
            gcs_local_root=folder / ".cloudstorage",
            log_level=LogLevel.ERROR,
        )
    )
    logging.getLogger("gcp_storage_emulator").setLevel(logging.CRITICAL)
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    if until_stdin_ends:
        threading.Thread(target=_call_when_stdin_ends, args=(loop, end.set), daemon=True).start()
    storage.start()
    try:
        await bigquery.start()
        for name, value in _exports(bigquery, storage, project, bucket).items():
            print(f"export {name}={value}")
        print("# serving; Ctrl-C ends it, and all that it holds goes with it", flush=True)
        await end.wait()
    finally:
        await bigquery.stop()
        storage.stop()


def _call_when_stdin_ends(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    sys.stdin.read()
    loop.call_soon_threadsafe(call)


def _exports(bigquery: EmulatorServer, storage: Server, project: str, bucket: str) -> dict[str, str]:
    port = storage._api._httpd.server_address[1]
    return {
        "SHOPFLOW_TARGET": "bigquery",
        "SHOPFLOW_BIGQUERY_ENDPOINT": bigquery.rest_url,
        "SHOPFLOW_BIGQUERY_PROJECT": project,
        "SHOPFLOW_LAKE": f"gs://{bucket}/shop",
        "STORAGE_EMULATOR_HOST": f"http://{HOST}:{port}",
        "BIGQUERY_STORAGE_GRPC_ENDPOINT": bigquery.grpc_endpoint,
    }
