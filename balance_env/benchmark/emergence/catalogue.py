"""The one table of measures: what each is set beside, how it is worked out, who says so, and what it is."""

from __future__ import annotations

from ...metrics.alignment import FEWEST_JOINS, Side, Version
from ...metrics.commitments import AFTERMATH
from ...metrics.system import Order
from ...metrics.walt import SOURCES
from . import nulls, outcomes, tallies, whole
from .evidence import Chance, Measure, Whole
from .formulas import (
    BEYOND,
    DEFENCE,
    DIFFERENCE,
    ENTROPY,
    FATIGUE,
    HORIZON,
    INFORMATION,
    MEDIAN,
    RACE,
    THETA,
    TOP_SHARE,
    ratio,
    share_of,
)

RANDOM_LEGAL, ALWAYS_INVEST = "random_legal", "always_invest"  # doctrines whose play is a null
AUTHORS = {
    Version.POWER: "Waltz 1979",
    Version.THREAT: "Walt 1987",
    Version.DEFENCE: "Snyder 1997",
    Version.COALITION: "Riker 1962",
}
DEEDS = {"joining against": Side.TARGET, "joining": Side.CHALLENGER}
PERMUTED = "sides trade their names in each dispute"
MATCHED = "random matching of equal density"
JOINED = "as many joins by third parties at random"
ONE = 1  # case of which a mean is told

Lines = tuple[Measure | Whole, ...]

# fmt: off

ALIGNMENT: Lines = (
    *(
        Measure("alignment theta", version, Chance(PERMUTED, nulls.partners(version)), "joins", tallies.theta(version),
                THETA, f"{author}; log odds after Haldane 1956",
                "Log odds that a third party which could join either side of a dispute joins that of a balancer, less "
                "those of random play; above 0 balancing, below 0 bandwagoning.", FEWEST_JOINS)
        for version, author in AUTHORS.items()
    ),
    *(
        Measure(f"share that {deed}s", version, RANDOM_LEGAL, "opportunities", tallies.shares(version), share_of(part),
                AUTHORS[version], f"Share of third parties that could join either side which {deed}.")
        for part, deed in enumerate(("balance", "bandwagon"))
        for version in Version
    ),
    Measure("share that abstains", "", RANDOM_LEGAL, "opportunities", tallies.shares(Version.DEFENCE), share_of(2),
            "Christensen & Snyder 1990", "Share of third parties that could join either side which join none."),
    *(
        Whole("Walt coefficient", f"{source}, {deed}", "no effect; errors clustered by world",
              whole.coefficient(side, source), "Walt 1987; Begg & Gray 1984; Kline & Santos 2012",
              f"Log odds of {deed} the challenger, over abstaining, per standard deviation of its {source} to the "
              "third party, the other sources held.")
        for deed, side in DEEDS.items()
        for source in SOURCES
    ),
    *(
        Whole("Walt held-out gain", deed, "base rate: gains of worlds change sign by chance", whole.held_out_gain(side),
              "Walt 1987",
              f"Log-loss of the base rate less that of the logit of {deed} the challenger, a case, on worlds it was "
              "not fitted on.")
        for deed, side in DEEDS.items()
    ),
)

