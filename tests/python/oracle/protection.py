"""Risk scores, guardrails, monetization and executive numbers recomputed: one function a mart.

Readings taken where the contract leaves room:
 - the churn component takes the rounded churn_score; component columns are not rounded;
 - rates of regions, countries and payouts are NULL over 0 unless a rule says otherwise;
 - "something was reversed" means reversed_amount above 0;
 - payers of a creator, their chargebacks and their cash count orphans and deleted users;
 - refund_spike and churn_spike have no row for D, toxic_revenue and high_risk_users only D;
 - affected_entities of toxic_revenue are all users that are toxic at as_of;
 - 30 dates have passed since a window's end when all of them are complete;
 - among strategies of one effectiveDate the next one is that of the next document id;
 - engagement_score of a strategy is the mean of the users' rounded scores;
 - a strategy without the parameter's value gets no recommendation for it; one already at its
   limit gets a row whose recommended value is the current one;
 - health_score is the weighted sum of the rounded parts;
 - revenue_growth_mom compares with what the month before has, also where the platform began in it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .behaviour import (
    DAY,
    Row,
    band,
    churned_active,
    end_of_date,
    habits,
    md5_text,
    mean2,
    money4,
    ops_actions,
    score2,
    scores_of,
    signals_of,
)
from .kpis import daily_rows, month_start
from .world import ZERO, Cash, PlatformFacts, User, World, days, money_per, ratio

ONE = Fraction(1)
RISK_WEIGHTS = {
    "chargeback": Fraction(35, 100),
    "refund": Fraction(20, 100),
    "churn": Fraction(25, 100),
    "fraud": Fraction(15, 100),
    "account_age": Fraction(5, 100),
}


def number(value: Fraction | None) -> float | None:
    """Float of an exact number."""
    return None if value is None else float(value)


def exact_ratio(over: Decimal | int, under: Decimal | int) -> Fraction | None:
    """Exact ratio, None over 0."""
    return Fraction(over) / Fraction(under) if under else None


def capped(value: Fraction | None, full_at: Fraction) -> Fraction:
    """Return least(1, value / full_at), 0 for none."""
    return min(ONE, value / full_at) if value is not None else Fraction(0)


# users in 90 days -----------------------------------------------------------------------------


@dataclass
class Ledger:
    """What a user (known or not) did in the trailing 90 days."""

    purchases: int = 0
    cash: Decimal = ZERO
    spends: int = 0
    refunds: int = 0
    refunded: Decimal = ZERO
    chargebacks: int = 0
    charged_back: Decimal = ZERO
    revenue: Decimal = ZERO
    revenue_events: int = 0
    signals: list[str] = field(default_factory=list)

    @property
    def reversed(self) -> Decimal:
        """Refunds and chargebacks in money."""
        return self.refunded + self.charged_back

    @property
    def kept(self) -> Decimal:
        """Revenue less what was reversed, at least 0."""
        return max(ZERO, self.revenue - self.reversed)


def ledgers(w: World, f: PlatformFacts) -> dict[str, Ledger]:
    """Ledgers by user id."""
    return w.cached(f"ledgers {f.name}", lambda: _ledgers(w, f))


def _ledgers(w: World, f: PlatformFacts) -> dict[str, Ledger]:
    found: dict[str, Ledger] = defaultdict(Ledger)
    start = f.as_of - 90 * DAY
    for cash in f.purchases:
        if cash.at > start:
            found[cash.user].purchases += 1
            found[cash.user].cash += cash.amount
    for row in f.wallet("spend") + f.transactions("gift", "game_stake"):
        if row["at"] > start:
            found[row["userId"]].spends += 1
    for cash in f.refunds:
        if cash.at > start:
            found[cash.user].refunds += 1
            found[cash.user].refunded += cash.amount
    for cash in f.chargebacks:
        if cash.at > start:
            found[cash.user].chargebacks += 1
            found[cash.user].charged_back += cash.amount
    for user, _, at, amount in f.revenue_events:
        if at > start:
            found[user].revenue += amount
            found[user].revenue_events += 1
    for row in signals_of(w, f):
        if row["detected_at"] > start:
            found[row["who"]].signals.append(row["signal_type"])
    return dict(found)


# risk scores ----------------------------------------------------------------------------------


def user_risk_scores(w: World) -> list[Row]:
    """One row per platform and known user, not deleted, with money moved or a signal."""
    return w.cached(
        "user_risk_scores",
        lambda: [
            _risk(f, f.users[who], own, scores_of_cached(w, f).get(who))
            for f in w.platforms.values()
            for who, own in ledgers(w, f).items()
            if who in f.users
            and not f.users[who].is_deleted
            and (own.purchases or own.spends or own.refunds or own.chargebacks or own.signals)
        ],
    )


def scores_of_cached(w: World, f: PlatformFacts) -> dict[str, Row]:
    """Rows of churn_scores by user, made once."""
    return w.cached(f"scores {f.name}", lambda: scores_of(w, f))


def event_rate(events: int, base: int) -> Fraction:
    """Events over their base: 1 over a base of 0, 0 without events."""
    if events == 0:
        return Fraction(0)
    return Fraction(events, base) if base else ONE


def _risk(f: PlatformFacts, user: User, own: Ledger, churn: Row | None) -> Row:
    chargeback_rate = event_rate(own.chargebacks, own.purchases)
    refund_rate = event_rate(own.refunds, own.spends + own.purchases)
    age = (f.as_of - user.created_at) // DAY
    parts = {
        "chargeback": capped(chargeback_rate, Fraction(5, 100)),
        "refund": capped(refund_rate, Fraction(20, 100)),
        "churn": Fraction(str(churn["churn_score"])) / 100 if churn else Fraction(1, 2),
        "fraud": capped(Fraction(len(own.signals)), Fraction(5)),
        "account_age": max(Fraction(0), 1 - Fraction(age, 180)),
    }
    weighted = {name: RISK_WEIGHTS[name] * part for name, part in parts.items()}
    top = max(weighted, key=lambda name: weighted[name])
    score = score2(100 * Fraction(sum(weighted.values())))
    is_creator = user.document.get("isCreator" if f.name == "avalo" else "isHost")
    return {
        "platform": f.name,
        "user_id": user.id,
        "region": user.region,
        "country_code": user.country,
        "currency": f.currency,
        "user_type": "creator" if is_creator else "consumer",
        "chargeback_rate": float(chargeback_rate),
        "refund_count_rate": float(refund_rate),
        "purchases": own.purchases,
        "spends": own.spends,
        "chargeback_count": own.chargebacks,
        "refund_count": own.refunds,
        "fraud_signal_count": len(own.signals),
        "account_age_days": age,
        "transaction_volume": own.cash,
        **{f"{name}_component": float(part) for name, part in parts.items()},
        "risk_score": score,
        "risk_level": band(score),
        "top_factor": top if weighted[top] > 0 else None,
        "is_toxic_revenue": chargeback_rate > Fraction(2, 100)
        or (refund_rate > Fraction(75, 1000) and own.refunds >= 3)
        or len(own.signals) > 5,
    }


def risks_of(w: World, f: PlatformFacts) -> dict[str, Row]:
    """Rows of user_risk_scores of a platform by user."""
    return w.cached(
        f"risks {f.name}",
        lambda: {row["user_id"]: row for row in user_risk_scores(w) if row["platform"] == f.name},
    )


def toxic_users(w: World, f: PlatformFacts) -> set[str]:
    """Users that are toxic at as_of."""
    return {who for who, row in risks_of(w, f).items() if row["is_toxic_revenue"]}


def high_risk_rate(rows: Iterable[Row]) -> Fraction | None:
    """High and critical users / scored users."""
    levels = [row["risk_level"] in ("high", "critical") for row in rows]
    return Fraction(sum(levels), len(levels)) if levels else None


def _profile(w: World, f: PlatformFacts, place_of: Callable[[str], str], place: str) -> Row:
    toxic = toxic_users(w, f)
    own = {who: ledger for who, ledger in ledgers(w, f).items() if place_of(who) == place}
    scored = [row for who, row in risks_of(w, f).items() if place_of(who) == place]
    churn = [row for who, row in scores_of_cached(w, f).items() if place_of(who) == place]
    purchases = sum(ledger.purchases for ledger in own.values())
    spends = sum(ledger.spends for ledger in own.values())
    revenue = sum((ledger.revenue for ledger in own.values()), ZERO)
    taken_back = sum((ledger.reversed for ledger in own.values()), ZERO)
    bad = {who: ledger for who, ledger in own.items() if who in toxic}
    return {
        "currency": f.currency,
        "users_scored": len(scored),
        "avg_risk_score": mean2(row["risk_score"] for row in scored),
        "chargeback_rate": ratio(sum(ledger.chargebacks for ledger in own.values()), purchases),
        "refund_count_rate": ratio(
            sum(ledger.refunds for ledger in own.values()), spends + purchases
        ),
        "churned_share": ratio(sum(row["is_churned"] for row in churn), len(churn)),
        "total_revenue": revenue,
        "toxic_revenue": sum((ledger.revenue for ledger in bad.values()), ZERO),
        "risk_adjusted_revenue": revenue
        - taken_back
        - sum((ledger.kept for ledger in bad.values()), ZERO),
        "high_risk_user_rate": number(high_risk_rate(scored)),
    }


def region_risk_profiles(w: World) -> list[Row]:
    """One row per platform and region of dim_users, and UNKNOWN."""
    return w.cached(
        "region_risk_profiles",
        lambda: [
            {
                "platform": f.name,
                "region": region,
                **_profile(w, f, lambda who, f=f: f.places[f.country(who)], region),
            }
            for f in w.platforms.values()
            for region in sorted(set(f.places.values()))
        ],
    )


def country_risk_profiles(w: World) -> list[Row]:
    """One row per platform and country of dim_users, and ZZ."""
    return [
        {"platform": f.name, "country_code": country, **_profile(w, f, f.country, country)}
        for f in w.platforms.values()
        for country in f.places
    ]


# fraud against revenue --------------------------------------------------------------------------


def joined(flags: dict[str, bool]) -> str:
    """Names of the flags that hold, comma-joined."""
    return ",".join(name for name, holds in flags.items() if holds)


def fraud_revenue_correlations(w: World) -> list[Row]:
    """One row per platform and known user, not deleted, with a signal or money taken back."""
    rows = []
    for f in w.platforms.values():
        for who, own in ledgers(w, f).items():
            risk = risks_of(w, f).get(who)
            if risk is not None and (own.signals or own.refunds or own.chargebacks):
                rows.append(_correlation(f, own, risk, scores_of_cached(w, f).get(who)))
    return rows


def _correlation(f: PlatformFacts, own: Ledger, risk: Row, churn: Row | None) -> Row:
    if own.revenue:
        reversal = min(ONE, Fraction(own.reversed) / Fraction(own.revenue))
    else:
        reversal = ONE if own.reversed > 0 else Fraction(0)
    is_toxic = risk["is_toxic_revenue"]
    toxic = own.revenue if is_toxic else min(own.revenue, own.reversed)
    count = len(own.signals)
    score = 100 * (
        Fraction(6, 10) * capped(reversal, Fraction(2, 10))
        + Fraction(4, 10) * capped(Fraction(count), Fraction(5))
    )
    return {
        "platform": f.name,
        "user_id": risk["user_id"],
        "currency": f.currency,
        "total_revenue": own.revenue,
        "transaction_count": own.revenue_events,
        "avg_transaction_size": money_per(own.revenue, own.revenue_events),
        "reversed_amount": own.reversed,
        "reversal_rate": float(reversal),
        "signal_count": count,
        "signal_types": ",".join(sorted(set(own.signals))),
        "toxic_revenue_amount": toxic,
        "toxic_revenue_rate": number(exact_ratio(toxic, own.revenue)),
        "correlation_score": score2(score),
        "risk_factors": joined(
            {
                "high_chargeback_rate": event_rate(own.chargebacks, own.purchases)
                > Fraction(2, 100),
                "high_refund_rate": event_rate(own.refunds, own.spends + own.purchases)
                > Fraction(75, 1000),
                "many_fraud_signals": count > 5,
                "new_account": risk["account_age_days"] < 30,
                "high_churn_risk": churn is not None and churn["churn_score"] >= 50,
            }
        ),
    }


# payouts ----------------------------------------------------------------------------------------

PAYOUT_LIMITS = {"PLN": (Decimal(1000), Decimal(5000)), "USD": (Decimal(250), Decimal(1250))}


def _pending(f: PlatformFacts) -> list[tuple[Row, str, Decimal]]:
    """(document, creator, amount) of pending payouts."""
    if f.name == "avalo":
        found = []
        for row in f.facts("payouts"):
            if row["status"] in (None, "pending"):
                amount = f.tokens_money(row["amountTokens"], row["day"])
                if row["amountPLN"] is not None:
                    amount = f.cash_money(row["amountPLN"], "PLN", row["day"])
                found.append((row, row["creatorId"], amount))
        return found
    return [
        (row, row["userId"], f.cash_money(row["amount"], row["currency"], row["day"]))
        for row in f.facts("transactions")
        if row["type"] == "withdrawal" and row["status"] == "pending"
    ]


def _receipts(f: PlatformFacts) -> dict[str, list[tuple[str, Decimal]]]:
    """(payer, money) received by each creator in 90 days."""
    found: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in f.wallet("spend"):
        if row["receiverId"] is not None and row["at"] > f.as_of - 90 * DAY:
            amount = f.tokens_money(abs(row["amount"]), row["day"])
            found[row["receiverId"]].append((row["userId"], amount))
    for row in f.transactions("gift"):
        if row["hostId"] is not None and row["at"] > f.as_of - 90 * DAY:
            found[row["hostId"]].append((row["userId"], f.gift_value(row)))
    return found


def _creator_refunds(f: PlatformFacts) -> dict[str, int]:
    """Refunds of 90 days by creator."""
    hosts = {row["id"]: row["hostId"] for row in f.facts("transactions")}
    found: dict[str, int] = defaultdict(int)
    for cash in f.refunds:
        if f.name == "avalo":
            creator = cash.document["creatorId"]
        else:
            creator = cash.document["hostId"] or hosts.get(cash.document["refundOf"])
        if creator is not None and cash.at > f.as_of - 90 * DAY:
            found[creator] += 1
    return found


def recommended(score: float, amount: Decimal, currency: str, is_open: bool) -> tuple[str, bool]:
    """Action and is_automatic; is_open: the creator is known and received something."""
    review_from, deny_from = PAYOUT_LIMITS[currency]
    if score < 50:
        if not is_open:
            return "manual_review", False
        return "approve", score < 25 and amount < review_from
    if score <= 75:
        return ("manual_review" if amount >= review_from else "hold"), False
    return ("deny" if amount >= deny_from else "manual_review"), False


def creator_payout_risks(w: World) -> list[Row]:
    """One row per platform and pending payout."""
    rows = []
    for f in w.platforms.values():
        toxic, books = toxic_users(w, f), ledgers(w, f)
        receipts, refunds = _receipts(f), _creator_refunds(f)
        named: dict[str, int] = defaultdict(int)
        for signal in signals_of(w, f):
            if signal["detected_at"] > f.as_of - 90 * DAY:
                for who in {signal["user_id"], signal["creator_id"]} - {None}:
                    named[who] += 1
        for document, creator, amount in _pending(f):
            own = receipts.get(creator, [])
            received = sum((money for _, money in own), ZERO)
            bad = sum((money for payer, money in own if payer in toxic), ZERO)
            payers = [books[payer] for payer in {payer for payer, _ in own}]
            cash = sum((book.cash for book in payers), ZERO)
            back = sum((book.charged_back for book in payers), ZERO)
            likelihood = exact_ratio(back, cash)
            if likelihood is None and back > 0:
                likelihood = ONE
            refund_rate = exact_ratio(refunds[creator], len(own))
            if refund_rate is None and refunds[creator]:
                refund_rate = ONE
            share = exact_ratio(bad, received)
            score = score2(
                100
                * (
                    Fraction(35, 100) * capped(likelihood, Fraction(5, 100))
                    + Fraction(25, 100) * (share or 0)
                    + Fraction(20, 100) * capped(refund_rate, Fraction(20, 100))
                    + Fraction(20, 100) * capped(Fraction(named[creator]), Fraction(3))
                )
            )
            is_open = creator in f.users and received > 0
            action, is_automatic = recommended(score, amount, f.currency, is_open)
            rows.append(
                {
                    "platform": f.name,
                    "payout_id": document["id"],
                    "creator_id": creator,
                    "amount": amount,
                    "currency": f.currency,
                    "requested_at": document["at"],
                    "received": received,
                    "toxic_payer_share": number(share),
                    "refund_count_rate": number(refund_rate),
                    "chargeback_likelihood": number(likelihood),
                    "signal_count": named[creator],
                    "risk_score": score,
                    "recommended_action": action,
                    "is_automatic": is_automatic,
                    "risk_factors": joined(
                        {
                            "chargebacks": (likelihood or 0) > Fraction(1, 100),
                            "toxic_payers": (share or 0) > Fraction(10, 100),
                            "refunds": (refund_rate or 0) > Fraction(75, 1000),
                            "abuse_signals": named[creator] >= 1,
                            "nothing_received": received == 0,
                        }
                    ),
                }
            )
    return rows


# guardrails -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guardrail:
    """Threshold, least base, action, severity of a guardrail."""

    threshold: Fraction
    min_base: int
    action: str
    severity: str


GUARDRAILS = {
    "chargeback_warning": Guardrail(Fraction(1, 100), 100, "throttle_features", "warning"),
    "chargeback_critical": Guardrail(Fraction(2, 100), 100, "suspend_payments", "critical"),
    "chargeback_regional": Guardrail(Fraction(5, 100), 20, "regional_lockdown", "emergency"),
    "refund_spike": Guardrail(Fraction(3), 3, "pause_payouts", "critical"),
    "churn_spike": Guardrail(Fraction(2), 10, "alert_only", "warning"),
    "fraud_concentration": Guardrail(Fraction(10, 100), 0, "disable_signups", "emergency"),
    "toxic_revenue": Guardrail(Fraction(15, 100), 0, "pause_payouts", "critical"),
    "high_risk_users": Guardrail(Fraction(20, 100), 0, "require_2fa", "critical"),
}
Measure = tuple[Fraction | None, int, int]  # current value, base, affected entities


class Evaluator:
    """Measures of the guardrails of one platform."""

    def __init__(self, w: World, f: PlatformFacts) -> None:
        self.w, self.f = w, f
        self.daily = {row["kpi_date"]: row for row in daily_rows(w, f)}
        regions = sorted(set(f.places.values()))
        self.purchases = {region: self._dates(f.purchases, region) for region in ["ALL", *regions]}
        self.chargebacks = {
            region: sorted(
                (cash.day, cash.user)
                for cash in f.chargebacks
                if region in ("ALL", self._region(cash.user))
            )
            for region in ["ALL", *regions]
        }
        self.signals = [(f.day(row["detected_at"]), row["who"]) for row in signals_of(w, f)]
        self.refunded: dict[date, set[str]] = defaultdict(set)
        for cash in f.refunds:
            self.refunded[cash.day].add(cash.user)
        self.regions = regions

    def _region(self, who: str) -> str:
        return self.f.places[self.f.country(who)]

    def _dates(self, events: list[Cash], region: str) -> list[date]:
        return sorted(c.day for c in events if region in ("ALL", self._region(c.user)))

    def chargeback(self, region: str, day: date) -> Measure:
        """Chargebacks / purchases of 30 dates; base purchases."""
        first = day - 29 * DAY
        purchases = self.purchases[region]
        bought = bisect_right(purchases, day) - bisect_left(purchases, first)
        users = [who for when, who in self.chargebacks[region] if first <= when <= day]
        return exact_ratio(len(users), bought), bought, len(set(users))

    def _against_before(self, values: list[Fraction | None], now: Fraction | None) -> Measure:
        known = [value for value in values if value is not None]
        if now is None or len(known) < 3 or sum(known) <= 0:
            return None, 0, 0
        return now / (sum(known, Fraction(0)) / len(known)), 0, 0

    def _before(self, day: date) -> list[Row]:
        window = days(day - 28 * DAY, day - DAY)
        return [self.daily[when] for when in window if when in self.daily]

    def refund_spike(self, day: date) -> Measure:
        """Refund rate of the date / mean of 28 dates before; base refund_count."""

        def rate(row: Row) -> Fraction | None:
            return exact_ratio(row["refund_amount"], row["total_revenue"])

        row = self.daily[day]
        value = self._against_before([rate(r) for r in self._before(day)], rate(row))[0]
        return value, row["refund_count"], len(self.refunded[day])

    def churn_spike(self, day: date) -> Measure:
        """Churned users of the date / mean of 28 dates before; base churned_users."""
        before: list[Fraction | None] = [Fraction(r["churned_users"]) for r in self._before(day)]
        churned = self.daily[day]["churned_users"]
        return self._against_before(before, Fraction(churned))[0], churned, churned

    def fraud(self, day: date) -> Measure:
        """Users with a signal of 30 dates / active_users_30d."""
        users = {who for when, who in self.signals if day - 29 * DAY <= when <= day}
        return exact_ratio(len(users), self.daily[day]["active_users_30d"]), 0, len(users)

    def toxic(self) -> Measure:
        """30-date revenue of toxic users / total revenue at D."""
        toxic = toxic_users(self.w, self.f)
        first = self.f.today - 29 * DAY
        events = [(who, money) for who, day, _, money in self.f.revenue_events if day >= first]
        bad = sum((money for who, money in events if who in toxic), ZERO)
        return exact_ratio(bad, sum((money for _, money in events), ZERO)), 0, len(toxic)

    def high_risk(self) -> Measure:
        """High and critical users / scored users."""
        rows = list(risks_of(self.w, self.f).values())
        high = sum(row["risk_level"] in ("high", "critical") for row in rows)
        return high_risk_rate(rows), 0, high

    def series(self, name: str) -> Iterable[tuple[str, date, Measure]]:
        """(region, date, measure) of a guardrail, dates ascending within a region."""
        f = self.f
        kept = [day for day in f.all_days() if day > f.today - 90 * DAY]
        if name in ("toxic_revenue", "high_risk_users"):
            measure = self.toxic if name == "toxic_revenue" else self.high_risk
            yield from (("ALL", day, measure()) for day in kept if day == f.today)
        elif name.startswith("chargeback"):
            for region in self.regions if name == "chargeback_regional" else ["ALL"]:
                for day in kept:
                    yield region, day, self.chargeback(region, day)
        elif name == "fraud_concentration":
            yield from (("ALL", day, self.fraud(day)) for day in kept)
        else:
            spike = self.refund_spike if name == "refund_spike" else self.churn_spike
            yield from (("ALL", day, spike(day)) for day in kept if f.is_complete(day))


def guardrail_evaluations(w: World) -> list[Row]:
    """One row per platform, guardrail, region and date of the last 90."""
    return w.cached("guardrail_evaluations", lambda: _evaluations(w))


def _evaluations(w: World) -> list[Row]:
    rows = []
    for f in w.platforms.values():
        evaluator = Evaluator(w, f)
        for name, rule in GUARDRAILS.items():
            streak: dict[str, int] = defaultdict(int)
            for region, day, (value, base, affected) in evaluator.series(name):
                breached = value is not None and value > rule.threshold and base >= rule.min_base
                streak[region] = streak[region] + 1 if breached else 0
                rows.append(
                    {
                        "evaluation_id": md5_text(name, f.name, region, day),
                        "platform": f.name,
                        "guardrail_id": name,
                        "region": region,
                        "evaluated_on": day,
                        "current_value": number(value),
                        "threshold_value": float(rule.threshold),
                        "is_breached": breached,
                        "action": rule.action,
                        "severity": rule.severity,
                        "consecutive_days": streak[region],
                        "affected_entities": affected,
                    }
                )
    return rows


def guardrail_status(w: World) -> list[Row]:
    """Latest evaluation per platform, guardrail and region."""
    latest: dict[tuple[str, str, str], Row] = {}
    for row in guardrail_evaluations(w):
        key = (row["platform"], row["guardrail_id"], row["region"])
        if key not in latest or row["evaluated_on"] > latest[key]["evaluated_on"]:
            latest[key] = row
    return list(latest.values())


def guardrail_actions(w: World) -> list[Row]:
    """Open breaches of D and D-1; payload is left out."""
    seen = {
        row["object_id"]
        for row in ops_actions(w, "guardrail")
        if row["action"] in ("acknowledge", "resolve")
    }
    names = ("evaluation_id", "guardrail_id", "platform", "region", "evaluated_on")
    return [
        {name: row[name] for name in (*names, "action", "severity")}
        for row in guardrail_evaluations(w)
        if row["is_breached"]
        and row["evaluation_id"] not in seen
        and row["evaluated_on"] >= w.platforms[row["platform"]].today - DAY
    ]


def guardrail_quality(w: World) -> list[Row]:
    """One row per guardrail."""
    wrong = {
        row["object_id"]
        for row in ops_actions(w, "guardrail")
        if row["action"] == "resolve" and row["note"] == "false_positive"
    }
    rows = []
    for name in GUARDRAILS:
        breached = [
            row["evaluation_id"]
            for row in guardrail_evaluations(w)
            if row["guardrail_id"] == name and row["is_breached"]
        ]
        false = sum(evaluation in wrong for evaluation in breached)
        rows.append(
            {
                "guardrail_id": name,
                "breaches": len(breached),
                "false_positives": false,
                "false_positive_rate": ratio(false, len(breached)),
            }
        )
    return rows


# monetization -----------------------------------------------------------------------------------

WINDOW_DATES = 28
WAIT = 30
Span = tuple[date, date]  # first and last date


def span_dates(span: Span) -> int:
    """Dates of a span, 0 where it ends before it starts."""
    return max(0, (span[1] - span[0]).days + 1)


def strategy_spans(f: PlatformFacts) -> list[tuple[Row, Span, Span]]:
    """(document, window, baseline) of each strategy."""
    documents = sorted(f.facts("monetizationStrategies"), key=lambda row: (row["at"], row["id"]))
    found = []
    for index, row in enumerate(documents):
        start = row["day"]
        last = min(start + (WINDOW_DATES - 1) * DAY, f.today - DAY)
        if index + 1 < len(documents):
            last = min(last, documents[index + 1]["day"] - DAY)
        length = span_dates((start, last))
        first = max(start - length * DAY, f.first_day or start)
        found.append((row, (start, last), (first, start - DAY)))
    return found


def _churned_share(f: PlatformFacts, span: Span) -> Fraction | None:
    """Users of a span without an active date in the 30 dates after it / users of the span."""
    users = f.active_in(*span)
    back = f.active_in(span[1] + DAY, span[1] + WAIT * DAY)
    return exact_ratio(len(users - back), len(users))


def _mean_revenue(w: World, f: PlatformFacts, span: Span) -> Fraction:
    total = sum(
        (r["total_revenue"] for r in daily_rows(w, f) if span[0] <= r["kpi_date"] <= span[1]), ZERO
    )
    return Fraction(total) / span_dates(span)


def _mean_engagement(w: World, f: PlatformFacts, span: Span) -> float | None:
    at = end_of_date(f, span[1])
    h = habits(w, f)
    scores = [h.engagement(who, at) for who in sorted(f.active_in(*span))]
    return score2(sum(scores, Fraction(0)) / len(scores)) if scores else None


def growth(now: Fraction | None, before: Fraction | None) -> Fraction | None:
    """Return now / before - 1; None without a now or over 0."""
    return now / before - 1 if now is not None and before else None


def monetization_health(w: World) -> list[Row]:
    """One row per strategy in effect at as_of or before."""
    return w.cached("monetization_health", lambda: _health(w))


MEASURES = (
    "churn_increase",
    "revenue_impact",
    "feedback_score",
    "engagement_score",
    "engagement_baseline",
    "is_healthy",
    "failed_criteria",
)


def _health(w: World) -> list[Row]:
    f = w.platforms["avalo"]
    rows = []
    for document, window, baseline in strategy_spans(f):
        measurable = (
            span_dates(window) >= 7
            and span_dates(baseline) >= 7
            and window[1] + WAIT * DAY < f.today
        )
        row: Row = {"strategy_id": document["id"], "is_measurable": measurable}
        row.update(dict.fromkeys(MEASURES))
        if measurable:
            row.update(_measures(w, f, window, baseline))
        rows.append(row)
    return rows


def _measures(w: World, f: PlatformFacts, window: Span, baseline: Span) -> Row:
    churn = growth(_churned_share(f, window), _churned_share(f, baseline))
    impact = growth(_mean_revenue(w, f, window), _mean_revenue(w, f, baseline))
    marks = [r["score"] for r in f.facts("userFeedback") if window[0] <= r["day"] <= window[1]]
    feedback = score2(Fraction(sum(marks, ZERO)) / len(marks)) if marks else None
    score, base = _mean_engagement(w, f, window), _mean_engagement(w, f, baseline)
    failed = joined(
        {
            "churn_increase": churn is not None and churn > Fraction(5, 100),
            "revenue_impact": impact is not None and impact < Fraction(-5, 100),
            "feedback_score": feedback is not None and feedback < 40,
            "engagement_score": score is not None
            and base is not None
            and Fraction(str(score)) < Fraction(95, 100) * Fraction(str(base)),
        }
    )
    return {
        "churn_increase": number(churn),
        "revenue_impact": number(impact),
        "feedback_score": feedback,
        "engagement_score": score,
        "engagement_baseline": base,
        "is_healthy": not failed,
        "failed_criteria": failed,
    }


PARAMETERS = {  # field of the document by parameter
    "free_content_percentage": "paywallConfig.freeContentPercentage",
    "trigger_after_minutes": "paywallConfig.triggerAfterMinutes",
    "trial_days": "subscriptionPricing.trialDays",
    "monthly_price": "subscriptionPricing.monthlyPrice",
    "yearly_price": "subscriptionPricing.yearlyPrice",
}
DEFAULT_BALANCER = (
    ("churn_increase", "free_content_percentage", "10", "absolute", "0", "50"),
    ("engagement_score", "trigger_after_minutes", "5", "absolute", "5", "30"),
    ("feedback_score", "trial_days", "7", "absolute", "7", ""),
    ("revenue_impact", "monthly_price", "-0.05", "relative", "-0.10", "0"),
)
BALANCER_COLUMNS = ("criterion", "parameter", "step", "step_type", "limit_min", "limit_max")


def clipped(value: Fraction, low: str, high: str) -> Fraction:
    """Keep a value within two limits; an empty limit is none."""
    if high:
        value = min(value, Fraction(high))
    return max(value, Fraction(low)) if low else value


def recommended_value(current: Fraction, rule: dict[str, str]) -> Fraction:
    """Return the current value moved by the rule's step, within its limits."""
    step = Fraction(rule["step"])
    if rule["step_type"] == "relative":
        return current * (1 + clipped(step, rule["limit_min"], rule["limit_max"]))
    return clipped(current + step, rule["limit_min"], rule["limit_max"])


