"""Nasty raw data from a seed: all collections, few users, what real sources seldom send at once.

Documents are moved, broken, deleted, made again and delivered again, early ones too; values are
missing, blank or unreadable; times lie on borders of dates and on each other; bursts make every
abuse signal fire, and people answer some of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any

from nasty_values import (
    DAY,
    EPOCH,
    HISTORY,
    HOUR,
    MIDNIGHT,
    MINUTE,
    OFFSETS,
    SECOND,
    TICK,
    UNREADABLE,
    USERS,
    Dice,
    Key,
    NastyValues,
    Values,
    event_field,
    to_text,
)
from oracle.check import KEYS, build_world
from oracle.contract import CONTRACT, ID_FIELD, TOO_LARGE, Field
from oracle.world import World
from warehouse_builder import PROJECT_DIR, Row, change, write_changes, write_lines

Reason = tuple[str, Field | None]  # of quarantine, and the field it names

BEFORE_LAUNCH = datetime(2019, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
ACTIONS = ("ops", "actions")
SIZES = {  # documents of a collection; DOCUMENTS in all others
    **dict.fromkeys(["walletTransactions", "transactions"], 330),
    **dict.fromkeys(["appSessions", "sessions"], 160),
    **dict.fromkeys(["chats", "profileEvents", "funnelEvents"], 110),
    **dict.fromkeys(["calls", "calendarBookings", "refunds", "gameSessions", "messages"], 70),
    **{"monetizationStrategies": 5, "actions": 0},
}
DOCUMENTS = 28
LAGS = [0 * DAY, 0 * DAY, SECOND, HOUR, 6 * HOUR, DAY, 2 * DAY, 9 * DAY, -HOUR, -DAY]
STEPS = [0 * DAY, TICK, SECOND, HOUR, DAY, 3 * DAY, 10 * DAY, -HOUR]
NO_JSON = ["{", "[]", '"text"', "5", '{"a":']
# What happens to a document once it was written.
FATES = ["moved"] * 4 + ["deleted"] * 2 + ["broken", "tied", "old_data", "again", "too early"]

SPENT = {"type": "spend", "status": "completed", "amount": Decimal(-125), "receiverId": "u1"}
PANIC = {"type": "panic", "resolution": "false_positive"}
CANCELLED = {"status": "cancelled_by_creator", "cancelledAt": None}
Burst = tuple[str, str, str, Values, int, timedelta]
BURSTS: list[Burst] = [  # platform, collection, subject, what is fixed, events, time between two
    ("avalo", "refunds", "userId", {"status": None}, 6, 4 * HOUR),
    ("avalo", "walletTransactions", "userId", SPENT, 5, 2 * MINUTE),
    ("avalo", "safetyAlerts", "userId", PANIC, 7, 8 * HOUR),
    ("avalo", "safetyAlerts", "userId", {"type": "mismatch"}, 6, 2 * DAY),
    ("avalo", "aiInteractions", "userId", {"flagged": True}, 6, 4 * HOUR),
    ("avalo", "calendarBookings", "creatorId", CANCELLED, 6, DAY),
    ("avalo", "appSessions", "userId", {}, 51, MINUTE),
    ("halobuzz", "sessions", "userId", {}, 51, MINUTE),
    ("halobuzz", "transactions", "userId", {"type": "refund", "status": None}, 6, 3 * HOUR),
]


def possible_reasons(key: Key) -> list[Reason]:
    """Every reason of quarantine that rows of a collection can have."""
    required = [field for field in CONTRACT[key] if field.required]
    numbers = [field for field in required if field.type in "ni"]
    times = [field for field in required if field.type == "ts"]
    launched = [event_field(key)] if key != ACTIONS else []
    reasons: list[Reason] = [("invalid_json", None), ("missing_id", None)]
    reasons += [("missing_field", field) for field in required]
    reasons += [("bad_timestamp", field) for field in times]
    reasons += [("bad_number", field) for field in numbers]
    reasons += [("out_of_range", field) for field in [*numbers, *launched]]
    reasons += [("unknown_currency", None)] if key == ("halobuzz", "transactions") else []
    return [*reasons, ("future_timestamp", event_field(key))]


class NastyData:
    """Raw rows by (platform, collection, dt): rows of the change log, or lines of text."""

    def __init__(self, seed: int, as_of: datetime) -> None:
        self.dice = Dice(seed)
        self.as_of = as_of.replace(tzinfo=UTC)
        self.values = NastyValues(self.dice, self.as_of)
        self.rows: dict[tuple[str, str, date], list[Any]] = defaultdict(list)
        self.numbers = 0  # given so far, for ids of documents and changes
        for key in CONTRACT:
            self._write_collection(key)
            self._write_every_reason(key)
        for burst in BURSTS:
            self._write_burst(burst)
            self._write_burst((*burst[:5], 0 * DAY))

    def _number(self) -> int:
        self.numbers += 1
        return self.numbers

    # rows --------------------------------------------------------------------------------

    def _row(self, key: Key, name: str, document: Row, at: datetime) -> Any:  # noqa: ANN401
        """A row of the change log, committed at an instant; or a line."""
        if key[0] != "avalo":
            spelled = {"$oid": name} if key[0] == "halobuzz" and len(name) == 24 else name
            return to_text({ID_FIELD[key[0]]: spelled} | document)
        event = self.dice.choice([f"e{self._number()}", f"e{self.numbers}", "e1", "", None])
        path = (
            self.dice.choice(["", "projects/p/databases/(default)/documents/"]) + f"{key[1]}/{name}"
        )
        column = self.dice.choice([name, name, name, None, ""])
        operation = self.dice.choice(["CREATE", "UPDATE"]) if event else "IMPORT"
        text = to_text(document)
        return change(column, text, at=at, event_id=event, operation=operation, name=path)

    def _land(self, key: Key, row: Row | str, at: datetime) -> None:
        self.rows[(*key, at.date())].append(row)

    def _write_version(self, key: Key, name: str, values: Values, at: datetime) -> tuple[Row, Any]:
        """Land a good version; return its document and row."""
        document = self.values.document(key, values)
        if key[0] == "halobuzz" and self.dice.happens(0.6):
            document["updatedAt"] = self.values.spell_time(key[0], at)
        row = self._row(key, name, document, at)
        if key[0] == "avalo" and row["operation"] == "IMPORT" and self.dice.happens(0.3):
            row["timestamp"] = EPOCH
        self._land(key, row, at)
        return document, row

    def _write_life(self, key: Key, name: str, fixed: Values, fates: int) -> None:
        """Land a document and what becomes of it in a number of steps."""
        values = self.values.make(key, fixed)
        at = values[event_field(key).name] + self.dice.choice(LAGS)
        at = min(at, self.as_of) if self.dice.happens(0.8) else at
        document, row = self._write_version(key, name, values, at)
        for _ in range(fates):
            at += self.dice.choice(STEPS)
            fate = self.dice.choice(FATES)
            if fate == "moved":
                fresh = self.values.make(key, fixed)
                moved = self.dice.sample(sorted(fresh), self.dice.choice([1, 2, 3]))
                values |= {field: fresh[field] for field in moved}
                document, row = self._write_version(key, name, values, at)
            elif fate == "deleted":
                self._write_deletion(key, name, document, at)
            elif fate == "broken":
                self._write_broken(key, name, self.dice.choice(possible_reasons(key)), at)
            elif fate == "too early":
                self._write_too_early(key, name, values)
            elif fate == "again":
                self._land(key, row, at + self.dice.choice([0, 1, 5]) * DAY)
            elif key[0] != "avalo":
                self._write_tied_lines(key, name, document, at)
            else:
                first = self.dice.choice(['{"a": 1, ', '{"z": 1, '])
                other = {"old_data": "{}", "data": row["data"].replace("{", first, 1)}
                self._land(key, row | {fate: other[fate]} if fate in other else row | other, at)

    def _write_deletion(self, key: Key, name: str, document: Row, at: datetime) -> None:
        """A DELETE row, some with data that don't count; a line with deletedAt, whole or bare."""
        if key[0] == "avalo":
            other = self.values.document(key, self.values.make(key, {}))
            row = self._row(key, name, other, at) | {"operation": "DELETE"}
            row |= self.dice.choice([{}, {"data": None}])
        else:
            marks = [self.values.spell_time(key[0], at), "x", {"$date": "2030-01-01T00:00:00Z"}]
            mark = self.dice.choice(marks)
            row = self._row(key, name, self.dice.choice([document, {}]) | {"deletedAt": mark}, at)
        self._land(key, row, at)

    def _write_tied_lines(self, key: Key, name: str, document: Row, at: datetime) -> None:
        """Lines of one time without updatedAt: two live ones, or a live and a deleted one."""
        plain = {field: value for field, value in document.items() if field != "updatedAt"}
        other = self.dice.choice([{"a": 1}, {"deletedAt": "x"}, {"deletedAt": "2026-04-01"}])
        for tied in (plain, self.dice.choice([plain | other, other | plain])):
            self._land(key, self._row(key, name, tied, at), at)

    def _write_too_early(self, key: Key, name: str, values: Values) -> None:
        """A row that came before its event and, most often, once more after it."""
        event = values[event_field(key).name]
        row = self._row(key, name, self.values.document(key, values), event)
        if key[0] == "avalo":
            row |= {"timestamp": EPOCH, "operation": "IMPORT", "event_id": ""}
        self._land(key, row, event - 3 * DAY)
        if self.dice.happens(0.7):
            self._land(key, row, event + self.dice.choice([0, 1]) * DAY)

    def _write_broken(self, key: Key, name: str, reason: Reason, at: datetime) -> None:
        """A row that goes to quarantine for a reason."""
        kind, field = reason
        values = self.values.make(key, {event_field(key).name: at - HOUR})
        document = self.values.document(key, values, spoil=0)
        if field is not None:
            document[field.name] = self._broken_value(key[0], kind, field, at)
        if kind == "unknown_currency":
            document["currency"] = self.dice.choice(["EUR", "usdt"])
        row = self._row(key, name, document, at)
        if kind == "invalid_json":
            text = self.dice.choice(NO_JSON)
            row = row | {"data": self.dice.choice([text, None])} if key[0] == "avalo" else text
        if kind == "missing_id" and key[0] == "avalo":
            row |= {"document_id": None, "document_name": self.dice.choice([None, f"{key[1]}/"])}
        elif kind == "missing_id":
            row = to_text(document | {ID_FIELD[key[0]]: self.dice.choice([None, "", " "])})
        self._land(key, row, at)

    def _broken_value(self, platform: str, kind: str, field: Field, at: datetime) -> object:
        """What a required field holds in a row that arrives at an instant."""
        if kind == "missing_field":
            return self.dice.choice([None, "", "  "])
        if kind in ("bad_timestamp", "bad_number"):
            return self.dice.choice(UNREADABLE[field.type])
        if kind == "future_timestamp":
            arrival = at if platform == "avalo" else at.replace(**MIDNIGHT) + DAY
            return self.values.spell_time(platform, arrival + DAY + TICK)
        below = [] if field.low is None else [field.low - 1]
        beyond = (
            BEFORE_LAUNCH if field.event_time else self.dice.choice([TOO_LARGE, -TOO_LARGE, *below])
        )
        return self.values.spell(platform, field, beyond)

    # what there is -------------------------------------------------------------------------

    def _write_collection(self, key: Key) -> None:
        """The documents of a collection, each with what becomes of it; users are there early."""
        names = [f"{key[1]}-{n}" for n in range(SIZES.get(key[1], DOCUMENTS))]
        is_users = key[1] == "users"
        for name in USERS[key[0]] if is_users else names:
            created = self.as_of - (HISTORY + 5 * self.dice.random()) * DAY
            fixed = {"createdAt": created} if is_users and self.dice.happens(0.7) else {}
            self._write_life(key, name, fixed, self.dice.choice([0, 0, 0, 0, 1, 1, 2, 4]))

    def _write_every_reason(self, key: Key) -> None:
        """A row of each reason of quarantine, of a document of its own or one that is there."""
        for reason in possible_reasons(key):
            name = self.dice.choice([f"{key[1]}-1", f"broken-{self._number()}"])
            self._write_broken(key, name, reason, self.as_of - 30 * DAY * self.dice.random())

    def _write_burst(self, burst: Burst) -> None:
        """Events of one subject, a gap between two, from the start of an hour on."""
        platform, collection, subject, fixed, count, gap = burst
        key = (platform, collection)
        first = self.as_of - self.dice.choice(range(15, 25)) * DAY
        first = first.replace(minute=0, second=0, microsecond=0)
        fixed = {**fixed, subject: self.dice.choice(USERS[platform])}
        for number in range(count):
            at = first + number * gap
            values = self.values.make(key, {**fixed, event_field(key).name: at})
            name = f"burst-{self._number()}"
            self._land(
                key, self._row(key, name, self.values.document(key, values, spoil=0), at), at
            )

    def answer(self, world: World) -> None:
        """Let people acknowledge and resolve some alerts, signals and breached guardrails."""
        ids = {"alert": "alert_id", "abuse_signal": "signal_id", "guardrail": "evaluation_id"}
        marts = ("alerts", "abuse_signals", "guardrail_evaluations")
        for (kind, column), mart in zip(ids.items(), marts, strict=True):
            rows = [row for row in KEYS[mart][0](world) if row.get("is_breached", True)]
            rows.sort(key=itemgetter(column))
            for row in self.dice.sample(rows, min(len(rows), 25)):
                seen = row.get("last_seen_at") or row.get("detected_at") or world.as_of
                at = seen.replace(tzinfo=UTC) + self.dice.choice(OFFSETS)
                fixed = {"object_type": kind, "object_id": row[column], "at": at}
                if kind == "abuse_signal" and self.dice.happens(0.4):
                    fixed |= {"object_id": "moved", **self._names_of(row)}
                self._write_life(
                    ACTIONS, f"actions-{self._number()}", fixed, self.dice.choice([0, 0, 1])
                )

    def _names_of(self, signal: Row) -> Values:
        """What an action may name of a signal in place of its id."""
        subject = ">".join(who for who in (signal["user_id"], signal["creator_id"]) if who)
        detected = signal["detected_at"].replace(tzinfo=UTC)
        named = {name: signal[name] for name in ("platform", "signal_type")}
        return {**named, "subject": subject, "detected_at": detected}

    def write(self, raw_dir: Path, keys: Iterable[Key]) -> None:
        """Write the files of some collections, some of them twice under another name."""
        wanted = set(keys)
        for (platform, collection, day), rows in self.rows.items():
            if (platform, collection) not in wanted:
                continue
            self.dice.shuffle(rows)
            ending = ".ndjson" if platform == "ops" else ".ndjson.gz"
            for name in ["part-0", "copy"][: 2 if self.dice.happens(0.1) else 1]:
                if platform == "avalo":
                    write_changes(raw_dir, collection, f"{day}", rows, file=name)
                else:
                    file = name + ending
                    write_lines(raw_dir, collection, f"{day}", rows, platform=platform, file=file)


def write_nasty_data(raw_dir: Path, seed: int, as_of: datetime) -> NastyData:
    """Write nasty raw data below raw_dir, as it is at as_of (UTC); return it too."""
    data = NastyData(seed, as_of)
    data.write(raw_dir, [key for key in CONTRACT if key != ACTIONS])
    data.answer(build_world(raw_dir, PROJECT_DIR / "seeds", as_of))
    data.write(raw_dir, [ACTIONS])
    return data