ALLIANCES: Lines = (
    Measure("pact density", "", RANDOM_LEGAL, "dyad-years", tallies.density, ratio(0, 1), "Wasserman & Faust 1994",
            "Share of dyad-years of living states under a pact."),
    Measure("pact life", "median", Chance(MATCHED, nulls.matched_lives), "pacts", tallies.pact_lives, MEDIAN,
            "Kaplan & Meier 1958; Leeds & Savun 2007", "Years that half of the pacts outlast."),
    Measure("pact life", f"beyond {HORIZON} years", Chance(MATCHED, nulls.matched_lives), "pacts", tallies.pact_lives,
            BEYOND, "Kaplan & Meier 1958; Leeds & Savun 2007",
            f"Share of pacts that last longer than {HORIZON} years."),
    Measure("coalition wars", "", Chance(JOINED, nulls.joined_wars), "wars", tallies.coalitions, ratio(0, 1),
            "Starr 1972", "Share of wars in which a side has two or more members."),
    Measure("minimal winning", "", Chance(JOINED, nulls.joined_winning), "stronger coalitions", tallies.winning,
            ratio(0, 1), "Riker 1962", "Share of stronger coalitions that would not be without their weakest member."),
    Measure("reliability", "", RANDOM_LEGAL, "calls", tallies.calls, ratio(0, 1, 3), "Leeds, Long & Mitchell 2000",
            "Force delivered over force pledged, where a dispute called upon a pledge."),
    Measure("abstention", "", RANDOM_LEGAL, "calls", tallies.calls, ratio(2, 3), "Snyder 1984, 1997, on abandonment",
            "Share of calls upon a pledge that the pledged did not answer by its act."),
    Measure("betrayal", "", RANDOM_LEGAL, "dyad-years", tallies.betrayals, ratio(0, 1), "Leeds 2003",
            f"Share of dyad-years under a pact, or within {AFTERMATH} years of one, in which one opens a dispute with "
            "the other by choice, or a war against it."),
    Measure("entrapment", "", RANDOM_LEGAL, "entries", tallies.entries, ratio(2, 1), "Snyder 1984, 1997",
            "Of entries into a war of a state tied to the entrant, the share against a foe that threatens the entrant "
            "no more than that friend does."),
    Measure("chain-ganging", "tied entrants", RANDOM_LEGAL, "wars", tallies.entries, ratio(1, 3),
            "Christensen & Snyder 1990", "Third parties per war that fight for a state they were tied to."),
    Measure("chain-ganging", "all entrants", RANDOM_LEGAL, "wars", tallies.entries, ratio(0, 3),
            "Christensen & Snyder 1990", "Third parties per war."),
)

SYSTEM: Lines = (
    Measure("HHI", "", RANDOM_LEGAL, "years", outcomes.order, ratio(0, 6), "Hirschman 1945; Herfindahl 1950",
            "Sum of squared shares of capability, mean over years."),
    Measure("CON", "", RANDOM_LEGAL, "years", outcomes.order, ratio(1, 6), "Singer, Bremer & Stuckey 1972",
            "Concentration of capability, mean over years."),
    Measure("effective poles", "", RANDOM_LEGAL, "years", outcomes.order, ratio(2, 6), "Laakso & Taagepera 1979",
            "1 / HHI, mean over years."),
    *(
        Measure("order", kind, RANDOM_LEGAL, "years", outcomes.order, ratio(3 + place, 6), "Thompson 1986",
                f"Share of years under a {kind} order.")
        for place, kind in enumerate(Order)
    ),
    Measure("no hegemony", f"beyond {HORIZON} years", RANDOM_LEGAL, "worlds", outcomes.years_to_hegemony, BEYOND,
            "Kaplan & Meier 1958; Thompson 1986",
            f"Share of worlds in which no state has held more than half of all capability after {HORIZON} years."),
    Measure("state survival", f"beyond {HORIZON} years", RANDOM_LEGAL, "states", outcomes.state_lives, BEYOND,
            "Kaplan & Meier 1958", f"Share of states that stand after {HORIZON} years."),
    Measure("war onset", "", RANDOM_LEGAL, "dyad-years", outcomes.onsets, ratio(0, 1), "Bennett & Stam 2000",
            "War onsets per dyad-year of living states."),
    Measure("war severity", "mean", RANDOM_LEGAL, "wars", outcomes.severities, ratio(0, 1), "Cederman 2003",
            "Share of all forces of the system lost in a war."),
    Whole("war severity", "power law against log-normal", "both fit equally well", whole.tail,
          "Clauset, Shalizi & Newman 2009; Vuong 1989",
          "Log-likelihood ratio of the two above the threshold where a power law fits best, over its standard error; "
          "below 0 the log-normal fits better."),
)

SECURITY_DILEMMA: Lines = (
    Measure("arms reaction", "defence k", ALWAYS_INVEST, "state-years", tallies.arming, DEFENCE, "Richardson 1960",
            "Forces that a state adds a year per unit of rivals' forces that reach it, in years without a war, its own "
            "grievance apart."),
    Measure("arms reaction", "fatigue a", ALWAYS_INVEST, "state-years", tallies.arming, FATIGUE, "Richardson 1960",
            "Forces that a state drops a year per unit of its own."),
    Measure("arms reaction", "race k rho / a", ALWAYS_INVEST, "state-years", tallies.arming, RACE, "Richardson 1960",
            "Reaction over fatigue, times how loudly arms echo (spectral radius of reach among rivals); a race runs "
            "away above 1: of two states, where k l > a b."),
)

