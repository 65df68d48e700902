"""What is due, when, and once; retries, failures and crashes. The sender is a list."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alerts_support import MONDAY, alert, make_warehouse
from apprise import Apprise

from warehouse.alerts.channels import Channels, Target
from warehouse.alerts.deliveries import Delivery, DeliveryLog, LogError, dispatch_lock
from warehouse.alerts.dispatch import Dispatcher, Report, Settings
from warehouse.alerts.marts import Alert, ReportFacts, Warehouse, read_warehouse
from warehouse.alerts.messages import Message
from warehouse.alerts.routes import Route
from warehouse.database import WarehouseError

DAY = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
IMMEDIATE = [Route("critical", "*", "slack", "immediate")]
DAILY = [Route("medium", "*", "slack", "daily_digest")]
WEEKLY = [Route("low", "*", "email", "weekly_digest")]


class Crash(BaseException):
    """Stands for the death of the process."""


def target(channel: str, position: int = 1, limit: int = 30000) -> Target:
    service = Apprise.instantiate("json://127.0.0.1:9/none")
    return Target(channel, position, "json://***", limit, service)


class World:
    """A delivery log on the disk, and runs of the dispatcher with a sender that keeps everything.

    outage: says for a message whether (and why) it fails. crash: raised after the n-th send.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sent: list[tuple[str, Message]] = []
        self.pauses: list[float] = []
        self.outage: Callable[[Target, Message], str | None] = lambda target, message: None
        self.targets = {"slack": [target("slack")], "email": [target("email")]}
        self.facts = ReportFacts()

    def run(
        self,
        alerts: list[Alert],
        routes: list[Route],
        as_of: dt.datetime = DAY,
        **settings: object,
    ) -> Report:
        log = DeliveryLog.open(self.path)
        try:
            return Dispatcher(
                Warehouse(alerts, routes, self.facts),
                log,
                Channels(self.targets, {c: len(t) for c, t in self.targets.items()}),
                Settings(as_of=as_of, **settings),
                send=self.send,
                sleep=self.pauses.append,
                dice=lambda: 1.0,
            ).run()
        finally:
            log.close()

    def send(self, target: Target, message: Message) -> str | None:
        error = self.outage(target, message)
        if error is None:
            self.sent.append((target.name, message))
        return error

    @property
    def ids(self) -> list[tuple[str, ...]]:
        """The numbers of the alerts in each message."""
        return [tuple(str(int(a.alert_id[:8])) for a in m.alerts) for _, m in self.sent]

    def rows(self) -> dict[tuple[str, str, int], Delivery]:
        log = DeliveryLog.copy_in_memory(self.path)
        return {(str(int(r.alert_id[:8])), r.channel, r.target): r for r in log.all()}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "log" / "deliveries.sqlite")


def test_an_alert_goes_once_to_each_channel(world: World) -> None:
    routes = [*IMMEDIATE, Route("critical", "*", "email", "immediate")]
    for _ in range(3):
        world.run([alert(1), alert(2)], routes)
    assert sorted((name, m.alerts[0].message) for name, m in world.sent) == [
        ("email", "message 1"),
        ("email", "message 2"),
        ("slack", "message 1"),
        ("slack", "message 2"),
    ]
    row = world.rows()["1", "slack", 1]
    assert (row.status, row.mode, row.attempts, row.error) == ("sent", "immediate", 1, None)
    assert row.sent_at is not None


def test_the_most_severe_goes_first(world: World) -> None:
    routes = [Route(s, "*", "slack", "immediate") for s in ("critical", "high", "low")]
    world.run([alert(1, severity="low"), alert(2, severity="high"), alert(3)], routes)
    assert world.ids == [("3",), ("2",), ("1",)]


@pytest.mark.parametrize("status", ["expired", "resolved", "acknowledged"])
def test_an_alert_first_seen_when_it_is_not_active_is_not_sent(world: World, status: str) -> None:
    world.run([alert(1, status=status)], IMMEDIATE)
    assert world.sent == []
    assert world.rows() == {}


