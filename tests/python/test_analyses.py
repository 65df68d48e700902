"""Every analysis compiles and runs on a built warehouse, with default dates and with given ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from conftest import SampleBuild
from warehouse_builder import PROJECT_DIR, Builder, Row, Warehouse

FOLDER = PROJECT_DIR / "analyses"
ANALYSES = sorted(path.stem for path in FOLDER.glob("*.sql"))
CASE = "autumn"

Compiled = dict[str, str]


def compiled(builder: Builder, warehouse: Warehouse, variables: dict[str, Any] | None) -> Compiled:
    """Compile all analyses on the warehouse; returns the SQL of each by its name."""
    finished = builder.dbt(
        "compile",
        *("--select", "path:analyses"),
        raw_dir=warehouse.raw_dir,
        as_of=warehouse.as_of,
        database=warehouse.database,
        variables=variables,
    )
    assert finished.returncode == 0, f"dbt compile failed:\n{finished.stdout[-4000:]}"
    folder = builder.folder / "target" / "compiled" / "creator_warehouse" / "analyses"
    # the database is built in a fixed place and moved away: its name is that of the file
    return {name: (folder / f"{name}.sql").read_text() for name in ANALYSES}


@pytest.fixture(scope="module")
def warehouse(sample_build: Callable[[str], SampleBuild]) -> Warehouse:
    return sample_build(CASE).warehouse


@pytest.fixture(scope="module")
def by_default(builder: Builder, warehouse: Warehouse) -> Compiled:
    return compiled(builder, warehouse, None)


@pytest.fixture(scope="module")
def last_date(warehouse: Warehouse) -> dict[str, date]:
    """The last complete date of each platform."""
    rows = warehouse.rows(
        "select platform, max(kpi_date) as day from marts.platform_kpi_daily "
        "where is_complete group by platform"
    )
    return {row["platform"]: row["day"] for row in rows}


@pytest.fixture(scope="module")
def given(warehouse: Warehouse, last_date: dict[str, date]) -> dict[str, Any]:
    """Vars other than the defaults: a date a week back, the three dates up to it, one creator."""
    day = min(last_date.values()) - timedelta(days=7)
    creator = warehouse.rows(
        "select creator_id from marts.creator_kpi_daily where platform = 'avalo' and kpi_date = ? "
        "order by total_earned_amount desc, creator_id limit 1",
        [day],
    )
    return {
        "kpi_date": day.isoformat(),
        "from_date": (day - timedelta(days=2)).isoformat(),
        "to_date": day.isoformat(),
        "creator_id": creator[0]["creator_id"],
        "top_n": 3,
    }


@pytest.fixture(scope="module")
def by_vars(builder: Builder, warehouse: Warehouse, given: dict[str, Any]) -> Compiled:
    return compiled(builder, warehouse, given)


def value(rows: list[Row], metric: str, column: str = "value") -> float:
    return next(row[column] for row in rows if row["metric"] == metric)


def test_every_analysis_is_described() -> None:
    listed = yaml.safe_load((FOLDER / "_analyses.yml").read_text())["analyses"]
    assert sorted(entry["name"] for entry in listed) == ANALYSES
    assert all(entry["description"].strip() for entry in listed)


@pytest.mark.parametrize("name", ANALYSES)
def test_analysis_has_rows(
    warehouse: Warehouse, by_default: Compiled, by_vars: Compiled, name: str
) -> None:
    assert warehouse.rows(by_default[name]), "no rows by default"
    assert warehouse.rows(by_vars[name]), "no rows with vars"


@pytest.mark.parametrize(
    "name", ["platform_kpis_of_a_date", "safety_kpis_of_a_date", "creator_kpis_of_a_date"]
)
def test_date_is_the_last_complete_one_or_the_given_one(
    warehouse: Warehouse,
    by_default: Compiled,
    by_vars: Compiled,
    last_date: dict[str, date],
    given: dict[str, Any],
    name: str,
) -> None:
    found = {(row["platform"], row["kpi_date"]) for row in warehouse.rows(by_default[name])}
    assert found == set(last_date.items())
    dates = {row["kpi_date"].isoformat() for row in warehouse.rows(by_vars[name])}
    assert dates == {given["kpi_date"]}


def test_creator_is_the_given_one(
    warehouse: Warehouse, by_vars: Compiled, given: dict[str, Any]
) -> None:
    for name in ("creator_kpis_of_a_date", "creator_kpis_now"):
        found = {row["creator_id"] for row in warehouse.rows(by_vars[name])}
        assert found == {given["creator_id"]}, name


def test_summary_total_is_the_sum_of_its_dates(warehouse: Warehouse, by_vars: Compiled) -> None:
    rows = warehouse.rows(by_vars["summary_of_a_date_range"])
    for platform in {row["platform"] for row in rows}:
        own = [row for row in rows if row["platform"] == platform]
        days = [row for row in own if row["row_type"] == "day"]
        (total,) = (row for row in own if row["row_type"] == "total")
        assert len(days) == total["days"] == 3
        for column in ("new_users", "total_revenue", "total_platform_earnings"):
            assert total[column] == sum(row[column] for row in days), column
        assert total["active_users"] == pytest.approx(sum(row["active_users"] for row in days) / 3)


def test_top_creators_of_7_dates_are_the_leaderboard(
    warehouse: Warehouse, by_default: Compiled, by_vars: Compiled
) -> None:
    rows = warehouse.rows(by_default["top_creators"])
    board = warehouse.rows(
        "select platform, rank, creator_id, currency, total_earned_amount, sessions_count, "
        "average_daily_amount from marts.creator_leaderboard "
        "where window_days = 7 and rank <= 10 order by platform, rank"
    )
    assert rows == board
    assert {row["rank"] for row in warehouse.rows(by_vars["top_creators"])} == {1, 2, 3}


def test_halobuzz_kpis_of_a_range_and_the_one_before(
    warehouse: Warehouse, by_vars: Compiled, given: dict[str, Any]
) -> None:
    rows = warehouse.rows(by_vars["halobuzz_kpis"])
    sums = warehouse.rows(
        "select sum(total_revenue) filter (kpi_date >= cast(? as date)) as value, "
        "sum(total_revenue) filter (kpi_date < cast(? as date)) as previous "
        "from marts.platform_kpi_daily where platform = 'halobuzz' "
        "and kpi_date between cast(? as date) - 3 and cast(? as date)",
        [given["from_date"], given["from_date"], given["from_date"], given["to_date"]],
    )[0]
    assert value(rows, "total_revenue") == pytest.approx(float(sums["value"]))
    assert value(rows, "total_revenue", "previous_value") == pytest.approx(float(sums["previous"]))
    growth = float(sums["value"] / sums["previous"]) - 1
    assert value(rows, "total_revenue", "growth_rate") == pytest.approx(growth)
    for parts in ("revenue by payment method", "revenue by OG tier"):
        found = sum(row["value"] or 0 for row in rows if row["section"] == parts)
        assert found == pytest.approx(float(sums["value"])), parts
