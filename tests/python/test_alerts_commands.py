"""The commands `warehouse alerts ..` as a user runs them; kills and races as real processes."""

from __future__ import annotations

import datetime as dt
import json
import signal
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from alerts_support import TUESDAY, HttpService, MailService, alert, make_warehouse, start
from click.testing import Result
from typer.testing import CliRunner
from warehouse_builder import PROJECT_DIR, Builder

from warehouse.alerts import cli
from warehouse.alerts.routes import Route
from warehouse.cli import app

WEBHOOK = [Route("critical", "*", "webhook", "immediate")]
ALERTS = [alert(1), alert(2), alert(3)]


class Place:
    """A warehouse, a log and a raw folder of their own, and the commands on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = folder / "warehouse.duckdb"
        self.log = folder / "alert_deliveries.sqlite"
        self.raw = folder / "raw"
        self.environment = {
            "WAREHOUSE_DB": str(self.db),
            "WAREHOUSE_RAW_DIR": str(self.raw),
            "WAREHOUSE_AS_OF": TUESDAY,
            "ALERT_BACKOFF_SECONDS": "0",
            "COLUMNS": "200",
        }

    def run(self, *arguments: str, **environment: str) -> Result:
        env: dict[str, str | None] = {f"ALERT_{c}_URL": None for c in ("SLACK", "EMAIL", "WEBHOOK")}
        return CliRunner().invoke(
            app, ["alerts", *arguments], env=env | self.environment | environment
        )

    def json(self, *arguments: str, **environment: str) -> Any:  # noqa: ANN401
        result = self.run(*arguments, "--json", **environment)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def files(self) -> list[str]:
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*"))

    def actions(self) -> list[dict[str, Any]]:
        files = sorted(self.raw.glob("ops/actions/dt=*/*.ndjson"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def states(self) -> Sequence[tuple[str, str]]:
        with sqlite3.connect(self.log) as con:
            sql = "SELECT channel, status FROM alert_deliveries ORDER BY alert_id, channel"
            return con.execute(sql).fetchall()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place whose tables are wide enough to break no cell, wherever the tests run."""
    for console in (cli.console, cli.errors):
        monkeypatch.setattr(console, "width", 200)
    return Place(tmp_path)


@pytest.fixture
def service() -> Iterator[HttpService]:
    service = HttpService()
    yield service
    service.stop()


# send


def test_kill_9_between_send_and_log_repeats_one_message_and_loses_none(
    place: Place, service: HttpService
) -> None:
    make_warehouse(place.db, ALERTS, WEBHOOK)
    environment = place.environment | {"ALERT_WEBHOOK_URL": f"json://{service.address}/hook"}
    may_die = threading.Event()

    def kill_at_the_second() -> None:
        may_die.wait()
        if len(service.requests) == 2:
            process.kill()

    service.before_answer = kill_at_the_second
    process = start("send", environment=environment)
    may_die.set()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert service.ids == [ALERTS[0].alert_id, ALERTS[1].alert_id]
    assert place.states() == [("webhook", "sent"), ("webhook", "pending"), ("webhook", "pending")]

    service.before_answer = lambda: None
    again = start("send", environment=environment)
    out, err = again.communicate()
    assert again.returncode == 0, err
    assert "2 messages sent, 0 failed" in out
    assert service.ids == [ALERTS[n].alert_id for n in (0, 1, 1, 2)]
    third = start("send", environment=environment)
    assert "0 messages sent" in third.communicate()[0]
    assert len(service.requests) == 4


def test_two_dispatchers_at_once_send_each_message_once(place: Place, service: HttpService) -> None:
    make_warehouse(place.db, ALERTS, WEBHOOK)
    environment = place.environment | {"ALERT_WEBHOOK_URL": f"json://{service.address}/hook"}
    arrived, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        arrived.set()
        go_on.wait()

    service.before_answer = hold
    first = start("send", environment=environment)
    arrived.wait()
    second = start("send", "--wait", "0", environment=environment)
    _, err = second.communicate()
    assert second.returncode == 1
    assert "another `alerts send` works with" in err
    third = start("send", "--wait", "600", environment=environment)
    go_on.set()
    out, err = first.communicate()
    assert (first.returncode, "3 messages sent" in out) == (0, True), err
    out, err = third.communicate()
    assert (third.returncode, "0 messages sent" in out) == (0, True), err
    assert service.ids == [a.alert_id for a in ALERTS]


