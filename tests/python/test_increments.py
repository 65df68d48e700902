"""A build after new files equals one of everything at once, row by row, whatever came between."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from conftest import SAMPLE_CASES, SampleBuild
from warehouse_builder import (
    PROJECT_DIR,
    Builder,
    Row,
    Warehouse,
    change,
    copy_project,
    sample_data,
    seed_file,
    write_changes,
    write_lines,
)

# What grows by increments, and what it is made of.
DAYS = ["+int_active_days", "+int_user_money_days", "+int_creator_days", "+int_pairs"]
ROADS = [
    "+landing_audit",
    "+quarantine_records",
    "+parse_losses",
    "+int_activity",
    "+int_money",
    "+int_interactions",
    "+int_viewer_events",
    *DAYS,
]

# Numbers of builds differ between one build and several; nothing else may.
BUILD_NUMBERS = {"changed_in", "landed_in"}


def differing(one: Warehouse, other: Warehouse) -> dict[str, tuple[int, int]]:
    """Return the tables that differ: how many rows only the one has, and only the other.

    Doubles are compared to 9 decimals. Views hold nothing of their own.
    """
    found = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for name, warehouse in (("one", one), ("other", other)):
            connection.execute(f"attach '{warehouse.database}' as {name} (read_only)")
        tables = _tables(connection, "one")
        assert tables == _tables(connection, "other")
        assert len(tables) > 50
        for table in tables:
            columns = ", ".join(_comparable_columns(connection, f"one.{table}"))
            left, right = (f"select {columns} from {name}.{table}" for name in ("one", "other"))
            only = [
                len(connection.execute(f"{this} except all {that}").fetchall())
                for this, that in ((left, right), (right, left))
            ]
            if any(only):
                found[table] = (only[0], only[1])
    return found


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """Return the tables that models made; not what the warehouse remembers of its builds."""
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = ? "
        "and (schema_name in ('staging', 'intermediate', 'marts') or table_name like 'lnd_%') "
        "order by 1",
        [database],
    )
    return [row[0] for row in rows.fetchall()]


def _comparable_columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [
        f'round("{name}", 9)' if kind == "DOUBLE" else f'"{name}"'
        for name, kind, *_ in connection.execute(f"describe {table}").fetchall()
        if name not in BUILD_NUMBERS
    ]


def deliver(source: Path, target: Path, until: date) -> None:
    """Copy the files of arrival dates up to `until` that the target does not have yet."""
    for file in sorted(source.rglob("*")):
        if not file.is_file() or not file.parent.name.startswith("dt="):
            continue
        if file.parent.name[3:] <= until.isoformat():
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if not copy.exists():
                shutil.copyfile(file, copy)


def build_in_steps(
    builder: Builder, source: Path, folder: Path, moments: list[str], select: tuple[str, ...] = ()
) -> Warehouse:
    """Build at each moment on the files that had arrived by then; return the warehouse."""
    raw_dir = folder / "raw"
    for moment in moments:
        deliver(source, raw_dir, date.fromisoformat(moment[:10]))
        warehouse = builder.build(raw_dir, moment, select=select, database=folder / "steps.duckdb")
    return warehouse


def test_all_models_after_an_increment(
    builder: Builder, sample_build: Callable[[str], SampleBuild], tmp_path: Path
) -> None:
    """Every model, in steps that end inside a date, over the change of Sydney's clocks."""
    at_once = sample_build("spring").warehouse
    moments = ["2026-10-03T18:30:00Z", SAMPLE_CASES["spring"].as_of]
    steps = build_in_steps(builder, at_once.raw_dir, tmp_path, moments)
    assert differing(at_once, steps) == {}


