"""A suite is frozen: its stages differ, say what they are, stand on a scale that holds, and seat everyone alike."""

from __future__ import annotations

import json
import shutil
from collections import Counter

import numpy as np
import pytest
import yaml

from balance_env.benchmark.protocol.anchors import ANCHOR_SEED, anchors_by_cell, measure_stage
from balance_env.benchmark.protocol.arena import (
    CROSS_PLAY,
    FIRST,
    RESIDENT,
    SCORED,
    SECOND,
    SELF_PLAY,
    VISITOR,
    cast,
    play,
)
from balance_env.benchmark.protocol.certificates import read_certificates, told
from balance_env.benchmark.protocol.command import stage_page
from balance_env.benchmark.protocol.suite import FROZEN, TAGS, load_stage, load_suite, suite_names
from balance_env.benchmark.whatif.dilemma import certificate
from balance_env.doctrines import DOCTRINES
from balance_env.players import LEARNER

SUITE = load_suite("balance-v1")
STAGES = {stage.name: stage for stage in SUITE.stages}
each_stage = pytest.mark.parametrize("stage", SUITE.stages, ids=lambda stage: stage.name)


def changed(tmp_path, name="known_end", **changes):
    """A stage of the suite with some of its keys changed, as a file."""
    values = yaml.safe_load((SUITE.folder / f"{name}.yaml").read_text())
    file = tmp_path / f"{name}.yaml"
    file.write_text(yaml.safe_dump({**values, **changes}))
    return file


def test_the_suite_covers_what_it_is_for():
    assert len(SUITE.stages) >= 24
    assert {tag for stage in SUITE.stages for tag in stage.all_tags} == set(TAGS)
    sizes = [len(stage.world.state_names()) for stage in SUITE.stages]
    assert (min(sizes), max(sizes)) == (3, 16)
    seated = {name for stage in SUITE.stages for names in (stage.background, *stage.held.values()) for name in names}
    assert len(seated & set(DOCTRINES)) >= 20


@pytest.mark.parametrize("name", suite_names())
def test_a_suite_is_as_it_was_frozen(name):
    suite = load_suite(name)
    assert json.loads((suite.folder / FROZEN).read_text()) == suite.freeze()


def test_stages_that_differ_in_words_alone_are_refused(tmp_path):
    changed(tmp_path)
    copied = changed(tmp_path, description="Another story.", tags=["near"]).read_text()
    (tmp_path / "other.yaml").write_text(copied)
    with pytest.raises(ValueError, match="'known_end' and 'other' are equal"):
        load_suite(tmp_path)


def test_the_hash_is_of_all_that_is_played(tmp_path):
    usual = load_stage(changed(tmp_path)).hash
    assert usual == STAGES["known_end"].hash
    scenario = yaml.safe_load((SUITE.folder / "known_end.yaml").read_text())["changes"]
    different = [
        {"changes": {**scenario, "rest": 0.03}},
        {"resident": 4},
        {"background": ["hider"]},
    ]
    assert len({usual, *(load_stage(changed(tmp_path, **change)).hash for change in different)}) == 4
    assert load_stage(changed(tmp_path, skill={"has": "hider", "lacks": "grim", "why": "no"})).hash == usual
    held = load_stage(changed(tmp_path, "triad_dominant", held={"Second": ["hider"]})).hash
    assert held != load_stage(changed(tmp_path, "triad_dominant", held={"Third": ["hider"]})).hash


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"episodes": 5}, "unknown key 'episodes'"),
        ({"changes": {"stats": 5}}, "did you mean 'states'"),
        ({"changes": {"offense": 2.0}}, "did you mean 'offence'"),
        ({"scenario": "nowhere"}, "nowhere"),
        ({"tags": ["neer"]}, "did you mean 'near'"),
        ({"tags": ["offence"]}, "unknown tag 'offence'"),
        ({"background": ["hidder"]}, "did you mean 'hider'"),
        ({"background": []}, "one player or more"),
        ({"skill": {"has": "hider", "lacks": "x", "why": ""}}, "unknown doctrine 'x'"),
        ({"resident": 2}, "most of 5 seats"),
        ({"resident": 5}, "not all"),
        ({"held": {"State A": ["hider"]}}, "permute_seats"),
        ({"held": {"Atlantis": ["hider"]}}, "Atlantis"),
    ],
)
def test_a_wrong_stage_is_refused_by_name(tmp_path, changes, told):
    with pytest.raises(ValueError, match=told):
        load_stage(changed(tmp_path, **changes))


