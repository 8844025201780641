"""Questions to an address: does a Prefect server answer there, whose is it, is the port free."""

from __future__ import annotations

import http.client
import json
import socket
import time
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from flows.errors import ServerError
from flows.server.environment import HOST


def answers(api_url: str) -> bool:
    """Whether a Prefect server answers there."""
    return get(api_url, "health") is True


def get(api_url: str, path: str, timeout_seconds: float = 2) -> Any:
    """The JSON at `path` of an API, or None where there is no such thing."""
    address = urlsplit(api_url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=timeout_seconds)
    try:
        connection.request("GET", f"{address.path.rstrip('/')}/{path}")
        response = connection.getresponse()
        return json.loads(response.read()) if response.status == 200 else None
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def require_free(port: int, folder: Path, patience_seconds: float = 10) -> None:
    """Return when the port can be had. Raises ServerError that says who holds it, and what to do."""
    deadline = time.monotonic() + patience_seconds
    while not _is_free(port):
        url = f"http://{HOST}:{port}/api"
        other = get(url, "admin/settings")
        if other is None:
            _refuse(port, "another program", "")
        if other.get("home") != str(folder):
            _refuse(port, "another Prefect server", f", or PREFECT_API_URL={url} to use that one")
        if time.monotonic() > deadline:  # one whose home was removed ends by itself
            _refuse(port, "a server of this home that lost its files", ", or end it")
        time.sleep(0.1)


def _refuse(port: int, holder: str, alternative: str) -> NoReturn:
    raise ServerError(f"port {port} is held by {holder}: set SHOPFLOW_SERVER_PORT to a free port{alternative}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
