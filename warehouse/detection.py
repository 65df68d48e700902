"""How well alerts and anomalies find the labelled incidents of the sample data. Read only.

`docs/detection.md` says what is counted and how. In short: an alert stands for an incident of a
type its rule is labelled with, on its platform, when the dates or the hour it looks at overlap the
incident, its region is the incident's (or one of the two has none) and its subject takes part in
it. An incident that began while the rule was evaluated and has such an alert is detected; an alert
without such an incident is false.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal

import duckdb
from rich.console import Console
from rich.table import Table

from warehouse.database import connect_read_only, quoted

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
ALL = "ALL"
Period = Literal["date", "hour", "month"]
#: How an alert reaches people, the most urgent way first.
MODES = ("immediate", "daily_digest", "weekly_digest")
#: False alerts a platform and day above which people switch the alerts off.
AIM = 1.0


class DetectionError(RuntimeError):
    """The report can't be made; the message says what to do."""


@dataclass(frozen=True)
class Labels:
    """What an alert of a rule may stand for.

    `detects`: incident types the rule is meant to find (they count in its recall). `excuses`:
    types that move the rule's metric too: such an alert is not false. `lag_days`: days from an
    incident to the date that shows it (churn shows after 30 days of silence). `window_days`: dates
    before the period that the rule looks at too. `complete`: D is not evaluated.
    """

    detects: tuple[str, ...]
    excuses: tuple[str, ...] = ()
    lag_days: int = 0
    window_days: int = 0
    period: Period = "date"
    complete: bool = False
    by_subject: bool = False


CHURN = Labels(("churn_spike",), ("signup_surge",), lag_days=30, complete=True)
CHARGEBACKS = Labels(("chargeback_count",), window_days=29)
REFUNDS = ("refund_loop", "creator_refunds", "payout_abuse")
OUTAGES = ("revenue_drop", "revenue_outage", "engagement_drop")
ABUSE = (
    "refund_loop",
    "token_drain",
    "bot_behavior",
    "panic_spam",
    "fake_mismatch",
    "ai_abuse",
    "cancellation_farming",
)
#: A creator's quality is measured over its lifetime.
LIFETIME_DAYS = 100_000

