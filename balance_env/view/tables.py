"""The pages of the documentation that are made from the tables of the code: actions, doctrines, parameters, ..."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..benchmark.records.codebook import ABOUT_PANELS, CCODE, EVENT_KINDS, KINDS, MISSING, PANELS
from ..core.actions import OBJECT_VERBS, PLAIN_VERBS, action_table
from ..core.params import ABOUT, Parameters
from ..core.pieces import OTHER_SIZE, OTHERS_START, Globe, Other, Own, Piece, Relation, row_size, state_size
from ..core.reward import Term
from ..core.world import Verb
from ..doctrines import DOCTRINES

EXAMPLE = 8  # states of the default scenario
NOTE = "<!-- Made by `balance-env tables --write docs/`: change the code, not this page. -->"

VERB_MEANING = {
    Verb.INVEST: ("internal balancing: economy", "faster growth of output this year"),
    Verb.RESEARCH: ("internal balancing: technology", "raises technology, less so near the frontier"),
    Verb.ARM: ("internal balancing: forces", "turns a share of output into forces, on top of the standing budget"),
    Verb.ALLY: (
        "external balancing",
        "offers a pact, which starts when both offers stand; restates the pledge to a partner; "
        "in a dispute, stands by the challenged",
    ),
    Verb.BANDWAGON: (
        "joining the stronger side",
        "gives up all pacts for the protection of a stronger state, whose client it is until its own strength comes "
        "near the patron's; joins a challenger for a share of the spoils; "
        "towards one's own challenger, capitulates, and concedes output if that had set out to coerce it",
    ),
    Verb.SANCTION: (
        "soft balancing",
        "cuts the object's growth and standing, at a cost; ends any tie with it",
    ),
    Verb.COERCE: (
        "revision by force",
        "opens a dispute; repeated in the year of the showdown it presses it to war, otherwise it is dropped",
    ),
}

TERM_MEANING = {
    Term.POWER: "what your share of all capability gains in the year, times the number of states",
    Term.SECURITY: "how far your defence, partners and all, covers the worst attack of any other state; 1 at most",
    Term.WEALTH: "growth of output",
    Term.BURDEN: "a loss: the share of output that forces cost",
    Term.AUTONOMY: "a loss of 1 for every year as another's client",
    Term.SURVIVAL: "a loss of 1 in the year in which you fall",
}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def actions_page() -> str:
    """What a state can do, and the number of every action."""
    verbs = [
        (verb.name.lower(), "no" if verb < PLAIN_VERBS else "yes", *VERB_MEANING[verb])
        for verb in (*list(Verb)[:PLAIN_VERBS], *OBJECT_VERBS)
    ]
    names = action_table(EXAMPLE, len(OBJECT_VERBS))
    return f"""# Actions
{NOTE}

Each year every living state picks one action; all act at once. A masked-out action becomes `invest` and is
counted in `infos`. The fallen have `invest` alone, which does nothing.

{table(("verb", "object", "in theory", "what it does"), verbs)}

An action is one number of `Discrete(3 + V * (N - 1))`: N states, V open verbs with an object. A scenario opens
`ally`, `bandwagon` and `sanction`, and some also `coerce`. `+1` is the state in the next seat, `+2` the one after,
modulo N; with `targets: threat` it is the one that looks most threatening, the second most, and so on.
`balance_env.action_table(N, V)` gives the names; `action_mask` says what is legal.

For N = {EXAMPLE} and all verbs open:

{table(("action", "name"), enumerate(names))}
"""


def _pieces(pieces: Iterable[Piece], start: int = 0) -> str:
    rows = [(start + piece, piece.name.lower(), f"{piece.low:g}..{piece.high:g}", piece.meaning) for piece in pieces]
    return table(("place", "name", "range", "meaning"), rows)


def observations_page() -> str:
    """What a state sees: the row, the graph and the true state."""
    weights = [
        (len(Own) + term, term.name.lower(), "-1..1", f"my weight of {term.name.lower()}, over 10") for term in Term
    ]
    sizes = ", ".join(f"{row_size(n)} for N = {n}" for n in (3, EXAMPLE, 64))
    return f"""# Observations
{NOTE}

