"""Routes of alerts: which rows hold for an alert, and which rows are refused."""

from __future__ import annotations

import csv

import pytest
from warehouse_builder import PROJECT_DIR

from warehouse.alerts.routes import CHANNELS, Route, RouteError, channels_for, check_routes


def seed() -> list[Route]:
    with (PROJECT_DIR / "seeds" / "rules" / "alert_routes.csv").open() as file:
        return [Route(**row) for row in csv.DictReader(file)]


def test_the_defaults_of_the_seed() -> None:
    routes = seed()
    check_routes(routes)
    assert channels_for(routes, "critical", "any") == dict.fromkeys(CHANNELS, "immediate")
    high = channels_for(routes, "high", "any")
    assert {c: m for c, m in high.items() if c != "dashboard"} == {
        "slack": "immediate",
        "email": "immediate",
    }
    assert set(channels_for(routes, "medium", "any").values()) == {"daily_digest"}
    assert set(channels_for(routes, "low", "any").values()) == {"weekly_digest"}


def test_rows_that_name_the_type_replace_all_star_rows_of_the_severity() -> None:
    routes = [
        Route("high", "*", "slack", "immediate"),
        Route("high", "*", "email", "immediate"),
        Route("high", "churn_spike", "email", "daily_digest"),
        Route("critical", "*", "slack", "immediate"),
    ]
    assert channels_for(routes, "high", "churn_spike") == {"email": "daily_digest"}
    assert channels_for(routes, "high", "other") == {"slack": "immediate", "email": "immediate"}
    assert channels_for(routes, "critical", "churn_spike") == {"slack": "immediate"}
    assert channels_for(routes, "low", "churn_spike") == {}


@pytest.mark.parametrize(
    ("routes", "says"),
    [
        ([Route("urgent", "*", "slack", "immediate")], "urgent,\\*,slack,immediate: severity must"),
        ([Route("high", "*", "pager", "immediate")], "channel must be one of dashboard, slack"),
        ([Route("high", "*", "slack", "hourly")], "mode must be one of immediate, daily_digest"),
        (
            [Route("high", "*", "slack", "immediate"), Route("high", "*", "slack", "daily_digest")],
            r"two rows for high, \*, slack",
        ),
    ],
)
def test_a_wrong_row_is_named(routes: list[Route], says: str) -> None:
    with pytest.raises(RouteError, match=says):
        check_routes(routes)
