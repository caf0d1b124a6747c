"""The table of doctrines on rows at random: they keep to what is legal, differ, and are what the table says."""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest
from worlds import blank_memory

from balance_env import doctrines
from balance_env.batch import allocate_out
from balance_env.core.actions import OBJECT_VERBS, action_count
from balance_env.core.pieces import OTHER_SIZE, OTHERS_START, Other, Own, row_size
from balance_env.core.reward import Term
from balance_env.core.world import Clock, allocate_worlds
from balance_env.doctrines import DOCTRINES, Script, doctrine_id, doctrine_names, play
from balance_env.kernels.cpu import choose_actions

OPEN = len(OBJECT_VERBS)
THEORIES = [name for name, doctrine in DOCTRINES.items() if doctrine.script >= Script.BALANCE_OF_POWER]
EVENTS = {  # chance of each between two states in a year
    "ALIVE": 0.95,
    "PACT": 0.15,
    "OFFER_FROM_ME": 0.05,
    "OFFER_TO_ME": 0.05,
    "SANCTION_FROM_ME": 0.05,
    "SANCTION_TO_ME": 0.05,
    "CLIENT": 0.05,
    "CHALLENGES": 0.05,
    "CHALLENGED": 0.05,
    "CHALLENGES_ME": 0.02,
}
LEVELS = {
    "FORCES": (-0.3, 0.3),
    "ECONOMY": (-0.3, 0.3),
    "TECHNOLOGY": (0.6, 1.0),
    "REACH_TO_ME": (0.2, 1.0),
    "REACH_FROM_ME": (0.2, 1.0),
    "HOSTILITY": (0.1, 0.6),
    "REPUTATION": (0.5, 1.0),
    "THREAT": (0.1, 0.6),
    "SUPPORT": (0.0, 0.5),
    "ODDS": (0.1, 0.9),
}


def random_rows(rng, rows, actors):
    """Rows (rows, D) as a world might show them: a few pacts, offers, sanctions and disputes."""
    seen = np.zeros((rows, row_size(actors)), np.float32)
    block = seen[:, OTHERS_START : OTHERS_START + (actors - 1) * OTHER_SIZE].reshape(rows, actors - 1, OTHER_SIZE)
    shape = block.shape[:2]
    happens = {name: rng.random(shape) < chance for name, chance in EVENTS.items()}
    levels = {name: rng.uniform(low, high, shape) for name, (low, high) in LEVELS.items()}
    happens["CHALLENGES"] |= happens["CHALLENGES_ME"]
    in_dispute = happens["CHALLENGES"] | happens["CHALLENGED"]
    weight = rng.lognormal(0.0, 0.5, (rows, actors))
    share = weight / weight.sum(axis=1, keepdims=True)
    odds = {"ODDS": 0.0, "ODDS_WITH_ME": 0.15, "ODDS_AGAINST_ME": -0.15}
    for name in ("ALIVE", "CHALLENGES", "CHALLENGED", "CHALLENGES_ME", "PACT", "CLIENT"):
        block[..., Other[name]] = happens[name]
    for name in ("OFFER_FROM_ME", "OFFER_TO_ME", "SANCTION_FROM_ME", "SANCTION_TO_ME"):
        block[..., Other[name]] = happens[name] * rng.integers(1, 4, shape) / 3.0
    for name in ("PLEDGE_FROM_ME", "PLEDGE_TO_ME"):
        block[..., Other[name]] = happens["PACT"] * rng.uniform(0.2, 1.0, shape)
    for name, value in levels.items():
        block[..., Other[name]] = value
    for name, shift in odds.items():
        block[..., Other[name]] = in_dispute * np.clip(levels["ODDS"] + shift, 0.01, 0.99)
    block[..., Other.SHARE] = share[:, 1:]
    block[~happens["ALIVE"]] = 0.0
    seen[:, Own.SHARE] = share[:, 0]
    seen[:, Own.FORCES] = rng.uniform(0.1, 0.4, rows)
    seen[:, Own.TECHNOLOGY] = rng.uniform(0.6, 1.0, rows)
    seen[:, Own.POSTURE] = rng.uniform(0.0, 1.0, rows)
    seen[:, Own.SECURITY] = np.minimum(1.0, rng.uniform(0.3, 1.5, rows))
    seen[:, Own.THREAT] = block[..., Other.THREAT].max(axis=1)
    seen[:, Own.PARTNERS] = block[..., Other.PACT].mean(axis=1)
    seen[:, Own.CHALLENGED] = block[..., Other.CHALLENGES_ME].mean(axis=1)
    return seen


