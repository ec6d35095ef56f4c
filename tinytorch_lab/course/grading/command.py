"""``tinytorch-lab grade``: what it prints while it grades, and at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tinytorch_lab.course.grading import audit, run
from tinytorch_lab.course.grading.engine.layers import standing
from tinytorch_lab.course.grading.engine.run import grade_all
from tinytorch_lab.course.grading.model import WITHOUT_SCORE, ClassPaths, Graded, Task

INTERRUPTED = 130
"""What a shell reports for a command that was ended with Ctrl-C."""


@dataclass(frozen=True)
class Wanted:
    """What to grade: modules, whose (default: everybody's), also what is graded already, and whether to audit it."""

    modules: tuple[str, ...]
    students: tuple[str, ...] = ()
    again: bool = False
    audit: bool = False


def grade(paths: ClassPaths, wanted: Wanted, workers: int | None, scheduler: str | None) -> int:
    """Grade module by module; returns the exit status."""

    def engine(tasks: Iterable[Task]) -> Iterator[Graded]:
        return grade_all(tasks, lambda words: print(f"  {words}"), workers=workers, scheduler=scheduler)

    for name, reason in standing().missing.items():
        print(f"Not isolated by {name}: {reason}", file=sys.stderr)
    for module in wanted.modules:
        print(f"{module}:", flush=True)
        try:
            done = run.grade(paths, module, engine, wanted.students, again=wanted.again, tell=_tell)
        except KeyboardInterrupt:
            print(f"Stopped. What is graded is kept; go on with: tinytorch-lab grade {module[:2]}", file=sys.stderr)
            return INTERRUPTED
        _sum_up(done)
    return max(_audit(paths, module) for module in wanted.modules) if wanted.audit else 0


def _tell(progress: run.Progress) -> None:
    graded = progress.graded
    left = f", about {progress.seconds_left:.0f} s left" if progress.number < progress.total else ""
    why = f": {graded.reason}" if graded.reason else ""
    print(
        f"  {progress.number}/{progress.total} {graded.student:16} {_points(graded):>9} {graded.state}{why}{left}",
        flush=True,
    )


def _points(graded: Graded | None) -> str:
    if graded is None:
        return "-"
    return "no score" if graded.score is None else f"{graded.score:g}/{graded.max_score:g}"


def _sum_up(done: run.Run) -> None:
    regraded = [change for change in done.changes if change.before is not None]
    moved = [change for change in regraded if _points(change.before) != _points(change.after)]
    if regraded:
        print(f"  graded again: {len(regraded)}, of which {len(moved)} changed")
    for change in moved:
        print(
            f"    {change.student:16} {_points(change.before):>9} -> {_points(change.after):>9}  {change.after.state}"
        )
    failed = [change.after for change in done.changes if change.after.state in WITHOUT_SCORE]
    print(f"  {len(done.changes)} graded, {len(done.kept)} were graded before, {len(failed)} have no score.")
    for graded in failed:
        print(f"  no score: {graded.student}: {graded.state}: {graded.reason}", file=sys.stderr)
    if done.kept and not done.changes and not done.outdated:
        print(f"  Nothing is new. To grade once more: tinytorch-lab grade {done.module[:2]} --again")
    if done.outdated:
        print(
            f"  {len(done.outdated)} were graded with earlier tests. To grade all once more: "
            f"tinytorch-lab grade {done.module[:2]} --again"
        )


def _audit(paths: ClassPaths, module: str) -> int:
    print(f"{module}: audit by plain nbgrader, which runs students' code with your rights ...", flush=True)
    found = audit.audit(paths, module)
    for difference in found.differences:
        print(f"  {difference}")
    print(f"  {len(found.students)} compared ({', '.join(found.students)}), {len(found.differences)} differences.")
    return 1 if found.differences else 0
