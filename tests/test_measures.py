"""The table of measures over histories: values beside nulls, intervals over runs, and reasons where there is none."""

from __future__ import annotations

import csv
import importlib.util
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from balance_env import VectorEnv
from balance_env.benchmark.emergence import nulls, outcomes, tallies
from balance_env.benchmark.emergence.catalogue import ALWAYS_INVEST, MEASURES, RANDOM_LEGAL
from balance_env.benchmark.emergence.conduct import Conduct
from balance_env.benchmark.emergence.evidence import Chance, Evidence, Formula, Measure
from balance_env.benchmark.emergence.measures import COLUMNS, gather, measure, write_measures
from balance_env.benchmark.history import watch
from balance_env.core.world import Outcome
from balance_env.metrics import Metric, alliances, system
from balance_env.metrics.alignment import Version

ROOT = Path(__file__).parent.parent
WORLDS, YEARS = 12, 30


def played(players: str, scenario="default", worlds=WORLDS, seed=1):
    batch = VectorEnv(scenario, worlds, players=players, autoreset=False, threads=1)
    batch.reset(seed)
    return watch(batch, years=YEARS)


@pytest.fixture(scope="module")
def random():
    return played(RANDOM_LEGAL)


@pytest.fixture(scope="module")
def references(random):
    return {RANDOM_LEGAL: [random], ALWAYS_INVEST: [played(ALWAYS_INVEST)]}


def found(measured, name, version=""):
    """The one result of a measure."""
    (one,) = [one for one in measured if (one.measure.name, one.measure.version) == (name, version)]
    return one


@pytest.fixture(scope="module")
def balancers(references):
    return measure(gather([played("balance_of_threat", seed=2)], 0, references=references))


@pytest.fixture(scope="module")
def bandwagoners(references):
    return measure(gather([played("bandwagon_for_profit", seed=2)], 0, references=references))


def test_a_line_says_all_there_is_to_say():
    assert len({(line.name, line.version) for line in MEASURES}) == len(MEASURES)
    for line in MEASURES:
        assert line.definition.endswith("."), line.name
        assert line.source, line.name
        assert line.null, line.name
        assert isinstance(line.null, str) or line.null.what


def test_doctrines_measure_as_the_theory_says(balancers, bandwagoners):
    for version in (Version.THREAT, Version.DEFENCE):
        one, other = (found(of, "alignment theta", version).beside for of in (balancers, bandwagoners))
        assert one.observed.value > one.high
        assert other.observed.value < other.low
    assert found(balancers, "reliability").beside.excess.value > 0.2
    assert found(balancers, "abstention").beside.excess.value < -0.5
    assert found(balancers, "sanctions sent").beside.observed.value == 0.0
    assert found(bandwagoners, "pact density").beside.excess.value < 0.0
    soft = measure(gather([played("soft_balancer")], 0))
    assert found(soft, "sanctions sent").beside.observed.value > 0.02
    assert found(soft, "share that sanctions").beside.observed.value > 0.0


def test_what_never_happens_has_a_reason_and_not_a_number(balancers):
    beside = found(balancers, "sanction coalition").beside
    assert beside.observed.value is None
    assert beside.observed.why == "0 state-years under sanctions: 10 are needed"
    assert beside.null.value > 1.0  # random play does sanction
    assert "rarer kind" in found(balancers, "Walt coefficient", "power, joining").beside.observed.why
    assert found(balancers, "bloc agreement").beside.observed.value is None  # no pacts at the start


def test_random_play_is_like_its_own_null(references):
    measured = measure(gather([played(RANDOM_LEGAL, worlds=30, seed=3)], 0, references=references))
    tested = [one.beside.p for one in measured if one.measure.null == RANDOM_LEGAL and one.beside.p is not None]
    assert np.mean(np.array(tested) < 0.05) < 0.2
    for version in Version:
        assert found(measured, "alignment theta", version).beside.p > 0.005
    assert found(measured, "action entropy").beside.observed.value == pytest.approx(1.0, abs=0.05)


def test_worlds_of_one_source_differ_from_each_other_as_often_as_they_should(random):
    """The null of a reference rejects one in twenty of samples of its own source, whatever its own sample."""
    conduct = Conduct(random, np.ones(random.player.shape, bool), 1)
    mean = Formula(lambda sums: sums[..., 0] / sums[..., 1], lambda sums: sums[..., 1])
    rng, rejected = np.random.default_rng(6), 0
    for seed in range(200):
        one, other = (np.column_stack([rng.normal(size=WORLDS), np.ones(WORLDS)]) for _ in range(2))
        evidence = Evidence([conduct], [0], {"source": [conduct]}, seed)
        observed = Metric(float(one[:, 0].mean()), WORLDS)
        rejected += evidence.beside_reference("source", lambda _, sums=other: sums, mean, observed).p < 0.05
    assert 4 <= rejected <= 24  # 2 % to 12 % of 200


