"""Which version of a document stands: duplicates, ties, deletions, visibility, tombstones.

All rows lie in one raw folder and are built once; each document's id names its case.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from warehouse_builder import (
    CHANGELOG_SCHEMA,
    LANDING,
    Builder,
    Row,
    Warehouse,
    change,
    write_changes,
    write_lines,
)

AS_OF = "2026-03-10T12:00:00Z"
CREATED = "2026-01-01T00:00:00Z"
LATE = "2026-03-04T12:00:00Z"  # too late for rows that arrived by 2026-03-02
BROKEN = '{"createdAt": "2026-01-01T00:00:00Z", "userId": "u1", "score": 101}'
BROKEN_REASON = "out_of_range:score"

ACCEPTED, NOT_STAGED, DELETED, WITHOUT, UNSEEN = "accepted", "later", "deleted", "without", "unseen"


@dataclass(frozen=True)
class Landed:
    """A raw row (a change of the log, or a line) and the dt it arrives on."""

    row: Row | str
    dt: str


@dataclass
class Case:
    """The rows of one document and what must become of it."""

    rows: list[Landed]
    status: str
    number: int | None = None  # score or viewerCount of the version that stands
    dt: str | None = None  # its dt
    good: int = 1  # distinct good rows
    bad: list[str] = field(default_factory=list)  # reasons in quarantine
    has_good: bool = True  # has_good_version of those


def feedback(
    score: int,
    at: str,
    *,
    dt: str = "2026-03-02",
    event_id: str | None = "e1",
    operation: str = "UPDATE",
    data: str | None = None,
    created: str = CREATED,
    old_data: str | None = None,
) -> Landed:
    """A version of an avalo document with a score, committed at a time of 2026-03-01 or a day."""
    text = data or json.dumps({"createdAt": created, "userId": "u1", "score": score})
    moment = at if "T" in at else f"2026-03-01T{at}Z"
    row = change(None, text, at=moment, event_id=event_id, operation=operation, old_data=old_data)
    return Landed(row, dt)


def deletion(
    at: str, *, dt: str = "2026-03-02", event_id: str = "e1", data: str | None = None
) -> Landed:
    moment = at if "T" in at else f"2026-03-01T{at}Z"
    return Landed(change(None, data, at=moment, event_id=event_id, operation="DELETE"), dt)


EPOCH = "1970-01-01T00:00:00Z"
AVALO = {
    "one row": Case([feedback(1, "10:00:00")], ACCEPTED, 1, "2026-03-02"),
    "the latest change wins, however late the others arrive": Case(
        [feedback(1, "10:00:00"), feedback(2, "09:59:59.999999", dt="2026-03-03")],
        ACCEPTED,
        1,
        "2026-03-02",
        good=2,
    ),
    "same time: the greater event_id": Case(
        [
            feedback(1, "10:00:00", event_id="b"),
            feedback(2, "10:00:00", event_id="a", dt="2026-03-05"),
        ],
        ACCEPTED,
        1,
        good=2,
    ),
    "same time: no event_id is lowest": Case(
        [feedback(9, "10:00:00", event_id=None), feedback(2, "10:00:00", event_id="!")],
        ACCEPTED,
        2,
        good=2,
    ),
    "same time: empty event_id is lowest": Case(
        [feedback(9, "10:00:00", event_id=""), feedback(2, "10:00:00", event_id="!")],
        ACCEPTED,
        2,
        good=2,
    ),
    "same time: DELETE over a greater event_id": Case(
        [feedback(1, "10:00:00", event_id="z"), deletion("10:00:00", event_id="a")], DELETED, good=2
    ),
    "same time and event_id: the greater text": Case(
        [feedback(9, "10:00:00"), feedback(10, "10:00:00")], ACCEPTED, 9, good=2
    ),
    "deleted": Case(
        [feedback(1, "10:00:00"), deletion("11:00:00", event_id="e2")], DELETED, good=2
    ),
    "deleted, an older update arrives later": Case(
        [
            feedback(1, "10:00:00"),
            deletion("12:00:00", event_id="e3"),
            feedback(2, "11:00:00", event_id="e2", dt="2026-03-04"),
        ],
        DELETED,
        good=3,
    ),
    "deleted and made again": Case(
        [
            feedback(1, "10:00:00"),
            deletion("11:00:00", event_id="e2"),
            feedback(3, "12:00:00", event_id="e3", operation="CREATE"),
        ],
        ACCEPTED,
        3,
        good=3,
    ),
    "deleted, never seen before": Case([deletion("10:00:00")], DELETED),
    "DELETE with junk as data is good": Case([deletion("10:00:00", data="{")], DELETED),
    "IMPORT at the epoch, then an update": Case(
        [
            feedback(1, EPOCH, event_id=None, operation="IMPORT"),
            feedback(2, "10:00:00"),
        ],
        ACCEPTED,
        2,
        good=2,
    ),
    "IMPORT alone, at the epoch": Case(
        [feedback(1, EPOCH, event_id="", operation="IMPORT")], ACCEPTED, 1
    ),
    "IMPORT after an update": Case(
        [
            feedback(1, "10:00:00"),
            feedback(2, "10:00:00.000001", event_id="", operation="IMPORT"),
        ],
        ACCEPTED,
        2,
        good=2,
    ),
    "IMPORT twice": Case(
        [
            feedback(1, "10:00:00", event_id="", operation="IMPORT"),
            feedback(2, "10:10:00", event_id="", operation="IMPORT"),
        ],
        ACCEPTED,
        2,
        good=2,
    ),
    "a broken update leaves the good version": Case(
        [feedback(1, "10:00:00"), feedback(0, "11:00:00", event_id="e2", data=BROKEN)],
        ACCEPTED,
        1,
        bad=[BROKEN_REASON],
    ),
    "broken, then mended": Case(
        [feedback(0, "10:00:00", data=BROKEN), feedback(1, "11:00:00", event_id="e2")],
        ACCEPTED,
        1,
        bad=[BROKEN_REASON],
    ),
    "broken only": Case(
        [feedback(0, "10:00:00", data=BROKEN), feedback(0, "11:00:00", data="{")],
        WITHOUT,
        good=0,
        bad=["invalid_json", BROKEN_REASON],
        has_good=False,
    ),
    "broken, then deleted": Case(
        [feedback(0, "10:00:00", data=BROKEN), deletion("11:00:00", event_id="e2")],
        DELETED,
        bad=[BROKEN_REASON],
    ),
    "no data in an UPDATE": Case(
        [
            feedback(1, "10:00:00"),
            Landed(change(None, None, at="2026-03-01T11:00:00Z"), "2026-03-02"),
        ],
        ACCEPTED,
        1,
        bad=["invalid_json"],
    ),
    "the same row twice in a file": Case(
        [feedback(1, "10:00:00"), feedback(1, "10:00:00")], ACCEPTED, 1, "2026-03-02"
    ),
    "the same row again on a later dt": Case(
        [feedback(1, "10:00:00"), feedback(1, "10:00:00", dt="2026-03-07")],
        ACCEPTED,
        1,
        "2026-03-07",
    ),
    "the same row again on a dt not yet seen": Case(
        [feedback(1, "10:00:00"), feedback(1, "10:00:00", dt="2026-03-11")],
        ACCEPTED,
        1,
        "2026-03-02",
    ),
    "empty event_id and none are the same row": Case(
        [feedback(1, "10:00:00", event_id=""), feedback(1, "10:00:00", event_id=None)], ACCEPTED, 1
    ),
    "another old_data is another row": Case(
        [feedback(1, "10:00:00"), feedback(1, "10:00:00", old_data="{}")], ACCEPTED, 1, good=2
    ),
    "another old_data on a later dt": Case(
        [feedback(1, "10:00:00"), feedback(1, "10:00:00", old_data="{}", dt="2026-03-05")],
        ACCEPTED,
        1,
        "2026-03-05",
        good=2,
    ),
    "another old_data on an earlier dt": Case(
        [feedback(1, "10:00:00", dt="2026-03-05"), feedback(1, "10:00:00", old_data="{}")],
        ACCEPTED,
        1,
        "2026-03-05",
        good=2,
    ),
    "blank data, with and without old_data": Case(
        [feedback(0, "10:00:00", data=" "), feedback(0, "10:00:00", data=" ", old_data="{}")],
        WITHOUT,
        good=0,
        bad=["invalid_json", "invalid_json"],
        has_good=False,
    ),
    "too early on its first dt, not on its second": Case(
        [
            feedback(1, EPOCH, event_id="", operation="IMPORT", dt=dt, created=LATE)
            for dt in ("2026-03-02", "2026-03-05")
        ],
        ACCEPTED,
        1,
        "2026-03-05",
    ),
    "too early on both dts": Case(
        [
            feedback(1, EPOCH, event_id="", operation="IMPORT", dt=dt, created=LATE)
            for dt in ("2026-03-01", "2026-03-02")
        ],
        WITHOUT,
        dt="2026-03-02",
        good=0,
        bad=["future_timestamp:createdAt"],
        has_good=False,
    ),
    "the same broken row on two dts": Case(
        [
            feedback(0, "10:00:00", data=BROKEN),
            feedback(0, "10:00:00", data=BROKEN, dt="2026-03-06"),
        ],
        WITHOUT,
        dt="2026-03-06",
        good=0,
        bad=[BROKEN_REASON],
        has_good=False,
    ),
    "dt after that of as_of": Case([feedback(1, "10:00:00", dt="2026-03-11")], UNSEEN, good=0),
    "dt of as_of, committed at as_of": Case(
        [feedback(1, AS_OF, dt="2026-03-10")], ACCEPTED, 1, "2026-03-10"
    ),
    "dt of as_of, committed after as_of": Case(
        [
            feedback(1, "10:00:00"),
            feedback(2, "2026-03-10T12:00:00.000001Z", dt="2026-03-10"),
        ],
        ACCEPTED,
        1,
    ),
    "deleted after as_of": Case(
        [feedback(1, "10:00:00"), deletion("2026-03-10T12:00:00.000001Z", dt="2026-03-10")],
        ACCEPTED,
        1,
    ),
    "event at as_of": Case(
        [feedback(1, "2026-03-10T11:00:00Z", dt="2026-03-10", created=AS_OF)], ACCEPTED, 1
    ),
    "event after as_of": Case(
        [
            feedback(
                1, "2026-03-10T11:00:00Z", dt="2026-03-10", created="2026-03-10T12:00:00.000001Z"
            )
        ],
        NOT_STAGED,
    ),
}


def stream(
    viewers: int | None,
    *,
    dt: str = "2026-03-02",
    started: str | None = CREATED,
    **others: object,
) -> Landed:
    """A line of a halobuzz stream; its _id is put in where the case is written."""
    document = {
        "startedAt": started and {"$date": started},
        "hostId": "h1",
        "viewerCount": viewers,
        **others,
    }
    return Landed({name: value for name, value in document.items() if value != "absent"}, dt)


def day(text: str) -> Row:
    return {"$date": f"2026-03-{text}Z"}


LATER_THAN_AS_OF = {"$date": "2027-01-01T00:00:00Z"}
HALOBUZZ = {
    "one line": Case([stream(1)], ACCEPTED, 1, "2026-03-02"),
    "the greatest updatedAt, whenever it arrives": Case(
        [
            stream(1, updatedAt=day("02T10:00:00")),
            stream(2, updatedAt=day("01T10:00:00"), dt="2026-03-05"),
        ],
        ACCEPTED,
        1,
        "2026-03-02",
        good=2,
    ),
    "without updatedAt: the greatest event time": Case(
        [
            stream(1, started="2026-03-01T00:00:00.001Z"),
            stream(2, started="2026-03-01T00:00:00Z", dt="2026-03-05"),
        ],
        ACCEPTED,
        1,
        good=2,
    ),
    "updatedAt against an event time": Case(
        [
            stream(1, started="2026-03-01T00:00:00Z"),
            stream(2, started=CREATED, updatedAt=day("01T00:00:00.001")),
        ],
        ACCEPTED,
        2,
        good=2,
    ),
    "unreadable updatedAt: the event time": Case(
        [stream(1, updatedAt="soon"), stream(2, updatedAt={"$date": "2026-01-01T00:00:00.001Z"})],
        ACCEPTED,
        2,
        good=2,
    ),
    "same time: the later dt": Case([stream(9), stream(1, dt="2026-03-03")], ACCEPTED, 1, good=2),
    "same time and dt: the greater text": Case([stream(9), stream(10)], ACCEPTED, 9, good=2),
    "updatedAt after as_of is taken as it is": Case(
        [stream(1, updatedAt=LATER_THAN_AS_OF), stream(2, dt="2026-03-05")], ACCEPTED, 1, good=2
    ),
    "deletedAt": Case(
        [stream(1), stream(1, deletedAt=day("02T00:00:00"), updatedAt=day("02T00:00:00"))],
        DELETED,
        good=2,
    ),
    "deletedAt, canonical": Case(
        [stream(1, deletedAt={"$date": {"$numberLong": "1772400000000"}})], DELETED
    ),
    "deletedAt after as_of": Case([stream(1, deletedAt=LATER_THAN_AS_OF)], DELETED),
    "deletedAt that is no time": Case([stream(1, deletedAt="yes")], DELETED),
    "deletedAt null": Case([stream(1, deletedAt=None)], ACCEPTED, 1),
    "deletedAt empty": Case([stream(1, deletedAt="")], ACCEPTED, 1),
    "deletedAt on a line without anything": Case(
        [stream(None, started="absent", hostId="absent", deletedAt=day("02T00:00:00"))], DELETED
    ),
    "deletedAt on a line with bad values": Case(
        [stream(-1, started="x", hostId="", deletedAt=day("02T00:00:00"))], DELETED
    ),
    "deletedAt on a line without anything but updatedAt": Case(
        [
            stream(1),
            stream(
                None,
                started="absent",
                hostId="absent",
                deletedAt=day("02T00:00:00"),
                updatedAt=day("02T00:00:00"),
            ),
        ],
        DELETED,
        good=2,
    ),
    "deletedAt and none at the same time: the greater text is alive": Case(
        [stream(9), stream(1, deletedAt=day("02T00:00:00"))], ACCEPTED, 9, good=2
    ),
    "deletedAt and none at the same time: the greater text is deleted": Case(
        [stream(1), stream(9, deletedAt=day("02T00:00:00"))], DELETED, good=2
    ),
    "deletedAt and no more, none at the same time: the greater text is alive": Case(
        [
            stream(1),
            stream(
                None,
                started=None,
                hostId="absent",
                deletedAt=day("02T00:00:00"),
                updatedAt={"$date": CREATED},
            ),
        ],
        ACCEPTED,
        1,
        good=2,
    ),
    "three of one time": Case(
        [stream(1), stream(9), stream(5, deletedAt=day("02T00:00:00"))], ACCEPTED, 9, good=3
    ),
    "deletedAt, then back": Case(
        [
            stream(1, deletedAt=day("02T00:00:00"), updatedAt=day("02T00:00:00")),
            stream(2, updatedAt=day("03T00:00:00")),
        ],
        ACCEPTED,
        2,
        good=2,
    ),
    "a broken update leaves the good version": Case(
        [stream(1), stream(2, hostId=None, updatedAt=day("02T00:00:00"))],
        ACCEPTED,
        1,
        bad=["missing_field:hostId"],
    ),
    "broken only": Case(
        [stream(1, started="x")], WITHOUT, good=0, bad=["bad_timestamp:startedAt"], has_good=False
    ),
    "the same line twice": Case([stream(1), stream(1)], ACCEPTED, 1),
    "the same line on a later dt": Case(
        [stream(1), stream(1, dt="2026-03-09")], ACCEPTED, 1, "2026-03-09"
    ),
    "too early on its first dt, not on its second": Case(
        [stream(1, started=LATE), stream(1, started=LATE, dt="2026-03-05")],
        ACCEPTED,
        1,
        "2026-03-05",
    ),
    "the same line on a dt not yet seen": Case(
        [stream(1), stream(1, dt="2026-03-11")], ACCEPTED, 1, "2026-03-02"
    ),
    "dt after that of as_of": Case([stream(1, dt="2026-03-11")], UNSEEN, good=0),
    "event at as_of": Case([stream(1, dt="2026-03-10", started=AS_OF)], ACCEPTED, 1),
    "event after as_of": Case(
        [stream(1, dt="2026-03-10", started="2026-03-10T12:00:00.001Z")], NOT_STAGED
    ),
}

CASES = {
    **{("avalo", name): case for name, case in AVALO.items()},
    **{("halobuzz", name): case for name, case in HALOBUZZ.items()},
}
COLLECTIONS = {"avalo": "userFeedback", "halobuzz": "streams"}


# ---------------------------------------------------------------- users and their tombstones
def account(
    user_id: str,
    at: str,
    country: str | None = "PL",
    *,
    operation: str = "UPDATE",
    **fields: object,
) -> Row:
    document = {"createdAt": CREATED, "country": country, "isCreator": True, "verified": True}
    return change(
        user_id,
        None if operation == "DELETE" else document | fields,
        at=f"2026-03-01T{at}Z",
        event_id=at,
        operation=operation,
    )


def member(user_id: str, country: str | None = "AU", **fields: object) -> Row:
    return {
        "_id": user_id,
        "createdAt": {"$date": CREATED},
        "country": country,
        "isHost": True,
        "kycVerified": True,
        **fields,
    }


AVALO_USERS = [
    account("alive", "10:00:00"),
    account("gone", "10:00:00", "PL"),
    account("gone", "11:00:00", "de"),
    account("gone", "12:00:00", "FR", createdAt="x"),
    account("gone", "13:00:00", operation="DELETE"),
    account("gone", "14:00:00", operation="DELETE"),
    account("never there", "10:00:00", operation="DELETE"),
    account("only broken", "10:00:00", createdAt=None),
    account("only broken", "11:00:00", operation="DELETE"),
    account("back", "10:00:00", operation="DELETE"),
    account("back", "11:00:00", "US"),
    account("later", "10:00:00", createdAt="2026-03-02T10:00:00Z"),
    account("nowhere", "10:00:00", "XX"),
    account("no country", "10:00:00", None),
]
HALOBUZZ_USERS = [
    member("alive"),
    member("gone with data", "np", deletedAt=day("01T00:00:00")),
    member("gone without data", "AU", updatedAt=day("01T00:00:00")),
    {"_id": "gone without data", "updatedAt": day("02T00:00:00"), "deletedAt": day("02T00:00:00")},
    {"_id": "never there", "deletedAt": day("02T00:00:00")},
    member("back", "AU", updatedAt=day("01T00:00:00"), deletedAt=day("01T00:00:00")),
    member("back", "US", updatedAt=day("02T00:00:00")),
]
MADE = datetime(2026, 1, 1)
# user: is_deleted, created_at, country_code, region, is_creator, is_verified
USERS = {
    ("avalo", "alive"): (False, MADE, "PL", "EU", True, True),
    ("avalo", "gone"): (True, MADE, "DE", "EU", False, False),
    ("avalo", "back"): (False, MADE, "US", "NA", True, True),
    ("avalo", "later"): (False, datetime(2026, 3, 2, 10), "PL", "EU", True, True),
    ("avalo", "nowhere"): (False, MADE, "ZZ", "UNKNOWN", True, True),
    ("avalo", "no country"): (False, MADE, "ZZ", "UNKNOWN", True, True),
    ("halobuzz", "alive"): (False, MADE, "AU", "APAC", True, True),
    ("halobuzz", "gone with data"): (True, MADE, "NP", "APAC", False, False),
    ("halobuzz", "gone without data"): (True, MADE, "AU", "APAC", False, False),
    ("halobuzz", "back"): (False, MADE, "US", "NA", True, True),
}


# ---------------------------------------------------------------- shapes of files
def review(name: str, rating: int, **others: object) -> Row:
    document = {"createdAt": CREATED, "creatorId": "c1", "userId": "u1", "rating": rating}
    return change(name, document, event_id=name, **others)


def with_columns(without: str = "", **types: pa.DataType) -> pa.Schema:
    """The change log's schema without a column, and with others or other types."""
    kept = {column.name: column.type for column in CHANGELOG_SCHEMA if column.name != without}
    return pa.schema(list((kept | types).items()))


