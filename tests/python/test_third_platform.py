"""A third platform is models and seed rows of its own: nothing shared changes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from conftest import SampleBuild
from warehouse_builder import Builder, Warehouse, copy_project, seed_file

MODEL, NEW = "halobuzz", "gamma"
SEEDS = (
    "activity_kinds",
    "creator_activity_kinds",
    "funnel_steps",
    "platforms",
    "revenue_splits",
    "revenue_streams",
    "token_rates",
)
FOLDERS = ("models/landing", "models/staging", "models/intermediate")
ALERT_EVENTS = Path("models/intermediate/alerts/int_{}__alert_events.sql")

# Marts of several platforms whose rows hold no id made of the platform's name.
MARTS = (
    "abuse_signals_daily",
    "churn_daily",
    "churn_scores",
    "cohort_retention",
    "country_risk_profiles",
    "creator_kpi_daily",
    "creator_leaderboard",
    "creator_payout_risks",
    "executive_dashboard",
    "executive_revenue_daily",
    "fraud_revenue_correlations",
    "funnel_daily",
    "metric_anomalies",
    "metric_daily",
    "platform_kpi_daily",
    "platform_kpi_daily_by_region",
    "platform_kpi_hourly",
    "platform_kpi_periods",
    "refunds_daily",
    "retention_targets",
    "revenue_daily",
    "safety_kpi_daily",
    "user_risk_scores",
)


def renamed(text: str) -> str:
    return text.replace(MODEL, NEW)


def add_platform(project: Path) -> None:
    """Do what docs/own-data.md says, with the models and rows of a platform that is there."""
    for name in SEEDS:
        path = seed_file(name, project)
        lines = path.read_text(encoding="utf-8").splitlines()
        lines += [renamed(line) for line in lines[1:] if MODEL in line.split(",")]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sources = [path for folder in FOLDERS for path in (project / folder / MODEL).rglob("*.*")]
    sources.append(project / str(ALERT_EVENTS).format(MODEL))
    for source in sources:
        if "unit_tests" not in source.name:
            target = Path(renamed(str(source)))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(renamed(source.read_text(encoding="utf-8")), encoding="utf-8")
    config = project / "dbt_project.yml"
    text = config.read_text(encoding="utf-8")
    text = text.replace(f"[avalo, {MODEL}]", f"[avalo, {MODEL}, {NEW}]")
    # its collections, and how its roads are kept
    for pattern in (rf"    {MODEL}: \[[^]]*\]\n", rf"      {MODEL}:\n(?:        .*\n)+"):
        found = re.search(pattern, text)
        assert found, pattern
        text = text.replace(found[0], found[0] + renamed(found[0]))
    config.write_text(text, encoding="utf-8")


def rows_of(warehouse: Warehouse, mart: str, platform: str) -> list[dict[str, object]]:
    return warehouse.rows(
        f"select * exclude (platform) from marts.{mart} where platform = ? order by all", [platform]
    )


def test_the_same_files_as_a_third_platform_give_the_same_rows(
    sample_build: Callable[[str], SampleBuild], builder: Builder, tmp_path: Path
) -> None:
    before = sample_build("autumn").warehouse
    project = copy_project(tmp_path / "project")
    add_platform(project)
    raw_dir = tmp_path / "raw"
    shutil.copytree(before.raw_dir, raw_dir)
    shutil.copytree(raw_dir / MODEL, raw_dir / NEW)
    after = builder.build(raw_dir, before.as_of, project=project, with_tests=True)
    for mart in MARTS:
        rows = rows_of(before, mart, MODEL)
        assert rows, mart
        assert rows_of(after, mart, MODEL) == rows, mart
        assert rows_of(after, mart, NEW) == rows, mart
