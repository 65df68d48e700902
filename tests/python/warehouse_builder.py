"""Builds warehouses for tests: the project's own dbt on raw files, into a folder of its own.

Nothing here touches the project's default database or target folder. dbt parses the project once: a
server (dbt_server.py) keeps what it read. So all builds happen in one place, which is in what was
read, and their databases are moved away.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from dbt_server import DbtServer

PROJECT_DIR = Path(__file__).resolve().parents[2]
Row = dict[str, Any]

DBT = "from dbt.cli.main import cli; cli()"  # whether or not a script dbt is on the path

# What tests of the landing zone need: landing, staging with its audit, and the users.
LANDING = ("path:models/landing", "path:models/staging", "+dim_users")

CHANGELOG_SCHEMA = pa.schema(
    [
        ("timestamp", pa.timestamp("us", tz="UTC")),
        *((name, pa.string()) for name in ("event_id", "document_name", "document_id")),
        *((name, pa.string()) for name in ("operation", "data", "old_data")),
    ]
)


@dataclass(frozen=True)
class Warehouse:
    """A built warehouse: its DuckDB file, the raw folder and the instant it describes."""

    database: Path
    raw_dir: Path
    as_of: str

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a query as dicts; the session's time zone is UTC."""
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            # views name the database as it was called when it was built
            connection.execute(f"attach '{self.database}' as warehouse (read_only)")
            connection.execute("use warehouse")
            cursor = connection.execute(sql, list(parameters))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def tables(self, *schemas: str) -> list[str]:
        """Return `schema.table` of all tables and views of the schemas, sorted."""
        found = self.rows(
            "select table_schema || '.' || table_name as name from information_schema.tables "
            "where table_schema in (select unnest(?)) order by 1",
            [list(schemas)],
        )
        return [row["name"] for row in found]


# What dbt needs of the project.
PARTS = (
    "dbt_packages",
    "macros",
    "models",
    "seeds",
    "snapshots",
    "tests/data",
    "warehouse",
    "dbt_project.yml",
    "packages.yml",
    "profiles.yml",
    "selectors.yml",
)


def copy_project(folder: Path) -> Path:
    """Copy what dbt needs of the project into a new folder and return it."""
    folder.mkdir()
    for name in PARTS:
        source = PROJECT_DIR / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, folder / name)
    return folder


def seed_file(name: str, project: Path = PROJECT_DIR) -> Path:
    return next((project / "seeds").rglob(f"{name}.csv"))


def seed_rows(name: str, project: Path = PROJECT_DIR) -> list[dict[str, str]]:
    """Return the rows of a seed as texts; an empty cell is ''."""
    with seed_file(name, project).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _move_database(source: Path, target: Path) -> None:
    """Move a DuckDB file and what a killed process left in the log beside it, where they exist."""
    for ending in ("", ".wal"):
        file = source.with_name(source.name + ending)
        if file.exists():
            file.rename(target.with_name(target.name + ending))


