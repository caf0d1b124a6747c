"""The findings in a few words: claims that are made only where the verdicts that they rest on hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .hypotheses import QUESTIONS, Where
from .levels import effect, level
from .verdicts import LEANS, NONE, SMALL, TOLD, Book, Verdict

UP, DOWN, SAME = "up", "down", "same"  # what a verdict must say


class Claim(NamedTuple):
    """What is found, in a sentence or two.

    Attributes
    ----------
    text : with `{0}` for the first of `cites`, `{0.chance}` for its null, and `{e0}` for the effect of the first need
    needs : of which hypotheses, by their figure, the verdict must say what
    cites : figures, averaged over worlds
    """

    question: str
    text: str
    needs: tuple[tuple[Where, str], ...]
    cites: tuple[Where, ...] = ()


def says(verdict: Verdict) -> str:
    """What a verdict says; nothing where it is open, or where it leans."""
    if verdict.mean is None or verdict.verdict not in (TOLD, SMALL, NONE):
        return ""
    if verdict.verdict in (NONE, SMALL):
        return SAME
    return UP if verdict.mean.value > 0.0 else DOWN


def holds(claim: Claim, known: dict[Where, Verdict]) -> bool:
    """Whether all verdicts that a claim rests on say what it needs."""
    return all(where in known and says(known[where]) == said for where, said in claim.needs)


def written(claim: Claim, book: Book, source: str, known: dict[Where, Verdict]) -> str:
    """The text with its figures."""
    effects = {}
    for place, (where, _) in enumerate(claim.needs):
        mean = known[where].mean
        assert mean is not None
        effects[f"e{place}"] = effect(known[where].hypothesis, mean)
    return claim.text.format(*(level(book, source, where) for where in claim.cites), **effects)


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
    for question in QUESTIONS:
        asked = [one for one in verdicts if one.hypothesis.question == question and one.theory]
        if asked:
            made = [
                written(one, book, source, known) for one in CLAIMS if one.question == question and holds(one, known)
            ]
            points.append(f"- **{question}.** {' '.join(made) or plain(asked)}")
    yield "\n".join(points)


CLAIMS: tuple[Claim, ...] = ()