def test_a_failed_channel_is_told_and_the_next_run_sends(
    place: Place, service: HttpService
) -> None:
    make_warehouse(place.db, ALERTS[:1], WEBHOOK)
    url = f"json://{service.address}/token-of-mine"
    service.answers = [500, 503]
    result = place.run("send", "--attempts", "2", ALERT_WEBHOOK_URL=url)
    assert result.exit_code == 1
    assert "failed webhook: [CRITICAL] avalo: panic_spike (EU) (2 tries)" in result.output
    assert "503" in result.output
    service.answers = [500]
    result = place.run("send", "--attempts", "2", ALERT_WEBHOOK_URL=url)
    assert result.exit_code == 0, result.output
    assert len(service.requests) == 4
    assert place.states() == [("webhook", "sent")]
    assert "token-of-mine" not in result.output


def test_the_default_routes_on_local_servers(place: Place, service: HttpService) -> None:
    mail = MailService()
    alerts = [
        alert(1),
        alert(2, severity="high"),
        alert(3, severity="medium"),
        alert(4, severity="low"),
        alert(5, status="expired"),
    ]
    make_warehouse(place.db, alerts)
    settings = {
        "ALERT_SLACK_URL": f"json://{service.address}/slack",
        "ALERT_EMAIL_URL": f"mailto://{mail.address}?from=a@example.com&to=b@example.com",
        "ALERT_WEBHOOK_URL": f"json://{service.address}/webhook",
    }
    report = place.json("send", **settings)
    assert sorted((o["channel"], o["mode"], len(o["alert_ids"])) for o in report["sent"]) == [
        ("email", "daily_digest", 1),
        ("email", "immediate", 1),
        ("email", "immediate", 1),
        ("email", "weekly_digest", 1),
        ("slack", "daily_digest", 1),
        ("slack", "immediate", 1),
        ("slack", "immediate", 1),
        ("webhook", "immediate", 1),
    ]
    assert sorted(path.strip("/") for path, _ in service.requests) == ["slack"] * 3 + ["webhook"]
    assert [m["Subject"] for m in mail.mails] == [
        "[CRITICAL] avalo: panic_spike (EU)",
        "[HIGH] avalo: panic_spike (EU)",
        "Daily alerts 2026-06-30: 1 (avalo 1)",
        "Weekly report 2026-06-29",
    ]
    waiting = {w["channel"]: w["reason"] for w in report["waiting"]}
    assert waiting == {
        "telegram": "ALERT_TELEGRAM_URL is not set",
        "push": "ALERT_PUSH_URL is not set",
    }
    assert place.json("send", **settings)["sent"] == []
    (first, *_) = place.json("list")
    assert {d["channel"] for d in first["delivered"]} >= {"slack", "email", "webhook"}
    mail.stop()


def test_a_dry_run_prints_all_and_writes_nothing(place: Place, service: HttpService) -> None:
    make_warehouse(place.db, [alert(1), alert(2, severity="medium")])
    url = f"json://{service.address}/token-of-mine"
    before = place.files()
    shown = place.run("send", "--dry-run", ALERT_SLACK_URL=url)
    assert shown.exit_code == 0, shown.output
    assert "--- slack (json://***), immediate\n[CRITICAL] avalo: panic_spike (EU)\n" in shown.output
    assert "--- slack (json://***), daily_digest\nDaily alerts 2026-06-30: 1" in shown.output
    assert "2 messages would be sent, 0 failed" in shown.output
    assert "Nothing was written." in shown.output
    assert "token-of-mine" not in shown.output
    as_json = place.json("send", "--dry-run", ALERT_SLACK_URL=url)
    assert as_json["dry_run"] is True
    assert service.requests == []
    assert place.files() == before

    sent = place.json("send", ALERT_SLACK_URL=url)
    assert sent["sent"] == as_json["sent"]  # exactly what was shown
    assert len(service.requests) == 2
    bytes_before = place.log.read_bytes()
    assert place.json("send", "--dry-run", ALERT_SLACK_URL=url)["sent"] == []
    assert place.log.read_bytes() == bytes_before


