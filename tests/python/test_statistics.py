"""The complementary error function in SQL against Python's, and p-values made of it."""

from __future__ import annotations

import itertools
import json
import math

import pytest
from warehouse_builder import Builder

# 0 to 26 in steps of 1/16, and both sides of the two places where the formula changes
POINTS = sorted(
    {step / 16 for step in range(26 * 16 + 1)}
    | {math.nextafter(edge, side) for edge in (0.46875, 4.0) for side in (0.0, 30.0)}
    | {1e-300, 1e-9, 1.959963984540054 / math.sqrt(2)}
)


def in_sql(builder: Builder, points: list[float]) -> list[float | None]:
    """Return erfc of the points (None: of NULL) as the engine computes it."""
    values = ", ".join(f"({i}, cast('{x!r}' as double))" for i, x in enumerate(points))
    empty = f"({len(points)}, cast(null as double))"
    finished = builder.dbt(
        "show",
        *("--quiet", "--output", "json", "--limit", "-1", "--inline"),
        f"select place, {{{{ erfc('x') }}}} as erfc "
        f"from (values {values}, {empty}) as points (place, x)",
        raw_dir=builder.folder,
        as_of="2026-01-01T00:00:00Z",
    )
    assert finished.returncode == 0, finished.stdout[-4000:]
    shown = json.loads(finished.stdout[finished.stdout.index("{") :])["show"]
    return [row["erfc"] for row in sorted(shown, key=lambda row: row["place"])]


@pytest.fixture(scope="module")
def erfc(builder: Builder) -> list[float | None]:
    return in_sql(builder, POINTS)


def test_erfc_has_the_digits_of_pythons(erfc: list[float | None]) -> None:
    # exp(-x * x) loses digits as x grows: x * x is rounded before it becomes an exponent
    far = [
        (x, found, math.erfc(x))
        for x, found in zip(POINTS, erfc[:-1], strict=True)
        if found is None or abs(found / math.erfc(x) - 1) > 1e-15 * (4 + x * x)
    ]
    assert not far, "\n".join(f"erfc({x}): {found}, not {wanted}" for x, found, wanted in far)


def test_erfc_of_0_is_1_and_of_null_is_null(erfc: list[float | None]) -> None:
    assert erfc[POINTS.index(0.0)] == 1.0
    assert erfc[-1] is None


def test_erfc_falls(erfc: list[float | None]) -> None:
    values = [value for value in erfc[:-1] if value is not None]
    assert len(values) == len(POINTS)
    assert all(after <= before for before, after in itertools.pairwise(values))
    assert values[-1] > 0


def test_the_z_of_95_percent_has_a_p_value_of_5_percent(erfc: list[float | None]) -> None:
    assert erfc[POINTS.index(1.959963984540054 / math.sqrt(2))] == pytest.approx(0.05, rel=1e-12)
