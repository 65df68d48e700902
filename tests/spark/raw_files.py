"""Raw data for both engines: sample data and a few rows that engines like to read differently."""

import gzip
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

# The range holds the end of summer time in Sydney, 2026-04-04 16:00 UTC.
SAMPLE = ["--users", "200", "--days", "60", "--until", "2026-04-20"]
LEFT_OUT = ("avalo/retentionContacts", "halobuzz/appeals")
NOW = datetime(2026, 4, 19, 12, 0, 0, 123456, UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TIMES: dict[str, Any] = {
    "seconds": {"_seconds": 1775318399, "_nanoseconds": 999999999},
    "no_underscore": {"seconds": 1775318400, "nanoseconds": 1500},
    "text_seconds": {"_seconds": "1775318400"},
    "iso_nanos": "2026-04-04T15:59:59.999999999Z",
    "iso_zone": "2026-04-05T02:30:00.5+10:00",
    "iso_short_zone": "2026-04-05T02:30+11",
    "iso_no_zone": "2026-04-05 02:30:00",
    "iso_date": "2026-04-05",
    "iso_lower": "2026-04-05t02:30:00z",
    "millis": 1775318400123,
    "millis_fraction": 1775318400123.999,
    "millis_text": " 1775318400123 ",
    "millis_exponent": "1.775318400123E12",
    "midnight_24": "2026-04-05T24:00:00Z",
    "leap_second": "2026-04-05T23:59:60Z",
    "no_such_day": "2026-02-30T00:00:00Z",
    "no_such_zone": "2026-04-05T02:30:00+24:00",
    "before_launch": "1969-12-31T23:59:59.9999999Z",
    "line_break": "2026-04-05T02:30:00Z\n",
    "year_0": "0000-04-05T02:30:00Z",
    "words": "yesterday",
    "list": [1775318400],
    "true": True,
}

NUMBERS: list[Any] = [
    12,
    "12.5",
    " 7 ",
    "\t7\f",
    "+5",
    ".5",
    "5.",
    "1e2",
    "1E-5",
    1e6,
    0.00005,
    0.00015,
    "33.33335",
    "0.12345678901234567",
    123456789012.123456,
    "999999999999.99999999999999",
    1000000000000,
    1e20,
    -3,
    "NaN",
    "Infinity",
    "1e400",
    "0x10",
    "1_000",
    "١٢",
    "f5",
    "",
    {"$numberInt": "5"},
    None,
    True,
]

PAYLOADS = [
    "",
    " ",
    "null",
    "[]",
    "{}",
    '"text"',
    "{",
    '{"createdAt": 1',
    '{"createdAt":1775318400123,"userId":"u1"} trailing',
    '{"createdAt":1775318400123}{"createdAt":1775318400123}',
    '\ufeff{"createdAt":1775318400123}',
    ' \t{"createdAt":1775318400123,"userId":"u1","score":50}\n',
    '{"createdAt":1775318400123,"userId":"u1","score":50,"score":60}',
    '{"createdAt":1775318400123,"userId":"it\'s \\\\ \\"odd\\" \\u017c \\ud83c\\udf81","score":1}',
    '{"createdAt":1775318400123,"userId":"users/u1","score":"50.5"}',
    '{"createdAt":1775318400123,"userId":"users/","score":50}',
    '{"createdAt":1775318400123,"userId":"\\u2028","score":50}',
    '{"createdAt":1775318400123,"userId":{"id":"u1"},"score":50}',
    '{"createdAt":1775318400123,"userId":["u1"],"score":50}',
    '{"createdAt":1775318400123,"userId":"[u1","score":50}',
    '{"createdAt":1775318400123,"userId":"{u1","score":50}',
    '{"createdAt":1775318400123,"userId":12.50,"score":50}',
    '{"createdAt":1775318400123,"userId":true,"score":50}',
]


def write_raw_files(folder: Path) -> None:
    """Write the raw files below `folder`, which must not exist."""
    command = [sys.executable, "-m", "warehouse.cli", "sample-data", *SAMPLE, "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    for collection in LEFT_OUT:
        shutil.rmtree(folder / collection)
    _write_avalo(folder / "avalo")
    _write_halobuzz(folder / "halobuzz")


def _change(number: int, payload: str | None, **columns: object) -> dict[str, Any]:
    return {
        "timestamp": NOW,
        "event_id": f"odd{number:04}",
        "document_name": f"projects/p/databases/(default)/documents/odd/odd{number}",
        "document_id": f"odd{number}",
        "operation": "CREATE",
        "data": payload,
        **columns,
    }


def _parquet(folder: Path, day: str, rows: list[dict[str, Any]], name: str = "odd") -> None:
    path = folder / f"dt={day}"
    path.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path / f"{name}.parquet")


def _write_avalo(folder: Path) -> None:
    feedback = [_change(number, payload) for number, payload in enumerate(PAYLOADS)]
    feedback += [
        _change(100 + number, json.dumps({"createdAt": time, "userId": "u1", "score": 1}))
        for number, time in enumerate(TIMES.values())
    ]
    feedback += [
        _change(200 + number, json.dumps({"createdAt": "2026-04-05", "userId": "u1", "score": one}))
        for number, one in enumerate(NUMBERS)
    ]
    good = '{"createdAt":"2026-04-05","userId":"u1","score":77}'
    feedback += [
        _change(300, good, timestamp=EPOCH, event_id="", operation="import"),
        _change(301, good, timestamp=None, event_id=None, operation="IMPORT"),
        _change(302, good, document_id=None, document_name="userFeedback/relative"),
        _change(303, good, document_id="", document_name="userFeedback/"),
        _change(304, good, document_id=" ", document_name=None),
        _change(305, good),
        _change(305, None, operation="DELETE"),
        _change(306, good, timestamp=datetime(2026, 4, 20, 15, 30, 0, 1, UTC)),
        _change(307, None, operation="delete", document_id=None, document_name=None),
    ]
    target = folder / "userFeedback"
    _parquet(target, "2026-04-19", feedback)
    # delivered again under another name, with the column that older files lack
    _parquet(target, "2026-04-20", [dict(row, old_data="") for row in feedback[:40]], "again")
    _parquet(target, "2026-04-21", [_change(400, good)], "after as_of")
    _parquet(target, "2026-02-30", [_change(401, good)])
    nested = target / "dt=2026-04-19" / "nested"
    nested.mkdir()
    shutil.copy(target / "dt=2026-04-21" / "after as_of.parquet", nested)

    user = {"createdAt": "2026-03-01T00:00:00Z", "isCreator": "TRUE", "country": " pl "}
    users = [
        dict(user, interests=["a", None, " ", {"$oid": "x"}, ["b"], 1]),
        dict(user, interests="[a", verified=1, verifiedAt="2026-04-05T02:30:00+10:00"),
        dict(user, country="NA", location={"_latitude": 90, "_longitude": "-180"}),
        dict(user, country="XX", location={"latitude": 90.1, "longitude": 0}, verified=True),
        dict(user, country={"code": "PL"}, lastActiveAt={"_seconds": -1, "_nanoseconds": 1}),
        dict(user, lastActiveAt="2026-04-20T15:30:00.000001Z", leaveReason="PRICE"),
    ]
    rows = [_change(number, json.dumps(one)) for number, one in enumerate(users)]
    rows.append(_change(3, None, operation="DELETE", event_id="odd9"))
    _parquet(folder / "users", "2026-04-19", rows)

    spend = {"createdAt": "2026-04-10T10:00:00Z", "userId": "odd0", "receiverId": "users/odd2"}
    wallet = []
    for number, amount in enumerate(NUMBERS):
        document = dict(
            spend, type="spend", amount=amount, context=["TIP", "AI_CHAT", "x"][number % 3]
        )
        wallet.append(_change(number, json.dumps(document)))
        cash = dict(spend, type="PURCHASE", amount=10, amountPLN=amount, provider="STRIPE")
        wallet.append(_change(500 + number, json.dumps(cash)))
    _parquet(folder / "walletTransactions", "2026-04-19", wallet)


def _write_halobuzz(folder: Path) -> None:
    top_up = {"userId": {"$oid": "h1"}, "type": "COIN_TOPUP", "currency": "npr", "coins": 10}
    times: list[Any] = [
        {"$date": "2026-04-05T01:30:00.5Z"},
        {"$date": {"$numberLong": "1775318400123"}},
        {"$date": 1775316600000},
        {"$date": "2026-04-05T02:30:00+10:00"},
        *TIMES.values(),
    ]
    documents = [
        dict(top_up, _id={"$oid": f"t{n}"}, createdAt=time, amount={"$numberDouble": "10.005"})
        for n, time in enumerate(times)
    ]
    documents += [
        dict(top_up, _id=f"n{n}", createdAt={"$date": "2026-04-04T15:30:00Z"}, amount=number)
        for n, number in enumerate([*NUMBERS, {"$numberDecimal": "0.00005"}])
    ]
    documents += [
        dict(documents[0], _id="d1", deletedAt={"$date": "2026-04-19T00:00:00Z"}),
        dict(documents[0], _id="d2", deletedAt=None, updatedAt={"$date": "2027-01-01T00:00:00Z"}),
        dict(documents[0], _id="d3", deletedAt="x", createdAt=None),
        dict(documents[0], _id="d4", updatedAt="never"),
        dict(documents[0], _id="d5", currency="EUR"),
        dict(documents[0], _id="d6", currency=None),
        dict(documents[0], _id=None),
    ]
    lines = [json.dumps(one, ensure_ascii=False) for one in documents]
    lines += [
        "",
        " \t",
        "{",
        "[1]",
        '{"_id":"e1"} {"_id":"e2"}',
        '{"_id":"e3","amount":1.234567E+06}',
    ]
    target = folder / "transactions" / "dt=2026-04-19"
    target.mkdir(parents=True, exist_ok=True)
    text = "\ufeff" + "\r\n".join(lines)
    (target / "odd.ndjson").write_bytes(text.encode())
    with gzip.open(target / "odd again, zipped.ndjson.gz", "wb") as file:
        file.write("\n".join([*lines[:5], lines[-1], ""]).encode())
    (target / "odd.txt").write_text("not raw data")

    battles = folder / "battles" / "dt=2026-04-19"
    battles.mkdir(parents=True, exist_ok=True)
    host_lists: list[Any] = [[{"$oid": "h1"}, "h2", None, ""], [], "[]", "x", None, [[1]]]
    (battles / "odd.ndjson").write_text(
        "\n".join(
            json.dumps({"_id": f"b{n}", "startedAt": "2026-04-05T02:30:00+10:00", "hostIds": hosts})
            for n, hosts in enumerate(host_lists)
        )
    )
