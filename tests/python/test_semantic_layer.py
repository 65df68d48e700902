"""The semantic layer is valid, every metric can be asked for, and its numbers are the marts'."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pytest
from conftest import SampleBuild
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.implementations.semantic_manifest import (
    PydanticSemanticManifest,
)
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
    SemanticManifestValidator,
)
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from warehouse_builder import PROJECT_DIR, Builder, Row, Warehouse

DAY, PLATFORM = "metric_time__day", "platform"
WEEK, MONTH = "metric_time__week", "metric_time__month"
COMPLETE = "{{ Dimension('business_day__is_complete') }} = true"


class RendersForDuckDB:
    """What MetricFlow asks of a client to write a query; the tests run it themselves."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


@dataclass(frozen=True)
class Metrics:
    """The semantic manifest of dbt, a warehouse, and what writes queries for it."""

    manifest: PydanticSemanticManifest
    engine: MetricFlowEngine
    warehouse: Warehouse

    def query(
        self,
        metrics: Sequence[str] = (),
        by: Sequence[str] = (),
        where: Sequence[str] = (),
        saved_query: str | None = None,
    ) -> list[Row]:
        """Return the rows of a metric query or of a saved one."""
        request = MetricFlowQueryRequest.create(
            saved_query_name=saved_query,
            metric_names=None if saved_query else list(metrics),
            group_by_names=None if saved_query else list(by),
            where_constraints=list(where) or None,
        )
        return self.warehouse.rows(self.engine.explain(request).sql_statement.sql)

    def compare(
        self, metrics: Sequence[str], by: Sequence[str], sql: str, where: Sequence[str] = ()
    ) -> None:
        """Compare a metric query, to the row, with SQL that gives the same columns in its order."""
        asked = self.query(metrics, by, where)
        names = [*by, *metrics]
        expected = [dict(zip(names, row.values(), strict=True)) for row in self.warehouse.rows(sql)]
        assert len(expected) > 1
        assert as_text(asked, names) == as_text(expected, names)