#: What each rule's alerts may stand for. A rule that is not here has no labels: all its alerts are
#: false, and the report says so.
RULES: dict[str, Labels] = {
    "avalo_refund_spike": Labels(("refund_spike",), (*REFUNDS, *OUTAGES)),
    "avalo_panic_spike": Labels(("panic_spike",), ("panic_spam",)),
    "avalo_mismatch_spike": Labels(("mismatch_spike",), ("fake_mismatch",)),
    "avalo_payout_abuse": Labels(("payout_abuse",), by_subject=True),
    "avalo_ai_misuse": Labels(("ai_misuse",), ("ai_abuse",)),
    "avalo_payment_failure": Labels(("payment_failure",), period="hour"),
    "avalo_system_error": Labels(("system_error",), period="hour"),
    "avalo_revenue_drop": Labels(("revenue_drop", "revenue_outage"), complete=True),
    "avalo_revenue_floor": Labels(("revenue_outage",), ("revenue_drop",), complete=True),
    "avalo_churn_spike": CHURN,
    "avalo_creator_quality": Labels(
        ("creator_quality",),
        ("cancellation_farming",),
        window_days=LIFETIME_DAYS,
        period="month",
        by_subject=True,
    ),
    "avalo_refunds_user": Labels(("refund_loop",), period="month", by_subject=True),
    "avalo_refunds_creator": Labels(
        ("creator_refunds",), ("payout_abuse",), period="month", by_subject=True
    ),
    "halo_revenue_drop": Labels(("revenue_drop",), ("engagement_drop",), complete=True),
    "halo_payer_rate_drop": Labels(
        ("revenue_drop",), ("engagement_drop", "signup_surge"), complete=True
    ),
    "halo_abuse_spike": Labels(("abuse_spike",), period="hour"),
    "halo_infra_errors": Labels(("infra_errors",), period="hour"),
    "halo_churn_spike": CHURN,
    "halo_engagement_drop": Labels(("engagement_drop",), ("silent_outage",), complete=True),
    "guardrail_chargeback_warning": CHARGEBACKS,
    "guardrail_chargeback_critical": CHARGEBACKS,
    "guardrail_chargeback_regional": CHARGEBACKS,
    "guardrail_refund_spike": Labels(("refund_spike",), (*REFUNDS, *OUTAGES), complete=True),
    "guardrail_churn_spike": CHURN,
    "guardrail_fraud_concentration": Labels((), ABUSE, window_days=29),
    "guardrail_toxic_revenue": Labels((), ("chargeback_count", *REFUNDS), window_days=89),
    "guardrail_high_risk_users": Labels((), ("chargeback_count", *ABUSE, *REFUNDS), window_days=89),
    "anomaly_active_users": Labels(
        ("engagement_drop",),
        ("silent_outage", "revenue_drop", "revenue_outage", "signup_surge", "churn_spike"),
        complete=True,
    ),
    "anomaly_new_users": Labels(("signup_surge",), complete=True),
    "anomaly_paying_users": Labels(
        ("revenue_drop", "revenue_outage"), ("engagement_drop",), complete=True
    ),
    "anomaly_total_revenue": Labels(
        ("revenue_drop", "revenue_outage"), ("engagement_drop",), complete=True
    ),
    "anomaly_refund_rate": Labels(("refund_spike",), (*REFUNDS, *OUTAGES), complete=True),
    "anomaly_chargeback_count": Labels(("chargeback_count",), complete=True),
    "anomaly_churned_users": CHURN,
    "anomaly_moderation_flags": Labels(("abuse_spike",), complete=True),
}
UNKNOWN_RULE = Labels(())
ANOMALY = "anomaly_"
#: Dates evaluated: dates D-89..D, hours of D-6..D, month rules the 30 dates up to D.
DATES: dict[Period, int] = {"date": 90, "hour": 7, "month": 30}


@dataclass(frozen=True)
class Incident:
    """A row of incidents.csv; times are UTC, `end` is exclusive, '' is absent."""

    type: str
    platform: str
    region: str
    start: dt.datetime
    end: dt.datetime
    subject: str


@dataclass(frozen=True)
class Alert:
    """An alert: `start` and `detected_at` are UTC, `mode` is the most urgent of its routes."""

    rule_id: str
    platform: str
    region: str
    subject: str | None
    start: dt.datetime
    detected_at: dt.datetime
    mode: str = "daily_digest"


@dataclass(frozen=True)
class Span:
    """The dates of a platform that a rule was evaluated for: [start, end) in UTC."""

    start: dt.datetime
    end: dt.datetime
    dates: int


@dataclass
class Score:
    """Detection of one rule (or of one metric's anomalies).

    `recall` is None without incidents, `false_per_week` is false alerts per platform-week (None
    where nothing was evaluated), `hours` are the times to detect of the detected incidents.
    """

    rule_id: str
    incidents: int = 0
    detected: int = 0
    alerts: int = 0
    false_alerts: int = 0
    platform_weeks: float = 0.0
    hours: list[float] = field(default_factory=list)
    missed: list[Incident] = field(default_factory=list)
    false_by_platform: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def recall(self) -> float | None:
        """Detected / labelled incidents."""
        return self.detected / self.incidents if self.incidents else None

    @property
    def false_per_week(self) -> float | None:
        """False alerts per platform-week."""
        return self.false_alerts / self.platform_weeks if self.platform_weeks else None

    @property
    def median_hours(self) -> float | None:
        """Median time to detect in hours."""
        return median(self.hours) if self.hours else None


