"""Platform KPIs recomputed: one function a mart, each returning its rows.

Readings taken where the contract leaves room:
 - hourly rows begin with hour 0 of the platform's first date;
 - metric_daily carries is_complete (marts keyed by kpi_date do);
 - average_daily_revenue is money, NULL where the period has no complete date.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from .landing import Row
from .world import AI_SESSIONS, STREAMS, ZERO, PlatformFacts, World, days, money_per, q4, ratio

HOURLY_DAYS = 7
CHURN_DAYS = 30


class Tally:
    """Counts and sums by (metric, key)."""

    def __init__(self) -> None:
        self.cells: dict[str, dict[object, Decimal | int | float]] = defaultdict(dict)

    def add(self, metric: str, key: object, value: Decimal | int | float = 1) -> None:
        """Add a value to a metric's key."""
        cells = self.cells[metric]
        cells[key] = cells.get(key, 0) + value

    def count(self, metric: str, key: object) -> int:
        """Count at a key, 0 where there is none."""
        return int(self.cells[metric].get(key, 0))

    def money(self, metric: str, key: object) -> Decimal:
        """Decimal sum at a key, 0 where there is none."""
        return Decimal(self.cells[metric].get(key, 0))

    def number(self, metric: str, key: object) -> float:
        """Float sum at a key, 0 where there is none."""
        return float(self.cells[metric].get(key, 0))


def distinct(pairs: Iterable[tuple[object, str]]) -> Counter[object]:
    """Count distinct users by key."""
    return Counter(key for key, _ in set(pairs))


def window_days(dates: list[date], width: int) -> Iterable[date]:
    """Dates whose window of `width` dates, ending there, holds one of the ascending dates."""
    last: date | None = None
    for day in dates:
        end = day + timedelta(days=width - 1)
        start = day if last is None or last < day else last + timedelta(days=1)
        yield from days(start, end)
        last = end


def churn_days(f: PlatformFacts) -> list[tuple[str, date]]:
    """(user, date) of every churn up to D."""
    gap = timedelta(days=CHURN_DAYS)
    found = []
    for user in f.users.values():
        dates = f.active_days.get(user.id, [])
        created_churn = user.created_date + gap
        if not dates or dates[0] > created_churn:
            found.append((user.id, created_churn))
        for day, following in pairwise([*dates, date.max]):
            if following > day + gap:
                found.append((user.id, day + gap))
    return [(user, day) for user, day in found if day <= f.today]


def verified_days(f: PlatformFacts) -> list[tuple[str, date]]:
    """(user, date) of every verification."""
    state, time = (
        ("verified", "verifiedAt") if f.name == "avalo" else ("kycVerified", "kycVerifiedAt")
    )
    found = []
    for user in f.users.values():
        if user.is_deleted:
            continue
        if user.document[time] is not None:
            found.append((user.id, f.day(user.document[time])))
        elif user.document[state]:
            found.append((user.id, user.created_date))
    return found


# the daily numbers --------------------------------------------------------------------------


def place_tally(f: PlatformFacts) -> Tally:
    """Sums of what splits by country; keys (country, date)."""
    tally = Tally()
    for user in f.users.values():
        tally.add("new_users", (user.country, user.created_date))
    for user, dates in f.active_days.items():
        for day in dates:
            tally.add("active_users", (f.country(user), day))
    for user, day in {(user, f.day(at)) for user, at in f.payments}:
        tally.add("paying_users", (f.country(user), day))
    for user, day in churn_days(f):
        tally.add("churned_users", (f.country(user), day))
    for cash in f.purchases:
        tally.add("cash_revenue", (f.country(cash.user), cash.day), cash.amount)
    for user, day, _, amount in f.revenue_events:
        tally.add("total_revenue", (f.country(user), day), amount)
    for cash in f.refunds:
        tally.add("refund_count", (f.country(cash.user), cash.day))
        tally.add("refund_amount", (f.country(cash.user), cash.day), cash.amount)
    for cash in f.chargebacks:
        tally.add("chargeback_count", (f.country(cash.user), cash.day))
        tally.add("chargeback_amount", (f.country(cash.user), cash.day), cash.amount)
    for row in f.facts("safetyAlerts"):
        metric = {"panic": "panic_events", "mismatch": "mismatch_reports"}.get(row["type"])
        if metric:
            tally.add(metric, (f.country(row["userId"]), row["day"]))
    return tally