@pytest.mark.parametrize("seed", [11])
def test_random_steps(builder: Builder, tmp_path: Path, seed: int) -> None:
    """Increments at random instants, one later on the same date, one after the last file."""
    chance = random.Random(seed)
    source = sample_data(
        tmp_path / "source", seed=seed, users=200, days=60, until=date(2026, 5, 20)
    )
    first_day = date(2026, 4, 1)
    moments = sorted(
        f"{first_day + timedelta(days=chance.randint(0, 49))}"
        f"T{chance.randint(0, 23):02d}:{chance.randint(0, 59):02d}:00Z"
        for _ in range(chance.randint(1, 2))
    )
    moments += [moments[-1][:11] + "23:59:30Z", "2026-05-25T12:00:00Z"]
    steps = build_in_steps(builder, source, tmp_path / "steps", moments, ROADS)
    at_once = builder.build(source, moments[-1], select=ROADS)
    assert differing(at_once, steps) == {}


@dataclass(frozen=True)
class Delivery:
    """Rows of an arrival date, and the instant of the build after it."""

    dt: str
    as_of: str
    wallet: list[Row]
    transactions: list[object]
    users: list[Row]


def spend(
    document: str, amount: int, at: str, *, commit: str, event: str = "e1", **more: object
) -> Row:
    data = {"createdAt": at, "userId": "u1", "type": "SPEND", "amount": amount, **more}
    return change(document, data, at=commit, event_id=event, operation="UPDATE")


def gone(document: str, commit: str) -> Row:
    return change(document, None, at=commit, event_id="e9", operation="DELETE")


def user(document: str, commit: str, event: str = "e1", **more: object) -> Row:
    data = {"createdAt": "2026-03-01T00:00:00Z", **more}
    return change(document, data, at=commit, event_id=event)


def money(document: str, kind: str, updated: str, **more: object) -> dict[str, object]:
    return {
        "_id": document,
        "createdAt": {"$date": "2026-03-02T10:00:00Z"},
        "updatedAt": {"$date": updated},
        "userId": "h1",
        "type": kind,
        "amount": 5,
        "currency": "USD",
    } | more


