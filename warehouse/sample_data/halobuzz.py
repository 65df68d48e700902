"""The 11 halobuzz collections: what each document says."""

from __future__ import annotations

from warehouse.sample_data.collection import Collection, Stream
from warehouse.sample_data.fields import event, opt, req

ORPHAN = (
    "CASE WHEN plain OR rnd(g, 40) > 0.003 THEN uid ELSE 'dead' || printf('%020x', ui % 97) END"
)
HOST = "CASE WHEN plain OR rnd(g, 41) > 0.004 THEN rid ELSE 'dead' || printf('%020x', rui % 41) END"
STREAM_ID = "'65c1' || printf('%020x', rui * 1000 + (epoch_us(t) // 86400000000) % 1000)"
TYPES = (
    "coin_topup", "og_subscription", "gift", "game_stake", "game_payout", "withdrawal", "refund",
    "chargeback",
)  # fmt: skip
TX_TYPE = (
    "CASE WHEN inc = 'purchase' THEN 'coin_topup' WHEN inc = 'refund_loop' THEN 'refund' "
    "WHEN inc = 'chargeback_count' THEN 'chargeback' WHEN stream = 'topup' THEN 'coin_topup' "
    "WHEN stream = 'gift' THEN 'gift' WHEN stream = 'og' THEN 'og_subscription' "
    "WHEN stream = 'stake' THEN 'game_stake' WHEN stream = 'ungift' THEN 'refund' "
    "WHEN stream = 'back' THEN CASE WHEN rnd(g, 33) < 0.92 THEN 'refund' ELSE 'chargeback' END "
    "ELSE pick(['game_payout','game_payout','game_payout','withdrawal','refund'], rnd(g, 33)) "
    "END AS tt"
)
CURRENCY = "CASE WHEN cc = 'NP' THEN 'NPR' WHEN cc = 'AU' THEN 'AUD' ELSE 'USD' END AS cur"
COINS = (
    "CASE tt WHEN 'coin_topup' THEN CAST(pick([100, 100, 500, 500, 1000, 2000, 5000, 10000], "
    "pow(rnd(g, 31), 1.5)) AS BIGINT) WHEN 'og_subscription' THEN 0 WHEN 'gift' THEN "
    "CAST(5 + floor(3000 * pow(rnd(g, 31), 6)) AS BIGINT) WHEN 'withdrawal' THEN "
    "CAST(1000 + floor(200000 * pow(rnd(g, 31), 3)) AS BIGINT) WHEN 'game_payout' THEN "
    "CASE WHEN rnd(g, 31) > 0.97 THEN 123456789 ELSE ri(g, 31, 10, 500) END "
    "ELSE ri(g, 31, 10, 500) END AS coins"
)
USD = (
    "CASE WHEN tt = 'og_subscription' THEN pick([4.99, 9.99, 19.99, 49.99, 99.99], "
    "pow(rnd(g, 32), 2)) ELSE coins * 0.01 END AS usd"
)
AMOUNT = (
    "CASE WHEN rnd(g, 34) < 0.96 THEN CAST(CAST(usd * fx AS DECIMAL(18,2)) AS VARCHAR) "
    "ELSE CAST(CAST(usd * fx + 0.00345 AS DECIMAL(18,5)) AS VARCHAR) END AS amount"
)

