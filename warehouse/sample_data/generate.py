"""Writes a whole sample data set: one SQL statement per collection and span of days.

The same plan gives the same bytes: every random number is a hash of (seed, row number, salt),
each statement runs on one thread, and nothing reads the clock.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import math
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.sample_data import avalo, halobuzz
from warehouse.sample_data.collection import Collection, Stream
from warehouse.sample_data.fields import (
    SHOW_PLAIN,
    bad_reasons,
    fragment_sql,
    lit,
    lossy,
    macros,
    ranged,
    sql_list,
    value_sql,
)
from warehouse.sample_data.plan import Plan, SampleDataError, user_id
from warehouse.sample_data.world import BIG, build

COLLECTIONS: dict[str, tuple[Collection, ...]] = {
    "avalo": avalo.COLLECTIONS,
    "halobuzz": halobuzz.COLLECTIONS,
}
MEMORY_LIMIT = "12GB"  # of the database; 10 M users a platform take half of it
CHUNK_ROWS = 2_500_000  # candidate rows of one statement: what bounds the memory
SPLIT_ROWS = 150_000  # below: files of two column sets side by side
INTER_KINDS = (
    "CASE WHEN rnd(g, 11) < 0.28 THEN 'CHAT' WHEN rnd(g, 11) < 0.50 THEN 'AI_SESSION' "
    "WHEN rnd(g, 11) < 0.58 THEN 'VOICE' WHEN rnd(g, 11) < 0.66 THEN 'AI_VOICE' "
    "WHEN rnd(g, 11) < 0.71 THEN 'VIDEO' WHEN rnd(g, 11) < 0.76 THEN 'AI_VIDEO' "
    "WHEN rnd(g, 11) < 0.88 THEN 'TIP' WHEN rnd(g, 11) < 0.91 THEN 'CALENDAR' "
    "WHEN rnd(g, 11) < 0.94 THEN 'EVENT' ELSE 'OTHER' END"
)
SHOW_KINDS = (
    "[['C','U'],['C'],['I'],['C','D'],['C','D','R'],['C','U','B'],['C','U','O'],['C','T'],"
    "['C','X'],['C','L'],['C','U','D'],['C']]"
)
#: Candidate rows by (platform, name of the stream).
Totals = dict[tuple[str, str], int]
#: Called after each statement: collection, its rows, how many statements there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Task:
    """One statement to run: a collection, days `lo` to `hi` (indices, inclusive)."""

    platform: str
    collection: Collection
    chunk: int
    lo: int
    hi: int


@dataclass(frozen=True)
class Result:
    """What was written: rows by `platform/collection`, and how many files in all."""

    rows: dict[str, int]
    files: int


def connect(plan: Plan) -> duckdb.DuckDBPyConnection:
    """Return a database with the macros and both platforms' tables, for all workers.

    Each statement of a worker runs through a cursor of its own, on the worker's thread only.
    """
    con = duckdb.connect(config={"threads": 1, "memory_limit": MEMORY_LIMIT})
    con.execute("SET GLOBAL TimeZone = 'UTC'")
    con.execute("SET GLOBAL partitioned_write_max_open_files = 2000")
    for statement in macros(plan.seed):
        con.execute(statement)
    con.execute(f"CREATE OR REPLACE MACRO ikind(g) AS {INTER_KINDS}")
    for platform in COLLECTIONS:
        build(con, plan, platform)
    return con


def alive_share(con: duckdb.DuckDBPyConnection, plan: Plan, platform: str) -> float:
    """Return the mean share of ordinary users that are signed up and not away."""
    step = max(1, plan.special_from // 4000)
    row = con.execute(
        f"SELECT count(*) FILTER (WHERE u.created <= d AND (d < u.q_from OR d >= u.q_to)), "
        f"count(*) FROM {platform}_days CROSS JOIN {platform}_users u "
        f"WHERE u.i < {plan.special_from} AND u.i % {step} = 0"
    ).fetchone()
    assert row is not None
    return max(0.05, row[0] / row[1])


def stream_total(plan: Plan, stream: Stream, share: float) -> int:
    """Return the number of candidate rows of a stream (before users that are away drop out)."""
    if stream.rate < 0:
        return int(-stream.rate)
    rate = {"session": min(36.0, 0.3 * plan.days)}.get(stream.name, stream.rate)
    if stream.name == "spend":
        rate = float(plan.spends_per_user)
    if stream.name == "purchase":
        rate = stream.rate * plan.spends_per_user
    if stream.name == "bonus":
        rate = stream.rate * plan.spends_per_user
    if stream.weight in ("users", "funnel"):
        return plan.users
    if stream.name in ("system", "infra"):
        return plan.days * (5 if stream.name == "system" else 14)
    return math.ceil(rate * plan.activity * plan.users / share)


def _stream_sql(plan: Plan, stream: Stream, total: int, task: Task, target: int) -> str:
    """Return the rows of one stream; `target` is the row count of the stream it refers to."""
    platform = task.platform
    calendar = f"{platform}_calendar"
    shift = "0.29" if platform == "avalo" else "0.94"
    days = f"di BETWEEN {task.lo} AND {task.hi}"
    off = f"{stream.offset}::BIGINT * {BIG}"
    tail = (
        f"NULL::VARCHAR AS inc, NULL::INTEGER AS sv, NULL::BIGINT AS rx, "
        f"100::DOUBLE AS val, NULL::INTEGER AS badk, {lit(stream.name)} AS stream"
    )
    if stream.weight == "users":
        if stream.name == "funnel":
            steps = sql_list(
                ["visit", "signup", "first_stream", "first_gift", "first_topup", "og_subscription"]
            )
            return f"""