def confidence(window_dates: int, failed: int) -> Fraction:
    """Confidence in a change, exact 2 decimals."""
    raw = Fraction(1, 2) + Fraction(window_dates, 112) + Fraction(failed, 10)
    return Fraction(str(score2(min(Fraction(95, 100), raw))))


def monetization_recommendations(w: World) -> list[Row]:
    """One row per unhealthy strategy and parameter of a failed criterion."""
    f = w.platforms["avalo"]
    default = [dict(zip(BALANCER_COLUMNS, rule, strict=True)) for rule in DEFAULT_BALANCER]
    rules = w.seeds.rows("balancer_rules") or default
    health = {row["strategy_id"]: row for row in monetization_health(w)}
    rows = []
    for document, window, _ in strategy_spans(f):
        state = health[document["id"]]
        failed = (state["failed_criteria"] or "").split(",")
        for rule in rules:
            current = document[PARAMETERS[rule["parameter"]]]
            if rule["criterion"] not in failed or current is None:
                continue
            exact = Fraction(current)
            target = recommended_value(exact, rule)
            change = abs(target / exact - 1) if exact else ONE
            sure = confidence(span_dates(window), len(failed))
            automatic = sure > Fraction(80, 100) and change < Fraction(15, 100)
            rows.append(
                {
                    "strategy_id": document["id"],
                    "parameter": rule["parameter"],
                    "current_value": float(exact),
                    "recommended_value": float(money4(target)),
                    "change_size": float(change),
                    "confidence": float(sure),
                    "decision": "auto_apply" if automatic else "manual_review",
                }
            )
    return rows


