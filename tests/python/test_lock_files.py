"""Lock files are complete, in step with what they lock, and name no host."""

import os
import re
from pathlib import Path

import pytest
import yaml
from dbt.config.project import package_config_from_data
from dbt.task.deps import _create_sha1_hash
from packaging.requirements import Requirement

PROJECT_DIR = Path(__file__).resolve().parents[2]
LOCKS = {"requirements.lock": "requirements.in", "requirements-spark.lock": "requirements-spark.in"}
HOST_WORDS = re.compile(r"://|--(extra-)?index-url|--find-links|--trusted-host| @ ")


def locked(name: str) -> list[tuple[Requirement, list[str]]]:
    """Return each requirement of a lock file with its hashes."""
    text = (PROJECT_DIR / name).read_text().replace("\\\n", " ")
    entries = []
    for line in filter(None, map(str.strip, text.splitlines())):
        requirement, *hashes = line.split(" --hash=")
        entries.append((Requirement(requirement), [one.strip() for one in hashes]))
    return entries


def wanted(name: str) -> list[Requirement]:
    """Return the requirements of a .in file and of those that it includes."""
    requirements = []
    for line in (PROJECT_DIR / name).read_text().splitlines():
        if line.startswith("-r "):
            requirements += wanted(line.removeprefix("-r ").strip())
        elif line and not line.startswith("#"):
            requirements.append(Requirement(line))
    return requirements


@pytest.mark.parametrize("lock", [*LOCKS, "package-lock.yml"])
def test_lock_file_names_no_host(lock: str) -> None:
    lines = (PROJECT_DIR / lock).read_text().splitlines()
    assert [line for line in lines if HOST_WORDS.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_a_hash(lock: str) -> None:
    for requirement, hashes in locked(lock):
        assert [item.operator for item in requirement.specifier] == ["=="], requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), requirement


@pytest.mark.parametrize(("lock", "source"), LOCKS.items())
def test_lock_file_serves_what_is_asked_for(lock: str, source: str) -> None:
    versions = {entry.name: entry.specifier for entry, _ in locked(lock)}
    for requirement in wanted(source):
        assert requirement.name in versions, f"{requirement}: run make lock"
        for version in versions[requirement.name]:
            assert requirement.specifier.contains(version.version), f"{requirement}: run make lock"


def test_spark_lock_adds_to_the_base_and_changes_nothing() -> None:
    base = {str(entry): hashes for entry, hashes in locked("requirements.lock")}
    spark = {str(entry): hashes for entry, hashes in locked("requirements-spark.lock")}
    assert base.items() <= spark.items()


def test_package_lock_is_in_step_with_packages_yml() -> None:
    packages = yaml.safe_load((PROJECT_DIR / "packages.yml").read_text())
    lock = yaml.safe_load((PROJECT_DIR / "package-lock.yml").read_text())
    assert lock["sha1_hash"] == _create_sha1_hash(
        package_config_from_data(packages, packages).packages
    )
    assert {(entry["package"], entry["version"]) for entry in lock["packages"]} == {
        (entry["package"], entry["version"]) for entry in packages["packages"]
    }


def test_no_file_leans_on_a_folder_beside_the_project() -> None:
    made = {".git", ".venv", ".venv-spark", "dbt_packages", "target", "logs", "data"}
    beside = re.compile(rb"\.\./shar" + rb"ed\b")
    found = []
    for folder, folders, files in os.walk(PROJECT_DIR):
        folders[:] = [name for name in folders if name not in made and "_cache" not in name]
        for path in (Path(folder, name) for name in files):
            if path.is_file() and beside.search(path.read_bytes()):
                found.append(str(path.relative_to(PROJECT_DIR)))
    assert found == []