PARQUET_SHAPES: dict[str, tuple[pa.Schema, Row]] = {
    "as declared": (CHANGELOG_SCHEMA, {}),
    "without old_data": (with_columns("old_data"), {}),
    "old_data of no type": (with_columns(old_data=pa.null()), {}),
    "time without zone": (with_columns(timestamp=pa.timestamp("us")), {"at": datetime(2026, 3, 1)}),
    "time in ns": (with_columns(timestamp=pa.timestamp("ns", tz="UTC")), {}),
    "time in ms": (with_columns(timestamp=pa.timestamp("ms", tz="UTC")), {}),
    "large text": (with_columns(data=pa.large_string()), {}),
    "packed text": (with_columns(operation=pa.dictionary(pa.int8(), pa.string())), {}),
    "path_params": (with_columns(path_params=pa.string()), {"path_params": '{"uid":"u1"}'}),
    "path_params of another type": (
        with_columns(path_params=pa.struct([("uid", pa.string())])),
        {"path_params": {"uid": "u1"}},
    ),
    "a partition column": (
        with_columns(created_day=pa.date32()),
        {"created_day": date(2026, 3, 1)},
    ),
    "a partition column of text": (
        with_columns(created_day=pa.string()),
        {"created_day": "2026-03-01"},
    ),
}
LINE_SHAPES: dict[str, dict[str, object]] = {
    "gzip": {"file": "a.ndjson.gz"},
    "plain": {"file": "b.ndjson"},
    "byte order mark": {"file": "c.ndjson", "prefix": b"\xef\xbb\xbf"},
    "byte order mark, gzip": {"file": "d.ndjson.gz", "prefix": b"\xef\xbb\xbf"},
    "CRLF": {"file": "e.ndjson", "line_end": "\r\n"},
    "CRLF, byte order mark, gzip": {
        "file": "f.ndjson.gz",
        "line_end": "\r\n",
        "prefix": b"\xef\xbb\xbf",
    },
    "blank lines": {"file": "g.ndjson.gz", "line_end": "\n\n \t\n\r\n"},
    "no line end at the end": {"file": "h.ndjson", "line_end": ""},
}