# executive --------------------------------------------------------------------------------------


def same_days_before(day: date) -> Span:
    """Return the span of the month before that month-to-date is compared with."""
    end = month_start(day) - DAY
    first = month_start(end)
    return first, min(end, first + (day.day - 1) * DAY)


class Executive:
    """Rolling sums of one platform."""

    def __init__(self, w: World, f: PlatformFacts) -> None:
        self.w, self.f = w, f
        self.daily = {row["kpi_date"]: row for row in daily_rows(w, f)}
        self.toxic = toxic_users(w, f)
        self.toxic_revenue: dict[str, dict[date, Decimal]] = defaultdict(dict)
        self.toxic_back: dict[str, dict[date, Decimal]] = defaultdict(dict)
        for who, day, _, money in f.revenue_events:
            self._note(self.toxic_revenue, who, day, money)
        for cash in [*f.refunds, *f.chargebacks]:
            self._note(self.toxic_back, cash.user, cash.day, cash.amount)
        self.purchases: dict[date, int] = defaultdict(int)
        for cash in f.purchases:
            self.purchases[cash.day] += 1
        self.signals: dict[date, list[str]] = defaultdict(list)
        first_signal: dict[str, date] = {}
        for row in signals_of(w, f):
            day = f.day(row["detected_at"])
            self.signals[day].append(row["who"])
            first_signal[row["who"]] = min(first_signal.get(row["who"], day), day)
        self.loss: dict[date, Decimal] = defaultdict(Decimal)
        for cash in [*f.refunds, *f.chargebacks]:
            if cash.user in first_signal and first_signal[cash.user] <= cash.day:
                self.loss[cash.day] += cash.amount

    def _note(
        self, target: dict[str, dict[date, Decimal]], who: str, day: date, money: Decimal
    ) -> None:
        if who in self.toxic:
            target[who][day] = target[who].get(day, ZERO) + money

    def total(self, name: str, first: date, last: date) -> Decimal:
        """Sum of a daily column over dates."""
        return sum(
            (Decimal(self.daily[day][name]) for day in days(first, last) if day in self.daily), ZERO
        )

    def row(self, day: date) -> Row:
        """Return the row of a date."""
        f, base = self.f, self.daily[day]
        first = day - 29 * DAY
        revenue = self.total("total_revenue", first, day)
        back = self.total("refund_amount", first, day) + self.total("chargeback_amount", first, day)
        toxic_revenue, toxic_kept = ZERO, ZERO
        window = list(days(first, day))
        for who in self.toxic:
            earned = sum((self.toxic_revenue[who].get(d, ZERO) for d in window), ZERO)
            lost = sum((self.toxic_back[who].get(d, ZERO) for d in window), ZERO)
            toxic_revenue += earned
            toxic_kept += max(ZERO, earned - lost)
        to_date = self.total("total_revenue", month_start(day), day)
        before = self.total("total_revenue", *same_days_before(day))
        return {
            "platform": f.name,
            "kpi_date": day,
            "currency": f.currency,
            "is_complete": f.is_complete(day),
            "total_revenue": base["total_revenue"],
            "refund_amount": base["refund_amount"],
            "chargeback_amount": base["chargeback_amount"],
            "net_revenue": base["total_revenue"]
            - base["refund_amount"]
            - base["chargeback_amount"],
            "refund_rate": base["refund_rate"],
            "total_revenue_30d": revenue,
            "net_revenue_30d": revenue - back,
            "risk_adjusted_revenue_30d": revenue - back - toxic_kept,
            "toxic_revenue_rate_30d": number(exact_ratio(toxic_revenue, revenue)),
            "chargeback_rate_30d": ratio(
                self.total("chargeback_count", first, day), sum(self.purchases[d] for d in window)
            ),
            "month_to_date_revenue": to_date,
            "revenue_growth_mom": number(growth(Fraction(to_date), Fraction(before))),
            "fraud_signal_count": len(self.signals[day]),
            "fraud_affected_users": len(set(self.signals[day])),
            "estimated_fraud_loss": self.loss[day],
        }


