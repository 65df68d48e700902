"""Facts shared by all KPIs: users, activity, money, business dates.

Readings taken where the contract leaves room:
 - contexts CALENDAR and EVENT of the wallet are never stream revenue, whatever the seed says;
 - the coins of a refund are those of the refund transaction itself;
 - a session or stream that ends before it starts has no end, everywhere.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from .contract import CONTRACT
from .landing import Landing, Row, utc
from .seeds import Seeds

ZERO = Decimal(0)
CENT = Decimal("0.0001")
STREAMS = (
    "chat",
    "voice",
    "video",
    "calendar",
    "events",
    "tips",
    "gifts",
    "og_subscription",
    "games",
    "other",
)
AI_SESSIONS = ("aiChatSessions", "aiVoiceCallSessions", "aiVideoCallSessions")
KEEP_DAYS = 365


def q4(value: Decimal) -> Decimal:
    """Round to 4 decimals, half away from zero."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def ratio(numerator: Decimal | int | float, denominator: Decimal | int | float) -> float | None:
    """Numerator / denominator as a float, None where the denominator is 0."""
    if denominator == 0:
        return None
    if isinstance(numerator, float) or isinstance(denominator, float):
        return float(numerator) / float(denominator)
    return float(Decimal(numerator) / Decimal(denominator))


def money_per(amount: Decimal, count: int) -> Decimal | None:
    """Amount / count rounded to 4 decimals, None where count is 0."""
    return q4(amount / count) if count else None


def minutes(start: datetime, end: datetime | None) -> float | None:
    """Minutes from start to end; None without an end or with one before the start."""
    if end is None or end < start:
        return None
    return (end - start) / timedelta(minutes=1)


