"""The proof of learning: scores of one seat, what acts hang on, and the page that one command makes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("sb3_contrib", reason="sb3-contrib is not installed")
pytest.importorskip("scipy", reason="scipy is not installed")

import train  # noqa: E402
from agents.config import load_run, write_config  # noqa: E402
from agents.evaluate import LEARNER, RANDOM, play  # noqa: E402
from agents.policy import load_team  # noqa: E402
from agents.proof import candidates, compared, comparisons, emergence, pictures, plays  # noqa: E402
from agents.proof.__main__ import main  # noqa: E402
from agents.proof.candidates import JUDGES_SEED, judge  # noqa: E402
from agents.proof.compared import Kept, Population, choose, responses  # noqa: E402
from agents.proof.conduct import Sample, conduct, sample  # noqa: E402
from agents.proof.looking import WHO, blocks, look, piece_columns, piece_names, roles  # noqa: E402
from agents.proof.plan import Proof  # noqa: E402
from agents.proof.plays import Among, Job, Plays, over_runs, scripted, seating, trained, weights_of  # noqa: E402
from balance_env import Verb, load_scenario  # noqa: E402
from balance_env.core.pieces import Other, row_size  # noqa: E402
from balance_env.doctrines import doctrine_id  # noqa: E402

HORIZON = 12  # years; whole episodes, all doctrines and all sizes would say no more of the page, and take a minute
TRIED = ["hider", "soft_balancer", "buck_passer", "tit_for_tat"]
TINY = f"scenario=small, overrides.max_cycles={HORIZON}, worlds=4, steps=128, n_steps=8, batch_size=32, epochs=1"
TINY += ", width=8, checkpoints=1"
SMALL = load_scenario("small", max_cycles=HORIZON)
PLAN = f"""
runs:
  main: {{set: [{TINY}], seeds: 4}}
  heeding: {{set: [{TINY}, network=dyads]}}
  smaller: {{set: [{TINY}, overrides.states=3]}}
  seeing: {{set: [{TINY}, years=2]}}
  against: {{config: best_response, set: [{TINY}, "opponents=[RUNS/main-0]", start=RUNS/main-1]}}
main: main
candidates: 2
networks: [main, heeding]
memory: [main, seeing]
sizes: [main, smaller]
responses: [against]
"""
WORLDS = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a plan, its fitted tiny runs and its page; no more than `TRIED` is tried while it is there."""
    at = tmp_path_factory.mktemp("proof")
    (at / "plan.yaml").write_text(PLAN)
    with pytest.MonkeyPatch.context() as patch:
        for module in (comparisons, plays):
            patch.setattr(module, "doctrines", lambda: TRIED)
        patch.setattr(compared, "SIZES", (3, 5))
        for name in ("draw_curves", "draw_alliances"):  # of each run, which no page shows
            patch.setattr(train, name, lambda *_: None)
        patch.setattr(train, "BEHAVIOUR_WORLDS", 2)
        for run, config in Proof(at / "plan.yaml", at / "runs").configs.items():
            if not run.name.startswith("against"):  # the command fits that one
                run.mkdir(parents=True)
                write_config(config, run)
                assert train.main(["--resume", str(run)]) == 0
        asked = ["--runs", str(at / "runs"), "--write", str(at / "page"), "--worlds", str(WORLDS)]
        assert main([str(at / "plan.yaml"), *asked]) == 0
        yield at


def test_one_command_makes_the_page_with_every_part_and_picture(folder):
    page = (folder / "page" / "README.md").read_text()
    for part in ("Learning curves", "Cross-play", "Behaviour by design", "Networks", "Memory", "Best responses"):
        assert f"\n## {part}\n" in page
    shown = {line.split("](")[1].rstrip(")") for line in page.splitlines() if line.startswith("![")}
    assert shown == {path.name for path in (folder / "page").glob("*.png")}
    assert len(shown) == 10
    assert "reliminary" in page


