"""Acknowledge and resolve: actions for raw/ops/actions, which the next build reads."""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warehouse.alerts.marts import Alert

ACKNOWLEDGE, RESOLVE = "acknowledge", "resolve"
LEAST_PREFIX = 6


class ActionError(ValueError):
    """The action can't be written; the message says what to do."""


def find_alerts(alerts: Sequence[Alert], ids: Sequence[str]) -> list[Alert]:
    """Return the alerts with these ids, or with ids that begin so (6 characters or more), once.

    Raises:
        ActionError: an id that no alert has, or that several begin with.
    """
    found: dict[str, Alert] = {}
    by_id = {alert.alert_id: alert for alert in alerts}
    for wanted in ids:
        text = wanted.strip().lower()
        if text in by_id:
            found[text] = by_id[text]
            continue
        alike = [a for a in alerts if len(text) >= LEAST_PREFIX and a.alert_id.startswith(text)]
        if not alike:
            raise ActionError(
                f"no alert has the id {wanted!r}: nothing was written. "
                "`warehouse alerts list --status all` shows the ids."
            )
        if len(alike) > 1:
            raise ActionError(
                f"{len(alike)} alerts have ids that begin with {wanted!r}: give more of it. "
                "Nothing was written."
            )
        found[alike[0].alert_id] = alike[0]
    return list(found.values())


def write_actions(
    raw_dir: str,
    alerts: Sequence[Alert],
    action: str,
    actor: str,
    note: str | None,
    now: dt.datetime,
) -> tuple[Path, list[dict[str, Any]]]:
    """Write one new file with an action per alert, and return its path and the actions.

    The file appears whole, under its final name, in dt = the UTC date of now; no file is changed.

    Args:
        raw_dir: the raw folder (not an object store).
        alerts: what is acted on.
        action: acknowledge or resolve.
        actor: who acts; ends up in marts, so no e-mail address.
        note: a remark, or None.
        now: the instant, with a zone.

    Raises:
        ActionError: an actor that may not be, an object store, or a folder that can't be written.
    """
    actor = actor.strip()
    if not actor or "@" in actor:
        raise ActionError(
            f"--by {actor!r} won't do: give a login or a team's name. It ends up in marts, which "
            "hold no e-mail addresses."
        )
    if "://" in raw_dir:
        raise ActionError(
            f"the raw folder {raw_dir} is an object store, and this command writes files: give a "
            "folder with --raw-dir and copy what it writes (ops/actions/dt=.../*.ndjson)."
        )
    at = now.astimezone(dt.UTC)
    rows = [
        {
            "action_id": uuid.uuid4().hex,
            "object_type": "alert",
            "object_id": alert.alert_id,
            "action": action,
            "actor": actor,
            **({"note": note} if note else {}),
            "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        for alert in alerts
    ]
    folder = Path(raw_dir) / "ops" / "actions" / f"dt={at:%Y-%m-%d}"
    path = folder / f"alerts-{at:%H%M%S}-{rows[0]['action_id']}.ndjson"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_whole(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    except OSError as error:
        raise ActionError(f"{path} can't be written: {error.strerror or error}.") from error
    return path, rows


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that readers see all of it or nothing, and that it outlives a crash."""
    part = path.with_name(f".{path.name}.part")  # no build reads this ending
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
