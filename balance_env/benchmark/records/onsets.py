"""What a regression of dispute onsets reads, of simulated and of real dyad-years alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .codebook import MISSING

NEAR_KM = 100.0  # added to distances, so that neighbours have a logarithm; as in the calibration of disputes
UNIT_KM = 1000.0
REGRESSORS = ("ln_distance", "ln_power_ratio", "atop_defense")


def onset_data(dyads: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Onset of a dispute, and what it is regressed on: distance, power and pact; one row a pair at risk.

    At risk is a pair that is in no dispute, or enters one this year; who joins the dispute of others is left out, and
    so are the second rows of a directed panel and rows with a missing number.

    Parameters
    ----------
    dyads : columns (n,) of dyad-years: `cowmidonset`, `cowmidongoing`, `mindist` or else `capdist`, `cinc1`, `cinc2`,
        `atop_defense`, and `orig1`, `orig2` where they are known.

    Returns
    -------
    dict of (m,)
        `onset`, 0 or 1; `ln_distance`, ln((km + 100) / 1000); `ln_power_ratio`, ln of the stronger's capability over
        the weaker's; `atop_defense`.

    Source: form after Bremer 1992, Dangerous dyads, Journal of Conflict Resolution 36.
    """
    begins = dyads["cowmidonset"] > 0
    if "orig1" in dyads:
        begins &= (dyads["orig1"] != 0) & (dyads["orig2"] != 0)
    known = (dyads["cowmidonset"] != MISSING) & (dyads["cowmidongoing"] != MISSING)
    at_risk = (dyads["ccode1"] < dyads["ccode2"]) & known & (begins | (dyads["cowmidongoing"] == 0))
    one, other = dyads["cinc1"], dyads["cinc2"]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(np.log(one / other))
    distance = dyads["mindist" if "mindist" in dyads else "capdist"]
    data = {
        "onset": begins.astype(float),
        "ln_distance": np.log((distance + NEAR_KM) / UNIT_KM),
        "ln_power_ratio": ratio,
        "atop_defense": np.where(dyads["atop_defense"] == MISSING, np.nan, dyads["atop_defense"]),
    }
    whole = at_risk & np.all([np.isfinite(column) for column in data.values()], axis=0)
    return {name: column[whole] for name, column in data.items()}
