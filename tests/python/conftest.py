"""Fixtures that several test files share: one folder for builds, one warehouse of sample data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from nasty_raw_data import write_nasty_data
from oracle.check import build_world, parse_as_of
from oracle.world import World
from warehouse_builder import PROJECT_DIR, Builder, Warehouse, sample_data


@dataclass(frozen=True)
class SampleCase:
    """Sample data to make (200 users, 60 days) and the instant to build it at."""

    seed: int
    until: date
    as_of: str

    def write(self, raw_dir: Path) -> None:
        sample_data(raw_dir, seed=self.seed, users=200, days=60, until=self.until)


@dataclass(frozen=True)
class NastyCase:
    """Nasty raw data to make and the instant to build it at."""

    seed: int
    as_of: str

    def write(self, raw_dir: Path) -> None:
        write_nasty_data(raw_dir, self.seed, parse_as_of(self.as_of))


NASTY_CASES = {
    # half an hour after Sydney's clocks went back
    "nasty_1": NastyCase(1, "2026-04-05T16:30:00Z"),
    # the first instant of a Sydney date
    "nasty_2": NastyCase(2, "2026-04-20T14:00:00Z"),
}

SAMPLE_CASES: dict[str, SampleCase | NastyCase] = {
    # Sydney's clocks go back on 5 April 2026
    "autumn": SampleCase(1, date(2026, 4, 20), "2026-04-20T18:45:00Z"),
    # they go forward on 4 October 2026; two weeks of the files lie after as_of
    "spring": SampleCase(2, date(2026, 10, 25), "2026-10-11T07:12:34.567891Z"),
    # the first instant of a Sydney month
    "midnight": SampleCase(3, date(2026, 2, 10), "2026-02-01T00:00:00+11:00"),
    **NASTY_CASES,
}


@dataclass(frozen=True)
class SampleBuild:
    """A warehouse built from sample data and what the oracle reads in the same files."""

    warehouse: Warehouse
    world: World


# What takes longest begins first, so that no worker is left with it at the end.
LONGEST = ("test_increments.py", "samples")


def group_of(item: pytest.Item) -> str:
    """The tests that run in one process: those of a file, or all on a sample warehouse."""
    return "samples" if "sample_build" in getattr(item, "fixturenames", ()) else item.path.name


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together what shares a warehouse, where tests run in several processes (make test)."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    rank = {group: number for number, group in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(group_of(item), len(LONGEST)))


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    builder = Builder(tmp_path_factory.mktemp("builds"))
    yield builder
    builder.close()


@pytest.fixture(scope="session")
def sample_build(
    builder: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], SampleBuild]:
    """A function from the name of a sample case to its build; each is built once a session."""
    built: dict[str, SampleBuild] = {}
    tried: set[str] = set()

    def get(name: str) -> SampleBuild:
        if name not in built:
            assert name not in tried, f"sample build {name} failed, see the first test that used it"
            tried.add(name)
            case = SAMPLE_CASES[name]
            raw_dir: Path = tmp_path_factory.mktemp(name) / "raw"
            case.write(raw_dir)
            warehouse = builder.build(raw_dir, case.as_of)
            world = build_world(raw_dir, PROJECT_DIR / "seeds", parse_as_of(case.as_of))
            built[name] = SampleBuild(warehouse, world)
        return built[name]

    return get
