"""The commands `warehouse alerts ..`."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from warehouse.alerts import messages
from warehouse.alerts.actions import ACKNOWLEDGE, RESOLVE, ActionError, find_alerts, write_actions
from warehouse.alerts.deliveries import SENT, DeliveryLog, LogError, dispatch_lock
from warehouse.alerts.marts import Alert, read_warehouse
from warehouse.alerts.routes import SEVERITIES, RouteError
from warehouse.database import WarehouseError

if TYPE_CHECKING:  # the dispatcher brings the notification library: only `send` loads it
    from warehouse.alerts.dispatch import Report

STATUSES = ("active", "acknowledged", "resolved", "expired")
ALL = "all"
ROWS_SHOWN = 50

app = typer.Typer(
    no_args_is_help=True,
    help="Alerts: list them, acknowledge or resolve them, send them to people (docs/alerts.md).",
)
console = Console()
errors = Console(stderr=True)

Database = Annotated[
    Path, typer.Option("--db", envvar="WAREHOUSE_DB", help="DuckDB file, only read.")
]
LogPath = Annotated[
    Path | None,
    typer.Option(
        "--log",
        envvar="WAREHOUSE_ALERT_LOG",
        help="Delivery log (default: alert_deliveries.sqlite beside the DuckDB file).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Wait = Annotated[
    float, typer.Option(min=0, help="Seconds to wait for a build or another dispatcher to end.")
]
Ids = Annotated[list[str], typer.Argument(help="Alert ids, or the first 6 characters or more.")]
By = Annotated[str, typer.Option("--by", help="Who does it: a login or a team, no e-mail.")]
Note = Annotated[str | None, typer.Option(help="A remark.")]
RawDir = Annotated[str, typer.Option("--raw-dir", envvar="WAREHOUSE_RAW_DIR", help="Raw folder.")]
DEFAULT_DB = Path("data/warehouse.duckdb")
DEFAULT_WAIT = 30.0
KNOWN_ERRORS = (WarehouseError, RouteError, LogError, ActionError)


def fail(message: object) -> typer.Exit:
    """Print an error for a person and return the exit (code 1) to raise."""
    errors.print("[red]Error:[/red]", end=" ")
    errors.print(str(message), highlight=False, markup=False, soft_wrap=True)
    return typer.Exit(1)


def one_of(option: str, value: str | None, allowed: tuple[str, ...]) -> str | None:
    """Return a value in lower case, checked, or None.

    Raises:
        typer.BadParameter: it is not allowed.
    """
    if value is None or value.lower() in allowed:
        return value and value.lower()
    raise typer.BadParameter(f"{value!r} is none of {', '.join(allowed)}.", param_hint=option)


def log_path(log: Path | None, db: Path) -> Path:
    """Return the place of the delivery log."""
    return log or db.with_name("alert_deliveries.sqlite")


@app.command("list")
def list_alerts(
    severity: Annotated[str | None, typer.Option(help=f"{', '.join(SEVERITIES)}.")] = None,
    platform: Annotated[str | None, typer.Option(help="Only this platform.")] = None,
    status: Annotated[str, typer.Option(help=f"{', '.join(STATUSES)} or {ALL}.")] = "active",
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=f"Most rows shown (default: {ROWS_SHOWN}; all with --json)."),
    ] = None,
    db: Database = DEFAULT_DB,
    log: LogPath = None,
    wait: Wait = DEFAULT_WAIT,
    as_json: AsJson = False,
) -> None:
    """List alerts, the most severe first, and where each was delivered."""
    severity = one_of("--severity", severity, SEVERITIES)
    wanted = one_of("--status", status, (*STATUSES, ALL))
    try:
        found = read_warehouse(db, wait).alerts
        deliveries = DeliveryLog.copy_in_memory(log_path(log, db)).all()
    except KNOWN_ERRORS as error:
        raise fail(error) from error
    delivered: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in deliveries:
        if row.status == SENT:
            place = {"channel": row.channel, "target": row.target, "sent_at": row.sent_at}
            delivered[row.alert_id].append(place)
    chosen = [
        alert
        for alert in sorted(found, key=messages.by_severity)
        if wanted in (ALL, alert.status)
        and severity in (None, alert.severity)
        and platform in (None, alert.platform)
    ]
    shown = chosen[: limit or (None if as_json else ROWS_SHOWN)]
    if as_json:
        typer.echo(
            json.dumps(
                [a.as_json() | {"delivered": delivered[a.alert_id]} for a in shown], indent=2
            )
        )
        return
    if not shown:
        console.print(f"No alerts ({wanted}) here; {len(found):,} in marts.alerts.")
        return
    table = Table("id", "severity", "alert", "since (UTC)", "status", "delivered", box=SIMPLE)
    for column in (0, 1, 3):
        table.columns[column].no_wrap = True
    for alert in shown:
        channels = sorted({place["channel"] for place in delivered[alert.alert_id]})
        who = alert.resolved_by or alert.acknowledged_by
        table.add_row(
            alert.alert_id[:8],
            alert.severity,
            Text(alert.message),
            f"{alert.detected_at:%m-%d %H:%M}",
            Text(f"{alert.status} by {who}" if who else alert.status),
            ", ".join(channels) or "-",
        )
    console.print(table)
    if len(chosen) > len(shown):
        console.print(f".. and {len(chosen) - len(shown):,} more: --limit shows them.")


@app.command("ack")
def acknowledge(
    ids: Ids,
    by: By,
    note: Note = None,
    db: Database = DEFAULT_DB,
    raw_dir: RawDir = "data/raw",
    wait: Wait = DEFAULT_WAIT,
    as_json: AsJson = False,
) -> None:
    """Say that you take care of alerts: they are not sent any more. The next build knows it."""
    act(ACKNOWLEDGE, ids, by, note, db, raw_dir, wait, as_json)


@app.command("resolve")
def resolve(
    ids: Ids,
    by: By,
    note: Note = None,
    db: Database = DEFAULT_DB,
    raw_dir: RawDir = "data/raw",
    wait: Wait = DEFAULT_WAIT,
    as_json: AsJson = False,
) -> None:
    """Say that alerts are settled. The next build knows it."""
    act(RESOLVE, ids, by, note, db, raw_dir, wait, as_json)


def act(
    action: str,
    ids: list[str],
    by: str,
    note: str | None,
    db: Path,
    raw_dir: str,
    wait: float,
    as_json: bool,
) -> None:
    """Write the actions for those alerts where they change something, and print what was done."""
    now = dt.datetime.now(dt.UTC)
    try:
        asked = find_alerts(read_warehouse(db, wait).alerts, ids)
        done = {alert.alert_id: already(action, alert) for alert in asked}
        open_alerts = [alert for alert in asked if not done[alert.alert_id]]
        path, rows = None, []
        if open_alerts:
            path, rows = write_actions(raw_dir, open_alerts, action, by, note, now)
    except KNOWN_ERRORS as error:
        raise fail(error) from error
    unchanged = {alert_id: reason for alert_id, reason in done.items() if reason}
    if as_json:
        result = {"file": path and str(path), "actions": rows, "unchanged": unchanged}
        typer.echo(json.dumps(result, indent=2))
        return
    for alert_id, reason in unchanged.items():
        console.print(f"{alert_id}: {reason}, nothing to do.", highlight=False, soft_wrap=True)
    if path is None:
        return
    for alert in open_alerts:
        console.print(
            f"{action} {alert.alert_id}: {alert.message}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    console.print(f"Wrote {path}; the next dbt build reads it.", highlight=False, soft_wrap=True)
    as_of = os.environ.get("WAREHOUSE_AS_OF")
    if as_of and parse_instant(as_of) < now:
        errors.print(
            f"WAREHOUSE_AS_OF is {as_of}: a build of that instant does not see this action.",
            highlight=False,
            soft_wrap=True,
        )


def already(action: str, alert: Alert) -> str | None:
    """Return why an action would change nothing, or None. The first action of a kind counts."""
    if alert.resolved_at:
        return f"already resolved by {alert.resolved_by}"
    if action == ACKNOWLEDGE and alert.acknowledged_at:
        return f"already acknowledged by {alert.acknowledged_by}"
    return None


def parse_instant(text: str) -> dt.datetime:
    """Return an ISO 8601 instant; without a zone it is UTC.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        instant = dt.datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no instant: write 2026-03-31T23:59:59Z.", param_hint="--as-of"
        ) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


