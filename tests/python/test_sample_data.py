"""The sample data keeps its promises: same bytes, declared formats, every oddity, incidents."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from warehouse.cli import app
from warehouse.sample_data.collection import Collection
from warehouse.sample_data.fields import Field, bad_reasons, lossy
from warehouse.sample_data.generate import COLLECTIONS, generate
from warehouse.sample_data.plan import SampleDataError, make_plan, sydney_midnight

UNTIL = dt.date(2026, 4, 20)  # the Sydney clock change of 2026-04-05 lies within
UTC = dt.UTC
Json = Any  # what json.loads gives
CASES = [(p, c) for p, cs in COLLECTIONS.items() for c in cs]
IDS = [f"{p}/{c.name}" for p, c in CASES]


@dataclass
class Row:
    """One raw row as a reader sees it, with the reason it is bad for (None: good)."""

    dt: dt.date
    doc_id: str | None
    doc: dict[str, Any] | None
    operation: str
    timestamp: dt.datetime | None
    event_id: str | None
    file: str
    text: str
    reason: str | None = None
    at: dt.datetime | None = None
    key: tuple[Any, ...] = field(default_factory=tuple)


def digest(root: Path) -> dict[str, str]:
    return {
        str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(root.rglob("*"))
        if p.is_file()
    }


def make(root: Path, seed: int = 1, users: int = 300) -> Path:
    generate(make_plan("tiny", users=users, seed=seed, until=UNTIL), root)
    return root


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="module")
def rows(raw: Path) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for platform, c in CASES:
        read = read_avalo if platform == "avalo" else read_halobuzz
        found[f"{platform}/{c.name}"] = [judge(platform, c, r) for r in read(raw, c.name)]
    return found


@pytest.fixture(scope="module")
def incidents(raw: Path) -> list[dict[str, str]]:
    with (raw / "incidents.csv").open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


# -- an independent reader of the formats -------------------------------------------------------


def read_avalo(raw: Path, name: str) -> Iterator[Row]:
    for path in sorted((raw / "avalo" / name).glob("dt=*/*.parquet")):
        day = dt.date.fromisoformat(path.parent.name[3:])
        for r in pq.ParquetFile(path).read().to_pylist():
            doc_id = r["document_id"] or (r["document_name"] or "").split("/")[-1] or None
            yield Row(
                day,
                doc_id,
                as_object(r["data"]),
                r["operation"],
                r["timestamp"].replace(tzinfo=UTC),
                r["event_id"],
                path.name,
                r["data"] or "",
            )


def read_halobuzz(raw: Path, name: str) -> Iterator[Row]:
    for path in sorted((raw / "halobuzz" / name).glob("dt=*/*.ndjson*")):
        day = dt.date.fromisoformat(path.parent.name[3:])
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
        for line in text.removeprefix("\ufeff").split("\n"):
            line = line.rstrip("\r")
            if not line.strip():
                continue
            doc = as_object(line)
            found = plain(doc.get("_id")) if doc else None
            operation = "DELETE" if doc and doc.get("deletedAt") is not None else "UPDATE"
            yield Row(day, found or None, doc, operation, None, None, path.name, line)


def as_object(text: str | None) -> dict[str, Any] | None:
    try:
        doc = json.loads(text) if text else None
    except json.JSONDecodeError:
        return None
    return doc if isinstance(doc, dict) else None


def plain(value: Json) -> Json:
    """Unwrap Extended JSON and references."""
    if isinstance(value, dict) and len(value) == 1:
        key = next(iter(value))
        if key == "$oid" or key.startswith("$number"):
            return value[key]
    return value


def as_number(value: Json) -> float | None:
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def as_time(platform: str, value: Json) -> dt.datetime | None:
    epoch = dt.datetime(1970, 1, 1, tzinfo=UTC)
    if platform == "halobuzz":
        value = value.get("$date") if isinstance(value, dict) else None
        value = plain(value)
        if isinstance(value, str) and value.lstrip("-").isdigit():
            value = int(value)
    if isinstance(value, dict):
        seconds = value.get("_seconds", value.get("seconds"))
        nanos = value.get("_nanoseconds", value.get("nanoseconds", 0))
        if not isinstance(seconds, int):
            return None
        return epoch + dt.timedelta(seconds=seconds, microseconds=nanos // 1000)
    if isinstance(value, int):
        return epoch + dt.timedelta(milliseconds=value)
    if isinstance(value, str):
        m = re.fullmatch(
            r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?", value
        )
        if m:
            t = dt.datetime.fromisoformat(m[1] + ("+00:00" if m[3] in (None, "Z") else m[3]))
            return t.astimezone(UTC) + dt.timedelta(
                microseconds=int((m[2] or "0").ljust(9, "0")[:6])
            )
    return None


def out_of_range(platform: str, name: str, number: float) -> bool:
    never_negative = {
        "cost", "amountPLN", "stake", "payout", "durationMinutes", "coins", "platformFee",
        "receiverAmount", "totalTokens", "dwellSeconds", "viewerCount",
    }  # fmt: skip
    return (
        abs(number) >= 1e12
        or (number < 0 and (name in never_negative or (platform, name) == ("halobuzz", "amount")))
        or (name == "rating" and not 1 <= number <= 5)
        or (name == "score" and not 0 <= number <= 100)
    )


def readable(platform: str, f: Field, value: Json) -> bool:
    """Tell whether an optional field's value can be read (and is in range)."""
    value = plain(value)
    if f.type in ("n", "i"):
        number = as_number(value)
        return number is not None and not out_of_range(platform, f.name, number)
    if f.type == "ts":
        return as_time(platform, value) is not None
    if f.type == "b":
        return str(value).lower() in ("true", "false")
    if f.type == "geo":
        lat, lon = (value.get("_" + k, value.get(k)) for k in ("latitude", "longitude"))
        return abs(lat) <= 90 and abs(lon) <= 180
    return True


