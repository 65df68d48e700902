"""The oracle's own tests: tricky values, landing rules and a few KPIs counted by hand."""

from __future__ import annotations

import gzip
import json
import sys
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from oracle import check, creators, growth, kpis, parse
from oracle.compare import compare
from oracle.contract import CONTRACT
from oracle.landing import Landing, read_document, read_field, read_landing
from oracle.seeds import Platform, Seeds, rate_on
from oracle.world import World, q4

AS_OF = datetime(2024, 3, 10, 12)
SECOND = 1_000_000

SEEDS = Seeds(
    platforms={
        "avalo": Platform("avalo", "PLN", ZoneInfo("UTC"), date(2020, 1, 1)),
        "halobuzz": Platform("halobuzz", "USD", ZoneInfo("Australia/Sydney"), date(2020, 1, 1)),
    },
    token_rates={
        "avalo": [(date(2020, 1, 1), Decimal("0.20"))],
        "halobuzz": [(date(2020, 1, 1), Decimal("0.01"))],
    },
    fx_rates={("AUD", "USD"): [(date(2020, 1, 1), Decimal("0.65"))]},
    regions={"PL": "EU", "AU": "APAC", "NA": "MEA"},
    streams={
        ("avalo", "wallet", "CHAT"): "chat",
        ("avalo", "wallet", "TIP"): "tips",
        ("avalo", "wallet", "*"): "other",
        ("avalo", "booking", "*"): "calendar",
        ("avalo", "ticket", "*"): "events",
        ("halobuzz", "gift", "*"): "gifts",
        ("halobuzz", "game", "*"): "games",
        ("halobuzz", "og_subscription", "*"): "og_subscription",
    },
    splits={
        ("avalo", "chat"): ("share", Decimal("0.35")),
        ("avalo", "calendar"): ("share", Decimal("0.20")),
        ("avalo", "events"): ("share", Decimal("0.20")),
        ("avalo", "tips"): ("share", Decimal("0.10")),
        ("avalo", "other"): ("share", Decimal("0.35")),
        ("halobuzz", "gifts"): ("fee", Decimal(0)),
        ("halobuzz", "games"): ("stake_minus_payout", Decimal(0)),
        ("halobuzz", "og_subscription"): ("share", Decimal(1)),
    },
)


def at(text: str) -> int:
    return parse.to_micros(datetime.fromisoformat(text))


# single values ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"_seconds": 1700000000, "_nanoseconds": 123456999}, 1700000000123456),
        ({"_seconds": -1, "_nanoseconds": 999999999}, -1),
        ({"_seconds": -1, "_nanoseconds": 1}, -SECOND),
        ({"seconds": 5}, 5 * SECOND),
        ({"seconds": "5", "nanoseconds": "1500"}, 5 * SECOND + 1),
        ("2024-01-01T00:00:00.123456789Z", at("2024-01-01 00:00:00.123456")),
        ("1969-12-31T23:59:59.9999999Z", -1),
        ("2024-01-01T00:00:00.5Z", at("2024-01-01 00:00:00.5")),
        ("2024-01-01T02:00:00+02:00", at("2024-01-01")),
        ("2024-01-01T00:00:00-0530", at("2024-01-01 05:30")),
        ("2024-01-01T00:00:00+02", at("2023-12-31 22:00")),
        ("2024-01-01 00:00:00", at("2024-01-01")),
        ("2024-01-01T00:00", at("2024-01-01")),
        ("2024-02-29", at("2024-02-29")),
        (1700000000123, 1700000000123000),
        ("1700000000123", 1700000000123000),
        (-1, -1000),
        (Decimal("-0.0001"), -1),
        (0, 0),
        ({"$date": "2024-01-01T00:00:00.5Z"}, at("2024-01-01 00:00:00.5")),
        ({"$date": {"$numberLong": "-1000"}}, -SECOND),
        ({"$date": 1409836258000}, 1409836258 * SECOND),
        ({"$numberLong": "1000"}, SECOND),
        ("9999-12-31T23:59:59.999999999Z", parse.END_OF_TIME - 1),
    ],
)
def test_times_that_can_be_read(raw: object, expected: int) -> None:
    assert parse.read_time(raw) == (parse.OK, expected)


