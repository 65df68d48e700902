"""What the project promises of every model, column and test, read from dbt's own manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import SampleBuild
from warehouse_builder import PROJECT_DIR, Builder, seed_rows

Node = dict[str, Any]
PACKAGE = "creator_warehouse"
AS_OF = "2026-03-10T12:00:00Z"


def words(text: str) -> list[str]:
    return text.split()


STREAMS = words("chat voice video calendar events tips gifts og_subscription games other")

# The names that the contract promises. Other teams read by them: a rename must turn red.
EXPECTED_COLUMNS = {
    "platform_kpi_daily": words(
        "platform kpi_date is_complete currency new_users verified_users active_users "
        "active_users_7d active_users_30d paying_users churned_users total_tokens_spent "
        "total_token_revenue cash_revenue total_revenue stream_revenue_total "
        "total_platform_earnings total_chats human_chats total_voice_minutes "
        "total_video_minutes call_voice_minutes call_video_minutes total_calendar_bookings "
        "total_event_tickets refund_count refund_amount refund_rate chargeback_count "
        "chargeback_amount panic_events mismatch_reports moderation_flags bans_issued "
        "ai_sessions ai_users ai_revenue ai_interactions arpu arppu payer_rate"
    )
    + [f"{stream}_revenue" for stream in STREAMS]
    + [f"{stream}_platform_earnings" for stream in STREAMS],
    "platform_kpi_daily_by_region": words(
        "platform region country_code kpi_date is_complete currency new_users active_users "
        "paying_users churned_users cash_revenue total_revenue refund_count refund_amount "
        "refund_rate chargeback_count chargeback_amount panic_events mismatch_reports"
    ),
    "platform_kpi_hourly": words(
        "platform kpi_date kpi_hour is_complete currency active_users new_users paying_users "
        "tokens_spent token_revenue chats_started voice_minutes video_minutes"
    ),
    "platform_kpi_periods": words(
        "platform period_type period_start is_complete currency new_users churned_users "
        "cash_revenue total_revenue total_platform_earnings refund_amount chargeback_amount "
        "active_users paying_users total_days average_daily_revenue total_revenue_growth_rate "
        "active_users_growth_rate new_users_growth_rate paying_users_growth_rate"
    ),
    "revenue_daily": words(
        "platform kpi_date stream is_complete currency tokens revenue platform_earnings "
        "creator_earnings transaction_count paying_users"
    ),
    "refunds_daily": words(
        "platform kpi_date category is_complete currency refund_count refund_tokens refund_amount"
    ),
    "metric_daily": words("platform metric region kpi_date is_complete value"),
    "quarantine_records": words(
        "platform collection document_id event_id reason detail payload dt has_good_version"
    ),
    "parse_losses": words("platform collection field dt values_lost"),
    "landing_audit": words(
        "platform collection rows_seen rows_good rows_quarantined documents_seen "
        "documents_accepted documents_deleted documents_without_good_row"
    ),
}

# SQL that only one engine takes (or that reads the clock): macros/engine holds all of it.
DIALECT = {
    "a clock": r"\b(current_date|current_timestamp|localtimestamp)\b|\b(now|getdate)\s*\(",
    "a cast by ::": r"::",
    "qualify": r"\bqualify\b",
    "strftime or strptime": r"\bstr[fp]time\b",
    "a list function": r"\b(list_\w+|array_agg|string_agg|unnest|explode)\s*\(",
    "an aggregate with filter": r"\bfilter\s*\(\s*where\b",
    "a struct or lambda": r"\b(struct_pack|named_struct)\s*\(|\blambda\b",
    "a file reader": r"\bread_(parquet|csv|json\w*|ndjson\w*)\s*\(",
}

PERSONAL_NAME = re.compile(
    r"(^|_)(e_?mail|phone|display_name|username|latitude|longitude|location)"
)

# Models outside of staging that read a flagged column on purpose: what for.
READS_PERSONAL_DATA = {
    ("int_pair_affinities", "latitude"): "the distance of two people, of which a label is kept",
    ("int_pair_affinities", "longitude"): "the distance of two people, of which a label is kept",
}


@pytest.fixture(scope="session")
def manifest(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """The manifest of `dbt parse`, which needs no data."""
    empty = tmp_path_factory.mktemp("no_raw_files")
    finished = builder.dbt("parse", raw_dir=empty, as_of=AS_OF)
    assert finished.returncode == 0, f"dbt parse failed:\n{finished.stdout[-6000:]}"
    return json.loads((builder.folder / "target" / "manifest.json").read_text())


@pytest.fixture(scope="session")
def nodes(manifest: Node) -> list[Node]:
    """The project's own nodes (models, seeds, snapshots, data tests)."""
    own = [node for node in manifest["nodes"].values() if node["package_name"] == PACKAGE]
    assert len(own) > 300
    return own


def of_type(nodes: list[Node], *types: str) -> list[Node]:
    return [node for node in nodes if node["resource_type"] in types]


def is_mart(node: Node) -> bool:
    return node["path"].startswith("marts/")


