"""Make the policies of a run part of the package: one trained state for each design, which players call by name.

    python train.py --config configs/learned.yaml --run runs/learned
    python -m agents.ship runs/learned

A trained state keeps what it wants wherever it sits: the weights that its learner always saw in its rows become
part of its network, which then does not read those of its seat.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from balance_env.commands import refused
from balance_env.core.pieces import WEIGHT_SCALE
from balance_env.networks import BIAS
from balance_env.players import BY_DESIGN, LEARNED, WEIGHTS_AT, load_team
from balance_env.policies import LearnedPolicy

from .policy import save_policy

COMMAND = "python train.py --config configs/learned.yaml --run RUN; python -m agents.ship RUN"


def with_own_design(policy: LearnedPolicy) -> LearnedPolicy:
    """The policy that acts in any seat as this one does in a seat of its learner's design.

    Raises
    ------
    ValueError
        If it has a memory, or a network for one number of states.
    """
    if policy.architecture.years > 1 or not policy.network.is_size_free:
        raise ValueError(f"{policy.architecture}: a state that ships has no memory and plays among any number")
    design = np.array(policy.card["scenario"]["designs"])[policy.card["training"]["learner"]]
    mine, bias = policy.weights["mine"].copy(), policy.weights["mine" + BIAS]
    bias = (bias + design / WEIGHT_SCALE @ mine[WEIGHTS_AT]).astype(np.float32)
    mine[WEIGHTS_AT] = 0.0
    return LearnedPolicy({**policy.weights, "mine": mine, "mine" + BIAS: bias}, policy.card)


def ship(run: str | Path, folder: Path = LEARNED) -> list[str]:
    """Write `learned_<design>` of a run with a learner for each design; returns their names.

    Raises
    ------
    ValueError
        If the run has no such policies.
    """
    team = load_team(run)
    if team.by != BY_DESIGN:
        raise ValueError(f"{str(run)!r} has no learner for each design: see configs/learned.yaml")
    names = []
    for learner in team.policies:
        policy = with_own_design(cast(LearnedPolicy, learner))
        training = {**policy.card["training"], "learners": "shared", "learner": 0, "command": COMMAND}
        names.append(f"learned_{training['name']}")
        save_policy(policy.weights, {**policy.card, "training": training}, folder / names[-1])
    return names


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `python -m agents.ship`."""
    parser = argparse.ArgumentParser(prog="python -m agents.ship", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("run", metavar="RUN", help="a run folder of configs/learned.yaml")
    try:
        print("\n".join(ship(parser.parse_args(arguments).run)))
    except ValueError as error:
        return refused(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
