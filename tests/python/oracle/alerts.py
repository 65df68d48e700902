"""Alerts and metric anomalies recomputed: one function a mart.

Readings taken where the contract leaves room:
 - region of a row with a subject is the subject's (UNKNOWN where the user is unknown);
 - subjects of refund_abuse and payout_abuse may be orphans or deleted users;
 - the hour of an id is a timestamp as in every md5 text (with T and microseconds);
 - payer_rate of a region is its paying users over its active users; as an observed value it is
   the fraction that is compared, like every metric but those with a percent threshold;
 - a date without the day before has no revenue drop; means take dates since the platform's first;
 - total_transactions >= 10 holds for both limits of creator_quality;
 - a spread without residuals is that of its other parts; without an expected value there is none;
 - is_anomaly takes the rounded score, the bound of its alert the unrounded spread.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median

from .behaviour import DAY, Row, md5_text, ops_actions, score2, start_of_date
from .creators import creator_kpi_current
from .kpis import daily_rows, month_start, next_month, place_values, places_of
from .protection import creator_payout_risks, guardrail_evaluations
from .world import PlatformFacts, World

HOUR = timedelta(hours=1)
KEEP_DAYS = 90
HOUR_KEEP_DAYS = 7
THRESHOLDS = {
    "dailyRefundRatePercent": 4,
    "maxRefundsPerUser": 5,
    "maxRefundsPerCreator": 10,
    "panicTriggerThreshold": 10,
    "mismatchReportThreshold": 5,
    "minCreatorResponseTimeSec": 300,
    "minCreatorCompletionRate": 80,
    "minDailyRevenuePLN": 1000,
    "maxRevenueDropPercent": 20,
    "aiMisuseThreshold": 20,
    "paymentFailureThreshold": 5,
}
ANOMALY_METRICS = (
    "active_users",
    "new_users",
    "paying_users",
    "total_revenue",
    "refund_rate",
    "chargeback_count",
    "churned_users",
    "moderation_flags",
)
GUARDRAIL_SEVERITIES = {"warning": "medium", "critical": "high", "emergency": "critical"}


def limit_of(f: PlatformFacts, name: str, country: str, region: str) -> Fraction:
    """Regional threshold of a country and region (`global` for neither)."""
    return Fraction(f.seeds.threshold(name, country, region, Decimal(THRESHOLDS[name])))


def rule_cell(w: World, rule_id: str, column: str, default: str) -> str:
    """Cell of alert_rules.csv, the contract's value where there is none."""
    for row in w.seeds.rows("alert_rules"):
        if row["rule_id"] == rule_id:
            return row.get(column) or default
    return default


def rule_number(w: World, rule_id: str, column: str, default: str) -> Fraction:
    """Numeric cell of alert_rules.csv."""
    return Fraction(Decimal(rule_cell(w, rule_id, column, default)))


# numbers by region and date -------------------------------------------------------------------


def regions_of(f: PlatformFacts) -> list[str]:
    """ALL, and each region of known users with UNKNOWN."""
    return ["ALL", *sorted(set(f.places.values()))]


def series(w: World, f: PlatformFacts, region: str) -> dict[date, Row]:
    """KPIs of a region (ALL: of the platform) by date, from the platform's first date on."""

    def make() -> dict[date, Row]:
        if region == "ALL":
            return {row["kpi_date"]: row for row in daily_rows(w, f)}
        countries = [country for country, of in f.places.items() if of == region]
        places = places_of(w, f)
        return {
            day: place_values(places, [(country, day) for country in countries])
            for day in f.all_days()
        }

    return w.cached(f"series {f.name} {region}", make)


def exact(row: Row, metric: str) -> Fraction | None:
    """Exact value of a metric; rates from their parts, None over 0."""
    parts = {
        "refund_rate": ("refund_amount", "total_revenue"),
        "payer_rate": ("paying_users", "active_users"),
    }
    if metric in parts:
        over, under = parts[metric]
        return Fraction(row[over]) / Fraction(row[under]) if row[under] else None
    return Fraction(row[metric])


def mean_before(days: dict[date, Row], day: date, width: int, metric: str) -> Fraction | None:
    """Mean over the dates before, NULLs skipped; None with fewer than 3 values."""
    window = [day - number * DAY for number in range(1, width + 1)]
    values = [exact(days[when], metric) for when in window if when in days]
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) / len(known) if len(known) >= 3 else None


# the rules ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Firing:
    """A rule that fired; `period` is a date, a month's first date or an hour's UTC start."""

    rule_id: str
    alert_type: str
    severity: str
    platform: str
    region: str
    subject: str | None
    period: date | datetime
    observed: Fraction | float | None
    threshold: Fraction | float
    is_month: bool = False


