"""States in anarchy as learning agents: arms, alliances, bandwagoning, sanctions.

`parallel_env` is the PettingZoo environment, `VectorEnv` many worlds as arrays, and
`gymnasium.make("balance_env/Balance-v0")` one seat among doctrines.
"""

from .aec import BalanceAECEnv, env
from .core.actions import action_table
from .core.pieces import row_table
from .core.reward import DESIGNS, Term
from .core.world import Ending, Outcome, Verb
from .doctrines import DOCTRINES, doctrine_names
from .parallel import BalanceParallelEnv, parallel_env
from .scenario import Scenario
from .scenarios import load_scenario, scenario_names
from .single import BalanceEnv, register
from .vector import VectorEnv

__version__ = "0.1.0"
__all__ = [
    "DESIGNS",
    "DOCTRINES",
    "BalanceAECEnv",
    "BalanceEnv",
    "BalanceParallelEnv",
    "Ending",
    "Outcome",
    "Scenario",
    "Term",
    "VectorEnv",
    "Verb",
    "action_table",
    "doctrine_names",
    "env",
    "load_scenario",
    "parallel_env",
    "row_table",
    "scenario_names",
]

register()