@dataclass(frozen=True)
class Load:
    """False alerts a day of one platform, by how they reach people (modes without any: 0)."""

    platform: str
    false_per_day: dict[str, float]

    @property
    def total(self) -> float:
        """False alerts a day, however they are sent."""
        return sum(self.false_per_day.values())


@dataclass(frozen=True)
class Report:
    """Scores by rule and by anomalous metric, the load on people, and what no rule looks for."""

    rules: list[Score]
    anomalies: list[Score]
    load: list[Load]
    unwatched: dict[str, int]


# scoring --------------------------------------------------------------------------------------


def labels_of(rule_id: str) -> Labels:
    """Return what a rule's alerts may stand for (nothing for a rule without labels)."""
    return RULES.get(rule_id, UNKNOWN_RULE)


def stands_for(alert: Alert, incident: Incident, labels: Labels) -> bool:
    """Tell whether an alert may stand for an incident (its type is not looked at)."""
    if alert.platform != incident.platform:
        return False
    if alert.region != ALL and incident.region not in ("", alert.region):
        return False
    if labels.by_subject and alert.subject not in incident.subject.split(">"):
        return False
    if labels.period == "month":
        last = alert.detected_at
        first = last - DATES["month"] * DAY
    else:
        first = alert.start
        last = first + (HOUR if labels.period == "hour" else DAY)
    lag = labels.lag_days * DAY
    return incident.start + lag < last and incident.end + lag > first - labels.window_days * DAY


def is_false(alert: Alert, incidents: Iterable[Incident], labels: Labels) -> bool:
    """Tell whether no incident of the rule's types is one the alert may stand for."""
    return not any(
        (incident.type in labels.detects or incident.type in labels.excuses)
        and stands_for(alert, incident, labels)
        for incident in incidents
    )


def in_span(incident: Incident, labels: Labels, span: Span) -> bool:
    """Tell whether a rule was evaluated for the dates on which an incident had to show."""
    begun = incident.start + labels.lag_days * DAY
    first = span.start
    if labels.period == "month":
        first -= labels.window_days * DAY
    return first <= begun < span.end


def score_rule(
    rule_id: str,
    alerts: Iterable[Alert],
    incidents: Iterable[Incident],
    spans: dict[str, Span],
) -> Score:
    """Score one rule.

    Args:
        rule_id: the rule; its labels say what its alerts may stand for.
        alerts: its alerts (those of other rules are left out).
        incidents: all labelled incidents.
        spans: by platform, what was evaluated; a platform that is not there was not.
    """
    labels = labels_of(rule_id)
    own = [alert for alert in alerts if alert.rule_id == rule_id]
    known = list(incidents)
    found = Score(rule_id, alerts=len(own))
    found.platform_weeks = sum(span.dates for span in spans.values()) / 7
    for incident in known:
        span = spans.get(incident.platform)
        if incident.type not in labels.detects or span is None:
            continue
        if not in_span(incident, labels, span):
            continue
        found.incidents += 1
        times = [a.detected_at for a in own if stands_for(a, incident, labels)]
        if times:
            found.detected += 1
            found.hours.append((min(times) - incident.start) / HOUR)
        else:
            found.missed.append(incident)
    for alert in own:
        if is_false(alert, known, labels):
            found.false_alerts += 1
            found.false_by_platform[alert.platform] += 1
    return found


def load_of(
    platform: str, alerts: Iterable[Alert], incidents: list[Incident], dates: dict[Period, int]
) -> Load:
    """Return the false alerts a day of one platform; each rule's are spread over its own dates.

    Args:
        platform: alerts of others are left out.
        alerts: alerts of all rules.
        incidents: all labelled incidents.
        dates: by kind of rule, for how many dates it was evaluated.
    """
    found = dict.fromkeys(MODES, 0.0)
    for alert in alerts:
        labels = labels_of(alert.rule_id)
        if alert.platform == platform and is_false(alert, incidents, labels):
            found[alert.mode] += 1 / max(1, dates[labels.period])
    return Load(platform, found)


