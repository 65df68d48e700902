"""The yardstick: DuckDB reads the raw files and takes the contracts' fields out of the JSON, once.

Run as `python -m warehouse.bench.scan JOB.json RESULT.json`, in a process of its own, so that its
memory and CPU are its own. The readers are those of macros/landing/raw_rows.sql; nothing is typed,
judged or written.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.database import quoted
from warehouse.sample_data.fields import lit

EXTENSIONS = {"changelog": (".parquet",), "mongo": (".ndjson", ".ndjson.gz")}
EXTENSIONS["ndjson"] = EXTENSIONS["mongo"]


@dataclass(frozen=True)
class Contract:
    """A collection and the JSON paths that its landing reads."""

    platform: str
    collection: str
    format: str
    paths: tuple[str, ...]

    @property
    def name(self) -> str:
        """platform/collection: the folder of its files."""
        return f"{self.platform}/{self.collection}"


def read_contracts(manifest: dict[str, Any]) -> list[Contract]:
    """Return the contracts of all collections from dbt's manifest, as macros/landing reads them."""
    found = []
    for node in manifest["nodes"].values():
        meta = node.get("config", {}).get("meta") or {}
        if node["resource_type"] != "model" or not node["name"].startswith("stg_"):
            continue
        if not meta.get("collection"):
            continue
        paths = []
        for column in node["columns"].values():
            column_meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
            if column_meta.get("field"):
                paths.append(f"$.{column_meta['field']}")
        if meta["format"] == "mongo":
            paths += ["$._id", "$.deletedAt", "$.updatedAt"]
        elif meta["format"] == "ndjson":
            paths.append(f"$.{meta['id_field']}")
        found.append(Contract(meta["platform"], meta["collection"], meta["format"], tuple(paths)))
    return sorted(found, key=lambda c: c.name)


def collection_files(
    raw: Path, contract: Contract, dates: Iterable[str] | None = None
) -> list[str]:
    """Return the raw files of a collection, sorted; of some arrival dates where they are given."""
    wanted = None if dates is None else {f"dt={date}" for date in dates}
    return sorted(
        str(path)
        for path in (raw / contract.platform / contract.collection).glob("dt=*/*")
        if path.name.endswith(EXTENSIONS[contract.format])
        and (wanted is None or path.parent.name in wanted)
    )


def rows_sql(contract: Contract, files: Sequence[str]) -> str:
    """Return the FROM of a collection's rows; the JSON is in `data` or `line`."""
    listed = "[" + ", ".join(lit(f) for f in files) + "]"
    if contract.format == "changelog":
        return (
            f"read_parquet({listed}, union_by_name = true, hive_partitioning = true, "
            "hive_types = {'dt': date})"
        )
    return (
        f"read_csv({listed}, columns = {{'line': 'varchar'}}, delim = e'\\x01\\x02', quote = '', "
        "escape = '', header = false, auto_detect = false, strict_mode = false, "
        "max_line_size = 16777216, hive_partitioning = true, hive_types = {'dt': date}) "
        "where trim(line, e' \\t\\r') <> ''"
    )


def scan_sql(contract: Contract, files: Sequence[str], columns: Iterable[str]) -> str:
    """Return the query that reads and parses a collection: rows, values found, other columns.

    Every column and every extracted value goes into an aggregate: nothing can be left out.
    """
    payload = "data" if contract.format == "changelog" else "line"
    paths = "[" + ", ".join(lit(p) for p in contract.paths) + "]"
    # malformed lines are part of the data; a check first is the cheapest way past them
    values = f"case when json_valid({payload}) then json_extract_string({payload}, {paths}) end"
    others = "".join(f", max({quoted(c)})" for c in columns if c != payload)
    return (
        f"select count(*), coalesce(sum(list_count({values})), 0){others} "
        f"from {rows_sql(contract, files)}"
    )


def scan(
    connection: duckdb.DuckDBPyConnection, contract: Contract, files: Sequence[str]
) -> dict[str, float]:
    """Read and parse the files of a collection; return rows, values found and wall_s."""
    if not files:
        return {"rows": 0, "values": 0, "wall_s": 0.0}
    started = time.monotonic()
    described = connection.execute(f"describe select * from {rows_sql(contract, files)}").fetchall()
    found = connection.execute(
        scan_sql(contract, files, [str(row[0]) for row in described])
    ).fetchone()
    assert found is not None
    wall = round(time.monotonic() - started, 3)
    return {"rows": int(found[0]), "values": int(found[1]), "wall_s": wall}


def count_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, files: Sequence[str]
) -> int:
    """Return how many rows files have."""
    if not files:
        return 0
    found = connection.execute(f"select count(*) from {rows_sql(contract, files)}").fetchone()
    return int(found[0]) if found else 0


def main(job_file: Path, result_file: Path) -> None:
    """Do a job (raw, manifest, dates, later, memory_limit) and write the figures.

    The rows of the dates in `later` are counted, outside of what is measured.
    """
    job = json.loads(job_file.read_text())
    contracts = read_contracts(json.loads(Path(job["manifest"]).read_text()))
    raw = Path(job["raw"])
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"set memory_limit = {lit(job['memory_limit'])}")
        threads = connection.execute("select current_setting('threads')").fetchone()
        wall, cpu = time.monotonic(), time.process_time()
        found = {
            contract.name: scan(connection, contract, collection_files(raw, contract, job["dates"]))
            for contract in contracts
        }
        result = {
            "scan_wall_s": round(time.monotonic() - wall, 3),
            "scan_cpu_s": round(time.process_time() - cpu, 3),
            "threads": threads[0] if threads else None,
            "collections": found,
        }
        for contract in contracts:
            later = collection_files(raw, contract, job["later"])
            found[contract.name]["later_rows"] = count_rows(connection, contract, later)
    result_file.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
