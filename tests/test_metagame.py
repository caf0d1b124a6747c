"""Entrants meet each other in the same worlds, and ranks follow from what each gets among the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from entrants import SUITE

from balance_env.benchmark.protocol import arena
from balance_env.benchmark.reporting import metagame
from balance_env.benchmark.reporting.figures import as_svg
from balance_env.benchmark.reporting.heatmap import draw_metagame
from balance_env.benchmark.reporting.metagame import as_csv, play_all, play_pair, rank
from balance_env.benchmark.reporting.ranking import advantage, nash_average
from balance_env.benchmark.statistics import Anchors
from balance_env.cli import main
from balance_env.players import learned_names

PLAIN = Anchors(0.0, 1.0, 0.0)  # scores are returns


def sure(payoff, episodes=8):
    """Scores without noise, (M, M, 1, E)."""
    return np.repeat(np.array(payoff, float)[:, :, None, None], episodes, -1)


def test_a_visitor_among_its_own_kind_gets_what_a_population_gets():
    stage = SUITE.stage("buffer_states")
    scores = play_pair(stage, PLAIN, "hider", "hider", 9, seed=4)
    casting = arena.cast(stage, arena.SELF_PLAY, 4, 9)
    total = arena.play(stage, casting, 4, "hider").rewards.sum(0)
    assert scores == pytest.approx(total[np.arange(9), casting.lead])


def test_who_sits_where_changes_the_score_and_worlds_are_shared():
    stage = SUITE.stage("buffer_states")
    told = {pair: play_pair(stage, PLAIN, *pair, 6, 0) for pair in (("hider", "always_arm"), ("always_arm", "hider"))}
    assert not np.array_equal(*told.values())
    again = play_pair(stage, PLAIN, "hider", "always_arm", 12, 0)
    assert np.array_equal(again[:6], told["hider", "always_arm"])  # fewer episodes are the first of more


def test_all_pairs_are_played_on_the_scale_of_the_suite(monkeypatch):
    row = type("Row", (), {"anchors": Anchors(2.0, 6.0, 0.1)})
    monkeypatch.setattr(metagame, "anchors_by_cell", lambda suite, stages: {("buffer_states", "visitor"): row})
    done = []
    names = ["hider", "random_legal"]
    scores = play_all(SUITE, ["buffer_states"], names, 5, 1, lambda n, of: done.append((n, of)))
    assert scores.shape == (2, 2, 1, 5)
    assert done == [(n, 4) for n in range(5)]
    plain = play_pair(SUITE.stage("buffer_states"), PLAIN, "hider", "random_legal", 5, 1)
    assert scores[0, 1, 0] == pytest.approx((plain - 2.0) / 4.0)
    with pytest.raises(ValueError, match="two or more"):
        play_all(SUITE, ["buffer_states"], ["hider", "hider"], 5, 1)
    with pytest.raises(ValueError, match="unknown player 'hidder'"):
        play_all(SUITE, ["buffer_states"], ["hidder", "grim"], 5, 1)


def test_a_stage_that_changed_since_its_anchors_were_measured_is_refused():
    stage = SUITE.stage("concert")
    changed = type(stage).model_validate({**stage.model_dump(), "background": stage.background[:1]})
    suite = replace(SUITE, stages=(changed,))
    with pytest.raises(ValueError, match="stage 'concert', resident, has changed since its anchors"):
        play_all(suite, ["concert"], ["hider", "random_legal"], 5, 1)


def test_trained_states_meet_doctrines():
    stage = SUITE.stage("buffer_states")
    name = learned_names()[0]
    told = play_pair(stage, PLAIN, name, "hider", 4, 0)
    assert np.isfinite(told).all()
    assert not np.array_equal(told, play_pair(stage, PLAIN, "hider", "hider", 4, 0))


def test_ranks_of_the_dilemma_without_noise_are_certain():
    game = rank(["cooperate", "defect"], sure([[3.0, 0.0], [5.0, 1.0]]), seed=0)
    for part in game.payoff:
        assert np.array_equal(part, [[3.0, 0.0], [5.0, 1.0]])
    assert game.alpha_rank.value[1] > 0.98
    assert game.alpha_rank.low[1] == game.alpha_rank.high[1] == game.alpha_rank.value[1]
    assert game.nash.value == pytest.approx([0.0, 1.0])
    assert game.skill.value == pytest.approx([-1.5, 0.0])


def test_noise_widens_intervals_around_the_truth():
    rng = np.random.default_rng(0)
    truth = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
    game = rank(["rock", "paper", "scissors"], sure(truth, 200) + 0.5 * rng.standard_normal((3, 3, 1, 200)), seed=1)
    assert ((game.payoff.low < truth) & (truth < game.payoff.high)).mean() >= 8 / 9
    assert (game.nash.low < 1 / 3).all()
    assert (game.nash.high > 1 / 3).all()
    assert game.nash.value == pytest.approx(nash_average(advantage(game.payoff.value)).weight)
    lines = as_csv(game).splitlines()
    assert lines[0] == "visitor,hosts,score,low,high"
    assert len(lines) == 10


def test_too_few_episodes_say_so():
    with pytest.raises(ValueError, match="metagame: 4 episodes"):
        rank(["a", "b"], sure([[0.0, 1.0], [1.0, 0.0]], episodes=4), seed=0)


def test_the_picture_is_the_same_for_the_same_game():
    game = rank(["a", "b"], sure([[0.0, 1.0], [1.0, 0.0]]), seed=0)
    assert as_svg(draw_metagame(game, "Scores")) == as_svg(draw_metagame(game, "Scores"))


def test_nothing_but_the_error_is_shown_where_a_name_is_unknown(capsys):
    assert main(["metagame", "--entrants", "hider,hidder"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("balance-env: error: unknown player 'hidder'")
