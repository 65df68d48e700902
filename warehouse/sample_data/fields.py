"""Turns declared fields into SQL that writes one JSON document, with every odd spelling.

Columns a field expression may use: g (row number, unique in the set), t (event time, UTC),
ts (time of the change), ui and uid (the acting user), cc (its country), rui and rid (a creator),
inc (incident, 'show' or null), sv (number of a showcase document), fin (the row carries the
document's final state), kind (C, U, D ..), plus the columns of the collection's own source.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Showcase documents before those that spoil one optional field each.
SHOW_PLAIN = 24
NEVER_NEGATIVE = {
    "cost", "amountPLN", "stake", "payout", "durationMinutes", "coins", "platformFee",
    "receiverAmount", "totalTokens", "dwellSeconds", "viewerCount",
}  # fmt: skip
LIMITS = {"rating": "7.5", "score": "140"}


@dataclass(frozen=True)
class Field:
    """One field: raw name, type, SQL value (NULL = absent), share of documents that have it.

    Types: s text, id user id, e enum, n number, i integer, b boolean, ts, geo, ls list of text,
    raw ready JSON text. `values` lists an enum's values for the showcase documents.
    """

    name: str
    type: str
    expr: str
    p: float = 1.0
    required: bool = False
    event: bool = False
    values: tuple[str, ...] = ()


def event(name: str) -> Field:
    """Return the event time field."""
    return Field(name, "ts", "t", required=True, event=True)


def req(name: str, type_: str, expr: str, values: tuple[str, ...] = ()) -> Field:
    """Return a required field."""
    return Field(name, type_, expr, required=True, values=values)


def opt(name: str, type_: str, expr: str, p: float = 0.9, values: tuple[str, ...] = ()) -> Field:
    """Return an optional field, present in a share `p` of the documents."""
    return Field(name, type_, expr, p=p, values=values)


def lit(text: str) -> str:
    """Return a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def sql_list(values: tuple[str, ...] | list[str]) -> str:
    """Return a SQL list of string literals."""
    return "[" + ", ".join(lit(v) for v in values) + "]"


def lossy(field: Field) -> bool:
    """Tell whether an optional field has a spelling that can't be read."""
    return not field.required and field.type in ("n", "i", "b", "ts", "geo")


def ranged(field: Field) -> bool:
    """Tell whether a field is a number (any number may be out of range)."""
    return field.type in ("n", "i")


def bad_reasons(platform: str, collection: str, fields: list[Field]) -> list[tuple[str, str]]:
    """Return (reason, fragment) of every way a row of this collection can be bad.

    The position in the list is the row's `badk`; the fragment replaces the field's JSON text
    ('' = the field is left out). Empty fragments of the first reasons are handled apart.
    """
    out: list[tuple[str, str]] = [("invalid_json", ""), ("missing_id", "")]
    needed = [f for f in fields if f.required]
    for n, f in enumerate(needed):
        empty = ("", f'"{f.name}":null', f'"{f.name}":""', f'"{f.name}":"  "')[n % 4]
        out.append((f"missing_field:{f.name}", empty))
    for f in needed:
        if f.type == "ts":
            out.append((f"bad_timestamp:{f.name}", f'"{f.name}":"yesterday evening"'))
        if f.type == "n":
            text = ("NaN", "twelve", "-Infinity", "1,5")[len(out) % 4]
            value = f'{{"$numberDouble":"{text}"}}' if platform == "halobuzz" else f'"{text}"'
            out.append((f"bad_number:{f.name}", f'"{f.name}":{value}'))
    for f in needed:
        if f.type == "n":
            value = LIMITS.get(f.name, "-5" if f.name in NEVER_NEGATIVE else "1000000000000")
            if platform == "halobuzz" and f.name == "amount":
                value = "-5"
            out.append((f"out_of_range:{f.name}", f'"{f.name}":{value}'))
        if f.event:
            old = '{"_seconds":1577836799,"_nanoseconds":999999000}'
            if platform == "halobuzz":
                old = '{"$date":"2019-12-31T23:59:59.999Z"}'
            out.append((f"out_of_range:{f.name}", f'"{f.name}":{old}'))
    if platform == "halobuzz" and collection == "transactions":
        out.append(("unknown_currency", '"currency":"EUR"'))
    for f in needed:
        if f.event:
            out.append((f"future_timestamp:{f.name}", f"@future:{f.name}"))
    return out


