"""What learns: configurations, the learner, trained policies, their evaluation and their pictures."""

from importlib.util import find_spec

# the extra `train`
NEEDED = ("torch", "stable_baselines3", "sb3_contrib", "tensorboard", "matplotlib", "networkx", "rich", "safetensors")

if missing := [name for name in NEEDED if find_spec(name) is None]:
    raise ImportError(f"{', '.join(missing)}: not installed. Training needs pip install 'balance-env[train]'")
