"""The nasty raw data is nasty: without these, a generator grown tame would go unnoticed."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import NASTY_CASES, SampleBuild
from nasty_raw_data import NastyData, possible_reasons
from oracle.check import parse_as_of
from oracle.contract import CONTRACT
from warehouse_builder import PROJECT_DIR, Row

REASONS = {"invalid_json", "missing_id", "missing_field", "bad_timestamp", "bad_number"}
REASONS |= {"out_of_range", "unknown_currency", "future_timestamp"}
SIGNALS_OF_BOTH = {"bot_behavior", "refund_loop"}


@pytest.fixture(params=NASTY_CASES)
def case(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def build(sample_build: Callable[[str], SampleBuild], case: str) -> SampleBuild:
    return sample_build(case)


@pytest.fixture
def data(case: str) -> NastyData:
    made = NASTY_CASES[case]
    return NastyData(made.seed, parse_as_of(made.as_of))


def test_every_reason_of_quarantine(build: SampleBuild) -> None:
    """Each collection has every reason that its contract allows, each field among them."""
    rows = build.warehouse.rows(
        "select platform, collection, reason from staging.quarantine_records"
    )
    found = {(row["platform"], row["collection"], row["reason"]) for row in rows}
    wanted = {
        (*key, kind if field is None else f"{kind}:{field.name}")
        for key in CONTRACT
        for kind, field in possible_reasons(key)
    }
    assert wanted <= found
    assert {reason.partition(":")[0] for _, _, reason in found} == REASONS


def test_every_signal(build: SampleBuild) -> None:
    with (PROJECT_DIR / "seeds" / "rules" / "abuse_rules.csv").open(encoding="utf-8") as file:
        wanted = {("avalo", rule["signal_type"]) for rule in csv.DictReader(file)}
    wanted |= {("halobuzz", kind) for kind in SIGNALS_OF_BOTH}
    signals = build.warehouse.rows(
        "select platform, signal_type, is_resolved from marts.abuse_signals"
    )
    assert {(row["platform"], row["signal_type"]) for row in signals} == wanted
    assert {row["is_resolved"] for row in signals} == {True, False}


def test_changes_whose_text_decides(data: NastyData) -> None:
    """Changes of one document, time and event id: with other data, and with other old_data."""
    texts: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    old_texts: dict[tuple[Any, ...], set[str | None]] = defaultdict(set)
    for (platform, *_), rows in data.rows.items():
        for row in rows if platform == "avalo" else []:
            change = (row["document_name"], row["timestamp"], row["event_id"])
            texts[change].add(row["data"])
            old_texts[(*change, row["data"])].add(row["old_data"])
    assert sum(len(found) > 1 for found in texts.values()) >= 20
    assert sum(len(found) > 1 for found in old_texts.values()) >= 20


def test_lines_whose_text_decides(data: NastyData) -> None:
    """Lines of one document, dt and event time without updatedAt: live ones, and deleted ones."""
    ties: dict[tuple[Any, ...], list[bool]] = defaultdict(list)
    for key, document in readable_lines(data):
        if "updatedAt" not in document:
            event = next(field.name for field in CONTRACT[key[:2]] if field.event_time)
            tie = (*key, str(document.get("_id")), str(document.get(event)))
            ties[tie].append("deletedAt" in document)
    assert sum(len(found) > 1 and True not in found for found in ties.values()) >= 10
    assert sum(len(set(found)) > 1 for found in ties.values()) >= 20


def readable_lines(data: NastyData) -> Iterator[tuple[tuple[Any, ...], Row]]:
    """(platform, collection, dt) and document of HaloBuzz lines that are JSON, each text once."""
    for key, rows in data.rows.items():
        for line in sorted(set(rows)) if key[0] == "halobuzz" else []:
            try:
                document = json.loads(line)
            except ValueError:
                continue  # invalid_json
            if isinstance(document, dict):
                yield key, document
