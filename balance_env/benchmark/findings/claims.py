"""The findings in a few words: claims that are made only where the verdicts that they rest on hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..emergence.formulas import HORIZON
from ..whatif.circumstances import ANY, MEASURE
from .hiding import HIDER
from .hypotheses import BUCKS, DILEMMA, FEAR, LAST, ORDERS, PAID, QUESTIONS, SOFT, WHO, WHY, Where
from .levels import Level, by_world, effect, level
from .sources import YARDSTICK
from .verdicts import LEANS, NONE, SMALL, TOLD, Book, Verdict

IN_A_WORD = "In a word"
UP, DOWN, SAME, UNTOLD = "up", "down", "same", "untold"  # what a verdict must say


class Claim(NamedTuple):
    """What is found, in a sentence or two.

    Attributes
    ----------
    text : with `{0}` for the first of `cites`, `{0.chance}` for its null, and of the first need `{e0}` for its effect
        and `{w0}` for that in each world
    needs : of which hypotheses, by their figure, the verdict must say what
    cites : figures, averaged over worlds
    beside : figures of yardsticks by their name, after those
    """

    question: str
    text: str
    needs: tuple[tuple[Where, str], ...]
    cites: tuple[Where, ...] = ()
    beside: tuple[tuple[str, Where], ...] = ()


def says(verdict: Verdict) -> str:
    """What a verdict says; untold where it is open, or leans."""
    if verdict.mean is None or verdict.verdict not in (TOLD, SMALL, NONE):
        return UNTOLD
    if verdict.verdict in (NONE, SMALL):
        return SAME
    return UP if verdict.mean.value > 0.0 else DOWN


def holds(claim: Claim, known: dict[Where, Verdict]) -> bool:
    """Whether all verdicts that a claim rests on say what it needs."""
    return all(where in known and says(known[where]) == said for where, said in claim.needs)


def levels(claim: Claim, book: Book, source: str) -> list[Level | None]:
    """The figures that a claim cites."""
    return [level(book, source, where) for where in claim.cites] + [
        level(book, player, where) for player, where in claim.beside
    ]


def written(claim: Claim, book: Book, source: str, known: dict[Where, Verdict]) -> str:
    """The text with its figures."""
    effects = {}
    for place, (where, _) in enumerate(claim.needs):
        mean = known[where].mean
        effects[f"e{place}"] = "" if mean is None else effect(known[where].hypothesis, mean)
        effects[f"w{place}"] = by_world(known[where])
    return claim.text.format(*levels(claim, book, source), **effects)


def plain(verdicts: Sequence[Verdict]) -> str:
    """The sentences of the verdicts that were reached, where no claim holds."""
    told = [
        one for one in verdicts if one.theory and one.mean is not None and one.verdict in (TOLD, NONE, SMALL, LEANS)
    ]
    sentences = [f"{one.sentence} ({one.verdict}: {effect(one.hypothesis, one.mean)})." for one in told if one.mean]
    return " ".join(sentences) or "Open."


def summary(book: Book, source: str, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """For each question a point: the claims that hold, else what the verdicts say."""
    known = {one.hypothesis.figure: one for one in verdicts}
    points = []
    for question in (IN_A_WORD, *QUESTIONS):
        asked = [one for one in verdicts if one.hypothesis.question == question and one.theory]
        claims = [one for one in CLAIMS if one.question == question and holds(one, known)]
        made = [written(one, book, source, known) for one in claims if all(levels(one, book, source))]
        if asked or made:
            points.append(f"- **{question}.** {' '.join(made) or plain(asked)}")
    yield "\n".join(points)


def _both(measure: str, version: str = "", said: str = UP) -> tuple[tuple[Where, str], tuple[Where, str]]:
    """The same need of offensive and of defensive states."""
    return (Where("offensive", measure, version), said), (Where("defensive", measure, version), said)


def _of_both(measure: str, version: str = "") -> tuple[Where, Where]:
    """A figure of offensive and of defensive states."""
    return Where("offensive", measure, version), Where("defensive", measure, version)


ALIGNED = (("share that abstains", ""), ("pact density", ""), ("reliability", ""))
ARMING, DELTA = "any state made to arm", "the strongest: against it"
CLAIMS: tuple[Claim, ...] = (
    Claim(
        IN_A_WORD,
        "They learn to take pacts and to stand by nobody, much as the doctrine `hider` does (after Schroeder 1994)."
        " Defensive states stay out of {0} of disputes, are allied in {1} of pairs and deliver {2} of what they "
        "pledged; hiders {3}, {4} and {5}; balancers of threat {6}, {7} and {8}.",
        (),
        tuple(Where("defensive", *of) for of in ALIGNED),
        tuple((player, Where("halves", *of)) for player in (HIDER, YARDSTICK) for of in ALIGNED),
    ),
    Claim(
        WHO,
        "Few take a side, and those balance: {0} of offensive and {1} of defensive third parties stand by the "
        "target, {2} and {3} join the challenger ({0.chance} and {2.chance} in random legal play). Beside what "
        "chance would have of who joins, offensive states lean to the target by {e0}, defensive ones by {e1}, and "
        "to the weaker party by {e2}; in part a rule says so, since who joins a challenger becomes its client "
        "([limits](limits.md)).",
        (
            *_both("alignment theta", "target against challenger"),
            (Where("defensive", "alignment theta", "weaker against stronger"), UP),
        ),
        (
            *_of_both("share that balances", "target against challenger"),
            *_of_both("share that bandwagons", "target against challenger"),
        ),
    ),
    Claim(
        WHO,
        "But they do not balance threat: offensive states take the side of the party that threatens them more "
        "({e0}). A pact with the neighbour one fears, which is bandwagoning to Walt (1987) and tethering to "
        "Weitsman (2004), would look so; it was not tested.",
        ((Where("offensive", "alignment theta", "less against more threatening"), DOWN),),
    ),
    Claim(
        WHO,
        "Nor is power what they answer: if the forces of the strongest state doubled, {e0} more of the others would"
        " align against it among offensive and {e1} among defensive states, as good as none.",
        _both("tau", DELTA, SAME),
    ),
    Claim(
        FEAR,
        "Fear arms: defensive states arm more under much threat than under little: {e0} of acts "
        "({w0}). Whether it makes allies is not told, {e1} ({w1}): how fear is met depends on the world.",
        (
            (Where("defensive", "acts", "arm, much threat"), UP),
            (Where("defensive", "acts", "ally, much threat"), UNTOLD),
        ),
    ),
    Claim(
        BUCKS,
        "Nearly always. Of third parties that could join either side of a dispute {0} of offensive and {1} of "
        "defensive states stay out (random legal play: {0.chance}); of those that by forks could have checked the "
        "challenger, {2} and {3} ({2.chance}).",
        (*_both("share that abstains"), *_both(MEASURE, ANY)),
        (*_of_both("share that abstains"), *_of_both(MEASURE, ANY)),
    ),
    Claim(
        BUCKS,
        "No circumstance is told to matter: {0} of able offensive states stay out where two or more others are able"
        " and {1} where none is, {2} of the weaker and {3} of the stronger half, and {4} where the target is their "
        "partner. A balancer of threats in these worlds stays out for {6} of strangers and {5} of partners.",
        (
            *_both(MEASURE, "two or more others able", UNTOLD),
            *_both(MEASURE, "of the weaker half", UNTOLD),
            *_both(MEASURE, "no partner of the target", UNTOLD),
        ),
        (
            Where("offensive", MEASURE, "two or more others able"),
            Where("offensive", MEASURE, "no other able"),
            Where("offensive", MEASURE, "of the weaker half"),
            Where("offensive", MEASURE, "of the stronger half"),
            Where("offensive", MEASURE, "partner of the target"),
        ),
        tuple((YARDSTICK, Where("halves", MEASURE, f"{tie} of the target")) for tie in ("partner", "no partner")),
    ),
    Claim(
        DILEMMA,
        "It bites, and hardly spirals. Made to arm for a year, a state makes one that meant no harm less secure in "
        "{0} of cases among offensive and {1} among defensive states. Answers in arms are too small to matter ({e3}"
        " per unit of rivals' forces among defensive states), and that they leave the armer less secure than it was"
        " is not told ({e4}, {e5}).",
        (
            *_both("security dilemma: harms the harmless", ARMING),
            *_both("arms reaction", "defence k", SAME),
            *_both("security dilemma: backfires", ARMING, UNTOLD),
        ),
        _of_both("security dilemma: harms the harmless", ARMING),
    ),
    Claim(
        LAST,
        "Some are tended, and most of what they promise never comes. Untended a pact lapses in 17 years, and an "
        "idle partner brings half of its pledge, both by rule ([limits](limits.md)). {0} of pacts of offensive and "
        "{1} of defensive states outlast " + f"{HORIZON} years, " + "but {2} and {3} of the pledged force is delivered "
        "when called, not told to be less than in random legal play ({2.chance}).",
        (*_both("pact life", f"beyond {HORIZON} years"), *_both("reliability", "", UNTOLD)),
        (*_of_both("pact life", f"beyond {HORIZON} years"), *_of_both("reliability")),
    ),
    Claim(
        ORDERS,
        "Much the same ones. Offensive worlds lose as many states as defensive ones ({e0}); that they are more "
        "concentrated ({e1}) and have more wars ({e2}) leans. {0} and {1} end in hegemony, {2} and {3} in peace.",
        (
            (Where("offensive", "falls", "a century"), SAME),
            (Where("offensive", "CON"), UNTOLD),
            (Where("offensive", "war onset"), UNTOLD),
        ),
        (*_of_both("ends in", "hegemony"), *_of_both("ends in", "peace")),
    ),
    Claim(
        SOFT,
        "No: {0} of third parties among offensive and {1} among defensive states sanction a challenger.",
        _both("share that sanctions", "", SAME),
        _of_both("share that sanctions"),
    ),
    Claim(
        PAID,
        "Defensive states lose by offensive ones: their return changes by {e0} where half of the others are "
        "offensive, from {0} among their own.",
        ((Where("halves", "return", "of a seat", "defensive"), DOWN),),
        (Where("defensive", "return", "of a seat", "defensive"),),
    ),
    Claim(
        WHY,
        "Why do offensive states hold few pacts, and nobody sanctions? By forks a year of allying instead of "
        "investing changes the return of an offensive state over ten years by {e0}, and a year of sanctioning by "
        "{e1}: both are costs.",
        tuple((Where("offensive", "worth of an act", f"{verb}, own wants"), DOWN) for verb in ("ally", "sanction")),
    ),
)
