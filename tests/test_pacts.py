"""The picture of pacts shows a typical recorded episode; what is torn is refused."""

from __future__ import annotations

import numpy as np
import pytest
from entrants import TAGS, write_entrant

pytest.importorskip("pyarrow.parquet", reason="records are Parquet files, which pyarrow reads")

import pyarrow as pa
import pyarrow.parquet as pq

from balance_env.benchmark.reporting.figures import as_svg
from balance_env.benchmark.reporting.pacts import draw_pacts, find_episode
from balance_env.benchmark.reporting.report import RECORDS, make_report
from balance_env.benchmark.reporting.results import read_results

NAMES = ("Athens", "Sparta", "Corinth")
PAIRS = ((1, 2), (1, 3), (2, 3))


@pytest.fixture
def records(tmp_path):
    """Three worlds of five years with 0, 1 and 3 pacts; Corinth falls after the third year of each."""
    folder = write_entrant(tmp_path, "hider") / RECORDS / "concert-visitor-0"
    folder.mkdir(parents=True)
    states, dyads = [], []
    for world, pacts in enumerate((1, 0, 3)):
        for year in range(1, 6):
            living = [1, 2, 3] if year <= 3 else [1, 2]
            states += [
                {"world": world, "year": year, "ccode": c, "statenme": NAMES[c - 1], "focal": int(c == 1), "cinc": 0.3}
                for c in living
            ]
            dyads += [
                {"world": world, "year": year, "ccode1": a, "ccode2": b, "atop_defense": int(n < pacts),
                 "cowinterongoing": int((a, b) == (2, 3))}
                for n, (a, b) in enumerate(PAIRS) if b in living
            ]  # fmt: skip
    for name, rows in (("states", states), ("dyads", dyads)):
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder.parent


def test_the_episode_of_median_pacts_is_shown(records):
    episode = find_episode(records)
    assert episode.name == "concert-visitor-0"
    assert set(episode.states["statenme"].tolist()) == set(NAMES)
    assert len(episode.states["year"]) == 3 * 3 + 2 * 2
    assert episode.dyads["atop_defense"].sum() == 5  # world 0: one pact in each year
    assert np.array_equal(np.unique(episode.dyads["year"]), np.arange(1, 6))


def test_the_picture_is_part_of_the_report(records):
    pictures = make_report(read_results(records.parent), TAGS, {}).pictures
    assert pictures["pacts"][1] == as_svg(draw_pacts(find_episode(records)))


def test_torn_records_are_refused_and_none_are_no_picture(records):
    path = records / "concert-visitor-0" / "dyads.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"dyads.parquet is no whole record"):
        find_episode(records)
    path.unlink()
    assert find_episode(records) is None