def test_an_alert_that_expired_or_left_the_mart_while_the_channel_was_down_is_sent(
    world: World,
) -> None:
    world.outage = lambda target, message: "down"
    report = world.run([alert(1), alert(2), alert(3)], IMMEDIATE)
    assert report.has_faults
    world.outage = lambda target, message: None
    world.run([alert(1, status="expired")], IMMEDIATE)
    assert sorted(world.ids) == [("1",), ("2",), ("3",)]
    states = {m.alerts[0].message: m.alerts[0].status for _, m in world.sent}
    assert states["message 1"] == "expired"
    assert states["message 2"] == "withdrawn"
    assert all("Now" in m.body for _, m in world.sent)
    world.run([alert(1, status="expired")], IMMEDIATE)
    assert len(world.sent) == 3


@pytest.mark.parametrize("status", ["resolved", "acknowledged"])
def test_an_alert_that_somebody_took_before_it_went_out_is_not_sent(
    world: World, status: str
) -> None:
    world.outage = lambda target, message: "down"
    world.run([alert(1)], IMMEDIATE)
    world.outage = lambda target, message: None
    report = world.run([alert(1, status=status)], IMMEDIATE)
    assert world.sent == []
    assert not report.has_faults


def test_the_dashboard_needs_no_url(world: World) -> None:
    report = world.run([alert(1)], [Route("critical", "*", "dashboard", "immediate")])
    assert report.on_dashboard == 1
    assert world.sent == []
    assert world.rows()["1", "dashboard", 1].status == "sent"
    assert (
        world.run([alert(1)], [Route("critical", "*", "dashboard", "immediate")]).on_dashboard == 0
    )


def test_a_channel_without_url_waits_and_is_no_fault(world: World) -> None:
    world.targets = {}
    report = world.run([alert(1)], IMMEDIATE)
    (waiting,) = report.waiting
    assert (waiting.channel, waiting.alerts, waiting.is_fault) == ("slack", 1, False)
    assert waiting.reason == "ALERT_SLACK_URL is not set"
    world.targets = {"slack": [target("slack")]}
    world.run([], IMMEDIATE)  # expired, and out of the mart
    assert world.ids == [("1",)]


def test_a_second_url_of_a_channel_is_logged_on_its_own(world: World) -> None:
    world.targets = {"slack": [target("slack"), target("slack", 2)]}
    world.outage = lambda target, message: "down" if target.position == 2 else None
    world.run([alert(1)], IMMEDIATE)
    world.outage = lambda target, message: None
    world.run([alert(1)], IMMEDIATE)
    world.run([alert(1)], IMMEDIATE)
    assert [name for name, _ in world.sent] == ["slack", "slack 2"]


def test_a_route_that_was_taken_away_holds_no_more(world: World) -> None:
    world.outage = lambda target, message: "down"
    world.run([alert(1)], IMMEDIATE)
    world.outage = lambda target, message: None
    world.run([alert(1)], [])
    assert world.sent == []


# Retries


def test_retries_with_doubled_pauses_until_it_is_taken(world: World) -> None:
    errors = iter(["one", "two", "three", None])
    world.outage = lambda target, message: next(errors)
    report = world.run([alert(1)], IMMEDIATE, attempts=4, backoff_seconds=2.0)
    assert world.pauses == [2.0, 4.0, 8.0]
    assert not report.has_faults
    assert world.rows()["1", "slack", 1].attempts == 4
    assert world.ids == [("1",)]


def test_pauses_have_an_upper_limit_and_jitter(world: World) -> None:
    log = DeliveryLog.open(world.path)
    settings = Settings(as_of=DAY, backoff_seconds=2.0, max_backoff_seconds=5.0)
    dispatcher = Dispatcher(Warehouse([], []), log, Channels({}), settings, dice=lambda: 0.0)
    assert [dispatcher._pause(n) for n in (1, 2, 3, 9)] == [1.0, 2.0, 2.5, 2.5]
    dispatcher.dice = lambda: 1.0
    assert [dispatcher._pause(n) for n in (1, 2, 3, 9)] == [2.0, 4.0, 5.0, 5.0]


