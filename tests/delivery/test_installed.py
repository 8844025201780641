"""The commands of the Dockerfile, run in empty folders without a container engine: `make image-check`.

They install everything from a package registry, which takes a minute or two and a network, so `make test` leaves them
out; the workflow of pull requests runs them. What a container does besides, such as to keep the machine out, is not
tried.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from delivery.image import instructions
from flows.settings import PROJECT
from tests.delivery.test_image import is_sent
from tests.delivery.test_job_body import CLOUD, SECRETS
from tests.ports import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "SHOPFLOW_TEST_IMAGE" not in os.environ, reason="it needs a package registry: `make image-check`"
    ),
]
# Root without rights over others' files, as the container's user is: what is closed to writing is closed to us.
AS_ANYBODY = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []


@dataclass(frozen=True)
class Image:
    """The root of what would be the image, and what its environment would be."""

    root: Path
    environment: dict[str, str]

    def run(self, *command: str, **more: str) -> str:
        """What a command prints, by somebody who may write into the home alone, with `/app` as its folder."""
        ran = subprocess.run(
            [*AS_ANYBODY, *command],
            cwd=self.root / "app",
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


def built(root: Path) -> dict[str, str]:
    """Follow the Dockerfile below `root`, where its folders are; returns the environment of its last stage."""
    kept = ("PATH", "PIP_", "UV_", "SSL_", "REQUESTS_", "HTTP", "http", "NO_PROXY", "no_proxy", "LANG")
    given = {name: value for name, value in os.environ.items() if name.startswith(kept)}
    stages: list[dict[str, str]] = []
    for verb, words in instructions(PROJECT):
        if verb == "FROM":
            stages.append(dict(given))
        elif verb == "ARG":
            stages[-1].update([words.split("=", 1)])
        elif verb == "ENV":
            named = (word.split("=", 1) for word in words.split())
            stages[-1].update((name, within(root, value).replace("$PATH", given["PATH"])) for name, value in named)
        elif verb == "COPY" and "--from" not in words:
            *names, target = words.split()
            for name in names:
                copy(name, root / "app" / target if target.endswith("/") else (root / "app" / target).parent)
        elif verb == "RUN" and "useradd" not in words:
            command = within(root, words).replace("python -m venv", f"{sys.executable} -m venv")
            subprocess.run(
                ["sh", "-c", command], cwd=root / "app", env=stages[-1], check=True, stdout=subprocess.DEVNULL
            )
    return stages[-1]


def within(root: Path, words: str) -> str:
    for place in ("/opt/venv", "/home/shopflow", "/data"):
        words = words.replace(place, f"{root}{place}")
    return words


def copy(name: str, folder: Path) -> None:
    """As Docker does: what .dockerignore keeps back is not there."""
    source = PROJECT / name
    for path in [source] if source.is_file() else sorted(source.rglob("*")):
        if path.is_file() and is_sent(str(path.relative_to(PROJECT))):
            target = folder / path.relative_to(source.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    root = tmp_path_factory.mktemp("image")
    for name in ("app", "opt", "home/shopflow", "data"):
        (root / name).mkdir(parents=True)
    environment = built(root)
    closed = ["app", "opt/venv", "home/shopflow"]
    subprocess.run(["chmod", "-R", "a-w", *closed], cwd=root, check=True)
    yield Image(root, environment)
    subprocess.run(["chmod", "-R", "u+w", *closed], cwd=root, check=True)
    shutil.rmtree(root)


def test_the_image_runs_a_shop_where_nothing_but_its_home_can_be_written(image: Image) -> None:
    with pytest.raises(AssertionError, match="Permission denied"):
        image.run("touch", "written")
    port = str(free_port())
    shown = image.run("shopflow", "run", SHOPFLOW_SERVER_PORT=port)
    image.run("shopflow", "stop", SHOPFLOW_SERVER_PORT=port)
    assert "✓ publish" in shown
    assert (image.root / "data/serving/current.duckdb").exists()


def test_what_infra_and_compose_start_from_it_is_installed(image: Image) -> None:
    assert "--pool" in image.run("prefect", "worker", "start", "--help")
    libraries = "authlib, google.cloud.bigquery, looker_sdk, prefect_gcp, streamlit"
    assert image.run("python", "-c", f"import {libraries}; print('there')") == "there\n"
    assert image.run("python", "-c", "import flows; print(flows.__file__)").startswith(str(image.root / "app/flows"))


def test_tests_linters_and_secrets_are_not_in_it(image: Image) -> None:
    found = {path.name for path in (image.root / "app").iterdir()}
    assert found & {"tests", ".git", ".venv", "data", "infra", ".github"} == set()
    assert [path.name for path in (image.root / "app/.streamlit").iterdir()] == ["config.toml"]


def test_the_body_of_a_job_on_cloud_run_has_secrets_by_reference_and_none_in_plain(image: Image) -> None:
    told = CLOUD | SECRETS | {"SHOPFLOW_HOME": "/data", "PYTHONPATH": str(image.root / "app")}
    body = json.loads(image.run("python", "-c", (PROJECT / "tests/delivery/job_body.py").read_text("utf-8"), **told))
    task = body["template"]["template"]
    (container,) = task["containers"]
    assert container["image"] == CLOUD["SHOPFLOW_CLOUD_RUN_IMAGE"]
    assert container["command"] == ["python", "-m", "flows.server.engine"]
    assert task["serviceAccount"] == CLOUD["SHOPFLOW_CLOUD_RUN_SERVICE_ACCOUNT"]
    referred = {each["name"]: each["valueSource"]["secretKeyRef"] for each in container["env"] if "valueSource" in each}
    assert referred == {
        "PREFECT_API_KEY": {"secret": "prefect-api-key", "version": "latest"},
        "LOOKERSDK_CLIENT_SECRET": {"secret": "looker-client-secret", "version": "latest"},
    }
    assert [value for value in (*SECRETS.values(), "pnu_secret") if value in json.dumps(body)] == []
