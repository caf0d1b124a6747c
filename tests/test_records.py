"""Panels against hand-made worlds and against what a recorder tells of the same episodes."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from worlds import Case, make_world

from balance_env import VectorEnv, load_scenario
from balance_env.benchmark.history import KEPT_PAIRS, History, threat_in_rows, watch
from balance_env.benchmark.records.codebook import CCODE, DISPNUM, MISSING, PANELS
from balance_env.benchmark.records.dyads import joint_threat, or_missing
from balance_env.benchmark.records.events import ASIDE, IN_PART, JOINED, STOOD_BY
from balance_env.benchmark.records.panels import Source, Words, panels
from balance_env.core.reward import Term
from balance_env.core.world import Ending, Verb
from balance_env.events import Kind
from balance_env.record import play_out

A, B, C, D = range(CCODE, CCODE + 4)
VIOLENT = {"dispute_base": -3.0, "conquest": 0.5}


def history_of(case: Case, *years: dict[int, tuple[Verb, int]]) -> History:
    """What a hand-made world went through: in each year the acts that are named, by actor; the others rest."""
    kept = []

    def keep() -> None:
        rows, _ = case.look()
        order = case.world.pair.order[None]
        pairs = [np.array(case.world.pair[field])[None] for field in KEPT_PAIRS]
        kept.append([np.array(case.world.actor)[None], *pairs, threat_in_rows(rows[None], order)])

    keep()
    for acts in years:
        for i, (verb, j) in acts.items():
            case.act(i, verb, j)
        case.live()
        for i, (verb, j) in acts.items():
            case.act(i, verb, j)  # a second time, since the year's acts were wiped out
        keep()
        case.rest()
    actor, *pairs = (np.stack(arrays) for arrays in zip(*kept, strict=True))
    lived, n = len(kept), case.size
    return History(
        load_scenario("default", states=n),
        0,
        [f"State {a}" for a in "ABCDEFGH"[:n]],
        np.full((1, n), "learner"),
        np.zeros((1, n, len(Term))),
        np.ones((lived, 1), bool),
        np.array([Ending.NOT]),
        actor,
        dict(zip((*KEPT_PAIRS, "threat"), pairs, strict=True)),
        np.zeros((lived, 1, n), np.int64),
        np.ones((lived, 1, n, 3 + 4 * (n - 1)), bool),
        np.zeros((lived, 1, n)),
        np.zeros((lived, 1, n, len(Term))),
    )


def of(history: History, name: str):
    return panels(history, Source("made by hand"), directed=True)[name]


def rows_where(panel, **values):
    """Places of the rows in which columns have these values."""
    chosen = np.ones(len(panel["year"]), bool)
    for name, value in values.items():
        column = panel[name]
        chosen &= (column.spelled() if isinstance(column, Words) else column) == value
    return np.flatnonzero(chosen)


def the(panel, column: str, **values):
    """The one value of a column in the one row that has these values."""
    (row,) = rows_where(panel, **values)
    found = panel[column]
    return found.spelled()[row] if isinstance(found, Words) else found[row]


def doctrines(name: str, worlds: int, seed: int, players="random_legal", **changes) -> History:
    batch = VectorEnv(name, worlds, threads=1, players=players, autoreset=False, **changes)
    batch.reset(seed)
    return watch(batch)


# against a recorder


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("scenario", "players"),
    [
        ("coercive", "random_legal"),
        ("powers_1913", "chain_ganger"),
        ("small", ["balance_of_threat", "aspiring_hegemon", "hider"]),
        ("concert", "bandwagon_for_profit"),
    ],
)
def test_events_are_those_that_a_recorder_tells(scenario, players, seed):
    batch = VectorEnv(scenario, 1, threads=1, players=players, autoreset=False, max_cycles=60, **VIOLENT)
    told = play_out(batch, seed)
    history = doctrines(scenario, 1, seed, players, max_cycles=60, **VIOLENT)
    panel = panels(history, Source(scenario))["events"]
    code = {name: CCODE + ident for ident, name in enumerate(history.names)}
    code[None] = MISSING
    kinds = panel["kind"].spelled()
    columns = [panel["year"].tolist(), kinds.tolist(), panel["ccode1"].tolist(), panel["ccode2"].tolist()]
    made = Counter(zip(*columns, strict=True))
    expected = Counter()
    for event in told.events:
        expected[event.year, str(event.kind), code[event.actor], code[event.target]] += 1
        if event.kind in (Kind.WAR, Kind.BACKED_DOWN):
            for kind, parties in (
                (JOINED, event.beside_actor),
                (STOOD_BY, event.beside_target),
                (IN_PART, event.in_part),
                (ASIDE, event.aside),
            ):
                principal = event.actor if kind == JOINED else event.target
                for party in parties:
                    expected[event.year, kind, code[party], code[principal]] += 1
    assert made == expected
    assert {Kind.WAR, Kind.DISPUTE, Kind.BACKED_DOWN} <= {event.kind for event in told.events}


@pytest.mark.parametrize("seed", [0, 1])
def test_state_years_are_those_that_a_recorder_tells(seed):
    players = ["balance_of_threat", "aspiring_hegemon", "random_legal"]
    told = play_out(VectorEnv("small", 1, threads=1, players=players, autoreset=False), seed)
    panel = panels(doctrines("small", 1, seed, players), Source("small"))["states"]
    after = [row for row in told.states if row.year > 0 and row.verb is not None]
    assert panel["year"].tolist() == [row.year for row in after]
    assert panel["seat"].tolist() == [row.seat for row in after]
    assert panel["statenme"].spelled().tolist() == [row.name for row in after]
    for column, field in (
        ("economy_end", "economy"),
        ("milper_end", "forces"),
        ("cinc_end", "share"),
        ("reward", "reward"),
        ("security", "security"),
    ):
        assert panel[column].tolist() == [getattr(row, field) for row in after], column
    before = {(row.year + 1, row.seat): row for row in told.states}
    opening = [before[row.year, row.seat] for row in after]
    for column, field in (("economy", "economy"), ("cinc", "share"), ("pacts", "pacts"), ("posture", "posture")):
        assert panel[column].tolist() == [getattr(row, field) for row in opening], column
    acts = panels(doctrines("small", 1, seed, players), Source("small"))["actions"]
    assert acts["verb"].spelled().tolist() == [row.verb for row in after]


# dyad-years


def test_a_dispute_opens_in_one_year_and_is_fought_out_by_two_sides_in_the_next():
    case = make_world(
        4,
        forces=(3.0, 1.0, 1.0, 1.0),
        pacts={(1, 2)},
        patrons={3: 0},
        parameters={"conquest": 0.0},
    )
    history = history_of(case, {0: (Verb.COERCE, 1)}, {0: (Verb.COERCE, 1), 2: (Verb.ALLY, 1)})
    panel = of(history, "dyads")
    assert the(panel, "challenge1", year=1, ccode1=A, ccode2=B) == 1
    assert the(panel, "challenge2", year=1, ccode1=B, ccode2=A) == 1
    assert panel["challenge1"].sum() == 1
    assert [the(panel, name, year=1, ccode1=A, ccode2=B) for name in ("cowmidonset", "sidea1", "sidea2")] == [1, 1, 0]
    assert the(panel, "cowinterongoing", year=1, ccode1=A, ccode2=B) == 0
    assert the(panel, "outcome1", year=1, ccode1=A, ccode2=B) == MISSING
    fought = {"year": 2, "cowinterongoing": 1}
    pairs = {(panel["ccode1"][row], panel["ccode2"][row]) for row in rows_where(panel, **fought)}
    assert pairs == {(a, b) for x, y in [(A, B), (A, C), (D, B), (D, C)] for a, b in [(x, y), (y, x)]}
    onsets = {(panel["ccode1"][row], panel["ccode2"][row]) for row in rows_where(panel, year=2, cowmidonset=1)}
    assert onsets == pairs - {(A, B), (B, A)}  # those who join enter it now
    assert [the(panel, f"orig{n}", year=2, ccode1=A, ccode2=C) for n in (1, 2)] == [1, 0]
    assert [the(panel, f"sidea{n}", year=2, ccode1=D, ccode2=C) for n in (1, 2)] == [1, 0]
    assert [the(panel, f"initiator{n}", year=2, ccode1=A, ccode2=B) for n in (1, 2)] == [1, 0]
    assert the(panel, "initiator1", year=2, ccode1=D, ccode2=B) == 0
    allied = {(panel["ccode1"][row], panel["ccode2"][row]) for row in rows_where(panel, allied_in_war=1)}
    assert allied == {(A, D), (D, A), (B, C), (C, B)}
    outcomes = [the(panel, f"outcome{n}", year=2, ccode1=D, ccode2=C) for n in (1, 2)]
    assert sorted(outcomes) == [1, 2]
    assert the(panel, "midend1", year=2, ccode1=A, ccode2=B) == ("won" if outcomes[0] == 1 else "lost")
    assert the(panel, "midend1", year=2, ccode1=B, ccode2=A) == ""
    events = of(history, "events")
    for kind, one, two in (("war", A, B), (JOINED, D, A), (STOOD_BY, C, B)):
        assert the(events, "dispnum", year=2, kind=kind, ccode1=one, ccode2=two) == DISPNUM
    assert the(events, "dispnum", year=1, kind="dispute") == DISPNUM
    assert the(events, "chosen", year=1, kind="dispute") == 1
    assert the(events, "outcome", year=2, kind="war") == outcomes[0]


def test_ties_stand_as_the_year_opens_and_their_changes_are_of_the_year():
    case = make_world(3, pacts={(0, 1)}, parameters={"sanction_years": 2.0})
    acts = [{0: (Verb.SANCTION, 1), 2: (Verb.ALLY, 1), 1: (Verb.ALLY, 2)}, {0: (Verb.SANCTION, 1)}, {}]
    panel = of(history_of(case, *acts), "dyads")
    ab = [the(panel, "atop_defense", year=year, ccode1=A, ccode2=B) for year in (1, 2, 3)]
    assert ab == [1, 0, 0]
    assert [the(panel, "pact_end", year=year, ccode1=B, ccode2=A) for year in (1, 2, 3)] == [1, 0, 0]
    assert [the(panel, "pact_onset", year=year, ccode1=C, ccode2=B) for year in (1, 2, 3)] == [1, 0, 0]
    assert [the(panel, "atop_defense", year=year, ccode1=C, ccode2=B) for year in (1, 2, 3)] == [0, 1, 1]
    assert the(panel, "pledge1", year=1, ccode1=A, ccode2=B) == 0.6
    assert the(panel, "pledge1", year=2, ccode1=A, ccode2=B) == 0.0
    assert [the(panel, "sanction1", year=year, ccode1=A, ccode2=B) for year in (1, 2, 3)] == [0, 1, 1]
    assert [the(panel, "sanction_onset1", year=year, ccode1=A, ccode2=B) for year in (1, 2, 3)] == [1, 0, 0]
    assert [the(panel, "sanction_onset2", year=year, ccode1=B, ccode2=A) for year in (1, 2, 3)] == [1, 0, 0]
    assert panel["sanction_onset1"].sum() == 1


def test_a_client_points_to_its_patron():
    case = make_world(3, forces=(1.0, 5.0, 1.0))
    history = history_of(case, {0: (Verb.BANDWAGON, 1)}, {})
    panel, states = of(history, "dyads"), of(history, "states")
    assert the(panel, "client1", year=2, ccode1=A, ccode2=B) == 1
    assert the(panel, "client2", year=2, ccode1=B, ccode2=A) == 1
    assert panel["client1"].sum() == 1
    assert [the(states, "patron", year=year, ccode=A) for year in (1, 2)] == [MISSING, B]


def test_the_joint_threat_is_that_of_a_third_state():
    threat = np.array([[0.0, 0.9, 0.3], [0.8, 0.0, 0.5], [0.2, 0.7, 0.0]])
    joint = joint_threat(threat)
    assert joint[0, 1] == joint[1, 0] == 0.3  # of C, which A fears less than B does
    assert joint[0, 2] == 0.7  # of B: A .9, C .7
    assert joint_threat(np.zeros((2, 2))).sum() == 0.0


def test_missing_is_told_from_zero():
    assert or_missing(np.array([0, 1], "i1"), np.array([False, True])).tolist() == [MISSING, 1]


def mirrored(panel):
    """The rows of dyad-years with the two states exchanged, in the order of the panel itself."""
    swapped = {}
    for name, column in panel.items():
        other = {"1": "2", "2": "1"}.get(name[-1])
        swapped[name] = panel[name[:-1] + other] if other and name[:-1] + other in panel else column
    keys = [swapped[name] for name in ("ccode2", "ccode1", "year", "world")]
    order = np.lexsort(keys)
    return {name: column[order] for name, column in spelled(swapped).items()}


def spelled(panel):
    return {name: column.spelled() if isinstance(column, Words) else column for name, column in panel.items()}


def test_one_row_a_pair_loses_nothing():
    history = doctrines("coercive", 6, 4, permute_seats=True)
    panel = panels(history, Source("coercive"), directed=True)["dyads"]
    half, once = panel["ccode1"] < panel["ccode2"], spelled(panels(history, Source("coercive"))["dyads"])
    assert len(half) == 2 * half.sum()
    for name, column in spelled(panel).items():
        assert np.array_equal(column[half], once[name]), name
    order = np.lexsort([panel[name] for name in ("ccode2", "ccode1", "year", "world")])
    straight = {name: column[order] for name, column in spelled(panel).items()}
    for name, column in mirrored(panel).items():
        assert np.array_equal(column, straight[name]), name
    symmetric = [name for name in panel if name[-1] not in "12"]
    assert {"cowmidonset", "capdist", "atop_defense", "joint_threat"} <= set(symmetric)


def test_distances_are_those_of_the_map():
    history = doctrines("powers_1913", 1, 0, max_cycles=1)
    panel = of(history, "dyads")
    germany, france = (CCODE + history.names.index(name) for name in ("Germany", "France"))
    berlin_paris = the(panel, "capdist", year=1, ccode1=germany, ccode2=france)
    assert berlin_paris == pytest.approx(878, abs=5)  # km, great circle between 52.52 N 13.40 E and 48.86 N 2.35 E
    assert the(panel, "mindist", year=1, ccode1=germany, ccode2=france) == 0.0
    assert the(panel, "conttype", year=1, ccode1=germany, ccode2=france) == 1


def test_events_and_dyad_years_tell_the_same_disputes_and_wars():
    made = panels(doctrines("powers_1913", 5, 2, "chain_ganger", max_cycles=60, **VIOLENT), Source("powers_1913"))
    dyads, events = spelled(made["dyads"]), spelled(made["events"])

    def count(kind):
        return int((events["kind"] == kind).sum())

    assert count("dispute") == dyads["challenge1"].sum() + dyads["challenge2"].sum() > 0
    assert count("war") == sum((dyads[f"initiator{side}"] == 1).sum() for side in "12") > 0
    ends = [*dyads["midend1"], *dyads["midend2"]]
    assert count("backed down") == ends.count("backed down") > 0
    assert count("pact") == dyads["pact_onset"].sum() > 0
    assert count("pact ended") == dyads["pact_end"].sum()
    assert count("war") == sum(ends.count(outcome) for outcome in ("won", "lost", "stalemate"))


# whole panels


def test_panels_have_the_columns_of_the_codebook_and_one_row_each():
    history = doctrines("coercive", 5, 1)
    for name, panel in panels(history, Source("coercive")).items():
        assert list(panel) == [entry.name for entry in PANELS[name]]
        lengths = {len(column.codes if isinstance(column, Words) else column) for column in panel.values()}
        assert len(lengths) == 1
    living = (history.alive[:-1] & history.going[1:, :, None]).sum(-1)
    assert len(of(history, "states")["year"]) == living.sum()
    assert len(of(history, "dyads")["year"]) == (living * (living - 1)).sum()


def test_capability_sums_to_one_and_the_fallen_leave():
    history = doctrines("coercive", 20, 3, **VIOLENT)
    panel = panels(history, Source("coercive"))["states"]
    assert panel["fell"].sum() == history.actor["fell"][history.going].sum() > 0
    episode = panel["world"] * 1000 + panel["year"]
    assert np.bincount(episode, panel["cinc"])[np.unique(episode)] == pytest.approx(1.0)
    fallen = panel["fell"] > 0
    assert (panel["cinc_end"][fallen] == 0.0).all()
    for world, year, ccode in zip(panel["world"][fallen], panel["year"][fallen], panel["ccode"][fallen], strict=True):
        assert not ((panel["world"] == world) & (panel["ccode"] == ccode) & (panel["year"] > year)).any()


def test_a_world_without_a_dispute_has_none():
    case = make_world(3)
    made = panels(history_of(case, {}, {}), Source("still"))
    assert len(made["events"]["year"]) == 0
    for name in ("cowmidonset", "cowmidongoing", "cowinteronset", "allied_in_war", "atop_defense", "pact_onset"):
        assert made["dyads"][name].sum() == 0, name
    assert (made["dyads"]["outcome1"] == MISSING).all()
    assert (made["states"]["patron"] == MISSING).all()
    assert (made["actions"]["target"] == MISSING).all()


def test_focal_and_background_are_both_there_and_told_apart():
    history = doctrines("small", 2, 0, ["grim", "hider", "tit_for_tat"])
    focal = np.array([[True, False, False], [False, True, False]])
    player = np.array([["entrant", "hider", "tit_for_tat"], ["grim", "entrant", "tit_for_tat"]])
    source = Source("small", role="visitor", run=3, episode=1, focal=focal, player=player)
    made = panels(history, source)
    states = made["states"]
    assert set(states["player"].spelled()[states["focal"] == 1]) == {"entrant"}
    assert set(states["player"].spelled()[states["focal"] == 0]) == {"grim", "hider", "tit_for_tat"}
    assert (states["run"] == 3).all()
    assert (states["episode"] == 1).all()
    dyads = made["dyads"]
    assert (dyads["focal1"] + dyads["focal2"] <= 1).all()
    entrants = set(zip(states["world"][states["focal"] == 1], states["ccode"][states["focal"] == 1], strict=True))
    told = {
        pair
        for side in "12"
        for pair in zip(dyads["world"], np.where(dyads[f"focal{side}"], dyads[f"ccode{side}"], 0), strict=True)
        if pair[1]
    }
    assert told == entrants
    assert {world for world, _ in entrants} == {0, 1}
    assert set(of(history, "states")["player"].spelled()) == {"grim", "hider", "tit_for_tat"}


def test_an_illegal_action_is_counted_and_what_was_legal_is_told():
    batch = VectorEnv("small", 1, threads=1, players="learner", autoreset=False, max_cycles=1)
    batch.reset(0)
    masks = np.array(batch.action_masks[0])
    illegal = int(np.flatnonzero(masks[0] == 0)[0])
    history = watch(batch, lambda rows, masks, draws, worlds, seats: np.where(seats == 0, illegal, 2))
    panel = panels(history, Source("small"))["actions"]
    assert panel["illegal"].tolist() == [1, 0, 0]
    assert panel["verb"].spelled().tolist() == ["invest", "arm", "arm"]
    assert panel["action"].tolist() == [illegal, 2, 2]
    assert panel["legal"].tolist() == masks.sum(-1).tolist()
    assert panel["legal_ally"].tolist() == [2, 2, 2]
    assert (panel["legal_coerce"] == 0).all()
    assert set(panels(history, Source("small"))["states"]["player"].spelled()) == {"learner"}
