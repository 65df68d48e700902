"""What a creator can work out about viewers from everything the marts tell that creator.

An attacker who knows all the rules tries every audience that would be published the same way. Two
promises are held: labels with few viewers are hidden only together with enough others (at least 10
viewers hide behind them), and how many viewers a hidden label has stays open.

The rules have a limit that no hiding of labels removes: hidden labels have at most 9 viewers, so
where they all have 9 their sum (known from the total and the shown shares) gives each away. So the
second promise is held for hidden labels that have room left: see `has_room`.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from compiled_models import CompiledModels, compile_models
from warehouse_builder import Builder

FEWEST = 10
STEP = 5
LABELS = {
    "budget": ("low", "mid", "high"),
    "intent": ("meeting", "event", "call", "chat"),
    "proximity": ("local", "nearby", "remote"),
}
INPUTS = {
    "audience_segments": {
        "creator_id": "varchar",
        "budget": "varchar",
        "intent": "varchar",
        "proximity": "varchar",
        "tokens_spent": "decimal(18, 4)",
    }
}
MODELS = (
    "int_creator_labels",
    "int_creator_groups",
    "creator_audience",
    "creator_audience_overview",
    "creator_top_segments",
)
Viewer = tuple[str, str, str, int]
Shares = dict[str, int | None]
Counts = tuple[int, ...]


@dataclass(frozen=True)
class Published:
    """All that a creator sees: shares by dimension and label, rounded sizes, groups."""

    shares: dict[str, Shares]
    total: int | None
    paying: int | None
    groups: list[tuple[str, str, str, int]]


def nearest(part: int, whole: int) -> int:
    """Percent to the nearest step, half up."""
    return (200 * part + STEP * whole) // (2 * STEP * whole) * STEP


def shown(labels: tuple[str, ...], counts: Counts) -> Shares:
    """Shares as the rule gives them, from exact counts."""
    hidden = {label for label, n in zip(labels, counts, strict=True) if n < FEWEST}
    exact = dict(zip(labels, counts, strict=True))
    while 0 < sum(exact[label] for label in hidden) < FEWEST and len(hidden) < len(labels):
        hidden.add(min((n, label) for label, n in exact.items() if label not in hidden)[1])
    whole = sum(counts)
    return {label: None if label in hidden else nearest(n, whole) for label, n in exact.items()}


def candidates(label_share: int | None, whole: int) -> Iterator[int]:
    """Counts that a label of a dimension with `whole` viewers may have."""
    for n in range(whole + 1):
        if label_share is None or (n >= FEWEST and nearest(n, whole) == label_share):
            yield n


def consistent(dimension: str, seen: Shares, total: int) -> list[Counts]:
    """All counts of a dimension that would be published as seen for `total` viewers."""
    labels = LABELS[dimension]
    if all(share is None for share in seen.values()):
        return [()]  # tells next to nothing: the attack leaves such a dimension out
    found: list[Counts] = []
    # viewers without an intent have no label
    wholes = range(total + 1) if dimension == "intent" else (total,)
    for whole in wholes:
        firsts = [list(candidates(seen[label], whole)) for label in labels[:-1]]
        for counts in itertools.product(*firsts):
            last = whole - sum(counts)
            if last >= 0 and shown(labels, (*counts, last)) == seen:
                found.append((*counts, last))
    return found


def audience(generator: random.Random) -> list[Viewer]:
    """Return 10 to 45 viewers; some labels are rare, so that much is hidden."""
    size = generator.randint(FEWEST, 45)

    def pick(labels: tuple[str, ...]) -> list[str]:
        weights = [generator.choice([0, 1, 1, 3, 8]) for _ in labels]
        return generator.choices(labels, weights if any(weights) else None, k=size)

    intents = (*LABELS["intent"], "none")
    payer_share = generator.random()
    spends = [int(generator.random() < payer_share) for _ in range(size)]
    return list(
        zip(pick(LABELS["budget"]), pick(intents), pick(LABELS["proximity"]), spends, strict=True)
    )


@dataclass
class Sandbox:
    """The audience marts in an in-memory database."""

    models: CompiledModels
    connection: duckdb.DuckDBPyConnection

    def publish(self, audiences: dict[str, list[Viewer]]) -> dict[str, Published]:
        """Return what each creator sees."""
        rows = [(creator, *viewer) for creator, own in audiences.items() for viewer in own]
        self.models.fill(self.connection, "audience_segments", rows)
        shares: dict[str, dict[str, Shares]] = defaultdict(lambda: defaultdict(dict))
        for creator, dimension, label, share in self._rows("creator_audience"):
            shares[creator][dimension][label] = None if share is None else int(share)
        groups: dict[str, list[tuple[str, str, str, int]]] = defaultdict(list)
        columns = "creator_id, budget, intent, proximity, share_pct"
        for creator, *labels, share in self._rows("creator_top_segments", columns):
            groups[creator].append((*labels, int(share)))
        columns = "creator_id, total_audience, paying_audience"
        return {
            creator: Published(shares[creator], total, paying, groups[creator])
            for creator, total, paying in self._rows("creator_audience_overview", columns)
        }

    def _rows(self, name: str, columns: str = "*") -> list[tuple]:
        return self.models.rows(self.connection, name, columns)


@pytest.fixture(scope="module")
def sandbox(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    raw_dir: Path = tmp_path_factory.mktemp("no_raw_files")
    models = compile_models(builder, raw_dir, "2026-12-31T00:00:00Z", MODELS)
    connection = models.connect(MODELS, INPUTS)
    yield Sandbox(models, connection)
    connection.close()


def counts_of(viewers: list[Viewer], dimension: str) -> Counts:
    """Exact counts by label, in the order of LABELS."""
    column = list(LABELS).index(dimension)
    counter = Counter(viewer[column] for viewer in viewers)
    return tuple(counter[label] for label in LABELS[dimension])


def has_room(counts: list[int]) -> bool:
    """Could hidden counts of the same sum be others? All at 9 (one below the least) can't."""
    return len(counts) > 1 and sum(counts) < len(counts) * (FEWEST - 1) - 1


