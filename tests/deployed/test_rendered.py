"""What is put on a server once more: what differs there, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from flows.deployments import rendered as module
from flows.deployments.pools import PROCESS
from flows.deployments.rendered import differing, rendered
from flows.settings import PROJECT

TRIGGER = {"type": "event", "enabled": True, "expect": ["shopflow.files.arrived"]}


def test_a_trigger_that_is_added_is_deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The accident: it was as if nothing had changed, and no automation was made."""
    there = rendered(PROCESS)
    assert differing(there, there) == []
    text = yaml.safe_load((PROJECT / "prefect.yaml").read_text("utf-8"))
    next(told for told in text["deployments"] if told["name"] == "hourly")["triggers"] = [TRIGGER]
    (tmp_path / "prefect.yaml").write_text(yaml.safe_dump(text))
    monkeypatch.setattr(module, "PROJECT", tmp_path)
    assert differing(rendered(PROCESS), there) == ["pipeline/hourly"]
