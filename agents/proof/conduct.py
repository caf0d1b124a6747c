"""What trained states do, by design, by the threat they perceive and by their rank in capability."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from balance_env import Scenario, Verb
from balance_env.core.pieces import Own
from balance_env.players import Team

from ..behaviour import self_play
from ..evaluate import SEED

WORLDS = 64  # of self-play a run
TERCILES = ("low", "middle", "high")


class Sample(NamedTuple):
    """State-years of a run's self-play.

    Attributes
    ----------
    rows, masks : (n, years * D) and (n, A)
    verb, design, rank : (n,)
        A `Verb`; index of the design; 0 for the most capable of the living.
    threat : (n,)
        The largest that it perceived.
    """

    rows: np.ndarray
    masks: np.ndarray
    verb: np.ndarray
    design: np.ndarray
    rank: np.ndarray
    threat: np.ndarray


class Conduct(NamedTuple):
    """Shares of verbs, over all state-years of a kind.

    Attributes
    ----------
    by_threat : (D, 3, verbs)
        By terciles of the perceived threat, over all designs together.
    by_rank : (D, N, verbs)
    terciles : (2,)
        The threats that part them.
    """

    by_threat: np.ndarray
    by_rank: np.ndarray
    terciles: np.ndarray


def sample(scenario: Scenario, team: Team, worlds: int = WORLDS) -> Sample:
    """State-years of worlds in which a team holds every seat."""
    kept: list[tuple[np.ndarray, ...]] = []

    def note(rows: np.ndarray, masks: np.ndarray, chosen: np.ndarray) -> None:
        kept.append((rows[chosen], masks[chosen] > 0, chosen.copy()))

    history = self_play(scenario, team, worlds, SEED, note)
    rows, masks, chosen = (list(part) for part in zip(*kept, strict=True))
    own = rows[0].shape[1] // team.years * (team.years - 1)
    verb, design, rank = [], [], []
    for year, here in zip(history.years, chosen, strict=True):
        share = np.where(here, year.share, -1.0)
        verb.append(year.verb[here])
        design.append(history.design[here])
        rank.append((share[:, None, :] > share[:, :, None]).sum(-1)[here])
    seen = np.concatenate(rows)
    masked, verbs, designs, ranks = (np.concatenate(part) for part in (masks, verb, design, rank))
    return Sample(seen, masked, verbs, designs, ranks, seen[:, own + Own.THREAT])


def conduct(of: Sample, designs: int, actors: int) -> Conduct:
    """Shares of verbs by design and threat, and by design and rank."""
    terciles = np.quantile(of.threat, (1 / 3, 2 / 3))
    third = np.searchsorted(terciles, of.threat)
    return Conduct(shares(of, third, designs, len(TERCILES)), shares(of, of.rank, designs, actors), terciles)


def shares(of: Sample, kind: np.ndarray, designs: int, kinds: int) -> np.ndarray:
    """Share of each verb (D, kinds, verbs) in the state-years of a design and kind; nan where there are none."""
    counts = np.zeros((designs, kinds, len(Verb)))
    np.add.at(counts, (of.design, kind, of.verb), 1.0)
    with np.errstate(invalid="ignore"):
        return counts / counts.sum(-1, keepdims=True)
