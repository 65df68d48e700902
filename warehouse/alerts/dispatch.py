"""The dispatcher: finds what is due, sends it with retries, logs each message at once."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from warehouse.alerts import messages
from warehouse.alerts.channels import Channels, Target, send, variable
from warehouse.alerts.deliveries import Delivery, DeliveryLog
from warehouse.alerts.marts import Alert, Warehouse
from warehouse.alerts.messages import Message
from warehouse.alerts.routes import CHANNELS, DAILY, DASHBOARD, IMMEDIATE, WEEKLY, channels_for

ACTIVE = "active"
HANDLED = ("acknowledged", "resolved")  # somebody knows already: no message
FAILED_MESSAGES_PER_RUN = 2  # in a row; then a target is left alone until the next run

Sender = Callable[[Target, Message], str | None]


@dataclass(frozen=True)
class Settings:
    """How to dispatch.

    Attributes:
        as_of: the instant (with a zone) that decides which digests are due.
        digest_hour: UTC hour (0-23) from which the digests of a date are sent.
        attempts: tries per message and run.
        backoff_seconds: pause after the first failed try; it doubles with each further one.
        max_backoff_seconds: the longest pause.
        group_above: more immediate alerts than this, due at once, go as one message.
        link_base: address of the dashboard, or None.
    """

    as_of: dt.datetime
    digest_hour: int = 0
    attempts: int = 4
    backoff_seconds: float = 1.0
    max_backoff_seconds: float = 30.0
    group_above: int = 10
    link_base: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one message; error None means it was taken."""

    channel: str
    target: int
    shown: str
    message: Message
    attempts: int
    error: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as JSON values."""
        return {
            "channel": self.channel,
            "target": self.target,
            "mode": self.message.mode,
            "digest_key": self.message.digest_key,
            "alert_ids": [alert.alert_id for alert in self.message.alerts],
            "title": self.message.title,
            "body": self.message.body,
            "attempts": self.attempts,
            "error": self.error,
        }


@dataclass(frozen=True)
class Waiting:
    """Alerts that stay in the log for a later run, and why. is_fault: somebody must act."""

    channel: str
    alerts: int
    reason: str
    is_fault: bool


@dataclass
class Report:
    """What a run did. on_dashboard: alerts logged as delivered by the mart itself."""

    outcomes: list[Outcome] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    on_dashboard: int = 0

    @property
    def has_faults(self) -> bool:
        """Tell whether something that was due did not go out."""
        return any(o.error for o in self.outcomes) or any(w.is_fault for w in self.waiting)


def utc_now() -> dt.datetime:
    """Return the present instant."""
    return dt.datetime.now(dt.UTC)


@dataclass
class Dispatcher:
    """Sends what is due; one call of `run` is one run. Clock, sleep and dice can be replaced."""

    warehouse: Warehouse
    log: DeliveryLog
    channels: Channels
    settings: Settings
    send: Sender = send
    sleep: Callable[[float], None] = time.sleep
    dice: Callable[[], float] = random.random
    now: Callable[[], dt.datetime] = utc_now
    report: Report = field(default_factory=Report)

    def run(self) -> Report:
        """Queue the active alerts, send what is due, and report."""
        self.current = {alert.alert_id: alert for alert in self.warehouse.alerts}
        self._enqueue()
        self._keep_scores()
        self._deliver_to_dashboard()
        for channel in CHANNELS:
            if channel == DASHBOARD:
                continue
            targets = self.channels.targets.get(channel, [])
            if not targets:
                self._report_unsendable(channel)
            for target in targets:
                self._deliver(target)
        return self.report

    def _enqueue(self) -> None:
        """Write all active alerts down, before anything is sent."""
        entries = []
        for alert in self.warehouse.alerts:
            if alert.status != ACTIVE:
                continue
            routed = channels_for(self.warehouse.routes, alert.severity, alert.alert_type)
            for channel, mode in routed.items():
                positions = [1] if channel == DASHBOARD else self.channels.positions(channel)
                entries += [(alert.alert_id, channel, n, mode, alert.as_json()) for n in positions]
        self.log.enqueue(entries, self.now())

    def _keep_scores(self) -> None:
        self.log.keep_scores(
            (row["platform"], row["kpi_date"], row["health_score"])
            for row in self.warehouse.facts.health
            if row["health_score"] is not None
        )

    def _deliver_to_dashboard(self) -> None:
        """Log the alerts of the channel dashboard: whoever opens it sees them in the mart."""
        by_mode: dict[str, list[str]] = {}
        for delivery, _, mode in self._due(DASHBOARD, 1):
            by_mode.setdefault(mode, []).append(delivery.alert_id)
        for mode, alert_ids in by_mode.items():
            self.log.record(alert_ids, DASHBOARD, 1, mode, None, 1, None, self.now())
            self.report.on_dashboard += len(alert_ids)

    def _due(self, channel: str, position: int) -> list[tuple[Delivery, Alert, str]]:
        """Return what waits on a channel's target: log row, alert as it is now, mode.

        Left out: alerts that somebody acknowledged or resolved meanwhile, and alerts that today's
        routes no longer bring here.
        """
        due = []
        for delivery in self.log.waiting(channel, position):
            alert = self.current.get(delivery.alert_id)
            if alert is None:
                alert = replace(Alert.from_json(delivery.alert), status=messages.WITHDRAWN)
            routed = channels_for(self.warehouse.routes, alert.severity, alert.alert_type)
            if alert.status not in HANDLED and channel in routed:
                due.append((delivery, alert, routed[channel]))
        return due

    def _report_unsendable(self, channel: str) -> None:
        """Say what waits on a channel without a usable URL."""
        problem = self.channels.problems.get(channel)
        alerts = len(self._due(channel, 1))
        if problem:
            self.report.waiting.append(Waiting(channel, alerts, problem, is_fault=True))
        elif alerts or self._is_routed(channel, WEEKLY):
            reason = f"{variable(channel)} is not set"
            self.report.waiting.append(Waiting(channel, alerts, reason, is_fault=False))

    def _deliver(self, target: Target) -> None:
        """Send one target all that is due, until too many messages in a row have failed."""
        failed_in_a_row = 0
        planned = self._messages(target)
        for done, message in enumerate(planned):
            if failed_in_a_row == FAILED_MESSAGES_PER_RUN:
                left = sum(len(m.alerts) for m in planned[done:])
                reason = f"{target.name} does not answer: left for the next run"
                self.report.waiting.append(Waiting(target.channel, left, reason, is_fault=True))
                return
            error = self._send(target, message)
            failed_in_a_row = failed_in_a_row + 1 if error else 0

    def _messages(self, target: Target) -> list[Message]:
        """Return the messages that are due on a target, those that failed least often first."""
        due = self._due(target.channel, target.position)
        due.sort(key=lambda item: (item[0].attempts, messages.by_severity(item[1])))
        of_mode = {
            mode: [alert for _, alert, m in due if m == mode] for mode in (IMMEDIATE, DAILY, WEEKLY)
        }
        base, at_once = self.settings.link_base, of_mode[IMMEDIATE]
        if len(at_once) > self.settings.group_above:
            planned = [messages.group(at_once, base, target.limit)]
        else:
            planned = [messages.single(alert, base) for alert in at_once]
        for mode, build in ((DAILY, self._daily), (WEEKLY, self._weekly)):
            digest = build(target, of_mode[mode])
            if digest:
                planned.append(digest)
            elif of_mode[mode]:
                reason = f"{target.name}: for the next {mode.replace('_', ' ')}"
                waiting = Waiting(target.channel, len(of_mode[mode]), reason, is_fault=False)
                self.report.waiting.append(waiting)
        return planned

    def _daily(self, target: Target, alerts: Sequence[Alert]) -> Message | None:
        """Return the digest of the UTC date of as_of, if it is due and there is something in it."""
        day = self._digest_day()
        key = f"daily:{day}"
        if not alerts or self.log.digest_was_sent(key, target.channel, target.position):
            return None
        return messages.daily(day, key, alerts, self.settings.link_base, target.limit)

    def _weekly(self, target: Target, alerts: Sequence[Alert]) -> Message | None:
        """Return the report of this week's Monday, if it was not sent; it needs no alerts."""
        day = self._digest_day()
        monday = day - dt.timedelta(days=day.weekday())
        key = f"weekly:{monday}"
        is_wanted = alerts or self._is_routed(target.channel, WEEKLY)
        if not is_wanted or self.log.digest_was_sent(key, target.channel, target.position):
            return None
        end = dt.datetime.combine(monday, dt.time())
        of_the_week = [
            alert
            for alert in self.warehouse.alerts
            if end - messages.WEEK <= alert.detected_at < end
        ]
        facts = self.warehouse.facts
        scores = {row["platform"]: self.log.scores(row["platform"]) for row in facts.health}
        return messages.weekly(
            monday, key, alerts, of_the_week, facts, scores, self.settings.link_base, target.limit
        )

    def _digest_day(self) -> dt.date:
        """Return the date whose digests may go out: before the digest hour, the date before."""
        as_of = self.settings.as_of.astimezone(dt.UTC)
        return (as_of - dt.timedelta(hours=self.settings.digest_hour)).date()

    def _is_routed(self, channel: str, mode: str) -> bool:
        return any(r.channel == channel and r.mode == mode for r in self.warehouse.routes)

    def _send(self, target: Target, message: Message) -> str | None:
        """Send one message with retries, and log what became of it."""
        attempt, error = 0, None
        while attempt < self.settings.attempts:
            attempt += 1
            error = self.send(target, message)
            if error is None:
                break
            if attempt < self.settings.attempts:
                self.sleep(self._pause(attempt))
        self.log.record(
            [alert.alert_id for alert in message.alerts],
            target.channel,
            target.position,
            message.mode,
            message.digest_key,
            attempt,
            error,
            self.now(),
        )
        outcome = Outcome(target.channel, target.position, target.shown, message, attempt, error)
        self.report.outcomes.append(outcome)
        return error

    def _pause(self, failed_attempts: int) -> float:
        """Return the seconds to wait: doubled with each failure, and by chance down to half."""
        longest = self.settings.backoff_seconds * 2 ** (failed_attempts - 1)
        return min(self.settings.max_backoff_seconds, longest) * (0.5 + self.dice() / 2)
