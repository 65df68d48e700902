"""The jobs of selectors.yml build what docs/operations.md says, and all of what that stands on."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from warehouse_builder import PROJECT_DIR, Builder

PACKAGE = "creator_warehouse"


def selectors() -> list[str]:
    return [
        selector["name"]
        for selector in yaml.safe_load((PROJECT_DIR / "selectors.yml").read_text())["selectors"]
    ]


def documented() -> dict[str, set[str]]:
    """Return the marts (or `folder/*`) of each job in the table of docs/operations.md."""
    text = (PROJECT_DIR / "docs" / "operations.md").read_text()
    section = text.partition("\n## Jobs\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|", section, re.MULTILINE)
    return {job: set(re.findall(r"`([\w/*]+)`", marts)) for job, marts in rows}


@dataclass(frozen=True)
class Jobs:
    """What dbt makes of the selectors: the manifest, and unique ids by job."""

    manifest: dict[str, Any]
    selected: dict[str, set[str]]

    def nodes(self, job: str, *types: str) -> list[dict[str, Any]]:
        """Return the nodes of the types that the job builds."""
        nodes = self.manifest["nodes"]
        return [
            nodes[key]
            for key in self.selected[job]
            if key in nodes and nodes[key]["resource_type"] in types
        ]

    def ancestors(self, key: str) -> set[str]:
        """Return all that a node stands on, the node too."""
        found, open_keys = set(), [key]
        while open_keys:
            key = open_keys.pop()
            if key not in found:
                found.add(key)
                open_keys += self.manifest["parent_map"][key]
        return found

    def marts(self) -> dict[str, str]:
        """Return the folder of each mart, by unique id."""
        return {
            key: Path(node["path"]).parts[1]
            for key, node in self.manifest["nodes"].items()
            if node["resource_type"] == "model" and node["path"].startswith("marts/")
        }


@pytest.fixture(scope="module")
def jobs(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    empty = tmp_path_factory.mktemp("no_raw_files")
    selected = {}
    for name in selectors():
        finished = builder.dbt(
            *("ls", "--quiet", "--selector", name),
            *("--output", "json", "--output-keys", "unique_id"),
            raw_dir=empty,
            as_of="2026-03-10T12:00:00Z",
        )
        assert finished.returncode == 0, f"dbt ls failed:\n{finished.stdout}"
        selected[name] = {
            json.loads(line)["unique_id"] for line in finished.stdout.splitlines() if line
        }
    manifest = json.loads((builder.folder / "target" / "manifest.json").read_text())
    return Jobs(manifest, selected)


def test_the_docs_list_the_jobs() -> None:
    assert list(documented()) == selectors()


@pytest.mark.parametrize("job", selectors())
def test_a_job_answers_for_the_marts_of_the_docs(jobs: Jobs, job: str) -> None:
    """A mart that the docs don't name is built only where another one stands on it."""
    folders = jobs.marts()
    named = documented()[job]
    wanted = {
        key
        for key, folder in folders.items()
        if key.rpartition(".")[2] in named or f"{folder}/*" in named
    }
    assert named - {f"{folders[key]}/*" for key in wanted} <= {k.split(".")[-1] for k in wanted}
    needed = set().union(*map(jobs.ancestors, wanted))
    built = jobs.selected[job] & folders.keys()
    assert wanted and wanted <= built
    assert built <= needed


@pytest.mark.parametrize("job", selectors())
def test_a_job_builds_all_that_its_models_stand_on(jobs: Jobs, job: str) -> None:
    nodes = jobs.manifest["nodes"]
    built = jobs.nodes(job, "model", "seed", "snapshot")
    missing = {
        parent
        for node in built
        for parent in jobs.ancestors(node["unique_id"])
        if parent in nodes and parent not in jobs.selected[job]
    }
    assert not missing


@pytest.mark.parametrize("job", selectors())
def test_a_job_tests_only_what_it_has_built(jobs: Jobs, job: str) -> None:
    """A test that reads a mart of another job would compare two instants."""
    tests = jobs.nodes(job, "test")
    assert tests
    stale = {
        test["name"]: parents
        for test in tests
        if (parents := set(test["depends_on"]["nodes"]) - jobs.selected[job])
    }
    assert not stale
    assert not any(key.startswith("unit_test.") for key in jobs.selected[job])


@pytest.mark.parametrize("job", selectors())
def test_a_job_has_the_data_tests_of_its_marts(jobs: Jobs, job: str) -> None:
    tagged = {
        key
        for key, node in jobs.manifest["nodes"].items()
        if f"job:{job}" in node["tags"] and node["resource_type"] == "model"
    }
    of_them = {
        key
        for key, node in jobs.manifest["nodes"].items()
        if node["resource_type"] == "test"
        and "monitor" not in node["tags"]
        and node["depends_on"]["nodes"]
        and set(node["depends_on"]["nodes"]) <= tagged
    }
    assert of_them and of_them <= jobs.selected[job]


def test_frequent_jobs_leave_out_the_monitors(jobs: Jobs) -> None:
    for job in ("alerts", "dashboard", "hourly"):
        assert not [node["name"] for node in jobs.nodes(job, "test") if "monitor" in node["tags"]]


def test_everything_is_built_by_some_job(jobs: Jobs) -> None:
    """No mart, model, seed or snapshot of the project waits for a build by hand."""
    own = {
        key
        for key, node in jobs.manifest["nodes"].items()
        if node["package_name"] == PACKAGE
        and node["resource_type"] in ("model", "seed", "snapshot")
    }
    assert len(own) > 200
    left = own - set().union(*jobs.selected.values())
    assert not left, f"give them a tag job:NAME in dbt_project.yml: {sorted(left)}"
