"""Who uses which mart, who answers for it, and who may read it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from warehouse_builder import Builder

Node = dict[str, Any]
PACKAGE = "creator_warehouse"
AUDIENCES = {"exec", "admin", "safety", "creator", "bi"}

# What the contract says of audiences, to the word.
ONLY_SAFETY = {"audience_risk", "abuse_signals"}
ONLY_EXEC_AND_ADMIN = {"executive_dashboard", "executive_revenue_daily"}
ROWS_OF_A_CREATOR = {
    "creator_kpi_current": "creator_id",
    "creator_payout_risks": "creator_id",
    "creator_audience": "creator_id",
    "creator_audience_overview": "creator_id",
    # made of what creator_audience shows, for the same reader
    "creator_top_segments": "creator_id",
    "creator_recommendations": "creator_id",
}


@pytest.fixture(scope="module")
def manifest(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """The manifest of `dbt parse`, which needs no data."""
    empty = tmp_path_factory.mktemp("no_raw_files")
    finished = builder.dbt("parse", raw_dir=empty, as_of="2026-03-10T12:00:00Z")
    assert finished.returncode == 0, f"dbt parse failed:\n{finished.stdout[-6000:]}"
    return json.loads((builder.folder / "target" / "manifest.json").read_text())


@pytest.fixture(scope="module")
def marts(manifest: Node) -> dict[str, Node]:
    """The marts by unique id."""
    found = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["path"].startswith("marts/")
    }
    assert len(found) > 40
    return found


@pytest.fixture(scope="module")
def exposures(manifest: Node) -> list[Node]:
    return [item for item in manifest["exposures"].values() if item["package_name"] == PACKAGE]


def audience_of(node: Node) -> set[str]:
    return set(node["config"]["meta"].get("audience", []))


def test_every_mart_is_used(exposures: list[Node], marts: dict[str, Node]) -> None:
    used = {key for exposure in exposures for key in exposure["depends_on"]["nodes"]}
    unused = sorted(node["name"] for key, node in marts.items() if key not in used)
    assert not unused, f"name an exposure that reads {unused}, or drop them"


def test_every_exposure_says_what_it_is_and_whose(exposures: list[Node]) -> None:
    problems = []
    for exposure in exposures:
        owner = exposure["owner"]
        problems += [
            f"{exposure['name']}: {problem}"
            for problem, is_there in [
                ("no owner with name and e-mail", owner.get("name") and "@" in owner["email"]),
                ("no description", exposure["description"].strip()),
                ("no label", exposure["label"]),
                ("no maturity", exposure["maturity"]),
                ("depends on nothing", exposure["depends_on"]["nodes"]),
                ("audience unknown", exposure["config"]["meta"].get("audience") in AUDIENCES),
            ]
            if not is_there
        ]
    assert not problems, "\n".join(problems)


def test_owners_of_exposures_are_groups(manifest: Node, exposures: list[Node]) -> None:
    groups = {
        (group["owner"]["name"], group["owner"]["email"]) for group in manifest["groups"].values()
    }
    assert {(item["owner"]["name"], item["owner"]["email"]) for item in exposures} <= groups


def test_a_consumer_reads_only_what_is_open_to_its_audience(
    exposures: list[Node], marts: dict[str, Node]
) -> None:
    problems = [
        f"{exposure['name']} ({exposure['config']['meta']['audience']}) reads {marts[key]['name']}"
        for exposure in exposures
        for key in exposure["depends_on"]["nodes"]
        if key in marts and exposure["config"]["meta"]["audience"] not in audience_of(marts[key])
    ]
    assert not problems, "\n".join(problems)


def test_every_mart_says_who_may_read_it(marts: dict[str, Node]) -> None:
    problems = [
        f"{node['path']}: config.meta.audience: a list of {sorted(AUDIENCES)}"
        for node in marts.values()
        if not isinstance(node["config"]["meta"].get("audience"), list)
        or not audience_of(node)
        or not audience_of(node) <= AUDIENCES
    ]
    assert not problems, "\n".join(problems)


def test_audiences_are_those_of_the_contract(marts: dict[str, Node]) -> None:
    audiences = {node["name"]: audience_of(node) for node in marts.values()}
    assert {name for name in audiences if audiences[name] == {"safety"}} == ONLY_SAFETY
    for name in ONLY_EXEC_AND_ADMIN:
        assert audiences[name] == {"exec", "admin"}, name
    assert {name for name in audiences if "creator" in audiences[name]} == set(ROWS_OF_A_CREATOR)


def test_a_creator_has_rows_of_its_own(marts: dict[str, Node]) -> None:
    """Where creators read, a column of the mart names the creator: row filters stand on it."""
    columns = {
        node["name"]: node["config"]["meta"]["creator_column"]
        for node in marts.values()
        if "creator_column" in node["config"]["meta"]
    }
    assert columns == ROWS_OF_A_CREATOR
    for node in marts.values():
        if node["name"] in columns:
            assert columns[node["name"]] in node["columns"]


def test_exec_reads_no_rows_of_single_users(
    marts: dict[str, Node],
) -> None:
    """But alerts, which name the creator or user that they are about."""
    of_people = {"user_id", "viewer_id", "subject_id"}
    shown = {
        node["name"]
        for node in marts.values()
        if of_people & set(node["columns"]) and "exec" in audience_of(node)
    }
    assert shown <= {"alerts"}


def test_everything_has_a_group_and_its_owner(manifest: Node) -> None:
    """The group of a node and config.meta.owner name the same team."""
    problems = []
    for node in manifest["nodes"].values():
        if node["package_name"] != PACKAGE:
            continue
        if node["resource_type"] not in ("model", "seed", "snapshot"):
            continue
        group, owner = node["config"].get("group"), node["config"]["meta"].get("owner")
        if not group or not owner:
            problems.append(f"{node['original_file_path']}: {node['name']}: no group or owner")
        elif group != owner.replace("-", "_"):
            problems.append(f"{node['original_file_path']}: {node['name']}: {group}, but {owner}")
    assert not problems, "\n".join(sorted(problems))
