"""What runs in the background process, started by `flows.server.start` only: Prefect's own server and UI."""

import gc
import os
import signal
import sqlite3
import sys
import threading
import warnings
from pathlib import Path

from flows.server import info

WATCH_SECONDS = 2.0


def make_database(path: Path) -> None:
    """Make Prefect's SQLite database with Prefect's own migrations, where there is none yet.

    The server would run the very same migrations at its start, through an asynchronous engine, which takes twice as
    long. Where this fails nothing is left behind, and the server makes its database itself.
    """
    if path.exists():
        return
    draft = path.with_suffix(".draft")
    try:
        draft.unlink(missing_ok=True)
        _migrate(draft)
        draft.rename(path)
    except Exception as error:
        print(f"the server makes its database itself, for the quick way failed: {error!r}", file=sys.stderr)
        draft.unlink(missing_ok=True)


def _migrate(path: Path) -> None:
    import sqlalchemy
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from prefect.server.database import provide_database_interface
    from prefect.server.database.alembic_commands import alembic_config

    database, config = provide_database_interface(), alembic_config()
    scripts = ScriptDirectory.from_config(config)
    scripts.version_locations = [str(database.orm.versions_dir)]

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("pragma synchronous = off")  # a draft: it is renamed when complete, or removed
        return connection

    engine = sqlalchemy.create_engine("sqlite://", creator=connect)
    upgrade = EnvironmentContext(
        config, scripts, fn=lambda revision, _: scripts._upgrade_revs("head", revision), destination_rev="head"
    )
    with warnings.catch_warnings(), upgrade, engine.connect() as connection:
        warnings.simplefilter("ignore")
        upgrade.configure(
            connection=connection,
            target_metadata=database.Base.metadata,
            render_as_batch=True,
            transaction_per_migration=True,
        )
        upgrade.run_migrations()
    engine.dispose()


def end_with_home(lock: Path, lock_fd: int) -> None:
    """End this process soon after its home was removed: a server without its files only answers with errors."""
    mine, gone = os.fstat(lock_fd).st_ino, threading.Event()

    def watch() -> None:
        while not gone.wait(WATCH_SECONDS):
            if not lock.exists() or lock.stat().st_ino != mine:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    threading.Thread(target=watch, daemon=True, name="end-with-home").start()


def main() -> None:
    """Serve until SIGTERM. The lock's descriptor is inherited and held open: it says that this server lives."""
    gc.set_threshold(50_000, 10, 10)  # imports make no garbage to speak of; looking for it is a fifth of their time
    home, port, lock_fd = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    info.write(home, info.Info(os.getpid(), port))  # the starter may have been killed before it could
    end_with_home(home / "server.lock", lock_fd)
    make_database(home / "prefect.db")
    import uvicorn

    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=3,  # an open page of the UI holds a websocket and would hold up the end
    )


if __name__ == "__main__":
    main()
