"""The warehouse's DuckDB file, for commands that only read it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import duckdb

SECONDS_BETWEEN_TRIES = 1.0


class WarehouseError(RuntimeError):
    """The warehouse can't be read; the message says what to do."""


def connect_read_only(
    path: Path,
    wait_seconds: float = 0,
    sleep: Callable[[float], None] = time.sleep,
    when_busy: str = "try again after.",
) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads a warehouse file.

    Args:
        path: the DuckDB file.
        wait_seconds: how long to try again while a build holds the file.
        sleep: takes seconds; tests give their own.
        when_busy: end of the message where a build still holds it: what was done, what to do.

    Raises:
        WarehouseError: no such file, no DuckDB file, or another process writes to it.
    """
    if not path.is_file():
        raise WarehouseError(f"there is no warehouse at {path}: build one with `make run`.")
    waited = 0.0
    while True:
        try:
            return duckdb.connect(str(path), read_only=True)
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise WarehouseError(f"{path} can't be read as a DuckDB file: {error}") from error
            if waited >= wait_seconds:
                raise WarehouseError(
                    f"{path} is being written (a build runs): {when_busy}"
                ) from error
            pause = min(SECONDS_BETWEEN_TRIES, wait_seconds - waited)
            sleep(pause)
            waited += pause


def quoted(*names: str) -> str:
    """Return names as one quoted SQL identifier."""
    return ".".join('"' + n.replace('"', '""') + '"' for n in names)