def test_after_its_last_try_a_message_waits_for_the_next_run(world: World) -> None:
    world.outage = lambda target, message: "HTTP 500"
    report = world.run([alert(1)], IMMEDIATE, attempts=3)
    assert report.outcomes[0].error == "HTTP 500"
    row = world.rows()["1", "slack", 1]
    assert (row.status, row.attempts, row.error, row.sent_at) == ("failed", 3, "HTTP 500", None)
    world.outage = lambda target, message: None
    assert not world.run([alert(1)], IMMEDIATE).has_faults
    row = world.rows()["1", "slack", 1]
    assert (row.status, row.attempts, row.error) == ("sent", 4, None)


def test_a_dead_channel_is_left_alone_after_two_messages_and_others_go_on(world: World) -> None:
    routes = [*IMMEDIATE, Route("critical", "*", "email", "immediate")]
    world.outage = lambda target, message: "down" if target.channel == "slack" else None
    report = world.run([alert(n) for n in range(1, 6)], routes, attempts=1)
    assert sum(o.channel == "slack" for o in report.outcomes) == 2
    (waiting,) = report.waiting
    assert (waiting.channel, waiting.alerts, waiting.is_fault) == ("slack", 3, True)
    assert len(world.sent) == 5


def test_messages_that_are_always_refused_do_not_hold_up_the_others(world: World) -> None:
    bad = {"message 1", "message 2", "message 3"}
    world.outage = lambda target, message: "400" if message.alerts[0].message in bad else None
    alerts = [alert(n) for n in range(1, 7)]
    for _ in range(4):
        world.run(alerts, IMMEDIATE, attempts=1)
    assert sorted(world.ids) == [("4",), ("5",), ("6",)]


def test_many_alerts_at_once_are_one_message(world: World) -> None:
    alerts = [alert(n, platform="avalo" if n % 3 else "halobuzz") for n in range(1, 12)]
    world.run(alerts[:10], IMMEDIATE)
    assert len(world.sent) == 10
    world.sent.clear()
    other = [replace(a, alert_id="f" + a.alert_id[1:]) for a in alerts]
    world.run(other, IMMEDIATE)
    ((_, message),) = world.sent
    assert message.title == "[CRITICAL] 11 alerts (avalo 8, halobuzz 3)"
    assert len(message.alerts) == 11
    world.run(other, IMMEDIATE)
    assert len(world.sent) == 1


# Digests


def test_a_daily_digest_groups_by_platform_and_type_with_counts_and_links(world: World) -> None:
    alerts = [
        alert(1, severity="medium", alert_type="ai_misuse"),
        alert(2, severity="medium", alert_type="ai_misuse"),
        alert(3, severity="medium", alert_type="guardrail", platform="halobuzz"),
    ]
    world.run(alerts, DAILY, link_base="https://bi.example.com/alerts")
    ((_, message),) = world.sent
    assert message.title == "Daily alerts 2026-06-30: 3 (avalo 2, halobuzz 1)"
    assert message.body.splitlines() == [
        "avalo: 2",
        "  ai_misuse (medium): 2",
        f"    - message 1 {alerts[0].alert_id}",
        f"    - message 2 {alerts[1].alert_id}",
        "    https://bi.example.com/alerts?platform=avalo&alert_type=ai_misuse",
        "halobuzz: 1",
        "  guardrail (medium): 1",
        f"    - message 3 {alerts[2].alert_id}",
        "    https://bi.example.com/alerts?platform=halobuzz&alert_type=guardrail",
    ]
    row = world.rows()["3", "slack", 1]
    assert (row.mode, row.digest_key) == ("daily_digest", "daily:2026-06-30")


def test_a_daily_digest_goes_once_a_date_and_takes_along_what_expired(world: World) -> None:
    late = DAY + dt.timedelta(hours=3)
    tomorrow = DAY + dt.timedelta(days=1)
    world.run([], DAILY)  # nothing in it: no digest, and none counted
    world.run([alert(1, severity="medium")], DAILY)
    world.run([alert(1, severity="medium"), alert(2, severity="medium")], DAILY, as_of=late)
    assert world.ids == [("1",)]
    world.run([alert(2, severity="medium", status="expired")], DAILY, as_of=tomorrow)
    assert world.ids == [("1",), ("2",)]
    assert "(expired)" in world.sent[1][1].body


