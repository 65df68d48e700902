"""A changed row changes the marts, and nothing else has to be touched: no test, no SQL."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

from conftest import SampleBuild
from warehouse_builder import Builder, copy_project, seed_file, seed_rows

# Seed, the column that names its rows, and what is written there: {row: {column: value}}.
EDITS: list[tuple[str, str, dict[str, dict[str, object]]]] = [
    (
        "churn_params",
        "param",
        {
            "churned_inactive_days": {"value": 20},
            "inactivity_max_points": {"value": 45},
            "low_sessions_max_points": {"value": 15},
            "engagement_window_days": {"value": 20},
            "engagement_sessions_weight": {"value": 0.4},
            "engagement_active_dates_weight": {"value": 0.4},
            "cause_min_score": {"value": 40},
            "retention_min_score": {"value": 45},
            "retention_max_inactive_days": {"value": 40},
        },
    ),
    (
        "audience_params",
        "param",
        {
            "loyalty_max_points": {"value": 90},
            "min_viewers": {"value": 6},
            "share_rounding_percent": {"value": 10},
            "count_rounding": {"value": 2},
            "recommendations_max_rank": {"value": 7},
        },
    ),
    (
        "kpi_params",
        "param",
        {"churn_days": {"value": 20}, "active_window_long_days": {"value": 20}},
    ),
    (
        "executive_params",
        "param",
        {
            "window_days": {"value": 20},
            "health_weight_revenue_quality": {"value": 0.4},
            "health_weight_fraud_risk": {"value": 0.2},
        },
    ),
    (
        "risk_params",
        "param",
        {"risk_window_days": {"value": 60}, "guardrail_keep_days": {"value": 40}},
    ),
    ("alert_params", "param", {"keep_days": {"value": 40}, "active_dates": {"value": 3}}),
    ("risk_levels", "level", {"low": {"score_below": 20}, "medium": {"score_from": 20}}),
    ("risk_flags", "flag", {"new_account": {"limit_value": 60}, "refunds": {"limit_value": 0.03}}),
    ("payout_rules", "position", {"1": {"amount_below": 50}, "2": {"amount_from": 50}}),
    (
        "guardrails",
        "guardrail_id",
        {
            "chargeback_warning": {"window_days": 14, "threshold_value": 0.001, "min_base": 5},
            "refund_spike": {"baseline_days": 14, "threshold_value": 1.5, "min_base": 1},
            "high_risk_users": {"comparison": "<=", "min_base": 5},
        },
    ),
    ("abuse_rules", "signal_type", {"ai_abuse": {"min_events": 2, "escalate_at": 3}}),
    ("churn_causes", "churn_cause", {"no_engagement": {"comparison": "<=", "limit_value": 6}}),
    (
        "monetization_criteria",
        "criterion",
        {"feedback_score": {"comparison": ">", "limit_value": 60}},
    ),
    ("royal_club_criteria", "criterion", {"total_transactions": {"limit_value": 5}}),
    ("leaderboard_windows", "window_days", {"7": {"window_days": 14, "max_rank": 10}}),
    ("match_weights", "component", {"base": {"points": 40.5}, "loyalty": {"points": 20}}),
    ("revenue_splits", "stream", {"chat": {"platform_share": 0.3}}),
    ("token_rates", "platform", {"avalo": {"rate": 0.25}}),
    ("alert_rules", "rule_id", {"avalo_churn_spike": {"threshold": 1.1, "min_value": 1}}),
]

CHANGED = (
    "abuse_signals",
    "alerts",
    "audience_segments",
    "churn_daily",
    "churn_scores",
    "country_risk_profiles",
    "creator_audience",
    "creator_kpi_current",
    "creator_kpi_daily",
    "creator_leaderboard",
    "creator_payout_risks",
    "executive_dashboard",
    "executive_revenue_daily",
    "fraud_revenue_correlations",
    "guardrail_evaluations",
    "metric_daily",
    "monetization_health",
    "platform_kpi_daily",
    "revenue_daily",
    "user_risk_scores",
    "viewer_recommendations",
)


def edit(project: Path, name: str, key: str, changes: dict[str, dict[str, object]]) -> None:
    """Write the changes into the rows of a seed; each must be there."""
    rows = seed_rows(name, project)
    assert set(changes) <= {row[key] for row in rows}, name
    for row in rows:
        row.update({column: str(value) for column, value in changes.get(row[key], {}).items()})
    with seed_file(name, project).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_many_changed_rows_change_the_marts_and_turn_no_test_red(
    sample_build: Callable[[str], SampleBuild], builder: Builder, tmp_path: Path
) -> None:
    before = sample_build("autumn").warehouse
    project = copy_project(tmp_path / "project")
    for name, key, changes in EDITS:
        edit(project, name, key, changes)
    database = tmp_path / "changed.duckdb"
    shutil.copyfile(before.database, database)
    after = builder.build(
        before.raw_dir, before.as_of, database=database, project=project, with_tests=True
    )
    same = [
        mart
        for mart in CHANGED
        if before.rows(f"select * from marts.{mart} order by all")
        == after.rows(f"select * from marts.{mart} order by all")
    ]
    assert not same
    # a fraction is not rounded as it is loaded: 40.5 points for all
    scores = after.rows("select match_score from marts.audience_segments where match_score < 100")
    assert {row["match_score"] % 1 for row in scores} == {0.5}
