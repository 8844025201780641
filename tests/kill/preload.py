"""What a run imports, parses and compiles, done once for the processes forked from here: no run's work is done.

Nothing of it opens a database or starts a thread that goes on, so a fork is a process like any other.
"""

import sys
from tempfile import TemporaryDirectory

sys.modules.setdefault("pandas", None)  # as `flows.commands.run` does

import fastapi.encoders  # noqa: E402, F401
import prefect.flow_engine  # noqa: E402
import prefect.task_engine  # noqa: E402, F401
import soda_core.check_collections.session  # noqa: E402, F401

from flows import cli, contracts, divide, kpis, land, load, publish, transform, validate  # noqa: E402, F401
from flows.builds import command, parsed  # noqa: E402
from flows.commands import run  # noqa: E402, F401
from flows.pipeline import pipeline  # noqa: E402, F401
from flows.settings import load_settings  # noqa: E402
from flows.warehouse import duck  # noqa: E402, F401

with TemporaryDirectory() as folder:
    contracts.warm(load_settings(home=folder))
    transform.warm(home := load_settings(home=folder))
    # What dbt makes when it is first needed: half a second of each run that it would be made in. No warehouse is asked.
    from dbt.cli.main import dbtRunner

    assert dbtRunner(parsed(home)).invoke([*command("compile", home), "--no-introspect", "--no-populate-cache"]).success
    parsed(home)