AUDITED = [
    # three documents: accepted, deleted, without a good row; two rows without an id; one copy
    change("a", {"createdAt": CREATED, "userId": "u1", "action": "BAN"}, event_id="1"),
    change("a", {"createdAt": CREATED, "userId": "u1", "action": "BAN"}, event_id="1"),
    change("a", {"createdAt": CREATED, "userId": "u1"}, event_id="2"),
    change("b", {"createdAt": CREATED, "userId": "u1", "action": "WARN"}, event_id="3"),
    change("b", None, event_id="4", operation="DELETE", at="2026-03-01T11:00:00Z"),
    change("c", "{", event_id="5"),
    change(None, {"createdAt": CREATED, "userId": "u1", "action": "BAN"}, event_id="6", name=""),
    change(None, {"createdAt": CREATED, "userId": "u2", "action": "BAN"}, event_id="6", name=""),
    change(None, None, event_id="7", name="", operation="DELETE"),
]


@pytest.fixture(scope="module")
def warehouse(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    raw: Path = tmp_path_factory.mktemp("states") / "raw"
    changes: dict[str, list[Row]] = defaultdict(list)
    lines: dict[str, list[Row]] = defaultdict(list)
    for (platform, name), case in CASES.items():
        for landed in case.rows:
            assert isinstance(landed.row, dict)
            if platform == "avalo":
                path = f"projects/demo/databases/(default)/documents/userFeedback/{name}"
                row = landed.row | {"document_id": name, "document_name": path}
                changes[landed.dt].append(row)
            else:
                lines[landed.dt].append({"_id": name, **landed.row})
    for dt, rows in changes.items():
        write_changes(raw, "userFeedback", dt, rows)
    for dt, documents in lines.items():
        write_lines(raw, "streams", dt, documents)
    write_changes(raw, "users", "2026-03-03", AVALO_USERS)
    write_lines(raw, "users", "2026-03-03", HALOBUZZ_USERS)
    write_changes(raw, "enforcement_logs", "2026-03-03", AUDITED)

    for number, (name, (schema, others)) in enumerate(PARQUET_SHAPES.items()):
        shaped = [review(name, 1 + number % 5, **others)]
        write_changes(raw, "creatorReviews", "2026-03-03", shaped, file=str(number), schema=schema)
    write_changes(raw, "creatorReviews", "2026-03-04", [], file="no rows")
    written = raw / "avalo" / "creatorReviews" / "dt=2026-03-04" / "by duckdb's copy.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select timestamp '2026-03-01 10:00:00' as timestamp, '' as event_id, "
            "'creatorReviews/copied' as document_name, '' as document_id, 'IMPORT' as operation, "
            f"$${json.dumps(json.loads(review('copied', 4)['data']))}$$ as data, '' as old_data) "
            f"to '{str(written).replace(chr(39), chr(39) * 2)}'"
        )

    for name, shape in LINE_SHAPES.items():
        battle = {"_id": name, "startedAt": {"$date": CREATED}, "participantCount": 2}
        write_lines(raw, "battles", "2026-03-03", [battle], **shape)  # type: ignore[arg-type]
    folder = raw / "halobuzz" / "battles" / "dt=2026-03-03"
    (folder / "again.ndjson").write_bytes((folder / "b.ndjson").read_bytes())
    # what is no raw file is left alone
    (folder / "_SUCCESS").touch()
    (folder / "notes.txt").write_text("not JSON")
    write_lines(raw, "battles", "unknown", ["not JSON"])
    return builder.build(raw, AS_OF, select=LANDING)