class Rules:
    """The rules of one platform."""

    def __init__(self, w: World, f: PlatformFacts) -> None:
        self.w, self.f = w, f
        self.dates = [day for day in f.all_days() if day > f.today - KEEP_DAYS * DAY]
        self.complete = [day for day in self.dates if f.is_complete(day)]

    def fire(
        self,
        rule_id: str,
        alert_type: str,
        severity: str,
        region: str,
        period: date | datetime,
        observed: Fraction | float | None,
        threshold: Fraction | float,
        subject: str | None = None,
        is_month: bool = False,
    ) -> Firing:
        """Return a firing with the severity of the seed."""
        return Firing(
            rule_id,
            alert_type,
            rule_cell(self.w, rule_id, "severity", severity),
            self.f.name,
            region,
            subject,
            period,
            observed,
            threshold,
            is_month,
        )

    def scope(self, region: str) -> str:
        """Scope of regional_thresholds of a region."""
        return "global" if region == "ALL" else region

    def all_firings(self) -> Iterator[Firing]:
        """Every firing of the platform."""
        if self.f.name == "avalo":
            yield from self.refund_spike()
            yield from self.avalo_counts()
            yield from self.payout_abuse()
            yield from self.avalo_hours()
            yield from self.avalo_revenue()
            yield from self.churn_spike("avalo_churn_spike", 28, "2")
            yield from self.creator_quality()
            yield from self.refund_abuse()
        if self.f.name == "halobuzz":
            yield from self.halo_drops()
            yield from self.halo_hours()
            yield from self.churn_spike("halo_churn_spike", 7, "1.20")
        yield from self.guardrails()
        yield from self.anomalies()

    # dates

    def refund_spike(self) -> Iterator[Firing]:
        """Refunds of the date against its revenue."""
        rule = "avalo_refund_spike"
        least = rule_number(self.w, rule, "min_base", "1000")
        for region in regions_of(self.f):
            limit = limit_of(self.f, "dailyRefundRatePercent", "", self.scope(region))
            days = series(self.w, self.f, region)
            for day in self.dates:
                row = days[day]
                if row["refund_count"] < 3:
                    continue
                rate = exact(row, "refund_rate")
                if rate is None:
                    if self.f.is_complete(day):
                        yield self.fire(rule, "refund_spike", "high", region, day, None, limit)
                elif rate * 100 > limit and row["total_revenue"] >= least:
                    yield self.fire(rule, "refund_spike", "high", region, day, rate * 100, limit)

    def avalo_counts(self) -> Iterator[Firing]:
        """Panic events, mismatch reports and flagged AI interactions of the date."""
        flagged = Counter(
            (region, row["day"])
            for row in self.f.facts("aiInteractions")
            if row["flagged"]
            for region in ("ALL", self.f.places[self.f.country(row["userId"])])
        )
        for region in regions_of(self.f):
            days = series(self.w, self.f, region)
            for rule, kind, severity, name, count in (
                (
                    "avalo_panic_spike",
                    "panic_spike",
                    "critical",
                    "panicTriggerThreshold",
                    lambda day, days=days: days[day]["panic_events"],
                ),
                (
                    "avalo_mismatch_spike",
                    "mismatch_spike",
                    "high",
                    "mismatchReportThreshold",
                    lambda day, days=days: days[day]["mismatch_reports"],
                ),
                (
                    "avalo_ai_misuse",
                    "ai_misuse",
                    "medium",
                    "aiMisuseThreshold",
                    lambda day, region=region: flagged[(region, day)],
                ),
            ):
                limit = limit_of(self.f, name, "", self.scope(region))
                for day in self.dates:
                    if count(day) > limit:
                        yield self.fire(rule, kind, severity, region, day, count(day), limit)

    def avalo_revenue(self) -> Iterator[Firing]:
        """Revenue against the day before, and against the floor."""
        drop, floor = "avalo_revenue_drop", "avalo_revenue_floor"
        least = rule_number(self.w, drop, "min_base", "1000")
        for region in regions_of(self.f):
            percent = limit_of(self.f, "maxRevenueDropPercent", "", self.scope(region))
            days = series(self.w, self.f, region)
            for day in self.complete:
                value = exact(days[day], "total_revenue") or Fraction(0)
                if day - DAY in days:
                    before = exact(days[day - DAY], "total_revenue") or Fraction(0)
                    limit = (1 - percent / 100) * before
                    if before >= least and value < limit:
                        yield self.fire(drop, "revenue_drop", "high", region, day, value, limit)
                limit = limit_of(self.f, "minDailyRevenuePLN", "", "global")
                if region == "ALL" and value < limit:
                    yield self.fire(floor, "revenue_drop", "medium", region, day, value, limit)

    def churn_spike(self, rule: str, width: int, factor: str) -> Iterator[Firing]:
        """Churned users against the mean of the dates before."""
        times = rule_number(self.w, rule, "threshold", factor)
        for region in regions_of(self.f):
            days = series(self.w, self.f, region)
            for day in self.complete:
                value, mean = (
                    days[day]["churned_users"],
                    mean_before(days, day, width, "churned_users"),
                )
                if mean is not None and value > times * mean and value >= 10:
                    yield self.fire(rule, "churn_spike", "high", region, day, value, times * mean)

    def halo_drops(self) -> Iterator[Firing]:
        """Metrics against a part of the mean of the 7 dates before."""
        for rule, kind, severity, metric, factor, base, default in (
            (
                "halo_revenue_drop",
                "revenue_drop",
                "high",
                "total_revenue",
                "0.85",
                "total_revenue",
                "250",
            ),
            (
                "halo_payer_rate_drop",
                "payer_rate_drop",
                "medium",
                "payer_rate",
                "0.90",
                "paying_users",
                "20",
            ),
            (
                "halo_engagement_drop",
                "engagement_drop",
                "medium",
                "active_users",
                "0.85",
                "active_users",
                "20",
            ),
        ):
            times = rule_number(self.w, rule, "threshold", factor)
            least = rule_number(self.w, rule, "min_base", default)
            for region in regions_of(self.f):
                days = series(self.w, self.f, region)
                for day in self.complete:
                    value, mean = exact(days[day], metric), mean_before(days, day, 7, metric)
                    whole = mean_before(days, day, 7, base)
                    if value is None or mean is None or whole is None or whole < least:
                        continue
                    if value < times * mean:
                        yield self.fire(rule, kind, severity, region, day, value, times * mean)

    # hours

    def hour_counts(self, events: Iterable[tuple[datetime, str]]) -> Counter[Hashable]:
        """Events by (region, hour's UTC start) of the last dates, ALL too."""
        first = self.f.today - (HOUR_KEEP_DAYS - 1) * DAY
        found: Counter[Hashable] = Counter()
        for at, region in events:
            if self.f.day(at) >= first:
                hour = at.replace(minute=0, second=0, microsecond=0)
                found.update([("ALL", hour), (region, hour)])
        return found

    def avalo_hours(self) -> Iterator[Firing]:
        """Payment failures and critical system errors, by the country of the event."""
        events = self.f.facts("systemEvents")

        def counts(kind: str, severity: str | None) -> Counter[Hashable]:
            return self.hour_counts(
                (row["at"], self.f.seeds.place(row["country"])[1])
                for row in events
                if row["type"] == kind and severity in (None, row["severity"])
            )

        for (region, hour), count in counts("payment_failure", None).items():
            limit = limit_of(self.f, "paymentFailureThreshold", "", self.scope(region))
            if count >= limit:
                yield self.fire(
                    "avalo_payment_failure",
                    "payment_failure",
                    "critical",
                    region,
                    hour,
                    count,
                    limit,
                )
        for (region, hour), count in counts("system_error", "critical").items():
            yield self.fire(
                "avalo_system_error", "system_error", "critical", region, hour, count, Fraction(1)
            )

    def halo_hours(self) -> Iterator[Firing]:
        """Moderation flags by the region of the target, and infrastructure errors."""
        flags = self.hour_counts(
            (row["at"], self.f.places[self.f.country(row["targetUserId"])])
            for row in self.f.facts("moderationFlags")
        )
        errors = self.hour_counts((row["at"], "ALL only") for row in self.f.facts("infraErrors"))
        for rule, kind, counts, default in (
            ("halo_abuse_spike", "abuse_spike", flags, "50"),
            ("halo_infra_errors", "infra_errors", errors, "100"),
        ):
            limit = rule_number(self.w, rule, "threshold", default)
            for (region, hour), count in counts.items():
                if count > limit and region != "ALL only":
                    yield self.fire(rule, kind, "critical", region, hour, count, limit)

    # subjects

    def region(self, who: str) -> str:
        """Region of a user, UNKNOWN for one that isn't known."""
        return self.f.places[self.f.country(who)]

    def payout_abuse(self) -> Iterator[Firing]:
        """Denied pending payouts: highest score by creator and date of the request."""
        scores: dict[tuple[str, date], float] = {}
        for row in creator_payout_risks(self.w):
            day = self.f.day(row["requested_at"])
            denied = row["platform"] == self.f.name and row["recommended_action"] == "deny"
            if denied and day > self.f.today - KEEP_DAYS * DAY:
                key = (row["creator_id"], day)
                scores[key] = max(scores.get(key, 0.0), row["risk_score"])
        for (who, day), score in scores.items():
            yield self.fire(
                "avalo_payout_abuse",
                "payout_abuse",
                "critical",
                self.region(who),
                day,
                score,
                Fraction(75),
                who,
            )

    def creator_quality(self) -> Iterator[Firing]:
        """Creators that answer slowly or don't keep their meetings."""
        month = month_start(self.f.today)
        for row in creator_kpi_current(self.w):
            if row["total_transactions"] < 10:
                continue
            who = row["creator_id"]
            region = self.region(who)
            for flag, value, name in (
                ("is_slow_responder", row["avg_response_sec"], "minCreatorResponseTimeSec"),
                (
                    "is_low_completion",
                    (row["completion_rate"] or 0) * 100,
                    "minCreatorCompletionRate",
                ),
            ):
                if row[flag]:
                    limit = limit_of(self.f, name, self.f.country(who), region)
                    yield self.fire(
                        "avalo_creator_quality",
                        "creator_quality",
                        "low",
                        region,
                        month,
                        value,
                        limit,
                        who,
                        is_month=True,
                    )
                    break

    def refund_abuse(self) -> Iterator[Firing]:
        """Approved refunds of 30 dates by user and by creator."""
        recent = [cash for cash in self.f.refunds if cash.day > self.f.today - 30 * DAY]
        for rule, name, who_of in (
            ("avalo_refunds_user", "maxRefundsPerUser", lambda cash: cash.user),
            (
                "avalo_refunds_creator",
                "maxRefundsPerCreator",
                lambda cash: cash.document["creatorId"],
            ),
        ):
            for who, count in Counter(map(who_of, recent)).items():
                if who is None:
                    continue
                limit = limit_of(self.f, name, self.f.country(who), self.region(who))
                if count > limit:
                    yield self.fire(
                        rule,
                        "refund_abuse",
                        "medium",
                        self.region(who),
                        month_start(self.f.today),
                        count,
                        limit,
                        who,
                        is_month=True,
                    )

    # other marts

    def guardrails(self) -> Iterator[Firing]:
        """Breached guardrail evaluations."""
        severities = {
            row["guardrail_severity"]: row["alert_severity"]
            for row in self.w.seeds.rows("guardrail_severities")
        } or GUARDRAIL_SEVERITIES
        for row in guardrail_evaluations(self.w):
            if row["platform"] == self.f.name and row["is_breached"]:
                yield self.fire(
                    f"guardrail_{row['guardrail_id']}",
                    "guardrail",
                    severities[row["severity"]],
                    row["region"],
                    row["evaluated_on"],
                    row["current_value"],
                    row["threshold_value"],
                )

    def anomalies(self) -> Iterator[Firing]:
        """Anomalies of complete dates."""
        kept = set(self.complete)
        params = anomaly_params(self.w)
        for row in metric_anomalies(self.w):
            if row["platform"] == self.f.name and row["is_anomaly"] and row["kpi_date"] in kept:
                score_limit = float(params[row["metric"]].score_limit)
                sign = 1 if row["score"] > 0 else -1
                yield self.fire(
                    f"anomaly_{row['metric']}",
                    "anomaly",
                    "medium",
                    row["region"],
                    row["kpi_date"],
                    row["value"],
                    row["expected"] + sign * score_limit * row["spread"],
                )