def judge(platform: str, c: Collection, row: Row) -> Row:
    """Set the row's reason, by the order of the rules."""
    row.key = (row.timestamp, row.operation == "DELETE", row.event_id or "", row.text)
    if row.operation == "DELETE" and row.doc_id:
        return row
    if row.doc is None:
        row.reason = "invalid_json"
        return row
    if not row.doc_id:
        row.reason = "missing_id"
        return row
    needed = [f for f in c.fields if f.required]
    for f in needed:
        value = plain(row.doc.get(f.name))
        if value is None or (isinstance(value, str) and not value.strip()):
            row.reason = f"missing_field:{f.name}"
            return row
    checks: list[str] = []
    for f in needed:
        if f.type == "ts" and as_time(platform, row.doc[f.name]) is None:
            checks.append(f"bad_timestamp:{f.name}")
    for f in needed:
        if f.type == "n" and as_number(row.doc[f.name]) is None:
            checks.append(f"bad_number:{f.name}")
    if not checks:
        for f in needed:
            if f.type == "n" and out_of_range(platform, f.name, as_number(row.doc[f.name]) or 0):
                checks.append(f"out_of_range:{f.name}")
            if f.event:
                row.at = as_time(platform, row.doc[f.name])
                if row.at and row.at < dt.datetime(2020, 1, 1, tzinfo=UTC):
                    checks.append(f"out_of_range:{f.name}")
                arrived = row.timestamp
                if arrived is None or arrived.year == 1970:
                    arrived = dt.datetime.combine(row.dt, dt.time(), UTC) + dt.timedelta(days=1)
                if row.at and row.at > arrived + dt.timedelta(days=1):
                    checks.append(f"future_timestamp:{f.name}")
        if "currency" in row.doc and row.doc["currency"].upper() not in ("USD", "NPR", "AUD"):
            checks.append("unknown_currency")
    row.reason = checks[0] if checks else None
    return row


def current(rows: list[Row], platform: str) -> list[Row]:
    """Return the current good rows, one a document, deleted ones left out."""
    best: dict[str, Row] = {}
    for r in rows:
        if r.reason or not r.doc_id:
            continue
        if platform == "halobuzz" and r.doc is not None:
            changed = as_time(platform, r.doc.get("updatedAt")) or r.at
            r.key = (changed or dt.datetime.min.replace(tzinfo=UTC), r.dt, r.text)
        if r.doc_id not in best or r.key > best[r.doc_id].key:
            best[r.doc_id] = r
    return [r for r in best.values() if r.operation != "DELETE"]


# -- tests --------------------------------------------------------------------------------------


