"""Values of raw documents for nasty_raw_data.py, and the ways to spell them.

The fields come from the oracle's contract: types, ranges, enums. A value is made first (text,
Decimal, bool, datetime in UTC, (latitude, longitude), list of texts), then spelled as JSON in one
of the ways that the contract of raw data allows; optional fields may be absent or unreadable.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from oracle.contract import CONTRACT, TOO_LARGE, Field
from warehouse_builder import Row

Key = tuple[str, str]  # platform, collection
Values = dict[str, Any]  # by field name, dots and all

TICK, SECOND, MINUTE = timedelta(microseconds=1), timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_CHANGE = datetime(2026, 4, 4, 16, tzinfo=UTC)  # in Sydney, from 3:00 back to 2:00
HISTORY = 110  # days
SMALL_NUMBERS_ONLY = 95 * DAY  # before as_of: in sums of 90 days, huge ones would hide the rest
# Kept out, for project and oracle are known to differ: coins of more than 4 decimals (int_money
# rounds them before it shares them out).
FOUR_DECIMALS = Decimal("0.0001")
MIDNIGHT = {"minute": 0, "second": 0, "microsecond": 0, "hour": 0}

USERS = {
    "avalo": [f"u{n}" for n in range(1, 26)],
    "halobuzz": [f"h{n}" if n % 3 else f"{n:024x}" for n in range(1, 21)],
    "ops": ["anna", "bob"],
}
CREATORS = 6  # the first users
ORPHANS = ["ghost", "U1"]
ACTORS = {"userId", "payerId", "attendeeId", "viewerId", "senderId", "reporterId", "actor"}
PARTNERS = {"receiverId", "earnerId", "creatorId", "targetId", "targetUserId", "hostId"}

LIKELY = {"spend", "purchase", "completed", "approved", "gift", "coin_topup", "view", "usd", "open"}
TEXTS = {
    "country": ["PL", "PL", " pl ", "US", "de", "AU", "NP", "IN", "BR", "ZA", "XX", "Poland"],
    "context": ["CHAT", "chat", "AI_SESSION", "VOICE", "ai_video", "Tip", "CALENDAR", "EVENT"],
    "leaveReason": ["competitor", "COMPETITOR", "price"],
    "refundOf": [f"transactions-{n}" for n in range(330)],
    "experimentId": ["exp1", "exp1", "exp2"],
    "variant": ["control", "A", "B"],
    "severity": ["low", "medium", "critical"],
    "note": ["false_positive", "False_Positive", "ok"],
}
INTERESTS = ["Music", "music ", "art", "ÄRGER", "ärger", "travel", "", " ", "Yoga"]
NUMBERS = ["0", "1", "5", "10", "20", "100", "125", "250", "500", "1000", "5000", "1234567"]
NUMBERS += ["0", "0.00005", "9.99", "33.333349999999996", "99.99995", "499.9999", "1234.56785"]
PLACES = [(52.2297, 21.0122), (52.2297, 21.4622), (-33.8688, 151.2093), (90, -180), (0, 0)]
OFFSETS = [0 * DAY, 5 * MINUTE, 30 * MINUTE, HOUR, DAY, 3 * DAY, 7 * DAY, 7 * DAY + TICK, -MINUTE]

MISSING = object()
NO_NUMBERS = ["abc", "NaN", {"$numberDouble": "Infinity"}, True, [1], {}, "1,5", "0x10", "1e400"]
UNREADABLE: dict[str, list[Any]] = {
    "ts": ["soon", "2026-02-30T10:00:00Z", {"_seconds": "x"}, [], True, "10000-01-01T00:00:00Z"],
    "n": NO_NUMBERS,
    "i": NO_NUMBERS,
    "b": ["yes", 1, 0, "1", [], {}],
    "geo": [{"_latitude": 90.5, "_longitude": 1}, {"latitude": "x", "longitude": 2}, [1, 2], {}],
    "[s]": ["a,b", {}, 5],
    "s": [{"x": 1}, []],
}


def event_field(key: Key) -> Field:
    """The event time of a collection."""
    return next(field for field in CONTRACT[key] if field.event_time)


def to_text(document: Row) -> str:
    """JSON text of a document; a text `<<1.5E+06>>` in it becomes that number, digit by digit."""
    return re.sub(r'"<<(.*?)>>"', r"\1", json.dumps(document))


def nested(flat: Values) -> Row:
    """A document of spelled values: `a.b` becomes b in an object a; what is MISSING is left out."""
    document: Row = {}
    for name, value in flat.items():
        if value is not MISSING:
            outer, _, inner = name.partition(".")
            if inner:
                document.setdefault(outer, {})[inner] = value
            else:
                document[name] = value
    return document


class Dice(Random):
    """Chance from a seed."""

    def happens(self, share: float) -> bool:
        return self.random() < share


class NastyValues:
    """Makes values and spells them."""

    def __init__(self, dice: Dice, as_of: datetime) -> None:
        self.dice = dice
        self.as_of = as_of  # in UTC
        self.moments = [as_of]  # to meet again
        self.borders = self._borders()

    # values ------------------------------------------------------------------------------

    def _borders(self) -> list[datetime]:
        """Midnights of 40 days in UTC and Sydney, the clock change, edges of trailing windows."""
        found = [CLOCK_CHANGE + n * 30 * MINUTE for n in range(-3, 4)] * 3
        found += [self.as_of - n * DAY for n in (0, 1, 7, 14, 28, 30, 60, 90)] * 2
        for zone in (UTC, ZoneInfo("Australia/Sydney")):
            local = self.as_of.astimezone(zone).replace(**MIDNIGHT)
            found += [(local - n * DAY).astimezone(UTC) for n in range(40)]
        return [at for at in found if at <= self.as_of]

    def _moment(self) -> datetime:
        """An instant of the history: anywhere, on a border, at an earlier one, or after as_of."""
        kind = self.dice.random()
        if kind < 0.03:
            at = self.as_of + self.dice.choice([TICK, HOUR, 20 * HOUR])
        elif kind < 0.2:
            at = self.dice.choice(self.borders) + self.dice.choice([-TICK, 0 * DAY, 0 * DAY, TICK])
        elif kind < 0.35:
            later = [0 * DAY, TICK, 10 * MINUTE, 7 * DAY]
            at = self.dice.choice(self.moments) + self.dice.choice(later)
        else:
            at = self.as_of - self.dice.choice([1, 8, 31, 90, HISTORY]) * DAY * self.dice.random()
            at = self.dice.choice([at, at.replace(microsecond=0), at.replace(minute=0, second=0)])
        self.moments.append(at)
        return at

    def _person(self, platform: str, creators: bool) -> str:
        if self.dice.happens(0.05):
            return self.dice.choice(ORPHANS)
        first = CREATORS if creators and self.dice.happens(0.9) else None
        return self.dice.choice(USERS[platform][:first])

    def _amount(self, field: Field, at: datetime) -> Decimal:
        """A number in the field's range, seldom its limit."""
        if field.low is not None and field.high is not None:  # a grade
            between = (field.low + field.high) * Decimal("0.45")
            return self.dice.choice([field.low, field.high, between])
        if self.dice.happens(0.01) and at < self.as_of - SMALL_NUMBERS_ONLY:
            return TOO_LARGE - 1
        number = Decimal(self.dice.choice(NUMBERS))
        if field.name == "coins":
            number = number.quantize(FOUR_DECIMALS, ROUND_DOWN)
        is_negative = field.low != 0 and self.dice.happens(0.3)
        return -number if is_negative else number

    def _value(self, platform: str, field: Field, at: datetime, actor: str) -> object:
        """The value of a field of a document whose event is at an instant, by an actor."""
        name = field.name
        if name in ("updatedAt", "deletedAt") or (not field.required and self.dice.happens(0.15)):
            return None
        if name in ACTORS:
            return actor
        if name in PARTNERS:
            return actor if self.dice.happens(0.05) else self._person(platform, creators=True)
        if name == "hostIds":
            count = self.dice.choice(range(5))
            return [self._person(platform, creators=True) for _ in range(count)]
        if field.allowed:
            likely = [value for value in field.allowed if value in LIKELY]
            unknown = [] if name == "currency" else ["weird"] * self.dice.happens(0.1)
            return self.dice.choice([*field.allowed, *likely * 4, *unknown])
        makers = {
            "ts": lambda: at if field.event_time else at + self.dice.choice(OFFSETS),
            "n": lambda: self._amount(field, at),
            "i": lambda: self._amount(field, at),
            "b": lambda: self.dice.happens(0.4),
            "geo": lambda: self.dice.choice(PLACES),
            "[s]": lambda: self.dice.sample(INTERESTS, self.dice.choice(range(6))),
            "s": lambda: self.dice.choice(TEXTS.get(name, ["abc", "def", "x y"])),
        }
        return makers[field.type]()

    def make(self, key: Key, fixed: Values) -> Values:
        """Values of all fields of a document; the fixed ones are given."""
        at = fixed.get(event_field(key).name) or self._moment()
        actor = next((fixed[name] for name in fixed if name in ACTORS), None)
        actor = actor or self._person(key[0], creators=False)
        return {f.name: self._value(key[0], f, at, actor) for f in CONTRACT[key]} | fixed

    # spelling ----------------------------------------------------------------------------

    def spell_time(self, platform: str, at: datetime) -> object:
        """One of the spellings of an instant; nanoseconds are to be cut."""
        seconds, micros = divmod((at - EPOCH) // TICK, 1_000_000)
        millis = seconds * 1000 + micros // 1000
        nanos = micros * 1000 + self.dice.choice([0, 1, 999])
        fraction = f".{micros:06d}".rstrip("0").rstrip(".")
        text = f"{at:%Y-%m-%dT%H:%M:%S}"
        abroad = f"{at + timedelta(hours=5, minutes=45):%Y-%m-%dT%H:%M:%S}{fraction}+05:45"
        iso = [text + ending for ending in (f"{fraction}Z", fraction, f".{nanos:09d}Z")] + [abroad]
        found: list[object] = [*iso]
        if platform == "avalo":
            found += [{"_seconds": seconds, "_nanoseconds": nanos}] * 4
            found += [{"seconds": seconds, "nanoseconds": nanos}] * 2
        whole = [millis, str(millis)] if micros % 1000 == 0 else []
        if platform == "halobuzz":
            found += [{"$date": spelled} for spelled in iso]
            found += [{"$date": value} for value in whole[:1] * 2]
            found += [{"$date": {"$numberLong": value}} for value in whole[1:] * 2]
        return self.dice.choice([*found, *whole])

    def _spell_number(self, platform: str, field: Field, number: Decimal) -> object:
        """A JSON number, its text or a wrapper; an integer may get a fraction."""
        text = f"{number:f}"
        if field.type == "i" and "." not in text and self.dice.happens(0.2):
            text += ".9"
        found: list[object] = [f"<<{text}>>"] * 6 + [text, f" {text} ", f"<<{text}e0>>"]
        if platform == "halobuzz":
            found += [{"$numberDouble": text}, {"$numberDecimal": text}]
        if platform == "halobuzz" and abs(number) >= 10**6:
            found += [f"<<{number.scaleb(-6):f}E+06>>"] * 6
        if "." not in text:
            found += [f"<<{text}.0>>", f"{text}.0"]
            found += [{"$numberInt": text}, {"$numberLong": text}] * (platform == "halobuzz")
        return self.dice.choice(found)

    def _spell_text(self, platform: str, field: Field, text: str) -> object:
        """Text: any case of an enum, an id as a reference or an $oid."""
        if field.allowed:
            return self.dice.choice([text, text.upper(), text.title()])
        if platform == "halobuzz" and len(text) == 24 and self.dice.happens(0.7):
            return {"$oid": text}
        root = "projects/p/databases/(default)/documents/" if self.dice.happens(0.5) else ""
        is_reference = field.is_id and self.dice.happens(0.15)
        return f"{root}users/{text}" if is_reference else text

    def spell(self, platform: str, field: Field, value: Any) -> object:  # noqa: ANN401
        """A value as it stands in the raw document."""
        if value is None:
            return self.dice.choice([MISSING, None])
        if field.type == "ts":
            return self.spell_time(platform, value)
        if field.type in "ni":
            return self._spell_number(platform, field, value)
        if field.type == "b":
            return self.dice.choice([value, value, str(value), str(value).upper()])
        if field.type == "geo":
            prefix = self.dice.choice(["", "_"])
            return {f"{prefix}latitude": value[0], f"{prefix}longitude": value[1]}
        if field.type == "[s]":
            texts = [self._spell_text(platform, field, text) for text in value]
            return texts + self.dice.choice([[], [None]])
        return self._spell_text(platform, field, value)

    def _spoilt(self, field: Field) -> object:
        """What stands where an optional field is absent, unreadable or a number out of range."""
        absent = [MISSING, None, "", "  "]
        beyond = [-1, int(TOO_LARGE), "-1000000000000.5"] if field.type in "ni" else []
        return self.dice.choice([*absent, *UNREADABLE[field.type], *beyond])

    def document(self, key: Key, values: Values, spoil: float = 0.07) -> Row:
        """The raw document of values, a share of its optional fields spoilt."""
        flat = {f.name: self.spell(key[0], f, values[f.name]) for f in CONTRACT[key]}
        for field in CONTRACT[key]:
            is_spoilt = not field.required and self.dice.happens(spoil)
            if is_spoilt and field.name not in ("updatedAt", "deletedAt"):
                flat[field.name] = self._spoilt(field)
        return nested(flat)
