"""Scenarios: every YAML loads, its facts are those of its sources, and what is unknown is refused by name."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest

from balance_env.core.params import ABOUT, Parameters
from balance_env.core.reward import Term
from balance_env.core.world import NOBODY
from balance_env.geography import great_circle, lay_out
from balance_env.scenario import LONGEST_GAME, Scenario, letters
from balance_env.scenarios import load_scenario, scenario_names
from balance_env.states import State

POWERS = [name for name in scenario_names() if name.startswith("powers_")]
ANONYMOUS = ["coercive", "concert", "default", "small", "system"]


def refusal(*arguments, **overrides) -> str:
    """What loading a scenario says when it refuses."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is what each test looks at
        load_scenario(*arguments, **overrides)
    return str(caught.value)


def plane_state(name: str, **changes) -> State:
    """A state on a plane, for scenarios by hand."""
    return State(**{"name": name, "economy": 1, "forces": 1, "technology": 1, "ideology": 0, "x": 0, "y": 0, **changes})


def between(template, scenario, one: str, other: str, field: str) -> float:
    """An entry of a matrix of the template, by the codes of two states."""
    codes = [state.code for state in scenario.states]
    return getattr(template, field)[codes.index(one), codes.index(other)]


# every scenario


def test_the_package_holds_five_anonymous_worlds_and_eight_dates():
    years = (1816, 1872, 1913, 1938, 1950, 1985, 1995, 2012)
    assert scenario_names() == sorted([*ANONYMOUS, *(f"powers_{year}" for year in years)])


@pytest.mark.parametrize("name", scenario_names())
def test_a_template_is_finite_and_of_the_declared_shape(name):
    scenario = load_scenario(name)
    template = scenario.template()
    count = len(scenario.state_names())
    for field in ("economy", "forces", "technology", "ideology", "member", "design", "player"):
        assert getattr(template, field).shape == (count,), field
    for field in ("distance", "reach", "pact"):
        matrix = getattr(template, field)
        assert matrix.shape == (count, count), field
        np.testing.assert_array_equal(matrix, matrix.T, err_msg=field)
    assert template.position.shape == (count, 2)
    assert template.designs.shape[1] == len(Term)
    kinds = {"member": np.int32, "design": np.int32, "player": np.int32, "pact": np.int16}
    for field, array in template._asdict().items():
        assert array.dtype == kinds.get(field, np.float64), field
        assert np.isfinite(array).all(), field
    np.testing.assert_array_equal(np.diag(template.reach), 1.0)
    np.testing.assert_array_equal(np.diag(template.pact), 0)
    assert ((template.reach > 0) & (template.reach <= 1)).all()
    assert template.economy.mean() == pytest.approx(1.0)
    assert template.forces.mean() == pytest.approx(scenario.armament)
    assert (template.player == NOBODY).all()
    assert scenario.name == name
    assert scenario.description


def test_no_two_scenarios_have_the_same_content():
    hashes = {load_scenario(name).content_hash() for name in scenario_names()}
    assert len(hashes) == len(scenario_names())


def test_content_is_what_the_dynamics_read():
    default = load_scenario("default")
    same = load_scenario(default, name="other", description="other", tags=["other"], rest=Parameters().rest)
    assert same.content_hash() == default.content_hash()
    named = load_scenario("powers_1913")
    assert load_scenario(named, anonymous=True).content_hash() == named.content_hash()
    for change in ({"rest": 0.03}, {"fallen": "stay"}, {"max_cycles": 50}, {"targets": "threat"}, {"states": 9}):
        assert load_scenario(default, **change).content_hash() != default.content_hash(), change


