"""Manifests that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.checks.manifest import manifests, read_manifest
from flows.errors import StorageError
from flows.lake import Lake


@pytest.mark.parametrize("content", ["", "{}", '{"batch": {"batch_id": "b1"}}', "\x00"])
def test_a_manifest_that_is_none_is_named_also_where_all_are_read(tmp_path: Path, content: str) -> None:
    """Regression: who reads them all, as an erasure does, ended with a traceback."""
    lake = Lake(tmp_path)
    path = lake.manifest("b1")
    assert list(manifests(lake)) == []
    path.parent.mkdir()
    path.write_text(content)
    said = f"{path} is no manifest of this version of shopflow: take it away"
    with pytest.raises(StorageError, match=said):
        list(manifests(lake))
    with pytest.raises(StorageError, match=said):
        read_manifest(lake, "b1", "UTC")


def test_a_manifest_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.manifest("b1").mkdir(parents=True)
    with pytest.raises(StorageError, match=f"{lake.manifest('b1')} cannot be read: Is a directory"):
        list(manifests(lake))
