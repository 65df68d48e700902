"""Routes: which channels an alert goes to, and in which mode (seed `alert_routes`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SEVERITIES = ("critical", "high", "medium", "low")  # the most severe first
DASHBOARD = "dashboard"  # the mart itself: nothing is sent
CHANNELS = (DASHBOARD, "slack", "email", "telegram", "push", "webhook")
IMMEDIATE, DAILY, WEEKLY = "immediate", "daily_digest", "weekly_digest"
MODES = (IMMEDIATE, DAILY, WEEKLY)
ANY_TYPE = "*"


class RouteError(ValueError):
    """A row of alert_routes can't be used; the message names it and says what may stand there."""


@dataclass(frozen=True)
class Route:
    """One row of alert_routes; alert_type `*` is every type that has no rows of its own."""

    severity: str
    alert_type: str
    channel: str
    mode: str


def check_routes(routes: Iterable[Route]) -> None:
    """Check the values of all routes, and that a channel has one mode.

    Raises:
        RouteError: the first row that is wrong.
    """
    seen: set[tuple[str, str, str]] = set()
    for route in routes:
        row = f"{route.severity},{route.alert_type},{route.channel},{route.mode}"
        for name, value, allowed in (
            ("severity", route.severity, SEVERITIES),
            ("channel", route.channel, CHANNELS),
            ("mode", route.mode, MODES),
        ):
            if value not in allowed:
                raise RouteError(
                    f"alert_routes has the row {row}: {name} must be one of {', '.join(allowed)}. "
                    "Correct seeds/rules/alert_routes.csv and run `dbt seed`."
                )
        key = (route.severity, route.alert_type, route.channel)
        if key in seen:
            raise RouteError(
                f"alert_routes has two rows for {', '.join(key)}: a channel has one mode. "
                "Correct seeds/rules/alert_routes.csv and run `dbt seed`."
            )
        seen.add(key)


def channels_for(routes: Sequence[Route], severity: str, alert_type: str) -> dict[str, str]:
    """Return the mode per channel for an alert; empty where no route fits.

    Rows that name the alert_type replace all `*` rows of the severity.
    """
    of_severity = [route for route in routes if route.severity == severity]
    named = [route for route in of_severity if route.alert_type == alert_type]
    chosen = named or [route for route in of_severity if route.alert_type == ANY_TYPE]
    return {route.channel: route.mode for route in chosen}
