"""The raw folder as a whole: empty, missing, with damaged files, delivered twice; and as_of."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from oracle.contract import CONTRACT
from warehouse_builder import (
    LANDING,
    PROJECT_DIR,
    Builder,
    Row,
    Warehouse,
    change,
    write_changes,
    write_lines,
)

AS_OF = "2026-03-10T12:00:00Z"
USERS = ("+stg_avalo__users", "+stg_halobuzz__users", "quarantine_files")

# Marts that have rows where there is nothing to read, by contract; all others are empty.
ROWS_WITHOUT_DATA = {
    "country_risk_profiles": 2,  # ZZ of each platform
    "guardrail_quality": 8,  # every guardrail
    "region_risk_profiles": 2,  # UNKNOWN of each platform
    "segment_coverage": 1,  # its one row
}

CREATED = "2026-03-01T00:00:00Z"


def user_rows(*names: str) -> list[Row]:
    return [change(name, {"createdAt": CREATED, "country": "PL"}, event_id=name) for name in names]


def user_lines(*names: str) -> list[Row]:
    return [{"_id": name, "createdAt": {"$date": CREATED}, "country": "AU"} for name in names]


@pytest.fixture
def raw_dir(tmp_path: Path) -> Path:
    """Three users of each platform in two files; the second file is for a test to damage."""
    raw = tmp_path / "raw"
    write_changes(raw, "users", "2026-03-02", user_rows("a1", "a2"))
    write_changes(raw, "users", "2026-03-03", user_rows("a3"), file="later")
    write_lines(raw, "users", "2026-03-02", user_lines("h1", "h2"))
    write_lines(raw, "users", "2026-03-03", user_lines("h3"), file="later.ndjson.gz")
    return raw


PARQUET = Path("avalo/users/dt=2026-03-03/later.parquet")
GZIP = Path("halobuzz/users/dt=2026-03-03/later.ndjson.gz")
ALL_USERS = {"a1", "a2", "a3", "h1", "h2", "h3"}


def users(warehouse: Warehouse) -> set[str]:
    found = warehouse.rows(
        "select document_id from staging.stg_avalo__users "
        "union all select document_id from staging.stg_halobuzz__users"
    )
    return {row["document_id"] for row in found}


def contents(warehouse: Warehouse) -> dict[str, Counter[str]]:
    """Return every table's rows as texts, counted; without what a build notes of arrivals."""
    names = warehouse.tables("staging", "intermediate", "marts")
    # a base model's document means nothing where has_data is false; staging has its fields
    notes = {"changed_in", "settles_at", "is_revised", "document"}
    return {
        name: Counter(
            str(sorted(item for item in row.items() if item[0] not in notes))
            for row in warehouse.rows(f"select * from {name}")
        )
        for name in names
        # documents of more than one row: a second delivery makes every document one
        if not name.startswith("staging.revised_")
    }


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_nothing_to_read(builder: Builder, tmp_path: Path, folder: str) -> None:
    raw = tmp_path / "raw"
    if folder == "empty":
        raw.mkdir()
    warehouse = builder.build(raw, AS_OF, select=() if folder == "empty" else LANDING)
    audit = warehouse.rows("select * from staging.landing_audit")
    assert sorted((row["platform"], row["collection"]) for row in audit) == sorted(CONTRACT)
    assert len(audit) == 36
    counts = [name for name in audit[0] if name.startswith(("rows_", "documents_"))]
    assert len(counts) == 7
    assert {row[name] for row in audit for name in counts} == {0}
    assert users(warehouse) == set()
    if folder == "empty":
        marts = [name.removeprefix("marts.") for name in warehouse.tables("marts")]
        built = {path.stem for path in (PROJECT_DIR / "models" / "marts").rglob("*.sql")}
        assert set(marts) >= built
        rows = {name: warehouse.rows(f"select count(*) as n from marts.{name}") for name in marts}
        filled = {name: found[0]["n"] for name, found in rows.items() if found[0]["n"]}
        assert filled == ROWS_WITHOUT_DATA


@pytest.mark.parametrize(("file", "kept_bytes"), [(PARQUET, -20), (GZIP, -5), (GZIP, 15)])
def test_damaged_file_stops_the_build(
    builder: Builder, raw_dir: Path, file: Path, kept_bytes: int
) -> None:
    path = raw_dir / file
    path.write_bytes(path.read_bytes()[:kept_bytes])
    finished = builder.dbt("run", "--select", "stg_avalo__users", raw_dir=raw_dir, as_of=AS_OF)
    said = finished.stdout
    assert finished.returncode != 0, said
    assert said.count(f"Raw file {path} can not be opened") == 1, said
    assert "truncated" in said
    assert "Deliver it again" in said
    assert "skip_bad_files: true" in said
    assert "Traceback" not in said


def test_several_damaged_files_are_one_error(builder: Builder, raw_dir: Path) -> None:
    for file in (PARQUET, GZIP):
        (raw_dir / file).write_bytes(b"")
    finished = builder.dbt("run", "--select", "stg_avalo__users", raw_dir=raw_dir, as_of=AS_OF)
    assert finished.returncode != 0
    assert finished.stdout.count("can not be opened") == 1, finished.stdout
    assert "(and 1 more)" in finished.stdout