def attack(published: Published) -> dict[str, list[Counts]]:
    """Return the counts of each dimension that all of what is published leaves possible."""
    assert published.total is not None
    possible: dict[str, set[Counts]] = defaultdict(set)
    for total in range(published.total, published.total + STEP):
        # a total counts only if every dimension, the payers and the groups can have it
        found = {name: consistent(name, published.shares[name], total) for name in LABELS}
        payers = published.paying is None or published.paying <= total
        sizes = [
            any(nearest(n, total) == share for n in range(FEWEST, total + 1))
            for *_, share in published.groups
        ]
        if payers and all(found.values()) and all(sizes):
            for name, own in found.items():
                possible[name].update(own)
    return {name: sorted(own) for name, own in possible.items()}


@pytest.mark.parametrize("seed", range(4))
def test_hidden_counts_stay_hidden(sandbox: Sandbox, seed: int) -> None:
    generator = random.Random(seed)
    audiences = {f"c{number}": audience(generator) for number in range(25)}
    attacked = 0
    for creator, published in sandbox.publish(audiences).items():
        possible = attack(published)
        for dimension, labels in LABELS.items():
            exact = counts_of(audiences[creator], dimension)
            seen = published.shares[dimension]
            if possible[dimension] == [()]:
                continue
            assert exact in possible[dimension], f"{creator} {dimension}: the attack is wrong"
            hidden = [place for place, label in enumerate(labels) if seen[label] is None]
            held = [exact[place] for place in hidden if exact[place] > 0]
            where = f"seed {seed}, {creator}, {dimension} {exact} seen as {seen}"
            if not held:
                continue
            assert sum(held) >= FEWEST, f"{where}: too few hide together"
            sums = {sum(counts[place] for place in hidden) for counts in possible[dimension]}
            assert min(sums) >= FEWEST, f"{where}: fewer than {FEWEST} could be told"
            if has_room(held):
                for place in hidden:
                    values = {counts[place] for counts in possible[dimension]}
                    assert exact[place] == 0 or len(values) > 1, f"{where}: {labels[place]} is told"
                attacked += 1
    assert attacked > 0, "no case had something to tell"


def test_shares_follow_the_rule_on_exact_counts(sandbox: Sandbox) -> None:
    generator = random.Random(99)
    audiences = {f"c{number}": audience(generator) for number in range(400)}
    for creator, published in sandbox.publish(audiences).items():
        for dimension, labels in LABELS.items():
            exact = counts_of(audiences[creator], dimension)
            assert published.shares[dimension] == shown(labels, exact), (creator, dimension, exact)


def test_sizes_tell_no_small_number(sandbox: Sandbox) -> None:
    generator = random.Random(7)
    audiences = {f"c{number}": audience(generator) for number in range(400)}
    told = 0
    for creator, published in sandbox.publish(audiences).items():
        size = len(audiences[creator])
        payers = sum(viewer[3] for viewer in audiences[creator])
        assert published.total == size // STEP * STEP
        small = payers < FEWEST or 0 < size - payers < FEWEST
        assert published.paying == (None if small else payers // STEP * STEP), creator
        told += not small
        for budget, intent, proximity, share in published.groups:
            members = [v for v in audiences[creator] if v[:3] == (budget, intent, proximity)]
            assert len(members) >= FEWEST, creator
            assert share == nearest(len(members), size), creator
            names = zip(LABELS, (budget, intent, proximity), strict=True)
            assert all(published.shares[d][label] is not None for d, label in names), creator
    assert told > 0


def test_nine_viewers_tell_nothing(sandbox: Sandbox) -> None:
    nine = [("low", "chat", "local", 1)] * (FEWEST - 1)
    published = sandbox.publish({"nine": nine, "ten": [*nine, nine[0]]})
    assert published["nine"] == Published({}, None, None, [])
    assert published["ten"].total == published["ten"].paying == FEWEST
    assert published["ten"].groups == [("low", "chat", "local", 100)]