PLACE_COUNTS = (
    "new_users",
    "active_users",
    "paying_users",
    "churned_users",
    "refund_count",
    "chargeback_count",
    "panic_events",
    "mismatch_reports",
)
PLACE_SUMS = ("cash_revenue", "total_revenue", "refund_amount", "chargeback_amount")


def place_values(tally: Tally, keys: Iterable[tuple[str, date]]) -> Row:
    """Return the by-region metrics summed over some (country, date) keys."""
    keys = list(keys)
    row: Row = {name: sum(tally.count(name, key) for key in keys) for name in PLACE_COUNTS}
    for name in PLACE_SUMS:
        row[name] = sum((tally.money(name, key) for key in keys), ZERO)
    row["refund_rate"] = ratio(row["refund_amount"], row["total_revenue"])
    return row


def stream_tally(f: PlatformFacts) -> Tally:
    """Sums of stream revenue; keys (stream, date)."""
    tally = Tally()
    for spend in f.spends:
        key = (spend.stream, spend.day)
        tally.add("count", key)
        tally.add("tokens", key, spend.tokens)
        tally.add("revenue", key, spend.revenue)
        tally.add("earnings", key, spend.earnings)
    pairs = (((s.stream, s.day), s.user) for s in f.spends if s.user in f.users)
    tally.cells["payers"] = dict(distinct(pairs))
    return tally


def stream_earnings(f: PlatformFacts, tally: Tally, stream: str, day: date) -> Decimal:
    """Return the platform's earnings of a stream on a date."""
    method, share = f.seeds.splits.get((f.name, stream), ("share", ZERO))
    if method == "share":
        return q4(tally.money("revenue", (stream, day)) * share)
    return tally.money("earnings", (stream, day))


def other_tally(f: PlatformFacts) -> Tally:
    """Sums of what only the platform's daily mart holds; keys dates."""
    tally = Tally()
    for _, day in verified_days(f):
        tally.add("verified_users", day)
    for dates in f.active_days.values():
        for width in (7, 30):
            for day in window_days(dates, width):
                tally.add(f"active_users_{width}d", day)
    for _, at, tokens in f.token_spends:
        tally.add("total_tokens_spent", f.day(at), tokens)
    for collection, metric in (
        ("aiChatSessions", "total_chats"),
        ("chats", "human_chats"),
        ("calendarBookings", "total_calendar_bookings"),
        ("eventTickets", "total_event_tickets"),
        ("aiInteractions", "ai_interactions"),
    ):
        for row in f.facts(collection):
            tally.add(metric, row["day"])
    for collection, metric in (
        ("aiVoiceCallSessions", "total_voice_minutes"),
        ("aiVideoCallSessions", "total_video_minutes"),
    ):
        for row in f.facts(collection):
            tally.add(metric, row["day"], float(row["durationMinutes"]))
    for row in f.facts("calls"):
        if row["status"] == "completed" and row["callType"] in ("voice", "video"):
            length = float(row["durationMinutes"] or 0)
            tally.add(f"call_{row['callType']}_minutes", row["day"], length)
    ai_rows = [row for name in AI_SESSIONS for row in f.facts(name)]
    for row in ai_rows:
        tally.add("ai_sessions", row["day"])
    pairs = ((row["day"], row["userId"]) for row in ai_rows if row["userId"] in f.users)
    tally.cells["ai_users"] = dict(distinct(pairs))
    for row in f.wallet("spend"):
        if (row["context"] or "").upper().startswith("AI_"):
            tally.add("ai_revenue", row["day"], f.tokens_money(abs(row["amount"]), row["day"]))
    for row in f.reports:
        tally.add("moderation_flags", row["day"])
    for day, action in f.actions:
        if action == "ban":
            tally.add("bans_issued", day)
    return tally


