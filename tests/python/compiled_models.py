"""Models as plain SQL: compiled once by dbt, run in an in-memory DuckDB on rows of a test's own.

A property test asks a model about hundreds of small inputs; a dbt run for each would take hours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from warehouse_builder import PROJECT_DIR, Builder

DATABASE = "warehouse"


@dataclass(frozen=True)
class CompiledModels:
    """What dbt compiled: nodes of the manifest by name."""

    nodes: Mapping[str, Mapping[str, Any]]

    def relation(self, name: str) -> str:
        """Return the quoted name of a model's or seed's table."""
        return str(self.nodes[name]["relation_name"])

    def sql(self, name: str) -> str:
        """Return the compiled query of a model."""
        return str(self.nodes[name]["compiled_code"])

    def connect(
        self, models: Sequence[str], inputs: Mapping[str, Mapping[str, str]]
    ) -> duckdb.DuckDBPyConnection:
        """Return a database with empty inputs, the seeds they need, and the models as views.

        Args:
            models: models to have, each after those it reads.
            inputs: tables that stand in for other models: name to column types.
        """
        connection = duckdb.connect()
        connection.execute("set timezone = 'UTC'")
        connection.execute("set threads = 1")
        connection.execute(f"attach ':memory:' as {DATABASE}")
        for schema in sorted({str(node["schema"]) for node in self.nodes.values()}):
            connection.execute(f"create schema {DATABASE}.{schema}")
        for name, columns in inputs.items():
            types = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            connection.execute(f"create table {self.relation(name)} ({types})")
        for model in models:
            for key in self.nodes[model]["depends_on"]["nodes"]:
                if key.startswith("seed.") and key.split(".")[-1] not in inputs:
                    self._load_seed(connection, key.split(".")[-1])
            connection.execute(f"create view {self.relation(model)} as {self.sql(model)}")
        return connection

    def _load_seed(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        node = self.nodes[name]
        path = PROJECT_DIR / str(node["original_file_path"])
        types = json.dumps(node["config"].get("column_types", {})).replace('"', "'")
        known = f", types = {types}" if types != "{}" else ""
        connection.execute(
            f"create table if not exists {self.relation(name)} as "
            f"select * from read_csv('{path}', header = true{known})"
        )

    def fill(
        self, connection: duckdb.DuckDBPyConnection, name: str, rows: Iterable[Sequence[object]]
    ) -> None:
        """Replace the rows of an input; values in the order of its columns."""
        connection.execute(f"delete from {self.relation(name)}")
        columns = [pa.array(list(column)) for column in zip(*rows, strict=True)]
        if columns:
            batch = pa.table(columns, names=[f"c{place}" for place in range(len(columns))])
            connection.register("batch", batch)
            connection.execute(f"insert into {self.relation(name)} select * from batch")
            connection.unregister("batch")

    def rows(
        self, connection: duckdb.DuckDBPyConnection, name: str, columns: str = "*"
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a model or input."""
        return connection.execute(f"select {columns} from {self.relation(name)}").fetchall()


def compile_models(
    builder: Builder, raw_dir: Path, as_of: str, names: Sequence[str]
) -> CompiledModels:
    """Compile models with the project's own dbt.

    Raises:
        AssertionError: dbt failed; the message holds what dbt said.
    """
    finished = builder.dbt("compile", "--select", *names, raw_dir=raw_dir, as_of=as_of)
    assert finished.returncode == 0, f"dbt compile failed:\n{finished.stdout[-6000:]}"
    manifest = json.loads((builder.folder / "target" / "manifest.json").read_text())
    nodes = {
        str(node["name"]): node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        and node["package_name"] == "creator_warehouse"
    }
    return CompiledModels(nodes)
