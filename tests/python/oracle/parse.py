"""Readers of single JSON values: text, numbers, booleans, times, geopoints, lists.

Every reader returns ``(status, value)`` with status one of ``ok``, ``absent`` (missing, null or
blank), ``bad`` (there, but unreadable). Times are whole microseconds since 1970 (UTC, int).

Readings taken where the contract leaves room:
 - all time forms are read on both platforms (``$date`` too), surrounding blanks are cut;
 - more than 9 fraction digits, ``24:00`` and leap seconds can't be read; seconds may be left out;
 - text of a boolean may have surrounding blanks, like text of a number;
 - a JSON number in a text field is its text, a JSON boolean ``true``/``false``.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

OK, ABSENT, BAD = "ok", "absent", "bad"
Read = tuple[str, Any]

EPOCH = datetime(1970, 1, 1)
END_OF_TIME = 253_402_300_800 * 1_000_000  # 10000-01-01, the first instant that can't be read
START_OF_TIME = -62_135_596_800 * 1_000_000  # 0001-01-01

_NUMBER = re.compile(r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$")
_ISO = re.compile(
    r"^([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{0,9}))?)?"
    r" ?(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2})?)?)?$"
)
_NUMBER_KEYS = ("$numberInt", "$numberLong", "$numberDouble", "$numberDecimal")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def load_object(text: str | None) -> dict[str, Any] | None:
    """Return the JSON object in text (floats as Decimal), or None when it is anything else."""
    if text is None or not text.strip():
        return None
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError, ArithmeticError):
        return None
    return value if isinstance(value, dict) else None


def read_text(raw: object) -> Read:
    """Read text; objects and arrays other than ``$oid``/``$number*`` wrappers are bad."""
    if raw is None:
        return ABSENT, None
    if isinstance(raw, str):
        return (OK, raw) if raw.strip() else (ABSENT, None)
    if isinstance(raw, bool):
        return OK, "true" if raw else "false"
    if isinstance(raw, (int, Decimal)):
        return OK, str(raw)
    if isinstance(raw, dict):
        for key in ("$oid", *_NUMBER_KEYS):
            inner = raw.get(key)
            if inner is not None and not isinstance(inner, (dict, list)):
                return read_text(inner)
    return BAD, None


def read_number(raw: object) -> Read:
    """Read a finite Decimal from a number, its text or an Extended JSON wrapper."""
    if raw is None:
        return ABSENT, None
    if isinstance(raw, bool):
        return BAD, None
    if isinstance(raw, (int, Decimal)):
        value = Decimal(raw)
    elif isinstance(raw, str):
        text = raw.strip()
        if not text:
            return ABSENT, None
        if not _NUMBER.match(text):
            return BAD, None
        value = Decimal(text)
    elif isinstance(raw, dict):
        for key in _NUMBER_KEYS:
            if key in raw and not isinstance(raw[key], (dict, list)):
                status, inner = read_number(raw[key])
                return (OK, inner) if status == OK else (BAD, None)
        return BAD, None
    else:
        return BAD, None
    if not value.is_finite() or abs(float(value)) == float("inf"):
        return BAD, None
    return OK, value


def read_boolean(raw: object) -> Read:
    """Read true, false or their text in any case; nothing else."""
    if isinstance(raw, bool):
        return OK, raw
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return ABSENT, None
    if isinstance(raw, str) and raw.strip().lower() in ("true", "false"):
        return OK, raw.strip().lower() == "true"
    return BAD, None


def _iso_micros(text: str) -> int | None:
    match = _ISO.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, off_h, off_m = match.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
        )
    except ValueError:
        return None
    if int(off_m or 0) > 59 or int(off_h or 0) > 23:
        return None
    micros = (moment - EPOCH) // timedelta(microseconds=1)
    micros += int((fraction or "").ljust(9, "0")) // 1000
    offset = (int(off_h or 0) * 60 + int(off_m or 0)) * 60_000_000
    return micros + offset if sign == "-" else micros - offset


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_FLOOR))


def _millis(number: Decimal) -> int:
    return _floor(number * 1000)


def _seconds_micros(seconds: object, nanos: object) -> int | None:
    status, whole = read_number(seconds)
    status_n, part = read_number(nanos)
    if status != OK or status_n == BAD:
        return None
    return _floor(whole * 1_000_000 + (part or Decimal(0)) / 1000)


def _micros(raw: object) -> int | None:
    if isinstance(raw, dict):
        if "_seconds" in raw:
            return _seconds_micros(raw["_seconds"], raw.get("_nanoseconds"))
        if "seconds" in raw:
            return _seconds_micros(raw["seconds"], raw.get("nanoseconds"))
        if "$date" in raw:
            inner = raw["$date"]
            is_date = isinstance(inner, dict) and "$date" in inner
            return None if inner is None or is_date else _micros(inner)
    if isinstance(raw, str):
        iso = _iso_micros(raw.strip())
        if iso is not None:
            return iso
    status, number = read_number(raw)
    return _millis(number) if status == OK and abs(number) < Decimal("1e18") else None


def read_time(raw: object) -> Read:
    """Read a time as microseconds since 1970, rounded down; beyond year 9999 is bad."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return ABSENT, None
    micros = _micros(raw)
    if micros is None or micros >= END_OF_TIME:
        return BAD, None
    return OK, micros


def read_geo(raw: object) -> Read:
    """Read a geopoint as (latitude, longitude) within +-90 / +-180 degrees."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return ABSENT, None
    if not isinstance(raw, dict):
        return BAD, None
    status_a, lat = read_number(raw.get("_latitude", raw.get("latitude")))
    status_b, lon = read_number(raw.get("_longitude", raw.get("longitude")))
    if status_a != OK or status_b != OK or abs(lat) > 90 or abs(lon) > 180:
        return BAD, None
    return OK, (lat, lon)


def read_texts(raw: object) -> Read:
    """Read a list of texts; elements that are no text are left out."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return ABSENT, None
    if not isinstance(raw, list):
        return BAD, None
    return OK, [value for status, value in map(read_text, raw) if status == OK]


def last_segment(text: str | None) -> str | None:
    """Return what stands after the last slash, None where that is blank."""
    if text is None:
        return None
    segment = text.rsplit("/", 1)[-1]
    return segment if segment.strip() else None


def to_datetime(micros: int) -> datetime:
    """Return the UTC datetime (no zone) of microseconds since 1970, clamped to year 1."""
    return EPOCH + timedelta(microseconds=max(micros, START_OF_TIME))


def to_micros(moment: datetime) -> int:
    """Return microseconds since 1970 of a datetime; without a zone it is UTC."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return (moment - EPOCH) // timedelta(microseconds=1)
