"""Runs floor.sql: `python -m benchmarks.floor FOLDER DATABASE`."""

import sys
from pathlib import Path

import duckdb

if __name__ == "__main__":
    folder, database = sys.argv[1:]
    connection = duckdb.connect(database, config={"memory_limit": "1500MB"})
    connection.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false")
    script = (Path(__file__).parent / "floor.sql").read_text()
    connection.execute(script.replace("{folder}", folder.replace("'", "''")))
    connection.close()
