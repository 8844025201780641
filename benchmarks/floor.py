"""Runs the floor: `python -m benchmarks.floor FOLDER DATABASE [load|transform [MEGABYTES]]`, both where none is named.

MEGABYTES is DuckDB's memory limit, by default the one that a run has.
"""

import sys
from pathlib import Path

import duckdb

if __name__ == "__main__":
    folder, database, part, megabytes = [*sys.argv[1:], "", ""][:4]
    connection = duckdb.connect(database, config={"memory_limit": f"{megabytes or 1500}MB"})
    connection.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false")
    for name in [part] if part else ["load", "transform"]:
        script = (Path(__file__).parent / f"floor_{name}.sql").read_text()
        connection.execute(script.replace("{folder}", folder.replace("'", "''")))
    connection.close()
