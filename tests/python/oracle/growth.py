"""Cohorts, funnels and experiments recomputed.

Readings taken where the contract leaves room:
 - a cohort row is complete when the month cohort_month + period_index has ended;
 - months without created users make no cohort;
 - conversion_from_first of step 1 is 1 (NULL where nobody entered);
 - within 14 days after assignment includes the instant of assignment and of its end.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

from .kpis import month_start, next_month
from .landing import Row
from .world import ZERO, PlatformFacts, World, money_per, ratio

FUNNEL_WINDOW = timedelta(days=7)
EXPERIMENT_WINDOW = timedelta(days=14)
STEPS = {
    "avalo": (
        "signup",
        "first_session",
        "verified",
        "first_purchase",
        "first_spend",
        "repeat_spend",
    ),
    "halobuzz": (
        "visit",
        "signup",
        "first_stream",
        "first_gift",
        "first_topup",
        "og_subscription",
    ),
}
Moment = tuple[datetime, str]  # time and document id


def cohort_retention(w: World) -> list[Row]:
    """One row per platform, month of creation and month since."""
    rows = []
    for f in w.platforms.values():
        cohort = {user.id: month_start(user.created_date) for user in f.users.values()}
        sizes = Counter(cohort.values())
        active: dict[tuple[date, date], set[str]] = defaultdict(set)
        revenue: dict[tuple[date, date], Decimal] = defaultdict(Decimal)
        for user_id, dates in f.active_days.items():
            for day in dates:
                active[(cohort[user_id], month_start(day))].add(user_id)
        for user_id, day, _, amount in f.revenue_events:
            if user_id in cohort:
                revenue[(cohort[user_id], month_start(day))] += amount
        for start, size in sorted(sizes.items()):
            month, index, total = start, 0, ZERO
            while month <= f.today:
                total += revenue[(start, month)]
                count = len(active[(start, month)])
                rows.append(
                    {
                        "platform": f.name,
                        "cohort_month": start,
                        "period_index": index,
                        "currency": f.currency,
                        "cohort_size": size,
                        "active_users": count,
                        "retention_rate": ratio(count, size),
                        "revenue": revenue[(start, month)],
                        "cumulative_revenue_per_user": money_per(total, size),
                        "is_complete": f.is_complete(next_month(month) - timedelta(days=1)),
                    }
                )
                month, index = next_month(month), index + 1
    return rows


# funnels ------------------------------------------------------------------------------------


def _halobuzz_times(f: PlatformFacts) -> dict[str, list[datetime]]:
    """Step times of each user on its way through the funnel."""
    events: dict[str, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for row in f.facts("funnelEvents"):
        events[row["userId"]][row["step"]].append(row["at"])
    found = {}
    for user_id, by_step in events.items():
        times: list[datetime] = []
        for step in STEPS["halobuzz"]:
            later = [at for at in by_step[step] if not times or at >= times[-1]]
            if not later:
                break
            times.append(min(later))
            if times[-1] > times[0] + FUNNEL_WINDOW:
                times.pop()
                break
        if times:
            found[user_id] = times
    return found


def _avalo_times(f: PlatformFacts) -> dict[str, list[datetime]]:
    sessions: dict[str, list[Moment]] = defaultdict(list)
    purchases: dict[str, list[Moment]] = defaultdict(list)
    spends: dict[str, list[Moment]] = defaultdict(list)
    for target, rows in (
        (sessions, f.facts("appSessions")),
        (purchases, f.wallet("purchase")),
        (spends, f.wallet("spend")),
    ):
        for row in rows:
            target[row["userId"]].append((row["at"], row["id"]))

    def first_from(moments: list[Moment], start: datetime) -> datetime | None:
        return min((at for at, _ in moments if at >= start), default=None)

    found = {}
    for user in f.users.values():
        start = user.created_at
        times = [start]
        found[user.id] = times

        def reach(at: datetime | None, times: list[datetime] = times) -> bool:
            if at is None or at > times[0] + FUNNEL_WINDOW:
                return False
            times.append(at)
            return True

        if not reach(first_from(sessions[user.id], start)):
            continue
        verified = user.document.get("verifiedAt")
        if verified is None and user.document.get("verified"):
            verified = user.created_at
        if not reach(None if verified is None else max(verified, times[-1])):
            continue
        if not reach(first_from(purchases[user.id], times[-1])):
            continue
        later = sorted(moment for moment in spends[user.id] if moment[0] >= times[-1])
        if later and reach(later[0][0]) and len(later) > 1:
            reach(later[1][0])
    return found


def funnel_daily(w: World) -> list[Row]:
    """One row per platform, kept date and step."""
    rows = []
    for f in w.platforms.values():
        times = _avalo_times(f) if f.name == "avalo" else _halobuzz_times(f)
        counts: Counter[tuple[date, int]] = Counter()
        for moments in times.values():
            entered = f.day(moments[0])
            counts.update((entered, number) for number in range(1, len(moments) + 1))
        for day in f.kept_days():
            mature = f.end_of(day) + FUNNEL_WINDOW <= f.as_of
            for number, step in enumerate(STEPS[f.name], start=1):
                users, first = counts[(day, number)], counts[(day, 1)]
                before = counts[(day, number - 1)]
                rows.append(
                    {
                        "platform": f.name,
                        "funnel_date": day,
                        "step_number": number,
                        "step": step,
                        "users": users,
                        "conversion_from_previous": ratio(users, before) if number > 1 else None,
                        "conversion_from_first": ratio(users, first),
                        "is_mature": mature,
                    }
                )
    return rows


# experiments --------------------------------------------------------------------------------


def two_proportion_p(x1: int, n1: int, x2: int, n2: int) -> float | None:
    """Pooled two-sided two-proportion z-test; None where the spread is 0."""
    pooled = (x1 + x2) / (n1 + n2)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    if spread == 0:
        return None
    return math.erfc(abs(x1 / n1 - x2 / n2) / spread / math.sqrt(2))


def experiment_results(w: World) -> list[Row]:
    """One row per experiment and variant with users assigned 14 days ago or earlier."""
    f = w.platforms["avalo"]
    first: dict[tuple[str, str], Row] = {}
    for row in f.facts("experimentAssignments"):
        key = (row["experimentId"], row["userId"])
        if row["userId"] in f.users and (
            key not in first or (row["at"], row["id"]) < (first[key]["at"], first[key]["id"])
        ):
            first[key] = row
    active: dict[str, list[datetime]] = defaultdict(list)
    paying: dict[str, list[datetime]] = defaultdict(list)
    money: dict[str, list[tuple[datetime, Decimal]]] = defaultdict(list)
    for user, at in f.all_activity:
        active[user].append(at)
    for user, at in f.payments:
        paying[user].append(at)
    for user, _, at, amount in f.revenue_events:
        money[user].append((at, amount))
    groups: dict[tuple[str, str], Row] = {}
    for (experiment, user), row in first.items():
        start, end = row["at"], row["at"] + EXPERIMENT_WINDOW
        if end > f.as_of:
            continue
        group = groups.setdefault(
            (experiment, row["variant"]),
            {"assigned_users": 0, "active_users": 0, "paying_users": 0, "revenue": ZERO},
        )
        group["assigned_users"] += 1
        group["active_users"] += any(start <= at <= end for at in active[user])
        group["paying_users"] += any(start <= at <= end for at in paying[user])
        group["revenue"] += sum((m for at, m in money[user] if start <= at <= end), ZERO)
    rows = []
    for (experiment, variant), group in groups.items():
        assigned, payers = group["assigned_users"], group["paying_users"]
        rate = ratio(payers, assigned)
        control = groups.get((experiment, "control"))
        lift = p_value = None
        if control is not None and variant != "control":
            base = ratio(control["paying_users"], control["assigned_users"])
            lift = rate / base - 1 if base and rate is not None else None
            p_value = two_proportion_p(
                payers, assigned, control["paying_users"], control["assigned_users"]
            )
        rows.append(
            {
                "experiment_id": experiment,
                "variant": variant,
                **group,
                "conversion_rate": rate,
                "arpu": money_per(group["revenue"], assigned),
                "lift_vs_control": lift,
                "p_value": p_value,
            }
        )
    return rows
