"""The dashboard's door in a container: hands on what comes from outside to what listens on loopback alone.

Without a sign-in the dashboard listens on 127.0.0.1, which in a container nobody reaches, not even the machine that it
is on. This listens beside it, in the same network, and compose.yaml publishes its port on the machine's loopback only.

    python deployments/door.py 8502 8501        # from port 8502 on every address to 127.0.0.1:8501
"""

from __future__ import annotations

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from contextlib import suppress

CHUNK = 65536


async def hand_on(reader: StreamReader, writer: StreamWriter) -> None:
    """Copy until the sender has ended, or has gone, then tell the receiver so; one who has gone, too, hears no more."""
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.write_eof()


async def let_in(reader: StreamReader, writer: StreamWriter, port: int) -> None:
    """One visitor: both ways, until both sides have ended. Where nothing listens inside, he is sent away at once."""
    try:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        writer.close()
        return
    try:
        await asyncio.gather(hand_on(reader, inner_writer), hand_on(inner_reader, writer))
    finally:
        inner_writer.close()
        writer.close()


async def door(outside: int, inside: int) -> asyncio.Server:
    """The door, open: on every address at the port outside, to loopback at the port inside."""
    return await asyncio.start_server(lambda reader, writer: let_in(reader, writer, inside), port=outside)


async def main(outside: int, inside: int) -> None:
    async with await door(outside, inside) as opened:
        await opened.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