@app.command("send")
def send_alerts(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would go where; send and write nothing.")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            envvar="WAREHOUSE_AS_OF", help="Decides which digests are due (default: now)."
        ),
    ] = None,
    digest_hour: Annotated[
        int,
        typer.Option(envvar="ALERT_DIGEST_HOUR", min=0, max=23, help="UTC hour of the digests."),
    ] = 0,
    attempts: Annotated[
        int, typer.Option(envvar="ALERT_ATTEMPTS", min=1, help="Tries per message and run.")
    ] = 4,
    backoff: Annotated[
        float,
        typer.Option(
            envvar="ALERT_BACKOFF_SECONDS", min=0, help="First pause in seconds; it doubles."
        ),
    ] = 1.0,
    group_above: Annotated[
        int,
        typer.Option(
            envvar="ALERT_GROUP_ABOVE",
            min=1,
            help="More immediate alerts than this at once go as one message.",
        ),
    ] = 10,
    db: Database = DEFAULT_DB,
    log: LogPath = None,
    wait: Wait = DEFAULT_WAIT,
    as_json: AsJson = False,
) -> None:
    """Send what is due, each alert once per channel; URLs from ALERT_SLACK_URL and so on.

    Exit code 1 when something that was due did not go out; it stays in the log for the next run.
    """
    from warehouse.alerts.channels import read_channels
    from warehouse.alerts.dispatch import Dispatcher, Settings, send

    instant = parse_instant(as_of) if as_of else dt.datetime.now(dt.UTC)
    settings = Settings(
        as_of=instant,
        digest_hour=digest_hour,
        attempts=attempts,
        backoff_seconds=backoff,
        group_above=group_above,
        link_base=os.environ.get("WAREHOUSE_DASHBOARD_URL") or None,
    )
    path = log_path(log, db)
    try:
        with contextlib.ExitStack() as stack:
            if not dry_run:
                stack.enter_context(dispatch_lock(path, wait))
            # Read after the lock: what another dispatcher just did is known.
            warehouse = read_warehouse(db, wait)
            deliveries = DeliveryLog.copy_in_memory(path) if dry_run else DeliveryLog.open(path)
            stack.callback(deliveries.close)
            report = Dispatcher(
                warehouse,
                deliveries,
                read_channels(os.environ),
                settings,
                send=(lambda target, message: None) if dry_run else send,
            ).run()
    except KNOWN_ERRORS as error:
        raise fail(error) from error
    if as_json:
        result = {
            "as_of": instant.astimezone(dt.UTC).isoformat(),
            "dry_run": dry_run,
            "sent": [o.as_json() for o in report.outcomes if not o.error],
            "failed": [o.as_json() for o in report.outcomes if o.error],
            "on_dashboard": report.on_dashboard,
            "waiting": [vars(w) for w in report.waiting],
        }
        typer.echo(json.dumps(result, indent=2))
    else:
        print_report(report, dry_run)
    if report.has_faults:
        raise typer.Exit(1)