@pytest.mark.parametrize(
    "raw",
    [
        "yesterday",
        "2023-02-29",
        "2024-13-01T00:00:00Z",
        "2024-01-01T25:00:00Z",
        "2024-01-01T00:00:00.1234567890Z",
        "10000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-01:00",
        {"$date": {"$numberLong": "253402300800000"}},
        {"_seconds": 253402300800},
        {"_seconds": None, "_nanoseconds": 0},
        {"_seconds": 1, "_nanoseconds": "x"},
        {"$date": None},
        {"$date": {"$date": "2024-01-01"}},
        {},
        [],
        True,
    ],
)
def test_times_that_can_not_be_read(raw: object) -> None:
    assert parse.read_time(raw) == (parse.BAD, None)


@pytest.mark.parametrize("raw", [None, "", "  "])
def test_absent_values(raw: object) -> None:
    for reader in (
        parse.read_text,
        parse.read_number,
        parse.read_boolean,
        parse.read_time,
        parse.read_geo,
        parse.read_texts,
    ):
        assert reader(raw) == (parse.ABSENT, None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (5, "5"),
        ("12.5", "12.5"),
        (" -3 ", "-3"),
        ("+.5", "0.5"),
        ("5.", "5"),
        ("1.234567E+06", "1234567"),
        (Decimal("0.1"), "0.1"),
        ({"$numberInt": "42"}, "42"),
        ({"$numberLong": "9223372036854775807"}, "9223372036854775807"),
        ({"$numberDouble": "1E-07"}, "1E-07"),
        ({"$numberDecimal": "12.340"}, "12.340"),
    ],
)
def test_numbers_that_can_be_read(raw: object, expected: str) -> None:
    assert parse.read_number(raw) == (parse.OK, Decimal(expected))


@pytest.mark.parametrize(
    "raw",
    [
        "abc",
        "1,5",
        "0x10",
        "1_000",
        "NaN",
        "Infinity",
        "1e999",
        "٣",
        ".",
        "--1",
        {"$numberDecimal": "NaN"},
        {"$numberDouble": "-Infinity"},
        {"$numberDouble": None},
        {"value": 1},
        [1],
        True,
        Decimal("1e400"),
    ],
)
def test_numbers_that_can_not_be_read(raw: object) -> None:
    assert parse.read_number(raw) == (parse.BAD, None)


def test_booleans() -> None:
    for raw in (True, "true", "TRUE", "True"):
        assert parse.read_boolean(raw) == (parse.OK, True)
    assert parse.read_boolean("False") == (parse.OK, False)
    for raw in (1, 0, "yes", "1", {}, []):
        assert parse.read_boolean(raw) == (parse.BAD, None)


def test_texts() -> None:
    assert parse.read_text({"$oid": "abc"}) == (parse.OK, "abc")
    assert parse.read_text({"$numberInt": "7"}) == (parse.OK, "7")
    assert parse.read_text(7) == (parse.OK, "7")
    assert parse.read_text({"a": 1}) == (parse.BAD, None)
    assert parse.read_text(["a"]) == (parse.BAD, None)
    assert parse.read_texts([{"$oid": "a"}, "b", None, {}]) == (parse.OK, ["a", "b"])
    assert parse.last_segment("projects/p/documents/users/u1") == "u1"
    assert parse.last_segment("users/") is None


def test_geopoints() -> None:
    good = (parse.OK, (Decimal("51.5"), Decimal("-0.12")))
    assert parse.read_geo({"_latitude": "51.5", "_longitude": Decimal("-0.12")}) == good
    assert parse.read_geo({"latitude": Decimal("51.5"), "longitude": "-0.12"}) == good
    for raw in ({"_latitude": 91, "_longitude": 0}, {"_latitude": 1}, "51.5,0", [1, 2]):
        assert parse.read_geo(raw) == (parse.BAD, None)


def test_json_objects() -> None:
    assert parse.load_object('{"a": 0.1}') == {"a": Decimal("0.1")}
    for text in (None, " ", "[1]", "null", '"x"', "{", '{"a":}', "{'a': 1}"):
        assert parse.load_object(text) is None


def test_rounding_is_half_away_from_zero() -> None:
    assert q4(Decimal("0.00005")) == Decimal("0.0001")
    assert q4(Decimal("-0.00005")) == Decimal("-0.0001")
    assert q4(Decimal("2.00025")) == Decimal("2.0003")
    assert creators.round2(Fraction(1, 200)) == Decimal("0.01")
    assert creators.round2(Fraction(-1, 200)) == Decimal("-0.01")


