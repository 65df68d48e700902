"""One build on each engine for all tests; one test for each table."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.spark.engines import BUILD, Relation, build_on_spark, compared_relations, run_dbt
from tests.spark.raw_files import write_raw_files

RELATIONS = pytest.StashKey[list[Relation]]()


def pytest_configure() -> None:
    """Without Java the failure would be a long one."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.exit(
            "Spark needs Java 17: install it, or name its folder in JAVA_HOME", returncode=2
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`relation`: every mart in dbt's manifest, so that a new one is compared without a word."""
    if "relation" not in metafunc.fixturenames:
        return
    if RELATIONS not in metafunc.config.stash:
        with tempfile.TemporaryDirectory() as folder:
            metafunc.config.stash[RELATIONS] = compared_relations(Path(folder))
    relations = metafunc.config.stash[RELATIONS]
    metafunc.parametrize("relation", relations, ids=[relation.name for relation in relations])


@pytest.fixture(scope="session")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with DuckDB's database and what Spark's tables hold, from the same raw files."""
    folder = tmp_path_factory.mktemp("engines")
    write_raw_files(folder / "raw")
    run_dbt(["--quiet", *BUILD], folder)
    build_on_spark(folder, request.config.stash[RELATIONS])
    return folder
