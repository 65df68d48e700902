"""What a sample data set looks like: scale, calendar, special users, incidents."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

PLATFORMS: tuple[str, ...] = ("avalo", "halobuzz")
#: Users per platform, days of history, wallet rows per avalo user.
SCALES: dict[str, tuple[int, int, int]] = {
    "tiny": (300, 75, 52),
    "small": (5_000, 120, 52),
    "medium": (100_000, 180, 52),
    "large": (1_000_000, 365, 37),
}
MIN_USERS = 200
MIN_DAYS = 60
SYDNEY = ZoneInfo("Australia/Sydney")
#: Users at the end of the index range that only incidents and showcase documents use.
SPECIAL_USERS = 80
#: About how far from the first special user the subjects of a creator's incidents lie.
SLOW_CREATOR = 42
REFUNDED_CREATOR = 44
CHEAT = 46


class SampleDataError(ValueError):
    """A request that can't be met; the message says what to change."""


@dataclass(frozen=True)
class Incident:
    """One labelled incident: a row of `incidents.csv`.

    `start` and `end` are UTC; `end` is exclusive. `region` and `subject` are empty when the
    incident has none. `users` are indices of the users that take part.
    """

    type: str
    platform: str
    region: str
    start: dt.datetime
    end: dt.datetime
    subject: str
    users: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The whole set, fixed by seed, scale and last day: no clock, no random state."""

    users: int
    days: int
    until: dt.date
    seed: int
    spends_per_user: int = 52
    incidents: tuple[Incident, ...] = field(default=())
    activity: float = 1.0

    @property
    def start(self) -> dt.date:
        """First UTC date with data."""
        return self.until - dt.timedelta(days=self.days - 1)

    @property
    def end(self) -> dt.datetime:
        """The instant (UTC, exclusive) after which nothing is written."""
        return dt.datetime.combine(self.until + dt.timedelta(days=1), dt.time())

    @property
    def churn_group(self) -> int:
        """How many users stop on the day of the churn spike."""
        return max(30, self.users * 4 // 100)

    @property
    def surge_group(self) -> int:
        """How many users sign up on the day of the sign-up surge."""
        return max(25, self.users // 50)

    @property
    def special_from(self) -> int:
        """Index of the first special user."""
        return self.users - SPECIAL_USERS

    @property
    def churn_from(self) -> int:
        """Index of the first user of the churn spike."""
        return self.special_from - self.churn_group

    @property
    def surge_from(self) -> int:
        """Index of the first user of the sign-up surge."""
        return self.churn_from - self.surge_group

    @property
    def wave(self) -> int:
        """How many chargebacks a wave has."""
        return max(18, self.users // 40)

    def subject(self, offset: int) -> int:
        """Index of the special user at an offset that earns nothing but in its own incident.

        Those with odd indices are creators from the first day on, so everybody pays them.
        """
        index = self.special_from + offset
        return index + index % 2

    @property
    def copies(self) -> int:
        """How many incidents of each kind that can be repeated."""
        return 1 if self.users < 2_000 else 2 if self.users < 50_000 else 4


def make_plan(
    scale: str = "tiny",
    users: int | None = None,
    seed: int = 1,
    days: int | None = None,
    until: dt.date | None = None,
    activity: float = 1.0,
) -> Plan:
    """Return the plan for a scale name or a number of users per platform.

    `activity` multiplies what each user does: many users fit on little disk with less than 1.

    Raises:
        SampleDataError: unknown scale, too few users or days, an activity that is no number of
            (0, 1], or a start before 2020-01-02.
    """
    if scale not in SCALES:
        raise SampleDataError(f"scale '{scale}' is unknown: use one of {', '.join(SCALES)}.")
    n_users, n_days, spends = SCALES[scale]
    if users is not None:
        n_users = users
        n_days = next((d for n, d, _ in SCALES.values() if users <= n), 365)
    n_days = days if days is not None else n_days
    if n_users < MIN_USERS:
        raise SampleDataError(f"--users {n_users} is too small: at least {MIN_USERS}.")
    if n_days < MIN_DAYS:
        raise SampleDataError(
            f"--days {n_days} is too short for a churn spike: at least {MIN_DAYS}."
        )
    if not 0 < activity <= 1:
        raise SampleDataError(f"--activity {activity} must be above 0 and at most 1.")
    last = until or dt.datetime.now(dt.UTC).date()
    if last - dt.timedelta(days=n_days) < dt.date(2020, 1, 1):
        raise SampleDataError(f"--until {last} less {n_days} days lies before 2020-01-02.")
    plan = Plan(n_users, n_days, last, seed, spends, activity=activity)
    return replace(plan, incidents=tuple(_incidents(plan)))


def day_weights(plan: Plan, platform: str) -> list[tuple[dt.date, float, float]]:
    """Return (day, share of rows before it, share up to its end) for every day of the plan."""
    boost = {4: 1.1, 5: 1.25, 6: 1.2} if platform == "avalo" else {4: 1.15, 5: 1.35, 6: 1.25}
    days = [plan.start + dt.timedelta(days=i) for i in range(plan.days)]
    weights = [
        boost.get(d.weekday(), 1.0) * (1 + 0.05 * math.sin(i / 9.0)) for i, d in enumerate(days)
    ]
    total, acc = sum(weights), 0.0
    rows: list[tuple[dt.date, float, float]] = []
    for day, weight in zip(days, weights, strict=True):
        rows.append((day, acc / total, (acc + weight) / total))
        acc += weight
    rows[-1] = (rows[-1][0], rows[-1][1], 1.0)
    return rows


def sydney_midnight(day: dt.date) -> dt.datetime:
    """Return the start of a Sydney date as naive UTC."""
    local = dt.datetime.combine(day, dt.time(), SYDNEY)
    return local.astimezone(dt.UTC).replace(tzinfo=None)


def clock_changes(plan: Plan) -> list[dt.datetime]:
    """Return the instants (naive UTC) at which Sydney's clock changes within the plan."""
    found: list[dt.datetime] = []
    for i in range(plan.days - 1):
        day = plan.start + dt.timedelta(days=i)
        a, b = sydney_midnight(day), sydney_midnight(day + dt.timedelta(days=1))
        if b - a != dt.timedelta(hours=24):
            found.append(dt.datetime.combine(a.date(), dt.time(16)))
    return found


