"""What the figures mean: ratios, goals, tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

#: Wallet rows of both platforms: what the goals count.
WALLETS = ("avalo/walletTransactions", "halobuzz/transactions")
Result = dict[str, Any]


def add_goals(result: Result) -> None:
    """Add to a result what follows from its figures: rows, ratios, and the goals beside them."""
    collections = result["scan"]["collections"]
    rows = sum(c["rows"] for c in collections.values())
    later = sum(c["later_rows"] for c in collections.values())
    raw = result["raw"]
    raw |= {
        "rows": rows + later,
        "rows_before_last_date": rows,
        "rows_of_last_date": later,
        "wallet_rows": sum(
            collections[name]["rows"] + collections[name]["later_rows"]
            for name in WALLETS
            if name in collections
        ),
        "days": len(raw.pop("dates", [])) or raw.get("days"),
    }
    if result["sample_data"]:
        result["sample_data"]["rows_per_s"] = round(raw["rows"] / result["sample_data"]["wall_s"])
    steps, scan = result["steps"], result["scan"]
    full = {k: steps["seed"][k] + steps["full"][k] for k in ("wall_s", "cpu_s")}
    result["full"] = {k: round(v, 3) for k, v in full.items()}
    result["ratios"] = {
        "full_to_scan_wall": ratio(full["wall_s"], scan["scan_wall_s"]),
        "full_to_scan_cpu": ratio(full["cpu_s"], scan["scan_cpu_s"]),
        "day_to_full_wall": ratio(steps["day"]["wall_s"], full["wall_s"]),
        "day_to_full_cpu": ratio(steps["day"]["cpu_s"], full["cpu_s"]),
        "day_to_full_rows": ratio(later, rows),
    }
    result["peak_memory"] = max(step["peak_memory"] for step in steps.values())
    result["peak_disk"] = max(step["peak_disk"] for step in steps.values())
    result["goals"] = goals(result)


def ratio(a: float, b: float) -> float:
    """Return a / b to 4 decimals; 0 where b is 0."""
    return round(a / b, 4) if b else 0.0


def goals(result: Result) -> list[dict[str, Any]]:
    """Return the goals: what, the figure, the limit, the unit, is it met, a remark."""
    ratios, steps, sql = result["ratios"], result["steps"], result["sql"]
    build = "dbt build --selector alerts, tests among it; no new files"
    models = {name: ", ".join(found["models"]) for name, found in sql.items()}
    rows: list[tuple[str, float, float, str, str]] = [
        ("full build / scan + parse", ratios["full_to_scan_wall"], 3, "x", "wall clock"),
        ("full build / scan + parse", ratios["full_to_scan_cpu"], 3, "x", "CPU"),
        ("a day / full build", 100 * ratios["day_to_full_wall"], 10, "%", "wall clock"),
        ("a day / full build", 100 * ratios["day_to_full_cpu"], 10, "%", "CPU"),
        ("dbt run, nothing new", steps["noop"]["wall_s"], 60, "s", "same as_of"),
        ("alerts job", steps["alerts_build"]["wall_s"], 60, "s", build),
        ("peak memory", result["peak_memory"] / 2**30, 16, "GiB", "of any dbt process"),
        ("BI queries, p95", result["queries"]["all"]["p95_ms"], 100, "ms", "all runs of all"),
        ("risk scores of all users", sql["risk_scores"]["seconds"], 60, "s", models["risk_scores"]),
        ("guardrail SQL", sql["guardrails"]["seconds"], 1, "s", models["guardrails"]),
        ("alert SQL", sql["alerts"]["seconds"], 1, "s", models["alerts"]),
        ("anomaly SQL", sql["anomalies"]["seconds"], 1, "s", models["anomalies"]),
        # the targets of the platforms' own service, for one call where these are all of them
        (
            "100 risk scores (as a share)",
            100 * sql["risk_scores"]["seconds"] / max(1, sql["risk_scores"]["rows"]),
            25,
            "s",
            "target for one call of the platforms' own service",
        ),
        (
            "guardrail check (all)",
            sql["guardrails"]["seconds"],
            0.8,
            "s",
            "the same; here all days, regions",
        ),
        (
            "regional profiles (all)",
            sql["region_profiles"]["seconds"],
            3,
            "s",
            "the same; here all regions",
        ),
    ]
    return [
        {
            "goal": goal,
            "figure": round(figure, 4),
            "limit": limit,
            "unit": unit,
            "met": figure <= limit,
            "remark": remark,
        }
        for goal, figure, limit, unit, remark in rows
    ]


def number(value: float) -> str:
    """Return a figure with three digits that count."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 0.001:
        return "< 0.001"
    return f"{value:.3g}"


