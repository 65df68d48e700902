"""Builds the same raw files on DuckDB and on Spark and compares the tables row by row."""

import json
import math
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).parents[2]
AS_OF = "2026-04-20T15:30:00Z"
RELATIVE_TOLERANCE = 1e-9  # of doubles; everything else is equal or wrong
LANDING_MODELS = ("landing_audit", "parse_losses", "quarantine_records")

# Tests of the data and the packages' own models are the default engine's business.
BUILD = [
    "build",
    *("--select", "package:this"),
    *("--exclude", "resource_type:test", "resource_type:unit_test", "resource_type:snapshot"),
]

Row = dict[str, Any]


@dataclass(frozen=True)
class Relation:
    """A model to compare: where it stands and the columns that name a row (may be empty)."""

    schema: str
    name: str
    grain: tuple[str, ...]

    @property
    def path(self) -> str:
        """`schema.name`, the same on both engines."""
        return f"{self.schema}.{self.name}"


def settings(folder: Path, engine: str) -> dict[str, str]:
    """Environment of a build with everything it writes below `folder`."""
    return {
        "WAREHOUSE_TARGET": engine,
        "WAREHOUSE_RAW_DIR": str(folder / "raw"),
        "WAREHOUSE_DB": str(folder / "warehouse.duckdb"),
        "WAREHOUSE_SPARK_DIR": str(folder / "spark_warehouse"),
        "WAREHOUSE_SPARK_CATALOG": "in-memory",
        "WAREHOUSE_AS_OF": AS_OF,
        "DBT_TARGET_PATH": str(folder / f"target_{engine}"),
        "DBT_LOG_PATH": str(folder / f"logs_{engine}"),
        "DO_NOT_TRACK": "1",
    }


def run_dbt(arguments: list[str], folder: Path) -> None:
    """Run dbt on DuckDB in a process of its own.

    Raises:
        RuntimeError: with dbt's output when it fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", *arguments],
        cwd=PROJECT,
        env={**os.environ, **settings(folder, "duckdb")},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"dbt {' '.join(arguments)} on DuckDB:\n{done.stdout}{done.stderr}")


def compared_relations(folder: Path) -> list[Relation]:
    """All marts of the project, and what the landing says of itself; from a fresh parse."""
    run_dbt(["--quiet", "parse"], folder)
    manifest = json.loads((folder / "target_duckdb" / "manifest.json").read_text())
    return [
        Relation(node["schema"], node["alias"], _grain(node["config"]["meta"].get("grain")))
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["package_name"] == manifest["metadata"]["project_name"]
        and (node["fqn"][1] == "marts" or node["name"] in LANDING_MODELS)
    ]


def _grain(declared: object) -> tuple[str, ...]:
    return tuple(declared) if isinstance(declared, list) else ()


def build_on_spark(folder: Path, relations: list[Relation]) -> None:
    """Build in this process (the catalog lives in it) and write each table to Parquet files.

    Raises:
        RuntimeError: with the errors of all models that failed.
    """
    from dbt.cli.main import dbtRunner
    from pyspark.sql import SparkSession

    os.environ.update(settings(folder, "spark"))
    # Python and Spark on one machine: names that resolve to other addresses only do harm.
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    result = dbtRunner().invoke(["--quiet", *BUILD, "--project-dir", str(PROJECT)])
    if not result.success:
        failed = [
            f"{one.node.name}: {one.message}"
            for one in getattr(result.result, "results", [])
            if one.status in ("error", "fail")
        ]
        raise RuntimeError("dbt build on Spark:\n" + "\n".join(failed or [str(result.exception)]))
    session = SparkSession.builder.getOrCreate()
    try:
        for relation in relations:
            rows = session.table(relation.path).coalesce(1)
            rows.write.parquet(str(folder / "spark_tables" / relation.path))
    finally:
        session.stop()


def read_both(folder: Path, relation: Relation) -> tuple[list[Row], list[Row]]:
    """The rows of a relation on DuckDB and on Spark, as dicts by column name."""
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        described = connection.execute(f"describe {relation.path}").fetchall()
        files = f"read_parquet('{folder}/spark_tables/{relation.path}/*.parquet')"
        names = [row[0] for row in connection.execute(f"describe select * from {files}").fetchall()]
        columns = [row[0] for row in described]
        assert names == columns, f"{relation.path}: columns on Spark {names}, on DuckDB {columns}"
        read = ", ".join(_read(name, kind) for name, kind, *_ in described)
        expected = connection.execute(f"select {read} from {relation.path}").fetchall()
        found = connection.execute(f"select {read} from {files}").fetchall()
    return (
        [dict(zip(columns, row, strict=True)) for row in expected],
        [dict(zip(columns, row, strict=True)) for row in found],
    )


def _read(column: str, kind: str) -> str:
    if kind == "TIMESTAMP":
        # Spark's timestamps are instants, DuckDB's have no zone; both are UTC.
        return f'cast("{column}" as timestamp)'
    if column == "detail":
        # A number of a bad row is shown as the engine writes it: 1.0E20, 100000000000000000000.0.
        return f'coalesce(cast(try_cast("{column}" as double) as varchar), "{column}")'
    return f'"{column}"'


def differences(relation: Relation, expected: list[Row], found: list[Row]) -> list[str]:
    """What differs, in words; at most ten rows. Empty when the tables are equal."""
    names = list((expected + found or [{}])[0])
    doubles = {name for row in expected for name in names if isinstance(row[name], float)}
    grain = list(relation.grain)
    key = grain or [name for name in names if name not in doubles]
    lacking = Counter(_key(row, key) for row in expected)
    lacking.subtract(_key(row, key) for row in found)
    texts = [
        f"{count} more on DuckDB: {values}" if count > 0 else f"{-count} more on Spark: {values}"
        for values, count in lacking.items()
        if count
    ]
    if texts:
        return [f"{len(texts)} keys differ", *texts[:10]]
    # Doubles last: they must not decide which rows stand side by side.
    order = grain + sorted((name for name in names if name not in grain), key=doubles.__contains__)
    pairs = zip(
        sorted(expected, key=lambda row: _key(row, order)),
        sorted(found, key=lambda row: _key(row, order)),
        strict=True,
    )
    texts = []
    for left, right in pairs:
        columns = {
            name: (left[name], right[name]) for name in order if not _same(left[name], right[name])
        }
        if columns:
            texts.append(f"{ {name: left[name] for name in key} }: (DuckDB, Spark) {columns}")
    return [f"{len(texts)} rows differ", *texts[:10]] if texts else []


def _key(row: Row, columns: list[str]) -> tuple[Any, ...]:
    values = (row[name] for name in columns)
    return tuple(
        (value is not None, value if isinstance(value, float) else str(value)) for value in values
    )


def _same(left: object, right: object) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=RELATIVE_TOLERANCE) or (
            math.isnan(left) and math.isnan(right)
        )
    return type(left) is type(right) and left == right
