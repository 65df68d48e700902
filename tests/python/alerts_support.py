"""What the tests of warehouse/alerts share: a small warehouse file, local servers, alerts."""

from __future__ import annotations

import datetime as dt
import email
import http.server
import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields, replace
from email.message import Message as Mail
from pathlib import Path
from typing import Any

import duckdb
from warehouse_builder import PROJECT_DIR

from warehouse.alerts.marts import Alert
from warehouse.alerts.routes import Route

TUESDAY = "2026-06-30T15:30:00Z"
MONDAY = dt.date(2026, 6, 29)
ALERT = Alert(
    alert_id="0" * 32,
    rule_id="avalo_panic_spike",
    alert_type="panic_spike",
    severity="critical",
    platform="avalo",
    region="EU",
    subject_id=None,
    period_start=dt.datetime(2026, 6, 30),
    detected_at=dt.datetime(2026, 6, 30, 15, 30),
    observed_value=12.0,
    threshold_value=10.0,
    message="12 panic events are above 10",
    status="active",
)
COLUMN_TYPES = {
    "str": "VARCHAR",
    "float": "DOUBLE",
    "int": "BIGINT",
    "dt.datetime": "TIMESTAMP",
}


def alert(number: int, **values: object) -> Alert:
    """Return an alert with an id made from a number, and these values."""
    values.setdefault("message", f"message {number}")
    return replace(ALERT, alert_id=f"{number:08d}{'a' * 24}", **values)


def make_warehouse(
    path: Path, alerts: Iterable[Alert], routes: Iterable[Route] | None = None
) -> Path:
    """Write marts.alerts, seeds.alert_routes (default: the project's) and the report's marts."""
    columns = ", ".join(f"{f.name} {_sql_type(str(f.type))}" for f in fields(Alert))
    marks = ", ".join("?" for _ in fields(Alert))
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE SCHEMA marts; CREATE SCHEMA seeds")
        con.execute(f"CREATE TABLE marts.alerts ({columns})")
        for row in alerts:
            con.execute(f"INSERT INTO marts.alerts VALUES ({marks})", list(asdict(row).values()))
        seed = PROJECT_DIR / "seeds" / "rules" / "alert_routes.csv"
        con.execute(f"CREATE TABLE seeds.alert_routes AS FROM read_csv('{seed}', all_varchar=true)")
        if routes is not None:
            con.execute("DELETE FROM seeds.alert_routes")
            for route in routes:
                con.execute(
                    "INSERT INTO seeds.alert_routes VALUES (?, ?, ?, ?)",
                    [route.severity, route.alert_type, route.channel, route.mode],
                )
        con.execute(REPORT_MARTS)
    return path


REPORT_MARTS = """
CREATE TABLE marts.executive_dashboard AS
SELECT 'avalo' AS platform, DATE '2026-06-29' AS kpi_date, 66.62 AS health_score,
    'watch' AS health_status, 96.0 AS revenue_quality, 75.0 AS fraud_risk, 23.0 AS churn_risk,
    61.0 AS regional_risk;
CREATE TABLE marts.executive_revenue_daily AS
SELECT 'avalo' AS platform, 'PLN' AS currency, DATE '2026-06-30' - day::int AS kpi_date,
    day > 0 AS is_complete,
    CASE WHEN day = 0 THEN 9999 WHEN day <= 7 THEN 200 WHEN day <= 14 THEN 100 ELSE 7 END
        ::DECIMAL(18, 4) AS net_revenue
FROM range(30) AS t (day);
CREATE TABLE marts.region_risk_profiles AS
SELECT 'avalo' AS platform, 'LATAM' AS region, 'PLN' AS currency, 30 AS users_scored,
    38.73 AS avg_risk_score, 0.633 AS high_risk_user_rate, 24978.6 AS total_revenue,
    570.4 AS toxic_revenue;
CREATE TABLE marts.monetization_health AS
SELECT * FROM (VALUES ('s1', true, true, ''), ('s2', true, false, 'churn_increase'))
    AS t (strategy_id, is_measurable, is_healthy, failed_criteria);
CREATE TABLE marts.monetization_recommendations AS SELECT 's2' AS strategy_id;
"""


def _sql_type(annotation: str) -> str:
    return COLUMN_TYPES[annotation.removesuffix(" | None")]


class HttpService:
    """A local server that stands for Slack, Telegram or a webhook; keeps what it gets.

    answers: status codes for the next requests, then 200. before_answer runs when a request has
    been taken, before it is answered.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[int] = []
        self.before_answer: Callable[[], None] = lambda: None
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.requests.append((self.path, json.loads(body)))
                service.before_answer()
                code = service.answers.pop(0) if service.answers else 200
                answer = b'{"ok": true}' if self.path.startswith("/bot") else b"ok"
                self.send_response(code)
                if 300 <= code < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A killed client leaves a broken pipe: not of interest."""

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def ids(self) -> list[str]:
        """The alert ids of each webhook message, joined by a comma."""
        return [",".join(a["alert_id"] for a in body["alerts"]) for _, body in self.requests]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class MailService:
    """A local SMTP server; keeps the mails it gets, and refuses while is_refusing."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.is_refusing = False
        service = self

        class Handler(socketserver.StreamRequestHandler):
            def reply(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

            def handle(self) -> None:
                self.reply("220 local")
                while line := self.rfile.readline():
                    command = line.decode().strip().upper()
                    if command.startswith("RCPT") and service.is_refusing:
                        self.reply("451 not now")
                    elif command == "DATA":
                        self.reply("354 go on")
                        lines = list(iter(self.rfile.readline, b".\r\n"))
                        text = b"".join(x[1:] if x.startswith(b"..") else x for x in lines)
                        service.mails.append(email.message_from_bytes(text))
                        self.reply("250 taken")
                    elif command == "QUIT":
                        self.reply("221 bye")
                        return
                    else:
                        self.reply("250 ok")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def text_of(mail: Mail) -> str:
    """Return all text parts of a mail."""
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join(part.get_payload(decode=True).decode() for part in parts)


def command(*arguments: str, environment: dict[str, str]) -> list[Any]:
    """Return the arguments of Popen for `warehouse alerts ..` with only these ALERT_ settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALERT_", "WAREHOUSE_"))}
    code = "from warehouse.cli import app; app()"
    return [[sys.executable, "-c", code, "alerts", *arguments], kept | environment]


def start(*arguments: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start `warehouse alerts ..` as a process of its own."""
    line, env = command(*arguments, environment=environment)
    pipe = subprocess.PIPE
    return subprocess.Popen(line, env=env, cwd=PROJECT_DIR, stdout=pipe, stderr=pipe, text=True)