def print_result(result: Result, console: Console) -> None:
    """Print a result: steps, slowest models, queries, goals."""
    raw, scan = result["raw"], result["scan"]
    console.print(
        f"[bold]{result['name']}[/bold]: {sum(result['users'].values()):,} users, "
        f"{raw['days']} days, {raw['rows']:,} raw rows ({raw['wallet_rows']:,} of wallets, "
        f"{raw['rows_of_last_date']:,} on the last day), {raw['bytes'] / 1e6:,.0f} MB",
        highlight=False,
    )
    table = Table(
        "step",
        box=SIMPLE,
        title="Steps (memory, disk at the end and at most: MB; models left as they were)",
    )
    for heading in ("wall s", "CPU s", "memory", "disk", "peak", "models", "same"):
        table.add_column(heading, justify="right")
    lines: list[tuple[str, dict[str, Any]]] = []
    if result["sample_data"]:
        lines.append(
            (f"sample data ({result['sample_data']['rows_per_s']:,} rows/s)", result["sample_data"])
        )
    own = {"wall_s": scan["scan_wall_s"], "cpu_s": scan["scan_cpu_s"]}
    lines.append(("scan + parse", scan | own))
    lines += result["steps"].items()
    for name, step in lines:
        table.add_row(
            name,
            number(step["wall_s"]),
            number(step["cpu_s"]),
            f"{step['peak_memory'] / 1e6:,.0f}",
            f"{step['disk'] / 1e6:,.0f}",
            f"{step['peak_disk'] / 1e6:,.0f}",
            str(step.get("models", "")),
            str(step.get("unchanged", "")),
        )
    console.print(table)
    table = Table("full build", "s", "a day", "s", box=SIMPLE, title="Slowest ten models")
    for one, other in zip(
        result["steps"]["full"]["slowest"], result["steps"]["day"]["slowest"], strict=True
    ):
        table.add_row(
            one["model"], number(one["seconds"]), other["model"], number(other["seconds"])
        )
    console.print(table)
    table = Table("query", "p50 ms", "p95 ms", "rows", box=SIMPLE, title="BI queries")
    for name, query in result["queries"].items():
        table.add_row(
            name, number(query["p50_ms"]), number(query["p95_ms"]), str(query.get("rows", ""))
        )
    console.print(table)
    table = Table("goal", box=SIMPLE, title="Goals (for 2 cores, 24 GiB, 1 M users)")
    table.add_column("figure", justify="right")
    table.add_column("at most", justify="right")
    table.add_column("")
    table.add_column("of what", overflow="fold")
    for goal in result["goals"]:
        table.add_row(
            goal["goal"],
            f"{number(goal['figure'])} {goal['unit']}",
            f"{number(goal['limit'])} {goal['unit']}",
            "[green]yes[/green]" if goal["met"] else "[yellow]no[/yellow]",
            goal["remark"],
        )
    console.print(table)


#: Rows of the growth table: heading, how to read a result.
GROWTH_COLUMNS = [
    *("size", "users", "days", "raw rows", "scan + parse", "full build", "ratio", "a day"),
    *("of the full build", "nothing new", "alerts job", "peak memory", "database", "BI p95"),
]


def growth_rows(results: Sequence[Result]) -> list[list[str]]:
    """Return the cells of the growth table, by raw rows; seconds are wall clock (CPU)."""
    rows = []
    for result in sorted(results, key=lambda r: (r["raw"]["rows"], r["name"])):
        steps, scan, ratios = result["steps"], result["scan"], result["ratios"]
        full = result["full"]
        rows.append(
            [
                result["name"],
                f"{sum(result['users'].values()):,}",
                str(result["raw"]["days"]),
                f"{result['raw']['rows']:,}",
                f"{number(scan['scan_wall_s'])} s ({number(scan['scan_cpu_s'])})",
                f"{number(full['wall_s'])} s ({number(full['cpu_s'])})",
                f"{number(ratios['full_to_scan_wall'])} ({number(ratios['full_to_scan_cpu'])})",
                f"{number(steps['day']['wall_s'])} s ({number(steps['day']['cpu_s'])})",
                f"{number(100 * ratios['day_to_full_wall'])} % "
                f"({number(100 * ratios['day_to_full_cpu'])} %)",
                f"{number(steps['noop']['wall_s'])} s",
                f"{number(steps['alerts_build']['wall_s'])} s",
                f"{result['peak_memory'] / 2**30:.2f} GiB",
                f"{steps['full']['disk'] / 1e9:.2f} GB",
                f"{number(result['queries']['all']['p95_ms'])} ms",
            ]
        )
    return rows


def growth_markdown(results: Sequence[Result]) -> str:
    """Return the growth table as Markdown."""
    lines = [GROWTH_COLUMNS, ["---"] * len(GROWTH_COLUMNS), *growth_rows(results)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
