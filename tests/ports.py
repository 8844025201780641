"""Ports for servers that tests start."""

import secrets
import socket
from contextlib import suppress


def free_port() -> int:
    """A port of the loopback interface that was free a moment ago."""
    # Not among the ports that the system gives to outgoing connections: one of another test could take it meanwhile.
    while True:
        port = secrets.choice(range(15_000, 30_000))
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
