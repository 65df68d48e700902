"""A picture of how cost grows with size, from the JSON results of several benchmarks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt

from warehouse.bench.steps import BenchError

Result = dict[str, Any]
STEPS = {
    "full build": lambda r: r["full"]["cpu_s"],
    "scan + parse": lambda r: r["scan"]["scan_cpu_s"],
    "a day": lambda r: r["steps"]["day"]["cpu_s"],
    "nothing new": lambda r: r["steps"]["noop"]["cpu_s"],
}
SIZES = {
    "peak memory": lambda r: r["peak_memory"] / 1e9,
    "database": lambda r: r["steps"]["full"]["disk"] / 1e9,
    "raw files": lambda r: r["raw"]["bytes"] / 1e9,
}
COLORS = ["#1b6ca8", "#8a8a8a", "#d1495b", "#edae49"]


def read_results(files: Sequence[Path]) -> list[Result]:
    """Return the results in files of `warehouse bench run`.

    Raises:
        BenchError: a file is missing or is no result.
    """
    results = []
    for file in files:
        try:
            result = json.loads(file.read_text())
        except (OSError, ValueError) as error:
            raise BenchError(f"{file} can't be read: {error}") from error
        if not isinstance(result, dict) or "ratios" not in result or result.get("format") != 1:
            raise BenchError(f"{file} is no result of `warehouse bench run`.")
        results.append(result)
    return results


def points(results: Sequence[Result], measures: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one row a result and measure: name, rows, what, value."""
    return [
        {"name": r["name"], "rows": r["raw"]["rows"], "what": what, "value": read(r)}
        for r in results
        for what, read in measures.items()
    ]


def panel(data: list[dict[str, Any]], order: list[str], title: str, unit: str) -> alt.LayerChart:
    """Return lines over raw rows, both axes logarithmic, each named at its right end."""
    base = alt.Chart(alt.Data(values=data), title=title, width=380, height=300).encode(
        x=alt.X("rows:Q", title="raw rows").scale(type="log").axis(format="~s", tickCount=5),
        y=alt.Y("value:Q", title=unit).scale(type="log").axis(format="~g", tickCount=6),
        color=alt.Color("what:N", sort=order, legend=None).scale(
            domain=order, range=COLORS[: len(order)]
        ),
    )
    largest = max(row["rows"] for row in data)
    names = base.transform_filter(f"datum.rows == {largest}").mark_text(
        align="left", dx=8, fontSize=12
    )
    return base.mark_line(point=True, strokeWidth=2) + names.encode(text="what:N")


def draw(results: Sequence[Result], out: Path) -> None:
    """Write the picture (PNG or SVG, by the file's ending).

    Raises:
        BenchError: fewer than two results.
    """
    if len(results) < 2:
        raise BenchError(
            "growth needs at least two results: run `warehouse bench run` at two scales."
        )
    time = panel(points(results, STEPS), list(STEPS), "CPU time", "seconds of CPU")
    size = panel(points(results, SIZES), list(SIZES), "Memory and disk", "GB")
    # a name may be wider than the frame
    chart = alt.hconcat(
        time, size, spacing=90, padding={"right": 90, "left": 5, "top": 5, "bottom": 5}
    )
    chart = chart.configure_axis(labelFontSize=12, titleFontSize=12, gridOpacity=0.4).resolve_scale(
        color="independent"
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    chart.save(str(out), scale_factor=2) if out.suffix == ".png" else chart.save(str(out))
