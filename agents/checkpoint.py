"""Checkpoints: policies that are kept, and the one state from which a killed run goes on as if nothing had been."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import torch

from balance_env.files import write_whole
from balance_env.players import POLICIES, load_team
from balance_env.policies import CARD, read_card

from .casting import learner_names
from .config import PAST, Config
from .evaluate import EVALUATION
from .league import League
from .policy import save_policy
from .watch import TABLES, Watch

STATE = "state.pt"  # of a run folder; it holds pickles: go on with runs of your own only
STATE_VERSION = 1
CHECKPOINTS = "checkpoints"
SELVES = "step_*"


def is_due(config: Config, before: int, after: int) -> bool:
    """Whether a checkpoint lies in the steps from `before` to `after`; they are spread evenly, the last at the end."""
    done, to_do = (steps * config.checkpoints // config.steps for steps in (before, min(after, config.steps)))
    return to_do > done


def is_finished(config: Config, folder: Path) -> bool:
    """Whether every learner of a run has left the policy of its last step, and was evaluated if it is to be."""
    places = [folder / POLICIES / name for name in learner_names(config)]
    if not all((place / CARD).is_file() for place in places):
        return False
    has_steps = all(read_card(place)["training"]["steps"] >= config.steps for place in places)
    return has_steps and (not config.eval_worlds or (folder / EVALUATION).is_file())


def save_policies(league: League, folder: Path) -> None:
    """Write the policy folder of every learner."""
    for policy in league.policies():
        save_policy(policy.weights, policy.card, folder / POLICIES / policy.card["training"]["name"])


def keep_selves(league: League, folder: Path) -> None:
    """Keep the policies as they are, and let them join the pool of past selves."""
    selves = f"step_{league.steps:09d}"
    save_policies(league, folder / CHECKPOINTS / selves)
    if PAST in league.config.opponents:
        league.cast.add_past(selves, load_team(folder / CHECKPOINTS / selves))


def begin(league: League, folder: Path) -> None:
    """Seat those who do not learn in the first episodes; the pool begins with the learners as they were made."""
    if PAST in league.config.opponents:
        keep_selves(league, folder)
    league.cast.seat(np.ones(league.states.batch.num_worlds, bool))


def keep(league: League, watch: Watch, folder: Path) -> None:
    """Keep the policies, and replace the state."""
    keep_selves(league, folder)
    keep_state(league, watch, folder)


def keep_state(league: League, watch: Watch, folder: Path) -> None:
    """Replace the state from which the run goes on."""
    content = io.BytesIO()
    state = {"version": STATE_VERSION, "tables": watch.kept(), "pool": league.cast.past(), "league": league.get_state()}
    torch.save(state, content)
    write_whole(folder / STATE, content.getvalue())


def go_on(league: League, folder: Path) -> None:
    """Bring a new league, and the tables of its run, to the last state that was kept; to the start if there is none.

    Raises
    ------
    ValueError
        If the state is of another version, or does not fit.
    """
    path = folder / STATE
    if not path.is_file():
        start_afresh(folder)
        return
    state = torch.load(path, weights_only=False)
    if state["version"] != STATE_VERSION:
        raise ValueError(f"{path} has version {state['version']!r}: this is version {STATE_VERSION}")
    for selves in state["pool"]:
        league.cast.add_past(selves, load_team(folder / CHECKPOINTS / selves))
    league.set_state(state["league"])
    for name, size in state["tables"].items():
        with (folder / name).open("r+b") as file:
            file.truncate(size)
    for later in (folder / CHECKPOINTS).glob(SELVES):
        if int(later.name.split("_")[1]) > league.steps:
            shutil.rmtree(later)


def start_afresh(folder: Path) -> None:
    """Remove what a run wrote before its first state."""
    for name in TABLES:
        (folder / name).unlink(missing_ok=True)
    if (folder / CHECKPOINTS).is_dir():
        shutil.rmtree(folder / CHECKPOINTS)
