"""The stand-ins of offline_packages/: every test passes on good data and fails on bad data.

The toy project stands in offline_packages_cases.yml; dbt runs twice for all of its cases.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
import yaml

PROJECT_DIR = Path(__file__).resolve().parents[2]
TOY = yaml.safe_load(Path(__file__).with_name("offline_packages_cases.yml").read_text())
CASES: list[dict[str, Any]] = TOY["cases"]
AS_OF = "2026-03-20T12:00:00"
SECOND_AS_OF = "2026-03-25T12:00:00"

DBT_PROJECT = {
    "name": "toy",
    "profile": "toy",
    "config-version": 2,
    "flags": {"send_anonymous_usage_stats": False},
    "models": {"toy": {"+materialized": "table"}},
}
DATABASE = {"type": "duckdb", "path": "toy.duckdb", "threads": 2}
PROFILE = {"toy": {"target": "dev", "outputs": {"dev": DATABASE}}}


class Toy(NamedTuple):
    """What is left of the two runs: statuses by case, and the database."""

    first: dict[str, str]
    second: dict[str, str]
    database: Path


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    folder = tmp_path_factory.mktemp("toy")
    shutil.copytree(PROJECT_DIR / "offline_packages", folder / "dbt_packages")
    packages = [{"local": f"dbt_packages/{name}"} for name in ("dbt_utils", "elementary")]
    _write_yaml(folder / "packages.yml", {"packages": packages})
    _write_yaml(folder / "dbt_project.yml", DBT_PROJECT)
    _write_yaml(folder / "profiles.yml", PROFILE)
    (folder / "models").mkdir()
    for name, sql in TOY["models"].items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    _write_yaml(folder / "models" / "_models.yml", {"version": 2, "models": _tests_by_model()})
    return Toy(
        _run(folder, AS_OF, "build"),
        _run(folder, SECOND_AS_OF, "build", "--vars", "changed: true"),
        folder / "toy.duckdb",
    )


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False))


def _tests_by_model() -> list[dict[str, Any]]:
    models: dict[str, dict[str, Any]] = {}
    for case in CASES:
        arguments = dict(case["arguments"])
        column = arguments.pop("column_name", None)
        # A failed test would keep dbt from building the models after it; a warning does not.
        config = {"severity": "warn"}
        if "where" in arguments:
            config["where"] = arguments.pop("where")
        test = {case["test"]: {"name": case["case"], "arguments": arguments, "config": config}}
        model = models.setdefault(
            case["model"], {"name": case["model"], "data_tests": [], "columns": []}
        )
        if column:
            model["columns"].append({"name": column, "data_tests": [test]})
        else:
            model["data_tests"].append(test)
    return list(models.values())


def _run(folder: Path, as_of: str, *arguments: str) -> dict[str, str]:
    """Run dbt in the toy project; return the status of each node by its name."""
    dbt = Path(sys.executable).with_name("dbt")
    result = subprocess.run(
        [dbt, "--no-use-colors", "--no-partial-parse", *arguments],
        cwd=folder,
        env=os.environ | {"WAREHOUSE_AS_OF": as_of, "DBT_PROFILES_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    run_results = folder / "target" / "run_results.json"
    assert run_results.is_file(), result.stdout + result.stderr
    results = json.loads(run_results.read_text())["results"]
    words = {"warn": "fail"}
    return {
        node["unique_id"].split(".")[2]: words.get(node["status"], node["status"])
        for node in results
    }


def test_every_model_of_the_toy_builds(toy: Toy) -> None:
    assert {toy.first.get(name) for name in TOY["models"]} == {"success"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_stand_in_test_tells_good_from_bad(toy: Toy, case: dict[str, Any]) -> None:
    assert toy.first[case["case"]] == case["expect"]


@pytest.mark.parametrize(
    "case", [case for case in CASES if "second_run" in case], ids=lambda case: case["case"]
)
def test_what_a_run_remembers_decides_the_next_one(toy: Toy, case: dict[str, Any]) -> None:
    assert toy.second[case["case"]] == case["second_run"]


def test_every_stand_in_test_has_a_case_that_passes_and_one_that_fails() -> None:
    tests = {
        f"{file.parts[-4]}.{file.stem}": set[str]()
        for file in (PROJECT_DIR / "offline_packages").glob("*/macros/tests/*.sql")
    }
    for case in CASES:
        tests[case["test"]] |= {case["expect"], case.get("second_run", case["expect"])}
    assert [name for name, seen in tests.items() if not {"pass", "fail"} <= seen] == []


def _rows(toy: Toy, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(toy.database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_date_spine_has_every_day_but_the_last(toy: Toy) -> None:
    days = _rows(toy, "select cast(date_day as date) from spine order by 1")
    assert days[0] == (date(2026, 1, 30),)
    assert days[-1] == (date(2026, 2, 11),)
    assert len(set(days)) == 13
    assert _rows(toy, "select * from spine_of_none") == []


def test_surrogate_key_is_the_md5_that_the_real_package_makes(toy: Toy) -> None:
    keys = _rows(
        toy,
        """
        select id = md5(
            coalesce(number::varchar, '_dbt_utils_surrogate_key_null_') || '-'
            || coalesce(letter, '_dbt_utils_surrogate_key_null_')
        ), id from keys
        """,
    )
    assert [is_same for is_same, _ in keys] == [True] * 4
    assert len({key for _, key in keys}) == 4


def test_safe_divide_and_get_single_value(toy: Toy) -> None:
    assert _rows(toy, "select half, of_nothing, answer, fallback from ratios") == [
        (0.5, None, 42, 7)
    ]