class Builder:
    """Runs dbt for tests below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.builds = 0
        self.server: DbtServer | None = None

    def dbt(
        self,
        *arguments: str,
        raw_dir: Path | str,
        as_of: str,
        database: Path | None = None,
        variables: Mapping[str, object] | None = None,
        project: Path = PROJECT_DIR,
        kill_after: float | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a dbt command in the project; the result's stdout holds everything dbt said.

        Args:
            arguments: the command and its options, without those given here.
            raw_dir: folder of the raw files (env WAREHOUSE_RAW_DIR).
            as_of: env WAREHOUSE_AS_OF.
            database: DuckDB file to write on; it stays where it is.
            variables: dbt vars.
            project: folder of the project, where it is not this one.
            kill_after: seconds after which the process is killed (SIGKILL).

        Raises:
            subprocess.TimeoutExpired: the process was killed.
        """
        work = self.folder / "work" / "warehouse.duckdb"
        work.parent.mkdir(parents=True, exist_ok=True)
        own = {k: v for k, v in os.environ.items() if not k.startswith(("WAREHOUSE_", "DBT_"))}
        environment = own | {
            "WAREHOUSE_DB": str(work),
            "WAREHOUSE_RAW_DIR": str(raw_dir),
            "WAREHOUSE_AS_OF": as_of,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
        }
        # what dbt read holds for this project only; vars and environment are asked for as it runs
        in_server = project == PROJECT_DIR
        target = (self.folder if in_server else project) / "target"
        if not in_server:
            self._hand_on_the_parse(target)
        options = ["--target-path", str(target), "--log-path", str(self.folder / "logs")]
        options += ["--log-level-file", "none"]  # what matters is in stdout
        command = ["--no-use-colors", *arguments, *options]
        if arguments[0] in ("build", "run", "test"):
            command += ["--no-write-json"]  # a tenth of the time of a small build
        if variables:
            command += ["--vars", json.dumps(variables)]
        if database is not None:
            _move_database(database, work)
        try:
            if in_server:
                return self._in_server(command, options, environment, kill_after)
            return subprocess.run(
                [sys.executable, "-c", DBT, *command],
                cwd=project,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=kill_after,
            )
        finally:
            if database is not None:
                database.parent.mkdir(parents=True, exist_ok=True)
                _move_database(work, database)
            shutil.rmtree(work.parent)

    def _in_server(
        self,
        command: list[str],
        options: list[str],
        environment: dict[str, str],
        kill_after: float | None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the server, which is started by the first one."""
        logs = self.folder / "logs"
        if self.server is None:
            parse = ["--no-use-colors", "parse", *options]
            self.server = DbtServer(PROJECT_DIR, parse, environment, logs / "server.log")
        output = self.folder / "output.txt"
        code = self.server.run(command, environment, output, kill_after)
        if code == -signal.SIGKILL and kill_after is not None:
            raise subprocess.TimeoutExpired(command, kill_after)
        database = Path(environment["WAREHOUSE_DB"])
        if database.exists():
            # the fork closes nothing: closed here, what lies in the log goes into the file
            duckdb.connect(str(database)).close()
        return subprocess.CompletedProcess(command, code, output.read_text(encoding="utf-8"))

    def _hand_on_the_parse(self, target: Path) -> None:
        """Give a copy of the project what the server read: dbt reads only what differs."""
        name = "partial_parse.msgpack"
        known = self.folder / "target" / name
        if known.exists() and not (target / name).exists():
            target.mkdir()
            shutil.copyfile(known, target / name)

    def close(self) -> None:
        """End what was started."""
        if self.server is not None:
            self.server.close()

    def build(
        self,
        raw_dir: Path,
        as_of: str,
        *,
        select: Iterable[str] = (),
        variables: Mapping[str, object] | None = None,
        database: Path | None = None,
        project: Path = PROJECT_DIR,
        with_tests: bool = False,
    ) -> Warehouse:
        """Build seeds, models and snapshots and return the warehouse.

        Args:
            raw_dir: folder of the raw files.
            as_of: the instant to build for.
            select: what to build; all where empty.
            variables: dbt vars.
            database: DuckDB file to write on, where it is not a new one.
            project: folder of the project, where it is not this one.
            with_tests: data tests too; unit tests and monitors never.

        Raises:
            AssertionError: dbt failed; the message holds what dbt said.
        """
        self.builds += 1
        database = database or self.folder / f"build_{self.builds}" / "warehouse.duckdb"
        selected = list(select)
        finished = self.dbt(
            "build",
            *("--exclude-resource-type", "unit_test"),
            *(["--exclude", "tag:monitor"] if with_tests else ["--exclude-resource-type", "test"]),
            *(["--select", *selected] if selected else []),
            raw_dir=raw_dir,
            as_of=as_of,
            database=database,
            variables=variables,
            project=project,
        )
        assert finished.returncode == 0, f"dbt build failed:\n{finished.stdout[-6000:]}"
        return Warehouse(database, raw_dir, as_of)


def sample_data(folder: Path, *, seed: int, users: int, days: int, until: date) -> Path:
    """Write sample data with the project's own command and return the folder."""
    command = [sys.executable, "-m", "warehouse.cli", "sample-data", "--out", str(folder)]
    command += ["--seed", str(seed), "--users", str(users), "--days", str(days)]
    command += ["--until", until.isoformat()]
    finished = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, f"sample-data failed:\n{finished.stdout}{finished.stderr}"
    return folder


def change(
    document_id: str | None,
    data: object,
    *,
    at: datetime | str | None = "2026-03-01T10:00:00Z",
    event_id: str | None = "e1",
    operation: str | None = "CREATE",
    name: str | None = None,
    **others: object,
) -> Row:
    """Return a row of the change log.

    Args:
        document_id: the column of that name.
        data: an object becomes JSON text; text (or None) is taken as it is.
        at: when the change was committed; text is ISO-8601 in UTC.
        event_id: id of the change.
        operation: CREATE, UPDATE, DELETE or IMPORT.
        name: document_name; by default the full path of document_id.
        others: more columns.
    """
    full = f"projects/demo/databases/(default)/documents/things/{document_id}"
    return {
        "timestamp": datetime.fromisoformat(at) if isinstance(at, str) else at,
        "event_id": event_id,
        "document_name": full if name is None else name,
        "document_id": document_id,
        "operation": operation,
        "data": data if data is None or isinstance(data, str) else json.dumps(data),
        "old_data": None,
        **others,
    }


def write_changes(
    raw_dir: Path,
    collection: str,
    dt: str,
    rows: list[Row],
    *,
    file: str = "part-0",
    schema: pa.Schema = CHANGELOG_SCHEMA,
) -> Path:
    """Write a Parquet file of the change log below raw_dir and return its path."""
    folder = raw_dir / "avalo" / collection / f"dt={dt}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file}.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


def write_lines(
    raw_dir: Path,
    collection: str,
    dt: str,
    lines: Iterable[object],
    *,
    file: str = "part-0.ndjson.gz",
    platform: str = "halobuzz",
    line_end: str = "\n",
    prefix: bytes = b"",
) -> Path:
    """Write lines (objects become JSON, text is taken as it is) and return the file's path.

    The name's ending decides whether the file is packed; `prefix` is written before the text.
    """
    folder = raw_dir / platform / collection / f"dt={dt}"
    folder.mkdir(parents=True, exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    content = prefix + "".join(text + line_end for text in texts).encode()
    path = folder / file
    path.write_bytes(gzip.compress(content, mtime=0) if file.endswith(".gz") else content)
    return path
