"""Is it a game worth playing? `python -m balance_env.gates [--quick]` asks, with figures and intervals.

Each gate is one function that returns its lines; a line that must hold says so and fails the command
where it does not. Signs of the theory's propositions are printed elsewhere, never required here.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from ..commands import until_stopped
from .lines import Line
from .matches import gate_orders, gate_round_robin, gate_verbs, gate_weights
from .rules import gate_parameters, gate_pressing, gate_random_play, gate_whole_ranges

GAMES = ("default", "coercive")


def all_gates(quick: bool) -> list[tuple[str, Callable[[], list[Line]]]]:
    """Name and call of every gate."""
    scale = 0.1 if quick else 1.0
    gates: list[tuple[str, Callable[[], list[Line]]]] = []
    of_a_game: list[tuple[str, Callable[[str, float], list[Line]], float]] = [
        ("random legal play", gate_random_play, max(scale, 0.2)),
        ("whole parameter ranges", gate_whole_ranges, scale * (0.05 if quick else 1)),
        ("doctrines and constants in mixed worlds", gate_round_robin, max(scale, 0.3)),
        ("each verb is worth having", gate_verbs, max(scale, 0.5)),
        ("populations make orders", gate_orders, scale),
        ("weights of the reward", gate_weights, scale),
    ]
    for game in GAMES:
        gates += [(f"{game}: {name}", partial(gate, game, size)) for name, gate, size in of_a_game]
    gates += [
        ("pairs that would press at year 0", partial(gate_pressing, scale)),
        ("every parameter changes some outcome", gate_parameters),
    ]
    return gates


def main(argv: Sequence[str] | None = None) -> int:
    """Run the gates; 1 if one fails."""
    parser = argparse.ArgumentParser(prog="python -m balance_env.gates", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer worlds: minutes become seconds")
    parser.add_argument("--only", default="", help="gates whose name holds this text")
    options = parser.parse_args(argv)
    gates, failed = all_gates(options.quick), 0
    chosen = [(name, call) for name, call in gates if options.only in name]
    if not chosen:
        parser.error(f"--only {options.only!r}: no gate has this in its name: {'; '.join(name for name, _ in gates)}")
    for name, call in chosen:
        start = time.perf_counter()
        lines = call()
        print(f"{name}  ({time.perf_counter() - start:.0f} s)", flush=True)
        for line in lines:
            print(line, flush=True)
        failed += sum(not line.holds for line in lines)
    print(f"{failed} figures fail" if failed else "every gate holds")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(until_stopped(main))
