"""Compare a warehouse with the recomputation: python -m tests.python.oracle.check RAW DB AS_OF.

Run from the project root; the seeds are read from its seeds folder (--seeds names another).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from . import alerts, behaviour, creators, growth, kpis, protection
from .compare import compare, differences
from .landing import read_landing, utc
from .seeds import read_seeds
from .world import World

Row = dict[str, Any]

KEYS: dict[str, tuple[Callable[[World], list[Row]], list[str]]] = {
    "landing_audit": (kpis.landing_audit, ["platform", "collection"]),
    "quarantine_records": (
        kpis.quarantine_records,
        ["platform", "collection", "reason", "document_id", "event_id", "dt", "payload"],
    ),
    "parse_losses": (kpis.parse_losses, ["platform", "collection", "field", "dt"]),
    "platform_kpi_daily": (kpis.platform_kpi_daily, ["platform", "kpi_date"]),
    "platform_kpi_daily_by_region": (
        kpis.platform_kpi_daily_by_region,
        ["platform", "region", "country_code", "kpi_date"],
    ),
    "platform_kpi_hourly": (kpis.platform_kpi_hourly, ["platform", "kpi_date", "kpi_hour"]),
    "platform_kpi_periods": (
        kpis.platform_kpi_periods,
        ["platform", "period_type", "period_start"],
    ),
    "revenue_daily": (kpis.revenue_daily, ["platform", "kpi_date", "stream"]),
    "refunds_daily": (kpis.refunds_daily, ["platform", "kpi_date", "category"]),
    "metric_daily": (kpis.metric_daily, ["platform", "metric", "region", "kpi_date"]),
    "creator_kpi_daily": (creators.creator_kpi_daily, ["platform", "creator_id", "kpi_date"]),
    "creator_kpi_current": (creators.creator_kpi_current, ["platform", "creator_id"]),
    "creator_leaderboard": (creators.creator_leaderboard, ["platform", "window_days", "rank"]),
    "host_performance_daily": (creators.host_performance_daily, ["host_id", "kpi_date"]),
    "safety_kpi_daily": (creators.safety_kpi_daily, ["platform", "kpi_date"]),
    "livestream_kpi_daily": (creators.livestream_kpi_daily, ["kpi_date"]),
    "revenue_by_payment_method_daily": (
        creators.revenue_by_payment_method_daily,
        ["kpi_date", "payment_method"],
    ),
    "revenue_by_og_tier_daily": (creators.revenue_by_og_tier_daily, ["kpi_date", "og_tier"]),
    "gaming_kpi_daily": (creators.gaming_kpi_daily, ["kpi_date"]),
    "cohort_retention": (growth.cohort_retention, ["platform", "cohort_month", "period_index"]),
    "funnel_daily": (growth.funnel_daily, ["platform", "funnel_date", "step_number"]),
    "experiment_results": (growth.experiment_results, ["experiment_id", "variant"]),
    **behaviour.MARTS,
    **protection.MARTS,
    **alerts.MARTS,
}


def build_world(raw_dir: Path, seeds_dir: Path, as_of: datetime) -> World:
    """Read seeds and landing zone; as_of is UTC."""
    seeds = read_seeds(seeds_dir)
    return World(read_landing(raw_dir, as_of, seeds), seeds, as_of)


def read_table(connection: duckdb.DuckDBPyConnection, name: str) -> list[Row] | None:
    """Return a table's rows as dicts from whichever schema holds it (marts first), or None."""
    found = connection.execute(
        "select table_schema from information_schema.tables where table_name = ? "
        "order by case when table_schema like '%marts%' then 0 else 1 end, table_schema",
        [name],
    ).fetchall()
    if not found:
        return None
    cursor = connection.execute(f'select * from "{found[0][0]}"."{name}"')
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def parse_as_of(text: str) -> datetime:
    """Read as_of (ISO; without a zone it is UTC)."""
    return utc(datetime.fromisoformat(text))


def main() -> int:
    """Print mart, rows, differences; return 1 where anything differs or is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raw_dir", type=Path)
    parser.add_argument("warehouse_db", type=Path)
    parser.add_argument("as_of", type=parse_as_of)
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    parser.add_argument("--only", nargs="*", default=list(KEYS), choices=list(KEYS))
    options = parser.parse_args()
    started = time.monotonic()
    world = build_world(options.raw_dir, options.seeds, options.as_of)
    print(f"landing zone read in {time.monotonic() - started:.1f} s")
    print(f"{'mart':34} {'expected':>9} {'there':>9} {'differences':>11}  extra columns")
    failed = False
    with duckdb.connect(str(options.warehouse_db), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        details = []
        for name in options.only:
            make, keys = KEYS[name]
            expected = make(world)
            actual = read_table(connection, name)
            if actual is None:
                print(f"{name:34} {len(expected):>9} {'no table':>9}")
                failed = True
                continue
            found = compare(expected, actual, keys)
            extra = sorted(set(actual[0]) - set(expected[0])) if actual and expected else []
            count = differences(expected, actual, keys) if found else 0
            print(f"{name:34} {len(expected):>9} {len(actual):>9} {count:>11}  {', '.join(extra)}")
            details.extend([f"\n{name}", *(f"  {line}" for line in found)] if found else [])
            failed = failed or bool(found)
    print("\n".join(details))
    print(f"{time.monotonic() - started:.1f} s")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
