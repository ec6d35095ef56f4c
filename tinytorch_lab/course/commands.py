"""The student's commands: status, test, complete, use, reset, update, submit, solution, milestone."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tinytorch_lab.course.errors import CourseError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from tinytorch_lab.course.catalogue import Module
    from tinytorch_lab.course.testing import Outcome, Tested
    from tinytorch_lab.course.update import Update
    from tinytorch_lab.course.workspace import Folder

MARKS = {"passed": "ok  ", "failed": "FAIL", "not run": "--  "}


def add_to(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the student's commands to the parser of ``tinytorch-lab``."""
    status = commands.add_parser("status", help="how far you are, module by module")
    status.set_defaults(run=_status)
    test = _with_module(commands, "test", "run the tests of your notebook in a fresh kernel")
    test.add_argument("--traceback", action="store_true", help="show each failure's traceback in full")
    test.set_defaults(run=_test)
    _with_module(commands, "complete", "test it, and run later modules on it").set_defaults(run=_complete)
    use = _with_module(commands, "use", "run later modules on your module or on the reference")
    use.add_argument("whose", choices=("mine", "reference"))
    use.set_defaults(run=_use)
    _with_module(commands, "reset", "begin a module anew; your notebook goes to backups/").set_defaults(run=_reset)
    update = commands.add_parser("update", help="get new versions of the lessons; what you wrote stays")
    update.add_argument("modules", nargs="*", metavar="NN", help="modules to update (default: all that you have)")
    update.add_argument("--from", dest="origin", type=Path, metavar="FOLDER|ZIP", help="take them from a release")
    update.set_defaults(run=_update)
    _with_module(commands, "submit", "make one file to hand in, with a receipt").set_defaults(run=_submit)
    solution = _with_module(commands, "solution", "the reference beside your code, once your tests pass")
    solution.add_argument("--anyway", action="store_true", help="show it although they do not")
    solution.set_defaults(run=_solution)
    milestone = commands.add_parser("milestone", help="the milestones, or run one of them on your library")
    milestone.add_argument("number", nargs="?", help="which one to run")
    milestone.set_defaults(run=_milestone)


def _with_module(
    commands: _SubParsersAction[argparse.ArgumentParser], name: str, words: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words)
    parser.add_argument("module", metavar="NN", help="the module: its number, its name or a unique beginning")
    return parser


def here() -> Folder:
    """The student folder that the command was given in. Raises CourseError if it is in none."""
    from tinytorch_lab.course.workspace import find_folder

    folder = find_folder(Path.cwd())
    if folder is None:
        raise CourseError(
            f"{Path.cwd()} is not inside a student folder. Go to yours, or make one: tinytorch-lab new DIR"
        )
    folder.require("student")
    return folder


def _module(word: str) -> Module:
    from tinytorch_lab.course.offered import offered

    return offered(here().path).find(word)


def _status(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course import record
    from tinytorch_lab.course.offered import offered
    from tinytorch_lab.course.progress import course_progress

    folder = here()
    progress = course_progress(folder)
    for module in offered(folder.path).modules:
        one = progress[module.id]
        tests = f"{one.tests.passed}/{one.tests.total} tests{' (older code)' if one.stale else ''}" if one.tests else ""
        whose = "mine" if one.mine else ""
        new = "new version: tinytorch-lab update" if one.update else ""
        print(f"{module.id:18} {one.state:12} {one.solved}/{one.exercises} built  {tests:24} {whose:5} {new}".rstrip())
        if one.problem:
            print(f"    {one.problem}")
    if problem := record.load(folder.path).problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _test(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course import record
    from tinytorch_lab.course.testing import run_and_record

    folder = here()
    tested = run_and_record(folder, _module(arguments.module), _tell)
    if arguments.traceback:
        for outcome in tested.outcomes:
            if outcome.traceback:
                print(f"\n{outcome.grade_id}\n{outcome.traceback}")
    _sum_up(tested)
    if problem := record.load(folder.path).problem:
        print(problem, file=sys.stderr)
    return 0 if tested.all_passed else 1


def _tell(outcome: Outcome, number: int, total: int) -> None:
    message = f": {outcome.message}" if outcome.message else ""
    print(f"  {number:2}/{total} {MARKS[outcome.state]} {outcome.grade_id}{message}", flush=True)


def _sum_up(tested: Tested) -> None:
    if tested.stopped:
        print(tested.stopped)
    total = len(tested.outcomes)
    print(f"{tested.module}: {tested.passed} of {total} tests pass, {tested.points} of {tested.max_points} points.")


def _complete(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course import compare
    from tinytorch_lab.course.complete import complete

    module = _module(arguments.module)
    done = complete(here(), module, lambda words: print(f"{words} ...", flush=True), _tell)
    _sum_up(done.tested)
    if done.refused:
        print(f"{module.id} is not complete: {done.refused}", file=sys.stderr)
        return 1
    print(
        f"{module.id} is complete: later modules run on your tinytorch.{module.exports}. Restart kernels that are open."
    )
    if done.times_reference is not None:
        print(compare.remark(done.times_reference))
    return 0


def _use(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course.complete import use

    module = _module(arguments.module)
    use(here(), module, arguments.whose == "mine")
    whose = "your" if arguments.whose == "mine" else "the reference's"
    print(f"Later modules run on {whose} tinytorch.{module.exports} now. Restart kernels that are open.")
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course.reset import reset

    folder, module = here(), _module(arguments.module)
    backup = reset(folder, module)
    kept = f" What you had is in {backup.relative_to(folder.path)}." if backup else ""
    print(f"{module.id} is as it was given.{kept}")
    return 0


def _update(arguments: argparse.Namespace) -> int:
    folder = here()
    for one in _updates(folder, arguments):
        backup = f" (before: {one.backup.relative_to(folder.path)})" if one.backup else ""
        print(f"{one.module}: {one.sentence}{backup}")
    return 0


def _updates(folder: Folder, arguments: argparse.Namespace) -> list[Update]:
    from tinytorch_lab.course import offered
    from tinytorch_lab.course.release_files import read_release, wanted
    from tinytorch_lab.course.update import update, update_from

    if arguments.origin is not None:
        return update_from(folder, wanted(read_release(arguments.origin), arguments.modules, arguments.origin))
    named = tuple(_module(word) for word in arguments.modules)
    all_of_them = (m for m in offered.offered(folder.path).modules if offered.has_text(folder.path, m))
    return update(folder, named or tuple(all_of_them))


def _submit(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course.handin import submit

    print(submit(here(), _module(arguments.module)))
    return 0


def _solution(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course.solution import solution

    for pair in solution(here(), _module(arguments.module), arguments.anyway):
        print(f"\n=== {pair.name}")
        print(
            pair.diff() or ("the same as yours" if pair.reference else "stands in the lesson only, not in the library")
        )
    return 0


def _milestone(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course import milestones

    folder = here()
    if arguments.number is None:
        for one in milestones.all_milestones(folder):
            print(f"{one.number}  {one.title:40} {one.in_words}")
        return 0
    command, place = milestones.command(folder, arguments.number)
    return subprocess.call(command, cwd=place)
