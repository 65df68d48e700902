"""No mart and no intermediate model holds what a person could be known by."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
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
        table = pq.read_table(path, columns=["data", "old_data"])
        texts = [*table["data"].to_pylist(), *table["old_data"].to_pylist()]
        yield from readable(texts)
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


@pytest.fixture(scope="module")
def columns(warehouse: Warehouse) -> list[tuple[str, str, set[str]]]:
    """(table, column, distinct values as text) of marts and intermediate models."""
    found = []
    for table in warehouse.tables("marts", "intermediate"):
        for row in warehouse.rows(f"describe {table}"):
            name = row["column_name"]
            sql = f'select distinct cast("{name}" as varchar) as value from {table}'
            values = {item["value"] for item in warehouse.rows(sql)} - {None}
            found.append((table, name, values))
    assert len({table for table, _, _ in found}) > 20
    return found


def test_the_sample_data_holds_personal_data(secrets: dict[str, set[str]]) -> None:
    """Else the other tests would pass for nothing."""
    assert {name for name, values in secrets.items() if len(values) < 50} == set()


@pytest.mark.parametrize("kind", [*TEXT_FIELDS, "location"])
def test_no_value_of_a_users_document(
    columns: list[tuple[str, str, set[str]]], secrets: dict[str, set[str]], kind: str
) -> None:
    found = [
        f"{table}.{column}: {sorted(shown)[:3]}"
        for table, column, values in columns
        if (shown := {value for value in values if value.strip().lower() in secrets[kind]})
    ]
    assert not found, f"{kind} of users in:\n" + "\n".join(found)


def test_no_personal_text_inside_of_others(
    columns: list[tuple[str, str, set[str]]], secrets: dict[str, set[str]]
) -> None:
    """Not as a part of a longer text either (a JSON detail, a list, an explanation)."""
    parts = [secret for kind in (*TEXT_FIELDS, "location") for secret in secrets[kind]]
    pattern = re.compile("|".join(re.escape(part) for part in parts if len(part) >= 6))
    found = [
        f"{table}.{column}: {value}"
        for table, column, values in columns
        for value in values
        if pattern.search(value.lower())
    ]
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_looks_like(columns: list[tuple[str, str, set[str]]], shape: str) -> None:
    found = [
        f"{table}.{column}: {value}"
        for table, column, values in columns
        for value in values
        if SHAPES[shape].search(value)
    ]
    assert not found, f"{shape} in:\n" + "\n".join(found[:20])


def test_no_column_is_named_for_personal_data(columns: list[tuple[str, str, set[str]]]) -> None:
    named = re.compile(r"e_?mail|phone|display_name|username|latitude|longitude|location")
    assert [f"{table}.{name}" for table, name, _ in columns if named.search(name)] == []