def alerts(w: World) -> list[Row]:
    """One row per rule, platform, region, subject and period; message is left out."""
    return w.cached("alerts", lambda: _alerts(w))


def _alerts(w: World) -> list[Row]:
    actions: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in ops_actions(w, "alert"):
        actions[(row["object_id"], row["action"])].append(row)
    return [
        _alert(w, f, firing, actions)
        for f in w.platforms.values()
        for firing in Rules(w, f).all_firings()
    ]


def _alert(
    w: World, f: PlatformFacts, firing: Firing, actions: dict[tuple[str, str], list[Row]]
) -> Row:
    period = firing.period
    alert_id = md5_text(firing.rule_id, f.name, firing.region, firing.subject, period)
    if isinstance(period, datetime):
        start, end, day = period, period + HOUR, f.day(period)
    else:
        last = next_month(period) - DAY if firing.is_month else period
        start, end, day = start_of_date(f, period), f.end_of(last), period
    detected = min(end, w.as_of)

    def first(action: str) -> Row:
        found = actions.get((alert_id, action), [])
        return min(found, key=lambda row: (row["at"], row["id"]), default={})

    seen, solved = first("acknowledge"), first("resolve")
    is_recent = firing.is_month or day >= f.today - DAY
    seconds = None
    if solved and not firing.is_month:
        seconds = max(0, math.floor((solved["at"] - detected).total_seconds()))
    return {
        "alert_id": alert_id,
        "rule_id": firing.rule_id,
        "alert_type": firing.alert_type,
        "severity": firing.severity,
        "platform": f.name,
        "region": firing.region,
        "subject_id": firing.subject,
        "period_start": start,
        "detected_at": detected,
        "observed_value": None if firing.observed is None else float(firing.observed),
        "threshold_value": float(firing.threshold),
        "status": "resolved"
        if solved
        else "acknowledged"
        if seen
        else "active"
        if is_recent
        else "expired",
        "acknowledged_at": seen.get("at"),
        "acknowledged_by": seen.get("actor"),
        "resolved_at": solved.get("at"),
        "resolved_by": solved.get("actor"),
        "resolution_seconds": seconds,
    }


