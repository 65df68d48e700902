"""The tables every collection draws from: days, users, creators, incidents' rows."""

from __future__ import annotations

import datetime as dt

import duckdb

from warehouse.sample_data.fields import lit, sql_list
from warehouse.sample_data.plan import (
    CHEAT,
    REFUNDED_CREATOR,
    SLOW_CREATOR,
    Incident,
    Plan,
    clock_changes,
    day_weights,
)

BIG = 1_000_000_000_000  # row numbers of one source: number x BIG ..
#: Countries, the frequent ones first.
COUNTRIES: dict[str, str] = {
    "avalo": "PL US DE GB FR BR ES IT UA MX CZ NL SE CA",
    "halobuzz": "NP AU IN US GB AE BR JP QA MY SG KR DE NZ",
}
REST = (
    "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF "
    "CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD "
    "GE GH GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN "
    "KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MR MT MU MV MW MX "
    "MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PS PT PW PY QA RO RS RU RW SA SB SC SD "
    "SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY "
    "UZ VA VC VE VN VU WS YE ZA ZM ZW GL PR GI JE IM FO AX RE GP MQ NC PF GU BM KY TC AW CW XK"
)
INTERESTS = ["music", "Gaming", "travel", "fitness", " cooking ", "art", "tech", "movies", "yoga",
             "DANCE", "books", "cars"]  # fmt: skip


def build(con: duckdb.DuckDBPyConnection, plan: Plan, platform: str) -> None:
    """Create the platform's tables `days`, `users`, `creators`, `inj` in `con`.

    users: i, uid, created, q_from, q_to (quiet from .. to), deleted_at, creator, cc,
    country_text, lat, lon, interests. creators: j (in order of sign-up), i, uid.
    inj: coll, n, t, ui, rx, inc, sv, val: rows of incidents and showcase documents.
    """
    p = platform
    con.execute(f"CREATE OR REPLACE TABLE {p}_days (d DATE, di INTEGER, a DOUBLE, b DOUBLE)")
    rows = ", ".join(
        f"(DATE '{d}', {i}, {a!r}::DOUBLE, {b!r}::DOUBLE)"
        for i, (d, a, b) in enumerate(day_weights(plan, platform))
    )
    con.execute(f"INSERT INTO {p}_days VALUES {rows}")
    con.execute(_users_sql(plan, platform))
    con.execute(
        f"CREATE OR REPLACE TABLE {p}_creators AS SELECT row_number() OVER (ORDER BY created, i) "
        f"- 1 AS j, i, uid FROM {p}_users WHERE creator AND created < "
        f"(SELECT max(d) - INTERVAL 10 DAY FROM {p}_days)"
    )
    con.execute(
        f"CREATE OR REPLACE TABLE {p}_calendar AS SELECT d, di, a, b, greatest(1, coalesce("
        "sum(n) OVER (ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::BIGINT "
        f"AS nc FROM {p}_days LEFT JOIN (SELECT CAST(u.created AS DATE) AS d, count(*) AS n FROM "
        f"{p}_creators JOIN {p}_users u USING (i) GROUP BY 1) USING (d) ORDER BY d"
    )
    con.execute(
        f"CREATE OR REPLACE TABLE {p}_inj (coll VARCHAR, t TIMESTAMP, ui BIGINT, rx BIGINT, "
        "inc VARCHAR, sv INTEGER, val DOUBLE)"
    )
    for incident in plan.incidents:
        if incident.platform == platform:
            _inject(con, plan, incident)
    _inject_clock(con, plan, platform)