def value_sql(field: Field, number: int) -> str:
    """Return the field's SQL value: enum showcase and absence applied."""
    expr = field.expr
    if field.values:
        cases = [*field.values, field.values[0].swapcase(), "SOMETHING_NEW"]
        expr = (
            f"CASE WHEN inc = 'show' THEN {sql_list(cases)}[1 + (sv + {number}) % {len(cases)}]"
            f" ELSE {expr} END"
        )
    if field.p < 1:
        keep = (
            f"CASE WHEN plain THEN true WHEN inc = 'show' THEN (sv + {number}) % 4 > 0 "
            f"ELSE rnd(g, {300 + number}) < {field.p} END"
        )
        expr = f"CASE WHEN {keep} THEN {expr} END"
    return expr


def enum_sql(value: str, x: str) -> str:
    """Return an enum's text with rare case variants and unknown values."""
    return (
        f"CASE WHEN {x} < 0.97 THEN {value} WHEN {x} < 0.98 THEN lower({value}) "
        f"WHEN {x} < 0.99 THEN upper({value}) "
        f"WHEN {x} < 0.997 THEN upper({value}[1]) || lower({value}[2:]) "
        f"ELSE 'LEGACY_' || {value} END"
    )


def bad_value(field: Field) -> str:
    """Return a JSON value the field's type can't read."""
    return {
        "ts": '"soon"',
        "n": '"n/a"',
        "i": '{"low":1}',
        "b": '"maybe"',
        "geo": '{"_latitude":123.4,"_longitude":-500}',
    }[field.type]


def out_value(field: Field) -> str:
    """Return a JSON number out of the field's range."""
    return "-3" if field.name in NEVER_NEGATIVE else "1e15"


def fragment_sql(
    platform: str,
    field: Field,
    number: int,
    spoil: int,
    bads: dict[str, int],
    reasons: list[tuple[str, str]],
) -> str:
    """Return SQL for `"name":value` (NULL = left out).

    `number` is the field's position, `spoil` its position among spoilable fields (-1: none).
    """
    name, x, v = field.name, f"x{number}", f"v{number}"
    key = lit(f'"{name}":')
    enc = f"{platform[:2]}_{field.type}({v}, {x})"
    if platform == "halobuzz":
        enc = f"ha_{field.type}({v}, {x}, canon)"
    if field.type == "e":
        enc = "'\"' || " + f"({enum_sql(v, x)})" + " || '\"'"
    if field.type == "raw":
        enc = v
    whens: list[str] = []
    for reason, code in bads.items():
        frag = reasons[code][1]
        if reason.split(":")[0] in ("invalid_json", "missing_id"):
            continue
        target = reason.split(":")[1] if ":" in reason else "currency"
        if target != name:
            continue
        if frag.startswith("@future"):
            far = f"{platform[:2]}_ts(t + INTERVAL 40 DAY, 0.5" + (
                ", canon)" if platform == "halobuzz" else ")"
            )
            whens.append(f"WHEN badk = {code} THEN {key} || {far}")
        else:
            whens.append(f"WHEN badk = {code} THEN {lit(frag) if frag else 'NULL'}")
    if spoil >= 0:
        if lossy(field):
            whens.append(
                f"WHEN {x} >= 0.9985 OR sv = {SHOW_PLAIN + 2 * spoil} "
                f"THEN {lit(f'{chr(34)}{name}{chr(34)}:' + bad_value(field))}"
            )
        if ranged(field):
            whens.append(
                f"WHEN {x} >= 0.9975 OR sv = {SHOW_PLAIN + 2 * spoil + 1} "
                f"THEN {lit(f'{chr(34)}{name}{chr(34)}:' + out_value(field))}"
            )
    null = lit(f'"{name}":null')
    whens.append(f"WHEN {v} IS NULL THEN CASE WHEN {x} < 0.1 THEN {null} END")
    return f"CASE {' '.join(whens)} ELSE {key} || {enc} END"