# anomalies ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AnomalyParams:
    """A row of anomaly_params.csv."""

    is_count: bool
    is_regional: bool
    spread_floor: Fraction
    score_limit: Fraction


def anomaly_params(w: World) -> dict[str, AnomalyParams]:
    """Parameters by metric; floors and limits are those of the seed."""
    rows = {row["metric"]: row for row in w.seeds.rows("anomaly_params")}
    return {
        metric: AnomalyParams(
            metric not in ("total_revenue", "refund_rate"),
            metric != "moderation_flags",
            Fraction(Decimal(rows[metric]["spread_floor"])) if metric in rows else Fraction(0),
            Fraction(Decimal(rows[metric]["score_limit"])) if metric in rows else Fraction(6),
        )
        for metric in ANOMALY_METRICS
    }


def metric_anomalies(w: World) -> list[Row]:
    """One row per platform, metric, region and kept date."""
    return w.cached(
        "metric_anomalies",
        lambda: [
            row
            for f in w.platforms.values()
            for metric, params in anomaly_params(w).items()
            for region in (regions_of(f) if params.is_regional else ["ALL"])
            for row in _scores(w, f, metric, params, region)
            if f.is_kept(row["kpi_date"])
        ],
    )


def _scores(
    w: World, f: PlatformFacts, metric: str, params: AnomalyParams, region: str
) -> Iterator[Row]:
    days = series(w, f, region)
    values = {day: exact(row, metric) for day, row in days.items()}
    expected: dict[date, Fraction | None] = {}
    for day in days:
        same = [values.get(day - 7 * week * DAY) for week in range(1, 9)]
        known = [value for value in same if value is not None]
        expected[day] = Fraction(median(known)) if len(known) >= 4 else None
    for day, value in values.items():
        usual = expected[day]
        spread = score = None
        if usual is not None:
            spread = _spread(values, expected, day, usual, params)
            if value is not None and spread > 0:
                score = score2((value - usual) / spread)
        yield {
            "platform": f.name,
            "metric": metric,
            "region": region,
            "kpi_date": day,
            "is_complete": f.is_complete(day),
            "value": None if value is None else float(value),
            "expected": None if usual is None else float(usual),
            "spread": None if spread is None else float(spread),
            "score": score,
            "is_anomaly": score is not None and abs(score) > params.score_limit,
        }


def _spread(
    values: dict[date, Fraction | None],
    expected: dict[date, Fraction | None],
    day: date,
    usual: Fraction,
    params: AnomalyParams,
) -> Fraction:
    residuals = []
    for number in range(1, 29):
        when = day - number * DAY
        value, base = values.get(when), expected.get(when)
        if value is not None and base is not None:
            residuals.append(value - base)
    parts = [Fraction(2, 100) * usual, params.spread_floor]
    if residuals:
        middle = median(residuals)
        parts.append(
            Fraction(14826, 10000) * Fraction(median(abs(item - middle) for item in residuals))
        )
    if params.is_count:
        parts.append(Fraction(math.sqrt(max(usual, Fraction(1)))))
    return max(parts)


MARTS: dict[str, tuple[Callable[[World], list[Row]], list[str]]] = {
    "alerts": (alerts, ["alert_id"]),
    "metric_anomalies": (metric_anomalies, ["platform", "metric", "region", "kpi_date"]),
}