DAY_2, DAY_3, DAY_4 = "2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z", "2026-03-04T10:00:00Z"
COPY = spend("copied", -7, DAY_2, commit=DAY_2)
# too early for its first arrival (more than 24 h after the end of the date), not for its second
EARLY_IMPORT = change(
    "early_import",
    {"createdAt": "2026-03-04T08:00:00Z", "userId": "u1", "type": "SPEND", "amount": -6},
    at="1970-01-01T00:00:00Z",
    event_id="",
    operation="IMPORT",
)
DELIVERIES = [
    Delivery(
        "2026-03-02",
        "2026-03-02T12:00:00Z",
        wallet=[
            COPY,
            spend("updated_later", -1, DAY_2, commit=DAY_2),
            spend("deleted_later", -2, DAY_2, commit=DAY_2),
            spend("created_again", -3, DAY_2, commit=DAY_2),
            spend("broken_later", -4, DAY_2, commit=DAY_2),
            change("mended_later", "{", at=DAY_2),
            spend("ahead_of_its_time", -5, "2026-03-02T20:00:00Z", commit=DAY_2),
            spend("committed_after_the_build", -6, DAY_2, commit="2026-03-02T18:00:00Z"),
            spend("moves_to_another_user", -8, DAY_2, commit=DAY_2),
            # equal in all but the text, which decides, whichever comes first
            spend("greater_text_later", -3, DAY_2, commit=DAY_2),
            spend("greater_text_first", -9, DAY_2, commit=DAY_2),
            EARLY_IMPORT,
            spend("other_old_data", -2, DAY_2, commit=DAY_2) | {"old_data": "{}"},
        ],
        transactions=[
            money("refund", "refund", DAY_2, refundOf="given", coins=3),
            money("other_refund", "refund", DAY_2, refundOf="deleted_gift"),
            money("deleted_gift", "gift", DAY_2, hostId="host", coins=10),
            money("text_decides", "gift", DAY_2, coins=9),
            money("text_decides", "gift", DAY_2, coins=3),
            money("text_keeps_alive", "gift", DAY_2, coins=9),
            money("text_keeps_alive", "gift", DAY_2, coins=3, deletedAt={"$date": DAY_2}),
        ],
        users=[
            user("u1", DAY_2, lastActiveAt="2026-03-02T09:00:00Z"),
            user("u2", DAY_2, lastActiveAt="2026-03-03T20:00:00Z"),
        ],
    ),
    Delivery(
        "2026-03-03",
        "2026-03-03T12:00:00Z",
        wallet=[
            COPY,
            spend("updated_later", -10, DAY_3, commit=DAY_3, event="e2"),
            gone("deleted_later", DAY_3),
            gone("created_again", DAY_3),
            change("broken_later", '{"createdAt": 1}', at=DAY_3, event_id="e2"),
            spend("mended_later", -4, DAY_2, commit=DAY_3, event="e2"),
            spend("moves_to_another_user", -8, DAY_2, commit=DAY_3, event="e2", userId="u2"),
            # the greater event id stands, though it comes first
            spend("same_instant", -1, DAY_3, commit=DAY_3, event="e2"),
        ],
        transactions=[
            # what was refunded comes after the refund, and goes again
            money("given", "gift", DAY_3, hostId="host", coins=10),
            money("deleted_gift", "gift", DAY_3, deletedAt={"$date": DAY_3}),
            # one of two lines whose texts decide, delivered again
            money("text_decides", "gift", DAY_2, coins=9),
        ],
        users=[
            user("u1", DAY_3, "e2", lastActiveAt="2026-03-03T09:00:00Z"),
            gone("u2", DAY_3),
        ],
    ),
    Delivery(
        "2026-03-04",
        "2026-03-04T12:00:00Z",
        wallet=[
            COPY,
            spend("created_again", -30, DAY_4, commit=DAY_4, event="e2"),
            # late: older than what stands
            spend("updated_later", -99, DAY_2, commit="2026-03-02T09:00:00Z", event="e3"),
            spend("same_instant", -2, DAY_3, commit=DAY_3, event="e1"),
            spend("greater_text_later", -9, DAY_2, commit=DAY_2),
            spend("greater_text_first", -3, DAY_2, commit=DAY_2),
            EARLY_IMPORT,
            spend("other_old_data", -2, DAY_2, commit=DAY_2),
        ],
        transactions=[money("given", "coin_topup", DAY_4)],
        users=[user("u2", DAY_4, "e3", lastActiveAt="2026-03-04T09:00:00Z")],
    ),
]


def land(raw_dir: Path, delivery: Delivery) -> None:
    write_changes(raw_dir, "walletTransactions", delivery.dt, delivery.wallet)
    write_changes(raw_dir, "users", delivery.dt, delivery.users)
    write_lines(raw_dir, "transactions", delivery.dt, delivery.transactions)


@pytest.fixture(scope="module")
def crafted(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, Path]:
    """The deliveries built one after the other, and their raw folder.

    The builds between the first and the last leave out the days of users and creators.
    """
    folder = tmp_path_factory.mktemp("crafted")
    for delivery in DELIVERIES:
        land(folder / "raw", delivery)
        skipped = DAYS if delivery in DELIVERIES[1:-1] else []
        steps = builder.build(
            folder / "raw",
            delivery.as_of,
            select=[name for name in ROADS if name not in skipped],
            database=folder / "steps.duckdb",
        )
    return steps, folder / "raw"


def made_anew_in(warehouse: Warehouse, model: str) -> int:
    """Return the number of the build from which on a model grew by increments only."""
    lines = warehouse.rows(
        "select since from landing.build_state where node like '%.' || $1 "
        "order by build desc limit 1",
        [model],
    )
    return int(lines[0]["since"])


