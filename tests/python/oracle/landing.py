"""The landing zone recomputed: rows, quarantine, losses, current documents, audit.

Readings taken where the contract leaves room:
 - texts of a raw row (event_id, data, ..) that are empty or blank are null in the comparison of
   rows and everywhere else; a null avalo timestamp is the epoch;
 - a DELETE row's data is never looked at: without an id its reason is missing_id;
 - an operation other than DELETE (unknown or null too) is a write;
 - an integer's range is that of the cut value;
 - all out_of_range checks (numbers and the event time) run in the table's field order;
 - a nested object (paywallConfig) that is no object has absent fields, none of them lost;
 - `deletedAt` is set when neither null nor blank text, readable or not;
 - a halobuzz line with deletedAt is a good version whose readable lastActiveAt counts;
 - losses are counted over accepted documents (deleted ones are no current documents);
 - `status` that can't be read is null and takes the default of its collection;
 - rows equal in rank are settled by dt.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from . import parse
from .contract import CONTRACT, ID_FIELD, STATUS_DEFAULTS, TOO_LARGE, Field
from .seeds import Seeds

Row = dict[str, Any]
Key = tuple[str, str]

DAY = 86_400_000_000  # microseconds
AVALO_TEXTS = ("event_id", "document_name", "document_id", "operation", "data", "old_data")
LOWEST = -(10**30)


@dataclass
class Landing:
    """Everything landing yields; keys of the dicts are (platform, collection)."""

    documents: dict[Key, list[Row]] = field(default_factory=dict)
    deleted: dict[Key, list[str]] = field(default_factory=dict)
    quarantine: list[Row] = field(default_factory=list)
    parse_losses: list[Row] = field(default_factory=list)
    audit: list[Row] = field(default_factory=list)
    tombstones: list[Row] = field(default_factory=list)  # platform, id, createdAt, country
    last_active: list[tuple[str, str, datetime]] = field(default_factory=list)
    first_event: dict[str, datetime] = field(default_factory=dict)  # by platform, UTC


def _blank_to_none(text: str | None) -> str | None:
    return text if text is not None and text.strip() else None


def _day_files(folder: Path, suffixes: tuple[str, ...], last: date) -> Iterator[tuple[date, Path]]:
    for day in sorted(folder.glob("dt=*")):
        if not re.fullmatch(r"dt=\d{4}-\d{2}-\d{2}", day.name):
            continue
        dt = date.fromisoformat(day.name[3:])
        if dt <= last:
            for path in sorted(day.iterdir()):
                if path.name.endswith(suffixes):
                    yield dt, path


def _timestamps(column: pa.ChunkedArray) -> list[int]:
    """Whole microseconds since 1970 of a timestamp column; null is the epoch."""
    if pa.types.is_null(column.type):
        return [0] * len(column)
    unit = column.type.unit
    raw = column.cast(pa.int64()).to_pylist()
    factor = {"s": 1_000_000, "ms": 1000, "us": 1, "ns": 0}[unit]
    return [0 if v is None else (v * factor if factor else v // 1000) for v in raw]


def _avalo_rows(folder: Path, last: date, as_of: int) -> Iterator[Row]:
    for dt, path in _day_files(folder, (".parquet",), last):
        with pq.ParquetFile(path) as handle:
            table = handle.read()
        size = table.num_rows
        names = table.column_names
        times = _timestamps(table["timestamp"]) if "timestamp" in names else [0] * size
        texts = [
            table[name].to_pylist() if name in names else [None] * size for name in AVALO_TEXTS
        ]
        for timestamp, *values in zip(times, *texts, strict=True):
            if timestamp <= as_of:
                row = dict(zip(AVALO_TEXTS, map(_blank_to_none, values), strict=True))
                row.update(timestamp=timestamp, dt=dt)
                yield row


def _line_rows(folder: Path, last: date) -> Iterator[Row]:
    for dt, path in _day_files(folder, (".ndjson", ".ndjson.gz"), last):
        raw = path.read_bytes()
        if path.name.endswith(".gz"):
            raw = gzip.decompress(raw)
        for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
            text = line.decode("utf-8", errors="surrogateescape").rstrip("\r")
            if text.strip():
                yield {"data": text, "dt": dt}


def _distinct(rows: Iterator[Row]) -> list[Row]:
    """Keep one row of those equal in all but dt, that of the greatest dt."""
    kept: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple(value for name, value in sorted(row.items()) if name != "dt")
        if key not in kept or kept[key]["dt"] < row["dt"]:
            kept[key] = row
    return list(kept.values())


def _lookup(document: Row, name: str) -> object:
    value: object = document
    for part in name.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


READERS = {
    "n": parse.read_number,
    "i": parse.read_number,
    "b": parse.read_boolean,
    "ts": parse.read_time,
    "geo": parse.read_geo,
    "[s]": parse.read_texts,
    "s": parse.read_text,
}
OUT = "out"


def read_field(spec: Field, document: Row) -> tuple[str, Any]:
    """Read one field: (ok | absent | bad | out, value); out is a number out of its range."""
    status, value = READERS[spec.type](_lookup(document, spec.name))
    if status != parse.OK:
        return status, None
    if spec.type == "i":
        value = Decimal(int(value))
    if spec.type in "ni":
        low, high = spec.low, spec.high
        if abs(value) >= TOO_LARGE or (low is not None and value < low):
            return OUT, value
        if high is not None and value > high:
            return OUT, value
        return parse.OK, int(value) if spec.type == "i" else value
    if spec.type == "s":
        if spec.is_id:
            value = parse.last_segment(value)
        elif spec.name == "country":
            value = value.strip().upper()
        elif spec.allowed:
            value = value.lower() if value.lower() in spec.allowed else "other"
        if value is None:
            return parse.ABSENT, None
    return parse.OK, value


@dataclass
class Reading:
    """A document read by its contract: first reason that holds, values, lost fields."""

    reason: str | None
    values: Row
    lost: list[str]
    event_time: int | None


def read_document(
    key: Key, document: Row, launched: int | None, event_limit: int | None
) -> Reading:
    """Read one JSON object; launched and event_limit are microseconds, the limit inclusive."""
    fields = CONTRACT[key]
    read = {spec.name: read_field(spec, document) for spec in fields}
    required = [spec for spec in fields if spec.required]
    times = {s.name: read[s.name][1] for s in fields if s.event_time}
    name, moment = next(iter(times.items()))

    def first_reason() -> str | None:
        for spec in required:
            status = read[spec.name][0]
            if status == parse.ABSENT or (status == parse.BAD and spec.type == "s"):
                return f"missing_field:{spec.name}"
        for spec in required:
            if spec.type == "ts" and read[spec.name][0] == parse.BAD:
                return f"bad_timestamp:{spec.name}"
        for spec in required:
            if spec.type in "ni" and read[spec.name][0] == parse.BAD:
                return f"bad_number:{spec.name}"
        for spec in required:
            too_early = spec.event_time and launched is not None and moment < launched
            if too_early or read[spec.name][0] == OUT:
                return f"out_of_range:{spec.name}"
        if key == ("halobuzz", "transactions") and read["currency"][1] == "other":
            return "unknown_currency"
        if event_limit is not None and moment > event_limit:
            return f"future_timestamp:{name}"
        return None

    reason = first_reason()
    values: Row = {}
    lost: list[str] = []
    for spec in fields:
        status, value = read[spec.name]
        values[spec.name] = value if status == parse.OK else None
        if status in (parse.BAD, OUT) and not spec.required:
            lost.append(spec.name)
    if key in STATUS_DEFAULTS and values["status"] is None:
        values["status"] = STATUS_DEFAULTS[key]
    return Reading(reason, values, lost, moment)


def _judge_avalo(key: Key, row: Row, launched: int) -> None:
    """Add id, reason, rank, reading and is_delete to an avalo row."""
    row["id"] = row["document_id"] or parse.last_segment(row["document_name"])
    row["is_delete"] = (row["operation"] or "").upper() == "DELETE"
    row["rank"] = (
        row["timestamp"],
        row["is_delete"],
        row["event_id"] or "",
        row["data"] or "",
        row["dt"],
    )
    row["reading"] = None
    if row["is_delete"]:
        row["reason"] = None if row["id"] else "missing_id"
        return
    document = parse.load_object(row["data"])
    if document is None:
        row["reason"] = "invalid_json"
    elif not row["id"]:
        row["reason"] = "missing_id"
    else:
        arrival = row["timestamp"] or _end_of_day(row["dt"])
        row["reading"] = read_document(key, document, launched, arrival + DAY)
        row["reason"] = row["reading"].reason


def _end_of_day(dt: date) -> int:
    return parse.to_micros(datetime(dt.year, dt.month, dt.day)) + DAY


def _judge_line(key: Key, row: Row, launched: int | None) -> None:
    """Add id, reason, rank, reading and is_delete to a halobuzz or ops line."""
    row.update(id=None, event_id=None, is_delete=False, reading=None, rank=None)
    document = parse.load_object(row["data"])
    if document is None:
        row["reason"] = "invalid_json"
        return
    row["id"] = parse.read_text(document.get(ID_FIELD[key[0]]))[1]
    if row["id"] is None:
        row["reason"] = "missing_id"
        return
    reading = read_document(key, document, launched, _end_of_day(row["dt"]) + DAY)
    row["reading"] = reading
    row["reason"] = reading.reason
    if key[0] == "halobuzz":
        marker = document.get("deletedAt")
        if marker is not None and not (isinstance(marker, str) and not marker.strip()):
            row["is_delete"], row["reason"] = True, None
    moment = reading.values.get("updatedAt")
    if moment is None:
        moment = reading.event_time
    row["rank"] = (LOWEST if moment is None else moment, row["dt"], row["data"])


def _has_data(row: Row) -> bool:
    """Tell whether a good row would be good data without its deletion marker."""
    return row["reading"] is not None and row["reading"].reason is None


def _typed(key: Key, row: Row, as_of: int) -> Row:
    """Return a document as its fields' values: times as datetimes, later optional ones None."""
    document: Row = {"id": row["id"], "dt": row["dt"]}
    for spec in CONTRACT[key]:
        value = row["reading"].values[spec.name]
        if spec.type == "ts" and value is not None:
            kept = spec.required or spec.name in ("updatedAt", "deletedAt") or value <= as_of
            value = parse.to_datetime(value) if kept else None
        document[spec.name] = value
    return document