def test_a_second_time_nothing_is_fitted_or_played(folder, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("played again")

    monkeypatch.setattr("agents.proof.plays.play", refuse)
    monkeypatch.setattr("agents.proof.plan.subprocess.run", refuse)
    monkeypatch.setattr(emergence, "sample", refuse)
    before = (folder / "page" / "README.md").read_text()
    arguments = ["--runs", str(folder / "runs"), "--write", str(folder / "page"), "--worlds", str(WORLDS)]
    assert main([str(folder / "plan.yaml"), *arguments]) == 0
    assert (folder / "page" / "README.md").read_text() == before


def test_a_run_under_another_config_is_refused(folder, tmp_path):
    (tmp_path / "plan.yaml").write_text(PLAN.replace("epochs=1", "epochs=2"))
    with pytest.raises(ValueError, match="another config"):
        Proof(tmp_path / "plan.yaml", folder / "runs")


def test_names_that_are_no_runs_are_refused(tmp_path):
    (tmp_path / "plan.yaml").write_text(PLAN.replace("memory: [main", "memory: [man"))
    with pytest.raises(ValueError, match="memory: 'man' is not among the runs"):
        Proof(tmp_path / "plan.yaml", tmp_path)


def test_runs_that_cannot_be_judged_in_groups_are_refused(tmp_path):
    (tmp_path / "plan.yaml").write_text(PLAN.replace("candidates: 2", "candidates: 3"))
    with pytest.raises(ValueError, match="candidates = 3: does not divide the seeds of 'main'"):
        Proof(tmp_path / "plan.yaml", tmp_path)


# what is kept


def test_of_every_so_many_runs_that_is_kept_to_which_the_best_answer_gains_least(folder):
    runs = Proof(folder / "plan.yaml", folder / "runs").finished("main")
    judged = judge(Plays(folder / "runs" / "parts", WORLDS), runs, 2)
    assert [some.runs for some in judged] == [runs[:2], runs[2:]]
    assert all(some.kept == min(zip(some.gains, some.runs, strict=True))[1] for some in judged)
    page = (folder / "page" / "README.md").read_text()
    assert all(f"| {some.kept.name} | `{some.runs[0].name}` {some.gains[0]:+.2f}, " in page for some in judged)


def test_a_command_tells_which_run_to_keep(folder, tmp_path, capsys):
    runs = [str(folder / "runs" / f"main-{seed}") for seed in (0, 1)]
    assert candidates.main([*runs, "--worlds", str(WORLDS)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    (judged,) = judge(Plays(folder / "runs" / "parts", WORLDS), [Path(run) for run in runs], 2)
    assert f"{judged.kept.name} leaves least" in told
    assert f"{min(judged.gains):+.3f}" in told
    assert candidates.main(runs[:1]) == 2
    assert "nothing to choose from" in capsys.readouterr().err
    write_config(load_run(Path(runs[1])).model_copy(update={"overrides": {"max_cycles": HORIZON + 1}}), tmp_path)
    assert candidates.main([runs[0], str(tmp_path)]) == 2
    assert f"{tmp_path} was fitted in another scenario" in capsys.readouterr().err


def test_runs_of_one_name_in_two_folders_are_told_apart(folder, tmp_path):
    one, other = folder / "runs" / "main-0", folder / "runs" / "main-1"
    namesake = shutil.copytree(other, tmp_path / one.name)
    plays = Plays(folder / "runs" / "parts", WORLDS)
    expected, found = judge(plays, [one, other], 2)[0].gains, judge(plays, [one, namesake], 2)[0].gains
    assert found == expected
    assert found[0] != found[1]


def test_one_candidate_is_kept_unjudged(tmp_path):
    (alone,) = judge(Plays(tmp_path, WORLDS), [tmp_path / "main-0"], 1)
    assert alone.kept == tmp_path / "main-0"
    assert not list(tmp_path.iterdir())


def test_candidates_are_judged_in_worlds_of_their_own(folder, tmp_path):
    job = Job(SMALL, scripted("hider"), scripted("hider"), "defensive")
    told, judged = (Plays(tmp_path, 40, **seed).score(job) for seed in ({}, {"seed": JUDGES_SEED}))
    assert not np.array_equal(told, judged)
    assert np.array_equal(judged, Plays(tmp_path, 40, JUDGES_SEED).score(job))


# scores


def test_a_visitor_that_plays_as_the_residents_do_changes_nothing_and_another_does(folder):
    scenario, runs = load_scenario("small"), [folder / "runs" / f"main-{seed}" for seed in range(2)]
    home, guest = (load_team(run) for run in runs)
    (design, weights), *_ = ((name, weights_of(scenario, name)) for name in ("offensive",))
    players = np.full((WORLDS, len(scenario.state_names())), LEARNER, np.int32)
    focal = np.arange(WORLDS) % players.shape[1]
    alone = play(scenario, home, players, focal, weights, 1)
    assert design == "offensive"
    assert np.array_equal(alone, play(scenario, home, players, focal, weights, 1, visitor=home))
    assert not np.array_equal(alone, play(scenario, home, players, focal, weights, 1, visitor=guest))
    everywhere = play(scenario, guest, players, focal, weights, 1)
    assert not np.array_equal(everywhere, play(scenario, home, players, focal, weights, 1, visitor=guest))


def test_who_sits_where(folder):
    home = trained(folder / "runs" / "main-0")
    copies, focal = seating(Among.COPIES, home, 6, 4)
    half, _ = seating(Among.HALF, home, 6, 4)
    scripts, _ = seating(Among.DOCTRINES, home, 6, 4)
    assert (copies == LEARNER).all()
    assert 0 < (half == LEARNER).sum() < half.size
    assert (scripts != LEARNER).all()
    assert (scripts != doctrine_id(RANDOM)).all()
    assert (half[np.arange(6), focal] == LEARNER).all()


def test_scores_are_kept_apart_and_read_again(tmp_path):
    kept, scenario = Plays(tmp_path, WORLDS), SMALL
    job = Job(scenario, scripted("hider"), scripted("hider"), "offensive")
    first = kept.score(job)
    assert first.shape == (WORLDS,)
    assert np.array_equal(kept.score(job), first)
    assert len(list(tmp_path.iterdir())) == 1
    kept.score(job.by(RANDOM))
    kept.score(job._replace(among=Among.DOCTRINES))
    kept.score(job._replace(design="defensive"))
    assert len(list(tmp_path.iterdir())) == 4


def test_means_of_few_runs_come_with_their_range_and_of_five_with_an_interval():
    assert over_runs(np.array([[1.0], [3.0]])) == (2.0, 1.0, 3.0)
    told = over_runs(np.arange(5.0)[:, None])
    assert told.value == 2.0
    assert told.low < 1.0  # t(4) gives .04 .. 3.96
    assert told.high > 3.0


def test_what_is_kept_is_a_share_of_means():
    assert Kept(3, np.array([0.5, 1.5]), np.array([0.6, 1.0])).share == pytest.approx(0.8)


def test_an_answer_that_acts_as_the_population_does_gains_nothing(folder, tmp_path):
    runs = folder / "runs"
    shutil.copytree(runs / "against-0", tmp_path / "same")
    shutil.copytree(runs / "main-0" / "policies", tmp_path / "same" / "policies", dirs_exist_ok=True)
    replies = [tmp_path / "same", runs / "against-0"]
    asked = Population("the learner", str(runs / "main-0"), SMALL, replies)
    found = responses(Plays(runs / "parts", WORLDS), [asked], [runs / "main-1"])
    assert [of.population for of in found] == ["the learner"] * 2
    assert [of.learned[0] for of in found] == [0.0, 0.0]
    assert all(of.learned[1] != 0.0 for of in found)


def test_the_best_answer_is_chosen_in_one_half_of_the_worlds_and_told_in_the_other():
    gains = np.array([[1.0, 3.0, 0.0, 2.0], [0.0, 0.0, 5.0, 7.0]])  # one is best in the first half, one in the second
    best, by_world = choose(gains)
    assert best == [1, 0]
    assert by_world.tolist() == [0.0, 0.0, 0.0, 2.0]


def test_sizes_are_drawn_though_some_have_more_runs_than_others(tmp_path):
    by_size = {3: np.array([[0.9, 0.8], [1.0, 1.0]]), 8: np.array([[0.9, 1.0]])}  # (runs, designs)
    assert (tmp_path / pictures.draw_sizes(tmp_path, {"trained among 5": by_size}, "sizes", "sizes")).is_file()


# behaviour


def test_shares_of_verbs_by_threat_and_rank_by_hand():
    verb = np.array([Verb.ARM, Verb.ALLY, Verb.ALLY, Verb.INVEST, Verb.ARM, Verb.ARM])
    threat = np.array([0.1, 0.2, 0.5, 0.6, 0.8, 0.9])
    of = Sample(np.zeros((6, 1)), np.ones((6, 1), bool), verb, np.array([0, 1] * 3), np.array([0, 1, 2] * 2), threat)
    found = conduct(of, designs=2, actors=3)
    assert found.by_threat[0, 0, Verb.ARM] == 1.0  # the first is of design 0 and lowest in threat
    assert found.by_threat[1, 1, Verb.INVEST] == 1.0
    assert found.by_rank[0, 2, Verb.ALLY] == 1.0
    assert np.nansum(found.by_rank) == 6.0  # each state-year alone in its kind


def test_ranks_count_who_is_more_capable(folder):
    run = trained(folder / "runs" / "main-0")
    years = sample(SMALL, run.team, 3)
    actors = len(SMALL.state_names())
    assert len(years.rows) == len(years.verb) == len(years.rank)
    assert set(years.rank[:actors].tolist()) == set(range(actors))


# what acts hang on


def test_pieces_cover_the_row_once():
    size = row_size(5)
    columns = list(piece_columns(size))
    assert len(columns) == len(piece_names())
    assert sorted(np.concatenate(columns).tolist()) == list(range(size))


def test_whom_a_state_looks_at_by_hand():
    rows = np.zeros((1, row_size(4)), np.float32)
    seen = blocks(rows)
    seen[0, :, Other.ALIVE] = 1.0, 1.0, 0.0
    seen[0, :, Other.THREAT] = 0.1, 0.4, 0.9  # the third has fallen
    seen[0, :, Other.SHARE] = 0.5, 0.2, 0.0
    seen[0, 1, Other.CHALLENGES_ME] = seen[0, 1, Other.CHALLENGES] = 1.0
    found = dict(zip(WHO, (int(slot[0]) for slot in roles(seen)), strict=True))
    assert rows.any()  # blocks are a view
    assert found["the most threatening"] == 1
    assert found["the strongest"] == 0
    assert found["a partner"] == -1
    assert found["its challenger"] == found["whoever is in a dispute"] == 1


def test_acts_hang_on_nothing_where_weights_are_nothing_and_even_attention_is_1(folder):
    run = trained(folder / "runs" / "heeding-0")
    years = sample(SMALL, run.team, 3)
    policy = run.team.policies[0]
    assert look(policy, years).by_piece.max() > 0.0
    nothing = type(policy)({name: 0.0 * weight for name, weight in policy.weights.items()}, policy.card)
    found = look(nothing, years)
    assert found.by_piece.max() == 0.0
    assert found.attention[0] == pytest.approx(1.0)
    assert np.isnan(look(trained(folder / "runs" / "main-0").team.policies[0], years).attention).all()