def test_a_null_that_is_not_given_says_so(random):
    assert "no history of random_legal" in found(measure(gather([random], 0)), "reliability").beside.null.why
    elsewhere = {RANDOM_LEGAL: [played(RANDOM_LEGAL, "small", 2)]}
    why = found(measure(gather([random], 0, references=elsewhere)), "reliability").beside.null.why
    assert why == "no history of random_legal in 'default'"


def test_the_same_seed_gives_the_same_table_and_another_another(random, references):
    few = [line for line in MEASURES if line.name in ("alignment theta", "reliability", "structural balance")]
    first, again, other = (measure(gather([random], seed, references=references), few) for seed in (0, 0, 1))
    assert first == again
    assert [one.beside.observed for one in first] == [one.beside.observed for one in other]
    assert [one.beside.null for one in first] != [one.beside.null for one in other]


def test_histories_of_any_size_pool_by_their_cases(random):
    small = played(RANDOM_LEGAL, "small", 6)
    both, one, two = (measure(gather(of, 0)) for of in ([random, small], [random], [small]))
    for name in ("pact density", "war onset", "reliability", "sanctions sent"):
        pooled, *parts = (found(of, name).beside.observed for of in (both, one, two))
        assert pooled.n == sum(part.n for part in parts)
    for name in ("pact density", "sanctions sent"):
        pooled, *parts = (found(of, name).beside.observed for of in (both, one, two))
        assert pooled.value == pytest.approx(sum(part.value * part.n for part in parts) / pooled.n)


def test_five_runs_have_intervals_and_four_have_none():
    runs = [played(RANDOM_LEGAL, worlds=6, seed=seed) for seed in range(5)]
    few = [line for line in MEASURES if line.name in ("pact density", "reliability", "alignment theta", "pact life")]
    five = measure(gather(runs, 0, runs=range(5)), few)
    density = found(five, "pact density")
    assert density.interval.low < density.beside.observed.value < density.interval.high
    each = [found(measure(gather([run], 0), few), "pact density").beside.observed.value for run in runs]
    assert min(each) <= density.interval.low
    assert density.interval.high <= max(each)
    assert found(measure(gather(runs[:4], 0, runs=range(4)), few), "pact density").interval == (None, None)
    assert found(measure(gather(runs, 0), few), "pact density").interval == (None, None)  # all of one run


def test_focal_seats_are_told_apart(random):
    seats = np.zeros(random.player.shape, bool)
    seats[:, 0] = True
    one, whole = measure(gather([random], 0, focal=[seats])), measure(gather([random], 0))
    assert found(one, "action entropy").beside.observed.n * 7 < found(whole, "action entropy").beside.observed.n * 1.2
    assert found(one, "war onset").beside.observed == found(whole, "war onset").beside.observed
    with pytest.raises(ValueError, match="one set of focal seats for each history"):
        measure(gather([random], 0, focal=[seats, seats]))
    with pytest.raises(ValueError, match="one history or more"):
        measure(gather([], 0))


def test_a_reference_is_measured_in_its_own_focal_seats(random):
    seats = np.zeros(random.player.shape, bool)
    seats[:, 0] = True
    few = [line for line in MEASURES if line.name == "abstention"]
    beside = {RANDOM_LEGAL: [random]}
    one = measure(gather([random], 0, references=beside, focal=[seats], reference_focal={RANDOM_LEGAL: [seats]}), few)
    whole = measure(gather([random], 0, references=beside, focal=[seats]), few)
    wide, narrow = (found(of, "abstention").beside for of in (one, whole))
    assert wide.high - wide.low > narrow.high - narrow.low  # of fewer calls
    with pytest.raises(ValueError, match="one run for each history: 1 histories, 2 runs"):
        measure(gather([random], 0, runs=[0, 1]))


