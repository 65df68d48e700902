"""The texts: a single alert, a group of alerts, a digest, the weekly report. Plain text."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from warehouse.alerts.marts import Alert, ReportFacts
from warehouse.alerts.routes import DAILY, IMMEDIATE, SEVERITIES, WEEKLY

WITHDRAWN = "withdrawn"  # queued as active, and no longer a row of the mart
EXAMPLES = (20, 10, 5, 3, 1, 0)  # alerts shown per group: as many as the message has room for
SHARE_OF_LIMIT = 0.8  # services escape and decorate the text: leave them room
STRATEGIES_SHOWN = 10
WEEK = dt.timedelta(days=7)
Scores = Mapping[str, Sequence[tuple[dt.date, float]]]


@dataclass(frozen=True)
class Message:
    """A message to send: severity is the highest of its alerts (low for a report without any)."""

    title: str
    body: str
    severity: str
    mode: str
    digest_key: str | None
    alerts: tuple[Alert, ...]


def single(alert: Alert, link_base: str | None) -> Message:
    """Return the message of one alert."""
    lines = [alert.message]
    if alert.observed_value is not None or alert.threshold_value is not None:
        observed, threshold = (
            number(value, 4) for value in (alert.observed_value, alert.threshold_value)
        )
        lines.append(f"Observed {observed}, threshold {threshold}")
    if alert.subject_id:
        lines.append(f"Subject: {alert.subject_id}")
    lines.append(f"Period from {instant(alert.period_start)}, rule {alert.rule_id}")
    if alert.status != "active":
        lines.append(f"Now {alert.status}: it was active when it was queued.")
    lines.append(f"Take it: warehouse alerts ack {alert.alert_id} --by NAME")
    lines += link_lines(link_base, alert_id=alert.alert_id)
    title = f"[{alert.severity.upper()}] {alert.platform}: {alert.alert_type} ({place(alert)})"
    return Message(title, "\n".join(lines), alert.severity, IMMEDIATE, None, (alert,))


def group(alerts: Sequence[Alert], link_base: str | None, limit: int) -> Message:
    """Return one message of many alerts that are due at once, at most limit characters long."""
    title = f"[{highest(alerts).upper()}] {len(alerts)} alerts ({per_platform(alerts)})"
    body = fitting([], alerts, link_base, limit - len(title))
    return Message(title, body, highest(alerts), IMMEDIATE, None, tuple(alerts))


def daily(
    day: dt.date, digest_key: str, alerts: Sequence[Alert], link_base: str | None, limit: int
) -> Message:
    """Return the daily digest of a UTC date: counts per platform and type, examples, links."""
    title = f"Daily alerts {day}: {len(alerts)} ({per_platform(alerts)})"
    body = fitting([], alerts, link_base, limit - len(title))
    return Message(title, body, highest(alerts), DAILY, digest_key, tuple(alerts))


def weekly(
    monday: dt.date,
    digest_key: str,
    alerts: Sequence[Alert],
    of_the_week: Sequence[Alert],
    facts: ReportFacts,
    scores: Scores,
    link_base: str | None,
    limit: int,
) -> Message:
    """Return the weekly report.

    Args:
        monday: the Monday (UTC) it is for.
        digest_key: its key in the log.
        alerts: the alerts routed to it and not sent yet, maybe none.
        of_the_week: all alerts detected in the 7 days before, of any severity, to be counted.
        facts: what the executive, region and monetization marts say.
        scores: kept health scores (kpi_date, score) per platform.
        link_base: the dashboard's address.
        limit: greatest length in characters.
    """
    title = f"Weekly report {monday}"
    head = [
        *section("Health score (0-100)", _health_lines(facts, scores)),
        *section("Net revenue, last 7 complete dates", _revenue_lines(facts)),
        *section("Regions, riskiest first", _region_lines(facts)),
        *section("Monetization balance", _monetization_lines(facts)),
        *section(f"All alerts of the 7 days before {monday}", _count_lines(of_the_week)),
        f"Alerts for this report: {len(alerts) or 'none'}",
    ]
    body = fitting(head, alerts, link_base, limit - len(title))
    return Message(title, body, highest(alerts), WEEKLY, digest_key, tuple(alerts))


def fitting(head: Sequence[str], alerts: Sequence[Alert], link_base: str | None, limit: int) -> str:
    """Return head and the grouped alerts with as many examples as fit; cut at a line if need be."""
    room = int(limit * SHARE_OF_LIMIT)
    text = ""
    for examples in EXAMPLES:
        text = "\n".join([*head, *_grouped(alerts, examples, link_base)])
        if len(text) <= room:
            return text
    end = "\n.. cut: warehouse alerts list shows all"
    return text[: max(0, room - len(end))].rpartition("\n")[0] + end


def _grouped(alerts: Sequence[Alert], examples: int, link_base: str | None) -> list[str]:
    """Return lines per platform and type, the most severe first, with counts and links."""
    groups: dict[tuple[str, str], list[Alert]] = {}
    for alert in sorted(alerts, key=by_severity):
        groups.setdefault((alert.platform, alert.alert_type), []).append(alert)
    lines = []
    platform = None
    for key in sorted(groups, key=lambda k: (k[0], by_severity(groups[k][0]))):
        if key[0] != platform:
            platform = key[0]
            lines.append(
                f"{platform}: {sum(len(a) for k, a in groups.items() if k[0] == platform)}"
            )
        members = groups[key]
        lines.append(f"  {key[1]} ({members[0].severity}): {len(members)}")
        lines += [
            f"    - {alert.message}{state(alert)} {alert.alert_id}" for alert in members[:examples]
        ]
        if 0 < examples < len(members):
            lines.append(f"    - and {len(members) - examples} more")
        lines += [f"    {x}" for x in link_lines(link_base, platform=key[0], alert_type=key[1])]
    return lines


def link_lines(base: str | None, **parameters: str) -> list[str]:
    """Return the link into the dashboard as a list of one line, or of none without a base."""
    if not base:
        return []
    return [f"{base}{'&' if '?' in base else '?'}{urlencode(parameters)}"]


def section(heading: str, lines: Sequence[str]) -> list[str]:
    """Return a heading, its lines indented, and a blank line."""
    return [heading, *(f"  {line}" for line in lines or ["not built yet"]), ""]


def _health_lines(facts: ReportFacts, scores: Scores) -> list[str]:
    lines = []
    for row in facts.health:
        line = f"{row['platform']}: {number(row['health_score'])} {row['health_status']}"
        lines.append(f"{line}, {_trend(row['kpi_date'], row['health_score'], scores, row)}")
        parts = ("revenue_quality", "fraud_risk", "churn_risk", "regional_risk")
        lines.append("  " + ", ".join(f"{part} {number(row[part])}" for part in parts))
    return lines


def _trend(
    date: dt.date, score: float, scores: Scores, row: Mapping[str, object]
) -> str:  # fmt: skip
    """Return the change against the kept score of a week before, else the oldest of the week."""
    kept = [(day, value) for day, value in scores.get(str(row["platform"]), ()) if day < date]
    if not kept:
        return "no earlier score is known"
    before = [pair for pair in kept if pair[0] <= date - WEEK]
    day, value = before[-1] if before else kept[0]
    return f"{score - value:+.2f} since {day}"


def _revenue_lines(facts: ReportFacts) -> list[str]:
    lines = []
    for row in facts.revenue:
        now, before = row["this_week"], row["week_before"]
        change = f", {now / before - 1:+.1%} against the 7 before" if before else ""
        lines.append(f"{row['platform']}: {money(now)} {row['currency']}{change}")
    return lines


def _region_lines(facts: ReportFacts) -> list[str]:
    return [
        f"{row['platform']} {row['region']}: risk {number(row['avg_risk_score'])}, high-risk users "
        f"{share(row['high_risk_user_rate'])}, 90-day revenue {money(row['total_revenue'])} "
        f"{row['currency']}, toxic {money(row['toxic_revenue'])}"
        for row in facts.regions
        if row["users_scored"]
    ]


def _monetization_lines(facts: ReportFacts) -> list[str]:
    if not facts.strategies:
        return ["no strategies"]
    measured = [row for row in facts.strategies if row["is_measurable"]]
    sick = [row for row in measured if not row["is_healthy"]]
    lines = [
        f"{len(facts.strategies)} strategies, {len(measured)} measurable, "
        f"{len(measured) - len(sick)} in balance; "
        f"{counted(facts.recommendations, 'recommendation')}",
        *(f"{row['strategy_id']} fails {row['failed_criteria']}" for row in sick),
    ]
    if len(sick) > STRATEGIES_SHOWN:
        more = f".. and {len(sick) - STRATEGIES_SHOWN} more"
        return [*lines[: STRATEGIES_SHOWN + 1], more]
    return lines


def _count_lines(alerts: Sequence[Alert]) -> list[str]:
    counts = Counter((alert.platform, alert.severity) for alert in alerts)
    lines = []
    for platform in sorted({platform for platform, _ in counts}):
        parts = [f"{s} {counts[platform, s]}" for s in SEVERITIES if counts[platform, s]]
        lines.append(f"{platform}: {', '.join(parts)}")
    return lines or ["none"]


def by_severity(alert: Alert) -> tuple[int, dt.datetime, str]:
    """Return the order of alerts: the most severe first, then the oldest."""
    return (SEVERITIES.index(alert.severity), alert.detected_at, alert.alert_id)


def highest(alerts: Sequence[Alert]) -> str:
    """Return the highest severity among alerts; low without any."""
    return min(alerts, key=by_severity).severity if alerts else SEVERITIES[-1]


def per_platform(alerts: Sequence[Alert]) -> str:
    """Return the number of alerts per platform, as text."""
    counts = Counter(alert.platform for alert in alerts)
    return ", ".join(f"{platform} {counts[platform]}" for platform in sorted(counts))


def counted(count: int, thing: str) -> str:
    """Return a count and a thing, in the plural where there isn't one."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def place(alert: Alert) -> str:
    """Return the subject, else the region."""
    return alert.subject_id or alert.region or "ALL"


def state(alert: Alert) -> str:
    """Return the status in brackets where it isn't active."""
    return "" if alert.status == "active" else f" ({alert.status})"


def instant(value: dt.datetime) -> str:
    """Return an instant, UTC, to the minute."""
    return f"{value:%Y-%m-%d %H:%M} UTC"


def number(value: float | None, decimals: int = 2) -> str:
    """Return a number, thousands apart, without zeros after its decimals; a dash for none."""
    if value is None:
        return "-"
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".")


def money(value: float | None) -> str:
    """Return an amount without decimals, thousands apart; a dash for none."""
    return "-" if value is None else f"{value:,.0f}"


def share(value: float | None) -> str:
    """Return a fraction 0..1 as percent; a dash for none."""
    return "-" if value is None else f"{value:.1%}"
