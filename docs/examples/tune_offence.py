"""A Ray Tune sweep: the same learner where the defence, neither or the offence has the advantage.

    python docs/examples/tune_offence.py --steps 300000 [--address HOST:PORT]

One trial for each offence-defence balance, and a line for each with what a world of states earned in it. Needs
`pip install balance-env[train,rllib]`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ray import tune

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from agents.config import read_config  # noqa: E402
from agents.rllib import connect, iterations, make_algorithm  # noqa: E402

BALANCES = (0.5, 1.0, 2.0)  # the defence is twice as strong; neither; the offence is
OWN_PROCESS = "runners=0"  # a trial plays in its own process, so that trials share the machine and nothing else


def fit(trial: dict[str, Any]) -> None:
    """One trial: train under its balance and report every iteration."""
    config = read_config(ROOT / "configs" / "rllib.yaml", [*trial["settings"], f"overrides.offence={trial['offence']}"])
    algorithm = make_algorithm(config).build_algo()
    for line in iterations(algorithm, config):
        tune.report(line)
    algorithm.stop()


def main(arguments: Sequence[str] | None = None) -> list[dict[str, float]]:
    """The command; a row a balance."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--steps", type=int, default=300_000, help="agent-steps of each trial")
    parser.add_argument("--address", help="a running Ray cluster to join")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="overrides a key of the config")
    given = parser.parse_args(arguments)
    connect(given.address)
    settings = [OWN_PROCESS, *given.set, f"steps={given.steps}"]
    space = {"offence": tune.grid_search(list(BALANCES)), "settings": settings}
    rows = []
    for result in tune.Tuner(fit, param_space=space).fit():
        if result.error:
            raise result.error
        told = {name: result.metrics[name] for name in ("agent_steps", "episode_return", "illegal_actions")}
        rows.append({"offence": result.config["offence"], **told})
        print("  ".join(f"{name} {value:,.6g}" for name, value in rows[-1].items()))
    return rows


if __name__ == "__main__":
    main()
