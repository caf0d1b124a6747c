"""Who plays a seat, by one name for each: a doctrine, a trained state that ships with the package, or a policy's path.

Doctrines are rules, which the kernel plays. Trained players act outside it, in numpy, on the same rows and
masks and on draws made like any other, so that a world goes the same alone, in any batch and from a snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .core.pieces import WEIGHT_SCALE, row_table
from .core.reward import DESIGNS
from .doctrines import DOCTRINES, Script, doctrine_id
from .policies import CARD, LearnedPolicy, Policy, load_policy, read_card
from .scenario import Scenario
from .strict import unknown

LEARNER = "learner"  # a seat whose actions come from outside
LEARNED = Path(__file__).with_name("learned")  # the policies that ship
POLICIES = "policies"  # of a run folder: one policy folder for each learner
SHARED, BY_DESIGN, BY_SEAT = "shared", "design", "seat"
WEIGHTS_AT = [n for n, (name, *_) in enumerate(row_table(2)) if name.startswith("weight.")]  # where a row tells them


class Team:
    """Policies of one run as one player: who acts is told by the weights in the row, or by the seat.

    By seat, the policy of seat i plays seat i, and where there are more seats than policies they begin anew.

    Parameters
    ----------
    policies : sequence of functions (rows, masks, draws) to actions
    by : "shared", "design" or "seat"
    designs : (M, K), optional
        Weights of the design that each policy serves, where they are apart by design.
    years : int
        How many years stand side by side in the rows they take: see `balance_env.policies.Window`.
    """

    def __init__(
        self, policies: Sequence[Policy], by: str = SHARED, designs: np.ndarray | None = None, years: int = 1
    ) -> None:
        self.policies, self.by, self.designs, self.years = policies, by, designs, years

    @property
    def version(self) -> str:
        """The hashes of the weights, where they have any."""
        return " ".join(
            policy.card["weights"]["sha256"] for policy in self.policies if isinstance(policy, LearnedPolicy)
        )

    def __call__(self, rows: np.ndarray, masks: np.ndarray, draws: np.ndarray, seats: np.ndarray) -> np.ndarray:
        if len(self.policies) == 1:
            return self.policies[0](rows, masks, draws)
        which = self._who(rows, seats)
        actions = np.zeros(len(rows), np.int64)
        for number in np.unique(which):
            chosen = which == number
            actions[chosen] = self.policies[number](rows[chosen], masks[chosen], draws[chosen])
        return actions

    def _who(self, rows: np.ndarray, seats: np.ndarray) -> np.ndarray:
        if self.by == BY_SEAT:
            return seats % len(self.policies)
        if self.by == BY_DESIGN:
            assert self.designs is not None
            newest = rows[:, rows.shape[1] // self.years * (self.years - 1) :]
            return np.abs(newest[:, None, WEIGHTS_AT] * WEIGHT_SCALE - self.designs).sum(-1).argmin(-1)
        raise ValueError(f"{len(self.policies)} policies and by = {self.by!r}: {BY_DESIGN!r} or {BY_SEAT!r}")


def as_team(policies: Sequence[LearnedPolicy]) -> Team:
    """The learners of one run, in order."""
    card = policies[0].card
    years = policies[0].architecture.years
    return Team(policies, card["training"]["learners"], np.array(card["scenario"]["designs"]), years)


def load_team(path: str | Path, scenario: Scenario | None = None) -> Team:
    """The player in a policy folder, or the one that all policies of a run folder make.

    Raises
    ------
    ValueError
        If there is no policy, or it does not fit the scenario.
    """
    path = Path(path)
    if (path / CARD).is_file():
        policy = load_policy(path, scenario)
        return Team([policy], years=policy.architecture.years)
    folders = sorted(card.parent for card in (path / POLICIES).glob(f"*/{CARD}"))
    if not folders:
        raise ValueError(f"{str(path)!r} is neither a policy nor a run with policies")
    policies = [load_policy(folder, scenario) for folder in folders]
    policies.sort(key=lambda policy: policy.card["training"]["learner"])
    return as_team(policies)


def learned_names() -> list[str]:
    """Names of the trained states that ship with the package."""
    return sorted(card.parent.name for card in LEARNED.glob(f"*/{CARD}"))


def trained_at(name: str | Path) -> Path | None:
    """The folder of a trained player, or None for a name that is a doctrine's.

    Raises
    ------
    ValueError
        If the name is neither a doctrine's, nor that of a trained state, nor a path; names the nearest.
    """
    if name in DOCTRINES:
        return None
    if str(name) in (names := learned_names()):
        return LEARNED / str(name)
    if not Path(name).is_dir():
        if len(Path(name).parts) > 1:
            raise ValueError(f"player {str(name)!r}: there is no such folder")
        raise ValueError(f"{unknown('player', str(name), [*DOCTRINES, *names])}; or the path of a policy's folder")
    return Path(name)


def policy_hash(folder: Path) -> str:
    """The hash of the weights of a policy, or of all the policies of a run; ValueError as of `load_team`."""
    load_team(folder)
    cards = [folder / CARD] if (folder / CARD).is_file() else sorted(folder.glob(f"{POLICIES}/*/{CARD}"))
    weights = [read_card(card.parent)["weights"]["sha256"] for card in cards]
    return hashlib.sha256("".join(weights).encode()).hexdigest()


def load_player(name: str | Path, scenario: Scenario) -> Script | Team:
    """The player called `name`: a doctrine, a trained state of the package, or the policy at a path.

    Raises
    ------
    ValueError
        For a name that is none of these, and for a policy that does not fit the scenario.
    """
    folder = trained_at(name)
    return Script(doctrine_id(str(name))) if folder is None else load_team(folder, scenario)


def about_player(name: str | Path) -> str:
    """What a player does, in one sentence; ValueError as of `trained_at`."""
    folder = trained_at(name)
    if folder is None:
        return DOCTRINES[str(name)].sentence
    if not (folder / CARD).is_file():
        return f"Plays the policies of the run {str(folder)!r}."
    card = read_card(folder)
    training, scenario = card["training"], card["scenario"]["name"]
    what = training["name"].replace("_", " ") + " state" if training.get("name") in DESIGNS else "state"
    return f"A trained {what}: plays what {training['steps']:,} agent-steps on {scenario!r} taught it."
