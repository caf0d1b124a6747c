"""What a run's alliances, wars and orders amount to: pure functions on arrays, each beside its null.

`system` measures the distribution of power, `alignment` who sides with whom, `alliances` their life and their
reliability, `network` the shape of ties, `degeneracy` policies that do one thing, `welfare` who gains. Every function
returns a `Metric`: a value with the number of cases behind it, or the reason why there is no value.
"""

from .result import Compared, Metric, compare

__all__ = ["Compared", "Metric", "compare"]
