"""What schools of thought expect, as comparisons of figures, and what is said whichever way they turn out."""

from __future__ import annotations

from typing import NamedTuple

from ..emergence.formulas import HORIZON
from ..whatif.circumstances import ANY, MEASURE
from .figures import EVERYBODY
from .margins import MARGINS

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
    topic : what is open where it is open
    above, below, none : what is said where the figure is above or below, and where nothing that matters sets it apart
    school, rival, neither : who expects it above, who below, and who expects none of either, if anybody does
    """

    question: str
    figure: Where
    against: Where | str | float
    topic: str
    above: str
    below: str
    none: str
    school: str = ""
    rival: str = ""
    neither: str = ""

    @property
    def margin(self) -> float | None:
        """The smallest difference that would matter, where one was fixed."""
        margin = MARGINS.get(self.figure.measure)
        return None if margin is None else margin.value


KINDS = ("offensive", "defensive")
BANDWAGONING = "Schweller (bandwagoning)"  # of revisionists: states that are content balance (Schweller 1994)


def _both(question: str, measure: str, version: str, against: str | float, said: tuple[str, str, str, str],
          school: str = "", rival: str = "", neither: str = "") -> tuple[Hypothesis, ...]:  # fmt: skip
    """The same of offensive and of defensive states among themselves; `said`: topic, above, below and none.

    Of defensive states nobody expects bandwagoning.
    """
    topic, above, below, none = said
    return tuple(
        Hypothesis(question, Where(kind, measure, version), against, f"whether {kind} states {topic}",
                   f"{kind.capitalize()} states {above}", f"{kind.capitalize()} states {below}",
                   f"{kind.capitalize()} states {none}", school,
                   "" if rival == BANDWAGONING and kind == "defensive" else rival, neither)
        for kind in KINDS
    )  # fmt: skip


def _contrast(question: str, measure: str, version: str, more: str, less: str, same: str, school: str = "",
              rival: str = "", first: str = "offensive", second: str = "defensive") -> Hypothesis:  # fmt: skip
    """One population against another."""
    subject = f"worlds of {first} states"
    return Hypothesis(
        question, Where(first, measure, version), Where(second, measure, version),
        f"whether {subject} {more} than those of {second} ones",
        f"{subject.capitalize()} {more} than those of {second} ones",
        f"{subject.capitalize()} {less} than those of {second} ones",
        f"{subject.capitalize()} {same} those of {second} ones", school, rival,
    )  # fmt: skip


def _deed(population: str, verb: str) -> Hypothesis:
    """What a year of an act is worth to who does it, by its own wants."""
    year = f"A year of `{verb}` instead of investing"
    return Hypothesis(
        WHY, Where(population, "worth of an act", f"{verb}, own wants"), 0.0,
        f"whether a year of `{verb}` instead of investing pays {population} states among their own",
        f"{year} pays {population} states among their own: a reason to do it",
        f"{year} costs {population} states among their own: a reason not to do it", f"{year} is worth nothing",
    )  # fmt: skip


def _threatened(population: str, verb: str, school: str, rival: str = "") -> Hypothesis:
    """An act under much threat against the same under little."""
    states = f"{population.capitalize()} states {verb}"
    return Hypothesis(
        FEAR, Where(population, "acts", f"{verb}, much threat"), Where(population, "acts", f"{verb}, little threat"),
        f"whether {population} states {verb} more under threat", f"{states} more under much threat than under little",
        f"{states} less under much threat than under little", f"{states} as much under little threat as under much",
        school, rival,
    )  # fmt: skip


def _when(circumstance: str, other: str, school: str = "", rival: str = "") -> tuple[Hypothesis, ...]:
    """Who stays out in one circumstance against another, among those able to check a challenger."""
    return tuple(
        Hypothesis(
            BUCKS, Where(kind, MEASURE, circumstance), Where(kind, MEASURE, other),
            f"whether able {kind} states stay out more where: {circumstance}, not {other}",
            f"Able {kind} states stay out more where: {circumstance}, not {other}",
            f"Able {kind} states stay out less where: {circumstance}, not {other}",
            f"Able {kind} states stay out alike where: {circumstance}, or {other}", school, rival)
        for kind in KINDS
    )  # fmt: skip


def _beside(population: str, design: str) -> Hypothesis:
    """What a design earns among others against among its own."""
    states = f"{design.capitalize()} states earn"
    return Hypothesis(
        PAID, Where("halves", "return", "of a seat", design), Where(design, "return", "of a seat", design),
        f"whether {design} states earn more among others than among their own",
        f"{states} more where half of the others are {population} than among their own",
        f"{states} less where half of the others are {population} than among their own",
        f"{states} as much among others as among their own",
    )  # fmt: skip


TAKES = "that take a side"
HYPOTHESES: tuple[Hypothesis, ...] = (
    *_both(WHO, "alignment theta", "target against challenger", NULL,
           ("stand by targets or join challengers",
            f"{TAKES} stand by the target more often than chance would have it",
            f"{TAKES} join the challenger more often than chance would have it",
            f"{TAKES} take either as often as chance would have it"),
           "Walt (balancing is the rule)", BANDWAGONING),
    *_both(WHO, "alignment theta", "weaker against stronger", NULL,
           ("side with the weaker or the stronger party to a dispute",
            f"{TAKES} take that of the weaker party more often than chance would have it",
            f"{TAKES} take that of the stronger party more often than chance would have it",
            f"{TAKES} take either as often as chance would have it, weaker or stronger"),
           "Waltz (balance of power)", BANDWAGONING),
    *_both(WHO, "alignment theta", "less against more threatening", NULL,
           ("side with the less or the more threatening party to a dispute",
            f"{TAKES} take that of the less threatening party more often than chance would have it",
            f"{TAKES} take that of the more threatening party more often than chance would have it",
            f"{TAKES} take either as often as chance would have it, whatever the threat"),
           "Walt (balance of threat)", BANDWAGONING),
    _contrast(WHO, "share that bandwagons", "target against challenger", "join challengers more often",
              "join challengers less often", "join challengers as seldom as", "Schweller (bandwagoning for profit)"),
    *_both(WHO, "tau", "the strongest: against it", 0.0,
           ("answer a rise of the strongest state by aligning against it",
            "align against the strongest state because it rises",
            "align less against the strongest state because it rises",
            "do not answer a rise of the strongest state by how they align"),
           "Waltz (balance of power)", BANDWAGONING),
    _threatened("defensive", "ally", "Walt (threat makes allies)"),
    _threatened("offensive", "ally", "Walt (threat makes allies)"),
    _threatened("offensive", "bandwagon", BANDWAGONING, "Walt (balancing is the rule)"),
    _threatened("defensive", "arm", "Waltz (internal balancing)"),
    *_both(BUCKS, "share that abstains", "", NULL,
           ("stay out of others' disputes more than random play",
            "stay out of others' disputes more often than random legal play does",
            "stay out of others' disputes less often than random legal play does",
            "stay out of others' disputes as often as random legal play does"),
           "Powell (third parties wait)", "Walt (balancing is the rule)"),
    *_both(BUCKS, MEASURE, ANY, NULL,
           ("that could check a challenger stay out more than random play",
            "that could check a challenger stay out more often than random legal play does",
            "that could check a challenger stay out less often than random legal play does",
            "that could check a challenger stay out as often as random legal play does"),
           "Christensen & Snyder, Mearsheimer (buck-passing)", "Walt (balance of threat)"),
    *_when("two or more others able", "no other able", "Olson & Zeckhauser (collective action)"),
    *_when("of the weaker half", "of the stronger half", "Olson & Zeckhauser (the great carry the small)"),
    *_when("does not border the challenger", "borders the challenger", "Mearsheimer (no common border, no burden)"),
    *_when("no partner of the target", "partner of the target", "Snyder, Leeds (commitments bind)"),
    *_both(DILEMMA, "security dilemma: harms the harmless", "any state made to arm", NULL,
           ("that arm make harmless ones less secure", "that arm make one that meant no harm less secure",
            "that arm make one that meant no harm more secure", "that arm harm nobody that meant no harm"),
           "Jervis (security dilemma)"),
    *_both(DILEMMA, "security dilemma: backfires", "any state made to arm", NULL,
           ("undo each other's arming by their answers",
            "answer arming so that it leaves the armer less secure more often than where nobody answers",
            "answer arming so that it leaves the armer less secure less often than where nobody answers",
            "do not answer arming so that it backfires"),
           "Jervis (spiral)"),
    *_both(DILEMMA, "arms reaction", "defence k", NULL,
           ("arm in reaction to their rivals' arms",
            "add more forces per unit of their rivals' than where nobody reacts",
            "add fewer forces per unit of their rivals' than where nobody reacts",
            "do not arm in reaction to their rivals' arms"),
           "Richardson (arms races)"),
    *_both(LAST, "pact life", f"beyond {HORIZON} years", NULL,
           ("keep pacts longer than random matching would",
            "keep pacts longer than random matching of as many would",
            "keep pacts less long than random matching of as many would",
            "keep pacts no longer than random matching would"),
           "Wallander & Keohane (alliances outlast their occasion)"),
    *_both(LAST, "reliability", "", NULL,
           ("deliver more of what they pledged than random play",
            "deliver more of what they pledged than random legal play does",
            "deliver less of what they pledged than random legal play does",
            "deliver as much of what they pledged as random legal play does"),
           "Leeds (commitments are kept)", "Mearsheimer (marriages of convenience)"),
    _contrast(LAST, "pact density", "", "hold more pacts", "hold fewer pacts", "hold as many pacts as", "",
              "Waltz, Glaser (security by allies)"),
    _contrast(ORDERS, "CON", "", "are more concentrated", "are less concentrated", "are as concentrated as",
              "Mearsheimer (offensive realism)"),
    _contrast(ORDERS, "war onset", "", "have more wars", "have fewer wars", "have as many wars as",
              "Mearsheimer (offensive realism)"),
    _contrast(ORDERS, "falls", "a century", "lose more states", "lose fewer states", "lose as many states as",
              "Mearsheimer (offensive realism)"),
    *_both(SOFT, "share that sanctions", "", 0.0,
           ("sanction challengers", "sanction challengers", "sanction challengers", "do not sanction challengers"),
           "Pape, Paul (soft balancing)", neither="Brooks & Wohlforth (no soft balancing)"),
    _beside("defensive", "offensive"),
    _beside("offensive", "defensive"),
    *(_deed("offensive", verb) for verb in ("research", "arm", "ally", "sanction")),
    *(_deed("defensive", verb) for verb in ("research", "ally", "sanction")),
)  # fmt: skip