def test_rates_before_the_first_take_the_first() -> None:
    rates = [(date(2021, 1, 1), Decimal(1)), (date(2022, 1, 1), Decimal(2))]
    found = [rate_on(rates, date(year, 1, 1)) for year in (2020, 2021, 2022, 2023)]
    assert found == [1, 1, 2, 2]


# documents -------------------------------------------------------------------------------


def spec(platform: str, collection: str, name: str) -> Any:  # noqa: ANN401
    return next(f for f in CONTRACT[(platform, collection)] if f.name == name)


def test_the_contract_has_every_collection() -> None:
    sizes = {p: sum(key[0] == p for key in CONTRACT) for p in ("avalo", "halobuzz", "ops")}
    assert sizes == {"avalo": 24, "halobuzz": 11, "ops": 1}
    assert all(sum(f.event_time for f in fields) == 1 for fields in CONTRACT.values())


def test_fields() -> None:
    cut = spec("avalo", "chats", "messageCount")
    assert read_field(cut, {"messageCount": "12.9"}) == (parse.OK, 12)
    assert read_field(cut, {"messageCount": Decimal("-12.9")}) == (parse.OK, -12)
    assert read_field(cut, {"messageCount": 10**12})[0] == "out"
    country = spec("avalo", "users", "country")
    assert read_field(country, {"country": " pl "}) == (parse.OK, "PL")
    status = spec("avalo", "calls", "status")
    assert read_field(status, {"status": "Completed"}) == (parse.OK, "completed")
    assert read_field(status, {"status": "odd"}) == (parse.OK, "other")
    reference = spec("avalo", "calls", "payerId")
    assert read_field(reference, {"payerId": "users/u1"}) == (parse.OK, "u1")
    nested = spec("avalo", "monetizationStrategies", "paywallConfig.enabled")
    assert read_field(nested, {"paywallConfig": {"enabled": "TRUE"}}) == (parse.OK, True)
    assert read_field(nested, {"paywallConfig": "x"}) == (parse.ABSENT, None)


GOOD_GIFT = {
    "createdAt": "2024-03-01T00:00:00Z",
    "userId": "u",
    "type": "gift",
    "amount": 5,
    "currency": "usd",
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"type": None, "amount": "x"}, "missing_field:type"),
        ({"userId": {"a": 1}}, "missing_field:userId"),
        ({"createdAt": "", "userId": ""}, "missing_field:createdAt"),
        ({"createdAt": "soon", "amount": "x"}, "bad_timestamp:createdAt"),
        ({"amount": {"$numberDouble": "NaN"}, "currency": "EUR"}, "bad_number:amount"),
        ({"amount": -1, "currency": "EUR"}, "out_of_range:amount"),
        ({"amount": 10**12}, "out_of_range:amount"),
        ({"createdAt": "2019-12-31T23:59:59Z", "amount": -1}, "out_of_range:createdAt"),
        ({"currency": "EUR", "createdAt": "2030-01-01"}, "unknown_currency"),
        ({"createdAt": "2024-03-03T00:00:00.000001Z"}, "future_timestamp:createdAt"),
        ({"createdAt": "2024-03-03T00:00:00Z"}, None),
        ({"coins": -1, "platformFee": "x"}, None),
    ],
)
def test_first_reason_that_holds(change: dict[str, Any], reason: str | None) -> None:
    reading = read_document(
        ("halobuzz", "transactions"), {**GOOD_GIFT, **change}, at("2020-01-01"), at("2024-03-03")
    )
    assert reading.reason == reason
    assert reading.lost == (["coins", "platformFee"] if "coins" in change else [])
    assert reading.values["status"] == "completed"


# landing ---------------------------------------------------------------------------------


def change(
    ts: str | None, event: str | None, doc: str | None, data: object, op: str = "UPDATE"
) -> dict[str, Any]:
    text = data if data is None or isinstance(data, str) else json.dumps(data)
    return {
        "timestamp": datetime.fromisoformat(ts) if ts else None,
        "event_id": event,
        "document_name": None,
        "document_id": doc,
        "operation": op,
        "data": text,
    }


