"""How single raw values are read: hand-written rows, one document each, in one shared build.

Every case lands on a dt of its own (within its collection), so what became of it is found by that
date: in staging, in quarantine_records or in parse_losses.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from warehouse_builder import (
    CHANGELOG_SCHEMA,
    LANDING,
    Builder,
    Row,
    change,
    write_changes,
    write_lines,
)

AS_OF = "2030-01-01T00:00:00Z"
FIRST_DT = date(2026, 1, 1)

# 2026-01-02T03:04:05Z
SECONDS = 1_767_323_045
WHOLE = datetime(2026, 1, 2, 3, 4, 5)
EPOCH = datetime(1970, 1, 1)
LAST = datetime(9999, 12, 31, 23, 59, 59, 999999)


class Json(str):
    """JSON text that goes into a document as it is written."""


MISSING = object()  # a field that is not there at all


def text_of(document: Row) -> str:
    """Return a document as JSON text; Json values as they are."""
    parts = [
        f"{json.dumps(name)}: {value if isinstance(value, Json) else json.dumps(value)}"
        for name, value in document.items()
        if value is not MISSING
    ]
    return "{" + ", ".join(parts) + "}"


DAY = "2024-01-01T00:00:00Z"
# A good document of each collection used here (avalo), and the staging model that shows it.
AVALO: dict[str, tuple[str, Row]] = {
    "users": ("stg_avalo__users", {"createdAt": DAY}),
    "walletTransactions": (
        "stg_avalo__wallet_transactions",
        {"createdAt": DAY, "userId": "u1", "type": "SPEND", "amount": -5},
    ),
    "calls": (
        "stg_avalo__calls",
        {"startedAt": DAY, "payerId": "u1", "earnerId": "u2", "callType": "VOICE"},
    ),
    "calendarBookings": (
        "stg_avalo__calendar_bookings",
        {
            "createdAt": DAY,
            "attendeeId": "u1",
            "creatorId": "u2",
            "cost": 100,
            "meetingDate": "2024-02-01T00:00:00Z",
        },
    ),
    "chargebacks": (
        "stg_avalo__chargebacks",
        {"createdAt": DAY, "userId": "u1", "amountPLN": 10},
    ),
    "appSessions": ("stg_avalo__app_sessions", {"startedAt": DAY, "userId": "u1"}),
    "creatorReviews": (
        "stg_avalo__creator_reviews",
        {"createdAt": DAY, "creatorId": "u2", "userId": "u1", "rating": 4},
    ),
    "profileEvents": (
        "stg_avalo__profile_events",
        {"createdAt": DAY, "viewerId": "u1", "creatorId": "u2", "type": "VIEW"},
    ),
    "userFeedback": (
        "stg_avalo__user_feedback",
        {"createdAt": DAY, "userId": "u1", "score": 50},
    ),
    "monetizationStrategies": (
        "stg_avalo__monetization_strategies",
        {"effectiveDate": DAY, "name": "basic"},
    ),
}
HALOBUZZ: dict[str, tuple[str, Row]] = {
    "users": ("stg_halobuzz__users", {"createdAt": DAY}),
    "transactions": (
        "stg_halobuzz__transactions",
        {"createdAt": DAY, "userId": "h1", "type": "gift", "amount": 5, "currency": "USD"},
    ),
    "streams": ("stg_halobuzz__streams", {"startedAt": DAY, "hostId": "h1"}),
    "battles": ("stg_halobuzz__battles", {"startedAt": DAY}),
    "sessions": ("stg_halobuzz__sessions", {"startedAt": DAY, "userId": "h1"}),
    "gameSessions": (
        "stg_halobuzz__game_sessions",
        {"startedAt": DAY, "userId": "h1", "gameId": "g1", "stake": 1, "payout": 0},
    ),
}
MODELS = {
    **{("avalo", name): model for name, (model, _) in AVALO.items()},
    **{("halobuzz", name): model for name, (model, _) in HALOBUZZ.items()},
}


@dataclass
class Case:
    """One raw row and what is expected of it: a reason, or columns of staging and lost fields."""

    name: str
    platform: str
    collection: str
    text: str | None
    reason: str | None = None
    columns: Row = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    envelope: Row = field(default_factory=dict)  # columns of the change log
    dt: date = FIRST_DT

    @property
    def key(self) -> tuple[str, str, date]:
        return self.platform, self.collection, self.dt


CASES: list[Case] = []
_days: dict[tuple[str, str], Iterator[int]] = defaultdict(lambda: iter(range(10_000)))


def _add(case: Case) -> None:
    case.dt = FIRST_DT + timedelta(days=next(_days[case.platform, case.collection]))
    CASES.append(case)


def avalo(
    name: str,
    collection: str,
    change_of: Row | str | None,
    /,
    *,
    reason: str | None = None,
    columns: Row | None = None,
    lost: tuple[str, ...] = (),
    **envelope: object,
) -> None:
    """Add a case: the collection's good document with these fields, or a text as it is."""
    text = change_of
    if isinstance(change_of, dict):
        text = text_of(AVALO[collection][1] | change_of)
    _add(Case(name, "avalo", collection, text, reason, columns or {}, lost, envelope))


def halobuzz(
    name: str,
    collection: str,
    change_of: Row | str,
    *,
    reason: str | None = None,
    columns: Row | None = None,
    lost: tuple[str, ...] = (),
) -> None:
    """Add a case: the collection's good document with these fields, or a text as it is."""
    text = change_of
    if isinstance(change_of, dict):
        text = text_of({"_id": name} | HALOBUZZ[collection][1] | change_of)
    _add(Case(name, "halobuzz", collection, text, reason, columns or {}, lost))


# ---------------------------------------------------------------- times, as Avalo's apps write them
def micros(value: int) -> datetime:
    return WHOLE + timedelta(microseconds=value)