def _users_sql(plan: Plan, platform: str) -> str:
    base = 60 if platform == "avalo" else 61
    n, start, end = plan.users, f"TIMESTAMP '{plan.start}'", f"TIMESTAMP '{plan.end}'"
    span = f"{plan.days * 86_400_000_000}::DOUBLE"
    top = COUNTRIES[platform].split()
    names = top + [c for c in REST.split() if c not in top]
    spike = next(i for i in plan.incidents if i.type == "churn_spike" and i.platform == platform)
    surge = next(i for i in plan.incidents if i.type == "signup_surge" and i.platform == platform)
    wave = ["BR", "MX", "AR"] if platform == "avalo" else ["IN", "NP", "SG"]
    uid = (
        "'u' || printf('%07d', i)"
        if platform == "avalo"
        else "'65a0' || printf('%08x', (i * 2654435761) % 4294967296) || printf('%012x', i)"
    )
    shift = "0.29" if platform == "avalo" else "0.92"
    return f"""
CREATE OR REPLACE TABLE {platform}_users AS
WITH a AS (
    SELECT i, {base}::BIGINT * {BIG} + i AS g, i >= {plan.special_from} AS special,
        i >= {plan.churn_from} AND i < {plan.special_from} AS stops,
        i >= {plan.surge_from} AND i < {plan.churn_from} AS surges
    FROM range({n}) AS t(i)
), b AS (
    SELECT *,
        CASE WHEN special THEN {start} + to_seconds(60 * (i - {plan.special_from} + 1))
            WHEN stops THEN {start} + to_seconds(ri(g, 1, 3600, 86400 * 8))
            WHEN surges THEN TIMESTAMP '{surge.start}' + to_seconds(ri(g, 1, 0, 86399))
            ELSE date_trunc('day', {start} + to_microseconds(CAST(floor({span} * CASE
                WHEN i < {n} * 0.02 THEN rnd(g, 1) * 0.3
                WHEN rnd(g, 2) < 0.18 THEN rnd(g, 1) * 12 / {plan.days}
                ELSE pow(rnd(g, 1), 0.75) END) AS BIGINT)))
                + to_microseconds(tod(rnd(g, 3), rnd(g, 4), {shift})) END AS created,
        CASE WHEN rnd(g, 5) < 0.35 THEN floor({len(names)} * rnd(g, 6))
            ELSE floor({len(names)} * pow(rnd(g, 6), 9)) END AS ci
    FROM a
), c AS (
    SELECT *,
        CASE WHEN special AND i < {plan.special_from + 32} THEN
                {sql_list(top[:5])}[1 + CAST(i % 5 AS INTEGER)]
            WHEN special AND i < {plan.special_from + 50} THEN
                '{"DE" if platform == "avalo" else "AU"}'
            WHEN special AND i < {plan.special_from + 68} THEN
                {sql_list(wave)}[1 + CAST(i % 3 AS INTEGER)]
            ELSE {sql_list(names)}[1 + CAST(ci AS INTEGER)] END AS cc,
        CASE WHEN special THEN NULL WHEN stops THEN TIMESTAMP '{spike.end}'
            WHEN i >= {n} * 0.02 AND rnd(g, 7) < 0.28
            THEN created + to_microseconds(CAST(floor(epoch_us({end}) - epoch_us(created))
                * rnd(g, 8) AS BIGINT)) END AS q0
    FROM b
), e AS (
    SELECT *, coalesce(q0, TIMESTAMP '9999-01-01') AS q_from,
        CASE WHEN q0 IS NOT NULL AND NOT stops AND rnd(g, 9) < 0.3
            THEN q0 + to_hours(ri(g, 10, 800, 1500)) ELSE TIMESTAMP '9999-01-01' END AS q_to
    FROM c
)
SELECT i, {uid} AS uid, created, q_from,
    CASE WHEN deleted THEN TIMESTAMP '9999-01-01' ELSE q_to END AS q_to,
    CASE WHEN deleted THEN least(q_from, {end} - INTERVAL 1 HOUR) + INTERVAL 10 MINUTE END
        AS deleted_at,
    CASE WHEN special THEN i % 2 = 1 ELSE rnd(g, 11) < 0.14 OR i < 3 END AS creator, cc,
    CASE WHEN special OR rnd(g, 12) < 0.95 THEN cc WHEN rnd(g, 12) < 0.965 THEN lower(cc)
        WHEN rnd(g, 12) < 0.975 THEN ' ' || cc || ' ' WHEN rnd(g, 12) < 0.98 THEN ''
        WHEN rnd(g, 12) < 0.985 THEN '  ' WHEN rnd(g, 12) < 0.99 THEN 'XX'
        WHEN rnd(g, 12) < 0.994 THEN 'Atlantis' END AS country_text,
    greatest(-89.9, least(89.9, -50 + 110 * (hash(cc, i % 3) % 1000) / 1000.0
        + rnd(g, 13) * 0.8)) AS lat,
    -170 + 330 * (hash(cc, i % 3, 7) % 1000) / 1000.0 + rnd(g, 14) * 0.8 AS lon,
    list_distinct([pick({sql_list(INTERESTS)}, rnd(g, 15)), pick({sql_list(INTERESTS)}, rnd(g, 16)),
        pick({sql_list(INTERESTS)}, rnd(g, 17)), pick({sql_list(INTERESTS)}, rnd(g, 18)), '']
        [1:1 + CAST(floor(5 * rnd(g, 19)) AS INTEGER)]) AS interests
FROM (
    SELECT *, (q0 IS NOT NULL AND NOT stops AND rnd(g, 20) < 0.06) AS deleted FROM e
)
"""