def executive(w: World, f: PlatformFacts) -> Executive:
    """Rolling sums of a platform, made once."""
    return w.cached(f"executive {f.name}", lambda: Executive(w, f))


def executive_revenue_daily(w: World) -> list[Row]:
    """One row per platform and kept date."""
    return [executive(w, f).row(day) for f in w.platforms.values() for day in f.kept_days()]


@dataclass(frozen=True)
class LifetimeValue:
    """Twelve-month projection; money with 4 decimals."""

    average: Decimal | None = None
    adjusted: Decimal | None = None
    adjustment: Fraction | None = None


def lifetime_value(
    revenue: Decimal, payers: set[str], earlier: set[str], toxic_rate: Fraction | None
) -> LifetimeValue:
    """LTV from a month's revenue and payers, the payers of the month before, the toxic rate."""
    if not earlier or not payers:
        return LifetimeValue()
    monthly = money4(Fraction(revenue) / len(payers))
    churn = max(Fraction(1, 12), 1 - Fraction(len(earlier & payers), len(earlier)))
    average = money4(Fraction(monthly) / churn)
    if toxic_rate is None:
        return LifetimeValue(average)
    adjusted = money4(Fraction(average) * (1 - toxic_rate))
    kept = exact_ratio(adjusted, average)
    return LifetimeValue(average, adjusted, None if kept is None else 1 - kept)


