"""The seeds as they stand in the repository: facts, shapes and papers, without a warehouse.

Every default that the contract states is written down here a second time, by hand: whoever
changes a default changes it in both places, on purpose.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("platforms", "mappings", "thresholds", "rules")
FILES = sorted((ROOT / "seeds").rglob("*.csv"))
NAMES = [path.stem for path in FILES]
OWNERS = {"data-platform", "trust-and-safety", "revenue", "growth"}
BASE_TYPES = {"string", "bigint", "int", "double", "boolean", "date", "timestamp"}
ISO_TEXT = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
ISO_CODES = ISO_TEXT.split()

Row = dict[str, str]


@cache
def seed(name: str) -> list[Row]:
    """Rows of one seed as text; an empty cell is ''. Fails unless one file has the name."""
    found = [path for path in FILES if path.stem == name]
    assert len(found) == 1, f"seed {name}: expected one csv under seeds/, found {len(found)}"
    with found[0].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def papers() -> dict[str, dict[str, Any]]:
    """YAML entry of each seed by name, with its folder under `folder`."""
    entries: dict[str, dict[str, Any]] = {}
    for folder in FOLDERS:
        path = ROOT / "seeds" / folder / f"_{folder}__seeds.yml"
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]:
            assert entry["name"] not in entries, f"{path}: {entry['name']} is described twice"
            entries[entry["name"]] = {**entry, "folder": folder}
    return entries


def typed(cell: str) -> str | Decimal | None:
    """A cell as a number where it is one, None where it is empty, else its text."""
    if cell == "":
        return None
    try:
        return Decimal(cell)
    except ArithmeticError:
        return cell


def table(name: str, *columns: str) -> list[tuple[str | Decimal | None, ...]]:
    """Rows of a seed, cut to the named columns, in file order, cells read by `typed`."""
    return [tuple(typed(row[column]) for column in columns) for row in seed(name)]


def facts(*lines: str) -> list[tuple[str | Decimal | None, ...]]:
    """Expected rows: one line each, cells parted by blanks, `-` for an empty cell."""
    return [tuple(None if cell == "-" else typed(cell) for cell in line.split()) for line in lines]


# ------------------------------------------------------------------ shape and papers


@pytest.mark.parametrize("name", NAMES)
def test_seed_is_described_typed_and_owned(name: str) -> None:
    columns = list(seed(name)[0])
    entry = papers()[name]
    config = entry["config"]
    types = {key: value.replace(" ", "") for key, value in config["column_types"].items()}
    assert list(types) == columns, f"{name}: column_types must name every column, in file order"
    wrong = {k: v for k, v in types.items() if v not in BASE_TYPES and v[:8] != "decimal("}
    assert not wrong, f"{name}: types that DuckDB and Spark do not share: {wrong}"
    assert [column["name"] for column in entry["columns"]] == columns
    bare = [column["name"] for column in entry["columns"] if not column.get("description")]
    assert not bare, f"{name}: columns without description: {bare}"
    assert "Grain:" in entry["description"], f"{name}: say the grain in the description"
    assert config["meta"]["owner"] in OWNERS
    assert set(config["meta"]["grain"]) <= set(columns)


@pytest.mark.parametrize("name", NAMES)
def test_grain_is_unique_and_never_empty(name: str) -> None:
    grain = papers()[name]["config"]["meta"]["grain"]
    keys = Counter(tuple(row[column] for column in grain) for row in seed(name))
    assert [key for key, count in keys.items() if count > 1] == []
    assert [key for key in keys if "" in key] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_data_test_has_owner_and_severity(name: str) -> None:
    entry = papers()[name]
    tests = entry.get("data_tests", []) + [
        test for column in entry["columns"] for test in column.get("data_tests", [])
    ]
    assert tests, f"{name}: has no data test"
    for test in tests:
        (body,) = test.values()
        assert body["config"]["severity"] in {"error", "warn"}, test
        assert body["config"]["meta"]["owner"] in OWNERS, test
        wanted = {"name", "arguments", "config"}
        assert set(body) <= wanted, f"{name}: inputs go under arguments: {test}"


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_plain_and_fit_their_type(name: str) -> None:
    types = papers()[name]["config"]["column_types"]
    for row in seed(name):
        assert None not in row and None not in row.values(), f"{name}: ragged row {row}"
        for column, cell in row.items():
            where = f"{name}.{column}: {cell!r}"
            assert cell == cell.strip() and cell.lower() != "null", where
            # a quote or a backslash breaks inserts that paste cells as text (Spark sessions)
            assert not set(cell) & {"'", "\\"}, where
            if not cell or types[column] == "string":
                continue
            if types[column] == "boolean":
                assert cell in {"true", "false"}, where
            elif types[column] in {"int", "bigint"}:
                assert Decimal(cell) == int(cell), where
            elif types[column] == "date":
                assert date.fromisoformat(cell).isoformat() == cell, where
            elif types[column].startswith("decimal"):
                scale = int(types[column].rstrip(")").split(",")[1])
                exponent = Decimal(cell).as_tuple().exponent
                assert isinstance(exponent, int) and -exponent <= scale, where


def test_no_two_seeds_share_a_name_and_each_lies_in_the_folder_of_its_papers() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {path.stem: path.parent.name for path in FILES} == {
        name: entry["folder"] for name, entry in papers().items()
    }


# Columns in which a cell may be empty; every other cell of every seed is filled.
OPTIONAL = {
    "abuse_rules": "min_value escalate_at regional_threshold",
    "alert_rules": "threshold regional_threshold second_regional_threshold reference_days"
    " reference_min_values base_metric min_base min_value_metric min_value severity",
    "balancer_rules": "limit_min limit_max",
    "churn_causes": "measure window_days comparison limit_value match_text response_share_below",
    "creator_activity_kinds": "status",
    "guardrails": "window_days baseline_days baseline_min_values min_base",
    "monetization_criteria": "baseline_column",
    "payout_rules": "amount_from amount_below",
    "recommendation_rules": "dimension label tip opportunity",
    "revenue_splits": "platform_share earning_column",
    "risk_flags": "count_measure min_count",
    "risk_levels": "score_below",
}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "regional_thresholds"])
def test_cells_are_empty_only_where_that_means_something(name: str) -> None:
    empty = {column for row in seed(name) for column, cell in row.items() if cell == ""}
    assert empty <= set(OPTIONAL.get(name, "").split())


def test_every_platform_named_is_a_platform() -> None:
    platforms = {row["platform"] for row in seed("platforms")}
    for name in NAMES:
        named = {row["platform"] for row in seed(name) if "platform" in row} - {"*"}
        assert named <= platforms, f"{name} names unknown platforms: {named - platforms}"


def test_every_currency_with_a_price_is_a_reporting_currency_and_none_is_missing() -> None:
    reporting = frozenset(row["currency"] for row in seed("platforms"))
    by_param: dict[str, set[str]] = defaultdict(set)
    for row in seed("churn_params"):
        by_param[row["param"]].add(row["currency"])
    assert {frozenset(found) for found in by_param.values()} == {frozenset("*"), reporting}
    assert {row["currency"] for row in seed("payout_rules")} == reporting


# ------------------------------------------------------------------ platforms and mappings


def test_platforms() -> None:
    columns = ("platform", "currency", "time_zone", "coin_name", "launched_on")
    assert table("platforms", *columns) == facts(
        "avalo PLN UTC token 2020-01-01", "halobuzz USD Australia/Sydney coin 2020-01-01"
    )
    assert table("token_rates", "platform", "rate") == facts("avalo 0.20", "halobuzz 0.01")


def test_every_currency_raw_money_comes_in_has_a_rate_and_identities_are_one() -> None:
    rates = {(row["from_currency"], row["to_currency"]): row["rate"] for row in seed("fx_rates")}
    assert set(rates) == {("PLN", "PLN"), ("USD", "USD"), ("NPR", "USD"), ("AUD", "USD")}
    assert all(Decimal(rate) > 0 for rate in rates.values())
    assert {Decimal(rate) for (source, to), rate in rates.items() if source == to} == {Decimal(1)}


def test_regions_hold_every_iso_code_once_and_only_the_five_regions() -> None:
    assert len(ISO_CODES) == 249
    assert sorted(row["country_code"] for row in seed("regions")) == sorted(ISO_CODES)
    assert {row["region"] for row in seed("regions")} == {"EU", "NA", "LATAM", "APAC", "MEA"}


def test_regions_of_well_known_countries() -> None:
    region = {row["country_code"]: row["region"] for row in seed("regions")}
    expected = {
        "EU": "PL DE GB UA RU IS CY GE",
        "NA": "US CA",
        "LATAM": "BR MX AR PR JM",
        "APAC": "AU NP IN JP CN KZ NZ",
        "MEA": "NA ZA EG TR AE IL IR NG",
    }
    for name, codes in expected.items():
        assert {code: region[code] for code in codes.split()} == dict.fromkeys(codes.split(), name)


def test_revenue_streams() -> None:
    columns = ("platform", "source", "context", "stream", "is_revenue")
    assert table("revenue_streams", *columns) == facts(
        "avalo wallet CHAT chat true",
        "avalo wallet AI_SESSION chat true",
        "avalo wallet VOICE voice true",
        "avalo wallet AI_VOICE voice true",
        "avalo wallet VIDEO video true",
        "avalo wallet AI_VIDEO video true",
        "avalo wallet TIP tips true",
        "avalo wallet CALENDAR calendar false",
        "avalo wallet EVENT events false",
        "avalo wallet * other true",
        "avalo booking * calendar true",
        "avalo ticket * events true",
        "halobuzz gift * gifts true",
        "halobuzz game * games true",
        "halobuzz og_subscription * og_subscription true",
    )


def test_revenue_splits() -> None:
    columns = ("platform", "stream", "method", "platform_share", "earning_column")
    assert table("revenue_splits", *columns) == facts(
        "avalo chat share 0.35 earned_tokens_chat",
        "avalo voice share 0.35 earned_tokens_voice",
        "avalo video share 0.35 earned_tokens_video",
        "avalo calendar share 0.20 earned_tokens_calendar",
        "avalo events share 0.20 earned_tokens_events",
        "avalo tips share 0.10 earned_tokens_other",
        "avalo other share 0.35 earned_tokens_other",
        "halobuzz gifts fee - earned_tokens_other",
        "halobuzz games stake_minus_payout - -",
        "halobuzz og_subscription share 1.00 -",
    )


def test_streams_and_splits_name_the_same_streams() -> None:
    streams = {(row["platform"], row["stream"]) for row in seed("revenue_streams")}
    splits = {(row["platform"], row["stream"]) for row in seed("revenue_splits")}
    assert streams == splits


def test_contexts_are_upper_case() -> None:
    assert all(row["context"] == row["context"].upper() for row in seed("revenue_streams"))


def test_creator_activity_kinds() -> None:
    """sessions_count and interactions_count of creator_kpi_daily."""
    columns = ["platform", "kind", "status", "is_session", "is_interaction"]
    assert [" ".join(map(str, row)) for row in table("creator_activity_kinds", *columns)] == [
        "avalo chat None false true",
        "avalo call_voice completed false true",
        "avalo call_video completed false true",
        "avalo call_other completed false true",
        "avalo booking None false true",
        "avalo ai_chat None true true",
        "avalo ai_voice None false true",
        "avalo ai_video None false true",
        "halobuzz gift None false true",
        "halobuzz stream None true false",
    ]


def test_activity_kinds() -> None:
    flags = ("counts_in_hourly", "is_start")
    columns = ("platform", "kind", "source_collection", "user_field", *flags)
    assert [" ".join(map(str, row)) for row in table("activity_kinds", *columns)] == [
        "avalo app_session appSessions userId true true",
        "avalo spend walletTransactions userId true false",
        "avalo chat chats payerId true true",
        "avalo call calls payerId true false",
        "avalo ai_chat aiChatSessions userId true true",
        "avalo ai_voice aiVoiceCallSessions userId true false",
        "avalo ai_video aiVideoCallSessions userId true false",
        "avalo ai_interaction aiInteractions userId true false",
        "avalo booking calendarBookings attendeeId true false",
        "avalo ticket eventTickets userId true false",
        "avalo profile_event profileEvents viewerId true false",
        "avalo last_active users document id false false",
        "halobuzz session sessions userId true true",
        "halobuzz coin_topup transactions userId true false",
        "halobuzz og_subscription transactions userId true false",
        "halobuzz gift transactions userId true false",
        "halobuzz game_stake transactions userId true false",
        "halobuzz stream streams hostId true false",
        "halobuzz message messages senderId true false",
        "halobuzz game_session gameSessions userId true false",
        "halobuzz last_active users document id false false",
    ]


def test_funnel_steps() -> None:
    assert table("funnel_steps", "platform", "step_number", "step") == facts(
        "avalo 1 signup",
        "avalo 2 first_session",
        "avalo 3 verified",
        "avalo 4 first_purchase",
        "avalo 5 first_spend",
        "avalo 6 repeat_spend",
        "halobuzz 1 visit",
        "halobuzz 2 signup",
        "halobuzz 3 first_stream",
        "halobuzz 4 first_gift",
        "halobuzz 5 first_topup",
        "halobuzz 6 og_subscription",
    )


def test_audience_labels() -> None:
    columns = ("dimension", "label", "tie_order", "is_shared", "is_in_person")
    assert sorted(table("audience_labels", *columns), key=str) == sorted(
        facts(
            "budget low 1 true false",
            "budget mid 2 true false",
            "budget high 3 true false",
            "intent meeting 1 true true",
            "intent event 2 true true",
            "intent call 3 true false",
            "intent chat 4 true false",
            "intent none 5 false false",
            "proximity local 1 true false",
            "proximity nearby 2 true false",
            "proximity remote 3 true false",
        ),
        key=str,
    )


def test_labels_used_by_rules_exist() -> None:
    labels = {(row["dimension"], row["label"]) for row in seed("audience_labels")}
    used = {
        (row["dimension"], row["label"])
        for name in ("recommendation_rules", "discovery_boost_rules")
        for row in seed(name)
        if row["dimension"]
    } | {
        (row["component"], row["label"])
        for row in seed("match_weights")
        if row["component"] in {"budget", "proximity"}
    }
    assert used <= labels


# ------------------------------------------------------------------ thresholds

PARAMS: dict[str, str] = {
    "kpi_params": """
        active_window_short_days 7 | active_window_long_days 30 | churn_days 30
        hourly_keep_days 7 | host_retention_window_days 28 | experiment_window_days 14
    """,
    "safety_params": """
        safety_score_zero_rate 0.05 | safety_score_min_active_users 50
        safety_score_trend_days 7
    """,
    "churn_params": """
        min_account_age_days * 7 | scaled_account_age_days * 30 | churned_inactive_days * 30
        inactivity_max_points * 40 | inactivity_full_days * 30
        low_sessions_max_points * 20 | low_sessions_window_days * 30
        low_sessions_full_below * 5 | low_sessions_zero_from * 20
        refunds_max_points * 20 | refunds_window_days * 90 | refunds_full_count * 5
        panic_max_points * 10 | panic_window_days * 30
        low_spending_max_points * 10 | low_spending_window_days * 30
        low_spending_full_below PLN 10 | low_spending_full_below USD 2.50
        low_spending_zero_from PLN 100 | low_spending_zero_from USD 25
        engagement_window_days * 30
        engagement_sessions_weight * 0.5 | engagement_sessions_full * 20
        engagement_active_dates_weight * 0.3 | engagement_active_dates_full * 15
        engagement_interactions_weight * 0.2 | engagement_interactions_full * 30
        cause_min_score * 50 | retention_min_score * 50 | retention_contact_pause_days * 3
        retention_max_inactive_days * 90 | reactivation_gap_days * 30
        churn_rate_base_days * 30 | model_label_days * 30
    """,
    "audience_params": """
        budget_window_days 90 | budget_window_months 3 | budget_tokens_mid_from 5000
        budget_tokens_high_above 20000 | budget_frequency_mid_from 2
        budget_frequency_high_above 5 | intent_window_days 90
        earth_radius_km 6371.0088 | local_max_km 50 | nearby_max_km 200
        shared_interests_min_overlap 3 | attraction_view_points 2 | attraction_like_points 5
        attraction_dwell_minute_points 1 | attraction_min_score 50
        loyalty_visits_window_days 365 | loyalty_weeks_window_days 56
        loyalty_visit_points 3 | loyalty_week_points 10 | loyalty_max_points 100
        loyal_min_visits 10 | loyal_min_score 70 | risk_signal_window_days 90
        min_viewers 10 | share_rounding_percent 5 | count_rounding 5
        recommendations_max_rank 20 | suggestion_confidence_in_person 95
        suggestion_confidence_top_intent 80 | suggestion_confidence_other 50
        coverage_window_days 30
    """,
    "risk_params": "risk_window_days 90 | guardrail_keep_days 90 | guardrail_action_days 2",
    "monetization_params": """
        window_days 28 | min_window_days 7 | churn_wait_days 30 | confidence_base 0.5
        confidence_window_divisor 112 | confidence_per_failed_criterion 0.1
        confidence_max 0.95 | auto_apply_confidence_above 0.80 | auto_apply_change_below 0.15
    """,
    "executive_params": """
        window_days 30 | health_weight_revenue_quality 0.30 | health_weight_fraud_risk 0.30
        health_weight_churn_risk 0.25 | health_weight_regional_risk 0.15
        fraud_risk_zero_rate 0.15 | churn_risk_zero_rate 0.50
        regional_risk_min_scored_users 20 | ltv_window_days 30 | ltv_max_months 12
    """,
    "alert_params": "keep_days 90 | hour_keep_days 7 | active_dates 2",
}


@pytest.mark.parametrize("name", PARAMS)
def test_params_hold_the_stated_defaults(name: str) -> None:
    lines = [cell.strip() for line in PARAMS[name].splitlines() for cell in line.split("|")]
    columns = ("param", "currency", "value") if "currency" in seed(name)[0] else ("param", "value")
    assert table(name, *columns) == facts(*[line for line in lines if line])


def test_every_param_seed_is_held_to_its_defaults() -> None:
    assert {name for name in NAMES if name.endswith("_params") and "param" in seed(name)[0]} == set(
        PARAMS
    )


def test_royal_club_criteria() -> None:
    columns = ("position", "criterion", "comparison", "limit_value")
    assert table("royal_club_criteria", *columns) == facts(
        "1 refund_rate < 0.05",
        "2 cancel_rate < 0.10",
        "3 panic_rate < 0.02",
        "4 mismatch_rate < 0.05",
        "5 rating >= 4.5",
        "6 total_transactions >= 50",
    )


def test_leaderboard_windows() -> None:
    assert table("leaderboard_windows", "window_days", "max_rank") == facts(
        "7 100", "30 100", "90 100"
    )


def test_match_weights() -> None:
    weights = {
        (component, label): points
        for component, label, points in table("match_weights", "component", "label", "points")
    }
    assert {key: points for key, points in weights.items() if points != 0} == {
        ("base", "*"): 50,
        ("budget", "high"): 20,
        ("budget", "mid"): 10,
        ("intent", "top_intent"): 15,
        ("proximity", "local"): 20,
        ("proximity", "nearby"): 5,
        ("loyalty", "true"): 15,
        ("shared_interests", "true"): 10,
        ("visual_attraction", "true"): 5,
        ("maximum", "*"): 100,
    }


def test_risk_weights() -> None:
    columns = ("score", "position", "component", "weight", "full_at", "missing_value")
    assert table("risk_weights", *columns) == facts(
        "user_risk 1 chargeback 0.35 0.05 0",
        "user_risk 2 refund 0.20 0.20 0",
        "user_risk 3 churn 0.25 100 0.5",
        "user_risk 4 fraud 0.15 5 0",
        "user_risk 5 account_age 0.05 180 0",
        "payout_risk 1 chargeback 0.35 0.05 0",
        "payout_risk 2 toxic_payers 0.25 1 0",
        "payout_risk 3 refund 0.20 0.20 0",
        "payout_risk 4 signals 0.20 3 0",
        "fraud_correlation 1 reversal 0.6 0.2 0",
        "fraud_correlation 2 signals 0.4 5 0",
    )


def test_weights_of_each_score_sum_to_one() -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in seed("risk_weights"):
        sums[row["score"]] += Decimal(row["weight"])
    for row in seed("executive_params"):
        if row["param"].startswith("health_weight_"):
            sums["health"] += Decimal(row["value"])
    for row in seed("churn_params"):
        if row["param"].startswith("engagement_") and row["param"].endswith("_weight"):
            sums["engagement"] += Decimal(row["value"])
    assert sums == dict.fromkeys(
        ("user_risk", "payout_risk", "fraud_correlation", "health", "engagement"), Decimal(1)
    )


def test_points_of_the_churn_score_sum_to_one_hundred() -> None:
    points = [r["value"] for r in seed("churn_params") if r["param"].endswith("_max_points")]
    assert sum(map(Decimal, points)) == 100


def test_risk_levels() -> None:
    assert table("risk_levels", "score", "level", "score_from", "score_below") == facts(
        "churn low 0 25",
        "churn medium 25 50",
        "churn high 50 75",
        "churn critical 75 -",
        "user_risk low 0 25",
        "user_risk medium 25 50",
        "user_risk high 50 75",
        "user_risk critical 75 -",
        "health critical 0 60",
        "health watch 60 80",
        "health healthy 80 -",
    )


@pytest.mark.parametrize("score", ["churn", "user_risk", "health"])
def test_bands_touch_from_zero_on_without_end(score: str) -> None:
    bands = sorted(
        (row for row in seed("risk_levels") if row["score"] == score),
        key=lambda row: int(row["position"]),
    )
    ends = [Decimal(0), *(Decimal(row["score_below"]) for row in bands[:-1])]
    assert [Decimal(row["score_from"]) for row in bands] == ends == sorted(set(ends))
    assert bands[-1]["score_below"] == ""


def test_monetization_criteria() -> None:
    columns = ("position", "criterion", "comparison", "limit_value", "baseline_column")
    assert table("monetization_criteria", *columns) == facts(
        "1 churn_increase <= 0.05 -",
        "2 revenue_impact >= -0.05 -",
        "3 feedback_score >= 40 -",
        "4 engagement_score >= 0.95 engagement_baseline",
    )


def test_forecast_params() -> None:
    columns = ("metric", "horizon_days", "min_complete_days", "season_days", "interval_level",
               "min_coverage", "max_coverage", "max_mase")  # fmt: skip
    assert table("forecast_params", *columns) == facts(
        *[
            f"{metric} 28 56 7 0.80 0.70 0.90 1"
            for metric in ("active_users", "new_users", "paying_users", "total_revenue")
        ]
    )


def test_anomaly_params() -> None:
    columns = ("metric", "is_count", "is_regional", "season_weeks", "min_season_weeks",
               "residual_days", "mad_factor", "expected_share_floor", "score_limit")  # fmt: skip
    assert table("anomaly_params", *columns) == facts(
        *[
            f"{metric} {count} {regional} 8 4 28 1.4826 0.02 6"
            for metric, count, regional in [
                ("active_users", "true", "true"),
                ("new_users", "true", "true"),
                ("paying_users", "true", "true"),
                ("total_revenue", "false", "true"),
                ("refund_rate", "false", "true"),
                ("chargeback_count", "true", "true"),
                ("churned_users", "true", "true"),
                ("moderation_flags", "true", "false"),
            ]
        ]
    )
    assert all(Decimal(row["spread_floor"]) >= 0 for row in seed("anomaly_params"))


REGIONAL = {
    "dailyRefundRatePercent": 4,
    "maxRefundsPerUser": 5,
    "maxRefundsPerCreator": 10,
    "panicTriggerThreshold": 10,
    "mismatchReportThreshold": 5,
    "tokenDrainVelocity": 500,
    "suspiciousCancellationRate": 40,
    "minCreatorResponseTimeSec": 300,
    "minCreatorCompletionRate": 80,
    "minDailyRevenuePLN": 1000,
    "maxRevenueDropPercent": 20,
    "aiMisuseThreshold": 20,
    "paymentFailureThreshold": 5,
}


def test_global_thresholds_are_complete() -> None:
    rows = {row["scope"]: row for row in seed("regional_thresholds")}
    assert list(rows["global"]) == ["scope", *REGIONAL]
    assert {column: Decimal(rows["global"][column]) for column in REGIONAL} == REGIONAL


def test_scopes_are_global_regions_or_countries() -> None:
    scopes = {row["scope"] for row in seed("regional_thresholds")}
    regions = {row["region"] for row in seed("regions")} | {"UNKNOWN"}
    assert scopes <= {"global"} | regions | set(ISO_CODES)
    assert {"global", "PL", "US"} <= scopes
    assert scopes & regions


# ------------------------------------------------------------------ rules


def test_abuse_rules() -> None:
    columns = ("signal_type", "window_minutes", "min_events", "min_value", "severity",
               "auto_action", "escalate_at")  # fmt: skip
    assert list(seed("abuse_rules")[0])[:7] == list(columns)
    assert table("abuse_rules", *columns, "regional_threshold") == facts(
        "refund_loop 1440 5 - critical freeze_wallet - -",
        "token_drain 10 5 - critical freeze_wallet - tokenDrainVelocity",
        "panic_spam 10080 3 - medium warning 6 -",
        "fake_mismatch 43200 5 - medium warning 10 -",
        "ai_abuse 1440 5 - high rate_limit - -",
        "bot_behavior 60 50 - high shadow_ban - -",
        "cancellation_farming 43200 5 - high rate_limit - suspiciousCancellationRate",
    )


def test_medium_signals_escalate_and_all_escalate_to_manual_review() -> None:
    for row in seed("abuse_rules"):
        assert (row["severity"] == "medium") == bool(row["escalate_at"])
        assert (row["escalated_severity"], row["escalated_action"]) == ("high", "manual_review")


def test_churn_causes() -> None:
    columns = ("position", "churn_cause", "window_days", "comparison",
               "limit_value", "match_text", "response_share_below")  # fmt: skip
    assert table("churn_causes", *columns) == facts(
        "1 safety_distrust 30 >= 1 - -",
        "2 competition - - - competitor -",
        "3 refund_frustration 90 >= 2 - -",
        "4 technical_issues 30 >= 3 - -",
        "5 empty_discovery 30 >= 3 - -",
        "6 low_response_quality 60 >= 3 - 0.5",
        "7 no_engagement 30 < 3 - -",
        "8 price_sensitivity - = 0 - -",
        "9 unknown - - - - -",
    )


def test_every_cause_has_an_offer() -> None:
    causes = [row["churn_cause"] for row in seed("churn_causes")]
    assert [row["churn_cause"] for row in seed("retention_offers")] == causes


def test_last_recommendation_always_holds() -> None:
    rows = seed("recommendation_rules")
    assert [int(row["position"]) for row in rows] == list(range(1, len(rows) + 1))
    unconditional = [row for row in rows if not row["dimension"] and not row["label"]]
    assert unconditional == rows[-1:]
    assert Decimal(rows[-1]["min_share_pct"]) == 0


def test_discovery_boost_rules() -> None:
    columns = ("audience", "dimension", "label", "min_share", "boost", "min_label_viewers")
    assert table("discovery_boost_rules", *columns) == facts(
        "high_budget budget high 0.30 0.30 10",
        "local proximity local 0.40 0.25 10",
        "meeting intent meeting 0.25 0.40 10",
    )


def test_risk_flags() -> None:
    columns = ("mart", "position", "measure", "comparison", "limit_value", "count_measure",
               "min_count")  # fmt: skip
    assert table("risk_flags", *columns) == facts(
        "user_risk_scores 1 chargeback_rate > 0.02 - -",
        "user_risk_scores 2 refund_count_rate > 0.075 refund_count 3",
        "user_risk_scores 3 fraud_signal_count > 5 - -",
        "fraud_revenue_correlations 1 chargeback_rate > 0.02 - -",
        "fraud_revenue_correlations 2 refund_count_rate > 0.075 - -",
        "fraud_revenue_correlations 3 signal_count > 5 - -",
        "fraud_revenue_correlations 4 account_age_days < 30 - -",
        "fraud_revenue_correlations 5 churn_score >= 50 - -",
        "creator_payout_risks 1 chargeback_likelihood > 0.01 - -",
        "creator_payout_risks 2 toxic_payer_share > 0.10 - -",
        "creator_payout_risks 3 refund_count_rate > 0.075 - -",
        "creator_payout_risks 4 signal_count >= 1 - -",
        "creator_payout_risks 5 received = 0 - -",
    )


def test_names_of_risk_factors_in_order() -> None:
    flags: dict[str, list[str]] = defaultdict(list)
    for row in seed("risk_flags"):
        flags[row["mart"]].append(row["flag"])
    assert flags["fraud_revenue_correlations"] == [
        "high_chargeback_rate",
        "high_refund_rate",
        "many_fraud_signals",
        "new_account",
        "high_churn_risk",
    ]
    assert flags["creator_payout_risks"] == [
        "chargebacks",
        "toxic_payers",
        "refunds",
        "abuse_signals",
        "nothing_received",
    ]


def test_guardrails() -> None:
    columns = ("guardrail_id", "is_regional", "window_days", "baseline_days",
               "baseline_min_values", "day_scope", "comparison", "threshold_value",
               "min_base", "action", "severity")  # fmt: skip
    assert table("guardrails", *columns) == facts(
        "chargeback_warning false 30 - - any > 0.01 100 throttle_features warning",
        "chargeback_critical false 30 - - any > 0.02 100 suspend_payments critical",
        "chargeback_regional true 30 - - any > 0.05 20 regional_lockdown emergency",
        "refund_spike false - 28 3 complete > 3 3 pause_payouts critical",
        "churn_spike false - 28 3 complete > 2 10 alert_only warning",
        "fraud_concentration false 30 - - any > 0.10 - disable_signups emergency",
        "toxic_revenue false 30 - - current > 0.15 - pause_payouts critical",
        "high_risk_users false - - - current > 0.20 - require_2fa critical",
    )


def test_guardrail_severities_map_onto_alert_severities() -> None:
    assert table("guardrail_severities", "guardrail_severity", "alert_severity") == facts(
        "warning medium", "critical high", "emergency critical"
    )
    known = {row["guardrail_severity"] for row in seed("guardrail_severities")}
    assert {row["severity"] for row in seed("guardrails")} == known


@pytest.mark.parametrize(
    ("currency", "big", "huge"), [("PLN", "1000", "5000"), ("USD", "250", "1250")]
)
def test_exactly_one_payout_rule_fits_each_score_and_amount(
    currency: str, big: str, huge: str
) -> None:
    def expected(score: Decimal, amount: Decimal) -> tuple[str, str]:
        """The stated rule: (recommended_action, is_automatic)."""
        if score < 50:
            return "approve", "true" if score < 25 and amount < Decimal(big) else "false"
        if score <= 75:
            return ("manual_review" if amount >= Decimal(big) else "hold"), "false"
        return ("deny" if amount >= Decimal(huge) else "manual_review"), "false"

    cent = Decimal("0.0001")
    limits = (Decimal(a) + step for a in (big, huge) for step in (-cent, 0, cent))
    amounts = [Decimal(-1), Decimal(0), *limits]
    rules = [row for row in seed("payout_rules") if row["currency"] == currency]
    for score in map(Decimal, ("0", "24.99", "25", "49.99", "50", "74.99", "75", "75.01", "100")):
        for amount in amounts:
            fitting = [
                (row["recommended_action"], row["is_automatic"])
                for row in rules
                if Decimal(row["score_from"]) <= score <= Decimal(row["score_to"])
                and (not row["amount_from"] or Decimal(row["amount_from"]) <= amount)
                and (not row["amount_below"] or amount < Decimal(row["amount_below"]))
            ]
            assert fitting == [expected(score, amount)], f"{currency} {score} {amount}"


def test_payout_bands_touch_at_two_decimals_from_0_to_100() -> None:
    bands = sorted(
        {(Decimal(r["score_from"]), Decimal(r["score_to"])) for r in seed("payout_rules")}
    )
    assert (bands[0][0], bands[-1][1]) == (0, 100)
    assert [start for start, _ in bands[1:]] == [end + Decimal("0.01") for _, end in bands[:-1]]


def test_only_an_approval_changes_when_nothing_was_received() -> None:
    for row in seed("payout_rules"):
        action = row["recommended_action"]
        otherwise = "manual_review" if action == "approve" else action
        assert row["action_when_nothing_received"] == otherwise


def test_balancer_limits() -> None:
    limits = {
        row["parameter"]: (typed(row["limit_min"]), typed(row["limit_max"]))
        for row in seed("balancer_rules")
    }
    assert limits == {
        "free_content_percentage": (0, 50),
        "trigger_after_minutes": (5, 30),
        "trial_days": (7, None),
        "monthly_price": (Decimal("-0.10"), 0),
    }
    criteria = {row["criterion"] for row in seed("monetization_criteria")}
    assert {row["criterion"] for row in seed("balancer_rules")} == criteria


def test_alert_rules() -> None:
    columns = ("rule_id", "platform", "alert_type", "comparison", "threshold",
               "regional_threshold", "day_scope", "min_base", "severity")  # fmt: skip
    assert table("alert_rules", *columns) == facts(
        "avalo_refund_spike avalo refund_spike > - dailyRefundRatePercent any 1000 high",
        "avalo_panic_spike avalo panic_spike > - panicTriggerThreshold any - critical",
        "avalo_mismatch_spike avalo mismatch_spike > - mismatchReportThreshold any - high",
        "avalo_payout_abuse avalo payout_abuse > 75 - any - critical",
        "avalo_ai_misuse avalo ai_misuse > - aiMisuseThreshold any - medium",
        "avalo_payment_failure avalo payment_failure >= - paymentFailureThreshold hour - critical",
        "avalo_system_error avalo system_error >= 1 - hour - critical",
        "avalo_revenue_drop avalo revenue_drop < - maxRevenueDropPercent complete 1000 high",
        "avalo_revenue_floor avalo revenue_drop < - minDailyRevenuePLN complete - medium",
        "avalo_churn_spike avalo churn_spike > 2 - complete - high",
        "avalo_creator_quality avalo creator_quality > - minCreatorResponseTimeSec any - low",
        "avalo_refunds_user avalo refund_abuse > - maxRefundsPerUser any - medium",
        "avalo_refunds_creator avalo refund_abuse > - maxRefundsPerCreator any - medium",
        "halo_revenue_drop halobuzz revenue_drop < 0.85 - complete 250 high",
        "halo_payer_rate_drop halobuzz payer_rate_drop < 0.90 - complete 20 medium",
        "halo_abuse_spike halobuzz abuse_spike > 50 - hour - critical",
        "halo_infra_errors halobuzz infra_errors > 100 - hour - critical",
        "halo_churn_spike halobuzz churn_spike > 1.20 - complete - high",
        "halo_engagement_drop halobuzz engagement_drop < 0.85 - complete 20 medium",
        "guardrail_{id} * guardrail > - - any - -",
        "anomaly_{metric} * anomaly > - - complete - medium",
    )


def test_means_of_alert_rules() -> None:
    columns = ("rule_id", "reference_days", "reference_min_values")
    means = [row["rule_id"] for row in seed("alert_rules") if row["reference"] == "mean"]
    assert [row for row in table("alert_rules", *columns) if row[0] in means] == facts(
        "avalo_churn_spike 28 3",
        "halo_revenue_drop 7 3",
        "halo_payer_rate_drop 7 3",
        "halo_churn_spike 7 3",
        "halo_engagement_drop 7 3",
    )


def test_least_counts_of_alert_rules() -> None:
    columns = ("rule_id", "min_value_metric", "min_value")
    assert [row for row in table("alert_rules", *columns) if row[1]] == facts(
        "avalo_refund_spike refund_count 3",
        "avalo_churn_spike churned_users 10",
        "avalo_creator_quality total_transactions 10",
        "halo_churn_spike churned_users 10",
    )


def test_alert_rules_with_only_all_are_the_stated_ones() -> None:
    alone = {
        row["rule_id"]
        for row in seed("alert_rules")
        if row["has_regions"] == "false" and row["subject"] == "none"
    }
    assert alone == {"avalo_revenue_floor", "halo_infra_errors"}


def test_months_are_for_subjects_and_hours_for_hour_rules() -> None:
    for row in seed("alert_rules"):
        assert (row["day_scope"] == "hour") == (row["period"] == "hour"), row["rule_id"]
        assert row["period"] != "month" or row["subject"] != "none", row["rule_id"]


@pytest.mark.parametrize("name", ["alert_rules", "abuse_rules"])
def test_regional_thresholds_named_by_rules_exist(name: str) -> None:
    columns = [c for c in seed(name)[0] if c.endswith("regional_threshold")]
    named = {row[column] for row in seed(name) for column in columns} - {""}
    assert named
    assert named <= set(REGIONAL)


def test_every_regional_threshold_is_used_by_a_rule() -> None:
    used = {
        row[column]
        for name in ("alert_rules", "abuse_rules")
        for row in seed(name)
        for column in row
        if column.endswith("regional_threshold")
    }
    assert set(REGIONAL) <= used


def test_each_alert_rule_has_one_limit_that_fits_its_reference() -> None:
    for row in seed("alert_rules"):
        has = (row["threshold"] != "", row["regional_threshold"] != "")
        expected = {
            "fixed": (True, False),
            "mean": (True, False),
            "regional": (False, True),
            "previous_day": (False, True),
            "guardrail": (False, False),
            "anomaly": (False, False),
        }
        assert has == expected[row["reference"]], row["rule_id"]


def test_messages_use_only_known_fields() -> None:
    known = {"platform", "region", "subject_id", "period", "metric", "observed_value",
             "threshold_value"}  # fmt: skip
    for row in seed("alert_rules"):
        fields = {field for _, field, _, _ in Formatter().parse(row["message"]) if field}
        assert {"platform", "period", "observed_value"} <= fields <= known, row["rule_id"]


def test_alert_routes() -> None:
    channels = ("dashboard", "slack", "email", "telegram", "push", "webhook")
    modes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in seed("alert_routes"):
        modes[row["severity"], row["mode"]].add(row["channel"])
        assert row["channel"] in channels
    assert modes["critical", "immediate"] == set(channels)
    assert modes["high", "immediate"] == {"slack", "email"}
    assert {severity: mode for severity, mode in modes} == {
        "critical": "immediate",
        "high": "immediate",
        "medium": "daily_digest",
        "low": "weekly_digest",
    }


def test_routes_name_known_alert_types() -> None:
    types = {row["alert_type"] for row in seed("alert_rules")} | {"*"}
    assert {row["alert_type"] for row in seed("alert_routes")} <= types
