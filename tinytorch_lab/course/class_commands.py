"""The instructor's commands after a release: collect, grade, feedback, grades."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tinytorch_lab.course.errors import CourseError
from tinytorch_lab.course.files import write_atomic

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from tinytorch_lab.course.grading.model import ClassPaths


def add_to(commands: _SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser of ``tinytorch-lab``."""
    collect = _command(commands, "collect", "take in what students handed in (instructors)", _collect)
    collect.add_argument("modules", nargs="*", metavar="NN", help="modules to collect (default: all)")
    collect.add_argument("--from", dest="origin", type=Path, metavar="FOLDER|ZIP", help="as your LMS exported it")
    _add_grade(_command(commands, "grade", "grade what was collected (instructors)", _grade))
    feedback = _command(commands, "feedback", "make a page for each student (instructors)", _feedback)
    feedback.add_argument("modules", nargs="*", metavar="NN", help="modules (default: all that were graded)")
    feedback.add_argument("--student", action="append", default=[], metavar="ID", help="only for this student")
    feedback.add_argument("--hidden", action="store_true", help="show the hidden tests in it")
    feedback.add_argument("--zip", action="store_true", help="also one zip a module, for your LMS")
    grades = _command(commands, "grades", "grades as a table, as CSV, or test by test (instructors)", _grades)
    grades.add_argument("modules", nargs="*", metavar="NN", help="modules (default: all that were collected)")
    grades.add_argument("--csv", type=Path, metavar="FILE", help="write them for your LMS")
    grades.add_argument("--anonymous", action="store_true", help="pseudonyms instead of names")
    grades.add_argument("--items", action="store_true", help="instead: how each test of one module went")
    grades.add_argument("--plot", type=Path, metavar="FILE.png", help="with --items: draw it")


def _command(
    commands: _SubParsersAction[argparse.ArgumentParser], name: str, words: str, run: object
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words)
    parser.add_argument("--course", type=Path, metavar="CLASS_FOLDER", help="default: the class folder around this one")
    parser.set_defaults(run=run)
    return parser


def _add_grade(grade: argparse.ArgumentParser) -> None:
    grade.add_argument("modules", nargs="*", metavar="NN", help="modules to grade (default: all that were collected)")
    grade.add_argument("--student", action="append", default=[], metavar="ID", help="only this student")
    grade.add_argument("--again", action="store_true", help="also what is graded already: after a test was mended")
    grade.add_argument("--workers", type=int, metavar="N", help="so many at a time (default: one for each processor)")
    grade.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="let a Dask cluster do the work")
    grade.add_argument("--audit", action="store_true", help="compare a sample and every zero with plain nbgrader")


def _paths(arguments: argparse.Namespace) -> ClassPaths:
    from tinytorch_lab.course.grading.place import class_paths

    return class_paths(arguments.course, Path.cwd())


def _modules(paths: ClassPaths, words: list[str]) -> tuple[str, ...]:
    """The modules that are meant; all of which something was submitted if none is named."""
    from tinytorch_lab.course.grading import tasks
    from tinytorch_lab.course.grading.place import catalogue_of

    named = tuple(catalogue_of(paths).find(word).id for word in words)
    found = named or tasks.modules_in(paths)
    if not found:
        raise CourseError(f"Nothing was collected in {paths.root} yet. Run: tinytorch-lab collect")
    return found


def _collect(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course.grading.collect import Collected, collect
    from tinytorch_lab.course.grading.place import catalogue_of

    def tell(one: Collected) -> None:
        at = one.at.astimezone().strftime("%Y-%m-%d %H:%M")
        remark = f"; {one.remark}" if one.remark else ""
        print(f"  {one.module:18} {one.student:16} {at}  {one.outcome}{remark}", flush=True)

    paths = _paths(arguments)
    named = tuple(catalogue_of(paths).find(word).id for word in arguments.modules)
    found = collect(paths, named, arguments.origin, tell)
    print(f"{len(found.taken)} collected, {len(found.left)} left.")
    for left in found.left:
        print(f"  left: {left}", file=sys.stderr)
    return 1 if found.left else 0


def _grade(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course.grading import command

    paths = _paths(arguments)
    wanted = command.Wanted(
        _modules(paths, arguments.modules), tuple(arguments.student), arguments.again, arguments.audit
    )
    return command.grade(paths, wanted, arguments.workers, arguments.scheduler)


def _feedback(arguments: argparse.Namespace) -> int:
    from tinytorch_lab.course.grading.feedback import feedback
    from tinytorch_lab.course.grading.give_back import zip_feedback

    paths = _paths(arguments)
    for module in _modules(paths, arguments.modules):
        print(f"{module}:", flush=True)
        written = feedback(
            paths, module, tuple(arguments.student), hidden=arguments.hidden,
            tell=lambda one: print(f"  {one.number} of {one.total}: {one.student}", flush=True),
        )  # fmt: skip
        print(f"  {len(written)} pages in {paths.root / 'feedback'}")
        if arguments.zip:
            file = paths.grading(module) / f"{module}_feedback.zip"
            print(f"  {zip_feedback(paths, module, file)} packed into {file}")
    return 0


def _grades(arguments: argparse.Namespace) -> int:
    paths = _paths(arguments)
    modules = _modules(paths, arguments.modules)
    if arguments.items or arguments.plot:
        return _items(arguments, paths, modules)
    from tinytorch_lab.course.grading.grades import class_grades
    from tinytorch_lab.course.grading.grades_csv import anonymous_csv, grades_csv, pseudonyms

    rows = class_grades(paths, modules)
    text = anonymous_csv(rows, modules, pseudonyms(paths)) if arguments.anonymous else grades_csv(rows, modules)
    return _out(text, arguments.csv, f"{len(rows)} students")


def _items(arguments: argparse.Namespace, paths: ClassPaths, modules: tuple[str, ...]) -> int:
    from tinytorch_lab.course.grading import items
    from tinytorch_lab.course.grading.results import load_results

    if len(modules) != 1:
        raise CourseError(f"The tests of one module at a time: name one of {', '.join(modules)}.")
    found = items.analyse([result.graded for result in load_results(paths, modules[0]).values()])
    if arguments.plot:
        items.plot(found, modules[0], arguments.plot)
    return _out(items.items_csv(found), arguments.csv, f"{len(found)} tests")


def _out(text: str, file: Path | None, what: str) -> int:
    """Print the CSV, or write it and say so."""
    if file is None:
        print(text, end="")
    else:
        write_atomic(file, text)
        print(f"{what}: {file}")
    return 0
