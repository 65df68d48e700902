"""Every mart, and what the landing says of itself, is the same on Spark as on DuckDB."""

from pathlib import Path

import duckdb

from tests.spark.engines import Relation, differences, read_both


def test_tables_are_equal(built: Path, relation: Relation) -> None:
    expected, found = read_both(built, relation)
    texts = differences(relation, expected, found)
    assert not texts, "\n".join([relation.path, *texts])


def test_raw_data_reaches_the_marts(built: Path) -> None:
    """Two empty tables are equal too: the builds compared must hold something."""
    with duckdb.connect(str(built / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select table_name, estimated_size from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        reasons = connection.execute(
            "select count(distinct split_part(reason, ':', 1)) from staging.quarantine_records"
        ).fetchall()[0][0]
    empty = sorted(name for name, size in rows if not size)
    assert len(empty) <= len(rows) / 5, f"empty marts: {empty}"
    assert reasons >= 7, "few reasons in quarantine_records: are the odd rows there?"


def test_differences_are_found() -> None:
    relation = Relation("marts", "example", ("day",))
    rows = [{"day": 1, "share": 0.5, "count": 2}, {"day": 2, "share": None, "count": 0}]
    near = [{**rows[0], "share": 0.5 + 1e-12}, rows[1]]
    far = [{**rows[0], "share": 0.5 + 1e-6}, rows[1]]
    assert differences(relation, rows, near[::-1]) == []
    assert differences(relation, rows, far)[0] == "1 rows differ"
    assert differences(relation, rows, [rows[0], {**rows[1], "count": None}])[0] == "1 rows differ"
    assert differences(relation, rows, [rows[0], {**rows[1], "share": 0.0}])[0] == "1 rows differ"
    assert differences(relation, rows, [rows[0], {**rows[1], "count": False}])[0] == "1 rows differ"
    assert differences(relation, rows, rows[:1])[0] == "1 keys differ"
    assert differences(relation, rows, [*rows, rows[0]])[0] == "1 keys differ"
    assert differences(Relation("marts", "example", ()), rows, rows[:1])