def write_avalo(raw: Path, collection: str, dt: str, rows: list[dict[str, Any]]) -> None:
    schema = pa.schema(
        [
            pa.field(name, pa.timestamp("us", tz="UTC") if name == "timestamp" else pa.string())
            for name in rows[0]
        ]
    )
    folder = raw / "avalo" / collection / f"dt={dt}"
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.iterdir()))
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{number}.parquet")


def write_lines(raw: Path, collection: str, dt: str, lines: list[object]) -> None:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    folder = raw / "halobuzz" / collection / f"dt={dt}"
    folder.mkdir(parents=True, exist_ok=True)
    raw_bytes = b"\xef\xbb\xbf" + "\r\n".join(texts).encode()
    (folder / f"{len(list(folder.iterdir()))}.ndjson.gz").write_bytes(gzip.compress(raw_bytes))


def audit(landing: Landing, platform: str, collection: str) -> list[int]:
    row = next(
        r for r in landing.audit if (r["platform"], r["collection"]) == (platform, collection)
    )
    return [value for value in row.values() if isinstance(value, int)]


def user(created: str, **fields: object) -> dict[str, object]:
    return {"createdAt": created, **fields}


def test_change_log(tmp_path: Path) -> None:
    first = user("2024-03-01", country="pl", verified="maybe", lastActiveAt="2024-03-02")
    write_avalo(
        tmp_path,
        "users",
        "2024-03-02",
        [
            change("2024-03-02T01:00", "e1", "a", first, "CREATE"),
            change("2024-03-02T02:00", "e2", "a", user("2024-03-01", country="xx")),
            change("2024-03-02T03:00", "e3", "a", {"createdAt": "bad"}),
            change("2024-03-02T01:00", "e4", "gone", user("2024-03-01", country="PL")),
            change("2024-03-02T01:00", "e5", "gone", None, "delete"),
            change("2024-03-02T01:00", "e6", "never", None, "DELETE"),
            change("2024-03-02T01:00", "e7", "null", None),
            change("2024-03-02T01:00", "", None, user("2024-03-01")),
            change("2024-03-02T01:00", None, "", None, "DELETE"),
            change(None, "", "imported", user("2024-03-03T23:00"), "IMPORT"),
            change("2024-03-02T01:00", "e8", "early", user("2024-03-03T01:00:01")),
        ],
    )
    write_avalo(
        tmp_path,
        "users",
        "2024-03-03",
        [change("2024-03-02T02:00", "e2", "a", user("2024-03-01", country="xx"))],
    )
    write_avalo(tmp_path, "users", "2024-03-11", [change("2024-03-10", "z", "b", first)])
    write_avalo(tmp_path, "users", "2024-03-10", [change("2024-03-10T13:00", "z", "c", first)])
    landing = read_landing(tmp_path, AS_OF, SEEDS)
    # seen, good, quarantined; documents: seen, accepted, deleted, without a good row
    assert audit(landing, "avalo", "users") == [11, 6, 5, 8, 2, 2, 4]
    reasons = {(r["document_id"], r["reason"], r["has_good_version"]) for r in landing.quarantine}
    assert reasons == {
        ("a", "bad_timestamp:createdAt", True),
        ("null", "invalid_json", False),
        (None, "missing_id", False),
        ("early", "future_timestamp:createdAt", False),
    }
    current = {row["id"]: row for row in landing.documents[("avalo", "users")]}
    assert set(current) == {"a", "imported"}
    assert (current["a"]["country"], current["a"]["dt"]) == ("XX", date(2024, 3, 3))
    assert [row["id"] for row in landing.tombstones] == ["gone"]
    assert landing.last_active == [("avalo", "a", datetime(2024, 3, 2))]
    assert landing.parse_losses == []  # only the older version lost a value
    assert landing.first_event["avalo"] == datetime(2024, 3, 1)