SELECT g, created + to_seconds(CASE WHEN s = 0 THEN -ri(g, 61, 30, 3000) WHEN s = 1 THEN 0
    WHEN rnd(g, 62) < 0.03 THEN -ri(g, 61, 1, 7200)
    ELSE CAST(s * s * 86400 * 9 * pow(rnd(g, 61), 3) AS BIGINT) + s END) AS t, ui, {tail}, nc,
    {steps}[CAST(s + 1 AS INTEGER)] AS step, NULL::BIGINT AS target
FROM (
    SELECT {off} + u.i * 8 + s AS g, u.i AS ui, created, s, c.nc,
        {off} + u.i * 8 AS g0
    FROM {platform}_users u JOIN {calendar} c ON CAST(u.created AS DATE) = c.d
    CROSS JOIN range(6) AS r(s) WHERE {days}
)
WHERE rnd(g0, 63) < [1.0, 0.97, 0.72, 0.46, 0.31, 0.12][CAST(s + 1 AS INTEGER)]
    AND rnd(g, 64) < 0.97"""
        return (
            f"SELECT {off} + u.i AS g, u.created AS t, u.i AS ui, {tail}, c.nc, "
            f"NULL::VARCHAR AS step, NULL::BIGINT AS target "
            f"FROM {platform}_users u JOIN {calendar} c ON CAST(u.created AS DATE) = c.d "
            f"WHERE {days}"
        )
    pool = plan.special_from
    who = {
        "spend": f"CAST(floor({pool} * (0.995 * pow(rnd(g, 4), 3) + 0.005 * rnd(g, 4))) AS BIGINT)",
        "act": f"CAST(floor({pool} * pow(rnd(g, 4), 1.5)) AS BIGINT)",
        "any": f"{plan.special_from}::BIGINT",
        "host": "CAST(floor(nc * pow(rnd(g, 4), 1.3)) AS BIGINT)",
    }[stream.weight]
    about = "NULL::BIGINT"
    if stream.refers:
        # The row so far along in the other stream, one to five days earlier.
        first = stream.refers[0] * BIG
        whole, earlier = max(1, total), max(1, target // plan.days)
        about = (
            f"{first}::BIGINT + greatest(0, ((g - {off}) * {target}::BIGINT) // {whole} "
            f"- {earlier} - ri(g, 6, 0, {4 * earlier}))"
        )
        who = who.replace("rnd(g, 4)", "rnd(target, 4)")
    inner = f"""
SELECT g, target, CAST(d AS TIMESTAMP) + to_microseconds(tod(rnd(g, 2), rnd(g, 3), {shift})) AS t,
    {who} AS ui, nc
