"""What the alert commands read in the warehouse: alerts, routes, the figures of the weekly report.

Everything is read at once through a read-only connection that is closed before anything is sent:
a build finds the file free.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from warehouse.alerts.routes import Route, check_routes
from warehouse.database import WarehouseError, connect_read_only

Row = dict[str, Any]


@dataclass(frozen=True)
class Alert:
    """One row of marts.alerts. Times are UTC without zone; resolution_seconds are whole seconds."""

    alert_id: str
    rule_id: str
    alert_type: str
    severity: str
    platform: str
    region: str | None
    subject_id: str | None
    period_start: dt.datetime
    detected_at: dt.datetime
    observed_value: float | None
    threshold_value: float | None
    message: str
    status: str
    acknowledged_at: dt.datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: dt.datetime | None = None
    resolved_by: str | None = None
    resolution_seconds: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the row with its times as text (UTC, ISO 8601)."""
        return {
            name: value.isoformat() + "Z" if isinstance(value, dt.datetime) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Alert:
        """Return the alert that as_json wrote."""
        times = ("period_start", "detected_at", "acknowledged_at", "resolved_at")
        values = {f.name: row.get(f.name) for f in fields(cls)}
        for name in times:
            if values[name] is not None:
                values[name] = dt.datetime.fromisoformat(values[name].removesuffix("Z"))
        return cls(**values)


@dataclass(frozen=True)
class ReportFacts:
    """Rows for the weekly report, each empty where its mart is not built.

    health: executive_dashboard. revenue: per platform, net_revenue of the last 7 complete dates
    (this_week) and of the 7 before (week_before; None without 7 dates) in currency. regions:
    region_risk_profiles. strategies: monetization_health. recommendations: number of rows of
    monetization_recommendations.
    """

    health: list[Row] = field(default_factory=list)
    revenue: list[Row] = field(default_factory=list)
    regions: list[Row] = field(default_factory=list)
    strategies: list[Row] = field(default_factory=list)
    recommendations: int = 0


@dataclass(frozen=True)
class Warehouse:
    """What was read: every alert of the mart, the routes, the facts of the report."""

    alerts: list[Alert]
    routes: list[Route]
    facts: ReportFacts = field(default_factory=ReportFacts)


def read_warehouse(
    path: Path, wait_seconds: float = 0, sleep: Callable[[float], None] = time.sleep
) -> Warehouse:
    """Read a warehouse file.

    Args:
        path: the DuckDB file.
        wait_seconds: how long to try again while a build holds the file.
        sleep: takes seconds; tests give their own.

    Raises:
        WarehouseError: no such file, no DuckDB file, a build runs, or alerts are not built.
        RouteError: a row of alert_routes can't be used.
    """
    when_busy = "nothing was done. Try again after, or wait for it with --wait SECONDS."
    with connect_read_only(path, wait_seconds, sleep, when_busy) as con:
        con.execute("SET TimeZone = 'UTC'")
        alerts = [_alert(row) for row in _rows(con, path, "marts.alerts")]
        routes = [
            Route(*(str(row[f.name]) for f in fields(Route)))
            for row in _rows(con, path, "seeds.alert_routes")
        ]
        facts = _report_facts(con)
    check_routes(routes)
    return Warehouse(alerts, routes, facts)


def _rows(con: duckdb.DuckDBPyConnection, path: Path, table: str) -> list[Row]:
    try:
        return _query(con, f"SELECT * FROM {table}")
    except duckdb.CatalogException as error:
        raise WarehouseError(
            f"{path} has no table {table}: build it with `dbt build --select +alerts alert_routes`."
        ) from error


def _query(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _alert(row: Row) -> Alert:
    return Alert(**{f.name: row.get(f.name) for f in fields(Alert)})


def _report_facts(con: duckdb.DuckDBPyConnection) -> ReportFacts:
    return ReportFacts(
        health=_rows_if_built(
            con,
            "SELECT platform, kpi_date, health_score, health_status, revenue_quality, fraud_risk, "
            "churn_risk, regional_risk FROM marts.executive_dashboard ORDER BY platform",
        ),
        revenue=_rows_if_built(
            con,
            """
            WITH days AS (
                SELECT platform, currency, net_revenue,
                    row_number() OVER (PARTITION BY platform ORDER BY kpi_date DESC) AS age
                FROM marts.executive_revenue_daily WHERE is_complete
            )
            SELECT platform, currency,
                sum(net_revenue) FILTER (WHERE age <= 7) AS this_week,
                CASE WHEN max(age) >= 14
                    THEN sum(net_revenue) FILTER (WHERE age BETWEEN 8 AND 14) END AS week_before
            FROM days WHERE age <= 14 GROUP BY ALL ORDER BY ALL
            """,
        ),
        regions=_rows_if_built(
            con,
            "SELECT platform, region, currency, users_scored, avg_risk_score, high_risk_user_rate, "
            "total_revenue, toxic_revenue FROM marts.region_risk_profiles "
            "ORDER BY platform, avg_risk_score DESC NULLS LAST, region",
        ),
        strategies=_rows_if_built(
            con,
            "SELECT strategy_id, is_measurable, is_healthy, failed_criteria "
            "FROM marts.monetization_health ORDER BY strategy_id",
        ),
        recommendations=len(
            _rows_if_built(con, "SELECT strategy_id FROM marts.monetization_recommendations")
        ),
    )


def _rows_if_built(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    try:
        return _query(con, sql)
    except duckdb.CatalogException:
        return []