def test_exports(tmp_path: Path) -> None:
    created = "2024-03-01T00:00:00Z"
    write_lines(
        tmp_path,
        "users",
        "2024-03-02",
        [
            user(created, _id={"$oid": "a"}, country="AU", ogTier="x"),
            "",
            user(created, _id="a", country="PL", updatedAt={"$date": "2024-03-01T05:00:00Z"}),
            user(created, _id="b", country="AU"),
            user("bad", _id="b", deletedAt="2024-03-02"),
            {"_id": "c", "deletedAt": 1},
            user(created, _id="d", country="AU", deletedAt="soon", updatedAt="2099-01-01"),
            user(created, _id="e", deletedAt=None, isHost="1"),
            user(created),
            "not json",
        ],
    )
    landing = read_landing(tmp_path, AS_OF, SEEDS)
    current = {row["id"]: row for row in landing.documents[("halobuzz", "users")]}
    assert {key: row["country"] for key, row in current.items()} == {
        "a": "PL",
        "b": "AU",  # the line that deletes has no time: it ranks below
        "e": None,
    }
    assert sorted(landing.deleted[("halobuzz", "users")]) == ["c", "d"]
    assert [(t["id"], t["country"]) for t in landing.tombstones] == [("d", "AU")]
    assert audit(landing, "halobuzz", "users") == [9, 7, 2, 7, 3, 2, 2]
    assert [(r["field"], r["values_lost"]) for r in landing.parse_losses] == [("isHost", 1)]
    payloads = {r["reason"]: r["payload"] for r in landing.quarantine}
    assert payloads["invalid_json"] == "not json"


def test_an_empty_landing_zone_has_zeros(tmp_path: Path) -> None:
    landing = read_landing(tmp_path, AS_OF, SEEDS)
    assert len(landing.audit) == 36
    assert all(sum(v for v in row.values() if isinstance(v, int)) == 0 for row in landing.audit)
    assert kpis.platform_kpi_daily(World(landing, SEEDS, AS_OF)) == []


# KPIs counted by hand --------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> World:
    def spend(doc: str, when: str, who: str, amount: object, **more: object) -> dict[str, Any]:
        body = {"createdAt": when, "userId": who, "type": "SPEND", "amount": amount, **more}
        return change("2024-03-10T11:00", doc, doc, body)

    write_avalo(
        tmp_path,
        "users",
        "2024-03-10",
        [
            change("2024-03-10", "1", "u1", user("2024-02-01", country="pl", verified=True)),
            change("2024-03-10", "2", "u2", user("2024-03-01", isCreator=True)),
        ],
    )
    write_avalo(
        tmp_path,
        "walletTransactions",
        "2024-03-10",
        [
            spend("w1", "2024-03-01T10:00Z", "u1", -100, context="chat", receiverId="u2"),
            spend("w2", "2024-03-01T11:00Z", "u1", "0.00025", context="Tip", receiverId="u2"),
            spend("w3", "2024-03-01T12:00Z", "orphan", 10, context="CALENDAR"),
            spend("w4", "2024-03-01T12:00Z", "u1", 10, status="FAILED"),
            spend("w5", "2024-03-10T11:59Z", "u1", 10, receiverId="u2", receiverAmount=0),
        ],
    )
    write_lines(
        tmp_path,
        "users",
        "2024-03-02",
        [user("2024-02-29T12:59:59Z", _id="h1", country="AU", lastActiveAt="2024-02-29T14:00Z")],
    )
    gift = {"createdAt": "2024-02-29T13:00:00Z", "userId": "h1", "hostId": "x", "type": "gift"}
    write_lines(
        tmp_path,
        "transactions",
        "2024-03-02",
        [
            {**gift, "_id": "t1", "amount": 0, "currency": "USD", "coins": 250, "platformFee": 1},
            {**gift, "_id": "t2", "amount": 10, "currency": "AUD", "platformFee": "2"},
            {**gift, "_id": "t3", "type": "coin_topup", "amount": 8, "currency": "USD"},
            {**gift, "_id": "t4", "type": "refund", "amount": 1, "currency": "USD"}
            | {"refundOf": "t3", "coins": 5},
        ],
    )
    return World(read_landing(tmp_path, AS_OF, SEEDS), SEEDS, AS_OF)


def row_of(rows: list[dict[str, Any]], **keys: object) -> dict[str, Any]:
    found = [row for row in rows if all(row[k] == v for k, v in keys.items())]
    assert len(found) == 1, found
    return found[0]