@pytest.fixture(scope="module")
def staged(warehouse: Warehouse) -> dict[tuple[str, str], tuple[int, date]]:
    """(platform, document) to the number and dt of the version that stands."""
    found = warehouse.rows(
        "select 'avalo' as platform, document_id, score as number, landed_date "
        "from staging.stg_avalo__user_feedback union all "
        "select 'halobuzz', document_id, viewer_count, landed_date "
        "from staging.stg_halobuzz__streams"
    )
    keys = [(row["platform"], row["document_id"]) for row in found]
    assert len(keys) == len(set(keys))
    return {
        key: (int(row["number"]), row["landed_date"]) for key, row in zip(keys, found, strict=True)
    }


@pytest.fixture(scope="module")
def quarantined(warehouse: Warehouse) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    sql = "select * from staging.quarantine_records where collection in ('userFeedback', 'streams')"
    for row in warehouse.rows(sql):
        found[row["platform"], row["document_id"]].append(row)
    return found


@pytest.mark.parametrize("key", CASES, ids=[f"{platform}: {name}" for platform, name in CASES])
def test_version_that_stands(
    staged: dict[tuple[str, str], tuple[int, date]],
    quarantined: dict[tuple[str, str], list[Row]],
    key: tuple[str, str],
) -> None:
    case = CASES[key]
    number, dt = staged.get(key, (None, None))
    assert number == (case.number if case.status == ACCEPTED else None)
    if case.dt and case.status == ACCEPTED:
        assert dt == date.fromisoformat(case.dt)
    bad = quarantined.get(key, [])
    assert sorted(row["reason"] for row in bad) == sorted(case.bad)
    assert [row["has_good_version"] for row in bad] == [case.has_good] * len(bad)
    if case.dt and case.status == WITHOUT:
        assert [row["dt"] for row in bad] == [date.fromisoformat(case.dt)]