def test_same_seed_same_bytes_other_seed_other_bytes(raw: Path, tmp_path: Path) -> None:
    first = digest(raw)
    again = digest(make(tmp_path / "again"))
    assert first == again
    other = digest(make(tmp_path / "other", seed=2))
    shared = first.keys() & other.keys()
    assert len(shared) > 1000
    # A file that holds one broken line, or the actions, may be alike.
    same = [k for k in shared if first[k] == other[k]]
    assert len(same) < 0.05 * len(shared)


def test_avalo_columns(raw: Path) -> None:
    seen: Counter[tuple[str, ...]] = Counter()
    want = {"event_id", "document_name", "document_id", "operation", "data"}
    for path in (raw / "avalo").rglob("*.parquet"):
        schema = pq.read_schema(path)
        types = {n: str(t) for n, t in zip(schema.names, schema.types, strict=True)}
        assert types.pop("timestamp") == "timestamp[us]"
        assert want <= types.keys() <= want | {"old_data", "path_params"}
        assert set(types.values()) == {"string"}
        seen[tuple(sorted(types.keys() - want))] += 1
        assert re.fullmatch(r"dt=\d{4}-\d\d-\d\d", path.parent.name)
    assert set(seen) == {("old_data",), (), ("path_params",)}


@pytest.mark.parametrize(("platform", "c"), CASES, ids=IDS)
def test_every_quarantine_reason(platform: str, c: Collection, rows: dict[str, list[Row]]) -> None:
    mine = rows[f"{platform}/{c.name}"]
    found = Counter(r.reason for r in mine)
    assert {r for r, _ in bad_reasons(platform, c.name, list(c.fields))} == set(found) - {None}
    if len(mine) > 3000:
        assert 0.002 < 1 - found[None] / len(mine) < 0.03


@pytest.mark.parametrize(("platform", "c"), CASES, ids=IDS)
def test_every_field_and_value(platform: str, c: Collection, rows: dict[str, list[Row]]) -> None:
    docs = [r.doc for r in rows[f"{platform}/{c.name}"] if r.reason is None and r.doc]
    docs = [d for d in docs if d.get("deletedAt") is None]
    for f in c.fields:
        values = [d[f.name] for d in docs if d.get(f.name) is not None]
        assert values, f"{f.name} never occurs"
        if not f.required:
            assert len(values) < len(docs), f"{f.name} is never absent"
        if lossy(f) and c.showcase:
            lost = sum(not readable(platform, f, v) for v in values)
            assert 0 < lost < max(8, len(values) * 0.1), f"{f.name}: {lost} values lost"
        if f.values:
            lower = {v.lower() for v in values}
            assert {v.lower() for v in f.values} < lower, "a value is missing, or no unknown one"
            assert set(values) - {v for v in f.values} - {"SOMETHING_NEW"}, "no case variants"
        if f.type == "b":
            assert {str(v).lower() for v in values} >= {"true", "false"}
    if c.showcase and c.fields[0].event:
        shapes = {type(d[c.fields[0].name]).__name__ for d in docs}
        assert len(shapes) >= (2 if platform == "avalo" and len(docs) > 500 else 1)


def test_change_log_shapes(rows: dict[str, list[Row]]) -> None:
    avalo = [r for k, v in rows.items() if k.startswith("avalo/") for r in v]
    assert {r.operation for r in avalo} == {"CREATE", "UPDATE", "DELETE", "IMPORT"}
    imports = [r for r in avalo if r.operation == "IMPORT"]
    assert {r.event_id for r in imports} == {""}
    assert {r.timestamp is not None and r.timestamp.year == 1970 for r in imports} == {True, False}
    late = [
        (r.dt - r.timestamp.date()).days for r in avalo if r.timestamp and r.timestamp.year > 1970
    ]
    assert min(late) == 0
    assert 15 <= max(late) <= 40
    by_event: dict[str, list[Row]] = defaultdict(list)
    for r in avalo:
        if r.event_id:
            by_event[r.event_id].append(r)
    repeats = [v for v in by_event.values() if len(v) > 1]
    assert all(len({(r.doc_id, r.text) for r in v}) == 1 for v in repeats)
    assert any(len({(r.file, r.dt) for r in v}) < len(v) for v in repeats), "twice in one file"
    assert any(len({r.file for r in v}) > 1 for v in repeats), "a file twice"
    assert any(len({r.dt for r in v}) > 1 for v in repeats), "again on a later dt"
    by_doc: dict[str, list[Row]] = defaultdict(list)
    for r in avalo:
        if r.doc_id:
            by_doc[r.doc_id].append(r)
    ties = reborn = broken = older = 0
    for v in by_doc.values():
        if len(v) == 1:
            continue
        v.sort(key=lambda r: r.key[:3])
        ops = [r.operation for r in v]
        reborn += "DELETE" in ops and ops[-1] == "CREATE" and ops.index("DELETE") < len(ops) - 1
        broken += v[-1].reason is not None and v[0].reason is None
        stamps = Counter((r.timestamp, r.event_id) for r in v)
        ties += len({t for t, _ in stamps}) < len(stamps)
        older += any(a.dt > b.dt for a, b in pairwise(v))
    assert min(ties, reborn, broken, older) >= 5


