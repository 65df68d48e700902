"""The collections of the landing zone, written down from the raw-data contract.

One line a field: ``name type flags (allowed values)``; ``t`` is the event time (required), ``R``
required. Types: s text, n number, i integer, b boolean, ts time, geo, [s] list of texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Field:
    """One field of a collection: raw name (dots lead into objects), type, rules."""

    name: str
    type: str
    required: bool = False
    event_time: bool = False
    allowed: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    is_id: bool = False


AVALO = {
    "users": "createdAt ts t, verified b, verifiedAt ts, isCreator b, country s, location geo, "
    "interests [s], lastActiveAt ts, royalClub b, premiumUnlocked b, leaveReason s, email s, "
    "phone s, displayName s",
    "walletTransactions": "createdAt ts t, userId s R, "
    "type s R (PURCHASE|SPEND|REFUND|BONUS|PAYOUT), amount n R, receiverId s, receiverAmount n, "
    "context s, amountPLN n, provider s (STRIPE|APPLE_IAP|GOOGLE_IAP), "
    "status s (COMPLETED|PENDING|FAILED), referenceId s",
    "chats": "startedAt ts t, payerId s R, earnerId s R, closedAt ts, messageCount i, "
    "totalTokens n, firstResponseSec n",
    "calls": "startedAt ts t, payerId s R, earnerId s R, callType s R (VOICE|VIDEO), "
    "durationMinutes n, totalTokens n, status s (COMPLETED|CANCELLED|MISSED)",
    "aiChatSessions": "startedAt ts t, userId s R, creatorId s, endedAt ts, messageCount i, "
    "tokensCharged n",
    "aiVoiceCallSessions": "startedAt ts t, userId s R, durationMinutes n R, creatorId s",
    "aiVideoCallSessions": "startedAt ts t, userId s R, durationMinutes n R, creatorId s",
    "aiInteractions": "createdAt ts t, userId s R, creatorId s, flagged b, flagReason s",
    "calendarBookings": "createdAt ts t, attendeeId s R, creatorId s R, cost n R, "
    "meetingDate ts R, status s (BOOKED|COMPLETED|CANCELLED_BY_CREATOR|CANCELLED_BY_USER|NO_SHOW), "
    "cancelledAt ts",
    "eventTickets": "createdAt ts t, userId s R, creatorId s R, cost n R, eventId s, "
    "status s (VALID|ATTENDED|REFUNDED|CANCELLED)",
    "moderationQueue": "createdAt ts t, source s R (AI|USER), reporterId s, targetId s, "
    "category s, status s, resolvedAt ts",
    "enforcement_logs": "createdAt ts t, userId s R, "
    "action s R (BAN|UNBAN|AUTO_BLOCK|WARN|SHADOW_BAN|REMOVE_CONTENT), actor s",
    "safetyAlerts": "createdAt ts t, userId s R, type s R (PANIC|MISMATCH), targetUserId s, "
    "resolution s (CONFIRMED|FALSE_POSITIVE|PENDING), resolvedAt ts",
    "refunds": "createdAt ts t, userId s R, "
    "category s R (CHAT|VOICE|VIDEO|CALENDAR|EVENT|TIP|TOKENS), creatorId s, transactionId s, "
    "reason s (MISMATCH|CANCELLED|DISSATISFACTION|VOLUNTARY|FRAUD), amountTokens n, amountPLN n, "
    "status s (APPROVED|PENDING|REJECTED)",
    "chargebacks": "createdAt ts t, userId s R, amountPLN n R, transactionId s, reason s, "
    "status s (OPEN|WON|LOST)",
    "appSessions": "startedAt ts t, userId s R, endedAt ts, device s (ios|android|web), "
    "crashed b, discoveryResults i, swipes i",
    "creatorReviews": "createdAt ts t, creatorId s R, userId s R, rating n R",
    "payouts": "requestedAt ts t, creatorId s R, amountTokens n R, amountPLN n, "
    "status s (PENDING|PAID|HELD|DENIED), paidAt ts",
    "profileEvents": "createdAt ts t, viewerId s R, creatorId s R, type s R (VIEW|LIKE|FOLLOW), "
    "dwellSeconds n",
    "retentionContacts": "sentAt ts t, userId s R, channel s, offer s",
    "systemEvents": "createdAt ts t, type s R (PAYMENT_FAILURE|SYSTEM_ERROR), "
    "severity s (LOW|MEDIUM|HIGH|CRITICAL), provider s, country s",
    "userFeedback": "createdAt ts t, userId s R, score n R",
    "monetizationStrategies": "effectiveDate ts t, name s R, active b, paywallConfig.enabled b, "
    "paywallConfig.triggerAfterMinutes n, paywallConfig.priceTier s, "
    "paywallConfig.freeContentPercentage n, subscriptionPricing.monthlyPrice n, "
    "subscriptionPricing.yearlyPrice n, subscriptionPricing.trialDays i, creatorTakeRate n",
    "experimentAssignments": "assignedAt ts t, userId s R, experimentId s R, variant s R",
}

HALOBUZZ = {
    "users": "createdAt ts t, country s, ogTier i, isHost b, hostSince ts, kycVerified b, "
    "kycVerifiedAt ts, lastActiveAt ts, email s, phone s, username s",
    "transactions": "createdAt ts t, userId s R, "
    "type s R (coin_topup|og_subscription|gift|game_stake|game_payout|withdrawal|refund|"
    "chargeback), amount n R, currency s R (USD|NPR|AUD), coins n, "
    "paymentMethod s (esewa|khalti|stripe|paypal), hostId s, streamId s, platformFee n, "
    "ogTier i, refundOf s, status s (completed|pending|failed)",
    "streams": "startedAt ts t, hostId s R, endedAt ts, viewerCount i",
    "battles": "startedAt ts t, streamId s, hostIds [s], participantCount i",
    "messages": "createdAt ts t, senderId s R, streamId s",
    "sessions": "startedAt ts t, userId s R, endedAt ts, device s, crashed b",
    "moderationFlags": "createdAt ts t, targetUserId s, source s (ai|user), contentType s, "
    "status s (flagged|actioned|dismissed), action s (ban|mute|remove_content), actionedAt ts",
    "appeals": "createdAt ts t, userId s R, status s (open|upheld|overturned), processedAt ts",
    "gameSessions": "startedAt ts t, userId s R, gameId s R, stake n R, payout n R, endedAt ts",
    "infraErrors": "createdAt ts t, service s R, severity s, code s",
    "funnelEvents": "createdAt ts t, userId s R, "
    "step s R (visit|signup|first_stream|first_gift|first_topup|og_subscription)",
}

OPS = {
    "actions": "object_type s R (alert|abuse_signal|guardrail), object_id s R, "
    "action s R (acknowledge|resolve), actor s R, note s, at ts t, platform s, signal_type s, "
    "subject s, detected_at ts",
}

STATUS_DEFAULTS = {
    ("avalo", "walletTransactions"): "completed",
    ("avalo", "refunds"): "approved",
    ("halobuzz", "transactions"): "completed",
}

NON_NEGATIVE = {
    "cost",
    "amountPLN",
    "stake",
    "payout",
    "durationMinutes",
    "coins",
    "platformFee",
    "receiverAmount",
    "totalTokens",
    "dwellSeconds",
    "viewerCount",
}
BOUNDS = {"rating": (Decimal(1), Decimal(5)), "score": (Decimal(0), Decimal(100))}
TOO_LARGE = Decimal(10) ** 12
ID_FIELD = {"avalo": "document_id", "halobuzz": "_id", "ops": "action_id"}


def _field(platform: str, text: str) -> Field:
    allowed: tuple[str, ...] = ()
    if "(" in text:
        text, _, values = text.partition("(")
        allowed = tuple(value.strip().lower() for value in values.rstrip(") ").split("|"))
    name, kind, *flags = text.split()
    low, high = BOUNDS.get(name, (None, None))
    if name in NON_NEGATIVE or (platform == "halobuzz" and name == "amount"):
        low = Decimal(0)
    return Field(
        name=name,
        type=kind,
        required=bool(flags),
        event_time="t" in flags,
        allowed=allowed,
        low=low,
        high=high,
        is_id=platform == "avalo" and name.endswith("Id"),
    )


def _collection(platform: str, text: str) -> tuple[Field, ...]:
    fields = tuple(_field(platform, part.strip()) for part in text.split(", "))
    if platform == "halobuzz":
        fields += (Field("updatedAt", "ts"), Field("deletedAt", "ts"))
    return fields


CONTRACT: dict[tuple[str, str], tuple[Field, ...]] = {
    (platform, collection): _collection(platform, text)
    for platform, collections in (("avalo", AVALO), ("halobuzz", HALOBUZZ), ("ops", OPS))
    for collection, text in collections.items()
}
