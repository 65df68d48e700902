"""The contracts in the staging YAML against the oracle's own copy of the raw-data contract."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from oracle.contract import CONTRACT, STATUS_DEFAULTS

ROOT = Path(__file__).parents[2]
TYPES = {
    "id": "s",
    "text": "s",
    "enum": "s",
    "currency": "s",
    "country": "s",
    "number": "n",
    "integer": "i",
    "boolean": "b",
    "timestamp": "ts",
    "geo": "geo",
    "text_list": "[s]",
}

# fields that the landing macro reads from every MongoDB document, declared once there
EVERY_MONGO_DOCUMENT = ("updatedAt", "deletedAt")


def yaml_contracts() -> dict[tuple[str, str], list[dict]]:
    """(platform, collection) -> the fields declared in the staging YAML, in order."""
    contracts = {}
    for path in sorted(ROOT.glob("models/staging/*/_*__models.yml")):
        for model in yaml.safe_load(path.read_text())["models"]:
            meta = model["config"]["meta"]
            if "collection" in meta:
                contracts[meta["platform"], meta["collection"]] = [
                    column["config"]["meta"]
                    for column in model["columns"]
                    if "field" in column.get("config", {}).get("meta", {})
                ]
    return contracts


YAML_CONTRACTS = yaml_contracts()


def test_the_same_collections_are_declared() -> None:
    assert set(YAML_CONTRACTS) == set(CONTRACT)


@pytest.mark.parametrize("key", sorted(CONTRACT), ids="/".join)
def test_fields_types_and_rules_agree(key: tuple[str, str]) -> None:
    expected = [
        (
            field.name,
            field.type,
            field.required or field.event_time,
            field.event_time,
            tuple(value.lower() for value in field.allowed),
            None if field.low is None else float(field.low),
            None if field.high is None else float(field.high),
        )
        for field in CONTRACT[key]
        if field.name not in EVERY_MONGO_DOCUMENT
    ]
    declared = [
        (
            field["field"],
            TYPES[field["type"]],
            field.get("required", False),
            field.get("event_time", False),
            tuple(str(value).lower() for value in field.get("values", ())),
            None if "min" not in field else float(field["min"]),
            None if "max" not in field else float(field["max"]),
        )
        for field in YAML_CONTRACTS[key]
    ]
    assert declared == expected


@pytest.mark.parametrize("key", sorted(CONTRACT), ids="/".join)
def test_a_status_that_defaults_where_absent_does_so(key: tuple[str, str]) -> None:
    declared = {
        field["field"]: field["default"]
        for field in YAML_CONTRACTS[key]
        if field["type"] == "enum" and "default" in field
    }
    expected = {"status": STATUS_DEFAULTS[key].lower()} if key in STATUS_DEFAULTS else {}
    assert declared == expected