def _event_name(key: Key) -> str:
    return next(spec.name for spec in CONTRACT[key] if spec.event_time)


def _collection(key: Key, rows: list[Row], as_of: int, landing: Landing) -> None:
    platform, collection = key
    good: dict[str, list[Row]] = defaultdict(list)
    bad = [row for row in rows if row["reason"] is not None]
    for row in rows:
        if row["reason"] is None:
            good[row["id"]].append(row)
    for row in bad:
        landing.quarantine.append(
            {
                "platform": platform,
                "collection": collection,
                "document_id": row["id"],
                "event_id": row["event_id"],
                "reason": row["reason"],
                "payload": _blank_to_none(row["data"]),
                "dt": row["dt"],
                "has_good_version": row["id"] in good,
            }
        )
    accepted: list[Row] = []
    deleted: list[str] = []
    losses: Counter[tuple[str, date]] = Counter()
    for document_id, versions in good.items():
        current = max(versions, key=lambda row: row["rank"])
        if current["is_delete"]:
            deleted.append(document_id)
            with_data = [row for row in versions if _has_data(row)]
            if collection == "users" and with_data:
                last = _typed(key, max(with_data, key=lambda row: row["rank"]), as_of)
                landing.tombstones.append(
                    {
                        "platform": platform,
                        "id": document_id,
                        "createdAt": last["createdAt"],
                        "country": last["country"],
                    }
                )
        else:
            accepted.append(_typed(key, current, as_of))
            losses.update((name, current["dt"]) for name in current["reading"].lost)
        if collection == "users":
            for row in versions:
                moment = row["reading"].values["lastActiveAt"] if row["reading"] else None
                if moment is not None and moment <= as_of:
                    landing.last_active.append((platform, document_id, parse.to_datetime(moment)))
    landing.documents[key] = accepted
    landing.deleted[key] = deleted
    for (name, dt), count in losses.items():
        landing.parse_losses.append(
            {
                "platform": platform,
                "collection": collection,
                "field": name,
                "dt": dt,
                "values_lost": count,
            }
        )
    bad_ids = {row["id"] for row in bad if row["id"] is not None} - good.keys()
    without_good = len(bad_ids) + sum(row["id"] is None for row in bad)
    landing.audit.append(
        {
            "platform": platform,
            "collection": collection,
            "rows_seen": len(rows),
            "rows_good": len(rows) - len(bad),
            "rows_quarantined": len(bad),
            "documents_seen": len(good) + without_good,
            "documents_accepted": len(accepted),
            "documents_deleted": len(deleted),
            "documents_without_good_row": without_good,
        }
    )


