"""Golden transcripts: `python tests/write_transcripts.py` writes them all anew.

One per scenario, in `tests/transcripts/`: a few years among mixed doctrines, with every act, every
event and the capability shares. A change in the rules shows in them; read the difference before
you commit it.
"""

from __future__ import annotations

from pathlib import Path

from balance_env import VectorEnv, scenario_names
from balance_env.record import play_out
from balance_env.view.text import transcript

FOLDER = Path(__file__).parent / "transcripts"
SEED = 1
YEARS = 15
YEARS_LARGE = 6  # of a scenario tagged `large`
PLAYERS = (
    "balance_of_threat",
    "aspiring_hegemon",
    "buck_passer",
    "bandwagon_for_profit",
    "collective_security",
    "balance_of_power",
    "random_legal",
    "grim",
)


def make_transcript(scenario: str) -> str:
    """The transcript of a scenario, played out by the doctrines in turn."""
    batch = VectorEnv(scenario, 1, threads=1, autoreset=False)
    players = [PLAYERS[i % len(PLAYERS)] for i in range(batch.num_actors)]
    batch = VectorEnv(scenario, 1, threads=1, players=players, autoreset=False)
    batch.max_cycles = YEARS_LARGE if "large" in batch.scenario.tags else YEARS
    return transcript(play_out(batch, SEED))


def main() -> None:
    """Write all transcripts, and remove those of scenarios that are gone."""
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.glob("*.txt"):
        file.unlink()
    for scenario in scenario_names():
        (FOLDER / f"{scenario}.txt").write_text(make_transcript(scenario), encoding="utf-8")


if __name__ == "__main__":
    main()
