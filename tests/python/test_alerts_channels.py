"""What the services get: local servers stand for Slack, Telegram, a webhook and the mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alerts_support import HttpService, MailService, alert, text_of
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from warehouse.alerts.channels import read_channels, send, url_secrets, without_secrets
from warehouse.alerts.messages import Message, daily, single

ODD = alert(7, message="25 <AI> *flags* & _more_ [here] above 20")
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/-1001234567"


@pytest.fixture
def service() -> Iterator[HttpService]:
    service = HttpService()
    yield service
    service.stop()


@pytest.fixture
def mail() -> Iterator[MailService]:
    mail = MailService()
    yield mail
    mail.stop()


def send_to(url: str, channel: str, message: Message) -> str | None:
    (target,) = read_channels({f"ALERT_{channel.upper()}_URL": url}).targets[channel]
    return send(target, message)


def test_slack(service: HttpService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://{service.address}/services")
    assert send_to(SLACK, "slack", single(ODD, None)) is None
    ((path, body),) = service.requests
    assert path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    (attachment,) = body["attachments"]
    assert attachment["title"] == "[CRITICAL] avalo: panic_spike (EU)"
    assert "&lt;AI&gt;" in attachment["text"]  # not a tag, not a mention
    assert ODD.alert_id in attachment["text"]


def test_telegram(service: HttpService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://{service.address}/bot")
    assert send_to(TELEGRAM, "telegram", single(ODD, None)) is None
    ((path, body),) = service.requests
    assert path == "/bot123456789:abcdefg_hijklmnop/sendMessage"
    assert str(body["chat_id"]) == "-1001234567"
    assert body["parse_mode"] == "HTML"
    assert "25 &lt;AI&gt; *flags* &amp; _more_ [here] above 20" in body["text"]


def test_a_long_digest_is_one_telegram_message(
    service: HttpService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://{service.address}/bot")
    (target,) = read_channels({"ALERT_TELEGRAM_URL": TELEGRAM}).targets["telegram"]
    alerts = [alert(n, message="<&>" * 30) for n in range(300)]
    message = daily(ODD.period_start.date(), "daily:x", alerts, "https://b.example/", target.limit)
    assert send(target, message) is None
    ((_, body),) = service.requests
    assert len(body["text"]) <= 4096
    assert "avalo: 300" in body["text"]


def test_a_webhook_gets_the_alerts_as_data(service: HttpService) -> None:
    url = f"json://{service.address}/hook"
    assert send_to(url, "webhook", single(ODD, "https://bi.example.com/a?tab=1")) is None
    ((path, body),) = service.requests
    assert path.rstrip("/") == "/hook"
    assert body["title"] == "[CRITICAL] avalo: panic_spike (EU)"
    assert body["type"] == "failure"
    assert body["message"].splitlines() == [
        "25 <AI> *flags* & _more_ [here] above 20",
        "Observed 12, threshold 10",
        "Period from 2026-06-30 00:00 UTC, rule avalo_panic_spike",
        f"Take it: warehouse alerts ack {ODD.alert_id} --by NAME",
        f"https://bi.example.com/a?tab=1&alert_id={ODD.alert_id}",
    ]
    assert (body["mode"], body["digest_key"]) == ("immediate", None)
    (data,) = body["alerts"]
    assert data["alert_id"] == ODD.alert_id
    assert data["period_start"] == "2026-06-30T00:00:00Z"
    assert data["observed_value"] == 12.0


def test_mail(mail: MailService) -> None:
    url = f"mailto://{mail.address}?from=alerts@example.com&to=ops@example.com"
    assert send_to(url, "email", single(ODD, None)) is None
    (got,) = mail.mails
    assert got["Subject"] == "[CRITICAL] avalo: panic_spike (EU)"
    assert "ops@example.com" in got["To"]
    assert ODD.alert_id in text_of(got)
    mail.is_refusing = True
    error = send_to(url, "email", single(ODD, None))
    assert error and "ops@example.com" not in error
    assert len(mail.mails) == 1


@pytest.mark.parametrize("code", [302, 404, 429, 500, 503])
def test_anything_but_success_is_a_failure(service: HttpService, code: int) -> None:
    """A redirect too: what follows is a GET, whose 200 is no delivery."""
    service.answers = [code]
    error = send_to(f"json://{service.address}/token-of-mine", "webhook", single(ODD, None))
    assert error and str(code) in error
    assert len(service.requests) == 1


def test_nobody_listens(service: HttpService) -> None:
    address = service.address
    service.stop()
    error = send_to(f"json://{address}/token-of-mine", "webhook", single(ODD, None))
    assert error and "onnection error" in error


def test_several_urls_of_a_channel() -> None:
    found = read_channels({"ALERT_WEBHOOK_URL": "json://one.example/a  jsons://two.example/b\n"})
    targets = found.targets["webhook"]
    assert [(t.name, t.shown) for t in targets] == [
        ("webhook", "json://***"),
        ("webhook 2", "jsons://***"),
    ]
    assert list(found.positions("webhook")) == [1, 2]
    assert list(found.positions("slack")) == [1]
    assert found.problems == {}


@pytest.mark.parametrize("url", ["nosuch://secret-token", "hooks.example.com/secret-token", "x"])
def test_a_url_that_nobody_knows_is_named_by_its_variable(url: str) -> None:
    found = read_channels({"ALERT_PUSH_URL": f"json://one.example {url}"})
    assert found.targets["push"] == []
    assert found.problems["push"].startswith("ALERT_PUSH_URL: URL 2 of 2 is none")
    assert "secret" not in found.problems["push"]


@pytest.mark.parametrize(
    ("url", "hidden", "shown"),
    [
        (SLACK, ["T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ"], []),
        (TELEGRAM, ["123456789", "abcdefg_hijklmnop", "-1001234567"], []),
        ("mailtos://me:pa%2Fss@smtp.example.com?to=x@y.example", ["pa/ss", "pa%2Fss"], ["smtp."]),
        ("jsons://hooks.example.com/a-token?key=another", ["a-token", "another"], ["hooks."]),
        ("pover://userkey@apptoken", ["userkey", "apptoken"], []),
    ],
)
def test_secrets_are_hidden_in_errors(url: str, hidden: list[str], shown: list[str]) -> None:
    text = f"failed: {url} {' '.join(hidden)} {' '.join(shown)}"
    text = without_secrets(text, url_secrets(url))
    assert not [secret for secret in hidden if secret in text]
    assert all(part in text for part in shown)


def test_nothing_shows_a_url(capfd: pytest.CaptureFixture[str], service: HttpService) -> None:
    service.answers = [500]
    url = f"json://user:hunter22@{service.address}/token-of-mine"
    (target,) = read_channels({"ALERT_WEBHOOK_URL": url}).targets["webhook"]
    error = send(target, single(ODD, None))
    seen = f"{error} {target!r} {''.join(capfd.readouterr())}"
    assert "500" in seen
    assert "hunter22" not in seen
    assert "token-of-mine" not in seen