def test_daily_numbers(world: World) -> None:
    rows = kpis.platform_kpi_daily(world)
    march = row_of(rows, platform="avalo", kpi_date=date(2024, 3, 1))
    assert march["chat_revenue"] == Decimal(20)
    assert march["tips_revenue"] == Decimal("0.0001")  # 0.00005 rounds away from zero
    assert march["total_revenue"] == Decimal("20.0001")
    assert march["total_tokens_spent"] == Decimal("110.0003")
    assert march["chat_platform_earnings"] == Decimal(7)
    assert (march["active_users"], march["paying_users"]) == (1, 1)
    assert march["arpu"] == Decimal("20.0001")
    first = row_of(rows, platform="avalo", kpi_date=date(2024, 2, 1))
    assert (first["verified_users"], first["payer_rate"]) == (1, None)
    today = row_of(rows, platform="avalo", kpi_date=date(2024, 3, 10))
    assert (today["other_revenue"], today["is_complete"]) == (Decimal(2), False)
    assert row_of(rows, platform="avalo", kpi_date=date(2024, 3, 9))["is_complete"] is True
    leap = row_of(rows, platform="halobuzz", kpi_date=date(2024, 3, 1))  # 00:00 in Sydney
    assert leap["gifts_revenue"] == Decimal("9.00")
    assert leap["gifts_platform_earnings"] == Decimal("2.30")
    assert (leap["total_revenue"], leap["refund_amount"]) == (Decimal(8), Decimal(1))
    assert leap["refund_rate"] == 0.125
    assert leap["active_users"] == 1
    assert row_of(rows, platform="halobuzz", kpi_date=date(2024, 2, 29))["new_users"] == 1
    refund = row_of(kpis.refunds_daily(world), platform="halobuzz", kpi_date=date(2024, 3, 1))
    assert (refund["category"], refund["refund_tokens"]) == ("coin_topup", Decimal(5))


def test_regions_sum_to_the_platform(world: World) -> None:
    by_region = kpis.platform_kpi_daily_by_region(world)
    for whole in kpis.platform_kpi_daily(world):
        key = {name: whole[name] for name in ("platform", "kpi_date")}
        parts = [row for row in by_region if all(row[k] == v for k, v in key.items())]
        for name in (*kpis.PLACE_COUNTS, *kpis.PLACE_SUMS):
            assert sum(part[name] for part in parts) == whole[name]


def test_creators_by_hand(world: World) -> None:
    row = row_of(creators.creator_kpi_daily(world), creator_id="u2", kpi_date=date(2024, 3, 1))
    assert row["earned_tokens_chat"] == Decimal(65)
    assert row["earned_tokens_other"] == Decimal("0.0002")  # 0.000225
    assert row["total_earned_amount"] == Decimal("13.0000")  # 0.000045 rounds to 0
    host = row_of(creators.creator_kpi_daily(world), creator_id="x")
    assert host["total_earned_amount"] == Decimal("6.70")
    assert host["earned_tokens_other"] == Decimal(150)
    current = row_of(creators.creator_kpi_current(world), creator_id="u2")
    assert (current["total_transactions"], current["refund_rate"]) == (3, 0.0)
    assert current["royal_blockers"] == "rating,total_transactions"
    lead = row_of(creators.creator_leaderboard(world), platform="avalo", window_days=30)
    assert (lead["rank"], lead["average_daily_amount"]) == (1, Decimal("0.4333"))


def test_windows_and_churn(world: World) -> None:
    dates = [date(2024, 1, 1), date(2024, 1, 3), date(2024, 1, 20)]
    week = sorted(kpis.window_days(dates, 7))
    assert week[0] == date(2024, 1, 1)
    assert len(week) == len(set(week)) == 9 + 7
    found = {
        (r["kpi_date"], r["churned_users"])
        for r in kpis.platform_kpi_daily(world)
        if r["platform"] == "avalo" and r["churned_users"]
    }
    # u1 is active on 1 March, day 29 after its creation; u2 was created on 1 March
    assert found == set()


def test_hours_of_a_clock_change(tmp_path: Path) -> None:
    write_lines(tmp_path, "users", "2024-04-01", [user("2024-04-01T00:00:00Z", _id="h")])
    w = World(
        read_landing(tmp_path, datetime(2024, 4, 7, 2, 30), SEEDS),
        SEEDS,
        datetime(2024, 4, 7, 2, 30),
    )
    hours = kpis.wall_clock_hours(w.platforms["halobuzz"])
    # Sydney fell back at 03:00 on 7 April: hour 2 happened twice, 02:30 UTC is 12:30 there
    assert [hour for day, hour in hours if day == date(2024, 4, 7)] == list(range(13))
    assert len(hours) == 6 * 24 + 13
    spring = datetime(2024, 10, 6, 2)
    w = World(read_landing(tmp_path, spring, SEEDS), SEEDS, spring)
    hours = kpis.wall_clock_hours(w.platforms["halobuzz"])
    sunday = [hour for day, hour in hours if day == date(2024, 10, 6)]
    assert sunday == [0, 1, *range(3, 14)]