def test_updates_deletions_copies_and_late_rows(
    builder: Builder, crafted: tuple[Warehouse, Path]
) -> None:
    steps, raw_dir = crafted
    at_once = builder.build(raw_dir, DELIVERIES[-1].as_of, select=ROADS)
    assert differing(at_once, steps) == {}
    spends = steps.rows(
        "select event_id, tokens from intermediate.int_money where platform = 'avalo'"
    )
    assert {row["event_id"]: int(row["tokens"]) for row in spends} == {
        "copied": 7,
        "updated_later": 10,
        "created_again": 30,
        "broken_later": 4,
        "mended_later": 4,
        "ahead_of_its_time": 5,
        "committed_after_the_build": 6,
        "moves_to_another_user": 8,
        "same_instant": 1,
        "greater_text_later": 9,
        "greater_text_first": 9,
        "early_import": 6,
        "other_old_data": 2,
    }
    gifts = steps.rows("select tokens from intermediate.int_money where event_id like 'text_%'")
    assert [int(row["tokens"]) for row in gifts] == [9, 9]
    # the increments were increments: the oldest rows are still those of the first build
    builds = steps.rows("select distinct landed_in from landing.lnd_avalo__wallet_transactions")
    assert len(builds) == len(DELIVERIES)
    # and so were days that had been left out
    for model in ("int_money", *(name.removeprefix("+") for name in DAYS)):
        assert made_anew_in(steps, model) == made_anew_in(at_once, model)


def test_as_of_goes_back(builder: Builder, crafted: tuple[Warehouse, Path], tmp_path: Path) -> None:
    """An earlier instant on a warehouse that knows later files."""
    steps, raw_dir = crafted
    database = tmp_path / "back.duckdb"
    shutil.copyfile(steps.database, database)
    back = builder.build(raw_dir, DELIVERIES[0].as_of, select=ROADS, database=database)
    at_once = builder.build(raw_dir, DELIVERIES[0].as_of, select=ROADS)
    # what was landed later stays landed, and keeps its document among the revised ones; nothing
    # else sees it
    different = differing(at_once, back)
    assert [
        name for name in different if not name.startswith(("landing.", "staging.revised_"))
    ] == []


def test_another_raw_folder_starts_anew(
    builder: Builder, crafted: tuple[Warehouse, Path], tmp_path: Path
) -> None:
    """Files that were landed and are gone: nothing of them stays."""
    steps, _ = crafted
    database = tmp_path / "moved.duckdb"
    shutil.copyfile(steps.database, database)
    land(tmp_path / "raw", DELIVERIES[-1])
    moved = builder.build(tmp_path / "raw", DELIVERIES[-1].as_of, select=ROADS, database=database)
    at_once = builder.build(tmp_path / "raw", DELIVERIES[-1].as_of, select=ROADS)
    assert differing(at_once, moved) == {}


def is_killed(
    builder: Builder,
    *arguments: str,
    raw_dir: Path,
    as_of: str,
    database: Path,
    kill_after: float,
) -> bool:
    """Run a command, SIGKILL it after so many seconds; False where it ended before."""
    try:
        builder.dbt(
            *arguments, raw_dir=raw_dir, as_of=as_of, database=database, kill_after=kill_after
        )
    except subprocess.TimeoutExpired:
        return True
    return False


def test_killed_and_run_again(builder: Builder, tmp_path: Path) -> None:
    """SIGKILL at random moments of an increment; the build that comes through is right."""
    chance = random.Random(5)
    database, raw_dir = tmp_path / "killed.duckdb", tmp_path / "raw"
    land(raw_dir, DELIVERIES[0])
    builder.build(raw_dir, DELIVERIES[0].as_of, select=ROADS, database=database)
    killed = 0
    for delivery in DELIVERIES[1:]:
        land(raw_dir, delivery)
        for _ in range(2):
            killed += is_killed(
                builder,
                *("run", "--select", *ROADS),
                raw_dir=raw_dir,
                as_of=delivery.as_of,
                database=database,
                kill_after=chance.uniform(2, 9),
            )
    assert killed > 0, "every run ended before it was killed: kill earlier"
    rerun = builder.build(raw_dir, DELIVERIES[-1].as_of, select=ROADS, database=database)
    at_once = builder.build(raw_dir, DELIVERIES[-1].as_of, select=ROADS)
    assert differing(at_once, rerun) == {}


