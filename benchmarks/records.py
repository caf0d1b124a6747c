"""Speed of records: `python benchmarks/records.py [--worlds W] [--scenario NAME]`.

Plays W worlds in which a network of the trainer's usual size acts for every state (random weights: what it does
costs the same), makes the four panels of them, writes them to disk and reads them back. Prints dyad-years a
second from history to disk, and the share of records in an evaluation: playing, panels and writing together.
Medians of five; worlds are played by one thread, files are written side by side. Processor time stands beside the
clock's, since a busy machine tells on the clock alone.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from balance_env import VectorEnv
from balance_env.benchmark.history import Act, History, watch
from balance_env.benchmark.records.panels import Source, panels
from balance_env.benchmark.records.parquet import read_panels, write_panels
from balance_env.networks import NETWORKS, Architecture
from balance_env.policies import LearnedPolicy, verb_names

REPEATS = 5
NETWORK, WIDTH = "pooled", 32  # of configs/default.yaml
LEAST, LARGEST_SHARE = 300_000, 0.30  # dyad-years a second, and share of an evaluation, that were asked for


def timed(call: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, float, Any]:
    """Median seconds of the clock and of the processor, and the last result."""
    clock, processor = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        result = call()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return statistics.median(clock), statistics.median(processor), result


def random_policy(batch: VectorEnv) -> Act:
    """A network of random weights that plays every seat."""
    verbs = batch.setting.open_verbs
    architecture = Architecture(NETWORK, WIDTH, batch.num_actors, verbs)
    generator = np.random.default_rng(0)
    weights = {
        name: generator.normal(0.0, 0.1, shape).astype(np.float32)
        for name, shape in NETWORKS[NETWORK].shapes(architecture).items()
    }
    policy = LearnedPolicy(weights, {**architecture._asdict(), "verbs": verb_names(verbs)})
    return lambda rows, masks, draws, worlds, seats: policy(rows, masks, draws)


def main() -> None:
    """Print dyad-years a second, and the share of records in an evaluation."""
    parser = argparse.ArgumentParser(description="Speed of records.")
    parser.add_argument("--worlds", type=int, default=100, help="episodes, as in a stage of the suite (100)")
    parser.add_argument("--scenario", default="default")
    options = parser.parse_args()
    batch = VectorEnv(options.scenario, options.worlds, threads=1, autoreset=False)
    act = random_policy(batch)

    def play() -> History:
        batch.reset(0)
        return watch(batch, act)

    play()  # compiles
    playing, playing_cpu, history = timed(play)
    source = Source(options.scenario)
    making, making_cpu, made = timed(lambda: panels(history, source))
    with tempfile.TemporaryDirectory() as folder:
        writing, writing_cpu, _ = timed(lambda: write_panels(folder, made, history))
        reading, reading_cpu, _ = timed(lambda: read_panels(folder))
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    rows = len(made["dyads"]["year"])
    print(f"{options.scenario}: {options.worlds} worlds, {history.years.sum()} world-years, {rows} dyad-years")
    print(f"{'':9}{'clock, s':>10}{'processor, s':>14}")
    for name, clock, processor in (
        ("playing", playing, playing_cpu),
        ("panels", making, making_cpu),
        ("writing", writing, writing_cpu),
        ("reading", reading, reading_cpu),
    ):
        print(f"{name:9}{clock:10.3f}{processor:14.3f}")
    print(f"{size / 2**20:.1f} MiB, {size / rows:.0f} bytes a dyad-year with all four panels")
    for name, played, recorded in (
        ("clock", playing, making + writing),
        ("processor", playing_cpu, making_cpu + writing_cpu),
    ):
        print(
            f"by the {name}: {rows / recorded:,.0f} dyad-years a second ({LEAST:,} asked for), "
            f"{recorded / (played + recorded):.1%} of an evaluation (under {LARGEST_SHARE:.0%} asked for)"
        )


if __name__ == "__main__":
    main()
