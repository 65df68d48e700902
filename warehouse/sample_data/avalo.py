"""The 24 avalo collections: what each document says."""

from __future__ import annotations

from warehouse.sample_data.collection import Collection, Stream
from warehouse.sample_data.fields import event, opt, req

INTER = 50  # shared row numbers: a chat and the spend that paid for it agree
TOKENS = (
    "CASE ik WHEN 'CHAT' THEN ri(g, 31, 100, 500) WHEN 'AI_SESSION' THEN ri(g, 31, 100, 300) "
    "WHEN 'VOICE' THEN 10 * minutes WHEN 'AI_VOICE' THEN 10 * minutes "
    "WHEN 'VIDEO' THEN 20 * minutes WHEN 'AI_VIDEO' THEN 20 * minutes "
    "WHEN 'TIP' THEN CAST(10 + floor(990 * pow(rnd(g, 31), 5)) AS BIGINT) "
    "WHEN 'CALENDAR' THEN 50 * ri(g, 31, 4, 24) WHEN 'EVENT' THEN 25 * ri(g, 31, 2, 16) "
    "ELSE ri(g, 31, 5, 80) END"
)


def _paid(kind: str = "ikind(g)") -> tuple[str, ...]:
    """Return the columns ik, minutes, tokens; `kind` is for rows that are no shared events."""
    return (
        f"CASE WHEN stream = 'spend' THEN ikind(g) ELSE {kind} END AS ik, "
        "CAST(1 + floor(29 * pow(rnd(g, 30), 2)) AS BIGINT) AS minutes",
        f"{TOKENS} AS tokens",
    )


def _inter(kind: str, part: float) -> tuple[Stream, ...]:
    """Return the shared events of one kind, `part` of them all."""
    return (Stream("spend", INTER, 1.0, "spend", f"ikind(g) = '{kind}'", part),)


CONTEXTS = (
    "CHAT", "AI_SESSION", "VOICE", "AI_VOICE", "VIDEO", "AI_VIDEO", "TIP", "CALENDAR", "EVENT",
    "GIFT_BOX", "chat", "Ai_Voice",
)  # fmt: skip
TYPES = ("PURCHASE", "SPEND", "REFUND", "BONUS", "PAYOUT")
WALLET_TYPE = (
    "CASE WHEN inc IS NULL OR inc = 'bad' THEN CASE stream WHEN 'spend' THEN 'SPEND' "
    "WHEN 'purchase' THEN 'PURCHASE' ELSE pick(['BONUS','BONUS','BONUS','REFUND','PAYOUT'], "
    "rnd(g, 33)) END WHEN inc = 'purchase' THEN 'PURCHASE' ELSE 'SPEND' END"
)
PAID_TO = "('token_drain', 'payout_abuse', 'creator_quality', 'show')"
CENTS = (
    "CASE WHEN rnd(g, 35) < 0.95 THEN CAST(CAST({v} AS DECIMAL(18,2)) AS VARCHAR) "
    "WHEN rnd(g, 35) < 0.98 THEN CAST(CAST({v} + 0.00125 AS DECIMAL(18,5)) AS VARCHAR) "
    "ELSE CAST(CAST({v} + 0.000051 AS DECIMAL(18,6)) AS VARCHAR) END"
)
ORPHAN = "CASE WHEN plain OR rnd(g, 40) > 0.003 THEN uid ELSE 'gone' || (ui % 97) END"
CREATOR = "CASE WHEN plain OR rnd(g, 41) > 0.004 THEN rid ELSE 'lost' || (rui % 41) END"