@pytest.mark.parametrize("platform", COLLECTIONS)
def test_audit_counts_every_row_and_document(warehouse: Warehouse, platform: str) -> None:
    cases = [case for (owner, _), case in CASES.items() if owner == platform]
    status = Counter(case.status for case in cases)
    good, bad = sum(case.good for case in cases), sum(len(case.bad) for case in cases)
    expected = {
        "platform": platform,
        "collection": COLLECTIONS[platform],
        "rows_seen": good + bad,
        "rows_good": good,
        "rows_quarantined": bad,
        "documents_seen": len(cases) - status[UNSEEN],
        "documents_accepted": status[ACCEPTED] + status[NOT_STAGED],
        "documents_deleted": status[DELETED],
        "documents_without_good_row": status[WITHOUT],
    }
    sql = "select * from staging.landing_audit where platform = ? and collection = ?"
    assert warehouse.rows(sql, [platform, COLLECTIONS[platform]]) == [expected]


def test_audit_of_rows_counted_by_hand(warehouse: Warehouse) -> None:
    sql = "select * from staging.landing_audit where collection = 'enforcement_logs'"
    assert warehouse.rows(sql) == [
        {
            "platform": "avalo",
            "collection": "enforcement_logs",
            "rows_seen": 8,
            "rows_good": 3,
            "rows_quarantined": 5,
            "documents_seen": 6,
            "documents_accepted": 1,
            "documents_deleted": 1,
            "documents_without_good_row": 4,
        }
    ]