def choose_all(rng, rows, actors, legal):
    """(scripts, rows) actions of all doctrines on random rows, and the masks: each action legal with chance `legal`."""
    worlds = rows // actors
    actions = action_count(actors, OPEN)
    batch = allocate_worlds(worlds, actors, len(Term))
    batch.clock[:, Clock.KEY] = rng.integers(2**60, size=worlds)
    batch.actor["ident"] = np.arange(actors)
    batch.order[...] = (np.arange(actors)[:, None] + 1 + np.arange(actors)) % actors
    out = allocate_out(worlds, actors, actions)
    out.rows[:] = random_rows(rng, worlds * actors, actors).reshape(out.rows.shape)
    out.masks[:] = rng.random(out.masks.shape) < legal
    out.masks[..., 0] = 1
    chosen = np.zeros((len(Script), worlds, actors), np.int64)
    for script in Script:
        batch.actor["player"] = script
        batch.pair.memory[...] = 0.0
        choose_actions(batch, out, chosen[script], 0, worlds)
    return chosen.reshape(len(Script), -1), out.masks.reshape(-1, actions)


def test_masked_actions_are_never_chosen():
    rng = np.random.default_rng(5)
    for legal in (0.05, 0.5, 0.9):
        chosen, masks = choose_all(rng, 800, 8, legal)
        for script in Script:
            assert np.take_along_axis(masks, chosen[script][:, None], axis=1).all(), script.name


def test_the_theories_differ():
    rng = np.random.default_rng(6)
    rows = 1_000 if numba.config.DISABLE_JIT else 10_000
    chosen = np.concatenate([choose_all(rng, rows, 8, 1.0)[0] for _ in range(10)], axis=1)
    for one, two in itertools.combinations(THEORIES, 2):
        agreement = (chosen[doctrine_id(one)] == chosen[doctrine_id(two)]).mean()
        assert agreement < 0.95, f"{one} and {two} agree on {agreement:.3f} of the rows"


@pytest.mark.parametrize("name", DOCTRINES)
def test_the_table_plays_what_it_names(name):
    rng = np.random.default_rng(7)
    doctrine = getattr(doctrines, name)
    mask = np.ones(action_count(8, OPEN), np.int8)
    for seen in random_rows(rng, 50, 8):
        expected = doctrine(seen, mask, 99, 1, blank_memory(8))
        assert play(doctrine_id(name), seen, mask, 99, 1, blank_memory(8)) == expected


def test_every_doctrine_says_what_it_does_and_whose_it_is():
    assert doctrine_names() == list(DOCTRINES)
    assert [doctrine_id(name) for name in DOCTRINES] == list(range(len(Script)))
    for name, doctrine in DOCTRINES.items():
        assert doctrine.name == name
        assert doctrine.author
        assert doctrine.work
        assert doctrine.sentence.endswith(".")
    for name in THEORIES:
        assert any(letter.isdigit() for letter in DOCTRINES[name].author), "a doctrine has a year"
        assert DOCTRINES[name].author in getattr(doctrines, name).__doc__


@pytest.mark.parametrize("name", DOCTRINES)
def test_memory_and_chance_are_declared(name):
    rng = np.random.default_rng(8)
    mask = np.ones(action_count(8, OPEN), np.int8)
    memory = blank_memory(8)
    script, streams = doctrine_id(name), range(1, 9)
    draws = remembers = False
    for seen in random_rows(rng, 20, 8):
        play(script, seen, mask, 1, 1, memory)
        remembers = remembers or memory.kept.any()
        draws = draws or len({play(script, seen, mask, stream, 1, blank_memory(8)) for stream in streams}) > 1
    assert draws == DOCTRINES[name].chance
    assert remembers == DOCTRINES[name].memory


def test_an_unknown_doctrine_is_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match=r"unknown doctrine 'balance_of_powers'.*'balance_of_power'"):
        doctrine_id("balance_of_powers")
