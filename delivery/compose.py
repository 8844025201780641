"""Our own rules for the compose file: nothing is reached from elsewhere, and no secret stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from delivery.complaint import Complaint

LAYER = "rules"
FILE = "deployments/compose.yaml"
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|API_KEY|AUTH_STRING|CREDENTIALS")
GIVEN = re.compile(r"\$\{\w+:\?[^}]+\}")  # from the environment, and a sentence where it is not there
ADDRESSES = ("SHOPFLOW_DASHBOARD_ADDRESS", "SHOPFLOW_DASHBOARD_ALLOWED")


def complaints(root: Path) -> Iterator[Complaint]:
    """The compose file against every rule."""
    told = yaml.safe_load((root / FILE).read_text("utf-8"))
    for name, service in told["services"].items():
        for says in (*_of(service), *_waits(service, told["services"])):
            yield Complaint(LAYER, FILE, f"{name}: {says}")
    for says in _of_dashboard(told["services"]):
        yield Complaint(LAYER, FILE, f"dashboard: {says}")


def _of(service: dict[str, Any]) -> Iterator[str]:
    for port in service.get("ports", []):
        if not str(port).startswith("127.0.0.1:"):
            yield f"port {port} is open to the network: publish it on 127.0.0.1"
    for variable, value in service.get("environment", {}).items():
        if SECRET.search(variable) and not GIVEN.fullmatch(str(value)):
            yield f"{variable} stands in the file: take it from the environment, as ${{NAME:?what to do}}"
    if "build" not in service:
        tag = service["image"].partition(":")[2]
        if not re.match(r"\d+\.\d+", tag):
            yield f"{service['image']} is no exact version: what runs would change by itself"
    elif not (service.get("read_only") and service.get("cap_drop") == ["ALL"]):
        yield "may write into its image, or has rights of root's: read_only, cap_drop: [ALL]"
    if service.get("privileged") or any("docker.sock" in str(each) for each in service.get("volumes", [])):
        yield "has the whole machine"
    if service.get("network_mode") == "host":
        yield "is in the machine's own network, where nothing keeps others out"


def _waits(service: dict[str, Any], services: dict[str, Any]) -> Iterator[str]:
    for other, how in service.get("depends_on", {}).items():
        if how["condition"] == "service_healthy" and "healthcheck" not in services[other]:
            yield f"waits for {other} to be healthy, which has no healthcheck"


def _of_dashboard(services: dict[str, Any]) -> Iterator[str]:
    dashboard = services["dashboard"]
    set_here = [name for name in ADDRESSES if name in dashboard["environment"]]
    if set_here:
        yield f"{', '.join(set_here)}: without a sign-in it listens on loopback, and the door is the way in"
    for name, service in services.items():
        if name != "dashboard" and set(service.get("networks", [])) & set(dashboard["networks"]):
            yield f"{name} is in its network, and could read the numbers past the door"
