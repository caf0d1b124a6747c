"""Every parameter of the game: default, unit, range and source, in one table.

A rule never holds a bare number that means something: it takes it from here. Derived values are
functions, never parameters.
"""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple, get_args, get_type_hints

import numpy as np


class About(NamedTuple):
    """What the table says of a parameter beside its default."""

    unit: str
    low: float
    high: float
    source: str


CHOICE = "design choice"
CONTROL = "the control, a trading state: Rosecrance 1986; " + CHOICE


class Parameters(NamedTuple):
    """The numbers of the game, all floats, so that an override compiles nothing."""

    # capability
    weight_forces: Annotated[float, About("share", 0.0, 1.0, "Singer, Bremer & Stuckey 1972; " + CHOICE)] = 0.5
    theta: Annotated[float, About("exponent", 0.0, 1.0, "Beckley 2018; " + CHOICE)] = 0.5
    reach_decay: Annotated[
        float, About("exponent per (km+100)/100", 0.25, 1.5, "Boulding 1962; dispute data 1816-2010")
    ] = 0.5
    hinterland: Annotated[float, About("km", 0.0, 1000.0, CHOICE)] = 300.0
    reach_water: Annotated[float, About("factor", 0.1, 1.0, "Levy & Thompson 2010; " + CHOICE)] = 0.7
    friction: Annotated[float, About("factor per further member", 0.8, 1.05, CHOICE)] = 0.97
    # arms
    rest: Annotated[float, About("share of output a year", 0.0, 0.1, CHOICE)] = 0.02
    arm: Annotated[float, About("share of output a year", 0.0, 0.2, CHOICE)] = 0.06
    forces_fade: Annotated[float, About("share a year", 0.02, 0.3, CHOICE)] = 0.08
    posture_rate: Annotated[float, About("share a year", 0.05, 1.0, "Walt 1987; " + CHOICE)] = 0.25
    # economy
    growth_mean: Annotated[float, About("ln a year", -0.02, 0.06, "GDP of great powers 1816-2010")] = 0.02
    growth_spread: Annotated[
        float, About("sd between states, ln a year", 0.0, 0.02, "Cusack & Stoll 1990; " + CHOICE)
    ] = 0.005
    shock_sd: Annotated[float, About("sd, ln a year", 0.0, 0.1, "GDP of great powers 1816-2010")] = 0.025
    shock_persistence: Annotated[float, About("AR(1) coefficient", 0.0, 0.9, CHOICE)] = 0.3
    invest: Annotated[float, About("ln a year", 0.0, 0.05, CHOICE)] = 0.01
    guns_cost: Annotated[
        float, About("growth per unit of burden", 0.0, 0.5, "the guns-or-butter literature; " + CHOICE)
    ] = 0.2
    research: Annotated[float, About("ln a year at the frontier", 0.0, 0.1, CHOICE)] = 0.02
    catch_up: Annotated[
        float, About("share of the log gap a year", 0.0, 0.06, "Barro & Sala-i-Martin 1992: .02 of income; " + CHOICE)
    ] = 0.01
    output_of_technology: Annotated[float, About("elasticity", 0.0, 1.0, CHOICE)] = 0.5
    trade: Annotated[float, About("ln a year", 0.0, 0.05, CHOICE)] = 0.03
    trade_pact: Annotated[float, About("factor", 1.0, 3.0, "Jackson & Nei 2015; " + CHOICE)] = 1.5
    tribute: Annotated[float, About("share of output a year", 0.0, 0.05, CHOICE)] = 0.004
    # pacts and clients
    offer_years: Annotated[float, About("years", 1.0, 20.0, CHOICE)] = 5.0
    pledge_start: Annotated[float, About("share of usable force", 0.0, 1.0, CHOICE)] = 0.6
    pledge_restated: Annotated[float, About("share of the gap closed", 0.0, 1.0, CHOICE)] = 0.5
    pledge_fade: Annotated[
        float,
        About("share a year", 0.0, 0.3, "untended pacts last 17 years: those begun before 1945 end at 6.3 % a year"),
    ] = 0.04
    pledge_floor: Annotated[float, About("share of usable force", 0.01, 0.9, CHOICE)] = 0.3
    protection_start: Annotated[float, About("share of usable force", 0.0, 1.0, CHOICE)] = 0.5
    protection_fade: Annotated[float, About("share a year", 0.0, 1.0, CHOICE)] = 0.1
    client_dues: Annotated[float, About("share of usable force", 0.0, 1.0, CHOICE)] = 0.5
    unasked: Annotated[
        float, About("share of the pledge", 0.0, 1.0, "Berkemeier & Fuhrmann 2018: half of pacts honoured")
    ] = 0.5
    stand_by: Annotated[float, About("share of usable force", 0.0, 1.0, CHOICE)] = 0.8
    release: Annotated[float, About("share of the patron's strength", 0.1, 1.0, CHOICE)] = 0.8
    reputation_start: Annotated[float, About("share", 0.0, 1.0, "Leeds 2003: three quarters honoured")] = 0.75
    reputation_rate: Annotated[float, About("share of the gap closed", 0.0, 1.0, CHOICE)] = 0.3
    reputation_mend: Annotated[float, About("share of the gap a year", 0.0, 0.5, CHOICE)] = 0.02
    # sanctions
    sanction_years: Annotated[
        float, About("years", 1.0, 20.0, "effects last 7-10 years: Neuenkirch & Neumeier 2015")
    ] = 8.0
    sanction_max: Annotated[
        float, About("ln growth a year", 0.0, 0.1, "comprehensive sanctions: Neuenkirch & Neumeier 2015")
    ] = 0.06
    sanction_exponent: Annotated[
        float, About("exponent on the coalition's share", 0.5, 2.0, "1.5 fits Neuenkirch & Neumeier 2015; " + CHOICE)
    ] = 1.0
    sanction_cost: Annotated[
        float, About("share of the object's loss", 0.0, 0.5, "Hufbauer, Schott & Elliott 1990; " + CHOICE)
    ] = 0.15
    sanction_wear: Annotated[
        float, About("share a year", 0.0, 0.5, "effects last 7-10 years: Neuenkirch & Neumeier 2015")
    ] = 0.15
    sanction_stigma: Annotated[
        float, About("share of reputation at full isolation", 0.0, 1.0, "Pape 2005; " + CHOICE)
    ] = 0.3
    quorum: Annotated[float, About("share of the members' capability", 0.05, 1.0, CHOICE)] = 0.5
    # perception and threat
    misperception: Annotated[float, About("sd of ln forces", 0.0, 0.6, "Cusack & Stoll 1990; " + CHOICE)] = 0.2
    misperception_persistence: Annotated[float, About("AR(1) coefficient", 0.0, 0.99, CHOICE)] = 0.8
    threat_base: Annotated[float, About("logit", -4.0, 2.0, CHOICE)] = -1.0
    threat_power: Annotated[float, About("logit per ln capability", 0.0, 2.0, "Walt 1987; " + CHOICE)] = 1.0
    threat_posture: Annotated[float, About("logit", 0.0, 1.5, "Walt 1987; Jervis 1978; " + CHOICE)] = 0.5
    threat_hostility: Annotated[
        float, About("logit per unit of belief", 0.0, 2.0, "Walt 1987; rivalry in dispute data")
    ] = 1.0
    threat_ideology: Annotated[float, About("logit", 0.0, 1.5, "Walt 1987; polity distance in dispute data")] = 0.9
    hostility_rate: Annotated[float, About("share of the gap closed a year", 0.01, 0.5, CHOICE)] = 0.1
    hostility_arming: Annotated[float, About("belief", 0.0, 1.0, "Jervis 1978; " + CHOICE)] = 0.6
    hostility_bystander: Annotated[float, About("belief", 0.0, 1.0, CHOICE)] = 0.7
    hostility_peace: Annotated[float, About("belief", 0.0, 1.0, CHOICE)] = 0.3
    # disputes and war
    dispute_base: Annotated[float, About("logit a year", -9.0, 0.0, "tuned to the dispute rate of game gates")] = -4.8
    dispute_distance: Annotated[
        float, About("logit per ln((km+100)/1000)", -2.0, 0.0, "originator disputes 1886-2010")
    ] = -0.61
    dispute_hostility: Annotated[
        float, About("logit per unit of belief", 0.0, 4.0, "strategic rivals in dispute data")
    ] = 2.1
    dispute_ideology: Annotated[float, About("logit", 0.0, 2.0, "polity distance in dispute data")] = 0.9
    resolve_sd: Annotated[float, About("share of the stake", 0.0, 0.3, "Fearon 1995; " + CHOICE)] = 0.08
    decisiveness: Annotated[float, About("exponent m", 0.4, 2.0, "Hirshleifer 1989; 1.06 before 1914")] = 1.0
    offence: Annotated[float, About("factor o on the attacker's force", 0.33, 2.0, "Jervis 1978")] = 1.0
    offence_bias: Annotated[float, About("perceived o over true o", 0.25, 4.0, "Christensen & Snyder 1990")] = 1.0
    stalemate: Annotated[float, About("probability", 0.0, 0.9, "18 of 95 wars 1823-2003")] = 0.2
    war_forces: Annotated[
        float, About("median share of forces lost", 0.0, 0.2, ".03 of battle deaths over prewar forces; " + CHOICE)
    ] = 0.05
    war_forces_sd: Annotated[
        float, About("sd of the ln", 0.0, 2.7, "2.7 of battle deaths over prewar forces; " + CHOICE)
    ] = 1.5
    loser_losses: Annotated[float, About("factor", 1.0, 3.0, CHOICE)] = 1.3
    spoils: Annotated[float, About("rho, share of the stake", 0.0, 0.3, "Bremer & Mihalka 1977; " + CHOICE)] = 0.15
    destroyed: Annotated[float, About("share of what is ceded", 0.0, 1.0, CHOICE)] = 0.2
    concession: Annotated[
        float, About("share of what a lost war cedes", 0.0, 1.0, "Schelling 1966; Fearon 1995; " + CHOICE)
    ] = 0.4
    war_cost: Annotated[float, About("share of the stake", 0.0, 0.1, CHOICE)] = 0.01
    helper_cost: Annotated[float, About("share of the principal's cost", 0.0, 1.0, CHOICE)] = 0.5
    conquest: Annotated[float, About("share of the winners' usable force", 0.0, 1.0, CHOICE)] = 0.2
    floor: Annotated[float, About("share of the living mean output", 0.0, 0.2, CHOICE)] = 0.02
    # ending
    going_on: Annotated[float, About("probability a year", 0.5, 1.0, CHOICE)] = 0.98
    hegemony: Annotated[float, About("capability share", 0.5, 1.0, CHOICE)] = 0.8
    # what actors want: weights of the reward terms by design; the terms are the authors', the sizes a design choice
    offensive_power: Annotated[float, About("per unit of share times N", 0.0, 100.0, "Mearsheimer 2001; " + CHOICE)] = (
        1.0
    )
    offensive_survival: Annotated[float, About("per fall", 0.0, 100.0, "Mearsheimer 2001; " + CHOICE)] = 2.0
    defensive_security: Annotated[float, About("per year", 0.0, 100.0, "Waltz 1979; " + CHOICE)] = 0.3
    defensive_burden: Annotated[float, About("per share of output", 0.0, 100.0, "Glaser 2010; " + CHOICE)] = 1.0
    defensive_autonomy: Annotated[float, About("per year as a client", 0.0, 100.0, "Waltz 1979; " + CHOICE)] = 0.1
    defensive_survival: Annotated[float, About("per fall", 0.0, 100.0, "Waltz 1979; " + CHOICE)] = 2.0
    status_quo_wealth: Annotated[float, About("per ln output", 0.0, 100.0, CONTROL)] = 1.0
    status_quo_survival: Annotated[float, About("per fall", 0.0, 100.0, CONTROL)] = 2.0


def about(name: str) -> About:
    """Unit, range and source of the parameter `name`."""
    return ABOUT[name]


def _read_table() -> dict[str, About]:
    hints = get_type_hints(Parameters, include_extras=True)
    return {name: get_args(hints[name])[1] for name in Parameters._fields}


ABOUT = _read_table()
RECORD = np.dtype([(name, "f8") for name in Parameters._fields])


def as_record(p: Parameters) -> np.record:
    """The parameters as the record that rules read: `p.rest`, passed by reference."""
    return np.array([tuple(p)], RECORD).view(np.recarray)[0]


def check_parameter(name: str, value: float) -> float:
    """`value` as a float inside the range of the parameter `name`; ValueError says what is allowed."""
    entry = ABOUT[name]
    number = float(value)
    if not math.isfinite(number) or not entry.low <= number <= entry.high:
        raise ValueError(
            f"parameter {name} = {value!r} is out of range: {entry.low:g} to {entry.high:g} ({entry.unit})"
        )
    return number
