"""The image is built and pushed before deploying where that is asked for, and never otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from flows.deployments import image
from flows.deployments.pools import CLOUD_RUN, PROCESS
from flows.errors import ServerError
from flows.settings import PROJECT

NAME = "europe-docker.pkg.dev/my-project/shopflow/shopflow:1"


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What Docker was told, line by line; it does nothing else."""
    told = tmp_path / "told"
    stand_in = tmp_path / "docker"
    stand_in.write_text(f'#!/bin/sh\necho "$PWD $*" >> {told}\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SHOPFLOW_CLOUD_RUN_IMAGE", NAME)
    image._docker.cache_clear()
    yield told
    image._docker.cache_clear()


def test_the_steps_of_every_deployment_build_once_and_then_push(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPFLOW_BUILD_IMAGE", "true")
    monkeypatch.setattr(image, "pool_of_prefect", lambda: CLOUD_RUN.name)
    text = yaml.safe_load((PROJECT / "prefect.yaml").read_text("utf-8"))
    for _ in range(2):  # as Prefect does, for each deployment
        for (name, given), *others in map(list, map(dict.items, [*text["build"], *text["push"]])):
            assert others == []
            module, _, function = name.rpartition(".")
            getattr(import_module(module), function)(**{key: value for key, value in given.items() if key != "id"})
    assert docker.read_text().splitlines() == [
        f"{PROJECT} build --file deployments/Dockerfile --tag {NAME} .",
        f"{PROJECT} push {NAME}",
    ]


@pytest.mark.parametrize(("asked", "pool"), [("", CLOUD_RUN), ("false", CLOUD_RUN), ("true", PROCESS)])
def test_nothing_is_built_that_nobody_asked_for(
    docker: Path, monkeypatch: pytest.MonkeyPatch, asked: str, pool: object
) -> None:
    if asked:
        monkeypatch.setenv("SHOPFLOW_BUILD_IMAGE", asked)
    assert image.build(pool.name) == image.push(pool.name) == {}  # type: ignore[attr-defined]
    assert not docker.exists()


def test_what_docker_cannot_do_is_one_sentence(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPFLOW_BUILD_IMAGE", "true")
    (docker.parent / "docker").write_text("#!/bin/sh\nexit 7\n")
    with pytest.raises(ServerError, match=rf"^`docker push {NAME}` failed with exit code 7; "):
        image.push(CLOUD_RUN.name)


def test_where_docker_is_not_installed_the_sentence_says_what_to_do(
    docker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPFLOW_BUILD_IMAGE", "true")
    monkeypatch.setenv("PATH", str(docker.parent / "nowhere"))
    with pytest.raises(ServerError, match="Docker is not installed: unset it"):
        image.build(CLOUD_RUN.name)