def test_halobuzz_text_shapes(raw: Path, rows: dict[str, list[Row]]) -> None:
    files = [p for p in (raw / "halobuzz").rglob("*") if p.is_file()]
    assert any(p.suffix == ".ndjson" for p in files)
    texts = [
        gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in files
    ]
    assert any(t.startswith(b"\xef\xbb\xbf") for t in texts)
    assert any(b"\r\n" in t for t in texts)
    assert any(b"\n\n" in t for t in texts)
    assert all(t.endswith(b"\n") for t in texts)
    everything = b"".join(texts).decode("utf-8")
    for piece in ('{"$oid":', '"$numberInt"', '"$numberLong"', '"$numberDouble"',
                  '"$numberDecimal"', '{"$date":{"$numberLong":', '{"$date":"2', '{"$date":1',
                  '"deletedAt":{', '"deletedAt":null', "\u092c"):  # fmt: skip
        assert piece in everything, piece
    assert re.search(r'"\$date":"[^"]*:\d\dZ"', everything)
    assert re.search(r'"\$date":"[^"]*\.\d{1,2}Z"', everything)
    assert re.search(r'"amount":\d\.\d+E\+0[6-9]', everything)
    deleted = [r for r in rows["halobuzz/users"] if r.operation == "DELETE"]
    assert deleted