AVALO_TIMES: dict[str, tuple[object, datetime]] = {
    "_seconds": ({"_seconds": SECONDS, "_nanoseconds": 0}, WHOLE),
    "_nanoseconds cut": ({"_seconds": SECONDS, "_nanoseconds": 123456789}, micros(123456)),
    "_nanoseconds not rounded up": (
        {"_seconds": SECONDS, "_nanoseconds": 999999999},
        micros(999999),
    ),
    "_seconds alone": ({"_seconds": SECONDS}, WHOLE),
    "seconds": ({"seconds": SECONDS, "nanoseconds": 5000}, micros(5)),
    "seconds alone": ({"seconds": SECONDS}, WHOLE),
    "seconds as text": ({"_seconds": str(SECONDS), "_nanoseconds": "5000"}, micros(5)),
    "_seconds before 1970": (
        {"_seconds": -1, "_nanoseconds": 999999000},
        datetime(1969, 12, 31, 23, 59, 59, 999999),
    ),
    "_nanoseconds cut before 1970": (
        {"_seconds": -1, "_nanoseconds": 999999999},
        datetime(1969, 12, 31, 23, 59, 59, 999999),
    ),
    "1 ns before 1970": ({"_seconds": -1, "_nanoseconds": 1}, datetime(1969, 12, 31, 23, 59, 59)),
    "last _seconds": ({"_seconds": 253402300799, "_nanoseconds": 999999999}, LAST),
    **{
        f"ISO, {digits} digits": (
            f"2026-01-02T03:04:05{'.' if digits else ''}{'987654321'[:digits]}Z",
            micros(int("987654321"[:digits].ljust(9, "0")) // 1000),
        )
        for digits in range(10)
    },
    "ISO +02:00": ("2026-01-02T05:04:05+02:00", WHOLE),
    "ISO +0200": ("2026-01-02T05:04:05+0200", WHOLE),
    "ISO +02": ("2026-01-02T05:04:05+02", WHOLE),
    "ISO -03:30": ("2026-01-01T23:34:05.25-03:30", micros(250000)),
    "ISO -0330": ("2026-01-01T23:34:05-0330", WHOLE),
    "ISO +00:00": ("2026-01-02T03:04:05+00:00", WHOLE),
    "ISO without zone": ("2026-01-02T03:04:05", WHOLE),
    "ISO without zone, 9 digits": ("2026-01-02T03:04:05.000000999", WHOLE),
    "ISO with a space": ("2026-01-02 03:04:05", WHOLE),
    "ISO with a space and zone": ("2026-01-02 05:04:05.5+02:00", micros(500000)),
    "ISO with space and Z": ("2026-01-02 03:04:05.000001Z", micros(1)),
    "ISO in small letters": ("2026-01-02t03:04:05z", WHOLE),
    "ISO date": ("2026-01-02", datetime(2026, 1, 2)),
    "ISO before 1970": ("1969-12-31T23:59:59.9999999Z", datetime(1969, 12, 31, 23, 59, 59, 999999)),
    "ISO of year 1": ("0001-01-01T00:00:00Z", datetime(1, 1, 1)),
    "ISO of year 9999": ("9999-12-31T23:59:59.999999999Z", LAST),
    "leap day": ("2028-02-29T00:00:00Z", datetime(2028, 2, 29)),
    "ms": (SECONDS * 1000 + 123, micros(123000)),
    "ms as text": (str(SECONDS * 1000 + 123), micros(123000)),
    "ms with a fraction": (Json("1767323045123.4567"), micros(123456)),
    "ms with an exponent": (Json("1.767323045123E12"), micros(123000)),
    "ms 0": (0, EPOCH),
    "ms before 1970": (-1, EPOCH - timedelta(milliseconds=1)),
    "half a ms before 1970": (Json("-0.5"), EPOCH - timedelta(microseconds=500)),
    "0.1 us before 1970": (Json("-0.0001"), EPOCH - timedelta(microseconds=1)),
    "last ms": (253402300799999, LAST.replace(microsecond=999000)),
}
for name, (raw, instant) in AVALO_TIMES.items():
    avalo(
        f"time: {name}", "calendarBookings", {"meetingDate": raw}, columns={"meeting_at": instant}
    )

for name, raw in {
    "_seconds of year 10000": {"_seconds": 253402300800, "_nanoseconds": 0},
    "ms of year 10000": 253402300800000,
    "ISO of year 10000": "10000-01-01T00:00:00Z",
    "ISO of year 10000 by its zone": "9999-12-31T23:59:59-01:00",
    "ISO of year 0": "0000-06-01T00:00:00Z",
    "no such date": "2026-02-30T00:00:00Z",
    "no leap day": "2026-02-29T00:00:00Z",
    "no such month": "2026-13-01T00:00:00Z",
    "no such hour": "2026-01-02T25:00:00Z",
    "words": "yesterday",
    "NaN": "NaN",
    "boolean": True,
    "map without seconds": {"_nanoseconds": 5},
    "seconds in words": {"_seconds": "x"},
    "empty map": {},
    "list": [SECONDS],
    "text that starts like a map": "{",
}.items():
    avalo(
        f"time: {name}",
        "calendarBookings",
        {"meetingDate": raw},
        reason="bad_timestamp:meetingDate",
    )
for name, raw in {"null": None, "empty": "", "blank": " \t", "absent": MISSING}.items():
    avalo(
        f"time: {name}",
        "calendarBookings",
        {"meetingDate": raw},
        reason="missing_field:meetingDate",
    )

avalo("optional time: unreadable", "users", {"verifiedAt": "soon"}, lost=("verifiedAt",))
avalo(
    "optional time: blank",
    "users",
    {"verifiedAt": "", "lastActiveAt": None},
    columns={"verified_at": None},
)
avalo(
    "optional time: at as_of",
    "users",
    {"verifiedAt": AS_OF},
    columns={"verified_at": datetime(2030, 1, 1)},
)
avalo(
    "optional time: later than as_of is absent, not lost",
    "users",
    {"verifiedAt": "2030-01-01T00:00:00.000001Z"},
    columns={"verified_at": None},
)
avalo(
    "event time: the platform's first instant",
    "userFeedback",
    {"createdAt": "2020-01-01T00:00:00Z"},
    columns={"created_at": datetime(2020, 1, 1)},
)
avalo(
    "event time: before the platform's first instant",
    "userFeedback",
    {"createdAt": "2019-12-31T23:59:59.999999Z"},
    reason="out_of_range:createdAt",
)

# ---------------------------------------------------------------- times, as mongoexport writes them
for name, (raw, instant) in {
    "relaxed": ({"$date": "2026-01-02T03:04:05Z"}, WHOLE),
    "relaxed, .5": ({"$date": "2026-01-02T03:04:05.5Z"}, micros(500000)),
    "relaxed, .12": ({"$date": "2026-01-02T03:04:05.12Z"}, micros(120000)),
    "relaxed, .001": ({"$date": "2026-01-02T03:04:05.001Z"}, micros(1000)),
    "relaxed with zone": ({"$date": "2026-01-02T05:04:05.5+02:00"}, micros(500000)),
    "relaxed with +0200": ({"$date": "2026-01-02T05:04:05.500+0200"}, micros(500000)),
    "canonical": ({"$date": {"$numberLong": str(SECONDS * 1000 + 1)}}, micros(1000)),
    "canonical, 0": ({"$date": {"$numberLong": "0"}}, EPOCH),
    "canonical, before 1970": (
        {"$date": {"$numberLong": "-284643869501"}},
        datetime(1960, 12, 24, 12, 15, 30, 499000),
    ),
    "legacy number": ({"$date": SECONDS * 1000 + 5}, micros(5000)),
    "plain ISO": ("2026-01-02T03:04:05.25Z", micros(250000)),
    "plain ms": (SECONDS * 1000, WHOLE),
    "ms in $numberLong": ({"$numberLong": str(SECONDS * 1000)}, WHOLE),
    "later than as_of": ({"$date": {"$numberLong": "253402300799999"}}, None),
    "null": (None, None),
    "blank": ("", None),
}.items():
    halobuzz(f"time: {name}", "sessions", {"endedAt": raw}, columns={"ended_at": instant})
for name, raw in {
    "year 10000": {"$date": {"$numberLong": "253402300800000"}},
    "int64's least": {"$date": {"$numberLong": "-9223372036854775808"}},
    "$date of null": {"$date": None},
    "$timestamp": {"$timestamp": {"t": SECONDS, "i": 1}},
    "$undefined": {"$undefined": True},
    "$minKey": {"$minKey": 1},
    "words": "now",
    "$date in words": {"$date": "now"},
}.items():
    halobuzz(
        f"time: {name}", "sessions", {"endedAt": raw}, columns={"ended_at": None}, lost=("endedAt",)
    )
halobuzz(
    "event time: year 10000",
    "sessions",
    {"startedAt": {"$date": {"$numberLong": "253402300800000"}}},
    reason="bad_timestamp:startedAt",
)
halobuzz(
    "event time: canonical",
    "sessions",
    {"startedAt": {"$date": {"$numberLong": "1704164645500"}}},
    columns={"started_at": datetime(2024, 1, 2, 3, 4, 5, 500000)},
)
halobuzz(
    "event time: the platform's first instant is UTC's",
    "sessions",
    {"startedAt": {"$date": "2020-01-01T00:00:00Z"}},
    columns={"started_at": datetime(2020, 1, 1)},
)
halobuzz(
    "event time: before the platform's first instant",
    "sessions",
    {"startedAt": {"$date": "2019-12-31T23:59:59.999Z"}},
    reason="out_of_range:startedAt",
)
halobuzz(
    "updatedAt that can't be read is lost",
    "sessions",
    {"updatedAt": "later"},
    columns={"user_id": "h1"},
    lost=("updatedAt",),
)

# ---------------------------------------------------------------- numbers
for name, (raw, number) in {
    "whole": (12, "12"),
    "fraction": (12.5, "12.5"),
    "text": ("12.5", "12.5"),
    "text with blanks": (" 12.5\n", "12.5"),
    "text with a plus": ("+12.5", "12.5"),
    "text with an exponent": ("1.25e1", "12.5"),
    "exponent": (Json("1.25E+1"), "12.5"),
    "small": (Json("1e-7"), "0.0000001"),
    "without a leading 0": (".5", "0.5"),
    "without digits after the point": ("5.", "5"),
    "minus zero": (Json("-0.0"), "0"),
    "no binary rounding": (Json("0.1"), "0.1"),
    "15 digits": (Json("12345678901.1234"), "12345678901.1234"),
    "just below the limit": (Json("999999999999.9999"), "999999999999.9999"),
    # cut after 14 decimals: what is rounded here is rounded again where it becomes money
    "a little less than a tie": (Json("-33.333349999999996"), "-33.33334999999999"),
    "a little less than a tie, as text": ("0.00024999999999999998", "0.00024999999999"),
    "a tie of 15 digits": (Json("1234567890.00005"), "1234567890.00005"),
    "many digits below a tie": ("99999999999.00004999", "99999999999.00004999"),
    "a little more than a tie": (Json("1.0000500000000001"), "1.00005"),
    "below a tie, with an exponent": (Json("3.3333349999999996E1"), "33.33334999999999"),
    "just above the negative limit": (Json("-999999999999.9999"), "-999999999999.9999"),
}.items():
    avalo(
        f"number: {name}",
        "walletTransactions",
        {"amount": raw},
        columns={"amount_tokens": Decimal(number)},
    )
for name, (raw, reason) in {
    "NaN": ("NaN", "bad_number"),
    "Infinity": ("Infinity", "bad_number"),
    "-Infinity": ("-Infinity", "bad_number"),
    "beyond double": (Json("1e400"), "bad_number"),
    "words": ("ten", "bad_number"),
    "hexadecimal": ("0x10", "bad_number"),
    "thousands": ("1_000", "bad_number"),
    "decimal comma": ("1,5", "bad_number"),
    "boolean": (True, "bad_number"),
    "empty map": ({}, "bad_number"),
    "empty list": ([], "bad_number"),
    "list": ([1], "bad_number"),
    "null": (None, "missing_field"),
    "empty": ("", "missing_field"),
    "blank": ("  ", "missing_field"),
    "absent": (MISSING, "missing_field"),
    "limit": (1_000_000_000_000, "out_of_range"),
    "negative limit": (-1_000_000_000_000, "out_of_range"),
    "limit as text": ("1e12", "out_of_range"),
    "1e+21": (Json("1e+21"), "out_of_range"),
    "int64": (Json("9223372036854775807"), "out_of_range"),
}.items():
    avalo(f"number: {name}", "walletTransactions", {"amount": raw}, reason=f"{reason}:amount")

for collection, raw_name, column, value, good in [
    ("creatorReviews", "rating", "rating", "0.99", False),
    ("creatorReviews", "rating", "rating", "1", True),
    ("creatorReviews", "rating", "rating", "5", True),
    ("creatorReviews", "rating", "rating", "5.01", False),
    ("userFeedback", "score", "score", "-0.01", False),
    ("userFeedback", "score", "score", "0", True),
    ("userFeedback", "score", "score", "100", True),
    ("userFeedback", "score", "score", "100.01", False),
    ("calendarBookings", "cost", "cost_tokens", "-0.01", False),
    ("calendarBookings", "cost", "cost_tokens", "0", True),
    ("chargebacks", "amountPLN", "amount_pln", "-0.01", False),
    ("chargebacks", "amountPLN", "amount_pln", "0", True),
]:
    avalo(
        f"range: {raw_name} {value}",
        collection,
        {raw_name: Json(value)},
        reason=None if good else f"out_of_range:{raw_name}",
        columns={column: Decimal(value)},
    )
for collection, raw_name, column in [
    ("calls", "durationMinutes", "duration_minutes"),
    ("calls", "totalTokens", "total_tokens"),
    ("walletTransactions", "receiverAmount", "receiver_tokens"),
    ("walletTransactions", "amountPLN", "amount_pln"),
    ("profileEvents", "dwellSeconds", "dwell_seconds"),
]:
    for value, good in [("-0.01", False), ("0", True), ("1e12", False), ('"x"', False)]:
        avalo(
            f"optional number: {raw_name} {value}",
            collection,
            {raw_name: Json(value)},
            columns={column: Decimal(value) if good else None},
            lost=() if good else (raw_name,),
        )
avalo(
    "optional numbers: null, blank and absent are no loss",
    "calls",
    {"durationMinutes": None, "totalTokens": " "},
    columns={"duration_minutes": None, "total_tokens": None},
)

for value, whole in [
    ("7", 7),
    ("7.9", 7),
    ("-7.9", -7),
    ('"7.9"', 7),
    ('"-7.9"', -7),
    ("-0.9", 0),
    ("1e3", 1000),
    # as text: a JSON number of as many digits is rounded by the reader of JSON
    ('"7.9999999999999999999"', 7),
    ('"-0.9999999999999999999"', 0),
    ('"12345678901.9999999"', 12345678901),
    ('"999999999999.99999"', 999999999999),
    ('" 7.9 "', 7),
    ("999999999999", 999999999999),
    ("1000000000000", None),
    ("9007199254740993", None),
    ("true", None),
    ('"x"', None),
    ('"NaN"', None),
]:
    avalo(
        f"integer: {value}",
        "appSessions",
        {"swipes": Json(value)},
        columns={"swipes": whole},
        lost=() if whole is not None else ("swipes",),
    )

for name, (raw, number) in {
    "$numberInt": ({"$numberInt": "42"}, "42"),
    "$numberLong": ({"$numberLong": "42"}, "42"),
    "$numberDouble": ({"$numberDouble": "1.5"}, "1.5"),
    "$numberDouble 1.0": ({"$numberDouble": "1.0"}, "1"),
    "$numberDouble -0.0": ({"$numberDouble": "-0.0"}, "0"),
    "$numberDouble E+11": ({"$numberDouble": "1.23456789012E+11"}, "123456789012"),
    "$numberDouble E-07": ({"$numberDouble": "1E-07"}, "0.0000001"),
    "$numberDecimal": ({"$numberDecimal": "12.340"}, "12.34"),
    "$numberDecimal E+3": ({"$numberDecimal": "1.5E+3"}, "1500"),
    "$numberDecimal 0E-6176": ({"$numberDecimal": "0E-6176"}, "0"),
    "relaxed double E+11": (Json("1.23456789012E+11"), "123456789012"),
    "relaxed double E+06": (Json("1.234567E+06"), "1234567"),
    "relaxed int": (42, "42"),
    "text": ("12.5", "12.5"),
}.items():
    halobuzz(
        f"number: {name}", "transactions", {"amount": raw}, columns={"amount": Decimal(number)}
    )
for name, (raw, reason) in {
    "$numberDouble NaN": ({"$numberDouble": "NaN"}, "bad_number"),
    "$numberDouble Infinity": ({"$numberDouble": "Infinity"}, "bad_number"),
    "$numberDouble -Infinity": ({"$numberDouble": "-Infinity"}, "bad_number"),
    "$numberDecimal NaN": ({"$numberDecimal": "NaN"}, "bad_number"),
    "$numberDecimal Infinity": ({"$numberDecimal": "Infinity"}, "bad_number"),
    "$numberDecimal beyond double": (
        {"$numberDecimal": "9.999999999999999999999999999999999E+6144"},
        "bad_number",
    ),
    "$binary": ({"$binary": {"base64": "aGk=", "subType": "00"}}, "bad_number"),
    "$date": ({"$date": "2026-01-02T03:04:05Z"}, "bad_number"),
    "$timestamp": ({"$timestamp": {"t": 1, "i": 1}}, "bad_number"),
    "$undefined": ({"$undefined": True}, "bad_number"),
    "$maxKey": ({"$maxKey": 1}, "bad_number"),
    "boolean": (True, "bad_number"),
    "null": (None, "missing_field"),
    "int64's greatest": ({"$numberLong": "9223372036854775807"}, "out_of_range"),
    "int64's least": ({"$numberLong": "-9223372036854775808"}, "out_of_range"),
    "34 digits": ({"$numberDecimal": "1234567890123456789012345678901234"}, "out_of_range"),
    "double 1E+21": ({"$numberDouble": "1E+21"}, "out_of_range"),
    "negative": ({"$numberDouble": "-0.01"}, "out_of_range"),
}.items():
    halobuzz(f"number: {name}", "transactions", {"amount": raw}, reason=f"{reason}:amount")
for raw_name in ("stake", "payout"):
    halobuzz(
        f"range: {raw_name} -1", "gameSessions", {raw_name: -1}, reason=f"out_of_range:{raw_name}"
    )
for raw_name, column in [("coins", "coins"), ("platformFee", "platform_fee")]:
    halobuzz(
        f"optional number: {raw_name} -1",
        "transactions",
        {raw_name: {"$numberInt": "-1"}},
        columns={column: None},
        lost=(raw_name,),
    )
for value, whole in [("0", 0), ("12.9", 12), ('{"$numberDouble": "12.9"}', 12), ("-1", None)]:
    halobuzz(
        f"integer: viewerCount {value}",
        "streams",
        {"viewerCount": Json(value)},
        columns={"viewer_count": whole},
        lost=() if whole is not None else ("viewerCount",),
    )

# ---------------------------------------------------------------- booleans
for value, read in [
    ("true", True),
    ("false", False),
    ('"true"', True),
    ('"TRUE"', True),
    ('"False"', False),
    ("null", None),
    ('""', None),
    ("1", "lost"),
    ("0", "lost"),
    ('"1"', "lost"),
    ('"yes"', "lost"),
    ('"t"', "lost"),
    ("{}", "lost"),
    ("[]", "lost"),
]:
    lost = read == "lost"
    avalo(
        f"boolean: {value}",
        "users",
        {"isCreator": Json(value)},
        columns={"is_creator": read is True},
        lost=("isCreator",) if lost else (),
    )
    halobuzz(
        f"boolean: {value}",
        "users",
        {"isHost": Json(value)},
        columns={"is_host": read is True},
        lost=("isHost",) if lost else (),
    )

# ---------------------------------------------------------------- geopoints
for name, (raw, point) in {
    "with underscore": ({"_latitude": 51.5, "_longitude": -0.12}, (51.5, -0.12)),
    "without": ({"latitude": 51.5, "longitude": -0.12}, (51.5, -0.12)),
    "as text": ({"_latitude": "51.5", "_longitude": "-0.12"}, (51.5, -0.12)),
    "corner": ({"_latitude": 90, "_longitude": 180}, (90.0, 180.0)),
    "other corner": ({"_latitude": -90, "_longitude": -180}, (-90.0, -180.0)),
    "null island": ({"_latitude": 0, "_longitude": 0}, (0.0, 0.0)),
    "null": (None, (None, None)),
}.items():
    avalo(
        f"geopoint: {name}",
        "users",
        {"location": raw},
        columns={"latitude": point[0], "longitude": point[1]},
    )
for name, raw in {
    "too far north": {"_latitude": 90.01, "_longitude": 0},
    "too far south": {"_latitude": -90.01, "_longitude": 0},
    "too far east": {"_latitude": 0, "_longitude": 180.01},
    "too far west": {"_latitude": 0, "_longitude": -180.01},
    "half": {"_latitude": 51.5},
    "words": {"_latitude": "north", "_longitude": 0},
    "text": "51.5,-0.12",
    "list": [51.5, -0.12],
    "empty map": {},
}.items():
    avalo(
        f"geopoint: {name}",
        "users",
        {"location": raw},
        columns={"latitude": None, "longitude": None},
        lost=("location",),
    )

# ---------------------------------------------------------------- ids
for name, (raw, read) in {
    "plain": ("u7", "u7"),
    "reference": ("users/u7", "u7"),
    "full reference": ("projects/demo/databases/(default)/documents/users/u7", "u7"),
    "number": (7, "7"),
}.items():
    avalo(f"id field: {name}", "walletTransactions", {"userId": raw}, columns={"user_id": read})
    avalo(
        f"optional id: {name}",
        "walletTransactions",
        {"receiverId": raw},
        columns={"receiver_id": read},
    )
for name, raw in {
    "empty": "",
    "blank": " ",
    "null": None,
    "reference to nothing": "users/",
    "map": {"a": 1},
    "map of a reference": {"_path": "users/u7"},
    "list of a reference": ["users/u7"],
    "empty list": [],
    "absent": MISSING,
}.items():
    avalo(f"id field: {name}", "walletTransactions", {"userId": raw}, reason="missing_field:userId")

PATH = "projects/demo/databases/(default)/documents/users/"
avalo(
    "document_id wins",
    "users",
    {},
    columns={"document_id": "own"},
    document_id="own",
    name=PATH + "other",
)
avalo(
    "document_id null",
    "users",
    {},
    columns={"document_id": "n1"},
    document_id=None,
    name=PATH + "n1",
)
avalo(
    "document_id empty",
    "users",
    {},
    columns={"document_id": "n2"},
    document_id="",
    name=PATH + "n2",
)
avalo(
    "document_id blank",
    "users",
    {},
    columns={"document_id": "n3"},
    document_id=" ",
    name=PATH + "n3",
)
avalo(
    "relative name", "users", {}, columns={"document_id": "n4"}, document_id=None, name="users/n4"
)
avalo("name of one part", "users", {}, columns={"document_id": "n5"}, document_id=None, name="n5")
avalo(
    "another database than the default",
    "users",
    {},
    columns={"document_id": "n6"},
    document_id=None,
    name="projects/demo/databases/eu-db/documents/users/n6",
)
avalo("no id at all", "users", {}, reason="missing_id", document_id=None, name="")
avalo("name that ends in a slash", "users", {}, reason="missing_id", document_id=None, name=PATH)

for name, (raw, read) in {
    "text": ("x1", "x1"),
    "$oid": ({"$oid": "57e193d7a9cc81b4027498b5"}, "57e193d7a9cc81b4027498b5"),
    "number": (7001, "7001"),
    "$numberLong": ({"$numberLong": "7002"}, "7002"),
}.items():
    halobuzz(f"_id: {name}", "users", {"_id": raw}, columns={"document_id": read})
for name, raw in {"absent": MISSING, "null": None, "empty": "", "blank": " "}.items():
    halobuzz(f"_id: {name}", "users", {"_id": raw}, reason="missing_id")
halobuzz(
    "id field: $oid",
    "transactions",
    {"userId": {"$oid": "57e193d7a9cc81b4027498b6"}},
    columns={"user_id": "57e193d7a9cc81b4027498b6"},
)
for name, raw in {
    "$binary": {"$binary": {"base64": "yO2rw/c4TKO2jauSqRR4ow==", "subType": "04"}},
    "DBRef": {"$ref": "users", "$id": {"$oid": "57e193d7a9cc81b4027498b5"}},
    "$regularExpression": {"$regularExpression": {"pattern": "foo*", "options": "ix"}},
    "$undefined": {"$undefined": True},
}.items():
    halobuzz(f"id field: {name}", "transactions", {"userId": raw}, reason="missing_field:userId")

# ---------------------------------------------------------------- enums, countries, texts, lists
for value, read in [
    ('"PURCHASE"', "purchase"),
    ('"purchase"', "purchase"),
    ('"PuRcHaSe"', "purchase"),
    ('"GIFT_CARD"', "other"),
    ("5", "other"),
]:
    avalo(f"enum: {value}", "walletTransactions", {"type": Json(value)}, columns={"type": read})
for value, read in [
    ('"FAILED"', "failed"),
    ('"settled"', "other"),
    ("null", "completed"),
    ('""', "completed"),
    ('" "', "completed"),
]:
    avalo(
        f"default: {value}", "walletTransactions", {"status": Json(value)}, columns={"status": read}
    )
    halobuzz(f"default: {value}", "transactions", {"status": Json(value)}, columns={"status": read})
for value in ("{}", "[]", '{"a": 1}'):
    avalo(
        f"default: {value}",
        "walletTransactions",
        {"status": Json(value)},
        columns={"status": "completed"},
        lost=("status",),
    )
avalo("default: absent", "walletTransactions", {"status": MISSING}, columns={"status": "completed"})
avalo("enum without default", "calls", {"status": None}, columns={"status": None})
avalo(
    "optional enum: map",
    "calls",
    {"status": {"a": 1}},
    columns={"status": None},
    lost=("status",),
)
for value in ('""', "null", "{}", "[]"):
    avalo(
        f"required enum: {value}",
        "walletTransactions",
        {"type": Json(value)},
        reason="missing_field:type",
    )
for value, read in [
    ('"PL"', "PL"),
    ('" pl "', "PL"),
    ('"\\tPl\\n"', "PL"),
    ('"Poland"', "POLAND"),
    ('""', None),
    ('" "', None),
    ("null", None),
]:
    avalo(f"country: {value}", "users", {"country": Json(value)}, columns={"country_code": read})
    halobuzz(f"country: {value}", "users", {"country": Json(value)}, columns={"country_code": read})
for value, reason in [
    ('"USD"', None),
    ('"npr"', None),
    ('"AUD"', None),
    ('"EUR"', "unknown_currency"),
    ('"$"', "unknown_currency"),
    ('""', "missing_field:currency"),
    ("null", "missing_field:currency"),
]:
    halobuzz(f"currency: {value}", "transactions", {"currency": Json(value)}, reason=reason)
avalo(
    "text: Unicode, quotes and line ends",
    "users",
    {"displayName": 'Zoë "Ż" 🎥\nnext\u2028line \\ /'},
    columns={"display_name": 'Zoë "Ż" 🎥\nnext\u2028line \\ /'},
)
avalo("text: blank is absent", "users", {"email": " \t "}, columns={"email": None})
avalo(
    "text: leaveReason as written",
    "users",
    {"leaveReason": "Too Expensive"},
    columns={"leave_reason": "Too Expensive"},
)
avalo("text: map", "users", {"email": {"a": 1}}, columns={"email": None}, lost=("email",))
for value, read in [
    ('["a", "b"]', ["a", "b"]),
    ('["a", null, "", " ", "b", 3]', ["a", "b", "3"]),
    ("[]", []),
    ("null", None),
]:
    avalo(f"list: {value}", "users", {"interests": Json(value)}, columns={"interests": read})
for value in ('"a"', "{}", "7"):
    avalo(
        f"list: {value}",
        "users",
        {"interests": Json(value)},
        columns={"interests": None},
        lost=("interests",),
    )
halobuzz(
    "list: numbers",
    "battles",
    {"hostIds": [{"$numberInt": "7"}, {"$numberLong": "8"}, 9, {}, ["x"], {"a": 1}]},
    columns={"host_ids": ["7", "8", "9"]},
)
halobuzz(
    "list: $oid and text",
    "battles",
    {"hostIds": [{"$oid": "57e193d7a9cc81b4027498b5"}, "h2", None, ""]},
    columns={"host_ids": ["57e193d7a9cc81b4027498b5", "h2"]},
)
avalo(
    "nested fields",
    "monetizationStrategies",
    {
        "active": "TRUE",
        "paywallConfig": {"enabled": True, "triggerAfterMinutes": "3.5", "priceTier": "gold"},
        "subscriptionPricing": {"monthlyPrice": 9.99, "trialDays": 7.8},
    },
    columns={
        "is_active": True,
        "is_paywall_enabled": True,
        "paywall_trigger_minutes": Decimal("3.5"),
        "paywall_price_tier": "gold",
        "free_content_pct": None,
        "monthly_price": Decimal("9.99"),
        "trial_days": 7,
    },
)
for value in ("null", "{}", "[]", '"none"', "3"):
    avalo(
        f"nested fields: {value} instead of a map",
        "monetizationStrategies",
        {"paywallConfig": Json(value)},
        columns={"strategy_name": "basic", "paywall_trigger_minutes": None},
    )
avalo(
    "a name with a dot is no nested field",
    "monetizationStrategies",
    {"paywallConfig.triggerAfterMinutes": 9},
    columns={"paywall_trigger_minutes": None},
)

# ---------------------------------------------------------------- documents
for name, text in {
    "null": None,
    "empty": "",
    "cut off": '{"createdAt": "2024-01-01"',
    "no JSON": "hello",
    "list": '[{"createdAt": "2024-01-01"}]',
    "number": "3",
    "text": '"x"',
    "JSON null": "null",
    "more than one": '{"createdAt": "2024-01-01"} {}',
}.items():
    avalo(f"document: {name}", "users", text, reason="invalid_json")
for name, text in {
    "cut off": '{"_id": "a", "createdAt": "2024-01-01"',
    "no JSON": "hello",
    "list": '[{"_id": "a"}]',
    "number": "3",
}.items():
    halobuzz(f"document: {name}", "users", text, reason="invalid_json")
avalo(
    "document: blanks around",
    "users",
    ' \n{"createdAt": "2024-01-01"}\n',
    columns={"created_at": datetime(2024, 1, 1)},
)
avalo("document: empty map", "users", "{}", reason="missing_field:createdAt")
halobuzz(
    "document: _id alone", "users", '{"_id": "u_1", "x": true}', reason="missing_field:createdAt"
)
avalo(
    "document: every Firestore type besides the known fields",
    "users",
    {
        "str": "a",
        "empty": "",
        "big": Json("9007199254740992"),
        "max_int64": Json("9223372036854776000"),
        "exp21": Json("1e+21"),
        "nan": None,
        "ts": {"_seconds": -1, "_nanoseconds": 999999000},
        "geo": {"_latitude": 51.5, "_longitude": -0.12},
        "ref": "users/u1",
        "arr": [1, "x", None, True, {"_seconds": 1, "_nanoseconds": 0}, {"b": 1}],
        "map": {"a": {"b": {"c": [{"d": 1}]}}, "dot.key": 1, "sp ace": 2},
        "empty_arr": [],
        "empty_map": {},
        "vector": {"_values": [0.1, 0.2]},
        "country": "gb",
        "verified": True,
    },
    columns={"country_code": "GB", "is_verified": True},
)
halobuzz(
    "document: every BSON type besides the known fields",
    "users",
    {
        "bin": {"$binary": {"base64": "aGk=", "subType": "00"}},
        "ts": {"$timestamp": {"t": 1700000000, "i": 1}},
        "re": {"$regularExpression": {"pattern": "foo*", "options": "ix"}},
        "undef": {"$undefined": True},
        "dbref": {"$ref": "users", "$id": {"$oid": "57e193d7a9cc81b4027498b5"}},
        "min": {"$minKey": 1},
        "code": {"$code": "f()", "$scope": {}},
        "dot.key": {"$numberInt": "1"},
        "$dollar": {"$numberInt": "1"},
        "ogTier": {"$numberInt": "3"},
        "country": "np",
    },
    columns={"og_tier": 3, "country_code": "NP"},
)
halobuzz(
    "document: canonical and relaxed forms in one line",
    "transactions",
    {
        "createdAt": {"$date": {"$numberLong": "1704164645000"}},
        "amount": Json("1.5"),
        "coins": {"$numberLong": "150"},
        "ogTier": {"$numberInt": "2"},
        "platformFee": {"$numberDecimal": "0.30"},
    },
    columns={
        "created_at": datetime(2024, 1, 2, 3, 4, 5),
        "amount": Decimal("1.5"),
        "coins": Decimal(150),
        "og_tier": 2,
        "platform_fee": Decimal("0.3"),
    },
)
halobuzz(
    "document: an entry of the oplog",
    "users",
    '{"ts":{"$timestamp":{"t":1,"i":1}},"h":{"$numberLong":"1"},"v":{"$numberInt":"2"},"op":"i",'
    '"ns":"app.users","o":{"_id":{"$numberDouble":"1.0"}}}',
    reason="missing_id",
)

# ---------------------------------------------------------------- which reason comes first
avalo(
    "first reason: JSON before id", "users", "{", reason="invalid_json", document_id=None, name=""
)
avalo(
    "first reason: id before fields", "users", "{}", reason="missing_id", document_id=None, name=""
)
for name, (fields, reason) in {
    "fields in the table's order": ({"createdAt": None, "userId": None}, "missing_field:createdAt"),
    "fields in the table's order, later": ({"type": None, "userId": ""}, "missing_field:userId"),
    "field before time": ({"createdAt": "x", "type": None}, "missing_field:type"),
    "time before number": ({"createdAt": "x", "amount": "x"}, "bad_timestamp:createdAt"),
    "number before range of the time": (
        {"createdAt": "2019-01-01", "amount": "x"},
        "bad_number:amount",
    ),
    "ranges in the table's order": (
        {"createdAt": "2019-01-01", "amount": 1e13},
        "out_of_range:createdAt",
    ),
    "range before future": ({"createdAt": "2029-01-01", "amount": 1e13}, "out_of_range:amount"),
    "future": ({"createdAt": "2029-01-01"}, "future_timestamp:createdAt"),
}.items():
    avalo(f"first reason: {name}", "walletTransactions", fields, reason=reason)
avalo(
    "first reason: times in the table's order",
    "calendarBookings",
    {"createdAt": "x", "meetingDate": "x"},
    reason="bad_timestamp:createdAt",
)
for name, (fields, reason) in {
    "range before currency": ({"amount": -1, "currency": "EUR"}, "out_of_range:amount"),
    "currency before future": (
        {"createdAt": "2029-01-01", "currency": "EUR"},
        "unknown_currency",
    ),
    "number before currency": ({"amount": "x", "currency": "EUR"}, "bad_number:amount"),
}.items():
    halobuzz(f"first reason: {name}", "transactions", fields, reason=reason)


# ---------------------------------------------------------------- rows from the future
def avalo_future(name: str, at: str, created: timedelta, good: bool, end_of_dt: bool) -> None:
    dt = FIRST_DT + timedelta(days=next(_days["avalo", "userFeedback"]))
    arrived = datetime(dt.year, dt.month, dt.day, tzinfo=UTC)
    arrived += timedelta(days=1) if end_of_dt else timedelta(hours=9)
    created_at = arrived + timedelta(days=1) + created
    document = AVALO["userFeedback"][1] | {"createdAt": created_at.isoformat()}
    reason = None if good else "future_timestamp:createdAt"
    columns = {"created_at": created_at.replace(tzinfo=None)}
    stamp = arrived if at == "arrival" else datetime(1970, 1, 1, tzinfo=UTC)
    envelope: Row = {"at": stamp, "operation": "CREATE" if at == "arrival" else "IMPORT"}
    text = text_of(document)
    CASES.append(Case(name, "avalo", "userFeedback", text, reason, columns, (), envelope, dt))


def halobuzz_future(name: str, started: timedelta, good: bool) -> None:
    dt = FIRST_DT + timedelta(days=next(_days["halobuzz", "sessions"]))
    started_at = datetime(dt.year, dt.month, dt.day, tzinfo=UTC) + timedelta(days=2) + started
    document = {"_id": name} | HALOBUZZ["sessions"][1] | {"startedAt": started_at.isoformat()}
    reason = None if good else "future_timestamp:startedAt"
    columns = {"started_at": started_at.replace(tzinfo=None)}
    CASES.append(Case(name, "halobuzz", "sessions", text_of(document), reason, columns, (), {}, dt))


MICRO = timedelta(microseconds=1)
avalo_future("future: 24 h after the change", "arrival", timedelta(0), True, False)
avalo_future("future: 24 h and 1 us after the change", "arrival", MICRO, False, False)
avalo_future("future: 24 h after the dt of an epoch row", "epoch", timedelta(0), True, True)
avalo_future("future: 24 h and 1 us after the dt of an epoch row", "epoch", MICRO, False, True)
halobuzz_future("future: 24 h after the end of dt", timedelta(0), True)
halobuzz_future("future: 24 h and 1 us after the end of dt", MICRO, False)


# ---------------------------------------------------------------- the build and what it says
@dataclass(frozen=True)
class Outcome:
    """What became of the rows of one platform, collection and dt."""

    staged: list[Row]
    quarantined: list[Row]
    lost: dict[str, int]


@pytest.fixture(scope="module")
def outcomes(
    builder: Builder, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str, date], Outcome]:
    raw_dir: Path = tmp_path_factory.mktemp("formats") / "raw"
    for number, case in enumerate(CASES):
        dt = case.dt.isoformat()
        if case.platform == "halobuzz":
            assert case.text is not None
            write_lines(raw_dir, case.collection, dt, [case.text])
        else:
            envelope: Row = {
                "document_id": f"case-{number}",
                "at": f"{dt}T12:00:00Z",
                **case.envelope,
            }
            row = change(data=case.text, **envelope)
            write_changes(raw_dir, case.collection, dt, [row], schema=CHANGELOG_SCHEMA)
    warehouse = builder.build(raw_dir, AS_OF, select=LANDING)
    staged: dict[tuple[str, str, date], list[Row]] = defaultdict(list)
    for (platform, collection), model in MODELS.items():
        for row in warehouse.rows(f"select * from staging.{model}"):
            staged[platform, collection, row["landed_date"]].append(row)
    bad: dict[tuple[str, str, date], list[Row]] = defaultdict(list)
    for row in warehouse.rows("select * from staging.quarantine_records"):
        bad[row["platform"], row["collection"], row["dt"]].append(row)
    lost: dict[tuple[str, str, date], dict[str, int]] = defaultdict(dict)
    for row in warehouse.rows("select * from staging.parse_losses"):
        lost[row["platform"], row["collection"], row["dt"]][row["field"]] = row["values_lost"]
    return {case.key: Outcome(staged[case.key], bad[case.key], lost[case.key]) for case in CASES}


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{c.platform} {c.collection}: {c.name}" for c in CASES]
)
def test_value_is_read(outcomes: dict[tuple[str, str, date], Outcome], case: Case) -> None:
    outcome = outcomes[case.key]
    reasons = [row["reason"] for row in outcome.quarantined]
    assert reasons == ([case.reason] if case.reason else []), f"raw document: {case.text}"
    if case.reason:
        assert outcome.staged == []
        assert outcome.lost == {}
        payload = case.text if case.text and case.text.strip() else None
        assert outcome.quarantined[0]["payload"] == payload
        assert outcome.quarantined[0]["has_good_version"] is False
    else:
        assert len(outcome.staged) == 1, f"raw document: {case.text}"
        staged = {name: outcome.staged[0][name] for name in case.columns}
        assert staged == case.columns, f"raw document: {case.text}"
        assert outcome.lost == dict.fromkeys(case.lost, 1), f"raw document: {case.text}"