FROM (
    SELECT *, {about} AS target FROM (
        SELECT d, nc, {off} + unnest(range(CAST(floor({total} * a) AS BIGINT),
            CAST(floor({total} * b) AS BIGINT))) AS g
        FROM {calendar} WHERE {days})
) WHERE {stream.keep}"""
    if stream.weight == "host":
        inner = (
            f"SELECT s.g, s.target, s.t, c.i AS ui, s.nc FROM ({inner}) s "
            f"JOIN {platform}_creators c ON c.j = s.ui"
        )
    return f"SELECT g, t, ui, {tail}, nc, NULL::VARCHAR AS step, target FROM ({inner})"


def documents_sql(plan: Plan, task: Task, totals: Totals) -> str:
    """Return SQL that yields the collection's documents: one row each, nothing encoded yet."""
    p, c = task.platform, task.collection
    reasons = bad_reasons(p, c.name, list(c.fields))
    days = f"di BETWEEN {task.lo} AND {task.hi}"
    parts = [
        _stream_sql(plan, s, totals[p, s.name], task, totals[p, s.refers[1]] if s.refers else 0)
        for s in c.streams
    ]
    rows = sum(totals[p, s.name] * s.part for s in c.streams)
    bad = max(len(reasons), int(rows * 0.005))
    steps = "pick(['visit','signup','first_gift'], rnd(g, 60))"
    parts.append(f"""
SELECT g, CAST(d AS TIMESTAMP) + to_microseconds(ri(g, 2, 0, 86399999999)) AS t,
    CAST(floor({plan.special_from} * rnd(g, 4)) AS BIGINT) AS ui, 'bad' AS inc, NULL AS sv,
    NULL AS rx, 100 AS val, CAST((g - {c.number}::BIGINT * {BIG}) % {len(reasons)} AS INTEGER)
    AS badk, 'bad' AS stream, 2 AS nc, {steps} AS step, g AS target
FROM (
    SELECT d, {c.number}::BIGINT * {BIG} + 800000000000 + unnest(range(
        CAST(floor({bad} * a) AS BIGINT), CAST(floor({bad} * b) AS BIGINT))) AS g
    FROM {p}_calendar WHERE {days}
)""")
    if c.showcase:
        spoilable = [f for f in c.fields if not f.required]
        shows = SHOW_PLAIN + 2 * len(spoilable)
        far = plan.days - 8
        parts.append(f"""
SELECT g, CASE WHEN k % 3 = 0 THEN CAST(timezone('Australia/Sydney', CAST(d AS TIMESTAMP))
    AS TIMESTAMP) + to_milliseconds(CAST((k // 3 - 3) * 1500 AS BIGINT))
    ELSE CAST(d AS TIMESTAMP) + to_seconds(43200 + 61 * k) END AS t,
    {plan.special_from + 68} + k % 12 AS ui, 'show' AS inc, CAST(k AS INTEGER) AS sv,
    NULL AS rx, 100 AS val, NULL AS badk, 'show' AS stream, 4 AS nc, {steps} AS step, g AS target
FROM (
    SELECT k, d, {c.number}::BIGINT * {BIG} + 700000000000 + k AS g
    FROM range({shows}) AS r(k) JOIN {p}_calendar ON di = 2 + (k * 11) % {far} WHERE {days}
)""")
    parts.append(f"""
SELECT {c.number}::BIGINT * {BIG} + 900000000000 + k AS g, t, ui, inc, sv, rx, val, NULL AS badk,
    'inc' AS stream, 4 AS nc, 'visit' AS step, i.k AS target
FROM (SELECT *, row_number() OVER () AS k FROM {p}_inj WHERE coll = {lit(c.name)}) i
JOIN {p}_calendar ON CAST(i.t AS DATE) = d WHERE {days}""")
    thin = "true"
    for incident in plan.incidents:
        if incident.platform == p and incident.type == "revenue_drop":
            scope = "e.g // 1000000000000 = 50" if p == "avalo" else "e.stream IN ('topup', 'og')"
            thin += (
                f" AND NOT ({scope} AND e.t >= TIMESTAMP '{incident.start}' AND "
                f"e.t < TIMESTAMP '{incident.end}' AND rnd(e.g, 90) > 0.2)"
            )
        if incident.platform == p and incident.type == "revenue_outage":
            thin += (
                f" AND NOT (e.g // {BIG} = {avalo.INTER} AND e.t >= TIMESTAMP '{incident.start}' "
                f"AND e.t < TIMESTAMP '{incident.end}')"
            )
        if incident.platform == p and incident.type == "engagement_drop" and c.name != "users":
            thin += (
                f" AND NOT (e.stream NOT IN ('inc', 'show', 'bad', 'funnel') AND e.t >= TIMESTAMP "
                f"'{incident.start}' AND e.t < TIMESTAMP '{incident.end}' AND rnd(e.g, 91) > 0.3)"
            )
    columns = "u.creator, u.q_from, u.deleted_at"
    extra = list(c.columns)
    if extra and extra[0].startswith("u."):
        columns += ", " + extra.pop(0)
    alive = "e.inc IS NOT NULL OR (e.t >= u.created AND (e.t < u.q_from OR e.t >= u.q_to))"
    if any(s.weight == "users" for s in c.streams):
        alive = "true"
    uid = (
        "'u' || printf('%07d', {0})"
        if p == "avalo"
        else ("'65a0' || printf('%08x', ({0} * 2654435761) % 4294967296) || printf('%012x', {0})")
    )
    sql = f"""
SELECT e.g, e.t, e.ui, e.inc, e.sv, e.val, e.badk, e.stream, e.step, e.target, u.uid,
    u.cc, {columns},
    e.inc IS NOT NULL AND e.inc NOT IN ('show', 'bad') AS plain,
    coalesce(e.rx, cr.i) AS rui, {uid.format("coalesce(e.rx, cr.i)")} AS rid
FROM ({" UNION ALL ".join(parts)}) e
JOIN {p}_users u ON u.i = e.ui
JOIN {p}_creators cr ON cr.j = CAST(floor(e.nc * pow(rnd(e.g, 5), 1.6)) AS BIGINT)
WHERE ({alive}) AND {thin}"""
    for column in extra:
        sql = f"SELECT *, {column} FROM ({sql})"
    return sql