def percent_left(value: Fraction | None, zero_at: Fraction) -> Fraction:
    """Return 100 x (1 - least(1, value / zero_at)), 2 decimals; 100 without a value."""
    return Fraction(str(score2(100 * (1 - capped(value, zero_at)))))


def health_status(score: float) -> str:
    """Status of a rounded health score."""
    return "healthy" if score >= 80 else "watch" if score >= 60 else "critical"


def executive_dashboard(w: World) -> list[Row]:
    """One row per platform that has a complete day."""
    rows = []
    for f in w.platforms.values():
        last = f.today - DAY
        if f.first_day is not None and last >= f.first_day:
            rows.append(_dashboard(w, f, last))
    return rows


def _dashboard(w: World, f: PlatformFacts, last: date) -> Row:
    e = executive(w, f)
    row = e.row(last)
    first = last - 29 * DAY
    revenue, net = row["total_revenue_30d"], row["net_revenue_30d"]
    toxic = sum(
        (m for own in e.toxic_revenue.values() for d, m in own.items() if first <= d <= last), ZERO
    )
    toxic_rate = exact_ratio(toxic, revenue)
    paid = [(who, f.day(at)) for who, at in f.payments]
    ltv = lifetime_value(
        revenue,
        {who for who, day in paid if first <= day <= last},
        {who for who, day in paid if first - 30 * DAY <= day < first},
        toxic_rate,
    )
    profiles = [p for p in region_risk_profiles(w) if p["platform"] == f.name]
    worst = min(
        profiles, key=lambda p: (p["risk_adjusted_revenue"] - p["total_revenue"], p["region"])
    )
    risks = [p["avg_risk_score"] for p in profiles if p["users_scored"] >= 20]
    earlier = e.daily.get(last - 30 * DAY)
    churned = churned_sum(w, f, first, last)
    parts = {
        "revenue_quality": Fraction(0)
        if revenue == 0
        else min(max(100 * Fraction(net) / Fraction(revenue), Fraction(0)), Fraction(100)),
        "fraud_risk": percent_left(toxic_rate, Fraction(15, 100)),
        "churn_risk": percent_left(
            exact_ratio(churned, earlier["active_users_30d"]) if earlier else None, Fraction(1, 2)
        ),
        "regional_risk": 100 - max((Fraction(str(v)) for v in risks), default=Fraction(0)),
    }
    rounded = {name: score2(part) for name, part in parts.items()}
    weights = (Fraction(30, 100), Fraction(30, 100), Fraction(25, 100), Fraction(15, 100))
    score = score2(
        sum(
            (
                weight * Fraction(str(part))
                for weight, part in zip(weights, rounded.values(), strict=True)
            ),
            Fraction(0),
        )
    )
    return {
        **row,
        "high_risk_user_rate": number(high_risk_rate(risks_of(w, f).values())),
        "average_ltv": ltv.average,
        "fraud_adjusted_ltv": ltv.adjusted,
        "ltv_adjustment_rate": number(ltv.adjustment),
        "top_risk_region": worst["region"],
        "top_risk_region_loss": worst["total_revenue"] - worst["risk_adjusted_revenue"],
        "health_score": score,
        "health_status": health_status(score),
        **rounded,
    }