def test_an_unknown_suite_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'balance-v1'"):
        load_suite("balance-v2")


@each_stage
def test_every_stage_stands_on_a_scale_and_its_skill_raises_the_score(stage):
    for role in SCORED:
        row = anchors_by_cell(SUITE)[stage.name, role]
        assert row.holds, row
        assert (row.has, row.lacks) == (stage.skill.has, stage.skill.lacks)


@each_stage
def test_every_stage_carries_the_certificate_of_its_scenario(stage):
    certified = read_certificates(SUITE)[stage.name]
    assert certified["scenario_hash"] == stage.world.content_hash()
    assert {one["verdict"] for one in certified["dilemmas"]} <= {"yes", "no", "undecided"}, told(certified)


def test_a_certificate_is_what_is_found_again():
    stage = STAGES["potential_hegemon"]
    again = certificate(stage.world, threads=1)
    assert told(read_certificates(SUITE)[stage.name]) == told(again.as_dict())


def test_anchors_are_what_is_measured_again():
    """In the same episodes the same numbers, so that a changed rule shows; a few of them only, near the whole."""
    row, few = anchors_by_cell(SUITE)["known_end", VISITOR], 200
    again = measure_stage(STAGES["known_end"], VISITOR, searched=5, measured=few)
    assert again.hash == row.hash
    spread = row.standard_error * np.sqrt(row.episodes / few)
    assert abs(again.floor - row.floor) < 3 * spread
    assert again.reference - again.floor > 0.5 * (row.reference - row.floor)


def test_anchors_of_a_changed_stage_are_refused(tmp_path):
    for name in ("known_end.yaml", "anchors.csv"):
        shutil.copy(SUITE.folder / name, tmp_path)
    assert anchors_by_cell(load_suite(tmp_path))
    changed(tmp_path, resident=4)
    with pytest.raises(ValueError, match=r"'known_end'.* has changed since"):
        anchors_by_cell(load_suite(tmp_path))


@each_stage
def test_everyone_sits_where_the_stage_says(stage):
    free = stage.free_seats
    for role, count in {RESIDENT: stage.resident, VISITOR: 1}.items():
        casting = cast(stage, role, 0, 2 * len(free))
        assert ((casting.focal == FIRST).sum(-1) == count).all()
        assert casting.lead.tolist() == 2 * free  # starting power rotates
        assert (np.take_along_axis(casting.focal, casting.lead[:, None], 1) == FIRST).all()
        assert ((casting.players == LEARNER) == (casting.focal > 0)).all()
        for seat in range(casting.players.shape[1]):
            may = {*stage.held_seats.get(seat, stage.background)}
            assert set(casting.players[:, seat].tolist()) <= may | ({LEARNER} if seat in free else set())
    everywhere = cast(stage, SELF_PLAY, 0, 3).focal
    assert (everywhere == FIRST).all()
    halves = Counter(cast(stage, CROSS_PLAY, 0, 1).focal[0].tolist())
    assert halves[FIRST] - halves[SECOND] in (0, 1)


def test_entrants_meet_the_same_background_and_fewer_episodes_are_the_first_of_more():
    stage = STAGES["potential_hegemon"]
    for role in SCORED:
        few, many = cast(stage, role, 3, 5), cast(stage, role, 3, 9)
        for some, all_ in zip(few, many, strict=True):
            assert np.array_equal(some, all_[:5])
        assert not np.array_equal(many.players, cast(stage, role, 4, 9).players)
        seen = [play(stage, few, 3, name) for name in ("hider", "always_arm")]
        for start in ("economy", "forces", "growth", "ident"):
            assert np.array_equal(seen[0].actor[start][0], seen[1].actor[start][0])
        others = few.focal == 0
        assert np.array_equal(seen[0].player[others], seen[1].player[others])
        assert np.array_equal(seen[0].actions[1][others], seen[1].actions[1][others])
    with pytest.raises(ValueError, match="unknown role 'guest'"):
        cast(stage, "guest", 0, 1)


def test_seeds_of_anchors_and_entrants_are_apart():
    assert STAGES["known_end"].number(0) != STAGES["known_end"].number(ANCHOR_SEED)
    assert STAGES["known_end"].number(0) != STAGES["short_shadow"].number(0)


def test_the_page_of_stages_is_the_suite(request):
    assert (request.config.rootpath / "docs" / "stages.md").read_text(encoding="utf-8") == stage_page(SUITE)