def rows_sql(plan: Plan, task: Task, totals: Totals) -> str:
    """Return SQL that yields the raw rows with their `dt`, ready to be written."""
    p, c = task.platform, task.collection
    users = c.updates > 1
    hours = f"{c.delay_hours * 3_600_000_000}::DOUBLE"
    late = f"{c.late * 3_600_000_000}::DOUBLE"
    updates = " || ' U V W'" if users else " || ' U'"
    rare = (
        "CASE WHEN rnd(g, 23) < 0.004 THEN ' X' WHEN rnd(g, 23) < 0.007 THEN ' L' "
        "WHEN rnd(g, 23) < 0.009 THEN ' O' WHEN rnd(g, 23) < 0.011 THEN ' T' "
        "WHEN rnd(g, 23) < 0.013 THEN ' B' "
    )
    rare += (
        "ELSE '' END || CASE WHEN deleted_at IS NOT NULL THEN CASE WHEN rnd(g, 24) < 0.1 "
        "THEN ' D R' ELSE ' D' END ELSE '' END"
        if users
        else "WHEN rnd(g, 23) < 0.0155 THEN ' D' WHEN rnd(g, 23) < 0.0165 THEN ' D R' ELSE '' END"
    )
    simple = (
        "false"
        if users
        else f"rnd(g, 22) >= {c.p_update} AND rnd(g, 23) >= 0.0165 AND rnd(g, 29) >= 0.004"
    )
    first = "CASE WHEN rnd(g, 29) < 0.004 THEN 'I' ELSE 'C' END" if p == "avalo" else "'C'"
    kinds = f"""CASE WHEN plain OR inc = 'bad' THEN ['C']
        WHEN inc = 'show' THEN {SHOW_KINDS}[1 + sv % 12] WHEN {simple} THEN ['C']
        ELSE string_split({first} || CASE WHEN rnd(g, 22) < {c.p_update} THEN ''{updates}
            ELSE '' END || {rare}, ' ') END"""
    gone = (
        "epoch_us(deleted_at) - epoch_us(t)"
        if users
        else f"CAST(delay * 1.2 + {late} * rnd(g, 26) AS BIGINT)"
    )
    reasons = bad_reasons(p, c.name, list(c.fields))
    usable = [i for i in range(len(reasons)) if i != 1]
    end = f"TIMESTAMP '{plan.end}'"
    outage = [
        f"NOT (dt >= DATE '{i.start.date()}' AND dt < DATE '{i.end.date()}')"
        for i in plan.incidents
        if i.type == "silent_outage" and i.platform == p and i.subject == c.name
    ]
    versions = f"""
SELECT * REPLACE (CASE WHEN kind = 'B' THEN {usable}[1 + g % {len(usable)}] ELSE badk END AS badk),
    CASE WHEN has_u THEN kind NOT IN ('C', 'I', 'X', 'L', 'O') ELSE true END AS fin,
    c0 + to_microseconds(CASE kind WHEN 'C' THEN 0 WHEN 'X' THEN 0 WHEN 'L' THEN 0 WHEN 'T' THEN 0
        WHEN 'I' THEN 144000000000
        WHEN 'U' THEN CAST(delay * {0.3 if users else 1.0} AS BIGINT)
        WHEN 'V' THEN CAST(delay * 0.6 AS BIGINT) WHEN 'W' THEN CAST(delay AS BIGINT)
        WHEN 'O' THEN CASE WHEN has_u THEN CAST(delay * 0.15 AS BIGINT) ELSE -1000000 END
        WHEN 'B' THEN CAST(delay * 1.5 AS BIGINT) + 3600000000
        WHEN 'D' THEN {gone} ELSE {gone} + 93600000000 END) AS ts0
FROM (
    SELECT *, unnest(kinds) AS kind, list_contains(kinds, 'U') AS has_u FROM (
        SELECT *, {kinds} AS kinds, (0.02 + rnd(g, 25)) * {hours} AS delay,
            t + to_microseconds(CAST(floor(rnd(g, 26) * 3000000) AS BIGINT)) AS c0
        FROM ({documents_sql(plan, task, totals)})
    )
)"""
    epoch = "kind = 'I' AND rnd(g, 27) < 0.5"
    arrived = f"""
SELECT *, CASE WHEN {epoch} THEN TIMESTAMP '1970-01-01' ELSE ts0 END AS ts,
    least(DATE '{plan.until}', CAST(CASE WHEN {epoch} THEN c0 ELSE ts0 END AS DATE) + CAST(
        CASE WHEN kind = 'L' THEN ri(g, 28, 1, 9) WHEN kind = 'O' THEN ri(g, 28, 3, 15)
            WHEN plain THEN 0 ELSE 0 END + CASE WHEN plain THEN 0 WHEN rnd(g, 27) < 0.985 THEN 0
            ELSE 1 + floor(19 * pow(rnd(g, 28), 2)) END AS INTEGER)) AS dt
FROM ({versions})
WHERE t < {end} AND ts0 < {end}"""
    outage_sql = " AND ".join(outage) or "true"
    day = "epoch_us(CAST(dt AS TIMESTAMP)) // 86400000000"
    canon = "" if p == "avalo" else f", {day} % 3 = 0 AS canon"
    xs = ", ".join(f"rnd(g, {100 + i}) AS y{i}" for i in range(len(c.fields)))
    spoilable = [f for f in c.fields if not f.required]
    plain_x = ", ".join(
        f"CASE WHEN plain OR inc IS NOT NULL AND sv >= {SHOW_PLAIN} THEN 0.5 ELSE y{i} END AS x{i}"
        for i in range(len(c.fields))
    )
    vs = ", ".join(f"{value_sql(f, i)} AS v{i}" for i, f in enumerate(c.fields))
    frags = []
    for i, f in enumerate(c.fields):
        mine = {r: k for k, (r, _) in enumerate(reasons)}
        spoil = spoilable.index(f) if not f.required and (lossy(f) or ranged(f)) else -1
        frags.append(fragment_sql(p, f, i, spoil, mine, reasons))
    body = "concat_ws(',', " + ",\n        ".join(frags) + ")"
    prefix = f"{c.name[:2].lower()}{c.number}"
    if p == "avalo":
        did = "uid" if users else f"'{prefix}' || lower(to_hex(g))"
    else:
        did = "uid" if users else f"'65{c.number:x}1' || printf('%020x', g)"
    base = f"""
SELECT *, {plain_x}, {vs} FROM (
    SELECT *, {xs}{canon}, {did} AS did FROM ({arrived}) WHERE {outage_sql}
)"""
    same = "CASE WHEN kind IN ('X', 'L') THEN 'C' ELSE kind END"
    if p == "avalo":
        return f"""
SELECT ts AS "timestamp",
    CASE WHEN kind = 'I' THEN ''
        ELSE printf('%016x', hash(g, {same}, {c.number}) >> 1) END AS event_id,
    CASE WHEN badk = 1 THEN CASE WHEN g % 2 = 0 THEN '' END WHEN y0 < 0.03 THEN '{c.name}/' || did
        ELSE 'projects/avalo-prod/databases/(default)/documents/{c.name}/' || did END
        AS document_name,
    CASE WHEN badk = 1 THEN CASE WHEN g % 3 = 0 THEN '' END WHEN y0 BETWEEN 0.02 AND 0.035 THEN NULL
        WHEN y0 BETWEEN 0.035 AND 0.04 THEN '' ELSE did END AS document_id,
    CASE kind WHEN 'I' THEN 'IMPORT' WHEN 'D' THEN 'DELETE' WHEN 'C' THEN 'CREATE'
        WHEN 'R' THEN 'CREATE' WHEN 'X' THEN 'CREATE' WHEN 'L' THEN 'CREATE' ELSE 'UPDATE' END
        AS operation,
    CASE WHEN kind = 'D' THEN NULL WHEN badk = 0 THEN CASE g % 4 WHEN 0 THEN '{{' || body[1:40]
        WHEN 1 THEN NULL WHEN 2 THEN '["list"]' ELSE 'not json' END ELSE '{{' || body
        || CASE WHEN kind = 'T' THEN ',"rev":2' ELSE '' END || '}}' END AS data,
    CASE WHEN kind NOT IN ('C', 'I', 'R', 'X', 'L') THEN '{{"id":"' || did || '"}}' END AS old_data,
    dt
FROM (SELECT *, {body} AS body FROM ({base}))"""
    return f"""
SELECT CASE WHEN badk = 0 THEN CASE g % 3 WHEN 0 THEN '{{' || body[1:30] WHEN 1 THEN '[1,2,3]'
        ELSE 'oops' END ELSE '{{' || concat_ws(',',
    CASE WHEN badk = 1 THEN CASE g % 3 WHEN 0 THEN '"_id":null' WHEN 1 THEN '"_id":""' END
        WHEN y0 < 0.2 AND badk IS NULL THEN '"_id":"' || did || '"'
        ELSE '"_id":{{"$oid":"' || did || '"}}' END,
    CASE WHEN kind = 'D' AND rnd(g, 33) < 0.2 THEN NULL ELSE body END,
    CASE WHEN kind = 'T' THEN '"rev":2' END,
    CASE WHEN kind NOT IN ('C', 'X', 'L') OR rnd(g, 47) < 0.5
        THEN '"updatedAt":' || ha_ts(ts, 0.5, canon) END,
    CASE WHEN kind = 'D' THEN '"deletedAt":' || ha_ts(ts, 0.5, canon) WHEN rnd(g, 48) < 0.02
        THEN '"deletedAt":null' END) || '}}' END
    || CASE WHEN {day} % 5 = 0 THEN chr(13) ELSE '' END
    || CASE WHEN rnd(g, 49) < 0.004 THEN chr(10) ELSE '' END AS line, dt
FROM (SELECT *, {body} AS body FROM ({base}))"""