def _inject(con: duckdb.DuckDBPyConnection, plan: Plan, inc: Incident) -> None:
    p, kind, who = inc.platform, inc.type, inc.users
    seconds = int((inc.end - inc.start).total_seconds())
    first = plan.special_from

    def put(
        coll: str,
        n: int,
        ui: str,
        label: str | None = None,
        rx: str = "NULL",
        val: str = "100",
        length: int = seconds,
        back: int = 0,
    ) -> None:
        """Spread n rows evenly over `length` seconds, begun `back` seconds before the start."""
        start = inc.start - dt.timedelta(seconds=back)
        con.execute(
            f"INSERT INTO {p}_inj SELECT {lit(coll)}, TIMESTAMP '{start}' + to_microseconds("
            f"CAST((k * 2 + 1) * {length * 1_000_000} // {2 * n} AS BIGINT)), {ui}, {rx}, "
            f"{lit(label or kind)}, NULL, {val} FROM range({n}) AS r(k)"
        )

    a = str(who[0]) if who else ""
    if kind == "refund_loop":
        put("refunds" if p == "avalo" else "transactions", 8, a)
    elif kind == "token_drain":
        put("walletTransactions", 8, a, rx=str(who[1]), val="120")
    elif kind == "bot_behavior" and p == "avalo":
        put("appSessions", 40, a)
        put("chats", 25, a)
        put("aiChatSessions", 15, a)
    elif kind == "bot_behavior":
        put("sessions", 80, a)
    elif kind in ("panic_spam", "fake_mismatch"):
        put("safetyAlerts", 5 if kind == "panic_spam" else 7, a)
    elif kind == "ai_abuse":
        put("aiInteractions", 9, a)
    elif kind == "cancellation_farming":
        put("calendarBookings", 30, f"{first + 50} + k % 6", "farm_cancel", a)
        put("calendarBookings", 4, f"{first + 50} + k % 6", "farm_keep", a, length=seconds // 2)
    elif kind == "payment_failure":
        put("systemEvents", 12, str(first + 60))
    elif kind == "infra_errors":
        put("infraErrors", 160, str(first + 60))
    elif kind == "abuse_spike":
        put("moderationFlags", 80, f"{first + 32} + k % 36")
    elif kind == "panic_spike":
        put("safetyAlerts", 16, f"{first + 32} + k", length=seconds - 3600)
    elif kind == "ai_misuse":
        put("aiInteractions", 30, f"{first + 32} + k % 18", length=seconds - 3600)
    elif kind == "refund_spike":
        worth = plan.users * plan.spends_per_user / plan.days * 60 * 0.15 / 18
        put("refunds", 18, f"{first + 32} + k", val=f"{worth:.2f}", length=seconds - 3600)
    elif kind == "system_error":
        put("systemEvents", 3, str(first + 60))
    elif kind == "mismatch_spike":
        put("safetyAlerts", 12, f"{first + 50} + k", length=seconds - 3600)
    elif kind == "payout_abuse":
        # Paid by those whose chargebacks came days before, then refunded, then paid out.
        cheat = str(plan.subject(CHEAT))
        put("walletTransactions", 20, f"{first + 50} + k % 18", rx=cheat, val="150", length=14400)
        put("refunds", 6, f"{first + 50} + k", rx=cheat, length=28800)
        put("payouts", 1, cheat, rx=cheat)
    elif kind == "creator_refunds":
        put("refunds", 14, f"{first + 50} + k", rx=str(plan.subject(REFUNDED_CREATOR)))
    elif kind == "creator_quality":
        slow = str(plan.subject(SLOW_CREATOR))
        put("chats", 14, f"{first + 50} + k", rx=slow)
        put("walletTransactions", 14, f"{first + 50} + k", rx=slow)
    elif kind == "chargeback_count":
        coll = "chargebacks" if p == "avalo" else "transactions"
        buy = "walletTransactions" if p == "avalo" else "transactions"
        put(buy, 36, f"{first + 50} + k % 18", "purchase", length=8 * 86400, back=9 * 86400)
        put(coll, 18, f"{first + 50} + k")
        if plan.wave > 18:
            # The rest are ordinary users of the same countries, each as often as it takes.
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE of_region AS SELECT i, row_number() OVER "
                f"(ORDER BY i) - 1 AS place FROM {p}_users WHERE i < {plan.churn_from} AND created "
                f"< TIMESTAMP '{inc.start}' AND cc IN (SELECT cc FROM {p}_users "
                f"WHERE i BETWEEN {first + 50} AND {first + 52})"
            )
            (count,) = con.execute("SELECT count(*) FROM of_region").fetchone() or (0,)
            put(coll, plan.wave - 18, f"(SELECT i FROM of_region WHERE place = k % {count})")
    elif kind == "churn_spike":
        put(
            "appSessions" if p == "avalo" else "sessions",
            plan.churn_group,
            f"{plan.churn_from} + k",
            length=seconds - 7200,
        )


def _inject_clock(con: duckdb.DuckDBPyConnection, plan: Plan, platform: str) -> None:
    """Add events around Sydney's clock changes (one every 10 minutes, 1.5 hours either side)."""
    colls = {
        "avalo": ("walletTransactions", "chats"),
        "halobuzz": ("sessions", "transactions", "messages"),
    }[platform]
    for instant in clock_changes(plan):
        for coll in colls:
            con.execute(
                f"INSERT INTO {platform}_inj SELECT {lit(coll)}, TIMESTAMP '{instant}' + "
                f"to_seconds(600 * k - 5400), {plan.special_from + 20} + k % 8, NULL, 'purchase', "
                "NULL, 100 FROM range(19) AS r(k)"
            )
