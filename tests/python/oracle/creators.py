"""Creator, safety and live-stream KPIs recomputed.

Readings taken where the contract leaves room:
 - share_of_total divides by the sum over all creators of the window, negative ones too;
 - is_verified, is_premium_unlocked, is_royal_club are the user's flags, null is false;
 - unique_gifters and active_hosts count known users (distinct people), events count all;
 - avg_gift_value is money (a quotient of money), rounded to 4 decimals.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .kpis import Tally, daily_rows, distinct
from .landing import Row
from .world import (
    AI_SESSIONS,
    ZERO,
    PlatformFacts,
    World,
    minutes,
    money_per,
    q4,
    ratio,
)

EARNED = (
    "earned_tokens_chat",
    "earned_tokens_voice",
    "earned_tokens_video",
    "earned_tokens_calendar",
    "earned_tokens_events",
    "earned_tokens_other",
)
WINDOWS = (7, 30, 90)
TOP = 100
SAFE_SHARE = Fraction(5, 100)
SCORED_USERS = 50


def context_stream(f: PlatformFacts, context: str | None) -> str:
    """Stream whose share and column a wallet context takes."""
    special = {"CALENDAR": "calendar", "EVENT": "events"}.get((context or "").upper())
    return special or f.seeds.stream(f.name, "wallet", context)


def earnings(f: PlatformFacts) -> list[Row]:
    """Earned tokens and money by event: creator, day, column, tokens, amount, context, id."""
    rows = []
    if f.name == "avalo":
        for row in f.wallet("spend"):
            if row["receiverId"] is None:
                continue
            stream = context_stream(f, row["context"])
            raw = row["receiverAmount"]
            if raw is None:
                raw = abs(row["amount"]) * (1 - f.share(stream))
            column = f"earned_tokens_{stream}"
            rows.append(
                {
                    "creator": row["receiverId"],
                    "day": row["day"],
                    "column": column if column in EARNED else "earned_tokens_other",
                    "tokens": q4(raw),
                    "amount": f.tokens_money(raw, row["day"]),
                    "is_tip": (row["context"] or "").upper() == "TIP",
                }
            )
        return rows
    for row in f.transactions("gift"):
        if row["hostId"] is None:
            continue
        value = f.gift_value(row)
        net = value - f.fee(row)
        coins = row["coins"] or ZERO
        rows.append(
            {
                "creator": row["hostId"],
                "day": row["day"],
                "column": "earned_tokens_other",
                "tokens": q4(coins * net / value) if coins and value else ZERO,
                "amount": net,
                "is_tip": False,
                "user": row["userId"],
                "value": value,
            }
        )
    return rows


def creator_days(w: World, f: PlatformFacts) -> dict[tuple[str, date], Row]:
    """Rows of creator_kpi_daily before any cut, by (creator, date)."""
    return w.cached(f"creators {f.name}", lambda: _creator_days(w, f))


def _creator_days(w: World, f: PlatformFacts) -> dict[tuple[str, date], Row]:
    tally = Tally()
    for row in earnings(f):
        key = (row["creator"], row["day"])
        tally.add(row["column"], key, row["tokens"])
        tally.add("amount", key, row["amount"])
        if f.name == "halobuzz":
            tally.add("interactions", key)
    if f.name == "avalo":
        named: list[tuple[Row, str]] = []
        for row in f.facts("aiChatSessions"):
            if row["creatorId"] is not None:
                tally.add("sessions", (row["creatorId"], row["day"]))
        named += [(row, "earnerId") for row in f.facts("chats")]
        named += [(row, "earnerId") for row in f.facts("calls") if row["status"] == "completed"]
        for collection in ("calendarBookings", *AI_SESSIONS):
            named += [(row, "creatorId") for row in f.facts(collection)]
        for row, name in named:
            if row[name] is not None:
                tally.add("interactions", (row[name], row["day"]))
    else:
        for row in f.facts("streams"):
            tally.add("sessions", (row["hostId"], row["day"]))
    keys = {key for cells in tally.cells.values() for key in cells}
    found = {}
    for key in keys:
        row: Row = {
            "platform": f.name,
            "creator_id": key[0],
            "kpi_date": key[1],
            "currency": f.currency,
            "is_complete": f.is_complete(key[1]),
            **{name: tally.money(name, key) for name in EARNED},
        }
        row["total_earned_tokens"] = sum((row[name] for name in EARNED), ZERO)
        row["total_earned_amount"] = tally.money("amount", key)
        row["sessions_count"] = tally.count("sessions", key)
        row["interactions_count"] = tally.count("interactions", key)
        measures = (*EARNED, "total_earned_amount", "sessions_count", "interactions_count")
        if any(row[name] != 0 for name in measures):
            found[key] = row
    return found


def creator_kpi_daily(w: World) -> list[Row]:
    """One row per platform, creator and kept date where anything is non-zero."""
    return [
        row
        for f in w.platforms.values()
        for row in creator_days(w, f).values()
        if f.is_kept(row["kpi_date"])
    ]


def creator_leaderboard(w: World) -> list[Row]:
    """Top creators by earnings of the last 7, 30 and 90 complete days."""
    rows = []
    for f in w.platforms.values():
        for width in WINDOWS:
            first = f.today - timedelta(days=width)
            totals: dict[str, Decimal] = defaultdict(Decimal)
            sessions: dict[str, int] = defaultdict(int)
            for row in creator_days(w, f).values():
                if first <= row["kpi_date"] < f.today:
                    totals[row["creator_id"]] += row["total_earned_amount"]
                    sessions[row["creator_id"]] += row["sessions_count"]
            ranked = sorted((-amount, who) for who, amount in totals.items() if amount > 0)
            whole = sum(totals.values(), ZERO)
            for rank, (negative, who) in enumerate(ranked[:TOP], start=1):
                rows.append(
                    {
                        "platform": f.name,
                        "window_days": width,
                        "rank": rank,
                        "currency": f.currency,
                        "creator_id": who,
                        "total_earned_amount": -negative,
                        "sessions_count": sessions[who],
                        "average_daily_amount": money_per(-negative, width),
                        "share_of_total": ratio(-negative, whole),
                    }
                )
    return rows


def _mean(values: list[Decimal]) -> float | None:
    return float(sum(values, ZERO) / len(values)) if values else None


def holds(value: Fraction | None, comparison: str, bound: Decimal) -> bool:
    """Compare exactly; an unknown value never holds."""
    if value is None:
        return False
    limit = Fraction(bound)
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
    }[comparison]


def creator_kpi_current(w: World) -> list[Row]:
    """One row per avalo creator, lifetime."""
    f = w.platforms["avalo"]
    own: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))

    def gather(name: str, rows: list[Row], column: str) -> None:
        for row in rows:
            if row[column] is not None:
                own[row[column]][name].append(row)

    approved = [row for row in f.facts("refunds") if row["status"] == "approved"]
    gather("chats", f.facts("chats"), "earnerId")
    gather("calls", f.facts("calls"), "earnerId")
    gather("bookings", f.facts("calendarBookings"), "creatorId")
    gather("tickets", f.facts("eventTickets"), "creatorId")
    for collection in AI_SESSIONS:
        gather("ai", f.facts(collection), "creatorId")
    gather("reviews", f.facts("creatorReviews"), "creatorId")
    gather("payouts", f.facts("payouts"), "creatorId")
    gather("refunds", approved, "creatorId")
    gather("received", f.wallet("spend"), "receiverId")
    named = set(own)
    gather("alerts", f.facts("safetyAlerts"), "targetUserId")
    gather("reports", f.facts("moderationQueue"), "targetId")
    gather("earned", earnings(f), "creator")
    return [
        _current(f, user_id, own[user_id])
        for user_id, user in f.users.items()
        if not user.is_deleted and (user.document["isCreator"] or user_id in named)
    ]


def _current(f: PlatformFacts, creator_id: str, own: dict[str, list[Row]]) -> Row:
    user = f.users[creator_id]
    chats, bookings = own["chats"], own["bookings"]
    calls = [row for row in own["calls"] if row["status"] == "completed"]
    held = [
        row
        for row in bookings
        if row["meetingDate"] <= f.as_of and row["status"] != "cancelled_by_user"
    ]
    contacts = len(chats) + len(calls) + len(bookings)
    answers = [r["firstResponseSec"] for r in chats if r["firstResponseSec"] is not None]
    ratings = [row["rating"] for row in own["reviews"]]
    alerts = {
        kind: sum(
            row["type"] == kind and row["resolution"] != "false_positive" for row in own["alerts"]
        )
        for kind in ("panic", "mismatch")
    }
    parts = {
        "refund_rate": (len(own["refunds"]), len(own["received"])),
        "cancel_rate": (
            sum(row["status"] == "cancelled_by_creator" for row in bookings),
            len(bookings),
        ),
        "panic_rate": (alerts["panic"], contacts),
        "mismatch_rate": (alerts["mismatch"], contacts),
    }
    completed = sum(row["status"] == "completed" for row in held)
    response = _mean(answers)
    measured: dict[str, Fraction | None] = {
        name: Fraction(over, under) if under else (None if over else Fraction(0))
        for name, (over, under) in parts.items()
    }
    measured["rating"] = Fraction(sum(ratings, ZERO)) / len(ratings) if ratings else None
    measured["total_transactions"] = Fraction(len(own["received"]))
    blockers = [
        name
        for name, comparison, bound in f.seeds.royal_criteria
        if not holds(measured[name], comparison, bound)
    ]

    def limit(name: str, default: int) -> Decimal:
        return f.seeds.threshold(name, user.country, user.region, Decimal(default))

    slow = limit("minCreatorResponseTimeSec", 300)
    low = limit("minCreatorCompletionRate", 80)
    return {
        "platform": f.name,
        "creator_id": creator_id,
        "currency": f.currency,
        "total_chats": sum(row["closedAt"] is not None for row in chats),
        "total_calls": len(calls),
        "total_bookings": len(bookings),
        "total_transactions": len(own["received"]),
        "tokens_earned": sum((row["tokens"] for row in own["earned"]), ZERO),
        "earnings_amount": sum((row["amount"] for row in own["earned"]), ZERO),
        "tips_received_tokens": sum(
            (row["tokens"] for row in own["earned"] if row["is_tip"]), ZERO
        ),
        **{name: ratio(over, under) for name, (over, under) in parts.items()},
        "completion_rate": ratio(completed, len(held)),
        "report_count": len(own["reports"]),
        "avg_response_sec": response,
        "response_rate": ratio(len(answers), len(chats)),
        "rating": _mean(ratings),
        "review_count": len(ratings),
        "is_verified": bool(user.document["verified"]),
        "is_premium_unlocked": bool(user.document["premiumUnlocked"]),
        "is_royal_club": bool(user.document["royalClub"]),
        "is_royal_eligible": not blockers,
        "royal_blockers": ",".join(blockers),
        "is_slow_responder": response is not None and response > slow,
        "is_low_completion": bool(held) and completed * 100 < low * len(held),
    }


def host_performance_daily(w: World) -> list[Row]:
    """One row per HaloBuzz host and kept date where something happened."""
    f = w.platforms["halobuzz"]
    tally = Tally()
    for row in f.facts("streams"):
        key = (row["hostId"], row["day"])
        tally.add("streams", key)
        tally.add("stream_minutes", key, minutes(row["at"], row["endedAt"]) or 0.0)
        tally.add("viewers", key, row["viewerCount"] or 0)
    for row in f.facts("battles"):
        for host in set(row["hostIds"] or []):
            tally.add("battles", (host, row["day"]))
    gifts = earnings(f)
    for row in gifts:
        key = (row["creator"], row["day"])
        tally.add("gifts_received", key)
        tally.add("gift_revenue", key, row["value"])
        tally.add("net_earnings", key, row["amount"])
    gifters = distinct(
        ((row["creator"], row["day"]), row["user"]) for row in gifts if row["user"] in f.users
    )
    rows = []
    for key in {key for cells in tally.cells.values() for key in cells}:
        if not f.is_kept(key[1]):
            continue
        viewers, streams = tally.count("viewers", key), tally.count("streams", key)
        rows.append(
            {
                "host_id": key[0],
                "kpi_date": key[1],
                "is_complete": f.is_complete(key[1]),
                "streams": streams,
                "stream_minutes": tally.number("stream_minutes", key),
                "viewers": viewers,
                "avg_viewers": ratio(viewers, streams),
                "battles": tally.count("battles", key),
                "gifts_received": tally.count("gifts_received", key),
                "unique_gifters": gifters[key],
                "gift_revenue": tally.money("gift_revenue", key),
                "net_earnings": tally.money("net_earnings", key),
            }
        )
    return rows


# safety -------------------------------------------------------------------------------------


def round2(value: Fraction) -> Decimal:
    """Round an exact fraction to 2 decimals, half away from zero."""
    scaled = abs(value) * 100
    whole = (scaled.numerator * 2 + scaled.denominator) // (2 * scaled.denominator)
    signed = -whole if value < 0 else whole
    return (Decimal(signed) / 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def safety_score(incidents: int, active_users: int) -> Decimal | None:
    """100 when nothing happens, 0 from one incident per 20 active users; None below 50."""
    if active_users < SCORED_USERS:
        return None
    load = Fraction(incidents, max(active_users, 1)) / SAFE_SHARE
    return round2(100 * (1 - min(Fraction(1), load)))


def safety_kpi_daily(w: World) -> list[Row]:
    """One row per platform and kept date; scores as floats."""
    rows = []
    for f in w.platforms.values():
        tally = Tally()
        for report in f.reports:
            tally.add("ai" if report["source"] == "ai" else "human", report["day"])
        for day, action in f.actions:
            tally.add("actions", day)
            tally.add(f"action {action}", day)
        for row in f.facts("appeals"):
            if row["processedAt"] is not None:
                tally.add("appeals", f.day(row["processedAt"]))
        scores: list[Decimal | None] = []
        for base in daily_rows(w, f):
            day = base["kpi_date"]
            by_ai, by_people = tally.count("ai", day), tally.count("human", day)
            incidents = by_ai + by_people + base["panic_events"] + base["mismatch_reports"]
            score = safety_score(incidents, base["active_users"])
            known = [value for value in scores[-7:] if value is not None]
            trend = None
            if score is not None and known:
                trend = round2(Fraction(score) - Fraction(sum(known, ZERO)) / len(known))
            scores.append(score)
            if f.is_kept(day):
                rows.append(
                    {
                        "platform": f.name,
                        "kpi_date": day,
                        "is_complete": base["is_complete"],
                        "reports_total": by_ai + by_people,
                        "reports_ai": by_ai,
                        "reports_human": by_people,
                        "bans_issued": tally.count("action ban", day),
                        "auto_blocks": tally.count("action auto_block", day),
                        "panic_events": base["panic_events"],
                        "mismatch_reports": base["mismatch_reports"],
                        "moderation_actions": tally.count("actions", day),
                        "appeals_processed": tally.count("appeals", day),
                        "incidents": incidents,
                        "safety_score": None if score is None else float(score),
                        "safety_score_trend": None if trend is None else float(trend),
                    }
                )
    return rows


# live streams -------------------------------------------------------------------------------


def _add_minutes(tally: Tally, name: str, f: PlatformFacts, collection: str) -> None:
    for row in f.facts(collection):
        length = minutes(row["at"], row["endedAt"])
        if length is not None:
            tally.add(f"{name} ended", row["day"])
            tally.add(f"{name} minutes", row["day"], length)


def _retention(hosts: dict[date, set[str]], day: date) -> float | None:
    def active(first_back: int, last_back: int) -> set[str]:
        found: set[str] = set()
        for back in range(first_back, last_back + 1):
            found |= hosts.get(day - timedelta(days=back), set())
        return found

    before = active(28, 55)
    return ratio(len(before & active(0, 27)), len(before))


def livestream_kpi_daily(w: World) -> list[Row]:
    """One row per kept HaloBuzz date."""
    f = w.platforms["halobuzz"]
    tally = Tally()
    _add_minutes(tally, "session", f, "sessions")
    _add_minutes(tally, "stream", f, "streams")
    hosts: dict[date, set[str]] = defaultdict(set)
    first_stream: dict[str, date] = {}
    for row in f.facts("streams"):
        tally.add("total_streams", row["day"])
        tally.add("viewers", row["day"], row["viewerCount"] or 0)
        host = row["hostId"]
        if host in f.users:
            hosts[row["day"]].add(host)
            first_stream[host] = min(first_stream.get(host, row["day"]), row["day"])
    for day in first_stream.values():
        tally.add("new_hosts", day)
    for row in f.facts("battles"):
        tally.add("battles", row["day"])
        tally.add("battle_participants", row["day"], row["participantCount"] or 0)
    for row in f.facts("messages"):
        tally.add("messages_sent", row["day"])
    for row in f.transactions("gift"):
        tally.add("gifts_sent", row["day"])
        tally.add("gift_revenue", row["day"], f.gift_value(row))
    for row in f.facts("transactions"):
        if row["status"] == "completed":
            tally.add("platform_fees", row["day"], f.fee(row))
    first_og: dict[str, date] = {}
    for cash in f.purchases:
        if cash.category == "coin_topup":
            tally.add("coin_topup_revenue", cash.day, cash.amount)
            tally.add("coin_topup_coins", cash.day, cash.tokens)
        elif cash.user in f.users:
            first_og[cash.user] = min(first_og.get(cash.user, cash.day), cash.day)
    for day in first_og.values():
        tally.add("og", day)
    rows = []
    for base in daily_rows(w, f):
        day = base["kpi_date"]
        if not f.is_kept(day):
            continue
        streams, gifts = tally.count("total_streams", day), tally.count("gifts_sent", day)
        revenue = tally.money("gift_revenue", day)
        rows.append(
            {
                "kpi_date": day,
                "is_complete": base["is_complete"],
                "dau": base["active_users"],
                "mau": base["active_users_30d"],
                "avg_session_minutes": ratio(
                    tally.number("session minutes", day), tally.count("session ended", day)
                ),
                "total_streams": streams,
                "stream_minutes": tally.number("stream minutes", day),
                "avg_viewers_per_stream": ratio(tally.count("viewers", day), streams),
                "battles": tally.count("battles", day),
                "battle_participants": tally.count("battle_participants", day),
                "gifts_sent": gifts,
                "messages_sent": tally.count("messages_sent", day),
                "gift_revenue": revenue,
                "coin_topup_revenue": tally.money("coin_topup_revenue", day),
                "coin_topup_coins": tally.money("coin_topup_coins", day),
                "platform_fees": tally.money("platform_fees", day),
                "avg_gift_value": money_per(revenue, gifts),
                "arpu": base["arpu"],
                "arppu": base["arppu"],
                "payer_rate": base["payer_rate"],
                "og_subscribers_new": tally.count("og", day),
                "og_conversion_rate": ratio(tally.count("og", day), base["new_users"]),
                "active_hosts": len(hosts.get(day, set())),
                "new_hosts": tally.count("new_hosts", day),
                "host_retention_rate": _retention(hosts, day),
            }
        )
    return rows


def _purchases_by(f: PlatformFacts, name: str, keys: list[object]) -> list[Row]:
    """Purchases by date and a key; keys run beside f.purchases."""
    tally = Tally()
    pairs = []
    for cash, key in zip(f.purchases, keys, strict=True):
        tally.add("amount", (key, cash.day), cash.amount)
        tally.add("count", (key, cash.day))
        if cash.user in f.users:
            pairs.append(((key, cash.day), cash.user))
    payers = distinct(pairs)
    return [
        {
            "kpi_date": day,
            name: key,
            "is_complete": f.is_complete(day),
            "cash_revenue": tally.money("amount", (key, day)),
            "transaction_count": tally.count("count", (key, day)),
            "paying_users": payers[(key, day)],
        }
        for key in set(keys)
        for day in f.kept_days()
    ]


def revenue_by_payment_method_daily(w: World) -> list[Row]:
    """One row per kept HaloBuzz date and payment method ever used."""
    f = w.platforms["halobuzz"]
    keys = [cash.document["paymentMethod"] or "unknown" for cash in f.purchases]
    return _purchases_by(f, "payment_method", keys)


def revenue_by_og_tier_daily(w: World) -> list[Row]:
    """One row per kept HaloBuzz date and OG tier ever seen."""
    f = w.platforms["halobuzz"]

    def tier(document: Row) -> int:
        if document["ogTier"] is not None:
            return document["ogTier"]
        user = f.users.get(document["userId"])
        return (user.document.get("ogTier") if user else None) or 0

    return _purchases_by(f, "og_tier", [tier(cash.document) for cash in f.purchases])


def gaming_kpi_daily(w: World) -> list[Row]:
    """One row per kept HaloBuzz date."""
    f = w.platforms["halobuzz"]
    tally = Tally()
    games = f.facts("gameSessions")
    for row in games:
        tally.add("games", row["day"])
        tally.add("stakes", row["day"], f.tokens_money(row["stake"], row["day"]))
        tally.add("payouts", row["day"], f.tokens_money(row["payout"], row["day"]))
    _add_minutes(tally, "game", f, "gameSessions")
    players = distinct((row["day"], row["userId"]) for row in games if row["userId"] in f.users)
    rows = []
    for day in f.kept_days():
        stakes, payouts = tally.money("stakes", day), tally.money("payouts", day)
        rows.append(
            {
                "kpi_date": day,
                "is_complete": f.is_complete(day),
                "games_played": tally.count("games", day),
                "active_players": players[day],
                "total_stakes": stakes,
                "total_payouts": payouts,
                "house_edge_rate": ratio(stakes - payouts, stakes),
                "avg_game_minutes": ratio(
                    tally.number("game minutes", day), tally.count("game ended", day)
                ),
            }
        )
    return rows
