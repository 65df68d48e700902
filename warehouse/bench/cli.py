"""The commands `warehouse bench ..`."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from warehouse.bench.steps import Usage

app = typer.Typer(
    no_args_is_help=True,
    help="Measure what the warehouse costs (docs/performance.md). Nothing here is a test.",
)
console = Console()
errors = Console(stderr=True)
#: Last date of the sample data: fixed, so that results of other days can be compared.
UNTIL = "2026-06-30"


def stop(error: Exception) -> typer.Exit:
    """Print an error for a person and return the exit (code 1) to raise."""
    errors.print("[red]Error:[/red]", end=" ")
    errors.print(str(error), highlight=False, markup=False, soft_wrap=True)
    return typer.Exit(1)


@app.command()
def run(
    scale: Annotated[str, typer.Option(help="tiny, small, medium or large.")] = "small",
    users: Annotated[
        int | None, typer.Option(help="Users per platform, instead of the scale's.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Days of history, instead of the scale's.")
    ] = None,
    activity: Annotated[
        float, typer.Option(help="Share of what a user usually does (up to 1): fewer rows.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Seed of the sample data.")] = 1,
    until: Annotated[
        dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Last date of the sample data.")
    ] = UNTIL,  # type: ignore[assignment]
    raw: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Existing raw folder to measure, instead of a scale."
        ),
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where raw files, work and results go.")] = Path(
        "data/bench"
    ),
    out: Annotated[
        Path | None, typer.Option(help="JSON result (default: FOLDER/NAME.json).")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the result (default: from the scale).")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the warehouse that was built.")
    ] = False,
) -> None:
    """Measure one size: scan + parse, full build, a day, nothing new, alerts, queries."""
    from warehouse.bench.report import print_result
    from warehouse.bench.run import Bench, Job
    from warehouse.bench.steps import BenchError
    from warehouse.sample_data.plan import SampleDataError, make_plan

    try:
        plan = make_plan(scale, users, seed, days, until.date(), activity)
        if name is None:
            changed_activity = activity if activity != 1 else None
            parts = [("u", users), ("d", days), ("a", changed_activity)]
            parts.append(("s", seed if seed != 1 else None))
            name = scale + "".join(f"-{letter}{value}" for letter, value in parts if value)
            if raw is not None:
                name = raw.resolve().name
        limit = os.environ.get("WAREHOUSE_MEMORY_LIMIT") or "12GB"
        with errors.status("") as status:

            def progress(step: str, usage: Usage | None) -> None:
                if usage is None:
                    status.update(step)
                else:
                    errors.print(
                        f"{step}: {usage.wall_s:,.1f} s, CPU {usage.cpu_s:,.1f} s, "
                        f"memory {usage.peak_memory / 1e6:,.0f} MB",
                        highlight=False,
                    )

            result = Bench(Job(name, scale, plan, folder, raw, keep, limit), progress).run()
    except (BenchError, SampleDataError) as error:
        raise stop(error) from error
    place = out or folder / f"{name}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(result, indent=2) + "\n")
    print_result(result, console)
    console.print(f"Figures: {place}", highlight=False, soft_wrap=True)


@app.command()
def plot(
    files: Annotated[list[Path], typer.Argument(help="JSON results of `bench run`.")],
    out: Annotated[Path, typer.Option(help="Picture, .png or .svg.")] = Path(
        "docs/images/performance-growth.png"
    ),
) -> None:
    """Draw cost against size and print the table (Markdown) of docs/performance.md."""
    from warehouse.bench.plot import draw, read_results
    from warehouse.bench.report import growth_markdown
    from warehouse.bench.steps import BenchError

    try:
        results = read_results(files)
        draw(results, out)
    except BenchError as error:
        raise stop(error) from error
    typer.echo(growth_markdown(results))
    errors.print(f"Picture: {out}", highlight=False, soft_wrap=True)