def test_a_url_nobody_knows_fails_without_showing_it(place: Place) -> None:
    make_warehouse(place.db, ALERTS, WEBHOOK)
    result = place.run("send", ALERT_WEBHOOK_URL="nosuch://token-of-mine")
    assert result.exit_code == 1
    assert "waiting webhook: 3 alerts, ALERT_WEBHOOK_URL: URL 1 of 1 is none" in result.output
    assert "token-of-mine" not in result.output


def test_a_log_elsewhere_and_a_file_that_is_no_log(place: Place) -> None:
    make_warehouse(place.db, ALERTS, WEBHOOK)
    elsewhere = place.folder / "deep" / "log.sqlite"
    assert place.run("send", WAREHOUSE_ALERT_LOG=str(elsewhere)).exit_code == 0
    assert elsewhere.exists()
    assert not place.log.exists()
    elsewhere.write_text("not a database " * 100)
    result = place.run("send", WAREHOUSE_ALERT_LOG=str(elsewhere))
    assert result.exit_code == 1
    assert "can't be used as the delivery log" in result.output


@pytest.mark.parametrize("command", ["list", "send", "ack 00000001 --by me"])
def test_errors_tell_what_to_do(place: Place, command: str) -> None:
    result = place.run(*command.split())
    assert result.exit_code == 1
    assert (
        f"Error: there is no warehouse at {place.db}: build one with `make run`." in result.output
    )


# list


def test_list_filters(place: Place) -> None:
    alerts = [
        alert(1, severity="low"),
        alert(2, platform="halobuzz"),
        alert(3, status="resolved", resolved_by="ana", resolved_at=dt.datetime(2026, 6, 30)),
        alert(4, severity="high", message="[bold]kept as it is[/bold]"),
    ]
    make_warehouse(place.db, alerts)

    def numbers(*arguments: str) -> list[int]:
        return [int(row["alert_id"][:8]) for row in place.json("list", *arguments)]

    assert numbers() == [2, 4, 1]
    assert numbers("--severity", "HIGH") == [4]
    assert numbers("--platform", "halobuzz") == [2]
    assert numbers("--status", "resolved") == [3]
    assert numbers("--status", "all") == [2, 3, 4, 1]
    assert numbers("--limit", "1") == [2]
    shown = place.run("list", "--status", "all", "--limit", "3").output
    assert "resolved by ana" in shown
    assert "[bold]kept as it is[/bold]" in shown
    assert ".. and 1 more" in shown
    assert (
        "No alerts (expired) here; 4 in marts.alerts."
        in place.run("list", "--status", "expired").output
    )
    assert "none of critical, high, medium, low" in place.run("list", "--severity", "urgent").output
    assert place.files() == [place.db.name]


# ack, resolve


def contract() -> list[str]:
    """The raw names of the required fields of ops/actions."""
    path = PROJECT_DIR / "models" / "staging" / "ops" / "_ops__models.yml"
    (model,) = yaml.safe_load(path.read_text())["models"]
    metas = [column.get("config", {}).get("meta", {}) for column in model["columns"]]
    return ["action_id", *(m["field"] for m in metas if m.get("required"))]


