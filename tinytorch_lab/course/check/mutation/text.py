"""The mutation report as text."""

from __future__ import annotations

from collections.abc import Iterator

from tinytorch_lab.course.check.mutation.score import MutationReport, Score, score


def lines(report: MutationReport) -> Iterator[str]:
    """Survivors as differences, then a table of the exercises."""
    reasons = {name: one.reason for name, one in report.equivalents.items()}
    for outcome in report.outcomes:
        if outcome.survived:
            mutant = outcome.mutant
            reason = reasons.get(mutant.id)
            yield f"survivor {mutant.id}, {report.lesson.module.source}:{mutant.line}" + (
                f", equivalent: {reason}" if reason else ""
            )
            yield from (f"    {line}" for line in mutant.diff.splitlines())
    kind = "sampled" if report.sampled else "all"
    exercises = list(dict.fromkeys(one.mutant.exercise for one in report.outcomes))
    width = max((len(name) for name in exercises), default=0)
    yield f"{report.lesson.module.id}: mutants noticed ({kind}), and by an assertion if they do not crash wherever they are called"
    for name in exercises:
        yield f"  {name:<{width}}  {_row(score(one for one in report.outcomes if one.mutant.exercise == name))}"
    yield f"  {'total':<{width}}  {_row(score(report.outcomes))}; {len(report.equivalents)} listed as equivalent"


def _row(figures: Score) -> str:
    rest = figures.planted - figures.crashing
    return (
        f"{figures.noticed:4} of {figures.planted:4} ({figures.share:6.1%}), "
        f"{figures.asserted:4} of {rest:4} ({figures.asserted_share:6.1%})"
    )