OTHER_COUNTS = (
    "verified_users",
    "active_users_7d",
    "active_users_30d",
    "total_chats",
    "human_chats",
    "total_calendar_bookings",
    "total_event_tickets",
    "moderation_flags",
    "bans_issued",
    "ai_sessions",
    "ai_users",
    "ai_interactions",
)
OTHER_NUMBERS = (
    "total_voice_minutes",
    "total_video_minutes",
    "call_voice_minutes",
    "call_video_minutes",
)


def daily_rows(w: World, f: PlatformFacts) -> list[Row]:
    """platform_kpi_daily of one platform over all its dates, before any cut."""
    return w.cached(f"daily {f.name}", lambda: _daily_rows(w, f))


def _daily_rows(w: World, f: PlatformFacts) -> list[Row]:
    places = places_of(w, f)
    streams = streams_of(w, f)
    other = other_tally(f)
    rows = []
    for day in f.all_days():
        row: Row = {
            "platform": f.name,
            "kpi_date": day,
            "currency": f.currency,
            "is_complete": f.is_complete(day),
        }
        row.update(place_values(places, ((country, day) for country in f.places)))
        row.update({name: other.count(name, day) for name in OTHER_COUNTS})
        row.update({name: other.number(name, day) for name in OTHER_NUMBERS})
        tokens = other.money("total_tokens_spent", day)
        row["total_tokens_spent"] = tokens
        row["total_token_revenue"] = f.tokens_money(tokens, day)
        row["ai_revenue"] = other.money("ai_revenue", day)
        for stream in STREAMS:
            row[f"{stream}_revenue"] = streams.money("revenue", (stream, day))
            row[f"{stream}_platform_earnings"] = stream_earnings(f, streams, stream, day)
        row["stream_revenue_total"] = sum((row[f"{s}_revenue"] for s in STREAMS), ZERO)
        row["total_platform_earnings"] = sum((row[f"{s}_platform_earnings"] for s in STREAMS), ZERO)
        row["arpu"] = money_per(row["total_revenue"], row["active_users"])
        row["arppu"] = money_per(row["total_revenue"], row["paying_users"])
        row["payer_rate"] = ratio(row["paying_users"], row["active_users"])
        rows.append(row)
    return rows


def places_of(w: World, f: PlatformFacts) -> Tally:
    """Tally by (country, date), made once."""
    return w.cached(f"places {f.name}", lambda: place_tally(f))


def streams_of(w: World, f: PlatformFacts) -> Tally:
    """Tally by (stream, date), made once."""
    return w.cached(f"streams {f.name}", lambda: stream_tally(f))


def platform_kpi_daily(w: World) -> list[Row]:
    """One row per platform and kept date."""
    return [
        row for f in w.platforms.values() for row in daily_rows(w, f) if f.is_kept(row["kpi_date"])
    ]


def platform_kpi_daily_by_region(w: World) -> list[Row]:
    """One row per platform, country and kept date."""
    return [
        {
            "platform": f.name,
            "region": region,
            "country_code": country,
            "kpi_date": day,
            "currency": f.currency,
            "is_complete": f.is_complete(day),
            **place_values(places_of(w, f), [(country, day)]),
        }
        for f in w.platforms.values()
        for country, region in f.places.items()
        for day in f.kept_days()
    ]


