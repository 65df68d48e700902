"""The benchmarks: what they read, arrange and compute. How long it takes is never asserted."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow.parquet as pq
import pytest
from conftest import SampleBuild
from typer.testing import CliRunner
from warehouse_builder import Builder, change, write_changes, write_lines

from warehouse.bench import marts, scan, steps
from warehouse.bench.plot import draw, read_results
from warehouse.bench.report import add_goals, growth_markdown, number
from warehouse.bench.run import Bench, Job
from warehouse.bench.steps import BenchError, Usage
from warehouse.cli import app
from warehouse.sample_data.plan import make_plan

Result = dict[str, Any]


def usage(wall: float = 1.0, cpu: float = 1.0) -> Result:
    return {
        "wall_s": wall,
        "cpu_s": cpu,
        "peak_memory": 2**30,
        "disk": 10**9,
        "peak_disk": 2 * 10**9,
    }


def measured(name: str = "small", size: int = 1) -> Result:
    """What a benchmark has measured before ratios and goals are added."""
    slowest = [{"model": "int_money", "seconds": 1.5}]
    done = {"models": 5, "unchanged": 1, "slowest": slowest}
    queries = {"p50_ms": 2.0, "p95_ms": 20.0}
    return {
        "format": 1,
        "name": name,
        "machine": {},
        "sample_data": usage(4.0),
        "raw": {
            "bytes": 1000 * size,
            "dates": ["2026-06-28", "2026-06-29", "2026-06-30"],
            "last_date": "2026-06-30",
        },
        "scan": usage(9.9, 9.9)
        | {
            "scan_wall_s": 5.0 * size,
            "scan_cpu_s": 8.0 * size,
            "collections": {
                "avalo/walletTransactions": {"rows": 600 * size, "later_rows": 30},
                "halobuzz/transactions": {"rows": 200 * size, "later_rows": 5},
                "avalo/users": {"rows": 100 * size, "later_rows": 5},
            },
        },
        "steps": {
            "parse": usage(),
            "seed": usage(2.0, 3.0) | done,
            "full": usage(18.0 * size, 29.0 * size) | done,
            "day": usage(3.0, 1.6) | done,
            "noop": usage(59.0, 20.0) | done,
            "alerts_run": usage(20.0) | done,
            "alerts_build": usage(61.0) | done,
        },
        "queries": {"one": queries | {"rows": 3}, "all": queries},
        "sql": {
            name: {"seconds": 0.9, "rows": 300, "models": {name: 0.9}}
            for name in ("risk_scores", "guardrails", "region_profiles", "anomalies", "alerts")
        },
        "users": {"avalo": 10 * size, "halobuzz": 10 * size},
    }


def result(name: str = "small", size: int = 1) -> Result:
    found = measured(name, size)
    add_goals(found)
    return found


# Raw files


def raw_folder(tmp_path: Path) -> Path:
    raw = tmp_path / "given"
    for date in ("2026-03-01", "2026-03-02", "2026-03-03"):
        write_changes(raw, "users", date, [change("u1", {"createdAt": date})])
        write_lines(raw, "users", date, [{"_id": "h1"}])
    (raw / "avalo" / "users" / "not_a_date").mkdir()
    (raw / "incidents.csv").write_text("type\n")
    return raw


def test_arranged_folder_holds_chosen_dates_and_copies_nothing(tmp_path: Path) -> None:
    raw, target = raw_folder(tmp_path), tmp_path / "arranged"
    assert steps.arrival_dates(raw) == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert steps.link_files(raw, target, {"2026-03-01", "2026-03-02"}) == 4
    assert steps.arrival_dates(target) == ["2026-03-01", "2026-03-02"]
    assert steps.link_files(raw, target, {"2026-03-03"}) == 2
    linked = target / "avalo" / "users" / "dt=2026-03-03" / "part-0.parquet"
    assert linked.samefile(raw / "avalo" / "users" / "dt=2026-03-03" / "part-0.parquet")


def test_symbolic_links_where_hard_links_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("another disk")

    monkeypatch.setattr(steps.os, "link", refuse)
    raw, target = raw_folder(tmp_path), tmp_path / "arranged"
    steps.link_files(raw, target, {"2026-03-03"})
    found = duckdb.sql(
        f"select count(*) from read_parquet('{target}/avalo/*/dt=*/*.parquet')"
    ).fetchone()
    assert found == (1,)


def test_too_small_a_disk_stops_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Space(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Space(600))
    steps.check_disk(tmp_path, 100, made=True)
    with pytest.raises(BenchError, match="free"):
        steps.check_disk(tmp_path, 101, made=True)
    with pytest.raises(BenchError, match="free"):
        steps.check_disk(tmp_path, 100, made=False)


# Scan and parse


def test_scan_counts_rows_and_values(tmp_path: Path) -> None:
    rows = [
        change("u1", {"a": 1, "b": {"c": "x"}}),
        change("u2", {"a": None, "other": 2}),
        change("u3", '{"a": broken'),
        change("u4", None, operation="DELETE"),
    ]
    write_changes(tmp_path, "things", "2026-03-01", rows)
    write_changes(tmp_path, "things", "2026-03-02", rows[:1])
    lines = [{"_id": "1", "a": 'it\'s "quoted"'}, "not json", {"_id": "2"}]
    write_lines(tmp_path, "things", "2026-03-01", lines)
    write_lines(tmp_path, "things", "2026-03-01", lines[:1], file="plain.ndjson")
    first = ["2026-03-01"]
    with duckdb.connect() as connection:
        changes = scan.Contract("avalo", "things", "changelog", ("$.a", "$.b.c"))
        files = scan.collection_files(tmp_path, changes, first)
        found = scan.scan(connection, changes, files)
        assert (found["rows"], found["values"]) == (4, 2)
        assert scan.count_rows(connection, changes, scan.collection_files(tmp_path, changes)) == 5
        mongo = scan.Contract("halobuzz", "things", "mongo", ("$.a", "$._id"))
        files = scan.collection_files(tmp_path, mongo, first)
        found = scan.scan(connection, mongo, files)
        assert (found["rows"], found["values"]) == (4, 5)
        assert scan.scan(connection, mongo, [])["rows"] == 0


def test_scan_reads_all_files_of_the_contracts(
    sample_build: Callable[[str], SampleBuild], builder: Builder, tmp_path: Path
) -> None:
    raw = sample_build("autumn").warehouse.raw_dir
    manifest = builder.folder / "target" / "manifest.json"
    dates = steps.arrival_dates(raw)
    job, found = tmp_path / "job.json", tmp_path / "found.json"
    job.write_text(
        json.dumps(
            {
                "manifest": str(manifest),
                "raw": str(raw),
                "dates": dates[:-1],
                "later": dates[-1:],
                "memory_limit": "2GB",
            }
        )
    )
    subprocess.run([sys.executable, "-m", "warehouse.bench.scan", str(job), str(found)], check=True)
    collections = json.loads(found.read_text())["collections"]
    expected = {
        "/".join(folder.relative_to(raw).parts): {"rows": 0, "later_rows": 0}
        for folder in raw.glob("*/*")
    }
    for file in raw.glob("*/*/dt=*/*"):
        count = expected["/".join(file.relative_to(raw).parts[:2])]
        which = "later_rows" if file.parent.name == f"dt={dates[-1]}" else "rows"
        if file.suffix == ".parquet":
            count[which] += pq.read_metadata(file).num_rows
        else:
            content = file.read_bytes()
            content = gzip.decompress(content) if file.suffix == ".gz" else content
            # blank lines are no rows
            count[which] += sum(1 for line in content.split(b"\n") if line.strip())
    actual = {name: {k: c[k] for k in ("rows", "later_rows")} for name, c in collections.items()}
    assert actual == {name: expected.get(name, {"rows": 0, "later_rows": 0}) for name in actual}
    assert set(expected) <= set(actual)
    assert all(c["values"] > c["rows"] for c in collections.values() if c["rows"])


# Measured processes


def test_measured_process(tmp_path: Path) -> None:
    code = (
        "import pathlib, time; block = bytearray(300_000_000);"
        "file = pathlib.Path('{0}/spill'); file.write_bytes(bytes(8_000_000)); time.sleep(1.3);"
        "file.unlink()"
    )
    found = steps.run_measured(
        [sys.executable, "-c", code.format(tmp_path)],
        steps.environment({}),
        tmp_path / "logs" / "one.log",
        tmp_path,
    )
    assert found.peak_memory > 300_000_000
    assert found.peak_disk >= 8_000_000 > found.disk
    assert found.cpu_s > 0
    assert found.wall_s >= 1.3


def test_failed_process_says_what_it_printed(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"code 3(.|\n)*no space for one\.log"):
        steps.run_measured(
            [sys.executable, "-c", "print('no space for one.log'); raise SystemExit(3)"],
            steps.environment({}),
            tmp_path / "one.log",
            tmp_path,
        )


def test_environment_keeps_only_what_a_benchmark_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_AS_OF", "2020-01-01")
    monkeypatch.setenv("DBT_TARGET_PATH", "elsewhere")
    monkeypatch.setenv("WAREHOUSE_THREADS", "3")
    found = steps.environment({"WAREHOUSE_DB": "here"})
    assert "WAREHOUSE_AS_OF" not in found
    assert "DBT_TARGET_PATH" not in found
    assert (found["WAREHOUSE_THREADS"], found["WAREHOUSE_DB"]) == ("3", "here")


class DryBench(Bench):
    """A benchmark whose steps note what they would see."""

    def __init__(self, job: Job) -> None:
        super().__init__(job, lambda _step, _usage: None)
        self.seen: list[tuple[str, str, str, int, str]] = []

    def dbt(self, step: str, as_of: dt.datetime, *arguments: str, job: str = "daily") -> None:
        dates = len(steps.arrival_dates(self.work / "raw"))
        self.seen.append((step, " ".join(arguments), as_of.isoformat(), dates, job))
        self.steps[step] = measured()["steps"][step]

    def scan(self, dates: list[str]) -> Result:
        self.seen.append(("scan", "", "", len(dates) - 1, ""))
        return measured()["scan"]

    def has_real_elementary(self) -> bool:
        return False

    def ask(self, result: Result) -> None:
        result |= {key: measured()[key] for key in ("queries", "sql", "users")}


def test_steps_of_a_benchmark(tmp_path: Path) -> None:
    raw = raw_folder(tmp_path)
    plan = make_plan("tiny", until=dt.date(2026, 6, 30))
    bench = DryBench(Job("given", "tiny", plan, tmp_path / "bench", raw=raw))
    found = bench.run()
    assert bench.seen == [
        ("parse", "parse", "2026-03-02T23:40:00", 2, "daily"),
        ("scan", "", "", 2, ""),
        ("seed", "seed", "2026-03-02T23:40:00", 2, "daily"),
        ("full", "run", "2026-03-02T23:40:00", 2, "daily"),
        ("day", "run", "2026-03-03T23:40:00", 3, "daily"),
        ("noop", "run", "2026-03-03T23:40:00", 3, "daily"),
        ("alerts_run", "run --selector alerts", "2026-03-03T23:45:00", 3, "frequent"),
        ("alerts_build", "build --selector alerts", "2026-03-03T23:50:00", 3, "frequent"),
    ]
    assert found["sample_data"] is None
    assert (found["raw"]["first_date"], found["raw"]["days"]) == ("2026-03-01", 3)
    assert not bench.work.exists()
    assert len(steps.arrival_dates(raw)) == 3, "the raw files stay"


def test_one_arrival_date_is_not_enough(tmp_path: Path) -> None:
    write_lines(tmp_path / "raw", "users", "2026-03-01", [{"_id": "h1"}])
    plan = make_plan("tiny", until=dt.date(2026, 6, 30))
    bench = DryBench(Job("one", "tiny", plan, tmp_path / "bench", raw=tmp_path / "raw"))
    with pytest.raises(BenchError, match="1 arrival dates: a benchmark needs two"):
        bench.run()


# Marts


def test_all_queries_run_on_the_marts(sample_build: Callable[[str], SampleBuild]) -> None:
    queries = marts.read_queries()
    assert len(queries) == 20
    with marts.open_warehouse(sample_build("autumn").warehouse.database) as connection:
        found = marts.time_queries(connection, queries, runs=1)
    assert set(found) == {*queries, "all"}
    empty = [name for name, query in found.items() if query.get("rows") == 0]
    assert not empty, f"queries that ask for nothing: {', '.join(empty)}"


def test_a_query_that_fails_is_named(sample_build: Callable[[str], SampleBuild]) -> None:
    with (
        marts.open_warehouse(sample_build("autumn").warehouse.database) as connection,
        pytest.raises(BenchError, match="query wrong of"),
    ):
        marts.time_queries(connection, {"wrong": "select nothing from marts.nowhere"})


def test_probed_models_exist(sample_build: Callable[[str], SampleBuild], builder: Builder) -> None:
    sample_build("autumn")
    manifest = json.loads((builder.folder / "target" / "manifest.json").read_text())
    for probe in marts.PROBES:
        names = [node["name"] for node in marts.in_order(probe, manifest)]
        assert set(names) == set(probe.models)
        assert names[-1] == probe.models[-1], "the last model is the mart"


def test_probe_computes_its_models_and_reads_the_rest(tmp_path: Path) -> None:
    database = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.source as select * from range(7) t(n)")
        connection.execute("create table marts.middle as select 1 as n")
        connection.execute("create table marts.mart as select 1 as n")
    nodes = {}
    for name, parent, sql in (
        ("mart", "middle", 'select n + 1 as n from "warehouse"."marts"."middle"'),
        ("middle", "source", 'select n from "warehouse"."marts"."source" where n > 2'),
    ):
        (tmp_path / f"{name}.sql").write_text(sql)
        nodes[f"model.{name}"] = {
            "unique_id": f"model.{name}",
            "name": name,
            "resource_type": "model",
            "depends_on": {"nodes": [f"model.{parent}"]},
            "original_file_path": f"{name}.sql",
            "relation_name": f'"warehouse"."marts"."{name}"',
        }
    probe = marts.Probe("mart", ("mart", "middle"))
    with marts.open_warehouse(database) as connection:
        found = marts.time_probe(connection, probe, {"nodes": nodes}, tmp_path)
        kept = connection.execute("select count(*) from marts.middle").fetchone()
    assert found["rows"] == 4, "not of the table that stood there"
    assert list(found["models"]) == ["middle", "mart"]
    assert kept == (1,)


def test_quantiles() -> None:
    times = [float(n) for n in range(100, 0, -1)]
    assert (marts.quantile(times, 0.5), marts.quantile(times, 0.95)) == (50.0, 95.0)
    assert marts.quantile([7.0], 0.95) == 7.0
    assert marts.quantile([1.0, 2.0, 3.0, 4.0, 5.0], 0.95) == 5.0


def test_run_results(tmp_path: Path) -> None:
    file = tmp_path / "run_results.json"
    rows = [
        ("operation.p.on-run-start", 9.0, None),
        ("model.p.fast", 0.5, "OK"),
        ("model.p.slow", 2.5, "OK"),
        ("model.p.same", 0.1, "UNCHANGED"),
    ]
    content: list[Result] = [
        {
            "unique_id": u,
            "execution_time": t,
            "message": m,
            "relation_name": '"w"."marts"."m"' if u.startswith("model") else None,
        }
        for u, t, m in rows
    ]
    file.write_text(json.dumps({"results": content}))
    found = marts.read_run(file, count=2)
    assert (found["models"], found["unchanged"]) == (3, 1)
    assert [m["model"] for m in found["slowest"]] == ["slow", "fast"]
    assert found["schemas"] == {"marts": 3.1}


# Ratios, goals, pictures


def test_ratios() -> None:
    found = result()
    assert found["ratios"] == {
        "full_to_scan_wall": 4.0,
        "full_to_scan_cpu": 4.0,
        "day_to_full_wall": 0.15,
        "day_to_full_cpu": 0.05,
        "day_to_full_rows": 0.0444,
    }
    assert (found["raw"]["rows"], found["raw"]["rows_of_last_date"]) == (940, 40)
    assert found["raw"]["wallet_rows"] == 835
    assert found["raw"]["days"] == 3
    assert found["sample_data"]["rows_per_s"] == 235


def test_goals_say_what_is_met() -> None:
    met = {(goal["goal"], goal["remark"]): goal["met"] for goal in result()["goals"]}
    assert not met["full build / scan + parse", "CPU"]
    assert not met["a day / full build", "wall clock"]
    assert met["a day / full build", "CPU"]
    assert met["dbt run, nothing new", "same as_of"]
    assert [m for (goal, _), m in met.items() if goal == "alerts job"] == [False]
    shares = [g for g in result()["goals"] if g["goal"].startswith("100 risk scores")]
    assert [g["figure"] for g in shares] == [0.3]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (0.0004, "< 0.001"), (0.01234, "0.0123"), (3.14159, "3.14"), (12345.6, "12,346")],
)
def test_numbers_as_shown(value: float, shown: str) -> None:
    assert number(value) == shown


def test_growth_picture_and_table(tmp_path: Path) -> None:
    files = []
    for name, size in (("medium", 20), ("small", 1)):
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(result(name, size)))
    out = tmp_path / "images" / "growth.png"
    done = CliRunner().invoke(app, ["bench", "plot", *map(str, files), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith(b"\x89PNG")
    lines = growth_markdown(read_results(files)).splitlines()
    assert all(line in done.output for line in lines)
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| small", "| medium"]
    assert len({line.count("|") for line in lines}) == 1


def test_picture_needs_two_results_of_a_benchmark(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="at least two"):
        draw([result()], tmp_path / "one.png")
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(BenchError, match="is no result"):
        read_results([tmp_path / "other.json"])
    with pytest.raises(BenchError, match="can't be read"):
        read_results([tmp_path / "missing.json"])


def test_command_says_what_is_wrong(tmp_path: Path) -> None:
    write_lines(tmp_path / "raw", "users", "2026-03-01", [{"_id": "h1"}])
    arguments = ["bench", "run", "--raw", str(tmp_path / "raw"), "--folder", str(tmp_path / "b")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "needs two" in done.output
    assert CliRunner().invoke(app, ["bench", "run", "--scale", "huge"]).exit_code == 1


def test_usage_as_data() -> None:
    assert Usage(1.23456, 2.0, 3, 4, 5).as_data() == {
        "wall_s": 1.235,
        "cpu_s": 2.0,
        "peak_memory": 3,
        "disk": 4,
        "peak_disk": 5,
    }
