"""The dashboard's door in a container: what comes in goes to loopback, and comes back."""

from __future__ import annotations

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from flows.settings import PROJECT
from tests.ports import free_port

DEADLINE_SECONDS = 3  # for what would wait for ever


def door_module() -> Any:
    spec = spec_from_file_location("door", PROJECT / "deployments/door.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def visit(port: int, said: bytes) -> bytes:
    """What comes back, up to the end, after all has been said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


async def through(answer: Callable[[bytes], Awaitable[bytes]] | None, said: list[bytes]) -> list[bytes]:
    """What visitors get who come at once, where `answer` is inside; None: nobody is."""

    async def inside(reader: StreamReader, writer: StreamWriter) -> None:
        assert answer
        writer.write(await answer(await reader.read()))
        await writer.drain()
        writer.close()

    outer, inner = free_port(), free_port()
    opened = await door_module().door(outer, inner)
    server = await asyncio.start_server(inside, "127.0.0.1", inner) if answer else None
    try:
        return await asyncio.gather(*(visit(outer, each) for each in said))
    finally:
        opened.close()
        if server:
            server.close()


def test_all_that_is_said_comes_in_and_all_of_the_answer_comes_out() -> None:
    async def backwards(said: bytes) -> bytes:
        return said[::-1]

    large = bytes(range(256)) * 4000
    assert asyncio.run(through(backwards, [b"abc", large])) == [b"cba", large[::-1]]


def test_a_visitor_who_is_slow_keeps_nobody_waiting() -> None:
    async def both() -> list[bytes]:
        second_has_come = asyncio.Event()

        async def answer(said: bytes) -> bytes:
            if said == b"slow":
                await second_has_come.wait()
            else:
                second_has_come.set()
            return said

        return await through(answer, [b"slow", b"fast"])

    assert asyncio.run(both()) == [b"slow", b"fast"]


def test_a_visitor_who_has_gone_before_the_answer_harms_nobody() -> None:
    """The accident: each browser's tab that was closed left a traceback in the log."""

    async def both() -> list[dict[str, Any]]:
        trouble: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: trouble.append(told))
        outer, inner, met = free_port(), free_port(), asyncio.Event()

        async def inside(reader: StreamReader, writer: StreamWriter) -> None:
            await reader.readexactly(3)
            met.set()
            await reader.read()
            writer.close()

        opened = await door_module().door(outer, inner)
        inner_server = await asyncio.start_server(inside, "127.0.0.1", inner)
        async with asyncio.timeout(DEADLINE_SECONDS), opened, inner_server:
            _, writer = await asyncio.open_connection("127.0.0.1", outer)
            writer.write(b"abc")
            await met.wait()
            without_goodbye = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, without_goodbye)
            writer.transport.abort()
            while len(asyncio.all_tasks()) > 1:
                await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()}, return_when="FIRST_COMPLETED")
        return trouble

    assert asyncio.run(both()) == []


def test_where_nothing_listens_inside_the_visitor_is_sent_away() -> None:
    assert asyncio.run(through(None, [b"abc"])) == [b""]