def metric_daily(w: World) -> list[Row]:
    """Every numeric column of the two daily marts, one row per metric, region and date."""
    keys = ("platform", "kpi_date", "currency", "is_complete")
    rows = []

    def melt(base: Row, region: str) -> None:
        for metric, value in base.items():
            if metric not in keys:
                rows.append(
                    {
                        "platform": base["platform"],
                        "metric": metric,
                        "region": region,
                        "kpi_date": base["kpi_date"],
                        "is_complete": base["is_complete"],
                        "value": None if value is None else float(value),
                    }
                )

    for row in platform_kpi_daily(w):
        melt(row, "ALL")
    for f in w.platforms.values():
        for region in sorted(set(f.places.values())):
            countries = [country for country, of in f.places.items() if of == region]
            for day in f.kept_days():
                values = place_values(places_of(w, f), ((c, day) for c in countries))
                base = {"platform": f.name, "kpi_date": day, "is_complete": f.is_complete(day)}
                melt({**base, **values}, region)
    return rows


def revenue_daily(w: World) -> list[Row]:
    """One row per platform, kept date and stream of the platform's splits."""
    rows = []
    for f in w.platforms.values():
        tally = streams_of(w, f)
        for platform, stream in f.seeds.splits:
            for day in f.kept_days() if platform == f.name else ():
                key = (stream, day)
                revenue = tally.money("revenue", key)
                earnings = stream_earnings(f, tally, stream, day)
                method = f.seeds.splits[(platform, stream)][0]
                rows.append(
                    {
                        "platform": f.name,
                        "kpi_date": day,
                        "stream": stream,
                        "currency": f.currency,
                        "is_complete": f.is_complete(day),
                        "tokens": tally.money("tokens", key),
                        "revenue": revenue,
                        "platform_earnings": earnings,
                        "creator_earnings": ZERO
                        if method == "stake_minus_payout"
                        else revenue - earnings,
                        "transaction_count": tally.count("count", key),
                        "paying_users": tally.count("payers", key),
                    }
                )
    return rows


def refunds_daily(w: World) -> list[Row]:
    """One row per platform, kept date and refund category ever counted."""
    rows = []
    for f in w.platforms.values():
        tally = Tally()
        for cash in f.refunds:
            key = (cash.category, cash.day)
            tally.add("count", key)
            tally.add("tokens", key, cash.tokens)
            tally.add("amount", key, cash.amount)
        for category in sorted({cash.category for cash in f.refunds}):
            for day in f.kept_days():
                rows.append(
                    {
                        "platform": f.name,
                        "kpi_date": day,
                        "category": category,
                        "currency": f.currency,
                        "is_complete": f.is_complete(day),
                        "refund_count": tally.count("count", (category, day)),
                        "refund_tokens": tally.money("tokens", (category, day)),
                        "refund_amount": tally.money("amount", (category, day)),
                    }
                )
    return rows


def wall_clock_hours(f: PlatformFacts) -> list[tuple[date, int]]:
    """(date, hour) on the wall clock of the kept dates up to the hour of as_of."""
    if f.first_day is None:
        return []
    first = max(f.first_day, f.today - timedelta(days=HOURLY_DAYS))
    moment: datetime = f.end_of(first - timedelta(days=1))
    seen: dict[tuple[date, int], None] = {}
    while moment <= f.as_of:
        seen[f.day_hour(moment)] = None
        moment += timedelta(minutes=15)
    return [key for key in seen if key[0] >= first]


