"""A schema as Terraform's plugin protocol 5 has it, and what little of its messages has to be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

NESTING = {"single": 1, "list": 2, "set": 3, "map": 4}


def schemas(schema: dict[str, Any]) -> bytes:
    """The answer to GetSchema: that of the provider's own block, of every resource and of every data source."""
    out = _bytes(1, _bytes(2, _block(schema["config"])))
    for field, kind in ((2, "resources"), (3, "data")):
        for name, block in schema[kind].items():
            out += _bytes(field, _bytes(1, name.encode()) + _bytes(2, _bytes(2, _block(block))))
    return out


def problems(told: list[str]) -> bytes:
    """The answer to a question whether a resource is right: errors, a sentence each."""
    return b"".join(_bytes(1, _int(1, 1) + _bytes(2, sentence.encode())) for sentence in told)


def fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message that hold bytes; numbers are passed over."""
    at = 0
    while at < len(message):
        key, at = _read(message, at)
        size, at = _read(message, at)
        if key & 7 == 2:
            yield key >> 3, message[at : at + size]
            at += size


def _block(block: dict[str, Any]) -> bytes:
    out = b""
    for name, told in sorted(block["attrs"].items()):
        is_read, is_required = told.get("c", 0), told.get("r", 0)
        flags = _int(4, is_required) + _int(5, int(not is_required and not is_read))
        flags += _int(6, int(bool(is_read or told.get("oc"))))
        out += _bytes(2, _bytes(1, name.encode()) + _bytes(2, json.dumps(told["t"]).encode()) + flags)
    for name, told in sorted(block["blocks"].items()):
        bounds = _int(3, NESTING[told["nest"]]) + _int(4, told["min"]) + _int(5, told["max"])
        out += _bytes(3, _bytes(1, name.encode()) + _bytes(2, _block(told)) + bounds)
    return out


def _varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def _read(message: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[at]
        number, shift, at = number | (byte & 0x7F) << shift, shift + 7, at + 1
        if byte < 0x80:
            return number, at


def _int(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value