def copy_task(
    con: duckdb.DuckDBPyConnection, plan: Plan, task: Task, totals: Totals, out: Path
) -> int:
    """Write one task's files; return its rows."""
    sql = rows_sql(plan, task, totals)
    folder = out / task.platform / task.collection.name
    folder.mkdir(parents=True, exist_ok=True)
    name = f"part{task.chunk:03d}"
    tail = f"PARTITION_BY (dt), OVERWRITE_OR_IGNORE, FILENAME_PATTERN '{name}{{s}}_{{i}}'"

    def copy(select: str, options: str, suffix: str = "") -> int:
        row = con.execute(
            f"COPY ({select}) TO {lit(str(folder))} ({options}, {tail.replace('{s}', suffix)})"
        ).fetchone()
        return int(row[0]) if row else 0

    if task.platform == "halobuzz":
        return copy(
            sql,
            "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER e'\\x01', "
            "COMPRESSION gzip, FILE_EXTENSION 'ndjson.gz'",
        )
    options = "FORMAT parquet, COMPRESSION snappy"
    bare = "* EXCLUDE (old_data), '{}' AS path_params"
    if sum(totals[task.platform, s.name] for s in task.collection.streams) > SPLIT_ROWS:
        columns = bare if task.chunk % 3 == 1 else "*"
        return copy(f"SELECT {columns} FROM ({sql})", options)
    con.execute(f"CREATE OR REPLACE TEMP TABLE chunk AS {sql}")
    odd = "epoch_us(CAST(dt AS TIMESTAMP)) // 86400000000 % 7"
    n = copy(f"SELECT * FROM chunk WHERE {odd} > 1", options)
    n += copy(f"SELECT * EXCLUDE (old_data) FROM chunk WHERE {odd} = 1", options, "n")
    n += copy(f"SELECT {bare} FROM chunk WHERE {odd} = 0", options, "p")
    return n


