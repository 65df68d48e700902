"""The command line of the warehouse: what dbt itself can't do.

Run it as `.venv/bin/python -m warehouse.cli` (or `warehouse`, where the package is installed).
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.columns import Columns
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from warehouse.alerts.cli import app as alerts_app
from warehouse.bench.cli import app as bench_app

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.add_typer(alerts_app, name="alerts")
app.add_typer(bench_app, name="bench")
console = Console()
errors = Console(stderr=True)


def fail(message: str) -> typer.Exit:
    """Print an error for a person and return the exit (code 1) to raise."""
    errors.print("[red]Error:[/red]", end=" ")
    errors.print(message, highlight=False, markup=False, soft_wrap=True)
    return typer.Exit(1)


@app.callback()
def root() -> None:
    """Sample data, summary, alerts, detection and benchmarks of the creator warehouse."""


@app.command("sample-data")
def sample_data(
    scale: Annotated[str, typer.Option(help="tiny, small, medium or large.")] = "tiny",
    users: Annotated[
        int | None, typer.Option(help="Users per platform, instead of the scale's.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, scale and --until: same bytes.")] = 1,
    days: Annotated[int | None, typer.Option(help="Days of history.")] = None,
    activity: Annotated[
        float, typer.Option(help="Share of what a user usually does (up to 1): fewer rows.")
    ] = 1.0,
    until: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last UTC date with data (default: today)."),
    ] = None,
    out: Annotated[
        str | None, typer.Option(help="Folder (default: WAREHOUSE_RAW_DIR, else data/raw).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write raw data of both platforms, with labelled incidents in incidents.csv."""
    from warehouse.sample_data.generate import generate
    from warehouse.sample_data.plan import SampleDataError, make_plan

    place = out or os.environ.get("WAREHOUSE_RAW_DIR") or "data/raw"
    folder = Path(place)
    try:
        if "://" in place:
            raise SampleDataError(f"{place} is an object store: write to a folder, then copy.")
        plan = make_plan(scale, users, seed, days, until.date() if until else None, activity)
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("statements, {task.fields[rows]:,} rows"),
            TimeElapsedColumn(),
            console=errors,
        )
        with bar:
            task = bar.add_task("sample data", total=None, rows=0)
            count = 0

            def progress(name: str, rows: int, total: int) -> None:
                nonlocal count
                count += rows
                bar.update(task, total=total, advance=1, rows=count, description=name)

            result = generate(plan, folder, progress, force=force)
    except SampleDataError as error:
        raise fail(str(error)) from error
    rows = sum(result.rows.values())
    console.print(
        f"Wrote {rows:,} rows in {result.files:,} files to {folder}: {plan.users:,} users per "
        f"platform, {plan.start} to {plan.until}, seed {plan.seed}; {len(plan.incidents)} "
        f"labelled incidents in {folder / 'incidents.csv'}.",
        highlight=False,
        soft_wrap=True,
    )


def shown(value: object) -> str:
    """Return a table cell: thousands apart, money with 2 decimals, a dash for nothing."""
    if value is None:
        return "-"
    if isinstance(value, Decimal | float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


@app.command()
def summary(
    db: Annotated[
        Path | None,
        typer.Option(help="DuckDB file (default: WAREHOUSE_DB, else data/warehouse.duckdb)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Print what stands in the warehouse: last day's KPIs, rows of each mart, quarantine."""
    from warehouse.database import WarehouseError
    from warehouse.summary import KPIS, read_summary

    path = db or Path(os.environ.get("WAREHOUSE_DB") or "data/warehouse.duckdb")
    try:
        found = read_summary(path)
    except WarehouseError as error:
        raise fail(str(error)) from error
    if as_json:
        typer.echo(json.dumps(asdict(found), default=str, indent=2))
        return
    if found.kpis:
        table = Table(title="Last complete day")
        table.add_column("")
        for row in found.kpis:
            table.add_column(shown(row["platform"]), justify="right")
        for name, heading in KPIS.items():
            if name in found.kpis[0]:
                unit = [
                    row.get("currency") if name == "total_revenue" else "" for row in found.kpis
                ]
                cells = [shown(row[name]) for row in found.kpis]
                table.add_row(
                    heading, *(f"{c} {u or ''}".strip() for c, u in zip(cells, unit, strict=True))
                )
        console.print(table)
    else:
        console.print("No complete day in marts.platform_kpi_daily yet.")
    if found.marts:
        cells = [f"{name} [dim]{rows:,}[/dim]" for name, rows in found.marts.items()]
        console.print(f"[bold]{len(found.marts)} marts[/bold] (rows):", highlight=False)
        console.print(Columns(cells, padding=(0, 2), column_first=True))
    else:
        console.print("No marts yet: `make run` or `dbt build` makes them.")
    if found.quarantine:
        counts = ", ".join(f"{p} {n:,}" for p, n in found.quarantine.items())
        console.print(
            f"Quarantined rows (staging.quarantine_records): {counts}",
            highlight=False,
            soft_wrap=True,
        )
    console.print(
        f"Next: query the schema marts in {path} (read only), `make docs` for every table and "
        "column, docs/ for the rest.",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def detection(
    db: Annotated[
        Path | None,
        typer.Option(help="DuckDB file (default: WAREHOUSE_DB, else data/warehouse.duckdb)."),
    ] = None,
    raw: Annotated[
        Path | None,
        typer.Option(help="Folder of the sample data (default: WAREHOUSE_RAW_DIR, else data/raw)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Print how alerts and anomalies find the labelled incidents of the sample data."""
    from warehouse.database import WarehouseError
    from warehouse.detection import DetectionError, as_data, print_report, read_report

    path = db or Path(os.environ.get("WAREHOUSE_DB") or "data/warehouse.duckdb")
    folder = raw or Path(os.environ.get("WAREHOUSE_RAW_DIR") or "data/raw")
    try:
        report = read_report(path, folder / "incidents.csv")
    except (DetectionError, WarehouseError) as error:
        raise fail(str(error)) from error
    if as_json:
        typer.echo(json.dumps(as_data(report), indent=2))
    else:
        print_report(report, console)


if __name__ == "__main__":
    app()