def as_text(rows: list[Row], names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the rows sorted, dates without a time, numbers with 9 digits."""

    def plain(value: object) -> str:
        if isinstance(value, datetime):
            return value.date().isoformat()
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bool | str) or value is None:
            return str(value)
        assert isinstance(value, int | float | Decimal)
        return f"{float(value):.9g}"

    return sorted(tuple(plain(row[name]) for name in names) for row in rows)


@pytest.fixture(scope="module")
def metrics(builder: Builder, sample_build: Callable[[str], SampleBuild]) -> Metrics:
    """The semantic layer on the sample warehouse; dbt wrote its manifest when it built that."""
    warehouse = sample_build("autumn").warehouse
    text = (builder.folder / "target" / "semantic_manifest.json").read_text()
    manifest = parse_manifest_from_dbt_generated_manifest(text)
    engine = MetricFlowEngine(
        SemanticManifestLookup(manifest),
        RendersForDuckDB(),  # type: ignore[arg-type]
    )
    return Metrics(manifest, engine, warehouse)


def test_the_manifest_is_valid(metrics: Metrics) -> None:
    found = SemanticManifestValidator[PydanticSemanticManifest]().validate_semantic_manifest(
        metrics.manifest
    )
    problems = [issue.message for issue in (*found.errors, *found.future_errors)]
    assert not problems, "\n".join(problems)
    assert len(metrics.manifest.metrics) > 100
    assert len(metrics.manifest.semantic_models) > 15


def test_every_metric_says_what_it_is(metrics: Metrics) -> None:
    described = {metric.name: metric.description for metric in metrics.manifest.metrics}
    without = [name for name, text in described.items() if not text or "Metric created" in text]
    assert not without, f"describe {without}"


def test_every_metric_can_be_asked_for_by_month_and_platform(metrics: Metrics) -> None:
    empty = [
        metric.name
        for metric in metrics.manifest.metrics
        if not any(row[PLATFORM] for row in metrics.query([metric.name], [MONTH, PLATFORM]))
    ]
    assert not empty


def test_every_saved_query_has_rows(metrics: Metrics) -> None:
    names = [query.name for query in metrics.manifest.saved_queries]
    assert len(names) > 5
    empty = [name for name in names if len(metrics.query(saved_query=name)) < 2]
    assert not empty


def test_the_docs_name_every_metric_and_saved_query(metrics: Metrics) -> None:
    text = (PROJECT_DIR / "docs" / "semantic-layer.md").read_text()
    named = set(re.findall(r"\w+", text))
    missing = {item.name for item in metrics.manifest.metrics} - named
    missing |= {item.name for item in metrics.manifest.saved_queries} - named
    assert not missing, f"docs/semantic-layer.md: add {sorted(missing)}"


def test_daily_kpis_are_those_of_the_mart(metrics: Metrics) -> None:
    """Sums from the mart by region, ratios made anew; the mart rounds its ratios of money."""
    metrics.compare(
        ["active_users", "paying_users", "total_revenue", "refund_rate", "arpu", "payer_rate"],
        [DAY, PLATFORM],
        """select kpi_date, platform, active_users, paying_users, total_revenue, refund_rate,
        cast(total_revenue as double) / nullif(active_users, 0), payer_rate
        from marts.platform_kpi_daily""",
    )


def test_kpis_by_region(metrics: Metrics) -> None:
    metrics.compare(
        ["new_users", "active_users", "net_revenue"],
        [DAY, PLATFORM, "place__region"],
        """select kpi_date, platform, region, sum(new_users), sum(active_users),
        sum(total_revenue - refund_amount - chargeback_amount)
        from marts.platform_kpi_daily_by_region group by all""",
    )


def test_people_are_not_added_up_over_dates(metrics: Metrics) -> None:
    """By month, active_users is that of the last date; distinct people come from the periods."""
    metrics.compare(
        ["active_users", "active_users_30d", "active_user_days"],
        [MONTH, PLATFORM],
        """select date_trunc('month', kpi_date), platform, arg_max(active_users, kpi_date),
        arg_max(active_users_30d, kpi_date), sum(active_users)
        from marts.platform_kpi_daily group by all""",
    )
    for period, grain in (("week", WEEK), ("month", MONTH)):
        metrics.compare(
            [f"{period}ly_active_users", f"{period}ly_paying_users"],
            [grain, PLATFORM],
            f"""select period_start, platform, active_users, paying_users
            from marts.platform_kpi_periods where period_type = '{period}'""",
        )


def test_distinct_creators_are_counted_anew_for_a_month(metrics: Metrics) -> None:
    metrics.compare(
        ["earning_creators", "total_earned_amount"],
        [MONTH, PLATFORM],
        """select date_trunc('month', kpi_date), platform,
        count(distinct case when total_earned_amount > 0 then creator_id end),
        sum(total_earned_amount) from marts.creator_kpi_daily group by all""",
    )


def test_only_complete_days_where_that_is_asked_for(metrics: Metrics) -> None:
    metrics.compare(
        ["total_revenue", "reports_total", "reactivated_users"],
        [PLATFORM],
        """select platform, sum(total_revenue), sum(reports_total), sum(reactivated_users)
        from marts.platform_kpi_daily
        inner join marts.safety_kpi_daily using (platform, kpi_date)
        inner join marts.churn_daily using (platform, kpi_date)
        where platform_kpi_daily.is_complete group by platform""",
        [COMPLETE],
    )


def test_windows_are_those_of_the_executive_mart(metrics: Metrics) -> None:
    """Windows over the time spine reach beyond D, where the mart ends."""
    names = ["total_revenue_30d", "month_to_date_revenue"]
    ends = {
        row["platform"]: row["last_date"]
        for row in metrics.warehouse.rows(
            "select platform, max(kpi_date) as last_date from marts.executive_revenue_daily "
            "group by platform"
        )
    }
    asked = [
        row for row in metrics.query(names, [DAY, PLATFORM]) if row[DAY] <= ends[row[PLATFORM]]
    ]
    expected = metrics.warehouse.rows(
        f"select kpi_date as {DAY}, platform, {', '.join(names)} from marts.executive_revenue_daily"
    )
    columns = [DAY, PLATFORM, *names]
    assert len(expected) > 50
    assert as_text(asked, columns) == as_text(expected, columns)


def test_ratios_of_live_streams(metrics: Metrics) -> None:
    metrics.compare(
        ["dau", "avg_gift_value", "avg_viewers_per_stream", "og_conversion_rate"],
        [DAY],
        """select kpi_date, dau, cast(gift_revenue as double) / nullif(gifts_sent, 0),
        avg_viewers_per_stream, og_conversion_rate
        from marts.livestream_kpi_daily where is_complete""",
        [COMPLETE],
    )


def test_who_earns_what_by_stream(metrics: Metrics) -> None:
    metrics.compare(
        ["stream_revenue", "platform_earnings", "creator_earnings", "platform_share_rate"],
        [MONTH, PLATFORM, "platform__currency", "revenue_stream__stream"],
        """select date_trunc('month', kpi_date), platform, currency, stream, sum(revenue),
        sum(platform_earnings), sum(creator_earnings),
        cast(sum(platform_earnings) as double) / nullif(cast(sum(revenue) as double), 0)
        from marts.revenue_daily group by all""",
    )


def test_cohorts(metrics: Metrics) -> None:
    metrics.compare(
        ["retention_rate", "cohort_revenue"],
        [MONTH, PLATFORM, "cohort_period__period_index"],
        """select cohort_month, platform, period_index, retention_rate, revenue
        from marts.cohort_retention""",
    )
