"""What is read off a file from end to end: its sha256, and whether its gzip is whole."""

import gzip
import hashlib
import random
from pathlib import Path

import pytest

from flows.errors import SourceError
from flows.sources.fingerprint import CHUNK, fingerprint


def zipped(data: bytes, level: int = 9) -> bytes:
    """gzip without the time of day: the same bytes, and so the same test ids, in every worker."""
    return gzip.compress(data, level, mtime=0)


def noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_the_hash_and_the_size_are_those_of_the_bytes_on_disk(tmp_path: Path, size: int) -> None:
    file = tmp_path / "a"
    file.write_bytes(noise(size))
    assert fingerprint(file) == (hashlib.sha256(noise(size)).hexdigest(), size)


@pytest.mark.parametrize(
    "packed",
    [
        zipped(b"a,b\n1,2\n"),
        zipped(b""),
        zipped(noise(2 * CHUNK)),
        zipped(b"\0" * 50 * CHUNK),
        zipped(b"\0" * CHUNK),
        b"".join(zipped(noise(30_000)) for _ in range(100)),
        zipped(b"a,b\n") + zipped(b"") + zipped(b"1,2\n"),
    ],
    ids=["small", "of nothing", "larger than a chunk", "a bomb", "exactly a chunk", "100 members", "an empty member"],
)
def test_whole_gzip_passes(tmp_path: Path, packed: bytes) -> None:
    file = tmp_path / "a.gz"
    file.write_bytes(packed)
    assert fingerprint(file) == (hashlib.sha256(packed).hexdigest(), len(packed))


def test_gzip_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    """DuckDB reads a cut gzip as far as it goes and says nothing: rows would be lost without a trace."""
    packed = zipped(noise(200))
    file = tmp_path / "a.gz"
    for size in range(3, len(packed)):
        file.write_bytes(packed[:size])
        with pytest.raises(SourceError, match=r"a\.gz is cut off before the end of its gzip: get the file again$"):
            fingerprint(file)


@pytest.mark.parametrize("place", [-1, -5, 40, 150])
def test_gzip_with_one_changed_byte_is_refused(tmp_path: Path, place: int) -> None:
    packed = bytearray(zipped(noise(200)))
    packed[place] ^= 0xFF
    file = tmp_path / "a.gz"
    file.write_bytes(packed)
    with pytest.raises(SourceError, match=r"a\.gz is (damaged inside|cut off before the end) of its gzip"):
        fingerprint(file)


@pytest.mark.parametrize("tail", [b"\0" * 512, b"more", zipped(b"x")[:5]])
def test_gzip_with_something_behind_it_is_refused(tmp_path: Path, tail: bytes) -> None:
    file = tmp_path / "a.gz"
    file.write_bytes(zipped(b"a,b\n1,2\n") + tail)
    with pytest.raises(SourceError, match=r"a\.gz is (damaged inside|cut off before the end) of its gzip"):
        fingerprint(file)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"x" * 100)

    class Growing:
        def __init__(self) -> None:
            self._digest = hashlib.new("sha256")

        def update(self, chunk: bytes) -> None:
            self._digest.update(chunk)
            if file.stat().st_size == 100:
                with file.open("ab") as more:
                    more.write(b"y")

        def hexdigest(self) -> str:
            return self._digest.hexdigest()

    monkeypatch.setattr("flows.sources.fingerprint.hashlib.sha256", Growing)
    with pytest.raises(SourceError, match=r"a\.csv changed while it was read: run again when it is complete"):
        fingerprint(file)


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.csv cannot be read: No such file or directory"):
        fingerprint(tmp_path / "gone.csv")
