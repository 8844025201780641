"""Which checks a target has: those of every target, and those of its warehouse."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flows import server
from flows.doctor import emulated, room, scheduled, versions
from flows.doctor.check import Check
from flows.server import companions
from flows.server.probe import require_free
from flows.settings import Settings


def checks(settings: Settings) -> Iterator[Check]:
    """The checks of these settings, those first that others need."""
    yield Check("versions", partial(versions.look, settings))
    yield Check("home", partial(room.look, settings))
    yield Check("Prefect server", partial(_prefect, settings))
    yield from scheduled.checks_of(settings)
    if settings.target == "bigquery":
        from flows.doctor.bucket import look
        from flows.warehouse.bigquery_doctor import checks_of

        yield Check("credentials", partial(_credentials, settings))
        yield from checks_of(settings)
        if settings.is_in_bucket:
            yield Check("bucket", partial(look, settings), needs=("credentials",))
        yield Check("dbt", partial(_dbt, settings), needs=("credentials",))
    else:
        from flows.warehouse.duck_doctor import checks_of as of_file

        yield from of_file(settings)
        yield Check("dbt", partial(_dbt, settings))


def _prefect(settings: Settings) -> str:
    found = server.status(settings)
    if found is None:
        require_free(settings.server_port, settings.prefect_home.resolve(), patience_seconds=0)
        waiting = companions.WORKER.note(settings.prefect_home).exists()
        beside = "; runs on a schedule wait for `make deploy`" if waiting else ""
        return f"not running; a run starts it, port {settings.server_port} is free{beside}"
    return server.wait(found, timeout_seconds=10).ui_url


def _credentials(settings: Settings) -> str:
    from flows import gcp

    emulated.require_both(settings)
    return f"{gcp.kind_of_credentials(settings)}, project {gcp.project_of(settings)}"


def _dbt(settings: Settings) -> str:
    from flows.builds import parsed

    with tempfile.TemporaryDirectory() as folder:  # parsing writes, and nothing is changed here
        nodes = parsed(settings.model_copy(update={"home": Path(folder)})).nodes.values()
    models = sum(node.resource_type == "model" for node in nodes)
    return f"{models} models and the profile `{settings.target}` can be read"