def platform_kpi_hourly(w: World) -> list[Row]:
    """One row per platform, date and hour that existed, for D-7 to D."""
    rows = []
    for f in w.platforms.values():
        tally = Tally()
        active = distinct((f.day_hour(at), user) for user, at in f.activity)
        paying = distinct((f.day_hour(at), user) for user, at in f.payments)
        new = Counter(f.day_hour(user.created_at) for user in f.users.values())
        for _, at, tokens in f.token_spends:
            tally.add("tokens_spent", f.day_hour(at), tokens)
        for row in f.facts("aiChatSessions"):
            tally.add("chats_started", f.day_hour(row["at"]))
        for kind in ("voice", "video"):
            for row in f.facts(f"ai{kind.capitalize()}CallSessions"):
                key = f.day_hour(row["at"])
                tally.add(f"{kind}_minutes", key, float(row["durationMinutes"]))
        for key in wall_clock_hours(f):
            tokens = tally.money("tokens_spent", key)
            rows.append(
                {
                    "platform": f.name,
                    "kpi_date": key[0],
                    "kpi_hour": key[1],
                    "currency": f.currency,
                    "is_complete": f.is_complete(key[0]),
                    "active_users": active[key],
                    "new_users": new[key],
                    "paying_users": paying[key],
                    "tokens_spent": tokens,
                    "token_revenue": f.tokens_money(tokens, key[0]),
                    "chats_started": tally.count("chats_started", key),
                    "voice_minutes": tally.number("voice_minutes", key),
                    "video_minutes": tally.number("video_minutes", key),
                }
            )
    return rows


# periods ------------------------------------------------------------------------------------


def week_start(day: date) -> date:
    """Return the Monday of the date's week."""
    return day - timedelta(days=day.weekday())


def month_start(day: date) -> date:
    """Return the first day of the date's month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """Return the first day of the month after the date's."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def next_week(day: date) -> date:
    """Return the Monday after the date."""
    return week_start(day) + timedelta(days=7)


PERIOD_SUMS = (
    "new_users",
    "churned_users",
    "cash_revenue",
    "total_revenue",
    "total_platform_earnings",
    "refund_amount",
    "chargeback_amount",
)
GROWING = ("total_revenue", "active_users", "new_users", "paying_users")


def platform_kpi_periods(w: World) -> list[Row]:
    """One row per platform, period type and period from the first event's to D's."""
    rows = []
    for f in w.platforms.values():
        if f.first_day is None:
            continue
        for kind, start_of, next_of in (
            ("week", week_start, next_week),
            ("month", month_start, next_month),
        ):
            rows.extend(_periods(w, f, kind, start_of, next_of))
    return rows


def _periods(
    w: World,
    f: PlatformFacts,
    kind: str,
    start_of: Callable[[date], date],
    next_of: Callable[[date], date],
) -> list[Row]:
    by_period: dict[date, list[Row]] = defaultdict(list)
    for row in daily_rows(w, f):
        by_period[start_of(row["kpi_date"])].append(row)
    active = distinct(
        (start_of(day), user) for user, dates in f.active_days.items() for day in dates
    )
    paying = distinct((start_of(f.day(at)), user) for user, at in f.payments)
    rows: list[Row] = []
    for start in sorted(by_period):
        parts = by_period[start]
        complete = [part for part in parts if part["is_complete"]]
        complete_revenue = sum((part["total_revenue"] for part in complete), ZERO)
        row: Row = {
            "platform": f.name,
            "period_type": kind,
            "period_start": start,
            "currency": f.currency,
            **{name: sum(part[name] for part in parts) for name in PERIOD_SUMS},
            "active_users": active[start],
            "paying_users": paying[start],
            "total_days": len(complete),
            "average_daily_revenue": money_per(complete_revenue, len(complete)),
            "is_complete": start >= f.first_day
            and f.is_complete(next_of(start) - timedelta(days=1)),
        }
        before = rows[-1] if rows else None
        for name in GROWING:
            usable = before is not None and before["is_complete"] and row["is_complete"]
            growth = None
            if usable and before is not None and before[name] != 0:
                growth = float(Decimal(row[name]) / Decimal(before[name]) - 1)
            row[f"{name}_growth_rate"] = growth
        rows.append(row)
    return rows


# staging ------------------------------------------------------------------------------------


def quarantine_records(w: World) -> list[Row]:
    """Every quarantined row."""
    return w.landing.quarantine


def parse_losses(w: World) -> list[Row]:
    """Lost values by platform, collection, field and dt."""
    return w.landing.parse_losses


def landing_audit(w: World) -> list[Row]:
    """Return the conservation counts of every collection."""
    return w.landing.audit
