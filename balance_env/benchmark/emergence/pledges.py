"""Pledges that disputes called upon, and what was delivered of them, as the rules counted it.

The rules keep no record of it but the reputation that follows, so it is worked out from the year's acts; a test holds
it to that reputation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.world import NOBODY, Outcome, Verb
from .disputes import Disputes


class Calls(NamedTuple):
    """Pledges called upon, one a row.

    Attributes
    ----------
    year, world, actor : (calls,) int
        Index of the opening; whose pledge.
    pledged, delivered : (calls,) float
        Usable force at the partner's home, and what of it came.
    answered : (calls,) bool
        Whether it stood by the partner by its act.
    """

    year: np.ndarray
    world: np.ndarray
    actor: np.ndarray
    pledged: np.ndarray
    delivered: np.ndarray
    answered: np.ndarray


def patrons_at_showdown(disputes: Disputes) -> np.ndarray:
    """Patrons (D, N) after the year's diplomacy, as `core.alignment.patron_after` has it from the same acts."""
    verb, target, patron = disputes.after["verb"], disputes.after["target"], disputes.before["patron"]
    rows = np.arange(len(disputes))[:, None]

    def does(who: np.ndarray, what: Verb, whom: np.ndarray) -> np.ndarray:
        """Whether `who` does `what` to `whom`; of nobody, False."""
        return (who != NOBODY) & (verb[rows, who] == what) & (target[rows, who] == whom)

    me = np.broadcast_to(np.arange(patron.shape[1]), patron.shape)
    bandwagons = verb == Verb.BANDWAGON
    refused = ~bandwagons | bandwagons[rows, target] | does(target, Verb.SANCTION, me)
    gained = np.where(refused, NOBODY, target)
    becomes_client = (patron != NOBODY) & (gained[rows, patron] != NOBODY)
    leaves = (verb == Verb.ALLY) | does(me, Verb.SANCTION, patron) | does(patron, Verb.SANCTION, me) | becomes_client
    return np.where(bandwagons & (target != patron), gained, np.where(leaves, NOBODY, patron))


def cleared(disputes: Disputes, patrons: np.ndarray, seat: np.ndarray) -> np.ndarray:
    """Whether the year's diplomacy ended the tie of each (D, N) with the state in `seat` (D,)."""
    before, rows = disputes.before["patron"], np.arange(len(disputes))
    changed, new = patrons != before, (patrons != before) & (patrons != NOBODY)
    sanctioned = disputes.acts(Verb.SANCTION, seat)
    its_verb, its_target = disputes.after["verb"][rows, seat], disputes.after["target"][rows, seat]
    me = np.arange(patrons.shape[1])
    sanctioned |= (its_verb == Verb.SANCTION)[:, None] & (its_target[:, None] == me)
    its_patron_left = changed[rows, seat][:, None] & (before[rows, seat][:, None] == me)
    left = (changed & (before == seat[:, None])) | its_patron_left
    turned = (new & (patrons != seat[:, None])) | (new[rows, seat][:, None] & (patrons[rows, seat][:, None] != me))
    return sanctioned | left | turned


def calls(disputes: Disputes) -> Calls:
    """Pledges tested by the disputes that came to a head, as `core.war.test_pledges` does.

    Principals are excused, and partners whom the challenged itself has left that year.
    """
    p = disputes.parameters
    disputes = disputes.where(disputes.outcome >= Outcome.BACKED_DOWN)
    challenger, target = disputes.challenger, disputes.target
    patrons = patrons_at_showdown(disputes)
    gone = cleared(disputes, patrons, target)
    pledge = disputes.toward("willingness", target)
    at_head = disputes.after["outcome"] >= Outcome.BACKED_DOWN
    row, column = np.nonzero(at_head)
    principal = at_head.copy()
    principal[row, disputes.after["opponent"][row, column]] = True
    broke = disputes.acts(Verb.SANCTION, target) | (disputes.after["verb"] == Verb.BANDWAGON)
    called = (pledge > 0.0) & (disputes.before["alive"] > 0) & ~principal & (~gone | broke)

    stood = disputes.acts(Verb.ALLY, target)
    is_client, asked = patrons == target[:, None], disputes.acts(Verb.BANDWAGON, target)
    me = np.arange(patrons.shape[1])
    protects = (disputes.one(patrons, target) == me) & (disputes.one(disputes.before["patron"], target) != me)
    now = np.where(protects, p.protection_start, pledge)  # a partner that becomes a client is pledged anew
    had = disputes.toward("pact", challenger) > 0.0
    new = (disputes.toward("pact", challenger, end=True) > 0.0) & ~had
    kept = had & ~cleared(disputes, patrons, challenger) & (disputes.one(patrons, challenger) != me)
    brought = np.select(
        [patrons == challenger[:, None], is_client, stood, kept | new | gone],
        [0.0, np.where(asked, p.stand_by, p.client_dues), now, 0.0],
        p.unasked * now,
    )
    built = disputes.after["spent"] * disputes.before["economy"]  # before anything fades
    forces = (disputes.before["forces"] + built) * disputes.before["quality"]
    force = (forces * disputes.toward("reach", target))[called]
    row, actor = np.nonzero(called)
    return Calls(
        disputes.year[row],
        disputes.world[row],
        actor,
        pledge[called] * force,
        np.minimum(brought, pledge)[called] * force,
        (stood | (is_client & asked))[called],
    )