def _incidents(plan: Plan) -> list[Incident]:
    """Place every kind of incident; special users are dealt out in order."""
    out: list[Incident] = []
    fresh = {p: iter(range(plan.special_from, plan.users - 12)) for p in PLATFORMS}
    day0 = dt.datetime.combine(plan.until, dt.time())
    hour = dt.timedelta(hours=1)
    span = min(plan.days - 15, 75)

    def at(days_back: int, hours: float = 0) -> dt.datetime:
        return day0 - dt.timedelta(days=days_back) + hours * hour

    def add(
        kind: str,
        platform: str,
        start: dt.datetime,
        length: dt.timedelta,
        n_users: int = 0,
        subject: str | None = None,
        region: str = "",
    ) -> None:
        while start + length > day0 - 24 * hour:
            start -= 72 * hour
        who = tuple(next(fresh[platform]) for _ in range(n_users))
        text = subject if subject is not None else ">".join(user_id(platform, i) for i in who)
        out.append(Incident(kind, platform, region, start, start + length, text, who))

    for c in range(plan.copies):

        def back(days: int, c: int = c) -> int:
            return 3 + (days + 17 * c) % max(10, span - 3)

        add("refund_loop", "avalo", at(back(4), 9), 6 * hour, 1)
        add("refund_loop", "halobuzz", at(back(5), 3), 6 * hour, 1)
        add("token_drain", "avalo", at(back(6), 20), hour / 6, 2)
        add("bot_behavior", "avalo", at(back(8), 2), hour, 1)
        add("bot_behavior", "halobuzz", at(back(7), 14), hour, 1)
        add("panic_spam", "avalo", at(back(13), 11), 100 * hour, 1)
        add("fake_mismatch", "avalo", at(back(28), 8), 480 * hour, 1)
        add("ai_abuse", "avalo", at(back(9), 13), 8 * hour, 1)
        add("cancellation_farming", "avalo", at(back(20), 6), 240 * hour, 1)
        add("payment_failure", "avalo", at(back(10), 16), hour, 0, "STRIPE")
        add("infra_errors", "halobuzz", at(back(11), 5), hour, 0, "stream-gateway")
        add("abuse_spike", "halobuzz", at(back(14), 9), hour, 0, "")
        add("panic_spike", "avalo", at(back(16), 0), 24 * hour, 0, "", "EU")
        add("ai_misuse", "avalo", at(back(18), 0), 24 * hour, 0, "")
        add("refund_spike", "avalo", at(back(22), 0), 24 * hour, 0, "")

    def sydney_date(kind: str, days_back: int) -> None:
        """Add an incident of a whole Sydney date."""
        day = plan.until - dt.timedelta(days=days_back)
        end = sydney_midnight(day + dt.timedelta(days=1))
        out.append(Incident(kind, "halobuzz", "", sydney_midnight(day), end, ""))

    add("revenue_drop", "avalo", at(12), 48 * hour, 0, "")
    sydney_date("revenue_drop", 17)
    add("churn_spike", "avalo", at(38), 24 * hour, 0, "")
    sydney_date("churn_spike", 36)
    add("chargeback_count", "avalo", at(9), 72 * hour, 0, "", "LATAM")
    add("chargeback_count", "halobuzz", at(15), 72 * hour, 0, "", "APAC")
    add("silent_outage", "avalo", at(25), 48 * hour, 0, "profileEvents")
    add("silent_outage", "halobuzz", at(24), 48 * hour, 0, "messages")
    # The last days hold one of every kind that is only looked for there.
    add("payment_failure", "avalo", at(3, 10), hour, 0, "STRIPE")
    add("system_error", "avalo", at(4, 14), hour, 0, "")
    add("infra_errors", "halobuzz", at(4, 5), hour, 0, "stream-gateway")
    add("abuse_spike", "halobuzz", at(2, 9), hour, 0, "")
    add("mismatch_spike", "avalo", at(14), 24 * hour, 0, "", "LATAM")
    add("revenue_outage", "avalo", at(31), 24 * hour, 0, "")
    sydney_date("engagement_drop", 21)
    add("signup_surge", "avalo", at(20), 24 * hour, 0, "")
    sydney_date("signup_surge", 27)
    for kind, start, length, creator in (
        ("payout_abuse", at(5, 8), 10, plan.subject(CHEAT)),
        ("creator_refunds", at(8), 96, plan.subject(REFUNDED_CREATOR)),
        ("creator_quality", at(24), 480, plan.subject(SLOW_CREATOR)),
    ):
        add(kind, "avalo", start, length * hour, 0, user_id("avalo", creator))
    return out


def user_id(platform: str, index: int) -> str:
    """Return the platform's id of the user with this index."""
    if platform == "avalo":
        return f"u{index:07d}"
    return f"65a0{(index * 2654435761) % 2**32:08x}{index:012x}"
