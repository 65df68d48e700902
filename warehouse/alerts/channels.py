"""Channels: their URLs from the environment, and sending through Apprise.

A URL holds secrets. No text that leaves this module shows more of it than its scheme.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import apprise
from apprise.plugins.base import NotifyBase
from apprise.plugins.email import NotifyEmail

from warehouse.alerts.messages import Message
from warehouse.alerts.routes import CHANNELS, DASHBOARD

# Without a handler Python prints the library's warnings itself.
logging.getLogger("apprise").addHandler(logging.NullHandler())

READ_TIMEOUT_SECONDS = 15.0  # a slow answer is not a failure: trying again would repeat the message
LEAST_SECRET_LENGTH = 4
NOTIFY_TYPES = {
    "critical": apprise.NotifyType.FAILURE,
    "high": apprise.NotifyType.WARNING,
}


@dataclass(frozen=True)
class Target:
    """One URL of a channel: its position (from 1) among the channel's URLs, and its service.

    shown is the URL as it may be printed; limit the greatest length of a message, in characters.
    """

    channel: str
    position: int
    shown: str
    limit: int
    service: NotifyBase = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False, default=())

    @property
    def name(self) -> str:
        """The channel, with the position where it isn't the first."""
        return self.channel if self.position == 1 else f"{self.channel} {self.position}"


@dataclass(frozen=True)
class Channels:
    """Per channel: targets (none without usable URLs), number of URLs, what is wrong."""

    targets: dict[str, list[Target]]
    counts: dict[str, int] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def positions(self, channel: str) -> range:
        """Return the positions an alert waits for; the first one also where no URL is set yet."""
        return range(1, max(1, self.counts.get(channel, 0)) + 1)


def variable(channel: str) -> str:
    """Return the environment variable that holds a channel's URLs."""
    return f"ALERT_{channel.upper()}_URL"


def read_channels(environment: Mapping[str, str]) -> Channels:
    """Read all channels' URLs: one, or several with blanks between, per variable.

    A URL that Apprise does not know is a problem of its channel: nothing is sent there.
    """
    targets: dict[str, list[Target]] = {}
    counts: dict[str, int] = {}
    problems: dict[str, str] = {}
    for channel in CHANNELS:
        if channel == DASHBOARD:
            continue
        urls = environment.get(variable(channel), "").split()
        counts[channel] = len(urls)
        found = [_target(channel, n, url) for n, url in enumerate(urls, start=1)]
        usable = [target for target in found if target is not None]
        targets[channel] = usable if len(usable) == len(urls) else []
        if len(usable) < len(urls):
            problems[channel] = (
                f"{variable(channel)}: URL {found.index(None) + 1} of {len(urls)} is none that "
                "Apprise knows (schemes: slack, tgram, mailtos, json, jsons ..; "
                "https://appriseit.com/services/)"
            )
    return Channels(targets, counts, problems)


def send(target: Target, message: Message) -> str | None:
    """Send a message once, without retries.

    Returns:
        None when the service took it, else what went wrong, in one line without secrets.
    """
    _add_facts(target.service, message)
    courier = apprise.Apprise(asset=_asset())
    courier.add(target.service)
    result = courier.notify(
        title=message.title,
        body=message.body,
        notify_type=NOTIFY_TYPES.get(message.severity, apprise.NotifyType.INFO),
        body_format=apprise.NotifyFormat.TEXT,
    )
    if result:
        return None
    said = " ".join(" ".join(str(entry.message) for entry in result.logs()).split())
    return without_secrets(said, target.secrets) or "the service refused it, and gave no reason"


def without_secrets(text: str, secrets: tuple[str, ...]) -> str:
    """Return the text with every secret replaced by ***."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def url_secrets(url: str) -> tuple[str, ...]:
    """Return the parts of a URL that must not be shown, the longest first.

    User, password, path and query values, and a host without a dot: some services hold a token
    there.
    """
    parts = urlsplit(url)
    pieces = {url, *parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))}
    pieces.update(re.split("[@:]", parts.netloc))
    pieces |= {unquote(piece) for piece in pieces}
    host = parts.netloc.rpartition("@")[2].partition(":")[0]
    shown = {host} if "." in host or host == "localhost" else set()
    secrets = {piece for piece in pieces - shown if len(piece) >= LEAST_SECRET_LENGTH}
    return tuple(sorted(secrets, key=lambda piece: (-len(piece), piece)))


def _asset() -> apprise.AppriseAsset:
    """Return settings for Apprise.

    Redirects are refused: a POST that is sent on becomes a GET, and its 200 would pass for a
    delivery. Sequential and without a deadline of its own: a send that nobody waits for any more
    could still arrive after it was counted as failed. Socket timeouts end it instead.
    """
    asset = apprise.AppriseAsset(app_id="Warehouse", async_mode=False, service_timeout=0)
    asset.app_desc = "Creator platform warehouse"
    asset.http_redirects = False
    return asset


def _target(channel: str, position: int, url: str) -> Target | None:
    service = apprise.Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)
    if not isinstance(service, NotifyBase):
        return None
    if "rto=" not in url:
        service.socket_read_timeout = READ_TIMEOUT_SECONDS
    if isinstance(service, NotifyEmail):
        service.request_rate_per_sec = 0  # seconds between mails: a mail server needs no pause
    if "overflow=" not in url:
        service.overflow_mode = apprise.OverflowMode.TRUNCATE  # one alert, one message
    return Target(
        channel, position, f"{url.partition(':')[0]}://***", service.body_maxlen, service,
        url_secrets(url),
    )  # fmt: skip


def _add_facts(service: NotifyBase, message: Message) -> None:
    """Give a JSON webhook the alerts as data: a receiver drops a repeated delivery by alert_id."""
    extras: Any = getattr(service, "payload_extras", None)
    if isinstance(extras, dict) and service.protocol == "json":
        extras["mode"] = message.mode
        extras["digest_key"] = message.digest_key
        extras["alerts"] = [alert.as_json() for alert in message.alerts]