def test_a_digest_that_failed_is_tried_again_the_same_date(world: World) -> None:
    world.outage = lambda target, message: "down"
    world.run([alert(1, severity="medium")], DAILY)
    world.outage = lambda target, message: None
    world.run([alert(1, severity="medium")], DAILY)
    world.run([alert(1, severity="medium")], DAILY)
    assert world.ids == [("1",)]


def test_digests_wait_for_their_hour(world: World) -> None:
    early = DAY.replace(hour=5, minute=59)
    world.run([alert(1, severity="medium")], DAILY, as_of=early - dt.timedelta(days=1))
    world.sent.clear()
    both = [alert(1, severity="medium"), alert(2, severity="medium")]
    world.run(both, DAILY, as_of=early - dt.timedelta(hours=1), digest_hour=6)
    first = [m.digest_key for _, m in world.sent]
    assert first == []  # the date before had its digest, today's is not due
    world.run(both, DAILY, as_of=early.replace(hour=6), digest_hour=6)
    assert [m.digest_key for _, m in world.sent] == ["daily:2026-06-30"]


def test_the_weekly_report(world: World, tmp_path: Path) -> None:
    week = [alert(5, detected_at=dt.datetime(2026, 6, 28, 23, 59)), alert(6, severity="low")]
    before = [alert(7, detected_at=dt.datetime(2026, 6, 21, 23, 59))]
    alerts = [*week, *before]
    warehouse = read_warehouse(make_warehouse(tmp_path / "w.duckdb", alerts))
    world.facts = warehouse.facts
    log = DeliveryLog.open(world.path)
    log.keep_scores([("avalo", dt.date(2026, 6, 21), 60.0), ("avalo", dt.date(2026, 6, 22), 70.0)])
    log.close()
    monday = dt.datetime.combine(MONDAY, dt.time(), dt.UTC)
    world.run(warehouse.alerts, WEEKLY, as_of=monday)
    ((name, message),) = world.sent
    assert name == "email"
    assert message.title == "Weekly report 2026-06-29"
    assert message.body.splitlines() == [
        "Health score (0-100)",
        "  avalo: 66.62 watch, -3.38 since 2026-06-22",
        "    revenue_quality 96, fraud_risk 75, churn_risk 23, regional_risk 61",
        "",
        "Net revenue, last 7 complete dates",
        "  avalo: 1,400 PLN, +100.0% against the 7 before",
        "",
        "Regions, riskiest first",
        "  avalo LATAM: risk 38.73, high-risk users 63.3%, 90-day revenue 24,979 PLN, toxic 570",
        "",
        "Monetization balance",
        "  2 strategies, 2 measurable, 1 in balance; 1 recommendation",
        "  s2 fails churn_increase",
        "",
        "All alerts of the 7 days before 2026-06-29",
        "  avalo: critical 1",
        "",
        "Alerts for this report: 1",
        "avalo: 1",
        "  panic_spike (low): 1",
        f"    - message 6 {alerts[1].alert_id}",
    ]


def test_the_weekly_report_goes_once_a_week_also_without_alerts(world: World) -> None:
    monday = dt.datetime(2026, 6, 29, 4, tzinfo=dt.UTC)
    for hours in (-1, 0, 1, 24, 6 * 24, 7 * 24, 8 * 24):
        world.run([], WEEKLY, as_of=monday + dt.timedelta(hours=hours))
    assert [m.digest_key for _, m in world.sent] == ["weekly:2026-06-29", "weekly:2026-07-06"]
    assert "not built yet" in world.sent[0][1].body


@pytest.mark.parametrize("limit", [200, 1024, 4096])
def test_long_messages_keep_the_counts_and_fit(world: World, limit: int) -> None:
    world.targets = {"slack": [target("slack", limit=limit)]}
    alerts = [
        alert(n, severity="medium", alert_type=f"type_{n % 4}", message="long " * 20)
        for n in range(200)
    ]
    world.run(alerts, DAILY)
    ((_, message),) = world.sent
    assert len(message.title) + len(message.body) <= limit
    assert "avalo: 200" in message.body
    assert len(message.alerts) == 200


