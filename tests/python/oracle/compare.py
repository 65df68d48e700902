"""Comparison of expected and actual rows, in words."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
SHOWN = 20
TOLERANCE = 1e-9


def equal(expected: object, actual: object) -> bool:
    """Compare two values: floats within 1e-9 (relative), everything else exactly."""
    if expected is None or actual is None:
        return expected is None and actual is None
    if isinstance(expected, bool) or isinstance(actual, bool):
        return isinstance(expected, bool) and isinstance(actual, bool) and expected == actual
    if isinstance(expected, float) and isinstance(actual, (int, float, Decimal)):
        return math.isclose(expected, float(actual), rel_tol=TOLERANCE, abs_tol=1e-12)
    if isinstance(expected, (int, Decimal)) and isinstance(actual, (int, Decimal)):
        return Decimal(expected) == Decimal(actual)
    if isinstance(expected, (date, datetime)) or isinstance(actual, (date, datetime)):
        return type(expected) is type(actual) and expected == actual
    return type(expected) is type(actual) and expected == actual


def _sort_key(row: Row, columns: list[str]) -> list[tuple[bool, str]]:
    return [(row.get(name) is not None, str(row.get(name))) for name in columns]


def _show(value: object) -> str:
    text = repr(value) if isinstance(value, (str, float)) else str(value)
    return text if len(text) <= 120 else text[:117] + "..."


def _both(want: object, have: object) -> str:
    if str(want) == str(have):
        return f"expected {type(want).__name__} {want}, is {type(have).__name__} {have}"
    return f"expected {_show(want)}, is {_show(have)}"


def compare(expected: list[Row], actual: list[Row], keys: list[str]) -> list[str]:
    """Say how actual rows differ from expected ones; empty where they agree.

    Rows are paired by keys (rows of one key in the order of their other columns). Only columns
    of the expected rows are compared. Float money where a Decimal is expected is a difference.
    The first 20 differences are listed, then their count.
    """
    columns = list(expected[0]) if expected else keys
    if actual:
        missing = [name for name in columns if name not in actual[0]]
        if missing:
            columns = [name for name in columns if name not in missing]
            found = [f"missing columns: {', '.join(missing)}"]
            if any(key in missing for key in keys):
                return found
        else:
            found = []
    else:
        found = []
    grouped: dict[tuple[object, ...], tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((expected, actual)):
        for row in rows:
            grouped[tuple(row[key] for key in keys)][side].append(row)
    others = [name for name in columns if name not in keys]
    for key in sorted(grouped, key=lambda parts: [(p is not None, str(p)) for p in parts]):
        wanted, got = grouped[key]
        label = ", ".join(f"{k}={_show(v)}" for k, v in zip(keys, key, strict=True))
        if len(wanted) > 1 or len(got) > 1:
            wanted = sorted(wanted, key=lambda row: _sort_key(row, others))
            got = sorted(got, key=lambda row: _sort_key(row, others))
        if len(wanted) > len(got):
            found.append(f"missing row ({len(wanted)} expected, {len(got)} there): {label}")
        elif len(wanted) < len(got):
            found.append(f"extra row ({len(wanted)} expected, {len(got)} there): {label}")
        else:
            for want, have in zip(wanted, got, strict=True):
                found.extend(
                    f"{label}: {name} {_both(want[name], have[name])}"
                    for name in others
                    if not equal(want[name], have[name])
                )
    if len(found) > SHOWN:
        return [*found[:SHOWN], f"... {len(found)} differences in all"]
    return found


def differences(expected: list[Row], actual: list[Row], keys: list[str]) -> int:
    """Count what compare() would report."""
    found = compare(expected, actual, keys)
    if found and found[-1].startswith("... "):
        return int(found[-1].split()[1])
    return len(found)
