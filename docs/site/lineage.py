"""dbt's own pages of the models, as one file that needs no server and no network.

`python docs/site/lineage.py FOLDER` writes `FOLDER/index.html`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.builds import parsed
from flows.builds.command import TRANSFORMS, variables
from flows.errors import BuildFailed
from flows.settings import load_settings
from flows.transform import transform
from flows.warehouse import open_warehouse
from flows.warehouse.duck_dbt import let_go


def write(folder: Path) -> Path:
    """Write `index.html` into the folder: models, columns with DuckDB's types, tests, SQL, lineage. Of an empty shop.

    Raises BuildFailed where the models do not build. The home of the settings is not looked at.
    """
    from dbt.cli.main import dbtRunner

    with TemporaryDirectory() as home:
        settings = load_settings(home=Path(home), target="duckdb", lake="lake")
        with open_warehouse(settings):
            pass  # which makes the sources
        transform(settings, verb="run")
        try:
            outcome = dbtRunner(parsed(settings)).invoke(
                [
                    *(
                        "--log-level",
                        "none",
                        "--log-level-file",
                        "none",
                        "--no-print",
                        "--no-send-anonymous-usage-stats",
                    ),
                    *("docs", "generate", "--static", "--target", "duckdb"),
                    *("--project-dir", str(TRANSFORMS), "--profiles-dir", str(TRANSFORMS)),
                    *("--target-path", home, "--vars", json.dumps(variables(settings))),
                ]
            )
        finally:
            let_go()
        if not outcome.success:
            raise BuildFailed(f"dbt could not write its pages: {outcome.exception or outcome.result}")
        folder.mkdir(parents=True, exist_ok=True)
        page = folder / "index.html"
        told = Path(home, "static_index.html").read_text("utf-8")
        page.write_text(told.replace(f"{home}/", ""), "utf-8")  # where this machine had compiled it
    return page


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