def churned_sum(w: World, f: PlatformFacts, first: date, last: date) -> int:
    """Churned users who were ever active, summed over dates."""
    churned = w.cached(f"churned active {f.name}", lambda: churned_active(f))
    return sum(churned[day] for day in days(first, last))


MARTS: dict[str, tuple[Callable[[World], list[Row]], list[str]]] = {
    "user_risk_scores": (user_risk_scores, ["platform", "user_id"]),
    "region_risk_profiles": (region_risk_profiles, ["platform", "region"]),
    "country_risk_profiles": (country_risk_profiles, ["platform", "country_code"]),
    "fraud_revenue_correlations": (fraud_revenue_correlations, ["platform", "user_id"]),
    "creator_payout_risks": (creator_payout_risks, ["platform", "payout_id"]),
    "guardrail_evaluations": (
        guardrail_evaluations,
        ["platform", "guardrail_id", "region", "evaluated_on"],
    ),
    "guardrail_status": (guardrail_status, ["platform", "guardrail_id", "region"]),
    "guardrail_actions": (guardrail_actions, ["evaluation_id"]),
    "guardrail_quality": (guardrail_quality, ["guardrail_id"]),
    "monetization_health": (monetization_health, ["strategy_id"]),
    "monetization_recommendations": (monetization_recommendations, ["strategy_id", "parameter"]),
    "executive_revenue_daily": (executive_revenue_daily, ["platform", "kpi_date"]),
    "executive_dashboard": (executive_dashboard, ["platform"]),
}