def test_killed_while_a_landing_is_made_anew(
    builder: Builder, crafted: tuple[Warehouse, Path], tmp_path: Path
) -> None:
    """SIGKILL at random moments of a full refresh: old tables stay, or new ones are whole."""
    chance = random.Random(7)
    steps, raw_dir = crafted
    database = tmp_path / "refreshed.duckdb"
    shutil.copyfile(steps.database, database)
    killed = 0
    for _ in range(3):
        killed += is_killed(
            builder,
            *("run", "--full-refresh", "--select"),
            *("lnd_avalo__wallet_transactions", "lnd_avalo__users", "lnd_halobuzz__transactions"),
            raw_dir=raw_dir,
            as_of=DELIVERIES[-1].as_of,
            database=database,
            kill_after=chance.uniform(1, 4),
        )
    assert killed > 0, "every run ended before it was killed: kill earlier"
    # a table like that of a landing killed before it was complete
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "create or replace table landing.lnd_avalo__users__unfinished as select 1 as i"
        )
    rerun = builder.build(raw_dir, DELIVERIES[-1].as_of, select=ROADS, database=database)
    assert differing(steps, rerun) == {}
    assert not rerun.rows(
        "select table_name from information_schema.tables where table_name like '%unfinished'"
    )


def test_a_build_with_nothing_new_builds_nothing(
    builder: Builder, crafted: tuple[Warehouse, Path]
) -> None:
    steps, raw_dir = crafted
    finished = builder.dbt(
        "run", "--select", *ROADS, raw_dir=raw_dir, as_of=steps.as_of, database=steps.database
    )
    assert finished.returncode == 0, finished.stdout
    tables = [
        line
        for line in finished.stdout.splitlines()
        if " OK created " in line and " view model " not in line
    ]
    assert len(tables) > 50
    assert [line for line in tables if "UNCHANGED" not in line] == []


def test_a_changed_seed_reaches_what_depends_on_it(
    builder: Builder, crafted: tuple[Warehouse, Path], tmp_path: Path
) -> None:
    """A new rate, with no new files: money moves, as in a build of everything."""
    steps, raw_dir = crafted
    project = copy_project(tmp_path / "project")
    rates = seed_file("token_rates", project)
    before = rates.read_text(encoding="utf-8")
    rates.write_text(before.replace("0.20", "0.40"), encoding="utf-8")
    assert rates.read_text(encoding="utf-8") != before
    total = "select sum(money) as total from intermediate.int_money where platform = 'avalo'"
    old = steps.rows(total)[0]["total"]

    def build(database: Path) -> Warehouse:
        return builder.build(raw_dir, steps.as_of, select=ROADS, database=database, project=project)

    changed = tmp_path / "changed.duckdb"
    shutil.copyfile(steps.database, changed)
    warehouse = build(changed)
    assert warehouse.rows(total)[0]["total"] == 2 * old
    assert differing(build(tmp_path / "anew.duckdb"), warehouse) == {}


def test_a_second_build_stops_with_one_clear_error(
    crafted: tuple[Warehouse, Path], tmp_path: Path
) -> None:
    """The lock is that of the process, not of the file: it goes with it."""
    steps, _ = crafted
    database = tmp_path / "shared.duckdb"
    shutil.copyfile(steps.database, database)
    code = (
        "import sys, pathlib; from warehouse.duckdb_plugin import take_turn; "
        f"take_turn(pathlib.Path({str(database)!r})); print('mine', flush=True); sys.stdin.read()"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT_DIR,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "mine\n"
        second = subprocess.run(
            [sys.executable, "-c", code],
            cwd=PROJECT_DIR,
            text=True,
            capture_output=True,
            input="",
            check=False,
        )
        assert second.returncode != 0
        assert f"Another dbt process (number {first.pid}) works on {database}" in second.stderr
    finally:
        first.kill()
        first.wait()
    third = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT_DIR,
        text=True,
        capture_output=True,
        input="",
        check=False,
    )
    assert third.stdout == "mine\n"
