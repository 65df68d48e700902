"""The oracle's own tests: signals, churn, audience, risk and money protection counted by hand."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from oracle import behaviour, check, protection
from oracle.contract import CONTRACT, STATUS_DEFAULTS
from oracle.landing import Landing
from oracle.seeds import Platform, Seeds, read_seeds
from oracle.world import World

NOW = datetime(2024, 6, 10, 12)
TODAY = NOW.date()
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)
OLD = NOW - 400 * DAY
Row = dict[str, Any]
Documents = dict[tuple[str, str], list[Row]]


def seeds(**thresholds: Decimal) -> Seeds:
    start = date(2020, 1, 1)
    share = ("share", Decimal("0.35"))
    return Seeds(
        platforms={
            "avalo": Platform("avalo", "PLN", ZoneInfo("UTC"), start),
            "halobuzz": Platform("halobuzz", "USD", ZoneInfo("Australia/Sydney"), start),
        },
        token_rates={
            "avalo": [(start, Decimal("0.20"))],
            "halobuzz": [(start, Decimal("0.01"))],
        },
        fx_rates={},
        regions={"PL": "EU", "US": "NA"},
        streams={
            ("avalo", "wallet", "CHAT"): "chat",
            ("avalo", "wallet", "*"): "other",
            ("avalo", "booking", "*"): "calendar",
            ("avalo", "ticket", "*"): "events",
            ("halobuzz", "gift", "*"): "gifts",
            ("halobuzz", "game", "*"): "games",
            ("halobuzz", "og_subscription", "*"): "og_subscription",
        },
        splits={("avalo", name): share for name in ("chat", "calendar", "events", "other")},
        regional_thresholds={"pl": thresholds},
    )


class Stage:
    """Documents of a small world; every field that is not given is absent."""

    def __init__(self) -> None:
        self.documents: Documents = {key: [] for key in CONTRACT}

    def add(self, collection: str, at: datetime, platform: str = "avalo", **values: object) -> str:
        key = (platform, collection)
        row: Row = {spec.name: None for spec in CONTRACT[key]}
        row[next(spec.name for spec in CONTRACT[key] if spec.event_time)] = at
        if key in STATUS_DEFAULTS:
            row["status"] = STATUS_DEFAULTS[key]
        unknown = set(values) - set(row) - {"id"}
        assert not unknown, unknown
        row["id"] = f"{collection}{len(self.documents[key])}"
        self.documents[key].append({**row, **values})
        return str(values.get("id", row["id"]))

    def user(self, name: str, at: datetime = OLD, platform: str = "avalo", **more: object) -> str:
        return self.add("users", at, platform, id=name, **more)

    def spend(self, at: datetime, who: str, tokens: object, to: str | None = None) -> None:
        self.add(
            "walletTransactions",
            at,
            userId=who,
            type="spend",
            amount=Decimal(str(tokens)),
            receiverId=to,
            context="CHAT",
        )

    def buy(self, at: datetime, who: str, money: object) -> None:
        amount = Decimal(str(money))
        self.add(
            "walletTransactions",
            at,
            userId=who,
            type="purchase",
            amount=amount * 5,
            amountPLN=amount,
        )

    def refund(self, at: datetime, who: str, money: object = 1, **more: object) -> None:
        amount = Decimal(str(money))
        self.add("refunds", at, userId=who, category="chat", amountPLN=amount, **more)

    def chargeback(self, at: datetime, who: str, money: object = 1, **more: object) -> None:
        self.add("chargebacks", at, userId=who, amountPLN=Decimal(str(money)), **more)

    def sessions(self, number: int, who: str, at: datetime, **more: object) -> None:
        for _ in range(number):
            self.add("appSessions", at, userId=who, **more)

    def act(self, at: datetime, object_type: str, action: str, target: str, **more: object) -> None:
        self.add("actions", at, "ops", object_type=object_type, action=action, object_id=target)
        self.documents[("ops", "actions")][-1].update(actor="me", **more)

    def world(self, **thresholds: Decimal) -> World:
        landing = Landing(documents=self.documents)
        for platform in ("avalo", "halobuzz"):
            moments = []
            for key, rows in self.documents.items():
                if key[0] == platform:
                    name = next(spec.name for spec in CONTRACT[key] if spec.event_time)
                    moments += [row[name] for row in rows]
            if moments:
                landing.first_event[platform] = min(moments)
        landing.last_active = [
            (key[0], row["id"], row["lastActiveAt"])
            for key, rows in self.documents.items()
            if key[1] == "users"
            for row in rows
            if row["lastActiveAt"] is not None and row["lastActiveAt"] <= NOW
        ]
        landing.tombstones = self.gone
        return World(landing, seeds(**thresholds), NOW)

    gone: tuple[Row, ...] | list[Row] = ()


@pytest.fixture
def stage() -> Stage:
    return Stage()


def one(rows: list[Row], **keys: object) -> Row:
    found = [row for row in rows if all(row[name] == value for name, value in keys.items())]
    assert len(found) == 1, found
    return found[0]


# abuse signals --------------------------------------------------------------------------------


def test_five_refunds_must_lie_within_less_than_a_day(stage: Stage) -> None:
    stage.user("near", country="PL")
    start = NOW - 20 * DAY
    for who, span in (("near", DAY - TICK), ("far", DAY)):
        for at in (start, start, start, start, start + span):
            stage.refund(at, who)
    stage.refund(start + HOUR, "far", status="rejected")
    row = one(behaviour.abuse_signals(stage.world()))
    assert (row["user_id"], row["region"], row["peak_count"]) == ("near", "EU", 5)
    assert (row["detected_at"], row["peak_value"]) == (start + DAY - TICK, None)
    expected = f"avalo|refund_loop|near|{(start + DAY - TICK):%Y-%m-%dT%H:%M:%S.%f}"
    assert row["signal_id"] == behaviour.md5(expected.encode()).hexdigest()


def test_ties_are_in_each_others_windows(stage: Stage) -> None:
    for _ in range(5):
        stage.refund(NOW, "orphan")
    stage.refund(NOW + TICK, "orphan")  # later than as_of
    row = one(behaviour.abuse_signals(stage.world()))
    assert (row["detected_at"], row["last_seen_at"], row["peak_count"]) == (NOW, NOW, 5)
    assert (row["user_id"], row["region"]) == ("orphan", "UNKNOWN")


@pytest.mark.parametrize(("gap", "number"), [(DAY, 1), (DAY + TICK, 2)])
def test_an_episode_ends_after_a_window_without_a_qualifying_event(
    stage: Stage, gap: timedelta, number: int
) -> None:
    start = NOW - 20 * DAY
    for at in (start, start + gap):
        for _ in range(5):
            stage.refund(at, "u")
    stage.refund(start + gap + HOUR, "u")
    rows = sorted(behaviour.abuse_signals(stage.world()), key=lambda row: row["detected_at"])
    assert len(rows) == number
    assert (rows[0]["detected_at"], rows[-1]["last_seen_at"]) == (start, start + gap + HOUR)
    assert rows[-1]["peak_count"] == 6


def test_token_drain_needs_the_regional_total_of_one_pair(stage: Stage) -> None:
    stage.user("pole", country="PL")
    stage.user("other", country="US")
    at = NOW - DAY
    for payer in ("pole", "other"):
        for minute in (0, 2, 4, 6, 8):
            stage.spend(at + minute * MINUTE, payer, -100, "star")
    stage.spend(at + 10 * MINUTE, "other", 200, "star")  # the first has just left the window
    for minute in (0, 2, 4, 6, 8):
        stage.spend(at + minute * MINUTE, "split", 200, f"star{minute % 4}")
    row = one(behaviour.abuse_signals(stage.world(tokenDrainVelocity=Decimal("500.0001"))))
    assert (row["user_id"], row["creator_id"], row["region"]) == ("other", "star", "NA")
    assert (row["detected_at"], row["last_seen_at"]) == (at + 8 * MINUTE, at + 10 * MINUTE)
    assert (row["peak_count"], row["peak_value"]) == (5, 600.0)
    assert row["signal_id"] == behaviour.md5_text(
        "avalo", "token_drain", "other>star", at + 8 * MINUTE
    )


@pytest.mark.parametrize(
    ("number", "severity", "action"),
    [(2, None, None), (5, "medium", "warning"), (6, "high", "manual_review")],
)
def test_panic_spam_escalates(
    stage: Stage, number: int, severity: str | None, action: str | None
) -> None:
    for hour in range(number):
        stage.add(
            "safetyAlerts",
            NOW - hour * HOUR,
            userId="u",
            type="panic",
            resolution="false_positive",
        )
    stage.add("safetyAlerts", NOW, userId="u", type="panic", resolution="confirmed")
    rows = behaviour.abuse_signals(stage.world())
    assert [(row["severity"], row["auto_action"]) for row in rows] == (
        [(severity, action)] if severity else []
    )


def test_bots_start_fifty_things_in_a_clock_hour(stage: Stage) -> None:
    hour = datetime(2024, 6, 1, 10)
    for start, number in ((hour, 50), (hour + HOUR, 51), (hour + 3 * HOUR, 50), (hour - HOUR, 49)):
        stage.sessions(number - 30, "bot", start)
        for _ in range(15):
            stage.add("aiChatSessions", start + HOUR - TICK, userId="bot")
            stage.add("chats", start + MINUTE, payerId="bot", earnerId="star")
    rows = sorted(behaviour.abuse_signals(stage.world()), key=lambda row: row["detected_at"])
    assert [(r["detected_at"], r["last_seen_at"], r["peak_count"]) for r in rows] == [
        (hour, hour + HOUR, 51),
        (hour + 3 * HOUR, hour + 3 * HOUR, 50),
    ]


def test_farming_counts_bookings_of_thirty_dates() -> None:
    first = date(2024, 1, 1)
    rule = behaviour.DEFAULT_RULES["cancellation_farming"]
    limit = Decimal(40)

    def hits(bookings: list[tuple[int, int | None]]) -> list[tuple[int, int, Fraction]]:
        found = behaviour.farming_hits(
            [(first + a * DAY, None if b is None else first + b * DAY) for a, b in bookings],
            rule,
            limit,
        )
        return [((h.at.date() - first).days, h.count, h.value or Fraction(0)) for h in found]

    assert hits([(0, 5), (1, 6), (2, None), (3, None), (4, None)]) == []  # 40 % is not more
    assert hits([(0, 5), (1, 6), (2, 7), (3, None), (4, None)]) == [(7, 5, Fraction(60))]
    assert hits([(0, 1), (1, 1), (1, 2), (2, None)]) == []  # four bookings
    # on date 29 the booking of date 0 still counts, on date 30 no more
    assert hits([(0, 29), (1, 29), (2, 29), (3, None), (4, None)]) == [(29, 5, Fraction(60))]
    assert hits([(0, 30), (1, 30), (2, 30), (3, None), (4, None)]) == []
    # the one cancelled later does not count yet
    assert hits([(0, 4), (0, 4), (0, 9), (1, None), (2, None), (3, None)]) == [
        (9, 6, Fraction(50)),
    ]


def test_farming_row(stage: Stage) -> None:
    stage.user("star", country="US")
    start = datetime(2024, 6, 1, 15)
    for cancelled in (start + 2 * DAY, None, NOW + HOUR):
        stage.add(
            "calendarBookings",
            start,
            attendeeId="u",
            creatorId="star",
            cost=Decimal(1),
            meetingDate=NOW,
            status="cancelled_by_creator",
            # a time after as_of has been read as absent by landing
            cancelledAt=cancelled if cancelled is None or cancelled <= NOW else None,
        )
    for status in ("booked", "cancelled_by_user"):
        stage.add(
            "calendarBookings",
            start + DAY,
            attendeeId="u",
            creatorId="star",
            cost=Decimal(1),
            meetingDate=NOW,
            status=status,
            cancelledAt=start + DAY,
        )
    row = one(behaviour.abuse_signals(stage.world()))
    assert (row["user_id"], row["creator_id"], row["region"]) == (None, "star", "NA")
    assert row["detected_at"] == row["last_seen_at"] == datetime(2024, 6, 3)
    assert (row["peak_count"], row["peak_value"]) == (5, 60.0)


def test_signals_are_resolved_by_id_or_by_name(stage: Stage) -> None:
    at = NOW - 5 * DAY
    for who in ("by_id", "by_name", "too_early", "other_time", "acknowledged"):
        for _ in range(5):
            stage.refund(at, who)
        for _ in range(1):
            stage.refund(at + HOUR, who)
    last = at + HOUR
    ids = {who: behaviour.md5_text("avalo", "refund_loop", who, at) for who in ("by_id",)}
    name = {"platform": "avalo", "signal_type": "refund_loop"}
    stage.act(last + HOUR, "abuse_signal", "resolve", ids["by_id"])
    stage.act(last, "abuse_signal", "resolve", ids["by_id"])
    stage.act(last, "abuse_signal", "resolve", "x", **name, subject="by_name", detected_at=last)
    stage.act(
        last - TICK, "abuse_signal", "resolve", "x", **name, subject="too_early", detected_at=at
    )
    stage.act(
        last, "abuse_signal", "resolve", "x", **name, subject="other_time", detected_at=last + TICK
    )
    stage.act(
        last, "abuse_signal", "acknowledge", "x", **name, subject="acknowledged", detected_at=at
    )
    world = stage.world()
    resolved = {row["user_id"]: row["resolved_at"] for row in behaviour.abuse_signals(world)}
    assert resolved == {
        "by_id": last,
        "by_name": last,
        "too_early": None,
        "other_time": None,
        "acknowledged": None,
    }
    daily = one(behaviour.abuse_signals_daily(world), kpi_date=at.date())
    assert (daily["signals"], daily["subjects"]) == (5, 5)
    later = one(behaviour.abuse_signals_daily(world), kpi_date=TODAY)
    assert (later["signals"], later["is_complete"]) == (0, False)


# churn ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (Fraction(499, 100), Fraction(20)),
        (Fraction(5), Fraction(20)),
        (Fraction(11), Fraction(12)),
        (Fraction(1999, 100), Fraction(1, 75)),
        (Fraction(20), Fraction(0)),
    ],
)
def test_falling_points(value: Fraction, points: Fraction) -> None:
    assert behaviour.falling(value, Fraction(5), Fraction(20), 20) == points


@pytest.mark.parametrize(
    ("score", "level"),
    [(24.99, "low"), (25.0, "medium"), (50.0, "high"), (74.99, "high"), (75.0, "critical")],
)
def test_bands(score: float, level: str) -> None:
    assert behaviour.band(score) == level


def test_churn_score_by_hand(stage: Stage) -> None:
    stage.user("u", country="PL", lastActiveAt=NOW - 10 * DAY - TICK)
    stage.sessions(8, "u", NOW - 20 * DAY)
    stage.sessions(9, "u", NOW - 30 * DAY)  # the edge is outside
    stage.refund(NOW - 90 * DAY + TICK, "u")
    stage.refund(NOW - 90 * DAY, "u")
    stage.add("safetyAlerts", NOW - 30 * DAY + TICK, userId="u", type="panic")
    stage.spend(NOW - 29 * DAY, "u", 95)  # 19 PLN
    stage.spend(NOW - 31 * DAY, "u", 5)
    row = one(behaviour.churn_scores(stage.world()))
    assert row["days_inactive"] == 10
    assert row["inactivity_points"] == 13.33
    assert row["low_sessions_points"] == 16.0
    assert row["refunds_points"] == 4.0
    assert row["panic_points"] == 10.0
    assert row["low_spending_points"] == 9.0
    assert row["churn_score"] == 52.33
    assert (row["risk_band"], row["churn_cause"]) == ("high", "safety_distrust")
    assert row["lifetime_spend"] == Decimal(20)
    # 8 of 20 sessions, 3 of 15 dates, no interactions
    assert row["engagement_score"] == 26.0


def test_young_accounts_are_scaled_by_exact_age(stage: Stage) -> None:
    stage.user("week", NOW - 7 * DAY)
    stage.user("younger", NOW - 7 * DAY + TICK)
    stage.user("half", NOW - 15 * DAY)
    stage.user("full", NOW - 30 * DAY)
    for who in ("week", "half", "full"):
        stage.sessions(5, who, NOW - HOUR)
        stage.spend(NOW - HOUR, who, 250)  # 50 PLN
    rows = {row["user_id"]: row for row in behaviour.churn_scores(stage.world())}
    assert {who: row["low_sessions_points"] for who, row in rows.items()} == {
        "week": 0.0,  # 5 x 30/7 = 21.4
        "half": 13.33,  # 10
        "full": 20.0,
    }
    assert {who: row["low_spending_points"] for who, row in rows.items()} == {
        "week": 0.0,
        "half": 0.0,  # 100
        "full": 5.56,
    }
    assert rows["half"]["engagement_score"] == 14.5  # unscaled: 5 of 20, 1 of 15


def test_bans(stage: Stage) -> None:
    for who, actions in {
        "tie": [("ban", 5), ("unban", 5)],
        "lifted": [("ban", 5), ("unban", 4)],
        "again": [("unban", 5), ("ban", 4)],
        "warned": [("shadow_ban", 5)],
    }.items():
        for action, ago in actions:
            stage.add("enforcement_logs", NOW - ago * DAY, userId=who, action=action)
    for who, ago in (("before", 6), ("same", 5), ("after", 4)):
        stage.add(
            "moderationFlags",
            NOW - 9 * DAY,
            "halobuzz",
            targetUserId=who,
            status="actioned",
            action="ban",
            actionedAt=NOW - 5 * DAY,
        )
        stage.add(
            "appeals",
            NOW - 8 * DAY,
            "halobuzz",
            userId=who,
            status="overturned",
            processedAt=NOW - ago * DAY,
        )
    stage.add(
        "moderationFlags",
        NOW,
        "halobuzz",
        targetUserId="only_flagged",
        status="flagged",
        action="ban",
    )
    world = stage.world()
    banned = {
        name: behaviour.banned_users(world, world.platforms[name]) for name in world.platforms
    }
    assert banned == {"avalo": {"tie", "again"}, "halobuzz": {"before", "same"}}


def test_causes_in_order(stage: Stage) -> None:
    last = NOW - 40 * DAY

    def seen(name: str, **more: object) -> str:
        stage.user(name, lastActiveAt=last, **more)
        return name

    def panic(name: str, at: datetime) -> None:
        stage.add("safetyAlerts", at, userId=name, type="panic")

    def chat(name: str, answers: list[int | None]) -> None:
        for answer in answers:
            at = last - 59 * DAY
            stage.add("chats", at, payerId=name, earnerId="x", firstResponseSec=answer)

    panic(seen("safety_distrust", leaveReason="Competitor"), last - 30 * DAY + TICK)
    panic(seen("competition", leaveReason="COMPETITOR"), last - 30 * DAY)
    for _ in range(2):
        stage.refund(NOW - 90 * DAY + TICK, seen("refund_frustration") if _ == 0 else "")
    stage.refund(NOW, "refund_frustration")
    for name, more in (
        ("technical_issues", {"crashed": True}),
        ("empty_discovery", {"discoveryResults": 0}),
    ):
        stage.sessions(3, seen(name), last - 30 * DAY + TICK, **more)
    chat(seen("low_response_quality"), [1, None, None])
    stage.spend(last, "low_response_quality", 1)
    chat(seen("no_engagement"), [1, 1, None, None])  # half is not under half
    stage.sessions(2, "no_engagement", last)
    stage.sessions(3, seen("price_sensitivity"), last, crashed=False, discoveryResults=1)
    stage.sessions(3, seen("unknown"), last)
    stage.spend(last, "unknown", 1)
    stage.user("too_low", lastActiveAt=NOW - 22 * DAY)  # 29.33 + 20 = 49.33
    stage.buy(NOW, "too_low", 1)
    stage.spend(NOW - 22 * DAY, "too_low", 500)
    world = stage.world()
    rows = {row["user_id"]: row for row in behaviour.churn_scores(world)}
    assert rows["too_low"]["churn_score"] == 49.33
    assert rows.pop("too_low")["churn_cause"] is None
    assert {name: row["churn_cause"] for name, row in rows.items()} == {n: n for n in rows}
    assert len(rows) == 9
    causes = {row["churn_cause"]: row["users"] for row in behaviour.churn_by_cause(world)}
    assert causes == dict.fromkeys(rows, 1)


def test_retention_targets(stage: Stage) -> None:
    for name, ago in (("b", 90), ("a", 90), ("late", 91), ("called", 40), ("rich", 31)):
        stage.user(name, lastActiveAt=NOW - ago * DAY)
    stage.user("waited", lastActiveAt=NOW - 40 * DAY)
    stage.spend(NOW - 50 * DAY, "rich", 5)
    stage.add("retentionContacts", NOW - 3 * DAY + TICK, userId="called")
    stage.add("retentionContacts", NOW - 3 * DAY, userId="waited")
    rows = {row["priority_rank"]: row for row in behaviour.retention_targets(stage.world())}
    assert [rows[rank]["user_id"] for rank in sorted(rows)] == ["rich", "waited", "a", "b"]


def test_churn_and_return(stage: Stage) -> None:
    start = date(2024, 3, 1)

    def active(name: str, *numbers: int) -> None:
        stage.user(name, datetime(2024, 3, 1, 8))
        for number in numbers:
            at = datetime(2024, 3, 1, 9) + number * DAY
            stage.add("aiInteractions", at, userId=name)

    active("thirty", 0, 30)
    active("thirty_one", 0, 31)
    active("never")
    active("late", 40)  # churned once on date 30 without any active date, and back on date 40
    rows = {row["kpi_date"]: row for row in behaviour.churn_daily(stage.world())}

    def at(number: int) -> tuple[int, int, float | None]:
        row = rows[start + number * DAY]
        return row["churned_users"], row["reactivated_users"], row["churn_rate"]

    assert at(30) == (3, 0, 0.5)  # of two active users one churned
    assert at(31) == (0, 1, 0.0)
    assert at(40) == (0, 1, 0.0)
    assert at(60) == (1, 0, 1.0)  # thirty, the only one active on dates 1 to 30
    assert at(61)[:2] == (1, 0)
    assert at(70)[:2] == (1, 0)


# audience -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tokens", "purchases", "label"),
    [
        ("4999.9999", 5, "low"),
        ("4999.9999", 6, "mid"),
        ("4999.9999", 16, "mid"),  # one level more, not two
        ("5000", 15, "mid"),
        ("5000", 16, "high"),
        ("20000", 0, "mid"),
        ("20000.0001", 0, "high"),
        ("20000.0001", 99, "high"),
    ],
)
def test_budgets(tokens: str, purchases: int, label: str) -> None:
    assert behaviour.budget_label(Decimal(tokens), purchases) == label


def test_top_intents() -> None:
    assert behaviour.top_label(Counter()) == "none"
    assert behaviour.top_label(Counter(chat=2, call=1)) == "chat"
    assert behaviour.top_label(Counter(chat=2, call=2, event=2)) == "event"
    assert behaviour.top_label(Counter(chat=2, meeting=2)) == "meeting"


def test_distances() -> None:
    zero = (Decimal(0), Decimal(0))
    quarter = behaviour.distance_km(zero, (Decimal(90), Decimal(0)))
    assert quarter == pytest.approx(10007.557221)
    assert behaviour.distance_km((Decimal(0), Decimal(180)), (Decimal(0), Decimal(-180))) < 1e-6


def test_nearest_five_rounds_half_up() -> None:
    assert [behaviour.nearest5(*pair) for pair in ((1, 40), (2, 80), (124, 5000), (3, 40))] == [
        5,
        5,
        0,
        10,
    ]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"low": 20, "mid": 10, "high": 0}, {"low", "mid"}),
        ({"low": 20, "mid": 10, "high": 9}, {"low"}),
        ({"low": 20, "mid": 9, "high": 1}, {"low"}),
        ({"low": 20, "mid": 8, "high": 1}, set()),
        ({"low": 12, "mid": 12, "high": 1}, {"mid"}),
        ({"low": 9, "mid": 9, "high": 9}, set()),
        ({"low": 5, "mid": 0, "high": 0}, set()),
        ({"low": 10, "mid": 10, "high": 10}, {"low", "mid", "high"}),
    ],
)
def test_hidden_labels(counts: dict[str, int], shown: set[str]) -> None:
    assert behaviour.shown_labels(counts) == shown


def meet(stage: Stage, viewers: int, creator: str = "star") -> None:
    stage.user(creator, isCreator=True)
    for number in range(viewers):
        stage.user(f"v{number:02}")
        stage.add(
            "profileEvents",
            NOW - 200 * DAY,
            viewerId=f"v{number:02}",
            creatorId=creator,
            type="follow",
        )


def test_one_segment_by_hand(stage: Stage) -> None:
    warsaw, near = (Decimal("52.2297"), Decimal("21.0122")), (Decimal("52.4"), Decimal("21.5"))
    stage.user(
        "star", isCreator=True, location=warsaw, interests=[" Cats", "cats", "Ä", "ä", "B", "", "c"]
    )
    stage.user("fan", location=near, interests=["CATS ", "b", "C", "x"])
    stage.add("calls", NOW - 90 * DAY, payerId="fan", earnerId="star")  # outside the 90 days
    stage.add("eventTickets", NOW - HOUR, userId="fan", creatorId="star", cost=Decimal(1))
    for number in range(15):
        at = NOW - number * 7 * DAY
        stage.add("profileEvents", at, viewerId="fan", creatorId="star", type="view")
    stage.add(
        "profileEvents",
        NOW - 366 * DAY,
        viewerId="fan",
        creatorId="star",
        type="view",
        dwellSeconds=Decimal(1100),
    )
    row = one(behaviour.audience_segments(stage.world()))
    assert (row["budget"], row["intent"], row["proximity"]) == ("low", "event", "local")
    assert row["shared_interest_score"] == 60.0  # cats, b, c of cats, Ä, ä, b, c
    assert row["has_shared_interests"] is True
    assert row["visual_attraction_score"] == 50.33
    assert row["has_visual_attraction"] is True
    assert row["visits"] == 15
    assert (row["loyalty_score"], row["is_loyal_follower"]) == (100.0, True)
    # 50 + 15 intent + 20 local + 15 loyal + 10 interests + 5 attraction, at most 100
    assert row["match_score"] == 100.0
    assert row["last_interaction_at"] == NOW


def test_who_is_in_no_segment(stage: Stage) -> None:
    stage.user("star", isCreator=True)
    stage.user("banned", isCreator=True)
    stage.user("plain")
    stage.user("fan")
    stage.add("enforcement_logs", NOW, userId="banned", action="ban")
    stage.gone = [{"platform": "avalo", "id": "gone", "createdAt": OLD, "country": None}]
    for viewer, creator in (
        ("fan", "star"),
        ("fan", "banned"),
        ("fan", "plain"),
        ("fan", "orphan"),
        ("gone", "star"),
        ("orphan", "star"),
        ("star", "star"),
        ("banned", "star"),
    ):
        stage.add("chats", NOW, payerId=viewer, earnerId=creator)
    stage.add("aiInteractions", NOW, userId="plain", creatorId="star")  # no AI session
    world = stage.world()
    pairs = {(row["viewer_id"], row["creator_id"]) for row in behaviour.audience_segments(world)}
    assert pairs == {("fan", "star"), ("banned", "star")}
    risks = {row["viewer_id"]: row["risk"] for row in behaviour.audience_risk(world)}
    assert risks == {"fan": "normal", "banned": "blocked"}
    assert [row["viewer_id"] for row in behaviour.viewer_recommendations(world)] == ["fan"]
    suggestion = one(behaviour.engagement_suggestions(world))
    assert (suggestion["suggested_type"], suggestion["confidence"]) == ("chat", 80.0)


def test_small_audiences_are_hidden(stage: Stage) -> None:
    meet(stage, 9)
    world = stage.world()
    assert behaviour.creator_audience(world) == []
    assert behaviour.creator_recommendations(world) == []
    row = one(behaviour.creator_audience_overview(world))
    assert (row["total_audience"], row["paying_audience"]) == (None, None)


@pytest.mark.parametrize(("payers", "shown"), [(9, None), (10, 10), (18, None), (27, 25)])
def test_paying_audience(stage: Stage, payers: int, shown: int | None) -> None:
    meet(stage, 27)
    for number in range(payers):
        stage.spend(NOW, f"v{number:02}", 1, "star")
    row = one(behaviour.creator_audience_overview(stage.world()))
    assert (row["total_audience"], row["paying_audience"]) == (25, shown)


def test_groups_and_boosts(stage: Stage) -> None:
    meet(stage, 30)
    for number in range(10):
        stage.add(
            "calendarBookings",
            NOW - DAY,
            attendeeId=f"v{number:02}",
            creatorId="x",
            cost=Decimal(1),
            meetingDate=NOW,
        )
        stage.spend(NOW, f"v{number:02}", number, "star")
    for number in range(10, 20):
        stage.add("chats", NOW - DAY, payerId=f"v{number}", earnerId="x")
    world = stage.world()
    rows = {
        (row["dimension"], row["label"]): row["share_pct"]
        for row in behaviour.creator_audience(world)
    }
    assert len(rows) == 10
    assert (rows[("intent", "meeting")], rows[("intent", "chat")]) == (50.0, 50.0)
    assert (rows[("intent", "call")], rows[("budget", "low")]) == (None, 100.0)
    groups = behaviour.creator_top_segments(world)
    assert [(g["rank"], g["intent"], g["share_pct"]) for g in groups] == [
        (1, "chat", 35.0),  # 10 of 30, ties by label
        (2, "meeting", 35.0),
    ]
    assert groups[1]["avg_revenue_tokens"] == Decimal("4.5")
    assert [(b["audience"], b["boost"]) for b in behaviour.discovery_boosts(world)] == [
        ("meeting", 0.40)
    ]
    confidences = Counter(row["confidence"] for row in behaviour.engagement_suggestions(world))
    assert confidences == {80.0: 10, 50.0: 20}  # all are sent to meetings (ties)


def test_spending_today_does_not_make_the_spender_high(stage: Stage) -> None:
    stage.user("star", isCreator=True)
    stage.user("fan")
    midnight = datetime(2024, 6, 8)
    stage.add("profileEvents", midnight, viewerId="fan", creatorId="star", type="view")
    stage.add("profileEvents", midnight, viewerId="fan", creatorId="star", type="view")
    stage.add("profileEvents", midnight + DAY, viewerId="fan", creatorId="star", type="view")
    stage.spend(midnight, "fan", 30000, "star")
    stage.spend(midnight + DAY, "fan", 1, "star")
    rows = behaviour.segment_performance_daily(stage.world())
    low = one(rows, kpi_date=midnight.date(), segment_value="low")
    assert (low["impressions"], low["conversions"], low["conversion_rate"]) == (2, 1, 0.5)
    assert (low["revenue_tokens"], low["avg_revenue_per_conversion"]) == (30000, 30000)
    assert low["performance_vs_baseline"] == 1.0
    high = one(rows, kpi_date=(midnight + DAY).date(), segment_value="high")
    assert (high["impressions"], high["conversion_rate"]) == (1, 0.0)
    assert (high["avg_revenue_per_conversion"], high["performance_vs_baseline"]) == (None, None)
    none = one(rows, kpi_date=midnight.date(), segment_value="none")
    assert none["impressions"] == 2


def test_coverage(stage: Stage) -> None:
    meet(stage, 2)
    stage.sessions(1, "v00", NOW)
    stage.sessions(1, "star", NOW)
    stage.sessions(1, "v01", NOW - 30 * DAY)
    assert behaviour.segment_coverage(stage.world()) == [
        {"active_viewers": 2, "viewers_with_segment": 1, "coverage_rate": 0.5}
    ]


# risk -----------------------------------------------------------------------------------------


def test_event_rates() -> None:
    assert protection.event_rate(0, 0) == 0
    assert protection.event_rate(1, 0) == 1
    assert protection.event_rate(3, 2) == Fraction(3, 2)


def test_risk_score_by_hand(stage: Stage) -> None:
    stage.user("u", NOW - 90 * DAY - HOUR, country="PL", isCreator=True)
    stage.add("enforcement_logs", NOW, userId="u", action="ban")  # no churn score: 0.5
    for _ in range(50):
        stage.buy(NOW - DAY, "u", 2)
    stage.buy(NOW - 90 * DAY, "u", 999)  # the edge is outside
    stage.chargeback(NOW, "u")
    stage.chargeback(NOW, "u", status="won")
    for _ in range(3):
        stage.refund(NOW - 40 * DAY, "u")
    row = one(protection.user_risk_scores(stage.world()))
    assert (row["chargeback_rate"], row["refund_count_rate"]) == (0.02, 0.06)
    assert (row["chargeback_component"], row["refund_component"]) == (0.4, 0.3)
    assert (row["churn_component"], row["account_age_component"]) == (0.5, 0.5)
    assert row["transaction_volume"] == Decimal(100)
    # 100 x (0.35 x 0.4 + 0.2 x 0.3 + 0.25 x 0.5 + 0.05 x 0.5)
    assert (row["risk_score"], row["risk_level"]) == (35.0, "medium")
    assert (row["top_factor"], row["user_type"]) == ("chargeback", "creator")
    assert row["is_toxic_revenue"] is False  # 0.02 is not above 0.02


@pytest.mark.parametrize(
    ("refunds", "spends", "toxic"), [(3, 40, False), (3, 39, True), (2, 1, False), (3, 0, True)]
)
def test_toxic_by_refunds(stage: Stage, refunds: int, spends: int, toxic: bool) -> None:
    stage.user("u")
    for _ in range(refunds):
        stage.refund(NOW, "u")
    for _ in range(spends):
        stage.spend(NOW, "u", 1)
    assert one(protection.user_risk_scores(stage.world()))["is_toxic_revenue"] is toxic


def test_who_has_a_risk_score(stage: Stage) -> None:
    stage.user("gifter", platform="halobuzz")
    stage.user("streamer", platform="halobuzz", isHost=True)
    stage.user("failed")
    stage.gone = [{"platform": "avalo", "id": "gone", "createdAt": OLD, "country": "PL"}]
    stage.add(
        "walletTransactions",
        NOW,
        userId="failed",
        type="spend",
        status="failed",
        amount=Decimal(1),
    )
    stage.spend(NOW, "gone", 100)
    stage.spend(NOW, "orphan", 50)
    for kind in ("gift", "game_stake", "game_payout"):
        stage.add(
            "transactions",
            NOW,
            "halobuzz",
            userId="gifter",
            type=kind,
            amount=Decimal(1),
            currency="usd",
        )
    world = stage.world()
    assert [row["user_id"] for row in protection.user_risk_scores(world)] == ["gifter"]
    profiles = protection.region_risk_profiles(world)
    poland = one(profiles, platform="avalo", region="EU")
    assert (poland["users_scored"], poland["avg_risk_score"]) == (0, None)
    assert (poland["total_revenue"], poland["churned_share"]) == (Decimal(20), None)
    assert one(profiles, platform="avalo", region="UNKNOWN")["total_revenue"] == Decimal(10)
    countries = protection.country_risk_profiles(world)
    assert {row["country_code"] for row in countries if row["platform"] == "avalo"} == {"PL", "ZZ"}


def test_correlations(stage: Stage) -> None:
    stage.user("toxic", NOW - 30 * DAY)
    stage.user("fair", NOW - 30 * DAY + TICK)
    stage.user("empty")
    stage.user("clean")
    for who in ("toxic", "fair", "clean"):
        for _ in range(20):
            stage.spend(NOW, who, 100)  # 400 PLN in all
            stage.buy(NOW, who, 1)
    stage.chargeback(NOW, "toxic", 500)
    stage.refund(NOW, "fair", 40)
    stage.refund(NOW, "empty", 0)
    rows = {row["user_id"]: row for row in protection.fraud_revenue_correlations(stage.world())}
    assert set(rows) == {"toxic", "fair", "empty"}
    assert rows["toxic"]["toxic_revenue_amount"] == Decimal(400)
    assert (rows["toxic"]["reversal_rate"], rows["toxic"]["correlation_score"]) == (1.0, 60.0)
    assert rows["toxic"]["risk_factors"] == "high_chargeback_rate"
    assert rows["fair"]["toxic_revenue_amount"] == Decimal(40)
    assert (rows["fair"]["toxic_revenue_rate"], rows["fair"]["correlation_score"]) == (0.1, 30.0)
    assert rows["fair"]["risk_factors"] == "new_account"
    assert rows["fair"]["avg_transaction_size"] == Decimal(20)
    assert (rows["empty"]["reversal_rate"], rows["empty"]["toxic_revenue_rate"]) == (0.0, None)
    assert rows["empty"]["risk_factors"] == "high_refund_rate,high_churn_risk"


@pytest.mark.parametrize(
    ("score", "amount", "is_open", "expected"),
    [
        (24.99, "999.9999", True, ("approve", True)),
        (24.99, "1000", True, ("approve", False)),
        (25.0, "1", True, ("approve", False)),
        (49.99, "1", True, ("approve", False)),
        (0.0, "1", False, ("manual_review", False)),
        (50.0, "999", False, ("hold", False)),
        (75.0, "1000", True, ("manual_review", False)),
        (75.01, "4999", True, ("manual_review", False)),
        (75.01, "5000", False, ("deny", False)),
    ],
)
def test_payout_actions(
    score: float, amount: str, is_open: bool, expected: tuple[str, bool]
) -> None:
    assert protection.recommended(score, Decimal(amount), "PLN", is_open) == expected


def test_payouts(stage: Stage) -> None:
    stage.user("star", isCreator=True)
    stage.user("bad")
    stage.user("good")
    for who, tokens in (("bad", 100), ("good", 300)):
        stage.spend(NOW, who, tokens, "star")
        for _ in range(2):
            stage.buy(NOW, who, 10)
    stage.spend(NOW - 90 * DAY, "good", 9999, "star")
    stage.chargeback(NOW, "bad", 1)  # toxic: 1 of 2
    stage.refund(NOW, "good", 1, creatorId="star")
    pay: Row = {"creatorId": "star", "amountTokens": Decimal(500)}
    first = stage.add("payouts", NOW, **pay)
    stage.add("payouts", NOW, **pay, status="paid")
    stage.add("payouts", NOW, **pay, status="other")
    second = stage.add(
        "payouts", NOW, creatorId="orphan", amountTokens=Decimal(5), amountPLN=Decimal(7)
    )
    rows = {row["payout_id"]: row for row in protection.creator_payout_risks(stage.world())}
    assert set(rows) == {first, second}
    row = rows[first]
    assert (row["amount"], row["toxic_payer_share"]) == (Decimal(100), 0.25)
    assert (row["chargeback_likelihood"], row["refund_count_rate"]) == (0.025, 0.5)
    # 100 x (0.35 x 0.5 + 0.25 x 0.25 + 0.2 x 1)
    assert (row["risk_score"], row["recommended_action"]) == (43.75, "approve")
    assert row["is_automatic"] is False
    assert row["risk_factors"] == "chargebacks,toxic_payers,refunds"
    empty = rows[second]
    assert (empty["amount"], empty["risk_score"]) == (Decimal(7), 0.0)
    assert (empty["recommended_action"], empty["risk_factors"]) == (
        "manual_review",
        "nothing_received",
    )
    assert (empty["refund_count_rate"], empty["chargeback_likelihood"]) == (None, None)


def test_a_host_is_found_through_the_refunded_gift(stage: Stage) -> None:
    stage.user("host", platform="halobuzz", isHost=True)
    money = {"amount": Decimal(1), "currency": "usd"}
    gift = stage.add(
        "transactions",
        NOW,
        "halobuzz",
        userId="fan",
        type="gift",
        hostId="host",
        coins=Decimal(100),
        **money,
    )
    stage.add("transactions", NOW, "halobuzz", userId="fan", type="refund", refundOf=gift, **money)
    stage.add("transactions", NOW, "halobuzz", userId="fan", type="chargeback", **money)
    stage.add(
        "transactions",
        NOW,
        "halobuzz",
        userId="host",
        type="withdrawal",
        status="pending",
        **money,
    )
    row = one(protection.creator_payout_risks(stage.world()))
    assert (row["creator_id"], row["refund_count_rate"]) == ("host", 1.0)
    assert row["chargeback_likelihood"] == 1.0  # chargebacks, but no cash
    assert (row["risk_score"], row["recommended_action"]) == (55.0, "hold")


# guardrails -----------------------------------------------------------------------------------


def test_chargeback_guardrails(stage: Stage) -> None:
    stage.user("pole", country="PL")
    edge = NOW - 29 * DAY  # the first of the 30 dates ending with D
    for _ in range(80):
        stage.buy(edge, "u", 1)
    for _ in range(19):
        stage.buy(edge, "pole", 1)
    stage.chargeback(NOW - DAY, "pole")
    stage.chargeback(NOW - DAY, "pole")
    world = stage.world()
    today = one(
        protection.guardrail_status(world), platform="avalo", guardrail_id="chargeback_warning"
    )
    assert (today["evaluated_on"], today["is_breached"]) == (TODAY, False)  # 99 purchases
    assert today["current_value"] == 2 / 99
    stage.buy(NOW, "pole", 1)
    world = stage.world()
    rows = [row for row in protection.guardrail_evaluations(world) if row["platform"] == "avalo"]
    today = one(rows, guardrail_id="chargeback_warning", evaluated_on=TODAY)
    assert (today["is_breached"], today["consecutive_days"]) == (True, 1)  # 2 of 100
    assert today["affected_entities"] == 1
    assert today["evaluation_id"] == behaviour.md5_text("chargeback_warning", "avalo", "ALL", TODAY)
    critical = one(rows, guardrail_id="chargeback_critical", evaluated_on=TODAY)
    assert (critical["current_value"], critical["is_breached"]) == (0.02, False)
    regional = one(rows, guardrail_id="chargeback_regional", region="EU", evaluated_on=TODAY)
    assert (regional["current_value"], regional["is_breached"]) == (0.1, True)  # 2 of 20
    before = one(rows, guardrail_id="chargeback_regional", region="EU", evaluated_on=TODAY - DAY)
    assert before["is_breached"] is False
    unknown = one(rows, guardrail_id="chargeback_regional", region="UNKNOWN", evaluated_on=TODAY)
    assert unknown["current_value"] == 0.0
    dates = Counter(row["guardrail_id"] for row in rows)
    assert dates["chargeback_warning"] == 90
    assert dates["chargeback_regional"] == 180
    assert dates["refund_spike"] == 89
    assert dates["toxic_revenue"] == dates["high_risk_users"] == 1


def test_actions_take_a_breach_off_the_feed(stage: Stage) -> None:
    for _ in range(100):
        stage.buy(NOW - 3 * DAY, "u", 1)
    for _ in range(3):
        stage.chargeback(NOW - 3 * DAY, "u")

    def name(guardrail: str, day: date) -> str:
        return behaviour.md5_text(guardrail, "avalo", "ALL", day)

    stage.act(NOW, "guardrail", "acknowledge", name("chargeback_warning", TODAY))
    stage.act(NOW + TICK, "guardrail", "resolve", name("chargeback_critical", TODAY))
    stage.act(NOW, "alert", "resolve", name("chargeback_critical", TODAY - DAY))
    wrong = name("chargeback_warning", TODAY - DAY)
    stage.act(NOW, "guardrail", "resolve", wrong, note="false_positive")
    world = stage.world()
    feed = {
        (row["guardrail_id"], row["evaluated_on"]): row
        for row in protection.guardrail_actions(world)
        if row["region"] == "ALL" and row["guardrail_id"].startswith("chargeback")
    }
    assert set(feed) == {
        ("chargeback_critical", TODAY),
        ("chargeback_critical", TODAY - DAY),
    }
    quality = one(protection.guardrail_quality(world), guardrail_id="chargeback_warning")
    assert (quality["breaches"], quality["false_positives"]) == (4, 1)
    assert quality["false_positive_rate"] == 0.25
    streak = one(
        protection.guardrail_status(world), platform="avalo", guardrail_id="chargeback_warning"
    )
    assert streak["consecutive_days"] == 4


def test_spikes_need_three_dates_before(stage: Stage) -> None:
    first = NOW - 10 * DAY
    for number in range(10):
        for _ in range(10):
            stage.spend(first + number * DAY, f"u{number}", 100)  # 200 PLN a date
        stage.refund(first + number * DAY, f"u{number}", 1)
    for number in (2, 3):
        stage.refund(first + number * DAY, "v", 30)
        stage.refund(first + number * DAY, "u", 30)
    rows = [
        row
        for row in protection.guardrail_evaluations(stage.world())
        if row["platform"] == "avalo" and row["guardrail_id"] == "refund_spike"
    ]
    by_date = {(row["evaluated_on"] - first.date()).days: row for row in rows}
    assert by_date[2]["current_value"] is None
    # 61 refunded of 200; before: 1, 1 and 61 of 200
    assert by_date[3]["current_value"] == pytest.approx(61 / 21)
    # people whom no document knows count too
    assert (by_date[3]["is_breached"], by_date[3]["affected_entities"]) == (False, 3)
    assert sorted(by_date) == list(range(10))


# monetization -----------------------------------------------------------------------------------


def test_strategy_windows(stage: Stage) -> None:
    start = datetime(2024, 2, 1)
    stage.user("u", start - 20 * DAY)
    first = stage.add("monetizationStrategies", start, name="a")
    second = stage.add("monetizationStrategies", start + 6 * DAY, name="b")
    third = stage.add("monetizationStrategies", start + 13 * DAY, name="c")
    late = stage.add("monetizationStrategies", NOW - 58 * DAY, name="d")
    stage.add("monetizationStrategies", NOW + DAY, name="e")
    world = stage.world()
    f = world.platforms["avalo"]
    spans = {row["id"]: (window, base) for row, window, base in protection.strategy_spans(f)}
    day = start.date()
    assert spans[first] == ((day, day + 5 * DAY), (day - 6 * DAY, day - DAY))
    assert spans[second][0] == (day + 6 * DAY, day + 12 * DAY)
    assert spans[third][0] == (day + 13 * DAY, day + 40 * DAY)
    assert spans[third][1] == (day - 15 * DAY, day + 12 * DAY)
    rows = {row["strategy_id"]: row for row in protection.monetization_health(world)}
    assert {name: row["is_measurable"] for name, row in rows.items()} == {
        first: False,
        second: True,
        third: True,
        late: True,  # ends 31 dates before D: its 30 dates are complete
    }
    assert rows[first]["is_healthy"] is None
    # nobody active, no revenue, no feedback: everything unknown passes
    assert (rows[second]["is_healthy"], rows[second]["failed_criteria"]) == (True, "")


def test_a_window_must_have_thirty_complete_dates_behind_it(stage: Stage) -> None:
    stage.user("u", OLD)
    early = stage.add("monetizationStrategies", NOW - 57 * DAY, name="a")
    world = stage.world()
    row = one(protection.monetization_health(world))
    assert (row["strategy_id"], row["is_measurable"]) == (early, False)


def test_health_by_hand(stage: Stage) -> None:
    start = datetime(2024, 3, 1)
    for number in range(4):
        stage.user(f"u{number}", start - 40 * DAY)
        stage.add("aiInteractions", start - 3 * DAY, userId=f"u{number}")
        stage.add("aiInteractions", start + 3 * DAY, userId=f"u{number}")
    stage.add("aiInteractions", start + 57 * DAY, userId="u0")  # the 30th date after the window
    stage.add("aiInteractions", start + 58 * DAY, userId="u1")
    stage.user("left", start - 40 * DAY)
    stage.add("aiInteractions", start - 3 * DAY, userId="left")
    stage.spend(start - 20 * DAY, "rich", 1000)
    stage.spend(start + DAY, "rich", 949)
    stage.add("userFeedback", start, userId="u0", score=Decimal(40))
    stage.add("userFeedback", start + 28 * DAY, userId="u0", score=Decimal(0))
    stage.add(
        "monetizationStrategies",
        start,
        id="s",
        name="s",
        **{
            "paywallConfig.freeContentPercentage": Decimal(60),
            "subscriptionPricing.monthlyPrice": Decimal("49.99"),
            "subscriptionPricing.trialDays": 3,
        },
    )
    world = stage.world()
    row = one(protection.monetization_health(world))
    assert row["churn_increase"] == pytest.approx(0.75 / 0.2 - 1)
    assert row["revenue_impact"] == pytest.approx(-0.051)
    assert row["feedback_score"] == 40.0
    assert (row["engagement_score"], row["engagement_baseline"]) == (2.0, 2.0)
    assert row["failed_criteria"] == "churn_increase,revenue_impact"
    changes = {row["parameter"]: row for row in protection.monetization_recommendations(world)}
    assert set(changes) == {"free_content_percentage", "monthly_price"}
    free = changes["free_content_percentage"]
    assert (free["recommended_value"], free["change_size"]) == (50.0, pytest.approx(1 / 6))
    assert (free["confidence"], free["decision"]) == (0.95, "manual_review")
    price = changes["monthly_price"]
    assert (price["recommended_value"], price["decision"]) == (47.4905, "auto_apply")


def test_confidence() -> None:
    assert protection.confidence(7, 1) == Fraction(66, 100)
    assert protection.confidence(28, 1) == Fraction(85, 100)
    assert protection.confidence(28, 4) == Fraction(95, 100)


# executive --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2024-03-31", "2024-02-01", "2024-02-29"),
        ("2024-03-01", "2024-02-01", "2024-02-01"),
        ("2024-01-15", "2023-12-01", "2023-12-15"),
    ],
)
def test_the_month_before(day: str, first: str, last: str) -> None:
    span = tuple(map(date.fromisoformat, (first, last)))
    assert protection.same_days_before(date.fromisoformat(day)) == span


def test_lifetime_value() -> None:
    ltv = protection.lifetime_value(Decimal(100), {"a", "b", "c"}, {"a", "b", "d"}, Fraction(1, 10))
    assert ltv.average == Decimal("99.9999")  # 33.3333 / (1/3)
    assert ltv.adjusted == Decimal("89.9999")
    loyal = protection.lifetime_value(Decimal(10), {"a"}, {"a"}, Fraction(0))
    assert loyal.average == Decimal(120)
    assert protection.lifetime_value(Decimal(10), {"a"}, set(), Fraction(0)).average is None


@pytest.mark.parametrize(
    ("score", "status"), [(80.0, "healthy"), (79.99, "watch"), (60.0, "watch"), (59.99, "critical")]
)
def test_health_status(score: float, status: str) -> None:
    assert protection.health_status(score) == status


def test_dashboard(stage: Stage) -> None:
    stage.user("bad", NOW - 100 * DAY, country="PL")
    stage.user("good", NOW - 100 * DAY, country="US")
    for who, tokens in (("bad", 50), ("good", 450)):
        stage.spend(NOW - 35 * DAY, who, 10)
        stage.spend(NOW - DAY, who, tokens)
    stage.spend(NOW, "good", 5000)  # D is not in the window of D-1
    stage.chargeback(NOW - DAY, "bad", 4)
    world = stage.world()
    row = one(protection.executive_dashboard(world))
    assert (row["kpi_date"], row["is_complete"]) == (TODAY - DAY, True)
    assert (row["total_revenue_30d"], row["net_revenue_30d"]) == (Decimal(100), Decimal(96))
    assert row["risk_adjusted_revenue_30d"] == Decimal(90)
    assert row["toxic_revenue_rate_30d"] == 0.1
    assert row["chargeback_rate_30d"] is None
    assert (row["revenue_quality"], row["fraud_risk"]) == (96.0, 33.33)
    # both of two users churned on D-5; no region has 20 scored users
    assert (row["churn_risk"], row["regional_risk"]) == (0.0, 100.0)
    # 0.30 x 96 + 0.30 x 33.33 + 0.15 x 100
    assert (row["health_score"], row["health_status"]) == (53.8, "critical")
    assert (row["average_ltv"], row["fraud_adjusted_ltv"]) == (Decimal(600), Decimal(540))
    assert row["ltv_adjustment_rate"] == pytest.approx(0.1)
    # 2 + 10 of revenue in 90 days, 4 taken back, 8 kept by a toxic user: all of it is at risk
    assert (row["top_risk_region"], row["top_risk_region_loss"]) == ("EU", Decimal(12))
    assert row["revenue_growth_mom"] == pytest.approx(100 / 4 - 1)
    assert row["estimated_fraud_loss"] == 0


# registration -----------------------------------------------------------------------------------


def test_every_mart_is_checked() -> None:
    for marts in (behaviour.MARTS, protection.MARTS):
        assert set(marts) <= set(check.KEYS)
    assert len(behaviour.MARTS) == 17
    assert len(protection.MARTS) == 13


def test_an_empty_world_has_no_rows() -> None:
    world = Stage().world()
    empty = {
        name
        for name, (make, _) in {**behaviour.MARTS, **protection.MARTS}.items()
        if not make(world)
    }
    always = {
        "segment_coverage",
        "region_risk_profiles",
        "country_risk_profiles",
        "guardrail_quality",
    }
    assert empty == {*behaviour.MARTS, *protection.MARTS} - always


def test_the_seed_says_what_the_defaults_say() -> None:
    world = Stage().world()
    assert behaviour.abuse_rules(world) == behaviour.DEFAULT_RULES
    shipped = read_seeds(Path(__file__).parents[2] / "seeds")
    world.seeds = shipped
    assert behaviour.abuse_rules(world) == behaviour.DEFAULT_RULES
    rules = [
        tuple(row[name] for name in protection.BALANCER_COLUMNS)
        for row in shipped.rows("balancer_rules")
    ]
    assert rules == list(protection.DEFAULT_BALANCER)
