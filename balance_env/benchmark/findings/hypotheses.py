"""What schools of thought expect, as comparisons of figures, and what is said whichever way they turn out."""

from __future__ import annotations

from typing import NamedTuple

from ..emergence.formulas import HORIZON
from .figures import EVERYBODY

NULL = "its null"
WHO, FEAR, BUCKS, DILEMMA, LAST, ORDERS, SOFT, PAID, WHY = QUESTIONS = (
    "Who balances, who bandwagons",
    "Whom fear drives",
    "When bucks are passed",
    "Whether the security dilemma bites",
    "Whether alliances last",
    "Which orders emerge",
    "Whether soft balancing exists",
    "What designs earn from each other",
    "What surprises, and what may explain it",
)


class Where(NamedTuple):
    """Whose figure."""

    population: str
    measure: str
    version: str = ""
    seats: str = EVERYBODY


class Hypothesis(NamedTuple):
    """A figure, what it is set against, what either outcome says, and with whom it agrees.

    Attributes
    ----------
    against : Where, NULL, or a number
    topic : what is undecided where it is undecided
    above, below : what is said where the figure is above or below
    school : who expects it above
    rival : who expects it below, if anybody does
    """

    question: str
    figure: Where
    against: Where | str | float
    topic: str
    above: str
    below: str
    school: str
    rival: str = ""


def _both(question: str, measure: str, version: str, against: str | float, what: str, more: str, less: str,
          school: str, rival: str = "") -> tuple[Hypothesis, ...]:  # fmt: skip
    """The same of offensive and of defensive states among themselves."""
    return tuple(
        Hypothesis(question, Where(kind, measure, version), against, f"whether {kind} states {what}",
                   f"{kind.capitalize()} states {more}", f"{kind.capitalize()} states {less}", school, rival)
        for kind in ("offensive", "defensive")
    )  # fmt: skip


def _contrast(question: str, measure: str, version: str, more: str, less: str, school: str,
              rival: str = "", first: str = "offensive", second: str = "defensive") -> Hypothesis:  # fmt: skip
    """One population against another."""
    subject = f"worlds of {first} states"
    return Hypothesis(
        question, Where(first, measure, version), Where(second, measure, version),
        f"whether {subject} {more} than those of {second} ones",
        f"{subject.capitalize()} {more} than those of {second} ones",
        f"{subject.capitalize()} {less} than those of {second} ones", school, rival,
    )  # fmt: skip


def _deed(population: str, verb: str) -> Hypothesis:
    """What a year of an act is worth to who does it, by its own wants."""
    return Hypothesis(
        WHY, Where(population, "worth of an act", f"{verb}, own wants"), 0.0,
        f"whether a year of `{verb}` instead of investing pays a state of the {population} population",
        f"A year of `{verb}` instead of investing pays a state of the {population} population: a reason to do it",
        f"A year of `{verb}` instead of investing costs a state of the {population} population: a reason not to do it",
        "",
    )  # fmt: skip


def _threatened(population: str, verb: str, school: str, rival: str = "") -> Hypothesis:
    """An act under much threat against the same under little."""
    return Hypothesis(
        FEAR, Where(population, "acts", f"{verb}, much threat"), Where(population, "acts", f"{verb}, little threat"),
        f"whether {population} states {verb} more under threat",
        f"{population.capitalize()} states {verb} more under much threat than under little",
        f"{population.capitalize()} states {verb} less under much threat than under little", school, rival,
    )  # fmt: skip


def _beside(population: str, design: str) -> Hypothesis:
    """What a design earns among others against among its own."""
    return Hypothesis(
        PAID, Where("halves", "return", "of a seat", design), Where(design, "return", "of a seat", design),
        f"whether {design} states earn more among others than among their own",
        f"{design.capitalize()} states earn more where half of the others are {population} than among their own",
        f"{design.capitalize()} states earn less where half of the others are {population} than among their own", "",
    )  # fmt: skip