def macros(seed: int) -> list[str]:
    """Return the CREATE MACRO statements: random numbers and encoders of both platforms."""
    iso = "strftime({t}, '%Y-%m-%dT%H:%M:%S')"
    us = "printf('%06d', epoch_us({t}) % 1000000)"
    t_iso, t_us = iso.format(t="t"), us.format(t="t")
    plus2 = iso.format(t="(t + INTERVAL 2 HOUR)")
    sec = "CAST(epoch_us(t) // 1000000 AS BIGINT)"
    nanos = "((epoch_us(t) % 1000000) * 1000)"
    return [
        "CREATE OR REPLACE MACRO rnd(g, s) AS "
        f"CAST(hash(g, s, {seed}::BIGINT) >> 11 AS DOUBLE) / 9007199254740992.0",
        "CREATE OR REPLACE MACRO ri(g, s, lo, hi) AS "
        "CAST(lo + floor(rnd(g, s) * (hi - lo + 1)) AS BIGINT)",
        "CREATE OR REPLACE MACRO pick(l, x) AS l[1 + CAST(floor(x * len(l)) AS BIGINT)]",
        # Time of day in microseconds: most events around a peak hour, a quarter anywhere.
        "CREATE OR REPLACE MACRO tod(a, b, shift) AS CAST(floor(86400e6 * (("
        "CASE WHEN b > 0.75 THEN a ELSE (a + b / 0.75) / 2 END + shift) % 1)) AS BIGINT)",
        "CREATE OR REPLACE MACRO av_ts(t, x) AS CASE "
        f"WHEN x < 0.86 THEN '{{\"_seconds\":' || {sec} || ',\"_nanoseconds\":' || {nanos} || '}}' "
        f"WHEN x < 0.89 THEN '{{\"seconds\":' || {sec} || ',\"nanoseconds\":' || {nanos} || '}}' "
        f"WHEN x < 0.91 THEN '\"' || {t_iso} || '.' || {t_us} || 'Z\"' "
        f"WHEN x < 0.92 THEN '\"' || {t_iso} || '.' || {t_us}[1:3] || 'Z\"' "
        f"WHEN x < 0.93 THEN '\"' || {t_iso} || 'Z\"' "
        f"WHEN x < 0.94 THEN '\"' || {plus2} || '.' || {t_us}[1:1] || '+02:00\"' "
        f"WHEN x < 0.95 THEN '\"' || {t_iso} || '.' || {t_us} || '\"' "
        f"WHEN x < 0.96 THEN '\"' || {t_iso} || '.' || {t_us} || '789Z\"' "
        f"WHEN x < 0.97 THEN '\"' || {t_iso} || '.' || {t_us}[1:3] || '-00:00\"' "
        "ELSE CAST(epoch_ms(t) AS VARCHAR) END",
        "CREATE OR REPLACE MACRO av_s(v, x) AS CAST(to_json(v) AS VARCHAR)",
        "CREATE OR REPLACE MACRO av_id(v, x) AS CASE WHEN x < 0.99 THEN '\"' || v || '\"' "
        "ELSE '\"users/' || v || '\"' END",
        "CREATE OR REPLACE MACRO av_n(v, x) AS CASE WHEN x < 0.99 THEN CAST(v AS VARCHAR) "
        "ELSE '\"' || CAST(v AS VARCHAR) || '\"' END",
        "CREATE OR REPLACE MACRO av_i(v, x) AS CASE WHEN x < 0.98 THEN CAST(v AS VARCHAR) "
        "WHEN x < 0.99 THEN CAST(v AS VARCHAR) || '.7' ELSE '\"' || CAST(v AS VARCHAR) || '\"' END",
        "CREATE OR REPLACE MACRO av_b(v, x) AS CASE WHEN x < 0.98 THEN CAST(v AS VARCHAR) "
        "WHEN x < 0.99 THEN '\"' || CAST(v AS VARCHAR) || '\"' "
        "ELSE '\"' || upper(CAST(v AS VARCHAR)) || '\"' END",
        "CREATE OR REPLACE MACRO av_ls(v, x) AS CAST(to_json(v) AS VARCHAR)",
        "CREATE OR REPLACE MACRO av_geo(v, x) AS CASE WHEN x < 0.9 "
        'THEN printf(\'{"_latitude":%.6f,"_longitude":%.6f}\', v[1], v[2]) '
        'ELSE printf(\'{"latitude":%.6f,"longitude":%.6f}\', v[1], v[2]) END',
        # HaloBuzz: dates carry milliseconds; trailing zeros of the fraction are trimmed.
        "CREATE OR REPLACE MACRO ha_ts(t, x, canon) AS CASE "
        "WHEN x < 0.03 THEN '{\"$date\":' || epoch_ms(t) || '}' "
        'WHEN canon THEN \'{"$date":{"$numberLong":"\' || epoch_ms(t) || \'"}}\' '
        f"ELSE '{{\"$date\":\"' || {t_iso} || rtrim(rtrim('.' || {t_us}[1:3], '0'), '.') "
        "|| 'Z\"}' END",
        "CREATE OR REPLACE MACRO ha_s(v, x, canon) AS CAST(to_json(v) AS VARCHAR)",
        "CREATE OR REPLACE MACRO ha_id(v, x, canon) AS CASE WHEN x < 0.6 "
        "THEN '\"' || v || '\"' ELSE '{\"$oid\":\"' || v || '\"}' END",
        "CREATE OR REPLACE MACRO ha_double(v) AS CASE WHEN abs(CAST(v AS DOUBLE)) < 1000000 "
        "THEN CAST(v AS VARCHAR) ELSE regexp_replace(regexp_replace("
        "upper(printf('%.14e', CAST(v AS DOUBLE))), '0+E', 'E'), '[.]E', 'E') END",
        "CREATE OR REPLACE MACRO ha_n(v, x, canon) AS CASE "
        "WHEN x < 0.01 THEN '\"' || CAST(v AS VARCHAR) || '\"' "
        "WHEN x < 0.05 THEN '{\"$numberDecimal\":\"' || CAST(v AS VARCHAR) || '\"}' "
        "WHEN NOT canon THEN ha_double(v) "
        "ELSE '{\"$numberDouble\":\"' || ha_double(v) || '\"}' END",
        "CREATE OR REPLACE MACRO ha_i(v, x, canon) AS CASE "
        "WHEN x < 0.01 THEN '\"' || CAST(v AS VARCHAR) || '\"' "
        "WHEN x < 0.02 THEN CAST(v AS VARCHAR) || '.6' "
        "WHEN NOT canon THEN CAST(v AS VARCHAR) "
        "WHEN x < 0.5 THEN '{\"$numberInt\":\"' || CAST(v AS VARCHAR) || '\"}' "
        "ELSE '{\"$numberLong\":\"' || CAST(v AS VARCHAR) || '\"}' END",
        "CREATE OR REPLACE MACRO ha_b(v, x, canon) AS CASE WHEN x < 0.98 THEN CAST(v AS VARCHAR) "
        "WHEN x < 0.99 THEN '\"' || CAST(v AS VARCHAR) || '\"' "
        "ELSE '\"' || upper(CAST(v AS VARCHAR)) || '\"' END",
        "CREATE OR REPLACE MACRO ha_ls(v, x, canon) AS CAST(to_json(v) AS VARCHAR)",
    ]