def days(first: date, last: date) -> Iterator[date]:
    """Every date from first to last."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


@dataclass(frozen=True)
class User:
    """A known user; places are ZZ/UNKNOWN where the country is unknown."""

    id: str
    created_at: datetime
    created_date: date
    country: str
    region: str
    is_deleted: bool
    document: Row


@dataclass(frozen=True)
class Spend:
    """Tokens or coins used (or an OG subscription), with stream, and money by stream rules."""

    stream: str
    user: str
    at: datetime
    day: date
    tokens: Decimal  # rounded
    revenue: Decimal
    earnings: Decimal  # the platform's, for methods fee and stake_minus_payout only


@dataclass(frozen=True)
class Cash:
    """Cash that moved: purchases, refunds, chargebacks."""

    user: str
    at: datetime
    day: date
    amount: Decimal
    tokens: Decimal
    category: str
    document: Row


class PlatformFacts:
    """All facts of one platform up to as_of."""

    def __init__(self, name: str, landing: Landing, seeds: Seeds, as_of: datetime) -> None:
        self.name = name
        self.landing = landing
        self.seeds = seeds
        self.as_of = utc(as_of)
        self.platform = seeds.platforms[name]
        self.currency = self.platform.currency
        self._hours: dict[datetime, tuple[date, int]] = {}
        self.today = self.day(self.as_of)
        first = landing.first_event.get(name)
        self.first_day = self.day(first) if first is not None and first <= self.as_of else None

    # time ------------------------------------------------------------------------------

    def day_hour(self, at: datetime) -> tuple[date, int]:
        """Business date and hour of a UTC instant."""
        quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        found = self._hours.get(quarter)
        if found is None:
            local = quarter.replace(tzinfo=UTC).astimezone(self.platform.zone)
            found = self._hours[quarter] = (local.date(), local.hour)
        return found

    def day(self, at: datetime) -> date:
        """Business date of a UTC instant."""
        return self.day_hour(at)[0]

    def end_of(self, day: date) -> datetime:
        """UTC instant at which a business date ends."""
        tomorrow = day + timedelta(days=1)
        local = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=self.platform.zone)
        return utc(local)

    def is_complete(self, day: date) -> bool:
        """Tell whether the business date ended at or before as_of."""
        return self.end_of(day) <= self.as_of

    def all_days(self) -> list[date]:
        """Dates from the platform's first event to D; none without an event."""
        return list(days(self.first_day, self.today)) if self.first_day else []

    def kept_days(self) -> list[date]:
        """Dates that daily marts keep."""
        return [day for day in self.all_days() if self.is_kept(day)]

    def is_kept(self, day: date) -> bool:
        """Tell whether daily marts keep the date."""
        return self.today - timedelta(days=KEEP_DAYS) < day <= self.today

    # documents ---------------------------------------------------------------------------

    def facts(self, collection: str) -> list[Row]:
        """Current documents with an event time up to as_of; each has `at` and `day` too."""
        return self._facts.get(collection, [])

    @cached_property
    def _facts(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for key, documents in self.landing.documents.items():
            if key[0] != self.name:
                continue
            event = next(spec.name for spec in CONTRACT[key] if spec.event_time)
            found[key[1]] = [
                {**document, "at": document[event], "day": self.day(document[event])}
                for document in documents
                if document[event] <= self.as_of
            ]
        return found

    @cached_property
    def users(self) -> dict[str, User]:
        """dim_users: current users and tombstones created up to as_of."""
        known: dict[str, User] = {}
        for row in self.facts("users"):
            known[row["id"]] = self._user(row, False)
        for row in self.landing.tombstones:
            if row["platform"] == self.name and row["createdAt"] <= self.as_of:
                known[row["id"]] = self._user(row, True)
        return known

    def _user(self, row: Row, is_deleted: bool) -> User:
        country, region = self.seeds.place(row["country"])
        created = row["createdAt"]
        document = {} if is_deleted else row
        return User(row["id"], created, self.day(created), country, region, is_deleted, document)

    def country(self, user_id: str | None) -> str:
        """Country of a user, ZZ where unknown."""
        user = self.users.get(user_id) if user_id is not None else None
        return user.country if user else "ZZ"

    @cached_property
    def places(self) -> dict[str, str]:
        """Region by country: those of dim_users, and always ZZ."""
        return {"ZZ": "UNKNOWN"} | {u.country: u.region for u in self.users.values()}

    # activity ----------------------------------------------------------------------------

    @cached_property
    def activity(self) -> list[tuple[str, datetime]]:
        """Activity events of known users, users.lastActiveAt left out."""
        if self.name == "avalo":
            actors = [
                ("appSessions", "userId"),
                ("chats", "payerId"),
                ("calls", "payerId"),
                *((name, "userId") for name in AI_SESSIONS),
                ("aiInteractions", "userId"),
                ("calendarBookings", "attendeeId"),
                ("eventTickets", "userId"),
                ("profileEvents", "viewerId"),
            ]
            extra = self.wallet("spend")
        else:
            actors = [
                ("sessions", "userId"),
                ("streams", "hostId"),
                ("messages", "senderId"),
                ("gameSessions", "userId"),
            ]
            extra = self.transactions("coin_topup", "og_subscription", "gift", "game_stake")
        events = [(row["userId"], row["at"]) for row in extra]
        for collection, name in actors:
            events.extend((row[name], row["at"]) for row in self.facts(collection))
        return [event for event in events if event[0] in self.users]

    @cached_property
    def all_activity(self) -> list[tuple[str, datetime]]:
        """Activity events of known users with users.lastActiveAt of every good version."""
        last = [
            (user, at)
            for platform, user, at in self.landing.last_active
            if platform == self.name and user in self.users
        ]
        return self.activity + last

    @cached_property
    def active_days(self) -> dict[str, list[date]]:
        """Active dates of each known user that has any, ascending."""
        found: dict[str, set[date]] = defaultdict(set)
        for user, at in self.all_activity:
            found[user].add(self.day(at))
        return {user: sorted(dates) for user, dates in found.items()}

    def active_in(self, first: date, last: date) -> set[str]:
        """Known users with an active date in a span, both ends in it."""
        return {
            user
            for user, dates in self.active_days.items()
            if bisect_right(dates, last) > bisect_left(dates, first)
        }

    # money ---------------------------------------------------------------------------------

    def tokens_money(self, tokens: Decimal, day: date) -> Decimal:
        """Money of tokens or coins on a date, rounded."""
        return q4(tokens * self.seeds.token_rate(self.name, day))

    def cash_money(self, amount: Decimal, currency: str, day: date) -> Decimal:
        """Money of cash on a date in the platform's currency, rounded."""
        return q4(amount * self.seeds.fx_rate(currency.upper(), self.currency, day))

    def wallet(self, kind: str) -> list[Row]:
        """Completed walletTransactions of a type."""
        return [
            row
            for row in self.facts("walletTransactions")
            if row["type"] == kind and row["status"] == "completed"
        ]

    def transactions(self, *kinds: str) -> list[Row]:
        """Completed HaloBuzz transactions of some types."""
        return [
            row
            for row in self.facts("transactions")
            if row["type"] in kinds and row["status"] == "completed"
        ]

    def share(self, stream: str) -> Decimal:
        """Return the platform's share of a stream."""
        return self.seeds.splits[(self.name, stream)][1]

    def gift_value(self, row: Row) -> Decimal:
        """Money of a gift: its coins, else its amount converted."""
        if row["coins"] is not None:
            return self.tokens_money(row["coins"], row["day"])
        return self.cash_money(row["amount"], row["currency"], row["day"])

    def fee(self, row: Row) -> Decimal:
        """Money of a transaction's platformFee, 0 where absent."""
        return self.cash_money(row["platformFee"] or ZERO, row["currency"], row["day"])

    @cached_property
    def spends(self) -> list[Spend]:
        """Every event of stream revenue."""
        return list(self._avalo_spends() if self.name == "avalo" else self._halobuzz_spends())

    def _avalo_spends(self) -> Iterator[Spend]:
        for row in self.wallet("spend"):
            context = (row["context"] or "").upper()
            if context not in ("CALENDAR", "EVENT"):
                stream = self.seeds.stream("avalo", "wallet", row["context"])
                yield self._token_spend(stream, row["userId"], row, abs(row["amount"]))
        for row in self.facts("calendarBookings"):
            stream = self.seeds.stream("avalo", "booking", None)
            yield self._token_spend(stream, row["attendeeId"], row, row["cost"])
        for row in self.facts("eventTickets"):
            stream = self.seeds.stream("avalo", "ticket", None)
            yield self._token_spend(stream, row["userId"], row, row["cost"])

    def _token_spend(self, stream: str, user: str, row: Row, tokens: Decimal) -> Spend:
        money = self.tokens_money(tokens, row["day"])
        return Spend(stream, user, row["at"], row["day"], q4(tokens), money, ZERO)

    def _halobuzz_spends(self) -> Iterator[Spend]:
        def made(source: str, row: Row, tokens: Decimal, money: Decimal, own: Decimal) -> Spend:
            stream = self.seeds.stream("halobuzz", source, None)
            return Spend(stream, row["userId"], row["at"], row["day"], q4(tokens), money, own)

        for row in self.transactions("gift"):
            yield made("gift", row, row["coins"] or ZERO, self.gift_value(row), self.fee(row))
        for row in self.facts("gameSessions"):
            stake = self.tokens_money(row["stake"], row["day"])
            payout = self.tokens_money(row["payout"], row["day"])
            yield made("game", row, row["stake"], stake, stake - payout)
        for row in self.transactions("og_subscription"):
            money = self.cash_money(row["amount"], row["currency"], row["day"])
            yield made("og_subscription", row, ZERO, money, ZERO)

    @cached_property
    def token_spends(self) -> list[tuple[str, datetime, Decimal]]:
        """(user, time, rounded tokens) of what total_tokens_spent counts."""
        if self.name == "avalo":
            return [(r["userId"], r["at"], q4(abs(r["amount"]))) for r in self.wallet("spend")]
        gifts = [(r["userId"], r["at"], q4(r["coins"] or ZERO)) for r in self.transactions("gift")]
        return gifts + [(r["userId"], r["at"], q4(r["stake"])) for r in self.facts("gameSessions")]

    def _cash(self, row: Row, amount: Decimal, tokens: Decimal, category: str) -> Cash:
        return Cash(row["userId"], row["at"], row["day"], amount, q4(tokens), category, row)

    def _converted(self, *kinds: str) -> list[Cash]:
        return [
            self._cash(
                row,
                self.cash_money(row["amount"], row["currency"], row["day"]),
                row["coins"] or ZERO,
                row["type"],
            )
            for row in self.transactions(*kinds)
        ]

    @cached_property
    def purchases(self) -> list[Cash]:
        """Completed purchases: cash_revenue."""
        if self.name == "avalo":
            return [
                self._cash(
                    row,
                    self.cash_money(row["amountPLN"] or ZERO, "PLN", row["day"]),
                    abs(row["amount"]),
                    "purchase",
                )
                for row in self.wallet("purchase")
            ]
        return self._converted("coin_topup", "og_subscription")

    @cached_property
    def revenue_events(self) -> list[tuple[str, date, datetime, Decimal]]:
        """(user, date, time, money) of what total_revenue counts."""
        source: Iterable[Any] = self.spends if self.name == "avalo" else self.purchases
        return [
            (e.user, e.day, e.at, e.revenue if isinstance(e, Spend) else e.amount) for e in source
        ]

    @cached_property
    def payments(self) -> list[tuple[str, datetime]]:
        """(user, time) of the events that make a known user a paying one."""
        rows: Iterable[tuple[str, datetime]]
        if self.name == "avalo":
            rows = ((row["userId"], row["at"]) for row in self.wallet("spend"))
        else:
            rows = ((cash.user, cash.at) for cash in self.purchases)
        return [row for row in rows if row[0] in self.users]

    @cached_property
    def refunds(self) -> list[Cash]:
        """Approved (completed) refunds with their category."""
        found = []
        if self.name == "avalo":
            for row in self.facts("refunds"):
                if row["status"] != "approved":
                    continue
                tokens = abs(row["amountTokens"] or ZERO)
                amount = self.tokens_money(tokens, row["day"])
                if row["amountPLN"] is not None:
                    amount = self.cash_money(row["amountPLN"], "PLN", row["day"])
                found.append(self._cash(row, amount, tokens, row["category"]))
            return found
        types = {row["id"]: row["type"] for row in self.facts("transactions")}
        return [
            Cash(**{**vars(cash), "category": types.get(cash.document["refundOf"], "other")})
            for cash in self._converted("refund")
        ]

    @cached_property
    def chargebacks(self) -> list[Cash]:
        """Chargebacks the platform did not win."""
        if self.name == "avalo":
            return [
                self._cash(row, self.cash_money(row["amountPLN"], "PLN", row["day"]), ZERO, "")
                for row in self.facts("chargebacks")
                if row["status"] != "won"
            ]
        return self._converted("chargeback")

    # safety --------------------------------------------------------------------------------

    @cached_property
    def reports(self) -> list[Row]:
        """Moderation reports."""
        return self.facts("moderationQueue" if self.name == "avalo" else "moderationFlags")

    @cached_property
    def actions(self) -> list[tuple[date, str | None]]:
        """(date, action) of moderation actions."""
        if self.name == "avalo":
            return [(row["day"], row["action"]) for row in self.facts("enforcement_logs")]
        return [
            (self.day(row["actionedAt"]), row["action"])
            for row in self.facts("moderationFlags")
            if row["status"] == "actioned" and row["actionedAt"] is not None
        ]


class World:
    """All platforms at one as_of."""

    def __init__(self, landing: Landing, seeds: Seeds, as_of: datetime) -> None:
        self.landing = landing
        self.seeds = seeds
        self.as_of = utc(as_of)
        self.platforms = {
            name: PlatformFacts(name, landing, seeds, as_of) for name in seeds.platforms
        }
        self.cache: dict[str, Any] = {}

    def cached(self, name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Return a result made once."""
        if name not in self.cache:
            self.cache[name] = make()
        return self.cache[name]
