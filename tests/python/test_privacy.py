"""No mart and no intermediate model holds what a person could be known by."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import SampleBuild
from warehouse_builder import Row, Warehouse

CASE = "autumn"
TEXT_FIELDS = ("email", "phone", "displayName", "username")
# Enough of an address or a number to be one, whoever it belongs to.
SHAPES = {
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE),
    "a phone number": re.compile(r"(?<![\w.:-])\+\d[\d ()-]{7,}\d"),
}


def user_documents(raw_dir: Path) -> Iterator[Row]:
    """Yield every readable users document of both platforms, old versions too."""
    for path in (raw_dir / "avalo" / "users").rglob("*.parquet"):
        with pq.ParquetFile(path) as file:  # with or without old_data
            for row in file.read().to_pylist():
                yield from readable([row["data"], row.get("old_data")])
    for path in (raw_dir / "halobuzz" / "users").rglob("*.ndjson.gz"):
        yield from readable(gzip.decompress(path.read_bytes()).decode().splitlines())


def readable(texts: list[str | None]) -> Iterator[Row]:
    for text in texts:
        try:
            document = json.loads(text or "")
        except ValueError:
            continue  # a bad row of the sample data
        if isinstance(document, dict):
            yield document


@pytest.fixture(scope="module")
def warehouse(sample_build: Callable[[str], SampleBuild]) -> Warehouse:
    return sample_build(CASE).warehouse


@pytest.fixture(scope="module")
def secrets(warehouse: Warehouse) -> dict[str, set[str]]:
    """Texts by kind that must not be found; coordinates with 4 decimals or more."""
    found: dict[str, set[str]] = {name: set() for name in (*TEXT_FIELDS, "location")}
    for document in user_documents(warehouse.raw_dir):
        for name in TEXT_FIELDS:
            value = document.get(name)
            if isinstance(value, str) and value.strip():
                found[name].add(value.strip().lower())
        location = document.get("location")
        for value in location.values() if isinstance(location, dict) else []:
            if isinstance(value, float) and len(str(value).partition(".")[2]) >= 4:
                found["location"].add(str(value))
    return found


@dataclass(frozen=True)
class Column:
    """A column of a mart or intermediate model and its distinct values as text."""

    name: str  # schema.table.column
    type: str
    values: set[str]


@pytest.fixture(scope="module")
def columns(warehouse: Warehouse) -> list[Column]:
    found = []
    for table in warehouse.tables("marts", "intermediate"):
        described = warehouse.rows(f"describe {table}")
        names = [row["column_name"] for row in described]
        lists = [f'list(distinct cast("{name}" as varchar)) as "{name}"' for name in names]
        values = warehouse.rows(f"select {', '.join(lists)} from {table}")[0]
        for row in described:
            name = row["column_name"]
            distinct = {value for value in values[name] or [] if value is not None}
            found.append(Column(f"{table}.{name}", row["column_type"], distinct))
    assert len({column.name.rpartition(".")[0] for column in found}) > 20
    return found


def test_the_sample_data_holds_personal_data(secrets: dict[str, set[str]]) -> None:
    """Else the other tests would pass for nothing."""
    assert {name for name, values in secrets.items() if len(values) < 50} == set()


@pytest.mark.parametrize("kind", [*TEXT_FIELDS, "location"])
def test_no_value_of_a_users_document(
    columns: list[Column], secrets: dict[str, set[str]], kind: str
) -> None:
    found = [
        f"{column.name}: {sorted(shown)[:3]}"
        for column in columns
        if (shown := {value for value in column.values if value.strip().lower() in secrets[kind]})
    ]
    assert not found, f"{kind} of users in:\n" + "\n".join(found)


def test_no_value_inside_of_a_longer_text(
    columns: list[Column], secrets: dict[str, set[str]]
) -> None:
    """Not in a JSON detail, a list or an explanation either."""
    parts = {part for values in secrets.values() for part in values if len(part) >= 6}
    lengths = sorted({len(part) for part in parts})
    found = [
        f"{column.name}: {value}"
        for column in columns
        if any(kind in column.type for kind in ("VARCHAR", "JSON"))
        for value in column.values
        for start in range(len(value))
        for length in lengths
        if value[start : start + length].lower() in parts
    ]
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_looks_like(columns: list[Column], shape: str) -> None:
    found = [
        f"{column.name}: {value}"
        for column in columns
        for value in column.values
        if SHAPES[shape].search(value)
    ]
    assert not found, f"{shape} in:\n" + "\n".join(found[:20])


def test_no_column_is_named_for_personal_data(columns: list[Column]) -> None:
    named = re.compile(r"e_?mail|phone|display_name|username|latitude|longitude|location")
    assert [column.name for column in columns if named.search(column.name)] == []
