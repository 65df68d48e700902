"""The durable log of deliveries: an SQLite file of its own, beside the warehouse.

SQLite, because a message for many alerts is logged in one transaction that is on the disk (fsync)
when it returns, because the primary key allows an alert one row per channel and target, and because
it comes with Python. Not in the warehouse file: a build locks that, and rebuilds it.

An alert is written down as `pending` when it is first seen active, before anything is sent, with
what it said. So it is sent even if it expired, or left the mart, while its channel was down.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PENDING, SENT, FAILED = "pending", "sent", "failed"
SECONDS_BETWEEN_TRIES = 0.5

_SCHEMA = """
CREATE TABLE IF NOT EXISTS alert_deliveries (
    alert_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    target INTEGER NOT NULL,
    mode TEXT NOT NULL,
    digest_key TEXT,
    status TEXT NOT NULL CHECK (status IN ('pending', 'sent', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    queued_at TEXT NOT NULL,
    sent_at TEXT,
    error TEXT,
    alert TEXT NOT NULL,
    PRIMARY KEY (alert_id, channel, target)
);
CREATE TABLE IF NOT EXISTS digest_deliveries (
    digest_key TEXT NOT NULL,
    channel TEXT NOT NULL,
    target INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('sent', 'failed')),
    attempts INTEGER NOT NULL,
    alerts INTEGER NOT NULL,
    sent_at TEXT,
    error TEXT,
    PRIMARY KEY (digest_key, channel, target)
);
CREATE TABLE IF NOT EXISTS health_scores (
    platform TEXT NOT NULL,
    kpi_date TEXT NOT NULL,
    health_score REAL NOT NULL,
    PRIMARY KEY (platform, kpi_date)
);
"""


class LogError(RuntimeError):
    """The delivery log can't be used; the message says what to do."""


@dataclass(frozen=True)
class Delivery:
    """One row of alert_deliveries: an alert, a channel and the position of the channel's URL.

    attempts counts every try so far; queued_at and sent_at are UTC, ISO 8601; alert is the row of
    marts.alerts as it was first seen.
    """

    alert_id: str
    channel: str
    target: int
    mode: str
    digest_key: str | None
    status: str
    attempts: int
    queued_at: str
    sent_at: str | None
    error: str | None
    alert: dict[str, Any]


@contextlib.contextmanager
def dispatch_lock(
    log: Path, wait_seconds: float = 0, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Hold the right to send: one process at a time, given back even when it is killed.

    Raises:
        LogError: another dispatcher still works after wait_seconds.
    """
    _make_folder(log)
    with log.with_name(log.name + ".lock").open("a") as file:
        waited = 0.0
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if waited >= wait_seconds:
                    raise LogError(
                        f"another `alerts send` works with {log}: this one sent nothing. "
                        "Try again after, or wait for it with --wait SECONDS."
                    ) from error
                pause = min(SECONDS_BETWEEN_TRIES, wait_seconds - waited)
                sleep(pause)
                waited += pause
        yield


class DeliveryLog:
    """The log; see the module. Every writing method is one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._con = connection

    @classmethod
    def open(cls, path: Path) -> DeliveryLog:
        """Open the log, and make it where there is none.

        Raises:
            LogError: the path can't be written, or is no such log.
        """
        _make_folder(path)
        try:
            con = sqlite3.connect(path, isolation_level=None, timeout=30)
            con.execute("PRAGMA synchronous = EXTRA")
            con.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise LogError(f"{path} can't be used as the delivery log: {error}.") from error
        return cls(con)

    @classmethod
    def copy_in_memory(cls, path: Path) -> DeliveryLog:
        """Return a copy of the log, empty where there is none; the file is only read.

        Raises:
            LogError: the file can't be read.
        """
        memory = sqlite3.connect(":memory:", isolation_level=None)
        if path.is_file():
            try:
                uri = f"{path.absolute().as_uri()}?mode=ro"
                with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=30)) as disk:
                    disk.backup(memory)
            except sqlite3.Error as error:
                raise LogError(
                    f"{path} can't be read as the delivery log: {error}. If a dispatcher was "
                    "killed, `alerts send` without --dry-run repairs it."
                ) from error
        memory.executescript(_SCHEMA)
        return cls(memory)

    def close(self) -> None:
        """Close the file."""
        self._con.close()

    def enqueue(
        self, entries: Iterable[tuple[str, str, int, str, dict[str, Any]]], now: dt.datetime
    ) -> None:
        """Write down what should be sent: (alert_id, channel, target, mode, alert row).

        What is already in the log stays as it is.
        """
        rows = [
            (alert_id, channel, target, mode, _text(now), json.dumps(alert, default=str))
            for alert_id, channel, target, mode, alert in entries
        ]
        with self._transaction():
            self._con.executemany(
                "INSERT OR IGNORE INTO alert_deliveries "
                "(alert_id, channel, target, mode, status, queued_at, alert) "
                f"VALUES (?, ?, ?, ?, '{PENDING}', ?, ?)",
                rows,
            )

    def waiting(self, channel: str, target: int) -> list[Delivery]:
        """Return what was not sent yet on a channel's target, the oldest first."""
        return self._deliveries(
            "WHERE channel = ? AND target = ? AND status <> 'sent' ORDER BY queued_at, alert_id",
            (channel, target),
        )

    def all(self) -> list[Delivery]:
        """Return every row, the oldest first."""
        return self._deliveries("ORDER BY queued_at, alert_id, channel, target", ())

    def record(
        self,
        alert_ids: Sequence[str],
        channel: str,
        target: int,
        mode: str,
        digest_key: str | None,
        attempts: int,
        error: str | None,
        now: dt.datetime,
    ) -> None:
        """Log the outcome of one message, with its digest; error None means sent.

        On the disk when this returns. A row that was sent never changes again.
        """
        status = SENT if error is None else FAILED
        sent_at = _text(now) if error is None else None
        with self._transaction():
            self._con.executemany(
                "UPDATE alert_deliveries SET mode = ?, digest_key = ?, status = ?, "
                "attempts = attempts + ?, sent_at = ?, error = ? "
                "WHERE alert_id = ? AND channel = ? AND target = ? AND status <> 'sent'",
                [
                    (mode, digest_key, status, attempts, sent_at, error, alert_id, channel, target)
                    for alert_id in alert_ids
                ],
            )
            if digest_key is not None:
                self._con.execute(
                    "INSERT INTO digest_deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (digest_key, channel, target) DO UPDATE SET "
                    "status = excluded.status, attempts = attempts + excluded.attempts, "
                    "alerts = excluded.alerts, sent_at = excluded.sent_at, "
                    "error = excluded.error WHERE status <> 'sent'",
                    (digest_key, channel, target, status, attempts, len(alert_ids), sent_at, error),
                )

    def digest_was_sent(self, digest_key: str, channel: str, target: int) -> bool:
        """Tell whether a digest already went out on a channel's target."""
        found = self._con.execute(
            "SELECT 1 FROM digest_deliveries "
            "WHERE digest_key = ? AND channel = ? AND target = ? AND status = 'sent'",
            (digest_key, channel, target),
        )
        return found.fetchone() is not None

    def keep_scores(self, scores: Iterable[tuple[str, dt.date, float]]) -> None:
        """Keep health scores (platform, kpi_date, score 0-100): the mart holds only the last."""
        with self._transaction():
            self._con.executemany(
                "INSERT OR REPLACE INTO health_scores VALUES (?, ?, ?)",
                [(platform, date.isoformat(), score) for platform, date, score in scores],
            )

    def scores(self, platform: str) -> list[tuple[dt.date, float]]:
        """Return a platform's kept health scores by date."""
        rows = self._con.execute(
            "SELECT kpi_date, health_score FROM health_scores WHERE platform = ? ORDER BY kpi_date",
            (platform,),
        )
        return [(dt.date.fromisoformat(date), score) for date, score in rows]

    def _deliveries(self, condition: str, parameters: tuple[object, ...]) -> list[Delivery]:
        rows = self._con.execute(
            "SELECT alert_id, channel, target, mode, digest_key, status, attempts, queued_at, "
            f"sent_at, error, alert FROM alert_deliveries {condition}",
            parameters,
        )
        return [Delivery(*row[:-1], alert=json.loads(row[-1])) for row in rows]

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self._con:  # commits, or rolls back
                self._con.execute("BEGIN IMMEDIATE")
                yield
        except sqlite3.Error as error:
            raise LogError(
                f"the delivery log can't be written: {error}. What was just sent may be sent once "
                "more by the next run."
            ) from error


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LogError(
            f"the folder of the delivery log {path} can't be made: {error.strerror}. "
            "Name another place with WAREHOUSE_ALERT_LOG."
        ) from error


def _text(instant: dt.datetime) -> str:
    """Return an instant as UTC text."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
