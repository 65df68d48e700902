"""The seed rows the recomputation needs, read from the project's CSV files."""

from __future__ import annotations

import csv
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

Rates = list[tuple[date, Decimal]]
ROYAL_CRITERIA = (  # (criterion, comparison, limit), in the order of royal_blockers
    ("refund_rate", "<", Decimal("0.05")),
    ("cancel_rate", "<", Decimal("0.10")),
    ("panic_rate", "<", Decimal("0.02")),
    ("mismatch_rate", "<", Decimal("0.05")),
    ("rating", ">=", Decimal("4.5")),
    ("total_transactions", ">=", Decimal(50)),
)


@dataclass(frozen=True)
class Platform:
    """One row of platforms.csv."""

    name: str
    currency: str
    zone: ZoneInfo
    launched_on: date


@dataclass
class Seeds:
    """Seed rows as look-ups; rates are lists of (valid_from, rate), oldest first."""

    platforms: dict[str, Platform]
    token_rates: dict[str, Rates]
    fx_rates: dict[tuple[str, str], Rates]
    regions: dict[str, str]
    streams: dict[tuple[str, str, str], str]
    splits: dict[tuple[str, str], tuple[str, Decimal]]
    regional_thresholds: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    royal_criteria: list[tuple[str, str, Decimal]] = field(
        default_factory=lambda: list(ROYAL_CRITERIA)
    )
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)  # raw rows by seed

    def rows(self, name: str) -> list[dict[str, str]]:
        """Raw rows of a seed in file order, none where the seed is not there."""
        return self.tables.get(name, [])

    def token_rate(self, platform: str, on: date) -> Decimal:
        """Money of one token or coin on a business date."""
        return rate_on(self.token_rates[platform], on)

    def fx_rate(self, source: str, target: str, on: date) -> Decimal:
        """Units of the target currency for one of the source on a business date."""
        if source == target:
            return Decimal(1)
        return rate_on(self.fx_rates[(source, target)], on)

    def stream(self, platform: str, source: str, context: str | None) -> str:
        """Revenue stream of a raw context (any case); `*` and absent seed rows mean other."""
        key = (platform, source, (context or "").upper())
        if context and key in self.streams:
            return self.streams[key]
        return self.streams.get((platform, source, "*"), "other")

    def place(self, country: str | None) -> tuple[str, str]:
        """Return (country_code, region) of a country; ZZ, UNKNOWN where the seed lacks it."""
        if country is not None and country in self.regions:
            return country, self.regions[country]
        return "ZZ", "UNKNOWN"

    def threshold(self, name: str, country: str, region: str, default: Decimal) -> Decimal:
        """Return a regional threshold: country, else region, else global, else the default.

        The scope NA is the region; the country of that code (Namibia) has none of its own.
        """
        regions = set(self.regions.values())
        own = () if country in regions else (country,)
        for scope in (*own, region, "global"):
            value = self.regional_thresholds.get(scope.lower(), {}).get(name)
            if value is not None:
                return value
        return default


def rate_on(rates: Rates, on: date) -> Decimal:
    """Return the rate of the latest valid_from on or before the date, else the first one."""
    index = bisect_right([valid_from for valid_from, _ in rates], on) - 1
    return rates[max(index, 0)][1]


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    paths = sorted(folder.rglob(name))
    if not paths:
        raise FileNotFoundError(f"no {name} under {folder}: the oracle needs this seed")
    with paths[0].open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _thresholds(folder: Path) -> dict[str, dict[str, Decimal]]:
    if not list(folder.rglob("regional_thresholds.csv")):
        return {}
    found: dict[str, dict[str, Decimal]] = {}
    for row in _rows(folder, "regional_thresholds.csv"):
        cells = {}
        for name, text in row.items():
            try:
                cells[name] = Decimal(text)
            except ArithmeticError:
                continue
        found[row["scope"].lower()] = cells
    return found


def _royal_criteria(folder: Path) -> list[tuple[str, str, Decimal]]:
    if not list(folder.rglob("royal_club_criteria.csv")):
        return list(ROYAL_CRITERIA)
    rows = sorted(_rows(folder, "royal_club_criteria.csv"), key=lambda r: int(r["position"]))
    return [(row["criterion"], row["comparison"], Decimal(row["limit_value"])) for row in rows]


def read_seeds(folder: Path) -> Seeds:
    """Read all seeds below the project's seeds folder."""
    token_rates: dict[str, Rates] = {}
    for row in _rows(folder, "token_rates.csv"):
        token_rates.setdefault(row["platform"], []).append(
            (date.fromisoformat(row["valid_from"]), Decimal(row["rate"]))
        )
    fx_rates: dict[tuple[str, str], Rates] = {}
    for row in _rows(folder, "fx_rates.csv"):
        fx_rates.setdefault((row["from_currency"], row["to_currency"]), []).append(
            (date.fromisoformat(row["valid_from"]), Decimal(row["rate"]))
        )
    for rates in (*token_rates.values(), *fx_rates.values()):
        rates.sort()
    return Seeds(
        platforms={
            row["platform"]: Platform(
                row["platform"],
                row["currency"],
                ZoneInfo(row["time_zone"]),
                date.fromisoformat(row["launched_on"]),
            )
            for row in _rows(folder, "platforms.csv")
        },
        token_rates=token_rates,
        fx_rates=fx_rates,
        regions={row["country_code"]: row["region"] for row in _rows(folder, "regions.csv")},
        streams={
            (row["platform"], row["source"], row["context"].upper()): row["stream"]
            for row in _rows(folder, "revenue_streams.csv")
        },
        splits={
            (row["platform"], row["stream"]): (
                row["method"],
                Decimal(row["platform_share"] or 0),
            )
            for row in _rows(folder, "revenue_splits.csv")
        },
        regional_thresholds=_thresholds(folder),
        royal_criteria=_royal_criteria(folder),
        tables={path.stem: _rows(folder, path.name) for path in sorted(folder.rglob("*.csv"))},
    )