def is_raw(node: Node) -> bool:
    """Landing and staging may hold what must not leave them."""
    return node["path"].startswith(("landing/", "staging/"))


def meta_of(thing: Node) -> Node:
    return {**(thing.get("meta") or {}), **((thing.get("config") or {}).get("meta") or {})}


def statements(path: Path) -> str:
    """The SQL of a file without comments, Jinja and macros dispatched per engine."""
    text = path.read_text()
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    text = re.sub(r"--[^\n]*", "", text)
    text = re.sub(
        r"\{%-?\s*macro\s+(duckdb|spark|default)__.*?endmacro\s*-?%\}", "", text, flags=re.DOTALL
    )
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", text, flags=re.DOTALL)


def test_every_model_says_what_it_is_whose_and_at_which_grain(nodes: list[Node]) -> None:
    problems = []
    for node in of_type(nodes, "model"):
        meta = meta_of(node)
        missing = {"owner", "grain"} - meta.keys()
        if not node["description"].strip():
            missing.add("description")
        if not node["config"].get("group") and "audience" not in meta:
            missing.add("group or meta.audience")
        if missing:
            problems.append(f"{node['path']}: add {', '.join(sorted(missing))}")
    assert not problems, "\n".join(sorted(problems))


def test_a_grain_is_tested(nodes: list[Node]) -> None:
    """A model with a grain has a test of uniqueness over just those columns."""
    tested: dict[str, set[frozenset[str]]] = {}
    for test in of_type(nodes, "test"):
        called = test.get("test_metadata") or {}
        arguments = called.get("kwargs", {})
        columns = arguments.get("combination_of_columns") or [test.get("column_name")]
        if called.get("name") in ("unique", "unique_combination_of_columns"):
            tested.setdefault(test["attached_node"], set()).add(frozenset(columns))
    untested = [
        f"{node['path']}: no uniqueness test over {meta_of(node)['grain']}"
        for node in of_type(nodes, "model")
        if isinstance(meta_of(node).get("grain"), list)
        # staging declares its grain at document_id; base models unite documents of one row with
        # revised ones, whose grain is tested
        and "/base/" not in node["path"]
        and not node["path"].startswith("landing/")
        and frozenset(meta_of(node)["grain"]) not in tested.get(node["unique_id"], set())
    ]
    assert not untested, "\n".join(sorted(untested))