def plan_tasks(plan: Plan, totals: Totals) -> list[Task]:
    """Return every statement to run, the big ones first."""
    tasks: list[tuple[int, Task]] = []
    for platform, collections in COLLECTIONS.items():
        for c in collections:
            rows = sum(totals[platform, s.name] for s in c.streams)
            n = min(plan.days, max(1, math.ceil(rows / CHUNK_ROWS)))
            for k in range(n):
                lo, hi = plan.days * k // n, plan.days * (k + 1) // n - 1
                tasks.append((rows // n, Task(platform, c, k, lo, hi)))
    tasks.sort(
        key=lambda item: (-item[0], item[1].platform, item[1].collection.name, item[1].chunk)
    )
    return [t for _, t in tasks]


def write_actions(con: duckdb.DuckDBPyConnection, plan: Plan, out: Path) -> int:
    """Write ops/actions: some name a signal, some an id, a few are broken; return the lines."""
    lines: dict[dt.date, list[str]] = {}
    signals = [i for i in plan.incidents if i.users and i.type != "chargeback_count"]
    total = 40
    row = con.execute(
        "SELECT list(md5('alert|' || k) ORDER BY k) FROM range(?) AS r(k)", [total]
    ).fetchone()
    ids: list[str] = row[0] if row else []
    for n, object_id in enumerate(ids):
        day = plan.until - dt.timedelta(days=(n * 3) % min(60, plan.days - 2))
        at = dt.datetime.combine(day, dt.time(9 + n % 10, n))
        action = "acknowledge" if n % 2 == 0 else "resolve"
        kind = ("alert", "abuse_signal", "guardrail")[n % 3]
        doc = (
            f'"action_id":"act{n:04d}","object_type":"{kind}","object_id":"{object_id}",'
            f'"action":"{action}","actor":"ops{n % 4}@desk.example","at":"{at.isoformat()}Z"'
        )
        if n % 4 == 0:
            doc += ',"note":"false_positive"'
        lines.setdefault(day, []).append("{" + doc + "}")
    for n, inc in enumerate(signals[: total // 2]):
        day = min(plan.until, inc.end.date() + dt.timedelta(days=1 + n % 3))
        at = dt.datetime.combine(day, dt.time(12, n % 60))
        seen = inc.start if inc.type == "bot_behavior" else inc.start + (inc.end - inc.start) * 0.8
        subject = ">".join(user_id(inc.platform, u) for u in inc.users)
        doc = (
            f'{{"action_id":"sig{n:04d}","object_type":"abuse_signal","object_id":"{n:032x}",'
            f'"action":"resolve","actor":"safety1@desk.example","note":"","platform":'
            f'"{inc.platform}","signal_type":"{inc.type}","subject":"{subject}","detected_at":'
            f'"{seen.isoformat()}Z","at":"{at.isoformat()}Z"}}'
        )
        lines.setdefault(day, []).append(doc)
    for day, line in alert_actions(plan):
        lines.setdefault(day, []).append(line)
    bad = [
        "{broken",
        '{"object_type":"alert","object_id":"x","action":"resolve","actor":"a"}',
        '{"action_id":"bad1","object_type":"alert","action":"resolve","actor":"a","at":'
        f'"{plan.until}T00:00:00Z"}}',
        '{"action_id":"bad2","object_type":"alert","object_id":"x","action":"resolve","actor":"a",'
        '"at":"noon"}',
        '{"action_id":"bad3","object_type":"alert","object_id":"x","action":"resolve","actor":"a",'
        f'"at":"{plan.until + dt.timedelta(days=9)}T00:00:00Z"}}',
        '{"action_id":"odd1","object_type":"Alert","object_id":"y","action":"SNOOZE","actor":"a",'
        f'"at":"{plan.until}T00:00:00Z"}}',
    ]
    lines.setdefault(plan.until, []).extend(bad)
    for day, text in sorted(lines.items()):
        path = out / "ops" / "actions" / f"dt={day}" / "part000_0.ndjson"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return sum(len(v) for v in lines.values())


def alert_actions(plan: Plan) -> list[tuple[dt.date, str]]:
    """Return (dt, line) of actions on alerts that some incidents raise, known by their ids.

    Their actors are ids, no addresses: marts show who acted.
    """
    found: list[tuple[dt.date, str]] = []
    kinds = ("panic_spike", "mismatch_spike", "ai_misuse", "refund_spike")
    incidents = [i for i in plan.incidents if i.platform == "avalo" and i.type in kinds]
    for n, incident in enumerate(incidents):
        name = f"avalo_{incident.type}|avalo|ALL||{incident.start.date()}"
        alert_id = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        # Acknowledged twice, then resolved; the last one before its day was over.
        at = incident.end + dt.timedelta(minutes=7 + 50 * n)
        if n == len(incidents) - 1:
            at = incident.start + dt.timedelta(hours=20)
        for k, action in enumerate(("acknowledge", "acknowledge", "resolve")[: 3 - n % 2]):
            when = at + dt.timedelta(hours=k)
            found.append(
                (
                    min(plan.until, when.date()),
                    f'{{"action_id":"alr{n:02d}{2 - k}","object_type":"alert","object_id":'
                    f'"{alert_id}","action":"{action}","actor":"ops{k}",'
                    f'"at":"{when.isoformat()}Z"}}',
                )
            )
    return found


def write_incidents(plan: Plan, out: Path) -> None:
    """Write incidents.csv: type, platform, region, start, end (UTC, exclusive), subject."""
    with (out / "incidents.csv").open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["type", "platform", "region", "start", "end", "subject"])
        for i in sorted(plan.incidents, key=lambda x: (x.platform, x.start, x.type)):
            writer.writerow(
                [
                    i.type,
                    i.platform,
                    i.region,
                    f"{i.start.isoformat()}Z",
                    f"{i.end.isoformat()}Z",
                    i.subject,
                ]
            )


def odd_files(plan: Plan, out: Path) -> None:
    """Deliver some files twice, turn some into plain text, put a byte order mark on others."""
    for platform, collections in COLLECTIONS.items():
        for c in collections:
            folders = sorted((out / platform / c.name).glob("dt=*"))
            if not folders:
                continue
            twice = folders[(plan.seed + c.number) % len(folders)]
            for path in sorted(twice.iterdir()):
                shutil.copyfile(path, path.with_name("redelivered_" + path.name))
            if platform == "avalo":
                continue
            for k, folder in enumerate(folders):
                if k % 17 not in (3, 9):
                    continue
                for path in sorted(folder.glob("part*.ndjson.gz")):
                    text = gzip.decompress(path.read_bytes())
                    if k % 17 == 9:
                        text = b"\xef\xbb\xbf" + text
                    if k % 2:
                        path.unlink()
                        path.with_suffix("").write_bytes(text)
                    else:
                        path.write_bytes(gzip.compress(text, 6, mtime=0))


def generate(
    plan: Plan, out: Path, progress: Progress | None = None, workers: int = 2, force: bool = False
) -> Result:
    """Write the plan's files under `out` and return the rows by collection.

    Raises:
        SampleDataError: `out` holds data already and `force` is false.
    """
    mine = [out / "avalo", out / "halobuzz", out / "ops", out / "incidents.csv"]
    if any(p.exists() for p in mine):
        if not force:
            raise SampleDataError(
                f"{out} holds raw data already: choose another --out, or --force to replace it."
            )
        if not mine[-1].exists():
            raise SampleDataError(
                f"{out} holds raw data but no incidents.csv, so it is no sample data and is left "
                "alone: choose another --out, or remove it yourself."
            )
        for p in mine[:-1]:
            shutil.rmtree(p, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    write_incidents(plan, out)
    main = connect(plan)
    shares = {p: alive_share(main, plan, p) for p in COLLECTIONS}
    totals = {
        (p, s.name): stream_total(plan, s, shares[p])
        for p, cs in COLLECTIONS.items()
        for c in cs
        for s in c.streams
    }
    rows: dict[str, int] = {"ops/actions": write_actions(main, plan, out)}
    tasks = plan_tasks(plan, totals)
    lock = threading.Lock()

    def run(task: Task) -> None:
        key = f"{task.platform}/{task.collection.name}"
        with main.cursor() as con:
            n = copy_task(con, plan, task, totals, out)
        with lock:
            rows[key] = rows.get(key, 0) + n
            if progress:
                progress(key, n, len(tasks))

    with ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(run, t) for t in tasks]:
            future.result()
    odd_files(plan, out)
    main.close()
    files = sum(1 for p in out.rglob("*") if p.is_file())
    return Result(dict(sorted(rows.items())), files)