def test_quarantine_of_rows_counted_by_hand(warehouse: Warehouse) -> None:
    found = warehouse.rows(
        "select document_id, event_id, reason, payload, has_good_version "
        "from staging.quarantine_records where collection = 'enforcement_logs' "
        "order by event_id, payload"
    )
    assert [tuple(row.values()) for row in found] == [
        ("a", "2", "missing_field:action", AUDITED[2]["data"], True),
        ("c", "5", "invalid_json", "{", False),
        (None, "6", "missing_id", AUDITED[6]["data"], False),
        (None, "6", "missing_id", AUDITED[7]["data"], False),
        (None, "7", "missing_id", None, False),
    ]


def test_blank_payload_is_none(warehouse: Warehouse) -> None:
    sql = "select count(*) as n from staging.quarantine_records where trim(payload) = ''"
    assert warehouse.rows(sql) == [{"n": 0}]


def test_users_and_tombstones(warehouse: Warehouse) -> None:
    columns = "is_deleted, created_at, country_code, region, is_creator, is_verified"
    found = warehouse.rows(f"select platform, user_id, {columns} from intermediate.dim_users")
    users = {(row.pop("platform"), row.pop("user_id")): tuple(row.values()) for row in found}
    assert users == USERS


def test_tombstones_keep_nothing_else(warehouse: Warehouse) -> None:
    sql = """
        select user_id from intermediate.dim_users
        where is_deleted and (
            is_creator or is_verified or is_royal_club or is_premium_unlocked
            or verified_at is not null or og_tier is not null
        )
    """
    assert warehouse.rows(sql) == []
    deleted = "select count(*) as n from intermediate.dim_users where is_deleted"
    assert warehouse.rows(deleted) == [{"n": 3}]


