"""What is in the image: all that is started from it, and nothing that lies about."""

from __future__ import annotations

import re
import subprocess

import pytest

from delivery.image import NEEDED, extras, instructions, rules_of_context
from flows.deployments.values import IMAGE_HOME, IMAGE_PROJECT
from flows.settings import PROJECT


def is_sent(name: str) -> bool:
    """Whether a file is sent to the build: the last line of .dockerignore that fits it, or a folder above, decides."""
    parts = name.split("/")
    above = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    sent = True
    for rule in rules_of_context(PROJECT):
        form = re.escape(rule.lstrip("!")).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(form, each) for each in above):
            sent = rule.startswith("!")
    return sent


def copied() -> set[str]:
    """What the Dockerfile takes from the project."""
    words = [rest.split()[:-1] for verb, rest in instructions(PROJECT) if verb == "COPY" and "--from" not in rest]
    return {name for each in words for name in each}


def test_what_infra_starts_from_the_image_is_installed_in_it() -> None:
    assert extras(PROJECT) == NEEDED == {"bigquery", "looker", "prefect-gcp", "sign-in"}


def test_everything_that_is_copied_is_there_and_sent() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    names = [name for name in tracked.splitlines() if any(f"{name}/".startswith(f"{each}/") for each in copied())]
    assert {name for name in names if not is_sent(name)} <= {"transforms/.user.yml"}
    assert all((PROJECT / name).exists() for name in copied())
    needed = {
        "dashboards",
        ".streamlit",
        "flows",
        "transforms",
        "deployments/pools",
        "deployments/door.py",
        "prefect.yaml",
    }
    assert needed <= copied()


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        "flows/.env",
        "deployments/.env",
        "deployments/shopflow.env",
        ".streamlit/secrets.toml",
        "data/warehouse.duckdb",
        ".git/config",
        ".venv/bin/python",
        "infra/environments/prod.tfvars",
        "gha-creds-0123456789abcdef.json",
        "flows/__pycache__/land.cpython-311.pyc",
        "transforms/target/manifest.json",
        "tests/conftest.py",
    ],
)
def test_what_lies_about_is_not_sent(name: str) -> None:
    assert not is_sent(name)


def test_the_image_puts_project_and_home_where_deployments_look_for_them() -> None:
    told = instructions(PROJECT)
    assert [rest for verb, rest in told if verb == "WORKDIR"] == [IMAGE_PROJECT] * 2
    assert [rest for verb, rest in told if verb == "VOLUME"] == [IMAGE_HOME]
    assert f"SHOPFLOW_HOME={IMAGE_HOME}" in " ".join(rest for verb, rest in told if verb == "ENV")


def test_the_image_is_the_command_and_runs_by_itself() -> None:
    assert instructions(PROJECT)[-2:] == [("ENTRYPOINT", '["shopflow"]'), ("CMD", '["run"]')]


def test_every_telemetry_that_the_package_switches_off_is_off_for_other_commands_too() -> None:
    """`prefect worker start` imports nothing of ours, so flows/quiet.py is not asked."""
    told = " ".join(rest for verb, rest in instructions(PROJECT) if verb == "ENV").split()
    off = {"DO_NOT_TRACK=1", "DBT_SEND_ANONYMOUS_USAGE_STATS=false", "PREFECT_SERVER_ANALYTICS_ENABLED=false"}
    assert off | {"SODA_CORE_TELEMETRY_ENABLED=false"} <= set(told)
