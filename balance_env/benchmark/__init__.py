"""The benchmark of emergent alliance behaviour; `pip install balance-env[benchmark]` brings what it needs."""
