"""dbt-duckdb plugin: gives SQL the file check of raw_file_check.py.

profiles.yml loads it. It registers two scalar functions that return what is wrong with a raw file,
as a sentence, or NULL:

- `raw_file_problem(path VARCHAR)`: a local file; NULL for object-store paths (`s3://..`), which
  Python can't open.
- `raw_blob_problem(name VARCHAR, content BLOB)`: any file DuckDB can read, with
  `select raw_blob_problem(filename, content) from read_blob('s3://..')`.
"""

import os
from pathlib import Path
from typing import Any, TextIO

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError
from duckdb import DuckDBPyConnection

from warehouse.raw_file_check import problem_with, problem_with_content


def raw_file_problem(path: str | None) -> str | None:
    """Return what is wrong with a local raw file, None for one in order or in an object store."""
    if path is None or "://" in path:
        return None
    return problem_with(path)


def raw_blob_problem(name: str | None, content: bytes | None) -> str | None:
    """Return what is wrong with the content of a raw file, None for one in order or not given."""
    if name is None or content is None:
        return None
    return problem_with_content(name, content)


try:
    import fcntl
except ImportError:  # no such locks on this system: DuckDB's own error must do
    fcntl = None  # type: ignore[assignment]

# One open lock file per database of this process; the system frees the lock when the process ends.
_locks: dict[Path, TextIO] = {}


def take_turn(database: Path) -> None:
    """Claim the database for this process, until it ends.

    DuckDB lets one process write at a time and says so with a long traceback. The claim is a lock
    on `{database}.lock`, which holds the id of the process that writes.

    Raises:
        DbtRuntimeError: another dbt process has the database.
    """
    if fcntl is None or database in _locks:
        return
    lock = database.with_name(database.name + ".lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise DbtRuntimeError(
            f"Another dbt process (number {holder}) works on {database}. One can write at a time: "
            "wait until it ends and start again. Nothing was changed."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    _locks[database] = lock


class Plugin(BasePlugin):
    """Registers the file checks on the connection that all dbt threads share."""

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Make the database's folder (DuckDB creates only the file), and claim the database."""
        if ":" not in creds.path:
            database = Path(creds.path).resolve()
            database.parent.mkdir(parents=True, exist_ok=True)
            take_turn(database)

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register both functions, unless this database already has them.

        dbt opens the database once per process; but a second connection of the same process
        (dbtRunner called twice) meets the functions of the first.
        """
        known = {row[0] for row in conn.execute(_KNOWN_FUNCTIONS).fetchall()}
        for function, parameters in (
            (raw_file_problem, ["VARCHAR"]),
            (raw_blob_problem, ["VARCHAR", "BLOB"]),
        ):
            if function.__name__ not in known:
                conn.create_function(
                    function.__name__,
                    function,
                    parameters,
                    "VARCHAR",
                    null_handling="special",  # NULL in order comes back as NULL
                    side_effects=True,  # a file may change between two calls: never cache
                )


_KNOWN_FUNCTIONS = """
select function_name from duckdb_functions()
where function_name in ('raw_file_problem', 'raw_blob_problem')
"""