def _first_events(landing: Landing, platforms: list[str]) -> None:
    for platform in platforms:
        moments = [row["createdAt"] for row in landing.tombstones if row["platform"] == platform]
        for key, documents in landing.documents.items():
            if key[0] == platform:
                name = _event_name(key)
                moments.extend(document[name] for document in documents)
        if moments:
            landing.first_event[platform] = min(moments)


def utc(moment: datetime) -> datetime:
    """Return a datetime in UTC without a zone; one without a zone is UTC already."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def read_landing(raw_dir: Path, as_of: datetime, seeds: Seeds) -> Landing:
    """Read every visible row of the landing zone below raw_dir at as_of (UTC)."""
    as_of = utc(as_of)
    instant = parse.to_micros(as_of)
    landing = Landing()
    for key in CONTRACT:
        platform, collection = key
        folder = raw_dir / platform / collection
        row_stream: Iterator[Row] = iter(())
        if folder.is_dir():
            row_stream = (
                _avalo_rows(folder, as_of.date(), instant)
                if platform == "avalo"
                else _line_rows(folder, as_of.date())
            )
        rows = _distinct(row_stream)
        launched = None
        if platform in seeds.platforms:
            day = seeds.platforms[platform].launched_on
            launched = _end_of_day(day - timedelta(days=1))
        for row in rows:
            if platform == "avalo":
                _judge_avalo(key, row, launched or 0)
            else:
                _judge_line(key, row, launched)
        _collection(key, rows, instant, landing)
    _first_events(landing, list(seeds.platforms))
    return landing