Each state has one row of float32, all of it as *that state* perceives it: others' forces carry its own error, which
lasts over years. A row is a block about itself, the weights of its reward, one block for each other state in the
order of the action's objects, and a block about the world:
`{OTHERS_START} + {OTHER_SIZE} (N - 1) + {len(Globe)}` numbers ({sizes}).
`balance_env.row_table(N)` names them all. Rows of the fallen are zero.

## own

{_pieces(Own)}

## weight

{table(("place", "name", "range", "meaning"), weights)}

## other

The block of the n-th other state begins at `{OTHERS_START} + {OTHER_SIZE} (n - 1)`.

{_pieces(Other)}

## world

The last {len(Globe)} numbers.

{_pieces(Globe)}

## graph

`graph()` gives what everyone can see between all states i and j, `(N, N, {len(Relation)})`, for networks over pairs.

{_pieces(Relation)}

## state

`state()` gives the true world for central critics, in the same length after falls: everyone's own block and weights
free of misperception, the graph flattened, and the years gone; {state_size(EXAMPLE)} numbers for N = {EXAMPLE}.
"""


def parameters_page() -> str:
    """Every parameter of the game."""
    default = Parameters()
    rows = [
        (f"`{name}`", f"{getattr(default, name):g}", f"{about.low:g}..{about.high:g}", about.unit, about.source)
        for name, about in ABOUT.items()
    ]
    return f"""# Parameters
{NOTE}

Any of them can be set in a scenario under `parameters`, or by name when an environment is made, as in
`parallel_env("default", offence=2.0)`. A value outside its range is refused.

{table(("parameter", "default", "range", "unit", "source"), rows)}
"""


def doctrines_page() -> str:
    """Every scripted state: what it does, and whose idea it is."""
    all_of_them = DOCTRINES.values()
    rows = [(f"`{it.name}`", f"{it.sentence} {it.acts}", f"{it.author}: {it.work}") for it in all_of_them if it.acts]
    baselines = [(f"`{it.name}`", it.sentence) for it in all_of_them if not it.acts]
    return f"""# Doctrines
{NOTE}

Scripted states, by whose names seats can be filled. Each sees its own [row](observations.md) and nothing else, and most
remember nothing. None is its author's theory: Waltz explains what befalls states and not what a state does, and others
expect an act under conditions that a script does not ask for. [Limits](limits.md) says what to make of that.

{table(("name", "what it does, and when", "source"), rows)}

## Baselines

The floor that a doctrine has to beat: chance, and doing one thing, or two in turn, whatever happens.

{table(("name", "what it does"), baselines)}
"""


def codebook_page() -> str:
    """Every column of the benchmark's records."""
    panels = "\n\n".join(
        f"## {name}\n\n{ABOUT_PANELS[name]}\n\n"
        + table(
            ("column", "type", "unit", "meaning", "counterpart"),
            [(f"`{entry.name}`", entry.kind, *entry[2:]) for entry in entries],
        )
        for name, entries in PANELS.items()
    )
    return f"""# Codebook
{NOTE}

The columns of the four panels that `balance-env export` writes; [records](records.md) says how to use them. Stocks and
ties stand as the year opens, what happened is of that year: a regression of the second on the first needs no lag.

A column is called as its counterpart in real data is, where the two mean the same kind of thing; the *counterpart*
names the variable and its source (COW: Correlates of War; NMC: its capabilities, MID: its disputes; ATOP: alliance
treaties; or the function of peacesciencer that adds it). Codes of states begin at {CCODE}, where COW's own end, so
that simulated and real rows never meet. What is missing is null in the files and {MISSING} in arrays of whole numbers.

Types: {"; ".join(f"`{kind}` {meaning}" for kind, meaning in KINDS.items())}.

{panels}

## kinds of events

{table(("kind", "what happened", "ccode1", "ccode2"), ((f"`{kind}`", *told) for kind, told in EVENT_KINDS.items()))}
"""


def pages() -> dict[str, str]:
    """Text of every generated page by its file name."""
    return {
        "actions.md": actions_page(),
        "codebook.md": codebook_page(),
        "doctrines.md": doctrines_page(),
        "observations.md": observations_page(),
        "parameters.md": parameters_page(),
    }