@pytest.mark.parametrize("name", [*PARQUET_SHAPES, "copied"])
def test_parquet_of_this_shape_is_read(warehouse: Warehouse, name: str) -> None:
    sql = "select rating from staging.stg_avalo__creator_reviews where document_id = ?"
    number = 3 if name == "copied" else list(PARQUET_SHAPES).index(name)
    assert warehouse.rows(sql, [name]) == [{"rating": Decimal(1 + number % 5)}]


@pytest.mark.parametrize("name", LINE_SHAPES)
def test_lines_of_this_shape_are_read(warehouse: Warehouse, name: str) -> None:
    sql = "select participant_count from staging.stg_halobuzz__battles where document_id = ?"
    assert warehouse.rows(sql, [name]) == [{"participant_count": 2}]


@pytest.mark.parametrize(
    ("collection", "rows"),
    [("creatorReviews", len(PARQUET_SHAPES) + 1), ("battles", len(LINE_SHAPES))],
)
def test_nothing_else_is_read(warehouse: Warehouse, collection: str, rows: int) -> None:
    """No row of a copied file, a blank line, another file or another folder."""
    sql = "select rows_seen, rows_good from staging.landing_audit where collection = ?"
    assert warehouse.rows(sql, [collection]) == [{"rows_seen": rows, "rows_good": rows}]