# Crashes


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 5))
def test_a_crash_around_a_send_repeats_at_most_that_message_and_loses_none(
    world: World, when: str, number: int
) -> None:
    routes = [*IMMEDIATE, Route("critical", "*", "email", "immediate")]
    sends = 0

    def dying(target: Target, message: Message) -> None:
        nonlocal sends
        sends += 1
        if sends == number:
            if when == "after":
                world.sent.append((target.name, message))
            raise Crash

    world.outage = dying
    with pytest.raises(Crash):
        world.run([alert(1), alert(2)], routes)
    crashed = len(world.sent)
    assert crashed == (number if when == "after" else number - 1)
    world.outage = lambda target, message: None
    world.run([], routes)  # nothing is active any more: the log alone knows
    world.run([], routes)
    got = [(name, m.alerts[0].message) for name, m in world.sent]
    assert len(set(got)) == 4
    assert len(got) == (5 if when == "after" else 4)
    if when == "after":
        assert got[crashed] == got[crashed - 1]


def test_a_log_that_cannot_be_written_says_what_may_follow(world: World) -> None:
    def break_log(target: Target, message: Message) -> None:
        with sqlite3.connect(world.path) as con:
            con.execute("DROP TABLE alert_deliveries")

    world.outage = break_log
    with pytest.raises(LogError, match="may be sent once more"):
        world.run([alert(1)], IMMEDIATE)


def test_what_was_sent_stays_sent(world: World) -> None:
    world.run([alert(1)], IMMEDIATE)
    log = DeliveryLog.open(world.path)
    log.record([alert(1).alert_id], "slack", 1, "immediate", None, 3, "late error", DAY)
    log.close()
    assert world.rows()["1", "slack", 1].status == "sent"


# Locks


def test_one_dispatcher_at_a_time(tmp_path: Path) -> None:
    log = tmp_path / "log.sqlite"
    pauses: list[float] = []
    with dispatch_lock(log):
        with (
            pytest.raises(LogError, match="another `alerts send`"),
            dispatch_lock(log, 1.2, pauses.append),
        ):
            pass
        assert pauses == pytest.approx([0.5, 0.5, 0.2])
    with dispatch_lock(log):
        pass


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A warehouse that another process holds for writing, and a function that ends that."""
    path = make_warehouse(tmp_path / "w.duckdb", [alert(1)])
    code = f"import duckdb; c = duckdb.connect({str(path)!r}); print(1, flush=True); input()"
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True)
    assert process.stdout.readline() == "1\n"
    yield path, lambda: process.communicate("\n") and None
    process.kill()
    process.wait()


def test_a_running_build_is_waited_for(held: tuple[Path, Callable[[], None]]) -> None:
    path, end = held
    with pytest.raises(WarehouseError, match="a build runs"):
        read_warehouse(path)
    assert len(read_warehouse(path, 5, lambda seconds: end()).alerts) == 1


def test_sending_does_not_hold_the_warehouse(world: World, tmp_path: Path) -> None:
    path = make_warehouse(tmp_path / "w.duckdb", [alert(1)])
    writes: list[int] = []

    def write(target: Target, message: Message) -> None:
        code = f"import duckdb; duckdb.connect({str(path)!r}).execute('create table t (i int)')"
        writes.append(subprocess.run([sys.executable, "-c", code], check=False).returncode)

    world.outage = write
    warehouse = read_warehouse(path)
    world.run(warehouse.alerts, IMMEDIATE)
    assert writes == [0]


def test_a_warehouse_without_alerts_says_how_to_build_them(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "w.duckdb"
    with pytest.raises(WarehouseError, match="make run"):
        read_warehouse(path)
    duckdb.connect(str(path)).close()
    with pytest.raises(WarehouseError, match=r"no table marts\.alerts: .* --select \+alerts"):
        read_warehouse(path)
