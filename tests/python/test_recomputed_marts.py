"""Every mart equals what an independent Python reading of the same raw files gives."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest
from conftest import SAMPLE_CASES, SampleBuild
from oracle.check import KEYS, Row, read_table
from oracle.compare import compare
from warehouse_builder import PROJECT_DIR

QUALITY = ["landing_audit", "parse_losses", "quarantine_records"]
MARTS = sorted(path.stem for path in (PROJECT_DIR / "models" / "marts").rglob("*.sql"))

# Marts that no second implementation recomputes: name and reason.
NOT_RECOMPUTED: dict[str, str] = {}

# Columns of a mart that the second implementation leaves out, with the reason.
WORDS = "words from a seed"
COLUMNS_NOT_RECOMPUTED: dict[str, dict[str, str]] = {
    "alerts": {"message": WORDS},
    "creator_audience_overview": {"top_segment_description": WORDS},
    "creator_recommendations": {"reasoning": WORDS, "tips": WORDS, "opportunities": WORDS},
    "creator_top_segments": {"description": WORDS, "characteristics": WORDS},
    "guardrail_actions": {"payload": "the other columns once more, as JSON"},
    "quarantine_records": {"detail": "free words for the people who mend the row"},
}


def table(build: SampleBuild, name: str) -> list[Row]:
    with duckdb.connect(str(build.warehouse.database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        rows = read_table(connection, name)
    assert rows is not None, f"{name} is no table of the warehouse"
    return rows


def test_every_mart_is_recomputed_or_says_why_not() -> None:
    unknown = [name for name in MARTS if name not in KEYS and name not in NOT_RECOMPUTED]
    assert not unknown, f"add to tests/python/oracle (KEYS in check.py): {', '.join(unknown)}"
    stale = [name for name in NOT_RECOMPUTED if name not in MARTS or name in KEYS]
    assert not stale, f"in NOT_RECOMPUTED for nothing: {', '.join(stale)}"


@pytest.mark.parametrize("name", [name for name in [*QUALITY, *MARTS] if name in KEYS])
@pytest.mark.parametrize("case", SAMPLE_CASES)
def test_recomputed(sample_build: Callable[[str], SampleBuild], case: str, name: str) -> None:
    build = sample_build(case)
    make, keys = KEYS[name]
    expected, actual = make(build.world), table(build, name)
    found = compare(expected, actual, keys)
    if expected and actual:
        known = {*expected[0], *COLUMNS_NOT_RECOMPUTED.get(name, {})}
        found += [
            f"column {column} is not recomputed" for column in actual[0] if column not in known
        ]
    assert not found, f"{name} ({case}), differences:\n" + "\n".join(found)


@pytest.mark.parametrize("name", [name for name in [*QUALITY, *MARTS] if name in KEYS])
def test_some_case_has_rows(sample_build: Callable[[str], SampleBuild], name: str) -> None:
    """Two empty tables agree about nothing."""
    assert any(table(sample_build(case), name) for case in SAMPLE_CASES)