def test_ack_writes_one_new_file_with_all_required_fields(place: Place) -> None:
    make_warehouse(place.db, ALERTS)
    before = dt.datetime.now(dt.UTC)
    made = place.json("ack", "00000001", ALERTS[1].alert_id, "--by", "oncall", "--note", "mine")
    after = dt.datetime.now(dt.UTC)
    actions = place.actions()
    assert made["actions"] == actions
    assert [a["object_id"] for a in actions] == [ALERTS[0].alert_id, ALERTS[1].alert_id]
    for action in actions:
        assert all(action[name] for name in contract())
        assert (action["object_type"], action["action"]) == ("alert", "acknowledge")
        assert (action["actor"], action["note"]) == ("oncall", "mine")
        assert before <= dt.datetime.fromisoformat(action["at"]) <= after
    assert len({a["action_id"] for a in actions}) == 2
    (file,) = [p for p in place.raw.rglob("*") if p.is_file()]
    assert str(file) == made["file"]
    assert file.parent.name == f"dt={actions[0]['at'][:10]}"

    content = file.read_bytes()
    place.json("resolve", "00000001", "--by", "oncall")
    assert file.read_bytes() == content  # new files only
    assert [a["action"] for a in place.actions()].count("resolve") == 1
    assert "note" not in next(a for a in place.actions() if a["action"] == "resolve")
    assert len([p for p in place.raw.rglob("*") if p.is_file()]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ack", "ffffffff", "--by", "me"], "no alert has the id 'ffffffff'"),
        (["ack", "00000001", "ffffffff", "--by", "me"], "nothing was written"),
        (["ack", "0000000", "--by", "me"], "3 alerts have ids that begin with '0000000'"),
        (["ack", "00001", "--by", "me"], "no alert has the id"),
        (["resolve", "00000001", "--by", "me@example.com"], "no e-mail addresses"),
        (["resolve", "00000001", "--by", " "], "give a login or a team's name"),
        (["ack", "00000001", "--by", "me", "--raw-dir", "s3://b/raw"], "is an object store"),
        (["ack", "00000001"], "--by"),
    ],
)
def test_refusals_write_nothing(place: Place, arguments: list[str], says: str) -> None:
    make_warehouse(place.db, ALERTS)
    result = place.run(*arguments)
    assert result.exit_code != 0
    assert says in result.output
    assert place.files() == [place.db.name]


def test_what_is_done_already_is_told_and_not_written(place: Place) -> None:
    when = dt.datetime(2026, 6, 30, 12)
    alerts = [
        alert(1, status="acknowledged", acknowledged_at=when, acknowledged_by="ana"),
        alert(2, status="resolved", resolved_at=when, resolved_by="ben"),
    ]
    make_warehouse(place.db, alerts)
    made = place.json("ack", "00000001", "00000002", "--by", "me")
    assert (made["file"], made["actions"]) == (None, [])
    assert list(made["unchanged"].values()) == [
        "already acknowledged by ana",
        "already resolved by ben",
    ]
    assert place.actions() == []
    assert len(place.json("resolve", "00000001", "00000002", "--by", "me")["actions"]) == 1


def test_a_fixed_as_of_is_pointed_out(place: Place) -> None:
    make_warehouse(place.db, ALERTS)
    result = place.run("ack", "00000001", "--by", "me", WAREHOUSE_AS_OF="2020-01-01")
    assert result.exit_code == 0
    assert "a build of that instant does not see this action" in result.output


def test_a_build_reads_the_actions(place: Place, builder: Builder) -> None:
    make_warehouse(place.db, ALERTS)
    place.json("ack", "00000001", "--by", 'Zoë "Z"', "--note", "line 1\nline 2")
    place.json("resolve", "00000002", "--by", "ana")
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    warehouse = builder.build(
        place.raw, soon.strftime("%Y-%m-%dT%H:%M:%SZ"), select=["+stg_ops__actions"]
    )
    rows = warehouse.rows(
        "select object_id, object_type, action, actor, note "
        "from staging.stg_ops__actions order by object_id"
    )
    assert [tuple(row.values()) for row in rows] == [
        (ALERTS[0].alert_id, "alert", "acknowledge", 'Zoë "Z"', "line 1\nline 2"),
        (ALERTS[1].alert_id, "alert", "resolve", "ana", None),
    ]