def test_damaged_file_not_yet_visible_is_not_opened(builder: Builder, raw_dir: Path) -> None:
    (raw_dir / PARQUET).write_bytes(b"")
    finished = builder.dbt(
        "run", "--select", "lnd_avalo__users", raw_dir=raw_dir, as_of="2026-03-02T23:59:59Z"
    )
    assert "can not be opened" not in finished.stdout


def test_skipped_files_are_listed_and_read_when_repaired(
    builder: Builder, raw_dir: Path, tmp_path: Path
) -> None:
    whole = {file: (raw_dir / file).read_bytes() for file in (PARQUET, GZIP)}
    for file, content in whole.items():
        (raw_dir / file).write_bytes(content[:-10])
    database = tmp_path / "warehouse.duckdb"
    skipped = builder.build(
        raw_dir, AS_OF, select=USERS, variables={"skip_bad_files": True}, database=database
    )
    assert users(skipped) == ALL_USERS - {"a3", "h3"}
    listed = skipped.rows("select * from staging.quarantine_files order by file")
    assert [(row["platform"], row["collection"], row["file"]) for row in listed] == [
        ("avalo", "users", str(raw_dir / PARQUET)),
        ("halobuzz", "users", str(raw_dir / GZIP)),
    ]
    assert [row["dt"].isoformat() for row in listed] == ["2026-03-03"] * 2
    assert all("truncated" in row["problem"] for row in listed)

    for file, content in whole.items():
        (raw_dir / file).write_bytes(content)
    repaired = builder.build(raw_dir, AS_OF, select=USERS, database=database)
    assert users(repaired) == ALL_USERS
    assert repaired.rows("select * from staging.quarantine_files") == []


def test_second_delivery_changes_nothing(builder: Builder, raw_dir: Path, tmp_path: Path) -> None:
    broken = [change("a1", "{", event_id="x"), change("a9", "{}", event_id="y")]
    write_changes(raw_dir, "users", "2026-03-03", broken, file="broken")
    write_lines(raw_dir, "users", "2026-03-03", ["{", "[]"], file="broken.ndjson")
    database = tmp_path / "warehouse.duckdb"
    before = contents(builder.build(raw_dir, AS_OF, select=LANDING, database=database))
    assert before["staging.quarantine_records"].total() == 4
    for path in [path for path in raw_dir.rglob("*") if path.is_file()]:
        shutil.copy(path, path.with_name(f"again-{path.name}"))
    assert contents(builder.build(raw_dir, AS_OF, select=LANDING, database=database)) == before


def test_as_of_is_one_instant_however_it_is_written(builder: Builder, raw_dir: Path) -> None:
    # one user was made at as_of, one a microsecond later
    for name, fraction in (("edge", "000000"), ("after", "000001")):
        document = {"createdAt": f"2026-03-10T12:00:00.{fraction}Z"}
        row = change(name, document, at="2026-03-10T11:00:00Z", event_id=name)
        write_changes(raw_dir, "users", "2026-03-10", [row], file=name)
    first = builder.build(raw_dir, "2026-03-10T12:00:00Z", select=USERS)
    expected = contents(first)
    names = first.rows("select document_id from staging.stg_avalo__users")
    assert {row["document_id"] for row in names} == {"a1", "a2", "a3", "edge"}
    for written in ("2026-03-10 12:00:00", "2026-03-10T23:00:00+11:00"):
        found = contents(builder.build(raw_dir, written, select=USERS))
        different = [name for name, rows in found.items() if rows != expected[name]]
        assert not different, f"as_of {written}: other rows in {', '.join(different)}"


@pytest.mark.parametrize("written", ["yesterday", "2026-03-10T12", "10.03.2026"])
def test_as_of_that_is_no_instant_stops_the_build(
    builder: Builder, raw_dir: Path, written: str
) -> None:
    finished = builder.dbt("run", "--select", "stg_avalo__users", raw_dir=raw_dir, as_of=written)
    assert finished.returncode != 0
    assert f"as_of '{written}' is not an ISO-8601 instant" in finished.stdout, finished.stdout
    assert "WAREHOUSE_AS_OF" in finished.stdout


def test_as_of_that_is_no_date_stops_the_build(builder: Builder, raw_dir: Path) -> None:
    finished = builder.dbt(
        "run", "--select", "stg_avalo__users", raw_dir=raw_dir, as_of="2026-02-30"
    )
    assert finished.returncode != 0
    assert "2026-02-30" in finished.stdout, finished.stdout
    assert "Traceback" not in finished.stdout


def test_vars_win_over_the_environment(builder: Builder, raw_dir: Path, tmp_path: Path) -> None:
    warehouse = builder.build(
        tmp_path / "nothing here",
        AS_OF,
        select=USERS,
        variables={"as_of": "2026-03-02T12:00:00Z", "raw_dir": str(raw_dir)},
    )
    assert users(warehouse) == {"a1", "a2", "h1", "h2"}