HYPOTHESES: tuple[Hypothesis, ...] = (
    *_both(WHO, "alignment theta", "less against more threatening", NULL,
           "side with the less or the more threatening party to a dispute",
           "that take a side take that of the less threatening party more often than chance would have it",
           "that take a side take that of the more threatening party more often than chance would have it",
           "Walt (balance of threat)", "Schweller (bandwagoning)"),
    *_both(WHO, "alignment theta", "weaker against stronger", NULL,
           "side with the weaker or the stronger party to a dispute",
           "that take a side take that of the weaker party more often than chance would have it",
           "that take a side take that of the stronger party more often than chance would have it",
           "Waltz (balance of power)", "Schweller (bandwagoning)"),
    *_both(WHO, "alignment theta", "target against challenger", NULL, "stand by targets or join challengers",
           "that take a side stand by the target more often than chance would have it",
           "that take a side join the challenger more often than chance would have it",
           "Walt (balancing is the rule)", "Schweller (bandwagoning)"),
    _contrast(WHO, "share that bandwagons", "target against challenger", "join challengers more often",
              "join challengers less often", "Schweller (bandwagoning for profit)"),
    *_both(WHO, "tau", "the strongest: against it", 0.0, "answer a rise of the strongest state by aligning against it",
           "align against the strongest state because it rises", "align less against the strongest state because it "
           "rises", "Waltz (balance of power)", "Schweller (bandwagoning)"),
    _threatened("defensive", "ally", "Walt (threat makes allies)"),
    _threatened("offensive", "ally", "Walt (threat makes allies)"),
    _threatened("offensive", "bandwagon", "Schweller (bandwagoning)", "Walt (balancing is the rule)"),
    _threatened("defensive", "arm", "Waltz (internal balancing)"),
    *_both(BUCKS, "buck-pass", "stays out", NULL, "that could tip a scale stay out more than random play",
           "that feel threatened and could tip a scale stay out more often than random play does",
           "that feel threatened and could tip a scale stay out less often than random play does",
           "Christensen & Snyder, Mearsheimer (buck-passing)", "Walt (balance of threat)"),
    *_both(DILEMMA, "security dilemma: backfires", "any state made to arm", NULL,
           "undo each other's arming by their answers",
           "answer arming so that it leaves the armer less secure more often than where nobody answers",
           "answer arming so that it leaves the armer less secure less often than where nobody answers",
           "Jervis (spiral)"),
    *_both(DILEMMA, "arms reaction", "defence k", NULL, "arm in reaction to their rivals' arms",
           "add more forces per unit of their rivals' than where nobody reacts",
           "add fewer forces per unit of their rivals' than where nobody reacts", "Jervis, Richardson (arms races)"),
    *_both(LAST, "pact life", f"beyond {HORIZON} years", NULL, "keep pacts longer than random matching would",
           "keep pacts longer than random matching of as many would", "keep pacts less long than random matching would",
           "Leeds (alliances last)"),
    *_both(LAST, "reliability", "", NULL, "deliver more of what they pledged than random play",
           "deliver more of what they pledged than random legal play does",
           "deliver less of what they pledged than random legal play does",
           "Leeds (commitments are kept)", "Mearsheimer (marriages of convenience)"),
    _contrast(LAST, "pact density", "", "hold more pacts", "hold fewer pacts", "",
              "Waltz, Glaser (security by allies)"),
    _contrast(ORDERS, "CON", "", "are more concentrated", "are less concentrated", "Mearsheimer (offensive realism)"),
    _contrast(ORDERS, "war onset", "", "have more wars", "have fewer wars", "Mearsheimer (offensive realism)"),
    _contrast(ORDERS, "falls", "a century", "lose more states", "lose fewer states", "Mearsheimer (offensive realism)"),
    *_both(SOFT, "share that sanctions", "", NULL, "sanction challengers more than random play",
           "sanction challengers more often than random legal play does",
           "sanction challengers less often than random legal play does", "Pape, Paul (soft balancing)",
           "Brooks & Wohlforth (no soft balancing)"),
    _beside("defensive", "offensive"),
    _beside("offensive", "defensive"),
    *(_deed("offensive", verb) for verb in ("research", "arm", "ally", "sanction")),
    *(_deed("defensive", verb) for verb in ("research", "ally", "sanction")),
)  # fmt: skip
