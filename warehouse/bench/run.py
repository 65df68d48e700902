"""One benchmark: raw files, the yardstick, builds as they happen day by day, questions asked."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.bench import marts
from warehouse.bench.report import add_goals
from warehouse.bench.steps import (
    DBT,
    PROJECT_DIR,
    BenchError,
    Usage,
    arrival_dates,
    check_disk,
    environment,
    expected_raw_bytes,
    folder_bytes,
    link_files,
    machine,
    run_measured,
)
from warehouse.sample_data.plan import Plan

#: Time of day (UTC) of the builds: late enough that nearly all of the last day has happened.
BUILD_TIME = dt.time(23, 40)
PROJECT = "creator_warehouse"
#: Called where a step starts (no usage) and where it ends.
Progress = Callable[[str, Usage | None], None]


@dataclass(frozen=True)
class Job:
    """What to measure: the sample data, an existing raw folder instead of it, a place to work."""

    name: str
    scale: str
    plan: Plan
    folder: Path
    raw: Path | None = None
    keep: bool = False
    memory_limit: str = "12GB"


class Bench:
    """Carries out a job step by step; `result` is what goes into the JSON."""

    def __init__(self, job: Job, progress: Progress) -> None:
        self.job = job
        self.progress = progress
        self.home = (job.folder / job.name).resolve()
        self.work = self.home / "work"
        self.raw = (job.raw or self.home / "raw").resolve()
        self.database = self.work / "db" / "warehouse.duckdb"
        self.steps: dict[str, dict[str, Any]] = {}
        self.parsed: dict[str, dict[str, str]] = {}

    def run(self) -> dict[str, Any]:
        """Measure everything and return the result.

        Raises:
            BenchError: too little disk, no usable raw files, or a step failed.
        """
        there = self.job.raw is not None or self.raw.is_dir()
        self.home.mkdir(parents=True, exist_ok=True)
        size = folder_bytes(self.raw) if there else expected_raw_bytes(self.job.plan)
        shutil.rmtree(self.work, ignore_errors=True)
        check_disk(self.home, size, there)
        self.database.parent.mkdir(parents=True)
        result: dict[str, Any] = {"format": 1, "name": self.job.name, "machine": machine()}
        result["started_at"] = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        result["sample_data"] = None if there else self.make_raw_files()
        result["raw"] = self.look_at_raw_files()
        self.arrange(result["raw"]["dates"][:-1])
        last = dt.date.fromisoformat(result["raw"]["last_date"])
        before = dt.datetime.combine(last - dt.timedelta(days=1), BUILD_TIME)
        day = dt.datetime.combine(last, BUILD_TIME)

        self.dbt("parse", before, "parse")
        result["scan"] = self.scan(result["raw"]["dates"])
        self.dbt("seed", before, "seed")
        self.dbt("full", before, "run")
        self.arrange([result["raw"]["last_date"]])
        self.dbt("day", day, "run")
        self.dbt("noop", day, "run")
        # as the 5-minute job runs (docs/operations.md): no Elementary, a target folder of its own
        five = dt.timedelta(minutes=5)
        self.dbt("alerts_run", day + five, "run", "--selector", "alerts", job="frequent")
        self.dbt("alerts_build", day + 2 * five, "build", "--selector", "alerts", job="frequent")
        if self.has_real_elementary():
            self.dbt("noop_without_elementary", day, "run", job="frequent")
        result["steps"] = self.steps
        result["elementary"] = "real" if self.has_real_elementary() else "stand-in"
        self.ask(result)
        result["load_after"] = machine()["load_before"]
        add_goals(result)
        if not self.job.keep:
            shutil.rmtree(self.work)
        return result

    def make_raw_files(self) -> dict[str, Any]:
        """Make the sample data and return rows per second of its making (rows are added later)."""
        plan = self.job.plan
        command = [sys.executable, "-m", "warehouse.cli", "sample-data", "--out", str(self.raw)]
        command += ["--users", str(plan.users), "--days", str(plan.days), "--seed", str(plan.seed)]
        command += ["--until", plan.until.isoformat(), "--scale", self.job.scale]
        command += ["--activity", str(plan.activity)]
        self.progress("sample data", None)
        usage = run_measured(command, environment({}), self.log("sample_data"), self.raw)
        self.progress("sample data", usage)
        return usage.as_data()

    def look_at_raw_files(self) -> dict[str, Any]:
        """Return what the raw folder holds.

        Raises:
            BenchError: fewer than two arrival dates, or sample data that was not finished.
        """
        dates = arrival_dates(self.raw) if self.raw.is_dir() else []
        if len(dates) < 2:
            raise BenchError(
                f"{self.raw} holds files of {len(dates)} arrival dates: a benchmark needs two "
                "({platform}/{collection}/dt=YYYY-MM-DD/)."
            )
        if self.job.raw is None and not (self.raw / "incidents.csv").is_file():
            raise BenchError(f"{self.raw} was not made to its end: delete it and run again.")
        return {
            "folder_given": self.job.raw is not None,
            "bytes": folder_bytes(self.raw),
            "files": sum(1 for _ in self.raw.glob("*/*/dt=*/*")),
            "dates": dates,
            "first_date": dates[0],
            "last_date": dates[-1],
        }

    def arrange(self, dates: list[str]) -> None:
        """Let the files of these dates arrive in the folder that the builds read."""
        link_files(self.raw, self.work / "raw", set(dates))

    def log(self, step: str) -> Path:
        """Return the file that a step's output goes to."""
        return self.home / "logs" / f"{step}.log"

    def target(self, job: str) -> Path:
        """Return dbt's target folder of a kind of job."""
        return self.work / f"target_{job}"

    def dbt(self, step: str, as_of: dt.datetime, *arguments: str, job: str = "daily") -> None:
        """Run and measure a dbt command.

        Where the environment differs from the last command's in this target folder, dbt would
        parse the project again, which a build that takes as_of from the clock does not: that is
        done before, not counted, and kept as `parse_again` of the step.
        """
        settings = {
            "WAREHOUSE_DB": str(self.database),
            "WAREHOUSE_RAW_DIR": str(self.work / "raw"),
            "WAREHOUSE_AS_OF": as_of.isoformat() + "Z",
            "WAREHOUSE_MEMORY_LIMIT": self.job.memory_limit,
            "DBT_TARGET_PATH": str(self.target(job)),
            "DBT_LOG_PATH": str(self.home / "logs" / step),
        }
        if job == "frequent":
            settings["WAREHOUSE_ELEMENTARY"] = "off"
        own = environment(settings)
        again = None
        if step != "parse" and self.parsed.get(job) != own | {"DBT_LOG_PATH": ""}:
            self.progress(f"{step}: parsing, not counted", None)
            again = run_measured([*DBT, "parse"], own, self.log(f"{step}_parse"), self.work / "db")
        self.parsed[job] = own | {"DBT_LOG_PATH": ""}
        self.progress(step, None)
        usage = run_measured([*DBT, *arguments], own, self.log(step), self.work / "db")
        figures: dict[str, Any] = {
            "command": " ".join(arguments),
            "as_of": settings["WAREHOUSE_AS_OF"],
        } | usage.as_data()
        if again is not None:
            figures["parse_again"] = again.as_data()
        if step != "parse":
            figures |= marts.read_run(self.target(job) / "run_results.json")
        self.steps[step] = figures
        self.progress(step, usage)

    def scan(self, dates: list[str]) -> dict[str, Any]:
        """Measure the yardstick on all dates but the last; of that one, only count the rows."""
        self.progress("scan", None)
        job, found = self.work / "scan_job.json", self.work / "scan_result.json"
        job.write_text(
            json.dumps(
                {
                    "manifest": str(self.target("daily") / "manifest.json"),
                    "raw": str(self.raw),
                    "dates": dates[:-1],
                    "later": dates[-1:],
                    "memory_limit": self.job.memory_limit,
                }
            )
        )
        command = [sys.executable, "-m", "warehouse.bench.scan", str(job), str(found)]
        usage = run_measured(command, environment({}), self.log("scan"), self.work / "db")
        self.progress("scan", usage)
        return usage.as_data() | json.loads(found.read_text())

    def has_real_elementary(self) -> bool:
        """Is the installed package Elementary, and not the project's stand-in for it?"""
        own = environment({}).get("WAREHOUSE_DBT_PACKAGES", "dbt_packages")
        installed = PROJECT_DIR / own / "elementary" / "dbt_project.yml"
        stand_in = PROJECT_DIR / "offline_packages" / "elementary" / "dbt_project.yml"
        return installed.read_bytes() != stand_in.read_bytes()

    def ask(self, result: dict[str, Any]) -> None:
        """Time the BI queries and the SQL of single models on the finished warehouse."""
        self.progress("BI queries", None)
        # all compiled SQL of one target folder: at one as_of, on the tables as they now are
        target = self.target("daily")
        manifest = json.loads((target / "manifest.json").read_text())
        with marts.open_warehouse(
            self.database, self.work / "db" / "scratch", self.job.memory_limit
        ) as connection:
            result["queries"] = marts.time_queries(connection, marts.read_queries())
            result["sql"] = {}
            for probe in marts.PROBES:
                self.progress(f"SQL of {probe.name}", None)
                result["sql"][probe.name] = marts.time_probe(
                    connection, probe, manifest, target / "compiled" / PROJECT
                )
            users = connection.execute(
                "select platform, count(*) from intermediate.dim_users group by platform order by 1"
            ).fetchall()
            tables = connection.execute(
                "select schema_name, table_name, estimated_size from duckdb_tables() "
                "where database_name = ? and schema_name = 'marts' order by 2",
                [self.database.stem],
            ).fetchall()
        result["users"] = {str(platform): int(count) for platform, count in users}
        result["marts"] = {str(name): int(rows) for _, name, rows in tables}
