"""Runs the floor: `python -m benchmarks.floor FOLDER DATABASE [load] [transform]`, both where none is named."""

import sys
from pathlib import Path

import duckdb

if __name__ == "__main__":
    folder, database, *parts = sys.argv[1:]
    connection = duckdb.connect(database, config={"memory_limit": "1500MB"})
    connection.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false")
    for part in parts or ("load", "transform"):
        script = (Path(__file__).parent / f"floor_{part}.sql").read_text()
        connection.execute(script.replace("{folder}", folder.replace("'", "''")))
    connection.close()
