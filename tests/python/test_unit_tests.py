"""dbt's own unit tests, of every rule with a limit: just below, at and just above it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from conftest import SampleBuild
from warehouse_builder import Builder


def test_dbt_unit_tests_pass(
    sample_build: Callable[[str], SampleBuild], builder: Builder, tmp_path: Path
) -> None:
    """They ask a built warehouse for the types of the columns that they make up."""
    built = sample_build("autumn").warehouse
    database = tmp_path / "warehouse.duckdb"
    shutil.copyfile(built.database, database)
    finished = builder.dbt(
        "test",
        "--select",
        "test_type:unit",
        raw_dir=built.raw_dir,
        as_of=built.as_of,
        database=database,
    )
    assert finished.returncode == 0, finished.stdout[-6000:]
    assert "unit tests" in finished.stdout