COLLECTIONS: tuple[Collection, ...] = (
    Collection(
        "users",
        0,
        (Stream("users", 0, 0, "users"),),
        (
            event("createdAt"),
            opt("verified", "b", "rnd(g, 50) < 0.55", 0.97),
            opt(
                "verifiedAt",
                "ts",
                "CASE WHEN rnd(g, 50) < 0.55 AND fin THEN "
                "t + to_microseconds(CAST(864e9 * pow(rnd(g, 51), 3) AS BIGINT)) END",
                0.9,
            ),
            opt("isCreator", "b", "creator"),
            opt("country", "s", "country_text", 0.97),
            opt("location", "geo", "[lat, lon]", 0.7),
            opt("interests", "ls", "interests", 0.8),
            opt(
                "lastActiveAt",
                "ts",
                "CASE WHEN ts < q_from - INTERVAL 1 HOUR THEN "
                "ts - to_seconds(ri(g, 52, 0, 300)) END",
                0.9,
            ),
            opt("royalClub", "b", "creator AND rnd(g, 53) < 0.1", 0.6),
            opt("premiumUnlocked", "b", "creator AND rnd(g, 54) < 0.3", 0.6),
            opt(
                "leaveReason",
                "e",
                "CASE WHEN q_from < ts OR deleted_at IS NOT NULL THEN "
                "pick(['competitor','price','Competitor','bored','COMPETITOR'], rnd(g, 55)) END",
                0.5,
                ("competitor", "price", "bored"),
            ),
            opt("email", "s", "'member' || ui || '@mail.example'", 0.9),
            opt("phone", "s", "'+48 600 ' || printf('%06d', ui % 1000000)", 0.4),
            opt(
                "displayName",
                "s",
                "pick(['Zoë \"Z\"','Jan K.','Łucja','Aiko','Tom 🎥','R. Shah'],"
                " rnd(g, 56)) || ' ' || ui",
                0.9,
            ),
        ),
        columns=("u.country_text, u.lat, u.lon, u.interests",),
        p_update=0.95,
        delay_hours=1200,
        updates=3,
    ),
    Collection(
        "walletTransactions",
        1,
        (
            Stream("spend", INTER, 1.0, "spend"),
            Stream("purchase", 51, 0.10, "spend"),
            Stream("bonus", 52, 0.04, "act"),
        ),
        (
            event("createdAt"),
            req("userId", "id", ORPHAN),
            req("type", "e", WALLET_TYPE, TYPES),
            req(
                "amount",
                "n",
                "CASE stream WHEN 'spend' THEN -tokens WHEN 'purchase' THEN pack "
                "WHEN 'bonus' THEN CASE WHEN rnd(g, 33) < 0.8 THEN ri(g, 34, 5, 100) ELSE "
                "-ri(g, 34, 50, 900) END ELSE CASE WHEN inc = 'purchase' THEN pack ELSE -val "
                "END END",
            ),
            opt(
                "receiverId",
                "id",
                f"CASE WHEN stream = 'spend' OR inc IN {PAID_TO} THEN {CREATOR} END",
                0.97,
            ),
            opt(
                "receiverAmount",
                "n",
                "CASE WHEN stream = 'spend' OR inc = 'show' THEN "
                "CAST(tokens * 0.65 AS DECIMAL(18,2)) END",
                0.75,
            ),
            opt(
                "context",
                "e",
                "CASE WHEN inc IN ('token_drain', 'payout_abuse', 'creator_quality') "
                "THEN 'TIP' WHEN stream = 'spend' "
                "THEN CASE WHEN ik <> 'OTHER' THEN ik ELSE pick(['GIFT_BOX','unlock_media',NULL,"
                "'Boost',' chat '], rnd(g, 36)) END END",
                1.0,
                CONTEXTS,
            ),
            opt(
                "amountPLN",
                "n",
                "CASE WHEN stream = 'purchase' OR inc IN ('purchase', 'show') "
                "THEN " + CENTS.format(v="pack * 0.25 - 0.01") + " END",
                0.99,
            ),
            opt(
                "provider",
                "e",
                "CASE WHEN stream = 'purchase' OR inc IS NOT NULL THEN "
                "pick(['STRIPE','STRIPE','APPLE_IAP','GOOGLE_IAP'], rnd(g, 37)) END",
                0.98,
                ("STRIPE", "APPLE_IAP", "GOOGLE_IAP"),
            ),
            opt(
                "status",
                "e",
                "CASE WHEN plain THEN 'COMPLETED' WHEN NOT fin THEN 'PENDING' WHEN "
                "rnd(g, 38) < 0.95 THEN 'COMPLETED' WHEN rnd(g, 38) < 0.99 THEN 'FAILED' "
                "ELSE 'PENDING' END",
                0.8,
                ("COMPLETED", "PENDING", "FAILED"),
            ),
            opt(
                "referenceId",
                "s",
                "CASE WHEN stream = 'spend' THEN 'ref' || lower(to_hex(g)) END",
                0.9,
            ),
        ),
        columns=(
            *_paid(),
            "CAST(pick([50, 100, 100, 250, 500, 500, 1000, 2500, 5000], "
            "pow(rnd(g, 32), 1.5)) AS BIGINT) AS pack",
        ),
        p_update=0.02,
        delay_hours=30,
        late=120,
    ),
    Collection(
        "chats",
        2,
        _inter("CHAT", 0.28),
        (
            event("startedAt"),
            req("payerId", "id", ORPHAN),
            req("earnerId", "id", CREATOR),
            opt(
                "closedAt",
                "ts",
                "CASE WHEN fin THEN t + to_seconds(ri(g, 42, 120, 9000)) END",
                0.85,
            ),
            opt("messageCount", "i", "ri(g, 43, 1, 140)"),
            opt("totalTokens", "n", "tokens"),
            opt(
                "firstResponseSec",
                "n",
                "CASE WHEN inc = 'creator_quality' THEN 1200 "
                "ELSE CAST(pow(rnd(g, 44), 4) * 600 AS DECIMAL(9,1)) END",
                0.82,
            ),
        ),
        columns=_paid("'CHAT'"),
        p_update=0.2,
        delay_hours=3,
    ),
    Collection(
        "calls",
        3,
        (Stream("spend", INTER, 1.0, "spend", "ikind(g) IN ('VOICE', 'VIDEO')", 0.13),),
        (
            event("startedAt"),
            req("payerId", "id", ORPHAN),
            req("earnerId", "id", CREATOR),
            req(
                "callType",
                "e",
                "CASE WHEN ik = 'VIDEO' THEN 'VIDEO' ELSE 'VOICE' END",
                ("VOICE", "VIDEO"),
            ),
            opt(
                "durationMinutes",
                "n",
                "CASE WHEN fin THEN minutes + CAST(pick([0, 0, 0.5, 0.25],"
                " rnd(g, 42)) AS DECIMAL(9,2)) END",
                0.97,
            ),
            opt("totalTokens", "n", "CASE WHEN fin THEN tokens END", 0.95),
            opt(
                "status",
                "e",
                "CASE WHEN NOT fin THEN NULL WHEN rnd(g, 43) < 0.9 THEN 'COMPLETED'"
                " WHEN rnd(g, 43) < 0.96 THEN 'MISSED' ELSE 'CANCELLED' END",
                0.98,
                ("COMPLETED", "CANCELLED", "MISSED"),
            ),
        ),
        columns=_paid("pick(['VOICE', 'VIDEO'], rnd(g, 12))"),
        p_update=0.1,
        delay_hours=2,
    ),
    Collection(
        "aiChatSessions",
        4,
        _inter("AI_SESSION", 0.22),
        (
            event("startedAt"),
            req("userId", "id", ORPHAN),
            opt("creatorId", "id", CREATOR, 0.8),
            opt("endedAt", "ts", "CASE WHEN fin THEN t + to_seconds(ri(g, 42, 60, 5000)) END", 0.9),
            opt("messageCount", "i", "ri(g, 43, 2, 90)"),
            opt("tokensCharged", "n", "tokens"),
        ),
        columns=_paid("'AI_SESSION'"),
        p_update=0.1,
        delay_hours=2,
    ),
    Collection(
        "aiVoiceCallSessions",
        5,
        _inter("AI_VOICE", 0.08),
        (
            event("startedAt"),
            req("userId", "id", ORPHAN),
            req("durationMinutes", "n", "minutes"),
            opt("creatorId", "id", CREATOR, 0.8),
        ),
        columns=_paid("'AI_VOICE'"),
    ),
    Collection(
        "aiVideoCallSessions",
        6,
        _inter("AI_VIDEO", 0.05),
        (
            event("startedAt"),
            req("userId", "id", ORPHAN),
            req("durationMinutes", "n", "minutes"),
            opt("creatorId", "id", CREATOR, 0.8),
        ),
        columns=_paid("'AI_VIDEO'"),
    ),
    Collection(
        "aiInteractions",
        7,
        (Stream("ai", 7, 4.0, "act"),),
        (
            event("createdAt"),
            req("userId", "id", ORPHAN),
            opt("creatorId", "id", CREATOR, 0.7),
            opt("flagged", "b", "inc IN ('ai_abuse', 'ai_misuse') OR rnd(g, 42) < 0.002", 0.9),
            opt(
                "flagReason",
                "s",
                "CASE WHEN plain OR rnd(g, 42) < 0.002 THEN "
                "pick(['jailbreak','minor safety','hate'], rnd(g, 43)) END",
                0.9,
            ),
        ),
    ),
    Collection(
        "calendarBookings",
        8,
        _inter("CALENDAR", 0.03),
        (
            event("createdAt"),
            req("attendeeId", "id", ORPHAN),
            req("creatorId", "id", CREATOR),
            req("cost", "n", "CASE WHEN plain THEN 200 ELSE tokens END"),
            req("meetingDate", "ts", "t + to_hours(ri(g, 42, 2, 240))"),
            opt(
                "status",
                "e",
                "CASE WHEN inc = 'farm_cancel' THEN 'CANCELLED_BY_CREATOR' WHEN inc "
                "= 'farm_keep' THEN 'BOOKED' WHEN NOT fin THEN 'BOOKED' WHEN rnd(g, 43) < 0.92 "
                "THEN 'COMPLETED' WHEN rnd(g, 43) < 0.93 THEN 'BOOKED' WHEN rnd(g, 43) < 0.96 THEN "
                "'CANCELLED_BY_USER' WHEN rnd(g, 43) < 0.985 THEN 'CANCELLED_BY_CREATOR' ELSE "
                "'NO_SHOW' END",
                0.97,
                ("BOOKED", "COMPLETED", "CANCELLED_BY_CREATOR", "CANCELLED_BY_USER", "NO_SHOW"),
            ),
            opt(
                "cancelledAt",
                "ts",
                "CASE WHEN inc = 'farm_cancel' THEN t + INTERVAL 20 MINUTE "
                "WHEN fin AND rnd(g, 43) BETWEEN 0.93 AND 0.985 THEN t + to_minutes(ri(g, 44, 5, "
                "110)) END",
                0.85,
            ),
        ),
        columns=_paid("'CALENDAR'"),
        p_update=0.6,
        delay_hours=200,
    ),
    Collection(
        "eventTickets",
        9,
        _inter("EVENT", 0.03),
        (
            event("createdAt"),
            req("userId", "id", ORPHAN),
            req("creatorId", "id", CREATOR),
            req("cost", "n", "tokens"),
            opt("eventId", "s", "'ev' || (rui % 50)"),
            opt(
                "status",
                "e",
                "CASE WHEN NOT fin THEN 'VALID' ELSE pick(['VALID','ATTENDED',"
                "'ATTENDED','ATTENDED','REFUNDED','CANCELLED'], rnd(g, 43)) END",
                0.95,
                ("VALID", "ATTENDED", "REFUNDED", "CANCELLED"),
            ),
        ),
        columns=_paid("'EVENT'"),
        p_update=0.4,
        delay_hours=100,
    ),
    Collection(
        "moderationQueue",
        10,
        (Stream("mod", 10, 0.15, "act"),),
        (
            event("createdAt"),
            req("source", "e", "pick(['AI','AI','USER'], rnd(g, 42))", ("AI", "USER")),
            opt("reporterId", "id", ORPHAN, 0.5),
            opt("targetId", "id", CREATOR, 0.95),
            opt("category", "s", "pick(['spam','nudity','harassment','scam'], rnd(g, 43))"),
            opt(
                "status",
                "s",
                "CASE WHEN fin THEN pick(['RESOLVED','DISMISSED','OPEN'], "
                "rnd(g, 44)) ELSE 'OPEN' END",
            ),
            opt(
                "resolvedAt",
                "ts",
                "CASE WHEN fin AND rnd(g, 44) < 0.66 THEN t + to_minutes(ri(g, 45, 5, 1200)) END",
            ),
        ),
        p_update=0.5,
        delay_hours=20,
    ),
    Collection(
        "enforcement_logs",
        11,
        (Stream("enf", 11, 0.08, "act"),),
        (
            event("createdAt"),
            req("userId", "id", ORPHAN),
            req(
                "action",
                "e",
                "pick(['WARN','WARN','AUTO_BLOCK','REMOVE_CONTENT','SHADOW_BAN',"
                "'BAN','UNBAN','WARN'], rnd(g, 42))",
                ("BAN", "UNBAN", "AUTO_BLOCK", "WARN", "SHADOW_BAN", "REMOVE_CONTENT"),
            ),
            opt("actor", "s", "pick(['system','mod-7','mod-9'], rnd(g, 43))"),
        ),
    ),
    Collection(
        "safetyAlerts",
        12,
        (Stream("safety", 12, 0.08, "act"),),
        (
            event("createdAt"),
            req("userId", "id", ORPHAN),
            req(
                "type",
                "e",
                "CASE WHEN inc IN ('panic_spam', 'panic_spike') THEN 'PANIC' WHEN "
                "inc IN ('fake_mismatch', 'mismatch_spike') THEN 'MISMATCH' ELSE "
                "pick(['PANIC','MISMATCH'], rnd(g, 42)) END",
                ("PANIC", "MISMATCH"),
            ),
            opt("targetUserId", "id", CREATOR, 0.85),
            opt(
                "resolution",
                "e",
                "CASE WHEN inc = 'panic_spam' THEN 'FALSE_POSITIVE' WHEN inc = "
                "'panic_spike' THEN 'CONFIRMED' WHEN NOT fin THEN 'PENDING' ELSE "
                "pick(['CONFIRMED','FALSE_POSITIVE','PENDING'], rnd(g, 43)) END",
                0.9,
                ("CONFIRMED", "FALSE_POSITIVE", "PENDING"),
            ),
            opt(
                "resolvedAt",
                "ts",
                "CASE WHEN fin AND rnd(g, 43) < 0.66 THEN t + to_minutes(ri(g, 44, 5, 900)) END",
            ),
        ),
        p_update=0.5,
        delay_hours=15,
    ),
    Collection(
        "refunds",
        13,
        (Stream("refund", 13, 0.45, "spend", refers=(INTER, "spend")),),
        (
            event("createdAt"),
            req("userId", "id", ORPHAN),
            req(
                "category",
                "e",
                "pick(['CHAT','CHAT','VOICE','VIDEO','CALENDAR','EVENT','TIP',"
                "'TOKENS'], rnd(g, 42))",
                ("CHAT", "VOICE", "VIDEO", "CALENDAR", "EVENT", "TIP", "TOKENS"),
            ),
            opt("creatorId", "id", CREATOR, 0.8),
            opt("transactionId", "s", "'wa1' || lower(to_hex(target))", 0.6),
            opt(
                "reason",
                "e",
                "pick(['MISMATCH','CANCELLED','DISSATISFACTION','VOLUNTARY','FRAUD'], rnd(g, 43))",
                0.9,
                ("MISMATCH", "CANCELLED", "DISSATISFACTION", "VOLUNTARY", "FRAUD"),
            ),
            opt(
                "amountTokens",
                "n",
                "CASE WHEN rnd(g, 45) < 0.1 THEN -1 ELSE 1 END * ri(g, 44, 20, 500)",
                0.9,
            ),
            opt(
                "amountPLN",
                "n",
                "CASE WHEN inc = 'refund_spike' THEN CAST(CAST(val AS "
                "DECIMAL(18,2)) AS VARCHAR) WHEN rnd(g, 46) < 0.5 THEN "
                + CENTS.format(v="ri(g, 44, 20, 500) * 0.2")
                + " END",
            ),
            opt(
                "status",
                "e",
                "CASE WHEN plain THEN 'APPROVED' WHEN NOT fin THEN 'PENDING' ELSE "
                "pick(['APPROVED','APPROVED','APPROVED','PENDING','REJECTED'], rnd(g, 47)) END",
                0.85,
                ("APPROVED", "PENDING", "REJECTED"),
            ),
        ),
        p_update=0.4,
        delay_hours=60,
    ),
    Collection(
        "chargebacks",
        14,
        (Stream("cb", 14, 0.02, "spend", refers=(51, "purchase")),),
        (
            event("createdAt"),
            req("userId", "id", ORPHAN),
            req("amountPLN", "n", CENTS.format(v="ri(g, 42, 20, 400) * 1.23")),
            opt("transactionId", "s", "'wa1' || lower(to_hex(target))", 0.7),
            opt("reason", "s", "pick(['fraudulent','duplicate','not_received'], rnd(g, 43))"),
            opt(
                "status",
                "e",
                "CASE WHEN plain OR NOT fin THEN 'OPEN' ELSE pick(['OPEN','WON',"
                "'LOST'], rnd(g, 44)) END",
                0.95,
                ("OPEN", "WON", "LOST"),
            ),
        ),
        p_update=0.5,
        delay_hours=240,
    ),
    Collection(
        "appSessions",
        15,
        (Stream("session", 15, 0, "act"),),
        (
            event("startedAt"),
            req("userId", "id", ORPHAN),
            opt(
                "endedAt", "ts", "CASE WHEN fin THEN t + to_seconds(ri(g, 42, 20, 5400)) END", 0.93
            ),
            opt(
                "device",
                "e",
                "pick(['ios','ios','android','android','web'], rnd(g, 43))",
                0.97,
                ("ios", "android", "web"),
            ),
            opt("crashed", "b", "rnd(g, 44) < CASE WHEN ui % 23 = 0 THEN 0.3 ELSE 0.01 END", 0.8),
            opt(
                "discoveryResults",
                "i",
                "CASE WHEN ui % 19 = 0 THEN ri(g, 45, 0, 1) ELSE ri(g, 45, 0, 60) END",
                0.8,
            ),
            opt("swipes", "i", "ri(g, 46, 0, 120)", 0.7),
        ),
        p_update=0.01,
        delay_hours=2,
    ),
    Collection(
        "creatorReviews",
        16,
        (Stream("review", 16, 0.8, "act"),),
        (
            event("createdAt"),
            req("creatorId", "id", CREATOR),
            req("userId", "id", ORPHAN),
            req(
                "rating",
                "n",
                "CASE WHEN rui % 3 = 0 THEN pick(['5','5','5','4.5'], rnd(g, 42)) "
                "ELSE pick(['5','5','4','4.5','3','2','1'], rnd(g, 42)) END",
            ),
        ),
        p_update=0.05,
        delay_hours=50,
    ),
    Collection(
        "payouts",
        17,
        (Stream("payout", 17, 0.25, "act"),),
        (
            event("requestedAt"),
            req("creatorId", "id", CREATOR),
            req("amountTokens", "n", "payout_tokens"),
            opt("amountPLN", "n", CENTS.format(v="payout_tokens * 0.2"), 0.7),
            opt(
                "status",
                "e",
                "CASE WHEN plain OR NOT fin THEN 'PENDING' ELSE pick(['PAID','PAID','PAID',"
                "'HELD','DENIED','PENDING'], rnd(g, 43)) END",
                0.95,
                ("PENDING", "PAID", "HELD", "DENIED"),
            ),
            opt(
                "paidAt",
                "ts",
                "CASE WHEN fin AND NOT plain AND rnd(g, 43) < 0.5 "
                "THEN t + to_hours(ri(g, 44, 3, 70)) END",
            ),
        ),
        columns=(
            "CASE WHEN inc = 'payout_abuse' THEN 40000 "
            "ELSE CAST(100 + floor(30000 * pow(rnd(g, 42), 3)) AS BIGINT) END AS payout_tokens",
        ),
        p_update=0.85,
        delay_hours=150,
    ),
    Collection(
        "profileEvents",
        18,
        (Stream("profile", 18, 12.0, "act"),),
        (
            event("createdAt"),
            req("viewerId", "id", ORPHAN),
            req("creatorId", "id", CREATOR),
            req(
                "type",
                "e",
                "pick(['VIEW','VIEW','VIEW','VIEW','VIEW','LIKE','FOLLOW'], rnd(g, 42))",
                ("VIEW", "LIKE", "FOLLOW"),
            ),
            opt("dwellSeconds", "n", "CAST(pow(rnd(g, 43), 4) * 600 AS DECIMAL(9,1))", 0.7),
        ),
    ),
    Collection(
        "retentionContacts",
        19,
        (Stream("contact", 19, 0.3, "act"),),
        (
            event("sentAt"),
            req("userId", "id", ORPHAN),
            opt("channel", "s", "pick(['push','email','sms'], rnd(g, 42))"),
            opt("offer", "s", "pick(['bonus_50','discount_20','none'], rnd(g, 43))", 0.8),
        ),
    ),
    Collection(
        "systemEvents",
        20,
        (Stream("system", 20, 0, "act"),),
        (
            event("createdAt"),
            req(
                "type",
                "e",
                "CASE WHEN inc = 'payment_failure' THEN 'PAYMENT_FAILURE' "
                "WHEN inc = 'system_error' THEN 'SYSTEM_ERROR' ELSE "
                "pick(['PAYMENT_FAILURE','SYSTEM_ERROR'], rnd(g, 42)) END",
                ("PAYMENT_FAILURE", "SYSTEM_ERROR"),
            ),
            opt(
                "severity",
                "e",
                "CASE WHEN inc = 'system_error' THEN 'CRITICAL' WHEN plain THEN 'HIGH' "
                "WHEN rnd(g, 43) < 0.02 THEN "
                "'CRITICAL' ELSE pick(['LOW','LOW','MEDIUM','HIGH'], rnd(g, 44)) END",
                0.9,
                ("LOW", "MEDIUM", "HIGH", "CRITICAL"),
            ),
            opt(
                "provider",
                "e",
                "CASE WHEN plain THEN 'STRIPE' ELSE pick(['STRIPE','APPLE_IAP',"
                "'GOOGLE_IAP'], rnd(g, 45)) END",
                0.7,
            ),
            opt("country", "s", "cc", 0.7),
        ),
    ),
    Collection(
        "userFeedback",
        21,
        (Stream("feedback", 21, 0.5, "act"),),
        (event("createdAt"), req("userId", "id", ORPHAN), req("score", "n", "ri(g, 42, 20, 100)")),
    ),
    Collection(
        "monetizationStrategies",
        22,
        (Stream("strategy", 22, -9, "any"),),
        (
            event("effectiveDate"),
            req(
                "name",
                "s",
                "'plan ' || pick(['basic','bold','gentle','spring'], rnd(g, 42)) || "
                "' ' || (g % 100)",
            ),
            opt("active", "b", "CASE g % 9 WHEN 3 THEN NULL ELSE g % 3 < 2 END", 1),
            opt(
                "paywallConfig",
                "raw",
                "CASE WHEN g % 9 <> 4 THEN '{' || concat_ws(',', "
                "CASE WHEN g % 9 <> 1 THEN '\"enabled\":' || (rnd(g, 44) < 0.8) END, "
                'CASE g % 9 WHEN 2 THEN NULL WHEN 6 THEN \'"triggerAfterMinutes":"soon"\' '
                "ELSE '\"triggerAfterMinutes\":' || ri(g, 45, 3, 25) END, "
                "CASE WHEN g % 9 <> 5 THEN '\"priceTier\":\"' || pick(['low','standard','high'], "
                "rnd(g, 46)) || '\"' END, CASE WHEN g % 9 <> 7 THEN "
                "'\"freeContentPercentage\":' || ri(g, 48, 5, 60) END) || '}' END",
                1,
            ),
            opt(
                "subscriptionPricing",
                "raw",
                "CASE WHEN g % 9 <> 5 THEN '{' || concat_ws(',', "
                "CASE WHEN g % 9 <> 1 THEN '\"monthlyPrice\":' || ri(g, 49, 19, 79) || '.99' END, "
                "CASE WHEN g % 9 <> 2 THEN '\"yearlyPrice\":' || ri(g, 50, 190, 690) || '.50' END, "
                'CASE g % 9 WHEN 3 THEN NULL WHEN 8 THEN \'"trialDays":"7.9"\' ELSE '
                "'\"trialDays\":' || ri(g, 52, 3, 14) END) || '}' END",
                1,
            ),
            opt(
                "creatorTakeRate",
                "n",
                "CASE g % 9 WHEN 6 THEN NULL WHEN 0 THEN '\"NaN\"' ELSE "
                "CAST(CAST(0.5 + 0.3 * rnd(g, 53) AS DECIMAL(5,3)) AS VARCHAR) END",
                1,
            ),
        ),
        p_update=0.3,
        delay_hours=300,
        showcase=False,
    ),
    Collection(
        "experimentAssignments",
        23,
        (Stream("experiment", 23, 0.6, "act"),),
        (
            event("assignedAt"),
            req("userId", "id", ORPHAN),
            req("experimentId", "s", "pick(['paywall_copy','new_home','price_test'], rnd(g, 42))"),
            req(
                "variant",
                "s",
                "CASE WHEN rnd(g, 42) > 0.66 THEN pick(['variant_a','variant_b'], "
                "rnd(g, 43)) ELSE pick(['control','variant_a'], rnd(g, 43)) END",
            ),
        ),
    ),
)
