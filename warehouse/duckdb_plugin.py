"""dbt-duckdb plugin: gives SQL the file check of raw_file_check.py.

profiles.yml loads it. It registers two scalar functions that return what is wrong with a raw file,
as a sentence, or NULL:

- `raw_file_problem(path VARCHAR)`: a local file; NULL for object-store paths (`s3://..`), which
  Python can't open.
- `raw_blob_problem(name VARCHAR, content BLOB)`: any file DuckDB can read, with
  `select raw_blob_problem(filename, content) from read_blob('s3://..')`.
"""

from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
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


class Plugin(BasePlugin):
    """Registers the file checks on the connection that all dbt threads share."""

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Make the database's folder: DuckDB creates the file, but not the folder around it."""
        if ":" not in creds.path:
            Path(creds.path).parent.mkdir(parents=True, exist_ok=True)

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