def test_loading_compiles_nothing():
    program = (
        "from balance_env.scenarios import load_scenario\n"
        "from balance_env.core import capability\n"
        "load_scenario('powers_1913').template()\n"
        "assert not getattr(capability.reach_over, 'signatures', [])\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# the great powers


@pytest.mark.parametrize(
    ("year", "count", "economy", "forces"),
    [
        (1816, 8, 0.99, 0.97),
        (1872, 8, 1.00, 1.00),
        (1913, 10, 1.00, 1.07),
        (1938, 10, 0.98, 0.92),
        (1950, 8, 0.98, 1.01),
        (1985, 10, 1.00, 1.06),
        (1995, 8, 1.00, 1.00),
        (2012, 12, 0.98, 1.05),
    ],
)
def test_shares_sum_to_the_table_of_their_year(year, count, economy, forces):
    states = load_scenario(f"powers_{year}").states
    assert len(states) == count
    assert sum(state.economy for state in states) == pytest.approx(economy)
    assert sum(state.forces for state in states) == pytest.approx(forces)


def test_shares_become_outputs_and_forces():
    template = load_scenario("powers_1913").template()
    # Germany, first of ten: .13 of an output of 1.00, .20 of a military capability of 1.07
    assert template.economy[0] == pytest.approx(10 * 0.13)
    assert template.forces[0] == pytest.approx(0.4 * 10 * 0.20 / 1.07)


def test_britain_and_france_in_1913_are_apart_by_the_channel():
    scenario = load_scenario("powers_1913")
    template = scenario.template()
    # London (51.5 N, .1 W) to Paris (48.9 N, 2.3 E): 335.76 km by the spherical law of cosines; less 300 km
    assert between(template, scenario, "UKG", "FRN", "distance") == pytest.approx(35.76, abs=0.01)
    assert between(template, scenario, "UKG", "FRN", "reach") == pytest.approx(
        ((35.76 + 100) / 100) ** -0.5 * 0.7, abs=1e-4
    )


def test_land_between_costs_distance_alone():
    scenario = load_scenario("powers_1913")
    # Paris to St Petersburg: 2159.77 km by the spherical law of cosines; less 300 km
    reach = between(scenario.template(), scenario, "FRN", "RUS", "reach")
    assert reach == pytest.approx(((1859.77 + 100) / 100) ** -0.5, abs=1e-5)


def test_neighbours_are_at_no_distance():
    scenario = load_scenario("powers_1913")
    template = scenario.template()
    assert between(template, scenario, "GMY", "FRN", "distance") == 0.0
    assert between(template, scenario, "GMY", "FRN", "reach") == 1.0
    assert between(template, scenario, "AUH", "TUR", "distance") > 0.0  # the Balkan wars had parted them


def test_parameters_of_space_reach_the_template():
    scenario = load_scenario("powers_1913", hinterland=0.0, reach_water=0.5, reach_decay=1.0)
    reach = between(scenario.template(), scenario, "UKG", "FRN", "reach")
    assert reach == pytest.approx(0.5 * 100 / 435.76, abs=1e-5)


@pytest.mark.parametrize("name", POWERS)
def test_every_pair_of_powers_has_its_border_listed(name):
    scenario = load_scenario(name)
    codes = [state.code for state in scenario.states]
    listed = [frozenset(pair) for kind in ("neighbours", "land", "water") for pair in getattr(scenario.borders, kind)]
    assert len(listed) == len(set(listed))
    assert set(listed) == {frozenset(pair) for pair in combinations(codes, 2)}


def test_pacts_of_1913():
    scenario = load_scenario("powers_1913")
    template = scenario.template()
    assert template.pact.sum() == 2 * 5
    for one, other in (("UKG", "JPN"), ("FRN", "RUS"), ("GMY", "AUH"), ("GMY", "ITA"), ("AUH", "ITA")):
        assert between(template, scenario, one, other, "pact") == 1
    assert between(template, scenario, "UKG", "FRN", "pact") == 0


def test_powers_keep_their_seats_and_names_unless_asked():
    scenario = load_scenario("powers_1938")
    assert scenario.state_names()[:3] == ["Germany", "United Kingdom", "USSR"]
    assert scenario.setting(autoreset=False).permute_seats == 0
    hidden = load_scenario("powers_1938", anonymous=True, permute_seats=True)
    assert hidden.state_names()[:3] == ["State A", "State B", "State C"]
    assert hidden.setting(autoreset=False).permute_seats == 1
    np.testing.assert_array_equal(hidden.template().reach, scenario.template().reach)


# anonymous worlds


def test_a_quarter_of_the_meridian_and_of_the_equator():
    # the pole, and two places on the equator: a quarter circle each way, 6371 km * pi / 2
    quarter = 6371 * np.pi / 2
    distance = great_circle(np.array([90.0, 0.0, 0.0]), np.array([0.0, 0.0, 90.0]))
    np.testing.assert_allclose(distance, quarter * (1 - np.eye(3)))


def test_eight_states_lie_among_neighbours_and_strangers():
    distance = load_scenario("default").template().distance
    others = ~np.eye(8, dtype=bool)
    neighbours = ((distance == 0) & others).sum(axis=1)
    assert neighbours.min() >= 2
    assert neighbours.max() <= 4
    apart = distance[others & (distance > 0)]
    assert apart.min() > 500
    assert apart.max() < 3000


def test_density_does_not_depend_on_the_number_of_states():
    places = lay_out(64, 1000.0)
    np.testing.assert_array_equal(places[:8], lay_out(8, 1000.0))
    nearest = (np.hypot(*(places[:, None] - places).transpose(2, 0, 1)) + 1e9 * np.eye(64)).min(axis=1)
    assert nearest.min() > 800
    assert nearest.max() < 1100
    assert np.hypot(*places.T).max() == pytest.approx(1000 * np.sqrt(63.5 / np.pi))  # 64 squares in a circle


def test_the_number_of_anonymous_states_is_a_choice():
    scenario = load_scenario("default", states=12)
    assert scenario.template().reach.shape == (12, 12)
    assert scenario.state_names() == [f"State {letter}" for letter in "ABCDEFGHIJKL"]
    assert "are named, not counted" in refusal("powers_1913", states=12)
    assert "out of range, 2 to" in refusal("default", states=1)


@pytest.mark.parametrize(("number", "label"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")])
def test_labels_go_on_after_z(number, label):
    assert letters(number) == label


def test_base_holds_for_what_is_not_overridden():
    default, coercive, concert = (load_scenario(name) for name in ("default", "coercive", "concert"))
    assert coercive.verbs == (*default.verbs, "coerce")
    assert coercive.economy_spread == default.economy_spread
    assert coercive.setting(autoreset=True).open_verbs == 4
    assert concert.template().member.tolist() == [1] * 8
    assert default.template().member.tolist() == [0] * 8


def test_the_end_is_random_unless_a_horizon_is_given():
    assert load_scenario("default").setting(autoreset=False)[3:6] == (1, LONGEST_GAME, 0)
    assert load_scenario("default", max_cycles=30).setting(autoreset=True)[3:6] == (0, 30, 1)


# what states want


def test_designs_are_drawn_or_given_by_state():
    drawn = load_scenario("small").template()
    p = Parameters()
    offensive = [p.offensive_power, 0, 0, 0, 0, p.offensive_survival]
    assert drawn.design.tolist() == [NOBODY] * 3
    assert drawn.designs[0].tolist() == offensive
    given = load_scenario("small", designs={"C": {"wealth": 2.0}, "A": "offensive", "State B": "offensive"}).template()
    assert given.designs[given.design[0]].tolist() == offensive
    assert given.designs[given.design[2]].tolist() == [0, 0, 2.0, 0, 0, 0]
    assert load_scenario("small", offensive_power=7.0).template().designs[0, Term.POWER] == 7.0


def test_states_bring_their_own_designs():
    states = [plane_state("Sparta", design="defensive"), plane_state("Athens", x=150, design={"power": 1})]
    scenario = Scenario(name="greece", states=states)
    assert scenario.template().design.tolist() == [0, 1]
    assert load_scenario(scenario, designs=["status_quo"]).template().design.tolist() == [NOBODY] * 2
    lacking = [states[0], plane_state("Athens", x=150)]
    assert "without: Athens" in refusal(scenario, states=lacking)


def test_players_sit_in_seats():
    scenario = load_scenario("small")
    assert scenario.template([NOBODY, 2, 0]).player.tolist() == [NOBODY, 2, 0]
    with pytest.raises(ValueError, match="3 seats"):
        scenario.template([0, 1])


# what is refused


@pytest.mark.parametrize(
    ("overrides", "parts"),
    [
        ({"ecnomy_spread": 0.1}, ["'ecnomy_spread'", "did you mean 'economy_spread'?", "armament"]),
        ({"growht_mean": 0.1}, ["'growht_mean'", "did you mean 'growth_mean'?"]),
        ({"parameters": {"rst": 0.1}}, ["unknown parameter 'rst'", "did you mean 'rest'?"]),
        ({"parameters": 3}, ["parameters: ", "given 3"]),
        ({"rest": 0.5}, ["parameter rest = 0.5 is out of range: 0 to 0.1 (share of output a year)"]),
        ({"rest": "much"}, ["parameter rest = 'much' is not a number"]),
        ({"ideology_spread": 3}, ["ideology_spread: 3.0 is out of range: 0 to 1"]),
        ({"technology_spread": float("nan")}, ["technology_spread: nan is out of range"]),
        ({"max_cycles": 0}, ["max_cycles: 0 is out of range: 1 to"]),
        ({"states": "many"}, ["states: 'many'", "number", "list"]),
        (
            {"verbs": ["coerce"]},
            ["verbs: [coerce]: [ally, bandwagon, sanction] or [ally, bandwagon, sanction, coerce]"],
        ),
        ({"verbs": ["aly"]}, ["unknown verb 'aly'", "did you mean 'ally'?"]),
        ({"targets": "power"}, ["targets: ", "'seat' or 'threat'", "given 'power'"]),
        ({"fallen": "rise"}, ["fallen: ", "'leave' or 'stay'"]),
        ({"designs": ["offensiv"]}, ["unknown design 'offensiv'", "did you mean 'offensive'?"]),
        ({"designs": [{"powr": 1}]}, ["unknown term 'powr'", "did you mean 'power'?"]),
        ({"designs": [{"power": -1}]}, ["weight of power = -1 is out of range: 0 to 100"]),
        ({"designs": "offensive"}, ["designs: 'offensive'", "a list of designs"]),
        ({"designs": {"A": "offensive"}}, ["without: State B, State C"]),
        ({"institution": ["Z"]}, ["institution: unknown state 'Z'"]),
        ({"institution": "some"}, ["institution: 'some'", "`all`"]),
        ({"pacts": [["A", "State A"]]}, ["pacts: [A, State A] is a state with itself"]),
        ({"pacts": [["A", "B"], ["B", "A"]]}, ["pacts: [B, A]", "listed twice"]),
        ({"borders": {"watr": []}}, ["borders: unknown key 'watr'", "did you mean 'water'?"]),
        ({"borders": {"water": [["A", "B"]]}}, ["borders says nothing where states are counted"]),
        ({"states": [{"name": "Troy", "econmy": 1}]}, ["states.0: unknown key 'econmy'", "did you mean 'economy'?"]),
    ],
)
def test_what_is_unknown_or_out_of_range_is_refused_by_name(overrides, parts):
    message = refusal("default", **overrides)
    for part in parts:
        assert part in message


def test_an_unknown_scenario_suggests_the_nearest():
    assert "did you mean 'default'?" in refusal("defualt")
    assert "no scenario file 'nowhere.yaml'" in refusal("nowhere.yaml")


def test_a_map_for_anonymous_states_is_refused_for_named_ones():
    assert "border_km says nothing" in refusal("powers_1913", border_km=500)


def test_states_are_told_apart_and_lie_on_one_map():
    twins = [plane_state("Troy"), plane_state("Troy", x=9)]
    assert "two states are called 'Troy'" in refusal("default", states=twins)
    with pytest.raises(ValueError, match="by latitude and longitude, or by x and y"):
        plane_state("Troy", y=None)
    globe = {"x": None, "y": None, "latitude": 40, "longitude": 26}
    mixed = [plane_state("Troy"), plane_state("Ilion", **globe)]
    assert "all by latitude and longitude, or all by x and y" in refusal("default", states=mixed)


def test_a_scenario_made_in_code_refuses_unknown_keys_too():
    with pytest.raises(ValueError, match="did you mean 'states'"):
        Scenario(name="typo", states=3, state=3)


# files of one's own


def test_a_file_may_stand_on_a_scenario_of_the_package(tmp_path):
    path = tmp_path / "dear_arms.yaml"
    path.write_text("base: coercive\nstates: 5\nparameters: {arm: 0.04, rest: 0.01}\n")
    scenario = load_scenario(path, rest=0.03)
    assert scenario.name == "dear_arms"
    assert scenario.verbs[-1] == "coerce"
    assert len(scenario.state_names()) == 5
    assert scenario.parameters == {"spoils": 0.2, "arm": 0.04, "rest": 0.03}
    assert scenario.parameters_resolved().rest == 0.03
    assert load_scenario(str(path)).parameters["rest"] == 0.01


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("states: 5\nverb: []\n", "did you mean 'verbs'?"),
        ("base: defalt\n", "did you mean 'default'?"),
        ("states: [\n", "is not YAML"),
        ("- 5\n", "no mapping"),
        ("description: nothing\n", "states: Field required"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, text, part):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    assert part in refusal(path)


def test_names_of_fields_and_parameters_do_not_meet():
    assert not set(Scenario.model_fields) & set(ABOUT)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["default", "powers_1913"])
def test_a_scenario_survives_writing_and_reading(name):
    scenario = load_scenario(name)
    assert Scenario.model_validate_json(scenario.model_dump_json()) == scenario
