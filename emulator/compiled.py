"""Google's SQL library is WebAssembly of 28 MB: its machine code is kept beside the environment, for 20 s each time."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import wasmtime
from zetasql.core import wasm_client

FOLDER = Path(sys.prefix) / "cache"


def keep() -> None:
    """Have what is compiled kept, and take what was kept."""
    wasm_client.Module = _Kept
    # Its own go byte by byte.
    wasm_client.WasmClient.read_bytes = _read
    wasm_client.WasmClient.write_bytes = _write


def _read(self: Any, ptr: int, size: int) -> bytes:
    return ctypes.string_at(ctypes.addressof(self.memory.data_ptr().contents) + ptr, size)


def _write(self: Any, ptr: int, data: bytes) -> None:
    ctypes.memmove(ctypes.addressof(self.memory.data_ptr().contents) + ptr, data, len(data))


class _Kept:
    @staticmethod
    def from_file(engine: Any, path: str) -> Any:
        of = f"{version('wasmtime')} {version('zetasql')} {platform.machine()} {platform.processor()}"
        kept = FOLDER / f"{hashlib.sha256(of.encode()).hexdigest()[:16]}.cwasm"
        if kept.exists():
            return wasmtime.Module.deserialize_file(engine, str(kept))
        module = wasmtime.Module.from_file(engine, path)
        FOLDER.mkdir(exist_ok=True)
        written = kept.with_suffix(f".{os.getpid()}")
        written.write_bytes(module.serialize())
        written.replace(kept)
        return module
