"""Abuse signals, churn and audience segments recomputed: one function a mart.

Readings taken where the contract leaves room:
 - peak_count of farming is the number of bookings created in the 30 dates, not of those cancelled;
 - subjects of abuse_signals_daily counts distinct subjects (pairs are one), orphans too;
 - keys of abuse_signals_daily are the pairs of type and severity with a signal on the platform;
 - only actions of object_type abuse_signal resolve signals; names are compared exactly;
 - a halobuzz ban counts from actionedAt, else the flag's createdAt, and is lifted by an
   overturned appeal whose processedAt, else createdAt, lies later (not at the same instant);
 - active dates in trailing N days are the business dates of the activity inside the window;
 - the end of a date is its last microsecond (budgets of the day before, engagement);
 - avg_score of churn_by_cause is the mean of the rounded scores;
 - audience_risk has a row for each viewer of audience_segments;
 - creator_recommendations has a row for each creator of creator_audience;
 - avg_revenue_tokens and avg_revenue_per_conversion are money (4 decimals);
 - tags are trimmed of any white space.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import md5
from itertools import pairwise

from .creators import round2
from .kpis import Tally, churn_days, daily_rows, distinct
from .landing import Row
from .world import AI_SESSIONS, ZERO, PlatformFacts, User, World, q4, ratio

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


class Times:
    """Event times by some id, counted in windows (after, until]."""

    def __init__(self, pairs: Iterable[tuple[Hashable, datetime]]) -> None:
        self.by_id: dict[Hashable, list[datetime]] = defaultdict(list)
        for who, at in pairs:
            self.by_id[who].append(at)
        for times in self.by_id.values():
            times.sort()

    def within(self, who: Hashable, after: datetime, until: datetime) -> list[datetime]:
        """Times of an id in (after, until], ascending."""
        times = self.by_id.get(who, [])
        return times[bisect_right(times, after) : bisect_right(times, until)]

    def count(self, who: Hashable, after: datetime, until: datetime) -> int:
        """Number of times of an id in (after, until]."""
        times = self.by_id.get(who, [])
        return bisect_right(times, until) - bisect_right(times, after)

    def trailing(self, who: Hashable, until: datetime, number: int) -> int:
        """Number of times of an id in the trailing days at `until`."""
        return self.count(who, until - number * DAY, until)

    def last(self, who: Hashable) -> datetime | None:
        """Latest time of an id."""
        return self.by_id[who][-1] if who in self.by_id else None


def score2(value: Fraction) -> float:
    """Score rounded to 2 decimals, half away from zero."""
    return float(round2(value))


def money4(value: Fraction) -> Decimal:
    """Exact fraction rounded to 4 decimals, half away from zero."""
    scaled = abs(value) * 10_000
    whole = (scaled.numerator * 2 + scaled.denominator) // (2 * scaled.denominator)
    return (Decimal(-whole if value < 0 else whole) / 10_000).quantize(Decimal("0.0001"))


def end_of_date(f: PlatformFacts, day: date) -> datetime:
    """Last microsecond of a business date, UTC."""
    return f.end_of(day) - TICK


def start_of_date(f: PlatformFacts, day: date) -> datetime:
    """First instant of a business date, UTC."""
    return f.end_of(day - DAY)


# abuse signals --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """A row of abuse_rules.csv."""

    window: timedelta
    min_events: int
    min_value: Decimal | None
    severity: str
    action: str
    escalate_at: int | None
    threshold: str | None


DEFAULT_RULES = {
    "refund_loop": Rule(DAY, 5, None, "critical", "freeze_wallet", None, None),
    "token_drain": Rule(
        timedelta(minutes=10), 5, None, "critical", "freeze_wallet", None, "tokenDrainVelocity"
    ),
    "panic_spam": Rule(7 * DAY, 3, None, "medium", "warning", 6, None),
    "fake_mismatch": Rule(30 * DAY, 5, None, "medium", "warning", 10, None),
    "ai_abuse": Rule(DAY, 5, None, "high", "rate_limit", None, None),
    "bot_behavior": Rule(timedelta(hours=1), 50, None, "high", "shadow_ban", None, None),
    "cancellation_farming": Rule(
        30 * DAY, 5, None, "high", "rate_limit", None, "suspiciousCancellationRate"
    ),
}
THRESHOLDS = {"tokenDrainVelocity": Decimal(500), "suspiciousCancellationRate": Decimal(40)}


def abuse_rules(w: World) -> dict[str, Rule]:
    """Rules by signal_type: those of the seed, else the defaults."""
    rows = w.seeds.rows("abuse_rules")
    if not rows:
        return DEFAULT_RULES
    return {
        row["signal_type"]: Rule(
            timedelta(minutes=int(row["window_minutes"])),
            int(row["min_events"]),
            Decimal(row["min_value"]) if row["min_value"] else None,
            row["severity"],
            row["auto_action"],
            int(row["escalate_at"]) if row["escalate_at"] else None,
            row.get("regional_threshold") or None,
        )
        for row in rows
    }


@dataclass(frozen=True)
class Hit:
    """A qualifying event: when (a date for farming), window count and window value."""

    at: datetime
    count: int
    value: Fraction | None = None


def rolling_hits(
    events: list[tuple[datetime, Decimal]],
    window: timedelta,
    min_events: int,
    min_value: Decimal | None = None,
) -> list[Hit]:
    """Events whose trailing window (ties included) holds enough events and value."""
    events = sorted(events)
    times = [at for at, _ in events]
    sums = [ZERO]
    for _, value in events:
        sums.append(sums[-1] + value)
    hits = []
    for at in times:
        first, last = bisect_right(times, at - window), bisect_right(times, at)
        total = sums[last] - sums[first]
        if last - first >= min_events and (min_value is None or total >= min_value):
            hits.append(Hit(at, last - first, None if min_value is None else Fraction(total)))
    return hits


def episodes(hits: list[Hit], gap: timedelta) -> list[list[Hit]]:
    """Split ascending hits where one lies more than the gap after the one before."""
    found: list[list[Hit]] = []
    for hit in hits:
        if found and hit.at - found[-1][-1].at <= gap:
            found[-1].append(hit)
        else:
            found.append([hit])
    return found


def farming_hits(
    bookings: list[tuple[date, date | None]], rule: Rule, limit_pct: Decimal
) -> list[Hit]:
    """Dates that qualify, as midnights, from (created date, date of the creator's cancelling)."""
    hits = []
    for day in sorted({cancelled for _, cancelled in bookings if cancelled is not None}):
        inside = [c for created, c in bookings if day - rule.window < created <= day]
        gone = sum(c is not None and c <= day for c in inside)
        if len(inside) >= rule.min_events and gone * 100 > limit_pct * len(inside):
            midnight = datetime(day.year, day.month, day.day)
            hits.append(Hit(midnight, len(inside), Fraction(gone * 100, len(inside))))
    return hits


def _region(f: PlatformFacts, who: str) -> str:
    user = f.users.get(who)
    return user.region if user else "UNKNOWN"


def _plain_events(f: PlatformFacts, kind: str) -> list[tuple[str, datetime]]:
    """(user, time) of the events that refund_loop, panic_spam, fake_mismatch, ai_abuse count."""
    if kind == "refund_loop":
        return [(cash.user, cash.at) for cash in f.refunds]
    if kind == "panic_spam":
        return [
            (row["userId"], row["at"])
            for row in f.facts("safetyAlerts")
            if row["type"] == "panic" and row["resolution"] == "false_positive"
        ]
    if kind == "fake_mismatch":
        alerts = f.facts("safetyAlerts")
        return [(row["userId"], row["at"]) for row in alerts if row["type"] == "mismatch"]
    return [(row["userId"], row["at"]) for row in f.facts("aiInteractions") if row["flagged"]]


def _starts(f: PlatformFacts) -> list[tuple[str, datetime]]:
    if f.name != "avalo":
        return [(row["userId"], row["at"]) for row in f.facts("sessions")]
    return [
        (row[name], row["at"])
        for collection, name in (
            ("appSessions", "userId"),
            ("aiChatSessions", "userId"),
            ("chats", "payerId"),
        )
        for row in f.facts(collection)
    ]


def _limit(f: PlatformFacts, rule: Rule, who: str) -> Decimal | None:
    """Least value of a rule for a subject; an empty min_value means its regional threshold."""
    if rule.min_value is not None or rule.threshold is None:
        return rule.min_value
    default = THRESHOLDS[rule.threshold]
    return f.seeds.threshold(rule.threshold, f.country(who), _region(f, who), default)


Subject = tuple[str | None, str | None]  # user_id, creator_id


def _hits(f: PlatformFacts, kind: str, rule: Rule) -> dict[Subject, list[Hit]]:
    found: dict[Subject, list[Hit]] = {}
    if kind == "token_drain":
        pairs: dict[Subject, list[tuple[datetime, Decimal]]] = defaultdict(list)
        for row in f.wallet("spend"):
            if row["receiverId"] is not None:
                key = (row["userId"], row["receiverId"])
                pairs[key].append((row["at"], q4(abs(row["amount"]))))
        for key, events in pairs.items():
            if len(events) >= rule.min_events:
                limit = _limit(f, rule, key[0] or "")
                found[key] = rolling_hits(events, rule.window, rule.min_events, limit)
    elif kind == "bot_behavior":
        hours = Counter(
            (who, at.replace(minute=0, second=0, microsecond=0)) for who, at in _starts(f)
        )
        for (who, hour), count in sorted(hours.items()):
            if count >= rule.min_events:
                found.setdefault((who, None), []).append(Hit(hour, count))
    elif kind == "cancellation_farming":
        bookings: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
        for row in f.facts("calendarBookings"):
            cancelled = None
            if row["status"] == "cancelled_by_creator":
                cancelled = f.day(row["cancelledAt"] or row["at"])
            bookings[row["creatorId"]].append((row["day"], cancelled))
        for who, own in bookings.items():
            limit = _limit(f, rule, who)
            found[(None, who)] = farming_hits(own, rule, limit or ZERO)
    else:
        plain: dict[str, list[tuple[datetime, Decimal]]] = defaultdict(list)
        for who, at in _plain_events(f, kind):
            plain[who].append((at, ZERO))
        for who, events in plain.items():
            found[(who, None)] = rolling_hits(events, rule.window, rule.min_events)
    return {key: hits for key, hits in found.items() if hits}


def md5_text(*parts: object) -> str:
    """Lower-case hex md5 of parts joined by |: times with microseconds, null as empty text."""

    def text(part: object) -> str:
        if isinstance(part, datetime):
            return part.strftime("%Y-%m-%dT%H:%M:%S.%f")
        return "" if part is None else str(part)

    return md5("|".join(map(text, parts)).encode(), usedforsecurity=False).hexdigest()


def ops_actions(w: World, object_type: str) -> list[Row]:
    """Accepted actions on a type of object up to as_of."""
    rows = w.landing.documents.get(("ops", "actions"), [])
    return [row for row in rows if row["object_type"] == object_type and row["at"] <= w.as_of]


def subject_text(user_id: str | None, creator_id: str | None) -> str:
    """Return the subject as it stands in the id: a user, a creator or `user>receiver`."""
    return ">".join(part for part in (user_id, creator_id) if part is not None)


def abuse_signals(w: World) -> list[Row]:
    """One row per platform, type, subject and episode."""
    return w.cached("abuse_signals", lambda: _abuse_signals(w))


def _abuse_signals(w: World) -> list[Row]:
    resolves = [row for row in ops_actions(w, "abuse_signal") if row["action"] == "resolve"]
    by_id: dict[str, list[datetime]] = defaultdict(list)
    by_name: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in resolves:
        by_id[row["object_id"]].append(row["at"])
        if row["detected_at"] is not None:
            by_name[(row["platform"], row["signal_type"], row["subject"])].append(row)
    rows = []
    for f in w.platforms.values():
        for kind, rule in abuse_rules(w).items():
            gap = rule.window
            for (user_id, creator_id), hits in _hits(f, kind, rule).items():
                subject = subject_text(user_id, creator_id)
                for episode in episodes(hits, gap):
                    first, last = episode[0].at, episode[-1].at
                    if kind == "cancellation_farming":
                        first = start_of_date(f, first.date())
                        last = start_of_date(f, last.date())
                    signal_id = md5_text(f.name, kind, subject, first)
                    peak = max(hit.count for hit in episode)
                    values = [hit.value for hit in episode if hit.value is not None]
                    raised = rule.escalate_at is not None and peak >= rule.escalate_at
                    ends = [at for at in by_id[signal_id] if at >= last] + [
                        row["at"]
                        for row in by_name[(f.name, kind, subject)]
                        if row["at"] >= last and first <= row["detected_at"] <= last
                    ]
                    rows.append(
                        {
                            "signal_id": signal_id,
                            "platform": f.name,
                            "signal_type": kind,
                            "user_id": user_id,
                            "creator_id": creator_id,
                            "region": _region(f, user_id or creator_id or ""),
                            "detected_at": first,
                            "last_seen_at": last,
                            "peak_count": peak,
                            "peak_value": float(max(values)) if values else None,
                            "severity": "high" if raised else rule.severity,
                            "auto_action": "manual_review" if raised else rule.action,
                            "is_resolved": bool(ends),
                            "resolved_at": min(ends, default=None),
                        }
                    )
    return rows


def signals_of(w: World, f: PlatformFacts) -> list[Row]:
    """Signals of a platform, each with `who`, the user of the signal."""
    return [
        {**row, "who": row["user_id"] or row["creator_id"]}
        for row in abuse_signals(w)
        if row["platform"] == f.name
    ]


def abuse_signals_daily(w: World) -> list[Row]:
    """One row per platform, kept date, and type and severity that has a signal."""
    rows = []
    for f in w.platforms.values():
        tally = Tally()
        pairs = []
        signals = signals_of(w, f)
        for row in signals:
            key = (row["signal_type"], row["severity"], f.day(row["detected_at"]))
            tally.add("signals", key)
            pairs.append((key, subject_text(row["user_id"], row["creator_id"])))
        subjects = distinct(pairs)
        for kind, severity in sorted({(r["signal_type"], r["severity"]) for r in signals}):
            for day in f.kept_days():
                rows.append(
                    {
                        "platform": f.name,
                        "kpi_date": day,
                        "signal_type": kind,
                        "severity": severity,
                        "is_complete": f.is_complete(day),
                        "signals": tally.count("signals", (kind, severity, day)),
                        "subjects": subjects[(kind, severity, day)],
                    }
                )
    return rows


# churn ----------------------------------------------------------------------------------------


class Habits:
    """What each user of a platform did when; all times up to as_of."""

    def __init__(self, f: PlatformFacts) -> None:
        self.f = f
        sessions = f.facts("appSessions" if f.name == "avalo" else "sessions")
        self.activity = Times(f.all_activity)
        self.sessions = Times((row["userId"], row["at"]) for row in sessions)
        self.crashes = Times((row["userId"], row["at"]) for row in sessions if row["crashed"])
        self.empty = Times(
            (row["userId"], row["at"]) for row in sessions if row.get("discoveryResults") == 0
        )
        self.refunds = Times((cash.user, cash.at) for cash in f.refunds)
        self.panics = Times(
            (row["userId"], row["at"]) for row in f.facts("safetyAlerts") if row["type"] == "panic"
        )
        chats = f.facts("chats")
        self.chats = Times((row["payerId"], row["at"]) for row in chats)
        self.answered = Times(
            (row["payerId"], row["at"]) for row in chats if row["firstResponseSec"] is not None
        )
        self.contacts = Times((row["userId"], row["at"]) for row in f.facts("retentionContacts"))
        if f.name == "avalo":
            sources = [
                ("chats", "payerId"),
                ("calls", "payerId"),
                *((name, "userId") for name in AI_SESSIONS),
                ("calendarBookings", "attendeeId"),
            ]
        else:
            sources = [("messages", "senderId"), ("gameSessions", "userId")]
        pairs = [(row[name], row["at"]) for source, name in sources for row in f.facts(source)]
        pairs += [(row["userId"], row["at"]) for row in f.transactions("gift")]
        self.interactions = Times(pairs)
        self.spend: dict[str, list[tuple[datetime, Decimal]]] = defaultdict(list)
        if f.name == "avalo":
            for row in f.wallet("spend"):
                amount = f.tokens_money(abs(row["amount"]), row["day"])
                self.spend[row["userId"]].append((row["at"], amount))
        else:
            for cash in f.purchases:
                self.spend[cash.user].append((cash.at, cash.amount))

    def spent(self, who: str, after: datetime | None = None) -> Decimal:
        """Churn spend of a user later than an instant (ever without one)."""
        events = self.spend.get(who, [])
        return sum((amount for at, amount in events if after is None or at > after), ZERO)

    def engagement(self, who: str, at: datetime) -> Fraction:
        """Engagement score at an instant, rounded to 2 decimals."""
        active = {self.f.day(t) for t in self.activity.within(who, at - 30 * DAY, at)}
        parts = (
            (Fraction(1, 2), self.sessions.trailing(who, at, 30), 20),
            (Fraction(3, 10), len(active), 15),
            (Fraction(1, 5), self.interactions.trailing(who, at, 30), 30),
        )
        exact = sum(weight * Fraction(min(n, full), full) for weight, n, full in parts)
        return Fraction(round2(100 * Fraction(exact)))


def habits(w: World, f: PlatformFacts) -> Habits:
    """Habits of a platform's users, made once."""
    return w.cached(f"habits {f.name}", lambda: Habits(f))


def banned_users(w: World, f: PlatformFacts) -> set[str]:
    """Users (known or not) that are banned at as_of."""
    return w.cached(f"banned {f.name}", lambda: _banned(f))


def _banned(f: PlatformFacts) -> set[str]:
    bans: dict[str, datetime] = {}
    lifts: dict[str, datetime] = {}

    def note(target: dict[str, datetime], who: str | None, at: datetime) -> None:
        if who is not None:
            target[who] = max(target.get(who, at), at)

    for row in f.facts("enforcement_logs"):
        if row["action"] in ("ban", "unban"):
            note(bans if row["action"] == "ban" else lifts, row["userId"], row["at"])
    for row in f.facts("moderationFlags"):
        if row["status"] == "actioned" and row["action"] == "ban":
            note(bans, row["targetUserId"], row["actionedAt"] or row["at"])
    for row in f.facts("appeals"):
        if row["status"] == "overturned":
            note(lifts, row["userId"], row["processedAt"] or row["at"])
    return {who for who, at in bans.items() if who not in lifts or at >= lifts[who]}


LIMITS = {  # churn spend in the currency: (all points below, no points from)
    "PLN": (Fraction(10), Fraction(100)),
    "USD": (Fraction(5, 2), Fraction(25)),
}
BANDS = ((25, "low"), (50, "medium"), (75, "high"))


def band(value: float) -> str:
    """Level of a rounded score: low < 25 <= medium < 50 <= high < 75 <= critical."""
    return next((name for bound, name in BANDS if value < bound), "critical")


def falling(value: Fraction, full_below: Fraction, zero_from: Fraction, points: int) -> Fraction:
    """All points below one bound, none from the other on, linear between."""
    if value < full_below:
        return Fraction(points)
    if value >= zero_from:
        return Fraction(0)
    return points * (zero_from - value) / (zero_from - full_below)


def churn_scores(w: World) -> list[Row]:
    """One row per platform and scored user."""
    return w.cached(
        "churn_scores", lambda: [r for f in w.platforms.values() for r in _churn_scores(w, f)]
    )


def _churn_scores(w: World, f: PlatformFacts) -> list[Row]:
    h, banned = habits(w, f), banned_users(w, f)
    return [
        _churn_score(f, h, user)
        for user in f.users.values()
        if not user.is_deleted and user.id not in banned and f.as_of - user.created_at >= 7 * DAY
    ]


def _churn_score(f: PlatformFacts, h: Habits, user: User) -> Row:
    now, who = f.as_of, user.id
    last = h.activity.last(who) or user.created_at
    inactive = (now - last) // DAY
    age = now - user.created_at
    scale = Fraction(1)
    if age < 30 * DAY:
        scale = Fraction(30 * DAY // TICK, age // TICK)
    refunds = h.refunds.trailing(who, now, 90)
    sessions = h.sessions.trailing(who, now, 30) * scale
    spend = Fraction(h.spent(who, now - 30 * DAY)) * scale
    parts = {
        "inactivity_points": Fraction(40 * min(inactive, 30), 30),
        "low_sessions_points": falling(sessions, Fraction(5), Fraction(20), 20),
        "refunds_points": Fraction(20 * min(refunds, 5), 5),
        "panic_points": Fraction(10 if h.panics.trailing(who, now, 30) else 0),
        "low_spending_points": falling(spend, *LIMITS[f.currency], 10),
    }
    score = score2(Fraction(sum(parts.values())))
    lifetime = h.spent(who)
    return {
        "platform": f.name,
        "user_id": who,
        "region": user.region,
        "currency": f.currency,
        **{name: score2(part) for name, part in parts.items()},
        "churn_score": score,
        "risk_band": band(score),
        "days_inactive": inactive,
        "is_churned": inactive >= 30,
        "last_activity_at": last,
        "lifetime_spend": lifetime,
        "engagement_score": float(h.engagement(who, now)),
        "churn_cause": _cause(f, h, user, last, lifetime) if score >= 50 else None,
    }


def _cause(f: PlatformFacts, h: Habits, user: User, last: datetime, lifetime: Decimal) -> str:
    who = user.id
    chats = h.chats.trailing(who, last, 60)
    tests = {
        "safety_distrust": h.panics.count(who, last - 30 * DAY, f.as_of) > 0,
        "competition": (user.document.get("leaveReason") or "").lower() == "competitor",
        "refund_frustration": h.refunds.trailing(who, f.as_of, 90) >= 2,
        "technical_issues": h.crashes.trailing(who, last, 30) >= 3,
        "empty_discovery": h.empty.trailing(who, last, 30) >= 3,
        "low_response_quality": chats >= 3 and h.answered.trailing(who, last, 60) * 2 < chats,
        "no_engagement": h.sessions.trailing(who, last, 30) < 3,
        "price_sensitivity": lifetime == 0,
    }
    return next((name for name, holds in tests.items() if holds), "unknown")


def scores_of(w: World, f: PlatformFacts) -> dict[str, Row]:
    """Rows of churn_scores of a platform by user."""
    return {row["user_id"]: row for row in churn_scores(w) if row["platform"] == f.name}


def retention_targets(w: World) -> list[Row]:
    """One row per platform and user worth a contact."""
    offers = {row["churn_cause"]: row["offer"] for row in w.seeds.rows("retention_offers")}
    rows = []
    for f in w.platforms.values():
        h = habits(w, f)
        chosen = [
            row
            for row in scores_of(w, f).values()
            if row["churn_score"] >= 50
            and row["days_inactive"] <= 90
            and not h.contacts.trailing(row["user_id"], f.as_of, 3)
        ]

        def order(row: Row) -> tuple[Decimal, Decimal, int, str]:
            score = Decimal(str(row["churn_score"]))
            value = row["lifetime_spend"] * score
            return -value, -score, row["days_inactive"], row["user_id"]

        for rank, row in enumerate(sorted(chosen, key=order), start=1):
            rows.append(
                {
                    "platform": f.name,
                    "user_id": row["user_id"],
                    "currency": f.currency,
                    "churn_score": row["churn_score"],
                    "churn_cause": row["churn_cause"],
                    "days_inactive": row["days_inactive"],
                    "lifetime_spend": row["lifetime_spend"],
                    "offer": offers.get(row["churn_cause"]),
                    "priority_rank": rank,
                }
            )
    return rows


def churned_active(f: PlatformFacts) -> Counter[date]:
    """Churned users by date, only those with an active date up to it."""
    return Counter(
        day
        for user, day in churn_days(f)
        if f.active_days.get(user) and f.active_days[user][0] <= day
    )


def reactivations(f: PlatformFacts) -> Counter[date]:
    """Users by the date of a return after more than 30 days."""
    found: Counter[date] = Counter()
    for user, dates in f.active_days.items():
        created = f.users[user].created_date
        found.update(day for before, day in pairwise([created, *dates]) if (day - before).days > 30)
    return found


def churn_daily(w: World) -> list[Row]:
    """One row per platform and kept date."""
    rows = []
    for f in w.platforms.values():
        base = {row["kpi_date"]: row for row in daily_rows(w, f)}
        churned, back = churned_active(f), reactivations(f)
        for day in f.kept_days():
            # activity may lie before the platform's first date
            earlier = f.active_in(day - 59 * DAY, day - 30 * DAY)
            rows.append(
                {
                    "platform": f.name,
                    "kpi_date": day,
                    "is_complete": f.is_complete(day),
                    "churned_users": base[day]["churned_users"],
                    "reactivated_users": back[day],
                    "churn_rate": ratio(churned[day], len(earlier)),
                }
            )
    return rows


def mean2(values: Iterable[float | Decimal]) -> float | None:
    """Mean of values with 2 decimals, rounded to 2 decimals; None without any."""
    exact = [Fraction(str(value)) for value in values]
    return score2(sum(exact, Fraction(0)) / len(exact)) if exact else None


def churn_by_cause(w: World) -> list[Row]:
    """One row per platform, region and cause."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in churn_scores(w):
        if row["churn_cause"] is not None:
            groups[(row["platform"], row["region"], row["churn_cause"])].append(row)
    return [
        {
            "platform": platform,
            "region": region,
            "churn_cause": cause,
            "currency": own[0]["currency"],
            "users": len(own),
            "avg_score": mean2(row["churn_score"] for row in own),
            "lifetime_spend": sum((row["lifetime_spend"] for row in own), ZERO),
        }
        for (platform, region, cause), own in groups.items()
    ]


# audience segments ------------------------------------------------------------------------------

BUDGETS = ("low", "mid", "high")
INTENTS = ("meeting", "event", "call", "chat")  # the order of ties
PROXIMITIES = ("local", "nearby", "remote")
LABELS = {"budget": BUDGETS, "intent": INTENTS, "proximity": PROXIMITIES}
NONE = "none"
RADIUS_KM = 6371.0088
HIDDEN_BELOW = 10
Pair = tuple[str, str]


def budget_label(tokens: Decimal, purchases: int) -> str:
    """Budget of tokens spent and purchases in 90 days."""
    token_level = 0 if tokens < 5000 else 1 if tokens <= 20000 else 2
    monthly = Fraction(purchases, 3)
    frequency_level = 0 if monthly < 2 else 1 if monthly <= 5 else 2
    return BUDGETS[min(2, token_level + (frequency_level > token_level))]


def top_label(counts: Counter[str]) -> str:
    """Most frequent intent, ties in the order of INTENTS; `none` without any."""
    best = max(INTENTS, key=lambda name: counts[name])
    return best if counts[best] > 0 else NONE


def distance_km(a: tuple[Decimal, Decimal], b: tuple[Decimal, Decimal]) -> float:
    """Haversine distance of two (latitude, longitude) in degrees."""
    lat_a, lon_a, lat_b, lon_b = (math.radians(float(value)) for value in (*a, *b))
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def proximity_label(viewer: User, creator: User) -> str:
    """Local up to 50 km, nearby up to 200 km, else (or unknown) remote."""
    here, there = viewer.document.get("location"), creator.document.get("location")
    if here is None or there is None:
        return "remote"
    distance = distance_km(here, there)
    return "local" if distance <= 50 else "nearby" if distance <= 200 else "remote"


def tags(user: User) -> set[str]:
    """Distinct interests, trimmed, A-Z in lower case, empty ones dropped."""
    found = set()
    for raw in user.document.get("interests") or []:
        tag = "".join(c.lower() if "A" <= c <= "Z" else c for c in raw.strip())
        if tag:
            found.add(tag)
    return found


class Audience:
    """Who met whom on avalo, and each viewer's spending by date."""

    def __init__(self, f: PlatformFacts) -> None:
        self.f = f
        self.last: dict[Pair, datetime] = {}
        self.spent: dict[Pair, Decimal] = defaultdict(Decimal)
        self.first_spend: dict[Pair, date] = {}
        self.views: dict[Pair, list[datetime]] = defaultdict(list)
        self.attraction: dict[Pair, Fraction] = defaultdict(Fraction)
        self.tokens_by_day: dict[str, list[tuple[datetime, Decimal]]] = defaultdict(list)
        for row in f.wallet("spend"):
            tokens = q4(abs(row["amount"]))
            self.tokens_by_day[row["userId"]].append((row["at"], tokens))
            if row["receiverId"] is not None:
                pair = (row["userId"], row["receiverId"])
                self._meet(pair, row["at"])
                self.spent[pair] += tokens
                self.first_spend[pair] = min(self.first_spend.get(pair, row["day"]), row["day"])
        self.purchases = Times((row["userId"], row["at"]) for row in f.wallet("purchase"))
        for collection, viewer, creator in (
            ("chats", "payerId", "earnerId"),
            ("calls", "payerId", "earnerId"),
            *((name, "userId", "creatorId") for name in AI_SESSIONS),
            ("calendarBookings", "attendeeId", "creatorId"),
            ("eventTickets", "userId", "creatorId"),
            ("profileEvents", "viewerId", "creatorId"),
        ):
            for row in f.facts(collection):
                if row[creator] is not None:
                    self._meet((row[viewer], row[creator]), row["at"])
        for row in f.facts("profileEvents"):
            pair = (row["viewerId"], row["creatorId"])
            self.attraction[pair] += {"view": 2, "like": 5}.get(row["type"], 0)
            self.attraction[pair] += Fraction(row["dwellSeconds"] or ZERO) / 60
            if row["type"] == "view":
                self.views[pair].append(row["at"])

    def _meet(self, pair: Pair, at: datetime) -> None:
        self.last[pair] = max(self.last.get(pair, at), at)

    def budget(self, viewer: str, at: datetime) -> str:
        """Budget of a viewer at an instant."""
        after = at - 90 * DAY
        tokens = sum(
            (amount for t, amount in self.tokens_by_day.get(viewer, []) if after < t <= at), ZERO
        )
        return budget_label(tokens, self.purchases.trailing(viewer, at, 90))

    def intents(self) -> dict[str, str]:
        """Intent of each viewer that has one."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for collection, name, label in (
            ("chats", "payerId", "chat"),
            ("aiChatSessions", "userId", "chat"),
            ("calls", "payerId", "call"),
            ("aiVoiceCallSessions", "userId", "call"),
            ("aiVideoCallSessions", "userId", "call"),
            ("calendarBookings", "attendeeId", "meeting"),
            ("eventTickets", "userId", "event"),
        ):
            for row in self.f.facts(collection):
                if row["at"] > self.f.as_of - 90 * DAY:
                    counts[row[name]][label] += 1
        return {viewer: top_label(own) for viewer, own in counts.items()}


def audience(w: World) -> Audience:
    """Avalo's audience, made once."""
    return w.cached("audience", lambda: Audience(w.platforms["avalo"]))


def audience_segments(w: World) -> list[Row]:
    """One row per viewer and creator that met."""
    return w.cached("audience_segments", lambda: _audience_segments(w))


def _audience_segments(w: World) -> list[Row]:
    f, a = w.platforms["avalo"], audience(w)
    banned, intents = banned_users(w, f), a.intents()
    rows = []
    for viewer_id, creator_id in a.last:
        viewer, creator = f.users.get(viewer_id), f.users.get(creator_id)
        if viewer is None or creator is None or viewer_id == creator_id:
            continue
        if viewer.is_deleted or creator.is_deleted or creator_id in banned:
            continue
        if creator.document["isCreator"]:
            rows.append(_segment(f, a, viewer, creator, intents.get(viewer_id, NONE)))
    favourites = _top_intents(rows)
    for row in rows:
        row["match_score"] = _match_score(row, favourites.get(row["creator_id"], NONE))
    return rows


def _segment(f: PlatformFacts, a: Audience, viewer: User, creator: User, intent: str) -> Row:
    pair = (viewer.id, creator.id)
    wanted = tags(creator)
    overlap = len(wanted & tags(viewer))
    views = a.views.get(pair, [])
    visits = sum(t > f.as_of - 365 * DAY for t in views)
    weeks = len({t.isocalendar()[:2] for t in views if t > f.as_of - 56 * DAY})
    attraction = score2(a.attraction.get(pair, Fraction(0)))
    loyalty = min(100, 3 * visits + 10 * weeks)
    return {
        "viewer_id": viewer.id,
        "creator_id": creator.id,
        "budget": a.budget(viewer.id, f.as_of),
        "intent": intent,
        "proximity": proximity_label(viewer, creator),
        "shared_interest_score": score2(Fraction(100 * overlap, len(wanted))) if wanted else 0.0,
        "has_shared_interests": overlap >= 3,
        "visual_attraction_score": attraction,
        "has_visual_attraction": attraction >= 50 and pair not in a.first_spend,
        "visits": visits,
        "loyalty_score": float(loyalty),
        "is_loyal_follower": visits >= 10 and loyalty >= 70,
        "tokens_spent": a.spent.get(pair, ZERO),
        "last_interaction_at": a.last[pair],
    }


def _top_intents(rows: list[Row]) -> dict[str, str]:
    """Top intent of each creator that has one."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["intent"] != NONE:
            counts[row["creator_id"]][row["intent"]] += 1
    return {creator: top_label(own) for creator, own in counts.items()}


def _match_score(row: Row, favourite: str) -> float:
    score = 50 + {"high": 20, "mid": 10, "low": 0}[row["budget"]]
    score += {"local": 20, "nearby": 5, "remote": 0}[row["proximity"]]
    score += 15 if row["intent"] == favourite != NONE else 0
    score += 15 if row["is_loyal_follower"] else 0
    score += 10 if row["has_shared_interests"] else 0
    score += 5 if row["has_visual_attraction"] else 0
    return float(min(100, score))


def viewer_risks(w: World) -> dict[str, str]:
    """Risk of each viewer of audience_segments."""
    return w.cached("viewer_risks", lambda: _viewer_risks(w))


def _viewer_risks(w: World) -> dict[str, str]:
    from .protection import user_risk_scores  # it needs this module's signals and scores

    f = w.platforms["avalo"]
    levels = {
        row["user_id"]: row["risk_level"]
        for row in user_risk_scores(w)
        if row["platform"] == f.name
    }
    watched = {
        row["who"]
        for row in signals_of(w, f)
        if not row["is_resolved"] and row["detected_at"] > f.as_of - 90 * DAY
    }
    banned = banned_users(w, f)
    found = {}
    for viewer in {row["viewer_id"] for row in audience_segments(w)}:
        level = levels.get(viewer)
        if viewer in banned or level == "critical":
            found[viewer] = "blocked"
        else:
            found[viewer] = "watch" if viewer in watched or level == "high" else "normal"
    return found


def audience_risk(w: World) -> list[Row]:
    """One row per viewer."""
    return [{"viewer_id": viewer, "risk": risk} for viewer, risk in viewer_risks(w).items()]


def by_creator(w: World) -> dict[str, list[Row]]:
    """Rows of audience_segments by creator."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in audience_segments(w):
        found[row["creator_id"]].append(row)
    return found


def nearest5(part: int, whole: int) -> int:
    """Percent share rounded to the nearest multiple of 5, half up."""
    return 5 * math.floor(Fraction(part * 100, whole * 5) + Fraction(1, 2))


def shown_labels(counts: dict[str, int]) -> set[str]:
    """Labels that may be shown: 10 viewers, and hidden viewers 10 or none."""
    shown = {label for label, count in counts.items() if count >= HIDDEN_BELOW}
    while shown:
        hidden = sum(count for label, count in counts.items() if label not in shown)
        if hidden == 0 or hidden >= HIDDEN_BELOW:
            break
        shown.remove(min(shown, key=lambda label: (counts[label], label)))
    return shown


def shares(own: list[Row]) -> dict[tuple[str, str], int | None]:
    """Shown shares in percent of one creator by dimension and label; None is hidden."""
    found: dict[tuple[str, str], int | None] = {}
    for dimension, labels in LABELS.items():
        tally = Counter(row[dimension] for row in own)
        counts = {label: tally[label] for label in labels}
        shown = shown_labels(counts)
        for label, count in counts.items():
            share = nearest5(count, sum(counts.values())) if label in shown else None
            found[(dimension, label)] = share
    return found


def creator_audience(w: World) -> list[Row]:
    """Ten rows per creator with at least 10 viewers."""
    return [
        {
            "creator_id": creator,
            "dimension": dimension,
            "label": label,
            "share_pct": None if share is None else float(share),
        }
        for creator, own in by_creator(w).items()
        if len(own) >= HIDDEN_BELOW
        for (dimension, label), share in shares(own).items()
    ]


def creator_audience_overview(w: World) -> list[Row]:
    """One row per creator with a segment; top_segment_description is left out."""
    rows = []
    for creator, own in by_creator(w).items():
        paying = sum(row["tokens_spent"] > 0 for row in own)
        others = len(own) - paying
        hidden = paying < HIDDEN_BELOW or 0 < others < HIDDEN_BELOW
        rows.append(
            {
                "creator_id": creator,
                "total_audience": len(own) // 5 * 5 if len(own) >= HIDDEN_BELOW else None,
                "paying_audience": None if hidden else paying // 5 * 5,
            }
        )
    return rows


def creator_top_segments(w: World) -> list[Row]:
    """One row per creator and shown group; description and characteristics are left out."""
    rows = []
    for creator, own in by_creator(w).items():
        shown = {key for key, share in shares(own).items() if share is not None}
        groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in own:
            groups[(row["budget"], row["intent"], row["proximity"])].append(row)
        kept = [
            (-len(group), key)
            for key, group in groups.items()
            if len(group) >= HIDDEN_BELOW and shown.issuperset(zip(LABELS, key, strict=True))
        ]
        for rank, (_, key) in enumerate(sorted(kept), start=1):
            group = groups[key]
            tokens = sum((row["tokens_spent"] for row in group), ZERO)
            rows.append(
                {
                    "creator_id": creator,
                    "rank": rank,
                    **dict(zip(LABELS, key, strict=True)),
                    "share_pct": float(nearest5(len(group), len(own))),
                    "avg_revenue_tokens": money4(Fraction(tokens) / len(group)),
                }
            )
    return rows


def creator_recommendations(w: World) -> list[Row]:
    """One row per creator of creator_audience; reasoning, tips, opportunities are left out."""
    rules = sorted(w.seeds.rows("recommendation_rules"), key=lambda rule: int(rule["position"]))
    rows = []
    for creator, own in by_creator(w).items():
        if len(own) < HIDDEN_BELOW:
            continue
        shown = shares(own)

        def holds(rule: dict[str, str], shown: dict[tuple[str, str], int | None] = shown) -> bool:
            if not rule["dimension"]:
                return True
            share = shown[(rule["dimension"], rule["label"])]
            return share is not None and share >= Decimal(rule["min_share_pct"])

        first = next((rule for rule in rules if holds(rule)), None)
        rows.append(
            {
                "creator_id": creator,
                "primary_strategy": first["primary_strategy"] if first else None,
            }
        )
    return rows


BOOSTS = (  # audience, dimension, label, least share, boost
    ("high_budget", "budget", "high", Fraction(30, 100), 0.30),
    ("local", "proximity", "local", Fraction(40, 100), 0.25),
    ("meeting", "intent", "meeting", Fraction(25, 100), 0.40),
)


def discovery_boosts(w: World) -> list[Row]:
    """One row per creator and audience it is boosted for."""
    rows = []
    for creator, own in by_creator(w).items():
        for name, dimension, label, least, boost in BOOSTS:
            labels = [row[dimension] for row in own if row[dimension] != NONE]
            count = labels.count(label)
            if count >= HIDDEN_BELOW and Fraction(count, len(labels)) >= least:
                rows.append({"creator_id": creator, "audience": name, "boost": boost})
    return rows


def viewer_recommendations(w: World) -> list[Row]:
    """Up to 20 creators per viewer that is not blocked."""
    risks = viewer_risks(w)
    own: dict[str, list[Row]] = defaultdict(list)
    for row in audience_segments(w):
        if risks[row["viewer_id"]] != "blocked":
            own[row["viewer_id"]].append(row)
    rows = []
    for viewer, segments in own.items():
        segments = sorted(segments, key=lambda row: row["creator_id"])
        segments.sort(
            key=lambda row: (row["match_score"], row["last_interaction_at"]), reverse=True
        )
        for rank, row in enumerate(segments[:20], start=1):
            rows.append(
                {
                    "viewer_id": viewer,
                    "rank": rank,
                    "creator_id": row["creator_id"],
                    "match_score": row["match_score"],
                }
            )
    return rows


def engagement_suggestions(w: World) -> list[Row]:
    """One row per pair whose creator has a top intent; no blocked viewers."""
    risks = viewer_risks(w)
    favourites = _top_intents(audience_segments(w))
    rows = []
    for row in audience_segments(w):
        favourite = favourites.get(row["creator_id"])
        if favourite is None or risks[row["viewer_id"]] == "blocked":
            continue
        confidence = 50
        if row["intent"] == favourite:
            near = favourite in ("meeting", "event") and row["proximity"] == "local"
            confidence = 95 if near else 80
        rows.append(
            {
                "viewer_id": row["viewer_id"],
                "creator_id": row["creator_id"],
                "suggested_type": favourite,
                "confidence": float(confidence),
            }
        )
    return rows


def segment_performance_daily(w: World) -> list[Row]:
    """One row per kept date, segment type and label."""
    f, a = w.platforms["avalo"], audience(w)
    segments = {(row["viewer_id"], row["creator_id"]): row for row in audience_segments(w)}
    budgets: dict[tuple[str, date], str] = {}

    def budget(viewer: str, day: date) -> str:
        key = (viewer, day)
        if key not in budgets:
            budgets[key] = a.budget(viewer, end_of_date(f, day - DAY))
        return budgets[key]

    tally = Tally()

    def add(metric: str, pair: Pair, day: date, value: Decimal | int = 1) -> None:
        segment = segments.get(pair)
        if segment is None or not f.is_kept(day):
            return
        tally.add(metric, ("budget", budget(pair[0], day), day), value)
        tally.add(metric, ("intent", segment["intent"], day), value)
        tally.add(metric, ("proximity", segment["proximity"], day), value)

    for row in f.facts("profileEvents"):
        if row["type"] == "view":
            add("impressions", (row["viewerId"], row["creatorId"]), row["day"])
    for collection, viewer, creator in (
        ("chats", "payerId", "earnerId"),
        ("calls", "payerId", "earnerId"),
        ("calendarBookings", "attendeeId", "creatorId"),
        ("eventTickets", "userId", "creatorId"),
    ):
        for row in f.facts(collection):
            add("interactions", (row[viewer], row[creator]), row["day"])
    for pair, day in a.first_spend.items():
        add("conversions", pair, day)
    for row in f.wallet("spend"):
        if row["receiverId"] is not None:
            tokens = q4(abs(row["amount"]))
            add("revenue", (row["userId"], row["receiverId"]), row["day"], tokens)
    rows = []
    for day in f.kept_days():
        for dimension, labels in LABELS.items():
            values = (*labels, NONE) if dimension == "intent" else labels
            keys = [(dimension, value, day) for value in values]
            base = ratio(
                sum(tally.count("conversions", key) for key in keys),
                sum(tally.count("impressions", key) for key in keys),
            )
            for key in keys:
                converted = tally.count("conversions", key)
                rate = ratio(converted, tally.count("impressions", key))
                revenue = tally.money("revenue", key)
                rows.append(
                    {
                        "kpi_date": day,
                        "segment_type": dimension,
                        "segment_value": key[1],
                        "is_complete": f.is_complete(day),
                        "impressions": tally.count("impressions", key),
                        "interactions": tally.count("interactions", key),
                        "conversions": converted,
                        "conversion_rate": rate,
                        "revenue_tokens": revenue,
                        "avg_revenue_per_conversion": money4(Fraction(revenue) / converted)
                        if converted
                        else None,
                        "performance_vs_baseline": rate / base
                        if rate is not None and base
                        else None,
                    }
                )
    return rows


def segment_coverage(w: World) -> list[Row]:
    """One row: who of the active viewers has a segment."""
    f = w.platforms["avalo"]
    h = habits(w, f)
    active = {
        user.id
        for user in f.users.values()
        if not user.is_deleted and h.activity.trailing(user.id, f.as_of, 30)
    }
    covered = active & {row["viewer_id"] for row in audience_segments(w)}
    return [
        {
            "active_viewers": len(active),
            "viewers_with_segment": len(covered),
            "coverage_rate": ratio(len(covered), len(active)),
        }
    ]


MARTS: dict[str, tuple[Callable[[World], list[Row]], list[str]]] = {
    "abuse_signals": (abuse_signals, ["signal_id"]),
    "abuse_signals_daily": (
        abuse_signals_daily,
        ["platform", "kpi_date", "signal_type", "severity"],
    ),
    "churn_scores": (churn_scores, ["platform", "user_id"]),
    "retention_targets": (retention_targets, ["platform", "user_id"]),
    "churn_daily": (churn_daily, ["platform", "kpi_date"]),
    "churn_by_cause": (churn_by_cause, ["platform", "region", "churn_cause"]),
    "audience_segments": (audience_segments, ["viewer_id", "creator_id"]),
    "audience_risk": (audience_risk, ["viewer_id"]),
    "creator_audience": (creator_audience, ["creator_id", "dimension", "label"]),
    "creator_audience_overview": (creator_audience_overview, ["creator_id"]),
    "creator_top_segments": (creator_top_segments, ["creator_id", "rank"]),
    "creator_recommendations": (creator_recommendations, ["creator_id"]),
    "discovery_boosts": (discovery_boosts, ["creator_id", "audience"]),
    "viewer_recommendations": (viewer_recommendations, ["viewer_id", "rank"]),
    "engagement_suggestions": (engagement_suggestions, ["viewer_id", "creator_id"]),
    "segment_performance_daily": (
        segment_performance_daily,
        ["kpi_date", "segment_type", "segment_value"],
    ),
    "segment_coverage": (segment_coverage, []),
}
