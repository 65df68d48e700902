"""The command line of the warehouse: what dbt itself can't do.

Run it as `.venv/bin/python -m warehouse.cli` (or `warehouse`, where the package is installed).
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
console = Console()
errors = Console(stderr=True)


def fail(message: str) -> typer.Exit:
    """Print an error for a person and return the exit (code 1) to raise."""
    errors.print(f"[red]Error:[/red] {message}", highlight=False, markup=True)
    return typer.Exit(1)


@app.callback()
def root() -> None:
    """Keep commands named even while there is only one."""


@app.command("sample-data")
def sample_data(
    scale: Annotated[str, typer.Option(help="tiny, small, medium or large.")] = "tiny",
    users: Annotated[
        int | None, typer.Option(help="Users per platform, instead of the scale's.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, scale and --until: same bytes.")] = 1,
    days: Annotated[int | None, typer.Option(help="Days of history.")] = None,
    until: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last UTC date with data (default: today)."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder (default: WAREHOUSE_RAW_DIR, else data/raw).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write raw data of both platforms, with labelled incidents in incidents.csv."""
    from warehouse.sample_data.generate import generate
    from warehouse.sample_data.plan import SampleDataError, make_plan

    folder = out or Path(os.environ.get("WAREHOUSE_RAW_DIR") or "data/raw")
    try:
        if "://" in str(folder):
            raise SampleDataError(f"{folder} is an object store: write to a folder, then copy.")
        plan = make_plan(scale, users, seed, days, until.date() if until else None)
        bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("statements, {task.fields[rows]:,} rows"), TimeElapsedColumn(),
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
    )


if __name__ == "__main__":
    app()