def test_every_column_is_described(nodes: list[Node]) -> None:
    undescribed = [
        f"{node['original_file_path']}: {node['name']}.{column['name']}"
        for node in of_type(nodes, "model", "seed", "snapshot")
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert not undescribed, "\n".join(sorted(undescribed))


def test_every_seed_column_has_a_type_and_a_description(nodes: list[Node]) -> None:
    problems = []
    for seed in of_type(nodes, "seed"):
        with (PROJECT_DIR / seed["original_file_path"]).open() as file:
            header = file.readline().strip().split(",")
        types = seed["config"].get("column_types", {})
        problems += [
            f"{seed['name']}.{column}: {problem}"
            for column in header
            for problem, is_there in [
                ("not described", column in seed["columns"]),
                ("no type in config.column_types", column in types),
            ]
            if not is_there
        ]
        problems += [
            f"{seed['name']}.{column}: described, but not in the file"
            for column in seed["columns"]
            if column not in header
        ]
    assert not problems, "\n".join(sorted(problems))


# Cells for people: names, units and notes. No number depends on them.
FOR_READERS = {
    "activity_kinds": {"source_collection", "user_field"},
    "funnel_steps": {"source", "description"},
    "platforms": {"platform_name", "raw_source", "coin_name"},
    "recommendation_rules": {"rule_id"},
    "regions": {"country_name"},
    "retention_offers": {"description"},
}
# Read by the forecasts, which are to come.
NOT_READ_YET = {"forecast_params": None, "churn_params": {"model_label_days"}}


def sql_of_readers(manifest: Node, seed: str) -> str:
    """Return the SQL of the models that read a seed, with that of the macros they use."""
    texts, seen = [], set()
    queue = [
        manifest["nodes"][reader]
        for reader in manifest["child_map"][seed]
        if reader.startswith("model.")
    ]
    while queue:
        node = queue.pop()
        texts.append(node.get("raw_code") or node["macro_sql"])
        for name in node["depends_on"]["macros"]:
            if name.startswith(f"macro.{PACKAGE}.") and name not in seen:
                seen.add(name)
                queue.append(manifest["macros"][name])
    return "\n".join(texts)


def test_every_column_and_param_of_a_seed_is_read(manifest: Node, nodes: list[Node]) -> None:
    unread = []
    for seed in of_type(nodes, "seed"):
        name = seed["name"]
        waived = NOT_READ_YET.get(name, set())
        # the routes of alerts are read by the command line
        if waived is None or name == "alert_routes":
            continue
        rows = seed_rows(name)
        named = {column for column in rows[0] if column not in FOR_READERS.get(name, ())}
        if "param" in named:
            named = named - {"unit", "description"} | {row["param"] for row in rows}
        read = set(re.findall(r"\w+", sql_of_readers(manifest, seed["unique_id"])))
        unread += [f"{name}: {cell}" for cell in sorted(named - read - waived)]
    assert not unread, "no model reads these:\n" + "\n".join(unread)


def test_every_column_that_stands_is_described(
    nodes: list[Node], sample_build: Callable[[str], SampleBuild]
) -> None:
    """Columns of the tables that a build makes are those of the YAML: none more, none less."""
    built: dict[str, set[str]] = {}
    for row in sample_build("autumn").warehouse.rows(
        "select table_name, column_name from information_schema.columns "
        "where table_schema in ('staging', 'intermediate', 'marts')"
    ):
        built.setdefault(row["table_name"], set()).add(row["column_name"])
    problems = []
    for node in of_type(nodes, "model"):
        if node["path"].startswith("landing/") or node["config"]["materialized"] == "ephemeral":
            continue
        described = set(node["columns"])
        stands = built.get(node["alias"], set())
        problems += [f"{node['name']}.{name}: not described" for name in stands - described]
        problems += [f"{node['name']}.{name}: does not exist" for name in described - stands]
    assert not problems, "\n".join(sorted(problems))


def test_marts_are_under_contract(nodes: list[Node]) -> None:
    problems = []
    for node in filter(is_mart, of_type(nodes, "model")):
        if not node["config"]["contract"]["enforced"]:
            problems.append(f"{node['path']}: contract not enforced")
        problems += [
            f"{node['path']}: {column['name']} has no data_type"
            for column in node["columns"].values()
            if not column["data_type"]
        ]
    assert not problems, "\n".join(sorted(problems))


@pytest.mark.parametrize("name", EXPECTED_COLUMNS)
def test_columns_are_those_of_the_contract(nodes: list[Node], name: str) -> None:
    node = next(node for node in of_type(nodes, "model") if node["name"] == name)
    assert sorted(node["columns"]) == sorted(EXPECTED_COLUMNS[name])


def test_every_test_says_how_bad_it_is_and_who_acts(nodes: list[Node]) -> None:
    tests = of_type(nodes, "test")
    assert len(tests) > 100
    problems = []
    for test in tests:
        missing = {"severity"} - test["unrendered_config"].keys()
        if "owner" not in meta_of(test):
            missing.add("meta.owner")
        if missing:
            problems.append(
                f"{test['original_file_path']}: {test['name']}: add {', '.join(sorted(missing))}"
            )
    assert not problems, "\n".join(sorted(problems))


def test_every_unit_test_names_its_rule(manifest: Node) -> None:
    unit_tests = [
        test for test in manifest["unit_tests"].values() if test["package_name"] == PACKAGE
    ]
    assert len(unit_tests) > 30
    undescribed = [test["name"] for test in unit_tests if not (test["description"] or "").strip()]
    assert not undescribed, "\n".join(sorted(undescribed))


@pytest.mark.parametrize("what", DIALECT)
def test_only_engine_macros_know_a_dialect(what: str) -> None:
    files = [
        path
        for folder in ("models", "macros", "snapshots", "tests/data")
        for path in (PROJECT_DIR / folder).rglob("*.sql")
        if "engine" not in path.relative_to(PROJECT_DIR).parts
    ]
    assert len(files) > 100
    found = [
        f"{path.relative_to(PROJECT_DIR)}: {' '.join(match.group(0).split())}"
        for path in files
        for match in re.finditer(DIALECT[what], statements(path), re.IGNORECASE)
    ]
    assert not found, f"{what}:\n" + "\n".join(sorted(found))


def test_no_mart_has_a_column_for_personal_data(nodes: list[Node]) -> None:
    named = [
        f"{node['name']}.{column}"
        for node in filter(is_mart, of_type(nodes, "model"))
        for column in node["columns"]
        if PERSONAL_NAME.search(column)
    ]
    assert not named, "\n".join(sorted(named))


def test_personal_data_stays_in_staging(nodes: list[Node]) -> None:
    """No model outside of landing and staging names a flagged column of what it reads."""
    flagged = {
        node["name"].partition("_")[2]: {
            name for name, column in node["columns"].items() if meta_of(column).get("pii")
        }
        for node in of_type(nodes, "model")
        if node["name"].startswith("stg_")
    }
    assert flagged["avalo__users"] >= {"email", "phone", "display_name", "latitude", "longitude"}
    assert flagged["halobuzz__users"] >= {"email", "phone", "username"}
    names = {node["unique_id"]: node["name"] for node in of_type(nodes, "model")}
    found = set()
    for node in of_type(nodes, "model"):
        if is_raw(node):
            continue
        words = set(re.findall(r"\w+", re.sub(r"--[^\n]*", "", node["raw_code"]).lower()))
        for parent in node["depends_on"]["nodes"]:
            # stg_, base_ and lnd_ models of a collection hold the same columns
            collection = names.get(parent, "").partition("_")[2]
            found |= {(node["name"], column) for column in flagged.get(collection, set()) & words}
    assert found == set(READS_PERSONAL_DATA)