SOFT_BALANCING: Lines = (
    Measure("sanctions sent", "", RANDOM_LEGAL, "state-years", tallies.sanctions, ratio(0, 1), "Pape 2005; Paul 2005",
            "Sanctions imposed or renewed per state-year, on the strong and on the weak."),
    Measure("share that sanctions", "", RANDOM_LEGAL, "opportunities", tallies.answers, ratio(0, 1),
            "Pape 2005; Paul 2005",
            "Share of third parties that could join either side which sanction the challenger instead."),
    Measure("sanction coalition", "", RANDOM_LEGAL, "state-years under sanctions", tallies.sanctions, ratio(2, 3),
            "Bapat & Morgan 2009", "Senders per year and sanctioned state."),
    Measure("growth lost", "target", RANDOM_LEGAL, "state-years", tallies.sanctions, ratio(4, 5),
            "Neuenkirch & Neumeier 2015", "Growth lost a year by a sanctioned state that sanctions nobody, ln."),
    Measure("growth lost", "sender", RANDOM_LEGAL, "state-years", tallies.sanctions, ratio(6, 7),
            "Hufbauer, Schott & Elliott 1990", "Growth lost a year by a sender whom nobody sanctions, ln."),
    Measure("backing down", "", RANDOM_LEGAL, "disputes of the rarer kind", tallies.backing_down, DIFFERENCE,
            "Pape 2005; Paul 2005",
            "Share of challengers under sanctions that back down at the showdown, less that of others."),
)

NETWORK: Lines = (
    Measure("structural balance", "", Chance("signs dealt anew over the ties", nulls.signs), "triads", tallies.triads,
            ratio(0, 1), "Cartwright & Harary 1956",
            f"Share of triads of signed ties, every {tallies.EVERY} years, whose product of signs is positive."),
    Measure("modularity", "", Chance(MATCHED, nulls.matched_modularity), "networks", tallies.modularity, ratio(0, 1),
            "Newman & Girvan 2004", "Share of pacts inside blocs less that expected by chance, at the ends of worlds."),
    Measure("bloc agreement", "", RANDOM_LEGAL, "networks", tallies.agreement, ratio(0, 1), "Vinh, Epps & Bailey 2010",
            "Adjusted mutual information of the blocs at the ends of worlds with those of a start that had any."),
)

POLICIES: Lines = (
    Measure("action entropy", "", RANDOM_LEGAL, "decisions", tallies.play, ENTROPY, "Shannon 1948",
            "Entropy of verbs done over that of random legal play."),
    Measure("top share", "", RANDOM_LEGAL, "decisions", tallies.play, TOP_SHARE, "Berger & Parker 1970",
            "Share of decisions that went to the commonest verb."),
    Measure("information", "", Chance("situations dealt anew over decisions", nulls.shuffled_situations), "decisions",
            tallies.situations, INFORMATION, "Theil 1970",
            "Share of the entropy of verbs that the situation explains: challenged or not, challenging, tied, a "
            "partner challenged."),
)

FORTUNES = (
    ("mean", "Harsanyi 1955"),
    ("Gini", "Gini 1912"),
    ("worst off", "Rawls 1971"),
    *((f"Nash, epsilon {epsilon:g}", "Nash 1950; Kaneko & Nakamura 1979") for epsilon in outcomes.EPSILONS),
)
WELFARE: Lines = (
    *(
        Measure("welfare", version, ALWAYS_INVEST, "worlds", outcomes.fortunes, ratio(place, len(FORTUNES)), source,
                f"Output of states over the years of a world, 0 after a fall: {version}, mean over worlds.", ONE)
        for place, (version, source) in enumerate(FORTUNES)
    ),
    Measure("return", "mean", ALWAYS_INVEST, "states", outcomes.returns, ratio(0, 1), "Harsanyi 1955",
            "Undiscounted return of a state.", ONE),
)

MEASURES = (*ALIGNMENT, *ALLIANCES, *SYSTEM, *SECURITY_DILEMMA, *SOFT_BALANCING, *NETWORK, *POLICIES, *WELFARE)
