"""The monitors, with the stand-in of elementary and with the real package where it is there.

Each monitor is broken once. The monitored tables of a warehouse are filled with steady days, on
which every monitor must pass, then with days that went wrong, on which every monitor must warn. An
incident in the events of the sample data is found, too. The same tests run with either package.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import SampleBuild
from dbt_server import DbtServer
from warehouse_builder import DBT, PROJECT_DIR

from warehouse import elementary_report

SAMPLE = "autumn"
AS_OF_DATE = date(2026, 4, 20)  # of the sample case: the days before are judged
DAYS = 70  # the weekly monitors look 9 weeks back
SOMEBODY = "id-of-somebody"
INCIDENT = "stg_avalo__app_sessions"

Node = dict[str, Any]


@dataclass(frozen=True)
class Monitor:
    """A test with the tag monitor: what it is called, what it does, and on which relation."""

    unique_id: str
    kind: str
    arguments: Node
    schema: str
    table: str

    @property
    def relation(self) -> str:
        return f"{self.schema}.{self.table}"

    @property
    def time_column(self) -> str | None:
        """The column that puts a row into a day; None: the runs of the monitor are compared."""
        of_arrival = self.arguments.get("update_timestamp_column")
        return of_arrival or self.arguments.get("timestamp_column")


@dataclass
class Project:
    """dbt on one warehouse, with the packages of one folder."""

    folder: Path
    packages: Path
    raw_dir: Path
    as_of: str
    statuses: dict[str, dict[str, str]] = field(default_factory=dict)
    server: DbtServer | None = None

    @property
    def database(self) -> Path:
        # the name is part of the views in it
        return self.folder / "warehouse.duckdb"

    @property
    def environment(self) -> dict[str, str]:
        own = {k: v for k, v in os.environ.items() if not k.startswith(("WAREHOUSE_", "DBT_"))}
        return own | {
            "WAREHOUSE_DB": str(self.database),
            "WAREHOUSE_RAW_DIR": str(self.raw_dir),
            "WAREHOUSE_AS_OF": self.as_of,
            "WAREHOUSE_DBT_PACKAGES": str(self.packages),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
        }

    def dbt(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a dbt command; with environment of its own, it reads the project anew."""
        command = ["--no-use-colors", *arguments]
        if not environment:
            if self.server is None:
                log = self.folder / "logs" / "server.log"
                self.server = DbtServer(PROJECT_DIR, ["parse"], self.environment, log)
            output = self.folder / "output.txt"
            code = self.server.run(command, self.environment, output, kill_after=None)
            return subprocess.CompletedProcess(command, code, output.read_text(encoding="utf-8"))
        return subprocess.run(
            [sys.executable, "-c", DBT, *command],
            cwd=PROJECT_DIR,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def close(self) -> None:
        """End what was started."""
        if self.server is not None:
            self.server.close()

    def test(self, step: str, selected: Iterable[str], **environment: str) -> None:
        """Run the tests selected; keep the status of each as that of a step."""
        finished = self.dbt("test", "--select", *selected, **environment)
        results = json.loads((self.folder / "target" / "run_results.json").read_text())["results"]
        self.statuses[step] = {
            node["unique_id"]: node["status"]
            for node in results
            if node["unique_id"].startswith("test.")
        }
        wrong = {"error", "runtime error", "skipped"} & set(self.statuses[step].values())
        assert results and not wrong, finished.stdout[-6000:]

    def change(self, *statements: str) -> None:
        with duckdb.connect(str(self.database)) as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def monitors(self) -> list[Monitor]:
        manifest = json.loads((self.folder / "target" / "manifest.json").read_text())
        nodes = manifest["nodes"]
        return [
            Monitor(
                unique_id,
                node["test_metadata"]["name"],
                node["test_metadata"]["kwargs"],
                nodes[node["attached_node"]]["schema"],
                nodes[node["attached_node"]]["alias"],
            )
            for unique_id, node in nodes.items()
            if node["resource_type"] == "test" and "monitor" in node["config"]["tags"]
        ]


def real_packages() -> Path | None:
    """Return a folder with the real packages: a mirror, or what set-up took from the hub."""
    for folder in (os.environ.get("DBT_PACKAGES_DIR"), PROJECT_DIR / "dbt_packages"):
        if folder and elementary_report.is_real_package(Path(folder) / "elementary"):
            return Path(folder)
    return None


def link_packages(source: Path, folder: Path) -> Path:
    """Make a folder that holds just the two packages; a mirror may hold more."""
    folder.mkdir()
    for name in ("dbt_utils", "elementary"):
        (folder / name).symlink_to((source / name).resolve(), target_is_directory=True)
    return folder


@pytest.fixture(scope="module", params=["stand-in", "real"])
def project(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sample_build: Callable[[str], SampleBuild],
) -> Iterator[Project]:
    """The warehouse of the sample data after all steps, with the statuses of each step."""
    source = real_packages() if request.param == "real" else PROJECT_DIR / "offline_packages"
    if source is None:
        pytest.skip(
            "the real dbt package elementary is not here: set DBT_PACKAGES_DIR to a folder with "
            "elementary and dbt_utils, or let make packages reach the dbt hub"
        )
    built = sample_build(SAMPLE).warehouse
    folder = tmp_path_factory.mktemp(f"elementary_{request.param}")
    shutil.copyfile(built.database, folder / "warehouse.duckdb")
    packages = link_packages(source, folder / "packages")
    done = Project(folder, packages, built.raw_dir, built.as_of)
    made = done.dbt("run", "--select", "package:elementary")
    assert made.returncode == 0, made.stdout[-6000:]
    run_all_steps(done)
    yield done
    done.close()


def run_all_steps(project: Project) -> None:
    monitors = project.monitors()
    of_incident = [
        monitor.unique_id.split(".")[2]
        for monitor in monitors
        if monitor.table == INCIDENT and monitor.kind != "column_anomalies"
    ]
    project.test("sample", of_incident)
    project.change(*day_lost(f"staging.{INCIDENT}", "started_at"))
    project.test("incident", of_incident)

    project.change(*filled(project, monitors, is_broken=False))
    project.test("steady", ["tag:monitor"])
    project.change(*earlier_runs(project))
    project.change(*filled(project, monitors, is_broken=True))
    grain = "user_risk_scores__grain"
    project.test("broken", ["tag:monitor", grain], WAREHOUSE_ELEMENTARY="full")


def day_lost(relation: str, time_column: str) -> list[str]:
    """Turn a view into a table without the events of yesterday."""
    lost = AS_OF_DATE - timedelta(days=1)
    return [
        f"create table kept as select * from {relation} "
        f"where cast({time_column} as date) <> date '{lost}'",
        f"drop view {relation}",
        f"create table {relation} as select * from kept",
        "drop table kept",
    ]


def filled(project: Project, monitors: list[Monitor], *, is_broken: bool) -> list[str]:
    """Return statements that put made-up days into every monitored relation.

    Steady days have 10 or 11 rows, a few hours apart, of two kinds, with values near 100. Broken:
    nothing of yesterday, the values of the day before 50 times as great (or lost), one event that
    arrives days late, a new column. Where runs are compared: a tenth of the rows, none of the last
    3 days.
    """
    statements = []
    columns, views = columns_of(project), views_of(project)
    for relation in sorted({monitor.relation for monitor in monitors}):
        on_it = [monitor for monitor in monitors if monitor.relation == relation]
        expressions = [
            f"cast({value_of(name, kind, on_it, is_broken)} as {kind}) as {name}"
            for name, kind in columns[relation].items()
            if name != "surprise"
        ]
        expressions += ["1 as surprise"] if is_broken else []
        statements += [
            f"""
            create or replace table made_up as
            with days as (
                select
                    d,
                    date '{AS_OF_DATE}' - cast(d as integer) as day,
                    i,
                    cast(date '{AS_OF_DATE}' - cast(d as integer) as timestamp)
                    + to_minutes(cast(
                        case when i = 0 then {first_minute(on_it)} else i * (120 - 10 * (d % 3)) end
                        as integer
                    )) as moment
                from range(1, {DAYS}) as days (d) cross join range(11) as numbers (i)
                where i < 10 + d % 2 and {rows_left(on_it) if is_broken else "true"}
                union all
                select 2, date '{AS_OF_DATE}' - 2, 0, timestamp '{AS_OF_DATE}' - interval 6 day
                where {str(is_broken).lower()}
            )
            select {", ".join(expressions)} from days
            """,
            f"drop {'view' if relation in views else 'table'} {relation}",
            f"create table {relation} as select * from made_up",
        ]
    return [*statements, "drop table made_up"]


def first_minute(on_it: list[Monitor]) -> str:
    """Minute of a day's first event; where arrivals are timed, it comes an hour or two late."""
    is_timed = any("update_timestamp_column" in monitor.arguments for monitor in on_it)
    return "-60 * (1 + d % 2)" if is_timed else "0"


def rows_left(on_it: list[Monitor]) -> str:
    """The rows of a broken relation."""
    by_run = all(m.time_column is None for m in on_it)
    return "i = 3 and d > 3" if by_run else "d > 1"


def columns_of(project: Project) -> dict[str, dict[str, str]]:
    """The types of the columns of all relations, by `schema.table` and name."""
    found: dict[str, dict[str, str]] = {}
    for relation, column, kind in project.rows(
        "select table_schema || '.' || table_name, column_name, data_type "
        "from information_schema.columns order by ordinal_position"
    ):
        found.setdefault(relation, {})[column] = kind
    return found


def views_of(project: Project) -> set[str]:
    found = project.rows(
        "select schema_name || '.' || view_name from duckdb_views() where not internal"
    )
    return {row[0] for row in found}


def value_of(name: str, kind: str, on_it: list[Monitor], is_broken: bool) -> str:
    """The SQL of a made-up value; `d` counts the days back, `i` the rows of a day."""
    by_run = all(monitor.time_column is None for monitor in on_it)
    measured = [monitor for monitor in on_it if monitor.arguments.get("column_name") == name]
    if any(name in monitor.arguments.get("dimensions", []) for monitor in on_it):
        return "case when i % 2 = 0 then 'a' else 'b' end"
    for monitor in measured:
        if monitor.arguments["column_anomalies"] == ["null_percent"]:
            is_lost = "d = 2 or (i = 1 and d % 2 = 1)" if is_broken else "i = 1 and d % 2 = 1"
            return f"case when not ({is_lost}) then moment end"
    if name in {monitor.time_column for monitor in on_it} and kind == "DATE":
        return "day"
    if kind == "BOOLEAN":
        return "true"
    if kind in ("DATE", "TIMESTAMP"):
        return "moment"
    if kind == "VARCHAR":
        return f"'{SOMEBODY}'"
    if kind.startswith("DECIMAL") or kind in ("BIGINT", "INTEGER", "DOUBLE", "HUGEINT"):
        is_high = str(is_broken and (by_run or "d = 2")).lower() if measured else "false"
        return f"(100 + (i + d) % 3) * case when {is_high} then 50 else 1 end"
    return "null"


def earlier_runs(project: Project) -> list[str]:
    """Where runs are compared: as if the same had been measured on 10 days before, nearly."""
    wobble = "metric_value * (1 + 0.01 * (k % 3))"
    # by the package that judges: the sample data may have been built with the other one
    if not elementary_report.is_real_package(project.packages / "elementary"):
        return [
            f"""
            insert into elementary.stand_in_metrics
            select metrics.* replace (
                measured_at - to_days(cast(k as integer)) as measured_at, {wobble} as metric_value
            )
            from elementary.stand_in_metrics as metrics cross join range(3, 13) as days (k)
            """
        ]
    return [
        f"""
        insert into elementary.data_monitoring_metrics
        select metrics.* replace (
            md5(id || k) as id,
            bucket_end - to_days(cast(k as integer)) as bucket_end,
            {wobble} as metric_value
        )
        from elementary.data_monitoring_metrics as metrics cross join range(3, 13) as days (k)
        where bucket_start is null
        """
    ]


def wrong_in(project: Project, step: str, wanted: str) -> list[str]:
    return sorted(
        unique_id.removeprefix("test.creator_warehouse.")
        for unique_id, status in project.statuses[step].items()
        if status != wanted and "grain" not in unique_id
    )


def test_monitors_watch_what_they_should(project: Project) -> None:
    found: dict[str, set[str]] = {}
    for monitor in project.monitors():
        found.setdefault(monitor.relation, set()).add(monitor.kind.removesuffix("_anomalies"))
    daily = {"volume", "freshness", "column", "schema_changes"}
    state = {"volume", "column", "dimension", "schema_changes"}
    assert found["marts.platform_kpi_daily"] >= daily
    assert found["marts.revenue_daily"] >= daily | {"dimension"}
    assert found["marts.safety_kpi_daily"] >= daily
    assert found["marts.churn_daily"] >= daily
    assert found["marts.user_risk_scores"] >= state
    assert found["marts.audience_segments"] >= state | {"event_freshness"}
    for platform in ("avalo", "halobuzz"):
        for model in (PROJECT_DIR / "models" / "landing" / platform).glob("*.sql"):
            assert found[f"landing.{model.stem}"] >= {"volume", "schema_changes"}, model
        for model in (PROJECT_DIR / "models" / "staging" / platform).glob("stg_*.sql"):
            if not model.stem.endswith("__users"):
                assert "volume" in found[f"staging.{model.stem}"], model


def test_no_monitor_warns_of_steady_days(project: Project) -> None:
    assert len(project.statuses["steady"]) > 150
    assert wrong_in(project, "steady", "pass") == []


def test_every_monitor_warns_when_its_table_is_broken(project: Project) -> None:
    assert len(project.statuses["broken"]) == len(project.statuses["steady"]) + 1
    assert wrong_in(project, "broken", "warn") == []


def test_a_lost_day_of_the_sample_data_is_found(project: Project) -> None:
    kinds = {monitor.unique_id: monitor.kind for monitor in project.monitors()}
    before, after = (
        {kinds[unique_id]: status for unique_id, status in project.statuses[step].items()}
        for step in ("sample", "incident")
    )
    assert before["volume_anomalies"] == "pass"
    assert after["volume_anomalies"] == "warn"
    assert after["freshness_anomalies"] == "warn"


def test_off_is_known_to_every_monitor() -> None:
    """WAREHOUSE_ELEMENTARY=off disables each monitor: with the package off it would always pass."""
    switch = "enabled: \"{{ (env_var('WAREHOUSE_ELEMENTARY', 'results') != 'off') | as_bool }}\""
    texts = [file.read_text() for file in (PROJECT_DIR / "models").rglob("*.yml")]
    assert sum(text.count("tags: [monitor") for text in texts) > 20
    assert [text.count("tags: [monitor") for text in texts] == [
        text.count(switch) for text in texts
    ]


def test_rows_that_failed_are_not_kept(project: Project) -> None:
    """A broken table of user ids fails a test of its grain; no id goes into elementary's tables."""
    grain = [i for i in project.statuses["broken"] if "user_risk_scores__grain" in i]
    assert [project.statuses["broken"][i] for i in grain] == ["fail"]
    tables = project.rows(
        "select table_name, list(column_name) from information_schema.columns "
        "where table_schema = 'elementary' group by table_name order by table_name"
    )
    assert tables
    holding = [
        table
        for table, columns in tables
        if project.rows(
            f"select 1 from elementary.{table} where concat_ws('|', "
            + ", ".join(f'cast("{column}" as varchar)' for column in columns)
            + f") like '%{SOMEBODY}%' limit 1"
        )
    ]
    assert holding == []


def only_real(project: Project) -> None:
    if not elementary_report.is_real_package(project.packages / "elementary"):
        pytest.skip("the stand-in stores no results and makes no report")


def test_the_incident_stands_in_elementarys_results(project: Project) -> None:
    only_real(project)
    alerts = project.rows(
        "select alert_description, owners, tags, severity "
        "from elementary.alerts_anomaly_detection "
        f"where table_name = '{INCIDENT}' and column_name is null and sub_type = 'row_count'"
    )
    assert alerts
    for description, _, tags, severity in alerts:
        assert re.search(r"row_count value is 0\.0", description)
        assert "route_feeds" in tags
        assert severity.lower() == "warn"


def test_the_report_shows_the_broken_tables(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)
    report = tmp_path / "report.html"
    status = elementary_report.main(["--out", str(report)])
    if elementary_report.is_real_package(project.packages / "elementary"):
        assert status == 0
        data = re.match(r"<script>[^']*atob\('([^']+)'", report.read_text(encoding="utf-8"))
        assert data
        assert b"elementary_volume_anomalies_revenue_daily" in base64.b64decode(data.group(1))
    else:
        assert status == 1
        assert not report.exists()


def test_without_the_real_package_the_report_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAREHOUSE_DBT_PACKAGES", str(PROJECT_DIR / "offline_packages"))
    assert elementary_report.main(["--out", str(tmp_path / "report.html")]) == 1
    said = capsys.readouterr().err
    assert "stand-in" in said
    assert "DBT_PACKAGES_DIR" in said
    monkeypatch.setenv("WAREHOUSE_DBT_PACKAGES", str(tmp_path))
    assert elementary_report.main(["--out", str(tmp_path / "report.html")]) == 1
    assert "there is no dbt package" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("as_of", "is_stale"), [("2026-04-20T18:45:00Z", False), ("2026-04-24T18:45:00Z", True)]
)
def test_source_freshness_turns_red_when_a_feed_stops(
    project: Project, as_of: str, is_stale: bool
) -> None:
    """The age is that at as_of, whatever the clock says."""
    finished = replace(project, as_of=as_of).dbt("source", "freshness")
    results = json.loads((project.folder / "target" / "sources.json").read_text())["results"]
    statuses = {node["unique_id"].partition("raw_")[2]: node["status"] for node in results}
    assert statuses["avalo.walletTransactions"] == ("error" if is_stale else "pass")
    assert statuses["halobuzz.transactions"] == ("error" if is_stale else "pass")
    assert (finished.returncode != 0) == is_stale, finished.stdout[-3000:]
