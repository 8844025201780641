"""Serve BigQuery and Cloud Storage on the loopback interface until Ctrl-C; the tables go with the process."""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
from pathlib import Path

from bqemulator.observability.logging_ import configure_logging


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make emulator", description=__doc__)
    parser.add_argument("--bigquery-port", type=int, default=9050, help="0: one that is free (%(default)s)")
    parser.add_argument("--grpc-port", type=int, default=9060, help="of BigQuery's Storage API (%(default)s)")
    parser.add_argument("--storage-port", type=int, default=4443, help="of Cloud Storage (%(default)s)")
    parser.add_argument("--project", default="shopflow-test", help="the Google Cloud project (%(default)s)")
    parser.add_argument("--bucket", default="lake", help="a bucket that is there from the start (%(default)s)")
    parser.add_argument("--folder", type=Path, help="where the bucket's objects lie; else a temporary folder")
    parser.add_argument("--plain", action="store_true", help="bqemulator as it is, for the tests of the gaps")
    parser.add_argument("--until-stdin-ends", action="store_true", help="end also when standard input does")
    told = parser.parse_args()
    configure_logging(level="error", fmt="console")  # first: modules below log while they are imported
    from emulator import faults, gaps, parsed
    from emulator.serve import Ports, serve

    gaps.close(only_needed=told.plain)
    faults.install()
    gc.set_threshold(200_000, 20, 100)  # trees of SQL are many objects, and few of them are in cycles
    parsed.parse_once()
    ports = Ports(told.bigquery_port, told.grpc_port, told.storage_port)
    with tempfile.TemporaryDirectory(prefix="emulator-") as folder:
        asyncio.run(
            serve(ports, told.project, told.bucket, told.folder or Path(folder), until_stdin_ends=told.until_stdin_ends)
        )


main()
