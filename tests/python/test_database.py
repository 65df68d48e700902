"""Opening the warehouse to read it: the message says what is wrong with the file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse.database import WarehouseError, connect_read_only


def make_database(path: Path) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table numbers as select 1 as number")
    return path


def test_reads_and_does_not_write(tmp_path: Path) -> None:
    with connect_read_only(make_database(tmp_path / "w.duckdb")) as connection:
        assert connection.execute("select number from numbers").fetchall() == [(1,)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            connection.execute("delete from numbers")


def test_a_name_with_lock_in_it_is_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "clock.duckdb"
    path.write_text("this is no database" * 100)
    with pytest.raises(WarehouseError, match="can't be read as a DuckDB file"):
        connect_read_only(path)


def test_a_damaged_block_is_no_lock(tmp_path: Path) -> None:
    path = make_database(tmp_path / "w.duckdb")
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match=r"can't be read as a DuckDB file: .* block "):
        connect_read_only(path)
