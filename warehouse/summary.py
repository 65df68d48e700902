"""What stands in the warehouse: main KPIs, rows of each mart, quarantined rows. Read only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from warehouse.database import connect_read_only, quoted

#: Columns of marts.platform_kpi_daily that the summary shows, with their headings.
KPIS: dict[str, str] = {
    "kpi_date": "last complete day",
    "active_users": "active users",
    "new_users": "new users",
    "paying_users": "paying users",
    "total_revenue": "total revenue",
    "churned_users": "churned users",
}
Value = str | int | float | Decimal | dt.date | None


@dataclass(frozen=True)
class Summary:
    """What was found: `marts` and `quarantine` are row counts.

    `kpis`: one row a platform, with platform, currency and the columns in KPIS that exist.
    """

    kpis: list[dict[str, Value]]
    marts: dict[str, int]
    quarantine: dict[str, int]


def read_summary(path: Path) -> Summary:
    """Read the summary from a DuckDB file.

    Models that do not exist, and empty ones, give empty parts, never an error.

    Raises:
        WarehouseError: no such file, no DuckDB file, or another process writes to it.
    """
    with connect_read_only(path) as con:
        tables = con.execute(
            "SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL"
        ).fetchall()
        marts = {
            name: _count(con, quoted(schema, name))
            for schema, name in tables
            if schema == "marts" or schema.startswith("marts_") or schema.endswith("_marts")
        }
        return Summary(
            _kpis(con, _find(tables, "platform_kpi_daily")),
            marts,
            _by_platform(con, _find(tables, "quarantine_records")),
        )


def _find(tables: list[tuple[str, str]], name: str) -> tuple[str, str] | None:
    return next(((s, t) for s, t in tables if t == name), None)


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _columns(con: duckdb.DuckDBPyConnection, table: tuple[str, str]) -> set[str]:
    rows = con.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = ? AND table_name = ?",
        list(table),
    ).fetchall()
    return {str(r[0]) for r in rows}


def _kpis(con: duckdb.DuckDBPyConnection, table: tuple[str, str] | None) -> list[dict[str, Value]]:
    if table is None:
        return []
    there = _columns(con, table)
    if not {"platform", "kpi_date", "is_complete"} <= there:
        return []
    names = [n for n in ("platform", *KPIS, "currency") if n in there]
    rows = con.execute(
        f"SELECT {', '.join(quoted(n) for n in names)} FROM {quoted(*table)} WHERE is_complete "
        "QUALIFY row_number() OVER (PARTITION BY platform ORDER BY kpi_date DESC) = 1 "
        "ORDER BY platform"
    ).fetchall()
    return [dict(zip(names, r, strict=True)) for r in rows]


def _by_platform(con: duckdb.DuckDBPyConnection, table: tuple[str, str] | None) -> dict[str, int]:
    if table is None or "platform" not in _columns(con, table):
        return {}
    rows = con.execute(
        f"SELECT coalesce(platform, 'unknown'), count(*) FROM {quoted(*table)} "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return {str(p): int(n) for p, n in rows}