def test_sums_by_world_agree_with_the_metrics_of_one_world(random):
    conduct = Conduct(random, np.ones(random.player.shape, bool), 3)
    density = tallies.density(conduct)
    lives = tallies.pact_lives(conduct)
    order = outcomes.order(conduct)
    for world in range(WORLDS):
        pact, alive = conduct.pacts[:, world], random.alive[:, world]
        assert density[world, 0] / density[world, 1] == pytest.approx(alliances.density(pact, alive).value)
        told = alliances.pact_lifetimes(pact, alive)
        assert lives[world, 1, 0] == told.n
        assert lives[world, 0].sum() == told.ended.sum()
        ends = random.actor["opening_share"][1 : random.years[world] + 1, world]
        assert order[world, 0] == pytest.approx(sum(system.hhi(end).value for end in ends))
        assert order[world, 6] == len(ends)


def test_a_world_without_alliances_is_not_like_one_grand_alliance(random):
    """The null cases of the measures of pacts, in one history without any and one with all."""
    pairs = ~np.eye(random.player.shape[1], dtype=bool)
    none, grand = ({**random.pair, "pact": np.full_like(random.pair["pact"], held) * pairs} for held in (0.0, 1.0))
    few = [line for line in MEASURES if line.name in ("pact density", "pact life", "modularity")]
    alone, allied = (measure(gather([replace(random, pair=pair)], 0), few) for pair in (none, grand))
    assert found(alone, "pact density").beside.observed.value == 0.0
    assert found(allied, "pact density").beside.observed.value == 1.0
    assert found(alone, "pact life", "median").beside.observed.why == "0 pacts: 10 are needed"
    assert "do not settle it" in found(allied, "pact life", "median").beside.observed.why  # none has ended
    assert found(alone, "modularity").beside.observed.value is None
    assert found(allied, "modularity").beside.excess.value == pytest.approx(0.0)


def test_the_file_has_a_line_for_every_measure_of_every_group(tmp_path, balancers):
    write_measures(tmp_path / "measures.csv", {"all": balancers, "duel": balancers})
    with (tmp_path / "measures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 2 * len(MEASURES)
    assert all((row["value"] == "") == (row["why"] != "") for row in rows)
    assert {row["low"] for row in rows} == {""}  # one run
    (density,) = [row for row in rows if (row["group"], row["measure"]) == ("duel", "pact density")]
    assert float(density["value"]) == found(balancers, "pact density").beside.observed.value


def test_the_page_of_measures_is_that_of_the_table():
    place = importlib.util.spec_from_file_location("measures_page", ROOT / "benchmarks" / "measures.py")
    page = importlib.util.module_from_spec(place)
    place.loader.exec_module(page)
    text = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
    assert page.definitions() in text, "run: python benchmarks/measures.py --write docs/measures.md"
    assert text.startswith(page.HEADER)


def test_every_null_that_is_drawn_has_as_many_sums_as_the_formula_reads(random):
    conduct = Conduct(random, np.ones(random.player.shape, bool), 3)
    for line in MEASURES:
        if isinstance(line, Measure) and isinstance(line.null, Chance):
            drawn = line.null.draw(conduct, np.random.default_rng(0))
            assert drawn.shape[1:] == line.sums(conduct).shape[1:], line.name


def test_few_matchings_spread_as_fresh_ones_do(monkeypatch):
    """A fresh sum of networks falls into the middle 95 % of the null so often; unwidened, .81 of the time."""
    rng, trials, networks = np.random.default_rng(3), 300, 40
    conduct = SimpleNamespace(last_pacts=np.zeros((networks, 2, 2)))
    conduct.history = SimpleNamespace(years=np.zeros(networks, int), alive=np.ones((1, networks, 2), bool))
    monkeypatch.setattr(nulls, "modularities", lambda ties: (rng.normal(size=networks), np.ones(networks)))
    inside = 0
    for _ in range(trials):
        low, high = np.quantile(nulls.matched_modularity(conduct, rng)[:, 0], [0.025, 0.975])
        inside += low <= rng.normal(size=networks).sum() <= high
    assert inside / trials == pytest.approx(0.95, abs=0.04)


def test_disputes_end_in_one_way_each_and_wars_are_those_pressed(random):
    conduct = Conduct(random, np.ones(random.player.shape, bool), 1)
    count, pressed, *others, pairs = outcomes.disputes(conduct).sum(axis=0)
    assert count == len(conduct.disputes) > 100
    lapsed = (conduct.disputes.outcome == Outcome.LAPSED).sum()
    assert pressed + sum(others) + lapsed == count
    both = (conduct.disputes.outcome == Outcome.MUTUAL).sum()  # told as a war under the other's challenge
    assert pressed == len(conduct.wars) + both
    assert pairs == outcomes.onsets(conduct).sum(axis=0)[1]