def test_users(rows: dict[str, list[Row]]) -> None:
    for platform, spelling in (("avalo", lambda v: v), ("halobuzz", plain)):
        docs = [r.doc for r in current(rows[f"{platform}/users"], platform) if r.doc]
        countries = {str(spelling(d.get("country"))) for d in docs}
        assert len({c for c in countries if re.fullmatch("[A-Z]{2}", c)}) > 40
        assert any(re.fullmatch("[a-z]{2}", c) for c in countries)
    spent: Counter[str] = Counter()
    known = {r.doc_id for r in rows["avalo/users"]}
    for r in current(rows["avalo/walletTransactions"], "avalo"):
        assert r.doc is not None
        if r.doc["type"].upper() == "SPEND":
            spent[r.doc["userId"].split("/")[-1]] += abs(as_number(r.doc["amount"]) or 0)
    assert spent.keys() - known, "no orphan ids"
    top = sum(v for _, v in spent.most_common(len(spent) // 10))
    assert top > 0.35 * sum(spent.values()), "spenders are not heavy-tailed"


def test_prices(rows: dict[str, list[Row]]) -> None:
    for r in current(rows["avalo/chats"], "avalo"):
        tokens = as_number((r.doc or {}).get("totalTokens"))
        if tokens is not None and 0 <= tokens < 1e12:
            assert 100 <= tokens <= 500 or r.doc_id is None
    per_minute = {"VOICE": 10, "VIDEO": 20}
    for r in current(rows["avalo/calls"], "avalo"):
        doc = r.doc or {}
        minutes, tokens = as_number(doc.get("durationMinutes")), as_number(doc.get("totalTokens"))
        kind = doc["callType"].upper()
        ok = minutes and tokens and 0 < minutes < 1e6 and 0 < tokens < 1e6
        if ok and kind in per_minute and tokens % per_minute[kind] == 0 and minutes < 30:
            assert tokens >= per_minute[kind]


def test_incident_types(incidents: list[dict[str, str]]) -> None:
    assert Counter((i["platform"], i["type"]) for i in incidents) == Counter(
        [("avalo", t) for t in (
            "refund_loop", "token_drain", "bot_behavior", "panic_spam", "fake_mismatch",
            "ai_abuse", "cancellation_farming", "payment_failure", "payment_failure", "panic_spike",
            "ai_misuse", "refund_spike", "revenue_drop", "churn_spike", "chargeback_count",
            "silent_outage", "system_error", "mismatch_spike", "revenue_outage", "signup_surge",
            "payout_abuse", "creator_refunds", "creator_quality")]
        + [("halobuzz", t) for t in (
            "refund_loop", "bot_behavior", "infra_errors", "infra_errors", "abuse_spike",
            "abuse_spike", "revenue_drop", "churn_spike", "chargeback_count", "silent_outage",
            "engagement_drop", "signup_surge")]
    )  # fmt: skip


#: Incident -> (collection, user field, other user field, what the row must say, least rows).
VISIBLE = {
    ("avalo", "refund_loop"): ("refunds", "userId", "", {"status": "APPROVED"}, 5),
    ("avalo", "token_drain"): ("walletTransactions", "userId", "receiverId", {"type": "SPEND"}, 5),
    ("avalo", "panic_spam"): (
        "safetyAlerts", "userId", "", {"type": "PANIC", "resolution": "FALSE_POSITIVE"}, 3),
    ("avalo", "fake_mismatch"): ("safetyAlerts", "userId", "", {"type": "MISMATCH"}, 5),
    ("avalo", "ai_abuse"): ("aiInteractions", "userId", "", {"flagged": True}, 5),
    ("avalo", "cancellation_farming"): (
        "calendarBookings", "", "creatorId", {"status": "CANCELLED_BY_CREATOR"}, 6),
    ("avalo", "payment_failure"): ("systemEvents", "", "", {"type": "PAYMENT_FAILURE"}, 5),
    ("avalo", "panic_spike"): ("safetyAlerts", "", "", {"type": "PANIC"}, 11),
    ("avalo", "ai_misuse"): ("aiInteractions", "", "", {"flagged": True}, 21),
    ("avalo", "refund_spike"): ("refunds", "", "", {"status": "APPROVED"}, 15),
    ("avalo", "system_error"): (
        "systemEvents", "", "", {"type": "SYSTEM_ERROR", "severity": "CRITICAL"}, 1),
    ("avalo", "mismatch_spike"): ("safetyAlerts", "", "", {"type": "MISMATCH"}, 6),
    ("avalo", "payout_abuse"): ("payouts", "", "creatorId", {"status": "PENDING"}, 1),
    ("avalo", "creator_refunds"): ("refunds", "", "creatorId", {"status": "APPROVED"}, 11),
    ("avalo", "creator_quality"): ("chats", "", "earnerId", {"firstResponseSec": 1200.0}, 10),
    ("avalo", "signup_surge"): ("users", "", "", {}, 25),
    ("halobuzz", "signup_surge"): ("users", "", "", {}, 25),
    ("avalo", "chargeback_count"): ("chargebacks", "", "", {"status": "OPEN"}, 15),
    ("halobuzz", "refund_loop"): (
        "transactions", "userId", "", {"type": "refund", "status": "completed"}, 5),
    ("halobuzz", "infra_errors"): ("infraErrors", "", "", {}, 101),
    ("halobuzz", "abuse_spike"): ("moderationFlags", "", "", {}, 51),
    ("halobuzz", "bot_behavior"): ("sessions", "userId", "", {}, 50),
    ("halobuzz", "chargeback_count"): ("transactions", "", "", {"type": "chargeback"}, 15),
}  # fmt: skip


def within(rows: list[Row], i: dict[str, str], platform: str) -> list[dict[str, Any]]:
    a, b = dt.datetime.fromisoformat(i["start"]), dt.datetime.fromisoformat(i["end"])
    return [r.doc for r in current(rows, platform) if r.doc and r.at and a <= r.at < b]


def test_incidents_are_visible(rows: dict[str, list[Row]], incidents: list[dict[str, str]]) -> None:
    checked: set[tuple[str, str]] = set()
    for i in incidents:
        rule = VISIBLE.get((i["platform"], i["type"]))
        if rule is None:
            continue
        coll, user, other, says, least = rule
        who = i["subject"].split(">")
        hits = [
            d
            for d in within(rows[f"{i['platform']}/{coll}"], i, i["platform"])
            if all(str(d.get(k)).lower() == str(v).lower() for k, v in says.items())
            and (not user or plain(d.get(user)) == who[0])
            and (not other or plain(d.get(other)) == who[-1])
        ]
        assert len(hits) >= least, i
        checked.add((i["platform"], i["type"]))
    assert checked == set(VISIBLE)


def test_bot_hour(rows: dict[str, list[Row]], incidents: list[dict[str, str]]) -> None:
    bot = next(i for i in incidents if i["type"] == "bot_behavior" and i["platform"] == "avalo")
    starts = 0
    for coll, name in (("appSessions", "userId"), ("aiChatSessions", "userId"),
                       ("chats", "payerId")):  # fmt: skip
        docs = within(rows[f"avalo/{coll}"], bot, "avalo")
        starts += sum(d[name] == bot["subject"] for d in docs)
    assert starts >= 50


def test_drops_spikes_and_outages(
    raw: Path, rows: dict[str, list[Row]], incidents: list[dict[str, str]]
) -> None:
    for i in incidents:
        start, end = dt.datetime.fromisoformat(i["start"]), dt.datetime.fromisoformat(i["end"])
        platform = i["platform"]
        if i["type"] == "silent_outage":
            days = {p.name[3:] for p in (raw / platform / i["subject"]).iterdir()}
            assert not days & {str(start.date()), str(start.date() + dt.timedelta(days=1))}
            assert str(start.date() - dt.timedelta(days=1)) in days
        if i["type"] == "revenue_drop":
            coll, kind, value = {
                "avalo": ("walletTransactions", "spend", "amount"),
                "halobuzz": ("transactions", "coin_topup", "coins"),
            }[platform]
            money: Counter[int] = Counter()
            for r in current(rows[f"{platform}/{coll}"], platform):
                if r.doc and r.at and r.doc["type"].lower() == kind:
                    money[(r.at - start).days] += abs(as_number(r.doc.get(value)) or 0)
            usual = sum(money[k] for k in range(-7, 0)) / 7
            assert money[0] < 0.75 * usual
            if platform == "avalo":
                assert money[0] < 0.8 * money[-1]
        if i["type"] == "revenue_outage":
            spends = [
                d
                for d in within(rows["avalo/walletTransactions"], i, platform)
                if d["type"].upper() == "SPEND"
            ]
            assert not [d for d in spends if d.get("referenceId")]
        if i["type"] == "engagement_drop":
            days = Counter(
                (r.at - start).days for r in current(rows["halobuzz/sessions"], platform) if r.at
            )
            assert days[0] < 0.5 * sum(days[k] for k in range(-7, 0)) / 7
        if i["type"] == "churn_spike":
            coll = "appSessions" if platform == "avalo" else "sessions"
            last: dict[str, dt.datetime] = {}
            for r in current(rows[f"{platform}/{coll}"], platform):
                if r.doc and r.at:
                    user = plain(r.doc["userId"])
                    last[user] = max(last.get(user, r.at), r.at)
            stopped = sum(start <= t < end for t in last.values())
            before = sum(start - dt.timedelta(days=20) <= t < start for t in last.values()) / 20
            assert stopped >= 10
            assert stopped > 3 * before


def test_clock_changes_and_midnights(rows: dict[str, list[Row]]) -> None:
    change = dt.datetime(2026, 4, 4, 16, tzinfo=UTC)
    near = [
        r for r in rows["halobuzz/sessions"] if r.at and abs(r.at - change) < dt.timedelta(hours=2)
    ]
    assert len(near) >= 15
    close = 0
    for r in rows["halobuzz/transactions"]:
        if r.at:
            for k in (0, 1):
                midnight = sydney_midnight(r.at.date() + dt.timedelta(days=k)).replace(tzinfo=UTC)
                close += abs(r.at - midnight) < dt.timedelta(seconds=10)
    assert close >= 5


def test_actions(raw: Path) -> None:
    paths = sorted((raw / "ops" / "actions").glob("dt=*/*.ndjson"))
    docs = [as_object(t) for p in paths for t in p.read_text(encoding="utf-8").splitlines()]
    good = [d for d in docs if d]
    assert None in docs
    assert {d.get("action") for d in good} >= {"acknowledge", "resolve"}
    assert {d.get("object_type") for d in good} >= {"alert", "abuse_signal", "guardrail"}
    assert any({"platform", "signal_type", "subject", "detected_at"} <= d.keys() for d in good)


def test_actions_name_alerts(raw: Path, incidents: list[dict[str, str]]) -> None:
    spike = next(i for i in incidents if i["type"] == "panic_spike")
    name = f"avalo_panic_spike|avalo|ALL||{spike['start'][:10]}"
    alert_id = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    lines = [p.read_text(encoding="utf-8") for p in (raw / "ops" / "actions").glob("dt=*/*")]
    docs = [as_object(line) for text in lines for line in text.splitlines()]
    assert {"acknowledge", "resolve"} == {
        d["action"] for d in docs if d and d.get("object_id") == alert_id
    }


def test_refuses_to_overwrite(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(SampleDataError, match="--force"):
        generate(make_plan("tiny", until=UNTIL), raw)
    landed = tmp_path / "avalo" / "users" / "real.parquet"
    landed.parent.mkdir(parents=True)
    landed.touch()
    with pytest.raises(SampleDataError, match="no sample data"):
        generate(make_plan("tiny", until=UNTIL), tmp_path, force=True)
    assert landed.exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--scale", "huge"], "scale 'huge' is unknown"),
        (["--users", "3"], "--users 3 is too small"),
        (["--days", "9"], "--days 9 is too short"),
        (["--activity", "0"], "--activity 0.0 must be above 0"),
        (["--activity", "1.01"], "--activity 1.01 must be above 0 and at most 1"),
        (["--until", "2020-01-05"], "lies before"),
        (["--out", "s3://bucket/raw"], "object store"),
    ],
)
def test_command_explains_errors(arguments: list[str], text: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["sample-data", *arguments], env={"WAREHOUSE_RAW_DIR": str(tmp_path / "x")}
    )
    assert result.exit_code == 1
    assert text in " ".join(result.output.split())
    assert not (tmp_path / "x").exists()


# -- the summary command ------------------------------------------------------------------------


def summary(path: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["summary", "--db", str(path), *arguments])
    return result.exit_code, " ".join(result.output.split())


def test_summary(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE SCHEMA marts; CREATE SCHEMA staging")
        con.execute(
            "CREATE TABLE marts.platform_kpi_daily AS SELECT 'avalo' AS platform, d AS kpi_date, "
            "d < DATE '2026-02-03' AS is_complete, 1234 AS active_users, "
            "5 + day(d) AS new_users, CAST(9876.5 AS DECIMAL(18,4)) AS total_revenue, "
            "'PLN' AS currency FROM (VALUES (DATE '2026-02-01'), (DATE '2026-02-02'), "
            "(DATE '2026-02-03')) AS v(d)"
        )
        con.execute("CREATE TABLE marts.alerts (alert_id VARCHAR)")
        con.execute("CREATE TABLE staging.quarantine_records AS SELECT 'avalo' AS platform")
    code, text = summary(path)
    assert code == 0
    for piece in ("2026-02-02", "1,234", "9,876.50", "PLN", "2 marts", "alerts 0", "avalo 1"):
        assert piece in text, piece
    assert "2026-02-03" not in text
    code, text = summary(path, "--json")
    found = json.loads(text)
    assert found["marts"] == {"alerts": 0, "platform_kpi_daily": 3}
    assert found["kpis"][0]["new_users"] == 7


def test_summary_of_little(tmp_path: Path) -> None:
    code, text = summary(tmp_path / "none.duckdb")
    assert (code, "make run" in text) == (1, True)
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE SCHEMA marts")
    code, text = summary(path)
    assert code == 0
    assert "No marts yet" in text
    with duckdb.connect(str(path)) as con:
        con.execute(
            "CREATE TABLE marts.platform_kpi_daily "
            "(platform VARCHAR, kpi_date DATE, is_complete BOOLEAN, active_users BIGINT)"
        )
    code, text = summary(path)
    assert code == 0
    assert "No complete day" in text
    (tmp_path / "bad.duckdb").write_text("this is no database" * 100)
    code, text = summary(tmp_path / "bad.duckdb")
    assert (code, "can't be read" in text) == (1, True)