def print_report(report: Report, dry_run: bool) -> None:
    """Print what a run did; for a dry run with the whole texts."""

    def say(text: str, to: Console = console) -> None:
        to.print(text, highlight=False, markup=False, soft_wrap=True)

    for outcome in report.outcomes:
        name = outcome.channel if outcome.target == 1 else f"{outcome.channel} {outcome.target}"
        if dry_run:
            say(f"--- {name} ({outcome.shown}), {outcome.message.mode}")
            say(outcome.message.title)
            say(outcome.message.body + "\n")
        elif outcome.error:
            say(
                f"failed {name}: {outcome.message.title} ({outcome.attempts} tries): "
                f"{outcome.error}",
                errors,
            )
        else:
            say(f"sent {name}: {outcome.message.title}")
    for waiting in report.waiting:
        say(
            f"waiting {waiting.channel}: {messages.counted(waiting.alerts, 'alert')}, "
            f"{waiting.reason}.",
            errors if waiting.is_fault else console,
        )
    failed = sum(1 for outcome in report.outcomes if outcome.error)
    sent = len(report.outcomes) - failed
    verb = "would be sent" if dry_run else "sent"
    say(
        f"{messages.counted(sent, 'message')} {verb}, {failed} failed; "
        f"{messages.counted(report.on_dashboard, 'new alert')} on the dashboard."
        + (" Nothing was written." if dry_run else "")
    )
