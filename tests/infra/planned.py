"""What `terraform test -json -verbose` tells: which runs passed, and the resources that the security test makes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

NEWEST = "8.7"


@dataclass(frozen=True)
class Planned:
    """Resources by type and key, as they would be made, and the module's outputs."""

    resources: dict[str, dict[str, dict[str, Any]]]
    outputs: dict[str, Any]

    def env(self, kind: str, key: str) -> dict[str, str]:
        """The variables of a container, those from secrets as `secret:NAME`."""
        template = self.resources[kind][key]["template"][0]
        (container,) = (template["template"][0] if "template" in template else template)["containers"]
        return {each["name"]: _value(each) for each in container["env"]}


def _value(told: dict[str, Any]) -> str:
    if told["value_source"]:
        return f"secret:{told['value_source'][0]['secret_key_ref'][0]['secret']}"
    return str(told["value"])


def messages(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def runs(out: str) -> dict[str, str]:
    """How each run ended, by its name."""
    told = [message["test_run"] for message in messages(out) if message["type"] == "test_run"]
    return {run["run"]: run["status"] for run in told if run.get("progress") == "complete"}


def planned(out: str) -> Planned:
    """The state that the test with everything in it has applied to mocks."""
    (state,) = [message["test_state"] for message in messages(out) if message["type"] == "test_state"]
    resources: dict[str, dict[str, dict[str, Any]]] = {}
    for each in state["root_module"]["resources"]:
        resources.setdefault(each["type"], {})[str(each.get("index", each["name"]))] = each["values"]
    return Planned(resources, {name: told["value"] for name, told in state["outputs"].items()})