# reading --------------------------------------------------------------------------------------


def read_incidents(path: Path) -> list[Incident]:
    """Read incidents.csv.

    Raises:
        DetectionError: there is none, or it is not what `warehouse sample-data` writes.
    """
    if not path.is_file():
        raise DetectionError(
            f"there is no {path}: detection is measured on sample data, whose incidents are "
            "labelled. Make it with `warehouse sample-data`, build, and name its folder with --raw."
        )
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            return [
                Incident(
                    row["type"],
                    row["platform"],
                    row["region"],
                    _utc(row["start"]),
                    _utc(row["end"]),
                    row["subject"],
                )
                for row in csv.DictReader(handle)
            ]
    except (KeyError, ValueError) as error:
        raise DetectionError(f"{path} is no incidents.csv of the sample data: {error}") from error


def _utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC).replace(tzinfo=None)


class _Marts:
    """Queries on the tables the report reads, wherever they stand."""

    def __init__(self, con: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.con = con
        self.path = path
        found = con.execute(
            "select table_name, table_schema from information_schema.tables "
            "order by table_schema like '%marts%', table_schema desc"
        ).fetchall()
        self.tables = {str(name): quoted(str(schema), str(name)) for name, schema in found}

    def rows(self, table: str, sql: str) -> list[tuple[Any, ...]]:
        """Run SQL in which {t} is the table."""
        if table not in self.tables:
            raise DetectionError(
                f"{self.path} has no table {table}: build it first (`make run` or `dbt build`)."
            )
        return self.con.execute(sql.format(t=self.tables[table])).fetchall()


def read_report(database: Path, incidents_csv: Path) -> Report:
    """Score the alerts and anomalies of a warehouse against the labelled incidents.

    Raises:
        DetectionError: no incidents.csv, or a mart is missing.
        WarehouseError: no such file, no DuckDB file, or another process writes to it.
    """
    incidents = read_incidents(incidents_csv)
    with connect_read_only(database) as con:
        con.execute("set timezone = 'UTC'")
        return _report(_Marts(con, database), incidents)


def _report(marts: _Marts, incidents: list[Incident]) -> Report:
    mode_of = _modes(marts)
    alerts = [
        Alert(rule, platform, region, subject, start, seen, mode_of(severity, kind))
        for rule, platform, region, subject, start, seen, severity, kind in marts.rows(
            "alerts",
            "select rule_id, platform, region, subject_id, period_start, detected_at, severity, "
            "alert_type from {t}",
        )
    ]
    scored, anomalies = _anomalies(marts)
    calendars = _calendars(marts)
    rules: list[Score] = []
    for rule_id, platforms in _rules(marts, list(calendars)):
        labels = labels_of(rule_id)
        spans = {p: calendars[p].span(labels.period, labels.complete) for p in platforms}
        if rule_id.startswith(ANOMALY):
            first = scored.get(rule_id, {})
            spans = {p: calendars[p].span("date", True, first[p]) for p in platforms if p in first}
        rules.append(score_rule(rule_id, alerts, incidents, spans))
    metrics = []
    for rule_id, first in scored.items():
        whole = {p: calendars[p].span_from(day) for p, day in first.items()}
        metrics.append(score_rule(rule_id, anomalies, incidents, whole))
    load = [load_of(p, alerts, incidents, c.counts()) for p, c in calendars.items()]
    watched = {kind for score in rules for kind in labels_of(score.rule_id).detects}
    unwatched: dict[str, int] = defaultdict(int)
    for incident in incidents:
        if incident.type not in watched:
            unwatched[incident.type] += 1
    return Report(rules, metrics, load, dict(unwatched))


def _modes(marts: _Marts) -> Callable[[str, str], str]:
    """Return a function from an alert's severity and type to the most urgent of its modes.

    Routes that name the type replace those of `*`; an alert without a route counts as weekly.
    """
    routes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for severity, kind, mode in marts.rows(
        "alert_routes", "select severity, alert_type, mode from {t}"
    ):
        routes[(severity, kind)].add(mode)

    def mode_of(severity: str, kind: str) -> str:
        modes = routes.get((severity, kind)) or routes.get((severity, "*"), set())
        return next((mode for mode in MODES if mode in modes), MODES[-1])

    return mode_of


@dataclass(frozen=True)
class _Calendar:
    """Dates of a platform (complete ones, then D) with the UTC instant at which each starts."""

    starts: dict[dt.date, dt.datetime]

    @property
    def today(self) -> dt.date:
        return max(self.starts)

    def span(self, period: Period, complete: bool, first: dt.date | None = None) -> Span:
        """Return what a rule of a kind was evaluated for, from `first` on at most."""
        oldest = self.today - (DATES[period] - 1) * DAY
        return self._span(max(oldest, first or oldest, min(self.starts)), complete)

    def span_from(self, first: dt.date) -> Span:
        """Return the complete dates from one on."""
        return self._span(first, True)

    def _span(self, first: dt.date, complete: bool) -> Span:
        # An incident that began on D is not judged yet, whatever the rule.
        last = self.starts[self.today]
        number = (self.today - first).days + (0 if complete else 1)
        return Span(min(self.starts[first], last), last, number)

    def counts(self) -> dict[Period, int]:
        """Return the number of dates evaluated by kind of rule."""
        return {period: self.span(period, False).dates for period in DATES}


def _calendars(marts: _Marts) -> dict[str, _Calendar]:
    zones = dict(marts.rows("platforms", "select platform, time_zone from {t}"))
    found: dict[str, _Calendar] = {}
    for platform, first, last in marts.rows(
        "platform_kpi_daily",
        "select platform, min(kpi_date), max(kpi_date) from {t} group by platform order by 1",
    ):
        rows = marts.con.execute(
            "select cast(d as date), cast(timezone(?, cast(d as timestamp)) as timestamp) "
            "from unnest(generate_series(?::date, ?::date, interval 1 day)) as t(d)",
            [zones[platform], first, last],
        ).fetchall()
        found[platform] = _Calendar(dict(rows))
    return found


def _rules(marts: _Marts, platforms: list[str]) -> list[tuple[str, list[str]]]:
    """Return (rule_id, platforms) of every rule, guardrails and metrics one by one."""
    guardrails = [r[0] for r in marts.rows("guardrails", "select distinct guardrail_id from {t}")]
    metrics = [r[0] for r in marts.rows("anomaly_params", "select distinct metric from {t}")]
    found: list[tuple[str, list[str]]] = []
    for rule_id, platform in marts.rows("alert_rules", "select rule_id, platform from {t}"):
        where = platforms if platform == "*" else [p for p in platforms if p == platform]
        prefix, _, name = rule_id.partition("{")
        names = {"id}": guardrails, "metric}": metrics}.get(name)
        found += [(rule_id, where)] if names is None else [(prefix + n, where) for n in names]
    return sorted(found)


def _anomalies(marts: _Marts) -> tuple[dict[str, dict[str, dt.date]], list[Alert]]:
    """Return the first date with a score (by rule, then platform) and the anomalies as alerts."""
    first: dict[str, dict[str, dt.date]] = defaultdict(dict)
    for metric, platform, day in marts.rows(
        "metric_anomalies",
        "select metric, platform, min(kpi_date) from {t} where score is not null and "
        "region = 'ALL' group by all order by all",
    ):
        first[f"{ANOMALY}{metric}"][platform] = day
    zones = dict(marts.rows("platforms", "select platform, time_zone from {t}"))
    found = []
    for metric, platform, region, day in marts.rows(
        "metric_anomalies",
        "select metric, platform, region, kpi_date from {t} where is_anomaly and is_complete",
    ):
        start, end = marts.con.execute(
            "select cast(timezone($1, cast($2::date as timestamp)) as timestamp), "
            "cast(timezone($1, cast($2::date + 1 as timestamp)) as timestamp)",
            [zones[platform], day],
        ).fetchall()[0]
        found.append(Alert(f"{ANOMALY}{metric}", platform, region, None, start, end))
    return dict(first), found


# printing -------------------------------------------------------------------------------------


def as_data(report: Report) -> dict[str, Any]:
    """Return the report as what JSON can hold; rates and hours are numbers or null."""
    total = sum(score.false_alerts for score in report.rules)

    def of(score: Score, whole: int) -> dict[str, Any]:
        return {
            "rule_id": score.rule_id,
            "incidents": score.incidents,
            "detected": score.detected,
            "recall": score.recall,
            "median_hours_to_detect": score.median_hours,
            "alerts": score.alerts,
            "false_alerts": score.false_alerts,
            "false_alerts_by_platform": dict(score.false_by_platform),
            "share_of_false_alerts": score.false_alerts / whole if whole else None,
            "platform_weeks": score.platform_weeks,
            "false_per_platform_week": score.false_per_week,
            "missed": [
                {"type": i.type, "platform": i.platform, "start": f"{i.start.isoformat()}Z"}
                for i in score.missed
            ],
        }

    every = sum(score.false_alerts for score in report.anomalies)
    return {
        "rules": [of(score, total) for score in report.rules],
        "anomalies": [of(score, every) for score in report.anomalies],
        "false_alerts_per_platform_day": [
            {"platform": load.platform, **load.false_per_day, "total": load.total}
            for load in report.load
        ],
        "incidents_no_rule_looks_for": report.unwatched,
    }


def _cell(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)


def print_report(report: Report, console: Console) -> None:
    """Print the report as tables."""
    for title, scores in (
        ("Rules (marts.alerts)", report.rules),
        ("Anomalies (marts.metric_anomalies, all dates with a score)", report.anomalies),
    ):
        table = Table(title=title)
        table.add_column("rule")
        for heading in (
            "recall",
            "hours to detect",
            "alerts",
            "false",
            "share",
            "platform-weeks",
            "false / week",
        ):
            table.add_column(heading, justify="right")
        total = sum(score.false_alerts for score in scores)
        for score in scores:
            recall = f"{score.detected}/{score.incidents}" if score.incidents else "-"
            table.add_row(
                score.rule_id,
                recall,
                _cell(score.median_hours, "{:,.0f}"),
                f"{score.alerts:,}",
                f"{score.false_alerts:,}",
                f"{score.false_alerts / total:.0%}" if score.false_alerts else "-",
                f"{score.platform_weeks:.1f}",
                _cell(score.false_per_week, "{:.2f}"),
            )
        console.print(table)
    table = Table(title=f"False alerts a day (aim: sent at once, fewer than {AIM:g})")
    for heading in ("platform", "sent at once", "daily digest", "weekly digest", "all"):
        table.add_column(heading, justify="left" if heading == "platform" else "right")
    for load in report.load:
        cells = [f"{load.false_per_day[mode]:.2f}" for mode in MODES]
        table.add_row(load.platform, *cells, f"{load.total:.2f}")
    console.print(table)
    missed = [(score.rule_id, i) for score in report.rules for i in score.missed]
    if missed:
        console.print("Missed:")
        for rule_id, incident in missed:
            console.print(
                f"  {rule_id}: {incident.type}, {incident.platform}, {incident.start} UTC",
                highlight=False,
                soft_wrap=True,
            )
    if report.unwatched:
        names = ", ".join(f"{kind} {count}" for kind, count in sorted(report.unwatched.items()))
        console.print(
            f"Labelled incidents that no rule looks for (abuse_signals or monitors do): {names}",
            highlight=False,
            soft_wrap=True,
        )