COLLECTIONS: tuple[Collection, ...] = (
    Collection(
        "users",
        0,
        (Stream("users", 0, 0, "users"),),
        (
            event("createdAt"),
            opt("country", "s", "country_text", 0.97),
            opt("ogTier", "i", "CASE WHEN ui % 9 = 0 AND fin THEN ri(g, 50, 1, 5) ELSE 0 END", 0.8),
            opt("isHost", "b", "creator"),
            opt("hostSince", "ts", "CASE WHEN creator THEN t + to_hours(ri(g, 51, 1, 200)) END"),
            opt("kycVerified", "b", "rnd(g, 52) < 0.4", 0.95),
            opt(
                "kycVerifiedAt",
                "ts",
                "CASE WHEN rnd(g, 52) < 0.4 AND fin THEN t + to_minutes(ri(g, 53, 5, 9000)) END",
                0.85,
            ),
            opt(
                "lastActiveAt",
                "ts",
                "CASE WHEN ts < q_from - INTERVAL 1 HOUR THEN "
                "ts - to_seconds(ri(g, 54, 0, 300)) END",
            ),
            opt("email", "s", "'fan' || ui || '@mail.example'", 0.9),
            opt("phone", "s", "'+977 98' || printf('%08d', ui % 100000000)", 0.5),
            opt("username", "s", "pick(['halo','बज़','star✨','it''s me'], rnd(g, 55)) || ui", 0.95),
        ),
        columns=("u.country_text",),
        p_update=0.95,
        delay_hours=1200,
        updates=3,
    ),
    Collection(
        "transactions",
        1,
        (
            Stream("topup", 51, 4.0, "spend"),
            Stream("gift", 52, 12.0, "spend"),
            Stream("og", 53, 0.5, "spend"),
            Stream("stake", 54, 3.0, "spend"),
            Stream("misc", 55, 1.2, "spend"),
            Stream("back", 56, 0.3, "spend", refers=(51, "topup")),
            Stream("ungift", 57, 0.2, "spend", refers=(52, "gift")),
        ),
        (
            event("createdAt"),
            req("userId", "id", ORPHAN),
            req("type", "e", "tt", TYPES),
            req("amount", "n", "amount"),
            req("currency", "s", "CASE WHEN rnd(g, 35) < 0.02 THEN lower(cur) ELSE cur END"),
            opt("coins", "n", "CASE WHEN tt <> 'og_subscription' THEN coins END", 0.95),
            opt(
                "paymentMethod",
                "e",
                "CASE WHEN tt IN ('coin_topup', 'og_subscription') OR inc = "
                "'show' THEN CASE WHEN cur = 'NPR' THEN pick(['esewa','khalti'], rnd(g, 36)) ELSE "
                "pick(['stripe','paypal'], rnd(g, 36)) END END",
                0.96,
                ("esewa", "khalti", "stripe", "paypal"),
            ),
            opt(
                "hostId",
                "id",
                f"CASE WHEN tt IN ('gift', 'withdrawal') OR inc = 'show' THEN {HOST} END",
                0.97,
            ),
            opt("streamId", "s", f"CASE WHEN tt = 'gift' THEN {STREAM_ID} END", 0.8),
            opt(
                "platformFee",
                "n",
                "CASE WHEN tt IN ('gift', 'coin_topup') OR inc = 'show' THEN "
                "CAST(usd * fx * 0.3 AS DECIMAL(18,4)) END",
                0.9,
            ),
            opt(
                "ogTier",
                "i",
                "CASE WHEN tt IN ('og_subscription', 'coin_topup') THEN ri(g, 37, 0, 5) END",
                0.8,
            ),
            opt(
                "refundOf",
                "s",
                "CASE WHEN tt IN ('refund', 'chargeback') OR inc = 'show' THEN "
                "'6511' || printf('%020x', target) END",
                0.9,
            ),
            opt(
                "status",
                "e",
                "CASE WHEN plain THEN 'completed' WHEN tt = 'withdrawal' THEN CASE "
                "WHEN fin AND rnd(g, 42) < 0.7 THEN 'completed' ELSE 'pending' END WHEN NOT fin "
                "THEN 'pending' WHEN rnd(g, 42) < 0.95 THEN 'completed' WHEN rnd(g, 42) < 0.985 "
                "THEN 'failed' ELSE 'pending' END",
                0.85,
                ("completed", "pending", "failed"),
            ),
        ),
        columns=(
            TX_TYPE,
            CURRENCY,
            COINS,
            USD,
            "CASE cur WHEN 'NPR' THEN 133.5 WHEN 'AUD' THEN 1.52 ELSE 1.0 END AS fx",
            AMOUNT,
        ),
        p_update=0.03,
        delay_hours=40,
        late=200,
    ),
    Collection(
        "streams",
        2,
        (Stream("stream", 2, 0.9, "host"),),
        (
            event("startedAt"),
            req("hostId", "id", ORPHAN),
            opt("endedAt", "ts", "CASE WHEN fin THEN t + to_seconds(ri(g, 42, -60, 14000)) END"),
            opt("viewerCount", "i", "CAST(floor(pow(rnd(g, 43), 4) * 3000) AS BIGINT)"),
        ),
        p_update=0.4,
        delay_hours=6,
    ),
    Collection(
        "battles",
        3,
        (Stream("battle", 3, 0.2, "host"),),
        (
            event("startedAt"),
            opt("streamId", "s", STREAM_ID),
            opt("hostIds", "ls", "[uid, rid]", 0.95),
            opt("participantCount", "i", "ri(g, 42, 2, 8)"),
        ),
    ),
    Collection(
        "messages",
        4,
        (Stream("message", 4, 14.0, "act"),),
        (event("createdAt"), req("senderId", "id", ORPHAN), opt("streamId", "s", STREAM_ID, 0.95)),
        p_update=0.005,
    ),
    Collection(
        "sessions",
        5,
        (Stream("session", 5, 0, "act"),),
        (
            event("startedAt"),
            req("userId", "id", ORPHAN),
            opt(
                "endedAt", "ts", "CASE WHEN fin THEN t + to_seconds(ri(g, 42, 20, 7200)) END", 0.93
            ),
            opt("device", "s", "pick(['ios','android','android','web','tv'], rnd(g, 43))", 0.97),
            opt("crashed", "b", "rnd(g, 44) < 0.012", 0.8),
        ),
        p_update=0.02,
        delay_hours=2,
    ),
    Collection(
        "moderationFlags",
        6,
        (Stream("flag", 6, 0.12, "act"),),
        (
            event("createdAt"),
            opt("targetUserId", "id", ORPHAN, 0.95),
            opt("source", "e", "pick(['ai','ai','user'], rnd(g, 42))", 0.97, ("ai", "user")),
            opt("contentType", "s", "pick(['stream','message','avatar'], rnd(g, 43))"),
            opt(
                "status",
                "e",
                "CASE WHEN plain OR NOT fin THEN 'flagged' ELSE pick(['flagged',"
                "'actioned','actioned','dismissed'], rnd(g, 44)) END",
                0.95,
                ("flagged", "actioned", "dismissed"),
            ),
            opt(
                "action",
                "e",
                "CASE WHEN inc = 'show' OR (fin AND NOT plain AND rnd(g, 44) "
                "BETWEEN 0.25 AND 0.75) THEN pick(['mute','mute','remove_content','ban'], "
                "rnd(g, 45)) END",
                0.95,
                ("ban", "mute", "remove_content"),
            ),
            opt(
                "actionedAt",
                "ts",
                "CASE WHEN inc = 'show' OR (fin AND NOT plain AND rnd(g, 44) "
                "BETWEEN 0.25 AND 0.75) THEN t + to_minutes(ri(g, 46, 1, 700)) END",
                0.95,
            ),
        ),
        p_update=0.5,
        delay_hours=12,
    ),
    Collection(
        "appeals",
        7,
        (Stream("appeal", 7, 0.04, "act"),),
        (
            event("createdAt"),
            req("userId", "id", ORPHAN),
            opt(
                "status",
                "e",
                "CASE WHEN fin THEN pick(['upheld','overturned','open'], rnd(g, 42))"
                " ELSE 'open' END",
                0.95,
                ("open", "upheld", "overturned"),
            ),
            opt(
                "processedAt",
                "ts",
                "CASE WHEN fin AND rnd(g, 42) < 0.66 THEN t + to_hours(ri(g, 43, 1, 90)) END",
                0.95,
            ),
        ),
        p_update=0.7,
        delay_hours=100,
    ),
    Collection(
        "gameSessions",
        8,
        (Stream("game", 54, 3.0, "spend"),),
        (
            event("startedAt"),
            req("userId", "id", ORPHAN),
            req("gameId", "s", "pick(['teenpatti','wheel','dice','ludo'], rnd(g, 42))"),
            req("stake", "n", "ri(g, 31, 10, 500)"),
            req(
                "payout",
                "n",
                "CASE WHEN rnd(g, 43) < 0.55 THEN 0 ELSE "
                "CAST(ri(g, 31, 10, 500) * (1 + rnd(g, 44)) AS DECIMAL(18,1)) END",
            ),
            opt("endedAt", "ts", "t + to_seconds(ri(g, 45, 30, 3000))", 0.93),
        ),
    ),
    Collection(
        "infraErrors",
        9,
        (Stream("infra", 9, 0, "act"),),
        (
            event("createdAt"),
            req(
                "service",
                "s",
                "CASE WHEN plain THEN 'stream-gateway' ELSE "
                "pick(['stream-gateway','chat','payments','cdn'], rnd(g, 42)) END",
            ),
            opt("severity", "s", "pick(['low','medium','high'], rnd(g, 43))"),
            opt("code", "s", "pick(['E500','E503','TIMEOUT'], rnd(g, 44))", 0.8),
        ),
    ),
    Collection(
        "funnelEvents",
        10,
        (Stream("funnel", 10, 0, "users"),),
        (
            event("createdAt"),
            req("userId", "id", ORPHAN),
            req(
                "step",
                "e",
                "step",
                ("visit", "signup", "first_stream", "first_gift", "first_topup", "og_subscription"),
            ),
        ),
        p_update=0.002,
    ),
)
