"""What a run's alliances, wars and orders amount to: pure functions on arrays, each beside its null.

`system` measures the distribution of power, `alignment` who sides with whom and `walt` why, `alliances` their life
and their reliability, `commitments` betrayal, entrapment and chain gangs, `arms` races, `severity` the sizes of wars,
`network` the shape of ties, `degeneracy` policies that do one thing, `welfare` who gains. A measurement is a
`Metric`: a value with the number of cases behind it, or the reason why there is no value. What adds up over worlds is
given as sums, so that nulls and intervals can be drawn at once.
"""

from .result import Compared, Metric, compare

__all__ = ["Compared", "Metric", "compare"]
