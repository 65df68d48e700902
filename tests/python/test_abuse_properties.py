"""What must hold for any events: abuse windows and episodes against a count by brute force."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled_models import CompiledModels, compile_models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warehouse_builder import Builder

START = datetime(2026, 3, 1, 10)
TICK = timedelta(microseconds=1)
MINUTES = {"refund_loop": 1440, "token_drain": 10, "panic_spam": 10080, "bot_behavior": 60}
LEAST_EVENTS = {"refund_loop": 3, "token_drain": 2, "panic_spam": 2, "bot_behavior": 2}
ESCALATE_AT = {"panic_spam": 4}
LEAST_TOKENS = Decimal(500)
FARMING_DAYS = 30

EVENT = {
    "signal_type": "varchar",
    "user_id": "varchar",
    "creator_id": "varchar",
    "occurred_at": "timestamp",
    "value": "decimal(18, 4)",
}
BOOKING = {"creator_id": "varchar", "created_at": "timestamp", "cancelled_at": "timestamp"}
INPUTS = {
    "abuse_rules": {
        "signal_type": "varchar",
        "window_minutes": "bigint",
        "min_events": "integer",
        "min_value": "decimal(18, 6)",
        "severity": "varchar",
        "auto_action": "varchar",
        "escalate_at": "integer",
        "escalated_severity": "varchar",
        "escalated_action": "varchar",
        "regional_threshold": "varchar",
    },
    "int_avalo__abuse_events": EVENT,
    "int_halobuzz__abuse_events": EVENT,
    "int_activity": {
        "platform": "varchar",
        "user_id": "varchar",
        "occurred_at": "timestamp",
        "is_start": "boolean",
    },
    "int_active_days": {"platform": "varchar", "user_id": "varchar", "starts": "bigint"},
    "int_avalo__bookings_of_creators": BOOKING,
    "int_halobuzz__bookings_of_creators": BOOKING,
    "int_platforms": {"platform": "varchar", "time_zone": "varchar"},
    "dim_users": {
        "platform": "varchar",
        "user_id": "varchar",
        "region": "varchar",
        "country_code": "varchar",
    },
    "int_regional_threshold_values": {
        "region": "varchar",
        "country_code": "varchar",
        "threshold": "varchar",
        "threshold_value": "decimal(18, 6)",
    },
}
MODELS = ("int_abuse_windows", "int_cancellation_windows", "int_abuse_signals")


@dataclass(frozen=True)
class Event:
    """An event that a rule counts."""

    kind: str
    user: str
    at: datetime
    value: Decimal = Decimal(0)

    @property
    def subject(self) -> str:
        """Whom the rule judges."""
        return f"{self.user}>r" if self.kind == "token_drain" else self.user

    def row(self) -> tuple[object, ...]:
        """Return the event as a row of int_avalo__abuse_events."""
        receiver = "r" if self.kind == "token_drain" else None
        return self.kind, self.user, receiver, self.at, self.value


@dataclass
class Sandbox:
    """The abuse models in an in-memory database."""

    models: CompiledModels
    connection: duckdb.DuckDBPyConnection

    def fill(self, events: list[Event]) -> None:
        """Put events where the models read them; starts are activity."""
        starts = [event for event in events if event.kind == "bot_behavior"]
        others = [event.row() for event in events if event.kind != "bot_behavior"]
        days = Counter((event.user, event.at.date()) for event in starts)
        self.models.fill(self.connection, "int_avalo__abuse_events", others)
        activity = [("avalo", event.user, event.at, True) for event in starts]
        self.models.fill(self.connection, "int_activity", activity)
        active_days = [("avalo", user, count) for (user, _), count in days.items()]
        self.models.fill(self.connection, "int_active_days", active_days)

    def windows(self, events: list[Event]) -> set[tuple[Any, ...]]:
        """Return (type, subject, instant, count, value) of int_abuse_windows."""
        self.fill(events)
        columns = "signal_type, subject, occurred_at, window_count, window_value"
        rows = self.models.rows(self.connection, "int_abuse_windows", columns)
        assert len(rows) == len(set(rows)), "one row per instant"
        return set(rows)

    def signals(self, events: list[Event]) -> set[tuple[Any, ...]]:
        """Return (type, subject, first, last, count, value, severity) of int_abuse_signals."""
        self.fill(events)
        columns = (
            "signal_type, subject, detected_at, last_seen_at, peak_count, peak_value, severity"
        )
        return set(self.models.rows(self.connection, "int_abuse_signals", columns))

    def farming(self, bookings: Iterable[tuple[datetime, datetime | None]]) -> set[tuple[Any, ...]]:
        """Return (date, bookings, cancelled) of int_cancellation_windows for one creator."""
        rows = [("c", created, cancelled) for created, cancelled in bookings]
        self.models.fill(self.connection, "int_avalo__bookings_of_creators", rows)
        columns = "kpi_date, bookings, cancelled_bookings"
        return set(self.models.rows(self.connection, "int_cancellation_windows", columns))


@pytest.fixture(scope="module")
def sandbox(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    raw_dir: Path = tmp_path_factory.mktemp("no_raw_files")
    models = compile_models(builder, raw_dir, "2026-12-31T00:00:00Z", MODELS)
    connection = models.connect(MODELS, INPUTS)
    rules = [
        (
            *(kind, minutes, LEAST_EVENTS[kind], None, "medium", "act"),
            *(ESCALATE_AT.get(kind), "high", "look"),
            "tokenDrainVelocity" if kind == "token_drain" else None,
        )
        for kind, minutes in MINUTES.items()
    ]
    farming = ("cancellation_farming", FARMING_DAYS * 1440, 5, 40, "high", "act")
    models.fill(connection, "abuse_rules", [*rules, (*farming, None, None, None, None)])
    models.fill(connection, "int_platforms", [("avalo", "UTC"), ("halobuzz", "Australia/Sydney")])
    threshold = ("UNKNOWN", "ZZ", "tokenDrainVelocity", LEAST_TOKENS)
    models.fill(connection, "int_regional_threshold_values", [threshold])
    yield Sandbox(models, connection)
    connection.close()


def instants(kind: str) -> st.SearchStrategy[datetime]:
    """Times that often lie exactly one window apart, or a microsecond off."""
    step = timedelta(minutes=MINUTES[kind]) / 2
    return st.builds(
        lambda steps, ticks: START + steps * step + ticks * TICK,
        st.integers(0, 8),
        st.integers(-1, 1),
    )


def events_of(users: str = "ab") -> st.SearchStrategy[list[Event]]:
    values = st.sampled_from([Decimal("0.0001"), Decimal("249.9999"), Decimal(250), Decimal(500)])
    one = st.sampled_from(sorted(MINUTES)).flatmap(
        lambda kind: st.builds(
            Event,
            st.just(kind),
            st.sampled_from(users),
            instants(kind),
            values if kind == "token_drain" else st.just(Decimal(0)),
        )
    )
    return st.lists(one, max_size=24)


def counted(events: Iterable[Event]) -> set[tuple[Any, ...]]:
    """Windows with enough events, by comparing every event with every other one."""
    by_subject: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        by_subject[event.kind, event.subject].append(event)
    found = set()
    for (kind, subject), own in by_subject.items():
        length = timedelta(minutes=MINUTES[kind])
        for event in own:
            if kind == "bot_behavior":
                hour = event.at.replace(minute=0, second=0, microsecond=0)
                inside = [e for e in own if hour <= e.at < hour + length]
                found.add((kind, subject, hour, len(inside), Decimal(0)))
            else:
                inside = [e for e in own if event.at - length < e.at <= event.at]
                total = sum((e.value for e in inside), Decimal(0))
                found.add((kind, subject, event.at, len(inside), total))
    return {window for window in found if window[3] >= LEAST_EVENTS[window[0]]}


def grouped(events: Iterable[Event]) -> set[tuple[Any, ...]]:
    """Episodes of the windows that reach the limits."""
    hits: dict[tuple[str, str], list[tuple[datetime, int, Decimal]]] = defaultdict(list)
    for kind, subject, at, count, value in counted(events):
        if kind != "token_drain" or value >= LEAST_TOKENS:
            hits[kind, subject].append((at, count, value))
    found = set()
    for (kind, subject), own in hits.items():
        episodes: list[list[tuple[datetime, int, Decimal]]] = []
        for hit in sorted(own):
            near = episodes and hit[0] - episodes[-1][-1][0] <= timedelta(minutes=MINUTES[kind])
            if near:
                episodes[-1].append(hit)
            else:
                episodes.append([hit])
        for episode in episodes:
            peak = max(count for _, count, _ in episode)
            value = float(max(v for *_, v in episode)) if kind == "token_drain" else None
            raised = kind in ESCALATE_AT and peak >= ESCALATE_AT[kind]
            severity = "high" if raised else "medium"
            first, last = episode[0][0], episode[-1][0]
            found.add((kind, subject, first, last, peak, value, severity))
    return found


def any_case(examples: int = 120) -> Callable[[Any], Any]:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


@any_case()
@given(events=events_of())
def test_windows_are_what_brute_force_counts(sandbox: Sandbox, events: list[Event]) -> None:
    assert sandbox.windows(events) == counted(events)


@any_case()
@given(events=events_of())
def test_episodes_are_what_brute_force_finds(sandbox: Sandbox, events: list[Event]) -> None:
    assert sandbox.signals(events) == grouped(events)


@any_case(60)
@given(events=events_of(), others=events_of("xy"))
def test_other_subjects_change_nothing(
    sandbox: Sandbox, events: list[Event], others: list[Event]
) -> None:
    alone = sandbox.signals(events)
    together = sandbox.signals([*others, *events])
    assert {row for row in together if row[1][0] in "ab"} == alone


@any_case(60)
@given(events=events_of(), hours=st.integers(-5000, 5000))
def test_signals_move_with_time(sandbox: Sandbox, events: list[Event], hours: int) -> None:
    """Whole hours, since starts are counted in clock hours."""
    shift = timedelta(hours=hours)
    moved = [Event(e.kind, e.user, e.at + shift, e.value) for e in events]
    expected = {(k, s, f + shift, last + shift, *rest) for k, s, f, last, *rest in grouped(events)}
    assert sandbox.signals(moved) == expected


@any_case(100)
@given(
    bookings=st.lists(
        st.tuples(
            st.integers(0, 70),
            st.none() | st.integers(-2, 45),
            st.sampled_from([timedelta(0), timedelta(hours=12), timedelta(days=1) - TICK]),
        ),
        max_size=14,
    )
)
def test_cancellations_are_what_brute_force_counts(
    sandbox: Sandbox, bookings: list[tuple[int, int | None, timedelta]]
) -> None:
    midnight = datetime(2026, 3, 1)
    rows: list[tuple[datetime, datetime | None]] = []
    for day, after, clock in bookings:
        created = midnight + timedelta(days=day) + clock
        rows.append((created, None if after is None else created + timedelta(days=after)))
    dates: list[tuple[date, date | None]] = [(c.date(), x.date() if x else None) for c, x in rows]
    expected = set()
    for day_ in {cancelled for _, cancelled in dates if cancelled}:
        first = day_ - timedelta(days=FARMING_DAYS - 1)
        inside = [cancelled for created, cancelled in dates if first <= created <= day_]
        gone = sum(cancelled is not None and cancelled <= day_ for cancelled in inside)
        expected.add((day_, len(inside), gone))
    assert sandbox.farming(rows) == expected


def cardinalities(plan: dict[str, Any]) -> Iterator[int]:
    """Rows that each operator of a profiled plan gave out."""
    yield int(plan.get("operator_cardinality", 0))
    for child in plan.get("children", []):
        yield from cardinalities(child)


def test_a_hundred_thousand_events_of_one_user_are_not_joined_with_each_other(
    sandbox: Sandbox,
) -> None:
    events = 100_000
    connection, models = sandbox.connection, sandbox.models
    sandbox.fill([])
    connection.execute(
        f"insert into {models.relation('int_avalo__abuse_events')} "
        "select 'refund_loop', 'a', null, timestamp '2026-03-01' + to_seconds(i), 0 "
        f"from range({events}) as events(i)"
    )
    relation = models.relation("int_abuse_windows")
    plan = connection.execute(f"explain (analyze, format json) select * from {relation}").fetchall()
    # each event enters and leaves its window once: an operator sees each at most twice
    assert max(cardinalities(json.loads(plan[0][1]))) <= 2 * events
    largest = connection.execute(
        f"select count(*), max(window_count) from {relation} where signal_type = 'refund_loop'"
    ).fetchone()
    # the first windows hold too few events
    assert largest == (events - LEAST_EVENTS["refund_loop"] + 1, 24 * 60 * 60)
    sandbox.fill([])
