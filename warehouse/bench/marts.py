"""How fast the finished warehouse answers: BI queries, and the SQL of single models. Read only."""

from __future__ import annotations

import json
import math
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.bench.steps import BenchError
from warehouse.database import quoted
from warehouse.sample_data.fields import lit

NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Probe:
    """Models whose SQL is timed together; all else that they read stands ready."""

    name: str
    models: tuple[str, ...]


PROBES = (
    Probe("risk_scores", ("int_user_risk_counts", "user_risk_scores")),
    Probe("guardrails", ("int_guardrail_metrics", "guardrail_evaluations")),
    Probe("region_profiles", ("int_place_risk", "region_risk_profiles")),
    Probe("anomalies", ("int_metric_days", "int_metric_seasons", "metric_anomalies")),
    Probe(
        "alerts",
        (
            "int_alert_event_hours",
            "int_alert_rule_days",
            "int_alert_rule_hours",
            "int_alert_rule_subjects",
            "int_alert_observations",
            "alerts",
        ),
    ),
)


def read_queries(file: Path | None = None) -> dict[str, str]:
    """Return the statements of queries.sql by name, in order."""
    parts = NAME.split((file or Path(__file__).with_name("queries.sql")).read_text())
    return {
        name: sql.strip().rstrip(";") for name, sql in zip(parts[1::2], parts[2::2], strict=True)
    }


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def open_warehouse(
    database: Path, scratch: Path | None = None, memory_limit: str = "12GB"
) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads a warehouse; `scratch` holds what does not fit in memory.

    Temporary tables go into the connection's own database, names are those of dbt.
    """
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute("set preserve_insertion_order = false")
    connection.execute(f"set memory_limit = {lit(memory_limit)}")
    if scratch is not None:
        connection.execute(f"set temp_directory = {lit(str(scratch))}")
    name = quoted(database.stem)  # views name the database as it was called when it was built
    connection.execute(f"attach {lit(str(database))} as {name} (read_only)")
    connection.execute(f"use {name}")
    return connection


def time_queries(
    connection: duckdb.DuckDBPyConnection, queries: dict[str, str], runs: int = 5
) -> dict[str, dict[str, Any]]:
    """Run each query some times and fetch all its rows.

    Returns:
        By query, and over all runs of all queries as "all": p50_ms, p95_ms; of each query its rows.
        The first run is one of them: nothing is warmed up.

    Raises:
        BenchError: a query fails; the message names it.
    """
    found: dict[str, dict[str, Any]] = {}
    every: list[float] = []
    for name, sql in queries.items():
        times = []
        rows = 0
        for _ in range(runs):
            started = time.perf_counter()
            try:
                rows = len(connection.execute(sql).fetchall())
            except duckdb.Error as error:
                raise BenchError(f"query {name} of warehouse/bench/queries.sql: {error}") from error
            times.append((time.perf_counter() - started) * 1000)
        every += times
        found[name] = spread(times) | {"rows": rows}
    return found | {"all": spread(every)}


def spread(times: Sequence[float]) -> dict[str, float]:
    """Return p50_ms and p95_ms of times in milliseconds."""
    return {"p50_ms": round(quantile(times, 0.5), 2), "p95_ms": round(quantile(times, 0.95), 2)}


def in_order(probe: Probe, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the nodes of a probe's models, each after those that it reads.

    Raises:
        BenchError: the manifest has no such model.
    """
    nodes = {n["name"]: n for n in manifest["nodes"].values() if n["resource_type"] == "model"}
    missing = [name for name in probe.models if name not in nodes]
    if missing:
        raise BenchError(f"no model {', '.join(missing)}: correct PROBES in {__file__}.")
    waiting = [nodes[name] for name in probe.models]
    done: list[dict[str, Any]] = []
    while waiting:
        left = {node["unique_id"] for node in waiting}
        node = next(n for n in waiting if not left & set(n["depends_on"]["nodes"]))
        done.append(node)
        waiting.remove(node)
    return done


def time_probe(
    connection: duckdb.DuckDBPyConnection,
    probe: Probe,
    manifest: dict[str, Any],
    compiled: Path,
) -> dict[str, Any]:
    """Compute a probe's models into temporary tables, each from the ones before.

    Args:
        connection: of open_warehouse.
        probe: the models.
        manifest: dbt's.
        compiled: folder of the project's compiled SQL.

    Returns:
        seconds of each model and in all, rows of the last. The median of three rounds; one round
        where it takes longer than ten seconds.
    """
    nodes = in_order(probe, manifest)
    rounds: list[dict[str, float]] = []
    rows = 0
    while len(rounds) < 3 and not (rounds and sum(rounds[0].values()) > 10):
        seconds: dict[str, float] = {}
        for node in nodes:
            sql = (compiled / node["original_file_path"]).read_text()
            for other in nodes:
                sql = sql.replace(other["relation_name"], f"temp.bench_{other['name']}")
            started = time.perf_counter()
            connection.execute(f"create or replace temp table bench_{node['name']} as {sql}")
            seconds[node["name"]] = time.perf_counter() - started
        rounds.append(seconds)
        found = connection.execute(
            f"select count(*) from temp.bench_{nodes[-1]['name']}"
        ).fetchone()
        rows = int(found[0]) if found else 0
    for node in nodes:
        connection.execute(f"drop table temp.bench_{node['name']}")
    middle = sorted(rounds, key=lambda r: sum(r.values()))[len(rounds) // 2]
    return {
        "seconds": round(statistics.median(sum(r.values()) for r in rounds), 3),
        "rows": rows,
        "models": {name: round(value, 3) for name, value in middle.items()},
    }


def read_run(results: Path, count: int = 10) -> dict[str, Any]:
    """Return what dbt's run_results.json says.

    Returns:
        nodes, models, unchanged (models left as they are), slowest: models with their seconds,
        schemas: seconds of all models of a schema (models run side by side: more than the clock).
    """
    rows = json.loads(results.read_text())["results"]
    models = [r for r in rows if r["unique_id"].startswith("model.")]
    times = [(r["unique_id"].split(".")[-1], round(r["execution_time"], 2)) for r in models]
    times.sort(key=lambda t: -t[1])
    same = sum(1 for r in models if r.get("message") == "UNCHANGED")
    schemas: dict[str, float] = {}
    for row in models:
        parts = (row.get("relation_name") or "").replace('"', "").split(".")
        schema = parts[-2] if len(parts) > 1 else "other"
        schemas[schema] = round(schemas.get(schema, 0.0) + row["execution_time"], 2)
    return {
        "nodes": len(rows),
        "models": len(models),
        "unchanged": same,
        "schemas": schemas,
        "slowest": [{"model": name, "seconds": seconds} for name, seconds in times[:count]],
    }