def test_safety_score() -> None:
    assert creators.safety_score(10, 49) is None
    assert creators.safety_score(0, 50) == Decimal(100)
    assert creators.safety_score(1, 300) == Decimal("93.33")
    assert creators.safety_score(5, 100) == 0
    assert creators.safety_score(99, 100) == 0


def test_two_proportions() -> None:
    assert growth.two_proportion_p(20, 100, 30, 100) == pytest.approx(0.1024704, abs=1e-6)
    assert growth.two_proportion_p(0, 10, 0, 10) is None


def test_months_and_weeks() -> None:
    assert kpis.week_start(date(2024, 3, 10)) == date(2024, 3, 4)
    assert kpis.next_month(date(2023, 12, 31)) == date(2024, 1, 1)
    assert kpis.next_week(date(2024, 3, 4)) == date(2024, 3, 11)


# comparison ------------------------------------------------------------------------------


def test_compare_says_what_differs() -> None:
    expected = [{"k": 1, "m": Decimal("1.0"), "f": 0.1 + 0.2}, {"k": 2, "m": None, "f": 1.0}]
    same = [{"k": 2, "m": None, "f": 1.0}, {"k": 1, "m": Decimal("1.0000"), "f": 0.3}]
    assert compare(expected, same, ["k"]) == []
    other = [{"k": 1, "m": 1.0, "f": 0.3}, {"k": 3, "m": None, "f": 1.0}]
    assert compare(expected, other, ["k"]) == [
        "k=1: m expected Decimal 1.0, is float 1.0",
        "missing row (1 expected, 0 there): k=2",
        "extra row (0 expected, 1 there): k=3",
    ]
    assert compare(expected, [{"k": 1, "m": Decimal(1)}], ["k"])[0] == "missing columns: f"
    many = compare([{"k": i} for i in range(50)], [], ["k"])
    assert len(many) == 21
    assert many[-1] == "... 50 differences in all"
    assert compare([], [{"k": 1}], ["k"]) == ["extra row (0 expected, 1 there): k=1"]
    assert compare([{"k": 1}] * 2, [{"k": 1}], ["k"]) == ["missing row (2 expected, 1 there): k=1"]


SQL_TYPES = {
    bool: "boolean",
    int: "bigint",
    float: "double",
    Decimal: "decimal(18, 4)",
    datetime: "timestamp",
    date: "date",
    str: "varchar",
}


def store(database: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema marts")
        for name, rows in tables.items():
            columns = {}
            for column in rows[0] if rows else ("empty",):
                kinds = {type(row[column]) for row in rows if row[column] is not None}
                columns[column] = SQL_TYPES[kinds.pop() if kinds else str]
            listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            connection.execute(f"create table marts.{name} ({listed})")
            if rows:
                marks = ", ".join("?" * len(columns))
                connection.executemany(
                    f"insert into marts.{name} values ({marks})",
                    [list(row.values()) for row in rows],
                )


def test_check_reads_a_warehouse(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(check, "read_seeds", lambda _: SEEDS)
    names = [name for name in check.KEYS if name != "metric_daily"]
    tables = {name: check.KEYS[name][0](world) for name in names}
    database = tmp_path / "w.duckdb"
    store(database, tables)
    monkeypatch.setattr(
        sys, "argv", ["check", str(tmp_path), str(database), AS_OF.isoformat(), "--only", *names]
    )
    assert check.main() == 0, capsys.readouterr().out
    with duckdb.connect(str(database)) as connection:
        connection.execute("update marts.revenue_daily set tokens = tokens + 0.0001")
        connection.execute("drop table marts.landing_audit")
    assert check.main() == 1
    printed = capsys.readouterr().out
    assert "no table" in printed
    assert "tokens expected 0, is 0.0001" in printed
