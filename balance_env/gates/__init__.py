"""Is it a game worth playing? `python -m balance_env.gates [--quick]` asks, with figures and intervals."""
